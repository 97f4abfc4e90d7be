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
	runs   []run // the first nbins are the heads of the bins
	vacant uint32
	filled [(nbins + 63) / 64]uint64 // which bins have a run
	free   int                       // granules in all runs
}

// run is free granules, or the head of a bin, or an element of runs that is not in use.
type run struct {
	at         place
	n          uint32
	next, prev uint32 // in the ring of the bin; or next of those not in use, 0 for none
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

// vacate makes element id of runs one that is not in use.
func (h *heap) vacate(id uint32) {
	h.runs[id] = run{next: h.vacant}
	h.vacant = id
}

// occupy gives an element of runs that was not in use.
func (h *heap) occupy() (id uint32) {
	if id = h.vacant; id != 0 {
		h.vacant = h.runs[id].next
		return id
	}
	if len(h.runs) == 0 {
		h.runs = make([]run, nbins)
		for b := range h.runs {
			h.runs[b] = run{next: uint32(b), prev: uint32(b)}
		}
	}
	h.runs = append(h.runs, run{})
	return uint32(len(h.runs) - 1)
}

// link makes id a free run, which has no free neighbours.
func (h *heap) link(id uint32, at place, n uint32) {
	b := binOf(n)
	head := &h.runs[b]
	h.runs[id] = run{at: at, n: n, next: head.next, prev: uint32(b)}
	h.runs[head.next].prev = id
	head.next = id
	h.filled[b/64] |= 1 << (b % 64)
	tags := h.chunks[at.chunk()].table.Load().tags[at.index():][:n]
	tags[0], tags[n-1] = id|freeTag, id|freeTag
}

// unlink takes a run out. Its tags stay, for they are overwritten when its granules are used.
func (h *heap) unlink(id uint32) run {
	r := h.runs[id]
	h.runs[r.prev].next = r.next
	h.runs[r.next].prev = r.prev
	if r.prev == r.next { // both are the head
		h.filled[r.prev/64] &^= 1 << (r.prev % 64)
	}
	return r
}

// add counts granules that become free in a chunk.
func (h *heap) add(at place, n int) {
	h.free += n
	h.chunks[at.chunk()].free += n
}

// take finds n granules in a row, of which the first is a multiple of align, a power of two up to a page.
func (h *heap) take(n, align uint32) (at place, ok bool) {
	for b := h.nextBin(binOf(n)); b < nbins; b = h.nextBin(b + 1) {
		id := h.runs[b].next
		for k := 0; k < probes && id != uint32(b); k++ {
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
			id := h.runs[i*64+bits.Len64(h.filled[i])-1].next
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
	r := h.unlink(id)
	at := r.at + place(skip)
	rest := r.n - skip - n
	if skip > 0 {
		h.link(id, r.at, skip)
		if rest > 0 {
			h.link(h.occupy(), at+place(n), rest)
		}
	} else if rest > 0 {
		h.link(id, at+place(n), rest)
	} else {
		h.vacate(id)
	}
	h.add(at, -int(n))
	return at
}

// claim marks granules that were taken as one piece, so that its neighbours know that it is not free.
func (h *heap) claim(at place, n uint32) {
	tags := h.chunks[at.chunk()].table.Load().tags[at.index():][:n]
	tags[0], tags[n-1] = 0, 0
}

// give makes granules free that were claimed, or the end of what was taken, and gives the run that they are now part of.
func (h *heap) give(at place, n uint32) run {
	h.add(at, int(n))
	tags := h.chunks[at.chunk()].table.Load().tags
	id := uint32(0)
	if i := at.index() + int(n); i < len(tags) {
		if tag := tags[i]; tag&freeTag != 0 {
			id = tag &^ freeTag
			n += h.unlink(id).n
		}
	}
	if i := at.index(); i > 0 {
		if tag := tags[i-1]; tag&freeTag != 0 {
			if id != 0 {
				h.vacate(id)
			}
			id = tag &^ freeTag
			r := h.unlink(id)
			at, n = r.at, n+r.n
		}
	}
	if id == 0 {
		id = h.occupy()
	}
	h.link(id, at, n)
	return run{at: at, n: n}
}

// open begins to hand out from a chunk that is closed and has no code.
func (h *heap) open(i int) {
	c := h.chunks[i]
	if c.table.Load() == nil {
		c.table.Store(&table{starts: make([]uint64, (c.limit+63)/64), tags: make([]uint32, c.limit)})
	}
	c.open = true
	at := place(i << placeShift)
	h.link(h.occupy(), at, uint32(c.limit))
	h.add(at, c.limit)
}

// close takes a chunk back that is one free run.
func (h *heap) close(r run) {
	c := h.chunks[r.at.chunk()]
	id := c.table.Load().tags[0] &^ freeTag
	h.unlink(id)
	h.vacate(id)
	h.add(r.at, -int(r.n))
	c.open = false
}

// withhold takes the free granules from at on out for good, n at most, and says how many those were.
func (h *heap) withhold(at place, n uint32) (held int) {
	end := at + place(n)
	for id := nbins; id < len(h.runs); id++ {
		r := h.runs[id]
		lo, hi := max(at, r.at), min(end, r.at+place(r.n))
		if r.n == 0 || lo >= hi {
			continue
		}
		h.claim(h.carve(uint32(id), uint32(lo-r.at), uint32(hi-lo)), uint32(hi-lo))
		held += int(hi - lo)
		id = nbins - 1 // carve may have put the rest into an element before this one
	}
	return held
}
