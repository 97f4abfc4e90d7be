package codebuf

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

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
	// Limit is what the arena may grow to when it is full, in bytes, by further reservations of Size within branch reach
	// of all that is there. 0 is Size: it does not grow.
	Limit int
	// Near is an address that all code of the arena can reach with a direct branch; 0 is none.
	Near uintptr
	// Strategy is how code becomes executable. The zero value takes the first that works.
	Strategy Strategy
	// SealEach, for strategy Sealed, takes from everybody the means to change code as soon as it is published, and
	// not when its file is full. The next publication then writes the file anew.
	SealEach bool
}

// DefaultSize is the address space that an arena reserves unless Config says otherwise, in bytes.
const DefaultSize = 64 << 20

// Arena is a range of address space for code. All methods may be called from several goroutines.
type Arena struct {
	config Config
	kernel *vmem.Counter

	segments atomic.Pointer[[]*segment] // replaced as a whole; nil before New and after Close
	owners   owners                     // guarded by mu, but for reading

	// mu guards what follows. It may be taken while a Buffer's is held, not the other way round.
	mu         sync.Mutex
	heap       heap
	opened     int // granules of open chunks, and of those that one piece of code has
	recent     int // number of the chunk that was closed last, -1 for none
	buffers    map[*Buffer]struct{}
	closed     bool
	quarantine quarantine
	counts     counts

	imports imports
}

// maxSpare is how much memory an arena keeps that was given back, in bytes: what a batch of a thousand functions takes.
const maxSpare = 1 << 20

// segment is one reservation of an arena.
type segment struct {
	text   vmem.Text
	base   uintptr
	size   int
	chunks []*chunk // also in the heap of the arena
}

// host is the kernel of arenas and fibers. Tests put one in its place that records and refuses.
var host vmem.Kernel = vmem.Host{}

// New reserves address space for code. On a platform or kernel that can't do what this package needs, or not by the
// strategy that Config demands, the error wraps errors.ErrUnsupported, and a *VMError for each call that was refused.
// ErrNoSpace is that there is no place near Config.Near. The arena holds address space and memory until Close.
func New(c Config) (*Arena, error) { return newArena(c, host) }

func newArena(c Config, k vmem.Kernel) (*Arena, error) {
	if c.Size == 0 {
		c.Size = DefaultSize
	}
	if c.Limit == 0 {
		c.Limit = c.Size
	}
	switch {
	case !tramp.Supported:
		return nil, fmt.Errorf("codebuf: new: this platform: %w", errors.ErrUnsupported)
	case c.Size < 0 || c.Size > tramp.Reach:
		return nil, fmt.Errorf("codebuf: new: size of %d bytes, not in 1..%d: %w", c.Size, tramp.Reach, ErrArgument)
	case c.Limit < c.Size || c.Limit > tramp.Reach:
		return nil, fmt.Errorf("codebuf: new: limit of %d bytes, not in %d..%d: %w", c.Limit, c.Size, tramp.Reach, ErrArgument)
	case c.Strategy > Sealed:
		return nil, fmt.Errorf("codebuf: new: %v: %w", c.Strategy, ErrArgument)
	}
	if err := icache.Register(k); err != nil {
		return nil, fmt.Errorf("codebuf: new: %w", err)
	}
	c.Size = vmem.RoundUp(c.Size)
	c.Limit = max(c.Size, c.Limit)
	a := &Arena{config: c, kernel: &vmem.Counter{Kernel: k}, buffers: map[*Buffer]struct{}{}, recent: -1}
	if err := a.addSegment(); err != nil {
		return nil, fmt.Errorf("codebuf: new: %w", err)
	}
	arenas.add(a)
	return a, nil
}

// addSegment reserves a range of address space where code will be. From its end on, pc is in the range.
func (a *Arena) addSegment() error {
	text, err := a.reserve()
	if err != nil {
		return err
	}
	s := &segment{text: text, base: text.Base(), size: text.Size()}
	for off := 0; off < s.size; off += chunkSize {
		c := &chunk{seg: s, off: off, limit: (s.size - off) / granule}
		if s.size-off > chunkSize {
			c.limit = (chunkSize - vmem.PageSize) / granule
		}
		s.chunks = append(s.chunks, c)
	}
	a.heap.chunks = append(a.heap.chunks, s.chunks...)
	var all []*segment
	if p := a.segments.Load(); p != nil {
		all = *p
	} else {
		text.Keep(maxSpare)
	}
	all = append(all[:len(all):len(all)], s)
	a.segments.Store(&all)
	tramp.AddCode(s.base, s.size)
	return nil
}

