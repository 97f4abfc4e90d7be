// Package amd64 assembles x86-64 code. It builds on every platform.
//
//	var a amd64.Assembler
//	a.LEArm64(amd64.RAX, amd64.MemIndex(amd64.RDI, amd64.RSI, 1, 0))
//	a.RET()
//	object, err := a.Finish()
//
// It has every instruction that golang.org/x/arch knows, but privileged ones: COVERAGE.md accounts for each row of its
// tables. There are two ways in, over one encoder: a method for each kind of operands of each instruction, where what is
// wrong does not compile, and [Assembler.Emit] for what is known only when running. COMING_FROM.md shows one loop in this
// package and in asmjit, Xbyak and avo.
//
// # Names
//
// A method is one instruction with one kind of operands. Its name is the mnemonic and a letter for each operand, in the
// manual's order, destination first. The letter gives the parameter's type:
//
//	r   general register: Reg8 to Reg64    m         memory: Mem
//	x   XMM                                b         one element of Mem, broadcast
//	y   YMM                                vx vy vz  memory at a vector of indices: MemX, MemY, MemZ
//	z   ZMM                                o         memory at an address of 64 bits: uint64
//	k   mask register: K; or Mask          i         immediate, as wide as its encoding
//	q   MMX register: MM                   l         label: asm.Label
//	t   x87 register: ST
//	s   segment register: Seg
//
// The width in bits of r, m and b follows: once at the end if they have one in common, otherwise behind each.
//
//	ADDrr64        ADD r64, r64        CVTTSD2SIrx32   CVTTSD2SI r32, xmm: 32 is r's
//	ADDmi32        ADD m32, imm32      CVTSI2SDxr64    CVTSI2SD xmm, r64: 64 is r's
//	MOVZXr32m8     MOVZX r32, m8       PINSRBxmi8      PINSRB xmm, m8, imm8: 8 is m's
//	ADDSDxm64      ADDSD xmm, m64      ADDSDxx         ADDSD xmm, xmm
//
// What the opcode implies is no parameter. If the manual writes it as an operand it stands in capitals in its place:
// SHLrCL64, FADDST0t, MOVRAXo, PUSHFS, INT3; XMM0 in the manual's angle brackets does not. The accumulator of ADD RAX, imm32
// and the 1 of SHL r64, 1 are among ADDri64's and SHLri64's, but XCHGrr64 is not XCHGrRAX64, which is shorter.
//
// {k1} is the letter k behind the first operand: a [Mask], or a [K] where there is no zeroing: in stores, comparisons,
// gathers and scatters. Who wants no mask gives NoMask or K0, which gathers and scatters refuse; without the letter there
// is only VEX: VADDPDxxx.
//
// At the end stands what no operand tells:
//
//	ER           a direction of rounding, the last parameter
//	SAE          exceptions are suppressed
//	to2 to to16  how many elements b fills, where every vector register is shorter than they are together, or there is
//	             none; and always where a conversion narrows its elements
//	8 or 32      width of the distance to a label: a short or a near branch
//	16           of PUSHi16, POPFS16 and POPGS16
//
// For example:
//
//	VADDPDxxx           VADDPD xmm1, xmm2, xmm3                 VEX, XMM0 to XMM15
//	VADDPDxkxx          VADDPD xmm1 {k1}{z}, xmm2, xmm3         EVEX: K1.Zero(), K1.Merge() or NoMask
//	VADDPDzkzb64        VADDPD zmm1 {k1}{z}, zmm2, m64bcst
//	VADDPDzkzzER        VADDPD zmm1 {k1}{z}, zmm2, zmm3 {er}
//	VCMPPDkkzziSAE      VCMPPD k1 {k2}, zmm2, zmm3 {sae}, imm8
//	VMOVUPDmkz512       VMOVUPD m512 {k1}, zmm1
//	VPGATHERDDxvxx      VPGATHERDD xmm1, vm32x, xmm2
//	VPGATHERDDxkvx      VPGATHERDD xmm1 {k1}, vm32x
//	VCVTPD2DQxkb64to2   VCVTPD2DQ xmm1 {k1}{z}, m64bcst         of 128 bits
//	VCVTPD2DQxkb64to4   VCVTPD2DQ xmm1 {k1}{z}, m64bcst         of 256 bits
//
// The mnemonics are Intel's. Of several for the same there is the one of x86asm.Op: JE, JAE, SETNE, SHL and FWAIT, not JZ,
// JNB, SETNZ, SAL and WAIT. To another segment lead LCALL, LJMP and LRET. The prefixes LOCK, REP (for REPE, too) and REPNE
// are methods in front of the instruction that they belong to. What has small letters in its first word, such as Bind and
// LoadConst, is no instruction.
//
// # Forms
//
// Of several encodings for the same operands a method takes the shortest: ADDri64 has three. JMPl and the conditional
// branches are short or near, as Finish finds it; JMPl8 is short or an error, JMPl32 is near. CALLl is near; JRCXZl, JECXZl
// and the LOOPs are short. Instructions that differ in EVEX from VEX only by having 32 vector registers are one method,
// which takes VEX if it can: VMOVDxr32.
//
// # Operands
//
// Each class and width of register is a type of its own, so that what the instruction does not take does not compile.
// Immediates that the instruction calculates with are signed, int8 to int64, others are unsigned: the mask 0xFF of ANDri8
// is -1. What a type can't say, such as rsp as an index, is an error from Finish that names the operands and the line of
// the call.
package amd64

//go:generate go run ../../internal/asmgen amd64
