package core

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/wxjit/wxjit/asm"
)

// item is a place in the code whose length is decided when finishing. While emitting it has all the room that it could
// need, so that what stands before it and behind it have different offsets.
type item struct {
	off   int32
	room  uint16    // bytes
	align bool      // the room is for an alignment to as many bytes
	label asm.Label // of a branch
}

// shortLen is the length of a short branch: a byte of opcode and one of distance.
const shortLen = 2

// Target is what a target that has items knows of them.
type Target struct {
	Short func(long []byte) (opcode byte) // of the short form of a branch
	Pad   func(dst []byte)                // fills with instructions that do nothing
}

// Branch notes that the instruction of long bytes that is written next ends with the distance to l in 32 bits, and that it
// has a form of two bytes for near labels.
func (s *State) Branch(long int, l asm.Label) {
	if s.err != nil {
		return
	}
	if s.lookup(l) == nil {
		s.Fail("", s.LabelText(l), fmt.Errorf("not a label of this assembler: %w", asm.ErrLabel))
		return
	}
	s.items = append(s.items, item{off: int32(len(s.Buf)), room: uint16(long), label: l})
}

// AlignLater is Align for a target with items.
func (s *State) AlignLater(n int) {
	if s.Align(n); s.err != nil || n == 1 {
		return
	}
	if n > maxCode-len(s.Buf) {
		s.Refuse("Align", strconv.Itoa(n), tooLong, asm.ErrRange)
		return
	}
	s.items = append(s.items, item{off: int32(len(s.Buf)), room: uint16(n), align: true})
	s.Buf = slices.Grow(s.Buf, n)[:len(s.Buf)+n]
}

// layout maps the offsets while emitting to those of the finished code.
type layout struct {
	items []item
	size  []int32 // of each item
	cut   []int32 // bytes that all items before one have lost, and at the end all
}

// before counts the items that stand before an offset.
func (y *layout) before(off int) int {
	n, _ := slices.BinarySearchFunc(y.items, off, func(i item, off int) int { return int(i.off) - off })
	return n
}

// at is the finished offset for one while emitting.
func (y *layout) at(off int) int {
	if len(y.items) == 0 {
		return off
	}
	return off - int(y.cut[y.before(off)])
}

// maxRounds bounds the search for the shortest branches: after it, all are long. Only branches that push each other out of
// reach one at a time come to so many.
const maxRounds = 64

// arrange decides the length of each item: every branch begins short, and those that don't reach become long until all do.
// A branch that is long stays so: alignment may then have left some longer than they had to be, but it ends.
func (s *State) arrange() (*layout, error) {
	y := &layout{items: s.items, size: make([]int32, len(s.items)), cut: make([]int32, len(s.items)+1)}
	targets := make([]int32, len(s.items)) // finished offset is targets[i] - cut[places[i]]
	places := make([]int32, len(s.items))
	for i, it := range s.items {
		if it.align {
			continue
		}
		switch r := s.lookup(it.label); {
		case r.off == unbound:
			return nil, s.neverBound(int(it.off), it.label)
		case r.off == extern:
			y.size[i] = int32(it.room)
		default:
			y.size[i] = shortLen
			targets[i], places[i] = r.off, int32(y.before(int(r.off)))
		}
	}
	for round := 0; ; round++ {
		cut := int32(0)
		for i, it := range s.items {
			y.cut[i] = cut
			if it.align {
				y.size[i] = -(it.off - cut) & (int32(it.room) - 1)
			}
			cut += int32(it.room) - y.size[i]
		}
		y.cut[len(s.items)] = cut
		grown := false
		for i, it := range s.items {
			if it.align || y.size[i] != shortLen {
				continue
			}
			distance := targets[i] - y.cut[places[i]] - (it.off - y.cut[i] + shortLen)
			if distance != int32(int8(distance)) || round >= maxRounds {
				y.size[i], grown = int32(it.room), true
			}
		}
		if !grown {
			return y, nil
		}
	}
}

// place copies the code with each item in its finished length.
func (s *State) place(y *layout, t *Target) []byte {
	code := make([]byte, 0, len(s.Buf)-int(y.cut[len(y.items)]))
	from := 0
	for i, it := range y.items {
		code = append(code, s.Buf[from:it.off]...)
		from = int(it.off) + int(it.room)
		at, n := len(code), int(y.size[i])
		code = code[:at+n]
		switch {
		case it.align:
			t.Pad(code[at:])
		case n == shortLen:
			code[at] = t.Short(s.Buf[it.off:from])
			code[at+1] = byte(y.at(int(s.lookup(it.label).off)) - (at + shortLen))
		default:
			copy(code[at:], s.Buf[it.off:from])
		}
	}
	return append(code, s.Buf[from:]...)
}
