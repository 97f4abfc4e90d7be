package arm64

import (
	"math"
	"math/bits"

	"github.com/wxjit/wxjit/asm"
)

// form is an instruction with all its operands zero, as the row of Arm ARM DDI 0487, "A64 instruction set encoding", has
// it. It is a constant in the method of its instruction. Operands are added in fields that it leaves zero:
//
//	31        21 20  16 15   10 9   5 4   0
//	+-----------+------+-------+-----+-----+
//	|           |  Rm  |       | Rn  | Rd  |      register operands
//	|           |    imm12     | Rn  | Rd  |      ADD (immediate), LDR (unsigned offset)
//	|           |      imm16         | Rd  |      MOVZ
//	|           |      imm19         | Rt  |      B.cond, CBZ, LDR (literal)
//	+-----------+------+-------+-----+-----+
type form uint32

// dst checks a general register that is written.
func (a *Assembler) dst(r uint8) {
	const reserved = uint64(1<<18 | 1<<28)
	if reserved>>(r&63)&1 != 0 && !a.allowReserved {
		a.fail(asm.ErrOperands, "x%d is reserved and can't be a destination", r)
	}
}

// exist checks that registers are; used is all their numbers ORed.
func (a *Assembler) exist(used uint8) {
	if used > 31 {
		a.fail(asm.ErrOperands, "no such register")
	}
}

// rrr emits an instruction on general registers with a destination.
func (a *Assembler) rrr(f form, rd, rn, rm uint8) {
	a.dst(rd)
	a.fff(f, rd, rn, rm)
}

// fff emits an instruction on registers none of which is a general one that is written.
func (a *Assembler) fff(f form, rd, rn, rm uint8) {
	a.exist(rd | rn | rm)
	a.word(f | form(rm&31)<<16 | form(rn&31)<<5 | form(rd&31))
}

// rrrr is rrr with a third source.
func (a *Assembler) rrrr(f form, rd, rn, rm, ra uint8) {
	a.exist(ra)
	a.rrr(f|form(ra&31)<<10, rd, rn, rm)
}

// ffff is fff with a third source.
func (a *Assembler) ffff(f form, rd, rn, rm, ra uint8) {
	a.exist(ra)
	a.fff(f|form(ra&31)<<10, rd, rn, rm)
}

// spOrX gives the number of a register where 31 is SP.
func (a *Assembler) spOrX(r uint8) uint8 {
	switch {
	case r == uint8(SP):
		return 31
	case r >= 31:
		a.fail(asm.ErrOperands, "the zero register where 31 means sp")
		return 0
	}
	return r
}

// arith emits ADD or SUB (immediate): 12 bits, or 12 bits shifted left by 12. Register 31 is SP, but for the destination
// of the ones that set flags.
func (a *Assembler) arith(f form, rd, rn uint8, imm int) {
	if rn = a.spOrX(rn); f&(1<<29) == 0 {
		rd = a.spOrX(rd)
	}
	a.dst(rd)
	a.exist(rd)
	switch {
	case imm >= 0 && imm < 1<<12:
		f |= form(imm) << 10
	case imm >= 0 && imm < 1<<24 && imm&0xfff == 0:
		f |= 1<<22 | form(imm>>12)<<10
	default:
		a.fail(asm.ErrRange, "immediate %d is not 12 bits, or 12 bits shifted left by 12", imm)
	}
	a.word(f | form(rn&31)<<5 | form(rd&31))
}

// logical emits AND, ORR, EOR or ANDS (immediate) on registers of width bits. Register 31 is the zero register, but for
// the destination of all but ANDS: that is never 31 here.
func (a *Assembler) logical(f form, rd, rn uint8, imm uint64, width uint) {
	a.dst(rd)
	a.exist(rd | rn)
	field, ok := bitmask(imm, width)
	switch {
	case !ok:
		a.fail(asm.ErrRange, "%#x is not a bitmask immediate of %d bits", imm, width)
	case rd == 31 && f>>29&3 != 3:
		a.fail(asm.ErrOperands, "the zero register where 31 means sp")
	}
	a.word(f | form(field)<<10 | form(rn&31)<<5 | form(rd&31))
}

