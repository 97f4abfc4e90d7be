package models

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/wxjit/wxjit/asm/amd64"
)

// toInteger rounds a float to an integer of n bits. What does not fit gives the highest bit only, without a sign all bits.
func toInteger(n int, isSigned bool, rc amd64.Rounding, f float64) uint64 {
	least, most := 0.0, math.Ldexp(1, n)
	bad := maskOf(n)
	if isSigned {
		least, most, bad = -most/2, most/2, 1<<(n-1)
	}
	if f = direction(rc)(f); !(f >= least && f < most) {
		return bad
	}
	if isSigned {
		return uint64(int64(f)) & maskOf(n)
	}
	if f >= 1<<63 {
		return uint64(f-1<<63) | 1<<63
	}
	return uint64(f)
}

func direction(rc amd64.Rounding) func(float64) float64 {
	return [4]func(float64) float64{math.RoundToEven, math.Floor, math.Ceil, math.Trunc}[rc]
}

// toReg is a conversion from the lowest element to a general register.
type toReg struct {
	name      string
	needs     amd64.Features
	from, to  int // bytes of the float, bits of the integer
	isSigned  bool
	truncates bool
	rr        regReg
	rm        regMem
	er        func(a *assembler, dst, src uint8, rc amd64.Rounding) // or nil
}

func rrER[D, S ~uint8](f func(*assembler, D, S, amd64.Rounding)) func(*assembler, uint8, uint8, amd64.Rounding) {
	return func(a *assembler, dst, src uint8, rc amd64.Rounding) { f(a, D(dst), S(src), rc) }
}

var toRegs = []toReg{
	{"CVTSS2SI 32", 0, 4, 32, true, false, rr((*as).CVTSS2SIrx32), rm((*as).CVTSS2SIrm32), nil},
	{"VCVTSS2SI 32", amd64.AVX, 4, 32, true, false, rr((*as).VCVTSS2SIrx32), rm((*as).VCVTSS2SIrm32), rrER((*as).VCVTSS2SIrx32ER)},
	{"VCVTSS2USI 32", amd64.AVX512F, 4, 32, false, false, rr((*as).VCVTSS2USIrx32), rm((*as).VCVTSS2USIrm32), rrER((*as).VCVTSS2USIrx32ER)},
	{"CVTTSS2SI 32", 0, 4, 32, true, true, rr((*as).CVTTSS2SIrx32), rm((*as).CVTTSS2SIrm32), nil},
	{"VCVTTSS2SI 32", amd64.AVX, 4, 32, true, true, rr((*as).VCVTTSS2SIrx32), rm((*as).VCVTTSS2SIrm32), nil},
	{"VCVTTSS2USI 32", amd64.AVX512F, 4, 32, false, true, rr((*as).VCVTTSS2USIrx32), rm((*as).VCVTTSS2USIrm32), nil},
	{"CVTSS2SI 64", 0, 4, 64, true, false, rr((*as).CVTSS2SIrx64), rm((*as).CVTSS2SIr64m32), nil},
	{"VCVTSS2SI 64", amd64.AVX, 4, 64, true, false, rr((*as).VCVTSS2SIrx64), rm((*as).VCVTSS2SIr64m32), rrER((*as).VCVTSS2SIrx64ER)},
	{"VCVTSS2USI 64", amd64.AVX512F, 4, 64, false, false, rr((*as).VCVTSS2USIrx64), rm((*as).VCVTSS2USIr64m32), rrER((*as).VCVTSS2USIrx64ER)},
	{"CVTTSS2SI 64", 0, 4, 64, true, true, rr((*as).CVTTSS2SIrx64), rm((*as).CVTTSS2SIr64m32), nil},
	{"VCVTTSS2SI 64", amd64.AVX, 4, 64, true, true, rr((*as).VCVTTSS2SIrx64), rm((*as).VCVTTSS2SIr64m32), nil},
	{"VCVTTSS2USI 64", amd64.AVX512F, 4, 64, false, true, rr((*as).VCVTTSS2USIrx64), rm((*as).VCVTTSS2USIr64m32), nil},
	{"CVTSD2SI 32", 0, 8, 32, true, false, rr((*as).CVTSD2SIrx32), rm((*as).CVTSD2SIr32m64), nil},
	{"VCVTSD2SI 32", amd64.AVX, 8, 32, true, false, rr((*as).VCVTSD2SIrx32), rm((*as).VCVTSD2SIr32m64), rrER((*as).VCVTSD2SIrx32ER)},
	{"VCVTSD2USI 32", amd64.AVX512F, 8, 32, false, false, rr((*as).VCVTSD2USIrx32), rm((*as).VCVTSD2USIr32m64), rrER((*as).VCVTSD2USIrx32ER)},
	{"CVTTSD2SI 32", 0, 8, 32, true, true, rr((*as).CVTTSD2SIrx32), rm((*as).CVTTSD2SIr32m64), nil},
	{"VCVTTSD2SI 32", amd64.AVX, 8, 32, true, true, rr((*as).VCVTTSD2SIrx32), rm((*as).VCVTTSD2SIr32m64), nil},
	{"VCVTTSD2USI 32", amd64.AVX512F, 8, 32, false, true, rr((*as).VCVTTSD2USIrx32), rm((*as).VCVTTSD2USIr32m64), nil},
	{"CVTSD2SI 64", 0, 8, 64, true, false, rr((*as).CVTSD2SIrx64), rm((*as).CVTSD2SIrm64), nil},
	{"VCVTSD2SI 64", amd64.AVX, 8, 64, true, false, rr((*as).VCVTSD2SIrx64), rm((*as).VCVTSD2SIrm64), rrER((*as).VCVTSD2SIrx64ER)},
	{"VCVTSD2USI 64", amd64.AVX512F, 8, 64, false, false, rr((*as).VCVTSD2USIrx64), rm((*as).VCVTSD2USIrm64), rrER((*as).VCVTSD2USIrx64ER)},
	{"CVTTSD2SI 64", 0, 8, 64, true, true, rr((*as).CVTTSD2SIrx64), rm((*as).CVTTSD2SIrm64), nil},
	{"VCVTTSD2SI 64", amd64.AVX, 8, 64, true, true, rr((*as).VCVTTSD2SIrx64), rm((*as).VCVTTSD2SIrm64), nil},
	{"VCVTTSD2USI 64", amd64.AVX512F, 8, 64, false, true, rr((*as).VCVTTSD2USIrx64), rm((*as).VCVTTSD2USIrm64), nil},
}

