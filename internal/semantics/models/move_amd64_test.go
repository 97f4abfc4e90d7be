package models

import (
	"fmt"
	"math/bits"
	"testing"

	"github.com/wxjit/wxjit/asm/amd64"
)

func TestUnary(t *testing.T) {
	count(t)
	var p picker
	for _, u := range []struct {
		name  string
		model func(n int, x uint64) (r, mask, flags uint64)
		r     four[oneReg]
		m     four[oneMem]
	}{
		{"INC", func(n int, x uint64) (r, mask, flags uint64) {
			r, flags = addition(n, x, 1, 0)
			return r, six &^ cf, flags
		}, rs((*as).INCr8, (*as).INCr16, (*as).INCr32, (*as).INCr64), four[oneMem]{(*as).INCm8, (*as).INCm16, (*as).INCm32, (*as).INCm64}},
		{"DEC", func(n int, x uint64) (r, mask, flags uint64) {
			r, flags = subtraction(n, x, 1, 0)
			return r, six &^ cf, flags
		}, rs((*as).DECr8, (*as).DECr16, (*as).DECr32, (*as).DECr64), four[oneMem]{(*as).DECm8, (*as).DECm16, (*as).DECm32, (*as).DECm64}},
		{"NEG", func(n int, x uint64) (r, mask, flags uint64) {
			r, flags = subtraction(n, 0, x, 0)
			return r, six, flags
		}, rs((*as).NEGr8, (*as).NEGr16, (*as).NEGr32, (*as).NEGr64), four[oneMem]{(*as).NEGm8, (*as).NEGm16, (*as).NEGm32, (*as).NEGm64}},
		{
			"NOT", func(_ int, x uint64) (r, mask, flags uint64) { return ^x, 0, 0 },
			rs((*as).NOTr8, (*as).NOTr16, (*as).NOTr32, (*as).NOTr64),
			four[oneMem]{(*as).NOTm8, (*as).NOTm16, (*as).NOTm32, (*as).NOTm64},
		},
	} {
		for w, n := range widths {
			for range 5 {
				r, at := p.one(n, true), p.place()
				check(t, test{fmt.Sprintf("%s%d %d", u.name, n, r), 0, func(a *assembler) { u.r[w](a, r) }, func(s *state) {
					x, mask, flags := u.model(n, s.reg(n, r))
					s.setFlags(mask, flags)
					s.setReg(n, r, x)
				}}, each(n, func(s *state, x uint64) { s.setReg(n, r, x) })...)
				check(t, test{fmt.Sprintf("LOCK %s%d %v", u.name, n, at.mem()), 0, func(a *assembler) { a.LOCK(); u.m[w](a, at.mem()) }, func(s *state) {
					x, mask, flags := u.model(n, s.at(n, at.off))
					s.setFlags(mask, flags)
					s.setAt(n, at.off, x)
				}}, each(n, func(s *state, x uint64) { at.point(s); s.setAt(n, at.off, x) })...)
			}
		}
	}
}

// extensions are the moves that widen.
var extensions = []struct {
	name     string
	isSigned bool
	to, from int
	rr       regReg
	rm       regMem
}{
	{"MOVZX", false, 16, 8, rr((*as).MOVZXr16r8), rm((*as).MOVZXr16m8)},
	{"MOVZX", false, 32, 8, rr((*as).MOVZXr32r8), rm((*as).MOVZXr32m8)},
	{"MOVZX", false, 64, 8, rr((*as).MOVZXr64r8), rm((*as).MOVZXr64m8)},
	{"MOVZX", false, 32, 16, rr((*as).MOVZXr32r16), rm((*as).MOVZXr32m16)},
	{"MOVZX", false, 64, 16, rr((*as).MOVZXr64r16), rm((*as).MOVZXr64m16)},
	{"MOVSX", true, 16, 8, rr((*as).MOVSXr16r8), rm((*as).MOVSXr16m8)},
	{"MOVSX", true, 32, 8, rr((*as).MOVSXr32r8), rm((*as).MOVSXr32m8)},
	{"MOVSX", true, 64, 8, rr((*as).MOVSXr64r8), rm((*as).MOVSXr64m8)},
	{"MOVSX", true, 32, 16, rr((*as).MOVSXr32r16), rm((*as).MOVSXr32m16)},
	{"MOVSX", true, 64, 16, rr((*as).MOVSXr64r16), rm((*as).MOVSXr64m16)},
	{"MOVSXD", true, 64, 32, rr((*as).MOVSXDr64r32), rm((*as).MOVSXDr64m32)},
	// Of one width, a plain move.
	{"MOV", false, 8, 8, rr((*as).MOVrr8), rm((*as).MOVrm8)},
	{"MOV", false, 16, 16, rr((*as).MOVrr16), rm((*as).MOVrm16)},
	{"MOV", false, 32, 32, rr((*as).MOVrr32), rm((*as).MOVrm32)},
	{"MOV", false, 64, 64, rr((*as).MOVrr64), rm((*as).MOVrm64)},
}

