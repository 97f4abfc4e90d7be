package arm64

import (
	"fmt"

	"github.com/wxjit/wxjit/asm"
)

// Mem is an operand in memory. Make it with MemOff, MemPre, MemPost, MemPostReg, MemIndex or MemExtend. Which of them an
// instruction takes is in Arm ARM DDI 0487, "Load/Store addressing modes"; others are an error from Finish.
type Mem struct {
	off  int64
	spec uint64 // kind, base (32 is SP), and the index as register.pack gives it, from the lowest byte on
}

// Kinds of Mem.
const (
	memNone    = iota // the zero Mem is no operand
	memOff            // [base, #off]
	memExtend         // [base, index, extend #amount]
	memPre            // [base, #off]!
	memPost           // [base], #off
	memPostReg        // [base], index
)

// scaledIndex says in the spec that the index is scaled.
const scaledIndex = 1 << 63

func (m Mem) kind() uint8     { return uint8(m.spec) }
func (m Mem) base() uint8     { return uint8(m.spec >> 8) }
func (m Mem) index() register { return register(m.spec >> 16) }

// Base is what an address can begin with: a general register but XZR, or SP.
type Base interface{ X | P }

// MemOff is [base, #off], off in bytes. What offsets there are depends on the instruction: for LDR and STR of n bytes the
// multiples of n from 0 to 4095n, and anything from -256 to 255.
func MemOff[B Base](base B, off int) Mem {
	return Mem{int64(off), memOff | uint64(base)<<8}
}

// MemPre is [base, #off]!: base becomes base+off, which is the address.
func MemPre[B Base](base B, off int) Mem {
	return Mem{int64(off), memPre | uint64(base)<<8}
}

// MemPost is [base], #off: base is the address, and then becomes base+off.
func MemPost[B Base](base B, off int) Mem {
	return Mem{int64(off), memPost | uint64(base)<<8}
}

// MemPostReg is [base], inc: base is the address, and then becomes base+inc. Only LD1 to ST4 have it.
func MemPostReg[B Base](base B, inc X) Mem {
	return Mem{0, memPostReg | uint64(base)<<8 | uint64(inc)<<16}
}

// MemIndex is [base, index, lsl #shift]. The shift is 0 or the one that multiplies by the size of the access.
func MemIndex[B Base](base B, index X, shift int) Mem {
	return MemExtend(base, index.UXTX(shift))
}

// MemExtend is [base, index, extend #amount], with UXTW, SXTW, UXTX (which is LSL) or SXTX. The amount is 0 or the one that
// multiplies by the size of the access.
func MemExtend[B Base](base B, index Extended) Mem {
	return Mem{0, memExtend | uint64(base)<<8 | uint64(index.r)<<16}
}

// Scaled is the operand with its index multiplied by the size of the access, whatever that is. The encoding for bytes differs
// from the one without a shift: the assembler's lsl #0. Without an index it is no operand.
func (m Mem) Scaled() Mem {
	if m.kind() != memExtend {
		return Mem{}
	}
	m.spec |= scaledIndex
	return m
}

// String gives the operand in the assembler's syntax.
func (m Mem) String() string {
	base := generalName("x", m.base())
	if m.base() == uint8(SP) {
		base = "sp"
	}
	switch m.kind() {
	case memOff:
		if m.off == 0 {
			return "[" + base + "]"
		}
		return fmt.Sprintf("[%s, #%d]", base, m.off)
	case memPre:
		return fmt.Sprintf("[%s, #%d]!", base, m.off)
	case memPost:
		return fmt.Sprintf("[%s], #%d", base, m.off)
	case memPostReg:
		return fmt.Sprintf("[%s], %s", base, generalName("x", m.index().reg()))
	case memExtend:
		if m.spec&scaledIndex != 0 && m.index().amount() == 0 {
			return fmt.Sprintf("[%s, %s, scaled]", base, Extended{m.index()})
		}
		if m.index().kind() == uxtx {
			if m.index().amount() == 0 {
				return fmt.Sprintf("[%s, %s]", base, generalName("x", m.index().reg()))
			}
			return fmt.Sprintf("[%s, %s, lsl #%d]", base, generalName("x", m.index().reg()), m.index().amount())
		}
		return fmt.Sprintf("[%s, %v]", base, Extended{m.index()})
	}
	return "[]"
}

// mem emits an instruction with an operand in memory: f is the one with an offset that is scaled, if there is one, else with
// any, else without.
func (a *Assembler) mem(f form, c field, m Mem, d, rm, ra uint8) {
	n := m.base()
	if n == uint8(SP) {
		n = 31
	} else if n > 30 {
		a.fail(asm.ErrOperands, "%v: the zero register where 31 means sp", m)
	}
	if m.kind() >= memPre {
		a.writeback(f, m, d, ra)
	}
	var bits uint32
	var why string
	switch s := c.scale(); {
	case c.kind() != memAccess:
		bits, why = m.encode(c)
	case m.kind() == memOff && uint64(m.off)>>s < 1<<12 && uint64(m.off)&(1<<s-1) == 0: // most are this one
		a.put(f|form(m.off>>s)<<10, d, n, rm, ra)
		return
	default:
		bits, why = m.access(c)
	}
	switch why {
	case "":
	case noMode:
		a.fail(asm.ErrOperands, "%v: %s", m, why)
	default:
		a.fail(asm.ErrRange, "%v: %s", m, why)
	}
	a.put(f^form(bits), d, n, rm, ra)
}

