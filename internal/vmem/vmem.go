// Package vmem is the only place where this module asks the kernel for memory: reservations of address space
// whose pages change between three protections, and guarded stacks.
//
// # How a change of protection can end
//
// mprotect(2) walks the range mapping by mapping and stops at the first refusal; "the protections on some of
// the pages in the range may have been changed". So a refused change has three outcomes here, and no fourth:
//
//	done      the call succeeded, all pages changed
//	undone    it failed, and a second call put the old protection back on all pages: an Error, pages as before
//	poisoned  that failed too: an Error with Poisoned set; the pages are never used again
//
// The record of what every page is lives in Go memory, beside the reservation and not in it.
package vmem

import (
	"errors"
	"fmt"
	"os"
)

// Protection is what a page allows. There are three values, they can't be combined, and there is no fourth:
// a page that can be written and executed has no spelling.
type Protection uint8

// The protections of a page.
const (
	None      Protection = iota // reserved address space without memory
	ReadWrite                   // being filled
	ReadExec                    // sealed
	poisoned                    // unknown to us: a change was refused half-way and could not be undone
)

// String gives the protection as /proc/self/maps shows it.
func (p Protection) String() string {
	return [...]string{None: "---", ReadWrite: "rw-", ReadExec: "r-x", poisoned: "???"}[p]
}

// Kernel is what vmem asks of the operating system. [Host] is the real one; tests put others in its place to
// record, to refuse and to do half of what was asked. Addresses and lengths are multiples of the page size;
// errors are errno values (syscall.Errno).
type Kernel interface {
	// Reserve maps n bytes without protection or memory: mmap(2), PROT_NONE, private and anonymous.
	Reserve(n int) (addr uintptr, err error)
	// Unmap is munmap(2).
	Unmap(addr uintptr, n int) error
	// Protect is mprotect(2).
	Protect(addr uintptr, n int, p Protection) error
	// Drop gives the memory of the pages back: madvise(2), MADV_DONTNEED. They read as zero afterwards.
	Drop(addr uintptr, n int) error
	// Membarrier is membarrier(2) with the given command.
	Membarrier(cmd int) error
}

// PageSize is the size of a page in bytes, the unit in which protections change.
var PageSize = os.Getpagesize()

// RoundUp gives the smallest multiple of the page size that is not less than n.
func RoundUp(n int) int { return (n + PageSize - 1) &^ (PageSize - 1) }

// Error is a call that the kernel refused.
type Error struct {
	Op       string  // the call: "mmap", "mprotect", "munmap", "madvise", "membarrier"
	Addr     uintptr // first byte of the range, 0 where there is none
	Len      int     // its length in bytes
	Err      error   // the errno
	Poisoned bool    // the range is in an unknown state and out of use for good
}

// Error names the call, the range and the errno.
func (e *Error) Error() string {
	s := fmt.Sprintf("vmem: %s [%#x,%#x): %v", e.Op, e.Addr, e.Addr+uintptr(e.Len), e.Err)
	if e.Poisoned {
		s += " (and could not be undone: the pages are out of use)"
	}
	return s
}

// Unwrap gives the errno.
func (e *Error) Unwrap() error { return e.Err }

// ErrState reports an operation on pages that are not in the state it starts from, or not in the reservation.
var ErrState = errors.New("pages are not in the state for this operation")
