package models

import (
	"math"
	"math/big"

	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm/arm64"
)

// Numbers of 2, 4 or 8 bytes as floats. What is exact in float64 is rounded once when it is made smaller, and sums, products,
// quotients and roots that are rounded to 53 bits first come out the same.

func decoded(size int, x uint64) float64 {
	if size != 2 {
		return toFloat(size, x)
	}
	exponent, fraction := x>>10&31, float64(x&1023)
	var f float64
	switch {
	case exponent == 31 && x&1023 != 0:
		f = math.NaN()
	case exponent == 31:
		f = math.Inf(1)
	case exponent == 0:
		f = math.Ldexp(fraction, -24)
	default:
		f = math.Ldexp(1024+fraction, int(exponent)-25)
	}
	if x>>15 != 0 {
		f = math.Copysign(f, -1)
	}
	return f
}

func encoded(size int, f float64) uint64 {
	if size != 2 {
		return fromFloat(size, f)
	}
	sign := math.Float64bits(f) >> 63 << 15
	switch a := math.Abs(f); {
	case a != a:
		return defaultNaN(2)
	case a >= 65520:
		return sign | 31<<10
	case a < 1.0/(1<<14):
		return sign | uint64(math.RoundToEven(math.Ldexp(a, 24)))
	default:
		m, e := math.Frexp(a)
		return sign | (uint64(e+14)<<10 + uint64(math.RoundToEven(math.Ldexp(m, 11))) - 1024)
	}
}

// quietBit is what makes a NaN quiet, defaultNaN what an operation gives that has no result.
func quietBit(size int) uint64 { return map[int]uint64{2: 1 << 9, 4: 1 << 22, 8: 1 << 51}[size] }

func defaultNaN(size int) uint64 {
	return map[int]uint64{2: 0x7e00, 4: 0x7fc00000, 8: 0x7ff8000000000000}[size]
}

func isNaN(size int, x uint64) bool { return math.IsNaN(decoded(size, x)) }

func signals(size int, x uint64) bool { return isNaN(size, x) && x&quietBit(size) == 0 }

// nanOf gives the NaN that is the result if one of the operands is: Arm ARM DDI 0487, FPProcessNaNs.
func nanOf(size int, operands ...uint64) (nan uint64, is bool) {
	for _, x := range operands {
		if signals(size, x) {
			return x | quietBit(size), true
		}
	}
	for _, x := range operands {
		if isNaN(size, x) {
			return x, true
		}
	}
	return 0, false
}

// floats makes an operation on numbers of size bytes from one on float64.
func floats(f func(x, y float64) float64) func(size int, x, y uint64) uint64 {
	return func(size int, x, y uint64) uint64 {
		if nan, is := nanOf(size, x, y); is {
			return nan
		}
		r := f(decoded(size, x), decoded(size, y))
		if math.IsNaN(r) {
			return defaultNaN(size)
		}
		return encoded(size, r)
	}
}

// negated and absolute change the sign, of a NaN too.
func negated(size int, x uint64) uint64 { return x ^ 1<<(8*size-1) }

func absolute(size int, x uint64) uint64 { return x &^ (1 << (8*size - 1)) }

// number is the maximum or minimum where a quiet NaN counts as no number: FPMaxNum, FPMinNum.
func number(f func(size int, x, y uint64) uint64, least float64) func(size int, x, y uint64) uint64 {
	return func(size int, x, y uint64) uint64 {
		quietX, quietY := isNaN(size, x) && !signals(size, x), isNaN(size, y) && !signals(size, y)
		switch {
		case quietX && !quietY:
			x = encoded(size, least)
		case quietY && !quietX:
			y = encoded(size, least)
		}
		return f(size, x, y)
	}
}

var (
	fmax = floats(math.Max)
	fmin = floats(math.Min)
	fadd = floats(func(x, y float64) float64 { return x + y })
	fsub = floats(func(x, y float64) float64 { return x - y })
	fmul = floats(func(x, y float64) float64 { return x * y })
	fdiv = floats(func(x, y float64) float64 { return x / y })
)

// compared makes a comparison that gives all ones or zeros.
func compared(f func(x, y float64) bool) func(size int, x, y uint64) uint64 {
	return func(size int, x, y uint64) uint64 { return all(f(decoded(size, x), decoded(size, y))) }
}

