package models

import (
	"fmt"
	"math/bits"
	"testing"

	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm/arm64"
)

// arranged is vector register r as elements of size bytes, n bytes in all.
func arranged(r uint8, size, n int) arm64.Arg {
	v := arm64.V(r)
	if n == 16 {
		return map[int]arm64.Arg{1: v.B16(), 2: v.H8(), 4: v.S4(), 8: v.D2()}[size]
	}
	return map[int]arm64.Arg{1: v.B8(), 2: v.H4(), 4: v.S2(), 8: v.D1()}[size]
}

// element is element i of vector register r.
func element(r uint8, size, i int) arm64.Arg {
	v := arm64.V(r)
	return map[int]arm64.Arg{1: v.B(i), 2: v.H(i), 4: v.S(i), 8: v.D(i)}[size]
}

// saturates says since it was last cleared that something was saturated: QC.
var saturates bool

// narrowed keeps a number within what size bytes can hold, with a sign or without.
func narrowed(size int, isSigned bool, x int64) uint64 {
	n := 8 * size
	least, most := int64(0), int64(maskOf(min(n, 63)))
	if isSigned {
		least, most = -1<<(n-1), 1<<(n-1)-1
	}
	r := min(max(x, least), most)
	saturates = saturates || r != x
	return uint64(r)
}

// clamped is the sum or difference of elements, saturated; in 8 bytes by the flags of the sum.
func clamped(isSigned, subtract bool) func(size int, x, y uint64) uint64 {
	return func(size int, x, y uint64) uint64 {
		n := 8 * size
		r, flags := withCarry(n, x, y, 0)
		if subtract {
			r, flags = withCarry(n, x, ^y&maskOf(n), 1)
		}
		switch {
		case isSigned && flags&vf != 0:
			saturates = true
			return 1<<(n-1) - 1 + x>>(n-1) // the sign of the first decides
		case !isSigned && (flags&cf != 0) != subtract:
			saturates = true
			return maskOf(n) * set(1, !subtract)
		}
		return r
	}
}

// halved is a sum or difference of integers that are not cut, in half.
func halved(isSigned bool, f func(x, y int64) int64) func(size int, x, y uint64) uint64 {
	return func(size int, x, y uint64) uint64 {
		return uint64(f(int64(widened(8*size, isSigned, x)), int64(widened(8*size, isSigned, y))) >> 1)
	}
}

// shiftedBy shifts left by the lowest byte of the second, or right if that is negative, rounded if asked.
func shiftedBy(isSigned, rounds bool) func(size int, x, y uint64) uint64 {
	return func(size int, x, y uint64) uint64 {
		n, by := 8*size, int(int8(y))
		v := int64(widened(n, isSigned, x))
		if by >= 0 {
			return uint64(v) << by
		}
		return right(isSigned, rounds, uint64(v), -by)
	}
}

// right shifts a number that was widened to 64 bits, by 1 to 128.
func right(isSigned, rounds bool, x uint64, by int) uint64 {
	sign := uint64(0)
	if isSigned {
		sign = uint64(int64(x) >> 63)
	}
	low := uint64(0) // the last bit that goes out
	switch {
	case by <= 64:
		low = x >> (by - 1) & 1
	default:
		low = sign & 1
	}
	r := x>>by | sign<<max(64-by, 0)
	if by >= 64 {
		r = sign
	}
	if rounds {
		r += low
	}
	return r
}

func widest(isSigned bool, f func(x, y int64) int64) func(size int, x, y uint64) uint64 {
	return func(size int, x, y uint64) uint64 {
		return uint64(f(int64(widened(8*size, isSigned, x)), int64(widened(8*size, isSigned, y))))
	}
}

func difference(x, y int64) int64 { return max(x-y, y-x) }

// doubled is the high half of twice the product.
func doubled(rounds bool) func(size int, x, y uint64) uint64 {
	return func(size int, x, y uint64) uint64 {
		n := 8 * size
		p := signed(n, x) * signed(n, y) // at most 62 bits and a sign
		if rounds {
			p += 1 << (n - 2)
		}
		return narrowed(size, true, p>>(n-1))
	}
}

// same are the instructions on vectors with elements of one size; acc is the destination before.
type same struct {
	op    arm64asm.Op
	sizes []int
	model func(size int, x, y uint64) uint64
	acc   func(acc, r uint64) uint64 // nil if the destination does not matter
	needs features
}

