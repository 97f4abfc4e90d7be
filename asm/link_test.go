package asm_test

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/amd64"
)

func finished(t *testing.T, body func(a *amd64.Assembler)) *asm.Object {
	var a amd64.Assembler
	body(&a)
	o, err := a.Finish()
	require.NoError(t, err)
	return o
}

// TestLink: two objects call each other and share a table.
func TestLink(t *testing.T) {
	first := finished(t, func(a *amd64.Assembler) {
		even := a.NewLabel("even")
		a.Bind(even)
		a.Comment("the other")
		a.JMPl(a.Extern("odd"))
	})
	second := finished(t, func(a *amd64.Assembler) {
		odd := a.NewLabel("odd")
		a.Align(16)
		a.Bind(odd)
		a.CALLl(a.Extern("even"))
		a.LEArm64(amd64.RAX, amd64.MemLabelOff(a.Extern("even"), 2))
		a.Address(a.Extern("even"))
	})
	before := *first
	all, err := asm.Link(first, second)
	require.NoError(t, err)
	require.Equal(t, before, *first)
	require.Equal(t, 16, all.Alignment)
	require.Equal(t, []asm.Symbol{{Offset: 0, Name: "even"}, {Offset: 16, Name: "odd"}}, all.Symbols)
	require.Equal(t, []asm.Note{{Offset: 0, Text: "the other"}}, all.Notes)
	require.Equal(t, []asm.Span{{Offset: 28, Len: 8}}, all.Data)
	dst := make([]byte, all.Len())
	require.NoError(t, all.Place(dst, 0x7000))
	require.Equal(t, "\xe9\x0b\x00\x00\x00"+"\xcc\xcc\xcc\xcc\xcc\xcc\xcc\xcc\xcc\xcc\xcc"+
		"\xe8\xeb\xff\xff\xff"+"\x48\x8d\x05\xe6\xff\xff\xff"+"\x00\x70\x00\x00\x00\x00\x00\x00", string(dst))

	require.ErrorIs(t, first.Place(make([]byte, 16), 0), asm.ErrLabel, "nobody knows odd")
	alone, err := asm.Link(first)
	require.NoError(t, err)
	require.ErrorIs(t, alone.Place(make([]byte, 16), 0), asm.ErrLabel)
	again, err := asm.Link(alone, second)
	require.NoError(t, err)
	require.Equal(t, all, again)
}

func TestLinkErrors(t *testing.T) {
	one := finished(t, func(a *amd64.Assembler) { a.Bind(a.NewLabel("one")); a.RET() })
	user := finished(t, func(a *amd64.Assembler) { a.JMPl(a.Extern("one")) })
	for name, c := range map[string]struct {
		objects []*asm.Object
		want    error
	}{
		"none":      {nil, asm.ErrOperands},
		"nil":       {[]*asm.Object{one, nil}, asm.ErrOperands},
		"targets":   {[]*asm.Object{one, {Arch: asm.ARM64}}, asm.ErrOperands},
		"ambiguous": {[]*asm.Object{one, user, one}, asm.ErrLabel},
	} {
		o, err := asm.Link(c.objects...)
		require.ErrorIs(t, err, c.want, name)
		require.Nil(t, o, name)
	}
	_, err := asm.Link(one, one)
	require.NoError(t, err, "nobody refers to the name")

	var a amd64.Assembler
	a.Bind(a.Extern("x"))
	require.ErrorIs(t, a.Err(), asm.ErrLabel)
	a.Reset()
	a.Extern("")
	require.ErrorIs(t, a.Err(), asm.ErrLabel)
}

// TestSlots: absolute addresses are reached directly up to 2 GiB, and through a slot beyond.
func TestSlots(t *testing.T) {
	const addr = 0x7f00_0000_0000
	for _, c := range []struct {
		emit           func(a *amd64.Assembler, target uint64)
		far, direct    string // opcodes
		end            uint64 // of the instruction, from addr
		farLen, length int
	}{
		{(*amd64.Assembler).CallAddr, "\xff\x15", "\x67\xe8", 6, 6, 6},
		{(*amd64.Assembler).JmpAddr, "\xff\x25", "\x67\xe9", 6, 6, 6},
		{func(a *amd64.Assembler, v uint64) { a.LoadAddr(amd64.R9, v) }, "\x4c\x8b\x0d", "\x4c\x8d\x0d", 7, 7, 7},
	} {
		for _, d := range []int64{0, -100, 1<<31 - 1, -1 << 31, 1 << 31, -1<<31 - 1, 1 << 46, -addr - int64(c.end)} {
			target := uint64(addr+int64(c.end)) + uint64(d)
			o := finished(t, func(a *amd64.Assembler) { c.emit(a, target) })
			dst := make([]byte, o.Len())
			require.NoError(t, o.Place(dst, addr))
			field := int32(binary.LittleEndian.Uint32(dst[c.end-4:]))
			require.Equal(t, target, binary.LittleEndian.Uint64(dst[len(dst)-8:]), "the slot")
			if d == int64(int32(d)) {
				require.Equal(t, c.direct, string(dst[:len(c.direct)]), d)
				require.Equal(t, int32(d), field)
			} else {
				require.Equal(t, c.far, string(dst[:len(c.far)]), d)
				require.Equal(t, len(dst)-8, int(c.end)+int(field), "to the slot")
			}
		}
	}
	for _, code := range []string{"\x00\x00\x00\x00", "\xff\x00\x00\x00\x00\x00", "\x8b\x45\x00\x00\x00\x00"} {
		o := &asm.Object{Arch: asm.AMD64, Code: []byte(code), Relocs: []asm.Reloc{{Offset: len(code) - 4, Kind: asm.Slot32, Target: 64}}}
		require.ErrorIs(t, o.Place(make([]byte, 8), 0), asm.ErrRange, "not an instruction through a slot")
	}
}
