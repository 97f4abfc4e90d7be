package codebuf

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/wxjit/wxjit/internal/icache"
	"github.com/wxjit/wxjit/internal/tramp"
	"github.com/wxjit/wxjit/internal/vmem"
)

// Config says what an arena should be like. The zero value is a good one.
type Config struct {
	// Size is the address space to reserve, in bytes, rounded up to whole pages. 0 is DefaultSize. It costs no
	// memory until it is used. All code of an arena can reach all other with a direct branch as long as Size
	// stays within 2 GiB on amd64 and 128 MiB on arm64; more is refused.
	Size int
}

// DefaultSize is the address space that an arena reserves unless Config says otherwise, in bytes.
const DefaultSize = 64 << 20

// Arena is a range of address space for code. All methods may be called from several goroutines.
type Arena struct {
	kernel vmem.Kernel

	// mu guards what follows. It may be taken while a Buffer's is held, not the other way round.
	mu      sync.Mutex
	region  *vmem.Region
	free    pages
	buffers map[*Buffer]struct{}
	codes   map[*Code]struct{}
	retired []span // released, but somebody may be inside, or the kernel refused to take it back
	closed  bool

	imports imports
}

// span is pages of an arena's region, in bytes.
type span struct{ off, n int }

// host is the kernel of arenas and fibers. Tests put one in its place that records and refuses.
var host vmem.Kernel = vmem.Host{}

// New reserves address space for code. On a platform or kernel that can't do what this package needs, the error
// wraps errors.ErrUnsupported. The arena holds address space and memory until Close.
func New(c Config) (*Arena, error) { return newArena(c, host) }

func newArena(c Config, k vmem.Kernel) (*Arena, error) {
	switch {
	case !tramp.Supported:
		return nil, fmt.Errorf("codebuf: new: this platform: %w", errors.ErrUnsupported)
	case c.Size == 0:
		c.Size = DefaultSize
	case c.Size < 0 || c.Size > tramp.Reach:
		return nil, fmt.Errorf("codebuf: new: size of %d bytes, not in 1..%d: %w", c.Size, tramp.Reach, ErrArgument)
	}
	if err := icache.Register(k); err != nil {
		return nil, fmt.Errorf("codebuf: new: %w", err)
	}
	region, err := vmem.Reserve(k, c.Size)
	if err != nil {
		return nil, fmt.Errorf("codebuf: new: %w", err)
	}
	a := &Arena{
		kernel: k, region: region, free: pages{{0, region.Size() / vmem.PageSize}},
		buffers: map[*Buffer]struct{}{}, codes: map[*Code]struct{}{},
	}
	tramp.AddCode(region.Base(), region.Size())
	arenas.add(a)
	return a, nil
}

