package models

import (
	"fmt"
	"testing"

	"github.com/wxjit/wxjit/asm/amd64"
)

// packed is an operation on elements: SSE's form of two operands, VEX's of three, EVEX's with a mask, by length.
type packed struct {
	name    string
	size    int // of an element, in bytes
	isFloat bool
	model   func(size int, x, y uint64) uint64
	sse     sseForms
	vex     vexForms
	evex    evexForms
}

type sseForms struct {
	needs amd64.Features
	rr    regReg
	rm    regMem
}

type vexForms struct {
	x, y     amd64.Features // what 128 and 256 bits need
	rrx, rry func(a *assembler, dst, x, y uint8)
	rmx, rmy func(a *assembler, dst, x uint8, y amd64.Mem)
}

// evexForms are those of 128, 256 and 512 bits. The last need what is said, the others AVX512VL too.
type evexForms struct {
	needs amd64.Features
	rr    [3]maskedRR
	rm    [3]maskedRM
	rb    [3]maskedRM // broadcast; nil where the elements are bytes or words
}

type (
	maskedRR = func(a *assembler, dst uint8, k amd64.Mask, x, y uint8)
	maskedRM = func(a *assembler, dst uint8, k amd64.Mask, x uint8, y amd64.Mem)
)

func krr[R ~uint8](f func(*assembler, R, amd64.Mask, R, R)) maskedRR {
	return func(a *assembler, dst uint8, k amd64.Mask, x, y uint8) { f(a, R(dst), k, R(x), R(y)) }
}

func krm[R ~uint8](f func(*assembler, R, amd64.Mask, R, amd64.Mem)) maskedRM {
	return func(a *assembler, dst uint8, k amd64.Mask, x uint8, y amd64.Mem) { f(a, R(dst), k, R(x), y) }
}

func krrs(
	x func(*assembler, amd64.XMM, amd64.Mask, amd64.XMM, amd64.XMM), y func(*assembler, amd64.YMM, amd64.Mask, amd64.YMM, amd64.YMM),
	z func(*assembler, amd64.ZMM, amd64.Mask, amd64.ZMM, amd64.ZMM),
) [3]maskedRR {
	return [3]maskedRR{krr(x), krr(y), krr(z)}
}

func krms(
	x func(*assembler, amd64.XMM, amd64.Mask, amd64.XMM, amd64.Mem), y func(*assembler, amd64.YMM, amd64.Mask, amd64.YMM, amd64.Mem),
	z func(*assembler, amd64.ZMM, amd64.Mask, amd64.ZMM, amd64.Mem),
) [3]maskedRM {
	return [3]maskedRM{krm(x), krm(y), krm(z)}
}

// lengths of vectors in bytes, as the arrays have them.
var lengths = [3]int{16, 32, 64}

// vectorOf picks vector registers, of the first n.
func (p *picker) vectorOf(n int) uint8 {
	p.draw()
	return uint8(p.n * 11 % n)
}

// mask picks masks: none, merging and zeroing by each register.
func (p *picker) mask() amd64.Mask {
	p.draw()
	switch k := amd64.K(1 + p.n%7); p.n % 5 {
	case 0:
		return amd64.NoMask
	case 1, 2:
		return k.Zero()
	default:
		return k.Merge()
	}
}

// apply is the operation on n bytes.
func (c *packed) apply(n int, x, y []byte) vector {
	return lanesOf(n, c.size, func(i int) uint64 { return c.model(c.size, lane(x, c.size, i), lane(y, c.size, i)) })
}

// filled makes inputs of vectors and masks full of edges, after which put does the rest.
func filled(times, size int, isFloat bool, put func(s *state)) (inputs []func(*state)) {
	for i := range times {
		inputs = append(inputs, func(s *state) {
			s.fill(size, isFloat)
			for k := range s.k {
				switch (i + k) % 6 {
				case 0:
					s.k[k] = 0
				case 1:
					s.k[k] = maskBits()
				default:
					s.k[k] = generator.Uint64() & maskBits()
				}
			}
			if !has.Has(amd64.AVX512F) {
				s.k = [8]uint64{}
			}
			put(s)
		})
	}
	return inputs
}

func nothing(*state) {}

func TestPacked(t *testing.T) {
	for _, group := range [][]packed{packedFloats, packedIntegers, packedOrders} {
		for _, c := range group {
			t.Run(c.name, func(t *testing.T) {
				count(t)
				var p picker
				for range 3 {
					c.testSSE(t, &p)
					c.testVEX(t, &p)
					c.testEVEX(t, &p)
				}
			})
		}
	}
}

