package amd64

import (
	"fmt"

	"github.com/wxjit/wxjit/asm"
)

// The functions of this file choose between encodings by the value of an operand.

func isInt8(v int64) bool { return v == int64(int8(v)) }

// acci emits an operation on a register and an immediate: the shortest of an immediate of 8 bits that is extended, a form
// for the accumulator, and one for any. The first two are 0 where there is none.
func (a *Assembler) acci(short, acc, long form, r uint8, v int64) {
	switch {
	case short != 0 && isInt8(v):
		a.rr8(short, short.digit(), r, v)
	case acc != 0 && r == 0:
		a.none(acc, v)
	default:
		a.rr8(long, long.digit(), r, v)
	}
}

// rmi emits an operation on memory, and perhaps a register, with an immediate: of 8 bits that is extended if it can be.
func (a *Assembler) rmi(short, long form, reg uint8, m Mem, v int64) {
	if short != 0 && isInt8(v) {
		a.rm(short, reg, m, v)
	} else {
		a.rm(long, reg, m, v)
	}
}

// rri is rmi for two registers.
func (a *Assembler) rri(short, long form, reg, rm uint8, v int64) {
	if isInt8(v) {
		a.rr(short, reg, rm, v)
	} else {
		a.rr(long, reg, rm, v)
	}
}

// imms emits an instruction whose only operand is an immediate.
func (a *Assembler) imms(short, long form, v int64) {
	if isInt8(v) {
		a.none(short, v)
	} else {
		a.none(long, v)
	}
}

// shift emits a shift by a constant less than the width in bits.
func (a *Assembler) shift(one, many form, r, v, width uint8) {
	switch {
	case v >= width:
		a.tooFar(v, width)
	case v == 1:
		a.rr8(one, one.digit(), r, 0)
	default:
		a.rr8(many, many.digit(), r, int64(v))
	}
}

// shiftMem is shift for an operand in memory.
func (a *Assembler) shiftMem(one, many form, m Mem, v, width uint8) {
	switch {
	case v >= width:
		a.tooFar(v, width)
	case v == 1:
		a.rm(one, one.digit(), m, 0)
	default:
		a.rm(many, many.digit(), m, int64(v))
	}
}

func (a *Assembler) tooFar(v, width uint8) {
	a.s.Fail("", "", fmt.Errorf("shift of %d bits by %d: %w", width, v, asm.ErrRange))
}

// movImm emits the shortest of the three ways to load a constant into a 64-bit register. Writing the lower half clears
// the upper.
func (a *Assembler) movImm(r uint8, v int64) {
	switch {
	case v == int64(uint32(v)):
		a.or(map1|0xb8<<op|imm32, r, v)
	case v == int64(int32(v)):
		a.rr(w1|map1|0xc7<<op|imm32, 0, r, v)
	default:
		a.or(w1|map1|0xb8<<op|imm64, r, v)
	}
}

// segment gives the number of a segment register, or one that is refused.
func segment(s Seg) uint8 {
	if s > GS {
		return 16
	}
	return uint8(s)
}

// segmentDst is segment for one that is loaded: there is no loading CS.
func segmentDst(s Seg) uint8 {
	if s == CS {
		return 16
	}
	return segment(s)
}

// xchgEAX emits the exchange of EAX with another register. With EAX itself the short form would be NOP, which does not clear
// the upper half.
func (a *Assembler) xchgEAX(f form, r uint8) {
	if r == 0 {
		a.rr(map1|0x87<<op, 0, 0, 0)
	} else {
		a.or(f, r, 0)
	}
}

// branch emits a branch to a label that becomes short if that is near enough.
func (a *Assembler) branch(near form, l asm.Label) {
	b := a.begin(near, 0, 15)
	w, n := near.word()
	put(b, 0, w)
	a.s.Branch(int(n/8)+4, asm.PC32, l)
	a.end(n/8 + 4)
}

// rel32 emits a branch to a label by a distance of 32 bits.
func (a *Assembler) rel32(f form, l asm.Label) { a.rel(f, l, asm.PC32, 4) }

// rel8 emits a branch to a label by a distance of 8 bits. Finish refuses it if the label is farther away.
func (a *Assembler) rel8(f form, l asm.Label) { a.rel(f, l, asm.PC8, 1) }

func (a *Assembler) rel(f form, l asm.Label, kind asm.RelocKind, size uint) {
	b := a.begin(f, 0, 15)
	w, n := f.word()
	w, n = f.prefixed(w, n, 0)
	put(b, 0, w)
	a.s.Refer("", len(a.s.Buf)+int(n/8), kind, l, -int64(size))
	a.end(n/8 + size)
}

// mirror emits a move between registers: with the store's form if that saves a byte of VEX prefix.
func (a *Assembler) mirror(load, store form, reg, v, rm uint8) {
	if reg < 8 && rm > 7 {
		a.vrr(store, rm, v, reg, 0)
	} else {
		a.vrr(load, reg, v, rm, 0)
	}
}
