package models

import (
	"fmt"
	"math"
	"testing"

	"github.com/wxjit/wxjit/asm/amd64"
)

// operation is one of two operands of one width.
type operation struct {
	name string
	// model gives the result and the flags, of which those in undef are not defined; carry is CF before.
	model func(n int, x, y, carry uint64) (r, flags, undef uint64)
	keeps bool // only the flags change
	rr    four[regReg]
	mr    four[memReg]
	rm    four[regMem]
	ri    four[regImm]
	mi    four[memImm]
}

type as = assembler

var binaries = []operation{
	{
		"ADD", func(n int, x, y, _ uint64) (uint64, uint64, uint64) { r, f := addition(n, x, y, 0); return r, f, 0 }, false,
		rrs((*as).ADDrr8, (*as).ADDrr16, (*as).ADDrr32, (*as).ADDrr64), mrs((*as).ADDmr8, (*as).ADDmr16, (*as).ADDmr32, (*as).ADDmr64),
		rms((*as).ADDrm8, (*as).ADDrm16, (*as).ADDrm32, (*as).ADDrm64), ris((*as).ADDri8, (*as).ADDri16, (*as).ADDri32, (*as).ADDri64),
		mis((*as).ADDmi8, (*as).ADDmi16, (*as).ADDmi32, (*as).ADDmi64),
	},
	{
		"ADC", func(n int, x, y, c uint64) (uint64, uint64, uint64) { r, f := addition(n, x, y, c); return r, f, 0 }, false,
		rrs((*as).ADCrr8, (*as).ADCrr16, (*as).ADCrr32, (*as).ADCrr64), mrs((*as).ADCmr8, (*as).ADCmr16, (*as).ADCmr32, (*as).ADCmr64),
		rms((*as).ADCrm8, (*as).ADCrm16, (*as).ADCrm32, (*as).ADCrm64), ris((*as).ADCri8, (*as).ADCri16, (*as).ADCri32, (*as).ADCri64),
		mis((*as).ADCmi8, (*as).ADCmi16, (*as).ADCmi32, (*as).ADCmi64),
	},
	{
		"SUB", func(n int, x, y, _ uint64) (uint64, uint64, uint64) { r, f := subtraction(n, x, y, 0); return r, f, 0 }, false,
		rrs((*as).SUBrr8, (*as).SUBrr16, (*as).SUBrr32, (*as).SUBrr64), mrs((*as).SUBmr8, (*as).SUBmr16, (*as).SUBmr32, (*as).SUBmr64),
		rms((*as).SUBrm8, (*as).SUBrm16, (*as).SUBrm32, (*as).SUBrm64), ris((*as).SUBri8, (*as).SUBri16, (*as).SUBri32, (*as).SUBri64),
		mis((*as).SUBmi8, (*as).SUBmi16, (*as).SUBmi32, (*as).SUBmi64),
	},
	{
		"SBB", func(n int, x, y, c uint64) (uint64, uint64, uint64) { r, f := subtraction(n, x, y, c); return r, f, 0 }, false,
		rrs((*as).SBBrr8, (*as).SBBrr16, (*as).SBBrr32, (*as).SBBrr64), mrs((*as).SBBmr8, (*as).SBBmr16, (*as).SBBmr32, (*as).SBBmr64),
		rms((*as).SBBrm8, (*as).SBBrm16, (*as).SBBrm32, (*as).SBBrm64), ris((*as).SBBri8, (*as).SBBri16, (*as).SBBri32, (*as).SBBri64),
		mis((*as).SBBmi8, (*as).SBBmi16, (*as).SBBmi32, (*as).SBBmi64),
	},
	{
		"CMP", func(n int, x, y, _ uint64) (uint64, uint64, uint64) { r, f := subtraction(n, x, y, 0); return r, f, 0 }, true,
		rrs((*as).CMPrr8, (*as).CMPrr16, (*as).CMPrr32, (*as).CMPrr64), mrs((*as).CMPmr8, (*as).CMPmr16, (*as).CMPmr32, (*as).CMPmr64),
		rms((*as).CMPrm8, (*as).CMPrm16, (*as).CMPrm32, (*as).CMPrm64), ris((*as).CMPri8, (*as).CMPri16, (*as).CMPri32, (*as).CMPri64),
		mis((*as).CMPmi8, (*as).CMPmi16, (*as).CMPmi32, (*as).CMPmi64),
	},
	{
		"AND", logic(func(x, y uint64) uint64 { return x & y }), false,
		rrs((*as).ANDrr8, (*as).ANDrr16, (*as).ANDrr32, (*as).ANDrr64), mrs((*as).ANDmr8, (*as).ANDmr16, (*as).ANDmr32, (*as).ANDmr64),
		rms((*as).ANDrm8, (*as).ANDrm16, (*as).ANDrm32, (*as).ANDrm64), ris((*as).ANDri8, (*as).ANDri16, (*as).ANDri32, (*as).ANDri64),
		mis((*as).ANDmi8, (*as).ANDmi16, (*as).ANDmi32, (*as).ANDmi64),
	},
	{
		"OR", logic(func(x, y uint64) uint64 { return x | y }), false,
		rrs((*as).ORrr8, (*as).ORrr16, (*as).ORrr32, (*as).ORrr64), mrs((*as).ORmr8, (*as).ORmr16, (*as).ORmr32, (*as).ORmr64),
		rms((*as).ORrm8, (*as).ORrm16, (*as).ORrm32, (*as).ORrm64), ris((*as).ORri8, (*as).ORri16, (*as).ORri32, (*as).ORri64),
		mis((*as).ORmi8, (*as).ORmi16, (*as).ORmi32, (*as).ORmi64),
	},
	{
		"XOR", logic(func(x, y uint64) uint64 { return x ^ y }), false,
		rrs((*as).XORrr8, (*as).XORrr16, (*as).XORrr32, (*as).XORrr64), mrs((*as).XORmr8, (*as).XORmr16, (*as).XORmr32, (*as).XORmr64),
		rms((*as).XORrm8, (*as).XORrm16, (*as).XORrm32, (*as).XORrm64), ris((*as).XORri8, (*as).XORri16, (*as).XORri32, (*as).XORri64),
		mis((*as).XORmi8, (*as).XORmi16, (*as).XORmi32, (*as).XORmi64),
	},
	{
		"TEST", logic(func(x, y uint64) uint64 { return x & y }), true,
		rrs((*as).TESTrr8, (*as).TESTrr16, (*as).TESTrr32, (*as).TESTrr64), mrs((*as).TESTmr8, (*as).TESTmr16, (*as).TESTmr32, (*as).TESTmr64),
		four[regMem]{},
		ris((*as).TESTri8, (*as).TESTri16, (*as).TESTri32, (*as).TESTri64),
		mis((*as).TESTmi8, (*as).TESTmi16, (*as).TESTmi32, (*as).TESTmi64),
	},
}

