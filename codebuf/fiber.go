package codebuf

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/wxjit/wxjit/internal/tramp"
	"github.com/wxjit/wxjit/internal/vmem"
)

// FiberConfig says what a fiber should be like. The zero value is a good one.
type FiberConfig struct {
	// StackSize is the size of the stack in bytes, a power of two from 16 KiB, and at least four pages, to 1 GiB.
	// 0 is DefaultStackSize. A page of it is the guard, and up to 4 KiB at the top are the fiber's record.
	// Memory is taken as the stack is touched.
	StackSize int
}

// DefaultStackSize is the size of a fiber's stack unless FiberConfig says otherwise, in bytes.
const DefaultStackSize = 256 << 10

const maxStackSize = 1 << 30

// Fibers that are closed leave their stacks to later ones of the same size, without memory: so many stacks, up to so many
// bytes of address space each.
const (
	maxIdleStacks = 64
	maxIdleSize   = 512 << 10
)

// Fiber is a stack on which generated code runs. It is for one call at a time, by any goroutine; running off the
// end of the stack faults in a guard page. It holds memory until Close.
type Fiber struct {
	core  tramp.Fiber // must stay first, see Fiber.Call
	stack *vmem.Stack
	lo    uintptr // the first byte of the stack's mapping, the guard page
	size  int     // of all of it

	shared bool   // bound to a goroutine or pooled, and so never closed
	taken  uint32 // atomic: 1 while a call has it from the pool

	preempted uint64 // atomic: how often
	moved     uint64 // atomic: how often a watched call went on in another thread
	thread    uint32 // where the watched call was when it was preempted last, 0 at first

	ctx       context.Context // what ends the call under way, if anything but itself
	suspended uint32          // atomic: 1 while the call waits for Resume
	yielded   uint64          // what a suspended call returns
}

// NewFiber maps a stack. The errors are ErrArgument, a *VMError, and errors.ErrUnsupported on other platforms.
func NewFiber(c FiberConfig) (*Fiber, error) {
	switch n := c.StackSize; {
	case !tramp.Supported:
		return nil, fmt.Errorf("codebuf: new fiber: this platform: %w", errors.ErrUnsupported)
	case n == 0:
		c.StackSize = max(DefaultStackSize, 4*vmem.PageSize)
	case n < max(16<<10, 4*vmem.PageSize) || n > maxStackSize || n&(n-1) != 0:
		return nil, fmt.Errorf("codebuf: new fiber: stack of %d bytes: %w", n, ErrArgument)
	}
	f, err := newFiber(c.StackSize, false)
	if err != nil {
		return nil, fmt.Errorf("codebuf: new fiber: %w", err)
	}
	return f, nil
}

// Preempted tells how often calls on the fiber have been preempted, and how often a call of CallContext went on in
// another thread afterwards, as far as it was preempted again. It may be called from any goroutine.
func (f *Fiber) Preempted() (times, moved uint64) {
	return atomic.LoadUint64(&f.preempted), atomic.LoadUint64(&f.moved)
}

// Close gives the stack's memory back. Its address space may serve a later fiber, which finds nothing in it of this one. A
// fiber in a call is ErrBusy, a second Close is ErrClosed; after a *VMError the fiber is as before. A call must not begin
// meanwhile.
func (f *Fiber) Close() error {
	if f == nil || f.stack == nil {
		return fmt.Errorf("codebuf: close fiber: no fiber: %w", ErrArgument)
	}
	if !atomic.CompareAndSwapUintptr(&f.core.Inside, tramp.InsideIdle, tramp.InsideClosed) {
		s := tramp.Busy
		if atomic.LoadUintptr(&f.core.Inside) == tramp.InsideClosed {
			s = tramp.Closed
		}
		return fmt.Errorf("codebuf: close fiber: %w", statusErrors[s])
	}
	if err := fibers.remove(f); err != nil {
		atomic.StoreUintptr(&f.core.Inside, tramp.InsideIdle)
		return fmt.Errorf("codebuf: close fiber: %w", err)
	}
	return nil
}

// statusErrors are the errors of calls, made once so that Fiber.Call needs no second call.
var statusErrors = [...]error{
	tramp.Returned: nil,
	tramp.Released: fmt.Errorf("codebuf: code %w", ErrReleased),
	tramp.Ended:    fmt.Errorf("codebuf: arena of the code %w", ErrClosed),
	tramp.Busy:     fmt.Errorf("codebuf: fiber %w", ErrBusy),
	tramp.Closed:   fmt.Errorf("codebuf: fiber %w", ErrClosed),
	tramp.Unfit:    fmt.Errorf("codebuf: call: no fiber, no code or too many arguments: %w", ErrArgument),
}
