package models

import (
	"fmt"
	"testing"

	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/arm64"
)

// holds tells whether a condition does: Arm ARM DDI 0487, "Condition codes".
func holds(c arm64.Cond, flags uint64) bool {
	n, z, cy, v := flags&nf != 0, flags&zf != 0, flags&cf != 0, flags&vf != 0
	return [...]bool{z, !z, cy, !cy, n, !n, v, !v, cy && !z, !cy || z, n == v, n != v, n == v && !z, n != v || z, true, true}[c]
}

// everyFlags makes an input of each combination of flags.
func everyFlags(put func(s *state)) (inputs []func(*state)) {
	for f := range uint64(16) {
		inputs = append(inputs, func(s *state) { s.flags = f << 28; put(s) })
	}
	return inputs
}

// TestConditions has each condition with each of the flags in each instruction that has one.
func TestConditions(t *testing.T) {
	count(t)
	for c := arm64.EQ; c <= arm64.NV; c++ {
		for _, n := range widths {
			dst, x, y := one(), one(), one()
			for _, sel := range []struct {
				op    arm64asm.Op
				other func(y uint64) uint64
			}{
				{arm64asm.CSEL, func(y uint64) uint64 { return y }},
				{arm64asm.CSINC, func(y uint64) uint64 { return y + 1 }},
				{arm64asm.CSINV, func(y uint64) uint64 { return ^y }},
				{arm64asm.CSNEG, func(y uint64) uint64 { return -y }},
			} {
				check(t, test{fmt.Sprint(sel.op, c, n), 0, emit(sel.op, general(n, dst), general(n, x), general(n, y), c), func(s *state) {
					if r := s.reg(n, x); holds(c, s.flags) {
						s.setReg(n, dst, r)
					} else {
						s.setReg(n, dst, sel.other(s.reg(n, y)))
					}
				}}, everyFlags(nothing)...)
			}
			if c >= arm64.AL {
				continue // the aliases invert it
			}
			for _, alias := range []struct {
				op       arm64asm.Op
				unary    bool
				yes, not func(x uint64) uint64
			}{
				{arm64asm.CSET, false, func(uint64) uint64 { return 1 }, func(uint64) uint64 { return 0 }},
				{arm64asm.CSETM, false, func(uint64) uint64 { return ^uint64(0) }, func(uint64) uint64 { return 0 }},
				{arm64asm.CINC, true, func(x uint64) uint64 { return x + 1 }, func(x uint64) uint64 { return x }},
				{arm64asm.CINV, true, func(x uint64) uint64 { return ^x }, func(x uint64) uint64 { return x }},
				{arm64asm.CNEG, true, func(x uint64) uint64 { return -x }, func(x uint64) uint64 { return x }},
			} {
				args := []arm64.Arg{general(n, dst), c}
				if alias.unary {
					args = []arm64.Arg{general(n, dst), general(n, x), c}
				}
				check(t, test{fmt.Sprint(alias.op, c, n), 0, emit(alias.op, args...), func(s *state) {
					f := alias.not
					if holds(c, s.flags) {
						f = alias.yes
					}
					s.setReg(n, dst, f(s.reg(n, x)))
				}}, everyFlags(nothing)...)
			}
		}
	}
}

func TestConditionalCompare(t *testing.T) {
	count(t)
	for c := arm64.EQ; c <= arm64.NV; c++ {
		for _, n := range widths {
			for _, op := range []arm64asm.Op{arm64asm.CCMP, arm64asm.CCMN} {
				x, y := one(), one()
				nzcv := generator.Uint64N(16)
				imm := generator.Uint64N(32)
				for _, last := range []arm64.Arg{general(n, y), arm64.Imm(imm)} {
					check(t, test{fmt.Sprintf("%v %v, #%d, %v", op, last, nzcv, c), 0, emit(op, general(n, x), last, arm64.Imm(nzcv), c), func(s *state) {
						v := s.reg(n, y)
						if last == arm64.Arg(arm64.Imm(imm)) {
							v = imm
						}
						switch {
						case !holds(c, s.flags):
							s.flags = nzcv << 28
						case op == arm64asm.CCMP:
							_, s.flags = withCarry(n, s.reg(n, x), ^v&maskOf(n), 1)
						default:
							_, s.flags = withCarry(n, s.reg(n, x), v, 0)
						}
					}}, everyFlags(func(s *state) { s.put(n, x, edges(n)[generator.IntN(12)]) })...)
				}
			}
		}
	}
}

// branchOver is code that counts in X0 whether a branch is taken: 1 if not.
func branchOver(branch func(a *assembler, l asm.Label)) func(a *assembler) {
	return func(a *assembler) {
		l := a.NewLabel("")
		a.MOVZxi(arm64.X0, 0, 0)
		branch(a, l)
		a.MOVZxi(arm64.X0, 1, 0)
		a.Bind(l)
	}
}

