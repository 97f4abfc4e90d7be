// Package tramp is the door between Go and generated code: it leaves the goroutine's stack for a fiber's, calls, and
// comes back: because the code returned, or faulted, or was preempted, or calls Go.
//
// # Where things are
//
// A fiber's stack ends at its control block: the stack pointer that generated code starts with is the address
// of the Control, whose first words are the arguments that the C convention passes on the stack. So when the
// code returns, the stack pointer *is* the control block, whatever the code did to the registers.
//
//	guard page | stack, grows down  <- SP | Control: StackArgs, saved Go state, state of the code | vector registers
//
// # Which conventions meet
//
// Go calls Enter by ABI0: every register but SP, BP and (arm64) g may be overwritten (Go internal ABI,
// "Architecture specifics"). Generated code follows the C convention: System V AMD64 psABI, "Function Calling
// Sequence"; AAPCS64, "The Base Procedure Call Standard". What it must preserve for a C caller Enter does not
// rely on; SP, BP and g are put back from memory.
//
// # How the code is left, other than by returning
//
// There is one place to leave to, in Enter; its address is in leftPC. Whoever leaves has written down in the Control
// what the registers were and why, has put SP where Enter had it, and jumps there: the signal handler by changing the
// context that it returns to, the stub of an import directly. Enter then calls the Go function that is in Left, by the
// rules of any assembly function that calls Go, and does as it says: goes back in exactly where the code was left, or
// returns to the caller of Enter. Nothing is ever written to the fiber's stack.
//
// Only Enter writes SP without saying so to the assembler, which would mark it SPWRITE, and then a goroutine could not
// be unwound through it. That is right because of the handler: a profiling signal that finds SP on a fiber's stack
// shows the runtime Enter's frame on Go's stack. No other signal makes the runtime unwind, but for those that end the
// process.
package tramp

import "sync/atomic"

//lint:file-ignore U1000 the assembly uses fields that Go does not

// Limits of a call.
const (
	MaxArgs   = 32 // integer arguments
	FloatRegs = 8  // floating-point arguments: those that pass in registers
)

// Shape says what kind of call it is. A number of arguments, as it is, is a call with so many integers on a fiber that is
// given. (No slice is so long that its length reaches what is special.)
type Shape uint64

// What is special about a call, to be added to the number of arguments.
const (
	FloatResult Shape = 1 << (special + floatResultBit) // the result is in the floating-point register
	Own         Shape = 1 << (special + ownBit)         // on the fiber that is bound to the calling goroutine
	Resume      Shape = 1 << (special + resumeBit)      // no call: go on where the fiber was left
	Watched     Shape = 1 << (special + watchedBit)     // write down which thread runs the call, for Kick
	where       Shape = 1 << (special + whereBit)       // no call: find leftPC
	Guarded     Shape = 1 << (special + guardedBit)     // imports are run at once: the caller cleans up where one does not return

	// Beyond the number of arguments: the number of those that are floating-point numbers, and flags.
	special        = 48
	floatArgs      = 0xff
	floatResultBit = 8
	ownBit         = 9
	resumeBit      = 10
	watchedBit     = 11
	whereBit       = 12
	guardedBit     = 13
)

// Floats is to be added to the number of arguments where the last n of them are floating-point numbers.
func Floats(n int) Shape { return Shape(n) << special }

// Control is the control block of a fiber. It lies above the fiber's stack, outside of Go's heap, aligned to 64.
type Control struct {
	// StackArgs are the arguments after those in registers. It must stay first: it is what SP points to.
	StackArgs [MaxArgs - IntRegs]uint64

	// Fiber is the address of the Fiber that this belongs to.
	Fiber uintptr

	// Saved during a call:
	sp    uintptr // Go's stack pointer
	g     uintptr // Go's g
	shape uintptr // what is special about the call, if anything is

	// What the code was when it was left, and is when it is gone back to:
	Why    uint32            // a signal, Preempted among them, or Called
	SigNo  int32             // what siginfo calls si_code, if Why is a signal
	Addr   uintptr           // si_addr
	Import uintptr           // what the stub says, if Why is Called
	Regs   [Registers]uint64 // in the order of the kernel's struct sigcontext; Called saves those of a C call
	Floats [FloatRegs]uint64 // arguments in floating-point registers, if Why is Called

	// What the code gets when it is gone back to after Called: 0, but for what the import sets.
	Result, FloatResult uint64

	preserved [8]uint64 // arm64: D8 to D15, if Why is Called
	frame     [5]uint64 // amd64: for IRETQ
}

