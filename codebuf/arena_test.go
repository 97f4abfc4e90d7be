package codebuf

import (
	"bytes"
	"errors"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/tramp"
	"github.com/wxjit/wxjit/internal/vmem"
)

// protectionAt is what the kernel says of the page at addr.
func protectionAt(t testing.TB, addr uintptr) string {
	maps, err := testenv.Maps()
	require.NoError(t, err)
	for _, m := range maps {
		if m.Start <= addr && addr < m.End {
			return m.Prot
		}
	}
	return "unmapped"
}

func TestLifeOfCode(t *testing.T) {
	a, err := New(Config{Size: 1 << 20})
	require.NoError(t, err)
	buf, err := a.NewBuffer(2*vmem.PageSize + 1)
	require.NoError(t, err)
	addr, last := buf.Addr(), buf.Addr()+uintptr(buf.Len()-1)
	require.Equal(t, 3*vmem.PageSize, buf.Len())
	require.Equal(t, "rw-p", protectionAt(t, addr))
	require.Equal(t, "rw-p", protectionAt(t, last))
	require.Equal(t, "---p", protectionAt(t, last+1))

	n, err := buf.Write(codeAdd)
	require.NoError(t, err)
	require.Equal(t, len(codeAdd), n)
	c, err := buf.Seal()
	require.NoError(t, err)
	require.Equal(t, addr, c.Addr())
	require.Equal(t, len(codeAdd), c.Len())
	require.Equal(t, "r-xp", protectionAt(t, addr))
	require.Equal(t, "r-xp", protectionAt(t, last))
	r, err := c.Call(20, 22)
	require.NoError(t, err)
	require.EqualValues(t, 42, r)

	require.NoError(t, c.Release())
	require.Equal(t, "---p", protectionAt(t, addr))
	again, err := a.NewBuffer(1)
	require.NoError(t, err)
	require.Equal(t, addr, again.Addr(), "released pages are used again")
	require.NoError(t, again.Discard())
	require.NoError(t, a.Close())
	require.NotEqual(t, "---p", protectionAt(t, addr))
}

// TestUnusedBytesTrap looks at the bytes around code: padding between blobs, the rest of the last page, and what a
// blob that failed had written.
func TestUnusedBytesTrap(t *testing.T) {
	a := newTestArena(t, Config{})
	buf, err := a.NewBuffer(1)
	require.NoError(t, err)
	first, err := buf.Place(blob{code: codeAdd, align: 16})
	require.NoError(t, err)
	require.Zero(t, first)
	_, err = buf.Place(blob{code: bytes.Repeat([]byte{0xee}, 100), align: 1, err: errBlob})
	require.ErrorIs(t, err, errBlob)
	second, err := buf.Place(blob{code: codeIdentity, align: 64})
	require.NoError(t, err)
	require.Equal(t, 64, second)
	trap := func(off, n int) {
		want := bytes.Repeat(tramp.Trap, n)[:n]
		require.Equal(t, want, buf.mem[off:off+n])
	}
	trap(len(codeAdd), 64-len(codeAdd))
	trap(64+len(codeIdentity), buf.Len()-64-len(codeIdentity))
	require.NoError(t, buf.Discard())
}

type blob struct {
	code  []byte
	align int
	err   error
}

var errBlob = errors.New("blob says no")

func (b blob) Len() int   { return len(b.code) }
func (b blob) Align() int { return b.align }

func (b blob) Place(dst []byte, addr uintptr) error {
	if addr%uintptr(b.align) != 0 || len(dst) != len(b.code) || cap(dst) != len(dst) {
		return errors.New("wrong place")
	}
	copy(dst, b.code)
	return b.err
}

// nested is a blob that uses the buffer that it is being placed in.
type nested struct {
	blob
	buf *Buffer
	err error
}

func (n *nested) Place([]byte, uintptr) error {
	_, err := n.buf.Write([]byte{1})
	n.err = errors.Join(err, n.buf.Discard())
	return nil
}

