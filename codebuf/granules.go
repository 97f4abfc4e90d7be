package codebuf

import (
	"math/bits"
	"sync/atomic"
)

// Address space is handed out in granules of 16 bytes. What is free is kept as runs of granules, each in the list of
// its length, so that one which fits is found in a few steps however many there are; a run knows from a word at each
// of its ends, in a table beside the code, who its neighbours are, so that what comes back joins them at once.
//
//	granules   | code | run, free ......... | code | code |
//	tags         id     id|free      id|free  id     id        at the ends of a free run, at the start of code
//	starts       1      0                     1      1         one bit each: code begins here

const (
	granule = 16 // bytes

	chunkShift    = 20 // log2 of the bytes
	chunkSize     = 1 << chunkShift
	chunkGranules = chunkSize / granule
	placeShift    = 16 // log2 of the granules in a chunk
)

// place is a granule of an arena: the number of its chunk, and in the lower 16 bits its own in the chunk.
type place uint32

func (p place) chunk() int { return int(p >> placeShift) }
func (p place) index() int { return int(p & (chunkGranules - 1)) }

// chunk is 1 MiB of address space, or what a segment has at its end. Only an open one is handed out from.
type chunk struct {
	seg   *segment
	off   int // in the segment, in bytes
	limit int // granules; those behind are a guard page

	// table is nil until the chunk is first opened.
	table atomic.Pointer[table]
	// span is code that begins in this chunk or an earlier one and has this and whole other chunks to itself.
	span atomic.Pointer[Code]
	free int // granules
	// written is how many bytes were published there since it was sealed.
	written int

	open  bool // handed out from, or whole
	whole bool // belongs to one block, with others or alone
}

// table is what is known of the granules of a chunk. Lookup reads it without a lock.
type table struct {
	starts []uint64 // atomic
	tags   []uint32 // atomic where code starts
}

// freeTag is set in the tags of free runs; the rest is the number of the run.
const freeTag = 1 << 31

// heap is the free runs of an arena. It is not for concurrent use.
type heap struct {
	chunks []*chunk
	runs   []run // the first is none
	vacant uint32
	bins   [nbins]uint32
	filled [(nbins + 63) / 64]uint64
	free   int // granules in all runs
}

// run is free granules, or an element of runs that is not in use, in the list of those.
type run struct {
	at         place
	n          uint32
	next, prev uint32 // in the bin, 0 for none
}

// Runs of up to 64 granules have a bin for each length; beyond that four share a factor of two.
const (
	exactBins = 64
	nbins     = exactBins + 4*(placeShift-6) + 1
	// probes is how many runs of a bin are looked at, where not all in it must fit.
	probes = 16
)

// binOf gives the bin of runs of n granules.
func binOf(n uint32) int {
	if n <= exactBins {
		return int(n) - 1
	}
	log := bits.Len32(n) - 1
	return exactBins + (log-6)*4 + int(n>>(log-2)&3)
}

// insert adds a free run, which has no free neighbours.
func (h *heap) insert(at place, n uint32) {
	id := h.vacant
	if id != 0 {
		h.vacant = h.runs[id].next
	} else {
		if len(h.runs) == 0 {
			h.runs = append(h.runs, run{})
		}
		id = uint32(len(h.runs))
		h.runs = append(h.runs, run{})
	}
	b := binOf(n)
	head := h.bins[b]
	h.runs[id] = run{at: at, n: n, next: head}
	if head != 0 {
		h.runs[head].prev = id
	}
	h.bins[b] = id
	h.filled[b/64] |= 1 << (b % 64)
	t := h.chunks[at.chunk()].table.Load()
	t.tags[at.index()] = id | freeTag
	t.tags[at.index()+int(n)-1] = id | freeTag
	h.free += int(n)
	h.chunks[at.chunk()].free += int(n)
}

// remove takes a run out. Its tags stay, for they are overwritten when its granules are used.
func (h *heap) remove(id uint32) run {
	r := h.runs[id]
	if r.prev != 0 {
		h.runs[r.prev].next = r.next
	} else {
		b := binOf(r.n)
		if h.bins[b] = r.next; r.next == 0 {
			h.filled[b/64] &^= 1 << (b % 64)
		}
	}
	if r.next != 0 {
		h.runs[r.next].prev = r.prev
	}
	h.runs[id] = run{next: h.vacant}
	h.vacant = id
	h.free -= int(r.n)
	h.chunks[r.at.chunk()].free -= int(r.n)
	return r
}

