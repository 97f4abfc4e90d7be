package codebuf

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

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

// versus runs ours and theirs in turn, a few of each at a time, so that both see the same machine and their own work in the
// caches. It reports the medians' ratio; per is how many functions a call of ours makes. What undo takes is not counted.
func versus(b *testing.B, per int, ours, undo, theirs func()) {
	var x, y []time.Duration
	timed := func(f func()) time.Duration {
		start := time.Now()
		f()
		return time.Since(start)
	}
	for done := 0; done < b.N; done += 16 {
		n := min(16, b.N-done)
		for range n {
			x = append(x, timed(ours))
			undo()
		}
		for range n {
			y = append(y, timed(theirs))
		}
	}
	slices.Sort(x)
	slices.Sort(y)
	each := float64(x[len(x)/2]) / float64(per)
	b.ReportMetric(each, "ns/function")
	b.ReportMetric(each/float64(y[len(y)/2]), "x-simple")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkPublish is the cost of a function of 512 bytes: published in batches, and alone into a page with others. What was
// published is released before the next, for the simple way also gets the page back that it has just given up. With
// "fresh" nothing is released, so that all memory, that of the records, too, is new to the process.
func BenchmarkPublish(b *testing.B) {
	plainHost(b)
	bytes := make([]byte, 512)
	fillTraps(bytes)
	for _, s := range strategies {
		for _, batch := range []int{1, 8, 64, 1024} {
			b.Run(fmt.Sprintf("%v/%d", s, batch), func(b *testing.B) { benchmarkPublish(b, s, bytes, batch, false) })
		}
		b.Run(fmt.Sprintf("%v/1024/fresh", s), func(b *testing.B) { benchmarkPublish(b, s, bytes, 1024, true) })
	}
}

func benchmarkPublish(b *testing.B, s Strategy, bytes []byte, batch int, fresh bool) {
	a := newTestArena(b, Config{Strategy: s, Size: tramp.Reach / 2})
	publish(b, a, codeAdd)
	blobs := make([]Blob, batch)
	for i := range blobs {
		blobs[i] = blob{code: bytes, align: 1}
	}
	var codes, all []*Code
	release := func(codes []*Code) {
		err := a.Release(codes...)
		if err == nil {
			err = a.Reclaim()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	versus(b, batch, func() {
		var err error
		if codes, err = a.Publish(blobs...); err != nil {
			b.Fatal(err)
		}
	}, func() {
		if !fresh {
			release(codes)
		} else if all = append(all, codes...); len(all) > 1<<20 {
			release(all) // the arena is full
			all = nil
		}
	}, func() { simple(b, bytes) })
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

// BenchmarkLookup finds addresses among many functions: a thousand again and again, and any at random. What can't be less
// for those that are in no cache is the time of one plain read in an array that is as large as all Codes: x-read is how
// many of these a lookup takes. Each begins when the one before has ended.
func BenchmarkLookup(b *testing.B) {
	plainHost(b)
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			rnd := rand.New(rand.NewPCG(1, 2))
			a := newTestArena(b, Config{Size: n * 320})
			codes := fillArena(b, a, n, rnd)
			array := make([]uint64, n*int(unsafe.Sizeof(Code{}))/8)
			for i := range array {
				array[i] = uint64(i)
			}
			for _, of := range []int{1000, n} {
				b.Run(map[bool]string{true: "random", false: "hot"}[of == n], func(b *testing.B) { benchmarkLookup(b, a, codes[:of], array, rnd) })
			}
		})
	}
}

func benchmarkLookup(b *testing.B, a *Arena, codes []*Code, array []uint64, rnd *rand.Rand) {
	const many = 1 << 20
	pcs, reads := make([]uintptr, many), make([]uint64, many)
	for i := range pcs {
		c := codes[rnd.IntN(len(codes))]
		pcs[i] = c.Addr() + uintptr(rnd.IntN(c.Len()))
		reads[i] = rnd.Uint64N(uint64(len(array)))
	}
	// In turn, a little at a time: what else the machine does falls on few of the rounds.
	const round = 1000
	var x, y []time.Duration
	last, v := 0, uint64(0)
	for i := 0; i < max(b.N, many); i += round {
		start := time.Now()
		for _, pc := range pcs[i%(many-round):][:round] {
			_, off, ok := a.Lookup(pc + uintptr(last>>40))
			if !ok {
				b.Fatal("not found")
			}
			last = off
		}
		x = append(x, time.Since(start))
		start = time.Now()
		for _, k := range reads[i%(many-round):][:round] {
			v = array[k+v>>40]
		}
		y = append(y, time.Since(start))
	}
	slices.Sort(x)
	slices.Sort(y)
	b.ReportMetric(float64(x[len(x)/2])/round, "ns/lookup")
	b.ReportMetric(float64(y[len(y)/2])/round, "ns/read")
	b.ReportMetric(float64(x[len(x)/2])/float64(y[len(y)/2]), "x-read")
	b.ReportMetric(0, "ns/op")
}

// fillArena publishes n functions of 16 to 512 bytes.
func fillArena(t testing.TB, a *Arena, n int, rnd *rand.Rand) []*Code {
	bytes := make([]byte, 512)
	fillTraps(bytes)
	codes := make([]*Code, 0, n)
	for len(codes) < n {
		var blobs []Blob
		for range min(1000, n-len(codes)) {
			blobs = append(blobs, blob{code: bytes[:16+rnd.IntN(497)], align: 1})
		}
		more, err := a.Publish(blobs...)
		require.NoError(t, err)
		codes = append(codes, more...)
	}
	return codes
}
