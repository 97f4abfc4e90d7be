// Package core is the part of an assembler that is the same for every target: the bytes written so far,
// labels and the fields that wait for them, comments, and the first error. The targets keep a State in an
// unexported field and encode instructions into it; they own what users see.
package core

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/wxjit/wxjit/asm"
)

// MaxInst is how many bytes Room promises: the longest instruction of any target is 15 (Intel SDM Vol. 2A,
// "Instruction Format"), and encoders may store whole words past its end.
const MaxInst = 32

// A label index takes the low bits of an asm.Label; the rest is the generation of the State that made it, so
// that a label kept over a Reset is noticed.
const (
	labelBits = 24
	genMask   = 1<<(31-labelBits) - 1
)

// maxCode keeps every offset within an int32, with room for an encoder's distances.
const maxCode = 1 << 30

const tooLong = "more than 1 GiB of code"

// State is what an assembler has gathered. The zero value is ready for use. It is not for concurrent use.
type State struct {
	// Buf is the code so far. Encoders get room from Room and extend Buf by what they wrote.
	Buf []byte

	err    *asm.Error
	gen    int32
	align  int
	extern bool   // there is a label of another object
	limit  int    // where Room is to take its slow path, or 0
	whole  []byte // Buf with all its capacity, if that is hidden
	labels []label
	fixups []fixup
	items  []item
	layout layout
	pool   pool
	relocs []asm.Reloc
	notes  []asm.Note
	data   []asm.Span
	sink   [2 * MaxInst]byte // where encoders write once there is an error
}

type label struct {
	off   int32 // or unbound, or extern
	items int32 // that stand before it
	name  string
}

// Offsets of labels that have none.
const (
	unbound = -1
	extern  = -2 // in another object
)

// fixup is a field that waits for a label.
type fixup struct {
	off    int32
	kind   asm.RelocKind
	label  asm.Label
	base   asm.Label // where the distance counts from, 0 for the field itself
	addend int64
}

// Reset forgets everything but the memory, which is used again.
func (s *State) Reset() {
	if s.whole != nil {
		s.Buf = s.whole // after an error it is the sink
	}
	clear(s.labels)
	clear(s.notes)
	s.pool.reset()
	*s = State{
		Buf: s.Buf[:0], gen: (s.gen + 1) & genMask, labels: s.labels[:0], fixups: s.fixups[:0], items: s.items[:0], layout: s.layout,
		pool: s.pool, relocs: s.relocs[:0], notes: s.notes[:0], data: s.data[:0],
	}
}

// Len is the number of bytes emitted, and so the offset of the next.
func (s *State) Len() int {
	if s.err != nil {
		return s.err.Offset
	}
	return len(s.Buf)
}

// Room makes place for one instruction: the capacity of Buf is then at least MaxInst more than its length.
// After an error the place is one that is thrown away.
func (s *State) Room() {
	if cap(s.Buf)-len(s.Buf) < MaxInst {
		s.grow(MaxInst)
	}
}

// grow makes place for n bytes more.
//
//go:noinline
func (s *State) grow(n int) {
	switch {
	case s.err != nil:
		s.Buf = s.sink[:0:len(s.sink)]
	case n > maxCode-len(s.Buf):
		s.Refuse("", "", tooLong, asm.ErrRange)
	default:
		s.Buf = s.unbounded()
		if cap(s.Buf)-len(s.Buf) < n {
			s.Buf = slices.Grow(s.Buf, max(n, 256))
		}
		s.bound(n)
	}
}

// unbounded is Buf with all its capacity.
func (s *State) unbounded() []byte {
	if s.whole == nil {
		return s.Buf
	}
	return s.whole[:len(s.Buf)]
}

// bound hides the capacity beyond the limit, but for n bytes.
func (s *State) bound(n int) {
	s.whole = nil
	if c := max(s.limit, len(s.Buf)+n); s.limit > 0 && c < cap(s.Buf) {
		s.whole = s.Buf[:0]
		s.Buf = s.Buf[:len(s.Buf):c]
	}
}

