package codebuf

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/wxjit/wxjit/internal/icache"
	"github.com/wxjit/wxjit/internal/procmaps"
	"github.com/wxjit/wxjit/internal/tramp"
	"github.com/wxjit/wxjit/internal/vmem"
)

// Strategy is how memory becomes executable that never is writable and executable.
type Strategy uint8

const (
	// Auto is the first of those below that works in this process.
	Auto Strategy = iota
	// Protect makes pages in memory that is writable, takes that right away, gives them the right to be executed, and
	// then moves them to where they are executed. It is the fastest for many functions at a time.
	Protect
	// Sealed writes code to a file in memory that is mapped only to be executed. There is no writable mapping at any
	// time, and the kernel refuses to make one. It works where the kernel lets no memory that was writable become
	// executable (PR_SET_MDWE, SELinux without execmem), and is the fastest for one function at a time. It needs
	// /proc, and a descriptor for each MiB of code.
	Sealed
)

// String gives the constant's name.
func (s Strategy) String() string {
	if int(s) < len(strategyNames) {
		return strategyNames[s]
	}
	return fmt.Sprintf("Strategy(%d)", uint8(s))
}

var strategyNames = [...]string{"Auto", "Protect", "Sealed"}

// Probed is what Probe found out about a strategy.
type Probed struct {
	Strategy Strategy
	Err      error // nil if it works in this process now; else which call the kernel refused and why, a *VMError
}

// Probe tries to make an arena of DefaultSize by each strategy, in the order in which Auto takes them. It leaves nothing
// behind.
func Probe() []Probed { return probe(host) }

func probe(k vmem.Kernel) (list []Probed) {
	for _, s := range []Strategy{Protect, Sealed} {
		a, err := newArena(Config{Strategy: s}, k)
		if err == nil {
			err = a.Close()
		}
		if vm, ok := errors.AsType[*VMError](err); ok {
			err = vm
		}
		list = append(list, Probed{s, err})
	}
	return list
}

var machine = vmem.NewMachine(tramp.Trap, icache.Flush)

// reserve makes another text of the arena, at a place from where all others can be reached. If some other part of the process
// maps something there meanwhile it is another place.
func (a *Arena) reserve() (text vmem.Text, err error) {
	for range 10 {
		if text, err = a.tryReserve(); !errors.Is(err, syscall.EEXIST) {
			break
		}
	}
	return text, err
}

func (a *Arena) tryReserve() (vmem.Text, error) {
	at, err := a.site()
	if err != nil {
		return nil, err
	}
	strategies := []Strategy{a.config.Strategy}
	if a.config.Strategy == Auto {
		strategies = []Strategy{Protect, Sealed}
	}
	var refused error
	for _, s := range strategies {
		text, err := newText(s, a.kernel, at, a.config.Size)
		if err == nil {
			a.config.Strategy = s // for the segments that follow
			return text, nil
		}
		err = fmt.Errorf("%v: %w", s, err)
		if errors.Is(err, syscall.EEXIST) {
			return nil, err // that says nothing of the strategy
		}
		refused = errors.Join(refused, err)
	}
	if scarce(refused) {
		return nil, refused
	}
	return nil, fmt.Errorf("%w: %w", errors.ErrUnsupported, refused)
}

func newText(s Strategy, k vmem.Kernel, at uintptr, n int) (vmem.Text, error) {
	if s == Sealed {
		return vmem.NewSealed(k, machine, at, n)
	}
	return vmem.NewProtect(k, machine, at, n)
}

// scarce tells whether the kernel refused for want of something, and might not on another day.
func scarce(err error) bool {
	for _, e := range []error{syscall.ENOMEM, syscall.EAGAIN, syscall.EMFILE, syscall.ENFILE, syscall.EINTR, syscall.EEXIST, syscall.EFBIG, syscall.ENOSPC} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// Strategy is the one that the arena uses.
func (a *Arena) Strategy() Strategy { return a.config.Strategy }

// grow reserves more, if the arena may have that, and tells whether it did.
func (a *Arena) grow() (bool, error) {
	size := a.config.Size
	for _, s := range *a.segments.Load() {
		size += s.size
	}
	if size > a.config.Limit {
		return false, nil
	}
	err := a.addSegment()
	if errors.Is(err, ErrNoSpace) {
		return false, nil
	}
	return err == nil, err
}

// site finds where to reserve: an address, or 0 for anywhere. It is ErrNoSpace if nothing is free within reach.
func (a *Arena) site() (uintptr, error) {
	lo, hi := a.config.Near, a.config.Near // what must be reached
	if p := a.segments.Load(); p != nil {
		for _, s := range *p {
			if lo == 0 {
				lo, hi = s.base, s.base
			}
			lo, hi = min(lo, s.base), max(hi, s.base+uintptr(s.size))
		}
	}
	if lo == 0 {
		return 0, nil
	}
	all, err := procmaps.Read()
	if err != nil {
		err = &vmem.Error{Op: "read /proc/self/maps", Err: err}
		if !scarce(err) {
			err = fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
		}
		return 0, err
	}
	at := gap(all, lo, hi, uintptr(a.config.Size), uintptr(vmem.PageSize))
	if at == 0 {
		return 0, fmt.Errorf("%d bytes within %d of %#x: %w", a.config.Size, tramp.Reach, lo, ErrNoSpace)
	}
	return at, nil
}

// lowest is where user space may begin; what lies below may be refused (vm.mmap_min_addr of sysctl(8)).
const lowest = 1 << 20

// gap finds n bytes, with room for a page before and behind them, between mappings, so that they and what is from lo to
// hi reach each other. It gives the address nearest to lo, or 0.
func gap(all []procmaps.Mapping, lo, hi, n, page uintptr) (at uintptr) {
	first, last := uintptr(lowest), lo+tramp.Reach-n
	if hi > tramp.Reach+first {
		first = hi - tramp.Reach
	}
	first = (first + page - 1) &^ (page - 1)
	last &^= page - 1
	consider := func(from, to uintptr) { // what is free
		if to < from+n+2*page {
			return
		}
		from, to = max(from+page, first), min(to-page-n, last)
		if from > to {
			return
		}
		for _, x := range []uintptr{from, to &^ (page - 1)} {
			if x >= from && (at == 0 || distance(x, lo) < distance(at, lo)) {
				at = x
			}
		}
	}
	end := uintptr(lowest)
	for _, m := range all {
		if m.Start>>63 != 0 {
			break // the kernel's half: vsyscall
		}
		if m.Start > end {
			consider(end, m.Start)
		}
		end = max(end, m.End)
	}
	return at
}

func distance(x, y uintptr) uintptr { return max(x, y) - min(x, y) }
