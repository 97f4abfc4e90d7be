package codebuf

import (
	"bytes"
	"errors"
	"os"
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

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
	forStrategies(t, func(t *testing.T, strategy Strategy) {
		a, err := New(Config{Size: 1 << 20, Strategy: strategy})
		require.NoError(t, err)
		require.Equal(t, strategy, a.Strategy())
		buf, err := a.NewBuffer(2*vmem.PageSize + 1)
		require.NoError(t, err)
		addr, last := buf.Addr(), buf.Addr()+uintptr(buf.Len()-1)
		require.Equal(t, 3*vmem.PageSize, buf.Len())
		require.Equal(t, "---", protectionAt(t, addr)[:3], "what is written is not where it will be executed")

		n, err := buf.Write(codeAdd)
		require.NoError(t, err)
		require.Equal(t, len(codeAdd), n)
		c, err := buf.Seal()
		require.NoError(t, err)
		require.Equal(t, addr, c.Addr())
		require.Equal(t, len(codeAdd), c.Len())
		require.Equal(t, "r-x", protectionAt(t, addr)[:3])
		require.Equal(t, "r-x", protectionAt(t, last)[:3])
		require.Equal(t, bytes.Repeat(tramp.Trap, 100)[:100], memory(last-99, 100), "the rest of the pages")
		r, err := c.Call(20, 22)
		require.NoError(t, err)
		require.EqualValues(t, 42, r)

		require.NoError(t, c.Release())
		require.NoError(t, a.Reclaim())
		again, err := a.NewBuffer(1)
		require.NoError(t, err)
		require.Equal(t, addr, again.Addr(), "released memory is used again")
		require.NoError(t, again.Discard())
		require.NoError(t, a.Close())
		require.NotEqual(t, "r-x", protectionAt(t, addr)[:3])
	})
}

// memory is n bytes at addr, which may be read. (Inlined, it makes the compiler of Go 1.26.8 panic.)
//
//go:noinline
func memory(addr uintptr, n int) []byte {
	b := make([]byte, n)
	copy(b, unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&addr))), n))
	return b
}

// TestSizeOfCode: there may be millions.
func TestSizeOfCode(t *testing.T) {
	require.EqualValues(t, 64, unsafe.Sizeof(Code{}))
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
	if addr&uintptr(b.align-1) != 0 || len(dst) != len(b.code) || cap(dst) != len(dst) {
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

// TestCloseWithoutMembarrier: a kernel that has come to refuse the barrier does not keep an arena from being closed, nor
// let it be closed while a fiber is inside or about to be: others begin calls all the time. That something takes the
// place of the barrier is seen from the runtime's count, as its want shows in too few of a billion calls.
func TestCloseWithoutMembarrier(t *testing.T) {
	var refuse atomic.Bool
	l := &testenv.Ledger{Kernel: kernel}
	errno := syscall.ENOSYS
	k := &testenv.Faulty{Kernel: l, Decide: func(c testenv.Call) testenv.Verdict {
		if refuse.Load() && c.Op == "membarrier" {
			return testenv.Verdict{Err: errno}
		}
		return testenv.Verdict{}
	}}
	for i := range count(200, "WXJIT_CLOSES") {
		refuse.Store(false)
		a, err := newArena(Config{Size: 4 * vmem.PageSize, Strategy: strategies[i%2]}, k)
		require.NoError(t, err)
		spin, add := seal(t, a, codeSpin), seal(t, a, codeAdd)
		refuse.Store(true)
		errno = []syscall.Errno{syscall.ENOSYS, syscall.EPERM}[i/2%2]
		if i < 4 {
			leave := inside(t, newTestFiber(t), spin)
			require.ErrorIs(t, a.Close(), ErrBusy)
			_, err = add.Call(1, 2)
			require.ErrorIs(t, err, ErrClosed)
			require.NoError(t, leave())
		}
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				for r, err := uint64(3), error(nil); !errors.Is(err, ErrClosed); r, err = add.Call(1, 2) {
					if err != nil || r != 3 {
						panic(err)
					}
				}
			})
		}
		before := stops()
		for err = a.Close(); errors.Is(err, ErrBusy); err = a.Close() {
			runtime.Gosched()
		}
		require.NoError(t, err)
		require.Greater(t, stops(), before)
		wg.Wait()
		require.Empty(t, l.Open(sharedStack))
	}
}

// stops is how often the world was stopped, but for the garbage collector.
func stops() (n uint64) {
	s := []metrics.Sample{{Name: "/sched/pauses/total/other:seconds"}}
	metrics.Read(s)
	for _, k := range s[0].Value.Float64Histogram().Counts {
		n += k
	}
	return n
}

