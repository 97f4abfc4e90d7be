package models

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/wxjit/wxjit/asm/amd64"
)

// scalar is an operation on the lowest elements. The others come from the first operand.
type scalar struct {
	name  string
	size  int
	model func(size int, x, y uint64) uint64
	big   func(z, x, y *big.Float) *big.Float // where EVEX can round
	rr    regReg
	rm    regMem
	vrr   func(a *assembler, dst, x, y uint8)
	vrm   func(a *assembler, dst, x uint8, y amd64.Mem)
	krr   maskedRR
	krm   maskedRM
	er    func(a *assembler, dst amd64.XMM, k amd64.Mask, x, y amd64.XMM, rc amd64.Rounding)
}

var scalars = []scalar{
	{
		"ADDSS", 4, modelADD, (*big.Float).Add, rr((*as).ADDSSxx), rm((*as).ADDSSxm32),
		rrr((*as).VADDSSxxx), rrm((*as).VADDSSxxm32), krr((*as).VADDSSxkxx), krm((*as).VADDSSxkxm32), (*as).VADDSSxkxxER,
	},
	{
		"ADDSD", 8, modelADD, (*big.Float).Add, rr((*as).ADDSDxx), rm((*as).ADDSDxm64),
		rrr((*as).VADDSDxxx), rrm((*as).VADDSDxxm64), krr((*as).VADDSDxkxx), krm((*as).VADDSDxkxm64), (*as).VADDSDxkxxER,
	},
	{
		"SUBSS", 4, modelSUB, (*big.Float).Sub, rr((*as).SUBSSxx), rm((*as).SUBSSxm32),
		rrr((*as).VSUBSSxxx), rrm((*as).VSUBSSxxm32), krr((*as).VSUBSSxkxx), krm((*as).VSUBSSxkxm32), (*as).VSUBSSxkxxER,
	},
	{
		"SUBSD", 8, modelSUB, (*big.Float).Sub, rr((*as).SUBSDxx), rm((*as).SUBSDxm64),
		rrr((*as).VSUBSDxxx), rrm((*as).VSUBSDxxm64), krr((*as).VSUBSDxkxx), krm((*as).VSUBSDxkxm64), (*as).VSUBSDxkxxER,
	},
	{
		"MULSS", 4, modelMUL, (*big.Float).Mul, rr((*as).MULSSxx), rm((*as).MULSSxm32),
		rrr((*as).VMULSSxxx), rrm((*as).VMULSSxxm32), krr((*as).VMULSSxkxx), krm((*as).VMULSSxkxm32), (*as).VMULSSxkxxER,
	},
	{
		"MULSD", 8, modelMUL, (*big.Float).Mul, rr((*as).MULSDxx), rm((*as).MULSDxm64),
		rrr((*as).VMULSDxxx), rrm((*as).VMULSDxxm64), krr((*as).VMULSDxkxx), krm((*as).VMULSDxkxm64), (*as).VMULSDxkxxER,
	},
	{
		"DIVSS", 4, modelDIV, (*big.Float).Quo, rr((*as).DIVSSxx), rm((*as).DIVSSxm32),
		rrr((*as).VDIVSSxxx), rrm((*as).VDIVSSxxm32), krr((*as).VDIVSSxkxx), krm((*as).VDIVSSxkxm32), (*as).VDIVSSxkxxER,
	},
	{
		"DIVSD", 8, modelDIV, (*big.Float).Quo, rr((*as).DIVSDxx), rm((*as).DIVSDxm64),
		rrr((*as).VDIVSDxxx), rrm((*as).VDIVSDxxm64), krr((*as).VDIVSDxkxx), krm((*as).VDIVSDxkxm64), (*as).VDIVSDxkxxER,
	},
	{
		"MINSS", 4, modelMIN, nil, rr((*as).MINSSxx), rm((*as).MINSSxm32),
		rrr((*as).VMINSSxxx), rrm((*as).VMINSSxxm32), krr((*as).VMINSSxkxx), krm((*as).VMINSSxkxm32), nil,
	},
	{
		"MINSD", 8, modelMIN, nil, rr((*as).MINSDxx), rm((*as).MINSDxm64),
		rrr((*as).VMINSDxxx), rrm((*as).VMINSDxxm64), krr((*as).VMINSDxkxx), krm((*as).VMINSDxkxm64), nil,
	},
	{
		"MAXSS", 4, modelMAX, nil, rr((*as).MAXSSxx), rm((*as).MAXSSxm32),
		rrr((*as).VMAXSSxxx), rrm((*as).VMAXSSxxm32), krr((*as).VMAXSSxkxx), krm((*as).VMAXSSxkxm32), nil,
	},
	{
		"MAXSD", 8, modelMAX, nil, rr((*as).MAXSDxx), rm((*as).MAXSDxm64),
		rrr((*as).VMAXSDxxx), rrm((*as).VMAXSDxxm64), krr((*as).VMAXSDxkxx), krm((*as).VMAXSDxkxm64), nil,
	},
	{
		"SQRTSS", 4, modelSQRT, sqrtSecond, rr((*as).SQRTSSxx), rm((*as).SQRTSSxm32),
		rrr((*as).VSQRTSSxxx), rrm((*as).VSQRTSSxxm32), krr((*as).VSQRTSSxkxx), krm((*as).VSQRTSSxkxm32), (*as).VSQRTSSxkxxER,
	},
	{
		"SQRTSD", 8, modelSQRT, sqrtSecond, rr((*as).SQRTSDxx), rm((*as).SQRTSDxm64),
		rrr((*as).VSQRTSDxxx), rrm((*as).VSQRTSDxxm64), krr((*as).VSQRTSDxkxx), krm((*as).VSQRTSDxkxm64), (*as).VSQRTSDxkxxER,
	},
}

