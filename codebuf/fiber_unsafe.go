package codebuf

import (
	"unsafe"

	"github.com/wxjit/wxjit/internal/tramp"
	"github.com/wxjit/wxjit/internal/vmem"
)

// newFiber takes or maps a stack of size bytes with a control block at its top, and registers the fiber. A shared
// one belongs to the registry.
//
// SAFETY: the control block is memory of the kernel's, aligned to 64, and lives until the stack is released,
// which is done only to fibers that no call can enter any more. It names the fiber by a number, which the collector
// neither follows nor changes: it does not move f, and whoever calls keeps f alive.
func newFiber(size int, shared bool) (*Fiber, error) {
	if err := tramp.Install(); err != nil {
		return nil, err
	}
	stack := fibers.reuse(size)
	idle := stack != nil
	if !idle {
		var err error
		if stack, err = vmem.NewStack(host, size, tramp.HeadSize()); err != nil {
			return nil, err
		}
	}
	f := &Fiber{stack: stack, shared: shared}
	f.core.Inside = tramp.InsideIdle
	f.core.Control = (*tramp.Control)(stack.Top())
	*f.core.Control = tramp.Control{Fiber: uintptr(unsafe.Pointer(&f.core))} // also where an emulator has kept the old one
	lo, _ := stack.Bounds()
	f.lo, f.size = lo-uintptr(vmem.PageSize), size
	if !idle {
		tramp.AddStack(f.lo, f.size)
	}
	fibers.add(f)
	return f, nil
}

// fiberOf gives the fiber that f is the core of.
//
// SAFETY: every tramp.Fiber that Enter is given is the first field of a Fiber.
func fiberOf(f *tramp.Fiber) *Fiber { return (*Fiber)(unsafe.Pointer(f)) }
