package models

import (
	"fmt"
	"testing"

	"github.com/wxjit/wxjit/asm/amd64"
)

func TestExchange(t *testing.T) {
	count(t)
	var p picker
	for _, e := range []struct {
		name  string
		model func(s *state, n int, dst, src uint64) (d, r uint64)
		rr    four[regReg]
		mr    four[memReg]
	}{
		{
			"XCHG", func(_ *state, _ int, dst, src uint64) (uint64, uint64) { return src, dst },
			rrs((*as).XCHGrr8, (*as).XCHGrr16, (*as).XCHGrr32, (*as).XCHGrr64), mrs((*as).XCHGmr8, (*as).XCHGmr16, (*as).XCHGmr32, (*as).XCHGmr64),
		},
		{
			"XADD", func(s *state, n int, dst, src uint64) (uint64, uint64) {
				sum, flags := addition(n, dst, src, 0)
				s.setFlags(six, flags)
				return sum, dst
			},
			rrs((*as).XADDrr8, (*as).XADDrr16, (*as).XADDrr32, (*as).XADDrr64), mrs((*as).XADDmr8, (*as).XADDmr16, (*as).XADDmr32, (*as).XADDmr64),
		},
	} {
		for w, n := range widths {
			for range 6 {
				dst, src := p.two(n)
				at := p.place(src)
				check(t, test{fmt.Sprintf("%s%d %d, %d", e.name, n, dst, src), 0, func(a *assembler) { e.rr[w](a, dst, src) }, func(s *state) {
					d, r := e.model(s, n, s.reg(n, dst), s.reg(n, src))
					s.setReg(n, src, r)
					s.setReg(n, dst, d)
				}}, pairs(n, func(s *state, x, y uint64) { s.setReg(n, dst, x); s.setReg(n, src, y) })...)
				check(t, test{fmt.Sprintf("LOCK %s%d %v, %d", e.name, n, at.mem(), src), 0, func(a *assembler) { a.LOCK(); e.mr[w](a, at.mem(), src) }, func(s *state) {
					d, r := e.model(s, n, s.at(n, at.off), s.reg(n, src))
					s.setReg(n, src, r)
					s.setAt(n, at.off, d)
				}}, pairs(n, func(s *state, x, y uint64) { at.point(s); s.setAt(n, at.off, x); s.setReg(n, src, y) })...)
			}
		}
	}
	for r := range uint8(16) {
		if r == uint8(amd64.RSP) {
			continue
		}
		for i, code := range []oneReg{r1((*as).XCHGrAX16), r1((*as).XCHGrEAX32), r1((*as).XCHGrRAX64)} {
			n := widths[i+1]
			check(t, test{fmt.Sprintf("XCHG%d %d, A", n, r), 0, func(a *assembler) { code(a, r) }, func(s *state) {
				x, y := s.reg(n, r), s.reg(n, rax)
				s.setReg(n, rax, x)
				s.setReg(n, r, y)
			}}, func(*state) {})
		}
	}
}

func TestCompareExchange(t *testing.T) {
	count(t)
	var p picker
	rrs := rrs((*as).CMPXCHGrr8, (*as).CMPXCHGrr16, (*as).CMPXCHGrr32, (*as).CMPXCHGrr64)
	mrs := mrs((*as).CMPXCHGmr8, (*as).CMPXCHGmr16, (*as).CMPXCHGmr32, (*as).CMPXCHGmr64)
	for w, n := range widths {
		src := p.one(n, false, rax)
		dst := p.one(n, false, rax, src)
		at := p.place(rax, src)
		compare := func(s *state, d uint64) bool {
			_, flags := subtraction(n, s.reg(n, rax), d, 0)
			s.setFlags(six, flags)
			return flags&zf != 0
		}
		check(t, test{fmt.Sprintf("CMPXCHG%d %d, %d", n, dst, src), 0, func(a *assembler) { rrs[w](a, dst, src) }, func(s *state) {
			if d := s.reg(n, dst); compare(s, d) {
				s.setReg(n, dst, s.reg(n, src))
			} else {
				s.setReg(n, rax, d)
			}
		}}, pairs(n, func(s *state, x, y uint64) {
			s.gpr[rax], s.gpr[dst] = x, y // upper halves of 0: CPUs differ in which of them they clear
		})...)
		check(t, test{fmt.Sprintf("LOCK CMPXCHG%d %v, %d", n, at.mem(), src), 0, func(a *assembler) { a.LOCK(); mrs[w](a, at.mem(), src) }, func(s *state) {
			if d := s.at(n, at.off); compare(s, d) {
				s.setAt(n, at.off, s.reg(n, src))
			} else {
				s.setReg(n, rax, d)
			}
		}}, pairs(n, func(s *state, x, y uint64) { at.point(s); s.gpr[rax] = x; s.setAt(n, at.off, y) })...)
	}
	for _, c := range []struct {
		name  string
		n     int
		needs amd64.Features
		code  oneMem
	}{{"CMPXCHG8B", 32, 0, (*as).CMPXCHG8Bm64}, {"CMPXCHG16B", 64, amd64.CX16, (*as).CMPXCHG16Bm128}} {
		n, rbx := c.n, uint8(amd64.RBX)
		at := p.place(rax, rcx, rdx, rbx)
		at.off = 128
		check(t, test{c.name, c.needs, func(a *assembler) { a.LOCK(); c.code(a, at.mem()) }, func(s *state) {
			lo, hi := s.at(n, at.off), s.at(n, at.off+n/8)
			if lo == s.reg(n, rax) && hi == s.reg(n, rdx) {
				s.setFlags(zf, zf)
				s.setAt(n, at.off, s.reg(n, rbx))
				s.setAt(n, at.off+n/8, s.reg(n, rcx))
			} else {
				s.setFlags(zf, 0)
				s.setReg(n, rax, lo)
				s.setReg(n, rdx, hi)
			}
		}}, pairs(n, func(s *state, x, y uint64) {
			at.point(s)
			s.gpr[rax], s.gpr[rdx] = x, y
			s.setAt(n, at.off, x)
			s.setAt(n, at.off+n/8, y&^(x&1))
		})...)
	}
}

