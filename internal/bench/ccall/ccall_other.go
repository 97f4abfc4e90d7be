//go:build !cgo

package ccall

// Available tells whether the program was built with cgo.
const Available = false

// Call2 panics.
func Call2(addr uintptr, a, b uint64) uint64 { panic("ccall: built without cgo") }

// Faults panics.
func Faults(n uint64) { panic("ccall: built without cgo") }

// Repeat panics.
func Repeat(n uint64) uint64 { panic("ccall: built without cgo") }
