package models

import (
	"fmt"
	"math/bits"
	"testing"

	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm/arm64"
)

// unary checks an operation on one register.
func unary(t *testing.T, needs features, op arm64asm.Op, n, from int, model func(x uint64) uint64) {
	t.Helper()
	for range 2 {
		dst, src := one(), one()
		check(t, test{fmt.Sprintf("%v %d", op, n), needs, emit(op, general(n, dst), general(from, src)), func(s *state) {
			s.setReg(n, dst, model(s.reg(from, src)))
		}}, each(from, func(s *state, x uint64) { s.put(from, src, x) })...)
	}
}

// swapped reverses the order of parts of size bits within blocks of block bits.
func swapped(x uint64, size, block int) (r uint64) {
	for i := 0; i < 64; i += size {
		to := i/block*block + block - size - i%block
		r |= x >> i & maskOf(size) << to
	}
	return r
}

func TestBits(t *testing.T) {
	count(t)
	for _, n := range widths {
		m := uint64(64 - n)
		unary(t, 0, arm64asm.CLZ, n, n, func(x uint64) uint64 { return uint64(bits.LeadingZeros64(x)) - m })
		unary(t, 0, arm64asm.CLS, n, n, func(x uint64) uint64 {
			return uint64(bits.LeadingZeros64(uint64(signed(n, x)^signed(n, x)>>1))) - m - 1
		})
		unary(t, 0, arm64asm.RBIT, n, n, func(x uint64) uint64 { return bits.Reverse64(x) >> m })
		unary(t, 0, arm64asm.REV, n, n, func(x uint64) uint64 { return bits.ReverseBytes64(x) >> m })
		unary(t, 0, arm64asm.REV16, n, n, func(x uint64) uint64 { return swapped(x, 8, 16) })
		unary(t, 0, arm64asm.MVN, n, n, func(x uint64) uint64 { return ^x })
		unary(t, 0, arm64asm.MOV, n, n, func(x uint64) uint64 { return x })
		unary(t, 0, arm64asm.SXTB, n, 32, func(x uint64) uint64 { return uint64(int8(x)) })
		unary(t, 0, arm64asm.SXTH, n, 32, func(x uint64) uint64 { return uint64(int16(x)) })
		unary(t, arm64.FEAT_CSSC, arm64asm.CNT, n, n, func(x uint64) uint64 { return uint64(bits.OnesCount64(x)) })
		unary(t, arm64.FEAT_CSSC, arm64.CTZ, n, n, func(x uint64) uint64 { return uint64(min(bits.TrailingZeros64(x), n)) })
		unary(t, arm64.FEAT_CSSC, arm64asm.ABS, n, n, func(x uint64) uint64 { return uint64(max(signed(n, x), -signed(n, x))) })
	}
	unary(t, 0, arm64asm.REV32, 64, 64, func(x uint64) uint64 { return swapped(x, 8, 32) })
	unary(t, 0, arm64asm.SXTW, 64, 32, func(x uint64) uint64 { return uint64(int32(x)) })
	unary(t, 0, arm64asm.UXTB, 32, 32, func(x uint64) uint64 { return x & 0xff })
	unary(t, 0, arm64asm.UXTH, 32, 32, func(x uint64) uint64 { return x & 0xffff })
}

func TestShifts(t *testing.T) {
	count(t)
	for kind, op := range []arm64asm.Op{arm64asm.LSL, arm64asm.LSR, arm64asm.ASR, arm64asm.ROR} {
		for _, n := range widths {
			dst, src, by := one(), one(), one()
			check(t, test{op.String(), 0, emit(op, general(n, dst), general(n, src), general(n, by)), func(s *state) {
				s.setReg(n, dst, shift(n, kind, s.reg(n, src), uint(s.reg(n, by)%uint64(n))))
			}}, first(200, pairs(n, func(s *state, x, y uint64) { s.put(n, src, x); s.put(n, by, y) }))...)
			for _, by := range []int{0, 1, 7, n / 2, n - 2, n - 1} {
				dst, src := one(), one()
				check(t, test{fmt.Sprintf("%v %d #%d", op, n, by), 0, emit(op, general(n, dst), general(n, src), arm64.Imm(by)), func(s *state) {
					s.setReg(n, dst, shift(n, kind, s.reg(n, src), uint(by)))
				}}, each(n, func(s *state, x uint64) { s.put(n, src, x) })...)
			}
		}
	}
	for _, n := range widths {
		for _, lsb := range []int{0, 1, n / 2, n - 1} {
			dst, hi, lo := one(), one(), one()
			check(t, test{fmt.Sprintf("EXTR %d", lsb), 0, emit(arm64asm.EXTR, general(n, dst), general(n, hi), general(n, lo), arm64.Imm(lsb)), func(s *state) {
				s.setReg(n, dst, s.reg(n, lo)>>lsb|s.reg(n, hi)<<1<<(n-1-lsb))
			}}, first(40, pairs(n, func(s *state, x, y uint64) { s.put(n, hi, x); s.put(n, lo, y) }))...)
		}
	}
}

