package arm64

// The instructions of this file, one method a form. Above each: the manual's assembler syntax (Arm ARM DDI 0487, "A64 Base
// Instructions" and "A64 Advanced SIMD and Floating-point Instructions").

// FMULddd: FMUL <Dd>, <Dn>, <Dm>
func (a *Assembler) FMULddd(dst, src1, src2 D) {
	a.fff(0x1e600800, uint8(dst), uint8(src1), uint8(src2))
}

// FDIVddd: FDIV <Dd>, <Dn>, <Dm>
func (a *Assembler) FDIVddd(dst, src1, src2 D) {
	a.fff(0x1e601800, uint8(dst), uint8(src1), uint8(src2))
}

// FADDddd: FADD <Dd>, <Dn>, <Dm>
func (a *Assembler) FADDddd(dst, src1, src2 D) {
	a.fff(0x1e602800, uint8(dst), uint8(src1), uint8(src2))
}

// FSUBddd: FSUB <Dd>, <Dn>, <Dm>
func (a *Assembler) FSUBddd(dst, src1, src2 D) {
	a.fff(0x1e603800, uint8(dst), uint8(src1), uint8(src2))
}

// FMAXddd: FMAX <Dd>, <Dn>, <Dm>
func (a *Assembler) FMAXddd(dst, src1, src2 D) {
	a.fff(0x1e604800, uint8(dst), uint8(src1), uint8(src2))
}

// FMINddd: FMIN <Dd>, <Dn>, <Dm>
func (a *Assembler) FMINddd(dst, src1, src2 D) {
	a.fff(0x1e605800, uint8(dst), uint8(src1), uint8(src2))
}

// FMAXNMddd: FMAXNM <Dd>, <Dn>, <Dm>
func (a *Assembler) FMAXNMddd(dst, src1, src2 D) {
	a.fff(0x1e606800, uint8(dst), uint8(src1), uint8(src2))
}

// FMINNMddd: FMINNM <Dd>, <Dn>, <Dm>
func (a *Assembler) FMINNMddd(dst, src1, src2 D) {
	a.fff(0x1e607800, uint8(dst), uint8(src1), uint8(src2))
}

// FNMULddd: FNMUL <Dd>, <Dn>, <Dm>
func (a *Assembler) FNMULddd(dst, src1, src2 D) {
	a.fff(0x1e608800, uint8(dst), uint8(src1), uint8(src2))
}

// FMOVdd: FMOV <Dd>, <Dn>
func (a *Assembler) FMOVdd(dst, src D) { a.fff(0x1e604000, uint8(dst), uint8(src), 0) }

// FABSdd: FABS <Dd>, <Dn>
func (a *Assembler) FABSdd(dst, src D) { a.fff(0x1e60c000, uint8(dst), uint8(src), 0) }

// FNEGdd: FNEG <Dd>, <Dn>
func (a *Assembler) FNEGdd(dst, src D) { a.fff(0x1e614000, uint8(dst), uint8(src), 0) }

// FSQRTdd: FSQRT <Dd>, <Dn>
func (a *Assembler) FSQRTdd(dst, src D) { a.fff(0x1e61c000, uint8(dst), uint8(src), 0) }

// FRINTNdd: FRINTN <Dd>, <Dn>
func (a *Assembler) FRINTNdd(dst, src D) { a.fff(0x1e644000, uint8(dst), uint8(src), 0) }

// FRINTPdd: FRINTP <Dd>, <Dn>
func (a *Assembler) FRINTPdd(dst, src D) { a.fff(0x1e64c000, uint8(dst), uint8(src), 0) }

// FRINTMdd: FRINTM <Dd>, <Dn>
func (a *Assembler) FRINTMdd(dst, src D) { a.fff(0x1e654000, uint8(dst), uint8(src), 0) }

// FRINTZdd: FRINTZ <Dd>, <Dn>
func (a *Assembler) FRINTZdd(dst, src D) { a.fff(0x1e65c000, uint8(dst), uint8(src), 0) }

// FRINTAdd: FRINTA <Dd>, <Dn>
func (a *Assembler) FRINTAdd(dst, src D) { a.fff(0x1e664000, uint8(dst), uint8(src), 0) }

