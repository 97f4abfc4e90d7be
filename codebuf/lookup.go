package codebuf

import (
	"fmt"
	"math/bits"
	"sync/atomic"
)

// Lookup finds the code that the instruction at pc belongs to, and pc's offset from its first byte. Released code is
// found until its memory is reclaimed, for it may still be executed. It takes no lock and allocates nothing, and may
// be called at any time from any goroutine. Code that is published or reclaimed during the call is found or not.
func (a *Arena) Lookup(pc uintptr) (c *Code, off int, ok bool) {
	if c = a.lookup(pc); c == nil {
		return nil, 0, false
	}
	return c, int(pc - c.target.Entry), true
}

func (a *Arena) lookup(pc uintptr) *Code {
	segments := a.segments.Load()
	if segments == nil {
		return nil
	}
	for _, s := range *segments {
		off := pc - s.base
		if off >= uintptr(s.size) {
			continue
		}
		chunk := s.chunks[off>>chunkShift]
		if c := chunk.span.Load(); c != nil {
			return c.at(pc)
		}
		t := chunk.table.Load()
		g := int(off % chunkSize / granule)
		if t == nil || g >= len(t.tags) {
			return nil
		}
		// The last start at or before g.
		w := g / 64
		starts := atomic.LoadUint64(&t.starts[w]) & (2<<(g%64) - 1)
		for starts == 0 {
			if w--; w < 0 {
				return nil
			}
			starts = atomic.LoadUint64(&t.starts[w])
		}
		first := w*64 + bits.Len64(starts) - 1
		return a.owners.get(atomic.LoadUint32(&t.tags[first])).at(pc)
	}
	return nil
}

// at gives c if pc is in it. What was found without a lock may have become another's meanwhile.
func (c *Code) at(pc uintptr) *Code {
	if c == nil || pc-c.target.Entry >= uintptr(c.n) {
		return nil
	}
	return c
}

// CodeAt gives the live code whose first byte is at addr. An address inside of code, but not where it begins, is
// ErrInterior; one where no code of this arena is is ErrNoCode, and one of released code ErrReleased.
func (a *Arena) CodeAt(addr uintptr) (*Code, error) {
	c := a.lookup(addr)
	switch {
	case c == nil:
		return nil, fmt.Errorf("codebuf: code at %#x: %w", addr, ErrNoCode)
	case !c.live():
		return nil, fmt.Errorf("codebuf: code at %#x: %w", addr, c.ended())
	case c.target.Entry != addr:
		return nil, fmt.Errorf("codebuf: code at %#x: %d bytes behind the first: %w", addr, addr-c.target.Entry, ErrInterior)
	}
	return c, nil
}

// owners gives each Code that is in memory a number, from 1. Reading takes no lock; changing it does.
type owners struct {
	blocks atomic.Pointer[[]*ownerBlock]
	vacant []uint32
	next   uint32
}

type ownerBlock [4096]atomic.Pointer[Code]

// get gives the Code with a number, or nil.
func (o *owners) get(id uint32) *Code {
	blocks := o.blocks.Load()
	if blocks == nil || id/4096 >= uint32(len(*blocks)) {
		return nil // a tag that is none any more
	}
	return (*blocks)[id/4096][id%4096].Load()
}

// add gives c a number.
func (o *owners) add(c *Code) (id uint32) {
	if last := len(o.vacant) - 1; last >= 0 {
		id = o.vacant[last]
		o.vacant = o.vacant[:last]
	} else {
		o.next++
		id = o.next
	}
	var blocks []*ownerBlock
	if p := o.blocks.Load(); p != nil {
		blocks = *p
	}
	if id/4096 >= uint32(len(blocks)) {
		grown := append(blocks[:len(blocks):len(blocks)], new(ownerBlock))
		o.blocks.Store(&grown)
		blocks = grown
	}
	blocks[id/4096][id%4096].Store(c)
	return id
}

// remove frees a number.
func (o *owners) remove(id uint32) {
	(*o.blocks.Load())[id/4096][id%4096].Store(nil)
	o.vacant = append(o.vacant, id)
}

// all calls f for every Code.
func (o *owners) all(f func(*Code)) {
	if p := o.blocks.Load(); p != nil {
		for _, b := range *p {
			for i := range b {
				if c := b[i].Load(); c != nil {
					f(c)
				}
			}
		}
	}
}

// enter makes c what Lookup finds in its memory.
func (a *Arena) enter(c *Code) {
	c.id = a.owners.add(c)
	if c.chunks > 0 {
		for _, chunk := range a.chunksOf(c.block) {
			chunk.span.Store(c)
		}
		return
	}
	t, i := a.heap.chunks[c.place.chunk()].table.Load(), c.place.index()
	atomic.StoreUint32(&t.tags[i], c.id)
	atomic.StoreUint64(&t.starts[i/64], t.starts[i/64]|1<<(i%64))
}

// leave ends that.
func (a *Arena) leave(c *Code) {
	if c.chunks > 0 {
		for _, chunk := range a.chunksOf(c.block) {
			chunk.span.Store(nil)
		}
	} else {
		t, i := a.heap.chunks[c.place.chunk()].table.Load(), c.place.index()
		atomic.StoreUint64(&t.starts[i/64], t.starts[i/64]&^(1<<(i%64)))
		atomic.StoreUint32(&t.tags[i], 0)
	}
	a.owners.remove(c.id)
}
