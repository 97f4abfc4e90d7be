package bench

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/wxjit/wxjit/codebuf"
	"github.com/wxjit/wxjit/internal/bench/ccall"
)

// faultLoops read a null pointer n times: in generated code, in Go, and in C with a handler that does nothing but skip
// the instruction. The last is what the kernel takes, from the fault to the handler and back.
func faultLoops(tb testing.TB) []callbacks {
	load := publish(tb, newArena(tb), loadBytes)
	f, err := codebuf.NewFiber(codebuf.FiberConfig{})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, f.Close()) })
	all := []callbacks{
		{name: "fault", run: func(n uint64) (faults uint64, err error) {
			for range n {
				if _, err := f.Call(load, 0); err == nil {
					return faults, errors.New("no fault")
				}
				faults++
			}
			return faults, nil
		}},
		{name: "go", run: func(n uint64) (faults uint64, err error) {
			for range n {
				if !panics() {
					return faults, errors.New("no panic")
				}
				faults++
			}
			return faults, nil
		}},
	}
	if ccall.Available {
		all = append(all, callbacks{name: "kernel", run: func(n uint64) (uint64, error) {
			ccall.Faults(n)
			return n, nil
		}})
	}
	return all
}

// panics tells whether a null pointer in Go is a panic.
func panics() (recovered bool) {
	defer func() { recovered = recover() != nil }()
	var p *int
	*p = 1
	return false
}

// BenchmarkFault reports what it takes from a fault to the error that the call gives, in time of the processor, and how
// many times as long as the others. The pieces are small and take turns.
func BenchmarkFault(b *testing.B) {
	const piece = 500
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	all := faultLoops(b)
	for b.Loop() {
		for i := range all {
			start := threadTime(b)
			if _, err := all[i].run(piece); err != nil {
				b.Fatal(err)
			}
			all[i].took = append(all[i].took, threadTime(b)-start)
		}
	}
	for _, w := range all {
		b.ReportMetric(float64(median(w.took))/piece, w.name+"-ns")
		if w.name != "fault" {
			b.ReportMetric(float64(median(all[0].took))/float64(median(w.took)), "x-"+w.name)
		}
	}
	b.ReportMetric(0, "ns/op")
}

// threadTime is what this thread has had of the processor.
func threadTime(tb testing.TB) time.Duration {
	var t unix.Timespec
	require.NoError(tb, unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t))
	return time.Duration(t.Nano())
}

// TestFaultLoops holds the benchmark to its meaning: each really faults, and the handlers are there afterwards.
func TestFaultLoops(t *testing.T) {
	for range 2 {
		for _, w := range faultLoops(t) {
			n, err := w.run(10)
			require.NoError(t, err, w.name)
			require.EqualValues(t, 10, n, w.name)
		}
	}
}
