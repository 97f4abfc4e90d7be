package bench

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/codebuf"
)

// BenchmarkCancel has goroutines cancel each other, 100 in each round, so that -benchtime=10x is 1,000: each is in an endless loop until the next one, which has begun
// because of it, cancels its context. It reports how long a cancelled loop goes on, of generated code and of Go that asks
// its context in every round, and how many times as long the former. Without Ps to spare both would wait until the runtime
// takes one from a loop.
func BenchmarkCancel(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	code := publish(b, newArena(b), endlessBytes)
	fibers := make([]*codebuf.Fiber, 100)
	for i := range fibers {
		var err error
		fibers[i], err = codebuf.NewFiber(codebuf.FiberConfig{})
		require.NoError(b, err)
		b.Cleanup(func() { require.NoError(b, fibers[i].Close()) })
	}
	var ours, goes []time.Duration
	for b.Loop() {
		ours = append(ours, ring(len(fibers), func(i int, ctx context.Context) { _, _ = fibers[i].CallContext(ctx, code) })...)
		goes = append(goes, ring(len(fibers), func(_ int, ctx context.Context) {
			for ctx.Err() == nil {
			}
		})...)
	}
	slices.Sort(ours)
	slices.Sort(goes)
	at := func(d []time.Duration, percent int) float64 { return float64(d[len(d)*percent/100]) }
	b.ReportMetric(at(ours, 50), "ns/op")
	b.ReportMetric(at(ours, 99), "p99-ns")
	b.ReportMetric(at(ours, 50)/at(goes, 50), "x-go")
	b.ReportMetric(at(ours, 99)/at(goes, 99), "p99-x-go")
}

// ring has n goroutines call spin, one after the other, each of which cancels the one before when its own turn has come,
// and gives how long each went on. The last is cancelled before it begins.
func ring(n int, spin func(i int, ctx context.Context)) (latencies []time.Duration) {
	type turn struct {
		cancel context.CancelFunc
		when   time.Time
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	places := make([]chan *turn, n+1)
	for i := range places {
		places[i] = make(chan *turn, 1)
	}
	for i := range n {
		wg.Go(func() {
			before := <-places[i]
			ctx, cancel := context.WithCancel(context.Background())
			own := &turn{cancel: cancel}
			if i == n-1 {
				cancel()
			} else {
				places[i+1] <- own
			}
			before.when = time.Now()
			before.cancel()
			spin(i, ctx)
			if i < n-1 {
				mu.Lock()
				defer mu.Unlock()
				latencies = append(latencies, time.Since(own.when))
			}
		})
	}
	places[0] <- &turn{cancel: func() {}}
	wg.Wait()
	return latencies
}
