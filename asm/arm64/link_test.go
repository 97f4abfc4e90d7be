package arm64

import (
	"encoding/binary"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/internal/testenv"
)

// TestCallAddr: an address is reached directly up to 128 MiB, and through a veneer beyond.
func TestCallAddr(t *testing.T) {
	least, greatest := asm.Veneer26.Range()
	base := loaded(t, &asm.Object{Arch: asm.ARM64, Alignment: 8}).base
	for _, call := range []bool{true, false} {
		for _, d := range []int64{0, 4, -100, greatest, least, greatest + 4, least - 4, 1 << 46, -int64(base)} {
			addr := base + 8 + uint64(d)
			var a Assembler
			a.NOP()
			a.NOP()
			if call {
				a.CallAddr(addr)
				a.CallAddr(addr) // shares the veneer
			} else {
				a.JmpAddr(addr)
			}
			a.NOP()
			m := finish(t, &a)
			require.Equal(t, base, m.base)
			require.Equal(t, (a.Len()-16+7)&^7, a.Len()-16, "the veneer is 16 bytes")
			for i := range m.x {
				m.x[i] = uint64(i)
			}
			m.run(3)
			steps := 0
			for ; m.pc != addr && steps < 9; steps++ {
				m.step()
			}
			require.Equal(t, addr, m.pc, "%d", d)
			if d >= least && d <= greatest {
				require.Zero(t, steps, "directly: %d", d)
				require.EqualValues(t, 16, m.x[16])
			} else {
				require.Equal(t, 2, steps, "through the veneer: %d", d)
				m.x[16] = 16
			}
			if call {
				require.Equal(t, base+12, m.x[30])
				m.x[30] = 30
			}
			for i := range m.x {
				require.EqualValues(t, i, m.x[i])
			}
		}
	}
}

// TestVeneerOutOfReach: a call that does not reach its veneer becomes longer, as any other.
func TestVeneerOutOfReach(t *testing.T) {
	if runtime.GOARCH != "amd64" || testenv.Race() {
		return // as TestFarReach
	}
	const addr = 1 << 50
	a := far()
	a.CallAddr(addr)
	gap(a, 128<<20)
	m := finish(t, a)
	m.run(5)
	require.EqualValues(t, addr, m.pc)
	require.Equal(t, m.base+12, m.x[30])

	a.ForbidRelaxation(true)
	_, err := a.Finish()
	require.ErrorIs(t, err, asm.ErrRange)
	a.ForbidRelaxation(false)

	a = far() // a veneer that is too far back is written again
	a.CallAddr(addr)
	a.Pool()
	gap(a, 100<<20)
	a.Bind(a.NewLabel("second"))
	a.CallAddr(addr)
	o, err := a.Finish()
	require.NoError(t, err)
	m = loaded(t, o)
	m.pc = m.base + uint64(o.Symbols[0].Offset)
	m.run(3)
	require.EqualValues(t, addr, m.pc)
	require.Equal(t, m.base+uint64(o.Symbols[0].Offset)+4, m.x[30])
}

// TestLink: objects go to each other's labels by every kind of instruction, however the linked whole is aligned.
func TestLink(t *testing.T) {
	for _, forbid := range []bool{false, true} {
		for _, g := range goings {
			var a Assembler
			a.ForbidRelaxation(forbid)
			a.Bind(a.NewLabel("start"))
			g.emit(&a, a.Extern("there"))
			a.Bind(a.NewLabel("end"))
			a.CallAddr(1 << 40)
			first, err := a.Finish()
			require.NoError(t, err)
			level := 0
			for !forbid && reachOf(g, level) < 1<<27-4 {
				level++
			}
			require.Equal(t, 4*g.sizes[level], first.Symbols[1].Offset, "%s takes the first form that reaches far", g.name)

			a.Reset()
			a.Align(32)
			gap(&a, 4000)
			a.Bind(a.NewLabel("there"))
			a.Bytes(datum)
			second, err := a.Finish()
			require.NoError(t, err)
			require.ErrorIs(t, first.Place(make([]byte, first.Len()), 0), asm.ErrLabel)
			for _, order := range [][]*asm.Object{{first, second}, {second, first}} {
				all, err := asm.Link(order...)
				require.NoError(t, err)
				m := loaded(t, all)
				at := map[string]uint64{}
				for _, s := range all.Symbols {
					at[s.Name] = uint64(s.Offset)
				}
				for i := range m.x {
					m.x[i] = uint64(i) << 32
				}
				if g.taken != nil {
					g.taken(m, true)
				}
				before := m.x
				m.pc = m.base + at["start"]
				for m.step(); m.pc != m.base+at["there"] && m.pc != m.base+at["end"]; {
					m.step()
				}
				g.check(t, m, true, before, m.base+at["start"], level, at["there"])
				m.pc = m.base + at["end"]
				m.run(3)
				require.EqualValues(t, 1<<40, m.pc)
			}
		}
	}
}

