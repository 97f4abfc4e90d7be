package models

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/amd64"
)

// TestJumpTable picks one of many places, by each way to a table.
func TestJumpTable(t *testing.T) {
	const ways = 37
	count(t)
	var inputs []func(*state)
	for i := range uint64(ways) {
		inputs = append(inputs, func(s *state) { s.gpr[rcx] = i })
	}
	model := func(s *state) { s.gpr[rax], s.gpr[rdx] = 1000+s.gpr[rcx]*s.gpr[rcx], 0 }
	for _, c := range []struct {
		name  string
		jump  func(a *assembler, table asm.Label)
		entry func(a *assembler, l, table asm.Label)
	}{
		{"JMP [RDX+RCX*8]", func(a *assembler, table asm.Label) {
			a.LEArm64(amd64.RDX, amd64.MemLabel(table))
			a.JMPm64(amd64.MemIndex(amd64.RDX, amd64.RCX, 8, 0))
		}, func(a *assembler, l, _ asm.Label) { a.Address(l) }},
		{"JMP RDX", func(a *assembler, table asm.Label) {
			a.LoadLabel(amd64.RDX, table)
			a.MOVrm64(amd64.RDX, amd64.MemIndex(amd64.RDX, amd64.RCX, 8, 0))
			a.JMPr64(amd64.RDX)
		}, func(a *assembler, l, _ asm.Label) { a.Address(l) }},
		{"distances", func(a *assembler, table asm.Label) {
			a.LEArm64(amd64.RAX, amd64.MemLabel(table))
			a.MOVSXDr64m32(amd64.RDX, amd64.MemIndex(amd64.RAX, amd64.RCX, 4, 0))
			a.LEArm64(amd64.RDX, amd64.MemIndex(amd64.RDX, amd64.RAX, 1, 0))
			a.JMPr64(amd64.RDX)
		}, func(a *assembler, l, table asm.Label) { a.Distance(l, table) }},
	} {
		for _, tableFirst := range []bool{false, true} {
			check(t, test{fmt.Sprintf("%s, table first: %v", c.name, tableFirst), 0, func(a *assembler) {
				table, start, end := a.NewLabel("table"), a.NewLabel("start"), a.NewLabel("end")
				var labels [ways]asm.Label
				for i := range labels {
					labels[i] = a.NewLabel(fmt.Sprintf("way%d", i))
				}
				data := func() {
					a.Align(8)
					a.Bind(table)
					for _, l := range labels {
						c.entry(a, l, table)
					}
				}
				if tableFirst {
					a.JMPl(start)
					data()
				}
				a.Bind(start)
				c.jump(a, table)
				for i, l := range labels {
					a.Bind(l)
					a.MOVri32(amd64.EAX, int32(1000+i*i))
					a.JMPl(end)
				}
				if !tableFirst {
					data()
				}
				a.Bind(end)
				a.MOVri32(amd64.EDX, 0)
			}, model}, inputs...)
		}
	}
}

