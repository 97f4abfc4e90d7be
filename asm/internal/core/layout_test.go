package core

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
)

// testTarget has branches of 5 bytes, e9 rel32, with a short form eb rel8, as amd64.
var testTarget = Target{
	Form: func(inst []byte, kind asm.RelocKind, level int) Form {
		if level == 0 {
			return Form{Len: 2, Field: 1, Kind: asm.PC8, Addend: -1}
		}
		return Form{Len: int32(len(inst)), Field: 1, Kind: kind, Addend: -4}
	},
	Write: func(dst, inst []byte, _ asm.RelocKind, level int) {
		if level == 0 {
			inst = []byte{inst[0] + 2, 0}
		}
		copy(dst, inst)
	},
	Pad: func(dst []byte) {
		for i := range dst {
			dst[i] = 0x90
		}
	},
}

// emitBranch emits a branch of 5 bytes.
func emitBranch(s *State, l asm.Label) {
	s.Branch(5, asm.PC32, l)
	s.Room()
	s.Buf = append(s.Buf, 0xe9, 0, 0, 0, 0)
}

// fill emits n bytes of code.
func fill(s *State, n int) {
	for range n {
		s.Room()
		s.Buf = append(s.Buf, 0xf4)
	}
}

// TestReach: a branch is short up to the last byte that it reaches, in both directions.
func TestReach(t *testing.T) {
	for _, c := range []struct {
		backward bool
		n        int // bytes between
		length   int
	}{
		{false, 0, 2},
		{false, 127, 2},
		{false, 128, 5},
		{false, 5000, 5},
		{true, 0, 2},
		{true, 126, 2},
		{true, 127, 5},
		{true, 5000, 5},
	} {
		var s State
		l := s.NewLabel("l")
		if c.backward {
			s.Bind(l)
			fill(&s, c.n)
			emitBranch(&s, l)
		} else {
			emitBranch(&s, l)
			fill(&s, c.n)
			s.Bind(l)
		}
		o, err := s.Finish(asm.AMD64, 1, &testTarget)
		require.NoError(t, err)
		require.Equal(t, c.n+c.length, len(o.Code), "%+v", c)
		again, err := s.Finish(asm.AMD64, 1, &testTarget)
		require.NoError(t, err)
		require.Equal(t, o, again, "finishing changes nothing")
	}
}

// TestEverythingMoves: what refers to an offset is where it was before the branch became short.
func TestEverythingMoves(t *testing.T) {
	var s State
	l, end, after := s.NewLabel("l"), s.NewLabel("end"), s.NewLabel("after")
	emitBranch(&s, l)
	s.Comment("at the filler")
	fill(&s, 3)
	s.Bind(l)
	s.AlignLater(8)
	s.Bind(after)
	s.Bytes([]byte{1, 2})
	s.Relocate(len(s.Buf), asm.Abs64, 0x1234, 0)
	s.Address(after)
	s.Distance(end, l)
	fill(&s, 1)
	s.Refer("X", len(s.Buf), asm.PC32, l, -4)
	s.Buf = append(s.Buf, 0, 0, 0, 0)
	s.Bind(end)
	o, err := s.Finish(asm.AMD64, 1, &testTarget)
	require.NoError(t, err)
	l2 := int32(5 - 27)
	require.Equal(t, slices.Concat([]byte{0xeb, 3, 0xf4, 0xf4, 0xf4, 0x90, 0x90, 0x90, 1, 2}, make([]byte, 8), []byte{22, 0, 0, 0, 0xf4},
		binary.LittleEndian.AppendUint32(nil, uint32(l2))), o.Code)
	require.Equal(t, []asm.Symbol{{Offset: 5, Name: "l"}, {Offset: 8, Name: "after"}, {Offset: 27, Name: "end"}}, o.Symbols)
	require.Equal(t, []asm.Note{{Offset: 2, Text: "at the filler"}}, o.Notes)
	require.Equal(t, []asm.Span{{Offset: 8, Len: 14}}, o.Data)
	require.Equal(t, []asm.Reloc{{Offset: 10, Kind: asm.Abs64, Target: 0x1234}, {Offset: 10, Kind: asm.Abs64, Local: true, Target: 8}}, o.Relocs)
	require.Equal(t, 8, o.Alignment)
}

