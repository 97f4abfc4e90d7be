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
	made   string // the callers, one a line
}

// Reserve implements vmem.Kernel.
func (l *Ledger) Reserve(n int) (uintptr, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	addr, err := l.Kernel.Reserve(n)
	if err == nil {
		i, _ := slices.BinarySearchFunc(l.open, addr, func(e entry, a uintptr) int { return cmp.Compare(e.lo, a) })
		l.open = slices.Insert(l.open, i, entry{addr, addr + uintptr(n), callers()})
		l.after("mmap")
	}
	return addr, err
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
			leaks = append(leaks, fmt.Sprintf("%d bytes at [%#x,%#x) mapped by\n%s", e.hi-e.lo, e.lo, e.hi, e.made))
		}
	}
	return leaks
}

// callers lists who called the kernel, innermost first.
func callers() string {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
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
	Op    string // "mmap", "munmap", "mprotect", "madvise", "membarrier"
	Addr  uintptr
	Len   int
	To    vmem.Protection // of mprotect
	Cmd   int             // of membarrier
}

// Verdict says what becomes of a call.
type Verdict struct {
	Err error // not nil: the call fails with it
	// Part, for an mprotect that fails, is how many bytes of the range change before it does.
	Part int
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

// Reserve implements vmem.Kernel.
func (f *Faulty) Reserve(n int) (uintptr, error) {
	if v := f.decide(Call{Op: "mmap", Len: n}); v.Err != nil {
		return 0, v.Err
	}
	return f.Kernel.Reserve(n)
}

// Unmap implements vmem.Kernel.
func (f *Faulty) Unmap(addr uintptr, n int) error {
	if v := f.decide(Call{Op: "munmap", Addr: addr, Len: n}); v.Err != nil {
		return v.Err
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

// Drop implements vmem.Kernel.
func (f *Faulty) Drop(addr uintptr, n int) error {
	if v := f.decide(Call{Op: "madvise", Addr: addr, Len: n}); v.Err != nil {
		return v.Err
	}
	return f.Kernel.Drop(addr, n)
}

// Membarrier implements vmem.Kernel.
func (f *Faulty) Membarrier(cmd int) error {
	if v := f.decide(Call{Op: "membarrier", Cmd: cmd}); v.Err != nil {
		return v.Err
	}
	return f.Kernel.Membarrier(cmd)
}
