package vmem

import (
	"fmt"
	"unsafe"
)

// Bytes gives n writable bytes from off. The slice is good until those pages are sealed, discarded or
// released; writing to it after that faults, so callers keep it to themselves.
func (r *Region) Bytes(off, n int) ([]byte, error) {
	if n <= 0 || off < 0 || off > r.size-n || !r.all(off&^(PageSize-1), RoundUp(off+n)-off&^(PageSize-1), ReadWrite) {
		return nil, fmt.Errorf("vmem: bytes: %d at offset %#x: %w", n, off, ErrState)
	}
	return unsafe.Slice((*byte)(pointer(r.base+uintptr(off))), n), nil
}

// pointer makes a pointer of an address outside of Go's heap.
//
// SAFETY: the collector neither moves nor frees what mmap returned, so that the rules for uintptr in package
// unsafe, which are about Go objects, are not at stake. Reading the word as a pointer says so to vet.
func pointer(addr uintptr) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&addr))
}

// Top gives the word at the high end of the stack as a pointer to whatever record its user keeps there.
func (s *Stack) Top() unsafe.Pointer { return pointer(s.hi - uintptr(s.head)) }
