package amd64

// The instructions of this file, one method a form. Above each: the manual's instruction and opcode columns (Intel SDM
// Vol. 2, "Instruction Set Reference").

// MOVrr32: MOV r/m32, r32: 89 /r
func (a *Assembler) MOVrr32(dst, src Reg32) { a.regs(0x89, uint8(src), uint8(dst), 0, 0, 0) }

// MOVrm32: MOV r32, r/m32: 8B /r
func (a *Assembler) MOVrm32(dst Reg32, src Mem) { a.mem(0x8b, uint8(dst), src, 0, 0, 0) }

// MOVmr32: MOV r/m32, r32: 89 /r
func (a *Assembler) MOVmr32(dst Mem, src Reg32) { a.mem(0x89, uint8(src), dst, 0, 0, 0) }

// MOVmi32: MOV r/m32, imm32: C7 /0 id
func (a *Assembler) MOVmi32(dst Mem, imm int32) { a.mem(0xc7, 0, dst, 0, imm, 4) }

// LEArm32: LEA r32, m: 8D /r
func (a *Assembler) LEArm32(dst Reg32, src Mem) { a.mem(0x8d, uint8(dst), src, 0, 0, 0) }

// TESTrr32: TEST r/m32, r32: 85 /r
func (a *Assembler) TESTrr32(a1, a2 Reg32) { a.regs(0x85, uint8(a2), uint8(a1), 0, 0, 0) }

// IMULrr32: IMUL r32, r/m32: 0F AF /r
func (a *Assembler) IMULrr32(dst, src Reg32) { a.regs(map0F|0xaf, uint8(dst), uint8(src), 0, 0, 0) }

// IMULrm32: IMUL r32, r/m32: 0F AF /r
func (a *Assembler) IMULrm32(dst Reg32, src Mem) { a.mem(map0F|0xaf, uint8(dst), src, 0, 0, 0) }

// IMULrri32: IMUL r32, r/m32, imm8 or imm32: 6B /r ib, 69 /r id
func (a *Assembler) IMULrri32(dst, src Reg32, imm int32) { a.imul(0, uint8(dst), uint8(src), imm) }

// INCr32: INC r/m32: FF /0
func (a *Assembler) INCr32(dst Reg32) { a.regs(0xff, 0, uint8(dst), 0, 0, 0) }

// INCm32: INC r/m32: FF /0
func (a *Assembler) INCm32(dst Mem) { a.mem(0xff, 0, dst, 0, 0, 0) }

// DECr32: DEC r/m32: FF /1
func (a *Assembler) DECr32(dst Reg32) { a.regs(0xff, 1, uint8(dst), 0, 0, 0) }

// DECm32: DEC r/m32: FF /1
func (a *Assembler) DECm32(dst Mem) { a.mem(0xff, 1, dst, 0, 0, 0) }

// NOTr32: NOT r/m32: F7 /2
func (a *Assembler) NOTr32(dst Reg32) { a.regs(0xf7, 2, uint8(dst), 0, 0, 0) }

// NOTm32: NOT r/m32: F7 /2
func (a *Assembler) NOTm32(dst Mem) { a.mem(0xf7, 2, dst, 0, 0, 0) }

// NEGr32: NEG r/m32: F7 /3
func (a *Assembler) NEGr32(dst Reg32) { a.regs(0xf7, 3, uint8(dst), 0, 0, 0) }

// NEGm32: NEG r/m32: F7 /3
func (a *Assembler) NEGm32(dst Mem) { a.mem(0xf7, 3, dst, 0, 0, 0) }

// SHLri32: SHL r/m32, 1 or imm8: D1 /4, C1 /4 ib
func (a *Assembler) SHLri32(dst Reg32, imm uint8) { a.shift(digit(4), uint8(dst), imm, 32) }

// SHRri32: SHR r/m32, 1 or imm8: D1 /5, C1 /5 ib
func (a *Assembler) SHRri32(dst Reg32, imm uint8) { a.shift(digit(5), uint8(dst), imm, 32) }

// SARri32: SAR r/m32, 1 or imm8: D1 /7, C1 /7 ib
func (a *Assembler) SARri32(dst Reg32, imm uint8) { a.shift(digit(7), uint8(dst), imm, 32) }

// MOVrr64: MOV r/m64, r64: REX.W + 89 /r
func (a *Assembler) MOVrr64(dst, src Reg64) { a.regs(w1|0x89, uint8(src), uint8(dst), 0, 0, 0) }

// MOVrm64: MOV r64, r/m64: REX.W + 8B /r
func (a *Assembler) MOVrm64(dst Reg64, src Mem) { a.mem(w1|0x8b, uint8(dst), src, 0, 0, 0) }

// MOVmr64: MOV r/m64, r64: REX.W + 89 /r
func (a *Assembler) MOVmr64(dst Mem, src Reg64) { a.mem(w1|0x89, uint8(src), dst, 0, 0, 0) }

// MOVmi64: MOV r/m64, imm32: REX.W + C7 /0 id
func (a *Assembler) MOVmi64(dst Mem, imm int32) { a.mem(w1|0xc7, 0, dst, 0, imm, 4) }