// take finds n granules in a row, of which the first is a multiple of align, a power of two up to a page.
func (h *heap) take(n, align uint32) (at place, ok bool) {
	for b := h.nextBin(binOf(n)); b < nbins; b = h.nextBin(b + 1) {
		id := h.bins[b]
		for range probes {
			if id == 0 {
				break
			}
			r := &h.runs[id]
			skip := uint32(-r.at) & (align - 1)
			if r.n >= n+skip {
				return h.carve(id, skip, n), true
			}
			id = r.next
		}
	}
	return 0, false
}

// largest takes all of one of the largest runs, if that has n granules.
func (h *heap) largest(n uint32) (r run, ok bool) {
	for i := len(h.filled) - 1; i >= 0; i-- {
		if h.filled[i] != 0 {
			id := h.bins[i*64+bits.Len64(h.filled[i])-1]
			if h.runs[id].n < n {
				return run{}, false
			}
			r = h.runs[id]
			h.carve(id, 0, r.n)
			return r, true
		}
	}
	return run{}, false
}

// gapLength is from how many granules on a gap is filled with whatever comes next, all of it.
const gapLength = 256

// gap takes a run that has n granules in a row of which the first is a multiple of align: one of the largest if several
// pieces of code have room there side by side; else no more than n, where it fits best. If small gaps were filled as they
// come, the largest first, soon none would be left that is large enough for anything.
func (h *heap) gap(n, align uint32) (run, bool) {
	if r, ok := h.largest(max(n+align-1, gapLength)); ok {
		return r, true
	}
	if at, ok := h.take(n, align); ok {
		return run{at: at, n: n}, true
	}
	return h.largest(n + align - 1)
}

// nextBin gives the first bin from b on that has a run, or nbins.
func (h *heap) nextBin(b int) int {
	for i := b / 64; i < len(h.filled); i++ {
		if w := h.filled[i] >> (b % 64); w != 0 {
			return b + bits.TrailingZeros64(w)
		}
		b = (i + 1) * 64
	}
	return nbins
}

// carve takes n granules out of a run, after the first skip.
func (h *heap) carve(id, skip, n uint32) place {
	r := h.remove(id)
	at := r.at + place(skip)
	if skip > 0 {
		h.insert(r.at, skip)
	}
	if rest := r.n - skip - n; rest > 0 {
		h.insert(at+place(n), rest)
	}
	return at
}

// claim marks granules that were taken as one piece, so that its neighbours know that it is not free.
func (h *heap) claim(at place, n uint32) {
	t := h.chunks[at.chunk()].table.Load()
	t.tags[at.index()], t.tags[at.index()+int(n)-1] = 0, 0
}

// give makes granules free that were claimed, or the end of what was taken, and gives the run that they are now part of.
func (h *heap) give(at place, n uint32) run {
	c := h.chunks[at.chunk()]
	t := c.table.Load()
	if i := at.index(); i > 0 {
		if tag := t.tags[i-1]; tag&freeTag != 0 {
			r := h.remove(tag &^ freeTag)
			at, n = r.at, n+r.n
		}
	}
	if i := at.index() + int(n); i < c.limit {
		if tag := t.tags[i]; tag&freeTag != 0 {
			n += h.remove(tag &^ freeTag).n
		}
	}
	h.insert(at, n)
	return run{at: at, n: n}
}

// open begins to hand out from a chunk that is closed and has no code.
func (h *heap) open(i int) {
	c := h.chunks[i]
	if c.table.Load() == nil {
		c.table.Store(&table{starts: make([]uint64, (c.limit+63)/64), tags: make([]uint32, c.limit)})
	}
	c.open = true
	h.insert(place(i<<placeShift), uint32(c.limit))
}

// close takes a chunk back that is one free run.
func (h *heap) close(r run) {
	c := h.chunks[r.at.chunk()]
	h.remove(c.table.Load().tags[0] &^ freeTag)
	c.open = false
}

// withhold takes the free granules from at on out for good, n at most, and says how many those were.
func (h *heap) withhold(at place, n uint32) (held int) {
	end := at + place(n)
	for id := 1; id < len(h.runs); id++ {
		r := h.runs[id]
		lo, hi := max(at, r.at), min(end, r.at+place(r.n))
		if r.n == 0 || lo >= hi {
			continue
		}
		h.claim(h.carve(uint32(id), uint32(lo-r.at), uint32(hi-lo)), uint32(hi-lo))
		held += int(hi - lo)
		id = 0 // carve may have put the rest into an element before this one
	}
	return held
}
