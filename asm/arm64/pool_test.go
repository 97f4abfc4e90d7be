package arm64

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
)

// skip emits data of n bytes and a branch over it.
func skip(a *Assembler, n int) {
	over := a.NewLabel("")
	a.Bl(over)
	gap(a, n)
	a.Bind(over)
}

// TestPoolDeadline: the pool comes by itself, late, but before the first literal that waits is out of reach.
func TestPoolDeadline(t *testing.T) {
	var a Assembler
	for _, literals := range []int{1, 1000, 40_000} {
		a.Reset()
		for i := range literals {
			a.LDRxl(X1, a.Literal64(uint64(i)<<32|0xabcd))
		}
		for a.Len() < 3<<20 {
			a.NOP()
		}
		require.NoError(t, a.Err())
		m := finish(t, &a)
		require.Equal(t, a.Len(), len(m.code), "nothing had to become longer")
		pools, waiting := 0, 0 // the first that waits
		for off := 0; off < len(m.code); {
			w := m.wordAt(off)
			if w == uint32(nop) || w>>24 == 0x58 {
				off += 4
				continue
			}
			require.EqualValues(t, 0x14, w>>24, "only a branch over a pool is there beside LDR and NOP: at %#x", off)
			end := off + int(w&(1<<26-1))*4
			pools++
			require.Less(t, end-waiting, 1<<20, "the end of the pool")
			require.Greater(t, end-waiting, 1<<20-100<<10, "not too early")
			for waiting = end; off < end; off += 4 {
			}
		}
		m.x[1] = 0
		for i := 0; i < literals; m.step() {
			if m.x[1] == uint64(i)<<32|0xabcd {
				i++
			}
		}
		require.Equal(t, map[int]int{1: 1, 1000: 1, 40_000: 1}[literals], pools)
	}
}

// TestPoolForbidden is the negative control of TestPoolDeadline.
func TestPoolForbidden(t *testing.T) {
	var a Assembler
	for _, forbid := range []func(){
		func() { a.ForbidRelaxation(true); a.LDRxl(X1, a.Literal64(7)) },
		func() { a.LDRxl(X1, a.Literal64(7)); a.ForbidRelaxation(true) },
	} {
		a.ForbidRelaxation(false)
		a.Reset()
		forbid()
		for a.Len() < 1<<20+4 {
			a.NOP()
		}
		_, err := a.Finish()
		require.ErrorIs(t, err, asm.ErrRange)

		a.ForbidRelaxation(false) // before it is too late
		a.Reset()
		forbid()
		for a.Len() < 900<<10 {
			a.NOP()
		}
		a.ForbidRelaxation(false)
		for a.Len() < 2<<20 {
			a.NOP()
		}
		o, err := a.Finish()
		require.NoError(t, err)
		require.Equal(t, a.Len(), o.Len())
	}
}

// TestPoolNotInData: however long data are, the pool waits for the next instruction, and LDR becomes longer if it must.
func TestPoolNotInData(t *testing.T) {
	var a Assembler
	for _, n := range []int{1000 << 10, 2 << 20} {
		a.Reset()
		a.LDRdl(D1, a.Literal64(7))
		over := a.NewLabel("")
		a.Bl(over)
		data := a.NewLabel("")
		a.Bind(data)
		for i := range n / 8 {
			a.Uint64(uint64(i))
		}
		a.Address(data)
		a.Distance(data, over)
		a.Align(64)
		a.Bind(over)
		a.NOP()
		a.NOP()
		m := finish(t, &a)
		longer := 0
		if n > 1<<20 {
			longer = 8
		}
		require.Equal(t, uint32(nop), m.wordAt(len(m.code)-4), "the pool is not at the end")
		for i := range n / 8 {
			require.Equal(t, uint64(i), m.load(m.base+8+uint64(longer+8*i), 8))
		}
		m.run(20)
		require.EqualValues(t, 7, m.d[1])
		require.Equal(t, uint64(len(m.code)), m.pc-m.base)
	}
}

