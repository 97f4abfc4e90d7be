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
	labels []label
	fixups []fixup
	items  []item
	pool   pool
	relocs []asm.Reloc
	notes  []asm.Note
	data   []asm.Span
	sink   [2 * MaxInst]byte // where encoders write once there is an error
}

type label struct {
	off  int32 // or unbound, or extern
	name string
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
	if s.err != nil {
		s.Buf = nil // it is the sink
	}
	clear(s.labels)
	clear(s.notes)
	s.pool.reset()
	*s = State{
		Buf: s.Buf[:0], gen: (s.gen + 1) & genMask, labels: s.labels[:0], fixups: s.fixups[:0], items: s.items[:0],
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
		s.Buf = slices.Grow(s.Buf, max(n, 256))
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
		r.off = int32(len(s.Buf))
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
// offset + addend - off, or for Abs64 the label's address + addend. op names the instruction for errors.
func (s *State) Refer(op string, off int, kind asm.RelocKind, l asm.Label, addend int64) {
	if s.err != nil {
		return
	}
	if s.lookup(l) == nil {
		s.fail(min(off, len(s.Buf)), op, s.LabelText(l), fmt.Errorf("not a label of this assembler: %w", asm.ErrLabel))
		return
	}
	s.fixups = append(s.fixups, fixup{off: int32(off), kind: kind, label: l, addend: addend})
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
	if n := len(s.data); n > 0 && s.data[n-1].Offset+s.data[n-1].Len == off {
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

// Align checks n, raises the alignment of the whole to it, and gives the number of bytes to the next multiple
// of it, which the target fills with instructions that do nothing.
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
	y := &layout{}
	if len(s.items) == 0 {
		o.Code = slices.Clone(s.Buf)
	} else {
		var err error
		if y, err = s.arrange(); err != nil {
			return nil, err
		}
		o.Code = s.place(y, t)
		s.move(o, y)
	}
	for i, it := range y.items {
		if !it.align && y.size[i] != shortLen {
			f := fixup{off: it.off + int32(it.room) - 4, kind: asm.PC32, label: it.label, addend: -4}
			if err := s.resolve(o, y, f); err != nil {
				return nil, err
			}
		}
	}
	for _, f := range s.fixups {
		if err := s.resolve(o, y, f); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(o.Relocs, func(a, b asm.Reloc) int { return a.Offset - b.Offset })
	for _, l := range s.labels {
		if l.name != "" && l.off >= 0 {
			o.Symbols = append(o.Symbols, asm.Symbol{Offset: y.at(int(l.off)), Name: l.name})
		}
	}
	slices.SortStableFunc(o.Symbols, func(a, b asm.Symbol) int { return a.Offset - b.Offset })
	return o, nil
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

// resolve fills in a field, or makes a relocation of it.
func (s *State) resolve(o *asm.Object, y *layout, f fixup) error {
	off := y.at(int(f.off))
	switch r := s.lookup(f.label); {
	case r.off == unbound:
		return s.neverBound(off, f.label)
	case r.off == extern:
		o.Relocs = append(o.Relocs, asm.Reloc{Offset: off, Kind: f.kind, Symbol: r.name, Addend: f.addend})
		return nil
	case f.kind == asm.Abs64:
		o.Relocs = append(o.Relocs, asm.Reloc{
			Offset: off, Kind: f.kind, Local: true, Target: uint64(y.at(int(r.off))), Addend: f.addend,
		})
		return nil
	default:
		from := off
		if f.base != 0 {
			b := s.lookup(f.base)
			if b.off == unbound {
				return s.neverBound(off, f.base)
			}
			from = y.at(int(b.off))
		}
		value := int64(y.at(int(r.off))) + f.addend - int64(from)
		if err := f.kind.Patch(o.Code[off:], value); err != nil {
			s.fail(off, "Finish", s.LabelText(f.label), err)
			return s.err
		}
	}
	return nil
}

func (s *State) neverBound(off int, l asm.Label) error {
	s.fail(off, "Finish", s.LabelText(l), fmt.Errorf("label never bound: %w", asm.ErrLabel))
	return s.err
}
