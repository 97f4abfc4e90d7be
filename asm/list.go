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
	l := lister{Object: o, w: bufio.NewWriter(w), unit: 11, names: map[int]string{}}
	for _, s := range slices.Backward(o.Symbols) {
		l.names[s.Offset] = s.Name // the first of an offset
	}
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

	names map[int]string // by offset

	// The first that the next line may need: the lists are in order.
	symbol, note, data, reloc int
}

// symbolsAt writes the names of an offset.
func (l *lister) symbolsAt(off int) {
	for ; l.symbol < len(l.Symbols) && l.Symbols[l.symbol].Offset <= off; l.symbol++ {
		fmt.Fprintf(l.w, "%s:\n", l.Symbols[l.symbol].Name)
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
	for ; l.note < len(l.Notes) && l.Notes[l.note].Offset < off+n; l.note++ {
		notes = append(notes, l.Notes[l.note].Text)
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
	for l.data < len(l.Data) && l.Data[l.data].Offset+l.Data[l.data].Len <= off {
		l.data++
	}
	if l.data == len(l.Data) || off < l.Data[l.data].Offset {
		return Span{}, false
	}
	d := l.Data[l.data]
	return Span{off, d.Offset + d.Len - off}, true
}

// datum is a directive for up to 8 bytes of data, no further than to the next symbol.
func (l *lister) datum(off int, d Span) (n int, text string) {
	n = min(d.Len, 8)
	if l.symbol < len(l.Symbols) {
		n = min(n, l.Symbols[l.symbol].Offset-off)
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
	for l.reloc < len(l.Relocs) && l.Relocs[l.reloc].Offset < off {
		l.reloc++
	}
	relocated := l.reloc < len(l.Relocs) && l.Relocs[l.reloc].Offset < off+inst.Len
	if name, ok := l.names[int(inst.Target)]; ok && inst.HasTarget && !relocated {
		return inst.WithTarget(name)
	}
	return inst.Text
}