// reachOf is how far a form reaches.
func reachOf(g going, level int) int64 {
	switch {
	case level == 0:
		_, greatest := g.kind.Range()
		return greatest
	case g.taken != nil || g.name == "B.AL":
		return [...]int64{0, 1<<27 - 4, 1 << 32}[level]
	}
	return 1 << 32
}

// TestLoadLabel: a page and what is left, from every place in a page, forward and backward, here and in another object.
func TestLoadLabel(t *testing.T) {
	if testenv.Race() {
		return // megabytes of gaps
	}
	for _, n := range []int{0, 4, 4088, 4092, 4096, 5 << 20} {
		var a Assembler
		back, on := a.NewLabel("back"), a.NewLabel("on")
		a.Bytes([]byte{1, 2, 3, 4})
		a.Bind(back)
		gap(&a, n)
		a.Bind(a.NewLabel("code"))
		a.LoadLabel(X1, back)
		a.LoadLabel(X2, on)
		a.LoadLabel(X3, a.Extern("other"))
		a.ADRPxl(X4, on)
		gap(&a, n)
		a.Bytes([]byte{1, 2, 3})
		a.Bind(on)
		o, err := a.Finish()
		require.NoError(t, err)
		a.Reset()
		a.Bind(a.NewLabel("nothing"))
		a.Bytes([]byte{1})
		a.Bind(a.NewLabel("other"))
		other, err := a.Finish()
		require.NoError(t, err)
		o, err = asm.Link(o, other)
		require.NoError(t, err)
		for base := uint64(0x10_0000); base < 0x10_2000; base += 508 {
			m := &machine{t: t, code: make([]byte, o.Len()), base: base, pc: base + 4 + uint64(n)}
			require.NoError(t, o.Place(m.code, uintptr(base)))
			m.run(7)
			on := base + 4 + 28 + 3 + uint64(2*n)
			require.Equal(t, []uint64{base + 4, on, base + (on-base+3)&^3 + 1, on &^ 0xfff}, m.x[1:5])
		}
	}
	o := &asm.Object{Arch: asm.ARM64, Code: binary.LittleEndian.AppendUint32(nil, uint32(adrp)), Relocs: []asm.Reloc{{Kind: asm.Page21, Target: 1 << 40}}}
	for _, c := range []struct {
		addr uint64
		ok   bool
	}{{1<<40 + 1<<32 + 0xffc, true}, {1<<40 + 1<<32 + 0x1000, false}, {1<<40 - 1<<32 + 0x1000, true}, {1<<40 - 1<<32 + 0xffc, false}} {
		err := o.Place(make([]byte, 4), uintptr(c.addr))
		if c.ok {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, asm.ErrRange)
		}
	}
}