// writeback checks an address that changes its base.
func (a *Assembler) writeback(f form, m Mem, d, ra uint8) {
	switch {
	case f&baseD != 0 && m.base() == d || f&baseA != 0 && m.base() == ra:
		a.fail(asm.ErrOperands, "%v: the base that changes is another operand, too", m)
	case uint64(reserved)>>(m.base()&63)&1 != 0 && !a.allowReserved:
		a.fail(asm.ErrOperands, "%v: the base that changes is reserved", m)
	}
}

// Bits of the addressing modes: as one differs from the one with an offset that is scaled, or with any.
const (
	unscaled     = 1 << 24
	postIndex    = 1 << 10
	preIndex     = 3 << 10
	byRegister   = 1<<21 | 2<<10
	pairPre      = 1 << 23
	pairPost     = 3 << 23
	authPre      = 1 << 11
	structPost   = 1 << 23
	tagPre       = 1 << 10
	tagPost      = 3 << 10
	noMode       = "not an addressing mode of this instruction"
	scaledAmount = 1 << 12
)

// encode gives the bits in which the instruction differs from one without this operand, or says why there is none.
func (m Mem) encode(c field) (bits uint32, why string) {
	switch c.kind() {
	case memAccess, memPrefetch:
		return m.access(c)
	case memPair:
		switch m.kind() {
		case memPre:
			return m.offset(7, 15, c.scale(), pairPre)
		case memPost:
			return m.offset(7, 15, c.scale(), pairPost)
		}
		fallthrough
	case memPairPlain:
		if m.kind() == memOff {
			return m.offset(7, 15, c.scale(), 0)
		}
	case memTag:
		switch m.kind() {
		case memPre:
			return m.offset(9, 12, c.scale(), tagPre)
		case memPost:
			return m.offset(9, 12, c.scale(), tagPost)
		}
		fallthrough
	case memUnscaled:
		if m.kind() == memOff {
			return m.offset(9, 12, c.scale(), 0)
		}
	case memAuth:
		if m.kind() != memOff && m.kind() != memPre {
			return 0, noMode
		}
		if bits, why = m.offset(10, 12, 3, 0); why == "" { // the sign is apart
			bits = bits&^(1<<21) | bits>>21&1<<22
		}
		if m.kind() == memPre {
			bits |= authPre
		}
		return bits, why
	case memStructure:
		return m.structure(int64(c.most()))
	case memBase:
		if m.kind() == memOff && m.off == 0 {
			return 0, ""
		}
		if m.kind() == memOff {
			return 0, "this instruction has no offset"
		}
	}
	return 0, noMode
}

// offset encodes a signed offset of width bits from bit lo on, in units of 1<<scale bytes.
func (m Mem) offset(width, lo, scale uint, mode uint32) (uint32, string) {
	v := m.off >> scale
	if v<<scale != m.off || v < -1<<(width-1) || v >= 1<<(width-1) {
		limit := 1 << (width - 1 + scale)
		if scale == 0 {
			return 0, fmt.Sprintf("offset is not in %d to %d", -limit, limit-1)
		}
		return 0, fmt.Sprintf("offset is not in %d to %d in steps of %d", -limit, limit-1<<scale, 1<<scale)
	}
	return mode | uint32(v)&(1<<width-1)<<lo, ""
}

// access is the operand of LDR, STR and PRFM. What the scaled offset can't express the one of 9 bits may.
func (m Mem) access(c field) (uint32, string) {
	s := c.scale()
	switch m.kind() {
	case memOff:
		if v := m.off >> s; v<<s == m.off && v >= 0 && v < 1<<12 {
			return uint32(v) << 10, ""
		}
		bits, why := m.offset(9, 12, 0, unscaled)
		if why != "" {
			why = fmt.Sprintf("offset is neither in -256 to 255 nor in 0 to %d in steps of %d", 4095<<s, 1<<s)
		}
		return bits, why
	case memPre, memPost:
		if c.kind() == memPrefetch {
			return 0, noMode
		}
		if m.kind() == memPre {
			return m.offset(9, 12, 0, unscaled|preIndex)
		}
		return m.offset(9, 12, 0, unscaled|postIndex)
	case memExtend:
		r := m.index()
		switch {
		case r.reg() > 31 || r.kind()&2 == 0 || r.wide() != (r.kind()&1 == 1):
			return 0, "no such index"
		case r.amount() != 0 && uint(r.amount()) != s:
			return 0, fmt.Sprintf("shift is not 0 or %d", s)
		}
		bits := uint32(unscaled|byRegister) | uint32(r.reg())<<16 | uint32(r.kind())<<13
		if r.amount() != 0 || m.spec&scaledIndex != 0 {
			bits |= scaledAmount
		}
		return bits, ""
	}
	return 0, noMode
}

// structure is the operand of LD1 to ST4.
func (m Mem) structure(bytes int64) (uint32, string) {
	switch {
	case m.kind() == memOff && m.off == 0:
		return 0, ""
	case m.kind() == memOff:
		return 0, "this instruction has no offset"
	case m.kind() == memPost && m.off == bytes:
		return structPost | 31<<16, ""
	case m.kind() == memPost:
		return 0, fmt.Sprintf("the base can't change but by %d", bytes)
	case m.kind() == memPostReg && m.index().reg() < 31:
		return structPost | uint32(m.index().reg())<<16, ""
	case m.kind() == memPostReg:
		return 0, "no such register to add"
	}
	return 0, noMode
}
