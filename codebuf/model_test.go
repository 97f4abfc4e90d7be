package codebuf

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/vmem"
)

// count is how often a test does what it does: n, less under the emulator, or what the environment says.
func count(n int, variable string) int {
	if k, err := strconv.Atoi(os.Getenv(variable)); err == nil {
		return k
	}
	if runtime.GOARCH != "amd64" {
		return n / 10
	}
	return n
}

// model is what an arena should be like: its bytes, and what code there is.
type model struct {
	t      *testing.T
	a      *Arena
	choose func(n int) int // from 0 to below n

	image []byte // what is to be read wherever something can be read
	live  []alive
	gone  []block // released, and not known to be reclaimed
	calls int
	spare int // most bytes that were
}

// alive is code that returns value.
type alive struct {
	code  *Code
	value uint16
	bytes []byte
}

func newModel(t *testing.T, c Config, choose func(n int) int) *model {
	m := &model{t: t, a: newTestArena(t, c), choose: choose}
	m.image = make([]byte, m.text().Size())
	fillTraps(m.image)
	return m
}

func (m *model) text() vmem.Text { return (*m.a.segments.Load())[0].text }

// step does something and checks everything.
func (m *model) step() {
	switch k := m.choose(16); {
	case k < 6:
		m.publish()
	case k < 11:
		m.release()
	case k < 13:
		m.call()
	case k == 13:
		m.buffer()
	case k == 14:
		m.fail()
	default:
		require.NoError(m.t, m.a.Reclaim())
	}
	m.check()
}

// code is some that returns a value, in one of many lengths.
func (m *model) code() (b []byte, value uint16) {
	n := 1 + m.choose(200)
	switch m.choose(32) {
	case 0:
		n = 1 + m.choose(6000)
	case 1:
		n = 1 + m.choose(40_000)
	}
	value = uint16(m.choose(1 << 16))
	b = sized(value, n)
	for i := len(codeConst(0)); i < len(b); i++ {
		b[i] = byte(value) // so that what is left over is noticed
	}
	return b, value
}

func (m *model) publish() {
	var blobs []Blob
	var made []alive
	for range 1 + m.choose(3) {
		b, value := m.code()
		blobs = append(blobs, blob{code: b, align: 1 << m.choose(7)})
		made = append(made, alive{value: value, bytes: b})
	}
	codes, err := m.a.Publish(blobs...)
	if errors.Is(err, ErrNoSpace) {
		n := 1 + len(m.live)/2
		if m.choose(2) == 0 {
			n = len(m.live) // so that much is given back at once
		}
		for range n {
			m.release()
		}
		return
	}
	require.NoError(m.t, err)
	m.reclaimed() // it may have been swept before these took its place
	for i, c := range codes {
		made[i].code = c
		m.add(made[i])
	}
}

func (m *model) add(v alive) {
	off := int(v.code.Addr() - m.a.addr(0))
	fillTraps(m.image[off:][:m.a.sizeOf(v.code.block)])
	copy(m.image[off:], v.bytes)
	m.live = append(m.live, v)
}

func (m *model) release() {
	if len(m.live) == 0 {
		return
	}
	i := m.choose(len(m.live))
	v := m.live[i]
	m.live[i] = m.live[len(m.live)-1]
	m.live = m.live[:len(m.live)-1]
	require.NoError(m.t, v.code.Release())
	require.ErrorIs(m.t, v.code.Release(), ErrReleased)
	_, err := v.code.Call()
	require.ErrorIs(m.t, err, ErrReleased)
	m.gone = append(m.gone, v.code.block)
}

func (m *model) call() {
	if len(m.live) > 0 {
		v := m.live[m.choose(len(m.live))]
		requireCall(m.t, v.code, uint64(v.value))
		off := m.choose(v.code.Len())
		c, at, ok := m.a.Lookup(v.code.Addr() + uintptr(off))
		require.True(m.t, ok && c == v.code && at == off)
		m.calls++
	}
}

func (m *model) buffer() {
	b, value := m.code()
	buf, err := m.a.NewBuffer(len(b))
	if errors.Is(err, ErrNoSpace) {
		return
	}
	require.NoError(m.t, err)
	m.reclaimed()
	if _, err = buf.Write(b); m.choose(2) == 0 {
		require.NoError(m.t, errors.Join(err, buf.Discard()))
		return
	}
	require.NoError(m.t, err)
	c, err := buf.Seal()
	require.NoError(m.t, err)
	m.add(alive{c, value, b})
}

