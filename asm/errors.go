package asm

import (
	"errors"
	"fmt"
	"strings"
)

// What went wrong, for errors.Is. An [*Error] wraps exactly one of them.
var (
	// ErrOperands: an operand that the instruction does not take, such as rsp as an index register.
	ErrOperands = errors.New("operand not allowed")
	// ErrRange: a value that does not fit its field: an immediate, a displacement, a branch distance.
	ErrRange = errors.New("value out of range")
	// ErrLabel: a label never bound, bound twice, or not of this assembler.
	ErrLabel = errors.New("label misused")
	// ErrFeature: an instruction outside the instruction-set extensions that the assembler was limited to.
	ErrFeature = errors.New("instruction-set extension not enabled")
)

// Error is the first thing that went wrong in an assembler. Emission after it does nothing, and Finish
// returns it. It unwraps to one of the Err values of this package.
type Error struct {
	Op     string // mnemonic or directive, as the method is named: "ADDrr64", "Bind"
	Args   string // the operands as text; empty if there are none
	Offset int    // where in the code, in bytes
	File   string // source file that called the assembler; for what only Finish can see, the call of Finish
	Line   int    // and its line
	Err    error
}

// Error formats the whole on one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("asm: ")
	b.WriteString(e.Op)
	if e.Args != "" {
		b.WriteString(" " + e.Args)
	}
	fmt.Fprintf(&b, ": at offset %#x", e.Offset)
	if e.File != "" {
		fmt.Fprintf(&b, " (%s:%d)", e.File, e.Line)
	}
	fmt.Fprintf(&b, ": %v", e.Err)
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }
