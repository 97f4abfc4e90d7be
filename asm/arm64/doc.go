// Package arm64 assembles A64 code. It builds on every platform.
//
//	var a arm64.Assembler
//	a.ADDxxx(arm64.X0, arm64.X0, arm64.X1)
//	a.RET()
//	object, err := a.Finish()
//
// COMING_FROM.md shows one loop in this package and in other assemblers.
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
//
// # Reach
//
// What goes to a label always reaches it: branches are relaxed. Each is emitted in its form of one instruction; only if some
// label turns out to be out of reach, Finish gives what doesn't reach the next form of
//
//	B, BL                    128 MiB   ADRP X16; ADD X16; BR X16 or BLR X16
//	B.cond, CBZ, CBNZ        1 MiB     the inverse condition over B, and that over ADRP X16; ADD X16; BR X16
//	TBZ, TBNZ                32 KiB    likewise
//	ADR                      1 MiB     ADRP; ADD
//	LDR (literal)            1 MiB     ADRP; ADD; LDR, the address in the destination, or in X16 if that is no general register
//
// and moves everything else. So X16 may change where a branch is taken, as AAPCS64 ("General-purpose Registers", IP0) lets
// any branch do, but not where a function is shorter than 128 MiB. To a label of another object the conditional branches and
// what was 1 MiB take the first form that reaches 128 MiB or more.
//
// Literals and veneers wait in a pool, which Pool writes, or Finish behind the code. Before the oldest that waits comes out of
// reach the pool is written in front of the next instruction, with a branch over it. It may come between any two
// instructions; call Pool where control does not come to spare the branch, and ForbidRelaxation around instructions that
// must stay together, as those between LDXR and STXR should.
package arm64

//go:generate go run ../../internal/asmgen arm64