// TestPoolShares: equal literals share a place while that is in reach, and are written again then.
func TestPoolShares(t *testing.T) {
	var a Assembler
	first := a.Literal64(5)
	require.Equal(t, first, a.Literal64(5))
	require.NotEqual(t, first, a.Literal32(5))
	a.LDRxl(X1, first)
	skip(&a, 8)
	a.Pool()
	require.Equal(t, first, a.Literal64(5))
	skip(&a, 900<<10)
	require.Equal(t, first, a.Literal64(5))
	skip(&a, 60<<10)
	second := a.Literal64(5)
	require.NotEqual(t, first, second, "it may be out of reach soon")
	a.Bind(a.NewLabel("last"))
	a.LDRxl(X2, second)
	a.LDRwl(W3, a.Literal32(0x80000001))
	a.LDRSWxl(X4, a.Literal32(0x80000001))
	o, err := a.Finish()
	require.NoError(t, err)
	m := loaded(t, o)
	m.run(1)
	require.EqualValues(t, 5, m.x[1])
	m.pc = m.base + uint64(o.Symbols[0].Offset)
	m.run(3)
	require.Equal(t, []uint64{5, 0x80000001, 0xffff_ffff_8000_0001}, m.x[2:5])
}

// TestPoolModel loads literals between data, branches, alignments and pools of the user's, over several MiB, and runs it.
func TestPoolModel(t *testing.T) {
	var a Assembler
	longer := 0
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 3))
		a.Reset()
		var want []uint64
		loadedTo := func(v uint64) {
			want = append(want, v)
			a.LoadConst32(W9, 1) // has the machine look at X1
		}
		tail := a.NewLabel("tail")
		for a.Len() < 3<<20 {
			switch v := r.Uint64() >> r.IntN(64); r.IntN(12) {
			case 0:
				skip(&a, 4*r.IntN(8<<10))
			case 1:
				over := a.NewLabel("")
				a.Bl(over)
				a.Pool()
				a.Bind(over)
			case 2:
				a.Align(1 << r.IntN(8))
			case 3:
				if seed%2 == 0 {
					a.TBNZxil(X20, 3, tail) // never, but far
				}
			case 4, 5:
				a.LDRxl(X1, a.Literal64(v))
				loadedTo(v)
			case 6:
				a.LDRxl(X1, a.Literal64(v%5))
				loadedTo(v % 5)
			case 7:
				a.LDRwl(W1, a.Literal32(uint32(v)))
				loadedTo(uint64(uint32(v)))
			case 8:
				a.LoadLiteral(X1, v)
				loadedTo(v)
			default:
				for range r.IntN(100) {
					a.NOP()
				}
			}
		}
		a.Bind(tail)
		o, err := a.Finish()
		require.NoError(t, err)
		if o.Len() > a.Len() {
			longer++
		}
		m := loaded(t, o)
		m.x[20], m.x[1] = 0, ^uint64(0)
		for end := m.base + uint64(o.Symbols[0].Offset); m.pc != end; m.step() {
			if m.x[9] == 1 {
				require.Equal(t, want[0], m.x[1], "seed %d before %#x", seed, m.pc-m.base)
				want, m.x[9], m.x[1] = want[1:], 0, ^uint64(0)
			}
		}
		require.LessOrEqual(t, len(want), 1)
	}
	require.Greater(t, longer, 2, "programs that became longer; alignments may take it up")
}

// TestPoolsDontAllocate: nor do for branches that become longer, but in Finish.
func TestPoolsDontAllocate(t *testing.T) {
	var a Assembler
	a.Literal(make([]byte, 16))
	body := func() {
		a.Reset()
		l := a.NewLabel("")
		for i := range 100 {
			a.LDRxl(X1, a.Literal64(uint64(i)))
			a.LoadLiteral(X2, 0x1234_5678_9abc_0000+uint64(i))
			a.LoadConst(X3, 0x1234_5678_9abc_0000+uint64(i))
			a.CallAddr(uint64(i%10) << 32)
			a.LoadLabel(X4, l)
			a.TBZxil(X5, 1, l)
			a.Align(32)
			for range 3000 {
				a.NOP()
			}
		}
		a.Bind(l)
	}
	body()
	require.Greater(t, a.Len(), 1<<20, "with a pool between")
	require.Zero(t, testing.AllocsPerRun(10, body))
	require.NoError(t, a.Err())
}
