package arm64

// The instructions of this file, one method a form. Above each: the manual's assembler syntax (Arm ARM DDI 0487, "A64 Base
// Instructions" and "A64 Advanced SIMD and Floating-point Instructions").

// ADDxxx: ADD <Xd>, <Xn>, <Xm>
func (a *Assembler) ADDxxx(dst, src1, src2 X) {
	a.rrr(0x8b000000, uint8(dst), uint8(src1), uint8(src2))
}

// ADDwww: ADD <Wd>, <Wn>, <Wm>
func (a *Assembler) ADDwww(dst, src1, src2 W) {
	a.rrr(0x0b000000, uint8(dst), uint8(src1), uint8(src2))
}

// ADDSxxx: ADDS <Xd>, <Xn>, <Xm>
func (a *Assembler) ADDSxxx(dst, src1, src2 X) {
	a.rrr(0xab000000, uint8(dst), uint8(src1), uint8(src2))
}

// ADDSwww: ADDS <Wd>, <Wn>, <Wm>
func (a *Assembler) ADDSwww(dst, src1, src2 W) {
	a.rrr(0x2b000000, uint8(dst), uint8(src1), uint8(src2))
}

// SUBxxx: SUB <Xd>, <Xn>, <Xm>
func (a *Assembler) SUBxxx(dst, src1, src2 X) {
	a.rrr(0xcb000000, uint8(dst), uint8(src1), uint8(src2))
}

// SUBwww: SUB <Wd>, <Wn>, <Wm>
func (a *Assembler) SUBwww(dst, src1, src2 W) {
	a.rrr(0x4b000000, uint8(dst), uint8(src1), uint8(src2))
}

// SUBSxxx: SUBS <Xd>, <Xn>, <Xm>
func (a *Assembler) SUBSxxx(dst, src1, src2 X) {
	a.rrr(0xeb000000, uint8(dst), uint8(src1), uint8(src2))
}

// SUBSwww: SUBS <Wd>, <Wn>, <Wm>
func (a *Assembler) SUBSwww(dst, src1, src2 W) {
	a.rrr(0x6b000000, uint8(dst), uint8(src1), uint8(src2))
}

// ADDxxi: ADD <Xd>, <Xn>, #<imm>{, LSL #12}
func (a *Assembler) ADDxxi(dst, src X, imm int) { a.arith(0x91000000, uint8(dst), uint8(src), imm) }

// ADDwwi: ADD <Wd>, <Wn>, #<imm>{, LSL #12}
func (a *Assembler) ADDwwi(dst, src W, imm int) { a.arith(0x11000000, uint8(dst), uint8(src), imm) }

// ADDppi: ADD SP, SP, #<imm>{, LSL #12}
func (a *Assembler) ADDppi(dst, src P, imm int) { a.arith(0x91000000, uint8(dst), uint8(src), imm) }

// ADDpxi: ADD SP, <Xn>, #<imm>{, LSL #12}
func (a *Assembler) ADDpxi(dst P, src X, imm int) { a.arith(0x91000000, uint8(dst), uint8(src), imm) }

// ADDxpi: ADD <Xd>, SP, #<imm>{, LSL #12}
func (a *Assembler) ADDxpi(dst X, src P, imm int) { a.arith(0x91000000, uint8(dst), uint8(src), imm) }

// ADDSxxi: ADDS <Xd>, <Xn>, #<imm>{, LSL #12}
func (a *Assembler) ADDSxxi(dst, src X, imm int) { a.arith(0xb1000000, uint8(dst), uint8(src), imm) }

// ADDSwwi: ADDS <Wd>, <Wn>, #<imm>{, LSL #12}
func (a *Assembler) ADDSwwi(dst, src W, imm int) { a.arith(0x31000000, uint8(dst), uint8(src), imm) }

// ADDSxpi: ADDS <Xd>, SP, #<imm>{, LSL #12}
func (a *Assembler) ADDSxpi(dst X, src P, imm int) { a.arith(0xb1000000, uint8(dst), uint8(src), imm) }

// SUBxxi: SUB <Xd>, <Xn>, #<imm>{, LSL #12}
func (a *Assembler) SUBxxi(dst, src X, imm int) { a.arith(0xd1000000, uint8(dst), uint8(src), imm) }

