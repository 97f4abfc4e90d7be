package vmem

import (
	"bytes"
	"fmt"
)

// Protect is the strategy for kernels that let memory which was written to become executable.
//
// It has two reservations of the same size: the text, which is never writable, and the stage, which is never
// executable but for the moment between two calls. Pages that are to change are made on the stage, at the offset
// that they will have in the text:
//
//	stage  ---  mprotect  rw-  copy, patch, flush  mprotect  r-x   (hole)  mmap  ---
//	                                                          |
//	                                                        mremap
//	                                                          v
//	text   r-x or --- ........................................ r-x
//
// To who executes the text nothing ever happens but that bytes appear where there were traps: mremap(2) takes the
// old pages away and puts the new ones there under one lock, and a fetch in between waits for it.
//
// The kernel keeps one mapping for pages that lie side by side, allow the same, come from the same origin (the
// "anon_vma", made by the first write to a reservation) and were at adjacent addresses when they were first
// written to. All text comes from the one stage, from the offset where it ends, so that a million replaced pages
// are one mapping still.
//
// A new page costs the kernel more than all the rest. So the memory of text that is discarded goes back to the stage,
// where nobody can do anything with it, and waits for the next Write to that offset: it is spare.
type Protect struct {
	space
	stage  uintptr // 0 while there is none
	debris []Range // what the kernel would not unmap
	runs   []run   // of the Write under way
	keep   int     // how many bytes may be spare
	hand   int     // number of the page from which on to look for spare ones when they are too many
	mixed  bool    // there may be pages in use that were made on another stage
}

var _ Text = (*Protect)(nil)

// run is whole pages that change together, in bytes from the start, and the patches for them.
type run struct {
	off, n  int
	patches []Patch
}

// bridge is over how many bytes of unchanged pages two runs become one: copying a page costs less than four calls.
const bridge = 32 << 10

// NewProtect reserves n bytes for text, at the given address or, for 0, anywhere, and makes sure that the kernel
// allows this strategy. The memory is the caller's until Release.
func NewProtect(k Kernel, m *Machine, at uintptr, n int) (*Protect, error) {
	s, err := reserveSpace(k, m, at, n)
	if err != nil {
		return nil, err
	}
	t := &Protect{space: s}
	if err := t.setStage(); err != nil {
		giveUp(t)
		return nil, err
	}
	return t, nil
}

// setStage reserves the stage. The write to a page of it before it is divided gives all of it one origin; making
// that page executable once shows whether that is allowed.
func (t *Protect) setStage() error {
	if t.stage != 0 {
		return nil
	}
	if err := t.sweepDebris(); err != nil {
		return err
	}
	stage, err := t.kernel.Reserve(t.size)
	if err != nil {
		return &Error{Op: "mmap", Len: t.size, Err: err}
	}
	t.stage = stage
	for _, p := range []Protection{ReadWrite, ReadExec, None} {
		if err := t.kernel.Protect(stage, PageSize, p); err != nil {
			t.dropStage(0, 0)
			return &Error{Op: "mprotect", Addr: stage, Len: PageSize, Err: err}
		}
		if p == ReadWrite {
			copy(at(stage, PageSize), t.machine.traps)
		}
	}
	return nil
}

// dropStage unmaps the stage but for n bytes from off, where there is nothing of ours. The next Write makes another.
func (t *Protect) dropStage(off, n int) {
	for _, r := range []Range{{Addr: t.stage, Len: off}, {Addr: t.stage + uintptr(off+n), Len: t.size - off - n}} {
		if r.Len > 0 && t.kernel.Unmap(r.Addr, r.Len) != nil {
			t.debris = append(t.debris, r)
		}
	}
	t.stage = 0
	t.spend(0, t.size)
	t.mixed = true
}

// sweepDebris unmaps what could not be unmapped before.
func (t *Protect) sweepDebris() error {
	for len(t.debris) > 0 {
		r := t.debris[len(t.debris)-1]
		if err := t.kernel.Unmap(r.Addr, r.Len); err != nil {
			return &Error{Op: "munmap", Addr: r.Addr, Len: r.Len, Err: err}
		}
		t.debris = t.debris[:len(t.debris)-1]
	}
	return nil
}

