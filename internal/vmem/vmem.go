// Package vmem is the only place where this module asks the kernel for memory: text, which is executed and changes
// while it is, by one of two strategies, and guarded stacks.
//
// # Text
//
// A [Text] is reserved address space. What is executed there is never writable there: [Protect] makes new pages at
// another place, takes the right to write from them, gives them the right to execute, and then moves them in, over
// what was there; [Sealed] maps a file that this process can write to and not map, and writes to the file.
// The record of what every page is lives in Go memory, beside the reservation and not in it.
//
// # How a change can end
//
//	done      the call succeeded, all bytes are as asked for
//	undone    it failed: an Error; every page is as it was or as it should become, each for itself
//	poisoned  it failed, and it is not known what the pages are: an Error with Poisoned set; they are never used again
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
	guarded                     // mapped ReadExec, but without memory: every access faults
	spare                       // None, and the memory that was there is kept elsewhere
	poisoned                    // unknown to us
	foreign                     // perhaps not ours any more
)

// String gives the protection as /proc/self/maps shows it.
func (p Protection) String() string {
	return [...]string{None: "---", ReadWrite: "rw-", ReadExec: "r-x", guarded: "r-x", spare: "---", poisoned: "???", foreign: "???"}[p]
}

// Kernel is what vmem asks of the operating system. [Host] is the real one; tests put others in its place to
// record, to refuse and to do half of what was asked. Addresses and lengths are multiples of the page size;
// errors are errno values (syscall.Errno).
type Kernel interface {
	// Reserve maps n bytes without protection or memory: mmap(2), PROT_NONE, private and anonymous.
	Reserve(n int) (addr uintptr, err error)
	// ReserveAt is Reserve at an address where nothing is mapped: MAP_FIXED_NOREPLACE. The error is EEXIST where
	// something is.
	ReserveAt(addr uintptr, n int) error
	// Reset makes pages of the caller's as Reserve gives them, and their memory is given back: MAP_FIXED.
	Reset(addr uintptr, n int) error
	// Unmap is munmap(2).
	Unmap(addr uintptr, n int) error
	// Protect is mprotect(2).
	Protect(addr uintptr, n int, p Protection) error
	// Move puts pages in the place of others, and leaves nothing where they were: mremap(2), MREMAP_FIXED.
	Move(from, to uintptr, n int) error
	// MoveMemory is Move, but the pages stay where they were, without memory: MREMAP_DONTUNMAP, Linux 5.7.
	MoveMemory(from, to uintptr, n int) error
	// Mapped gives an error if some of the pages are not mapped: msync(2), MS_ASYNC, which does nothing else.
	Mapped(addr uintptr, n int) error
	// Guard makes every access to the pages fault, and gives their memory back: madvise(2), MADV_GUARD_INSTALL.
	Guard(addr uintptr, n int) error
	// Populate gives writable pages their memory, before it is touched: madvise(2), MADV_POPULATE_WRITE.
	Populate(addr uintptr, n int) error
	// Forget gives the memory of writable pages back; they read as zero from then on: madvise(2), MADV_DONTNEED.
	Forget(addr uintptr, n int) error
	// Membarrier is membarrier(2) with the given command.
	Membarrier(cmd int) error

	// CreateFile makes a file in memory that can be sealed and, with noexec, not be given to execve(2):
	// memfd_create(2).
	CreateFile(noexec bool) (fd int, err error)
	// Truncate is ftruncate(2).
	Truncate(fd, n int) error
	// FileLimit is what setrlimit(2) allows as the length of a file: RLIMIT_FSIZE.
	FileLimit() (n uint64, err error)
	// AddSeals is F_ADD_SEALS of fcntl(2): the length for good or, with write, the content.
	AddSeals(fd int, write bool) error
	// Reopen opens the file of fd once more, for reading only: open(2) of /proc/self/fd.
	Reopen(fd int) (int, error)
	// MapText maps n bytes of a file from off, to be read and executed, over what is at addr: mmap(2), MAP_SHARED.
	MapText(addr uintptr, n, fd, off int) error
	// Write is pwrite(2).
	Write(fd int, p []byte, off int) (n int, err error)
	// Close is close(2).
	Close(fd int) error
}

// PageSize is the size of a page in bytes, the unit in which protections change.
var PageSize = os.Getpagesize()

// RoundUp gives the smallest multiple of the page size that is not less than n.
func RoundUp(n int) int { return (n + PageSize - 1) &^ (PageSize - 1) }

// Error is a call that the kernel refused.
type Error struct {
	Op       string  // the call: "mmap", "mprotect", "mremap", "munmap", "membarrier", "memfd_create", "pwrite", ...
	Addr     uintptr // first byte of the range, 0 where there is none
	Len      int     // its length in bytes
	Err      error   // the errno
	Poisoned bool    // the range is in an unknown state and out of use for good
}

// Error names the call, the range and the errno.
func (e *Error) Error() string {
	s := fmt.Sprintf("vmem: %s [%#x,%#x): %v", e.Op, e.Addr, e.Addr+uintptr(e.Len), e.Err)
	if e.Addr == 0 && e.Len == 0 {
		s = fmt.Sprintf("vmem: %s: %v", e.Op, e.Err)
	}
	if e.Poisoned {
		s += " (and could not be undone: the pages are out of use)"
	}
	return s
}

// Unwrap gives the errno.
func (e *Error) Unwrap() error { return e.Err }

// ErrState reports an operation on pages that are not in the state it starts from, or not in the reservation.
var ErrState = errors.New("pages are not in the state for this operation")
