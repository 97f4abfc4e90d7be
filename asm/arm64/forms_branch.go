package arm64

import "github.com/wxjit/wxjit/asm"

// The instructions of this file, one method a form. Above each: the manual's assembler syntax (Arm ARM DDI 0487, "A64 Base
// Instructions" and "A64 Advanced SIMD and Floating-point Instructions").

// Bl: B <label>
func (a *Assembler) Bl(target asm.Label) { a.refer(0x14000000, asm.Branch26, target) }

// BLl: BL <label>
func (a *Assembler) BLl(target asm.Label) { a.refer(0x94000000, asm.Branch26, target) }

// Bcl: B.<cond> <label>
func (a *Assembler) Bcl(c Cond, target asm.Label) {
	a.refer(0x54000000|a.imm(cond0, int64(c)), asm.Branch19, target)
}

// CBZxl: CBZ <Xt>, <label>
func (a *Assembler) CBZxl(src X, target asm.Label) {
	a.refer(0xb4000000|form(src&31), asm.Branch19, target)
}

// CBNZxl: CBNZ <Xt>, <label>
func (a *Assembler) CBNZxl(src X, target asm.Label) {
	a.refer(0xb5000000|form(src&31), asm.Branch19, target)
}

// CBZwl: CBZ <Wt>, <label>
func (a *Assembler) CBZwl(src W, target asm.Label) {
	a.refer(0x34000000|form(src&31), asm.Branch19, target)
}

// CBNZwl: CBNZ <Wt>, <label>
func (a *Assembler) CBNZwl(src W, target asm.Label) {
	a.refer(0x35000000|form(src&31), asm.Branch19, target)
}

// TBZxil: TBZ <Xt>, #<bit>, <label>
func (a *Assembler) TBZxil(src X, bit int, target asm.Label) {
	a.testBit(0x36000000, uint8(src), bit, target)
}

// TBNZxil: TBNZ <Xt>, #<bit>, <label>
func (a *Assembler) TBNZxil(src X, bit int, target asm.Label) {
	a.testBit(0x37000000, uint8(src), bit, target)
}

// Baddr: B to an address. [asm.Object.Place] fails where it is not within 128 MiB.
func (a *Assembler) Baddr(addr uint64) {
	a.s.Relocate(len(a.s.Buf), asm.Branch26, addr, 0)
	a.word(0x14000000)
}

// BLaddr: BL to an address. [asm.Object.Place] fails where it is not within 128 MiB.
func (a *Assembler) BLaddr(addr uint64) {
	a.s.Relocate(len(a.s.Buf), asm.Branch26, addr, 0)
	a.word(0x94000000)
}

func (a *Assembler) LDRxl(dst X, src asm.Label) {
	a.refer(a.with(0x58000000|dstD, uint8(dst), 0, 0, 0), asm.Branch19, src)
}
func (a *Assembler) LDRdl(dst D, src asm.Label) {
	a.refer(a.with(0x5c000000, uint8(dst), 0, 0, 0), asm.Branch19, src)
}
func (a *Assembler) ADRxl(dst X, src asm.Label) {
	a.refer(a.with(0x10000000|dstD, uint8(dst), 0, 0, 0), asm.Adr21, src)
}
func (a *Assembler) refer(f form, kind asm.RelocKind, l asm.Label) {
	a.s.Refer("", len(a.s.Buf), kind, l, 0)
	a.word(f)
}

// testBit emits TBZ or TBNZ.
func (a *Assembler) testBit(f form, rt uint8, bit int, l asm.Label) {
	a.refer(a.with(f, rt, 0, 0, 0)|a.imm(bitNumber, int64(bit)), asm.Branch14, l)
}
