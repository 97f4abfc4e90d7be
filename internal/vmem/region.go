package vmem

import (
	"bytes"
	"fmt"
)

// Region is a range of reserved address space. Its pages begin as None and go round
//
//	None --Commit--> ReadWrite --Seal--> ReadExec
//	  ^                  |                   |
//	  +------Discard-----+---------Discard---+
//
// A Region is not for concurrent use; other pages of it may be executed meanwhile. Offsets and lengths are
// bytes from its start, multiples of [PageSize].
type Region struct {
	kernel Kernel
	base   uintptr
	size   int
	pages  []byte // a Protection each
}

// Reserve takes n bytes of address space, rounded up to whole pages. It costs no memory.
func Reserve(k Kernel, n int) (*Region, error) {
	if n <= 0 || n > 1<<46 {
		return nil, fmt.Errorf("vmem: reserve: %d bytes: %w", n, ErrState)
	}
	n = RoundUp(n)
	addr, err := k.Reserve(n)
	if err != nil {
		return nil, &Error{Op: "mmap", Len: n, Err: err}
	}
	return &Region{kernel: k, base: addr, size: n, pages: make([]byte, n/PageSize)}, nil
}

// Base is the address of the first byte.
func (r *Region) Base() uintptr { return r.base }

// Size is the length in bytes.
func (r *Region) Size() int { return r.size }

// Commit makes n bytes from off readable and writable. They hold zeros, or what they held before a Discard
// that could not give the memory back.
func (r *Region) Commit(off, n int) error {
	return r.change(off, n, None, ReadWrite)
}

// Seal takes the right to write from n bytes from off and gives the right to execute: one mprotect, in which
// no page has both. After an error the pages are writable as before, unless the error says Poisoned.
func (r *Region) Seal(off, n int) error {
	return r.change(off, n, ReadWrite, ReadExec)
}

// Discard takes all rights from n bytes from off, which must be of one protection, and gives their memory back.
// After a refused mprotect the pages are as before (or poisoned) and Discard can be tried again. When only the
// memory could not be given back (mlockall(2) does that) the pages are None and clear is false.
func (r *Region) Discard(off, n int) (clear bool, err error) {
	from := None
	if n > 0 && r.inside(off, n) {
		from = Protection(r.pages[off/PageSize])
	}
	if from != ReadWrite && from != ReadExec {
		return false, r.stateError("discard", off, n)
	}
	if err := r.change(off, n, from, None); err != nil {
		return false, err
	}
	return r.kernel.Drop(r.base+uintptr(off), n) == nil, nil
}

// Release unmaps everything. After an error the Region is as it was and Release can be tried again; after
// success every other method fails.
func (r *Region) Release() error {
	if r.size == 0 {
		return fmt.Errorf("vmem: release: %w", ErrState)
	}
	if err := r.kernel.Unmap(r.base, r.size); err != nil {
		return &Error{Op: "munmap", Addr: r.base, Len: r.size, Err: err}
	}
	r.base, r.size, r.pages = 0, 0, nil
	return nil
}

// Poisoned is how many bytes are out of use because a refused change could not be undone.
func (r *Region) Poisoned() int {
	return bytes.Count(r.pages, []byte{byte(poisoned)}) * PageSize
}

// change moves pages from one protection to another, or reports why not with all of them as before, or
// poisons them.
func (r *Region) change(off, n int, from, to Protection) error {
	if !r.inside(off, n) || !r.all(off, n, from) {
		return r.stateError("make "+to.String(), off, n)
	}
	addr := r.base + uintptr(off)
	err := r.kernel.Protect(addr, n, to)
	if err == nil {
		r.mark(off, n, to)
		return nil
	}
	e := &Error{Op: "mprotect", Addr: addr, Len: n, Err: err}
	if r.kernel.Protect(addr, n, from) != nil {
		e.Poisoned = true
		r.mark(off, n, poisoned)
	}
	return e
}

func (r *Region) inside(off, n int) bool {
	aligned := (off|n)&(PageSize-1) == 0
	return aligned && off >= 0 && n > 0 && n <= r.size && off <= r.size-n
}

func (r *Region) all(off, n int, p Protection) bool {
	span := r.pages[off/PageSize : (off+n)/PageSize]
	return bytes.Count(span, []byte{byte(p)}) == len(span)
}

func (r *Region) mark(off, n int, p Protection) {
	for i := off / PageSize; i < (off+n)/PageSize; i++ {
		r.pages[i] = byte(p)
	}
}

func (r *Region) stateError(what string, off, n int) error {
	return fmt.Errorf("vmem: %s: %d bytes at offset %#x: %w", what, n, off, ErrState)
}