// LEArm64: LEA r64, m: REX.W + 8D /r
func (a *Assembler) LEArm64(dst Reg64, src Mem) { a.mem(w1|0x8d, uint8(dst), src, 0, 0, 0) }

// TESTrr64: TEST r/m64, r64: REX.W + 85 /r
func (a *Assembler) TESTrr64(a1, a2 Reg64) { a.regs(w1|0x85, uint8(a2), uint8(a1), 0, 0, 0) }

// IMULrr64: IMUL r64, r/m64: REX.W + 0F AF /r
func (a *Assembler) IMULrr64(dst, src Reg64) { a.regs(w1|map0F|0xaf, uint8(dst), uint8(src), 0, 0, 0) }

// IMULrm64: IMUL r64, r/m64: REX.W + 0F AF /r
func (a *Assembler) IMULrm64(dst Reg64, src Mem) { a.mem(w1|map0F|0xaf, uint8(dst), src, 0, 0, 0) }

// IMULrri64: IMUL r64, r/m64, imm8 or imm32: REX.W + 6B /r ib, 69 /r id
func (a *Assembler) IMULrri64(dst, src Reg64, imm int32) { a.imul(w1, uint8(dst), uint8(src), imm) }

// INCr64: INC r/m64: REX.W + FF /0
func (a *Assembler) INCr64(dst Reg64) { a.regs(w1|0xff, 0, uint8(dst), 0, 0, 0) }

// INCm64: INC r/m64: REX.W + FF /0
func (a *Assembler) INCm64(dst Mem) { a.mem(w1|0xff, 0, dst, 0, 0, 0) }

// DECr64: DEC r/m64: REX.W + FF /1
func (a *Assembler) DECr64(dst Reg64) { a.regs(w1|0xff, 1, uint8(dst), 0, 0, 0) }

// DECm64: DEC r/m64: REX.W + FF /1
func (a *Assembler) DECm64(dst Mem) { a.mem(w1|0xff, 1, dst, 0, 0, 0) }

// NOTr64: NOT r/m64: REX.W + F7 /2
func (a *Assembler) NOTr64(dst Reg64) { a.regs(w1|0xf7, 2, uint8(dst), 0, 0, 0) }

// NOTm64: NOT r/m64: REX.W + F7 /2
func (a *Assembler) NOTm64(dst Mem) { a.mem(w1|0xf7, 2, dst, 0, 0, 0) }

// NEGr64: NEG r/m64: REX.W + F7 /3
func (a *Assembler) NEGr64(dst Reg64) { a.regs(w1|0xf7, 3, uint8(dst), 0, 0, 0) }

// NEGm64: NEG r/m64: REX.W + F7 /3
func (a *Assembler) NEGm64(dst Mem) { a.mem(w1|0xf7, 3, dst, 0, 0, 0) }

// SHLri64: SHL r/m64, 1 or imm8: REX.W + D1 /4, C1 /4 ib
func (a *Assembler) SHLri64(dst Reg64, imm uint8) { a.shift(w1|digit(4), uint8(dst), imm, 64) }

// SHRri64: SHR r/m64, 1 or imm8: REX.W + D1 /5, C1 /5 ib
func (a *Assembler) SHRri64(dst Reg64, imm uint8) { a.shift(w1|digit(5), uint8(dst), imm, 64) }

// SARri64: SAR r/m64, 1 or imm8: REX.W + D1 /7, C1 /7 ib
func (a *Assembler) SARri64(dst Reg64, imm uint8) { a.shift(w1|digit(7), uint8(dst), imm, 64) }

// MOVri32: MOV r32, imm32: B8+rd id
func (a *Assembler) MOVri32(dst Reg32, imm int32) { a.movImm(uint8(dst), int64(uint32(imm))) }

// MOVri64: MOV r32, imm32: B8+rd id; MOV r/m64, imm32: REX.W + C7 /0 id; MOV r64, imm64: REX.W + B8+rd io
func (a *Assembler) MOVri64(dst Reg64, imm int64) { a.movImm(uint8(dst), imm) }

// MOVZXr32r8: MOVZX r32, r/m8: 0F B6 /r
func (a *Assembler) MOVZXr32r8(dst Reg32, src Reg8) { a.regs8(map0F|0xb6, uint8(dst), src) }

// MOVZXr32m8: MOVZX r32, r/m8: 0F B6 /r
func (a *Assembler) MOVZXr32m8(dst Reg32, src Mem) { a.mem(map0F|0xb6, uint8(dst), src, 0, 0, 0) }

// MOVZXr32r16: MOVZX r32, r/m16: 0F B7 /r
func (a *Assembler) MOVZXr32r16(dst Reg32, src Reg16) {
	a.regs(map0F|0xb7, uint8(dst), uint8(src), 0, 0, 0)
}

// MOVZXr32m16: MOVZX r32, r/m16: 0F B7 /r
func (a *Assembler) MOVZXr32m16(dst Reg32, src Mem) { a.mem(map0F|0xb7, uint8(dst), src, 0, 0, 0) }

// PUSHr64: PUSH r64: 50+rd
func (a *Assembler) PUSHr64(src Reg64) { a.opReg(0x50, uint8(src)) }

// POPr64: POP r64: 58+rd
func (a *Assembler) POPr64(dst Reg64) { a.opReg(0x58, uint8(dst)) }
