package amd64

// The instructions of this file, one method a form. Above each: the manual's instruction and opcode columns (Intel SDM
// Vol. 2, "Instruction Set Reference").

// VSQRTSDxxx: VSQRTSD xmm1, xmm2, xmm3/m64: VEX.LIG.F2.0F.WIG 51 /r
func (a *Assembler) VSQRTSDxxx(dst, src1, src2 XMM) {
	a.regs(avx|vex|pF2|map0F|0x51, uint8(dst), uint8(src2), uint8(src1), 0, 0)
}

// VSQRTSDxxm64: VSQRTSD xmm1, xmm2, xmm3/m64: VEX.LIG.F2.0F.WIG 51 /r
func (a *Assembler) VSQRTSDxxm64(dst, src1 XMM, src2 Mem) {
	a.mem(avx|vex|pF2|map0F|0x51, uint8(dst), src2, uint8(src1), 0, 0)
}

// VADDSDxxx: VADDSD xmm1, xmm2, xmm3/m64: VEX.LIG.F2.0F.WIG 58 /r
func (a *Assembler) VADDSDxxx(dst, src1, src2 XMM) {
	a.regs(avx|vex|pF2|map0F|0x58, uint8(dst), uint8(src2), uint8(src1), 0, 0)
}

// VADDSDxxm64: VADDSD xmm1, xmm2, xmm3/m64: VEX.LIG.F2.0F.WIG 58 /r
func (a *Assembler) VADDSDxxm64(dst, src1 XMM, src2 Mem) {
	a.mem(avx|vex|pF2|map0F|0x58, uint8(dst), src2, uint8(src1), 0, 0)
}

// VMULSDxxx: VMULSD xmm1, xmm2, xmm3/m64: VEX.LIG.F2.0F.WIG 59 /r
func (a *Assembler) VMULSDxxx(dst, src1, src2 XMM) {
	a.regs(avx|vex|pF2|map0F|0x59, uint8(dst), uint8(src2), uint8(src1), 0, 0)
}

// VMULSDxxm64: VMULSD xmm1, xmm2, xmm3/m64: VEX.LIG.F2.0F.WIG 59 /r
func (a *Assembler) VMULSDxxm64(dst, src1 XMM, src2 Mem) {
	a.mem(avx|vex|pF2|map0F|0x59, uint8(dst), src2, uint8(src1), 0, 0)
}

// VSUBSDxxx: VSUBSD xmm1, xmm2, xmm3/m64: VEX.LIG.F2.0F.WIG 5C /r
func (a *Assembler) VSUBSDxxx(dst, src1, src2 XMM) {
	a.regs(avx|vex|pF2|map0F|0x5c, uint8(dst), uint8(src2), uint8(src1), 0, 0)
}

// VSUBSDxxm64: VSUBSD xmm1, xmm2, xmm3/m64: VEX.LIG.F2.0F.WIG 5C /r
func (a *Assembler) VSUBSDxxm64(dst, src1 XMM, src2 Mem) {
	a.mem(avx|vex|pF2|map0F|0x5c, uint8(dst), src2, uint8(src1), 0, 0)
}

// VMINSDxxx: VMINSD xmm1, xmm2, xmm3/m64: VEX.LIG.F2.0F.WIG 5D /r
func (a *Assembler) VMINSDxxx(dst, src1, src2 XMM) {
	a.regs(avx|vex|pF2|map0F|0x5d, uint8(dst), uint8(src2), uint8(src1), 0, 0)
}

// VMINSDxxm64: VMINSD xmm1, xmm2, xmm3/m64: VEX.LIG.F2.0F.WIG 5D /r
func (a *Assembler) VMINSDxxm64(dst, src1 XMM, src2 Mem) {
	a.mem(avx|vex|pF2|map0F|0x5d, uint8(dst), src2, uint8(src1), 0, 0)
}

// VDIVSDxxx: VDIVSD xmm1, xmm2, xmm3/m64: VEX.LIG.F2.0F.WIG 5E /r
func (a *Assembler) VDIVSDxxx(dst, src1, src2 XMM) {
	a.regs(avx|vex|pF2|map0F|0x5e, uint8(dst), uint8(src2), uint8(src1), 0, 0)
}

