//go:build amd64 || arm64

package testenv

// Saved are the registers that a call of foreign code must not change.
type Saved struct {
	SP, FP, G uintptr // stack pointer at the caller, frame pointer (BP or R29), the runtime's g
}

// Registers gives their values. Two calls from one function give the same, as long as its goroutine's stack has not
// moved in between.
func Registers() Saved
