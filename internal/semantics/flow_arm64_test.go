package semantics

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/arm64"
	"github.com/wxjit/wxjit/codebuf"
)

// callable assembles a function of two numbers, which is released with the returned one.
func callable(t testing.TB, body func(a *arm64.Assembler)) (call func(x0, x1 uint64) uint64, release func()) {
	var a arm64.Assembler
	body(&a)
	o, err := a.Finish()
	require.NoError(t, err)
	code := sealed(t, o)
	f := codebuf.Func2[uint64, uint64, uint64](code)
	return func(x0, x1 uint64) uint64 {
		r, err := f(x0, x1)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}, func() { require.NoError(t, code.Release()) }
}

var flowArena *codebuf.Arena

func sealed(t testing.TB, blob codebuf.Blob) *codebuf.Code {
	var err error
	if flowArena == nil {
		flowArena, err = codebuf.New(codebuf.Config{})
		require.NoError(t, err)
	}
	buf, err := flowArena.NewBuffer(blob.Len())
	require.NoError(t, err)
	_, err = buf.Place(blob)
	require.NoError(t, err)
	code, err := buf.Seal()
	require.NoError(t, err)
	return code
}

var zeros = make([]byte, 1<<20+64)

// conditional are branches that are taken for some values of x0, with the reach of each.
var conditional = []struct {
	name   string
	reach  int
	emit   func(a *arm64.Assembler, l asm.Label)
	yes    uint64
	no     uint64
	longer int // bytes, as long as B reaches
}{
	{"B.EQ", 1 << 20, func(a *arm64.Assembler, l asm.Label) { a.Bcl(arm64.EQ, l) }, 0, 1, 4},
	{"B.HI", 1 << 20, func(a *arm64.Assembler, l asm.Label) { a.Bcl(arm64.HI, l) }, 1, 0, 4},
	{"B.AL", 1 << 20, func(a *arm64.Assembler, l asm.Label) { a.Bcl(arm64.AL, l) }, 0, 1, 0},
	{"CBZ x", 1 << 20, func(a *arm64.Assembler, l asm.Label) { a.CBZxl(arm64.X0, l) }, 0, 1 << 63, 4},
	{"CBZ w", 1 << 20, func(a *arm64.Assembler, l asm.Label) { a.CBZwl(arm64.W0, l) }, 1 << 63, 1, 4},
	{"CBNZ x", 1 << 20, func(a *arm64.Assembler, l asm.Label) { a.CBNZxl(arm64.X0, l) }, 1 << 63, 0, 4},
	{"CBNZ w", 1 << 20, func(a *arm64.Assembler, l asm.Label) { a.CBNZwl(arm64.W0, l) }, 1, 1 << 63, 4},
	{"TBZ 40", 32 << 10, func(a *arm64.Assembler, l asm.Label) { a.TBZxil(arm64.X0, 40, l) }, 1, 1 << 40, 4},
	{"TBNZ 3", 32 << 10, func(a *arm64.Assembler, l asm.Label) { a.TBNZxil(arm64.X0, 3, l) }, 8, ^uint64(8), 4},
}

// TestBranchBoundaries runs each branch over the last distance that it reaches and the first that it doesn't, in both
// directions, taken and not.
func TestBranchBoundaries(t *testing.T) {
	for _, c := range conditional {
		for _, distance := range []int{c.reach - 4, c.reach, -c.reach, -c.reach - 4} {
			length := 0
			call, release := callable(t, func(a *arm64.Assembler) {
				target, branch := a.NewLabel(""), a.NewLabel("")
				there := func() {
					a.Bind(target)
					a.LoadConst(arm64.X0, 2)
					a.RET()
				}
				a.CMPxi(arm64.X0, 0)
				if distance < 0 {
					a.Bl(branch)
					there()
					a.Bytes(zeros[:-distance-8])
				}
				a.Bind(branch)
				c.emit(a, target)
				a.LoadConst(arm64.X0, 1)
				a.RET()
				if distance > 0 {
					a.Bytes(zeros[:distance-12])
					there()
				}
				length = a.Len()
				o, err := a.Finish()
				require.NoError(t, err)
				if distance == c.reach || distance < -c.reach {
					require.Equal(t, length+c.longer, o.Len(), c.name)
				} else {
					require.Equal(t, length, o.Len(), c.name)
				}
			})
			require.EqualValues(t, 2, call(c.yes, 0), "%s over %d bytes", c.name, distance)
			if c.name != "B.AL" {
				require.EqualValues(t, 1, call(c.no, 0), "%s over %d bytes", c.name, distance)
			}
			release()
		}
	}
}