// FRINTXdd: FRINTX <Dd>, <Dn>
func (a *Assembler) FRINTXdd(dst, src D) { a.fff(0x1e674000, uint8(dst), uint8(src), 0) }

// FRINTIdd: FRINTI <Dd>, <Dn>
func (a *Assembler) FRINTIdd(dst, src D) { a.fff(0x1e67c000, uint8(dst), uint8(src), 0) }

// FCMPdd: FCMP <Dn>, <Dm>
func (a *Assembler) FCMPdd(src1, src2 D) { a.fff(0x1e602000, 0, uint8(src1), uint8(src2)) }

// FCMPEdd: FCMPE <Dn>, <Dm>
func (a *Assembler) FCMPEdd(src1, src2 D) { a.fff(0x1e602000, 16, uint8(src1), uint8(src2)) }

// FCSELdddc: FCSEL <Dd>, <Dn>, <Dm>, <cond>
func (a *Assembler) FCSELdddc(dst, yes, no D, c Cond) {
	a.fff(a.cond(0x1e600c00, c), uint8(dst), uint8(yes), uint8(no))
}

// FMOVdi: FMOV <Dd>, #<imm>
func (a *Assembler) FMOVdi(dst D, imm float64) { a.fmovImm(0x1e601000, uint8(dst), imm) }

// FMADDdddd: FMADD <Dd>, <Dn>, <Dm>, <Da>
func (a *Assembler) FMADDdddd(dst, src1, src2, add D) {
	a.ffff(0x1f400000, uint8(dst), uint8(src1), uint8(src2), uint8(add))
}

// FMULsss: FMUL <Sd>, <Sn>, <Sm>
func (a *Assembler) FMULsss(dst, src1, src2 S) {
	a.fff(0x1e200800, uint8(dst), uint8(src1), uint8(src2))
}

// FDIVsss: FDIV <Sd>, <Sn>, <Sm>
func (a *Assembler) FDIVsss(dst, src1, src2 S) {
	a.fff(0x1e201800, uint8(dst), uint8(src1), uint8(src2))
}

// FADDsss: FADD <Sd>, <Sn>, <Sm>
func (a *Assembler) FADDsss(dst, src1, src2 S) {
	a.fff(0x1e202800, uint8(dst), uint8(src1), uint8(src2))
}

// FSUBsss: FSUB <Sd>, <Sn>, <Sm>
func (a *Assembler) FSUBsss(dst, src1, src2 S) {
	a.fff(0x1e203800, uint8(dst), uint8(src1), uint8(src2))
}

// FMAXsss: FMAX <Sd>, <Sn>, <Sm>
func (a *Assembler) FMAXsss(dst, src1, src2 S) {
	a.fff(0x1e204800, uint8(dst), uint8(src1), uint8(src2))
}

// FMINsss: FMIN <Sd>, <Sn>, <Sm>
func (a *Assembler) FMINsss(dst, src1, src2 S) {
	a.fff(0x1e205800, uint8(dst), uint8(src1), uint8(src2))
}

// FMAXNMsss: FMAXNM <Sd>, <Sn>, <Sm>
func (a *Assembler) FMAXNMsss(dst, src1, src2 S) {
	a.fff(0x1e206800, uint8(dst), uint8(src1), uint8(src2))
}

// FMINNMsss: FMINNM <Sd>, <Sn>, <Sm>
func (a *Assembler) FMINNMsss(dst, src1, src2 S) {
	a.fff(0x1e207800, uint8(dst), uint8(src1), uint8(src2))
}

// FNMULsss: FNMUL <Sd>, <Sn>, <Sm>
func (a *Assembler) FNMULsss(dst, src1, src2 S) {
	a.fff(0x1e208800, uint8(dst), uint8(src1), uint8(src2))
}

// FMOVss: FMOV <Sd>, <Sn>
func (a *Assembler) FMOVss(dst, src S) { a.fff(0x1e204000, uint8(dst), uint8(src), 0) }

// FABSss: FABS <Sd>, <Sn>
func (a *Assembler) FABSss(dst, src S) { a.fff(0x1e20c000, uint8(dst), uint8(src), 0) }