// NewBuffer gives whole pages for n bytes of code, to be filled and sealed. Every byte of them traps until code
// is placed over it. The error is ErrNoSpace when no range that large is free, ErrArgument for n < 1, ErrClosed,
// or a *VMError.
func (a *Arena) NewBuffer(n int) (*Buffer, error) {
	if n < 1 {
		return nil, fmt.Errorf("codebuf: new buffer: %d bytes: %w", n, ErrArgument)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed || a.region == nil {
		return nil, fmt.Errorf("codebuf: new buffer: arena: %w", ErrClosed)
	}
	s := span{n: vmem.RoundUp(n)}
	if n > a.region.Size() || !a.takePages(&s) {
		return nil, fmt.Errorf("codebuf: new buffer: %d bytes in an arena of %d: %w", n, a.region.Size(), ErrNoSpace)
	}
	if err := a.region.Commit(s.off, s.n); err != nil {
		a.putPages(s, err)
		return nil, fmt.Errorf("codebuf: new buffer: %w", err)
	}
	mem, err := a.region.Bytes(s.off, s.n)
	if err != nil {
		panic("codebuf: BUG: committed pages are not writable: " + err.Error())
	}
	fillTraps(mem)
	b := &Buffer{arena: a, span: s, addr: a.region.Base() + uintptr(s.off), mem: mem}
	a.buffers[b] = struct{}{}
	return b, nil
}

// takePages finds pages for s.n bytes; if there are none, after what could be reclaimed has been.
func (a *Arena) takePages(s *span) bool {
	first, ok := a.free.take(s.n / vmem.PageSize)
	if !ok && len(a.retired) > 0 {
		a.sweep() // what the kernel refuses stays retired and is tried again
		first, ok = a.free.take(s.n / vmem.PageSize)
	}
	s.off = first * vmem.PageSize
	return ok
}

// putPages makes the pages of s free, unless the error says that they are lost.
func (a *Arena) putPages(s span, err error) {
	if !poisoned(err) {
		a.free.give(s.off/vmem.PageSize, s.n/vmem.PageSize)
	}
}

// poisoned tells whether err means that pages are out of use for good.
func poisoned(err error) bool {
	vm, ok := errors.AsType[*vmem.Error](err)
	return ok && vm.Poisoned
}

// retire takes the pages of s out of use and reclaims what can be.
func (a *Arena) retire(s span) error {
	a.retired = append(a.retired, s)
	return a.sweep()
}

// sweep reclaims retired pages that no fiber is inside. The first refusal of the kernel is returned; what it
// concerns stays retired, so that the next sweep tries again.
func (a *Arena) sweep() error {
	if len(a.retired) == 0 {
		return nil
	}
	// A fiber that entered before the code was declared dead is visible as inside after the barrier, and one
	// that comes later sees the declaration. See tramp.Enter.
	if err := icache.Barrier(a.kernel); err != nil {
		return err
	}
	entries := fibers.inside()
	var first error
	a.retired = slices.DeleteFunc(a.retired, func(s span) bool {
		lo := a.region.Base() + uintptr(s.off)
		if slices.ContainsFunc(entries, func(pc uintptr) bool { return pc-lo < uintptr(s.n) }) {
			return false
		}
		_, err := a.region.Discard(s.off, s.n)
		if err != nil {
			if first == nil {
				first = err
			}
			return poisoned(err)
		}
		a.free.give(s.off/vmem.PageSize, s.n/vmem.PageSize)
		return true
	})
	return first
}

// Close gives everything back: buffers and code of the arena end with it, and calls to that code fail from now
// on. While a fiber is inside some of it the error is ErrBusy; nothing new can begin then, and Close is to be
// called again. After a *VMError likewise. A second Close after a good one is ErrClosed.
func (a *Arena) Close() error {
	a.mu.Lock()
	a.closed = true
	buffers := slices.Collect(maps.Keys(a.buffers))
	a.mu.Unlock()
	for _, b := range buffers {
		if err := b.close(); err != nil {
			return fmt.Errorf("codebuf: close arena: %w", err)
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.region == nil {
		return fmt.Errorf("codebuf: close arena: %w", ErrClosed)
	}
	for c := range a.codes {
		c.unname()
		c.die(tramp.Ended)
	}
	if err := icache.Barrier(a.kernel); err != nil {
		return fmt.Errorf("codebuf: close arena: %w", err)
	}
	for _, pc := range fibers.inside() {
		if pc-a.region.Base() < uintptr(a.region.Size()) {
			return fmt.Errorf("codebuf: close arena: a fiber is inside the code at %#x: %w", pc, ErrBusy)
		}
	}
	base, size := a.region.Base(), a.region.Size()
	if err := a.region.Release(); err != nil {
		return fmt.Errorf("codebuf: close arena: %w", err)
	}
	tramp.RemoveCode(base, size)
	arenas.remove(a)
	a.region, a.free, a.retired = nil, nil, nil
	clear(a.codes)
	return nil
}

// Stats is where an arena's address space is, in bytes, and how much of it is code.
type Stats struct {
	Reserved int // all of it
	Free     int // to be had by NewBuffer
	Writable int // in buffers
	Live     int // in sealed code
	Retired  int // released, and waiting for a fiber to leave or for the kernel
	Poisoned int // out of use: a refused change of protection could not be undone
	Codes    int // number of live Codes
}

// Stats counts. After Close all is zero.
func (a *Arena) Stats() Stats {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.region == nil {
		return Stats{}
	}
	s := Stats{
		Reserved: a.region.Size(), Free: a.free.free() * vmem.PageSize,
		Poisoned: a.region.Poisoned(), Codes: len(a.codes),
	}
	for b := range a.buffers {
		s.Writable += b.span.n
	}
	for c := range a.codes {
		s.Live += c.span.n
	}
	for _, r := range a.retired {
		s.Retired += r.n
	}
	return s
}

// fillTraps makes every instruction of b one that traps.
func fillTraps(b []byte) {
	n := copy(b, tramp.Trap)
	for n < len(b) {
		n += copy(b[n:], b[:n])
	}
}
