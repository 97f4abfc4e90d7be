package codebuf

import (
	"math/rand/v2"

	"github.com/wxjit/wxjit/internal/vmem"
)

// part is address space that is wanted, and then the block that it is.
type part struct {
	n, align int // bytes; align is a power of two up to a page
	block
	addr uintptr
}

// granulesIn gives how many granules n bytes take.
func granulesIn(n int) uint32 { return uint32((n + granule - 1) / granule) }

// alignment is in granules.
func (p *part) alignment() uint32 { return uint32(max(p.align/granule, 1)) }

// gapShare is which part of the address space in use may be free before publications are divided to fill gaps.
const gapShare = 32

// allocate gives each part a block, packed side by side as far as it goes, or none of them: then the error is
// ErrNoSpace or a *VMError.
func (a *Arena) allocate(parts []part) error {
	for i := 0; i < len(parts); {
		n, err := a.pack(parts[i:])
		if err != nil {
			for _, p := range parts[:i] {
				a.release(p.block)
			}
			return err
		}
		i += n
	}
	return nil
}

// pack gives blocks to at least the first of the parts, and says to how many.
func (a *Arena) pack(parts []part) (n int, err error) {
	limit := a.heap.chunks[0].limit
	if int(granulesIn(parts[0].n)) > limit {
		parts[0].block, err = a.takeChunks(parts[0].n)
		return 1, err
	}
	// Each part takes what it needs and at most what its alignment adds.
	least, align := granulesIn(parts[0].n), parts[0].alignment()
	want := least
	for _, p := range parts[1:] {
		if more := granulesIn(p.n) + p.alignment() - 1; int(want+more) <= limit {
			want += more
			continue
		}
		break
	}
	r, err := a.room(least, want, align)
	if err != nil {
		return 0, err
	}
	end := r.at + place(r.n)
	at := r.at
	for n < len(parts) {
		p := &parts[n]
		g, skip := granulesIn(p.n), uint32(-at)&(p.alignment()-1)
		if uint32(end-at) < g+skip || int(g) > limit {
			break
		}
		p.block = block{place: at + place(skip), granules: g}
		a.heap.claim(p.place, g)
		if skip > 0 {
			a.heap.give(at, skip)
		}
		at += place(skip + g)
		n++
	}
	if at < end {
		a.heap.give(at, uint32(end-at))
	}
	return n, nil
}

// room takes granules in a row out of the heap: want of them, from a multiple of align on; or what there is, but enough
// for least from a multiple of align on.
func (a *Arena) room(least, want, align uint32) (run, error) {
	h := &a.heap
	for {
		if at, ok := h.take(want, align); ok {
			return run{at: at, n: want}, nil
		}
		// Gaps are filled before more memory is taken, unless they are so few that it isn't worth the calls.
		if h.free > a.opened/gapShare {
			if r, ok := h.gap(least, align); ok {
				return r, nil
			}
		}
		if more, err := a.more(); err != nil {
			return run{}, err
		} else if !more {
			break
		}
	}
	if r, ok := h.gap(least, align); ok {
		return r, nil
	}
	return run{}, ErrNoSpace
}

// more adds to the heap: a chunk that is closed, what was released, another reservation. It tells whether there was any
// of that.
func (a *Arena) more() (bool, error) {
	if more, err := a.openChunk(); more || err != nil {
		return more, err
	}
	if more, err := a.sweep(); more || err != nil {
		return more, err
	}
	return a.grow()
}

// openChunk opens one of the chunks that are closed, and tells whether there was one: the one that was open until not long
// ago, for some of its memory may be at hand, or else any.
func (a *Arena) openChunk() (bool, error) {
	all := a.heap.chunks
	first := rand.IntN(len(all))
	if a.recent >= 0 && !all[a.recent].open {
		first = a.recent
	}
	for k := range all {
		i := (first + k) % len(all)
		c := all[i]
		if c.open {
			continue
		}
		if guard := c.limit * granule; guard < c.size() {
			if err := c.seg.text.Guard(c.off + guard); err != nil {
				if poisoned(err) { // a chunk without its guard is of no use
					c.open, c.whole = true, true
					a.opened += c.size() / granule
					a.counts.lost += c.size() / granule
				}
				return false, err
			}
		}
		a.heap.open(i)
		a.opened += c.limit
		return true, nil
	}
	return false, nil
}

