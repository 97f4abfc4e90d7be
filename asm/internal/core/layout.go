package core

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/wxjit/wxjit/asm"
)

// item is a place in the code whose length is decided when finishing. Its room is what it has in Buf: either all that it
// could need, so that what stands before it and behind it have different offsets, or, for a target that is Exact, what it
// has unless some label is out of reach.
type item struct {
	off    int32
	room   uint16        // bytes
	align  uint16        // the room is for an alignment to as many bytes; 0 for an instruction
	seq    int32         // of an alignment: how many items were noted before it
	kind   asm.RelocKind // of the field of an instruction, as it was emitted
	label  asm.Label     // that the field waits for
	addend int64         // of the field, as it was emitted
}

// Form is one of the forms of an instruction that goes to a label. A form of a higher level reaches further.
type Form struct {
	Len    int32         // bytes
	Field  int32         // offset of the field in it
	Addend int32         // of the field
	Kind   asm.RelocKind // of the field: a Page21 has its Lo12 in the word behind it; the last form's reaches everything
}

// Target is what a target that has items knows of them.
type Target struct {
	// Form gives the form of the instruction of that level, from 0. The kind is that of its field as it was emitted.
	Form func(inst []byte, kind asm.RelocKind, level int) Form
	// Write writes that form, the field zero.
	Write func(dst, inst []byte, kind asm.RelocKind, level int)
	// Pad fills with instructions that do nothing.
	Pad func(dst []byte)
	// Exact says that what is emitted is the finished code, unless some label is out of reach.
	Exact bool
}

// Branch notes that the instruction of long bytes that is written next goes to l and has forms of other lengths.
func (s *State) Branch(long int, kind asm.RelocKind, l asm.Label) {
	if s.err != nil {
		return
	}
	if s.lookup(l) == nil {
		s.Fail("", s.LabelText(l), fmt.Errorf("not a label of this assembler: %w", asm.ErrLabel))
		return
	}
	s.items = append(s.items, item{off: int32(len(s.Buf)), room: uint16(long), kind: kind, label: l})
}

// AlignLater is Align with a pad whose length is decided when finishing.
func (s *State) AlignLater(n int) {
	if s.Align(n); n > 1 {
		s.pad(n, n)
	}
}

// AlignNow is Align with a pad of the length that it has now, unless something before it becomes longer: zeros, which are
// data, to a multiple of unit bytes, and then what fill fills in, if anything.
func (s *State) AlignNow(n, unit int, fill func(dst []byte)) {
	pad := s.Align(n)
	if odd := min(pad, -len(s.Buf)&(unit-1)); odd > 0 {
		s.Bytes(zeros[:odd])
		pad -= odd
	}
	if n <= unit { // what is before it keeps its offset modulo unit
		return
	}
	if b := s.pad(n, pad); b != nil {
		fill(b)
	}
}

var zeros [MaxInst]byte

// pad notes an alignment to n bytes and gives it room.
func (s *State) pad(n, room int) []byte {
	if s.err != nil {
		return nil
	}
	off := len(s.Buf)
	if room > maxCode-off {
		s.Refuse("Align", strconv.Itoa(n), tooLong, asm.ErrRange)
		return nil
	}
	if room > cap(s.Buf)-off {
		s.grow(room)
	}
	s.items = append(s.items, item{off: int32(off), room: uint16(room), align: uint16(n), seq: int32(len(s.items))})
	s.Buf = s.Buf[:off+room]
	return s.Buf[off:]
}

// relaxes tells whether an instruction with such a field has longer forms, on a target that is Exact.
func relaxes(k asm.RelocKind) bool {
	switch k {
	case asm.Branch26, asm.Branch19, asm.Branch14, asm.Adr21, asm.Veneer26:
		return true
	}
	return false
}

// strained tells whether some label is out of reach of what was emitted.
func (s *State) strained() bool {
	_, shortest := asm.Branch14.Range()
	if len(s.Buf) <= int(shortest) && !s.extern {
		return false
	}
	for i := range s.fixups {
		f := &s.fixups[i]
		if !relaxes(f.kind) {
			continue
		}
		least, greatest := f.kind.Range()
		switch r := s.lookup(f.label); {
		case r.off == extern:
			if greatest < wide {
				return true
			}
		case r.off >= 0:
			if d := int64(r.off) - int64(f.off); d < least || d > greatest {
				return true
			}
		}
	}
	return false
}

// gather gives the items of a target that is Exact: what has longer forms, and the alignments, which then move.
func (s *State) gather() []item {
	items := make([]item, 0, len(s.items)+len(s.fixups))
	pads := s.items
	for _, f := range s.fixups {
		if !relaxes(f.kind) {
			continue
		}
		for len(pads) > 0 && pads[0].off <= f.off {
			items, pads = append(items, pads[0]), pads[1:]
		}
		items = append(items, item{off: f.off, room: 4, kind: f.kind, label: f.label, addend: f.addend})
	}
	return append(items, pads...)
}

// layout maps the offsets while emitting to those of the finished code. A State keeps one for its memory.
type layout struct {
	items    []placed
	cut      []int32 // bytes that all items before one have lost, and at the end all; negative if they have grown
	gathered bool    // the items are not those that labels have counted
}

// placed is an item with what was decided.
type placed struct {
	item
	Form
	level             uint8
	nearest, furthest int32 // that its field reaches, from its own offset
	target            int32 // offset of the label while emitting, and
	before            int32 // how many items are before it; nothing is known of a label of another object
}