func TestMisuse(t *testing.T) {
	for _, n := range []int{-1, tramp.Reach + 1} {
		_, err := New(Config{Size: n})
		require.ErrorIs(t, err, ErrArgument)
	}
	a := newTestArena(t, Config{Size: 4 * vmem.PageSize})
	for _, n := range []int{0, -1} {
		_, err := a.NewBuffer(n)
		require.ErrorIs(t, err, ErrArgument)
	}
	for _, n := range []int{4*vmem.PageSize + 1, 1 << 62} {
		_, err := a.NewBuffer(n)
		require.ErrorIs(t, err, ErrNoSpace)
	}
	buf, err := a.NewBuffer(1)
	require.NoError(t, err)
	_, err = buf.Seal()
	require.ErrorIs(t, err, ErrArgument, "an empty buffer")
	for _, align := range []int{0, -1, 3, 24} {
		_, err = buf.Place(blob{code: codeAdd, align: align})
		require.ErrorIs(t, err, ErrArgument)
	}
	_, err = buf.Place(blob{code: make([]byte, buf.Len()+1), align: 1})
	require.ErrorIs(t, err, ErrNoSpace)
	_, err = buf.Place(blob{code: codeAdd, align: 1 << 62})
	require.ErrorIs(t, err, ErrNoSpace)
	_, err = buf.Write(make([]byte, buf.Len()+1))
	require.ErrorIs(t, err, ErrNoSpace)
	in := &nested{blob: blob{align: 1}, buf: buf}
	_, err = buf.Place(in)
	require.NoError(t, err)
	require.ErrorIs(t, in.err, ErrBusy)

	_, err = buf.Write(codeAdd)
	require.NoError(t, err)
	c, err := buf.Seal()
	require.NoError(t, err)
	_, err = buf.Seal()
	require.ErrorIs(t, err, ErrSealed)
	_, err = buf.Write([]byte{1})
	require.ErrorIs(t, err, ErrSealed)
	_, err = buf.Place(blob{code: codeAdd, align: 1})
	require.ErrorIs(t, err, ErrSealed)
	require.ErrorIs(t, buf.Discard(), ErrSealed)

	require.NoError(t, c.Release())
	require.ErrorIs(t, c.Release(), ErrReleased)
	_, err = c.Call(1, 2)
	require.ErrorIs(t, err, ErrReleased)
	_, err = newTestFiber(t).Call(c, 1, 2)
	require.ErrorIs(t, err, ErrReleased)
	_, err = Func2[int, int, int](c)(1, 2)
	require.ErrorIs(t, err, ErrReleased)

	buf, err = a.NewBuffer(1)
	require.NoError(t, err)
	require.NoError(t, buf.Discard())
	require.ErrorIs(t, buf.Discard(), ErrReleased)
	_, err = buf.Write([]byte{1})
	require.ErrorIs(t, err, ErrReleased)
}

// TestZeroValues: what was not made by its function does nothing, and says so.
func TestZeroValues(t *testing.T) {
	a := newTestArena(t, Config{})
	add := seal(t, a, codeAdd)
	call := func(f *Fiber, c *Code) error { _, err := f.Call(c, 1, 2); return err }
	own := func(c *Code) error { _, err := c.Call(1, 2); return err }
	typed := func(c *Code) error { _, err := Func2[int, int, int](c)(1, 2); return err }
	write := func(b *Buffer) error { _, err := b.Write([]byte{1}); return err }
	place := func(b *Buffer) error { _, err := b.Place(blob{code: codeAdd, align: 1}); return err }
	sealed := func(b *Buffer) error { _, err := b.Seal(); return err }
	f := newTestFiber(t)
	for i, err := range []error{
		call(new(Fiber), add), call(f, new(Code)), call(nil, add), call(f, nil), own(new(Code)), own(nil), typed(new(Code)), typed(nil),
		new(Fiber).Close(), (*Fiber)(nil).Close(), new(Code).Release(), (*Code)(nil).Release(),
		write(new(Buffer)), write(nil), place(new(Buffer)), place(nil), sealed(new(Buffer)), sealed(nil), new(Buffer).Discard(), (*Buffer)(nil).Discard(),
	} {
		require.ErrorIs(t, err, ErrArgument, i)
	}
	var zero Arena
	_, err := zero.NewBuffer(1)
	require.ErrorIs(t, err, ErrClosed)
	require.ErrorIs(t, zero.Close(), ErrClosed)
	require.Zero(t, zero.Stats())
}

