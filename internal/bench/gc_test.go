package bench

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/codebuf"
)

// BenchmarkGC collects garbage while every P runs an endless loop, in generated code and in Go in turn. x-go is the ratio of
// their medians, p99-x-go that of their 99th percentiles.
func BenchmarkGC(b *testing.B) {
	code := publish(b, newArena(b), loopBytes)
	fibers := make([]*codebuf.Fiber, runtime.GOMAXPROCS(0))
	for i := range fibers {
		var err error
		fibers[i], err = codebuf.NewFiber(codebuf.FiberConfig{})
		require.NoError(b, err)
		b.Cleanup(func() { require.NoError(b, fibers[i].Close()) })
	}
	const piece = 5
	var ours, goes []time.Duration
	for done := 0; done < b.N; done += piece {
		ours = append(ours, collect(b, piece, func(i int) { _, _ = fibers[i].Call(code, 1<<20) })...)
		goes = append(goes, collect(b, piece, func(int) { goCount(1 << 20) })...)
	}
	slices.Sort(ours)
	slices.Sort(goes)
	at := func(d []time.Duration, percent int) float64 { return float64(d[len(d)*percent/100]) }
	b.ReportMetric(at(ours, 50), "ns/op")
	b.ReportMetric(at(ours, 99), "p99-ns")
	b.ReportMetric(at(ours, 50)/at(goes, 50), "x-go")
	b.ReportMetric(at(ours, 99)/at(goes, 99), "p99-x-go")
}

// goCount is what loopBytes is in Go.
//
//go:noinline
func goCount(n uint64) (r uint64) {
	for ; n != 0; n-- {
		r++
	}
	return r
}

// collect gives the times of n collections while each P runs spin over and over.
func collect(b *testing.B, n int, spin func(i int)) (times []time.Duration) {
	var stop atomic.Bool
	var wg sync.WaitGroup
	for i := range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for !stop.Load() {
				spin(i)
			}
		})
	}
	for range n {
		start := time.Now()
		runtime.GC()
		times = append(times, time.Since(start))
	}
	stop.Store(true)
	wg.Wait()
	return times
}