// removeSegments gives the ranges back. No fiber is inside them, nor can enter.
func (a *Arena) removeSegments() error {
	all := *a.segments.Load()
	for len(all) > 0 {
		last := len(all) - 1
		s := all[last]
		tramp.RemoveCode(s.base, s.size) // before somebody else can have the addresses
		if err := s.text.Release(); err != nil {
			tramp.AddCode(s.base, s.size)
			return err
		}
		all = all[:last:last]
		a.segments.Store(&all)
	}
	a.segments.Store(nil)
	return nil
}

// usable is why nothing can be done with the arena, or nil.
func (a *Arena) usable() error {
	if a.closed || a.segments.Load() == nil {
		return fmt.Errorf("arena: %w", ErrClosed)
	}
	return nil
}

// NewBuffer gives room for n bytes of code, whole pages, to be filled and sealed. Every byte of them traps until code
// is placed over it. The error is ErrNoSpace when no range that large is free, ErrArgument for n < 1, ErrClosed, or a
// *VMError.
func (a *Arena) NewBuffer(n int) (*Buffer, error) {
	if n < 1 {
		return nil, fmt.Errorf("codebuf: new buffer: %d bytes: %w", n, ErrArgument)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.usable(); err != nil {
		return nil, fmt.Errorf("codebuf: new buffer: %w", err)
	}
	if n > a.config.Limit {
		return nil, fmt.Errorf("codebuf: new buffer: %d bytes in an arena of %d: %w", n, a.config.Limit, ErrNoSpace)
	}
	parts := [1]part{{n: vmem.RoundUp(n), align: vmem.PageSize}}
	if err := a.allocate(parts[:]); err != nil {
		return nil, fmt.Errorf("codebuf: new buffer: %d bytes: %w", n, err)
	}
	b := &Buffer{arena: a, block: parts[0].block, addr: a.addr(parts[0].place), mem: make([]byte, parts[0].n)}
	fillTraps(b.mem)
	a.buffers[b] = struct{}{}
	a.counts.writable += a.sizeOf(b.block)
	return b, nil
}

// Close gives everything back: buffers and code of the arena end with it, and calls to that code fail from now
// on. While a fiber is inside some of it the error is ErrBusy; nothing new can begin then, and Close is to be
// called again. After a *VMError likewise. A second Close after a good one is ErrClosed. Code of other arenas that calls
// into this one must not be executed any more. Where the kernel has come to refuse membarrier(2) since New, all goroutines
// are stopped for a moment, as by the garbage collector.
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
	if a.segments.Load() == nil {
		return fmt.Errorf("codebuf: close arena: %w", ErrClosed)
	}
	a.owners.all(func(c *Code) { c.die(tramp.Ended) })
	if icache.Barrier(a.kernel) != nil {
		stopAll()
	}
	for _, pc := range fibers.inside() {
		if a.segment(pc) != nil {
			return fmt.Errorf("codebuf: close arena: a fiber is inside the code at %#x: %w", pc, ErrBusy)
		}
	}
	samples.leave(a)
	if err := a.removeSegments(); err != nil {
		return fmt.Errorf("codebuf: close arena: %w", err)
	}
	a.heap, a.quarantine = heap{}, quarantine{}
	a.owners.blocks.Store(nil)
	arenas.remove(a)
	return nil
}

// stopAll is what icache.Barrier is, for where the kernel refuses that. The runtime stops every goroutine, where it can be
// stopped, which is nowhere in tramp.Enter before the code is entered, and lets it go on: so what one stored is seen here,
// or what was stored here by that one. Generated code is left for it, as for any preemption.
func stopAll() { runtime.ReadMemStats(new(runtime.MemStats)) }

// segment gives the segment that an address is in, or nil.
func (a *Arena) segment(addr uintptr) *segment {
	if p := a.segments.Load(); p != nil {
		for _, s := range *p {
			if addr-s.base < uintptr(s.size) {
				return s
			}
		}
	}
	return nil
}

// poisoned tells whether err means that address space is out of use for good.
func poisoned(err error) bool {
	vm, ok := errors.AsType[*vmem.Error](err)
	return ok && vm.Poisoned
}

// fillTraps makes every instruction of b one that traps.
func fillTraps(b []byte) {
	n := copy(b, tramp.Trap)
	for n < len(b) {
		n += copy(b[n:], b[:n])
	}
}
