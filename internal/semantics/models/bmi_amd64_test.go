package models

import (
	"fmt"
	"math/bits"
	"testing"

	"github.com/wxjit/wxjit/asm/amd64"
)

// ternary is an instruction of a destination and two sources, of which one can be in memory.
type ternary struct {
	name  string
	n     int
	needs amd64.Features
	// model gives the result of the first and the second source, the flags it sets by mask, and those that are undefined.
	model func(n int, x, y uint64) (r, mask, flags, undef uint64)
	rrr   func(a *assembler, dst, x, y uint8)
	rmr   func(a *assembler, dst uint8, x amd64.Mem, y uint8) // nil unless the first can be in memory
	rrm   func(a *assembler, dst, x uint8, y amd64.Mem)
}

func rrr[R ~uint8](f func(*assembler, R, R, R)) func(*assembler, uint8, uint8, uint8) {
	return func(a *assembler, dst, x, y uint8) { f(a, R(dst), R(x), R(y)) }
}

func rmr[R ~uint8](f func(*assembler, R, amd64.Mem, R)) func(*assembler, uint8, amd64.Mem, uint8) {
	return func(a *assembler, dst uint8, x amd64.Mem, y uint8) { f(a, R(dst), x, R(y)) }
}

func rrm[R ~uint8](f func(*assembler, R, R, amd64.Mem)) func(*assembler, uint8, uint8, amd64.Mem) {
	return func(a *assembler, dst, x uint8, y amd64.Mem) { f(a, R(dst), R(x), y) }
}

func modelANDN(n int, x, y uint64) (r, mask, flags, undef uint64) {
	return ^x & y, six, resultFlags(n, ^x&y), af | pf
}

func modelBEXTR(n int, x, y uint64) (r, mask, flags, undef uint64) {
	start, length := y&255, y>>8&255
	for i := range length {
		if i+start < uint64(n) && i < uint64(n) {
			r |= x >> (i + start) & 1 << i
		}
	}
	return r, six, set(zf, r == 0), sf | af | pf
}

func modelBZHI(n int, x, y uint64) (r, mask, flags, undef uint64) {
	i := y & 255
	if i < uint64(n) {
		x &= 1<<i - 1
	}
	return x, six, resultFlags(n, x) | set(cf, i >= uint64(n)), af | pf
}

func modelPDEP(n int, x, y uint64) (r, mask, flags, undef uint64) {
	for i := range n {
		if y>>i&1 != 0 {
			r |= x & 1 << i
			x >>= 1
		}
	}
	return r, 0, 0, 0
}

func modelPEXT(n int, x, y uint64) (r, mask, flags, undef uint64) {
	k := 0
	for i := range n {
		if y>>i&1 != 0 {
			r |= x >> i & 1 << k
			k++
		}
	}
	return r, 0, 0, 0
}

func modelSHLX(n int, x, y uint64) (r, mask, flags, undef uint64) {
	return x << (y & uint64(n-1)), 0, 0, 0
}

func modelSHRX(n int, x, y uint64) (r, mask, flags, undef uint64) {
	return x >> (y & uint64(n-1)), 0, 0, 0
}

func modelSARX(n int, x, y uint64) (r, mask, flags, undef uint64) {
	return uint64(signed(n, x) >> (y & uint64(n-1))), 0, 0, 0
}

