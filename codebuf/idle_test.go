package codebuf

import (
	"context"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/tramp"
	"github.com/wxjit/wxjit/internal/vmem"
)

// dropIdle unmaps the stacks that are kept for later fibers.
func dropIdle(t *testing.T) {
	fibers.mu.Lock()
	defer fibers.mu.Unlock()
	for _, s := range fibers.idle {
		lo, _ := s.stack.Bounds()
		tramp.RemoveStack(lo-uintptr(vmem.PageSize), s.size)
		require.NoError(t, s.stack.Release())
	}
	fibers.idle = nil
}

// TestStackReuse: a fiber on the stack of an earlier one finds nothing there, and is as good as the first.
func TestStackReuse(t *testing.T) {
	dropIdle(t)
	defer dropIdle(t)
	a := newTestArena(t, Config{})
	deep, depth, add := seal(t, a, codeDeepLoad), seal(t, a, codeDepth), seal(t, a, codeAdd)
	endless, forward := seal(t, a, codeEndless), seal(t, a, codeForward)
	double := newImport(t, a, func(c *Callback) error {
		c.SetInt(2 * c.Int(0))
		return nil
	})
	yield := newImport(t, a, func(c *Callback) error { return c.Yield(1) })
	old, err := NewFiber(FiberConfig{StackSize: 64 << 10})
	require.NoError(t, err)
	for round := range 5 {
		// Everything that leaves something: a fault deep down, a preemption, a callback, a call that is given up.
		lo, hi := old.stack.Bounds()
		depths := uint64(hi-lo) / 16
		require.EqualValues(t, 8, faultOf(t, old, deep, depths-16, 8).Addr)
		require.Equal(t, StackOverflow, faultOf(t, old, depth, 1<<40).Kind)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		_, err = old.CallContext(ctx, endless)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		cancel()
		r, err := old.Call(forward, double, 21)
		require.NoError(t, err)
		require.EqualValues(t, 42, r)
		_, err = old.Call(forward, yield)
		require.ErrorIs(t, err, ErrSuspended)
		require.ErrorIs(t, old.Close(), ErrBusy)
		require.NoError(t, old.Abandon())
		require.NoError(t, old.Close())
		require.Len(t, fibers.idle, 1)

		f, err := NewFiber(FiberConfig{StackSize: 64 << 10})
		require.NoError(t, err)
		require.Empty(t, fibers.idle)
		require.Equal(t, old.lo, f.lo)
		require.Equal(t, tramp.Control{Fiber: uintptr(unsafe.Pointer(&f.core))}, *f.core.Control)
		if !testenv.Emulated() { // an emulator may not pass on what gives memory back
			for i, w := range unsafe.Slice((*uint64)(unsafe.Add(unsafe.Pointer(f.core.Control), -int(hi-lo))), int(hi-lo)/8) {
				require.Zero(t, w, "word %d of the stack in round %d", i, round)
			}
		}
		require.ErrorIs(t, old.Close(), ErrClosed)
		_, err = old.Call(add, 1, 2)
		require.ErrorIs(t, err, ErrClosed)
		_, err = old.Resume(0)
		require.ErrorIs(t, err, ErrArgument)
		old = f
	}
	require.NoError(t, old.Close())
}

// TestIdleStacks: so many are kept, none that is large, of each the size; and none whose memory the kernel won't take.
func TestIdleStacks(t *testing.T) {
	dropIdle(t)
	defer dropIdle(t)
	_, before := tramp.Ranges()
	var list []*Fiber
	for i := range 2 * maxIdleStacks {
		f, err := NewFiber(FiberConfig{StackSize: maxIdleSize << (i % 2)})
		require.NoError(t, err)
		list = append(list, f)
	}
	for _, f := range list {
		require.NoError(t, f.Close())
	}
	require.Len(t, fibers.idle, maxIdleStacks)
	for _, s := range fibers.idle {
		require.Equal(t, maxIdleSize, s.size)
	}
	_, now := tramp.Ranges()
	require.Equal(t, before+maxIdleStacks, now)
	dropIdle(t)

	defer func(k vmem.Kernel) { host = k }(host)
	host = &testenv.Faulty{Kernel: ledger, Decide: func(c testenv.Call) testenv.Verdict {
		if c.Op == "madvise" {
			return testenv.Verdict{Err: syscall.EINVAL}
		}
		return testenv.Verdict{}
	}}
	f, err := NewFiber(FiberConfig{})
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.Empty(t, fibers.idle)
	_, now = tramp.Ranges()
	require.Equal(t, before, now)
}

// TestManyFibers: of fibers that are closed nothing is left, and of arenas neither: goroutines, mappings, ranges that the
// signal handler looks through.
func TestManyFibers(t *testing.T) {
	state := func() (s [5]int) {
		s[0], s[1] = tramp.Ranges()
		s[2] = runtime.NumGoroutine()
		maps, err := os.ReadFile("/proc/self/maps")
		require.NoError(t, err)
		s[3] = strings.Count(string(maps), "\n")
		s[4] = len(fibers.all)
		return s
	}
	n := testenv.Scaled(500)
	use := func(n int) {
		a, err := New(Config{})
		require.NoError(t, err)
		add, load := seal(t, a, codeAdd), seal(t, a, codeLoad)
		for i := range n {
			f, err := NewFiber(FiberConfig{StackSize: 16 << (i % 7) << 10})
			require.NoError(t, err)
			r, err := f.Call(add, uint64(i), 1)
			require.NoError(t, err)
			require.EqualValues(t, i+1, r)
			if i%16 == 0 {
				require.EqualValues(t, 8, faultOf(t, f, load, 8).Addr)
			}
			require.NoError(t, f.Close())
		}
		require.NoError(t, a.Close())
		dropIdle(t)
	}
	use(10) // threads that begin later have stacks of their own
	before := state()
	use(n)
	// Threads of the runtime have mappings, too; what grows with n would be a hundred.
	after := state()
	require.LessOrEqual(t, after[2], before[2]) // those of other tests may have ended
	require.InDelta(t, before[3], after[3], 60)
	after[2], after[3] = before[2], before[3]
	require.Equal(t, before, after)
	t.Logf("%d fibers, %d mappings", n, after[3])
}

// BenchmarkNewFiber makes a fiber, makes a call, and closes it.
func BenchmarkNewFiber(b *testing.B) {
	c := seal(b, newTestArena(b, Config{}), codeAdd)
	defer func(k vmem.Kernel) { host = k }(host)
	host = kernel
	for name, size := range map[string]int{"reused": DefaultStackSize, "mapped": 2 * maxIdleSize} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f, err := NewFiber(FiberConfig{StackSize: size})
				if err == nil {
					_, err = f.Call(c, 1, 2)
				}
				if err == nil {
					err = f.Close()
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