// SUBwwi: SUB <Wd>, <Wn>, #<imm>{, LSL #12}
func (a *Assembler) SUBwwi(dst, src W, imm int) { a.arith(0x51000000, uint8(dst), uint8(src), imm) }

// SUBppi: SUB SP, SP, #<imm>{, LSL #12}
func (a *Assembler) SUBppi(dst, src P, imm int) { a.arith(0xd1000000, uint8(dst), uint8(src), imm) }

// SUBpxi: SUB SP, <Xn>, #<imm>{, LSL #12}
func (a *Assembler) SUBpxi(dst P, src X, imm int) { a.arith(0xd1000000, uint8(dst), uint8(src), imm) }

// SUBxpi: SUB <Xd>, SP, #<imm>{, LSL #12}
func (a *Assembler) SUBxpi(dst X, src P, imm int) { a.arith(0xd1000000, uint8(dst), uint8(src), imm) }

// SUBSxxi: SUBS <Xd>, <Xn>, #<imm>{, LSL #12}
func (a *Assembler) SUBSxxi(dst, src X, imm int) { a.arith(0xf1000000, uint8(dst), uint8(src), imm) }

// SUBSwwi: SUBS <Wd>, <Wn>, #<imm>{, LSL #12}
func (a *Assembler) SUBSwwi(dst, src W, imm int) { a.arith(0x71000000, uint8(dst), uint8(src), imm) }

// SUBSxpi: SUBS <Xd>, SP, #<imm>{, LSL #12}
func (a *Assembler) SUBSxpi(dst X, src P, imm int) { a.arith(0xf1000000, uint8(dst), uint8(src), imm) }

// CMPxx: CMP <Xn>, <Xm>: SUBS to the zero register
func (a *Assembler) CMPxx(src1, src2 X) { a.rrr(0xeb000000, 31, uint8(src1), uint8(src2)) }

// CMPxi: CMP <Xn>, #<imm>{, LSL #12}: SUBS to the zero register
func (a *Assembler) CMPxi(src X, imm int) { a.arith(0xf1000000, 31, uint8(src), imm) }

// CMNxx: CMN <Xn>, <Xm>: ADDS to the zero register
func (a *Assembler) CMNxx(src1, src2 X) { a.rrr(0xab000000, 31, uint8(src1), uint8(src2)) }

// NEGxx: NEG <Xd>, <Xm>: SUB from the zero register
func (a *Assembler) NEGxx(dst, src X) { a.rrr(0xcb000000, uint8(dst), 31, uint8(src)) }

// CMPww: CMP <Wn>, <Wm>: SUBS to the zero register
func (a *Assembler) CMPww(src1, src2 W) { a.rrr(0x6b000000, 31, uint8(src1), uint8(src2)) }

// CMPwi: CMP <Wn>, #<imm>{, LSL #12}: SUBS to the zero register
func (a *Assembler) CMPwi(src W, imm int) { a.arith(0x71000000, 31, uint8(src), imm) }

// CMNww: CMN <Wn>, <Wm>: ADDS to the zero register
func (a *Assembler) CMNww(src1, src2 W) { a.rrr(0x2b000000, 31, uint8(src1), uint8(src2)) }

// NEGww: NEG <Wd>, <Wm>: SUB from the zero register
func (a *Assembler) NEGww(dst, src W) { a.rrr(0x4b000000, uint8(dst), 31, uint8(src)) }

// ANDxxx: AND <Xd>, <Xn>, <Xm>
func (a *Assembler) ANDxxx(dst, src1, src2 X) {
	a.rrr(0x8a000000, uint8(dst), uint8(src1), uint8(src2))
}

// ANDxxi: AND <Xd>, <Xn>, #<bitmask>
func (a *Assembler) ANDxxi(dst, src X, imm uint64) {
	a.logical(0x92000000, uint8(dst), uint8(src), imm, 64)
}

// ANDwww: AND <Wd>, <Wn>, <Wm>
func (a *Assembler) ANDwww(dst, src1, src2 W) {
	a.rrr(0x0a000000, uint8(dst), uint8(src1), uint8(src2))
}

// ANDwwi: AND <Wd>, <Wn>, #<bitmask>
func (a *Assembler) ANDwwi(dst, src W, imm uint32) {
	a.logical(0x12000000, uint8(dst), uint8(src), uint64(imm), 32)
}

