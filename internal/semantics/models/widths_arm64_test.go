package models

import (
	"fmt"
	"testing"

	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm/arm64"
)

// longs have elements twice as wide in the result: lower and upper take half of each source. Of the wide ones the first source
// is as wide as the result.
var longs = []struct {
	lower, upper arm64asm.Op
	isSigned     bool
	isWide       bool
	model        func(x, y int64) int64 // of what is extended
	acc          func(acc, r uint64) uint64
}{
	{arm64asm.SADDL, arm64asm.SADDL2, true, false, add, nil},
	{arm64asm.UADDL, arm64asm.UADDL2, false, false, add, nil},
	{arm64asm.SSUBL, arm64asm.SSUBL2, true, false, sub, nil},
	{arm64asm.USUBL, arm64asm.USUBL2, false, false, sub, nil},
	{arm64asm.SADDW, arm64asm.SADDW2, true, true, add, nil},
	{arm64asm.UADDW, arm64asm.UADDW2, false, true, add, nil},
	{arm64asm.SSUBW, arm64asm.SSUBW2, true, true, sub, nil},
	{arm64asm.USUBW, arm64asm.USUBW2, false, true, sub, nil},
	{arm64asm.SABDL, arm64asm.SABDL2, true, false, difference, nil},
	{arm64asm.UABDL, arm64asm.UABDL2, false, false, difference, nil},
	{arm64asm.SABAL, arm64asm.SABAL2, true, false, difference, plus},
	{arm64asm.UABAL, arm64asm.UABAL2, false, false, difference, plus},
	{arm64asm.SMULL, arm64asm.SMULL2, true, false, mul, nil},
	{arm64asm.UMULL, arm64asm.UMULL2, false, false, mul, nil},
	{arm64asm.SMLAL, arm64asm.SMLAL2, true, false, mul, plus},
	{arm64asm.UMLAL, arm64asm.UMLAL2, false, false, mul, plus},
	{arm64asm.SMLSL, arm64asm.SMLSL2, true, false, mul, minus},
	{arm64asm.UMLSL, arm64asm.UMLSL2, false, false, mul, minus},
}

func mul(x, y int64) int64 { return x * y }

func TestLong(t *testing.T) {
	count(t)
	for _, c := range longs {
		for _, size := range to4 {
			for half, op := range []arm64asm.Op{c.lower, c.upper} {
				dst, x, y := anyVector(), anyVector(), anyVector()
				n := 8 * (1 + half)
				firstArg := arranged(x, size, n)
				if c.isWide {
					firstArg = arranged(x, 2*size, 16)
				}
				vectorTest(t, fmt.Sprint(op, size), 0, emit(op, arranged(dst, 2*size, 16), firstArg, arranged(y, size, n)), dst, 16, 2*size, func(s *state, i int) uint64 {
					k := i + half*8/size
					u := int64(lane(s.v[x][:], 2*size, i))
					if !c.isWide {
						u = int64(widened(8*size, c.isSigned, lane(s.v[x][:], size, k)))
					}
					r := uint64(c.model(u, int64(widened(8*size, c.isSigned, lane(s.v[y][:], size, k)))))
					if c.acc != nil {
						r = c.acc(lane(s.v[dst][:], 2*size, i), r)
					}
					return r
				}, fills(size))
			}
		}
	}
}

// TestDoublingLong saturates twice the product, and the sum with it.
func TestDoublingLong(t *testing.T) {
	count(t)
	for _, size := range []int{2, 4} {
		n := 16 * size
		double := func(x, y uint64) uint64 {
			if x == y && x == 1<<(8*size-1) {
				saturates = true
				return maskOf(n - 1)
			}
			return uint64(2*signed(8*size, x)*signed(8*size, y)) & maskOf(n)
		}
		for half := range 2 {
			for kind, ops := range [][2]arm64asm.Op{
				{arm64asm.SQDMULL, arm64asm.SQDMULL2}, {arm64asm.SQDMLAL, arm64asm.SQDMLAL2}, {arm64asm.SQDMLSL, arm64asm.SQDMLSL2},
			} {
				op := ops[half]
				dst, x, y := anyVector(), anyVector(), anyVector()
				vectorTest(t, fmt.Sprint(op, size), 0, emit(op, arranged(dst, 2*size, 16), arranged(x, size, 8+8*half), arranged(y, size, 8+8*half)), dst, 16, 2*size, func(s *state, i int) uint64 {
					k := i + half*8/size
					p := double(lane(s.v[x][:], size, k), lane(s.v[y][:], size, k))
					if kind == 0 {
						return p
					}
					return clamped(true, kind == 2)(2*size, lane(s.v[dst][:], 2*size, i), p)
				}, fills(size))
			}
		}
	}
}

