package amd64

import (
	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/internal/core"
)

// Assembler gathers x86-64 code. Its methods are the instructions; what is written becomes an [asm.Object] with
// Finish. The zero value is ready for use. An Assembler is not for concurrent use; different ones are independent.
//
// Nothing returns an error but Finish: the first thing that goes wrong is kept, and what follows does nothing.
type Assembler struct {
	s      core.State
	denied Features // instructions that need one of these are refused
}

// Reset forgets code, labels and the error, but not the Limit, and keeps the memory for what comes next. Labels from
// before are no longer valid.
func (a *Assembler) Reset() { a.s.Reset() }

// Len is the number of bytes so far, and so the offset of what comes next. After an error it stays where that was.
func (a *Assembler) Len() int { return a.s.Len() }

// Err is the first error, an [*asm.Error], or nil. Finish gives it too.
func (a *Assembler) Err() error { return a.s.Err() }

// NewLabel makes a label, to be bound once. The name appears in listings and errors; it may be empty.
func (a *Assembler) NewLabel(name string) asm.Label { return a.s.NewLabel(name) }

// Bind gives the label the current offset.
func (a *Assembler) Bind(l asm.Label) { a.s.Bind(l) }

// Comment adds a comment to the next instruction, for listings.
func (a *Assembler) Comment(text string) { a.s.Comment(text) }

// Bytes emits data.
func (a *Assembler) Bytes(b []byte) { a.s.Bytes(b) }

// Uint64 emits 8 bytes of data, little endian. For a float64 give math.Float64bits of it.
func (a *Assembler) Uint64(v uint64) { a.s.Uint64(v) }

// Address emits 8 bytes of data that will hold the address of the label, as in a jump table.
func (a *Assembler) Address(l asm.Label) { a.s.Address(l) }

// Align fills up to the next multiple of n bytes, a power of two up to 4096, with instructions that do nothing, and
// raises the alignment of the object to n.
func (a *Assembler) Align(n int) {
	for pad := a.s.Align(n); pad > 0; {
		k := min(pad, len(nops))
		a.s.Room()
		a.s.Buf = append(a.s.Buf, nops[k-1]...)
		pad -= k
	}
}

// nops are the recommended ones of 1 to 9 bytes: Intel SDM Vol. 2B, "NOP", Table "Recommended Multi-Byte Sequence of
// NOP Instruction".
var nops = [...][]byte{
	{0x90},
	{0x66, 0x90},
	{0x0f, 0x1f, 0x00},
	{0x0f, 0x1f, 0x40, 0x00},
	{0x0f, 0x1f, 0x44, 0x00, 0x00},
	{0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00},
	{0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00},
	{0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
	{0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
}

// Finish resolves the labels and gives the code, or the first error. The object owns its memory: the Assembler can be
// used again after a Reset.
func (a *Assembler) Finish() (*asm.Object, error) { return a.s.Finish(asm.AMD64, 1) }