// floatBinary are operations of scalars and vectors.
var floatBinary = []struct {
	op             arm64asm.Op
	scalar, vector bool
	model          func(size int, x, y uint64) uint64
}{
	{arm64asm.FADD, true, true, fadd},
	{arm64asm.FSUB, true, true, fsub},
	{arm64asm.FMUL, true, true, fmul},
	{arm64asm.FDIV, true, true, fdiv},
	{arm64asm.FMAX, true, true, fmax},
	{arm64asm.FMIN, true, true, fmin},
	{arm64asm.FMAXNM, true, true, number(fmax, math.Inf(-1))},
	{arm64asm.FMINNM, true, true, number(fmin, math.Inf(1))},
	{arm64asm.FNMUL, true, false, func(size int, x, y uint64) uint64 { return negated(size, fmul(size, x, y)) }},
	{arm64asm.FABD, true, true, func(size int, x, y uint64) uint64 { return absolute(size, fsub(size, x, y)) }},
	{arm64asm.FCMEQ, true, true, compared(func(x, y float64) bool { return x == y })},
	{arm64asm.FCMGE, true, true, compared(func(x, y float64) bool { return x >= y })},
	{arm64asm.FCMGT, true, true, compared(func(x, y float64) bool { return x > y })},
	{arm64asm.FACGE, true, true, compared(func(x, y float64) bool { return math.Abs(x) >= math.Abs(y) })},
	{arm64asm.FACGT, true, true, compared(func(x, y float64) bool { return math.Abs(x) > math.Abs(y) })},
	{arm64asm.FMULX, true, true, floats(func(x, y float64) float64 {
		if r := x * y; !math.IsNaN(r) {
			return r
		}
		return math.Copysign(2, x) * math.Copysign(1, y) // zero times infinity
	})},
}

// roundings are the directions, with the operations that round to an integral number and to an integer.
var roundings = []struct {
	toFloat, toSigned, toUnsigned arm64asm.Op
	round                         func(float64) float64
}{
	{arm64asm.FRINTN, arm64asm.FCVTNS, arm64asm.FCVTNU, math.RoundToEven},
	{arm64asm.FRINTP, arm64asm.FCVTPS, arm64asm.FCVTPU, math.Ceil},
	{arm64asm.FRINTM, arm64asm.FCVTMS, arm64asm.FCVTMU, math.Floor},
	{arm64asm.FRINTZ, arm64asm.FCVTZS, arm64asm.FCVTZU, math.Trunc},
	{arm64asm.FRINTA, arm64asm.FCVTAS, arm64asm.FCVTAU, math.Round},
	{arm64asm.FRINTX, 0, 0, math.RoundToEven}, // by FPCR, which says so
	{arm64asm.FRINTI, 0, 0, math.RoundToEven},
}

// saturatedInteger is a number as an integer of n bits: the nearest there is, and 0 for NaN.
func saturatedInteger(n int, isSigned bool, f float64) uint64 {
	least, most := 0.0, math.Ldexp(1, n)
	if isSigned {
		least, most = -math.Ldexp(1, n-1), math.Ldexp(1, n-1)
	}
	switch {
	case f != f:
		return 0
	case f >= most && isSigned:
		return maskOf(n - 1)
	case f >= most:
		return maskOf(n)
	case f <= least && isSigned:
		return 1 << (n - 1)
	case f <= least:
		return 0
	case isSigned:
		return uint64(int64(f)) & maskOf(n)
	}
	return uint64(f)
}

// fused is ±x*y+z with one rounding.
func fused(size int, negateProduct, negateAddend bool, x, y, z uint64) uint64 {
	if negateProduct {
		x = negated(size, x)
	}
	if negateAddend {
		z = negated(size, z)
	}
	a, b, c := decoded(size, x), decoded(size, y), decoded(size, z)
	invalid := math.IsNaN(a*b) && !isNaN(size, x) && !isNaN(size, y) // zero times infinity: no quiet NaN that is added matters
	if nan, is := nanOf(size, z, x, y); is && !(invalid && !signals(size, z)) {
		return nan
	}
	r := math.FMA(a, b, c)
	switch {
	case math.IsNaN(r):
		return defaultNaN(size)
	case size == 8 || math.IsInf(r, 0) || r == 0:
		return encoded(size, r)
	}
	sum := new(big.Float).SetPrec(500).Mul(big.NewFloat(a), big.NewFloat(b))
	f, _ := sum.Add(sum, big.NewFloat(c)).Float32()
	return uint64(math.Float32bits(f))
}

// specialHalves are those that arithmetic treats in its own way.
func specialHalves() (some []uint64) {
	for _, x := range []uint64{
		0, 1, 0x3ff, 0x400, 0x3bff, 0x3c00, 0x3c01, 0x3555, 0x4248, 0x4900, 0x7bff, 0x7c00, 0x7e01, 0x7c01, 0x5140, 0x6400,
	} {
		some = append(some, x, x|0x8000)
	}
	return some
}

// floatPairs makes inputs of every pair of special numbers for two vector registers.
func floatPairs(size int, x, y uint8) (inputs []func(*state)) {
	some := specialHalves()
	if size != 2 {
		some = specialFloats(size)
		for range 6 {
			some = append(some, encoded(size, generator.NormFloat64()*100))
		}
	}
	for _, u := range some {
		for _, v := range some {
			inputs = append(inputs, func(s *state) {
				setLane(s.v[x][:], size, 0, u)
				setLane(s.v[y][:], size, 0, v)
			})
		}
	}
	return inputs
}

// fp16 is what arithmetic on numbers of size bytes needs.
func fp16(size int) features {
	if size == 2 {
		return arm64.FEAT_FP16
	}
	return 0
}

// setScalar writes a vector register as a scalar instruction does.
func (s *state) setScalar(size int, r uint8, x uint64) {
	s.v[r] = vector{}
	setLane(s.v[r][:], size, 0, x)
}
