package models

import (
	"fmt"
	"math"
	"testing"

	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm/arm64"
)

// floatSizes are those of scalars in bytes.
var floatSizes = []int{2, 4, 8}

func anyVector() uint8 { return uint8(generator.IntN(32)) }

func TestFloatBinary(t *testing.T) {
	count(t)
	for _, c := range floatBinary {
		for _, size := range floatSizes {
			dst, x, y := anyVector(), anyVector(), anyVector()
			check(t, test{fmt.Sprint(c.op, size), fp16(size), emit(c.op, scalar(size, dst), scalar(size, x), scalar(size, y)), func(s *state) {
				s.setScalar(size, dst, c.model(size, lane(s.v[x][:], size, 0), lane(s.v[y][:], size, 0)))
			}}, first(400, floatPairs(size, x, y))...)
		}
	}
}

func TestFloatUnary(t *testing.T) {
	count(t)
	run := func(op arm64asm.Op, size int, model func(size int, x uint64) uint64) {
		dst, x := anyVector(), anyVector()
		check(t, test{fmt.Sprint(op, size), fp16(size), emit(op, scalar(size, dst), scalar(size, x)), func(s *state) {
			s.setScalar(size, dst, model(size, lane(s.v[x][:], size, 0)))
		}}, first(60, floatPairs(size, x, x))...)
	}
	for _, size := range floatSizes {
		run(arm64asm.FABS, size, absolute)
		run(arm64asm.FNEG, size, negated)
		run(arm64asm.FMOV, size, func(_ int, x uint64) uint64 { return x })
		run(arm64asm.FSQRT, size, func(size int, x uint64) uint64 {
			return floats(func(x, _ float64) float64 { return math.Sqrt(x) })(size, x, x)
		})
		for _, r := range roundings {
			run(r.toFloat, size, func(size int, x uint64) uint64 {
				return floats(func(x, _ float64) float64 { return r.round(x) })(size, x, x)
			})
		}
	}
}

// TestFloatToInteger saturates, and makes 0 of NaN.
func TestFloatToInteger(t *testing.T) {
	count(t)
	for _, size := range floatSizes {
		for _, n := range widths {
			for _, r := range roundings {
				for isSigned, op := range []arm64asm.Op{r.toUnsigned, r.toSigned} {
					if op == 0 {
						continue
					}
					dst, x := one(), anyVector()
					check(t, test{fmt.Sprint(op, size, n), fp16(size), emit(op, general(n, dst), scalar(size, x)), func(s *state) {
						s.setReg(n, dst, saturatedInteger(n, isSigned == 1, r.round(decoded(size, lane(s.v[x][:], size, 0)))))
					}}, first(60, floatPairs(size, x, x))...)
				}
			}
		}
	}
}

// TestIntegerToFloat also has fixed-point numbers, with bits behind the point.
func TestIntegerToFloat(t *testing.T) {
	count(t)
	for _, size := range floatSizes {
		for _, n := range widths {
			for isSigned, op := range []arm64asm.Op{arm64asm.UCVTF, arm64asm.SCVTF} {
				dst, x := anyVector(), one()
				convert := func(v uint64) uint64 {
					switch {
					case size == 4 && isSigned == 1:
						return uint64(math.Float32bits(float32(signed(n, v))))
					case size == 4:
						return uint64(math.Float32bits(float32(v)))
					case isSigned == 1:
						return encoded(size, float64(signed(n, v)))
					}
					return encoded(size, float64(v))
				}
				inputs := each(n, func(s *state, v uint64) { s.put(n, x, v) })
				check(t, test{fmt.Sprint(op, size, n), fp16(size), emit(op, scalar(size, dst), general(n, x)), func(s *state) {
					s.setScalar(size, dst, convert(s.reg(n, x)))
				}}, inputs...)
				if size == 8 && n == 32 {
					check(t, test{fmt.Sprint(op, size, n, " #5"), 0, emit(op, scalar(size, dst), general(n, x), arm64.Imm(5)), func(s *state) {
						s.setScalar(size, dst, encoded(8, decoded(8, convert(s.reg(n, x)))/32))
					}}, inputs...)
				}
			}
		}
	}
}

func TestFused(t *testing.T) {
	count(t)
	for _, c := range []struct {
		op                   arm64asm.Op
		negProduct, negAdded bool
	}{
		{arm64asm.FMADD, false, false},
		{arm64asm.FMSUB, true, false},
		{arm64asm.FNMADD, true, true},
		{arm64asm.FNMSUB, false, true},
	} {
		for _, size := range []int{4, 8} {
			dst, x, y := anyVector(), uint8(3), uint8(9)
			for _, z := range []uint8{17, x} {
				check(t, test{fmt.Sprint(c.op, size), 0, emit(c.op, scalar(size, dst), scalar(size, x), scalar(size, y), scalar(size, z)), func(s *state) {
					at := func(r uint8) uint64 { return lane(s.v[r][:], size, 0) }
					s.setScalar(size, dst, fused(size, c.negProduct, c.negAdded, at(x), at(y), at(z)))
				}}, floatPairs(size, y, z)...)
			}
		}
	}
}