// TestReleaseWaitsForFiber: memory that a fiber may be inside of is not touched, and comes back when it has left. It may be
// inside of any code that was there when it entered, whatever way it came there.
func TestReleaseWaitsForFiber(t *testing.T) {
	forStrategies(t, func(t *testing.T, strategy Strategy) {
		a := newTestArena(t, Config{Size: 2 * vmem.PageSize, Strategy: strategy})
		spin, add := seal(t, a, codeSpin), seal(t, a, codeAdd)
		leave := inside(t, newTestFiber(t), spin)
		require.NoError(t, add.Release())
		require.NoError(t, a.Reclaim())
		require.Equal(t, vmem.PageSize, a.Stats().Quarantined)
		require.Equal(t, codeAdd, memory(add.Addr(), len(codeAdd)))
		require.NoError(t, spin.Release())
		_, err := spin.Call()
		require.ErrorIs(t, err, ErrReleased)
		_, err = a.NewBuffer(2 * vmem.PageSize)
		require.ErrorIs(t, err, ErrNoSpace)
		s := a.Stats()
		require.Equal(t, 2*vmem.PageSize, s.Quarantined)
		require.Zero(t, s.Free)
		require.Equal(t, codeAdd, memory(add.Addr(), len(codeAdd)))
		require.NoError(t, leave())
		buf, err := a.NewBuffer(2 * vmem.PageSize)
		require.NoError(t, err, "reclaimed when it is needed")
		require.NoError(t, buf.Discard())
	})
}

// TestReentered: a fiber that is inside again, and was outside in between, keeps nothing back.
func TestReentered(t *testing.T) {
	a := newTestArena(t, Config{})
	spin, add := seal(t, a, codeSpin), seal(t, a, codeAdd)
	f := newTestFiber(t)
	leave := inside(t, f, spin)
	require.NoError(t, add.Release())
	require.NoError(t, a.Reclaim())
	require.Positive(t, a.Stats().Quarantined)
	require.NoError(t, leave())
	inside(t, f, spin)
	require.NoError(t, a.Reclaim())
	require.Zero(t, a.Stats().Quarantined)
}

// TestPlaceTaken: when somebody else maps something where an arena was to be, it is at another place.
func TestPlaceTaken(t *testing.T) {
	for _, times := range []int{0, 3, 1000} {
		left := times
		k := &testenv.Faulty{Kernel: ledger, Decide: func(c testenv.Call) (v testenv.Verdict) {
			if c.Op == "reserve" && left > 0 {
				left--
				v.Err = syscall.EEXIST
			}
			return v
		}}
		near := newTestArena(t, Config{Size: vmem.PageSize})
		a, err := newArena(Config{Size: 1 << 20, Near: publish(t, near, codeAdd).Addr()}, k)
		if times == 1000 {
			require.ErrorIs(t, err, syscall.EEXIST)
			continue
		}
		require.NoError(t, err)
		require.Zero(t, left)
		require.Equal(t, Protect, a.Strategy())
		require.NoError(t, a.Close())
	}
}

func TestStats(t *testing.T) {
	forStrategies(t, func(t *testing.T, strategy Strategy) {
		size := 64 * vmem.PageSize
		a := newTestArena(t, Config{Size: size, Strategy: strategy})
		see := func(want Stats) {
			t.Helper()
			got := a.Stats()
			require.Positive(t, got.Mappings)
			require.Positive(t, got.MappingLimit)
			require.Positive(t, got.SystemCalls)
			got.Mappings, got.MappingLimit, got.SystemCalls, got.Committed, got.Spare = 0, 0, 0, 0, 0
			require.Equal(t, want, got)
		}
		see(Stats{Reserved: size, Free: size})
		c := seal(t, a, make([]byte, 3*vmem.PageSize))
		buf, err := a.NewBuffer(2 * vmem.PageSize)
		require.NoError(t, err)
		codes, err := a.Publish(blob{code: codeAdd, align: 1}, blob{code: make([]byte, 33), align: 1})
		require.NoError(t, err)
		see(Stats{
			Reserved: size, Free: size - 5*vmem.PageSize - 4*granule,
			Writable: 2 * vmem.PageSize, Live: 3*vmem.PageSize + len(codeAdd) + 33, Padding: 4*granule - len(codeAdd) - 33,
			Codes: 3, Publishes: 1,
		})
		require.GreaterOrEqual(t, a.Stats().Committed, 4*vmem.PageSize)
		require.NoError(t, a.Release(append(codes, c)...))
		see(Stats{
			Reserved: size, Free: size - 5*vmem.PageSize - 4*granule, Writable: 2 * vmem.PageSize,
			Quarantined: 3*vmem.PageSize + 4*granule, Publishes: 1,
		})
		require.NoError(t, a.Reclaim())
		require.NoError(t, buf.Discard())
		see(Stats{Reserved: size, Free: size, Publishes: 1})
		require.Zero(t, a.Stats().Committed, "what is all free is on no page")
		require.Equal(t, map[Strategy]int{Protect: 4 * vmem.PageSize, Sealed: 0}[strategy], a.Stats().Spare)
	})
}

// TestHammerReleaseCall calls code from several goroutines while it is released and its pages are used for other code
// at once: a call gives the constant of its own code or the error, never another's and never a crash.
func TestHammerReleaseCall(t *testing.T) {
	a := newTestArena(t, Config{Size: 256 * vmem.PageSize})
	type version struct {
		code  *Code
		value uint16
		typed func() (uint16, error)
	}
	make1 := func(value uint16) *version {
		c := seal(t, a, codeConst(value))
		return &version{c, value, Func0[uint16](c)}
	}
	rounds := 1500
	if runtime.GOARCH != "amd64" {
		rounds = 300
	}
	var current atomic.Pointer[version]
	current.Store(make1(0))
	var stop atomic.Bool
	var calls, refused, wrong atomic.Int64
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop.Store(true)
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
