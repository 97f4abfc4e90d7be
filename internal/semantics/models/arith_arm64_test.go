package models

import (
	"fmt"
	"math/bits"
	"testing"

	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm/arm64"
)

// widths are those of general registers in bits.
var widths = [2]int{32, 64}

// resultFlags are N and Z of a result of n bits.
func resultFlags(n int, r uint64) uint64 { return set(nf, r>>(n-1)&1 != 0) | set(zf, r&maskOf(n) == 0) }

// withCarry is x+y+carry in n bits, and the flags: Arm ARM DDI 0487, AddWithCarry.
func withCarry(n int, x, y, carry uint64) (r, flags uint64) {
	r, out := bits.Add64(x, y, carry)
	if n < 64 {
		out = r >> n & 1
		r &= maskOf(n)
	}
	return r, resultFlags(n, r) | set(cf, out != 0) | set(vf, (x^r)&(y^r)>>(n-1)&1 != 0)
}

// binary is an operation on two numbers of n bits; c is the carry.
type binaryOp struct {
	op, flagOp, alias arm64asm.Op // the second sets flags, the third too, and has no result; 0 where there is none
	isLogic           bool
	model             func(n int, x, y, c uint64) (r, flags uint64)
}

func logical(f func(x, y uint64) uint64) func(n int, x, y, c uint64) (r, flags uint64) {
	return func(n int, x, y, _ uint64) (uint64, uint64) {
		r := f(x, y) & maskOf(n)
		return r, resultFlags(n, r)
	}
}

var binaries = []binaryOp{
	{arm64asm.ADD, arm64asm.ADDS, arm64asm.CMN, false, func(n int, x, y, _ uint64) (uint64, uint64) { return withCarry(n, x, y, 0) }},
	{arm64asm.SUB, arm64asm.SUBS, arm64asm.CMP, false, func(n int, x, y, _ uint64) (uint64, uint64) { return withCarry(n, x, ^y&maskOf(n), 1) }},
	{arm64asm.AND, arm64asm.ANDS, arm64asm.TST, true, logical(func(x, y uint64) uint64 { return x & y })},
	{arm64asm.BIC, arm64asm.BICS, 0, true, logical(func(x, y uint64) uint64 { return x &^ y })},
	{arm64asm.ORR, 0, 0, true, logical(func(x, y uint64) uint64 { return x | y })},
	{arm64asm.ORN, 0, 0, true, logical(func(x, y uint64) uint64 { return x | ^y })},
	{arm64asm.EOR, 0, 0, true, logical(func(x, y uint64) uint64 { return x ^ y })},
	{arm64asm.EON, 0, 0, true, logical(func(x, y uint64) uint64 { return x ^ ^y })},
}

// run checks the three operations with the last operand given, whose value y gives.
func (b *binaryOp) run(t *testing.T, n int, dst, src uint8, last arm64.Arg, y func(s *state) uint64, inputs []func(*state)) {
	t.Helper()
	name := fmt.Sprintf("%v %v, %v, %v", b.op, general(n, dst), general(n, src), last)
	check(t, test{name, 0, emit(b.op, general(n, dst), general(n, src), last), func(s *state) {
		r, _ := b.model(n, s.reg(n, src), y(s), 0)
		s.setReg(n, dst, r)
	}}, inputs...)
	if b.flagOp != 0 {
		check(t, test{"S of " + name, 0, emit(b.flagOp, general(n, dst), general(n, src), last), func(s *state) {
			r, flags := b.model(n, s.reg(n, src), y(s), 0)
			s.setReg(n, dst, r)
			s.flags = flags
		}}, inputs...)
	}
	if b.alias != 0 {
		check(t, test{b.alias.String() + " for " + name, 0, emit(b.alias, general(n, src), last), func(s *state) {
			_, s.flags = b.model(n, s.reg(n, src), y(s), 0)
		}}, inputs...)
	}
}

// shift is a shift of n bits: Arm ARM DDI 0487, ShiftReg.
func shift(n, kind int, x uint64, by uint) uint64 {
	x &= maskOf(n)
	switch kind {
	case 0:
		x <<= by
	case 1:
		x >>= by
	case 2:
		x = uint64(signed(n, x) >> by)
	default:
		x = x>>by | x<<(uint(n)-by)
	}
	return x & maskOf(n)
}

// shifted is a register with a shift.
func shifted(n, kind int, r uint8, by int) arm64.Arg {
	x, w := arm64.X(r), arm64.W(r)
	if n == 64 {
		return [4]arm64.Arg{x.LSL(by), x.LSR(by), x.ASR(by), x.ROR(by)}[kind]
	}
	return [4]arm64.Arg{w.LSL(by), w.LSR(by), w.ASR(by), w.ROR(by)}[kind]
}

// extended is a register with an extension, the numbers of which are those of the encoding.
func extended(kind int, r uint8, by int) arm64.Extended {
	x, w := arm64.X(r), arm64.W(r)
	return [8]arm64.Extended{
		w.UXTB(by), w.UXTH(by), w.UXTW(by), x.UXTX(by), w.SXTB(by), w.SXTH(by), w.SXTW(by), x.SXTX(by),
	}[kind]
}

// extend is what such an operand is worth: Arm ARM DDI 0487, ExtendReg.
func extend(n, kind int, x uint64, by int) uint64 {
	from := 8 << (kind & 3)
	if kind < 4 {
		return x & maskOf(from) << by & maskOf(n)
	}
	return uint64(signed(from, x)) << by & maskOf(n)
}

