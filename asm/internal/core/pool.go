package core

import (
	"fmt"
	"slices"

	"github.com/wxjit/wxjit/asm"
)

// literal is a constant of a pool: n bytes, or the address that 8 bytes will hold.
type literal struct {
	bytes   [64]byte
	n       uint8
	address bool
	target  uint64
}

// pool holds constants until they are written. Equal ones have one label.
type pool struct {
	labels  map[literal]asm.Label
	pending []pooled
}

type pooled struct {
	literal
	label asm.Label
}

func (p *pool) reset() {
	clear(p.labels)
	p.pending = p.pending[:0]
}

// Literal gives the label of a constant in the pool, of 4, 8, 16, 32 or 64 bytes.
func (s *State) Literal(b []byte) asm.Label {
	switch len(b) {
	case 4, 8, 16, 32, 64:
	default:
		s.Fail("Literal", "", fmt.Errorf("%d bytes, not 4, 8, 16, 32 or 64: %w", len(b), asm.ErrRange))
		return 0
	}
	l := literal{n: uint8(len(b))}
	copy(l.bytes[:], b)
	return s.pooled(l)
}

// Slot gives the label of 8 bytes in the pool that will hold an absolute address.
func (s *State) Slot(target uint64) asm.Label {
	return s.pooled(literal{n: 8, address: true, target: target})
}

func (s *State) pooled(l literal) asm.Label {
	if s.err != nil {
		return 0
	}
	if label, ok := s.pool.labels[l]; ok {
		return label
	}
	label := s.NewLabel("")
	if s.pool.labels == nil {
		s.pool.labels = map[literal]asm.Label{}
	}
	s.pool.labels[l] = label
	s.pool.pending = append(s.pool.pending, pooled{l, label})
	return label
}

// Pool writes the constants that wait, the longest first, each at a multiple of its length. align is the target's.
func (s *State) Pool(align func(n int)) {
	if s.err != nil || len(s.pool.pending) == 0 {
		return
	}
	slices.SortStableFunc(s.pool.pending, func(a, b pooled) int { return int(b.n) - int(a.n) })
	align(int(s.pool.pending[0].n))
	for i := range s.pool.pending {
		p := &s.pool.pending[i]
		s.Bind(p.label)
		if p.address {
			s.Relocate(len(s.Buf), asm.Abs64, p.target, 0)
		}
		s.Bytes(p.bytes[:p.n])
	}
	s.pool.pending = s.pool.pending[:0]
}