func TestConvertToRegister(t *testing.T) {
	count(t)
	var p picker
	for _, c := range toRegs {
		registers := 16
		if c.needs&amd64.AVX512F != 0 {
			registers = 32
		}
		for rc := range amd64.Rounding(4) {
			dst, src, at := p.one(64, false), p.vectorOf(registers), p.place()
			convert := func(s *state, x uint64) {
				way := rc
				if c.truncates {
					way = amd64.RoundZero
				}
				s.setReg(c.to, dst, toInteger(c.to, c.isSigned, way, toFloat(c.from, x)))
			}
			put := func(s *state) { at.point(s); s.mxcsr = defaultMXCSR | uint32(rc)<<13 }
			check(t, test{fmt.Sprintf("%s %d, %d", c.name, dst, src), c.needs, func(a *assembler) { c.rr(a, dst, src) }, func(s *state) {
				convert(s, lane(s.v[src][:], c.from, 0))
			}}, filled(80, c.from, true, put)...)
			check(t, test{fmt.Sprintf("%s %d, %v", c.name, dst, at.mem()), c.needs, func(a *assembler) { c.rm(a, dst, at.mem()) }, func(s *state) {
				convert(s, s.at(8*c.from, at.off))
			}}, filled(80, c.from, true, put)...)
			if c.er == nil {
				continue
			}
			check(t, test{fmt.Sprintf("%s %d, %d {%d}", c.name, dst, src, rc), amd64.AVX512F, func(a *assembler) { c.er(a, dst, src, rc) }, func(s *state) {
				convert(s, lane(s.v[src][:], c.from, 0))
			}}, filled(80, c.from, true, nothing)...)
		}
	}
}

