package arm64

import (
	"encoding/binary"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/internal/core"
)

// The instructions of this file go to a label or take their operand from there, one method a form. Above each: the manual's
// assembler syntax (Arm ARM DDI 0487, "A64 Base Instructions"). How far they reach is in the package's documentation.

// Bl: B <label>
func (a *Assembler) Bl(target asm.Label) { a.refer(branch, asm.Branch26, target) }

// BLl: BL <label>
func (a *Assembler) BLl(target asm.Label) { a.refer(branch|link, asm.Branch26, target) }

// Baddr: B to an address. [asm.Object.Place] fails where it is not within 128 MiB; JmpAddr reaches further.
func (a *Assembler) Baddr(addr uint64) { a.absolute(branch, addr) }

// BLaddr: BL to an address. [asm.Object.Place] fails where it is not within 128 MiB; CallAddr reaches further.
func (a *Assembler) BLaddr(addr uint64) { a.absolute(branch|link, addr) }

func (a *Assembler) absolute(f form, addr uint64) {
	a.word(f)
	a.s.Relocate(len(a.s.Buf)-4, asm.Branch26, addr, 0)
}

// Bcl: B.<cond> <label>
func (a *Assembler) Bcl(c Cond, target asm.Label) {
	a.refer(0x54000000|a.cond(c), asm.Branch19, target)
}

// BCcl: BC.<cond> <label>, which says that the branch is predictable. FEAT_HBC
func (a *Assembler) BCcl(c Cond, target asm.Label) {
	a.refer(a.with(needHBC|0x54000010, 0, 0, 0, 0)|a.cond(c), asm.Branch19, target)
}

// cond encodes a condition.
func (a *Assembler) cond(c Cond) form {
	if c > NV {
		return a.imm(cond0, int64(c))
	}
	return form(c)
}

// CBZxl: CBZ <Xt>, <label>
func (a *Assembler) CBZxl(src X, target asm.Label) { a.register(0xb4000000, uint8(src), target) }

// CBNZxl: CBNZ <Xt>, <label>
func (a *Assembler) CBNZxl(src X, target asm.Label) { a.register(0xb5000000, uint8(src), target) }

// CBZwl: CBZ <Wt>, <label>
func (a *Assembler) CBZwl(src W, target asm.Label) { a.register(0x34000000, uint8(src), target) }

// CBNZwl: CBNZ <Wt>, <label>
func (a *Assembler) CBNZwl(src W, target asm.Label) { a.register(0x35000000, uint8(src), target) }

// TBZxil: TBZ <Xt>, #<bit>, <label>
func (a *Assembler) TBZxil(src X, bit int, target asm.Label) {
	a.testBit(0x36000000, uint8(src), bit, target)
}

// TBNZxil: TBNZ <Xt>, #<bit>, <label>
func (a *Assembler) TBNZxil(src X, bit int, target asm.Label) {
	a.testBit(0x37000000, uint8(src), bit, target)
}

// ADRxl: ADR <Xd>, <label>
func (a *Assembler) ADRxl(dst X, src asm.Label) {
	a.refer(a.with(adr|dstD, uint8(dst), 0, 0, 0), asm.Adr21, src)
}

// ADRPxl: ADRP <Xd>, <label>: the address of the label's page of 4 KiB.
func (a *Assembler) ADRPxl(dst X, src asm.Label) {
	a.refer(a.with(adrp|dstD, uint8(dst), 0, 0, 0), asm.Page21, src)
}

// ADDxxl: ADD <Xd>, <Xn>, #:lo12:<label>: after ADRPxl, the address of the label.
func (a *Assembler) ADDxxl(dst, src X, l asm.Label) {
	a.refer(a.with(addi|dstD, a.notZR(uint8(dst)), a.notZR(uint8(src)), 0, 0), asm.Lo12, l)
}

// LDRxl: LDR <Xt>, <label>
func (a *Assembler) LDRxl(dst X, src asm.Label) {
	a.register(0x58000000|dstD, uint8(dst), src)
}

// LDRwl: LDR <Wt>, <label>
func (a *Assembler) LDRwl(dst W, src asm.Label) {
	a.register(0x18000000|dstD, uint8(dst), src)
}

// LDRSWxl: LDRSW <Xt>, <label>
func (a *Assembler) LDRSWxl(dst X, src asm.Label) {
	a.register(0x98000000|dstD, uint8(dst), src)
}

// LDRdl: LDR <Dt>, <label>
func (a *Assembler) LDRdl(dst D, src asm.Label) { a.register(0x5c000000, uint8(dst), src) }

// LDRsl: LDR <St>, <label>
func (a *Assembler) LDRsl(dst S, src asm.Label) { a.register(0x1c000000, uint8(dst), src) }

// LDRql: LDR <Qt>, <label>
func (a *Assembler) LDRql(dst Q, src asm.Label) { a.register(0x9c000000, uint8(dst), src) }

// PRFMol: PRFM <prfop>, <label>
func (a *Assembler) PRFMol(op Prefetch, src asm.Label) { a.register(0xd8000000, uint8(op), src) }

