// Package amd64 assembles x86-64 code. It builds on every platform.
//
//	var a amd64.Assembler
//	a.LEArm64(amd64.RAX, amd64.MemIndex(amd64.RDI, amd64.RSI, 1, 0))
//	a.RET()
//	object, err := a.Finish()
//
// # Names
//
// A method is one instruction with one kind of operands. Its name is the manual's mnemonic and a lower-case letter for
// each operand, in the manual's order, destination first:
//
//	r general register   m memory   i immediate   l label   x XMM register   y YMM register
//
// The letters r and m don't say how wide the operand is. The width in bits follows: once, at the end, when it is the
// same for all of them, otherwise behind each: ADDrr64, ADDmi32, MOVZXr32m8, CVTSI2SDxr64, ADDSDxx, ADDSDxm64.
// Where the manual has several encodings for the same operands, the method takes the shortest: ADDri64 has three.
//
// # Operands
//
// Each class and width of register is a type of its own, so that what the instruction does not take does not compile.
// What a type can't say, such as rsp as an index, is an error from Finish that names the operands and the line of the
// call.
package amd64
