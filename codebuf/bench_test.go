package codebuf

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/wxjit/wxjit/internal/icache"
	"github.com/wxjit/wxjit/internal/tramp"
	"github.com/wxjit/wxjit/internal/vmem"
)

// simple is what is compared with: for each function, memory is mapped, written, made executable and unmapped.
func simple(b *testing.B, code []byte) {
	k := vmem.Host{}
	addr, err := k.Reserve(vmem.PageSize)
	if err == nil {
		err = k.Protect(addr, vmem.PageSize, vmem.ReadWrite)
	}
	if err == nil {
		copy(writable(addr, vmem.PageSize), code)
		icache.Flush(addr, addr+uintptr(len(code)))
		err = k.Protect(addr, vmem.PageSize, vmem.ReadExec)
	}
	if err == nil {
		err = k.Unmap(addr, vmem.PageSize)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// plainHost is the kernel itself until the end of the test, and not the one that looks at all mappings after each call.
func plainHost(t testing.TB) {
	was := host
	host = kernel
	t.Cleanup(func() { host = was })
}

// versus runs ours and theirs in turn, and reports the medians' ratio; per is how many functions a call of ours makes.
func versus(b *testing.B, per int, ours, theirs func()) {
	var x, y []time.Duration
	for range b.N {
		start := time.Now()
		ours()
		x = append(x, time.Since(start))
		start = time.Now()
		theirs()
		y = append(y, time.Since(start))
	}
	slices.Sort(x)
	slices.Sort(y)
	each := float64(x[len(x)/2]) / float64(per)
	b.ReportMetric(each, "ns/function")
	b.ReportMetric(each/float64(y[len(y)/2]), "x-simple")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkPublish is the cost of a function of 512 bytes: published in batches, and alone into a page with others.
func BenchmarkPublish(b *testing.B) {
	plainHost(b)
	bytes := make([]byte, 512)
	fillTraps(bytes)
	for _, s := range strategies {
		for _, batch := range []int{1, 8, 64, 1024} {
			b.Run(fmt.Sprintf("%v/%d", s, batch), func(b *testing.B) {
				a := newTestArena(b, Config{Strategy: s, Size: tramp.Reach / 2})
				blobs := make([]Blob, batch)
				for i := range blobs {
					blobs[i] = blob{code: bytes, align: 1}
				}
				var codes []*Code
				versus(b, batch, func() {
					var err error
					if codes, err = a.Publish(blobs...); err != nil {
						b.StopTimer()
						b.Fatal(err)
					}
				}, func() { simple(b, bytes) })
				_ = codes
			})
		}
	}
}

// BenchmarkReuse is the time from the release of a batch until its memory is free, for each function.
func BenchmarkReuse(b *testing.B) {
	plainHost(b)
	for _, s := range strategies {
		for _, batch := range []int{1, 1024} {
			b.Run(fmt.Sprintf("%v/%d", s, batch), func(b *testing.B) {
				a := newTestArena(b, Config{Strategy: s})
				publish(b, a, codeAdd)
				blobs := make([]Blob, batch)
				for i := range blobs {
					blobs[i] = blob{code: make([]byte, 512), align: 1}
				}
				var total time.Duration
				for range b.N {
					codes, err := a.Publish(blobs...)
					if err != nil {
						b.Fatal(err)
					}
					start := time.Now()
					if err := a.Release(codes...); err != nil {
						b.Fatal(err)
					}
					if err := a.Reclaim(); err != nil {
						b.Fatal(err)
					}
					total += time.Since(start)
				}
				b.ReportMetric(float64(total)/float64(b.N*batch), "ns/function")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// BenchmarkRoundRobin calls 1,000 functions in turn, packed and with a page for each: what their translations cost.
func BenchmarkRoundRobin(b *testing.B) {
	a := newTestArena(b, Config{})
	f := newTestFiber(b)
	loop := func(n int) func() time.Duration {
		var codes []*Code
		for k := range uint16(1000) {
			codes = append(codes, publish(b, a, sized(k, n)))
		}
		rand.Shuffle(len(codes), func(i, j int) { codes[i], codes[j] = codes[j], codes[i] })
		return func() time.Duration {
			start := time.Now()
			for _, c := range codes {
				if _, err := f.Call(c); err != nil {
					b.Fatal(err)
				}
			}
			return time.Since(start)
		}
	}
	packed, paged := loop(32), loop(vmem.PageSize)
	var x, y []time.Duration
	for range max(b.N, 3) {
		x, y = append(x, packed()), append(y, paged())
	}
	slices.Sort(x)
	slices.Sort(y)
	b.ReportMetric(float64(x[len(x)/2])/1000, "ns/packed-call")
	b.ReportMetric(float64(y[len(y)/2])/1000, "ns/paged-call")
	b.ReportMetric(float64(x[len(x)/2])/float64(y[len(y)/2]), "x-paged")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkLookup finds addresses at random among 100,000 functions.
func BenchmarkLookup(b *testing.B) {
	a := newTestArena(b, Config{})
	var blobs []Blob
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		blobs = append(blobs, blob{code: make([]byte, 16+rnd.IntN(497)), align: 1})
	}
	codes, err := a.Publish(blobs...)
	if err != nil {
		b.Fatal(err)
	}
	pcs := make([]uintptr, 1<<14)
	for i := range pcs {
		c := codes[rnd.IntN(len(codes))]
		pcs[i] = c.Addr() + uintptr(rnd.IntN(c.Len()))
	}
	i := 0
	for b.Loop() {
		if _, _, ok := a.Lookup(pcs[i%len(pcs)]); !ok {
			b.Fatal("not found")
		}
		i++
	}
}
