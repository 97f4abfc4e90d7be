package arm64

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/internal/core"
)

// form is an instruction with all its operands zero, as the row of Arm ARM DDI 0487, "A64 Instruction Set Encoding", has
// it, and what is to be checked. It is a constant in the method of its instruction and in the table behind Emit. Registers
// go to four places:
//
//	63    56       41     32 31        20  16 15 14   10 9    5 4    0
//	+------+--------+-------+------------+------+-+------+------+------+
//	| need |        | check |            |  M   | |  A   |  N   |  D   |
//	+------+--------+-------+------------+------+-+------+------+------+
//
// need is the number of a set of extensions.
type form uint64

// What is to be checked.
const (
	dstD     form = 1 << 32 << iota // a general register that is written
	dstA                            // likewise
	dstM                            // likewise
	dstN                            // likewise
	baseD                           // a general register that is not the base of an address that changes
	baseA                           // likewise
	distinct                        // D and A are not the same
	status                          // M is none of D, A and the base
	apartN                          // no two of D, N and M are the same, and neither D nor N is 31
	apartM                          // M is not 31 either

	needShift = 56

	seldom = dstA | dstM | dstN | distinct | status | apartN | apartM
)

// put emits an instruction with its registers, 0 where it has none. It is with and word in one.
func (a *Assembler) put(f form, d, n, m, ra uint8) {
	if d|n|m|ra > 31 || f&(seldom|a.limited) != 0 || f&dstD != 0 && reserved>>(d&31)&1 != 0 {
		a.check(f, d, n, m, ra)
	}
	if cap(a.s.Buf)-len(a.s.Buf) < core.MaxInst {
		a.room()
	}
	at := len(a.s.Buf)
	a.s.Buf = a.s.Buf[:at+4]
	binary.LittleEndian.PutUint32(a.s.Buf[at:], uint32(f)|uint32(m)<<16|uint32(ra)<<10|uint32(n)<<5|uint32(d))
}

// with checks the registers and adds them.
func (a *Assembler) with(f form, d, n, m, ra uint8) form {
	a.check(f, d, n, m, ra)
	return f&math.MaxUint32 | form(m)<<16 | form(ra)<<10 | form(n)<<5 | form(d)
}

// reserved are X18, which is the platform's, and X28, which holds g.
const reserved = 1<<18 | 1<<28

// check reports what is wrong with the registers of a form, or that the CPU may not have it.
func (a *Assembler) check(f form, d, n, m, ra uint8) {
	var written uint64
	if f&dstD != 0 {
		written = 1 << (d & 63)
	}
	if f&dstA != 0 {
		written |= 1 << (ra & 63)
	}
	if f&dstM != 0 {
		written |= 1 << (m & 63)
	}
	if f&dstN != 0 {
		written |= 1 << (n & 63)
	}
	switch {
	case d|n|m|ra > 31:
		a.fail(asm.ErrOperands, "no such register")
	case written&reserved != 0 && !a.allowReserved:
		a.fail(asm.ErrOperands, "x%d is reserved and can't be a destination", bits.TrailingZeros64(written&reserved))
	case f&distinct != 0 && d == ra:
		a.fail(asm.ErrOperands, "both registers of a pair are the same")
	case f&status != 0 && (m == d || m == ra && f>>10&31 == 0 || m == n && m != 31):
		a.fail(asm.ErrOperands, "the status goes to a register that is another operand")
	case f&apartN != 0 && (d == n || d == m || n == m || d == 31 || n == 31) || f&apartM != 0 && m == 31:
		a.fail(asm.ErrOperands, "the registers must be different ones, and not xzr")
	case f&a.limited != 0:
		if names := a.missing(a, f); names != "" {
			a.fail(asm.ErrFeature, "needs %s", names)
		}
	}
}

// notZR gives the number of a general register where 31 means the stack pointer.
func (a *Assembler) notZR(r uint8) uint8 {
	if r >= 31 {
		a.fail(asm.ErrOperands, "the zero register where 31 means sp")
		return 0
	}
	return r
}

// sp gives the number of the stack pointer.
func (a *Assembler) sp(p uint8) uint8 {
	if p != uint8(SP) {
		a.fail(asm.ErrOperands, "not the stack pointer")
	}
	return 31
}

// even gives the number of the first register of a pair that begins with an even one.
func (a *Assembler) even(r uint8) uint8 {
	if r&1 != 0 {
		a.fail(asm.ErrOperands, "a pair that begins with an odd register")
	}
	return r
}

// next checks the second register of a pair.
func (a *Assembler) next(first, second uint8) {
	if second != first+1 {
		a.fail(asm.ErrOperands, "the second register of a pair does not follow the first")
	}
}
