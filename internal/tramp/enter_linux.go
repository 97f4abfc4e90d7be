//go:build linux && (amd64 || arm64)

package tramp

// Supported tells whether generated code can be called on this platform.
const Supported = true

// Enter calls t on the stack of f, or as shape says, with the arguments that begin at args. They are the integers first,
// then the bits of the floating-point numbers; integers that don't fit in registers pass on the stack. The result is RAX
// or X0, or the low half of XMM0 or D0, as shape says. When the code has returned, f is idle and may already be in other
// hands. When it was not called, or is left otherwise, r and err are those of Refused and Left.
//
// The check of t.State and the call are one step against whoever frees the code: Inside is stored first, then State
// is loaded. The freeing side sets State, then makes every thread pass a barrier (membarrier(2)), then reads
// Inside. Either it sees the fiber inside, or the fiber sees that the code is dead; no fence is needed here. The epoch is
// loaded before State and stored before Inside, so that a fiber which found code live shows an epoch from before the
// barrier after which the code's memory was given that number.
//
//go:noescape
func Enter(f *Fiber, t *Target, args *uint64, shape Shape) (r uint64, err error)

// getg gives the address of the runtime's record of the calling goroutine, as a number to tell goroutines apart.
func getg() uintptr

// callbackPC is the address of the code that stubs of imports jump to.
func callbackPC() uintptr

// generatedCode is what profiles show for generated code. It must not be called.
//
//lint:ignore U1000 the assembly has its address
func generatedCode()

// generatedPC is the address of generatedCode.
func generatedPC() uintptr

// slotFor says what the handler would show a profile for a program counter. Only tests need it.
func slotFor(pc uintptr) uintptr

// handlerPC is the address of the signal handler, as rt_sigaction(2) wants it.
func handlerPC() uintptr

// leftPC is the place in Enter where generated code is left to.
var leftPC uintptr

func init() {
	if _, err := Enter(nil, nil, nil, where); err != nil || leftPC == 0 {
		panic("tramp: BUG: no place to leave to")
	}
}