// Write implements [Text].
func (t *Protect) Write(patches []Patch) error {
	if err := t.check(patches); err != nil {
		return err
	}
	if err := t.setStage(); err != nil {
		return err
	}
	t.mixed = t.mixed && t.count(ReadExec)+t.count(guarded) > 0
	t.divide(patches)
	for i, r := range t.runs {
		if err := t.prepare(r); err != nil {
			t.clear(t.runs[:i+1])
			return err
		}
	}
	for i, r := range t.runs {
		patches = patches[len(r.patches):]
		if err := t.move(r); err != nil {
			t.clear(t.runs[i:])
			return err
		}
		if t.stage == 0 && len(patches) > 0 {
			return t.Write(patches) // what was prepared went with the stage
		}
	}
	return nil
}

// divide makes runs of the pages that the patches change.
func (t *Protect) divide(patches []Patch) {
	t.runs = t.runs[:0]
	first := 0
	for i, p := range patches {
		lo, hi := p.Off&^(PageSize-1), RoundUp(p.Off+len(p.Bytes))
		if last := len(t.runs) - 1; last >= 0 {
			r := &t.runs[last]
			end := r.off + r.n
			if lo <= end || lo-end <= bridge && t.all(end, lo-end, ReadExec) {
				r.n = max(end, hi) - r.off
				r.patches = patches[first : i+1]
				continue
			}
		}
		first = i
		t.runs = append(t.runs, run{lo, hi - lo, patches[i : i+1]})
	}
}

// prepare makes the pages of a run on the stage: executable, and as they are to be.
func (t *Protect) prepare(r run) error {
	addr := t.stage + uintptr(r.off)
	if err := t.kernel.Protect(addr, r.n, ReadWrite); err != nil {
		return &Error{Op: "mprotect", Addr: addr, Len: r.n, Err: err}
	}
	for off, n := r.off, 0; off < r.off+r.n; off += n {
		if n = t.same(off, r.off+r.n); n > PageSize && Protection(t.pages[off/PageSize]) != spare {
			_ = t.kernel.Populate(t.stage+uintptr(off), n) // one call for as many faults; without it they come one by one
		}
	}
	mem := at(addr, r.n)
	rest := r.patches
	for i := 0; i < r.n; i += PageSize {
		for len(rest) > 0 && rest[0].Off+len(rest[0].Bytes) < r.off+i+PageSize {
			rest = rest[1:]
		}
		if len(rest) > 0 && rest[0].Off <= r.off+i {
			continue // all of the page is that patch's
		}
		if Protection(t.pages[(r.off+i)/PageSize]) == ReadExec {
			copy(mem[i:i+PageSize], at(t.base+uintptr(r.off+i), PageSize))
		} else {
			copy(mem[i:i+PageSize], t.machine.traps)
		}
	}
	for _, p := range r.patches {
		copy(mem[p.Off-r.off:], p.Bytes)
	}
	t.machine.flush(addr, addr+uintptr(r.n))
	if err := t.kernel.Protect(addr, r.n, ReadExec); err != nil {
		return &Error{Op: "mprotect", Addr: addr, Len: r.n, Err: err}
	}
	return nil
}

// move puts a run from the stage into the text.
func (t *Protect) move(r run) error {
	addr := t.stage + uintptr(r.off)
	if err := t.kernel.Move(addr, t.base+uintptr(r.off), r.n); err != nil {
		return t.failed("mremap", r.off, r.n, err)
	}
	t.mark(r.off, r.n, ReadExec)
	t.machine.flush(t.base+uintptr(r.off), t.base+uintptr(r.off+r.n))
	if t.kernel.ReserveAt(addr, r.n) != nil {
		t.dropStage(r.off, r.n) // some other part of the process mapped something there
	}
	return nil
}