// VDIVSDxxm64: VDIVSD xmm1, xmm2, xmm3/m64: VEX.LIG.F2.0F.WIG 5E /r
func (a *Assembler) VDIVSDxxm64(dst, src1 XMM, src2 Mem) {
	a.mem(avx|vex|pF2|map0F|0x5e, uint8(dst), src2, uint8(src1), 0, 0)
}

// VMAXSDxxx: VMAXSD xmm1, xmm2, xmm3/m64: VEX.LIG.F2.0F.WIG 5F /r
func (a *Assembler) VMAXSDxxx(dst, src1, src2 XMM) {
	a.regs(avx|vex|pF2|map0F|0x5f, uint8(dst), uint8(src2), uint8(src1), 0, 0)
}

// VMAXSDxxm64: VMAXSD xmm1, xmm2, xmm3/m64: VEX.LIG.F2.0F.WIG 5F /r
func (a *Assembler) VMAXSDxxm64(dst, src1 XMM, src2 Mem) {
	a.mem(avx|vex|pF2|map0F|0x5f, uint8(dst), src2, uint8(src1), 0, 0)
}

// VADDPDxxx: VADDPD xmm1, xmm2, xmm3/m128: VEX.128.66.0F.WIG 58 /r
func (a *Assembler) VADDPDxxx(dst, src1, src2 XMM) {
	a.regs(avx|vex|p66|map0F|0x58, uint8(dst), uint8(src2), uint8(src1), 0, 0)
}

// VADDPDxxm128: VADDPD xmm1, xmm2, xmm3/m128: VEX.128.66.0F.WIG 58 /r
func (a *Assembler) VADDPDxxm128(dst, src1 XMM, src2 Mem) {
	a.mem(avx|vex|p66|map0F|0x58, uint8(dst), src2, uint8(src1), 0, 0)
}

// VADDPDyyy: VADDPD ymm1, ymm2, ymm3/m256: VEX.256.66.0F.WIG 58 /r
func (a *Assembler) VADDPDyyy(dst, src1, src2 YMM) {
	a.regs(avx|vex|l256|p66|map0F|0x58, uint8(dst), uint8(src2), uint8(src1), 0, 0)
}

// VADDPDyym256: VADDPD ymm1, ymm2, ymm3/m256: VEX.256.66.0F.WIG 58 /r
func (a *Assembler) VADDPDyym256(dst, src1 YMM, src2 Mem) {
	a.mem(avx|vex|l256|p66|map0F|0x58, uint8(dst), src2, uint8(src1), 0, 0)
}

// VMULPDxxx: VMULPD xmm1, xmm2, xmm3/m128: VEX.128.66.0F.WIG 59 /r
func (a *Assembler) VMULPDxxx(dst, src1, src2 XMM) {
	a.regs(avx|vex|p66|map0F|0x59, uint8(dst), uint8(src2), uint8(src1), 0, 0)
}

// VMULPDxxm128: VMULPD xmm1, xmm2, xmm3/m128: VEX.128.66.0F.WIG 59 /r
func (a *Assembler) VMULPDxxm128(dst, src1 XMM, src2 Mem) {
	a.mem(avx|vex|p66|map0F|0x59, uint8(dst), src2, uint8(src1), 0, 0)
}

// VMULPDyyy: VMULPD ymm1, ymm2, ymm3/m256: VEX.256.66.0F.WIG 59 /r
func (a *Assembler) VMULPDyyy(dst, src1, src2 YMM) {
	a.regs(avx|vex|l256|p66|map0F|0x59, uint8(dst), uint8(src2), uint8(src1), 0, 0)
}

// VMULPDyym256: VMULPD ymm1, ymm2, ymm3/m256: VEX.256.66.0F.WIG 59 /r
func (a *Assembler) VMULPDyym256(dst, src1 YMM, src2 Mem) {
	a.mem(avx|vex|l256|p66|map0F|0x59, uint8(dst), src2, uint8(src1), 0, 0)
}

// VSUBPDxxx: VSUBPD xmm1, xmm2, xmm3/m128: VEX.128.66.0F.WIG 5C /r
func (a *Assembler) VSUBPDxxx(dst, src1, src2 XMM) {
	a.regs(avx|vex|p66|map0F|0x5c, uint8(dst), uint8(src2), uint8(src1), 0, 0)
}

