package models

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/bits"
	"testing"

	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm/arm64"
)

func widened(n int, isSigned bool, x uint64) uint64 {
	if isSigned {
		return uint64(signed(n, x))
	}
	return x & maskOf(n)
}

func TestMultiply(t *testing.T) {
	count(t)
	for _, c := range []struct {
		op       arm64asm.Op
		from, to int // the widths of factors and result; of both where to is 0
		isSigned bool
		third    int // +1 if the third is added, -1 if the product is taken from it, or from 0 if it is not there
		hasThird bool
	}{
		{arm64asm.MUL, 0, 0, false, 1, false},
		{arm64asm.MNEG, 0, 0, false, -1, false},
		{arm64asm.MADD, 0, 0, false, 1, true},
		{arm64asm.MSUB, 0, 0, false, -1, true},
		{arm64asm.SMULL, 32, 64, true, 1, false},
		{arm64asm.UMULL, 32, 64, false, 1, false},
		{arm64asm.SMNEGL, 32, 64, true, -1, false},
		{arm64asm.UMNEGL, 32, 64, false, -1, false},
		{arm64asm.SMADDL, 32, 64, true, 1, true},
		{arm64asm.UMADDL, 32, 64, false, 1, true},
		{arm64asm.SMSUBL, 32, 64, true, -1, true},
		{arm64asm.UMSUBL, 32, 64, false, -1, true},
	} {
		for _, n := range widths {
			from, to := c.from, c.to
			if to == 0 {
				from, to = n, n
			} else if n == 32 {
				continue
			}
			dst, x, y, z := one(), one(), one(), one()
			args := []arm64.Arg{general(to, dst), general(from, x), general(from, y)}
			if c.hasThird {
				args = append(args, general(to, z))
			}
			check(t, test{c.op.String(), 0, emit(c.op, args...), func(s *state) {
				r := widened(from, c.isSigned, s.reg(from, x)) * widened(from, c.isSigned, s.reg(from, y)) * uint64(c.third)
				if c.hasThird {
					r += s.reg(to, z)
				}
				s.setReg(to, dst, r)
			}}, first(250, pairs(from, func(s *state, u, v uint64) { s.put(from, x, u); s.put(from, y, v) }))...)
		}
	}
	dst, x, y := one(), one(), one()
	inputs := pairs(64, func(s *state, u, v uint64) { s.gpr[x], s.gpr[y] = u, v })
	check(t, test{"UMULH", 0, emit(arm64asm.UMULH, arm64.X(dst), arm64.X(x), arm64.X(y)), func(s *state) {
		s.gpr[dst], _ = bits.Mul64(s.gpr[x], s.gpr[y])
	}}, inputs...)
	check(t, test{"SMULH", 0, emit(arm64asm.SMULH, arm64.X(dst), arm64.X(x), arm64.X(y)), func(s *state) {
		h, _ := bits.Mul64(s.gpr[x], s.gpr[y])
		s.gpr[dst] = h - s.gpr[x]>>63*s.gpr[y] - s.gpr[y]>>63*s.gpr[x]
	}}, inputs...)
}

// TestDivide has division by zero, which gives 0, and the quotient that overflows.
func TestDivide(t *testing.T) {
	count(t)
	for _, n := range widths {
		dst, x, y := one(), one(), one()
		inputs := pairs(n, func(s *state, u, v uint64) { s.put(n, x, u); s.put(n, y, v) })
		check(t, test{"UDIV", 0, emit(arm64asm.UDIV, general(n, dst), general(n, x), general(n, y)), func(s *state) {
			q := uint64(0)
			if d := s.reg(n, y); d != 0 {
				q = s.reg(n, x) / d
			}
			s.setReg(n, dst, q)
		}}, inputs...)
		check(t, test{"SDIV", 0, emit(arm64asm.SDIV, general(n, dst), general(n, x), general(n, y)), func(s *state) {
			q := int64(0)
			if d := signed(n, s.reg(n, y)); d != 0 {
				q = signed(n, s.reg(n, x)) / d
			}
			s.setReg(n, dst, uint64(q))
		}}, inputs...)
	}
}

func TestCRC32(t *testing.T) {
	count(t)
	for i, op := range []arm64asm.Op{
		arm64asm.CRC32B, arm64asm.CRC32H, arm64asm.CRC32W, arm64asm.CRC32X,
		arm64asm.CRC32CB, arm64asm.CRC32CH, arm64asm.CRC32CW, arm64asm.CRC32CX,
	} {
		table := crc32.MakeTable([]uint32{crc32.IEEE, crc32.Castagnoli}[i/4])
		n := 32 << (i % 4 / 3)
		dst, sum, data := one(), one(), one()
		check(t, test{op.String(), arm64.FEAT_CRC32, emit(op, arm64.W(dst), arm64.W(sum), general(n, data)), func(s *state) {
			var b [8]byte
			binary.LittleEndian.PutUint64(b[:], s.gpr[data])
			s.gpr[dst] = uint64(^crc32.Update(^uint32(s.gpr[sum]), table, b[:1<<(i%4)]))
		}}, first(60, pairs(64, func(s *state, u, v uint64) { s.gpr[sum], s.gpr[data] = u, v }))...)
	}
}

// TestMinMax has those of general registers.
func TestMinMax(t *testing.T) {
	count(t)
	for _, n := range widths {
		for _, c := range []struct {
			op    arm64asm.Op
			model func(x, y uint64) uint64
		}{
			{arm64asm.SMAX, func(x, y uint64) uint64 { return uint64(max(signed(n, x), signed(n, y))) }},
			{arm64asm.SMIN, func(x, y uint64) uint64 { return uint64(min(signed(n, x), signed(n, y))) }},
			{arm64asm.UMAX, func(x, y uint64) uint64 { return max(x, y) }},
			{arm64asm.UMIN, func(x, y uint64) uint64 { return min(x, y) }},
		} {
			dst, x, y := one(), one(), one()
			check(t, test{fmt.Sprint(c.op, n), arm64.FEAT_CSSC, emit(c.op, general(n, dst), general(n, x), general(n, y)), func(s *state) {
				s.setReg(n, dst, c.model(s.reg(n, x), s.reg(n, y)))
			}}, first(80, pairs(n, func(s *state, u, v uint64) { s.put(n, x, u); s.put(n, y, v) }))...)
		}
	}
}