// bitmask encodes a bitmask immediate as N:immr:imms: a run of ones, rotated, repeated in elements of 2, 4, 8, 16, 32 or 64
// bits. Arm ARM DDI 0487, "Logical (immediate)", and DecodeBitMasks.
func bitmask(v uint64, width uint) (field uint32, ok bool) {
	if width == 32 {
		if v>>32 != 0 {
			return 0, false
		}
		v |= v << 32
	}
	if v == 0 || v == math.MaxUint64 {
		return 0, false
	}
	size := uint(64)
	for size > 2 && v<<(64-size/2) == v>>(size/2)<<(64-size/2) {
		size /= 2
	}
	mask := uint64(math.MaxUint64) >> (64 - size)
	elem := v & mask
	ones := uint(bits.OnesCount64(elem))
	// Rotate right until the ones are at the bottom: they begin after the zeros that stand below them, or, when the
	// run goes round the end, after the zeros that the top ones leave.
	var rot uint
	if elem&1 == 0 {
		rot = uint(bits.TrailingZeros64(elem))
	} else {
		rot = size - uint(bits.LeadingZeros64(^elem<<(64-size)))
		rot %= size
	}
	run := uint64(math.MaxUint64) >> (64 - ones)
	if (elem>>rot|elem<<(size-rot))&mask != run {
		return 0, false
	}
	n := uint32(0)
	if size == 64 {
		n = 1
	}
	immr := uint32(size-rot) & uint32(size-1)
	imms := uint32(^(size<<1-1))&0x3f | uint32(ones-1)
	return n<<12 | immr<<6 | imms, true
}

// wide emits MOVZ, MOVN or MOVK.
func (a *Assembler) wide(f form, rd uint8, imm uint16, shift, width int) {
	a.dst(rd)
	a.exist(rd)
	if shift&15 != 0 || shift < 0 || shift >= width {
		a.fail(asm.ErrRange, "shift by %d is not a multiple of 16 below %d", shift, width)
	}
	a.word(f | form(shift>>4&3)<<21 | form(imm)<<5 | form(rd&31))
}

// bitfield emits UBFM or SBFM, which the shifts by a constant are.
func (a *Assembler) bitfield(f form, rd, rn uint8, immr, imms, amount, width int) {
	if amount < 0 || amount >= width {
		a.fail(asm.ErrRange, "shift of %d bits by %d", width, amount)
	}
	a.rrr(f|form(immr&63)<<16|form(imms&63)<<10, rd, rn, 0)
}

// cond emits an instruction with a condition in bits 12 to 15.
func (a *Assembler) cond(f form, c Cond) form {
	if c > AL {
		a.fail(asm.ErrOperands, "no such condition: %d", c)
	}
	return f | form(c&15)<<12
}

// access emits a load or store of size bytes (log2), of which f is the one with an unsigned offset.
func (a *Assembler) access(f form, rt uint8, m Mem, size uint) {
	a.exist(rt)
	rn := form(a.spOrX(m.base)) << 5
	f = f&^(1<<24) | form(rt&31) | rn // as with an offset that is not scaled
	fits9 := m.off >= -256 && m.off < 256
	off9 := form(m.off) & 0x1ff << 12
	switch m.kind {
	case memOff:
		if scaled := m.off >> size; m.off >= 0 && scaled<<size == m.off && scaled < 1<<12 {
			a.word(f | 1<<24 | form(scaled)<<10)
			return
		}
		if fits9 {
			a.word(f | off9)
			return
		}
	case memPre, memPost:
		if fits9 {
			mode := form(0b01)
			if m.kind == memPre {
				mode = 0b11
			}
			a.word(f | off9 | mode<<10)
			return
		}
	case memIndex:
		a.exist(uint8(m.index))
		if m.shift == 0 || uint(m.shift) == size {
			scale := form(0)
			if m.shift != 0 {
				scale = 1 << 12
			}
			a.word(f | 1<<21 | form(m.index&31)<<16 | 0b011<<13 | scale | 0b10<<10)
			return
		}
		a.fail(asm.ErrRange, "%v: shift is not 0 or %d", m, size)
		return
	default:
		a.fail(asm.ErrOperands, "not made by a Mem function")
		return
	}
	a.fail(asm.ErrRange, "%v: offset of an access of %d bytes", m, 1<<size)
}

