package asm_test

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
)

// field is a kind of relocation with the bits that it may change and the distances at its edges.
type field struct {
	kind     asm.RelocKind
	mask     uint64
	min, max int64
	step     int64
	read     func(w uint64) int64 // the value that is encoded
}

func signed(v uint64, bits uint) int64 { return int64(v<<(64-bits)) >> (64 - bits) }

var fields = []field{
	{asm.Abs64, math.MaxUint64, math.MinInt64, math.MaxInt64, 0, func(w uint64) int64 { return int64(w) }},
	{asm.PC8, 0xff, -128, 127, 1, func(w uint64) int64 { return signed(w, 8) }},
	{asm.PC32, 0xffffffff, math.MinInt32, math.MaxInt32, 1, func(w uint64) int64 { return signed(w, 32) }},
	{asm.Branch26, 1<<26 - 1, -128 << 20, 128<<20 - 4, 4, func(w uint64) int64 { return signed(w, 26) * 4 }},
	{asm.Branch19, (1<<19 - 1) << 5, -1 << 20, 1<<20 - 4, 4, func(w uint64) int64 { return signed(w>>5, 19) * 4 }},
	{asm.Branch14, (1<<14 - 1) << 5, -32 << 10, 32<<10 - 4, 4, func(w uint64) int64 { return signed(w>>5, 14) * 4 }},
	{asm.Veneer26, 1<<26 - 1, -128 << 20, 128<<20 - 4, 4, func(w uint64) int64 { return signed(w, 26) * 4 }},
	{asm.Page21, (1<<19-1)<<5 | 3<<29, -1 << 32, 1<<32 - 4096, 4096, func(w uint64) int64 { return signed(w>>5&(1<<19-1)<<2|w>>29&3, 21) << 12 }},
	{asm.Adr21, (1<<19-1)<<5 | 3<<29, -1 << 20, 1<<20 - 1, 1, func(w uint64) int64 { return signed(w>>5&(1<<19-1)<<2|w>>29&3, 21) }},
}

func TestPatchAtTheEdges(t *testing.T) {
	for _, f := range fields {
		for _, fill := range []uint64{0, math.MaxUint64} {
			put := func(v int64) (uint64, error) {
				b := make([]byte, 8)
				binary.LittleEndian.PutUint64(b, fill)
				err := f.kind.Patch(b, v)
				return binary.LittleEndian.Uint64(b), err
			}
			for _, v := range []int64{f.min, f.max, 0, f.step, -f.step, f.min + f.step, f.max - f.step} {
				w, err := put(v)
				require.NoError(t, err, "%v %d", f.kind, v)
				require.Equal(t, fill&^f.mask, w&^f.mask, "%v: other bits", f.kind)
				require.Equal(t, v, f.read(w&f.mask), "%v", f.kind)
			}
			if f.step == 0 {
				continue
			}
			beyond := []int64{f.min - f.step, f.max + f.step, math.MinInt64 &^ 3, math.MaxInt64 &^ 3}
			if f.step > 1 {
				beyond = append(beyond, 1, 2, 3, -1)
			}
			for _, v := range beyond {
				w, err := put(v)
				require.ErrorIs(t, err, asm.ErrRange, "%v %d", f.kind, v)
				require.Equal(t, fill, w, "the field is unchanged")
			}
		}
		require.ErrorIs(t, f.kind.Patch(make([]byte, f.kind.Size()-1), 0), asm.ErrRange)
		require.NotContains(t, f.kind.String(), "(")
	}
	require.ErrorIs(t, asm.RelocKind(0).Patch(make([]byte, 8), 0), asm.ErrRange)
	require.ErrorIs(t, asm.RelocKind(99).Patch(make([]byte, 8), 0), asm.ErrRange)
	require.Equal(t, "RelocKind(99)", asm.RelocKind(99).String())
	require.Equal(t, "amd64 arm64 Arch(9)", asm.AMD64.String()+" "+asm.ARM64.String()+" "+asm.Arch(9).String())
}

