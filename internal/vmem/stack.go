package vmem

import "fmt"

// Stack is memory for a stack that grows down, with room for a record of its user above it:
//
//	lo                                                               hi
//	|  guard page, none  |  stack, rw-  ...  <- grows  |  head, rw-  |
//
// Its size is a power of two and lo a multiple of it, so that any address in the stack leads to both ends by
// masking. Running off the low end faults in the guard page. The memory is zero at first, and is taken from the
// kernel a page at a time as it is touched.
type Stack struct {
	kernel Kernel
	lo, hi uintptr
	head   int
}

// NewStack maps a stack of size bytes, a power of two of at least four pages, of which head bytes, rounded up
// to 64, are the user's record. On an error nothing stays mapped that the kernel lets go of.
func NewStack(k Kernel, size, head int) (*Stack, error) {
	if size&(size-1) != 0 || size < 4*PageSize || size > 1<<40 || head < 0 || head > size/2 {
		return nil, fmt.Errorf("vmem: stack: %d bytes with a head of %d: %w", size, head, ErrState)
	}
	head = (head + 63) &^ 63
	// Twice the size holds an aligned half; the rest goes back.
	raw, err := k.Reserve(2 * size)
	if err != nil {
		return nil, &Error{Op: "mmap", Len: 2 * size, Err: err}
	}
	lo := (raw + uintptr(size) - 1) &^ (uintptr(size) - 1)
	s := &Stack{kernel: k, lo: lo, hi: lo + uintptr(size), head: head}
	before, after := int(lo-raw), size-int(lo-raw)
	if err := unmapEdge(k, raw, before); err != nil {
		return nil, unmapUnfinished(k, raw, 2*size, err)
	}
	if err := unmapEdge(k, s.hi, after); err != nil {
		return nil, unmapUnfinished(k, lo, size+after, err)
	}
	if err := k.Protect(lo+uintptr(PageSize), size-PageSize, ReadWrite); err != nil {
		err = &Error{Op: "mprotect", Addr: lo + uintptr(PageSize), Len: size - PageSize, Err: err}
		return nil, unmapUnfinished(k, lo, size, err)
	}
	return s, nil
}

func unmapEdge(k Kernel, addr uintptr, n int) error {
	if n == 0 {
		return nil
	}
	if err := k.Unmap(addr, n); err != nil {
		return &Error{Op: "munmap", Addr: addr, Len: n, Err: err}
	}
	return nil
}

// unmapUnfinished unmaps what an unfinished stack holds, and says so if the kernel refuses that too.
func unmapUnfinished(k Kernel, addr uintptr, n int, cause error) error {
	if err := k.Unmap(addr, n); err != nil {
		return fmt.Errorf("%w; then %w", cause, &Error{Op: "munmap", Addr: addr, Len: n, Err: err, Poisoned: true})
	}
	return cause
}

// Bounds gives the addresses that a stack pointer may have: lo is the first byte above the guard page, hi the
// first of the head.
func (s *Stack) Bounds() (lo, hi uintptr) { return s.lo + uintptr(PageSize), s.hi - uintptr(s.head) }

// Forget gives the stack's memory back, and that of the head: both are zero then, as in the beginning. (Emulators may do
// nothing, and say that they have.) On an error anything may be there.
func (s *Stack) Forget() error {
	addr, n := s.lo+uintptr(PageSize), int(s.hi-s.lo)-PageSize
	if err := s.kernel.Forget(addr, n); err != nil {
		return &Error{Op: "madvise", Addr: addr, Len: n, Err: err}
	}
	return nil
}

// Release unmaps the stack. After an error it is as it was and Release can be tried again.
func (s *Stack) Release() error {
	if s.lo == 0 {
		return fmt.Errorf("vmem: release stack: %w", ErrState)
	}
	n := int(s.hi - s.lo)
	if err := s.kernel.Unmap(s.lo, n); err != nil {
		return &Error{Op: "munmap", Addr: s.lo, Len: n, Err: err}
	}
	s.lo, s.hi = 0, 0
	return nil
}
