package models

import (
	"fmt"
	"math/big"
	"math/bits"
	"testing"

	"github.com/wxjit/wxjit/asm/amd64"
)

const (
	rax = uint8(amd64.RAX)
	rcx = uint8(amd64.RCX)
	rdx = uint8(amd64.RDX)
)

// wide gives the 2n bits of RDX:RAX, or AX, as an integer; setWide writes n bits of each half.
func (s *state) wide(n int, isSigned bool) *big.Int {
	hi := s.reg(n, rdx)
	if n == 8 {
		hi = s.reg(8, uint8(amd64.AH))
	}
	x := integer(n, hi, isSigned)
	return x.Add(x.Lsh(x, uint(n)), integer(n, s.reg(n, rax), false))
}

func (s *state) setWide(n int, lo, hi uint64) {
	s.setReg(n, rax, lo)
	if n == 8 {
		s.setReg(8, uint8(amd64.AH), hi)
	} else {
		s.setReg(n, rdx, hi)
	}
}

// integer is x of n bits as a number.
func integer(n int, x uint64, isSigned bool) *big.Int {
	if isSigned {
		return big.NewInt(signed(n, x))
	}
	return new(big.Int).SetUint64(x & maskOf(n))
}

// low gives the n bits of x that begin at bit from, as two's complement.
func low(x *big.Int, from, n int) uint64 {
	x = new(big.Int).Rsh(x, uint(from))
	return x.And(x, new(big.Int).SetUint64(maskOf(n))).Uint64()
}

// product writes the 2n bits of x*y. CF and OF tell that n bits are not enough.
func (s *state) product(n int, x, y uint64, isSigned bool) {
	p := new(big.Int).Mul(integer(n, x, isSigned), integer(n, y, isSigned))
	lo := low(p, 0, n)
	s.setWide(n, lo, low(p, n, n))
	s.setFlags(cf|of, set(cf|of, integer(n, lo, isSigned).Cmp(p) != 0))
	s.undef = sf | zf | af | pf
}

func TestMultiply(t *testing.T) {
	count(t)
	var p picker
	for _, m := range []struct {
		name     string
		isSigned bool
		r        four[oneReg]
		m        four[oneMem]
	}{
		{"MUL", false, rs((*as).MULr8, (*as).MULr16, (*as).MULr32, (*as).MULr64), four[oneMem]{(*as).MULm8, (*as).MULm16, (*as).MULm32, (*as).MULm64}},
		{"IMUL", true, rs((*as).IMULr8, (*as).IMULr16, (*as).IMULr32, (*as).IMULr64), four[oneMem]{(*as).IMULm8, (*as).IMULm16, (*as).IMULm32, (*as).IMULm64}},
	} {
		for w, n := range widths {
			for range 4 {
				src := p.one(n, true)
				check(t, test{fmt.Sprintf("%s%d %d", m.name, n, src), 0, func(a *assembler) { m.r[w](a, src) }, func(s *state) {
					s.product(n, s.reg(n, rax), s.reg(n, src), m.isSigned)
				}}, pairs(n, func(s *state, x, y uint64) { s.setReg(n, rax, x); s.setReg(n, src, y) })...)
			}
			at := p.place(rax, rdx)
			check(t, test{fmt.Sprintf("%s%d %v", m.name, n, at.mem()), 0, func(a *assembler) { m.m[w](a, at.mem()) }, func(s *state) {
				s.product(n, s.reg(n, rax), s.at(n, at.off), m.isSigned)
			}}, pairs(n, func(s *state, x, y uint64) { at.point(s); s.setReg(n, rax, x); s.setAt(n, at.off, y) })...)
		}
	}
}

// truncated is the product in n bits.
func (s *state) truncated(n int, x, y uint64) (lo uint64) {
	p := new(big.Int).Mul(integer(n, x, true), integer(n, y, true))
	lo = low(p, 0, n)
	s.setFlags(cf|of, set(cf|of, integer(n, lo, true).Cmp(p) != 0))
	s.undef = sf | zf | af | pf
	return lo
}

