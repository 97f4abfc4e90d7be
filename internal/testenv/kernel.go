package testenv

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/wxjit/wxjit/internal/vmem"
)

// Ledger is a kernel that remembers what is mapped, and where in the source that was asked for. After every call
// that succeeds it runs After, if there is one. It is safe for concurrent use.
type Ledger struct {
	vmem.Kernel
	After func(op string)

	mu   sync.Mutex
	open []entry // by rising lo, not overlapping
}

type entry struct {
	lo, hi uintptr
	made   []uintptr // who called
}

// Reserve implements vmem.Kernel.
func (l *Ledger) Reserve(n int) (uintptr, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	addr, err := l.Kernel.Reserve(n)
	if err == nil {
		l.add(addr, n)
	}
	return addr, err
}

// ReserveAt implements vmem.Kernel.
func (l *Ledger) ReserveAt(addr uintptr, n int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.Kernel.ReserveAt(addr, n)
	if err == nil {
		l.add(addr, n)
	}
	return err
}

func (l *Ledger) add(addr uintptr, n int) {
	i, _ := slices.BinarySearchFunc(l.open, addr, func(e entry, a uintptr) int { return cmp.Compare(e.lo, a) })
	l.open = slices.Insert(l.open, i, entry{addr, addr + uintptr(n), callers()})
	l.after("mmap")
}

// Move implements vmem.Kernel.
func (l *Ledger) Move(from, to uintptr, n int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.Kernel.Move(from, to, n)
	if err == nil {
		l.cut(from, from+uintptr(n))
		l.after("mremap")
	}
	return err
}

// MoveMemory implements vmem.Kernel.
func (l *Ledger) MoveMemory(from, to uintptr, n int) error {
	err := l.Kernel.MoveMemory(from, to, n)
	if err == nil {
		l.after("mremap of memory")
	}
	return err
}

// MapText implements vmem.Kernel.
func (l *Ledger) MapText(addr uintptr, n, fd, off int) error {
	err := l.Kernel.MapText(addr, n, fd, off)
	if err == nil {
		l.after("mmap of a file")
	}
	return err
}

// Unmap implements vmem.Kernel.
func (l *Ledger) Unmap(addr uintptr, n int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.Kernel.Unmap(addr, n)
	if err == nil {
		l.cut(addr, addr+uintptr(n))
		l.after("munmap")
	}
	return err
}

// Protect implements vmem.Kernel.
func (l *Ledger) Protect(addr uintptr, n int, p vmem.Protection) error {
	err := l.Kernel.Protect(addr, n, p)
	if err == nil {
		l.after("mprotect " + p.String())
	}
	return err
}

func (l *Ledger) after(op string) {
	if l.After != nil {
		l.After(op)
	}
}

// cut takes [lo, hi) out of what is open.
func (l *Ledger) cut(lo, hi uintptr) {
	var rest []entry
	for _, e := range l.open {
		if e.hi <= lo || e.lo >= hi {
			rest = append(rest, e)
			continue
		}
		if e.lo < lo {
			rest = append(rest, entry{e.lo, lo, e.made})
		}
		if e.hi > hi {
			rest = append(rest, entry{hi, e.hi, e.made})
		}
	}
	l.open = rest
}

// Open gives what is mapped, a text for each range with where it was made, but for the ranges that mine says are in
// good hands.
func (l *Ledger) Open(mine func(lo, hi uintptr) bool) (leaks []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.open {
		if mine == nil || !mine(e.lo, e.hi) {
			leaks = append(leaks, fmt.Sprintf("%d bytes at [%#x,%#x) mapped by\n%s", e.hi-e.lo, e.lo, e.hi, lines(e.made)))
		}
	}
	return leaks
}

// callers gives who called the kernel, innermost first.
func callers() []uintptr {
	pcs := make([]uintptr, 16)
	return pcs[:runtime.Callers(3, pcs)]
}