// Why the code was left, beside the signals that are faults.
const (
	Called    = 1 << 16 // it calls an import
	Preempted = 23      // SIGURG
)

// Fiber is what Enter knows of a fiber. It is memory of the collector's, and outlives its stack. The zero Fiber is none.
type Fiber struct {
	// Inside says which code the fiber is in: its entry, from before the check that it is live until it has been left
	// for good; else one of the Inside values. Enter stores to it; others may load it atomically, and may change it
	// where no call can begin.
	Inside  uintptr
	Control *Control
	owner   uintptr // the g of the goroutine that it is bound to, or 0
	watched uint32  // atomic: the thread that runs it, or last did; 0 if the call is not Watched
	// Epoch is what epoch was shortly before the last change of Inside to an entry, or earlier. Stored by Enter.
	Epoch uint64

	Calling bool  // an import is called, until its function has returned
	Ran     bool  // it has been run, before Left is asked,
	Err     error // and has returned this
}

// Import is Go code that generated code can call. Its address is what the stub puts into Control.Import.
type Import struct {
	Call func(f *Fiber) error // what it returns is in f.Err when Left is asked
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
	State Status // Returned while the code can be called, else what Refused is told; changed atomically
}

// Status is why a call was not made, or whether a Target can be called.
type Status uint32

// Those up to Ended are what Target.State may be.
const (
	Unfit    Status = iota // there is no fiber or no target, or the arguments are too many
	Returned               // the code can be called
	Released               // the code has been released
	Ended                  // the code has ended with its arena
	Busy                   // the fiber is in a call
	Closed                 // the fiber is closed
	Unbound                // this goroutine has no fiber of its own
)

// What Enter asks when it is not a call that returns. Who uses this package sets them before the first Enter.
var (
	// Refused gives the outcome of a call that was not made. It must not keep args.
	Refused func(f *Fiber, t *Target, args *uint64, shape Shape, s Status) (r uint64, err error)

	// Left is asked when f has been left for the reason in its Control. With again, Enter goes back in; else it returns
	// r and err, and Left has made f idle or keeps it for a Resume. Where an import is called, Left is to Run it. Better
	// still, it also makes all the rest of the call with Resume and Guarded: then Enter runs the imports to come itself,
	// and asks only where there is an error or the call is Watched, with Ran set.
	Left func(f *Fiber) (again bool, r uint64, err error)
)

// Thread is the thread that a Watched call runs on, or did before it was left; 0 if no Watched call is under way.
func (f *Fiber) Thread() uint32 { return atomic.LoadUint32(&f.watched) }

// Unwatch ends what Watched has begun. No call is under way.
func (f *Fiber) Unwatch() { atomic.StoreUint32(&f.watched, 0) }

// refused is what the assembly calls for Refused.
func refused(f *Fiber, t *Target, args *uint64, shape Shape, s Status) (r uint64, err error) {
	return Refused(f, t, args, shape, s)
}

// called is what the assembly calls to run an import of a Guarded call. It tells whether nothing is left to ask.
func called(f *Fiber) (again bool) {
	err := f.Run()
	f.Calling = false
	if err == nil && f.watched == 0 {
		return true
	}
	f.Ran, f.Err = true, err
	return false
}

// Run runs the import that generated code has called. If that panics or ends its goroutine, the caller has to see to it
// that f becomes idle. In any case f is no longer Calling then: the caller says so.
func (f *Fiber) Run() error { return importOf(f.Control.Import).Call(f) }

// left is what the assembly calls for Left. It is not nosplit: in its prologue the runtime does what it had asked the
// goroutine for with a preemption request. A nil f is asked for by Enter's caller that wants to know leftPC.
func left(f *Fiber) (c *Control, r uint64, err error) {
	if f == nil {
		return nil, 0, nil
	}
	again, r, err := Left(f)
	if again {
		c = f.Control
	}
	return c, r, err
}