func TestMultiplyTruncated(t *testing.T) {
	count(t)
	var p picker
	rrs := four[regReg]{nil, rr((*as).IMULrr16), rr((*as).IMULrr32), rr((*as).IMULrr64)}
	rms := four[regMem]{nil, rm((*as).IMULrm16), rm((*as).IMULrm32), rm((*as).IMULrm64)}
	rris := four[func(*assembler, uint8, uint8, int32)]{
		nil,
		func(a *assembler, d, s uint8, i int32) { a.IMULrri16(amd64.Reg16(d), amd64.Reg16(s), int16(i)) },
		func(a *assembler, d, s uint8, i int32) { a.IMULrri32(amd64.Reg32(d), amd64.Reg32(s), i) },
		func(a *assembler, d, s uint8, i int32) { a.IMULrri64(amd64.Reg64(d), amd64.Reg64(s), i) },
	}
	rmis := four[func(*assembler, uint8, amd64.Mem, int32)]{
		nil,
		func(a *assembler, d uint8, m amd64.Mem, i int32) { a.IMULrmi16(amd64.Reg16(d), m, int16(i)) },
		func(a *assembler, d uint8, m amd64.Mem, i int32) { a.IMULrmi32(amd64.Reg32(d), m, i) },
		func(a *assembler, d uint8, m amd64.Mem, i int32) { a.IMULrmi64(amd64.Reg64(d), m, i) },
	}
	for w, n := range widths[1:] {
		w++
		for range 4 {
			dst, src := p.two(n)
			at := p.place(dst)
			check(t, test{fmt.Sprintf("IMUL%d %d, %d", n, dst, src), 0, func(a *assembler) { rrs[w](a, dst, src) }, func(s *state) {
				s.setReg(n, dst, s.truncated(n, s.reg(n, dst), s.reg(n, src)))
			}}, pairs(n, func(s *state, x, y uint64) { s.setReg(n, dst, x); s.setReg(n, src, y) })...)
			check(t, test{fmt.Sprintf("IMUL%d %d, %v", n, dst, at.mem()), 0, func(a *assembler) { rms[w](a, dst, at.mem()) }, func(s *state) {
				s.setReg(n, dst, s.truncated(n, s.reg(n, dst), s.at(n, at.off)))
			}}, pairs(n, func(s *state, x, y uint64) { at.point(s); s.setReg(n, dst, x); s.setAt(n, at.off, y) })...)
		}
		for _, imm := range []int32{0, 1, -1, 127, -128, 128, 0x7fff, -0x8000, 0x12345678, -0x80000000} {
			if int64(imm) != signed(min(n, 32), uint64(imm)) {
				continue
			}
			dst, src := p.two(n)
			at := p.place()
			check(t, test{fmt.Sprintf("IMUL%d %d, %d, %d", n, dst, src, imm), 0, func(a *assembler) { rris[w](a, dst, src, imm) }, func(s *state) {
				s.setReg(n, dst, s.truncated(n, s.reg(n, src), uint64(imm)))
			}}, each(n, func(s *state, x uint64) { s.setReg(n, src, x) })...)
			check(t, test{fmt.Sprintf("IMUL%d %d, %v, %d", n, dst, at.mem(), imm), 0, func(a *assembler) { rmis[w](a, dst, at.mem(), imm) }, func(s *state) {
				s.setReg(n, dst, s.truncated(n, s.at(n, at.off), uint64(imm)))
			}}, each(n, func(s *state, x uint64) { at.point(s); s.setAt(n, at.off, x) })...)
		}
	}
}

// divide writes quotient and remainder of the wide number by y. The inputs are such that n bits are enough.
func (s *state) divide(n int, y uint64, isSigned bool) {
	q, r := new(big.Int).QuoRem(s.wide(n, isSigned), integer(n, y, isSigned), new(big.Int))
	s.setWide(n, low(q, 0, n), low(r, 0, n))
	s.undef = six
}

// dividends makes inputs of quotients and divisors, where the remainder is as large as it can be or 0.
func dividends(n int, isSigned bool, put func(s *state, y uint64)) []func(*state) {
	all := pairs(n, func(*state, uint64, uint64) {})[:0]
	for _, x := range edges(n) {
		for _, y := range edges(n) {
			if y == 0 {
				continue
			}
			q, d := integer(n, x, isSigned), integer(n, y, isSigned)
			exact := new(big.Int).Mul(q, d)
			rest := new(big.Int).Sub(new(big.Int).Abs(d), big.NewInt(1))
			if exact.Sign() < 0 {
				rest.Neg(rest)
			}
			for _, dividend := range []*big.Int{exact, rest.Add(rest, exact)} {
				all = append(all, func(s *state) {
					s.setWide(n, low(dividend, 0, n), low(dividend, n, n))
					put(s, y)
				})
			}
		}
	}
	return all
}

