package amd64

// The instructions of this file, one method a form. Above each: the manual's instruction and opcode columns (Intel SDM
// Vol. 2, "Instruction Set Reference").

// SQRTSDxx: SQRTSD xmm1, xmm2/m64: F2 0F 51 /r
func (a *Assembler) SQRTSDxx(dst, src XMM) { a.regs(pF2|map0F|0x51, uint8(dst), uint8(src), 0, 0, 0) }

// SQRTSDxm64: SQRTSD xmm1, xmm2/m64: F2 0F 51 /r
func (a *Assembler) SQRTSDxm64(dst XMM, src Mem) { a.mem(pF2|map0F|0x51, uint8(dst), src, 0, 0, 0) }

// ADDSDxx: ADDSD xmm1, xmm2/m64: F2 0F 58 /r
func (a *Assembler) ADDSDxx(dst, src XMM) { a.regs(pF2|map0F|0x58, uint8(dst), uint8(src), 0, 0, 0) }

// ADDSDxm64: ADDSD xmm1, xmm2/m64: F2 0F 58 /r
func (a *Assembler) ADDSDxm64(dst XMM, src Mem) { a.mem(pF2|map0F|0x58, uint8(dst), src, 0, 0, 0) }

// MULSDxx: MULSD xmm1, xmm2/m64: F2 0F 59 /r
func (a *Assembler) MULSDxx(dst, src XMM) { a.regs(pF2|map0F|0x59, uint8(dst), uint8(src), 0, 0, 0) }

// MULSDxm64: MULSD xmm1, xmm2/m64: F2 0F 59 /r
func (a *Assembler) MULSDxm64(dst XMM, src Mem) { a.mem(pF2|map0F|0x59, uint8(dst), src, 0, 0, 0) }

// SUBSDxx: SUBSD xmm1, xmm2/m64: F2 0F 5C /r
func (a *Assembler) SUBSDxx(dst, src XMM) { a.regs(pF2|map0F|0x5c, uint8(dst), uint8(src), 0, 0, 0) }

// SUBSDxm64: SUBSD xmm1, xmm2/m64: F2 0F 5C /r
func (a *Assembler) SUBSDxm64(dst XMM, src Mem) { a.mem(pF2|map0F|0x5c, uint8(dst), src, 0, 0, 0) }

// MINSDxx: MINSD xmm1, xmm2/m64: F2 0F 5D /r
func (a *Assembler) MINSDxx(dst, src XMM) { a.regs(pF2|map0F|0x5d, uint8(dst), uint8(src), 0, 0, 0) }

// MINSDxm64: MINSD xmm1, xmm2/m64: F2 0F 5D /r
func (a *Assembler) MINSDxm64(dst XMM, src Mem) { a.mem(pF2|map0F|0x5d, uint8(dst), src, 0, 0, 0) }

// DIVSDxx: DIVSD xmm1, xmm2/m64: F2 0F 5E /r
func (a *Assembler) DIVSDxx(dst, src XMM) { a.regs(pF2|map0F|0x5e, uint8(dst), uint8(src), 0, 0, 0) }

// DIVSDxm64: DIVSD xmm1, xmm2/m64: F2 0F 5E /r
func (a *Assembler) DIVSDxm64(dst XMM, src Mem) { a.mem(pF2|map0F|0x5e, uint8(dst), src, 0, 0, 0) }

// MAXSDxx: MAXSD xmm1, xmm2/m64: F2 0F 5F /r
func (a *Assembler) MAXSDxx(dst, src XMM) { a.regs(pF2|map0F|0x5f, uint8(dst), uint8(src), 0, 0, 0) }

// MAXSDxm64: MAXSD xmm1, xmm2/m64: F2 0F 5F /r
func (a *Assembler) MAXSDxm64(dst XMM, src Mem) { a.mem(pF2|map0F|0x5f, uint8(dst), src, 0, 0, 0) }

// ANDPDxx: ANDPD xmm1, xmm2/m128: 66 0F 54 /r
func (a *Assembler) ANDPDxx(dst, src XMM) { a.regs(p66|map0F|0x54, uint8(dst), uint8(src), 0, 0, 0) }

// ANDPDxm128: ANDPD xmm1, xmm2/m128: 66 0F 54 /r
func (a *Assembler) ANDPDxm128(dst XMM, src Mem) { a.mem(p66|map0F|0x54, uint8(dst), src, 0, 0, 0) }

// ANDNPDxx: ANDNPD xmm1, xmm2/m128: 66 0F 55 /r
func (a *Assembler) ANDNPDxx(dst, src XMM) { a.regs(p66|map0F|0x55, uint8(dst), uint8(src), 0, 0, 0) }

// ANDNPDxm128: ANDNPD xmm1, xmm2/m128: 66 0F 55 /r
func (a *Assembler) ANDNPDxm128(dst XMM, src Mem) { a.mem(p66|map0F|0x55, uint8(dst), src, 0, 0, 0) }

// ORPDxx: ORPD xmm1, xmm2/m128: 66 0F 56 /r
func (a *Assembler) ORPDxx(dst, src XMM) { a.regs(p66|map0F|0x56, uint8(dst), uint8(src), 0, 0, 0) }

// ORPDxm128: ORPD xmm1, xmm2/m128: 66 0F 56 /r
func (a *Assembler) ORPDxm128(dst XMM, src Mem) { a.mem(p66|map0F|0x56, uint8(dst), src, 0, 0, 0) }