// modelSQRT and sqrtSecond take the root of the second operand.
var modelSQRT = func(size int, _, y uint64) uint64 {
	return floatOp(func(x, _ float64) float64 { return math.Sqrt(x) })(size, y, y)
}

// sqrtSecond is for positive numbers. big's own root knows one direction only.
func sqrtSecond(z, _, y *big.Float) *big.Float {
	return z.Set(new(big.Float).SetPrec(300).Sqrt(y))
}

// low16 is the XMM register x with another lowest element.
func low16(x *vector, size int, r uint64) (v vector) {
	copy(v[:16], x[:])
	setLane(v[:], size, 0, r)
	return v
}

func TestScalar(t *testing.T) {
	for _, c := range scalars {
		t.Run(c.name, func(t *testing.T) {
			count(t)
			var p picker
			c.testSSE(t, &p)
			c.testVEX(t, &p)
			for range 10 {
				c.testEVEX(t, &p)
			}
			c.testRounding(t, &p)
		})
	}
}

func (c *scalar) testSSE(t *testing.T, p *picker) {
	dst, src, at := p.vectorOf(16), p.vectorOf(16), p.place()
	check(t, test{fmt.Sprintf("%s %d, %d", c.name, dst, src), 0, func(a *assembler) { c.rr(a, dst, src) }, func(s *state) {
		setLane(s.v[dst][:], c.size, 0, c.model(c.size, lane(s.v[dst][:], c.size, 0), lane(s.v[src][:], c.size, 0)))
	}}, filled(100, c.size, true, nothing)...)
	check(t, test{fmt.Sprintf("%s %d, %v", c.name, dst, at.mem()), 0, func(a *assembler) { c.rm(a, dst, at.mem()) }, func(s *state) {
		setLane(s.v[dst][:], c.size, 0, c.model(c.size, lane(s.v[dst][:], c.size, 0), s.at(8*c.size, at.off)))
	}}, filled(100, c.size, true, at.point)...)
}

func (c *scalar) testVEX(t *testing.T, p *picker) {
	dst, x, y, at := p.vectorOf(16), p.vectorOf(16), p.vectorOf(16), p.place()
	check(t, test{fmt.Sprintf("V%s %d, %d, %d", c.name, dst, x, y), amd64.AVX, func(a *assembler) { c.vrr(a, dst, x, y) }, func(s *state) {
		s.writeVEX(dst, 16, low16(&s.v[x], c.size, c.model(c.size, lane(s.v[x][:], c.size, 0), lane(s.v[y][:], c.size, 0))))
	}}, filled(100, c.size, true, nothing)...)
	check(t, test{fmt.Sprintf("V%s %d, %d, %v", c.name, dst, x, at.mem()), amd64.AVX, func(a *assembler) { c.vrm(a, dst, x, at.mem()) }, func(s *state) {
		s.writeVEX(dst, 16, low16(&s.v[x], c.size, c.model(c.size, lane(s.v[x][:], c.size, 0), s.at(8*c.size, at.off))))
	}}, filled(100, c.size, true, at.point)...)
}

