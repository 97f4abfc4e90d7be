package amd64

// The instructions of this file, one method a form. Above each: the manual's instruction and opcode columns (Intel SDM
// Vol. 2, "Instruction Set Reference").

// ADDrr32: ADD r/m32, r32: 01 /r
func (a *Assembler) ADDrr32(dst, src Reg32) { a.regs(0x01, uint8(src), uint8(dst), 0, 0, 0) }

// ADDrm32: ADD r32, r/m32: 03 /r
func (a *Assembler) ADDrm32(dst Reg32, src Mem) { a.mem(0x03, uint8(dst), src, 0, 0, 0) }

// ADDmr32: ADD r/m32, r32: 01 /r
func (a *Assembler) ADDmr32(dst Mem, src Reg32) { a.mem(0x01, uint8(src), dst, 0, 0, 0) }

// ADDri32: ADD r/m32, imm8 or imm32: 83 /0 ib, 81 /0 id
func (a *Assembler) ADDri32(dst Reg32, imm int32) { a.arith(digit(0), uint8(dst), imm) }

// ADDmi32: ADD r/m32, imm8 or imm32: 83 /0 ib, 81 /0 id
func (a *Assembler) ADDmi32(dst Mem, imm int32) { a.arithMem(digit(0), dst, imm) }

// ADDrr64: ADD r/m64, r64: REX.W + 01 /r
func (a *Assembler) ADDrr64(dst, src Reg64) { a.regs(w1|0x01, uint8(src), uint8(dst), 0, 0, 0) }

// ADDrm64: ADD r64, r/m64: REX.W + 03 /r
func (a *Assembler) ADDrm64(dst Reg64, src Mem) { a.mem(w1|0x03, uint8(dst), src, 0, 0, 0) }

// ADDmr64: ADD r/m64, r64: REX.W + 01 /r
func (a *Assembler) ADDmr64(dst Mem, src Reg64) { a.mem(w1|0x01, uint8(src), dst, 0, 0, 0) }

// ADDri64: ADD r/m64, imm8 or imm32: REX.W + 83 /0 ib, 81 /0 id
func (a *Assembler) ADDri64(dst Reg64, imm int32) { a.arith(w1|digit(0), uint8(dst), imm) }

// ADDmi64: ADD r/m64, imm8 or imm32: REX.W + 83 /0 ib, 81 /0 id
func (a *Assembler) ADDmi64(dst Mem, imm int32) { a.arithMem(w1|digit(0), dst, imm) }

// ORrr32: OR r/m32, r32: 09 /r
func (a *Assembler) ORrr32(dst, src Reg32) { a.regs(0x09, uint8(src), uint8(dst), 0, 0, 0) }

// ORrm32: OR r32, r/m32: 0B /r
func (a *Assembler) ORrm32(dst Reg32, src Mem) { a.mem(0x0b, uint8(dst), src, 0, 0, 0) }

// ORmr32: OR r/m32, r32: 09 /r
func (a *Assembler) ORmr32(dst Mem, src Reg32) { a.mem(0x09, uint8(src), dst, 0, 0, 0) }

// ORri32: OR r/m32, imm8 or imm32: 83 /1 ib, 81 /1 id
func (a *Assembler) ORri32(dst Reg32, imm int32) { a.arith(digit(1), uint8(dst), imm) }

// ORmi32: OR r/m32, imm8 or imm32: 83 /1 ib, 81 /1 id
func (a *Assembler) ORmi32(dst Mem, imm int32) { a.arithMem(digit(1), dst, imm) }

// ORrr64: OR r/m64, r64: REX.W + 09 /r
func (a *Assembler) ORrr64(dst, src Reg64) { a.regs(w1|0x09, uint8(src), uint8(dst), 0, 0, 0) }

// ORrm64: OR r64, r/m64: REX.W + 0B /r
func (a *Assembler) ORrm64(dst Reg64, src Mem) { a.mem(w1|0x0b, uint8(dst), src, 0, 0, 0) }

// ORmr64: OR r/m64, r64: REX.W + 09 /r
func (a *Assembler) ORmr64(dst Mem, src Reg64) { a.mem(w1|0x09, uint8(src), dst, 0, 0, 0) }

// ORri64: OR r/m64, imm8 or imm32: REX.W + 83 /1 ib, 81 /1 id
func (a *Assembler) ORri64(dst Reg64, imm int32) { a.arith(w1|digit(1), uint8(dst), imm) }

// ORmi64: OR r/m64, imm8 or imm32: REX.W + 83 /1 ib, 81 /1 id
func (a *Assembler) ORmi64(dst Mem, imm int32) { a.arithMem(w1|digit(1), dst, imm) }