// lines lists callers, one a line.
func lines(pcs []uintptr) string {
	frames := runtime.CallersFrames(pcs)
	var b strings.Builder
	for {
		f, more := frames.Next()
		fmt.Fprintf(&b, "\t%s %s:%d\n", f.Function, f.File, f.Line)
		if !more {
			return b.String()
		}
	}
}

// Call is a system call that a Faulty kernel is about to make.
type Call struct {
	Index int    // 0 for the first since the kernel was made
	Op    string // as vmem.Error names it; "reset" and "reserve" are mmap with MAP_FIXED and MAP_FIXED_NOREPLACE
	Addr  uintptr
	Len   int
	To    vmem.Protection // of mprotect
	Cmd   int             // of membarrier
}

// Verdict says what becomes of a call.
type Verdict struct {
	Err error // not nil: the call fails with it
	// Part is how many bytes an mprotect that fails changes before it does, or a pwrite that does not fail writes.
	Part int
	// Hole, for an mremap or mmap over other pages that fails, is that it unmaps them first.
	Hole bool
}

// Faulty is a kernel that fails where it is told to. It is safe for concurrent use as far as Decide is.
type Faulty struct {
	vmem.Kernel
	Decide func(Call) Verdict

	mu    sync.Mutex
	calls int
}

// Calls is the number of calls so far.
func (f *Faulty) Calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

func (f *Faulty) decide(c Call) Verdict {
	f.mu.Lock()
	c.Index = f.calls
	f.calls++
	f.mu.Unlock()
	return f.Decide(c)
}

// refuse is decide for calls that fail as a whole.
func (f *Faulty) refuse(c Call) error { return f.decide(c).Err }

// Reserve implements vmem.Kernel.
func (f *Faulty) Reserve(n int) (uintptr, error) {
	if err := f.refuse(Call{Op: "mmap", Len: n}); err != nil {
		return 0, err
	}
	return f.Kernel.Reserve(n)
}

// ReserveAt implements vmem.Kernel.
func (f *Faulty) ReserveAt(addr uintptr, n int) error {
	if err := f.refuse(Call{Op: "reserve", Addr: addr, Len: n}); err != nil {
		return err
	}
	return f.Kernel.ReserveAt(addr, n)
}

// Reset implements vmem.Kernel.
func (f *Faulty) Reset(addr uintptr, n int) error {
	if v := f.decide(Call{Op: "reset", Addr: addr, Len: n}); v.Err != nil {
		return f.fail(v, addr, n)
	}
	return f.Kernel.Reset(addr, n)
}

// Unmap implements vmem.Kernel.
func (f *Faulty) Unmap(addr uintptr, n int) error {
	if err := f.refuse(Call{Op: "munmap", Addr: addr, Len: n}); err != nil {
		return err
	}
	return f.Kernel.Unmap(addr, n)
}

// Protect implements vmem.Kernel.
func (f *Faulty) Protect(addr uintptr, n int, p vmem.Protection) error {
	v := f.decide(Call{Op: "mprotect", Addr: addr, Len: n, To: p})
	if v.Err == nil {
		return f.Kernel.Protect(addr, n, p)
	}
	if part := min(v.Part, n); part > 0 {
		if err := f.Kernel.Protect(addr, part, p); err != nil {
			return err
		}
	}
	return v.Err
}

// Move implements vmem.Kernel.
func (f *Faulty) Move(from, to uintptr, n int) error {
	if v := f.decide(Call{Op: "mremap", Addr: to, Len: n}); v.Err != nil {
		return f.fail(v, to, n)
	}
	return f.Kernel.Move(from, to, n)
}

// MoveMemory implements vmem.Kernel.
func (f *Faulty) MoveMemory(from, to uintptr, n int) error {
	if v := f.decide(Call{Op: "mremap", Addr: to, Len: n}); v.Err != nil {
		return f.fail(v, to, n)
	}
	return f.Kernel.MoveMemory(from, to, n)
}