// clear takes runs that are prepared, or half, off the stage.
func (t *Protect) clear(runs []run) {
	for _, r := range runs {
		if t.kernel.Reset(t.stage+uintptr(r.off), r.n) != nil {
			t.dropStage(0, 0)
			return
		}
		t.spend(r.off, r.n)
	}
}

// spend records that there is no memory on the stage any more for pages that were spare.
func (t *Protect) spend(off, n int) {
	pages := t.covered(off, n)
	for i, p := range pages {
		if Protection(p) == spare {
			pages[i] = byte(None)
		}
	}
}

// Keep implements [Text].
func (t *Protect) Keep(n int) {
	t.keep = n
	t.evict(n)
}

// save moves the memory of text to the stage, instead of other that is there if that would be too much. In the text the
// pages are to be reset then, whatever comes of it. Pages that were made on another stage would not be one mapping with
// those that are made on this one, and mremap(2) moves no more than one.
func (t *Protect) save(off, n int) {
	n = min(n, t.keep)
	t.evict(t.keep - n)
	if n == 0 || t.stage == 0 || t.mixed {
		return
	}
	from, to := t.base+uintptr(off), t.stage+uintptr(off)
	t.mark(off, n, poisoned) // until they are reset
	if t.kernel.Protect(from, n, None) != nil {
		return
	}
	if t.kernel.MoveMemory(from, to, n) == nil {
		t.mark(off, n, spare)
		return
	}
	if hole, closed := findHole(t.kernel, to, n); hole && !closed {
		t.dropStage(off, n)
	}
}

// evict gives back what is spare until that is no more than n bytes.
func (t *Protect) evict(n int) {
	for over := t.Spare() - n; over > 0; {
		i := bytes.IndexByte(t.pages[t.hand:], byte(spare))
		if i < 0 {
			t.hand = 0
			continue
		}
		off := (t.hand + i) * PageSize
		n := min(t.same(off, t.size), RoundUp(over))
		if t.kernel.Reset(t.stage+uintptr(off), n) != nil {
			t.dropStage(0, 0)
			return
		}
		t.spend(off, n)
		over -= n
		t.hand = (off + n) / PageSize
	}
}

// Freeze implements [Text]: there is nothing that would stop one who can make system calls.
func (t *Protect) Freeze(off, n int) error { return nil }

// Guard implements [Text].
func (t *Protect) Guard(off int) error { return t.guard(t.Write, off) }

// Unit implements [Text].
func (t *Protect) Unit() int { return PageSize }

// Discard implements [Text].
func (t *Protect) Discard(off, n int) error {
	if err := t.whole("discard", off, n, PageSize); err != nil {
		return err
	}
	for n > 0 && t.Unused(off, PageSize) {
		off, n = off+PageSize, n-PageSize
	}
	for n > 0 && t.Unused(off+n-PageSize, PageSize) {
		n -= PageSize
	}
	if n == 0 {
		return nil
	}
	for lo, k := off, 0; lo < off+n; lo += k {
		if k = t.same(lo, off+n); Protection(t.pages[lo/PageSize]) == ReadExec {
			t.save(lo, k)
		}
	}
	if err := t.reset(off, n); err != nil {
		if t.Unused(off, n) {
			return nil // all of it is spare
		}
		if err.Poisoned = !t.Usable(off, n); err.Poisoned && t.stage != 0 {
			t.clear([]run{{off: off, n: n}}) // it may have memory for those
		}
		return err
	}
	for i, p := range t.covered(off, n) {
		if Protection(p) != spare {
			t.mark(off+i*PageSize, PageSize, None)
		}
	}
	return nil
}

// Release implements [Text].
func (t *Protect) Release() error {
	if t.size == 0 {
		return fmt.Errorf("vmem: release: %w", ErrState)
	}
	if t.stage != 0 {
		t.dropStage(0, 0)
	}
	if err := t.sweepDebris(); err != nil {
		return err
	}
	return t.unreserve()
}

// Ranges implements [Text].
func (t *Protect) Ranges() []Range {
	list := t.space.Ranges()
	if t.stage != 0 {
		list = append(list, Range{t.stage, t.size, None})
	}
	return list
}