var (
	all8 = []int{1, 2, 4, 8}
	to4  = []int{1, 2, 4}
	one1 = []int{1}
)

func plus(acc, r uint64) uint64  { return acc + r }
func minus(acc, r uint64) uint64 { return acc - r }

var sames = []same{
	{arm64asm.ADD, all8, naturals(func(x, y uint64) uint64 { return x + y }), nil, 0},
	{arm64asm.SUB, all8, naturals(func(x, y uint64) uint64 { return x - y }), nil, 0},
	{arm64asm.MUL, to4, naturals(func(x, y uint64) uint64 { return x * y }), nil, 0},
	{arm64asm.MLA, to4, naturals(func(x, y uint64) uint64 { return x * y }), plus, 0},
	{arm64asm.MLS, to4, naturals(func(x, y uint64) uint64 { return x * y }), minus, 0},
	{arm64asm.AND, one1, naturals(func(x, y uint64) uint64 { return x & y }), nil, 0},
	{arm64asm.BIC, one1, naturals(func(x, y uint64) uint64 { return x &^ y }), nil, 0},
	{arm64asm.ORR, one1, naturals(func(x, y uint64) uint64 { return x | y }), nil, 0},
	{arm64asm.ORN, one1, naturals(func(x, y uint64) uint64 { return x | ^y }), nil, 0},
	{arm64asm.EOR, one1, naturals(func(x, y uint64) uint64 { return x ^ y }), nil, 0},
	{arm64asm.CMEQ, all8, naturals(func(x, y uint64) uint64 { return all(x == y) }), nil, 0},
	{arm64asm.CMHI, all8, naturals(func(x, y uint64) uint64 { return all(x > y) }), nil, 0},
	{arm64asm.CMHS, all8, naturals(func(x, y uint64) uint64 { return all(x >= y) }), nil, 0},
	{arm64asm.CMTST, all8, naturals(func(x, y uint64) uint64 { return all(x&y != 0) }), nil, 0},
	{arm64asm.CMGT, all8, integers(func(x, y int64) int64 { return int64(all(x > y)) }), nil, 0},
	{arm64asm.CMGE, all8, integers(func(x, y int64) int64 { return int64(all(x >= y)) }), nil, 0},
	{arm64asm.SMAX, to4, integers(func(x, y int64) int64 { return max(x, y) }), nil, 0},
	{arm64asm.SMIN, to4, integers(func(x, y int64) int64 { return min(x, y) }), nil, 0},
	{arm64asm.UMAX, to4, naturals(func(x, y uint64) uint64 { return max(x, y) }), nil, 0},
	{arm64asm.UMIN, to4, naturals(func(x, y uint64) uint64 { return min(x, y) }), nil, 0},
	{arm64asm.SABD, to4, widest(true, difference), nil, 0},
	{arm64asm.UABD, to4, widest(false, difference), nil, 0},
	{arm64asm.SABA, to4, widest(true, difference), plus, 0},
	{arm64asm.UABA, to4, widest(false, difference), plus, 0},
	{arm64asm.SHADD, to4, halved(true, add), nil, 0},
	{arm64asm.UHADD, to4, halved(false, add), nil, 0},
	{arm64asm.SRHADD, to4, halved(true, func(x, y int64) int64 { return x + y + 1 }), nil, 0},
	{arm64asm.URHADD, to4, halved(false, func(x, y int64) int64 { return x + y + 1 }), nil, 0},
	{arm64asm.SHSUB, to4, halved(true, sub), nil, 0},
	{arm64asm.UHSUB, to4, halved(false, sub), nil, 0},
	{arm64asm.SQADD, all8, clamped(true, false), nil, 0},
	{arm64asm.UQADD, all8, clamped(false, false), nil, 0},
	{arm64asm.SQSUB, all8, clamped(true, true), nil, 0},
	{arm64asm.UQSUB, all8, clamped(false, true), nil, 0},
	{arm64asm.SSHL, all8, shiftedBy(true, false), nil, 0},
	{arm64asm.USHL, all8, shiftedBy(false, false), nil, 0},
	{arm64asm.SRSHL, all8, shiftedBy(true, true), nil, 0},
	{arm64asm.URSHL, all8, shiftedBy(false, true), nil, 0},
	{arm64asm.SQDMULH, []int{2, 4}, doubled(false), nil, 0},
	{arm64asm.SQRDMULH, []int{2, 4}, doubled(true), nil, 0},
}