// MapText implements vmem.Kernel.
func (f *Faulty) MapText(addr uintptr, n, fd, off int) error {
	if v := f.decide(Call{Op: "mmap", Addr: addr, Len: n}); v.Err != nil {
		return f.fail(v, addr, n)
	}
	return f.Kernel.MapText(addr, n, fd, off)
}

func (f *Faulty) fail(v Verdict, addr uintptr, n int) error {
	if v.Hole {
		if err := f.Kernel.Unmap(addr, n); err != nil {
			return err
		}
	}
	return v.Err
}

// Mapped implements vmem.Kernel.
func (f *Faulty) Mapped(addr uintptr, n int) error {
	if err := f.refuse(Call{Op: "msync", Addr: addr, Len: n}); err != nil {
		return err
	}
	return f.Kernel.Mapped(addr, n)
}

// Guard implements vmem.Kernel.
func (f *Faulty) Guard(addr uintptr, n int) error {
	if err := f.refuse(Call{Op: "madvise", Addr: addr, Len: n}); err != nil {
		return err
	}
	return f.Kernel.Guard(addr, n)
}

// Populate implements vmem.Kernel.
func (f *Faulty) Populate(addr uintptr, n int) error {
	if err := f.refuse(Call{Op: "madvise", Addr: addr, Len: n}); err != nil {
		return err
	}
	return f.Kernel.Populate(addr, n)
}

// Forget implements vmem.Kernel.
func (f *Faulty) Forget(addr uintptr, n int) error {
	if err := f.refuse(Call{Op: "madvise", Addr: addr, Len: n}); err != nil {
		return err
	}
	return f.Kernel.Forget(addr, n)
}

// Membarrier implements vmem.Kernel.
func (f *Faulty) Membarrier(cmd int) error {
	if err := f.refuse(Call{Op: "membarrier", Cmd: cmd}); err != nil {
		return err
	}
	return f.Kernel.Membarrier(cmd)
}

// CreateFile implements vmem.Kernel.
func (f *Faulty) CreateFile(noexec bool) (int, error) {
	if err := f.refuse(Call{Op: "memfd_create"}); err != nil {
		return 0, err
	}
	return f.Kernel.CreateFile(noexec)
}

// Truncate implements vmem.Kernel.
func (f *Faulty) Truncate(fd, n int) error {
	if err := f.refuse(Call{Op: "ftruncate", Len: n}); err != nil {
		return err
	}
	return f.Kernel.Truncate(fd, n)
}

// FileLimit implements vmem.Kernel.
func (f *Faulty) FileLimit() (uint64, error) {
	if err := f.refuse(Call{Op: "getrlimit"}); err != nil {
		return 0, err
	}
	return f.Kernel.FileLimit()
}

// AddSeals implements vmem.Kernel.
func (f *Faulty) AddSeals(fd int, write bool) error {
	if err := f.refuse(Call{Op: "fcntl"}); err != nil {
		return err
	}
	return f.Kernel.AddSeals(fd, write)
}

// Reopen implements vmem.Kernel.
func (f *Faulty) Reopen(fd int) (int, error) {
	if err := f.refuse(Call{Op: "open"}); err != nil {
		return 0, err
	}
	return f.Kernel.Reopen(fd)
}

// Write implements vmem.Kernel.
func (f *Faulty) Write(fd int, p []byte, off int) (int, error) {
	v := f.decide(Call{Op: "pwrite", Len: len(p)})
	if v.Err != nil {
		return 0, v.Err
	}
	if 0 < v.Part && v.Part < len(p) {
		p = p[:v.Part]
	}
	return f.Kernel.Write(fd, p, off)
}

// Close implements vmem.Kernel. The descriptor is closed whatever the verdict, as Linux does it.
func (f *Faulty) Close(fd int) error {
	err := f.refuse(Call{Op: "close"})
	return cmp.Or(err, f.Kernel.Close(fd))
}