func TestDivide(t *testing.T) {
	count(t)
	var p picker
	for _, m := range []struct {
		name     string
		isSigned bool
		r        four[oneReg]
		m        four[oneMem]
	}{
		{"DIV", false, rs((*as).DIVr8, (*as).DIVr16, (*as).DIVr32, (*as).DIVr64), four[oneMem]{(*as).DIVm8, (*as).DIVm16, (*as).DIVm32, (*as).DIVm64}},
		{"IDIV", true, rs((*as).IDIVr8, (*as).IDIVr16, (*as).IDIVr32, (*as).IDIVr64), four[oneMem]{(*as).IDIVm8, (*as).IDIVm16, (*as).IDIVm32, (*as).IDIVm64}},
	} {
		for w, n := range widths {
			for range 4 {
				src := p.one(n, true, rax, rdx)
				check(t, test{fmt.Sprintf("%s%d %d", m.name, n, src), 0, func(a *assembler) { m.r[w](a, src) }, func(s *state) {
					s.divide(n, s.reg(n, src), m.isSigned)
				}}, dividends(n, m.isSigned, func(s *state, y uint64) { s.setReg(n, src, y) })...)
			}
			at := p.place(rax, rdx)
			check(t, test{fmt.Sprintf("%s%d %v", m.name, n, at.mem()), 0, func(a *assembler) { m.m[w](a, at.mem()) }, func(s *state) {
				s.divide(n, s.at(n, at.off), m.isSigned)
			}}, dividends(n, m.isSigned, func(s *state, y uint64) { at.point(s); s.setAt(n, at.off, y) })...)
		}
	}
}

// TestCarryChains has what multiplies and adds without touching the other's flags.
func TestCarryChains(t *testing.T) {
	count(t)
	var p picker
	hi, lo, src := p.one(64, false, rdx), p.one(64, false, rdx), p.one(64, false, rdx)
	for _, n := range widths[2:] {
		check(t, test{fmt.Sprintf("MULX%d", n), amd64.BMI2, func(a *assembler) {
			if n == 32 {
				a.MULXrrr32(amd64.Reg32(hi), amd64.Reg32(lo), amd64.Reg32(src))
			} else {
				a.MULXrrr64(amd64.Reg64(hi), amd64.Reg64(lo), amd64.Reg64(src))
			}
		}, func(s *state) {
			h, l := bits.Mul64(s.reg(n, rdx), s.reg(n, src))
			if n == 32 {
				h = l >> 32
			}
			s.setReg(n, lo, l)
			s.setReg(n, hi, h)
		}}, pairs(n, func(s *state, x, y uint64) { s.setReg(n, rdx, x); s.setReg(n, src, y) })...)
		for _, f := range []struct {
			name string
			flag uint64
			rr   regReg
			rm   regMem
		}{
			{"ADCX32", cf, rr((*as).ADCXrr32), rm((*as).ADCXrm32)},
			{"ADOX32", of, rr((*as).ADOXrr32), rm((*as).ADOXrm32)},
			{"ADCX64", cf, rr((*as).ADCXrr64), rm((*as).ADCXrm64)},
			{"ADOX64", of, rr((*as).ADOXrr64), rm((*as).ADOXrm64)},
		}[n/64*2:][:2] {
			dst, src := p.two(n)
			at := p.place(dst)
			add := func(s *state, y uint64) {
				r, flags := addition(n, s.reg(n, dst), y, s.flags&f.flag/f.flag)
				s.setReg(n, dst, r)
				s.setFlags(f.flag, flags&cf*f.flag)
			}
			check(t, test{f.name, amd64.ADX, func(a *assembler) { f.rr(a, dst, src) }, func(s *state) { add(s, s.reg(n, src)) }}, pairs(n, func(s *state, x, y uint64) {
				s.setReg(n, dst, x)
				s.setReg(n, src, y)
			})...)
			check(t, test{f.name + " memory", amd64.ADX, func(a *assembler) { f.rm(a, dst, at.mem()) }, func(s *state) { add(s, s.at(n, at.off)) }}, pairs(n, func(s *state, x, y uint64) {
				at.point(s)
				s.setReg(n, dst, x)
				s.setAt(n, at.off, y)
			})...)
		}
	}
}