// TestStack has what moves RSP and back.
func TestStack(t *testing.T) {
	count(t)
	const rbx, rbp = uint8(amd64.RBX), uint8(amd64.RBP)
	for r := range amd64.Reg64(16) {
		if r == amd64.RSP {
			continue
		}
		check(t, test{fmt.Sprintf("PUSH %d", r), 0, func(a *assembler) { a.PUSHr64(r); a.POPr64(amd64.RCX) }, func(s *state) { s.gpr[rcx] = s.gpr[r] }}, func(*state) {})
		check(t, test{fmt.Sprintf("POP %d", r), 0, func(a *assembler) { a.PUSHr64(amd64.RCX); a.POPr64(r) }, func(s *state) { s.gpr[r] = s.gpr[rcx] }}, func(*state) {})
		check(t, test{fmt.Sprintf("PUSH %dw", r), 0, func(a *assembler) { a.PUSHr16(amd64.Reg16(r)); a.POPr16(amd64.CX) }, func(s *state) {
			s.setReg(16, rcx, s.reg(16, uint8(r)))
		}}, func(*state) {})
	}
	for _, imm := range []int32{0, 1, -1, 127, 128, -128, -129, 0x7fffffff, -0x80000000} {
		check(t, test{fmt.Sprintf("PUSH %d", imm), 0, func(a *assembler) { a.PUSHi(imm); a.POPr64(amd64.RBX) }, func(s *state) { s.gpr[rbx] = uint64(int64(imm)) }}, func(*state) {})
	}
	check(t, test{"PUSH16 -2", 0, func(a *assembler) { a.PUSHi16(-2); a.POPr16(amd64.BX) }, func(s *state) { s.setReg(16, rbx, 0xfffe) }}, func(*state) {})
	at := place{amd64.RBX, -8, 200}
	check(t, test{"PUSH [], POP []", 0, func(a *assembler) {
		a.PUSHm64(at.mem())
		a.POPm64(amd64.MemBase(at.base, at.disp+64))
	}, func(s *state) { s.setAt(64, 264, s.at(64, 200)) }}, at.point)
	check(t, test{"PUSH16 [], POP16 []", 0, func(a *assembler) {
		a.PUSHm16(at.mem())
		a.POPm16(amd64.MemBase(at.base, at.disp+64))
	}, func(s *state) { s.setAt(16, 264, s.at(16, 200)) }}, at.point)
	check(t, test{"PUSHF", 0, func(a *assembler) { a.PUSHF(); a.POPr16(amd64.BX); a.ANDri32(amd64.EBX, allFlags) }, func(s *state) {
		s.setReg(32, rbx, s.flags)
		s.setFlags(six, resultFlags(32, s.flags))
		s.undef = af
	}}, each(8, func(*state, uint64) {})...)
	for _, room := range []uint16{0, 8, 32, 0x1230} {
		check(t, test{fmt.Sprintf("ENTER %d", room), 0, func(a *assembler) {
			a.ENTERii(room, 0)
			a.MOVrm64(amd64.RDX, amd64.MemBase(amd64.RBP, 0))
			a.MOVrr64(amd64.RAX, amd64.RSP)
			a.NOTr64(amd64.RAX)
			a.LEArm64(amd64.RCX, amd64.MemIndex(amd64.RBP, amd64.RAX, 1, 1)) // RBP-RSP
			a.MOVri32(amd64.EAX, 0)
			a.LEAVE()
		}, func(s *state) {
			s.gpr[rdx], s.gpr[rcx], s.gpr[rax] = s.gpr[rbp], uint64(room), 0
		}}, func(*state) {})
	}
}