// fills makes inputs with integers of the size in all vector registers, of which some are equal.
func fills(size int) []func(*state) {
	return filled(12, size, false, func(s *state) {
		for i := range s.v {
			if generator.IntN(4) == 0 {
				s.v[i] = s.v[generator.IntN(32)]
			}
		}
	})
}

// vectorTest checks an instruction whose result in register dst, n bytes of it, has the elements that model gives.
func vectorTest(t *testing.T, name string, needs features, code func(*assembler), dst uint8, n, size int, model func(s *state, i int) uint64, inputs []func(*state)) {
	t.Helper()
	check(t, test{name, needs, code, func(s *state) {
		saturates = false
		r := lanesOf(n, size, func(i int) uint64 { return model(s, i) })
		s.v[dst] = r
		if saturates {
			s.fpsr |= qc
		}
	}}, inputs...)
}

func TestVectorsOfOneSize(t *testing.T) {
	count(t)
	for _, c := range sames {
		for _, size := range c.sizes {
			for _, n := range []int{8, 16} {
				if n == size {
					continue
				}
				dst, x, y := anyVector(), anyVector(), anyVector()
				vectorTest(t, fmt.Sprint(c.op, size, n), c.needs, emit(c.op, arranged(dst, size, n), arranged(x, size, n), arranged(y, size, n)), dst, n, size,
					func(s *state, i int) uint64 {
						r := c.model(size, lane(s.v[x][:], size, i), lane(s.v[y][:], size, i))
						if c.acc != nil {
							r = c.acc(lane(s.v[dst][:], size, i), r)
						}
						return r
					}, fills(size))
			}
		}
	}
}

// TestSelects has the three that choose bits.
func TestSelects(t *testing.T) {
	count(t)
	for _, c := range []struct {
		op    arm64asm.Op
		model func(d, x, y uint64) uint64
	}{
		{arm64asm.BSL, func(d, x, y uint64) uint64 { return d&x | y&^d }},
		{arm64asm.BIT, func(d, x, y uint64) uint64 { return x&y | d&^y }},
		{arm64asm.BIF, func(d, x, y uint64) uint64 { return d&y | x&^y }},
	} {
		for _, n := range []int{8, 16} {
			dst, x, y := anyVector(), anyVector(), anyVector()
			vectorTest(t, c.op.String(), 0, emit(c.op, arranged(dst, 1, n), arranged(x, 1, n), arranged(y, 1, n)), dst, n, 8, func(s *state, i int) uint64 {
				return c.model(lane(s.v[dst][:], 8, i), lane(s.v[x][:], 8, i), lane(s.v[y][:], 8, i))
			}, fills(8))
		}
	}
}

// vectorUnary are those with one operand.
var vectorUnary = []struct {
	op    arm64asm.Op
	sizes []int
	model func(size int, x uint64) uint64
}{
	{arm64asm.ABS, all8, func(size int, x uint64) uint64 { return uint64(max(signed(8*size, x), -signed(8*size, x))) }},
	{arm64asm.NEG, all8, func(_ int, x uint64) uint64 { return -x }},
	{arm64asm.MVN, one1, func(_ int, x uint64) uint64 { return ^x }},
	{arm64asm.CNT, one1, func(_ int, x uint64) uint64 { return uint64(bits.OnesCount64(x)) }},
	{arm64asm.RBIT, one1, func(_ int, x uint64) uint64 { return uint64(bits.Reverse8(uint8(x))) }},
	{arm64asm.CLZ, to4, func(size int, x uint64) uint64 { return uint64(bits.LeadingZeros64(x) - 64 + 8*size) }},
	{arm64asm.CLS, to4, func(size int, x uint64) uint64 {
		v := signed(8*size, x)
		return uint64(bits.LeadingZeros64(uint64(v^v>>1)) - 65 + 8*size)
	}},
	{arm64asm.SQABS, all8, func(size int, x uint64) uint64 {
		if x == 1<<(8*size-1) {
			saturates = true
			return x - 1
		}
		return uint64(max(signed(8*size, x), -signed(8*size, x)))
	}},
	{arm64asm.SQNEG, all8, func(size int, x uint64) uint64 {
		if x == 1<<(8*size-1) {
			saturates = true
			return x - 1
		}
		return -x
	}},
}