// fromReg is a conversion from an integer to the lowest element; the others come from the first operand.
type fromReg struct {
	name     string
	needs    amd64.Features
	from, to int // bits of the integer, bytes of the float
	isSigned bool
	rr       regReg // SSE
	rm       regMem
	vrr      func(a *assembler, dst, x, y uint8)
	vrm      func(a *assembler, dst, x uint8, y amd64.Mem)
	er       func(a *assembler, dst, x, y uint8, rc amd64.Rounding)
}

func rrr2[R, S ~uint8](f func(*assembler, R, R, S)) func(*assembler, uint8, uint8, uint8) {
	return func(a *assembler, dst, x, y uint8) { f(a, R(dst), R(x), S(y)) }
}

func rrrER[R, S ~uint8](f func(*assembler, R, R, S, amd64.Rounding)) func(*assembler, uint8, uint8, uint8, amd64.Rounding) {
	return func(a *assembler, dst, x, y uint8, rc amd64.Rounding) { f(a, R(dst), R(x), S(y), rc) }
}

var fromRegs = []fromReg{
	{
		"CVTSI2SS 32", amd64.AVX, 32, 4, true, rr((*as).CVTSI2SSxr32), rm((*as).CVTSI2SSxm32), rrr2((*as).VCVTSI2SSxxr32), rrm((*as).VCVTSI2SSxxm32), rrrER((*as).VCVTSI2SSxxr32ER),
	},
	{"CVTUSI2SS 32", amd64.AVX512F, 32, 4, false, nil, nil, rrr2((*as).VCVTUSI2SSxxr32), rrm((*as).VCVTUSI2SSxxm32), rrrER((*as).VCVTUSI2SSxxr32ER)},
	{
		"CVTSI2SS 64", amd64.AVX, 64, 4, true, rr((*as).CVTSI2SSxr64), rm((*as).CVTSI2SSxm64), rrr2((*as).VCVTSI2SSxxr64), rrm((*as).VCVTSI2SSxxm64), rrrER((*as).VCVTSI2SSxxr64ER),
	},
	{"CVTUSI2SS 64", amd64.AVX512F, 64, 4, false, nil, nil, rrr2((*as).VCVTUSI2SSxxr64), rrm((*as).VCVTUSI2SSxxm64), rrrER((*as).VCVTUSI2SSxxr64ER)},
	{
		"CVTSI2SD 32", amd64.AVX, 32, 8, true, rr((*as).CVTSI2SDxr32), rm((*as).CVTSI2SDxm32), rrr2((*as).VCVTSI2SDxxr32), rrm((*as).VCVTSI2SDxxm32), nil,
	},
	{"CVTUSI2SD 32", amd64.AVX512F, 32, 8, false, nil, nil, rrr2((*as).VCVTUSI2SDxxr32), rrm((*as).VCVTUSI2SDxxm32), nil},
	{
		"CVTSI2SD 64", amd64.AVX, 64, 8, true, rr((*as).CVTSI2SDxr64), rm((*as).CVTSI2SDxm64), rrr2((*as).VCVTSI2SDxxr64), rrm((*as).VCVTSI2SDxxm64), rrrER((*as).VCVTSI2SDxxr64ER),
	},
	{"CVTUSI2SD 64", amd64.AVX512F, 64, 8, false, nil, nil, rrr2((*as).VCVTUSI2SDxxr64), rrm((*as).VCVTUSI2SDxxm64), rrrER((*as).VCVTUSI2SDxxr64ER)},
}

// toFloatRounded gives the float of size bytes that is next to an integer in a direction.
func toFloatRounded(size int, rc amd64.Rounding, x *big.Int) uint64 {
	if x.Sign() == 0 {
		return 0
	}
	z := new(big.Float).SetPrec(53).SetMode(bigMode(rc))
	if size == 4 {
		z.SetPrec(24)
	}
	f, _ := z.SetInt(x).Float64()
	return fromFloat(size, f)
}

