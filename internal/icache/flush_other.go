//go:build !arm64

package icache

// flush has nothing to do: x86 keeps instruction fetch coherent with stores (Intel SDM Vol. 3A, "Self-Modifying
// Code"), and other machines do not run generated code here.
func flush(lo, hi uintptr) {}
