package vmem

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
	"syscall"
)

// Text is a reservation of address space for code, whose bytes can be changed while other bytes of it are executed.
// It is not for concurrent use by itself. Offsets and lengths are bytes from its start.
type Text interface {
	// Base is the address of the first byte, Size the length, whole pages. Before and behind it is a page without
	// access.
	Base() uintptr
	Size() int

	// Write puts bytes in place, which are to be in order and not to overlap. On pages that were not in use all
	// other bytes become traps. What is executed meanwhile is not disturbed. After an error every byte that no
	// patch covers is what it was; one that a patch covers is what it was or what it should become. If the error
	// says Poisoned, some of the pages are out of use, see Usable.
	Write(patches []Patch) error
	// Freeze makes the bytes from off to off+n impossible to change by anybody, as far as the strategy can; they can
	// still be replaced, with Write.
	Freeze(off, n int) error
	// Guard makes the page at off one that nobody can execute or read, if that costs no mapping; else it traps.
	Guard(off int) error
	// Discard gives the memory of whole units back: see Unit. Nobody can execute or read there until the
	// next Write. After an error that may be so of some of it.
	Discard(off, n int) error
	// Keep lets up to n bytes of memory that is discarded be kept for what is written there next. At first it is none.
	Keep(n int)
	// Unit is what the offset and length of a Discard have to be multiples of.
	Unit() int
	// Release gives everything back. After an error it can be tried again; after success every other method fails.
	Release() error

	// Usable tells whether none of the bytes from off to off+n is poisoned, Unused whether no page there was written
	// to since it was discarded.
	Usable(off, n int) bool
	Unused(off, n int) bool
	// Committed, Spare and Poisoned are how many bytes are on pages in use, on pages that are not but whose memory is
	// kept for the next Write, and on pages out of use for good.
	Committed() int
	Spare() int
	Poisoned() int
	// Ranges gives what should be mapped, by rising address: the text, and what else the strategy has.
	Ranges() []Range
}

// Patch is bytes that are to be at an offset.
type Patch struct {
	Off   int
	Bytes []byte
}

// Range is n bytes from address Addr that the kernel should show as having one protection.
type Range struct {
	Addr       uintptr
	Len        int
	Protection Protection
}

// Machine is what Text has to know of the processor.
type Machine struct {
	traps []byte // a unit of instructions that trap
	flush func(lo, hi uintptr)
}

// NewMachine takes the bytes of an instruction that traps, which whole pages consist of, and a function that makes
// bytes that were written from lo to hi what an instruction fetch by this thread finds.
func NewMachine(trap []byte, flush func(lo, hi uintptr)) *Machine {
	return &Machine{bytes.Repeat(trap, unit/len(trap)), flush}
}

// space is reserved address space and the record of its pages: what both strategies have in common.
type space struct {
	kernel  Kernel
	machine *Machine
	base    uintptr
	size    int
	pages   []byte  // a Protection each
	pieces  []Range // of a release under way: what is to be unmapped
}

// unit is what is taken into use at a time where that helps. No page is larger.
const unit = 64 << 10

// reserveSpace takes n bytes of address space, rounded up to whole pages, with a guard page at each end. at is where
// they are to begin, or 0 for anywhere.
func reserveSpace(k Kernel, m *Machine, at uintptr, n int) (space, error) {
	if n <= 0 || n > 1<<46 || at%uintptr(PageSize) != 0 {
		return space{}, fmt.Errorf("vmem: reserve: %d bytes at %#x: %w", n, at, ErrState)
	}
	sweepOrphans()
	n = RoundUp(n)
	var err error
	if at != 0 {
		err = k.ReserveAt(at-uintptr(PageSize), n+2*PageSize)
	} else if at, err = k.Reserve(n + 2*PageSize); err == nil {
		at += uintptr(PageSize)
	}
	if err != nil {
		return space{}, &Error{Op: "mmap", Addr: at, Len: n + 2*PageSize, Err: err}
	}
	return space{kernel: k, machine: m, base: at, size: n, pages: make([]byte, n/PageSize)}, nil
}