// ADCrr32: ADC r/m32, r32: 11 /r
func (a *Assembler) ADCrr32(dst, src Reg32) { a.regs(0x11, uint8(src), uint8(dst), 0, 0, 0) }

// ADCrm32: ADC r32, r/m32: 13 /r
func (a *Assembler) ADCrm32(dst Reg32, src Mem) { a.mem(0x13, uint8(dst), src, 0, 0, 0) }

// ADCmr32: ADC r/m32, r32: 11 /r
func (a *Assembler) ADCmr32(dst Mem, src Reg32) { a.mem(0x11, uint8(src), dst, 0, 0, 0) }

// ADCri32: ADC r/m32, imm8 or imm32: 83 /2 ib, 81 /2 id
func (a *Assembler) ADCri32(dst Reg32, imm int32) { a.arith(digit(2), uint8(dst), imm) }

// ADCmi32: ADC r/m32, imm8 or imm32: 83 /2 ib, 81 /2 id
func (a *Assembler) ADCmi32(dst Mem, imm int32) { a.arithMem(digit(2), dst, imm) }

// ADCrr64: ADC r/m64, r64: REX.W + 11 /r
func (a *Assembler) ADCrr64(dst, src Reg64) { a.regs(w1|0x11, uint8(src), uint8(dst), 0, 0, 0) }

// ADCrm64: ADC r64, r/m64: REX.W + 13 /r
func (a *Assembler) ADCrm64(dst Reg64, src Mem) { a.mem(w1|0x13, uint8(dst), src, 0, 0, 0) }

// ADCmr64: ADC r/m64, r64: REX.W + 11 /r
func (a *Assembler) ADCmr64(dst Mem, src Reg64) { a.mem(w1|0x11, uint8(src), dst, 0, 0, 0) }

// ADCri64: ADC r/m64, imm8 or imm32: REX.W + 83 /2 ib, 81 /2 id
func (a *Assembler) ADCri64(dst Reg64, imm int32) { a.arith(w1|digit(2), uint8(dst), imm) }

// ADCmi64: ADC r/m64, imm8 or imm32: REX.W + 83 /2 ib, 81 /2 id
func (a *Assembler) ADCmi64(dst Mem, imm int32) { a.arithMem(w1|digit(2), dst, imm) }

// SBBrr32: SBB r/m32, r32: 19 /r
func (a *Assembler) SBBrr32(dst, src Reg32) { a.regs(0x19, uint8(src), uint8(dst), 0, 0, 0) }

// SBBrm32: SBB r32, r/m32: 1B /r
func (a *Assembler) SBBrm32(dst Reg32, src Mem) { a.mem(0x1b, uint8(dst), src, 0, 0, 0) }

// SBBmr32: SBB r/m32, r32: 19 /r
func (a *Assembler) SBBmr32(dst Mem, src Reg32) { a.mem(0x19, uint8(src), dst, 0, 0, 0) }

// SBBri32: SBB r/m32, imm8 or imm32: 83 /3 ib, 81 /3 id
func (a *Assembler) SBBri32(dst Reg32, imm int32) { a.arith(digit(3), uint8(dst), imm) }

// SBBmi32: SBB r/m32, imm8 or imm32: 83 /3 ib, 81 /3 id
func (a *Assembler) SBBmi32(dst Mem, imm int32) { a.arithMem(digit(3), dst, imm) }

// SBBrr64: SBB r/m64, r64: REX.W + 19 /r
func (a *Assembler) SBBrr64(dst, src Reg64) { a.regs(w1|0x19, uint8(src), uint8(dst), 0, 0, 0) }

// SBBrm64: SBB r64, r/m64: REX.W + 1B /r
func (a *Assembler) SBBrm64(dst Reg64, src Mem) { a.mem(w1|0x1b, uint8(dst), src, 0, 0, 0) }

// SBBmr64: SBB r/m64, r64: REX.W + 19 /r
func (a *Assembler) SBBmr64(dst Mem, src Reg64) { a.mem(w1|0x19, uint8(src), dst, 0, 0, 0) }

// SBBri64: SBB r/m64, imm8 or imm32: REX.W + 83 /3 ib, 81 /3 id
func (a *Assembler) SBBri64(dst Reg64, imm int32) { a.arith(w1|digit(3), uint8(dst), imm) }

// SBBmi64: SBB r/m64, imm8 or imm32: REX.W + 83 /3 ib, 81 /3 id
func (a *Assembler) SBBmi64(dst Mem, imm int32) { a.arithMem(w1|digit(3), dst, imm) }