// piece is a part of a random program.
type piece struct {
	kind   int // 0 filler, 1 branch, 2 alignment, 3 label
	n      int
	target int
}

// layOut is the model: the offset of each piece when the branches in long are long.
func layOut(pieces []piece, long map[int]bool) (offsets []int) {
	at := 0
	for i, p := range pieces {
		offsets = append(offsets, at)
		switch {
		case p.kind == 0:
			at += p.n
		case p.kind == 1 && long[i]:
			at += 5
		case p.kind == 1:
			at += 2
		case p.kind == 2:
			at = (at + p.n - 1) / p.n * p.n
		}
	}
	return append(offsets, at)
}

// model grows branches one at a time, the first that does not reach, until all reach.
func model(pieces []piece) (offsets []int, long map[int]bool) {
	long = map[int]bool{}
	labels := map[int]int{}
	for i, p := range pieces {
		if p.kind == 3 {
			labels[p.target] = i
		}
	}
	for {
		offsets = layOut(pieces, long)
		grown := false
		for i, p := range pieces {
			d := offsets[labels[p.target]] - offsets[i] - 2
			if p.kind == 1 && !long[i] && (d < -128 || d > 127) {
				long[i], grown = true, true
				break
			}
		}
		if !grown {
			return offsets, long
		}
	}
}

// TestLayoutModel compares random programs with the model. Without alignments the least set of long branches is the only one;
// with them both are right if every branch reaches and everything is aligned.
func TestLayoutModel(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 3000 {
		labels := 1 + r.IntN(20)
		var pieces []piece
		for l := range labels {
			for range r.IntN(4) {
				n := r.IntN(10)
				if r.IntN(4) == 0 {
					n = 100 + r.IntN(40)
				}
				pieces = append(pieces, piece{kind: 0, n: n}, piece{kind: 1, target: r.IntN(labels)})
			}
			if round%2 == 1 && r.IntN(3) == 0 {
				pieces = append(pieces, piece{kind: 2, n: 1 << r.IntN(7)})
			}
			pieces = append(pieces, piece{kind: 3, target: l})
		}
		var s State
		var ls []asm.Label
		for range labels {
			ls = append(ls, s.NewLabel("x"))
		}
		for _, p := range pieces {
			switch p.kind {
			case 0:
				fill(&s, p.n)
			case 1:
				emitBranch(&s, ls[p.target])
			case 2:
				s.AlignLater(p.n)
			case 3:
				s.Bind(ls[p.target])
			}
		}
		o, err := s.Finish(asm.AMD64, 1, &testTarget)
		require.NoError(t, err)
		checkLayout(t, pieces, o, round%2 == 0)
	}
}

// checkLayout walks the code along the pieces.
func checkLayout(t *testing.T, pieces []piece, o *asm.Object, exact bool) {
	where := map[int]int{}
	long := map[int]bool{}
	type branch struct{ piece, end, distance int }
	var branches []branch
	at := 0
	for i, p := range pieces {
		switch p.kind {
		case 0:
			at += p.n
		case 1:
			if o.Code[at] == 0xe9 {
				long[i] = true
				branches = append(branches, branch{i, at + 5, int(int32(binary.LittleEndian.Uint32(o.Code[at+1:])))})
				at += 5
			} else {
				require.Equal(t, byte(0xeb), o.Code[at])
				branches = append(branches, branch{i, at + 2, int(int8(o.Code[at+1]))})
				at += 2
			}
		case 2:
			for ; at%p.n != 0; at++ {
				require.Equal(t, byte(0x90), o.Code[at])
			}
		case 3:
			where[p.target] = at
		}
	}
	require.Equal(t, len(o.Code), at)
	for _, b := range branches {
		require.Equal(t, where[pieces[b.piece].target], b.end+b.distance)
	}
	if exact {
		_, want := model(pieces)
		require.Equal(t, want, long)
	}
}