// TBZwil: TBZ <Wt>, #<bit>, <label>
func (a *Assembler) TBZwil(src W, bit int, target asm.Label) {
	a.testBit32(0x36000000, uint8(src), bit, target)
}

// TBNZwil: TBNZ <Wt>, #<bit>, <label>
func (a *Assembler) TBNZwil(src W, bit int, target asm.Label) {
	a.testBit32(0x37000000, uint8(src), bit, target)
}

// testBit32 is testBit of 32 bits.
func (a *Assembler) testBit32(f form, rt uint8, bit int, l asm.Label) {
	a.refer(a.with(f, rt, 0, 0, 0)|a.imm(linear|19*lo|31*most, int64(bit)), asm.Branch14, l)
}

// register emits an instruction on register rt and a label in 19 bits: CBZ, CBNZ, LDR (literal), PRFM (literal).
func (a *Assembler) register(f form, rt uint8, l asm.Label) {
	a.refer(a.with(f, rt, 0, 0, 0), asm.Branch19, l)
}

// testBit emits TBZ or TBNZ.
func (a *Assembler) testBit(f form, rt uint8, bit int, l asm.Label) {
	a.refer(a.with(f, rt, 0, 0, 0)|a.imm(bitNumber, int64(bit)), asm.Branch14, l)
}

// What the longer forms are made of.
const (
	nop    form = 0xd503201f // NOP
	branch form = 0x14000000 // B <label>
	link   form = 1 << 31    // makes BL of B
	adr    form = 0x10000000 // ADR <Xd>, <label>
	adrp   form = 0x90000000 // ADRP <Xd>, <label>
	addi   form = 0x91000000 // ADD <Xd>, <Xn>, #<imm>
	brX16  form = 0xd61f0200 // BR X16
	blrX16 form = 0xd63f0200 // BLR X16
)

// ip0 is X16, which code between a branch and its target may change: AAPCS64, "General-purpose Registers".
const ip0 = 16

var target = core.Target{
	Form: func(inst []byte, kind asm.RelocKind, level int) core.Form {
		_, f := relax(form(binary.LittleEndian.Uint32(inst)), kind, level)
		return f
	},
	Write: func(dst, inst []byte, kind asm.RelocKind, level int) {
		words, _ := relax(form(binary.LittleEndian.Uint32(inst)), kind, level)
		for i := range len(dst) / 4 {
			binary.LittleEndian.PutUint32(dst[4*i:], uint32(words[i]))
		}
	},
	Pad:   pad,
	Exact: true,
}

// relax gives a form of an instruction that has a field of that kind, the field zero:
//
//	level  B, BL             B.cond, CBZ, TBZ       ADR        LDR (literal)
//	0      as it is          as it is               as it is   as it is
//	1      ADRP, ADD, BR(L)  inverse over B         ADRP, ADD  ADRP, ADD, LDR
//	2                        inverse over B's 1
//
// B.AL and B.NV have no inverse, and need none.
func relax(w form, kind asm.RelocKind, level int) (words [4]form, f core.Form) {
	if level == 0 {
		return [4]form{w}, core.Form{Len: 4, Kind: kind}
	}
	switch kind {
	case asm.Branch26, asm.Veneer26:
		last := brX16
		if w&link != 0 {
			last = blrX16
		}
		return [4]form{adrp | ip0, addi | ip0<<5 | ip0, last}, core.Form{Len: 12, Kind: asm.Page21}
	case asm.Adr21:
		rd := scratch(w)
		return [4]form{adrp | rd, addi | rd<<5 | rd}, core.Form{Len: 8, Kind: asm.Page21}
	}
	if w&0x3b000000 == 0x18000000 {
		words, f.Len = relaxLoad(w)
		f.Kind = asm.Page21
		return words, f
	}
	words, f = relax(branch, asm.Branch26, level-1)
	if w&0xff00000e == 0x5400000e {
		return words, f
	}
	f.Len, f.Field = f.Len+4, 4
	return [4]form{invert(w) | form(f.Len/4)<<5, words[0], words[1], words[2]}, f
}

// invert gives a conditional branch the other condition.
func invert(w form) form {
	if w>>24 == 0x54 {
		return w ^ 1
	}
	return w ^ 1<<24
}

// scratch is the general register that an instruction writes, or X16 if that is the zero register.
func scratch(w form) form {
	if w&31 == 31 {
		return ip0
	}
	return w & 31
}

// relaxLoad gives LDR or PRFM (literal) as a load at an address that is in the destination, or in X16 if the destination is
// no general register.
func relaxLoad(w form) (words [4]form, n int32) {
	opc, vector := w>>30, w>>26&1
	load := [2][4]form{
		{0xb9400000, 0xf9400000, 0xb9800000, 0xf9800000}, // LDR W, LDR X, LDRSW, PRFM
		{0xbd400000, 0xfd400000, 0x3dc00000},             // LDR S, D, Q
	}[vector][opc]
	base := scratch(w)
	if vector != 0 || opc == 3 {
		base = ip0
	}
	return [4]form{adrp | base, addi | base<<5 | base, load | base<<5 | w&31}, 12
}
