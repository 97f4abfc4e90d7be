package models

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/amd64"
)

type branch = func(*assembler, asm.Label)

// condition is one of the 16, and the instructions that depend on it.
type condition struct {
	name              string
	holds             func(c, p, z, s, o bool) bool
	jump, short, near branch
	setR              oneReg
	setM              oneMem
	moveR             four[regReg]
	moveM             four[regMem]
}

// conditions are those of Intel SDM Vol. 1, Appendix B, "EFLAGS Condition Codes".
var conditions = []condition{
	{
		"A", func(c, p, z, s, o bool) bool { return !c && !z }, (*as).JAl, (*as).JAl8, (*as).JAl32,
		r1((*as).SETAr8), (*as).SETAm8,
		four[regReg]{nil, rr((*as).CMOVArr16), rr((*as).CMOVArr32), rr((*as).CMOVArr64)},
		four[regMem]{nil, rm((*as).CMOVArm16), rm((*as).CMOVArm32), rm((*as).CMOVArm64)},
	},
	{
		"AE", func(c, p, z, s, o bool) bool { return !c }, (*as).JAEl, (*as).JAEl8, (*as).JAEl32,
		r1((*as).SETAEr8), (*as).SETAEm8,
		four[regReg]{nil, rr((*as).CMOVAErr16), rr((*as).CMOVAErr32), rr((*as).CMOVAErr64)},
		four[regMem]{nil, rm((*as).CMOVAErm16), rm((*as).CMOVAErm32), rm((*as).CMOVAErm64)},
	},
	{
		"B", func(c, p, z, s, o bool) bool { return c }, (*as).JBl, (*as).JBl8, (*as).JBl32,
		r1((*as).SETBr8), (*as).SETBm8,
		four[regReg]{nil, rr((*as).CMOVBrr16), rr((*as).CMOVBrr32), rr((*as).CMOVBrr64)},
		four[regMem]{nil, rm((*as).CMOVBrm16), rm((*as).CMOVBrm32), rm((*as).CMOVBrm64)},
	},
	{
		"BE", func(c, p, z, s, o bool) bool { return c || z }, (*as).JBEl, (*as).JBEl8, (*as).JBEl32,
		r1((*as).SETBEr8), (*as).SETBEm8,
		four[regReg]{nil, rr((*as).CMOVBErr16), rr((*as).CMOVBErr32), rr((*as).CMOVBErr64)},
		four[regMem]{nil, rm((*as).CMOVBErm16), rm((*as).CMOVBErm32), rm((*as).CMOVBErm64)},
	},
	{
		"E", func(c, p, z, s, o bool) bool { return z }, (*as).JEl, (*as).JEl8, (*as).JEl32,
		r1((*as).SETEr8), (*as).SETEm8,
		four[regReg]{nil, rr((*as).CMOVErr16), rr((*as).CMOVErr32), rr((*as).CMOVErr64)},
		four[regMem]{nil, rm((*as).CMOVErm16), rm((*as).CMOVErm32), rm((*as).CMOVErm64)},
	},
	{
		"G", func(c, p, z, s, o bool) bool { return !z && s == o }, (*as).JGl, (*as).JGl8, (*as).JGl32,
		r1((*as).SETGr8), (*as).SETGm8,
		four[regReg]{nil, rr((*as).CMOVGrr16), rr((*as).CMOVGrr32), rr((*as).CMOVGrr64)},
		four[regMem]{nil, rm((*as).CMOVGrm16), rm((*as).CMOVGrm32), rm((*as).CMOVGrm64)},
	},
	{
		"GE", func(c, p, z, s, o bool) bool { return s == o }, (*as).JGEl, (*as).JGEl8, (*as).JGEl32,
		r1((*as).SETGEr8), (*as).SETGEm8,
		four[regReg]{nil, rr((*as).CMOVGErr16), rr((*as).CMOVGErr32), rr((*as).CMOVGErr64)},
		four[regMem]{nil, rm((*as).CMOVGErm16), rm((*as).CMOVGErm32), rm((*as).CMOVGErm64)},
	},
	{
		"L", func(c, p, z, s, o bool) bool { return s != o }, (*as).JLl, (*as).JLl8, (*as).JLl32,
		r1((*as).SETLr8), (*as).SETLm8,
		four[regReg]{nil, rr((*as).CMOVLrr16), rr((*as).CMOVLrr32), rr((*as).CMOVLrr64)},
		four[regMem]{nil, rm((*as).CMOVLrm16), rm((*as).CMOVLrm32), rm((*as).CMOVLrm64)},
	},
	{
		"LE", func(c, p, z, s, o bool) bool { return z || s != o }, (*as).JLEl, (*as).JLEl8, (*as).JLEl32,
		r1((*as).SETLEr8), (*as).SETLEm8,
		four[regReg]{nil, rr((*as).CMOVLErr16), rr((*as).CMOVLErr32), rr((*as).CMOVLErr64)},
		four[regMem]{nil, rm((*as).CMOVLErm16), rm((*as).CMOVLErm32), rm((*as).CMOVLErm64)},
	},
	{
		"NE", func(c, p, z, s, o bool) bool { return !z }, (*as).JNEl, (*as).JNEl8, (*as).JNEl32,
		r1((*as).SETNEr8), (*as).SETNEm8,
		four[regReg]{nil, rr((*as).CMOVNErr16), rr((*as).CMOVNErr32), rr((*as).CMOVNErr64)},
		four[regMem]{nil, rm((*as).CMOVNErm16), rm((*as).CMOVNErm32), rm((*as).CMOVNErm64)},
	},
	{
		"NO", func(c, p, z, s, o bool) bool { return !o }, (*as).JNOl, (*as).JNOl8, (*as).JNOl32,
		r1((*as).SETNOr8), (*as).SETNOm8,
		four[regReg]{nil, rr((*as).CMOVNOrr16), rr((*as).CMOVNOrr32), rr((*as).CMOVNOrr64)},
		four[regMem]{nil, rm((*as).CMOVNOrm16), rm((*as).CMOVNOrm32), rm((*as).CMOVNOrm64)},
	},
	{
		"NP", func(c, p, z, s, o bool) bool { return !p }, (*as).JNPl, (*as).JNPl8, (*as).JNPl32,
		r1((*as).SETNPr8), (*as).SETNPm8,
		four[regReg]{nil, rr((*as).CMOVNPrr16), rr((*as).CMOVNPrr32), rr((*as).CMOVNPrr64)},
		four[regMem]{nil, rm((*as).CMOVNPrm16), rm((*as).CMOVNPrm32), rm((*as).CMOVNPrm64)},
	},
	{
		"NS", func(c, p, z, s, o bool) bool { return !s }, (*as).JNSl, (*as).JNSl8, (*as).JNSl32,
		r1((*as).SETNSr8), (*as).SETNSm8,
		four[regReg]{nil, rr((*as).CMOVNSrr16), rr((*as).CMOVNSrr32), rr((*as).CMOVNSrr64)},
		four[regMem]{nil, rm((*as).CMOVNSrm16), rm((*as).CMOVNSrm32), rm((*as).CMOVNSrm64)},
	},
	{
		"O", func(c, p, z, s, o bool) bool { return o }, (*as).JOl, (*as).JOl8, (*as).JOl32,
		r1((*as).SETOr8), (*as).SETOm8,
		four[regReg]{nil, rr((*as).CMOVOrr16), rr((*as).CMOVOrr32), rr((*as).CMOVOrr64)},
		four[regMem]{nil, rm((*as).CMOVOrm16), rm((*as).CMOVOrm32), rm((*as).CMOVOrm64)},
	},
	{
		"P", func(c, p, z, s, o bool) bool { return p }, (*as).JPl, (*as).JPl8, (*as).JPl32,
		r1((*as).SETPr8), (*as).SETPm8,
		four[regReg]{nil, rr((*as).CMOVPrr16), rr((*as).CMOVPrr32), rr((*as).CMOVPrr64)},
		four[regMem]{nil, rm((*as).CMOVPrm16), rm((*as).CMOVPrm32), rm((*as).CMOVPrm64)},
	},
	{
		"S", func(c, p, z, s, o bool) bool { return s }, (*as).JSl, (*as).JSl8, (*as).JSl32,
		r1((*as).SETSr8), (*as).SETSm8,
		four[regReg]{nil, rr((*as).CMOVSrr16), rr((*as).CMOVSrr32), rr((*as).CMOVSrr64)},
		four[regMem]{nil, rm((*as).CMOVSrm16), rm((*as).CMOVSrm32), rm((*as).CMOVSrm64)},
	},
}