// XORPDxx: XORPD xmm1, xmm2/m128: 66 0F 57 /r
func (a *Assembler) XORPDxx(dst, src XMM) { a.regs(p66|map0F|0x57, uint8(dst), uint8(src), 0, 0, 0) }

// XORPDxm128: XORPD xmm1, xmm2/m128: 66 0F 57 /r
func (a *Assembler) XORPDxm128(dst XMM, src Mem) { a.mem(p66|map0F|0x57, uint8(dst), src, 0, 0, 0) }

// MOVSDxx: MOVSD xmm1, xmm2: F2 0F 10 /r
func (a *Assembler) MOVSDxx(dst, src XMM) { a.regs(pF2|map0F|0x10, uint8(dst), uint8(src), 0, 0, 0) }

// MOVSDxm64: MOVSD xmm1, m64: F2 0F 10 /r
func (a *Assembler) MOVSDxm64(dst XMM, src Mem) { a.mem(pF2|map0F|0x10, uint8(dst), src, 0, 0, 0) }

// MOVSDmx64: MOVSD m64, xmm1: F2 0F 11 /r
func (a *Assembler) MOVSDmx64(dst Mem, src XMM) { a.mem(pF2|map0F|0x11, uint8(src), dst, 0, 0, 0) }

// MOVAPDxx: MOVAPD xmm1, xmm2/m128: 66 0F 28 /r
func (a *Assembler) MOVAPDxx(dst, src XMM) { a.regs(p66|map0F|0x28, uint8(dst), uint8(src), 0, 0, 0) }

// MOVUPDxm128: MOVUPD xmm1, xmm2/m128: 66 0F 10 /r
func (a *Assembler) MOVUPDxm128(dst XMM, src Mem) { a.mem(p66|map0F|0x10, uint8(dst), src, 0, 0, 0) }

// MOVUPDmx128: MOVUPD xmm2/m128, xmm1: 66 0F 11 /r
func (a *Assembler) MOVUPDmx128(dst Mem, src XMM) { a.mem(p66|map0F|0x11, uint8(src), dst, 0, 0, 0) }

// MOVQxr64: MOVQ xmm, r/m64: 66 REX.W 0F 6E /r
func (a *Assembler) MOVQxr64(dst XMM, src Reg64) {
	a.regs(p66|w1|map0F|0x6e, uint8(dst), uint8(src), 0, 0, 0)
}

// MOVQrx64: MOVQ r/m64, xmm: 66 REX.W 0F 7E /r
func (a *Assembler) MOVQrx64(dst Reg64, src XMM) {
	a.regs(p66|w1|map0F|0x7e, uint8(src), uint8(dst), 0, 0, 0)
}

// UCOMISDxx: UCOMISD xmm1, xmm2/m64: 66 0F 2E /r
func (a *Assembler) UCOMISDxx(a1, a2 XMM) { a.regs(p66|map0F|0x2e, uint8(a1), uint8(a2), 0, 0, 0) }

// UCOMISDxm64: UCOMISD xmm1, xmm2/m64: 66 0F 2E /r
func (a *Assembler) UCOMISDxm64(a1 XMM, a2 Mem) { a.mem(p66|map0F|0x2e, uint8(a1), a2, 0, 0, 0) }

// CMPSDxxi: CMPSD xmm1, xmm2/m64, imm8: F2 0F C2 /r ib
func (a *Assembler) CMPSDxxi(dst, src XMM, imm int8) {
	a.regs(pF2|map0F|0xc2, uint8(dst), uint8(src), 0, int32(imm), 1)
}

// CMPSDxmi64: CMPSD xmm1, xmm2/m64, imm8: F2 0F C2 /r ib
func (a *Assembler) CMPSDxmi64(dst XMM, src Mem, imm int8) {
	a.mem(pF2|map0F|0xc2, uint8(dst), src, 0, int32(imm), 1)
}

// ROUNDSDxxi: ROUNDSD xmm1, xmm2/m64, imm8: 66 0F 3A 0B /r ib
func (a *Assembler) ROUNDSDxxi(dst, src XMM, imm int8) {
	a.regs(sse41|p66|map0F3A|0x0b, uint8(dst), uint8(src), 0, int32(imm), 1)
}

// ROUNDSDxmi64: ROUNDSD xmm1, xmm2/m64, imm8: 66 0F 3A 0B /r ib
func (a *Assembler) ROUNDSDxmi64(dst XMM, src Mem, imm int8) {
	a.mem(sse41|p66|map0F3A|0x0b, uint8(dst), src, 0, int32(imm), 1)
}

// CVTSI2SDxr64: CVTSI2SD xmm1, r/m64: F2 REX.W 0F 2A /r
func (a *Assembler) CVTSI2SDxr64(dst XMM, src Reg64) {
	a.regs(pF2|w1|map0F|0x2a, uint8(dst), uint8(src), 0, 0, 0)
}

// CVTTSD2SIrx64: CVTTSD2SI r64, xmm1/m64: F2 REX.W 0F 2C /r
func (a *Assembler) CVTTSD2SIrx64(dst Reg64, src XMM) {
	a.regs(pF2|w1|map0F|0x2c, uint8(dst), uint8(src), 0, 0, 0)
}