// narrow is what an instruction makes elements of size bytes of, from ones twice as wide, with the shift right of some.
var narrows = []struct {
	lower, upper arm64asm.Op
	shifts       bool
	rounds       bool
	from, to     bool // signed
	saturates    bool
}{
	{arm64asm.XTN, arm64asm.XTN2, false, false, false, false, false},
	{arm64asm.SQXTN, arm64asm.SQXTN2, false, false, true, true, true},
	{arm64asm.UQXTN, arm64asm.UQXTN2, false, false, false, false, true},
	{arm64asm.SQXTUN, arm64asm.SQXTUN2, false, false, true, false, true},
	{arm64asm.SHRN, arm64asm.SHRN2, true, false, false, false, false},
	{arm64asm.RSHRN, arm64asm.RSHRN2, true, true, false, false, false},
	{arm64asm.SQSHRN, arm64asm.SQSHRN2, true, false, true, true, true},
	{arm64asm.SQRSHRN, arm64asm.SQRSHRN2, true, true, true, true, true},
	{arm64asm.UQSHRN, arm64asm.UQSHRN2, true, false, false, false, true},
	{arm64asm.UQRSHRN, arm64asm.UQRSHRN2, true, true, false, false, true},
	{arm64asm.SQSHRUN, arm64asm.SQSHRUN2, true, false, true, false, true},
	{arm64asm.SQRSHRUN, arm64asm.SQRSHRUN2, true, true, true, false, true},
}

// upperOf is a result of 8 bytes in the upper half, and what was in the lower one.
func upperOf(s *state, dst uint8, half, size, i int, value func(i int) uint64) uint64 {
	if half == 1 && i < 8/size {
		return lane(s.v[dst][:], size, i)
	}
	return value(i - half*8/size)
}

func TestNarrow(t *testing.T) {
	count(t)
	for _, c := range narrows {
		for _, size := range to4 {
			for half, op := range []arm64asm.Op{c.lower, c.upper} {
				by := 0
				dst, x := anyVector(), anyVector()
				args := []arm64.Arg{arranged(dst, size, 8+8*half), arranged(x, 2*size, 16)}
				if c.shifts {
					by = 1 + generator.IntN(8*size)
					args = append(args, arm64.Imm(by))
				}
				vectorTest(t, fmt.Sprint(op, size, " #", by), 0, emit(op, args...), dst, 8+8*half, size, func(s *state, i int) uint64 {
					return upperOf(s, dst, half, size, i, func(i int) uint64 {
						v := widened(16*size, c.from, lane(s.v[x][:], 2*size, i))
						if by > 0 {
							v = right(c.from, c.rounds, v, by)
						}
						switch {
						case !c.saturates:
							return v
						case !c.from && v>>(8*size) != 0: // it may have 64 bits
							saturates = true
							return maskOf(8 * size)
						case !c.from:
							return v
						}
						return narrowed(size, c.to, int64(v))
					})
				}, fills(2*size))
			}
		}
	}
}

// TestHighNarrow has the upper halves of sums and differences.
func TestHighNarrow(t *testing.T) {
	count(t)
	for _, c := range []struct {
		lower, upper arm64asm.Op
		f            func(x, y int64) int64
		rounds       bool
	}{
		{arm64asm.ADDHN, arm64asm.ADDHN2, add, false},
		{arm64asm.RADDHN, arm64asm.RADDHN2, add, true},
		{arm64asm.SUBHN, arm64asm.SUBHN2, sub, false},
		{arm64asm.RSUBHN, arm64asm.RSUBHN2, sub, true},
	} {
		for _, size := range to4 {
			for half, op := range []arm64asm.Op{c.lower, c.upper} {
				dst, x, y := anyVector(), anyVector(), anyVector()
				vectorTest(t, fmt.Sprint(op, size), 0, emit(op, arranged(dst, size, 8+8*half), arranged(x, 2*size, 16), arranged(y, 2*size, 16)), dst, 8+8*half, size, func(s *state, i int) uint64 {
					return upperOf(s, dst, half, size, i, func(i int) uint64 {
						r := uint64(c.f(int64(lane(s.v[x][:], 2*size, i)), int64(lane(s.v[y][:], 2*size, i))))
						return (r + set(1<<(8*size-1), c.rounds)) >> (8 * size)
					})
				}, fills(2*size))
			}
		}
	}
}