func TestVectorUnary(t *testing.T) {
	count(t)
	for _, n := range []int{8, 16} {
		for _, c := range vectorUnary {
			for _, size := range c.sizes {
				if n == size {
					continue
				}
				dst, x := anyVector(), anyVector()
				vectorTest(t, fmt.Sprint(c.op, size, n), 0, emit(c.op, arranged(dst, size, n), arranged(x, size, n)), dst, n, size, func(s *state, i int) uint64 {
					return c.model(size, lane(s.v[x][:], size, i))
				}, fills(size))
			}
		}
		for _, c := range []struct {
			op    arm64asm.Op
			model func(x int64) bool
		}{
			{arm64asm.CMEQ, func(x int64) bool { return x == 0 }},
			{arm64asm.CMGE, func(x int64) bool { return x >= 0 }},
			{arm64asm.CMGT, func(x int64) bool { return x > 0 }},
			{arm64asm.CMLE, func(x int64) bool { return x <= 0 }},
			{arm64asm.CMLT, func(x int64) bool { return x < 0 }},
		} {
			for _, size := range to4 {
				dst, x := anyVector(), anyVector()
				vectorTest(t, fmt.Sprint(c.op, size, n), 0, emit(c.op, arranged(dst, size, n), arranged(x, size, n), arm64.Imm(0)), dst, n, size, func(s *state, i int) uint64 {
					return all(c.model(signed(8*size, lane(s.v[x][:], size, i))))
				}, fills(size))
			}
		}
		for k, op := range []arm64asm.Op{arm64asm.REV16, arm64asm.REV32, arm64asm.REV64} {
			block := 2 << k
			for size := 1; size < block; size *= 2 {
				dst, x := anyVector(), anyVector()
				vectorTest(t, fmt.Sprint(op, size, n), 0, emit(op, arranged(dst, size, n), arranged(x, size, n)), dst, n, 8, func(s *state, i int) uint64 {
					return swapped(lane(s.v[x][:], 8, i), 8*size, 8*block)
				}, fills(size))
			}
		}
	}
}

// TestVectorFloats has the operations of scalars on vectors.
func TestVectorFloats(t *testing.T) {
	count(t)
	for _, size := range floatSizes {
		for _, n := range []int{8, 16} {
			if n == size {
				continue
			}
			dst, x, y := anyVector(), anyVector(), anyVector()
			inputs := func() []func(*state) {
				some := specialHalves()
				return filled(8, max(size, 4), true, func(s *state) {
					for i := range 64 {
						if size == 2 {
							setLane(s.v[[]uint8{x, y}[i/32]][:], 2, i%8, some[generator.IntN(len(some))])
						}
					}
				})
			}
			for _, c := range floatBinary {
				if !c.vector {
					continue
				}
				vectorTest(t, fmt.Sprint(c.op, size, n), fp16(size), emit(c.op, arranged(dst, size, n), arranged(x, size, n), arranged(y, size, n)), dst, n, size, func(s *state, i int) uint64 {
					return c.model(size, lane(s.v[x][:], size, i), lane(s.v[y][:], size, i))
				}, inputs())
			}
			for _, r := range roundings {
				vectorTest(t, fmt.Sprint(r.toFloat, size, n), fp16(size), emit(r.toFloat, arranged(dst, size, n), arranged(x, size, n)), dst, n, size, func(s *state, i int) uint64 {
					v := lane(s.v[x][:], size, i)
					return floats(func(x, _ float64) float64 { return r.round(x) })(size, v, v)
				}, inputs())
				for isSigned, op := range []arm64asm.Op{r.toUnsigned, r.toSigned} {
					if op == 0 {
						continue
					}
					vectorTest(t, fmt.Sprint(op, size, n), fp16(size), emit(op, arranged(dst, size, n), arranged(x, size, n)), dst, n, size, func(s *state, i int) uint64 {
						return saturatedInteger(8*size, isSigned == 1, r.round(decoded(size, lane(s.v[x][:], size, i))))
					}, inputs())
				}
			}
			for _, op := range []arm64asm.Op{arm64asm.FMLA, arm64asm.FMLS} {
				if size == 2 {
					continue
				}
				vectorTest(t, fmt.Sprint(op, size, n), fp16(size), emit(op, arranged(dst, size, n), arranged(x, size, n), arranged(y, size, n)), dst, n, size, func(s *state, i int) uint64 {
					return fused(size, op == arm64asm.FMLS, false, lane(s.v[x][:], size, i), lane(s.v[y][:], size, i), lane(s.v[dst][:], size, i))
				}, inputs())
			}
		}
	}
}