// ANDrr32: AND r/m32, r32: 21 /r
func (a *Assembler) ANDrr32(dst, src Reg32) { a.regs(0x21, uint8(src), uint8(dst), 0, 0, 0) }

// ANDrm32: AND r32, r/m32: 23 /r
func (a *Assembler) ANDrm32(dst Reg32, src Mem) { a.mem(0x23, uint8(dst), src, 0, 0, 0) }

// ANDmr32: AND r/m32, r32: 21 /r
func (a *Assembler) ANDmr32(dst Mem, src Reg32) { a.mem(0x21, uint8(src), dst, 0, 0, 0) }

// ANDri32: AND r/m32, imm8 or imm32: 83 /4 ib, 81 /4 id
func (a *Assembler) ANDri32(dst Reg32, imm int32) { a.arith(digit(4), uint8(dst), imm) }

// ANDmi32: AND r/m32, imm8 or imm32: 83 /4 ib, 81 /4 id
func (a *Assembler) ANDmi32(dst Mem, imm int32) { a.arithMem(digit(4), dst, imm) }

// ANDrr64: AND r/m64, r64: REX.W + 21 /r
func (a *Assembler) ANDrr64(dst, src Reg64) { a.regs(w1|0x21, uint8(src), uint8(dst), 0, 0, 0) }

// ANDrm64: AND r64, r/m64: REX.W + 23 /r
func (a *Assembler) ANDrm64(dst Reg64, src Mem) { a.mem(w1|0x23, uint8(dst), src, 0, 0, 0) }

// ANDmr64: AND r/m64, r64: REX.W + 21 /r
func (a *Assembler) ANDmr64(dst Mem, src Reg64) { a.mem(w1|0x21, uint8(src), dst, 0, 0, 0) }

// ANDri64: AND r/m64, imm8 or imm32: REX.W + 83 /4 ib, 81 /4 id
func (a *Assembler) ANDri64(dst Reg64, imm int32) { a.arith(w1|digit(4), uint8(dst), imm) }

// ANDmi64: AND r/m64, imm8 or imm32: REX.W + 83 /4 ib, 81 /4 id
func (a *Assembler) ANDmi64(dst Mem, imm int32) { a.arithMem(w1|digit(4), dst, imm) }

// SUBrr32: SUB r/m32, r32: 29 /r
func (a *Assembler) SUBrr32(dst, src Reg32) { a.regs(0x29, uint8(src), uint8(dst), 0, 0, 0) }

// SUBrm32: SUB r32, r/m32: 2B /r
func (a *Assembler) SUBrm32(dst Reg32, src Mem) { a.mem(0x2b, uint8(dst), src, 0, 0, 0) }

// SUBmr32: SUB r/m32, r32: 29 /r
func (a *Assembler) SUBmr32(dst Mem, src Reg32) { a.mem(0x29, uint8(src), dst, 0, 0, 0) }

// SUBri32: SUB r/m32, imm8 or imm32: 83 /5 ib, 81 /5 id
func (a *Assembler) SUBri32(dst Reg32, imm int32) { a.arith(digit(5), uint8(dst), imm) }

// SUBmi32: SUB r/m32, imm8 or imm32: 83 /5 ib, 81 /5 id
func (a *Assembler) SUBmi32(dst Mem, imm int32) { a.arithMem(digit(5), dst, imm) }

// SUBrr64: SUB r/m64, r64: REX.W + 29 /r
func (a *Assembler) SUBrr64(dst, src Reg64) { a.regs(w1|0x29, uint8(src), uint8(dst), 0, 0, 0) }

// SUBrm64: SUB r64, r/m64: REX.W + 2B /r
func (a *Assembler) SUBrm64(dst Reg64, src Mem) { a.mem(w1|0x2b, uint8(dst), src, 0, 0, 0) }

// SUBmr64: SUB r/m64, r64: REX.W + 29 /r
func (a *Assembler) SUBmr64(dst Mem, src Reg64) { a.mem(w1|0x29, uint8(src), dst, 0, 0, 0) }

// SUBri64: SUB r/m64, imm8 or imm32: REX.W + 83 /5 ib, 81 /5 id
func (a *Assembler) SUBri64(dst Reg64, imm int32) { a.arith(w1|digit(5), uint8(dst), imm) }

// SUBmi64: SUB r/m64, imm8 or imm32: REX.W + 83 /5 ib, 81 /5 id
func (a *Assembler) SUBmi64(dst Mem, imm int32) { a.arithMem(w1|digit(5), dst, imm) }