func (c *packed) testSSE(t *testing.T, p *picker) {
	if c.sse.rr == nil {
		return
	}
	dst, src, at := p.vectorOf(16), p.vectorOf(16), p.place()
	at.off = 128 // SSE wants memory at a multiple of 16
	check(t, test{fmt.Sprintf("%s %d, %d", c.name, dst, src), c.sse.needs, func(a *assembler) { c.sse.rr(a, dst, src) }, func(s *state) {
		s.writeSSE(dst, 16, c.apply(16, s.v[dst][:], s.v[src][:]))
	}}, filled(10, c.size, c.isFloat, nothing)...)
	check(t, test{fmt.Sprintf("%s %d, %v", c.name, dst, at.mem()), c.sse.needs, func(a *assembler) { c.sse.rm(a, dst, at.mem()) }, func(s *state) {
		s.writeSSE(dst, 16, c.apply(16, s.v[dst][:], s.mem[at.off:]))
	}}, filled(10, c.size, c.isFloat, at.point)...)
}

func (c *packed) testVEX(t *testing.T, p *picker) {
	for _, f := range []struct {
		n     int
		needs amd64.Features
		rr    func(a *assembler, dst, x, y uint8)
		rm    func(a *assembler, dst, x uint8, y amd64.Mem)
	}{{16, c.vex.x, c.vex.rrx, c.vex.rmx}, {32, c.vex.y, c.vex.rry, c.vex.rmy}} {
		if f.rr == nil {
			continue
		}
		dst, x, y, at := p.vectorOf(16), p.vectorOf(16), p.vectorOf(16), p.place()
		check(t, test{fmt.Sprintf("V%s%d %d, %d, %d", c.name, f.n, dst, x, y), f.needs, func(a *assembler) { f.rr(a, dst, x, y) }, func(s *state) {
			s.writeVEX(dst, f.n, c.apply(f.n, s.v[x][:], s.v[y][:]))
		}}, filled(10, c.size, c.isFloat, nothing)...)
		check(t, test{fmt.Sprintf("V%s%d %d, %d, %v", c.name, f.n, dst, x, at.mem()), f.needs, func(a *assembler) { f.rm(a, dst, x, at.mem()) }, func(s *state) {
			s.writeVEX(dst, f.n, c.apply(f.n, s.v[x][:], s.mem[at.off:]))
		}}, filled(10, c.size, c.isFloat, at.point)...)
	}
}

// compressed are displacements around what 8 bits hold in units of n bytes, and some that are no multiples.
func compressed(n int) []int32 {
	unit := int32(n)
	return []int32{0, unit, -unit, 127 * unit, 128 * unit, -128 * unit, -129 * unit, unit + 1, unit / 2, 64, 100000 * unit}
}

func (c *packed) testEVEX(t *testing.T, p *picker) {
	for i, n := range lengths {
		rr, rm, rb := c.evex.rr[i], c.evex.rm[i], c.evex.rb[i]
		if rr == nil {
			continue
		}
		needs := c.evex.needs
		if n < 64 {
			needs |= amd64.AVX512VL
		}
		for range 4 {
			dst, x, y, k := p.vectorOf(32), p.vectorOf(32), p.vectorOf(32), p.mask()
			check(t, test{fmt.Sprintf("V%s%d %d, %#x, %d, %d", c.name, n, dst, uint8(k), x, y), needs, func(a *assembler) { rr(a, dst, k, x, y) }, func(s *state) {
				s.writeMasked(dst, k, n, c.size, c.apply(n, s.v[x][:], s.v[y][:]))
			}}, filled(8, c.size, c.isFloat, nothing)...)
		}
		for _, disp := range compressed(n) {
			dst, x, k, at := p.vectorOf(32), p.vectorOf(32), p.mask(), p.place()
			at.disp = disp
			check(t, test{fmt.Sprintf("V%s%d %d, %#x, %d, %v", c.name, n, dst, uint8(k), x, at.mem()), needs, func(a *assembler) { rm(a, dst, k, x, at.mem()) }, func(s *state) {
				s.writeMasked(dst, k, n, c.size, c.apply(n, s.v[x][:], s.mem[at.off:]))
			}}, filled(4, c.size, c.isFloat, at.point)...)
		}
		if rb == nil {
			continue
		}
		for _, disp := range compressed(c.size) {
			dst, x, k, at := p.vectorOf(32), p.vectorOf(32), p.mask(), p.place()
			at.disp = disp
			check(t, test{fmt.Sprintf("V%s%d %d, %#x, %d, %v bcst", c.name, n, dst, uint8(k), x, at.mem()), needs, func(a *assembler) { rb(a, dst, k, x, at.mem()) }, func(s *state) {
				one := lane(s.mem[at.off:], c.size, 0)
				all := lanesOf(n, c.size, func(int) uint64 { return one })
				s.writeMasked(dst, k, n, c.size, c.apply(n, s.v[x][:], all[:]))
			}}, filled(4, c.size, c.isFloat, at.point)...)
		}
	}
}