// TestLoadBoundaries does the same with what is loaded from a label, and its address.
func TestLoadBoundaries(t *testing.T) {
	const reach = 1 << 20
	for _, distance := range []int{reach - 4, reach, -reach, -reach - 4} {
		for name, emit := range map[string]func(a *arm64.Assembler, l asm.Label){
			"LDR x": func(a *arm64.Assembler, l asm.Label) { a.LDRxl(arm64.X0, l) },
			"LDR w": func(a *arm64.Assembler, l asm.Label) { a.LDRwl(arm64.W0, l) },
			"LDRSW": func(a *arm64.Assembler, l asm.Label) { a.LDRSWxl(arm64.X0, l) },
			"LDR d": func(a *arm64.Assembler, l asm.Label) { a.LDRdl(arm64.D0, l) },
			"LDR s": func(a *arm64.Assembler, l asm.Label) { a.LDRsl(arm64.S0, l) },
			"ADR":   func(a *arm64.Assembler, l asm.Label) { a.ADRxl(arm64.X0, l) },
		} {
			call, release := callable(t, func(a *arm64.Assembler) {
				target, start := a.NewLabel(""), a.NewLabel("")
				if distance < 0 {
					a.Bl(start)
					a.Bind(target)
					a.Uint64(0x8877665584332211)
					a.Bytes(zeros[:-distance-8])
				}
				a.Bind(start)
				emit(a, target)
				switch name {
				case "ADR":
					a.LDRxm(arm64.X0, arm64.MemOff(arm64.X0, 0))
				case "LDR d", "LDR s":
					a.FMOVxd(arm64.X0, arm64.D0)
				default:
					a.NOP()
				}
				a.RET()
				if distance > 0 {
					a.Bytes(zeros[:distance-12])
					a.Bind(target)
					a.Uint64(0x8877665584332211)
				}
			})
			want := map[string]uint64{"LDR w": 0x84332211, "LDR s": 0x84332211, "LDRSW": 0xffffffff84332211}[name]
			if want == 0 {
				want = 0x8877665584332211
			}
			require.Equal(t, want, call(0, 0), "%s over %d bytes", name, distance)
			release()
		}
	}
}

// blocks is a random program: each block mixes its number into x2, loads a literal now and then, and goes on to one of two
// others, by a bit of x0, as often as x1 says.
type blocks struct {
	next    [][2]int
	bit     []int
	how     []int    // kind of the branch
	literal []uint64 // 0 for none
	filler  []int    // bytes behind the block
	align   []int
}

func newBlocks(r *rand.Rand, n int) blocks {
	var g blocks
	for range n {
		g.next = append(g.next, [2]int{r.IntN(n), r.IntN(n)})
		g.bit = append(g.bit, r.IntN(64))
		g.how = append(g.how, r.IntN(5))
		g.literal = append(g.literal, r.Uint64()*uint64(r.IntN(2)))
		filler := 4 * r.IntN(12)
		switch r.IntN(12) {
		case 0, 1, 2:
			filler = 32<<10 - 4*r.IntN(60) // about as far as TBZ reaches
		case 3:
			filler = 16<<10 - 4*r.IntN(60)
		case 4:
			if r.IntN(4) == 0 {
				filler = 1<<20 - 4*r.IntN(60)
			}
		}
		g.filler = append(g.filler, filler)
		g.align = append(g.align, 1<<(r.IntN(8)*r.IntN(2)))
	}
	return g
}

func (g blocks) emit(a *arm64.Assembler) {
	labels := make([]asm.Label, len(g.next))
	for i := range labels {
		labels[i] = a.NewLabel("")
	}
	end := a.NewLabel("end")
	a.LoadConst(arm64.X2, 0)
	a.LoadConst(arm64.X3, 31)
	for i, l := range labels {
		a.Align(g.align[i])
		a.Bind(l)
		a.MULxxx(arm64.X2, arm64.X2, arm64.X3)
		a.ADDxxi(arm64.X2, arm64.X2, i)
		if v := g.literal[i]; v != 0 {
			a.LDRxl(arm64.X4, a.Literal64(v))
			a.EORxxx(arm64.X2, arm64.X2, arm64.X4)
		}
		a.SUBSxxi(arm64.X1, arm64.X1, 1)
		a.Bcl(arm64.EQ, end)
		g.branch(a, i, labels[g.next[i][1]])
		a.Bl(labels[g.next[i][0]])
		a.Bytes(zeros[:g.filler[i]])
	}
	a.Bind(end)
	a.MOVxx(arm64.X0, arm64.X2)
	a.RET()
}