// Err is the first error, or nil.
func (s *State) Err() error {
	if s.err == nil {
		return nil
	}
	return s.err
}

// Fail records err as the State's error unless it has one. The place is the first caller outside the
// assembler's packages; an op of "" stands for the name of the method that it called. From here on encoders
// write where nobody looks.
func (s *State) Fail(op, args string, err error) {
	s.fail(len(s.Buf), op, args, err)
}

// Refuse is Fail with the reason as text.
func (s *State) Refuse(op, args, why string, err error) {
	s.fail(len(s.Buf), op, args, fmt.Errorf("%s: %w", why, err))
}

func (s *State) fail(off int, op, args string, err error) {
	if s.err != nil {
		return
	}
	e := &asm.Error{Op: op, Args: args, Offset: off, Err: err}
	var method string
	method, e.File, e.Line = caller()
	if e.Op == "" {
		e.Op = method
	}
	s.err = e
	s.whole = s.unbounded()[:0]
	s.Buf = s.sink[:0:len(s.sink)]
}

// caller finds the source line that called into the assembler, and the name of the method that it called.
func caller() (method, file string, line int) {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := frames.Next()
		ours := strings.HasPrefix(f.Function, "github.com/wxjit/wxjit/asm/") && !strings.HasSuffix(f.File, "_test.go")
		if !ours {
			return method, f.File, f.Line
		}
		method = f.Function[strings.LastIndexByte(f.Function, '.')+1:]
		if !more {
			return method, "", 0
		}
	}
}

// NewLabel makes a label. The name is for listings and errors and may be empty.
func (s *State) NewLabel(name string) asm.Label {
	if len(s.labels) >= 1<<labelBits-1 {
		s.Fail("NewLabel", name, fmt.Errorf("more than %d labels: %w", len(s.labels), asm.ErrLabel))
		return 0
	}
	s.labels = append(s.labels, label{off: unbound, name: name})
	return asm.Label(s.gen<<labelBits | int32(len(s.labels)))
}

// Extern makes a label of another object, by the name that it has there.
func (s *State) Extern(name string) asm.Label {
	if name == "" {
		s.Fail("Extern", name, fmt.Errorf("a label of another object needs a name: %w", asm.ErrLabel))
		return 0
	}
	l := s.NewLabel(name)
	if r := s.lookup(l); r != nil {
		r.off = extern
		s.extern = true
	}
	return l
}

// lookup gives the record of l, or nil for a label that this State did not make since its last Reset.
func (s *State) lookup(l asm.Label) *label {
	i := int32(l) & (1<<labelBits - 1)
	if l <= 0 || int32(l)>>labelBits != s.gen || i == 0 || int(i) > len(s.labels) {
		return nil
	}
	return &s.labels[i-1]
}

// LabelText names l for an error or a comment: its name, or L and a number.
func (s *State) LabelText(l asm.Label) string {
	if r := s.lookup(l); r != nil && r.name != "" {
		return r.name
	}
	return "L" + strconv.Itoa(int(l)&(1<<labelBits-1))
}

// Bind gives l the current offset.
func (s *State) Bind(l asm.Label) {
	if s.err != nil {
		return
	}
	switch r := s.lookup(l); {
	case r == nil:
		s.Fail("Bind", s.LabelText(l), fmt.Errorf("not a label of this assembler: %w", asm.ErrLabel))
	case r.off == extern:
		s.Fail("Bind", s.LabelText(l), fmt.Errorf("a label of another object: %w", asm.ErrLabel))
	case r.off >= 0:
		s.Fail("Bind", s.LabelText(l), fmt.Errorf("bound already, at offset %#x: %w", r.off, asm.ErrLabel))
	default:
		r.off, r.items = int32(len(s.Buf)), int32(len(s.items))
	}
}

// Bound gives the offset of l, and whether it is bound.
func (s *State) Bound(l asm.Label) (off int, ok bool) {
	if r := s.lookup(l); r != nil && r.off >= 0 {
		return int(r.off), true
	}
	return 0, false
}