func (s *space) Base() uintptr { return s.base }
func (s *space) Size() int     { return s.size }

func (s *space) Committed() int { return s.count(ReadExec) }
func (s *space) Spare() int     { return s.count(spare) }
func (s *space) Poisoned() int  { return s.count(poisoned) + s.count(foreign) }

func (s *space) count(p Protection) int { return bytes.Count(s.pages, []byte{byte(p)}) * PageSize }

func (s *space) Usable(off, n int) bool {
	return !slices.ContainsFunc(s.covered(off, n), func(p byte) bool {
		return Protection(p) == poisoned || Protection(p) == foreign
	})
}

func (s *space) Unused(off, n int) bool {
	for _, p := range s.covered(off, n) {
		if p := Protection(p); p != None && p != spare {
			return false
		}
	}
	return true
}

// covered is the record of the pages that n bytes from off lie on.
func (s *space) covered(off, n int) []byte { return s.pages[off/PageSize : RoundUp(off+n)/PageSize] }

func (s *space) all(off, n int, p Protection) bool {
	pages := s.covered(off, n)
	return bytes.Count(pages, []byte{byte(p)}) == len(pages)
}

// same is how many bytes from off to end lie on pages of one protection, from the first on.
func (s *space) same(off, end int) int {
	n := PageSize
	for off+n < end && s.pages[(off+n)/PageSize] == s.pages[off/PageSize] {
		n += PageSize
	}
	return n
}

func (s *space) mark(off, n int, p Protection) {
	pages := s.covered(off, n)
	for i := range pages {
		pages[i] = byte(p)
	}
}

// inside tells whether n bytes from off are some and in the space.
func (s *space) inside(off, n int) bool { return off >= 0 && n > 0 && n <= s.size && off <= s.size-n }

// check refuses patches that are not as Write wants them.
func (s *space) check(patches []Patch) error {
	end := 0
	for _, p := range patches {
		n := len(p.Bytes)
		if !s.inside(p.Off, n) || p.Off < end {
			return s.stateError("write", p.Off, n)
		}
		if !s.Usable(p.Off, n) {
			e := s.refused("write", p.Off, n, ErrState)
			e.Poisoned = true
			return e
		}
		end = p.Off + len(p.Bytes)
	}
	return nil
}

// whole refuses what is not whole units of usable pages.
func (s *space) whole(op string, off, n, unit int) error {
	end := off + n
	if !s.inside(off, n) || off%unit != 0 || end%unit != 0 && end != s.size || !s.Usable(off, n) {
		return s.stateError(op, off, n)
	}
	return nil
}

func (s *space) stateError(op string, off, n int) error {
	return fmt.Errorf("vmem: %s: %d bytes at offset %#x: %w", op, n, off, ErrState)
}

// refused makes the error for a call on n bytes from off.
func (s *space) refused(op string, off, n int, err error) *Error {
	return &Error{Op: op, Addr: s.base + uintptr(off), Len: n, Err: err}
}

// closeHole comes after a call that was to put pages in the place of others, and failed. Such a call unmaps the old ones
// first; it looks before that whether it can go on (mremap(2) and mmap(2), ERRORS), but if the kernel then lacks memory for
// its own records there is a hole. If there is, it is reserved; if that is refused, it may become another's.
func (s *space) closeHole(off, n int) (hole bool) {
	hole, closed := findHole(s.kernel, s.base+uintptr(off), n)
	if hole && !closed {
		s.mark(off, n, foreign)
	}
	return hole
}

// findHole tells whether something is not mapped, and whether it could be reserved.
func findHole(k Kernel, addr uintptr, n int) (hole, closed bool) {
	err := k.ReserveAt(addr, n)
	if errors.Is(err, syscall.EEXIST) || err != nil && k.Mapped(addr, n) == nil {
		return false, false
	}
	return true, err == nil
}