func (c *condition) in(flags uint64) bool {
	return c.holds(flags&cf != 0, flags&pf != 0, flags&zf != 0, flags&sf != 0, flags&of != 0)
}

// everyFlags makes inputs of all there are of the six.
func everyFlags(put func(s *state)) (inputs []func(*state)) {
	for i := range uint64(64) {
		flags := i&1 | i>>1&1<<2 | i>>2&1<<4 | i>>3&3<<6 | i>>5&1<<11
		inputs = append(inputs, func(s *state) {
			s.flags = flags
			put(s)
		})
	}
	return inputs
}

func TestConditions(t *testing.T) {
	for _, c := range conditions {
		t.Run(c.name, func(t *testing.T) {
			count(t)
			var p picker
			c.sets(t, &p)
			c.moves(t, &p)
			c.branches(t)
		})
	}
}

func (c *condition) sets(t *testing.T, p *picker) {
	for range 20 {
		r, at := p.one(8, true), p.place()
		check(t, test{fmt.Sprintf("SET%s %d", c.name, r), 0, func(a *assembler) { c.setR(a, r) }, func(s *state) {
			s.setReg(8, r, set(1, c.in(s.flags)))
		}}, everyFlags(func(*state) {})...)
		check(t, test{fmt.Sprintf("SET%s %v", c.name, at.mem()), 0, func(a *assembler) { c.setM(a, at.mem()) }, func(s *state) {
			s.setAt(8, at.off, set(1, c.in(s.flags)))
		}}, everyFlags(at.point)...)
	}
}

