package arm64

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/internal/testenv"
)

// TestFrameText: what Prologue and Epilogue are, by GNU objdump. What it does internal/semantics runs.
func TestFrameText(t *testing.T) {
	for _, c := range []struct {
		frame    Frame
		prologue []string
		epilogue []string
	}{
		{
			Frame{},
			[]string{"stp x29, x30, [sp, #-16]!", "mov x29, sp"},
			[]string{"mov sp, x29", "ldp x29, x30, [sp], #16", "ret"},
		},
		{
			Frame{Size: 1, Saved: []X{X19}, SavedD: []D{D8, D15}},
			[]string{"stp x29, x30, [sp, #-16]!", "mov x29, sp", "str x19, [sp, #-16]!", "stp d8, d15, [sp, #-16]!", "sub sp, sp, #0x10"},
			[]string{"sub sp, x29, #0x20", "ldp d8, d15, [sp], #16", "ldr x19, [sp], #16", "ldp x29, x30, [sp], #16", "ret"},
		},
		{
			Frame{Size: 4096, Saved: []X{X27, X20, X22}, SavedD: []D{D9}},
			[]string{
				"stp x29, x30, [sp, #-16]!", "mov x29, sp", "stp x27, x20, [sp, #-16]!", "str x22, [sp, #-16]!", "str d9, [sp, #-16]!", "sub sp, sp, #0x1, lsl #12",
			},
			[]string{"sub sp, x29, #0x30", "ldr d9, [sp], #16", "ldr x22, [sp], #16", "ldp x27, x20, [sp], #16", "ldp x29, x30, [sp], #16", "ret"},
		},
		{
			Frame{Size: 1<<24 - 16},
			[]string{"stp x29, x30, [sp, #-16]!", "mov x29, sp", "sub sp, sp, #0xfff, lsl #12", "sub sp, sp, #0xff0"},
			[]string{"mov sp, x29", "ldp x29, x30, [sp], #16", "ret"},
		},
	} {
		var a Assembler
		a.Prologue(c.frame)
		begin, err := finished(&a)
		require.NoError(t, err)
		require.Equal(t, c.prologue, testenv.Objdump(t, "arm64", begin, 0))
		a.Reset()
		a.Epilogue(c.frame)
		end, err := finished(&a)
		require.NoError(t, err)
		require.Equal(t, c.epilogue, testenv.Objdump(t, "arm64", end, 0))
	}
}

// bitmasks are all immediates of ORR on 64 bits.
var bitmasks = func() (all []uint64) {
	seen := map[uint64]bool{}
	for field := range uint32(1 << 13) {
		if size := field>>12<<6 | ^field&0x3f; size < 2 || field&0x1000 == 0 && field>>6&0x20 != 0 {
			continue
		}
		v := decodeBitmask(field)
		if !seen[v] && v != 0 && v != math.MaxUint64 {
			seen[v] = true
			all = append(all, v)
		}
	}
	return all
}()

// fewest is how few instructions load v, by trying all that the first can load.
func fewest(v uint64) int {
	n := 4
	try := func(base uint64, width int) {
		k := 1
		for shift := 0; shift < width; shift += 16 {
			if (base^v)>>shift&0xffff != 0 {
				k++
			}
		}
		n = min(n, k)
	}
	for shift := 0; shift < 64; shift += 16 {
		try(v&(0xffff<<shift), 64)
		try(v|^uint64(0xffff<<shift), 64)
		if v>>32 == 0 && shift < 32 {
			try(v|^uint64(0xffff<<shift)&0xffffffff, 32)
		}
	}
	for _, b := range bitmasks {
		try(b, 64)
		if v>>32 == 0 && b>>32 == b&0xffffffff {
			try(b&0xffffffff, 32)
		}
	}
	return n
}

// constants are numbers of all kinds.
func constants(r *rand.Rand, n int) []uint64 {
	values := []uint64{
		0, 1, 0xffff, 0x10000, math.MaxUint64, math.MaxUint64 - 1, 0xffff_0000_0000_0000, 0x0000_ffff_0000_ffff, 0xaaaa_aaaa_aaaa_aaaa,
		0xffff_ffff_ffff_0000, 0xffff_1234_ffff_ffff, 0xffff_1234_ffff_5678, 0x1234_5678_9abc_def0, 1 << 63, 0x7fff_ffff_ffff_ffff,
		math.Float64bits(math.Pi), 0xffff_ffff_0000_0000, 0xffff_0000_ffff_0000, 0xffffffff, 0xffff1234, 0x1234ffff, 0x55555555,
	}
	for range n {
		v := r.Uint64()
		if r.IntN(3) == 0 {
			v = bitmasks[r.IntN(len(bitmasks))]
		}
		for shift := 0; shift < 64; shift += 16 { // parts of all zeros and all ones are what matters
			switch r.IntN(10) {
			case 0, 1:
				v &^= 0xffff << shift
			case 2, 3:
				v |= 0xffff << shift
			case 4:
				v ^= uint64(r.IntN(1<<16)) << shift
			case 5:
				v = v&^(0xffff<<shift) | v>>16&(0xffff<<shift)
			}
		}
		if r.IntN(4) == 0 {
			v &= 0xffffffff
		}
		values = append(values, v)
	}
	return values
}