func TestConvertFromRegister(t *testing.T) {
	count(t)
	var p picker
	for _, c := range fromRegs {
		for rc := range amd64.Rounding(4) {
			dst, x, src := p.vectorOf(16), p.vectorOf(16), p.one(64, false)
			at := p.place(src)
			float := func(y uint64) uint64 { return toFloatRounded(c.to, rc, integer(c.from, y, c.isSigned)) }
			inputs := func(more uint32) []func(*state) {
				return each(c.from, func(s *state, y uint64) {
					at.point(s)
					s.setReg(c.from, src, y)
					s.setAt(c.from, at.off, y)
					s.mxcsr = defaultMXCSR | (uint32(rc)^more)<<13
				})
			}
			if c.rr != nil {
				check(t, test{fmt.Sprintf("%s %d, %d", c.name, dst, src), 0, func(a *assembler) { c.rr(a, dst, src) }, func(s *state) {
					setLane(s.v[dst][:], c.to, 0, float(s.reg(c.from, src)))
				}}, inputs(0)...)
				check(t, test{fmt.Sprintf("%s %d, %v", c.name, dst, at.mem()), 0, func(a *assembler) { c.rm(a, dst, at.mem()) }, func(s *state) {
					setLane(s.v[dst][:], c.to, 0, float(s.at(c.from, at.off)))
				}}, inputs(0)...)
			}
			model := func(s *state) { s.writeVEX(dst, 16, low16(&s.v[x], c.to, float(s.reg(c.from, src)))) }
			check(t, test{fmt.Sprintf("V%s %d, %d, %d", c.name, dst, x, src), c.needs, func(a *assembler) { c.vrr(a, dst, x, src) }, model}, inputs(0)...)
			check(t, test{fmt.Sprintf("V%s %d, %d, %v", c.name, dst, x, at.mem()), c.needs, func(a *assembler) { c.vrm(a, dst, x, at.mem()) }, func(s *state) {
				s.writeVEX(dst, 16, low16(&s.v[x], c.to, float(s.at(c.from, at.off))))
			}}, inputs(0)...)
			if c.er != nil {
				check(t, test{fmt.Sprintf("V%s %d, %d, %d {%d}", c.name, dst, x, src, rc), amd64.AVX512F, func(a *assembler) { c.er(a, dst, x, src, rc) }, model}, inputs(2)...)
			}
		}
	}
}

// TestCompareScalar has the comparisons that set flags.
func TestCompareScalar(t *testing.T) {
	count(t)
	var p picker
	for _, c := range []struct {
		name  string
		needs amd64.Features
		size  int
		rr    regReg
		rm    regMem
	}{
		{"UCOMISS", 0, 4, rr((*as).UCOMISSxx), rm((*as).UCOMISSxm32)},
		{"UCOMISD", 0, 8, rr((*as).UCOMISDxx), rm((*as).UCOMISDxm64)},
		{"COMISS", 0, 4, rr((*as).COMISSxx), rm((*as).COMISSxm32)},
		{"COMISD", 0, 8, rr((*as).COMISDxx), rm((*as).COMISDxm64)},
		{"VUCOMISS", amd64.AVX, 4, rr((*as).VUCOMISSxx), rm((*as).VUCOMISSxm32)},
		{"VUCOMISD", amd64.AVX, 8, rr((*as).VUCOMISDxx), rm((*as).VUCOMISDxm64)},
		{"VCOMISD", amd64.AVX, 8, rr((*as).VCOMISDxx), rm((*as).VCOMISDxm64)},
	} {
		compare := func(s *state, x, y uint64) {
			u, v := toFloat(c.size, x), toFloat(c.size, y)
			switch {
			case math.IsNaN(u) || math.IsNaN(v):
				s.setFlags(six, zf|pf|cf)
			case u < v:
				s.setFlags(six, cf)
			default:
				s.setFlags(six, set(zf, u == v))
			}
		}
		x, y, at := p.vectorOf(16), p.vectorOf(16), p.place()
		check(t, test{c.name, c.needs, func(a *assembler) { c.rr(a, x, y) }, func(s *state) {
			compare(s, lane(s.v[x][:], c.size, 0), lane(s.v[y][:], c.size, 0))
		}}, filled(200, c.size, true, nothing)...)
		check(t, test{c.name + " memory", c.needs, func(a *assembler) { c.rm(a, x, at.mem()) }, func(s *state) {
			compare(s, lane(s.v[x][:], c.size, 0), s.at(8*c.size, at.off))
		}}, filled(200, c.size, true, at.point)...)
	}
}
