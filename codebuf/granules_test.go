package codebuf

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// newTestHeap has chunks of the given limits, in granules, all open.
func newTestHeap(limits ...int) *heap {
	h := &heap{}
	for i, limit := range limits {
		h.chunks = append(h.chunks, &chunk{limit: limit})
		h.open(i)
	}
	return h
}

// check compares the heap with an array that says which granules are free.
func (h *heap) check(t *testing.T, free [][]bool) {
	t.Helper()
	total := 0
	seen := 0
	for b := range nbins {
		head := uint32(b)
		require.Equal(t, h.runs[b].next != head, h.filled[b/64]>>(b%64)&1 != 0)
		prev := head
		for id := h.runs[b].next; id != head; prev, id = id, h.runs[id].next {
			r := h.runs[id]
			require.Equal(t, prev, r.prev)
			require.Equal(t, b, binOf(r.n))
			c, i := r.at.chunk(), r.at.index()
			f := free[c]
			require.False(t, slices.Contains(f[i:i+int(r.n)], false), "chunk %d", c)
			require.False(t, i > 0 && f[i-1] || i+int(r.n) < len(f) && f[i+int(r.n)], "a run is as long as it can be")
			seen += int(r.n)
		}
	}
	for i, f := range free {
		n := 0
		for _, is := range f {
			if is {
				n++
			}
		}
		require.Equal(t, n, h.chunks[i].free)
		total += n
	}
	require.Equal(t, total, seen, "every free granule is in a run")
	require.Equal(t, total, h.free)
}

// TestHeapModel compares the allocator with an array of what is free. (Leaving out the claim of blocks, or giving a gap
// back before the block behind it is claimed, makes it fail.)
func TestHeapModel(t *testing.T) {
	limits := []int{chunkGranules - 256, 700, 64, 1}
	h := newTestHeap(limits...)
	free := make([][]bool, len(limits))
	for i := range free {
		free[i] = make([]bool, limits[i])
		for k := range free[i] {
			free[i][k] = true
		}
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	type taken struct {
		at place
		n  uint32
	}
	var held []taken
	set := func(at place, n uint32, to bool) {
		part := free[at.chunk()][at.index():][:n]
		require.False(t, slices.Contains(part, to))
		for k := range part {
			part[k] = to
		}
	}
	for step := range 6000 {
		switch k := rnd.IntN(10); {
		case k < 5:
			n, align := uint32(1+rnd.IntN(40)), uint32(1)
			if k == 0 {
				n, align = uint32(1+rnd.IntN(3000)), 1<<rnd.IntN(9)
			}
			if at, ok := h.take(n, align); ok {
				require.Zero(t, uint32(at)%align)
				set(at, n, false)
				h.claim(at, n)
				held = append(held, taken{at, n})
			}
		case k == 5 && step%20 == 0:
			if r, ok := h.gap(uint32(1+rnd.IntN(40)), 1<<rnd.IntN(5)); ok {
				set(r.at, r.n, false)
				first := 1 + rnd.IntN(int(r.n))
				h.claim(r.at, uint32(first))
				held = append(held, taken{r.at, uint32(first)})
				if rest := r.n - uint32(first); rest > 0 {
					h.give(r.at+place(first), rest)
					set(r.at+place(first), rest, true)
				}
			}
		case len(held) > 0:
			i := rnd.IntN(len(held))
			b := held[i]
			held[i] = held[len(held)-1]
			held = held[:len(held)-1]
			set(b.at, b.n, true)
			r := h.give(b.at, b.n)
			require.True(t, r.at <= b.at && b.at+place(b.n) <= r.at+place(r.n))
		}
		if step%100 == 0 {
			h.check(t, free)
		}
	}
	at, n := place(1000), uint32(5000)
	want := 0
	for k := range n {
		if free[0][1000+k] {
			free[0][1000+k] = false
			want++
		}
	}
	require.Equal(t, want, h.withhold(at, n))
	h.check(t, free)
	for _, b := range held {
		if b.at.chunk() == 0 && b.at.index() < 6000 && b.at.index()+int(b.n) > 1000 {
			continue // beside what is withheld
		}
		set(b.at, b.n, true)
		h.give(b.at, b.n)
	}
	h.check(t, free)
}

// TestBins: a run of a length is in the bin that a search for that length begins with, and longer ones not before it.
func TestBins(t *testing.T) {
	last := 0
	for n := uint32(1); n <= chunkGranules; n++ {
		b := binOf(n)
		require.True(t, b == last || b == last+1 || n == 1, n)
		require.Less(t, b, nbins)
		last = b
	}
	require.Equal(t, nbins-1, last)
}

// TestGap: a long gap is taken whole, for several pieces of code; of short ones the one that fits, so that longer ones
// are there for who needs them. (Taking the longest always makes it fail.)
func TestGap(t *testing.T) {
	h := newTestHeap(chunkGranules - 256)
	lengths := []uint32{40, 10, 32, gapLength, 33}
	hold := func(n uint32) place {
		at, ok := h.take(n, 1)
		require.True(t, ok)
		h.claim(at, n)
		return at
	}
	var at []place
	for _, n := range lengths {
		at = append(at, hold(n))
		hold(1)
	}
	hold(uint32(h.free))
	for i, n := range lengths {
		h.give(at[i], n)
	}
	for _, want := range []struct{ n, align, i, length uint32 }{{7, 1, 3, gapLength}, {32, 1, 2, 32}, {9, 1, 1, 9}, {33, 1, 4, 33}, {34, 1, 0, 34}} {
		r, ok := h.gap(want.n, want.align)
		require.True(t, ok)
		require.Equal(t, run{at: at[want.i], n: want.length}, run{at: r.at, n: r.n})
	}
	_, ok := h.gap(7, 1)
	require.False(t, ok)
}

// BenchmarkMetadata takes and gives back granules at random among many blocks: what publishing and releasing costs beside
// memory and the kernel.
func BenchmarkMetadata(b *testing.B) {
	for _, blocks := range []int{1_000, 10_000, 100_000} {
		b.Run(strconv.Itoa(blocks), func(b *testing.B) { benchmarkMetadata(b, blocks) })
	}
}

func benchmarkMetadata(b *testing.B, blocks int) {
	h := newTestHeap()
	for i := range 1 + blocks/2500 {
		h.chunks = append(h.chunks, &chunk{limit: chunkGranules - 256})
		h.open(i)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	type taken struct {
		at place
		n  uint32
	}
	held := make([]taken, blocks)
	take := func(n uint32) taken {
		at, ok := h.take(n, 1)
		if !ok {
			b.Fatal("full")
		}
		h.claim(at, n)
		return taken{at, n}
	}
	for i := range held {
		held[i] = take(1 + uint32(rnd.IntN(32)))
	}
	const many = 1 << 16
	sizes, victims := make([]uint32, many), make([]uint32, many)
	for i := range many {
		sizes[i], victims[i] = 1+uint32(rnd.IntN(32)), uint32(rnd.IntN(len(held)))
	}
	i := 0
	for b.Loop() {
		v := &held[victims[i%many]]
		h.give(v.at, v.n)
		*v = take(sizes[i*7%many])
		i++
	}
}

func TestMetadataAllocatesNothing(t *testing.T) {
	h := newTestHeap(chunkGranules - 256)
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		at, _ := h.take(20, 1)
		h.claim(at, 20)
		h.give(at, 20)
	}))
}