// FNEGss: FNEG <Sd>, <Sn>
func (a *Assembler) FNEGss(dst, src S) { a.fff(0x1e214000, uint8(dst), uint8(src), 0) }

// FSQRTss: FSQRT <Sd>, <Sn>
func (a *Assembler) FSQRTss(dst, src S) { a.fff(0x1e21c000, uint8(dst), uint8(src), 0) }

// FRINTNss: FRINTN <Sd>, <Sn>
func (a *Assembler) FRINTNss(dst, src S) { a.fff(0x1e244000, uint8(dst), uint8(src), 0) }

// FRINTPss: FRINTP <Sd>, <Sn>
func (a *Assembler) FRINTPss(dst, src S) { a.fff(0x1e24c000, uint8(dst), uint8(src), 0) }

// FRINTMss: FRINTM <Sd>, <Sn>
func (a *Assembler) FRINTMss(dst, src S) { a.fff(0x1e254000, uint8(dst), uint8(src), 0) }

// FRINTZss: FRINTZ <Sd>, <Sn>
func (a *Assembler) FRINTZss(dst, src S) { a.fff(0x1e25c000, uint8(dst), uint8(src), 0) }

// FRINTAss: FRINTA <Sd>, <Sn>
func (a *Assembler) FRINTAss(dst, src S) { a.fff(0x1e264000, uint8(dst), uint8(src), 0) }

// FRINTXss: FRINTX <Sd>, <Sn>
func (a *Assembler) FRINTXss(dst, src S) { a.fff(0x1e274000, uint8(dst), uint8(src), 0) }

// FRINTIss: FRINTI <Sd>, <Sn>
func (a *Assembler) FRINTIss(dst, src S) { a.fff(0x1e27c000, uint8(dst), uint8(src), 0) }

// FCMPss: FCMP <Sn>, <Sm>
func (a *Assembler) FCMPss(src1, src2 S) { a.fff(0x1e202000, 0, uint8(src1), uint8(src2)) }

// FCMPEss: FCMPE <Sn>, <Sm>
func (a *Assembler) FCMPEss(src1, src2 S) { a.fff(0x1e202000, 16, uint8(src1), uint8(src2)) }

// FCSELsssc: FCSEL <Sd>, <Sn>, <Sm>, <cond>
func (a *Assembler) FCSELsssc(dst, yes, no S, c Cond) {
	a.fff(a.cond(0x1e200c00, c), uint8(dst), uint8(yes), uint8(no))
}

// FMOVsi: FMOV <Sd>, #<imm>
func (a *Assembler) FMOVsi(dst S, imm float64) { a.fmovImm(0x1e201000, uint8(dst), imm) }

// FMADDssss: FMADD <Sd>, <Sn>, <Sm>, <Sa>
func (a *Assembler) FMADDssss(dst, src1, src2, add S) {
	a.ffff(0x1f000000, uint8(dst), uint8(src1), uint8(src2), uint8(add))
}

// FMOVdx: FMOV <Dd>, <Xn>
func (a *Assembler) FMOVdx(dst D, src X) { a.fff(0x9e670000, uint8(dst), uint8(src), 0) }

// FMOVxd: FMOV <Xd>, <Dn>
func (a *Assembler) FMOVxd(dst X, src D) { a.rrr(0x9e660000, uint8(dst), uint8(src), 0) }

// SCVTFdx: SCVTF <Dd>, <Xn>
func (a *Assembler) SCVTFdx(dst D, src X) { a.fff(0x9e620000, uint8(dst), uint8(src), 0) }

// FCVTZSxd: FCVTZS <Xd>, <Dn>
func (a *Assembler) FCVTZSxd(dst X, src D) { a.rrr(0x9e780000, uint8(dst), uint8(src), 0) }

// FCVTds: FCVT <Dd>, <Sn>
func (a *Assembler) FCVTds(dst D, src S) { a.fff(0x1e22c000, uint8(dst), uint8(src), 0) }

// FCVTsd: FCVT <Sd>, <Dn>
func (a *Assembler) FCVTsd(dst S, src D) { a.fff(0x1e624000, uint8(dst), uint8(src), 0) }
