package codebuf

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/wxjit/wxjit/internal/icache"
	"github.com/wxjit/wxjit/internal/tramp"
	"github.com/wxjit/wxjit/internal/vmem"
)

// How memory comes back. A fiber says in which epoch it entered generated code (tramp.Enter), without a fence. A sweep
// makes every thread pass a barrier with membarrier(2): after that, who does not show as inside will see that the code
// is dead. Everything released until then gets the number of the epoch, and a new epoch begins. When no fiber is inside
// that entered in that epoch or before, nobody can be inside what was released, by whatever way he came there. Then
// it is filled with traps, and free.
//
// All of that is done for much at a time, since what it costs hardly depends on how much.

// quarantine is what was released and is not free yet.
type quarantine struct {
	fresh   []entry // since the last sweep
	waiting []entry // for fibers to leave
	ready   []entry // empty, but during a sweep
	trigger int     // when so many bytes are released, sweep
}

// entry is a block that nobody can newly enter.
type entry struct {
	block
	code  *Code // what was there; nil if that never was code
	epoch uint64
}

// Released memory is swept when it is this much: bytes, and as a part of what is live.
const (
	sweepBytes = 64 << 10
	sweepShare = 64
)

// Release ends code of this arena. Calls that are under way go on to their end; new ones fail with ErrReleased. The
// memory is used again when no fiber can be inside any more, and no code in memory refers to it (see Referrer). Whoever was
// in generated code at the time may be inside, in code of whichever arena his call began, for it may have led him here: a
// call that lasts holds back what is released meanwhile in all arenas of the process.
// Until then it stays executable, and Stats counts it as Quarantined; that it is looked after needs a later call of
// Release, Publish, NewBuffer or Reclaim.
//
// Each code that can be released is. The error tells of the first that can't: ErrArgument for nil, ErrForeign for code
// of another arena, ErrReleased, ErrClosed. When it is a *VMError all are released, and the memory follows later.
func (a *Arena) Release(codes ...*Code) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var first error
	for _, c := range codes {
		if err := a.retire(c); err != nil && first == nil {
			first = fmt.Errorf("codebuf: release: %w", err)
		}
	}
	if a.counts.quarantined >= max(a.quarantine.trigger, sweepBytes) {
		if _, err := a.sweep(); err != nil && first == nil {
			first = fmt.Errorf("codebuf: release: %w", err)
		}
	}
	return first
}

// Reclaim makes released memory free now, as far as no fiber can be inside it. It is never needed for its own sake. The
// errors are ErrClosed and *VMError; after the latter it can be tried again.
func (a *Arena) Reclaim() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	err := a.usable()
	for more := true; more && err == nil; { // what is freed may have been the last that referred to something else
		more, err = a.sweep()
	}
	if err != nil {
		return fmt.Errorf("codebuf: reclaim: %w", err)
	}
	return nil
}

// retire ends one code.
func (a *Arena) retire(c *Code) error {
	switch {
	case c == nil || c.arena == nil:
		return fmt.Errorf("no code: %w", ErrArgument)
	case c.arena != a:
		return fmt.Errorf("code at %#x: %w", c.Addr(), ErrForeign)
	case a.closed && c.live():
		return fmt.Errorf("arena: %w", ErrClosed)
	case !c.die(tramp.Released):
		return fmt.Errorf("code at %#x: %w", c.Addr(), c.ended())
	}
	size := a.sizeOf(c.block)
	a.counts.codes--
	a.counts.live -= c.n
	a.counts.padding -= size - c.n
	a.counts.quarantined += size
	if c.users == 0 {
		a.quarantine.fresh = append(a.quarantine.fresh, entry{block: c.block, code: c})
	}
	return nil
}

// drop ends references to code.
func (a *Arena) drop(uses []*Code) {
	for _, c := range uses {
		if c.users--; c.users == 0 && !c.live() {
			a.quarantine.fresh = append(a.quarantine.fresh, entry{block: c.block, code: c})
		}
	}
}

// spoil puts a block in quarantine that holds nobody knows what.
func (a *Arena) spoil(b block) {
	a.counts.quarantined += a.sizeOf(b)
	a.quarantine.fresh = append(a.quarantine.fresh, entry{block: b})
}