// takeChunks takes closed chunks in a row for n bytes.
func (a *Arena) takeChunks(n int) (block, error) {
	for {
		for i := range a.heap.chunks {
			if k := a.closedFor(i, n); k > 0 {
				b := block{place: place(i << placeShift), granules: granulesIn(n), chunks: uint32(k)}
				for _, c := range a.chunksOf(b) {
					c.open, c.whole = true, true
					a.opened += c.size() / granule
				}
				return b, nil
			}
		}
		more, err := a.sweep()
		if !more && err == nil {
			more, err = a.grow()
		}
		if err != nil {
			return block{}, err
		} else if !more {
			return block{}, ErrNoSpace
		}
	}
}

// closedFor gives how many chunks from i on have room for n bytes, if these are closed and of one segment, else 0.
func (a *Arena) closedFor(i, n int) (k int) {
	for seg := a.heap.chunks[i].seg; n > 0; k++ {
		if i+k == len(a.heap.chunks) {
			return 0
		}
		c := a.heap.chunks[i+k]
		if c.seg != seg || c.open {
			return 0
		}
		n -= c.size()
		// The last one keeps its guard.
		if n <= 0 && n+c.size() > c.limit*granule {
			n = 1
		}
	}
	return k
}

// size is the length of a chunk with its guard, in bytes.
func (c *chunk) size() int { return min(chunkSize, c.seg.size-c.off) }

// chunksOf gives the chunks that a block has whole.
func (a *Arena) chunksOf(b block) []*chunk { return a.heap.chunks[b.place.chunk():][:b.chunks] }

// addr is the address of the first byte of a granule.
func (a *Arena) addr(p place) uintptr { s, off := a.locate(p); return s.base + uintptr(off) }

// locate gives where a granule is: its offset is in bytes.
func (a *Arena) locate(p place) (s *segment, off int) {
	c := a.heap.chunks[p.chunk()]
	return c.seg, c.off + p.index()*granule
}

// release makes a block free that holds traps, unless some of it is poisoned.
func (a *Arena) release(b block) {
	if seg, off := a.locate(b.place); !seg.text.Usable(off, a.sizeOf(b)) {
		a.counts.lost += a.sizeOf(b) / granule
		return
	}
	if b.chunks == 0 {
		a.settle(a.heap.give(b.place, b.granules))
		return
	}
	for _, c := range a.chunksOf(b) {
		c.open, c.whole = false, false
		a.opened -= c.size() / granule
	}
}

// settle looks at a free run that has become longer. A chunk that is all free is closed; memory that can go back to
// the kernel does. That this is refused is no harm: the memory is free all the same.
func (a *Arena) settle(r run) {
	s, off := a.locate(r.at)
	n := int(r.n) * granule
	c := a.heap.chunks[r.at.chunk()]
	if int(r.n) == c.limit && a.discard(s, c.off, c.size()) {
		a.heap.close(r)
		a.recent = r.at.chunk()
		a.opened -= c.limit
		return
	}
	unit := max(s.text.Unit(), leastDiscard)
	lo := (off + unit - 1) &^ (unit - 1)
	if hi := (off + n) &^ (unit - 1); lo < hi {
		a.discard(s, lo, hi-lo)
	}
}

// discard gives the memory of whole units back that are free, and tells whether they have none now.
func (a *Arena) discard(s *segment, off, n int) bool {
	return s.text.Unused(off, n) || a.withhold(s.text.Discard(off, n)) == nil
}

// withhold takes free memory out of use that err says is poisoned. It gives err.
func (a *Arena) withhold(err error) error {
	if poisoned(err) {
		for i, c := range a.heap.chunks {
			for off := 0; off < c.limit*granule; off += vmem.PageSize {
				if !c.seg.text.Usable(c.off+off, 1) {
					at := place(i<<placeShift + off/granule)
					a.counts.lost += a.heap.withhold(at, uint32(vmem.PageSize/granule))
				}
			}
		}
	}
	return err
}