// ORRxxx: ORR <Xd>, <Xn>, <Xm>
func (a *Assembler) ORRxxx(dst, src1, src2 X) {
	a.rrr(0xaa000000, uint8(dst), uint8(src1), uint8(src2))
}

// ORRxxi: ORR <Xd>, <Xn>, #<bitmask>
func (a *Assembler) ORRxxi(dst, src X, imm uint64) {
	a.logical(0xb2000000, uint8(dst), uint8(src), imm, 64)
}

// ORRwww: ORR <Wd>, <Wn>, <Wm>
func (a *Assembler) ORRwww(dst, src1, src2 W) {
	a.rrr(0x2a000000, uint8(dst), uint8(src1), uint8(src2))
}

// ORRwwi: ORR <Wd>, <Wn>, #<bitmask>
func (a *Assembler) ORRwwi(dst, src W, imm uint32) {
	a.logical(0x32000000, uint8(dst), uint8(src), uint64(imm), 32)
}

// EORxxx: EOR <Xd>, <Xn>, <Xm>
func (a *Assembler) EORxxx(dst, src1, src2 X) {
	a.rrr(0xca000000, uint8(dst), uint8(src1), uint8(src2))
}

// EORxxi: EOR <Xd>, <Xn>, #<bitmask>
func (a *Assembler) EORxxi(dst, src X, imm uint64) {
	a.logical(0xd2000000, uint8(dst), uint8(src), imm, 64)
}

// EORwww: EOR <Wd>, <Wn>, <Wm>
func (a *Assembler) EORwww(dst, src1, src2 W) {
	a.rrr(0x4a000000, uint8(dst), uint8(src1), uint8(src2))
}

// EORwwi: EOR <Wd>, <Wn>, #<bitmask>
func (a *Assembler) EORwwi(dst, src W, imm uint32) {
	a.logical(0x52000000, uint8(dst), uint8(src), uint64(imm), 32)
}

// ANDSxxx: ANDS <Xd>, <Xn>, <Xm>
func (a *Assembler) ANDSxxx(dst, src1, src2 X) {
	a.rrr(0xea000000, uint8(dst), uint8(src1), uint8(src2))
}

// ANDSxxi: ANDS <Xd>, <Xn>, #<bitmask>
func (a *Assembler) ANDSxxi(dst, src X, imm uint64) {
	a.logical(0xf2000000, uint8(dst), uint8(src), imm, 64)
}

// ANDSwww: ANDS <Wd>, <Wn>, <Wm>
func (a *Assembler) ANDSwww(dst, src1, src2 W) {
	a.rrr(0x6a000000, uint8(dst), uint8(src1), uint8(src2))
}

// ANDSwwi: ANDS <Wd>, <Wn>, #<bitmask>
func (a *Assembler) ANDSwwi(dst, src W, imm uint32) {
	a.logical(0x72000000, uint8(dst), uint8(src), uint64(imm), 32)
}

// TSTxx: TST <Xn>, <Xm>: ANDS to the zero register
func (a *Assembler) TSTxx(src1, src2 X) { a.rrr(0xea000000, 31, uint8(src1), uint8(src2)) }

// MVNxx: MVN <Xd>, <Xm>: ORN from the zero register
func (a *Assembler) MVNxx(dst, src X) { a.rrr(0xaa200000, uint8(dst), 31, uint8(src)) }

// MOVxx: MOV <Xd>, <Xm>: ORR from the zero register
func (a *Assembler) MOVxx(dst, src X) { a.rrr(0xaa000000, uint8(dst), 31, uint8(src)) }

// MOVNxi: MOVN <Xd>, #<imm>, LSL #<shift>
func (a *Assembler) MOVNxi(dst X, imm uint16, shift int) {
	a.wide(0x92800000, uint8(dst), imm, shift, 64)
}

// MOVZxi: MOVZ <Xd>, #<imm>, LSL #<shift>
func (a *Assembler) MOVZxi(dst X, imm uint16, shift int) {
	a.wide(0xd2800000, uint8(dst), imm, shift, 64)
}

// MOVKxi: MOVK <Xd>, #<imm>, LSL #<shift>
func (a *Assembler) MOVKxi(dst X, imm uint16, shift int) {
	a.wide(0xf2800000, uint8(dst), imm, shift, 64)
}

