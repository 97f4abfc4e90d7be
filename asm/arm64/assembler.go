package arm64

import (
	"encoding/binary"
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
	rigid         bool                     // ForbidRelaxation
	op            arm64asm.Op              // of Emit, for errors
	name          func(arm64asm.Op) string // opName, which programs without Emit have not
	denied        Features
	limited       form // the bits of a form that say what it needs, if there is a Limit
	missing       func(*Assembler, form) string
}

// Reset forgets code, labels and the error, but not AllowReserved, ForbidRelaxation and Limit, and keeps the memory for what
// comes next. Labels from before are no longer valid.
func (a *Assembler) Reset() { a.s.Reset() }

// AllowReserved says whether X18 and X28 may be destinations. They may not unless it is set: X18 is the platform's
// (AAPCS64, "General-purpose Registers"), and X28 holds the g of the Go runtime, whose signal handlers take it from there.
// Code that changes X28 and is interrupted by a signal kills the process.
func (a *Assembler) AllowReserved(ok bool) { a.allowReserved = ok }

// ForbidRelaxation says that code is to be what was written, word for word: what does not reach its label is an error of
// Finish then, which wraps [asm.ErrRange] and names the label, and literals are written by Pool and Finish alone. Without
// it, see "Reach" in the package's documentation. What is set when an instruction is emitted decides on literals, what is set
// at Finish on the rest.
func (a *Assembler) ForbidRelaxation(on bool) {
	a.rigid = on
	a.schedule()
}

// Len is the number of bytes so far, and so the offset of what comes next: in the finished code too, unless a label is out
// of reach. After an error it stays where that was.
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

// Distance emits 4 bytes of data, the distance of l from base in bytes, as in a jump table that needs no relocation.
func (a *Assembler) Distance(l, base asm.Label) { a.s.Distance(l, base) }

// Align fills up to the next multiple of n bytes, a power of two up to 4096, and raises the alignment of the object to n:
// with zeros up to a multiple of 4, then with NOP.
func (a *Assembler) Align(n int) { a.s.AlignNow(n, 4, pad) }

func pad(dst []byte) {
	for i := range len(dst) / 4 {
		binary.LittleEndian.PutUint32(dst[4*i:], uint32(nop))
	}
}

// Finish writes the literals that wait, gives what does not reach its label a longer form, resolves the labels, and gives
// the code, or the first error. The object owns its memory: the Assembler can be used again after a Reset.
func (a *Assembler) Finish() (*asm.Object, error) {
	a.Pool()
	t := &target
	if a.rigid {
		t = nil
	}
	return a.s.Finish(asm.ARM64, 4, t)
}

// word emits an instruction.
func (a *Assembler) word(w form) {
	if cap(a.s.Buf)-len(a.s.Buf) < core.MaxInst {
		a.room()
	}
	n := len(a.s.Buf)
	a.s.Buf = a.s.Buf[:n+4]
	binary.LittleEndian.PutUint32(a.s.Buf[n:], uint32(w))
}

// refer emits an instruction that waits for a label.
func (a *Assembler) refer(f form, kind asm.RelocKind, l asm.Label) {
	if cap(a.s.Buf)-len(a.s.Buf) < core.MaxInst {
		a.room()
	}
	at := len(a.s.Buf)
	a.s.Buf = a.s.Buf[:at+4]
	binary.LittleEndian.PutUint32(a.s.Buf[at:], uint32(f))
	a.s.Refer("", at, kind, l, 0)
}

// room is what word does now and then: it makes room, and writes the pool if that is due.
//
//go:noinline
func (a *Assembler) room() {
	if a.s.PoolDue() {
		a.s.PoolWithin(0)
		over := a.s.NewLabel("")
		a.Bl(over)
		a.Pool()
		a.s.Bind(over)
	}
	a.s.Room()
}

// fail records an error of an instruction.
func (a *Assembler) fail(kind error, format string, args ...any) {
	a.s.Fail(a.emitting(), "", fmt.Errorf(format+": %w", append(args, kind)...))
}

// emitting names the operation that Emit is at. It is "" in a typed method, whose name is found by the caller.
func (a *Assembler) emitting() string {
	if a.op == 0 {
		return ""
	}
	return a.name(a.op)
}