// logic clears CF and OF, and leaves AF undefined.
func logic(f func(x, y uint64) uint64) func(n int, x, y, carry uint64) (r, flags, undef uint64) {
	return func(n int, x, y, _ uint64) (uint64, uint64, uint64) {
		r := f(x, y)
		return r, resultFlags(n, r), af
	}
}

// do computes with the flags of s and sets them.
func (b *operation) do(s *state, n int, x, y uint64) (r uint64) {
	r, flags, undef := b.model(n, x, y, s.flags&cf)
	s.setFlags(six, flags)
	s.undef = undef
	return r
}

func TestArithmetic(t *testing.T) {
	for _, b := range binaries {
		t.Run(b.name, func(t *testing.T) {
			count(t)
			var p picker
			for w, n := range widths {
				b.registers(t, &p, w, n)
				b.memory(t, &p, w, n)
				b.immediates(t, &p, w, n)
			}
		})
	}
}

func (b *operation) registers(t *testing.T, p *picker, w, n int) {
	for range 6 {
		dst, src := p.two(n)
		name := fmt.Sprintf("%s%d %d, %d", b.name, n, dst, src)
		check(t, test{name, 0, func(a *assembler) { b.rr[w](a, dst, src) }, func(s *state) {
			if r := b.do(s, n, s.reg(n, dst), s.reg(n, src)); !b.keeps {
				s.setReg(n, dst, r)
			}
		}}, pairs(n, func(s *state, x, y uint64) { s.setReg(n, dst, x); s.setReg(n, src, y) })...)
	}
}

func (b *operation) memory(t *testing.T, p *picker, w, n int) {
	reg := p.one(n, true)
	at := p.place(reg)
	inputs := pairs(n, func(s *state, x, y uint64) {
		at.point(s)
		s.setAt(n, at.off, x)
		s.setReg(n, reg, y)
	})
	name := fmt.Sprintf("%s%d %v, %d", b.name, n, at.mem(), reg)
	check(t, test{name, 0, func(a *assembler) { b.mr[w](a, at.mem(), reg) }, func(s *state) {
		if r := b.do(s, n, s.at(n, at.off), s.reg(n, reg)); !b.keeps {
			s.setAt(n, at.off, r)
		}
	}}, inputs...)
	if b.rm[w] == nil {
		return
	}
	name = fmt.Sprintf("%s%d %d, %v", b.name, n, reg, at.mem())
	check(t, test{name, 0, func(a *assembler) { b.rm[w](a, reg, at.mem()) }, func(s *state) {
		if r := b.do(s, n, s.reg(n, reg), s.at(n, at.off)); !b.keeps {
			s.setReg(n, reg, r)
		}
	}}, inputs...)
}

func (b *operation) immediates(t *testing.T, p *picker, w, n int) {
	for _, imm := range []int32{0, 1, -1, 127, 128, -128, -129, math.MaxInt16, math.MinInt16, math.MaxInt32, math.MinInt32, 0x12345678} {
		if int64(imm) != signed(min(n, 32), uint64(imm)) {
			continue
		}
		y := uint64(int64(imm)) & maskOf(n)
		at := p.place()
		for _, dst := range []uint8{uint8(amd64.RAX), p.one(n, true)} {
			name := fmt.Sprintf("%s%d %d, %#x", b.name, n, dst, imm)
			check(t, test{name, 0, func(a *assembler) { b.ri[w](a, dst, imm) }, func(s *state) {
				if r := b.do(s, n, s.reg(n, dst), y); !b.keeps {
					s.setReg(n, dst, r)
				}
			}}, each(n, func(s *state, x uint64) { s.setReg(n, dst, x) })...)
		}
		name := fmt.Sprintf("%s%d %v, %#x", b.name, n, at.mem(), imm)
		check(t, test{name, 0, func(a *assembler) { b.mi[w](a, at.mem(), imm) }, func(s *state) {
			if r := b.do(s, n, s.at(n, at.off), y); !b.keeps {
				s.setAt(n, at.off, r)
			}
		}}, each(n, func(s *state, x uint64) { at.point(s); s.setAt(n, at.off, x) })...)
	}
}