// LSLxxi: LSL <Xd>, <Xn>, #<shift>: UBFM
func (a *Assembler) LSLxxi(dst, src X, amount int) {
	a.bitfield(0xd3400000, uint8(dst), uint8(src), -amount&63, 63-amount, amount, 64)
}

// LSRxxi: LSR <Xd>, <Xn>, #<shift>: UBFM
func (a *Assembler) LSRxxi(dst, src X, amount int) {
	a.bitfield(0xd3400000, uint8(dst), uint8(src), amount, 63, amount, 64)
}

// ASRxxi: ASR <Xd>, <Xn>, #<shift>: SBFM
func (a *Assembler) ASRxxi(dst, src X, amount int) {
	a.bitfield(0x93400000, uint8(dst), uint8(src), amount, 63, amount, 64)
}

// UDIVxxx: UDIV <Xd>, <Xn>, <Xm>
func (a *Assembler) UDIVxxx(dst, src1, src2 X) {
	a.rrr(0x9ac00800, uint8(dst), uint8(src1), uint8(src2))
}

// SDIVxxx: SDIV <Xd>, <Xn>, <Xm>
func (a *Assembler) SDIVxxx(dst, src1, src2 X) {
	a.rrr(0x9ac00c00, uint8(dst), uint8(src1), uint8(src2))
}

// LSLxxx: LSL <Xd>, <Xn>, <Xm>
func (a *Assembler) LSLxxx(dst, src1, src2 X) {
	a.rrr(0x9ac02000, uint8(dst), uint8(src1), uint8(src2))
}

// LSRxxx: LSR <Xd>, <Xn>, <Xm>
func (a *Assembler) LSRxxx(dst, src1, src2 X) {
	a.rrr(0x9ac02400, uint8(dst), uint8(src1), uint8(src2))
}

// ASRxxx: ASR <Xd>, <Xn>, <Xm>
func (a *Assembler) ASRxxx(dst, src1, src2 X) {
	a.rrr(0x9ac02800, uint8(dst), uint8(src1), uint8(src2))
}

// RORxxx: ROR <Xd>, <Xn>, <Xm>
func (a *Assembler) RORxxx(dst, src1, src2 X) {
	a.rrr(0x9ac02c00, uint8(dst), uint8(src1), uint8(src2))
}

// MULxxx: MUL <Xd>, <Xn>, <Xm>: MADD with the zero register
func (a *Assembler) MULxxx(dst, src1, src2 X) {
	a.rrrr(0x9b000000, uint8(dst), uint8(src1), uint8(src2), 31)
}

// MADDxxxx: MADD <Xd>, <Xn>, <Xm>, <Xa>
func (a *Assembler) MADDxxxx(dst, src1, src2, add X) {
	a.rrrr(0x9b000000, uint8(dst), uint8(src1), uint8(src2), uint8(add))
}

// MSUBxxxx: MSUB <Xd>, <Xn>, <Xm>, <Xa>
func (a *Assembler) MSUBxxxx(dst, src1, src2, sub X) {
	a.rrrr(0x9b008000, uint8(dst), uint8(src1), uint8(src2), uint8(sub))
}

// CSELxxxc: CSEL <Xd>, <Xn>, <Xm>, <cond>
func (a *Assembler) CSELxxxc(dst, yes, no X, c Cond) {
	a.rrr(a.cond(0x9a800000, c), uint8(dst), uint8(yes), uint8(no))
}

// CSINCxxxc: CSINC <Xd>, <Xn>, <Xm>, <cond>
func (a *Assembler) CSINCxxxc(dst, yes, no X, c Cond) {
	a.rrr(a.cond(0x9a800400, c), uint8(dst), uint8(yes), uint8(no))
}

// TSTww: TST <Wn>, <Wm>: ANDS to the zero register
func (a *Assembler) TSTww(src1, src2 W) { a.rrr(0x6a000000, 31, uint8(src1), uint8(src2)) }

// MVNww: MVN <Wd>, <Wm>: ORN from the zero register
func (a *Assembler) MVNww(dst, src W) { a.rrr(0x2a200000, uint8(dst), 31, uint8(src)) }

// MOVww: MOV <Wd>, <Wm>: ORR from the zero register
func (a *Assembler) MOVww(dst, src W) { a.rrr(0x2a000000, uint8(dst), 31, uint8(src)) }