func (c *condition) moves(t *testing.T, p *picker) {
	for w, n := range widths {
		if n == 8 {
			continue
		}
		for range 6 {
			dst, src := p.two(n)
			at := p.place(dst)
			// 32 bits clear the upper half, moved or not.
			move := func(s *state, x uint64) {
				if !c.in(s.flags) {
					x = s.reg(n, dst)
				}
				s.setReg(n, dst, x)
			}
			check(t, test{fmt.Sprintf("CMOV%s%d %d, %d", c.name, n, dst, src), 0, func(a *assembler) { c.moveR[w](a, dst, src) }, func(s *state) {
				move(s, s.reg(n, src))
			}}, everyFlags(func(*state) {})...)
			check(t, test{fmt.Sprintf("CMOV%s%d %d, %v", c.name, n, dst, at.mem()), 0, func(a *assembler) { c.moveM[w](a, dst, at.mem()) }, func(s *state) {
				move(s, s.at(n, at.off))
			}}, everyFlags(at.point)...)
		}
	}
}

func (c *condition) branches(t *testing.T) {
	model := func(s *state) { s.gpr[rax] = 1 + set(1, c.in(s.flags)) }
	for _, j := range []struct {
		name string
		code branch
		far  []int // bytes between the branch and its label
	}{
		{"", c.jump, []int{0, 1, 100, 110, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 1000, 70000}},
		{" short", c.short, []int{0, 1, 100, 115}},
		{" near", c.near, []int{0, 1, 100, 122, 123, 130, 70000}},
	} {
		for _, far := range j.far {
			name := fmt.Sprintf("J%s%s over %d", c.name, j.name, far)
			check(t, test{name, 0, func(a *assembler) { forward(a, j.code, far) }, model}, everyFlags(func(*state) {})...)
			check(t, test{name + " back", 0, func(a *assembler) { backward(a, j.code, far) }, model}, everyFlags(func(*state) {})...)
		}
	}
}

