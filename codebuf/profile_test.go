package codebuf

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/tramp"
)

// namedBlob is a blob that has a name.
type namedBlob struct {
	blob
	name string
}

func (b namedBlob) Name() string { return b.name }

func TestCodeName(t *testing.T) {
	a := newTestArena(t, Config{})
	codes, err := a.Publish(blob{code: codeAdd, align: 1}, namedBlob{blob{code: codeAdd, align: 1}, "add"},
		namedBlob{blob{code: codeAdd, align: 1}, ""})
	require.NoError(t, err)
	require.Equal(t, []string{"", "add", ""}, []string{codes[0].Name(), codes[1].Name(), codes[2].Name()})

	buf, err := a.NewBuffer(100)
	require.NoError(t, err)
	for _, b := range []Blob{
		blob{code: codeAdd, align: 1}, namedBlob{blob{code: codeAdd, align: 16}, "first"}, namedBlob{blob{code: codeAdd, align: 16}, "second"},
	} {
		_, err = buf.Place(b)
		require.NoError(t, err)
	}
	_, err = buf.Place(namedBlob{blob{code: codeAdd, align: 16, err: errBlob}, "refused"})
	require.ErrorIs(t, err, errBlob)
	c, err := buf.Seal()
	require.NoError(t, err)
	require.Empty(t, c.Name())
	for addr, want := range map[uintptr]ProfileSymbol{
		0:  {Name: c.symbol(c.Addr()).Name},
		16: {Name: "first"},
		20: {Name: "first", Offset: 4},
		32: {Name: "second"},
		48: {Name: "second", Offset: 16},
	} {
		want.Addr = c.Addr() + addr
		require.Equal(t, want, c.symbol(want.Addr))
	}
	require.Contains(t, c.symbol(c.Addr()).Name, "code@0x")
	require.Equal(t, "generated code", (*Code)(nil).symbol(5).Name)
}

// profiled runs code under the CPU profiler until it has a slot, and gives that.
func profiled(t testing.TB, f *Fiber, c *Code) (slot int) {
	t.Helper()
	require.NoError(t, pprof.StartCPUProfile(io.Discard))
	defer pprof.StopCPUProfile()
	for range 1000 {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		_, err := f.CallContext(ctx, c)
		cancel()
		require.ErrorIs(t, err, context.DeadlineExceeded)
		if slot = slotOf(c); slot >= 0 {
			return slot
		}
	}
	t.Fatal("no profiling signal in 20 s")
	return -1
}

// slotOf gives the slot of the first bytes of c, or -1.
func slotOf(c *Code) int {
	for i := range tramp.Slots {
		if addr, _ := tramp.Slot(i); addr == c.Addr() {
			return i
		}
	}
	return -1
}

// TestProfileSymbols follows a slot from its first sample on until it can be taken by others.
func TestProfileSymbols(t *testing.T) {
	a := newTestArena(t, Config{Size: 64 << 10})
	f := newTestFiber(t)
	publish := func(name string) *Code {
		codes, err := a.Publish(namedBlob{blob{code: codeEndless, align: 16}, name})
		require.NoError(t, err)
		return codes[0]
	}
	ProfileSymbols() // what other tests have left is not seen again
	first := publish("first")
	slot := profiled(t, f, first)
	want := ProfileSymbol{Name: "first", Addr: first.Addr()}
	require.Equal(t, want, ProfileSymbols()[tramp.SlotPC(slot)])
	require.True(t, strings.HasSuffix(runtime.FuncForPC(tramp.SlotPC(slot)).Name(), "tramp.generatedCode"))
	require.Equal(t, "generated code", ProfileSymbols()[tramp.SlotPC(tramp.Slots)].Name)

	// Other code comes to the same place: the profile that is being taken has both.
	slot = profiled(t, f, first)
	require.NoError(t, first.Release())
	require.NoError(t, a.Reclaim())
	require.Equal(t, -1, slotOf(first))
	second := publish("second")
	require.Equal(t, want.Addr, second.Addr())
	other := profiled(t, f, second)
	require.NotEqual(t, slot, other)
	for range idle {
		symbols := ProfileSymbols()
		require.Equal(t, want, symbols[tramp.SlotPC(slot)])
		require.Equal(t, ProfileSymbol{Name: "second", Addr: second.Addr()}, symbols[tramp.SlotPC(other)])
	}
	// The arena's end is one of all its code.
	require.NoError(t, second.Release())
	require.NoError(t, a.Close())
	require.Equal(t, -1, slotOf(second))
	require.Equal(t, "second", ProfileSymbols()[tramp.SlotPC(other)].Name)
	for range 2 * idle {
		ProfileSymbols()
	}
	require.NotContains(t, ProfileSymbols(), tramp.SlotPC(slot))
	require.NotContains(t, ProfileSymbols(), tramp.SlotPC(other))
}

