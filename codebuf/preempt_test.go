package codebuf

import (
	"bufio"
	"context"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/testenv"
)

// spin runs codeSpin in goroutines of their own, one for each P, until the function that it gives is called, or the test
// ends.
func spin(t *testing.T) (stop func()) {
	a := newTestArena(t, Config{})
	c := seal(t, a, codeSpin)
	words := make([]uint64, 1+runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i := range words[1:] {
		f := newTestFiber(t)
		wg.Go(func() {
			r, err := f.Call(c, uint64(uintptr(unsafe.Pointer(&words[1+i]))), uint64(uintptr(unsafe.Pointer(&words[0]))))
			assert.NoError(t, err)
			assert.EqualValues(t, 42, r)
		})
	}
	for i := range words[1:] {
		for atomic.LoadUint64(&words[1+i]) == 0 {
			runtime.Gosched()
		}
	}
	stop = sync.OnceFunc(func() {
		atomic.StoreUint64(&words[0], 1)
		wg.Wait()
	})
	t.Cleanup(stop)
	return stop
}

// TestPreemptEndless collects garbage while every P runs a loop in generated code. With the handler's hook disabled, in
// a child process, that hangs: the control.
func TestPreemptEndless(t *testing.T) {
	spin(t)
	for range testenv.Scaled(10) {
		runtime.GC()
	}
}

func TestPreemptDisabledHangs(t *testing.T) {
	if os.Getenv("WXJIT_HANG") != "" {
		spin(t)
		unhook(t)
		os.Stdout.WriteString("spinning\n")
		runtime.GC()
		os.Stdout.WriteString("collected\n")
		os.Exit(0)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cmd := testenv.ChildContext(ctx, t, "TestPreemptDisabledHangs", "WXJIT_HANG=1")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan())
	require.Equal(t, "spinning", lines.Text())
	time.AfterFunc(3*time.Second, cancel)
	require.False(t, lines.Scan(), "it has %s", lines.Text())
	require.Error(t, cmd.Wait())
	require.Error(t, ctx.Err(), "it has ended by itself")
}

// TestPreemptCounts: a preempted loop neither loses nor repeats a round.
func TestPreemptCounts(t *testing.T) {
	a := newTestArena(t, Config{})
	c := seal(t, a, codeCount)
	stop := make(chan struct{})
	var wg, gc sync.WaitGroup
	gc.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				runtime.GC()
			}
		}
	})
	for range 4 {
		f := newTestFiber(t)
		wg.Go(func() {
			for range testenv.Scaled(10) {
				n := 1 + rand.Uint64N(20_000_000)
				r, err := f.Call(c, n)
				assert.NoError(t, err)
				assert.Equal(t, n, r)
			}
		})
	}
	wg.Wait()
	close(stop)
	gc.Wait()
}

func TestCallContext(t *testing.T) {
	a := newTestArena(t, Config{})
	endless, add := seal(t, a, codeEndless), seal(t, a, codeAdd)
	f := newTestFiber(t)
	check := func(ctx context.Context, want error) {
		t.Helper()
		_, err := f.CallContext(ctx, endless)
		require.ErrorIs(t, err, want)
		r, err := f.Call(add, 3, 4)
		require.NoError(t, err, "the fiber is usable again")
		require.EqualValues(t, 7, r)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(time.Millisecond, cancel)
	check(ctx, context.Canceled)
	check(ctx, context.Canceled) // already
	ctx, cancel = context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	check(ctx, context.DeadlineExceeded)

	ctx, cancel = context.WithCancel(t.Context())
	r, err := f.CallContext(ctx, add, 1, 2)
	require.NoError(t, err)
	require.EqualValues(t, 3, r)
	cancel()
	r, err = f.CallContext(context.Background(), add, 1, 2)
	require.NoError(t, err)
	require.EqualValues(t, 3, r)
	_, err = (*Fiber)(nil).CallContext(t.Context(), add)
	require.ErrorIs(t, err, ErrArgument)
	require.Zero(t, testing.AllocsPerRun(100, func() { f.CallContext(context.Background(), add, 1, 2) }))
}

// TestCancelEachOther has many goroutines, a few of which are in endless loops: each cancels the next one when it has been
// cancelled and that has begun. How long a cancelled call goes on is what others would notice.
// There are Ps to spare for those who cancel; without, they would wait for one until the runtime takes it from a loop.
func TestCancelEachOther(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	a := newTestArena(t, Config{})
	endless := seal(t, a, codeEndless)
	n, rounds := testenv.Scaled(200), 2
	type turn struct {
		ctx    context.Context
		cancel context.CancelFunc
		when   time.Time // of the cancellation
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var latencies []time.Duration
	places := make([]chan *turn, n)
	for i := range places {
		places[i] = make(chan *turn, 1)
	}
	for i := range n {
		f := newTestFiber(t)
		wg.Go(func() {
			for round := range rounds {
				before := <-places[i] // who was called before
				own := &turn{}
				own.ctx, own.cancel = context.WithCancel(context.Background())
				if i == n-1 && round == rounds-1 {
					own.cancel() // nobody comes after
				} else {
					places[(i+1)%n] <- own
				}
				before.when = time.Now()
				before.cancel()
				_, err := f.CallContext(own.ctx, endless)
				if latency := time.Since(own.when); !own.when.IsZero() {
					mu.Lock()
					latencies = append(latencies, latency)
					mu.Unlock()
				}
				assert.ErrorIs(t, err, context.Canceled)
			}
		})
	}
	places[0] <- &turn{cancel: func() {}}
	wg.Wait()
	slices.Sort(latencies)
	t.Logf("%d cancellations: median %v, p99 %v, longest %v", len(latencies), latencies[len(latencies)/2],
		latencies[len(latencies)*99/100], latencies[len(latencies)-1])
}