func TestArithmetic(t *testing.T) {
	for _, b := range binaries {
		t.Run(b.op.String(), func(t *testing.T) {
			count(t)
			for _, n := range widths {
				b.registers(t, n)
				b.immediates(t, n)
				if !b.isLogic {
					b.extensions(t, n)
				}
			}
		})
	}
}

func (b *binaryOp) registers(t *testing.T, n int) {
	for i := range 4 {
		dst, src1, src2 := one(), one(), one()
		switch i {
		case 1:
			dst = src1
		case 2:
			dst, src2 = 31, src1
		}
		inputs := pairs(n, func(s *state, x, y uint64) { s.put(n, src1, x); s.put(n, src2, y) })
		if i > 0 {
			inputs = first(40, inputs)
		}
		b.run(t, n, dst, src1, general(n, src2), func(s *state) uint64 { return s.reg(n, src2) }, inputs)
	}
	for kind := range 4 {
		if kind == 3 && !b.isLogic {
			continue // only logical operations rotate
		}
		for _, by := range []int{0, 1, n/2 + 3, n - 1} {
			dst, src1, src2 := one(), one(), one()
			inputs := first(25, pairs(n, func(s *state, x, y uint64) { s.put(n, src1, x); s.put(n, src2, y) }))
			b.run(t, n, dst, src1, shifted(n, kind, src2, by), func(s *state) uint64 { return shift(n, kind, s.reg(n, src2), uint(by)) }, inputs)
		}
	}
}

func (b *binaryOp) extensions(t *testing.T, n int) {
	for kind := range 8 {
		if n == 32 && kind&3 == 3 {
			continue
		}
		for by := range 5 {
			dst, src1, src2 := one(), one(), one()
			inputs := first(20, pairs(n, func(s *state, x, y uint64) { s.put(n, src1, x); s.put(n, src2, y) }))
			b.run(t, n, dst, src1, extended(kind, src2, by), func(s *state) uint64 { return extend(n, kind, s.gpr[src2], by) }, inputs)
		}
	}
}

func (b *binaryOp) immediates(t *testing.T, n int) {
	values := []uint64{0, 1, 0xfff, 0x1000, 0x7ff000, 0xfff000}
	if b.isLogic {
		if b.op == arm64asm.BIC || b.op == arm64asm.ORN || b.op == arm64asm.EON {
			return // they have none
		}
		values = []uint64{1, 0xff, 0x5555555555555555, 0xf0f0f0f0f0f0f0f0, 0x7ffe7ffe7ffe7ffe, 0xffffffff80000000, 0xfffffffffffffffe}
	}
	for _, v := range values {
		v &= maskOf(n)
		dst, src := one(), one()
		b.run(t, n, dst, src, arm64.Imm(v), func(*state) uint64 { return v }, each(n, func(s *state, x uint64) { s.put(n, src, x) }))
	}
}

// TestCarry is addition and subtraction with the carry, and negation.
func TestCarry(t *testing.T) {
	count(t)
	for _, c := range []struct {
		op       arm64asm.Op
		unary    bool
		sets     bool
		subtract bool
		carry    bool
	}{
		{arm64asm.ADC, false, false, false, true},
		{arm64asm.ADCS, false, true, false, true},
		{arm64asm.SBC, false, false, true, true},
		{arm64asm.SBCS, false, true, true, true},
		{arm64asm.NGC, true, false, true, true},
		{arm64asm.NGCS, true, true, true, true},
		{arm64asm.NEG, true, false, true, false},
		{arm64asm.NEGS, true, true, true, false},
	} {
		for _, n := range widths {
			dst, src1, src2 := one(), one(), one()
			args := []arm64.Arg{general(n, dst), general(n, src1), general(n, src2)}
			if c.unary {
				src1 = 31
				args = append(args[:1], args[2])
			}
			check(t, test{c.op.String(), 0, emit(c.op, args...), func(s *state) {
				carry, y := s.flags/cf&1, s.reg(n, src2)
				if c.subtract {
					y = ^y & maskOf(n)
				}
				if !c.carry {
					carry = 1
				}
				r, flags := withCarry(n, s.reg(n, src1), y, carry)
				s.setReg(n, dst, r)
				if c.sets {
					s.flags = flags
				}
			}}, pairs(n, func(s *state, x, y uint64) { s.put(n, src1, x); s.put(n, src2, y) })...)
		}
	}
}

// TestStackPointer does arithmetic with SP, of which only differences are known.
func TestStackPointer(t *testing.T) {
	count(t)
	check(t, test{"SP", 0, func(a *assembler) {
		a.MOVxp(arm64.X1, arm64.SP)
		a.SUBppi(arm64.SP, arm64.SP, 0x1000)
		a.ADDxpi(arm64.X2, arm64.SP, 16)
		a.ADDxpe(arm64.X3, arm64.SP, arm64.W4.UXTB(2))
		a.ADDppe(arm64.SP, arm64.SP, arm64.X5.UXTX(4))
		a.SUBxxx(arm64.X2, arm64.X1, arm64.X2)
		a.SUBxxx(arm64.X3, arm64.X1, arm64.X3)
		a.CMPpe(arm64.SP, arm64.X1.UXTX(0))
		a.MOVxi(arm64.X1, 0)
	}, func(s *state) {
		s.gpr[1], s.gpr[2], s.gpr[3] = 0, 0x1000-16, 0x1000-s.gpr[4]&0xff<<2
		s.flags = zf | cf
	}}, func(s *state) { s.gpr[5] = 0x100 })
}
