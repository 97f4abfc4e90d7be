package amd64

import "github.com/wxjit/wxjit/asm"

// The instructions of this file, one method a form. Above each: the manual's instruction and opcode columns (Intel SDM
// Vol. 2, "Instruction Set Reference").

// JOl: JO rel32: 0F 80 cd
func (a *Assembler) JOl(target asm.Label) { a.branch(map0F|0x80, target) }

// JNOl: JNO rel32: 0F 81 cd
func (a *Assembler) JNOl(target asm.Label) { a.branch(map0F|0x81, target) }

// JBl: JB rel32: 0F 82 cd
func (a *Assembler) JBl(target asm.Label) { a.branch(map0F|0x82, target) }

// JAEl: JAE rel32: 0F 83 cd
func (a *Assembler) JAEl(target asm.Label) { a.branch(map0F|0x83, target) }

// JEl: JE rel32: 0F 84 cd
func (a *Assembler) JEl(target asm.Label) { a.branch(map0F|0x84, target) }

// JNEl: JNE rel32: 0F 85 cd
func (a *Assembler) JNEl(target asm.Label) { a.branch(map0F|0x85, target) }

// JBEl: JBE rel32: 0F 86 cd
func (a *Assembler) JBEl(target asm.Label) { a.branch(map0F|0x86, target) }

// JAl: JA rel32: 0F 87 cd
func (a *Assembler) JAl(target asm.Label) { a.branch(map0F|0x87, target) }

// JSl: JS rel32: 0F 88 cd
func (a *Assembler) JSl(target asm.Label) { a.branch(map0F|0x88, target) }

// JNSl: JNS rel32: 0F 89 cd
func (a *Assembler) JNSl(target asm.Label) { a.branch(map0F|0x89, target) }

// JPl: JP rel32: 0F 8A cd
func (a *Assembler) JPl(target asm.Label) { a.branch(map0F|0x8a, target) }

// JNPl: JNP rel32: 0F 8B cd
func (a *Assembler) JNPl(target asm.Label) { a.branch(map0F|0x8b, target) }

// JLl: JL rel32: 0F 8C cd
func (a *Assembler) JLl(target asm.Label) { a.branch(map0F|0x8c, target) }

// JGEl: JGE rel32: 0F 8D cd
func (a *Assembler) JGEl(target asm.Label) { a.branch(map0F|0x8d, target) }

// JLEl: JLE rel32: 0F 8E cd
func (a *Assembler) JLEl(target asm.Label) { a.branch(map0F|0x8e, target) }

// JGl: JG rel32: 0F 8F cd
func (a *Assembler) JGl(target asm.Label) { a.branch(map0F|0x8f, target) }

// SETOr8: SETO r/m8: 0F 90
func (a *Assembler) SETOr8(dst Reg8) { a.regs8(map0F|0x90, 0, dst) }

// SETNOr8: SETNO r/m8: 0F 91
func (a *Assembler) SETNOr8(dst Reg8) { a.regs8(map0F|0x91, 0, dst) }

// SETBr8: SETB r/m8: 0F 92
func (a *Assembler) SETBr8(dst Reg8) { a.regs8(map0F|0x92, 0, dst) }

// SETAEr8: SETAE r/m8: 0F 93
func (a *Assembler) SETAEr8(dst Reg8) { a.regs8(map0F|0x93, 0, dst) }

// SETEr8: SETE r/m8: 0F 94
func (a *Assembler) SETEr8(dst Reg8) { a.regs8(map0F|0x94, 0, dst) }

// SETNEr8: SETNE r/m8: 0F 95
func (a *Assembler) SETNEr8(dst Reg8) { a.regs8(map0F|0x95, 0, dst) }

// SETBEr8: SETBE r/m8: 0F 96
func (a *Assembler) SETBEr8(dst Reg8) { a.regs8(map0F|0x96, 0, dst) }

// SETAr8: SETA r/m8: 0F 97
func (a *Assembler) SETAr8(dst Reg8) { a.regs8(map0F|0x97, 0, dst) }

// SETSr8: SETS r/m8: 0F 98
func (a *Assembler) SETSr8(dst Reg8) { a.regs8(map0F|0x98, 0, dst) }

// SETNSr8: SETNS r/m8: 0F 99
func (a *Assembler) SETNSr8(dst Reg8) { a.regs8(map0F|0x99, 0, dst) }

// SETPr8: SETP r/m8: 0F 9A
func (a *Assembler) SETPr8(dst Reg8) { a.regs8(map0F|0x9a, 0, dst) }

// SETNPr8: SETNP r/m8: 0F 9B
func (a *Assembler) SETNPr8(dst Reg8) { a.regs8(map0F|0x9b, 0, dst) }