// TestProfilesSeeOnlyGo has all that looks at stacks look at those of goroutines that are in generated code, in an import,
// blocked there, or whose call is suspended; in all of them there is Go code only.
func TestProfilesSeeOnlyGo(t *testing.T) {
	a := newTestArena(t, Config{})
	forward, spoil, count := seal(t, a, codeForward), seal(t, a, codeTrash), seal(t, a, codeCount)
	runtime.SetBlockProfileRate(1)
	defer runtime.SetBlockProfileRate(0)
	defer runtime.SetMutexProfileFraction(runtime.SetMutexProfileFraction(1))
	var cpu, events bytes.Buffer
	require.NoError(t, trace.Start(&events))
	require.NoError(t, pprof.StartCPUProfile(&cpu))
	stop := testenv.Storm(t, 200*time.Microsecond, unix.SIGPROF, unix.SIGURG)

	var mu sync.Mutex
	wait := newImport(t, a, func(c *Callback) error {
		mu.Lock() // blocks
		time.Sleep(10 * time.Microsecond)
		mu.Unlock()
		return nil
	})
	yield := newImport(t, a, func(c *Callback) error { return c.Yield(1) })
	var done atomic.Bool
	var wg sync.WaitGroup
	for range 4 {
		f, suspended := newTestFiber(t), newTestFiber(t)
		wg.Go(func() {
			for !done.Load() {
				_, err := suspended.Call(forward, yield)
				assert.ErrorIs(t, err, ErrSuspended)
				_, err = f.Call(forward, wait)
				assert.NoError(t, err)
				_, err = f.Call(count, 100_000)
				assert.NoError(t, err)
				_, err = f.Call(spoil)
				assert.NoError(t, err)
				_, err = suspended.Resume(0)
				assert.NoError(t, err)
			}
		})
	}
	text, calls := make([]byte, 1<<20), 0
	for end := time.Now().Add(500 * time.Millisecond); time.Now().Before(end); {
		all := string(text[:runtime.Stack(text, true)])
		require.NotContains(t, all, "unknown")
		require.Contains(t, all, "TestProfilesSeeOnlyGo")
		calls += requireGo(t, runtime.GoroutineProfile)
	}
	done.Store(true)
	wg.Wait()
	stop()
	pprof.StopCPUProfile()
	trace.Stop()
	require.Positive(t, calls)
	require.Positive(t, requireGo(t, records(runtime.BlockProfile)))
	require.Positive(t, requireGo(t, records(runtime.MutexProfile)))
	r, err := gzip.NewReader(&cpu)
	require.NoError(t, err)
	names, err := io.ReadAll(r)
	require.NoError(t, err)
	require.True(t, bytes.Contains(names, []byte("tramp.generatedCode")))
	require.True(t, bytes.Contains(events.Bytes(), []byte("tramp.Enter")), "the trace has the names of functions in it")
}

// records makes a profile of events one of stacks.
func records(profile func([]runtime.BlockProfileRecord) (int, bool)) func([]runtime.StackRecord) (int, bool) {
	return func(list []runtime.StackRecord) (int, bool) {
		events := make([]runtime.BlockProfileRecord, len(list))
		n, ok := profile(events)
		for i := range list {
			list[i] = events[i].StackRecord
		}
		return n, ok
	}
}

// requireGo fails the test if there is a program counter in a profile of which Go knows nothing, and tells how many
// calls of generated code there are.
func requireGo(t *testing.T, profile func([]runtime.StackRecord) (int, bool)) (calls int) {
	list := make([]runtime.StackRecord, 10_000)
	n, ok := profile(list)
	require.True(t, ok)
	for _, r := range list[:n] {
		for _, pc := range r.Stack() {
			fn := runtime.FuncForPC(pc - 1)
			require.NotNil(t, fn, "%#x", pc)
			if strings.HasSuffix(fn.Name(), "tramp.Enter") {
				calls++
			}
		}
	}
	return calls
}

// BenchmarkSweepSlots is what a sweep takes longer once a profile has found generated code.
func BenchmarkSweepSlots(b *testing.B) {
	a := newTestArena(b, Config{})
	c := seal(b, a, codeEndless)
	profiled(b, newTestFiber(b), c)
	for b.Loop() {
		samples.leave(a)
	}
	require.NotEqual(b, -1, slotOf(c), "the code is live")
}