// forward sets RAX to 2 if the branch is taken, else to 1.
func forward(a *assembler, jump branch, far int) {
	taken := a.NewLabel("taken")
	a.MOVri32(amd64.EAX, 2)
	jump(a, taken)
	a.MOVri32(amd64.EAX, 1)
	skip(a, far)
	a.Bind(taken)
}

// backward is forward to a label that comes before.
func backward(a *assembler, jump branch, far int) {
	start, taken, end := a.NewLabel("start"), a.NewLabel("taken"), a.NewLabel("end")
	a.JMPl(start)
	a.Bind(taken)
	a.MOVri32(amd64.EAX, 2)
	skip(a, far)
	a.JMPl(end)
	a.Bind(start)
	jump(a, taken)
	a.MOVri32(amd64.EAX, 1)
	a.Bind(end)
}

// skip is n bytes that do nothing, in the shortest time.
func skip(a *assembler, n int) {
	if n > 200 {
		end := a.NewLabel("")
		a.JMPl32(end)
		a.Bytes(make([]byte, n-5))
		a.Bind(end)
		return
	}
	for range n {
		a.NOP()
	}
}

// TestBranchLengths has what is on either side of where a short branch ends.
func TestBranchLengths(t *testing.T) {
	for _, c := range []struct{ between, want int }{{127, 2}, {128, 6}} {
		for _, j := range conditions {
			var a assembler
			l := a.NewLabel("")
			j.jump(&a, l)
			a.Bytes(make([]byte, c.between))
			a.Bind(l)
			o, err := a.Finish()
			require.NoError(t, err)
			require.Len(t, o.Code, c.between+c.want, "J%s over %d bytes", j.name, c.between)
		}
	}
	for _, c := range []struct{ between, want int }{{126, 2}, {127, 6}} {
		for _, j := range conditions {
			var a assembler
			l := a.NewLabel("")
			a.Bind(l)
			a.Bytes(make([]byte, c.between))
			j.jump(&a, l)
			o, err := a.Finish()
			require.NoError(t, err)
			require.Len(t, o.Code, c.between+c.want, "J%s back over %d bytes", j.name, c.between)
		}
	}
}

// TestCounters has the branches that depend on RCX.
func TestCounters(t *testing.T) {
	count(t)
	for _, c := range []struct {
		name  string
		code  branch
		model func(s *state) bool
	}{
		{"JRCXZ", (*as).JRCXZl, func(s *state) bool { return s.gpr[rcx] == 0 }},
		{"JECXZ", (*as).JECXZl, func(s *state) bool { return uint32(s.gpr[rcx]) == 0 }},
		{"LOOP", (*as).LOOPl, func(s *state) bool { s.gpr[rcx]--; return s.gpr[rcx] != 0 }},
		{"LOOPE", (*as).LOOPEl, func(s *state) bool { s.gpr[rcx]--; return s.gpr[rcx] != 0 && s.flags&zf != 0 }},
		{"LOOPNE", (*as).LOOPNEl, func(s *state) bool { s.gpr[rcx]--; return s.gpr[rcx] != 0 && s.flags&zf == 0 }},
	} {
		model := func(s *state) { s.gpr[rax] = 1 + set(1, c.model(s)) }
		var inputs []func(*state)
		for _, x := range []uint64{0, 1, 2, 1 << 32, 1<<32 + 1, 1 << 63} {
			inputs = append(inputs, func(s *state) { s.gpr[rcx], s.flags = x, 0 }, func(s *state) { s.gpr[rcx], s.flags = x, six })
		}
		for _, far := range []int{0, 1, 100} {
			check(t, test{c.name, 0, func(a *assembler) { forward(a, c.code, far) }, model}, inputs...)
			check(t, test{c.name + " back", 0, func(a *assembler) { backward(a, c.code, far) }, model}, inputs...)
		}
	}
}
