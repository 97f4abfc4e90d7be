// Package asm holds what the two assemblers of this module share: the finished [Object] with its
// relocations, labels, errors and the listing. The assemblers themselves are asm/amd64 and asm/arm64; both
// build on every platform, so that code for one machine can be assembled on another.
//
// An Object is bytes that do not know yet where they will run. [Object.Place] writes them for one address and
// resolves what depends on it. Nothing here allocates executable memory: package codebuf does, and the two
// meet only in the three methods Len, Align and Place.
package asm

import "fmt"

// Arch names the instruction set that an Object is written in.
type Arch uint8

// The instruction sets that this module assembles.
const (
	AMD64 Arch = iota + 1 // x86-64 in 64-bit mode
	ARM64                 // A64, little endian
)

// String gives the name as GOARCH spells it.
func (a Arch) String() string {
	switch a {
	case AMD64:
		return "amd64"
	case ARM64:
		return "arm64"
	}
	return fmt.Sprintf("Arch(%d)", uint8(a))
}

// Label stands for a place in the code of one assembler. It is made by the assembler's NewLabel, may be used
// before it is bound, and is good until that assembler's next Reset. The zero Label is no label.
type Label int32