// load is access to a general register that is written.
func (a *Assembler) load(f form, rt uint8, m Mem, size uint) {
	a.dst(rt)
	a.store(f, rt, m, size)
}

// store is access to a general register.
func (a *Assembler) store(f form, rt uint8, m Mem, size uint) {
	a.writeback(m, rt)
	a.access(f, rt, m, size)
}

// writeback checks an address that changes its base, which must then be no other operand: the result of that is
// unpredictable.
func (a *Assembler) writeback(m Mem, rt uint8) {
	if (m.kind == memPre || m.kind == memPost) && m.base == rt {
		a.fail(asm.ErrOperands, "%v: the base that changes is loaded or stored too", m)
	}
}

// pair emits a load or store of two registers of size bytes (log2), of which f is the one with a signed offset.
func (a *Assembler) pair(f form, rt, rt2 uint8, m Mem, size uint) {
	a.exist(rt | rt2)
	scaled := m.off >> size
	if scaled<<size != m.off || scaled < -64 || scaled > 63 {
		a.fail(asm.ErrRange, "%v: offset of an access to a pair of %d bytes each", m, 1<<size)
	}
	switch m.kind {
	case memOff:
	case memPre:
		f |= 1 << 23
	case memPost:
		f ^= 0b11 << 23
	default:
		a.fail(asm.ErrOperands, "%v: not an address of a pair", m)
	}
	a.word(f | form(scaled)&0x7f<<15 | form(rt2&31)<<10 | form(a.spOrX(m.base))<<5 | form(rt&31))
}

// storePair is pair to general registers.
func (a *Assembler) storePair(f form, rt, rt2 uint8, m Mem, size uint) {
	a.writeback(m, rt)
	a.writeback(m, rt2)
	a.pair(f, rt, rt2, m, size)
}

// loadPair is pair to general registers that are written.
func (a *Assembler) loadPair(f form, rt, rt2 uint8, m Mem, size uint) {
	a.dst(rt)
	a.dst(rt2)
	a.writeback(m, rt)
	a.writeback(m, rt2)
	a.loadFloatPair(f, rt, rt2, m, size)
}

// loadFloatPair is pair to floating-point registers that are written.
func (a *Assembler) loadFloatPair(f form, rt, rt2 uint8, m Mem, size uint) {
	if rt == rt2 {
		a.fail(asm.ErrOperands, "both registers of a pair are the same")
	}
	a.pair(f, rt, rt2, m, size)
}

// imm16 emits an instruction whose only operand is a number of 16 bits.
func (a *Assembler) imm16(f form, imm uint16, shift uint) { a.word(f | form(imm)<<shift) }

// fmovImm emits FMOV (scalar, immediate): a sign, three bits of exponent, four of fraction. Arm ARM DDI 0487, "Modified
// immediate constants in A64 floating-point instructions".
func (a *Assembler) fmovImm(f form, rd uint8, v float64) {
	b := math.Float64bits(v)
	if exponent := b >> 54 & 0x1ff; b<<16 != 0 || exponent != 0x100 && exponent != 0x0ff {
		a.fail(asm.ErrRange, "%v is not an immediate of FMOV", v)
	}
	a.exist(rd)
	a.word(f | form(b>>56&0x80|b>>48&0x7f)<<13 | form(rd&31))
}