// TestEverythingMoves: labels, comments, data, relocations and alignments are where they were, behind a branch that became
// longer; what stands before an alignment of nothing stays before it.
func TestEverythingMoves(t *testing.T) {
	build := func(a *Assembler, distance int) *asm.Object {
		a.Reset()
		far := a.NewLabel("far")
		before, after, between, data := a.NewLabel("before"), a.NewLabel("after"), a.NewLabel("between"), a.NewLabel("data")
		a.Align(16)
		a.TBZxil(X1, 1, far)
		a.Comment("one")
		a.NOP()
		a.Bytes([]byte{1, 2, 3, 4, 5, 6, 7, 8})
		a.Bind(before)
		a.Align(8)
		a.Bind(between)
		a.Align(16)
		a.Bind(after)
		a.Bytes([]byte{9})
		a.Align(4)
		a.Comment("two")
		a.NOP()
		a.Bind(data)
		a.Address(after)
		a.Distance(after, before)
		a.Distance(before, data)
		a.BLaddr(0x1000)
		gap(a, distance)
		a.Bind(far)
		o, err := a.Finish()
		require.NoError(t, err)
		return o
	}
	var a Assembler
	short := build(&a, 100)
	require.Equal(t, a.Len(), short.Len())
	long := build(&a, 40000)
	symbols := func(o *asm.Object) (all []int) {
		for _, name := range []string{"before", "between", "after", "data"} {
			all = append(all, o.Symbols[slices.IndexFunc(o.Symbols, func(s asm.Symbol) bool { return s.Name == name })].Offset)
		}
		return all
	}
	require.Equal(t, []int{16, 16, 16, 24}, symbols(short))
	require.Equal(t, []int{20, 24, 32, 40}, symbols(long))
	require.Equal(t, []asm.Note{{Offset: 4, Text: "one"}, {Offset: 20, Text: "two"}}, short.Notes)
	require.Equal(t, []asm.Note{{Offset: 8, Text: "one"}, {Offset: 36, Text: "two"}}, long.Notes)
	require.Equal(t, []asm.Span{{Offset: 8, Len: 8}, {Offset: 16, Len: 4}, {Offset: 24, Len: 16}, {Offset: 44, Len: 100}}, short.Data)
	require.Equal(t, []asm.Span{{Offset: 12, Len: 8}, {Offset: 32, Len: 4}, {Offset: 40, Len: 16}, {Offset: 60, Len: 40000}}, long.Data)
	require.Equal(t, []asm.Reloc{{Offset: 24, Kind: asm.Abs64, Local: true, Target: 16}, {Offset: 40, Kind: asm.Branch26, Target: 0x1000}}, short.Relocs)
	require.Equal(t, []asm.Reloc{{Offset: 40, Kind: asm.Abs64, Local: true, Target: 32}, {Offset: 56, Kind: asm.Branch26, Target: 0x1000}}, long.Relocs)
	words := func(o *asm.Object, off, n int) (all []int32) {
		for i := range n {
			all = append(all, int32(binary.LittleEndian.Uint32(o.Code[off+4*i:])))
		}
		return all
	}
	require.Equal(t, []int32{0, -8}, words(short, 32, 2))
	require.Equal(t, []int32{12, -20}, words(long, 48, 2))
	n := int32(-0x2afcdfe1) // NOP
	require.Equal(t, []int32{n, n, n}, words(long, 20, 3))
	require.Equal(t, 16, long.Alignment)
	require.Equal(t, []byte{1, 2, 3, 4, 5, 6, 7, 8}, long.Code[12:20])
}

// TestMisalignedTargets: a label that is no multiple of 4 from a branch is refused, however far it is.
func TestMisalignedTargets(t *testing.T) {
	var a Assembler
	for _, g := range goings {
		for _, n := range []int{100, 40_000, 2 << 20} {
			a.Reset()
			l := a.NewLabel("odd")
			g.emit(&a, l)
			gap(&a, n+2)
			a.Bind(l)
			a.Bytes(datum)
			_, err := a.Finish()
			if g.kind == asm.Adr21 {
				require.NoError(t, err, g.name)
				continue
			}
			require.ErrorIs(t, err, asm.ErrRange, "%s %d", g.name, n)
			require.ErrorContains(t, err, "odd")
			require.ErrorContains(t, err, "multiple")
		}
	}
}
