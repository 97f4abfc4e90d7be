package core

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
)

func TestLabels(t *testing.T) {
	var s, other State
	for range 5 {
		other.NewLabel("")
	}
	foreign := other.NewLabel("foreign")
	old := s.NewLabel("old")
	s.Reset()
	l := s.NewLabel("l")
	for name, c := range map[string]struct {
		use  func()
		text string
	}{
		"zero":        {func() { s.Bind(0) }, "not a label"},
		"negative":    {func() { s.Bind(-1) }, "not a label"},
		"before":      {func() { s.Bind(old) }, "not a label"},
		"foreign":     {func() { s.Bind(foreign) }, "not a label"},
		"refer old":   {func() { s.Refer("X", 0, asm.PC32, old, 0) }, "not a label"},
		"bound twice": {func() { s.Bind(l); s.Bind(l) }, "bound already"},
	} {
		s.Reset()
		l = s.NewLabel("l")
		c.use()
		require.ErrorIs(t, s.Err(), asm.ErrLabel, name)
		require.ErrorContains(t, s.Err(), c.text, name)
		require.ErrorContains(t, s.Err(), "core_test.go", name)
	}

	s.Reset()
	l = s.NewLabel("lost")
	s.Bytes(make([]byte, 8))
	s.Refer("X", 4, asm.PC32, l, 0)
	require.NoError(t, s.Err())
	_, err := s.Finish(asm.AMD64, 1, nil)
	require.ErrorIs(t, err, asm.ErrLabel)
	e, ok := errors.AsType[*asm.Error](err)
	require.True(t, ok)
	require.Equal(t, asm.Error{Op: "Finish", Args: "lost", Offset: 4, File: e.File, Line: e.Line, Err: e.Err}, *e)

	_, ok = s.Bound(l)
	require.False(t, ok)
	s.Reset()
	l = s.NewLabel("")
	s.Bytes([]byte{1, 2})
	s.Bind(l)
	off, ok := s.Bound(l)
	require.True(t, ok)
	require.Equal(t, 2, off)
	require.Equal(t, "L1", s.LabelText(l))
}

// TestGenerations: a label is not taken for one of the same number from before a Reset, up to as many as there are
// generations.
func TestGenerations(t *testing.T) {
	var s State
	first := s.NewLabel("")
	for range genMask {
		s.Reset()
		require.NotEqual(t, first, s.NewLabel(""))
		require.Nil(t, s.lookup(first))
	}
}