// XORrr32: XOR r/m32, r32: 31 /r
func (a *Assembler) XORrr32(dst, src Reg32) { a.regs(0x31, uint8(src), uint8(dst), 0, 0, 0) }

// XORrm32: XOR r32, r/m32: 33 /r
func (a *Assembler) XORrm32(dst Reg32, src Mem) { a.mem(0x33, uint8(dst), src, 0, 0, 0) }

// XORmr32: XOR r/m32, r32: 31 /r
func (a *Assembler) XORmr32(dst Mem, src Reg32) { a.mem(0x31, uint8(src), dst, 0, 0, 0) }

// XORri32: XOR r/m32, imm8 or imm32: 83 /6 ib, 81 /6 id
func (a *Assembler) XORri32(dst Reg32, imm int32) { a.arith(digit(6), uint8(dst), imm) }

// XORmi32: XOR r/m32, imm8 or imm32: 83 /6 ib, 81 /6 id
func (a *Assembler) XORmi32(dst Mem, imm int32) { a.arithMem(digit(6), dst, imm) }

// XORrr64: XOR r/m64, r64: REX.W + 31 /r
func (a *Assembler) XORrr64(dst, src Reg64) { a.regs(w1|0x31, uint8(src), uint8(dst), 0, 0, 0) }

// XORrm64: XOR r64, r/m64: REX.W + 33 /r
func (a *Assembler) XORrm64(dst Reg64, src Mem) { a.mem(w1|0x33, uint8(dst), src, 0, 0, 0) }

// XORmr64: XOR r/m64, r64: REX.W + 31 /r
func (a *Assembler) XORmr64(dst Mem, src Reg64) { a.mem(w1|0x31, uint8(src), dst, 0, 0, 0) }

// XORri64: XOR r/m64, imm8 or imm32: REX.W + 83 /6 ib, 81 /6 id
func (a *Assembler) XORri64(dst Reg64, imm int32) { a.arith(w1|digit(6), uint8(dst), imm) }

// XORmi64: XOR r/m64, imm8 or imm32: REX.W + 83 /6 ib, 81 /6 id
func (a *Assembler) XORmi64(dst Mem, imm int32) { a.arithMem(w1|digit(6), dst, imm) }

// CMPrr32: CMP r/m32, r32: 39 /r
func (a *Assembler) CMPrr32(dst, src Reg32) { a.regs(0x39, uint8(src), uint8(dst), 0, 0, 0) }

// CMPrm32: CMP r32, r/m32: 3B /r
func (a *Assembler) CMPrm32(dst Reg32, src Mem) { a.mem(0x3b, uint8(dst), src, 0, 0, 0) }

// CMPmr32: CMP r/m32, r32: 39 /r
func (a *Assembler) CMPmr32(dst Mem, src Reg32) { a.mem(0x39, uint8(src), dst, 0, 0, 0) }

// CMPri32: CMP r/m32, imm8 or imm32: 83 /7 ib, 81 /7 id
func (a *Assembler) CMPri32(dst Reg32, imm int32) { a.arith(digit(7), uint8(dst), imm) }

// CMPmi32: CMP r/m32, imm8 or imm32: 83 /7 ib, 81 /7 id
func (a *Assembler) CMPmi32(dst Mem, imm int32) { a.arithMem(digit(7), dst, imm) }

// CMPrr64: CMP r/m64, r64: REX.W + 39 /r
func (a *Assembler) CMPrr64(dst, src Reg64) { a.regs(w1|0x39, uint8(src), uint8(dst), 0, 0, 0) }

// CMPrm64: CMP r64, r/m64: REX.W + 3B /r
func (a *Assembler) CMPrm64(dst Reg64, src Mem) { a.mem(w1|0x3b, uint8(dst), src, 0, 0, 0) }

// CMPmr64: CMP r/m64, r64: REX.W + 39 /r
func (a *Assembler) CMPmr64(dst Mem, src Reg64) { a.mem(w1|0x39, uint8(src), dst, 0, 0, 0) }

// CMPri64: CMP r/m64, imm8 or imm32: REX.W + 83 /7 ib, 81 /7 id
func (a *Assembler) CMPri64(dst Reg64, imm int32) { a.arith(w1|digit(7), uint8(dst), imm) }

// CMPmi64: CMP r/m64, imm8 or imm32: REX.W + 83 /7 ib, 81 /7 id
func (a *Assembler) CMPmi64(dst Mem, imm int32) { a.arithMem(w1|digit(7), dst, imm) }
