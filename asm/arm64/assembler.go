package arm64

import (
	"fmt"

	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/internal/core"
)

// Assembler gathers A64 code. Its methods are the instructions; what is written becomes an [asm.Object] with Finish.
// The zero value is ready for use. An Assembler is not for concurrent use; different ones are independent.
//
// Nothing returns an error but Finish: the first thing that goes wrong is kept, and what follows does nothing.
type Assembler struct {
	s             core.State
	allowReserved bool
	op            arm64asm.Op // of Emit, for errors
	denied        Features
	limited       form // the bits of a form that say what it needs, if there is a Limit
	missing       func(*Assembler, form) string
}

// Reset forgets code, labels and the error, but not AllowReserved, and keeps the memory for what comes next. Labels
// from before are no longer valid.
func (a *Assembler) Reset() { a.s.Reset() }

// AllowReserved says whether X18 and X28 may be destinations. They may not unless it is set: X18 is the platform's
// (AAPCS64, "General-purpose Registers"), and X28 holds the g of the Go runtime, whose signal handlers take it from there.
// Code that changes X28 and is interrupted by a signal kills the process.
func (a *Assembler) AllowReserved(ok bool) { a.allowReserved = ok }

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

// Bytes emits data. Instructions after it must be aligned to 4 again.
func (a *Assembler) Bytes(b []byte) { a.s.Bytes(b) }

// Uint64 emits 8 bytes of data, little endian. For a float64 give math.Float64bits of it.
func (a *Assembler) Uint64(v uint64) { a.s.Uint64(v) }

// Address emits 8 bytes of data that will hold the address of the label, as in a jump table.
func (a *Assembler) Address(l asm.Label) { a.s.Address(l) }

// Align fills up to the next multiple of n bytes, a power of two up to 4096, and raises the alignment of the object to n:
// with zeros up to a multiple of 4, then with NOP.
func (a *Assembler) Align(n int) {
	pad := a.s.Align(n)
	if odd := min(pad, -a.s.Len()&3); odd > 0 {
		a.s.Bytes(make([]byte, odd))
		pad -= odd
	}
	for ; pad >= 4; pad -= 4 {
		a.NOP()
	}
	if pad > 0 {
		a.s.Bytes(make([]byte, pad))
	}
}

// Finish resolves the labels and gives the code, or the first error. The object owns its memory: the Assembler can be
// used again after a Reset.
func (a *Assembler) Finish() (*asm.Object, error) { return a.s.Finish(asm.ARM64, 4, nil) }

// LoadConst loads any constant into a register, with as few instructions as MOVZ, MOVN, MOVK and ORR (immediate) can:
// one to four.
func (a *Assembler) LoadConst(dst X, v uint64) {
	zeros, ones := 0, 0
	for shift := 0; shift < 64; shift += 16 {
		switch uint16(v >> shift) {
		case 0:
			zeros++
		case 0xffff:
			ones++
		}
	}
	if _, ok := bitmask(v, 64); ok && zeros < 3 && ones < 3 {
		a.ORRxxi(dst, XZR, v)
		return
	}
	first, move, skip := true, a.MOVZxi, uint16(0)
	if ones > zeros {
		move, skip = a.MOVNxi, 0xffff
	}
	for shift := 0; shift < 64; shift += 16 {
		switch part := uint16(v >> shift); {
		case part == skip && (shift < 48 || !first):
		case first:
			move(dst, part^skip, shift)
			first = false
		default:
			a.MOVKxi(dst, part, shift)
		}
	}
}

// fail records an error of an instruction.
func (a *Assembler) fail(kind error, format string, args ...any) {
	op := ""
	if a.op != 0 {
		op = opName(a.op)
	}
	a.s.Fail(op, "", fmt.Errorf(format+": %w", append(args, kind)...))
}