func (m *model) fail() {
	b, _ := m.code()
	_, err := m.a.Publish(blob{code: b, align: 1}, blob{code: b, align: 1, err: errBlob})
	if !errors.Is(err, ErrNoSpace) {
		require.ErrorIs(m.t, err, errBlob)
	}
}

// reclaimed takes note of what is not in quarantine any more. Nobody is inside, so that a sweep frees all.
func (m *model) reclaimed() {
	size := 0
	for _, b := range m.gone {
		size += m.a.sizeOf(b)
	}
	m.a.mu.Lock()
	now := m.a.counts.quarantined
	m.a.mu.Unlock()
	for size > now { // the oldest first
		b := m.gone[0]
		m.gone = m.gone[1:]
		size -= m.a.sizeOf(b)
		fillTraps(m.image[int(b.place)*granule:][:m.a.sizeOf(b)])
	}
	require.Equal(m.t, now, size)
}

// check compares the arena with the model, byte by byte, and both with the kernel.
func (m *model) check() {
	m.reclaimed()
	text, s := m.text(), m.a.Stats()
	readable := 0
	for _, r := range text.Ranges() {
		off := int(r.Addr - text.Base())
		if r.Protection != vmem.ReadExec || off < 0 || off >= text.Size() {
			continue
		}
		readable += r.Len
		got := writable(r.Addr, r.Len)
		if !bytes.Equal(m.image[off:off+r.Len], got) {
			at := 0
			for m.image[off+at] == got[at] {
				at++
			}
			require.Fail(m.t, "bytes", "at offset %#x: % x, want % x", off+at, got[at:min(at+32, r.Len)], m.image[off+at:off+min(at+32, r.Len)])
		}
	}
	live, codes := 0, 0
	for _, v := range m.live {
		live, codes = live+v.code.Len(), codes+1
		require.False(m.t, text.Unused(int(v.code.Addr()-text.Base()), v.code.Len()))
	}
	require.Equal(m.t, readable, s.Committed)
	require.Equal(m.t, live, s.Live)
	require.Equal(m.t, codes, s.Codes)
	require.Equal(m.t, s.Reserved, s.Free+s.Writable+s.Live+s.Padding+s.Quarantined+s.Poisoned)
	require.Zero(m.t, s.Writable+s.Poisoned)
	m.spare = max(m.spare, s.Spare)
	clean(m.t, m.a)
}

func TestModel(t *testing.T) {
	forStrategies(t, func(t *testing.T, s Strategy) {
		for _, each := range []bool{false, true} {
			if each && s != Sealed {
				continue
			}
			rnd := rand.New(rand.NewPCG(1, 2))
			m := newModel(t, Config{Strategy: s, SealEach: each, Size: 192 << 10}, rnd.IntN)
			steps := count(600, "WXJIT_STEPS")
			for range steps {
				m.step()
			}
			require.Positive(t, m.calls)
			if steps >= 600 {
				require.Equal(t, s == Protect, m.spare > leastDiscard)
			}
			t.Logf("%d steps, %+v", steps, m.a.Stats())
		}
	})
}

// FuzzArena lets the fuzzer choose.
func FuzzArena(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
	f.Add(bytes.Repeat([]byte{0, 0, 100, 9}, 50))
	f.Add(bytes.Repeat([]byte{0, 2, 1, 1, 200, 3, 7, 0}, 100))
	f.Fuzz(func(t *testing.T, data []byte) {
		choose := func(n int) int {
			if len(data) == 0 {
				return 0
			}
			v := int(data[0])
			data = data[1:]
			if n > 256 && len(data) > 0 {
				v, data = v<<8|int(data[0]), data[1:]
			}
			return v % n
		}
		c := Config{Strategy: strategies[choose(2)], SealEach: choose(2) == 1, Size: vmem.PageSize * (1 + choose(64))}
		m := newModel(t, c, choose)
		for range 200 {
			if len(data) == 0 {
				break
			}
			m.step()
		}
	})
}