// SETLr8: SETL r/m8: 0F 9C
func (a *Assembler) SETLr8(dst Reg8) { a.regs8(map0F|0x9c, 0, dst) }

// SETGEr8: SETGE r/m8: 0F 9D
func (a *Assembler) SETGEr8(dst Reg8) { a.regs8(map0F|0x9d, 0, dst) }

// SETLEr8: SETLE r/m8: 0F 9E
func (a *Assembler) SETLEr8(dst Reg8) { a.regs8(map0F|0x9e, 0, dst) }

// SETGr8: SETG r/m8: 0F 9F
func (a *Assembler) SETGr8(dst Reg8) { a.regs8(map0F|0x9f, 0, dst) }

// CMOVOrr32: CMOVO r32, r/m32: 0F 40 /r
func (a *Assembler) CMOVOrr32(dst, src Reg32) { a.regs(map0F|0x40, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVOrr64: CMOVO r64, r/m64: REX.W + 0F 40 /r
func (a *Assembler) CMOVOrr64(dst, src Reg64) { a.regs(w1|map0F|0x40, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVNOrr32: CMOVNO r32, r/m32: 0F 41 /r
func (a *Assembler) CMOVNOrr32(dst, src Reg32) { a.regs(map0F|0x41, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVNOrr64: CMOVNO r64, r/m64: REX.W + 0F 41 /r
func (a *Assembler) CMOVNOrr64(dst, src Reg64) {
	a.regs(w1|map0F|0x41, uint8(dst), uint8(src), 0, 0, 0)
}

// CMOVBrr32: CMOVB r32, r/m32: 0F 42 /r
func (a *Assembler) CMOVBrr32(dst, src Reg32) { a.regs(map0F|0x42, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVBrr64: CMOVB r64, r/m64: REX.W + 0F 42 /r
func (a *Assembler) CMOVBrr64(dst, src Reg64) { a.regs(w1|map0F|0x42, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVAErr32: CMOVAE r32, r/m32: 0F 43 /r
func (a *Assembler) CMOVAErr32(dst, src Reg32) { a.regs(map0F|0x43, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVAErr64: CMOVAE r64, r/m64: REX.W + 0F 43 /r
func (a *Assembler) CMOVAErr64(dst, src Reg64) {
	a.regs(w1|map0F|0x43, uint8(dst), uint8(src), 0, 0, 0)
}

// CMOVErr32: CMOVE r32, r/m32: 0F 44 /r
func (a *Assembler) CMOVErr32(dst, src Reg32) { a.regs(map0F|0x44, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVErr64: CMOVE r64, r/m64: REX.W + 0F 44 /r
func (a *Assembler) CMOVErr64(dst, src Reg64) { a.regs(w1|map0F|0x44, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVNErr32: CMOVNE r32, r/m32: 0F 45 /r
func (a *Assembler) CMOVNErr32(dst, src Reg32) { a.regs(map0F|0x45, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVNErr64: CMOVNE r64, r/m64: REX.W + 0F 45 /r
func (a *Assembler) CMOVNErr64(dst, src Reg64) {
	a.regs(w1|map0F|0x45, uint8(dst), uint8(src), 0, 0, 0)
}

// CMOVBErr32: CMOVBE r32, r/m32: 0F 46 /r
func (a *Assembler) CMOVBErr32(dst, src Reg32) { a.regs(map0F|0x46, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVBErr64: CMOVBE r64, r/m64: REX.W + 0F 46 /r
func (a *Assembler) CMOVBErr64(dst, src Reg64) {
	a.regs(w1|map0F|0x46, uint8(dst), uint8(src), 0, 0, 0)
}

// CMOVArr32: CMOVA r32, r/m32: 0F 47 /r
func (a *Assembler) CMOVArr32(dst, src Reg32) { a.regs(map0F|0x47, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVArr64: CMOVA r64, r/m64: REX.W + 0F 47 /r
func (a *Assembler) CMOVArr64(dst, src Reg64) { a.regs(w1|map0F|0x47, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVSrr32: CMOVS r32, r/m32: 0F 48 /r
func (a *Assembler) CMOVSrr32(dst, src Reg32) { a.regs(map0F|0x48, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVSrr64: CMOVS r64, r/m64: REX.W + 0F 48 /r
func (a *Assembler) CMOVSrr64(dst, src Reg64) { a.regs(w1|map0F|0x48, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVNSrr32: CMOVNS r32, r/m32: 0F 49 /r
func (a *Assembler) CMOVNSrr32(dst, src Reg32) { a.regs(map0F|0x49, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVNSrr64: CMOVNS r64, r/m64: REX.W + 0F 49 /r
func (a *Assembler) CMOVNSrr64(dst, src Reg64) {
	a.regs(w1|map0F|0x49, uint8(dst), uint8(src), 0, 0, 0)
}

// CMOVPrr32: CMOVP r32, r/m32: 0F 4A /r
func (a *Assembler) CMOVPrr32(dst, src Reg32) { a.regs(map0F|0x4a, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVPrr64: CMOVP r64, r/m64: REX.W + 0F 4A /r
func (a *Assembler) CMOVPrr64(dst, src Reg64) { a.regs(w1|map0F|0x4a, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVNPrr32: CMOVNP r32, r/m32: 0F 4B /r
func (a *Assembler) CMOVNPrr32(dst, src Reg32) { a.regs(map0F|0x4b, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVNPrr64: CMOVNP r64, r/m64: REX.W + 0F 4B /r
func (a *Assembler) CMOVNPrr64(dst, src Reg64) {
	a.regs(w1|map0F|0x4b, uint8(dst), uint8(src), 0, 0, 0)
}

// CMOVLrr32: CMOVL r32, r/m32: 0F 4C /r
func (a *Assembler) CMOVLrr32(dst, src Reg32) { a.regs(map0F|0x4c, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVLrr64: CMOVL r64, r/m64: REX.W + 0F 4C /r
func (a *Assembler) CMOVLrr64(dst, src Reg64) { a.regs(w1|map0F|0x4c, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVGErr32: CMOVGE r32, r/m32: 0F 4D /r
func (a *Assembler) CMOVGErr32(dst, src Reg32) { a.regs(map0F|0x4d, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVGErr64: CMOVGE r64, r/m64: REX.W + 0F 4D /r
func (a *Assembler) CMOVGErr64(dst, src Reg64) {
	a.regs(w1|map0F|0x4d, uint8(dst), uint8(src), 0, 0, 0)
}

// CMOVLErr32: CMOVLE r32, r/m32: 0F 4E /r
func (a *Assembler) CMOVLErr32(dst, src Reg32) { a.regs(map0F|0x4e, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVLErr64: CMOVLE r64, r/m64: REX.W + 0F 4E /r
func (a *Assembler) CMOVLErr64(dst, src Reg64) {
	a.regs(w1|map0F|0x4e, uint8(dst), uint8(src), 0, 0, 0)
}

// CMOVGrr32: CMOVG r32, r/m32: 0F 4F /r
func (a *Assembler) CMOVGrr32(dst, src Reg32) { a.regs(map0F|0x4f, uint8(dst), uint8(src), 0, 0, 0) }

// CMOVGrr64: CMOVG r64, r/m64: REX.W + 0F 4F /r
func (a *Assembler) CMOVGrr64(dst, src Reg64) { a.regs(w1|map0F|0x4f, uint8(dst), uint8(src), 0, 0, 0) }

// JMPl: JMP rel32: E9 cd
func (a *Assembler) JMPl(target asm.Label) { a.branch(0xe9, target) }

// JMPr64: JMP r/m64: FF /4
func (a *Assembler) JMPr64(target Reg64) { a.regs(0xff, 4, uint8(target), 0, 0, 0) }

// JMPm64: JMP r/m64: FF /4
func (a *Assembler) JMPm64(target Mem) { a.mem(0xff, 4, target, 0, 0, 0) }

// CALLl: CALL rel32: E8 cd
func (a *Assembler) CALLl(target asm.Label) { a.branch(0xe8, target) }

// CALLr64: CALL r/m64: FF /2
func (a *Assembler) CALLr64(target Reg64) { a.regs(0xff, 2, uint8(target), 0, 0, 0) }

// CALLm64: CALL r/m64: FF /2
func (a *Assembler) CALLm64(target Mem) { a.mem(0xff, 2, target, 0, 0, 0) }

// JMPaddr: JMP rel32 to an address: E9 cd. [asm.Object.Place] fails where the address is not within 2 GiB.
func (a *Assembler) JMPaddr(addr uint64) { a.branchTo(0xe9, addr) }

// CALLaddr: CALL rel32 to an address: E8 cd. [asm.Object.Place] fails where the address is not within 2 GiB.
func (a *Assembler) CALLaddr(addr uint64) { a.branchTo(0xe8, addr) }

// RET: RET: C3
func (a *Assembler) RET() { a.op(0xc3) }

// INT3: INT3: CC
func (a *Assembler) INT3() { a.op(0xcc) }

// UD2: UD2: 0F 0B
func (a *Assembler) UD2() { a.op(map0F | 0x0b) }

// NOP: NOP: 90
func (a *Assembler) NOP() { a.op(0x90) }

// ENDBR64: F3 0F 1E FA
func (a *Assembler) ENDBR64() { a.regs(cetIBT|pF3|map0F|0x1e, 7, 2, 0, 0, 0) }
