// Package amd64 assembles x86-64 code. It builds on every platform.
//
//	var a amd64.Assembler
//	a.LEArm64(amd64.RAX, amd64.MemIndex(amd64.RDI, amd64.RSI, 1, 0))
//	a.RET()
//	object, err := a.Finish()
//
// It has every instruction that golang.org/x/arch knows, but privileged ones: COVERAGE.md accounts for each row of its
// tables. There are two ways in, over one encoder: a method for each kind of operands of each instruction, where what is
// wrong does not compile, and [Assembler.Emit] for what is known only when running.
//
// # Names
//
// A method is one instruction with one kind of operands. Its name is the manual's mnemonic and a letter for each operand,
// in the manual's order, destination first:
//
//	r            general register          m            memory
//	x y z        XMM, YMM, ZMM register    b            one element in memory, broadcast
//	k            mask register, or a mask  vx vy vz     memory at a vector of indices
//	q            MMX register              o            memory at an address of 64 bits
//	t            x87 register              i            immediate
//	s            segment register          l            label
//
// The letters r, m and b don't say how wide the operand is. The width in bits follows: once, at the end, when it is the
// same for all of them, otherwise behind each: ADDrr64, ADDmi32, MOVZXr32m8, CVTSI2SDxr64, ADDSDxx, ADDSDxm64.
//
// A register that the instruction implies but the manual writes stands in capitals and is no parameter: SHLrCL64,
// FADDST0t, MOVRAXo. At the end comes what decorates the whole: ER where a direction of rounding is the last parameter,
// SAE where exceptions are suppressed, to2, to4 and so on where no register tells how many elements are broadcast:
//
//	VADDPDxxx           VADDPD xmm1, xmm2, xmm3               the VEX form
//	VADDPDzkzz          VADDPD zmm1 {k1}{z}, zmm2, zmm3       K1.Zero(), K1.Merge() or NoMask
//	VADDPDzkzb64        VADDPD zmm1 {k1}{z}, zmm2, m64bcst
//	VADDPDzkzzER        VADDPD zmm1 {k1}{z}, zmm2, zmm3 {er}
//	VMOVUPDmkz512       VMOVUPD m512 {k1}, zmm1               a K: stores don't zero
//	VPGATHERDDxkvx      VPGATHERDD xmm1 {k1}, vm32x
//	VCVTPD2DQxkb64to2   VCVTPD2DQ xmm1 {k1}{z}, m64bcst       of two lengths, this is 128 bits
//
// Where the manual has several encodings for the same operands, the method takes the shortest: ADDri64 has three. JMPl
// and the conditional branches are short or near, as Finish finds it; JMPl8 is short or an error, JMPl32 is near.
// Instructions that differ in EVEX from VEX only by having 32 vector registers are one method, which takes VEX if it can.
//
// # Operands
//
// Each class and width of register is a type of its own, so that what the instruction does not take does not compile.
// What a type can't say, such as rsp as an index, is an error from Finish that names the operands and the line of the
// call. LOCK, REP and REPNE are instructions of their own, in front of the one that they belong to.
package amd64

//go:generate go run ../../internal/asmgen amd64
