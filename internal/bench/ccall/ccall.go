// Package ccall calls machine code through cgo, for comparison.
package ccall

// #include <stdint.h>
// static uint64_t call2(uintptr_t f, uint64_t a, uint64_t b) {
//	return ((uint64_t (*)(uint64_t, uint64_t))f)(a, b);
// }
// extern uint64_t wxjitIdentity(uint64_t n);
// static uint64_t repeat(uint64_t n) {
//	uint64_t sum = 0;
//	for (; n > 0; n--)
//		sum += wxjitIdentity(n);
//	return sum;
// }
import "C"

// Available tells whether the program was built with cgo.
const Available = true

// Call2 calls the function at addr with two arguments, by the C calling convention.
func Call2(addr uintptr, a, b uint64) uint64 {
	return uint64(C.call2(C.uintptr_t(addr), C.uint64_t(a), C.uint64_t(b)))
}

// Repeat calls a Go function from C with n, n-1, ... 1, and gives the sum of its results, which are its arguments.
func Repeat(n uint64) uint64 { return uint64(C.repeat(C.uint64_t(n))) }