// TestLoadConst runs what LoadConst emits, and counts it.
func TestLoadConst(t *testing.T) {
	require.Len(t, bitmasks, 5334)
	n := 4_000
	if runtime.GOARCH != "amd64" { // an emulator
		n = 300
	}
	var a Assembler
	var counts [5]int
	for _, v := range constants(rand.New(rand.NewPCG(3, 4)), n) {
		a.Reset()
		a.LoadConst(X7, v)
		m := finish(t, &a)
		m.x[7] = 0x5a5a_5a5a_5a5a_5a5a
		m.run(9)
		require.Equal(t, v, m.x[7])
		require.Equal(t, fewest(v), len(m.code)/4, "%#x", v)
		counts[len(m.code)/4]++

		a.Reset()
		a.LoadConst32(W7, uint32(v))
		m = finish(t, &a)
		m.run(9)
		require.Equal(t, uint64(uint32(v)), m.x[7])
		require.Equal(t, fewest(uint64(uint32(v))), len(m.code)/4, "%#x", uint32(v))

		a.Reset()
		a.LoadLiteral(X7, v)
		a.JmpAddr(16)
		m = finish(t, &a)
		m.run(9)
		require.Equal(t, v, m.x[7])
		if fewest(v) > 2 {
			require.EqualValues(t, 0x58, m.wordAt(0)>>24, "%#x from the pool", v)
		} else {
			require.NotEqualValues(t, 0x58, m.wordAt(0)>>24, "%#x not from the pool", v)
		}
	}
	t.Log("instructions", counts)
	for n := 1; n <= 4; n++ {
		require.Greater(t, counts[n], 5, "values that take %d", n)
	}
}

// TestMacroErrors has what is refused.
func TestMacroErrors(t *testing.T) {
	for name, c := range map[string]struct {
		emit func(a *Assembler)
		want error
		text string
	}{
		"constant to zr":   {func(a *Assembler) { a.LoadConst(XZR, 1) }, asm.ErrOperands, "LoadConst"},
		"constant to w18":  {func(a *Assembler) { a.LoadConst32(W18, 1) }, asm.ErrOperands, "LoadConst32"},
		"constant to x32":  {func(a *Assembler) { a.LoadConst(32, 1) }, asm.ErrOperands, "LoadConst"},
		"literal to zr":    {func(a *Assembler) { a.LoadLiteral(XZR, math.MaxUint64/10) }, asm.ErrOperands, "LoadLiteral"},
		"address to x28":   {func(a *Assembler) { a.LoadAddr(X28, math.MaxUint64/10) }, asm.ErrOperands, "LoadAddr"},
		"label to zr":      {func(a *Assembler) { a.ADDxxl(XZR, X1, a.NewLabel("")) }, asm.ErrOperands, "ADDxxl"},
		"label from zr":    {func(a *Assembler) { a.ADDxxl(X1, XZR, a.NewLabel("")) }, asm.ErrOperands, "ADDxxl"},
		"page to x18":      {func(a *Assembler) { a.LoadLabel(X18, a.NewLabel("")) }, asm.ErrOperands, "LoadLabel"},
		"no label":         {func(a *Assembler) { a.LoadLabel(X1, 0) }, asm.ErrLabel, "LoadLabel"},
		"odd address":      {func(a *Assembler) { a.CallAddr(0x1002) }, asm.ErrRange, "CallAddr"},
		"odd jump":         {func(a *Assembler) { a.JmpAddr(1) }, asm.ErrRange, "JmpAddr"},
		"3 bytes":          {func(a *Assembler) { a.Literal(make([]byte, 3)) }, asm.ErrRange, "Literal"},
		"extern":           {func(a *Assembler) { a.Extern("") }, asm.ErrLabel, "Extern"},
		"bound extern":     {func(a *Assembler) { a.Bind(a.Extern("x")) }, asm.ErrLabel, "Bind"},
		"distance":         {func(a *Assembler) { a.Distance(a.Extern("x"), 0) }, asm.ErrLabel, "Distance"},
		"frame size":       {func(a *Assembler) { a.Prologue(Frame{Size: 1 << 24}) }, asm.ErrRange, "Prologue"},
		"frame negative":   {func(a *Assembler) { a.Epilogue(Frame{Size: -1}) }, asm.ErrRange, "Epilogue"},
		"frame register":   {func(a *Assembler) { a.Prologue(Frame{Saved: []X{X28}}) }, asm.ErrOperands, "Prologue"},
		"frame twice":      {func(a *Assembler) { a.Prologue(Frame{Saved: []X{X19, X20, X19}}) }, asm.ErrOperands, "Prologue"},
		"frame d register": {func(a *Assembler) { a.Epilogue(Frame{SavedD: []D{D16}}) }, asm.ErrOperands, "Epilogue"},
		"frame d twice":    {func(a *Assembler) { a.Epilogue(Frame{SavedD: []D{D9, D9}}) }, asm.ErrOperands, "Epilogue"},
	} {
		var a Assembler
		a.NOP()
		c.emit(&a)
		require.ErrorIs(t, a.Err(), c.want, name)
		require.ErrorContains(t, a.Err(), c.text, name)
		require.ErrorContains(t, a.Err(), "macros_test.go", name)
		o, err := a.Finish()
		require.Nil(t, o)
		require.Same(t, a.Err(), err)
	}
}