// branch goes to the label if the block's bit is set.
func (g blocks) branch(a *arm64.Assembler, i int, l asm.Label) {
	switch g.how[i] {
	case 0:
		a.TBNZxil(arm64.X0, g.bit[i], l)
	case 1:
		over := a.NewLabel("")
		a.TBZxil(arm64.X0, g.bit[i], over)
		a.Bl(l)
		a.Bind(over)
	case 2:
		a.TSTxi(arm64.X0, 1<<g.bit[i])
		a.Bcl(arm64.NE, l)
	case 3:
		a.ANDxxi(arm64.X4, arm64.X0, 1<<g.bit[i])
		a.CBNZxl(arm64.X4, l)
	case 4: // by address
		over := a.NewLabel("")
		a.ADRxl(arm64.X5, l)
		a.ANDxxi(arm64.X4, arm64.X0, 1<<g.bit[i])
		a.CBZxl(arm64.X4, over)
		a.BRx(arm64.X5)
		a.Bind(over)
	}
}

func (g blocks) interpret(x0, x1 uint64) (x2 uint64) {
	for i := 0; ; {
		x2 = (x2*31 + uint64(i)) ^ g.literal[i]
		if x1--; x1 == 0 {
			return x2
		}
		i = g.next[i][x0>>g.bit[i]&1]
	}
}

func checkBlocks(t *testing.T, seed uint64, n int) (longer bool) {
	r := rand.New(rand.NewPCG(seed, 1))
	g := newBlocks(r, n)
	call, release := callable(t, func(a *arm64.Assembler) {
		g.emit(a)
		if o, err := a.Finish(); err == nil {
			longer = o.Len() > a.Len()
		}
	})
	for range 8 {
		x0, x1 := r.Uint64(), 1+r.Uint64N(300)
		if want, got := g.interpret(x0, x1), call(x0, x1); got != want {
			t.Fatalf("seed %d, %d blocks: %#x, not %#x", seed, n, got, want)
		}
	}
	release()
	return longer
}

// TestBranchGraphs runs random graphs of blocks whose branches are about as far as each kind reaches.
func TestBranchGraphs(t *testing.T) {
	longer := 0
	for seed := range uint64(60) {
		if checkBlocks(t, seed, 2+int(seed)%40) {
			longer++
		}
	}
	t.Log(longer, "of 60 have branches that became longer")
	require.Greater(t, longer, 20)
}

// FuzzBranchGraphs is TestBranchGraphs for any seed.
func FuzzBranchGraphs(f *testing.F) {
	f.Add(uint64(1), uint8(10))
	f.Fuzz(func(t *testing.T, seed uint64, n uint8) { checkBlocks(t, seed, 1+int(n)%60) })
}

// TestLongFunction runs a function of 10 MiB, dense with instructions: literals in pools that come by themselves, conditional
// branches to its end and its beginning, calls and tests of bits across it.
func TestLongFunction(t *testing.T) {
	const size, step = 10 << 20, 64 << 10
	var want uint64
	pools := 0
	call, release := callable(t, func(a *arm64.Assembler) {
		begin, end, add := a.NewLabel("begin"), a.NewLabel("end"), a.NewLabel("add")
		a.MOVxx(arm64.X9, arm64.X30)
		a.LoadConst(arm64.X2, 0)
		a.Bind(begin)
		a.CBZxl(arm64.X0, end)
		for i := uint64(1); a.Len() < size; i++ {
			v := i * 0x9e37_79b9_7f4a_7c15
			over := a.NewLabel("")
			a.LDRxl(arm64.X4, a.Literal64(v))
			a.BLl(add)
			a.CBZxl(arm64.X0, end) // never
			a.TBZxil(arm64.X0, 0, over)
			a.LoadConst(arm64.X4, 1)
			a.BLl(add)
			at, n := a.Len(), 0
			for ; n < step; n += 4 {
				a.ADDxxi(arm64.X2, arm64.X2, 1) // not run if bit 0 is clear
			}
			if a.Len() > at+n {
				pools++
			}
			a.Bind(over)
			want += v
		}
		a.SUBSxxi(arm64.X0, arm64.X0, 2)
		a.Bcl(arm64.NE, begin)
		a.Bl(end)
		a.Bind(add)
		a.ADDxxx(arm64.X2, arm64.X2, arm64.X4)
		a.RET()
		a.Bind(end)
		a.MOVxx(arm64.X0, arm64.X2)
		a.RETx(arm64.X9)
		require.Greater(t, a.Len(), size)
	})
	defer release()
	require.GreaterOrEqual(t, pools, 9)
	require.Zero(t, call(0, 0))
	require.Equal(t, want, call(2, 0))
	require.Equal(t, 3*want, call(6, 0))
}