// MOVNwi: MOVN <Wd>, #<imm>, LSL #<shift>
func (a *Assembler) MOVNwi(dst W, imm uint16, shift int) {
	a.wide(0x12800000, uint8(dst), imm, shift, 32)
}

// MOVZwi: MOVZ <Wd>, #<imm>, LSL #<shift>
func (a *Assembler) MOVZwi(dst W, imm uint16, shift int) {
	a.wide(0x52800000, uint8(dst), imm, shift, 32)
}

// MOVKwi: MOVK <Wd>, #<imm>, LSL #<shift>
func (a *Assembler) MOVKwi(dst W, imm uint16, shift int) {
	a.wide(0x72800000, uint8(dst), imm, shift, 32)
}

// LSLwwi: LSL <Wd>, <Wn>, #<shift>: UBFM
func (a *Assembler) LSLwwi(dst, src W, amount int) {
	a.bitfield(0x53000000, uint8(dst), uint8(src), -amount&31, 31-amount, amount, 32)
}

// LSRwwi: LSR <Wd>, <Wn>, #<shift>: UBFM
func (a *Assembler) LSRwwi(dst, src W, amount int) {
	a.bitfield(0x53000000, uint8(dst), uint8(src), amount, 31, amount, 32)
}

// ASRwwi: ASR <Wd>, <Wn>, #<shift>: SBFM
func (a *Assembler) ASRwwi(dst, src W, amount int) {
	a.bitfield(0x13000000, uint8(dst), uint8(src), amount, 31, amount, 32)
}

// UDIVwww: UDIV <Wd>, <Wn>, <Wm>
func (a *Assembler) UDIVwww(dst, src1, src2 W) {
	a.rrr(0x1ac00800, uint8(dst), uint8(src1), uint8(src2))
}

// SDIVwww: SDIV <Wd>, <Wn>, <Wm>
func (a *Assembler) SDIVwww(dst, src1, src2 W) {
	a.rrr(0x1ac00c00, uint8(dst), uint8(src1), uint8(src2))
}

// LSLwww: LSL <Wd>, <Wn>, <Wm>
func (a *Assembler) LSLwww(dst, src1, src2 W) {
	a.rrr(0x1ac02000, uint8(dst), uint8(src1), uint8(src2))
}

// LSRwww: LSR <Wd>, <Wn>, <Wm>
func (a *Assembler) LSRwww(dst, src1, src2 W) {
	a.rrr(0x1ac02400, uint8(dst), uint8(src1), uint8(src2))
}

// ASRwww: ASR <Wd>, <Wn>, <Wm>
func (a *Assembler) ASRwww(dst, src1, src2 W) {
	a.rrr(0x1ac02800, uint8(dst), uint8(src1), uint8(src2))
}

// RORwww: ROR <Wd>, <Wn>, <Wm>
func (a *Assembler) RORwww(dst, src1, src2 W) {
	a.rrr(0x1ac02c00, uint8(dst), uint8(src1), uint8(src2))
}

// MULwww: MUL <Wd>, <Wn>, <Wm>: MADD with the zero register
func (a *Assembler) MULwww(dst, src1, src2 W) {
	a.rrrr(0x1b000000, uint8(dst), uint8(src1), uint8(src2), 31)
}

// MADDwwww: MADD <Wd>, <Wn>, <Wm>, <Wa>
func (a *Assembler) MADDwwww(dst, src1, src2, add W) {
	a.rrrr(0x1b000000, uint8(dst), uint8(src1), uint8(src2), uint8(add))
}

// MSUBwwww: MSUB <Wd>, <Wn>, <Wm>, <Wa>
func (a *Assembler) MSUBwwww(dst, src1, src2, sub W) {
	a.rrrr(0x1b008000, uint8(dst), uint8(src1), uint8(src2), uint8(sub))
}

// CSELwwwc: CSEL <Wd>, <Wn>, <Wm>, <cond>
func (a *Assembler) CSELwwwc(dst, yes, no W, c Cond) {
	a.rrr(a.cond(0x1a800000, c), uint8(dst), uint8(yes), uint8(no))
}

// CSINCwwwc: CSINC <Wd>, <Wn>, <Wm>, <cond>
func (a *Assembler) CSINCwwwc(dst, yes, no W, c Cond) {
	a.rrr(a.cond(0x1a800400, c), uint8(dst), uint8(yes), uint8(no))
}