// VSUBPDxxm128: VSUBPD xmm1, xmm2, xmm3/m128: VEX.128.66.0F.WIG 5C /r
func (a *Assembler) VSUBPDxxm128(dst, src1 XMM, src2 Mem) {
	a.mem(avx|vex|p66|map0F|0x5c, uint8(dst), src2, uint8(src1), 0, 0)
}

// VSUBPDyyy: VSUBPD ymm1, ymm2, ymm3/m256: VEX.256.66.0F.WIG 5C /r
func (a *Assembler) VSUBPDyyy(dst, src1, src2 YMM) {
	a.regs(avx|vex|l256|p66|map0F|0x5c, uint8(dst), uint8(src2), uint8(src1), 0, 0)
}

// VSUBPDyym256: VSUBPD ymm1, ymm2, ymm3/m256: VEX.256.66.0F.WIG 5C /r
func (a *Assembler) VSUBPDyym256(dst, src1 YMM, src2 Mem) {
	a.mem(avx|vex|l256|p66|map0F|0x5c, uint8(dst), src2, uint8(src1), 0, 0)
}

// VDIVPDxxx: VDIVPD xmm1, xmm2, xmm3/m128: VEX.128.66.0F.WIG 5E /r
func (a *Assembler) VDIVPDxxx(dst, src1, src2 XMM) {
	a.regs(avx|vex|p66|map0F|0x5e, uint8(dst), uint8(src2), uint8(src1), 0, 0)
}

// VDIVPDxxm128: VDIVPD xmm1, xmm2, xmm3/m128: VEX.128.66.0F.WIG 5E /r
func (a *Assembler) VDIVPDxxm128(dst, src1 XMM, src2 Mem) {
	a.mem(avx|vex|p66|map0F|0x5e, uint8(dst), src2, uint8(src1), 0, 0)
}

// VDIVPDyyy: VDIVPD ymm1, ymm2, ymm3/m256: VEX.256.66.0F.WIG 5E /r
func (a *Assembler) VDIVPDyyy(dst, src1, src2 YMM) {
	a.regs(avx|vex|l256|p66|map0F|0x5e, uint8(dst), uint8(src2), uint8(src1), 0, 0)
}

// VDIVPDyym256: VDIVPD ymm1, ymm2, ymm3/m256: VEX.256.66.0F.WIG 5E /r
func (a *Assembler) VDIVPDyym256(dst, src1 YMM, src2 Mem) {
	a.mem(avx|vex|l256|p66|map0F|0x5e, uint8(dst), src2, uint8(src1), 0, 0)
}

// VMOVSDxm64: VMOVSD xmm1, m64: VEX.LIG.F2.0F.WIG 10 /r
func (a *Assembler) VMOVSDxm64(dst XMM, src Mem) {
	a.mem(avx|vex|pF2|map0F|0x10, uint8(dst), src, 0, 0, 0)
}

// VMOVSDmx64: VMOVSD m64, xmm1: VEX.LIG.F2.0F.WIG 11 /r
func (a *Assembler) VMOVSDmx64(dst Mem, src XMM) {
	a.mem(avx|vex|pF2|map0F|0x11, uint8(src), dst, 0, 0, 0)
}

// VMOVUPDym256: VMOVUPD ymm1, ymm2/m256: VEX.256.66.0F.WIG 10 /r
func (a *Assembler) VMOVUPDym256(dst YMM, src Mem) {
	a.mem(avx|vex|l256|p66|map0F|0x10, uint8(dst), src, 0, 0, 0)
}

// VMOVUPDmy256: VMOVUPD ymm2/m256, ymm1: VEX.256.66.0F.WIG 11 /r
func (a *Assembler) VMOVUPDmy256(dst Mem, src YMM) {
	a.mem(avx|vex|l256|p66|map0F|0x11, uint8(src), dst, 0, 0, 0)
}

// VROUNDSDxxxi: VROUNDSD xmm1, xmm2, xmm3/m64, imm8: VEX.LIG.66.0F3A.WIG 0B /r ib
func (a *Assembler) VROUNDSDxxxi(dst, src1, src2 XMM, imm int8) {
	a.regs(avx|vex|p66|map0F3A|0x0b, uint8(dst), uint8(src2), uint8(src1), int32(imm), 1)
}

// VZEROUPPER: VEX.128.0F.WIG 77
func (a *Assembler) VZEROUPPER() { a.op(avx | vex | map0F | 0x77) }