// TestCalls calls by each kind of operand, and returns.
func TestCalls(t *testing.T) {
	count(t)
	callee, err := arena.NewBuffer(64)
	require.NoError(t, err)
	_, err = callee.Write([]byte{0x48, 0x8d, 0x44, 0x09, 0x07, 0xc3}) // lea rax, [rcx+rcx+7]; ret
	require.NoError(t, err)
	away, err := callee.Seal()
	require.NoError(t, err)
	defer func() { require.NoError(t, away.Release()) }()
	addr := uint64(away.Addr())

	double := func(s *state) { s.gpr[rax] = 2*s.gpr[rcx] + 7 }
	within := func(pop uint16, call func(a *assembler, f asm.Label)) func(a *assembler) {
		return func(a *assembler) {
			f, over := a.NewLabel("f"), a.NewLabel("over")
			a.JMPl(over)
			a.Bind(f)
			a.LEArm64(amd64.RAX, amd64.MemIndex(amd64.RCX, amd64.RCX, 1, 7))
			if pop > 0 {
				a.RETi(pop)
			} else {
				a.RET()
			}
			a.Bind(over)
			call(a, f)
		}
	}
	at := place{amd64.RBX, 4, 80}
	input := func(s *state) {
		at.point(s)
		s.setAt(64, at.off, addr)
		s.gpr[amd64.RSI] = addr
	}
	for _, c := range []struct {
		name string
		code func(a *assembler)
	}{
		{"CALL label", within(0, func(a *assembler, f asm.Label) { a.CALLl(f) })},
		{"RET 24", within(24, func(a *assembler, f asm.Label) {
			a.PUSHi(1)
			a.PUSHi(2)
			a.PUSHi(3)
			a.CALLl(f)
		})},
		{"CALL label ahead", func(a *assembler) {
			f, over := a.NewLabel("f"), a.NewLabel("over")
			a.CALLl(f)
			a.JMPl(over)
			a.Bind(f)
			a.LEArm64(amd64.RAX, amd64.MemIndex(amd64.RCX, amd64.RCX, 1, 7))
			a.RET()
			a.Bind(over)
		}},
		{"CALL through a label", within(0, func(a *assembler, f asm.Label) {
			slot, over := a.NewLabel("slot"), a.NewLabel("over")
			a.CALLm64(amd64.MemLabel(slot))
			a.JMPl(over)
			a.Bind(slot)
			a.Address(f)
			a.Bind(over)
		})},
		{"CALL RSI", func(a *assembler) { a.CALLr64(amd64.RSI) }},
		{"CALL [RBX+4]", func(a *assembler) { a.CALLm64(at.mem()) }},
		{"CallAddr", func(a *assembler) { a.CallAddr(addr) }},
		{"JMP RSI", func(a *assembler) {
			back, over := a.NewLabel("back"), a.NewLabel("over")
			a.CALLl(back)
			a.JMPl(over)
			a.Bind(back)
			a.JMPr64(amd64.RSI)
			a.Bind(over)
		}},
		{"JMP [RBX+4]", func(a *assembler) {
			back, over := a.NewLabel("back"), a.NewLabel("over")
			a.CALLl(back)
			a.JMPl(over)
			a.Bind(back)
			a.JMPm64(at.mem())
			a.Bind(over)
		}},
		{"JmpAddr", func(a *assembler) {
			back, over := a.NewLabel("back"), a.NewLabel("over")
			a.CALLl(back)
			a.JMPl(over)
			a.Bind(back)
			a.JmpAddr(addr)
			a.Bind(over)
		}},
	} {
		check(t, test{c.name, 0, c.code, double}, input)
	}
	check(t, test{"LoadAddr", 0, func(a *assembler) {
		a.LoadAddr(amd64.R11, memory+200)
		a.MOVrm64(amd64.R12, amd64.MemBase(amd64.R11, 0))
	}, func(s *state) {
		s.gpr[amd64.R11], s.gpr[amd64.R12] = memory+200, s.at(64, 200)
	}}, func(*state) {})
}

// TestConstants loads constants of each length.
func TestConstants(t *testing.T) {
	count(t)
	var p picker
	for i := range 64 {
		for _, x := range []uint64{1 << i, 1<<i - 1, -(1 << i), ^(1 << i), generator.Uint64() >> i} {
			r := amd64.Reg64(p.one(64, false))
			check(t, test{fmt.Sprintf("%v = %#x", r, x), 0, func(a *assembler) { a.LoadConst(r, x) }, func(s *state) { s.gpr[r] = x }}, func(*state) {})
		}
	}
}

// TestLoops has loops within loops, of each length of branch: sums by Go and by the code.
func TestLoops(t *testing.T) {
	count(t)
	for _, far := range []int{0, 50, 90, 100, 110, 120, 130, 1000} {
		check(t, test{fmt.Sprintf("loops around %d bytes", far), 0, func(a *assembler) {
			outer, inner, even := a.NewLabel("outer"), a.NewLabel("inner"), a.NewLabel("even")
			a.MOVri32(amd64.EAX, 0)
			a.Bind(outer)
			a.MOVrr64(amd64.RDX, amd64.RCX)
			a.Bind(inner)
			a.TESTri8(amd64.DL, 1)
			a.JEl(even)
			a.ADDrr64(amd64.RAX, amd64.RDX)
			skip(a, far)
			a.Bind(even)
			a.ADDri64(amd64.RAX, 3)
			a.SUBri64(amd64.RDX, 1)
			a.JNEl(inner)
			a.SUBri64(amd64.RCX, 1)
			a.JAl(outer)
		}, func(s *state) {
			sum := uint64(0)
			for i := s.gpr[rcx]; i > 0; i-- {
				for k := i; k > 0; k-- {
					sum += 3 + k*(k&1)
				}
			}
			s.gpr[rax], s.gpr[rcx], s.gpr[rdx] = sum, 0, 0
			s.undef = six
		}}, func(s *state) { s.gpr[rcx] = 1 }, func(s *state) { s.gpr[rcx] = 2 }, func(s *state) { s.gpr[rcx] = 30 })
	}
}