// write puts the result where bit 0 of the mask is set.
func (c *scalar) write(s *state, dst, x uint8, k amd64.Mask, r uint64) {
	one := lanesOf(c.size, c.size, func(int) uint64 { return r })
	one = s.masked(s.v[dst], k, c.size, c.size, one)
	s.writeVEX(dst, 16, low16(&s.v[x], c.size, lane(one[:], c.size, 0)))
}

func (c *scalar) testEVEX(t *testing.T, p *picker) {
	dst, x, y, k := p.vectorOf(32), p.vectorOf(32), p.vectorOf(32), p.mask()
	check(t, test{fmt.Sprintf("V%s %d, %#x, %d, %d", c.name, dst, uint8(k), x, y), amd64.AVX512F, func(a *assembler) { c.krr(a, dst, k, x, y) }, func(s *state) {
		c.write(s, dst, x, k, c.model(c.size, lane(s.v[x][:], c.size, 0), lane(s.v[y][:], c.size, 0)))
	}}, filled(20, c.size, true, nothing)...)
	for _, disp := range compressed(c.size) {
		at := p.place()
		at.disp = disp
		check(t, test{fmt.Sprintf("V%s %d, %#x, %d, %v", c.name, dst, uint8(k), x, at.mem()), amd64.AVX512F, func(a *assembler) { c.krm(a, dst, k, x, at.mem()) }, func(s *state) {
			c.write(s, dst, x, k, c.model(c.size, lane(s.v[x][:], c.size, 0), s.at(8*c.size, at.off)))
		}}, filled(4, c.size, true, at.point)...)
	}
}

// ordinary fills the vectors with numbers whose sums, products and quotients are ordinary too, of both signs or positive.
func ordinary(times, size int, positive bool, put func(s *state)) []func(*state) {
	return filled(times, size, true, func(s *state) {
		n, width := vectorFile()
		for i := range n {
			for k := range width / size {
				f := 1 + generator.Float64()*1000
				if !positive && generator.IntN(2) == 0 {
					f = -f
				}
				setLane(s.v[i][:], size, k, fromFloat(size, f))
			}
		}
		put(s)
	})
}

// testRounding has each direction, by MXCSR and by the instruction, which goes before MXCSR.
func (c *scalar) testRounding(t *testing.T, p *picker) {
	if c.big == nil {
		return
	}
	isRoot := strings.HasPrefix(c.name, "SQRT")
	for rc := range amd64.Rounding(4) {
		dst, x, y, k := p.vectorOf(16), p.vectorOf(16), p.vectorOf(16), p.mask()
		result := func(s *state) uint64 {
			return rounded(c.size, rc, c.big, toFloat(c.size, lane(s.v[x][:], c.size, 0)), toFloat(c.size, lane(s.v[y][:], c.size, 0)))
		}
		check(t, test{fmt.Sprintf("V%s by MXCSR %d", c.name, rc), amd64.AVX, func(a *assembler) { c.vrr(a, dst, x, y) }, func(s *state) {
			s.writeVEX(dst, 16, low16(&s.v[x], c.size, result(s)))
		}}, ordinary(50, c.size, isRoot, func(s *state) { s.mxcsr = defaultMXCSR | uint32(rc)<<13 })...)
		check(t, test{fmt.Sprintf("V%s {%d}", c.name, rc), amd64.AVX512F, func(a *assembler) {
			c.er(a, amd64.XMM(dst), k, amd64.XMM(x), amd64.XMM(y), rc)
		}, func(s *state) {
			c.write(s, dst, x, k, result(s))
		}}, ordinary(50, c.size, isRoot, func(s *state) { s.mxcsr = defaultMXCSR | uint32(generator.IntN(4))<<13 })...)
	}
}
