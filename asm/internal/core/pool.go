package core

import (
	"fmt"
	"slices"

	"github.com/wxjit/wxjit/asm"
)

// literal is a constant of a pool: n bytes, of which the last 8 may hold an address, and what stands before that is code.
type literal struct {
	bytes   [64]byte
	n       uint8
	address bool
	target  uint64
}

// align is what the place of l is a multiple of.
func (l *literal) align() int {
	if l.address {
		return 8
	}
	return int(l.n)
}

// pool holds constants until they are written. Equal ones have one label.
type pool struct {
	labels  map[literal]asm.Label
	pending []pooled
	first   int // offset where the first of them was asked for
	size    int // bytes of all
}

type pooled struct {
	literal
	label asm.Label
}

func (p *pool) reset() {
	clear(p.labels)
	p.pending = p.pending[:0]
}

// Literal gives the label of a constant in the pool, of 4, 8, 16, 32 or 64 bytes. If it is written already, but more than
// reach bytes back, it is written again; a reach of 0 has no end.
func (s *State) Literal(b []byte, reach int) asm.Label {
	switch len(b) {
	case 4, 8, 16, 32, 64:
	default:
		s.Fail("Literal", "", fmt.Errorf("%d bytes, not 4, 8, 16, 32 or 64: %w", len(b), asm.ErrRange))
		return 0
	}
	l := literal{n: uint8(len(b))}
	copy(l.bytes[:], b)
	return s.pooled(l, reach)
}

// Slot gives the label of code in the pool that is followed by 8 bytes that will hold an absolute address; the reach is as
// Literal's. The code is a multiple of 8 bytes, and may be none.
func (s *State) Slot(code []byte, target uint64, reach int) asm.Label {
	l := literal{n: uint8(len(code) + 8), address: true, target: target}
	copy(l.bytes[:], code)
	return s.pooled(l, reach)
}

func (s *State) pooled(l literal, reach int) asm.Label {
	if s.err != nil {
		return 0
	}
	if label, ok := s.pool.labels[l]; ok {
		if off, written := s.Bound(label); !written || reach == 0 || len(s.Buf)-off <= reach {
			return label
		}
	}
	label := s.NewLabel("")
	if s.pool.labels == nil {
		s.pool.labels = map[literal]asm.Label{}
	}
	if len(s.pool.pending) == 0 {
		s.pool.first, s.pool.size = len(s.Buf), 0
	}
	s.pool.labels[l] = label
	s.pool.pending = append(s.pool.pending, pooled{l, label})
	s.pool.size += int(l.n)
	return label
}

// PoolWithin demands that the pool ends no more than reach bytes behind where its first constant was asked for: when the
// code has come so far, Room takes its slow path, and PoolDue tells. 0 demands nothing.
func (s *State) PoolWithin(reach int) {
	if s.err != nil {
		return
	}
	s.limit = 0
	if reach > 0 && len(s.pool.pending) > 0 {
		s.limit = max(s.pool.first+reach-s.pool.size, 1)
	}
	s.Buf = s.unbounded()
	s.bound(0)
}

// PoolDue tells whether the pool must be written in front of the next instruction.
func (s *State) PoolDue() bool {
	return s.err == nil && s.limit > 0 && len(s.Buf)+MaxInst > s.limit
}

// Pool writes the constants that wait, those first that have the largest alignment. align is the target's.
func (s *State) Pool(align func(n int)) {
	if s.err != nil || len(s.pool.pending) == 0 {
		return
	}
	s.PoolWithin(0)
	slices.SortStableFunc(s.pool.pending, func(a, b pooled) int { return b.align() - a.align() })
	align(s.pool.pending[0].align())
	for i := range s.pool.pending {
		p := &s.pool.pending[i]
		s.Bind(p.label)
		b := p.bytes[:p.n]
		if p.address {
			s.Buf = append(s.Buf, b[:p.n-8]...)
			b = b[p.n-8:]
			s.Relocate(len(s.Buf), asm.Abs64, p.target, 0)
		}
		s.Bytes(b)
	}
	s.pool.pending = s.pool.pending[:0]
}