// before counts the items that stand before an offset; of alignments that take nothing there, those before item seq.
func (y *layout) before(off, seq int32) int32 {
	low, high := 0, len(y.items)
	for low < high {
		mid := int(uint(low+high) / 2)
		it := &y.items[mid]
		if it.off < off || it.off == off && it.align != 0 && it.room == 0 && it.seq < seq {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return int32(low)
}

// beforeLabel counts the items that stand before a label.
func (y *layout) beforeLabel(l *label) int32 {
	if y.gathered {
		return y.before(l.off, l.items)
	}
	return l.items
}

// at is the finished offset for one while emitting.
func (y *layout) at(off int) int {
	if len(y.items) == 0 {
		return off
	}
	return off - int(y.cut[y.before(int32(off), math.MaxInt32)])
}

// of is the finished offset of a label.
func (y *layout) of(l *label) int {
	if len(y.items) == 0 {
		return int(l.off)
	}
	return int(l.off - y.cut[y.beforeLabel(l)])
}

// start is the finished offset of an item.
func (y *layout) start(i int) int { return int(y.items[i].off) - int(y.cut[i]) }

// maxRounds bounds the search for the shortest forms: after it, labels must be nearer than they had to be, by a margin that
// doubles each round. Only instructions that push each other out of reach one at a time come to so many.
const maxRounds = 64

// wide is how far a field must reach at least for a label of another object.
const wide = 1<<27 - 4

// arrange decides the length of each item: every instruction begins in its first form, and those that don't reach take the
// next until all do. None goes back: alignment may then have left some longer than they had to be, but it ends.
func (s *State) arrange(t *Target) (*layout, error) {
	items, y := s.items, &s.layout
	y.items, y.cut, y.gathered = y.items[:0], y.cut[:0], false
	if t == nil || t.Exact {
		if t == nil || !s.strained() {
			return y, nil
		}
		items, y.gathered = s.gather(), true
	}
	if len(items) == 0 {
		return y, nil
	}
	y.cut = slices.Grow(y.cut, len(items)+1)[:len(items)+1]
	y.items = slices.Grow(y.items, len(items))[:len(items)]
	for i := range items {
		y.items[i] = placed{item: items[i]}
	}
	for i := range y.items {
		if err := s.begin(y, &y.items[i], t); err != nil {
			return nil, err
		}
	}
	margin := int64(0)
	for round := 0; ; round++ {
		if !y.measure(len(s.Buf)) {
			s.Refuse("Finish", "", tooLong, asm.ErrRange)
			return nil, s.err
		}
		if round >= maxRounds {
			margin = 1 << (round - maxRounds)
		}
		if !s.relax(y, t, margin) {
			return y, nil
		}
	}
}

// begin gives an instruction the first form of those that it may have.
func (s *State) begin(y *layout, it *placed, t *Target) error {
	if it.align != 0 {
		return nil
	}
	s.form(it, t)
	r := s.lookup(it.label)
	switch {
	case r.off == unbound:
		return s.neverBound(int(it.off), it.label)
	case r.off == extern:
		for it.furthest < wide {
			it.level++
			s.form(it, t)
		}
		it.nearest, it.furthest = math.MinInt32, math.MaxInt32
	default:
		it.target, it.before = r.off, y.beforeLabel(r)
		if (r.off-it.off)&3 != 0 && (it.kind == asm.Branch26 || it.kind == asm.Branch19 || it.kind == asm.Branch14) {
			it.nearest, it.furthest = math.MinInt32, math.MaxInt32 // resolve says that it is misaligned
		}
	}
	return nil
}

// form sets the form of the item's level.
func (s *State) form(it *placed, t *Target) {
	it.Form = t.Form(s.Buf[it.off:it.off+int32(it.room)], it.kind, int(it.level))
	if it.Kind == asm.PC32 || it.Kind == asm.Page21 { // the code is shorter than that
		it.nearest, it.furthest = math.MinInt32, math.MaxInt32
		return
	}
	least, greatest := it.Kind.Range()
	add := it.Field - it.Addend
	it.nearest, it.furthest = int32(least)+add, int32(greatest)+add
}

// measure computes the cuts. It fails if the whole is longer than offsets can be.
func (y *layout) measure(n int) bool {
	cut := int64(0)
	for i := range y.items {
		it := &y.items[i]
		y.cut[i] = int32(cut)
		if it.align != 0 {
			it.Len = -int32(int64(it.off)-cut) & (int32(it.align) - 1)
		}
		cut += int64(it.room) - int64(it.Len)
	}
	y.cut[len(y.items)] = int32(cut)
	return int64(n)-cut <= maxCode
}

// relax gives what does not reach by that margin the next form, and tells whether there was any.
func (s *State) relax(y *layout, t *Target, margin int64) (relaxed bool) {
	for i := range y.items {
		it := &y.items[i]
		if it.align != 0 {
			continue
		}
		d := int64(it.target - y.cut[it.before] - (it.off - y.cut[i]))
		if d < int64(it.nearest)+margin || d > int64(it.furthest)-margin {
			it.level++
			s.form(it, t)
			relaxed = true
		}
	}
	return relaxed
}

// place copies the code with each item in its finished form, the fields zero.
func (s *State) place(y *layout, t *Target) []byte {
	code := make([]byte, 0, len(s.Buf)-int(y.cut[len(y.items)]))
	from := 0
	for i := range y.items {
		it := &y.items[i]
		code = append(code, s.Buf[from:it.off]...)
		from = int(it.off) + int(it.room)
		at := len(code)
		code = code[:at+int(it.Len)]
		if it.align != 0 {
			t.Pad(code[at:])
		} else {
			t.Write(code[at:], s.Buf[it.off:from], it.kind, int(it.level))
		}
	}
	return append(code, s.Buf[from:]...)
}