var ternaries = []ternary{
	{"ANDN", 32, amd64.BMI1, modelANDN, rrr((*as).ANDNrrr32), nil, rrm((*as).ANDNrrm32)},
	{"ANDN", 64, amd64.BMI1, modelANDN, rrr((*as).ANDNrrr64), nil, rrm((*as).ANDNrrm64)},
	{"BEXTR", 32, amd64.BMI1, modelBEXTR, rrr((*as).BEXTRrrr32), rmr((*as).BEXTRrmr32), nil},
	{"BEXTR", 64, amd64.BMI1, modelBEXTR, rrr((*as).BEXTRrrr64), rmr((*as).BEXTRrmr64), nil},
	{"BZHI", 32, amd64.BMI2, modelBZHI, rrr((*as).BZHIrrr32), rmr((*as).BZHIrmr32), nil},
	{"BZHI", 64, amd64.BMI2, modelBZHI, rrr((*as).BZHIrrr64), rmr((*as).BZHIrmr64), nil},
	{"PDEP", 32, amd64.BMI2, modelPDEP, rrr((*as).PDEPrrr32), nil, rrm((*as).PDEPrrm32)},
	{"PDEP", 64, amd64.BMI2, modelPDEP, rrr((*as).PDEPrrr64), nil, rrm((*as).PDEPrrm64)},
	{"PEXT", 32, amd64.BMI2, modelPEXT, rrr((*as).PEXTrrr32), nil, rrm((*as).PEXTrrm32)},
	{"PEXT", 64, amd64.BMI2, modelPEXT, rrr((*as).PEXTrrr64), nil, rrm((*as).PEXTrrm64)},
	{"SHLX", 32, amd64.BMI2, modelSHLX, rrr((*as).SHLXrrr32), rmr((*as).SHLXrmr32), nil},
	{"SHLX", 64, amd64.BMI2, modelSHLX, rrr((*as).SHLXrrr64), rmr((*as).SHLXrmr64), nil},
	{"SHRX", 32, amd64.BMI2, modelSHRX, rrr((*as).SHRXrrr32), rmr((*as).SHRXrmr32), nil},
	{"SHRX", 64, amd64.BMI2, modelSHRX, rrr((*as).SHRXrrr64), rmr((*as).SHRXrmr64), nil},
	{"SARX", 32, amd64.BMI2, modelSARX, rrr((*as).SARXrrr32), rmr((*as).SARXrmr32), nil},
	{"SARX", 64, amd64.BMI2, modelSARX, rrr((*as).SARXrrr64), rmr((*as).SARXrmr64), nil},
}

func TestBMI(t *testing.T) {
	count(t)
	var p picker
	for _, c := range ternaries {
		do := func(s *state, dst uint8, x, y uint64) {
			r, mask, flags, undef := c.model(c.n, x, y)
			s.setFlags(mask, flags)
			s.undef = undef
			s.setReg(c.n, dst, r)
		}
		n := c.n
		dst := p.one(n, false)
		x, y := p.two(n)
		at := p.place(x, y)
		check(t, test{fmt.Sprintf("%s%d %d, %d, %d", c.name, n, dst, x, y), c.needs, func(a *assembler) { c.rrr(a, dst, x, y) }, func(s *state) {
			do(s, dst, s.reg(n, x), s.reg(n, y))
		}}, pairs(n, func(s *state, u, v uint64) { s.setReg(n, x, u); s.setReg(n, y, v) })...)
		if c.rmr != nil {
			check(t, test{fmt.Sprintf("%s%d %d, %v, %d", c.name, n, dst, at.mem(), y), c.needs, func(a *assembler) { c.rmr(a, dst, at.mem(), y) }, func(s *state) {
				do(s, dst, s.at(n, at.off), s.reg(n, y))
			}}, pairs(n, func(s *state, u, v uint64) { at.point(s); s.setAt(n, at.off, u); s.setReg(n, y, v) })...)
			continue
		}
		check(t, test{fmt.Sprintf("%s%d %d, %d, %v", c.name, n, dst, x, at.mem()), c.needs, func(a *assembler) { c.rrm(a, dst, x, at.mem()) }, func(s *state) {
			do(s, dst, s.reg(n, x), s.at(n, at.off))
		}}, pairs(n, func(s *state, u, v uint64) { at.point(s); s.setReg(n, x, u); s.setAt(n, at.off, v) })...)
	}
	for i := range uint8(64) {
		dst, src := p.two(64)
		check(t, test{"RORX64", amd64.BMI2, func(a *assembler) { a.RORXrri64(amd64.Reg64(dst), amd64.Reg64(src), i) }, func(s *state) {
			s.gpr[dst] = bits.RotateLeft64(s.gpr[src], -int(i))
		}}, func(*state) {})
		check(t, test{"RORX32", amd64.BMI2, func(a *assembler) { a.RORXrri32(amd64.Reg32(dst), amd64.Reg32(src), i%32) }, func(s *state) {
			s.gpr[dst] = uint64(bits.RotateLeft32(uint32(s.gpr[src]), -int(i%32)))
		}}, func(*state) {})
	}
}
