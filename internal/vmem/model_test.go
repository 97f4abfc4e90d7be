package vmem_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/vmem"
)

// TestTextModel writes, discards, freezes and guards at random, while in half of the steps one call is refused, and
// compares with an array of bytes, and the record with the kernel. (Spare memory that is lost with a mremap that fails and
// still counted, so that there is no end to giving it back, makes it fail.)
func TestTextModel(t *testing.T) {
	seeds := uint64(12)
	if testenv.Emulated() || testenv.Race() {
		seeds = 2
	}
	const pages = 600
	for name, make := range texts {
		poisoned, most := 0, 0
		for seed := range seeds {
			rnd := rand.New(rand.NewPCG(seed, 1))
			calls, refuse, part, hole := 0, 0, 0, false
			k := &testenv.Faulty{Kernel: solid{vmem.Host{}}, Decide: func(c testenv.Call) (v testenv.Verdict) {
				if calls++; calls == refuse && c.Op != "munmap" {
					v = testenv.Verdict{Err: syscall.ENOMEM, Part: part, Hole: hole}
				}
				return v
			}}
			text, err := make(k, pages*page)
			require.NoError(t, err)
			text.Keep(1 << 20)
			m := &textModel{Text: text, image: bytes.Repeat([]byte{0xee}, pages*page), guards: map[int]bool{}}
			for step := range 60 {
				calls, refuse = 0, 0
				if rnd.IntN(2) == 0 {
					refuse, part, hole = 1+rnd.IntN(12), rnd.IntN(3)*page, rnd.IntN(2) == 0
				}
				what := fmt.Sprintf("%s, seed %d, step %d: %s, call %d refused, %d bytes done, hole %v", name, seed, step, m.step(rnd), refuse, part, hole)
				refuse = 0
				m.check(t, what)
				most = max(most, text.Spare())
			}
			poisoned += text.Poisoned()
			require.NoError(t, text.Release())
		}
		require.True(t, poisoned > 0 || seeds < 12, name)
		require.Equal(t, name == "Protect", most > 1<<19, name)
	}
}

// textModel is a text and what should be in it.
type textModel struct {
	vmem.Text
	image  []byte
	guards map[int]bool // by offset: pages that can't be read, or perhaps
}

// step does something, and says what.
func (m *textModel) step(rnd *rand.Rand) string {
	units := m.Size() / m.Unit()
	off := rnd.IntN(units) * m.Unit()
	n := min((1+rnd.IntN(max(1, units/2)))*m.Unit(), m.Size()-off)
	switch rnd.IntN(6) {
	case 0, 1:
		if !m.Usable(off, n) {
			return "nothing"
		}
		err := m.Discard(off, n)
		if err == nil {
			maps.DeleteFunc(m.guards, func(guard int, _ bool) bool { return off <= guard && guard < off+n })
		}
		if err == nil && !m.Unused(off, n) {
			err = errors.New("not done")
			m.image = nil // fails the check
		}
		return fmt.Sprintf("discard %d at %#x: %v", n, off, err)
	case 2:
		return fmt.Sprintf("freeze %d at %#x: %v", n, off, m.Freeze(off, n))
	case 3:
		off := rnd.IntN(m.Size()/page) * page
		traps := []vmem.Patch{{Off: off, Bytes: bytes.Repeat([]byte{0xee}, page)}}
		return fmt.Sprintf("guard %#x: %v", off, m.write(traps, func([]vmem.Patch) error {
			m.guards[off] = true
			return m.Guard(off)
		}))
	default:
		var patches []vmem.Patch
		off := rnd.IntN(m.Size())
		for range 1 + rnd.IntN(4) {
			n := 1 + rnd.IntN(20*page)
			if off+n > m.Size() {
				break
			}
			patches = append(patches, vmem.Patch{Off: off, Bytes: bytes.Repeat([]byte{byte(1 + rnd.IntN(200))}, n)})
			off += n + rnd.IntN(15*page)
		}
		return fmt.Sprintf("write %d at %#x: %v", len(patches), off, m.write(patches, m.Write))
	}
}

// write does what changes patches. After an error each of their bytes may be what it was or what it should become.
func (m *textModel) write(patches []vmem.Patch, do func([]vmem.Patch) error) error {
	for _, p := range patches {
		if !m.Usable(p.Off, len(p.Bytes)) {
			return nil
		}
		for off := range m.guards {
			if p.Off < off+page && off < p.Off+len(p.Bytes) {
				return nil
			}
		}
	}
	for off := 0; off < m.Size(); off += page {
		if m.Unused(off, page) { // so will it be when it is taken into use
			copy(m.image[off:off+page], bytes.Repeat([]byte{0xee}, page))
		}
	}
	err := do(patches)
	for _, p := range patches {
		for i, b := range p.Bytes {
			off := p.Off + i
			if err == nil || m.readable(off) && read(m, off, 1)[0] == b {
				m.image[off] = b
			}
		}
	}
	return err
}

// readable tells whether there is something at off.
func (m *textModel) readable(off int) bool {
	return !m.Unused(off, 1) && m.Usable(off, 1) && !m.guards[off&^(page-1)]
}

// check compares.
func (m *textModel) check(t *testing.T, what string) {
	require.NotNil(t, m.image, what)
	asRecorded(t, m, what)
	require.LessOrEqual(t, m.Spare(), 1<<20, what)
	spareIsOnStage(t, m, what)
	for off := 0; off < m.Size(); off += page {
		if m.readable(off) {
			require.True(t, bytes.Equal(m.image[off:off+page], read(m, off, page)), "%s: page %d", what, off/page)
		}
	}
}
