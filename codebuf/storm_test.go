package codebuf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/wxjit/wxjit/internal/testenv"
)

// TestStormOnEverything has signals come from another process while fibers call, fault, call back, and are cancelled, with
// garbage collections, the profiler, and the tracer. Each outcome is checked, and none fails to come.
func TestStormOnEverything(t *testing.T) {
	a := newTestArena(t, Config{})
	add, deep, count := seal(t, a, codeAdd), seal(t, a, codeDeepLoad), seal(t, a, codeCount)
	repeat, endless := seal(t, a, codeRepeat), seal(t, a, codeEndless)
	twice := newImport(t, a, func(c *Callback) error {
		if c.Int(0)%16 == 0 {
			runtime.Gosched()
		}
		c.SetInt(2 * c.Int(0))
		return nil
	})
	users := make(chan os.Signal, 1)
	signal.Notify(users, syscall.SIGUSR1)
	defer signal.Stop(users)
	require.NoError(t, pprof.StartCPUProfile(io.Discard))
	defer pprof.StopCPUProfile()
	require.NoError(t, trace.Start(io.Discard))
	defer trace.Stop()
	stop := testenv.Storm(t, 100*time.Microsecond, unix.SIGURG, unix.SIGPROF, unix.SIGUSR1)

	end := time.Now().Add(time.Duration(testenv.Scaled(1)) * time.Second)
	var rounds atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		f := newTestFiber(t)
		wg.Go(func() {
			for i := uint64(0); time.Now().Before(end); i++ {
				r, err := f.Call(add, i, 7)
				ok := err == nil && r == i+7
				_, err = f.Call(deep, i%500, 8)
				fault, isFault := errors.AsType[*Fault](err)
				ok = ok && isFault && fault.Addr == 8 && fault.Code == deep
				r, err = f.Call(count, 1+i%30_000)
				ok = ok && err == nil && r == 1+i%30_000
				r, err = Func2[uint64, uint64, uint64](repeat)(twice, 100)
				ok = ok && err == nil && r == 10_100
				if i%64 == 0 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
					_, err = f.CallContext(ctx, endless)
					ok = ok && errors.Is(err, context.DeadlineExceeded)
					cancel()
					ok = ok && goFaults()
				}
				if !assert.True(t, ok, "round %d: %d, %v", i, r, err) {
					return
				}
				rounds.Add(1)
			}
		})
	}
	for time.Now().Before(end) {
		runtime.GC()
	}
	wg.Wait()
	t.Logf("%d rounds, %d signals", rounds.Load(), stop())
}

// TestOSSignal: os/signal does what it does with all signals, before there is a fiber and after, in a process of its own.
func TestOSSignal(t *testing.T) {
	order := os.Getenv("WXJIT_SIGNAL")
	if order == "" {
		for _, order := range []string{"before", "after"} {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute) // which no signal but SIGKILL would end
			defer cancel()
			out, err := testenv.ChildContext(ctx, t, "TestOSSignal", "WXJIT_SIGNAL="+order).CombinedOutput()
			require.NoError(t, err, "%s", out)
		}
		return
	}
	all := make(chan os.Signal, 100)
	var old *Fiber // from before the step
	works := func(step string) {
		a := newTestArena(t, Config{})
		endless := seal(t, a, codeEndless)
		cancelled := func(f *Fiber, after time.Duration) {
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			_, err := f.CallContext(ctx, endless)
			require.ErrorIs(t, err, context.DeadlineExceeded, step)
		}
		if old != nil {
			cancelled(old, time.Millisecond)
		}
		f := newTestFiber(t)
		require.EqualValues(t, 8, faultOf(t, f, seal(t, a, codeLoad), 8).Addr, step)
		require.True(t, goFaults(), step)
		cancelled(f, time.Millisecond)
		release := spin(t)
		runtime.GC()
		release()
		old = f
	}
	if order == "after" {
		works("first")
	}
	for i, change := range []func(){
		func() { signal.Notify(all) },
		func() { signal.Reset() },
		func() { signal.Ignore() },
		func() { signal.Notify(all) },
		func() { signal.Stop(all) },
		func() { signal.Ignore(syscall.SIGSEGV, syscall.SIGURG, syscall.SIGTRAP) },
		func() { signal.Reset() },
		func() { signal.Ignore(syscall.SIGURG, syscall.SIGUSR1) },
		func() { ignoreUrgent(t) },
	} {
		change()
		works(fmt.Sprint("step ", i))
	}
	for i, ignore := range []func(){func() { signal.Ignore() }, func() { ignoreUrgent(t) }} {
		f, c := newTestFiber(t), seal(t, newTestArena(t, Config{}), codeEndless)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		time.AfterFunc(time.Millisecond, ignore)
		_, err := f.CallContext(ctx, c)
		require.ErrorIs(t, err, context.DeadlineExceeded, "ignored during the call: %d", i)
		cancel()
	}
}