func TestMoves(t *testing.T) {
	count(t)
	var p picker
	for _, e := range extensions {
		extend := func(x uint64) uint64 {
			if e.isSigned {
				return uint64(signed(e.from, x))
			}
			return x
		}
		for range 6 {
			dst, src := p.two(min(e.from, e.to))
			if e.to > 8 && dst > 15 {
				dst -= 16
			}
			if e.to == 64 && src > 15 || src > 15 && dst > 7 {
				src -= 16 // that takes a REX prefix
			}
			at := p.place(dst)
			check(t, test{fmt.Sprintf("%s %d(%d), %d(%d)", e.name, dst, e.to, src, e.from), 0, func(a *assembler) { e.rr(a, dst, src) }, func(s *state) {
				s.setReg(e.to, dst, extend(s.reg(e.from, src)))
			}}, each(e.from, func(s *state, x uint64) { s.setReg(e.from, src, x) })...)
			check(t, test{fmt.Sprintf("%s %d(%d), %v(%d)", e.name, dst, e.to, at.mem(), e.from), 0, func(a *assembler) { e.rm(a, dst, at.mem()) }, func(s *state) {
				s.setReg(e.to, dst, extend(s.at(e.from, at.off)))
			}}, each(e.from, func(s *state, x uint64) { at.point(s); s.setAt(e.from, at.off, x) })...)
		}
	}
}

func TestStores(t *testing.T) {
	count(t)
	var p picker
	stores := mrs((*as).MOVmr8, (*as).MOVmr16, (*as).MOVmr32, (*as).MOVmr64)
	swapped := four[memReg]{nil, mr((*as).MOVBEmr16), mr((*as).MOVBEmr32), mr((*as).MOVBEmr64)}
	constants := mis((*as).MOVmi8, (*as).MOVmi16, (*as).MOVmi32, (*as).MOVmi64)
	registers := four[regImm]{ri((*as).MOVri8), ri((*as).MOVri16), ri((*as).MOVri32)}
	for w, n := range widths {
		for range 6 {
			src := p.one(n, true)
			at := p.place(src)
			check(t, test{fmt.Sprintf("MOV%d %v, %d", n, at.mem(), src), 0, func(a *assembler) { stores[w](a, at.mem(), src) }, func(s *state) {
				s.setAt(n, at.off, s.reg(n, src))
			}}, at.point)
			if swapped[w] == nil {
				continue
			}
			check(t, test{fmt.Sprintf("MOVBE%d %v, %d", n, at.mem(), src), amd64.MOVBE, func(a *assembler) { swapped[w](a, at.mem(), src) }, func(s *state) {
				s.setAt(n, at.off, bits.ReverseBytes64(s.reg(n, src))>>(64-n))
			}}, at.point)
		}
		for _, x := range edges(n) {
			imm, at, dst := int32(x), p.place(), p.one(n, true)
			check(t, test{fmt.Sprintf("MOV%d %v, %#x", n, at.mem(), imm), 0, func(a *assembler) { constants[w](a, at.mem(), imm) }, func(s *state) {
				s.setAt(n, at.off, uint64(int64(imm)))
			}}, at.point)
			check(t, test{fmt.Sprintf("MOV%d %d, %#x", n, dst, x), 0, func(a *assembler) {
				if n == 64 {
					a.MOVri64(amd64.Reg64(dst), int64(x))
				} else {
					registers[w](a, dst, imm)
				}
			}, func(s *state) { s.setReg(n, dst, x) }}, func(*state) {})
		}
	}
	for r := range uint8(16) {
		if r == uint8(amd64.RSP) {
			continue
		}
		check(t, test{"BSWAP64", 0, func(a *assembler) { a.BSWAPr64(amd64.Reg64(r)) }, func(s *state) { s.gpr[r] = bits.ReverseBytes64(s.gpr[r]) }}, func(*state) {})
		check(t, test{"BSWAP32", 0, func(a *assembler) { a.BSWAPr32(amd64.Reg32(r)) }, func(s *state) {
			s.gpr[r] = uint64(bits.ReverseBytes32(uint32(s.gpr[r])))
		}}, func(*state) {})
	}
}

func TestWiden(t *testing.T) {
	count(t)
	for _, c := range []struct {
		name  string
		code  func(*assembler)
		model func(s *state, x uint64)
	}{
		{"CBW", (*as).CBW, func(s *state, x uint64) { s.setReg(16, rax, uint64(int8(x))) }},
		{"CWDE", (*as).CWDE, func(s *state, x uint64) { s.setReg(32, rax, uint64(int16(x))) }},
		{"CDQE", (*as).CDQE, func(s *state, x uint64) { s.setReg(64, rax, uint64(int32(x))) }},
		{"CWD", (*as).CWD, func(s *state, x uint64) { s.setReg(16, rdx, uint64(int16(x)>>15)) }},
		{"CDQ", (*as).CDQ, func(s *state, x uint64) { s.setReg(32, rdx, uint64(int32(x)>>31)) }},
		{"CQO", (*as).CQO, func(s *state, x uint64) { s.setReg(64, rdx, uint64(int64(x)>>63)) }},
		{"LAHF", (*as).LAHF, func(s *state, _ uint64) { s.setReg(8, uint8(amd64.AH), s.flags&(sf|zf|af|pf|cf)|2) }},
		{"SAHF", (*as).SAHF, func(s *state, x uint64) { s.setFlags(six&^of, x>>8) }},
	} {
		inputs := each(64, func(s *state, x uint64) { s.gpr[rax] = x })
		inputs = append(inputs, each(8, func(s *state, x uint64) { s.setReg(16, rax, x<<8|x) })...)
		check(t, test{c.name, 0, c.code, func(s *state) { c.model(s, s.gpr[rax]) }}, inputs...)
	}
}
