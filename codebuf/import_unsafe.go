package codebuf

import (
	"unsafe"

	"github.com/wxjit/wxjit/internal/tramp"
)

// callOf gives fn the type that the trampoline calls.
//
// SAFETY: a Callback is nothing but the tramp.Fiber, so that the pointers are the same, and a function is called the same
// way whatever its argument points to.
func callOf(fn func(*Callback) error) func(*tramp.Fiber) error {
	return *(*func(*tramp.Fiber) error)(unsafe.Pointer(&fn))
}

// fiber is the fiber that makes the call.
func (c *Callback) fiber() *Fiber { return fiberOf(&c.core) }

// memory is what the import under way may look at.
//
// SAFETY: a stub holds the address of the first field of an Import that its arena keeps alive as long as the stub can be
// executed, and the collector does not move it.
func (c *Callback) memory() [][]byte {
	return (*(**Import)(unsafe.Pointer(&c.core.Control.Import))).memory
}

// stub is the code of an import: it puts the Import's address and that of the common part where that wants them, and
// jumps there.
func stub(i *Import) []byte { return tramp.Stub(uintptr(unsafe.Pointer(i))) }

const stubSize = tramp.StubSize

// address is where the bytes of b are.
func address(b []byte) uint64 { return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) }

// stackArg gives integer argument i of those on the stack, or 0 beyond the end of the stack.
//
// SAFETY: the address is checked to be below the control block, on the stack of the fiber, which stays while a call is
// inside.
func (c *Callback) stackArg(i int) uint64 {
	control := c.core.Control
	sp := uintptr(control.Regs[tramp.SP]) + tramp.StackArgsOffset
	hi := uintptr(unsafe.Pointer(control))
	if i >= c.fiber().size/8 || sp+8*uintptr(i) >= hi {
		return 0
	}
	return *(*uint64)(unsafe.Add(unsafe.Pointer(control), -int(hi-sp-8*uintptr(i))))
}

// bytes is the code from offset lo to hi.
//
// SAFETY: the arena's lock is held, the code is live, and lo <= hi <= n: its pages can be read.
func (c *Code) bytes(lo, hi int) []byte {
	entry := c.target.Entry
	return unsafe.Slice((*byte)(unsafe.Add(*(*unsafe.Pointer)(unsafe.Pointer(&entry)), lo)), hi-lo)
}
