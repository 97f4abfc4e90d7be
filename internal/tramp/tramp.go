// Package tramp is the door between Go and generated code: it leaves the goroutine's stack for a fiber's, calls,
// and comes back.
//
// # Where things are
//
// A fiber's stack ends at its control block: the stack pointer that generated code starts with is the address
// of the Control, whose first words are the arguments that the C convention passes on the stack. So when the
// code returns, the stack pointer *is* the control block, whatever the code did to the registers.
//
//	guard page | stack, grows down  <- SP | Control: StackArgs, saved Go state
//
// # Which conventions meet
//
// Go calls Enter by ABI0: every register but SP, BP and (arm64) g may be overwritten (Go internal ABI,
// "Architecture specifics"). Generated code follows the C convention: System V AMD64 psABI, "Function Calling
// Sequence"; AAPCS64, "The Base Procedure Call Standard". What it must preserve for a C caller Enter does not
// rely on; SP, BP and g are put back from memory.
package tramp

import "sync/atomic"

//lint:file-ignore U1000 the assembly uses fields that Go does not

// Limits of a call.
const (
	MaxArgs   = 32 // integer arguments
	FloatRegs = 8  // floating-point arguments: those that pass in registers
)

// Shape says what is special about a call; 0 is one with integers only, on a fiber that is given.
type Shape uint32

// The parts of a Shape. The low byte is the number of floating-point arguments.
const (
	FloatArgs   Shape = 0xff
	FloatResult Shape = 1 << floatResultBit // the result is in the floating-point register
	Own         Shape = 1 << ownBit         // on the fiber that is bound to the calling goroutine

	floatResultBit = 8
	ownBit         = 9
)

// Control is the control block of a fiber. It lies above the fiber's stack, outside of Go's heap, aligned to 16.
type Control struct {
	// StackArgs are the arguments after those in registers. It must stay first: it is what SP points to.
	StackArgs [MaxArgs - IntRegs]uint64

	// Fiber is the address of the Fiber that this belongs to.
	Fiber uintptr

	// Saved during a call:
	sp    uintptr // Go's stack pointer
	g     uintptr // arm64: Go's g
	shape uintptr // the Shape, if that is not 0
}

// Fiber is what Enter knows of a fiber. It is memory of the collector's, and outlives its stack. The zero Fiber is none.
type Fiber struct {
	// Inside says which code the fiber is in: its entry, from before the check that it is live until it has been left;
	// else one of the Inside values. Enter stores to it; others may load it atomically, and may change it where no
	// call can begin.
	Inside  uintptr
	Control *Control
	owner   uintptr // the g of the goroutine that it is bound to, or 0
	// Epoch is what epoch was shortly before the last change of Inside to an entry, or earlier. Stored by Enter.
	Epoch uint64
}

// What Inside is when it is no entry. Generated code is at none of these addresses. (For the assembler, all ones are -1.)
const (
	InsideNever  = 0           // the zero Fiber
	InsideIdle   = 1           // ready for a call
	InsideClosed = ^uintptr(0) // never again
	insideClosed = -1
)

// epoch counts the sweeps of all arenas. A fiber that is inside with a lower Epoch than it was after a barrier has been
// inside since before that; see Enter.
var epoch uint64 = 1

// NextEpoch ends an epoch and gives its number. Call it after a barrier (membarrier(2)): then a fiber that will show that
// number or a lower one, or shows it already, may have entered before the barrier, and one that shows a higher one
// entered after it.
func NextEpoch() uint64 { return atomic.AddUint64(&epoch, 1) - 1 }

// Target is code that can be entered. The zero Target is none.
type Target struct {
	Entry uintptr
	State Status // Returned while the code can be called, else what calls return; changed atomically
}

// Status is how a call ended.
type Status uint32

// The ways in which Enter comes back. All but Returned mean that nothing was called; those up to Ended are what
// Target.State may be.
const (
	Unfit    Status = iota // there is no fiber or no target, or the arguments are too many
	Returned               // the code returned
	Released               // the code has been released
	Ended                  // the code has ended with its arena
	Busy                   // the fiber is in a call
	Closed                 // the fiber is closed
	Unbound                // this goroutine has no fiber of its own
)
