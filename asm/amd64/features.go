package amd64

import (
	"math/bits"
	"strings"

	"golang.org/x/sys/cpu"
)

// Features is a set of instruction-set extensions. What every x86-64 CPU has, SSE2 included, is in none of them.
type Features uint64

// The extensions that instructions of this package belong to, by the names of Intel SDM Vol. 2A, "CPUID".
const (
	SSE41 Features = 1 << iota
	AVX
	CETIBT // ENDBR64, which other CPUs take for a NOP
)

var featureNames = [...]string{"SSE4.1", "AVX", "CET_IBT"}

// Detect gives the extensions that this machine's CPU and operating system support; none on another architecture.
func Detect() Features {
	var f Features
	if cpu.X86.HasSSE41 {
		f |= SSE41
	}
	if cpu.X86.HasAVX {
		f |= AVX
	}
	return f
}

// Has tells whether f has all of g.
func (f Features) Has(g Features) bool { return f&g == g }

// String lists the names.
func (f Features) String() string {
	var names []string
	for ; f != 0; f &= f - 1 {
		name := "?"
		if i := bits.TrailingZeros64(uint64(f)); i < len(featureNames) {
			name = featureNames[i]
		}
		names = append(names, name)
	}
	return strings.Join(names, "+")
}

// Limit makes every instruction outside of the given extensions an error, [asm.ErrFeature]. Without a Limit all are
// allowed. It stays until it is changed.
func (a *Assembler) Limit(f Features) { a.denied = ^f }