// failed makes the error for a call that was to put pages in the place of others. Those that it has unmapped are poisoned.
func (s *space) failed(op string, off, n int, err error) *Error {
	e := s.refused(op, off, n, err)
	if s.closeHole(off, n) {
		for i := off; i < off+n; i += PageSize {
			if s.Usable(i, PageSize) && !s.Unused(i, PageSize) {
				s.mark(i, PageSize, poisoned)
			}
		}
		e.Poisoned = !s.Usable(off, n)
	}
	return e
}

// reset makes pages reserved address space, whatever they are. It does not record that.
func (s *space) reset(off, n int) *Error {
	err := s.kernel.Reset(s.base+uintptr(off), n)
	if err == nil {
		return nil
	}
	hole := s.closeHole(off, n)
	if hole && s.pages[off/PageSize] != byte(foreign) {
		return nil
	}
	e := s.refused("mmap", off, n, err)
	e.Poisoned = hole
	return e
}

// guard makes the page at off trap, and if the kernel can do that without a mapping, makes every access to it fault.
func (s *space) guard(write func([]Patch) error, off int) error {
	if err := write([]Patch{{off, s.machine.traps[:PageSize]}}); err != nil {
		return err
	}
	if s.kernel.Guard(s.base+uintptr(off), PageSize) == nil {
		s.mark(off, PageSize, guarded)
	}
	return nil
}

// orphans are texts that could not be made, and that the kernel would not take back.
var orphans struct {
	sync.Mutex
	texts []Text
}

// giveUp gives back what a text has that could not be made, now or when the next is made.
func giveUp(t Text) {
	if t.Release() != nil {
		orphans.Lock()
		defer orphans.Unlock()
		orphans.texts = append(orphans.texts, t)
	}
}

func sweepOrphans() {
	orphans.Lock()
	defer orphans.Unlock()
	orphans.texts = slices.DeleteFunc(orphans.texts, func(t Text) bool { return t.Release() == nil })
}

// unreserve unmaps the space with its guards, but for what may be another's.
func (s *space) unreserve() error {
	if s.size == 0 {
		return fmt.Errorf("vmem: release: %w", ErrState)
	}
	if len(s.pieces) == 0 {
		piece := Range{Addr: s.base - uintptr(PageSize), Len: PageSize}
		for off, n := 0, 0; off < s.size; off += n {
			n = s.same(off, s.size)
			if Protection(s.pages[off/PageSize]) == foreign {
				s.pieces = append(s.pieces, piece)
				piece = Range{Addr: s.base + uintptr(off+n)}
			} else {
				piece.Len += n
			}
		}
		piece.Len += PageSize
		s.pieces = append(s.pieces, piece)
	}
	for len(s.pieces) > 0 {
		p := s.pieces[0]
		if p.Len > 0 {
			if err := s.kernel.Unmap(p.Addr, p.Len); err != nil {
				return &Error{Op: "munmap", Addr: p.Addr, Len: p.Len, Err: err}
			}
		}
		s.pieces = s.pieces[1:]
	}
	s.base, s.size, s.pages = 0, 0, nil
	return nil
}

// Ranges joins neighbours that look the same. What is poisoned is not in it.
func (s *space) Ranges() (list []Range) {
	for i, p := range s.pages {
		p := Protection(p)
		switch p {
		case guarded:
			p = ReadExec
		case spare:
			p = None
		}
		last := len(list) - 1
		switch addr := s.base + uintptr(i*PageSize); {
		case p == poisoned || p == foreign:
		case last >= 0 && list[last].Protection == p && list[last].Addr+uintptr(list[last].Len) == addr:
			list[last].Len += PageSize
		default:
			list = append(list, Range{addr, PageSize, p})
		}
	}
	return list
}