func TestClosedArena(t *testing.T) {
	a, err := New(Config{Size: 1 << 20})
	require.NoError(t, err)
	c := seal(t, a, codeAdd)
	buf, err := a.NewBuffer(1)
	require.NoError(t, err)
	require.NoError(t, a.Close())
	require.ErrorIs(t, a.Close(), ErrClosed)
	require.Zero(t, a.Stats())
	_, err = a.NewBuffer(1)
	require.ErrorIs(t, err, ErrClosed)
	_, err = buf.Write([]byte{1})
	require.ErrorIs(t, err, ErrClosed)
	_, err = buf.Seal()
	require.ErrorIs(t, err, ErrClosed)
	require.ErrorIs(t, buf.Discard(), ErrClosed)
	_, err = c.Call(1, 2)
	require.ErrorIs(t, err, ErrClosed)
	require.ErrorIs(t, c.Release(), ErrClosed)
}

// TestCloseWhileInside: Close refuses while a fiber is inside, lets nothing new begin, and succeeds later.
func TestCloseWhileInside(t *testing.T) {
	a, err := New(Config{Size: 1 << 20})
	require.NoError(t, err)
	spin, add := seal(t, a, codeSpin), seal(t, a, codeAdd)
	leave := inside(t, newTestFiber(t), spin)
	require.ErrorIs(t, a.Close(), ErrBusy)
	_, err = add.Call(1, 2)
	require.ErrorIs(t, err, ErrClosed)
	_, err = a.NewBuffer(1)
	require.ErrorIs(t, err, ErrClosed)
	require.NoError(t, leave(), "the call that was under way ends well")
	require.NoError(t, a.Close())
}

// TestReleaseWaitsForFiber: pages that a fiber is inside of are not touched, and come back when it has left.
func TestReleaseWaitsForFiber(t *testing.T) {
	a := newTestArena(t, Config{Size: 2 * vmem.PageSize})
	spin := seal(t, a, codeSpin)
	leave := inside(t, newTestFiber(t), spin)
	require.NoError(t, spin.Release())
	_, err := spin.Call()
	require.ErrorIs(t, err, ErrReleased)
	require.Equal(t, Stats{Reserved: 2 * vmem.PageSize, Free: vmem.PageSize, Retired: vmem.PageSize}, a.Stats())
	require.Equal(t, "r-xp", protectionAt(t, spin.Addr()))
	_, err = a.NewBuffer(2 * vmem.PageSize)
	require.ErrorIs(t, err, ErrNoSpace)
	require.NoError(t, leave())
	buf, err := a.NewBuffer(2 * vmem.PageSize)
	require.NoError(t, err, "reclaimed when it is needed")
	require.NoError(t, buf.Discard())
}

func TestStats(t *testing.T) {
	a := newTestArena(t, Config{Size: 64 * vmem.PageSize})
	require.Equal(t, Stats{Reserved: 64 * vmem.PageSize, Free: 64 * vmem.PageSize}, a.Stats())
	c := seal(t, a, make([]byte, 3*vmem.PageSize))
	buf, err := a.NewBuffer(2 * vmem.PageSize)
	require.NoError(t, err)
	want := Stats{
		Reserved: 64 * vmem.PageSize, Free: 59 * vmem.PageSize,
		Writable: 2 * vmem.PageSize, Live: 3 * vmem.PageSize, Codes: 1,
	}
	require.Equal(t, want, a.Stats())
	require.NoError(t, c.Release())
	require.NoError(t, buf.Discard())
	require.Equal(t, Stats{Reserved: 64 * vmem.PageSize, Free: 64 * vmem.PageSize}, a.Stats())
}