// flagsOf are those that a comparison leaves: Arm ARM DDI 0487, FPCompare.
func flagsOf(x, y float64) uint64 {
	switch {
	case x == y:
		return zf | cf
	case x < y:
		return nf
	case x > y:
		return cf
	}
	return cf | vf
}

func TestFloatCompare(t *testing.T) {
	count(t)
	for _, size := range floatSizes {
		x, y := uint8(5), uint8(22)
		at := func(s *state, r uint8) float64 { return decoded(size, lane(s.v[r][:], size, 0)) }
		inputs := floatPairs(size, x, y)
		for _, op := range []arm64asm.Op{arm64asm.FCMP, arm64asm.FCMPE} {
			check(t, test{fmt.Sprint(op, size), fp16(size), emit(op, scalar(size, x), scalar(size, y)), func(s *state) {
				s.flags = flagsOf(at(s, x), at(s, y))
			}}, inputs...)
			check(t, test{fmt.Sprint(op, size, " 0"), fp16(size), emit(op, scalar(size, x), arm64.Float(0)), func(s *state) {
				s.flags = flagsOf(at(s, x), 0)
			}}, first(60, inputs)...)
		}
		for c := arm64.EQ; c < arm64.NV; c++ {
			nzcv, dst := generator.Uint64N(16), anyVector()
			withFlags := func(s *state) {
				inputs[generator.IntN(len(inputs))](s)
			}
			check(t, test{fmt.Sprint("FCCMP", size, c), fp16(size), emit(arm64asm.FCCMP, scalar(size, x), scalar(size, y), arm64.Imm(nzcv), c), func(s *state) {
				if holds(c, s.flags) {
					s.flags = flagsOf(at(s, x), at(s, y))
				} else {
					s.flags = nzcv << 28
				}
			}}, everyFlags(withFlags)...)
			check(t, test{fmt.Sprint("FCSEL", size, c), fp16(size), emit(arm64asm.FCSEL, scalar(size, dst), scalar(size, x), scalar(size, y), c), func(s *state) {
				from := y
				if holds(c, s.flags) {
					from = x
				}
				s.setScalar(size, dst, lane(s.v[from][:], size, 0))
			}}, everyFlags(withFlags)...)
		}
	}
}

// TestFloatConvert changes the precision.
func TestFloatConvert(t *testing.T) {
	count(t)
	for _, from := range floatSizes {
		for _, to := range floatSizes {
			if from == to {
				continue
			}
			dst, x := anyVector(), anyVector()
			check(t, test{fmt.Sprint("FCVT", from, to), 0, emit(arm64asm.FCVT, scalar(to, dst), scalar(from, x)), func(s *state) {
				s.setScalar(to, dst, converted(from, to, lane(s.v[x][:], from, 0)))
			}}, first(60, floatPairs(from, x, x))...)
		}
	}
}

// converted is a number of another precision. Of a NaN the highest bits of the fraction stay.
func converted(from, to int, x uint64) uint64 {
	if !isNaN(from, x) {
		return encoded(to, decoded(from, x))
	}
	fraction := map[int]int{2: 10, 4: 23, 8: 52}
	top := x << (64 - fraction[from]) >> (64 - fraction[to])
	return top&(quietBit(to)-1) | encoded(to, math.Inf(1)) | quietBit(to) | x>>(8*from-1)<<(8*to-1)
}

// TestFloatMoves are those between files of registers, and of constants.
func TestFloatMoves(t *testing.T) {
	count(t)
	for _, n := range widths {
		size := n / 8
		v, r := anyVector(), one()
		check(t, test{"FMOV to", 0, emit(arm64asm.FMOV, scalar(size, v), general(n, r)), func(s *state) { s.setScalar(size, v, s.reg(n, r)) }}, nothing)
		check(t, test{"FMOV from", 0, emit(arm64asm.FMOV, general(n, r), scalar(size, v)), func(s *state) { s.setReg(n, r, lane(s.v[v][:], size, 0)) }}, nothing)
		for i := 0; i < 256; i += 3 { // sign, three bits of exponent, four of fraction
			f := (1 + float64(i&15)/16) * math.Ldexp(1, (i>>4&7^4)-3) * float64(1-i>>7*2)
			check(t, test{fmt.Sprint("FMOV ", f), 0, emit(arm64asm.FMOV, scalar(size, v), arm64.Float(f)), func(s *state) {
				s.setScalar(size, v, fromFloat(size, f))
			}}, nothing)
		}
	}
}