// bitfields take width bits from lsb on, or put them there; old is the destination before.
var bitfields = []struct {
	op     arm64asm.Op
	insert bool // where the bits go is lsb, not where they are from
	model  func(n, lsb, width int, x, old uint64) uint64
}{
	{arm64asm.UBFX, false, func(_, lsb, width int, x, _ uint64) uint64 { return x >> lsb & maskOf(width) }},
	{arm64asm.SBFX, false, func(_, lsb, width int, x, _ uint64) uint64 { return uint64(signed(width, x>>lsb)) }},
	{arm64asm.UBFIZ, true, func(_, lsb, width int, x, _ uint64) uint64 { return x & maskOf(width) << lsb }},
	{arm64asm.SBFIZ, true, func(_, lsb, width int, x, _ uint64) uint64 { return uint64(signed(width, x)) << lsb }},
	{arm64asm.BFI, true, func(_, lsb, width int, x, old uint64) uint64 {
		return old&^(maskOf(width)<<lsb) | x&maskOf(width)<<lsb
	}},
	{arm64asm.BFXIL, false, func(_, lsb, width int, x, old uint64) uint64 {
		return old&^maskOf(width) | x>>lsb&maskOf(width)
	}},
}

func TestBitfields(t *testing.T) {
	count(t)
	for _, b := range bitfields {
		for _, n := range widths {
			for _, lsb := range []int{0, 1, 5, n/2 + 1, n - 1} {
				for _, width := range []int{1, 2, n/2 - 1, n - lsb} {
					if width > n-lsb {
						continue
					}
					regs := distinct(2)
					dst, src := regs[0], regs[1]
					check(t, test{
						fmt.Sprintf("%v %d, #%d, #%d", b.op, n, lsb, width), 0,
						emit(b.op, general(n, dst), general(n, src), arm64.Imm(lsb), arm64.Imm(width)), func(s *state) {
							s.setReg(n, dst, b.model(n, lsb, width, s.reg(n, src), s.reg(n, dst)))
						},
					}, each(n, func(s *state, x uint64) { s.put(n, src, x) })...)
				}
			}
		}
	}
}

// TestMoves loads constants in each way, and LoadConst many.
func TestMoves(t *testing.T) {
	count(t)
	for shift := 0; shift < 64; shift += 16 {
		for _, imm := range []uint16{0, 1, 0x8000, 0xffff} {
			r := one()
			v := uint64(imm) << shift
			check(t, test{"MOVZ", 0, func(a *assembler) { a.MOVZxi(arm64.X(r), imm, shift) }, func(s *state) { s.gpr[r] = v }}, nothing)
			check(t, test{"MOVN", 0, func(a *assembler) { a.MOVNxi(arm64.X(r), imm, shift) }, func(s *state) { s.gpr[r] = ^v }}, nothing)
			check(t, test{"MOVK", 0, func(a *assembler) { a.MOVKxi(arm64.X(r), imm, shift) }, func(s *state) {
				s.gpr[r] = s.gpr[r]&^(0xffff<<shift) | v
			}}, nothing)
			if shift < 32 {
				check(t, test{"MOVZ W", 0, func(a *assembler) { a.MOVZwi(arm64.W(r), imm, shift) }, func(s *state) { s.gpr[r] = v }}, nothing)
				check(t, test{"MOVN W", 0, func(a *assembler) { a.MOVNwi(arm64.W(r), imm, shift) }, func(s *state) { s.gpr[r] = ^v & maskOf(32) }}, nothing)
			}
		}
	}
	constants := edges(64)
	for range 30 {
		constants = append(constants, bits.RotateLeft64(maskOf(1+generator.IntN(63)), generator.IntN(64)), generator.Uint64()&generator.Uint64())
	}
	for _, v := range constants {
		r := one()
		check(t, test{fmt.Sprintf("LoadConst %#x", v), 0, func(a *assembler) { a.LoadConst(arm64.X(r), v) }, func(s *state) { s.gpr[r] = v }}, nothing)
	}
	for _, v := range []uint32{0, 1, 0xffffffff, 0x12340000, 0xffff1234, 0x55555555} {
		r := one()
		check(t, test{fmt.Sprintf("MOV W, %#x", v), 0, emit(arm64asm.MOV, arm64.W(r), arm64.Imm(v)), func(s *state) { s.gpr[r] = uint64(v) }}, nothing)
	}
}