// TestPagesModel compares the allocator of pages with a plain array.
func TestPagesModel(t *testing.T) {
	const total = 97
	p := pages{{0, total}}
	var used [total]bool
	type taken struct{ first, n int }
	var held []taken
	seed := uint32(1)
	rnd := func(n int) int { seed = seed*1664525 + 1013904223; return int(seed>>8) % n }
	for range 20000 {
		if n := 1 + rnd(9); rnd(2) == 0 {
			want, run := -1, 0
			for i := range used {
				if run++; used[i] {
					run = 0
				}
				if run == n {
					want = i - n + 1
					break
				}
			}
			first, ok := p.take(n)
			require.Equal(t, want >= 0, ok)
			if ok {
				require.Equal(t, want, first)
				held = append(held, taken{first, n})
			}
			for i := first; ok && i < first+n; i++ {
				used[i] = true
			}
		} else if len(held) > 0 {
			i := rnd(len(held))
			h := held[i]
			held = append(held[:i], held[i+1:]...)
			p.give(h.first, h.n)
			for i := h.first; i < h.first+h.n; i++ {
				used[i] = false
			}
		}
		free := 0
		for _, u := range used {
			if !u {
				free++
			}
		}
		require.Equal(t, free, p.free())
		for i := 1; i < len(p); i++ {
			require.Greater(t, p[i].first, p[i-1].first+p[i-1].n, "runs are in order and don't touch")
		}
	}
}

// TestHammerReleaseCall calls code from several goroutines while it is released and its pages are used for other code
// at once: a call gives the constant of its own code or the error, never another's and never a crash.
func TestHammerReleaseCall(t *testing.T) {
	a := newTestArena(t, Config{Size: 8 * vmem.PageSize})
	type version struct {
		code  *Code
		value uint16
		typed func() (uint16, error)
	}
	make1 := func(value uint16) *version {
		c := seal(t, a, codeConst(value))
		return &version{c, value, Func0[uint16](c)}
	}
	rounds := 3000
	if runtime.GOARCH != "amd64" {
		rounds = 300
	}
	var current atomic.Pointer[version]
	current.Store(make1(0))
	var stop atomic.Bool
	var calls, refused, wrong atomic.Int64
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for !stop.Load() {
				runtime.Gosched() // the releasing side needs a core too
				v := current.Load()
				for range 20 {
					r, err := v.typed()
					switch {
					case errors.Is(err, ErrReleased):
						refused.Add(1)
					case err != nil || r != v.value:
						wrong.Add(1)
					default:
						calls.Add(1)
					}
				}
			}
		})
	}
	for i := range rounds {
		old := current.Load()
		next := make1(uint16(i + 1))
		current.Store(next)
		require.NoError(t, old.code.Release())
		if i%100 == 0 {
			runtime.GC()
		}
	}
	stop.Store(true)
	wg.Wait()
	require.Zero(t, wrong.Load())
	require.NotZero(t, calls.Load())
	t.Logf("%d calls, %d refused, %d versions", calls.Load(), refused.Load(), rounds)
	require.NoError(t, current.Load().code.Release())
}

// TestMainNotices is the control of TestMain: a child that leaks, or that maps memory both ways, fails although its
// tests pass, and says where.
func TestMainNotices(t *testing.T) {
	switch os.Getenv("WXJIT_BREAK") {
	case "nothing":
		return
	case "leak":
		_, err := New(Config{})
		require.NoError(t, err)
		return
	case "wx":
		// Between pages without access: the emulator of arm64 gives one line for neighbours that it maps alike.
		mem, err := unix.Mmap(-1, 0, 3*vmem.PageSize, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON)
		require.NoError(t, err)
		require.NoError(t, unix.Mprotect(mem[vmem.PageSize:2*vmem.PageSize], unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC))
		time.Sleep(100 * time.Millisecond)
		require.NoError(t, unix.Munmap(mem))
		return
	case "descriptor":
		_, err := unix.Open("/dev/null", unix.O_RDONLY, 0)
		require.NoError(t, err)
		return
	}
	for how, want := range map[string]string{
		"leak": "arena_test.go", "wx": "W^X violated: sampled: writable and executable", "descriptor": "/dev/null",
		"nothing": "",
	} {
		out, err := testenv.Child(t, "TestMainNotices", "WXJIT_BREAK="+how).CombinedOutput()
		require.Contains(t, string(out), want)
		require.Equal(t, how != "nothing", err != nil, "%s: %s", how, out)
	}
}
