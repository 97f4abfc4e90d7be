package semantics

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/x86/x86asm"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/amd64"
)

// conditions are the sixteen, in the order of their encoding: Intel SDM Vol. 1, "EFLAGS Condition Codes".
var conditions = []struct {
	jump, set, move x86asm.Op
	holds           func(f uint64) bool
}{
	{x86asm.JO, x86asm.SETO, x86asm.CMOVO, func(f uint64) bool { return f&of != 0 }},
	{x86asm.JNO, x86asm.SETNO, x86asm.CMOVNO, func(f uint64) bool { return f&of == 0 }},
	{x86asm.JB, x86asm.SETB, x86asm.CMOVB, func(f uint64) bool { return f&cf != 0 }},
	{x86asm.JAE, x86asm.SETAE, x86asm.CMOVAE, func(f uint64) bool { return f&cf == 0 }},
	{x86asm.JE, x86asm.SETE, x86asm.CMOVE, func(f uint64) bool { return f&zf != 0 }},
	{x86asm.JNE, x86asm.SETNE, x86asm.CMOVNE, func(f uint64) bool { return f&zf == 0 }},
	{x86asm.JBE, x86asm.SETBE, x86asm.CMOVBE, func(f uint64) bool { return f&(cf|zf) != 0 }},
	{x86asm.JA, x86asm.SETA, x86asm.CMOVA, func(f uint64) bool { return f&(cf|zf) == 0 }},
	{x86asm.JS, x86asm.SETS, x86asm.CMOVS, func(f uint64) bool { return f&sf != 0 }},
	{x86asm.JNS, x86asm.SETNS, x86asm.CMOVNS, func(f uint64) bool { return f&sf == 0 }},
	{x86asm.JP, x86asm.SETP, x86asm.CMOVP, func(f uint64) bool { return f&pf != 0 }},
	{x86asm.JNP, x86asm.SETNP, x86asm.CMOVNP, func(f uint64) bool { return f&pf == 0 }},
	{x86asm.JL, x86asm.SETL, x86asm.CMOVL, func(f uint64) bool { return f&sf != 0 != (f&of != 0) }},
	{x86asm.JGE, x86asm.SETGE, x86asm.CMOVGE, func(f uint64) bool { return f&sf != 0 == (f&of != 0) }},
	{x86asm.JLE, x86asm.SETLE, x86asm.CMOVLE, func(f uint64) bool { return f&zf != 0 || f&sf != 0 != (f&of != 0) }},
	{x86asm.JG, x86asm.SETG, x86asm.CMOVG, func(f uint64) bool { return f&zf == 0 && f&sf != 0 == (f&of != 0) }},
}

// TestConditions runs each condition as a short and as a near branch, as SETcc and CMOVcc, with all combinations of flags.
func TestConditions(t *testing.T) {
	for _, c := range conditions {
		p := prepare(t, noVectors, func(a *amd64.Assembler) {
			short, near, end := a.NewLabel("short"), a.NewLabel("near"), a.NewLabel("end")
			a.Emit(c.set, x86asm.AL)
			a.Emit(c.move, x86asm.RCX, x86asm.RDX)
			a.LoadConst(amd64.R8, 0)
			a.LoadConst(amd64.R9, 0)
			a.Emit(c.jump, amd64.Target(short))
			a.LoadConst(amd64.R8, 1)
			a.Bind(short)
			a.Emit(c.jump, amd64.Target(near))
			a.LoadConst(amd64.R9, 1)
			a.JMPl(end)
			a.Bytes(make([]byte, 200))
			a.Bind(near)
			a.Bind(end)
		})
		for f := range uint64(1 << 12) {
			if f&^allFlags != 0 {
				continue
			}
			s := state{flags: f | 2}
			s.r[0], s.r[1], s.r[2] = 0x55, 1, 2
			p.run(t, &s)
			taken := c.holds(f)
			want := [4]uint64{0, 1, 1, 1}
			if taken {
				want = [4]uint64{1, 2, 0, 0}
			}
			require.Equal(t, want, [4]uint64{s.r[0], s.r[1], s.r[8], s.r[9]}, "%v flags %#x", c.jump, f)
		}
		require.NoError(t, p.code.Release())
	}
}

// TestJumpTable goes through tables of addresses and of distances.
func TestJumpTable(t *testing.T) {
	p := prepare(t, noVectors, func(a *amd64.Assembler) {
		addresses, distances, end, second := a.NewLabel("addresses"), a.NewLabel("distances"), a.NewLabel("end"), a.NewLabel("second")
		var cases, again [5]asm.Label
		for i := range cases {
			cases[i], again[i] = a.NewLabel(""), a.NewLabel("")
		}
		a.LEArm64(amd64.RDX, amd64.MemLabel(addresses))
		a.JMPm64(amd64.MemIndex(amd64.RDX, amd64.RCX, 8, 0))
		for i, l := range cases {
			a.Align(1 << i)
			a.Bind(l)
			a.LoadConst(amd64.RAX, uint64(100+i))
			a.JMPl(second)
		}
		a.Bind(second)
		a.LEArm64(amd64.RDX, amd64.MemLabel(distances))
		a.MOVSXDr64m32(amd64.RBX, amd64.MemIndex(amd64.RDX, amd64.RCX, 4, 0))
		a.ADDrr64(amd64.RBX, amd64.RDX)
		a.JMPr64(amd64.RBX)
		for i, l := range again {
			a.Bind(l)
			a.ADDri64(amd64.RAX, int32(1000*i))
			a.JMPl(end)
		}
		a.Align(8)
		a.Bind(addresses)
		for _, l := range cases {
			a.Address(l)
		}
		a.Bind(distances)
		for _, l := range again {
			a.Distance(l, distances)
		}
		a.Bind(end)
	})
	for i := range uint64(5) {
		var s state
		s.r[1] = i
		p.run(t, &s)
		require.Equal(t, 100+i+1000*i, s.r[0])
	}
	require.NoError(t, p.code.Release())
}