// TestPlaceA64 has the kinds that depend on more than a distance.
func TestPlaceA64(t *testing.T) {
	place := func(word uint32, addr uint64, r asm.Reloc) (uint32, error) {
		o := asm.Object{Arch: asm.ARM64, Code: binary.LittleEndian.AppendUint32(nil, word), Relocs: []asm.Reloc{r}}
		dst := make([]byte, 4)
		err := o.Place(dst, uintptr(addr))
		return binary.LittleEndian.Uint32(dst), err
	}
	for _, c := range []struct {
		kind      asm.RelocKind
		word      uint32
		addr      uint64
		target    uint64
		addend    int64
		want      uint32
		local, ok bool
	}{
		{asm.Page21, 0x90000001, 0x1ffc, 0x2000, 0, 0xb0000001, false, true},
		{asm.Page21, 0x90000001, 0x1000, 0x1fff, 0, 0x90000001, false, true},
		{asm.Page21, 0x90000001, 0x1000, 0x1fff, 1, 0xb0000001, false, true},
		{asm.Page21, 0x90000001, 0x1ffc, 4, 0, 0xb0000001, true, true},
		{asm.Page21, 0x90000001, 0x2000, 0x1fff, 0, 0xf0ffffe1, false, true},
		{asm.Page21, 0x90000001, 0, 1 << 32, 0, 0, false, false},
		{asm.Lo12, 0x91000021, 0, 0x1234_5678_9abc_def0, 0xf, 0x913bfc21, false, true},
		{asm.Lo12, 0x91000021, 0x1ff0, 0x10, 0, 0x91000021, true, true},
		{asm.Veneer26, 0x94000005, 0x1000, 0x2000, 0, 0x94000400, false, true},
		{asm.Veneer26, 0x14000005, 0x1000, 0x1000 + 128<<20, 0, 0x14000005, false, true},
		{asm.Veneer26, 0x54000005, 0x1000, 0x2000, 0, 0, false, false},
		{asm.Veneer26, 0x94000005, 0x1000, 0x2002, 0, 0, false, false},
	} {
		w, err := place(c.word, c.addr, asm.Reloc{Kind: c.kind, Target: c.target, Addend: c.addend, Local: c.local})
		if !c.ok {
			require.ErrorIs(t, err, asm.ErrRange, "%+v", c)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, c.want, w, "%+v", c)
	}
}

func TestPlace(t *testing.T) {
	o := &asm.Object{
		Arch: asm.AMD64, Code: make([]byte, 24), Alignment: 8,
		Relocs: []asm.Reloc{
			{Offset: 0, Kind: asm.PC32, Target: 0x5000, Addend: -4},
			{Offset: 8, Kind: asm.Abs64, Local: true, Target: 0x10, Addend: 1},
			{Offset: 16, Kind: asm.Abs64, Target: 0xffff_ffff_ffff_fff0, Addend: 0x20},
		},
	}
	require.Equal(t, 24, o.Len())
	require.Equal(t, 8, o.Align())
	require.Equal(t, 1, (&asm.Object{}).Align())
	dst := make([]byte, 32)
	require.NoError(t, o.Place(dst, 0x4000))
	require.EqualValues(t, 0xffc, binary.LittleEndian.Uint32(dst))
	require.EqualValues(t, 0x4011, binary.LittleEndian.Uint64(dst[8:]))
	require.EqualValues(t, 0x10, binary.LittleEndian.Uint64(dst[16:]))
	require.Equal(t, make([]byte, 24), o.Code, "an object stays as it is")

	require.ErrorIs(t, o.Place(dst[:23], 0x4000), asm.ErrRange)
	require.ErrorIs(t, o.Place(dst, 0x4004), asm.ErrRange)
	// The last address that reaches 0x5000 from behind, and the next.
	last := uintptr(0x5000 + 1<<31 - 4 - 4&^7)
	require.NoError(t, o.Place(dst, last&^7))
	require.ErrorIs(t, o.Place(dst, last&^7+8), asm.ErrRange)
	for _, off := range []int{-1, 21, 24, math.MaxInt - 1} {
		bad := *o
		bad.Relocs = []asm.Reloc{{Offset: off, Kind: asm.PC32}}
		require.ErrorIs(t, bad.Place(dst, 0x4000), asm.ErrRange, off)
	}
}

func TestTargets(t *testing.T) {
	o := &asm.Object{Code: make([]byte, 32), Relocs: []asm.Reloc{
		{Offset: 0, Kind: asm.PC32, Target: 0x1000, Addend: -4},
		{Offset: 4, Kind: asm.PC32, Local: true, Target: 8},
		{Offset: 8, Kind: asm.Abs64, Target: 0x2000},
		{Offset: 16, Kind: asm.PC32, Symbol: "elsewhere"},
	}}
	require.Equal(t, []uintptr{0x1000, 0x2000}, o.Targets())
	require.Empty(t, new(asm.Object).Targets())
}
