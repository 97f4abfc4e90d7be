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
	a.refer(a.cond(0, c)>>12|0x54000000, asm.Branch19, target)
}

// CBZxl: CBZ <Xt>, <label>
func (a *Assembler) CBZxl(src X, target asm.Label) {
	a.exist(uint8(src))
	a.refer(0xb4000000|form(src&31), asm.Branch19, target)
}

// CBNZxl: CBNZ <Xt>, <label>
func (a *Assembler) CBNZxl(src X, target asm.Label) {
	a.exist(uint8(src))
	a.refer(0xb5000000|form(src&31), asm.Branch19, target)
}

// CBZwl: CBZ <Wt>, <label>
func (a *Assembler) CBZwl(src W, target asm.Label) {
	a.exist(uint8(src))
	a.refer(0x34000000|form(src&31), asm.Branch19, target)
}

// CBNZwl: CBNZ <Wt>, <label>
func (a *Assembler) CBNZwl(src W, target asm.Label) {
	a.exist(uint8(src))
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

// BRx: BR <Xn>
func (a *Assembler) BRx(target X) { a.fff(0xd61f0000, 0, uint8(target), 0) }

// BLRx: BLR <Xn>
func (a *Assembler) BLRx(target X) { a.fff(0xd63f0000, 0, uint8(target), 0) }

// RET: RET
func (a *Assembler) RET() { a.word(0xd65f03c0) }

// RETx: RET <Xn>
func (a *Assembler) RETx(target X) { a.fff(0xd65f0000, 0, uint8(target), 0) }

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

// NOP: NOP
func (a *Assembler) NOP() { a.word(0xd503201f) }

// YIELD: YIELD
func (a *Assembler) YIELD() { a.word(0xd503203f) }

// BRKi: BRK #<imm>
func (a *Assembler) BRKi(imm uint16) { a.imm16(0xd4200000, imm, 5) }

// SVCi: SVC #<imm>
func (a *Assembler) SVCi(imm uint16) { a.imm16(0xd4000001, imm, 5) }

// UDFi: UDF #<imm>
func (a *Assembler) UDFi(imm uint16) { a.imm16(0, imm, 0) }