// TestCascade: each branch that becomes long pushes the one before it out of reach, and the last does not reach. Past the
// bound on rounds all are long.
func TestCascade(t *testing.T) {
	for _, n := range []int{10, 40, 500} {
		var s State
		var pieces []piece
		labels := make([]asm.Label, n+2)
		for i := range labels {
			labels[i] = s.NewLabel("")
		}
		for i := range n { // to behind the next branch, 127 bytes on while that is short
			filler := 125
			if i == n-1 {
				filler = 200
			}
			s.Bind(labels[i])
			emitBranch(&s, labels[i+2])
			fill(&s, filler-123*(1-min(i, 1)))
			pieces = append(pieces, piece{kind: 3, target: i}, piece{kind: 1, target: i + 2}, piece{kind: 0, n: filler - 123*(1-min(i, 1))})
		}
		s.Bind(labels[n])
		s.Bind(labels[n+1])
		o, err := s.Finish(asm.AMD64, 1, &testTarget)
		require.NoError(t, err)
		checkLayout(t, append(pieces, piece{kind: 3, target: n}, piece{kind: 3, target: n + 1}), o, n < maxRounds)
	}
}

// TestItemsOfAnError: a label that is not ours, or never bound, or an alignment that there is not.
func TestItemsOfAnError(t *testing.T) {
	var s State
	emitBranch(&s, 77)
	require.ErrorIs(t, s.Err(), asm.ErrLabel)
	s.Reset()
	fill(&s, 2)
	emitBranch(&s, s.NewLabel("lost"))
	_, err := s.Finish(asm.AMD64, 1, &testTarget)
	require.ErrorIs(t, err, asm.ErrLabel)
	require.ErrorContains(t, err, "lost")
	s.Reset()
	s.AlignLater(3)
	require.ErrorIs(t, s.Err(), asm.ErrRange)
	s.Reset()
	s.Distance(0, s.NewLabel(""))
	require.ErrorIs(t, s.Err(), asm.ErrLabel)
	s.Reset()
	s.Distance(s.NewLabel("a"), s.NewLabel("b"))
	_, err = s.Finish(asm.AMD64, 1, &testTarget)
	require.ErrorIs(t, err, asm.ErrLabel)
}

// TestPool: equal constants share a place, the longest come first, and all are aligned.
func TestPool(t *testing.T) {
	var s State
	word := func(n int, v byte) []byte { return slices.Repeat([]byte{v}, n) }
	use := func() {
		s.Reset()
		fill(&s, 1)
		a, b := s.Literal(word(8, 1), 0), s.Literal(word(16, 2), 0)
		require.Equal(t, a, s.Literal(word(8, 1), 0))
		require.NotEqual(t, b, s.Literal(word(32, 2), 0))
		require.NotEqual(t, s.Literal(word(4, 1), 0), a)
		require.Equal(t, s.Slot(nil, 5, 0), s.Slot(nil, 5, 0))
		s.Pool(s.AlignLater)
		s.Pool(s.AlignLater) // nothing waits
		require.Equal(t, a, s.Literal(word(8, 1), 0), "also when it is written")
	}
	use()
	o, err := s.Finish(asm.AMD64, 1, &testTarget)
	require.NoError(t, err)
	require.Equal(t, slices.Concat([]byte{0xf4}, word(31, 0x90), word(32, 2), word(16, 2), word(8, 1), word(8, 0), word(4, 1)), o.Code)
	require.Equal(t, []asm.Reloc{{Offset: 88, Kind: asm.Abs64, Target: 5}}, o.Relocs)
	require.Equal(t, 32, o.Alignment)
	for _, n := range []int{0, 1, 3, 12, 128} {
		s.Reset()
		s.Literal(make([]byte, n), 0)
		require.ErrorIs(t, s.Err(), asm.ErrRange)
	}
	b := word(16, 9)
	require.Zero(t, testing.AllocsPerRun(10, func() {
		s.Reset()
		s.Literal(b, 0)
		s.Slot(nil, 1, 0)
		s.Pool(s.AlignLater)
	}))
}
