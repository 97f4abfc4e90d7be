package arm64

// The instructions of this file, one method a form. Above each: the manual's assembler syntax (Arm ARM DDI 0487, "A64 Base
// Instructions" and "A64 Advanced SIMD and Floating-point Instructions").

// LDRxm: LDR <Xt>, [...]; LDUR
func (a *Assembler) LDRxm(dst X, src Mem) { a.load(0xf9400000, uint8(dst), src, 3) }

// STRxm: STR <Xt>, [...]; STUR
func (a *Assembler) STRxm(src X, dst Mem) { a.store(0xf9000000, uint8(src), dst, 3) }

// LDRwm: LDR <Wt>, [...]; LDUR
func (a *Assembler) LDRwm(dst W, src Mem) { a.load(0xb9400000, uint8(dst), src, 2) }

// STRwm: STR <Wt>, [...]; STUR
func (a *Assembler) STRwm(src W, dst Mem) { a.store(0xb9000000, uint8(src), dst, 2) }

// LDRdm: LDR <Dt>, [...]; LDUR
func (a *Assembler) LDRdm(dst D, src Mem) { a.access(0xfd400000, uint8(dst), src, 3) }

// STRdm: STR <Dt>, [...]; STUR
func (a *Assembler) STRdm(src D, dst Mem) { a.access(0xfd000000, uint8(src), dst, 3) }

// LDRsm: LDR <St>, [...]; LDUR
func (a *Assembler) LDRsm(dst S, src Mem) { a.access(0xbd400000, uint8(dst), src, 2) }

// STRsm: STR <St>, [...]; STUR
func (a *Assembler) STRsm(src S, dst Mem) { a.access(0xbd000000, uint8(src), dst, 2) }

// LDRBwm: LDRB <Wt>, [...]; LDURB
func (a *Assembler) LDRBwm(dst W, src Mem) { a.load(0x39400000, uint8(dst), src, 0) }

// STRBwm: STRB <Wt>, [...]; STURB
func (a *Assembler) STRBwm(src W, dst Mem) { a.store(0x39000000, uint8(src), dst, 0) }

// LDRHwm: LDRH <Wt>, [...]; LDURH
func (a *Assembler) LDRHwm(dst W, src Mem) { a.load(0x79400000, uint8(dst), src, 1) }

// STRHwm: STRH <Wt>, [...]; STURH
func (a *Assembler) STRHwm(src W, dst Mem) { a.store(0x79000000, uint8(src), dst, 1) }

// LDPxxm: LDP <Xt1>, <Xt2>, [...]
func (a *Assembler) LDPxxm(dst1, dst2 X, src Mem) {
	a.loadPair(0xa9400000, uint8(dst1), uint8(dst2), src, 3)
}

// STPxxm: STP <Xt1>, <Xt2>, [...]
func (a *Assembler) STPxxm(src1, src2 X, dst Mem) {
	a.storePair(0xa9000000, uint8(src1), uint8(src2), dst, 3)
}

// LDPddm: LDP <Dt1>, <Dt2>, [...]
func (a *Assembler) LDPddm(dst1, dst2 D, src Mem) {
	a.loadFloatPair(0x6d400000, uint8(dst1), uint8(dst2), src, 3)
}

// STPddm: STP <Dt1>, <Dt2>, [...]
func (a *Assembler) STPddm(src1, src2 D, dst Mem) {
	a.pair(0x6d000000, uint8(src1), uint8(src2), dst, 3)
}