// TestVectorShifts shifts by immediates.
func TestVectorShifts(t *testing.T) {
	count(t)
	for _, c := range []struct {
		op    arm64asm.Op
		right bool
		model func(size int, x, old uint64, by int) uint64
	}{
		{arm64asm.SHL, false, func(_ int, x, _ uint64, by int) uint64 { return x << by }},
		{arm64asm.SLI, false, func(_ int, x, old uint64, by int) uint64 { return x<<by | old&maskOf(by) }},
		{arm64asm.SQSHL, false, func(size int, x, _ uint64, by int) uint64 {
			v := signed(8*size, x)
			if r := uint64(v) << by; signed(8*size, r)>>by == v {
				return r
			}
			saturates = true
			return maskOf(8*size-1) + x>>(8*size-1)
		}},
		{arm64asm.UQSHL, false, func(size int, x, _ uint64, by int) uint64 {
			if r := x << by & maskOf(8*size); r>>by == x {
				return r
			}
			saturates = true
			return maskOf(8 * size)
		}},
		{arm64asm.SSHR, true, func(size int, x, _ uint64, by int) uint64 { return right(true, false, widened(8*size, true, x), by) }},
		{arm64asm.USHR, true, func(_ int, x, _ uint64, by int) uint64 { return right(false, false, x, by) }},
		{arm64asm.SRSHR, true, func(size int, x, _ uint64, by int) uint64 { return right(true, true, widened(8*size, true, x), by) }},
		{arm64asm.URSHR, true, func(_ int, x, _ uint64, by int) uint64 { return right(false, true, x, by) }},
		{arm64asm.SSRA, true, func(size int, x, old uint64, by int) uint64 {
			return old + right(true, false, widened(8*size, true, x), by)
		}},
		{arm64asm.URSRA, true, func(_ int, x, old uint64, by int) uint64 { return old + right(false, true, x, by) }},
		{arm64asm.SRI, true, func(size int, x, old uint64, by int) uint64 { return x>>by | old&^(maskOf(8*size)>>by) }},
	} {
		for _, size := range all8 {
			for _, by := range []int{0, 1, 4*size + 1, 8*size - 1} {
				if c.right {
					by++
				}
				dst, x := anyVector(), anyVector()
				vectorTest(t, fmt.Sprint(c.op, size, " #", by), 0, emit(c.op, arranged(dst, size, 16), arranged(x, size, 16), arm64.Imm(by)), dst, 16, size, func(s *state, i int) uint64 {
					return c.model(size, lane(s.v[x][:], size, i), lane(s.v[dst][:], size, i), by)
				}, fills(size))
			}
		}
	}
	for k, ops := range [][2]arm64asm.Op{{arm64asm.USHLL, arm64asm.USHLL2}, {arm64asm.SSHLL, arm64asm.SSHLL2}} {
		for half, op := range ops {
			for _, size := range to4 {
				by := generator.IntN(8 * size)
				dst, x := anyVector(), anyVector()
				vectorTest(t, fmt.Sprint(op, size, " #", by), 0, emit(op, arranged(dst, 2*size, 16), arranged(x, size, 8+8*half), arm64.Imm(by)), dst, 16, 2*size, func(s *state, i int) uint64 {
					return widened(8*size, k == 1, lane(s.v[x][:], size, i+half*8/size)) << by
				}, fills(size))
			}
		}
	}
}

// TestReductions have one element of all.
func TestReductions(t *testing.T) {
	count(t)
	for _, c := range []struct {
		op       arm64asm.Op
		isSigned bool
		wide     int
		f        func(x, y int64) int64
	}{
		{arm64asm.ADDV, false, 1, add},
		{arm64asm.SADDLV, true, 2, add},
		{arm64asm.UADDLV, false, 2, add},
		{arm64asm.SMAXV, true, 1, func(x, y int64) int64 { return max(x, y) }},
		{arm64asm.SMINV, true, 1, func(x, y int64) int64 { return min(x, y) }},
		{arm64asm.UMAXV, false, 1, func(x, y int64) int64 { return max(x, y) }},
		{arm64asm.UMINV, false, 1, func(x, y int64) int64 { return min(x, y) }},
	} {
		for _, size := range to4 {
			for _, n := range []int{8, 16} {
				if n/size == 2 {
					continue
				}
				dst, x := anyVector(), anyVector()
				check(t, test{fmt.Sprint(c.op, size, n), 0, emit(c.op, scalar(size*c.wide, dst), arranged(x, size, n)), func(s *state) {
					r := int64(widened(8*size, c.isSigned, lane(s.v[x][:], size, 0)))
					for i := 1; i < n/size; i++ {
						r = c.f(r, int64(widened(8*size, c.isSigned, lane(s.v[x][:], size, i))))
					}
					s.setScalar(size*c.wide, dst, uint64(r))
				}}, fills(size)...)
			}
		}
	}
}
