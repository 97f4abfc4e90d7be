package arm64

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
)

// piece is a part of a program: n bytes of data, an instruction that goes to a label, an alignment to n bytes, or, if it is
// nothing else, a label.
type piece struct {
	n, align int
	going    *going
	target   int // index of the piece that is the label
}

// emit emits the program. Each piece has a label of its own, by whose name the object tells where it is.
func emitPieces(a *Assembler, pieces []piece) {
	a.Reset()
	labels := make([]asm.Label, len(pieces)+1)
	for i := range labels {
		labels[i] = a.NewLabel(fmt.Sprintf("%06d", i))
	}
	for i, p := range pieces {
		if p.align != 0 {
			a.Align(p.align)
		}
		a.Bind(labels[i])
		switch {
		case p.going != nil:
			p.going.emit(a, labels[p.target])
		case p.n > 0:
			gap(a, p.n)
		}
	}
	a.Bind(labels[len(pieces)])
	a.Bytes(datum)
}

// modelOf is the model: the offset of each piece, when instructions are given the next form one at a time, the first that
// does not reach.
func modelOf(pieces []piece) (offsets []int) {
	levels := make([]int, len(pieces))
	for {
		offsets = offsets[:0]
		at := 0
		for i, p := range pieces {
			if p.align != 0 {
				at = (at + p.align - 1) / p.align * p.align
			}
			offsets = append(offsets, at)
			if at += p.n; p.going != nil {
				at += 4 * p.going.sizes[levels[i]]
			}
		}
		offsets = append(offsets, at)
		grown := false
		for i, p := range pieces {
			if p.going == nil || levels[i] > 0 {
				continue // nothing here is 128 MiB long
			}
			least, greatest := p.going.kind.Range()
			if d := int64(offsets[p.target] - offsets[i]); d < least || d > greatest {
				levels[i]++
				grown = true
				break
			}
		}
		if !grown {
			return offsets
		}
	}
}

// checkPieces compares what Finish gives with the model: exactly, if that is the only solution; and in any case every
// instruction must go to its label, and every alignment be kept.
func checkPieces(t *testing.T, a *Assembler, pieces []piece, exact bool) {
	emitPieces(a, pieces)
	o, err := a.Finish()
	require.NoError(t, err)
	require.Len(t, o.Symbols, len(pieces)+1)
	var offsets []int
	for i, s := range o.Symbols {
		require.Equal(t, fmt.Sprintf("%06d", i), s.Name)
		offsets = append(offsets, s.Offset)
	}
	if exact {
		require.Equal(t, modelOf(pieces), offsets)
	}
	m := loaded(t, o)
	for i, p := range pieces {
		if p.align != 0 {
			require.Zero(t, offsets[i]%p.align)
		}
		if p.going == nil {
			continue
		}
		m.pc = m.base + uint64(offsets[i])
		if p.going.taken != nil {
			p.going.taken(m, true)
		}
		target := m.base + uint64(offsets[p.target])
		end := m.base + uint64(offsets[i+1])
		for n := 0; n == 0 || n < 4 && m.pc != target && (p.going.load == nil || m.pc < end); n++ {
			m.step()
		}
		switch {
		case p.going.load == nil:
			require.Equal(t, target, m.pc, "%s, piece %d", p.going.name, i)
		case p.going.width == 8:
			require.Equal(t, m.load(target, 8), p.going.load(m), "%s, piece %d", p.going.name, i)
		default:
			require.Equal(t, target, p.going.load(m), "%s, piece %d", p.going.name, i)
		}
	}
}

// relaxable are the goings that random programs are made of, those that reach least the most often.
var relaxable = func() (all []*going) {
	for i := range goings {
		switch goings[i].name {
		case "TBZ 63", "TBNZ 5":
			all = append(all, &goings[i], &goings[i], &goings[i])
		case "B", "BL", "B.EQ", "B.AL", "CBZ w", "ADR", "LDR x", "LDR d":
			all = append(all, &goings[i])
		}
	}
	return all
}()

// randomPieces is a program whose labels are about as far as TBZ reaches, and sometimes as B.cond does.
func randomPieces(r *rand.Rand, aligned bool) []piece {
	var pieces []piece
	var labels []int
	for range 3 + r.IntN(12) {
		for range r.IntN(6) {
			pieces = append(pieces, piece{going: relaxable[r.IntN(len(relaxable))]})
		}
		n := 4 * r.IntN(20)
		switch r.IntN(8) {
		case 0, 1, 2:
			n = 32<<10 - 4*r.IntN(40)
		case 3:
			n = 16<<10 - 4*r.IntN(40)
		case 4:
			if r.IntN(3) == 0 {
				n = 1<<20 - 4*r.IntN(40)
			}
		}
		pieces = append(pieces, piece{n: n})
		if aligned && r.IntN(2) == 0 {
			pieces = append(pieces, piece{align: 1 << r.IntN(9)})
		}
		labels = append(labels, len(pieces))
		pieces = append(pieces, piece{})
	}
	for i := range pieces {
		if pieces[i].going != nil {
			pieces[i].target = labels[r.IntN(len(labels))]
		}
	}
	return pieces
}

// TestRelaxModel compares random programs with the model. Without alignments the least set of longer forms is the only one.
func TestRelaxModel(t *testing.T) {
	var a Assembler
	longer := 0
	for seed := range uint64(150) {
		pieces := randomPieces(rand.New(rand.NewPCG(seed, 2)), seed%2 == 1)
		checkPieces(t, &a, pieces, seed%2 == 0)
		if o, err := a.Finish(); err == nil && o.Len() > a.Len() {
			longer++
		}
	}
	t.Log(longer, "programs with longer forms")
	require.Greater(t, longer, 50)
}

// cascade is a program in which each TBZ just reaches, over the next, but for the last, which does not.
func cascade(n int) (pieces []piece) {
	tbz := &goings[slices.IndexFunc(goings, func(g going) bool { return g.name == "TBZ 63" })]
	for i := range n { // 20,000 bytes for each; the label of one before stands in it
		pieces = append(pieces, piece{going: tbz, target: 4*i + 6})
		pieces = append(pieces, piece{n: 12764 - 4}, piece{}, piece{n: 20000 - 12764})
	}
	pieces[len(pieces)-4].target++
	return append(pieces, piece{n: 12764}, piece{}, piece{n: 4}, piece{n: 32 << 10})
}

// TestRelaxCascade: each TBZ that becomes longer pushes the one before it out of reach. Past the bound on rounds some may
// become longer that need not.
func TestRelaxCascade(t *testing.T) {
	var a Assembler
	for _, n := range []int{1, 2, 10, 50, 150} {
		pieces := cascade(n)
		checkPieces(t, &a, pieces, n <= 50)
		o, err := a.Finish()
		require.NoError(t, err)
		require.Equal(t, a.Len()+4*n, o.Len(), "all become longer")
		pieces[4*n-4].target-- // the last reaches
		checkPieces(t, &a, pieces, true)
		o, err = a.Finish()
		require.NoError(t, err)
		require.Equal(t, a.Len(), o.Len(), "none becomes longer")
	}
}