// sweep frees what can be, and tells whether that was anything. After an error it waits for the next.
func (a *Arena) sweep() (freed bool, err error) {
	q := &a.quarantine
	if len(q.fresh)+len(q.waiting) == 0 {
		return false, nil
	}
	defer func() { q.trigger = a.counts.quarantined + max(sweepBytes, a.counts.live/sweepShare) }()
	if err := icache.Barrier(a.kernel); err != nil {
		return false, err
	}
	now := tramp.NextEpoch()
	for _, e := range q.fresh {
		e.epoch = now
		q.waiting = append(q.waiting, e)
	}
	clear(q.fresh)
	q.fresh = q.fresh[:0]
	oldest := fibers.oldest()
	ready, waiting := q.ready[:0], q.waiting[:0]
	for _, e := range q.waiting {
		if e.epoch < oldest {
			ready = append(ready, e)
		} else {
			waiting = append(waiting, e)
		}
	}
	clear(q.waiting[len(waiting):])
	q.ready, q.waiting = ready, waiting
	slices.SortFunc(ready, func(x, y entry) int { return cmp.Compare(x.place, y.place) })
	if err := a.fill(ready); err != nil {
		q.waiting = append(q.waiting, ready...)
		return false, err
	}
	if len(ready) > 0 {
		samples.leave(a)
	}
	for _, e := range ready {
		a.free(e)
	}
	clear(ready)
	return len(ready) > 0, nil
}

// leastDiscard is how many bytes of memory are worth the calls to give them back, where all else in the chunk stays. It
// also limits into how many mappings a chunk can fall apart.
const leastDiscard = 64 << 10

// fill fills blocks, which are in order, with traps, or gives their memory back.
func (a *Arena) fill(list []entry) error {
	var patches []located
	for len(list) > 0 {
		e, side := list[0], 1
		seg, off := a.locate(e.place)
		end := off + a.sizeOf(e.block)
		if !seg.text.Usable(off, end-off) {
			list = list[1:]
			continue
		}
		lo, hi := off, end
		if e.chunks == 0 {
			for side < len(list) && list[side].chunks == 0 { // those that lie side by side are as good as one
				s, at := a.locate(list[side].place)
				n := a.sizeOf(list[side].block)
				if s != seg || at != end || !seg.text.Usable(at, n) {
					break
				}
				end += n
				side++
			}
			unit := seg.text.Unit()
			lo, hi = (off+unit-1)&^(unit-1), end&^(unit-1)
		}
		if hi-lo < leastDiscard {
			lo, hi = end, end
		} else if err := seg.text.Discard(lo, hi-lo); poisoned(err) {
			continue // with what is left of them
		} else if err != nil {
			lo, hi = end, end
		}
		list = list[side:]
		patches = appendTraps(patches, seg, off, lo)
		patches = appendTraps(patches, seg, hi, end)
	}
	return a.writeLocated(patches)
}

// traps is what released memory is filled with, piece by piece.
var traps = func() []byte {
	b := make([]byte, 64<<10)
	fillTraps(b)
	return b
}()

// appendTraps adds patches with traps from one offset to another.
func appendTraps(list []located, seg *segment, from, to int) []located {
	if last := len(list) - 1; last >= 0 && list[last].seg == seg && from < to {
		p := &list[last]
		if more := min(to-from, len(traps)-len(p.Bytes)); p.Off+len(p.Bytes) == from {
			p.Bytes = traps[:len(p.Bytes)+more]
			from += more
		}
	}
	for from < to {
		n := min(to-from, len(traps))
		list = append(list, located{seg, vmem.Patch{Off: from, Bytes: traps[:n]}})
		from += n
	}
	return list
}

// free ends the quarantine of a block that is filled.
func (a *Arena) free(e entry) {
	a.counts.quarantined -= a.sizeOf(e.block)
	if e.code != nil {
		a.leave(e.code)
		a.drop(e.code.uses())
		if e.code.more != nil {
			e.code.more.uses = nil // who keeps e.code, or another of its piece of memory, does not keep those
		}
	}
	a.release(e.block)
}
