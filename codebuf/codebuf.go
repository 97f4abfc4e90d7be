// Package codebuf runs generated machine code while no page is ever writable and executable at the same time.
//
// The life of code is a chain of types, and each step is a method of the one before:
//
//	arena, err := codebuf.New(codebuf.Config{})  // address space, no memory yet
//	buf, err := arena.NewBuffer(n)               // *Buffer: room for code, in memory that can be written
//	off, err := buf.Place(object)                // relocated for the address where it will run
//	code, err := buf.Seal()                      // *Code: it can be executed and no longer written
//	r, err := code.Call(1, 2)                    // on a stack of its own, C calling convention
//	err = code.Release()                         // the memory goes back when nobody can be inside it
//
// [Arena.Publish] does the three in the middle for many functions at once, packs them, and is the way to make small ones.
// Memory where code is executed is never writable; other code in it goes on to be executed while some is added.
//
// # Calls
//
// Code is called by the C convention of the platform (System V AMD64 or AAPCS64) on the stack of a [Fiber].
// [Fiber.Call], [Fiber.CallContext] and [Code.Call] pass machine words; [Func0] to [Func6] make Go functions with typed
// arguments.
//
// Generated code must leave x18 and x28 alone on arm64, must stay on its stack, and must return with the stack pointer that
// it was entered with; a frame that is larger than a page must touch its pages in order, as C compilers do. It calls Go only
// through an [Import]. What it holds in registers and memory of its own is invisible to the garbage collector, as in cgo:
// keep what it points to alive until the call returns, and pass no pointer into a goroutine's stack.
//
// The runtime preempts generated code with SIGURG, as Go code, also at any instruction of a loop: it keeps all general
// registers, flags, x87, SSE, AVX and AVX-512 state, or V0 to V31, FPCR and FPSR. SVE, AMX and protection keys are not
// kept. GODEBUG=asyncpreemptoff=1 turns preemption off, for generated code as for Go code. os/signal.Ignore(SIGURG) would
// do so as well: [NewFiber], [Fiber.CallContext] and the end of its context undo it, which nobody notices who does not ask
// os/signal.Ignored, for SIGURG does nothing by default either. Until one of these, a call that lasts is not preempted, as Go
// code is not; with GOMAXPROCS=1 nothing else runs then that could end it.
//
// For this and for faults a signal handler is put in front of the runtime's when the first fiber is made, for SIGSEGV,
// SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGURG and SIGPROF. It takes only what concerns generated code on a fiber's stack. One
// that another library installs later must pass on to it what is not its own, with the same context.
//
// # Errors
//
// Wrong use that can be detected gives one of the Err values; a system call that the kernel refused gives a
// [*VMError]; a fault in generated code is a [*Fault]. What an error leaves behind is said at each method; nothing is ever half-done.
package codebuf

import (
	"errors"

	"github.com/wxjit/wxjit/internal/vmem"
)

// Wrong uses, for errors.Is.
var (
	ErrClosed   = errors.New("closed")             // the arena or the fiber is closed
	ErrSealed   = errors.New("already sealed")     // the buffer has become Code
	ErrReleased = errors.New("already released")   // the code or buffer has been given back
	ErrBusy     = errors.New("in use")             // somebody is inside: try again later
	ErrNoSpace  = errors.New("no space left")      // the buffer or the arena is full
	ErrArgument = errors.New("argument not valid") // a size, an alignment, a number of arguments
	ErrForeign  = errors.New("of another arena")   // the code belongs to another arena
	ErrNoCode   = errors.New("no code there")      // the address is in no code of the arena
	ErrInterior = errors.New("inside of code")     // the address is in code, but not its first byte
)

// VMError is a system call that the kernel refused: which one (Op), the range (Addr, Len, in bytes) and the
// errno (Err, what Unwrap gives). Poisoned says that the range was left in a state that could not be undone; it
// is out of use until the arena is closed. Get it with errors.As.
type VMError = vmem.Error

// Blob is code that can be placed at an address. An [asm.Object] of this module is one; codebuf knows nothing
// else of it.
//
// [asm.Object]: https://pkg.go.dev/github.com/wxjit/wxjit/asm#Object
type Blob interface {
	// Len is the number of bytes that Place writes.
	Len() int
	// Align is what the address must be a multiple of, a power of two up to the page size.
	Align() int
	// Place writes the bytes for address addr into all of dst, which is Len bytes long. It must not keep dst.
	Place(dst []byte, addr uintptr) error
}

// Referrer is a Blob that refers to other code by its address: a call, a jump, a pointer in a table. Code that a
// Referrer has become keeps all code of the same arena in memory that one of its targets is in. An asm.Object is one.
type Referrer interface {
	Blob
	// Targets gives the absolute addresses that the blob refers to, in any order, wherever they are.
	Targets() []uintptr
}
