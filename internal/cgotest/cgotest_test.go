//go:build cgo

package cgotest

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/wxjit/wxjit/codebuf"
	"github.com/wxjit/wxjit/internal/testenv"
)

// TestEverything does all that generated code can do, in processes that differ in when a C library puts its handlers in,
// and in what the program does with os/signal, before the first fiber or after. No outcome is wrong, and none fails to come.
func TestEverything(t *testing.T) {
	if library := os.Getenv("WXJIT_LIBRARY"); library != "" {
		everything(t, library, os.Getenv("WXJIT_SIGNALS"))
		return
	}
	for _, library := range []string{"none", "constructor", "before", "after"} {
		for _, signals := range []string{"default", "ignored before", "ignored after", "notified before", "notified after"} {
			t.Run(library+"/"+signals, func(t *testing.T) {
				// A wake-up that is lost takes until the end of the time.
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute+10*duration())
				defer cancel()
				out, err := testenv.ChildContext(ctx, t, "TestEverything",
					"WXJIT_LIBRARY="+library, "WXJIT_SIGNALS="+signals).CombinedOutput()
				require.NoError(t, err, "%s", out)
			})
		}
	}
}

// duration is how long each process works.
func duration() time.Duration { return time.Duration(testenv.Scaled(200)) * time.Millisecond }

func everything(t *testing.T, library, signals string) {
	w := newWork(t)
	w.touches = library == "constructor"
	users := make(chan os.Signal, 1)
	signal.Notify(users, unix.SIGUSR1)
	action, moment, _ := strings.Cut(signals, " ")
	at := func(now string) {
		if library == now {
			require.NoError(t, install())
			w.touches = true
		}
		if moment != now {
			return
		}
		signal.Notify(users)
		if action == "ignored" {
			signal.Reset()
			signal.Ignore(unix.SIGURG, unix.SIGUSR1)
		}
	}
	if library == "constructor" {
		require.True(t, touch())
		require.Positive(t, seen(unix.SIGSEGV))
	}
	at("before")
	old, err := codebuf.NewFiber(codebuf.FiberConfig{})
	require.NoError(t, err)
	require.True(t, w.round(old, 1))
	at("after")
	require.True(t, w.cancelled(old), "the fiber from before")

	w.hammer(t)
	require.NoError(t, old.Close())
	if library == "before" || library == "after" {
		require.Positive(t, seen(unix.SIGSEGV))
		require.Positive(t, seen(unix.SIGPROF))
		if action != "ignored" { // which takes the library's handler away
			require.Positive(t, seen(unix.SIGURG))
		}
	}
}

// work is generated code, and what it needs.
type work struct {
	touches                   bool // the library has a handler for its own faults
	add, load, count, endless *codebuf.Code
	twice                     func(imp, n uint64) (uint64, error)
	imp                       *codebuf.Import
	rounds, preempted         atomic.Uint64
}

func newWork(t *testing.T) *work {
	a, err := codebuf.New(codebuf.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.Close()) })
	var blobs []codebuf.Blob
	list, err := functions()
	require.NoError(t, err)
	for _, o := range list {
		blobs = append(blobs, o)
	}
	codes, err := a.Publish(blobs...)
	require.NoError(t, err)
	w := &work{add: codes[0], load: codes[1], count: codes[2], endless: codes[3]}
	w.twice = codebuf.Func2[uint64, uint64, uint64](codes[4])
	w.imp, err = a.NewImport(func(c *codebuf.Callback) error {
		if c.Int(0)%16 == 0 {
			runtime.Gosched()
		}
		c.SetInt(twice(c.Int(0)))
		return nil
	})
	require.NoError(t, err)
	return w
}

// round does everything once on a fiber, and tells whether it was right.
func (w *work) round(f *codebuf.Fiber, i int) bool {
	n := uint64(i)
	r, err := f.Call(w.add, n, 7)
	ok := err == nil && r == n+7
	_, err = f.Call(w.load, 8+n%4000)
	fault, isFault := errors.AsType[*codebuf.Fault](err)
	ok = ok && isFault && fault.Addr == uintptr(8+n%4000) && fault.Code == w.load
	r, err = f.Call(w.count, 1+n*7919%100_000)
	ok = ok && err == nil && r == 1+n*7919%100_000
	r, err = w.twice(uint64(w.imp.Addr()), 50)
	ok = ok && err == nil && r == 50*51
	if i%8 == 1 {
		ok = ok && w.cancelled(f) && goFaults() && (!w.touches || touch())
	}
	w.rounds.Add(1)
	return ok
}

// cancelled tells whether a deadline ends an endless loop.
func (w *work) cancelled(f *codebuf.Fiber) bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err := f.CallContext(ctx, w.endless)
	return errors.Is(err, context.DeadlineExceeded)
}

// goFaults tells whether Go's own nil dereference is a panic that can be recovered.
func goFaults() (recovered bool) {
	defer func() { _, recovered = recover().(runtime.Error) }()
	var p *int
	*p = 1
	return false
}

// hammer has goroutines and threads of C work, with garbage collections, a profiler, and signals from outside.
func (w *work) hammer(t *testing.T) {
	require.NoError(t, pprof.StartCPUProfile(io.Discard))
	defer pprof.StopCPUProfile()
	stop := testenv.Storm(t, 200*time.Microsecond, unix.SIGURG, unix.SIGPROF, unix.SIGUSR1)
	end := time.Now().Add(duration())
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			f, err := codebuf.NewFiber(codebuf.FiberConfig{})
			if !assert.NoError(t, err) {
				return
			}
			// On a busy machine it may take longer until a loop has been preempted.
			for i, times := 0, uint64(0); time.Now().Before(end) || times == 0; i++ {
				if !assert.True(t, w.round(f, i), "round %d", i) {
					break
				}
				times, _ = f.Preempted()
			}
			times, _ := f.Preempted()
			w.preempted.Add(times)
			assert.NoError(t, f.Close())
		})
	}
	round = func(i int) bool {
		f, err := codebuf.NewFiber(codebuf.FiberConfig{StackSize: 64 << 10})
		return err == nil && w.round(f, i) && f.Close() == nil
	}
	wg.Go(func() {
		for time.Now().Before(end) {
			assert.Zero(t, threads(3, 10))
		}
	})
	for collections := 0; time.Now().Before(end) || collections < 3; collections++ {
		runtime.GC()
	}
	wg.Wait()
	require.Positive(t, w.preempted.Load())
	t.Logf("%d rounds, %d preemptions, %d signals", w.rounds.Load(), w.preempted.Load(), stop())
}
