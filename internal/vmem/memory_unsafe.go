package vmem

import "unsafe"

// at gives n bytes at an address outside of Go's heap.
//
// SAFETY: callers ask for pages that this package has mapped with the protection that they then need, and keep the slice
// no longer than that lasts.
func at(addr uintptr, n int) []byte { return unsafe.Slice((*byte)(pointer(addr)), n) }

// pointer makes a pointer of an address outside of Go's heap.
//
// SAFETY: the collector neither moves nor frees what mmap returned, so that the rules for uintptr in package
// unsafe, which are about Go objects, are not at stake. Reading the word as a pointer says so to vet.
func pointer(addr uintptr) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&addr))
}

// Top gives the word at the high end of the stack as a pointer to whatever record its user keeps there.
func (s *Stack) Top() unsafe.Pointer { return pointer(s.hi - uintptr(s.head)) }
