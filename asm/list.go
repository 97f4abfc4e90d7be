package asm

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/wxjit/wxjit/internal/disasm"
)

// List writes the code as text: offset and bytes in hexadecimal, the instruction as GNU objdump prints it (Intel syntax
// for amd64), and the comments. A symbol has a line of its own before what it names, and stands for its offset in
// operands. Data are directives, and bytes that the decoder does not know are too.
//
//	row:
//	  0011  f2 0f 10 07              movsd xmm0,QWORD PTR [rdi]     ; x
//
// The offsets are those of the code before it is placed; relocated fields hold zero. The error is w's. Programs that
// don't call List don't contain the decoders.
func (o *Object) List(w io.Writer) error {
	l := lister{Object: o, w: bufio.NewWriter(w), unit: 11}
	if o.Arch == ARM64 {
		l.unit = 8 // of data; an instruction has 4
	}
	for off := 0; off < len(o.Code); {
		l.symbolsAt(off)
		off += l.line(off)
	}
	l.symbolsAt(len(o.Code))
	return l.w.Flush()
}

type lister struct {
	*Object
	w    *bufio.Writer
	unit int // bytes that a line has place for
}

// symbolsAt writes the names of an offset.
func (l *lister) symbolsAt(off int) {
	for _, s := range l.Symbols {
		if s.Offset == off {
			fmt.Fprintf(l.w, "%s:\n", s.Name)
		}
	}
}

// line writes what stands at off, and gives its length.
func (l *lister) line(off int) (n int) {
	text := ""
	if d, ok := l.dataAt(off); ok {
		n, text = l.datum(off, d)
	} else {
		n, text = l.instruction(off)
	}
	bytes := fmt.Sprintf("% x", l.Code[off:off+n])
	var notes []string
	for _, note := range l.Notes {
		if off <= note.Offset && note.Offset < off+n {
			notes = append(notes, note.Text)
		}
	}
	line := fmt.Sprintf("  %04x  %-*s  %s", off, 3*l.unit-1, bytes, text)
	if len(notes) > 0 {
		line = fmt.Sprintf("%-*s  ; %s", 3*l.unit+9+36, line, strings.Join(notes, "; "))
	}
	fmt.Fprintln(l.w, line)
	return n
}

// dataAt gives what is left of the data at off.
func (l *lister) dataAt(off int) (Span, bool) {
	for _, d := range l.Data {
		if d.Offset <= off && off < d.Offset+d.Len {
			return Span{off, d.Offset + d.Len - off}, true
		}
	}
	return Span{}, false
}

// datum is a directive for up to 8 bytes of data, no further than to the next symbol.
func (l *lister) datum(off int, d Span) (n int, text string) {
	n = min(d.Len, 8)
	for _, s := range l.Symbols {
		if off < s.Offset && s.Offset < off+n {
			n = s.Offset - off
		}
	}
	n = min(n, len(l.Code)-off)
	if n == 8 {
		return n, fmt.Sprintf(".quad %#x", binary.LittleEndian.Uint64(l.Code[off:]))
	}
	return n, byteDirective(l.Code[off : off+n])
}

func byteDirective(b []byte) string {
	var list []string
	for _, v := range b {
		list = append(list, fmt.Sprintf("%#x", v))
	}
	return ".byte " + strings.Join(list, ",")
}

// instruction decodes the one at off.
func (l *lister) instruction(off int) (n int, text string) {
	decode, unknown := disasm.AMD64, 1
	if l.Arch == ARM64 {
		decode, unknown = disasm.ARM64, 4
	}
	inst, err := decode(l.Code[off:], uint64(off))
	if err != nil || inst.Len > len(l.Code)-off {
		n = min(unknown, len(l.Code)-off)
		if n == 4 {
			return n, fmt.Sprintf(".inst %#08x", binary.LittleEndian.Uint32(l.Code[off:]))
		}
		return n, byteDirective(l.Code[off : off+n])
	}
	return inst.Len, l.named(off, inst)
}

// named is the text with a symbol for the target, if one is there and it is not a relocation that decides.
func (l *lister) named(off int, inst disasm.Inst) string {
	relocated := slices.ContainsFunc(l.Relocs, func(r Reloc) bool { return off <= r.Offset && r.Offset < off+inst.Len })
	if !inst.HasTarget || relocated {
		return inst.Text
	}
	for _, s := range l.Symbols {
		if uint64(s.Offset) == inst.Target {
			return inst.WithTarget(s.Name)
		}
	}
	return inst.Text
}