func TestFinish(t *testing.T) {
	var s State
	begin, end := s.NewLabel("begin"), s.NewLabel("end")
	s.Bind(begin)
	s.Comment("one")
	s.Bytes([]byte{1})
	s.Bytes([]byte{2, 3, 4})
	s.Buf = append(s.Buf, 0, 0, 0, 0) // an instruction
	s.Refer("X", 4, asm.PC32, end, -4)
	s.Comment("two")
	s.Address(begin)
	s.Relocate(8, asm.PC32, 0x1000, 1)
	s.Bind(end)
	require.Equal(t, 48, s.Align(64))
	o, err := s.Finish(asm.AMD64, 4, nil)
	require.NoError(t, err)
	require.Equal(t, &asm.Object{
		Arch: asm.AMD64, Code: []byte{1, 2, 3, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, Alignment: 64,
		Relocs: []asm.Reloc{
			{Offset: 8, Kind: asm.PC32, Target: 0x1000, Addend: 1},
			{Offset: 8, Kind: asm.Abs64, Local: true, Target: 0},
		},
		Symbols: []asm.Symbol{{Offset: 0, Name: "begin"}, {Offset: 16, Name: "end"}},
		Notes:   []asm.Note{{Offset: 0, Text: "one"}, {Offset: 8, Text: "two"}},
		Data:    []asm.Span{{Offset: 0, Len: 4}, {Offset: 8, Len: 8}},
	}, o)

	// The object owns its memory.
	s.Reset()
	s.Bytes([]byte{9, 9, 9, 9})
	require.Equal(t, byte(1), o.Code[0])
}

// TestNothingAfterAnError: what is called after the first error changes nothing, not even that.
func TestNothingAfterAnError(t *testing.T) {
	var s State
	l := s.NewLabel("")
	s.Bytes([]byte{1})
	s.Align(5)
	first := s.Err()
	require.ErrorIs(t, first, asm.ErrRange)
	require.Equal(t, "Align", first.(*asm.Error).Op)
	s.Bind(l)
	s.Refer("X", 0, asm.PC8, l, 0)
	s.Relocate(0, asm.PC8, 0, 0)
	s.Comment("x")
	s.Bytes([]byte{1, 2, 3})
	s.Uint64(7)
	s.Address(l)
	require.Zero(t, s.Align(4))
	s.Fail("Y", "", asm.ErrLabel)
	require.Same(t, first, s.Err())
	require.Equal(t, 1, s.Len())
	o, err := s.Finish(asm.ARM64, 1, nil)
	require.Nil(t, o)
	require.Same(t, first, err)
	s.Reset()
	require.NoError(t, s.Err())
	require.Zero(t, s.Len())
	o, err = s.Finish(asm.ARM64, 1, nil)
	require.NoError(t, err)
	require.Empty(t, o.Code)
	require.Empty(t, o.Notes)
}

func TestAlignments(t *testing.T) {
	for _, n := range []int{0, -1, 3, 6, 8192, 1 << 62} {
		var s State
		s.Align(n)
		require.ErrorIs(t, s.Err(), asm.ErrRange, n)
	}
	var s State
	require.Zero(t, s.Align(1))
	require.Zero(t, s.Align(4096))
	s.Bytes([]byte{1})
	require.Equal(t, 4095, s.Align(4096))
}

// TestTooLarge asks for more code than an offset can count.
func TestTooLarge(t *testing.T) {
	var s State
	s.Bytes(make([]byte, 4))
	s.Bytes(make([]byte, maxCode-3))
	require.ErrorIs(t, s.Err(), asm.ErrRange)
	require.Equal(t, 4, s.Len())
}

func TestRoomDoesNotAllocate(t *testing.T) {
	var s State
	fill := func() {
		s.Reset()
		for range 1000 {
			s.Room()
			s.Buf = s.Buf[:len(s.Buf)+4]
		}
	}
	fill()
	require.Zero(t, testing.AllocsPerRun(10, fill))
}

// TestPoolWithin: Room takes its slow path once the code comes to the limit, without losing memory or bytes; data don't care.
func TestPoolWithin(t *testing.T) {
	var s State
	s.Bytes(make([]byte, 4000))
	s.Reset()
	whole := cap(s.Buf)
	emit := func(n int) (at int) { // until the pool is due
		for at = len(s.Buf); at < n && !s.PoolDue(); at = len(s.Buf) {
			if cap(s.Buf)-len(s.Buf) < MaxInst {
				s.Room()
			}
			s.Buf = append(s.Buf, byte(len(s.Buf)))
		}
		return at
	}
	s.PoolWithin(100)
	require.Equal(t, 50, emit(50), "nothing waits")
	s.Literal(make([]byte, 16), 0)
	s.PoolWithin(1000)
	require.Less(t, cap(s.Buf), 1051)
	require.Equal(t, 50+1000-16-MaxInst+1, emit(2000))
	s.Bytes([]byte{1, 2, 3})
	s.PoolWithin(0)
	require.False(t, s.PoolDue())
	require.Equal(t, whole, cap(s.Buf))
	require.Equal(t, 3000, emit(3000))
	for i, b := range s.Buf[:1003] {
		require.Equal(t, byte(i), b)
	}
	s.PoolWithin(2990)
	require.True(t, s.PoolDue(), "at once")
	s.Pool(func(int) {})
	require.False(t, s.PoolDue())

	s.Literal(make([]byte, 32), 0)
	s.PoolWithin(500)
	s.Fail("X", "", asm.ErrRange)
	s.PoolWithin(500)
	require.False(t, s.PoolDue())
	require.LessOrEqual(t, cap(s.Buf), 2*MaxInst)
	s.Reset()
	require.Equal(t, whole, cap(s.Buf), "an error loses no memory")
	require.False(t, s.PoolDue())
	require.Equal(t, 3000, emit(3000))
}