// TestPoolAndAddresses loads literals, calls and loads absolute addresses near and far.
func TestPoolAndAddresses(t *testing.T) {
	callee := prepare(t, noVectors, func(*amd64.Assembler) {})
	far := uint64(1) << 62
	var s state
	once(t, xmm, &s, func(a *amd64.Assembler) {
		a.MOVrm64(amd64.RAX, amd64.MemLabel(a.Literal64(0x1122334455667788)))
		a.MOVrm32(amd64.ECX, amd64.MemLabel(a.Literal32(0xdeadbeef)))
		b := make([]byte, 16)
		b[3], b[15] = 7, 9
		a.MOVAPDxm128(amd64.XMM1, amd64.MemLabel(a.Literal(b))) // faults if it is not aligned
		a.LoadAddr(amd64.RDX, far)
		a.LoadAddr(amd64.RBX, uint64(callee.code.Addr()))
		here := a.NewLabel("here")
		a.LoadLabel(amd64.R8, here)
		a.LEArm64(amd64.R9, amd64.MemLabel(here))
		a.Bind(here)
	})
	require.Equal(t, []uint64{0x1122334455667788, 0xdeadbeef, far, uint64(callee.code.Addr()), 7 << 24, 9 << 56},
		[]uint64{s.r[0], s.r[1], s.r[2], s.r[3], s.z[1][0], s.z[1][1]})
	require.Equal(t, s.r[8], s.r[9])
}

// graph is a random program: blocks that mix their number into rax and go on to one of two others, by a bit of rcx.
type graph struct {
	next   [][2]int
	bit    []int
	filler []int
	align  []int
}

func newGraph(r *rand.Rand, n int) graph {
	var g graph
	for range n {
		g.next = append(g.next, [2]int{r.IntN(n), r.IntN(n)})
		g.bit = append(g.bit, r.IntN(64))
		filler := r.IntN(12)
		if r.IntN(3) == 0 {
			filler = 60 + r.IntN(80) // about as far as a short branch reaches
		}
		g.filler = append(g.filler, filler)
		g.align = append(g.align, 1<<(r.IntN(7)*r.IntN(2)))
	}
	return g
}

func (g graph) emit(a *amd64.Assembler) {
	labels := make([]asm.Label, len(g.next))
	for i := range labels {
		labels[i] = a.NewLabel("")
	}
	end := a.NewLabel("end")
	for i, l := range labels {
		a.Align(g.align[i])
		a.Bind(l)
		a.IMULrri64(amd64.RAX, amd64.RAX, 31)
		a.ADDri64(amd64.RAX, int32(i))
		a.DECr64(amd64.RDX)
		a.JEl(end)
		a.BTri64(amd64.RCX, uint8(g.bit[i]))
		a.JBl(labels[g.next[i][1]])
		for range g.filler[i] {
			a.NOP()
		}
		a.JMPl(labels[g.next[i][0]])
	}
	a.Bind(end)
}

func (g graph) interpret(rcx, rdx uint64) (rax uint64) {
	for i := 0; ; {
		rax = rax*31 + uint64(i)
		if rdx--; rdx == 0 {
			return rax
		}
		i = g.next[i][rcx>>g.bit[i]&1]
	}
}

func checkGraph(t *testing.T, seed uint64, n int) {
	r := rand.New(rand.NewPCG(seed, 1))
	g := newGraph(r, n)
	p := prepare(t, noVectors, g.emit)
	for range 8 {
		var s state
		s.r[1], s.r[2] = r.Uint64(), 1+r.Uint64N(300)
		want := g.interpret(s.r[1], s.r[2])
		p.run(t, &s)
		if s.r[0] != want {
			t.Fatalf("seed %d, %d blocks: %#x, not %#x", seed, n, s.r[0], want)
		}
	}
	require.NoError(t, p.code.Release())
}

// TestBranchGraphs runs random graphs of blocks whose branches are about as far as a short one reaches.
func TestBranchGraphs(t *testing.T) {
	for seed := range uint64(300) {
		checkGraph(t, seed, 2+int(seed)%40)
	}
}

// FuzzBranchGraphs is TestBranchGraphs for any seed.
func FuzzBranchGraphs(f *testing.F) {
	f.Add(uint64(1), uint8(10))
	f.Fuzz(func(t *testing.T, seed uint64, n uint8) { checkGraph(t, seed, 1+int(n)%60) })
}
