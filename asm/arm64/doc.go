// Package arm64 assembles A64 code. It builds on every platform.
//
//	var a arm64.Assembler
//	a.ADDxxx(arm64.X0, arm64.X0, arm64.X1)
//	a.RET()
//	object, err := a.Finish()
//
// # Names
//
// A method is one instruction with one kind of operands. Its name is the manual's mnemonic and a lower-case letter for
// each operand, in the manual's order, destination first:
//
//	x, w general register of 64, 32 bits   p the stack pointer   d, s floating-point register of 64, 32 bits
//	i immediate   m memory   l label   c condition
//
// A MOVZ has a shift of its immediate as a further argument, which is part of that operand. Where the manual has several
// encodings for the same operands, as LDR and LDUR, the method takes the one that can express them.
//
// # Operands
//
// Each class and width of register is a type of its own, and so is SP, which shares its number with the zero register:
// what the instruction does not take does not compile. What a type can't say is an error from Finish that names the
// method and the line of the call: an offset out of range, the zero register as a base.
package arm64

//go:generate go run ../../internal/asmgen arm64