// elsewhere places code as if it were far from where it is, so that no absolute address is in reach.
type elsewhere struct{ *asm.Object }

func (e elsewhere) Place(dst []byte, addr uintptr) error { return e.Object.Place(dst, addr^1<<50) }

// TestCallAddresses calls an absolute address directly and through a veneer.
func TestCallAddresses(t *testing.T) {
	var a arm64.Assembler
	a.ADDxxi(arm64.X0, arm64.X0, 5)
	a.RET()
	o, err := a.Finish()
	require.NoError(t, err)
	callee := sealed(t, o)
	a.Reset()
	a.Prologue(arm64.Frame{})
	a.CallAddr(uint64(callee.Addr()))
	a.CallAddr(uint64(callee.Addr()))
	a.LoadLiteral(arm64.X1, 0x1234_5678_9abc_def0)
	a.ADDxxx(arm64.X0, arm64.X0, arm64.X1)
	a.MOVxp(arm64.X1, arm64.SP)
	a.ADDppi(arm64.SP, arm64.SP, 16)
	a.LDPxxm(arm64.X29, arm64.X30, arm64.MemOff(arm64.X1, 0))
	a.JmpAddr(uint64(callee.Addr()))
	o, err = a.Finish()
	require.NoError(t, err)
	for _, blob := range []codebuf.Blob{o, elsewhere{o}} {
		code := sealed(t, blob)
		r, err := codebuf.Func1[uint64, uint64](code)(1)
		require.NoError(t, err)
		require.EqualValues(t, 0x1234_5678_9abc_def0+16, r)
		require.NoError(t, code.Release())
	}
	require.NoError(t, callee.Release())
}

// TestFrames calls a function with each kind of frame that changes what it has saved and its own memory, and looks at every
// callee-saved register after it.
func TestFrames(t *testing.T) {
	all := arm64.Frame{
		Saved:  []arm64.X{arm64.X19, arm64.X20, arm64.X21, arm64.X22, arm64.X23, arm64.X24, arm64.X25, arm64.X26, arm64.X27},
		SavedD: []arm64.D{arm64.D8, arm64.D9, arm64.D10, arm64.D11, arm64.D12, arm64.D13, arm64.D14, arm64.D15},
	}
	for _, size := range []int32{0, 1, 16, 4095, 4096, 5000, 20000} {
		for x := range len(all.Saved) + 1 {
			f := arm64.Frame{Size: size, Saved: all.Saved[len(all.Saved)-x:], SavedD: all.SavedD[:len(all.SavedD)*x/9]}
			call, release := callable(t, func(a *arm64.Assembler) {
				inner := a.NewLabel("inner")
				a.Prologue(all)
				for i, r := range all.Saved {
					a.LoadConst(r, uint64(1000+i))
				}
				for i, d := range all.SavedD {
					a.LDRdl(d, a.Literal64(uint64(2000+i)))
				}
				a.MOVxp(arm64.X12, arm64.SP)
				a.MOVxx(arm64.X13, arm64.X29)
				a.BLl(inner)
				check := func(r arm64.X, want uint64) { // into X0, which inner leaves 0
					a.LoadConst(arm64.X1, want)
					a.EORxxx(arm64.X1, arm64.X1, r)
					a.ORRxxx(arm64.X0, arm64.X0, arm64.X1)
				}
				for i, r := range all.Saved {
					check(r, uint64(1000+i))
				}
				for i, d := range all.SavedD {
					a.FMOVxd(arm64.X2, d)
					check(arm64.X2, uint64(2000+i))
				}
				a.MOVxp(arm64.X2, arm64.SP)
				a.EORxxx(arm64.X2, arm64.X2, arm64.X12)
				a.EORxxx(arm64.X3, arm64.X29, arm64.X13)
				a.ORRxxx(arm64.X0, arm64.X0, arm64.X2)
				a.ORRxxx(arm64.X0, arm64.X0, arm64.X3)
				a.Epilogue(all)
				a.Bind(inner)
				a.Prologue(f)
				a.MOVxp(arm64.X0, arm64.SP)
				a.ANDxxi(arm64.X0, arm64.X0, 15) // 0 if it is aligned
				for _, r := range f.Saved {
					a.LoadConst(r, 7)
				}
				for _, d := range f.SavedD {
					a.FMOVdx(d, arm64.XZR)
				}
				for off := int32(0); off+8 <= (size+15)&^15; off += 8 { // all of it, and nothing else
					a.STRxm(arm64.XZR, arm64.MemOff(arm64.SP, int(off)))
				}
				a.Epilogue(f)
			})
			require.Zero(t, call(0, 0), "%+v", f)
			release()
		}
	}
}