// Refer notes that the field of the given kind at offset off waits for label l. The value is the label's
// offset + addend - off, or what asm.RelocKind says if it depends on the address. op names the instruction for errors.
// For Veneer26 l is the veneer, and addend the address that it goes to.
func (s *State) Refer(op string, off int, kind asm.RelocKind, l asm.Label, addend int64) {
	if s.err != nil {
		return
	}
	if s.lookup(l) == nil {
		s.fail(min(off, len(s.Buf)), op, s.LabelText(l), fmt.Errorf("not a label of this assembler: %w", asm.ErrLabel))
		return
	}
	// Field by field: the processor waits where it reads in one piece what has just been written in several.
	s.fixups = append(s.fixups, fixup{})
	f := &s.fixups[len(s.fixups)-1]
	f.off, f.kind, f.label, f.addend = int32(off), kind, l, addend
}

// Distance emits 4 bytes of data: the distance of l from base.
func (s *State) Distance(l, base asm.Label) {
	for _, l := range []asm.Label{l, base} {
		if r := s.lookup(l); s.err == nil && (r == nil || r.off == extern) {
			s.Fail("Distance", s.LabelText(l), fmt.Errorf("not a label of this object: %w", asm.ErrLabel))
		}
	}
	if s.err == nil {
		s.fixups = append(s.fixups, fixup{off: int32(len(s.Buf)), kind: asm.PC32, label: l, base: base})
		s.Bytes(make([]byte, 4))
	}
}

// Relocate notes that the field of the given kind at offset off refers to an absolute address.
func (s *State) Relocate(off int, kind asm.RelocKind, target uint64, addend int64) {
	if s.err != nil {
		return
	}
	s.relocs = append(s.relocs, asm.Reloc{Offset: off, Kind: kind, Target: target, Addend: addend})
}

// Comment adds a comment to the next instruction.
func (s *State) Comment(text string) {
	if s.err == nil {
		s.notes = append(s.notes, asm.Note{Offset: len(s.Buf), Text: text})
	}
}

// Bytes emits data.
func (s *State) Bytes(b []byte) {
	if s.err != nil || len(b) == 0 {
		return
	}
	off := len(s.Buf)
	if len(b) > cap(s.Buf)-off {
		if s.grow(len(b)); s.err != nil {
			return
		}
	}
	s.Buf = append(s.Buf, b...)
	padded := len(s.items) > 0 && int(s.items[len(s.items)-1].off) == off // with nothing, so far
	if n := len(s.data); n > 0 && s.data[n-1].Offset+s.data[n-1].Len == off && !padded {
		s.data[n-1].Len += len(b)
		return
	}
	s.data = append(s.data, asm.Span{Offset: off, Len: len(b)})
}

// Uint64 emits 8 bytes of data, little endian.
func (s *State) Uint64(v uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], v)
	s.Bytes(b[:])
}

// Address emits 8 bytes of data that will hold the address of l.
func (s *State) Address(l asm.Label) {
	off := len(s.Buf)
	s.Uint64(0)
	s.Refer("Address", off, asm.Abs64, l, 0)
}

// Align checks n, raises the alignment of the whole to it, and gives the number of bytes to the next multiple of it.
func (s *State) Align(n int) (pad int) {
	if s.err != nil {
		return 0
	}
	if n <= 0 || n&(n-1) != 0 || n > 4096 {
		s.Fail("Align", strconv.Itoa(n), fmt.Errorf("not a power of two up to 4096: %w", asm.ErrRange))
		return 0
	}
	s.align = max(s.align, n)
	return -len(s.Buf) & (n - 1)
}

