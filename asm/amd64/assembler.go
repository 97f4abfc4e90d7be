package amd64

import (
	"encoding/binary"

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

	missing func(a *Assembler, f form) string // if something is denied
}

// Reset forgets code, labels and the error, but not the Limit, and keeps the memory for what comes next. Labels from
// before are no longer valid.
func (a *Assembler) Reset() { a.s.Reset() }

// Len is the number of bytes so far, with every branch near and the room that each Align could need: the finished code may
// be shorter. After an error it stays where that was.
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

// Distance emits 4 bytes of data, the distance of l from base in bytes, as in a jump table that needs no relocation.
func (a *Assembler) Distance(l, base asm.Label) { a.s.Distance(l, base) }

// Extern makes a label of another object, by its name there. [asm.Link] finds it.
func (a *Assembler) Extern(name string) asm.Label { return a.s.Extern(name) }

// Literal32 gives the label of a constant of 4 bytes in the literal pool: MemLabel makes an operand of it. Equal constants
// of one length share their place. The pool is written where Pool is called, and what then waits by Finish, behind the code.
func (a *Assembler) Literal32(v uint32) asm.Label {
	var b [4]byte
	binary.LittleEndian.PutUint32(b[:], v)
	return a.s.Literal(b[:], 0)
}

// Literal64 is Literal32 for 8 bytes. For a float64 give math.Float64bits of it.
func (a *Assembler) Literal64(v uint64) asm.Label {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], v)
	return a.s.Literal(b[:], 0)
}

// Literal is Literal32 for 4, 8, 16, 32 or 64 bytes, at an address that is a multiple of their number.
func (a *Assembler) Literal(b []byte) asm.Label { return a.s.Literal(b, 0) }

// Pool writes the literals that wait. Control must not come here: it is data.
func (a *Assembler) Pool() { a.s.Pool(a.s.AlignLater) }

// Align fills up to the next multiple of n bytes, a power of two up to 4096, with instructions that do nothing, and
// raises the alignment of the object to n. How many they are Finish decides.
func (a *Assembler) Align(n int) { a.s.AlignLater(n) }

func pad(dst []byte) {
	for len(dst) > 0 {
		dst = dst[copy(dst, nops[min(len(dst), len(nops))-1]):]
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

// Finish writes the literals that wait, decides which branches are short, resolves the labels, and gives the code, or the
// first error. The object owns its memory: the Assembler can be used again after a Reset.
func (a *Assembler) Finish() (*asm.Object, error) {
	a.Pool()
	return a.s.Finish(asm.AMD64, 1, &target)
}

var target = core.Target{Form: branchForm, Write: writeBranch, Pad: pad}

// branchForm gives the forms of a branch: short, with 8 bits of distance, and near.
func branchForm(near []byte, kind asm.RelocKind, level int) core.Form {
	if level == 0 {
		return core.Form{Len: 2, Field: 1, Kind: asm.PC8, Addend: -1}
	}
	n := int32(len(near))
	return core.Form{Len: n, Field: n - 4, Kind: kind, Addend: -4}
}

// writeBranch writes a form of a branch: JMP rel32 is E9 cd and short EB cb, Jcc rel32 is 0F 80+cc cd and short 70+cc cb.
func writeBranch(dst, near []byte, _ asm.RelocKind, level int) {
	switch {
	case level > 0:
		copy(dst, near)
	case near[0] == 0xe9:
		dst[0] = 0xeb
	default:
		dst[0] = near[1] - 0x10
	}
}