func TestBranches(t *testing.T) {
	count(t)
	taken := func(is func(s *state) bool) func(s *state) {
		return func(s *state) { s.gpr[0] = set(1, !is(s)) }
	}
	for c := arm64.EQ; c <= arm64.NV; c++ {
		check(t, test{
			fmt.Sprint("B.", c), 0, branchOver(func(a *assembler, l asm.Label) { a.Emit(arm64asm.B, c, arm64.Target(l)) }),
			taken(func(s *state) bool { return holds(c, s.flags) }),
		}, everyFlags(nothing)...)
	}
	for _, n := range widths {
		r := one(0)
		inputs := each(n, func(s *state, x uint64) { s.put(n, r, x) })
		check(t, test{
			"CBZ", 0, branchOver(func(a *assembler, l asm.Label) { a.Emit(arm64asm.CBZ, general(n, r), arm64.Target(l)) }),
			taken(func(s *state) bool { return s.reg(n, r) == 0 }),
		}, inputs...)
		check(t, test{
			"CBNZ", 0, branchOver(func(a *assembler, l asm.Label) { a.Emit(arm64asm.CBNZ, general(n, r), arm64.Target(l)) }),
			taken(func(s *state) bool { return s.reg(n, r) != 0 }),
		}, inputs...)
	}
	for bit := range 64 {
		r := one(0)
		inputs := each(64, func(s *state, x uint64) { s.gpr[r] = x })
		check(t, test{
			"TBZ", 0, branchOver(func(a *assembler, l asm.Label) { a.Emit(arm64asm.TBZ, arm64.X(r), arm64.Imm(bit), arm64.Target(l)) }),
			taken(func(s *state) bool { return s.gpr[r]>>bit&1 == 0 }),
		}, inputs[:16]...)
		check(t, test{
			"TBNZ", 0, branchOver(func(a *assembler, l asm.Label) { a.Emit(arm64asm.TBNZ, arm64.X(r), arm64.Imm(bit), arm64.Target(l)) }),
			taken(func(s *state) bool { return s.gpr[r]>>bit&1 != 0 }),
		}, inputs[:16]...)
	}
}

// TestJumpTable goes through a table of distances, with ADR and BR.
func TestJumpTable(t *testing.T) {
	count(t)
	for i := range uint64(8) {
		check(t, test{"BR", 0, func(a *assembler) {
			table, end := a.NewLabel("table"), a.NewLabel("end")
			var targets [8]asm.Label
			a.ADRxl(arm64.X1, table)
			a.LDRSWxm(arm64.X2, arm64.MemIndex(arm64.X1, arm64.X0, 2))
			a.ADDxxx(arm64.X2, arm64.X1, arm64.X2)
			a.BRx(arm64.X2)
			for k := range targets {
				targets[k] = a.NewLabel("")
				a.Bind(targets[k])
				a.MOVZxi(arm64.X0, uint16(100+k*k), 0)
				a.Bl(end)
			}
			a.Bind(table)
			for k := range targets {
				a.Distance(targets[k], table)
			}
			a.Bind(end)
			a.MOVxi(arm64.X1, 0)
			a.MOVxi(arm64.X2, 0)
		}, func(s *state) { s.gpr[0], s.gpr[1], s.gpr[2] = 100+i*i, 0, 0 }}, func(s *state) { s.gpr[0] = i })
	}
}

// TestCalls calls a function that calls itself: the factorial of X0.
func TestCalls(t *testing.T) {
	count(t)
	for n := range uint64(12) {
		want := uint64(1)
		for i := uint64(2); i <= n; i++ {
			want *= i
		}
		for _, indirect := range []bool{false, true} {
			check(t, test{"BL", 0, func(a *assembler) {
				f, done, over := a.NewLabel("f"), a.NewLabel("done"), a.NewLabel("over")
				call := func() {
					if indirect {
						a.ADRxl(arm64.X9, f)
						a.BLRx(arm64.X9)
					} else {
						a.BLl(f)
					}
				}
				call()
				a.MOVxi(arm64.X9, 0)
				a.MOVxi(arm64.X30, 0)
				a.Bl(over)
				a.Bind(f)
				a.STPxxm(arm64.X30, arm64.X19, arm64.MemPre(arm64.SP, -16))
				a.MOVxx(arm64.X19, arm64.X0)
				a.MOVxi(arm64.X0, 1)
				a.CBZxl(arm64.X19, done)
				a.SUBxxi(arm64.X0, arm64.X19, 1)
				call()
				a.MULxxx(arm64.X0, arm64.X0, arm64.X19)
				a.Bind(done)
				a.LDPxxm(arm64.X30, arm64.X19, arm64.MemPost(arm64.SP, 16))
				a.RET()
				a.Bind(over)
			}, func(s *state) { s.gpr[0], s.gpr[9], s.gpr[30] = want, 0, 0 }}, func(s *state) { s.gpr[0] = n })
		}
	}
}