// Finish resolves the labels and gives the object, which owns its memory. The State stays as it is: after a
// Reset it can be used again. A target without items gives nil for t.
func (s *State) Finish(arch asm.Arch, align int, t *Target) (*asm.Object, error) {
	if s.err != nil {
		return nil, s.err
	}
	o := &asm.Object{
		Arch: arch, Alignment: max(align, s.align),
		Relocs: slices.Clone(s.relocs), Notes: slices.Clone(s.notes), Data: slices.Clone(s.data),
	}
	y, err := s.arrange(t)
	if err != nil {
		return nil, err
	}
	if len(y.items) == 0 {
		o.Code = slices.Clone(s.Buf)
	} else {
		o.Code = s.place(y, t)
		s.move(o, y)
	}
	if err := s.resolveAll(o, y); err != nil {
		return nil, err
	}
	slices.SortStableFunc(o.Relocs, func(a, b asm.Reloc) int { return a.Offset - b.Offset })
	for i := range s.labels {
		if l := &s.labels[i]; l.name != "" && l.off >= 0 {
			o.Symbols = append(o.Symbols, asm.Symbol{Offset: y.of(l), Name: l.name})
		}
	}
	slices.SortStableFunc(o.Symbols, func(a, b asm.Symbol) int { return a.Offset - b.Offset })
	return o, nil
}

// resolveAll resolves the items that are instructions, and the fixups that did not become items.
func (s *State) resolveAll(o *asm.Object, y *layout) error {
	for i := range y.items {
		it := &y.items[i]
		if it.align != 0 {
			continue
		}
		f, off := fixup{kind: it.Kind, label: it.label, addend: int64(it.Addend)}, y.start(i)+int(it.Field)
		if it.level == 0 {
			f.addend += it.addend
		}
		if err := s.resolve(o, y, f, off); err != nil {
			return err
		}
		if it.Kind != asm.Page21 {
			continue
		}
		f.kind = asm.Lo12
		if err := s.resolve(o, y, f, off+4); err != nil {
			return err
		}
	}
	for _, f := range s.fixups {
		if len(y.items) > 0 && relaxes(f.kind) {
			continue // an item
		}
		if err := s.resolve(o, y, f, y.at(int(f.off))); err != nil {
			return err
		}
	}
	return nil
}

// move puts what refers to offsets to where they are finished.
func (s *State) move(o *asm.Object, y *layout) {
	for i := range o.Relocs {
		o.Relocs[i].Offset = y.at(o.Relocs[i].Offset)
	}
	for i := range o.Notes {
		o.Notes[i].Offset = y.at(o.Notes[i].Offset)
	}
	for i := range o.Data {
		o.Data[i].Offset = y.at(o.Data[i].Offset)
	}
}

// resolve fills in the field at the finished offset off, or makes a relocation of it.
func (s *State) resolve(o *asm.Object, y *layout, f fixup, off int) error {
	r := s.lookup(f.label)
	switch {
	case r.off == unbound:
		return s.neverBound(off, f.label)
	case r.off == extern:
		o.Relocs = append(o.Relocs, asm.Reloc{Offset: off, Kind: f.kind, Symbol: r.name, Addend: f.addend})
		return nil
	}
	to, from := y.of(r), off
	switch {
	case f.kind == asm.Abs64 || f.kind == asm.Page21 || f.kind == asm.Lo12:
		o.Relocs = append(o.Relocs, asm.Reloc{Offset: off, Kind: f.kind, Local: true, Target: uint64(to), Addend: f.addend})
		return nil
	case f.kind == asm.Veneer26:
		o.Relocs = append(o.Relocs, asm.Reloc{Offset: off, Kind: f.kind, Target: uint64(f.addend)})
		f.addend = 0
	case f.base != 0:
		b := s.lookup(f.base)
		if b.off == unbound {
			return s.neverBound(off, f.base)
		}
		from = y.of(b)
	}
	if err := f.kind.Patch(o.Code[off:], int64(to)+f.addend-int64(from)); err != nil {
		s.fail(off, "Finish", s.LabelText(f.label), err)
		return s.err
	}
	return nil
}

func (s *State) neverBound(off int, l asm.Label) error {
	s.fail(off, "Finish", s.LabelText(l), fmt.Errorf("label never bound: %w", asm.ErrLabel))
	return s.err
}
