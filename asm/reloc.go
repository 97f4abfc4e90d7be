package asm

import (
	"encoding/binary"
	"fmt"
)

// RelocKind says how a field of the code encodes the address it refers to. With S the address referred to, A
// the addend, P the address of the field, and Page(x) = x less its low 12 bits:
//
//	kind      field                              value
//	Abs64     8 bytes                            S+A
//	PC8       1 byte,  amd64 rel8                S+A-P
//	PC32      4 bytes, amd64 rel32, [rip+disp]   S+A-P     A is -4, less the bytes that follow the field
//	Slot32    4 bytes, amd64 [rip+disp]          see below
//	Branch26  bits 0-25  of an A64 word          S+A-P     B, BL: a multiple of 4 within ±128 MiB
//	Branch19  bits 5-23  of an A64 word          S+A-P     B.cond, CBZ, LDR (literal): multiple of 4, ±1 MiB
//	Branch14  bits 5-18  of an A64 word          S+A-P     TBZ, TBNZ: multiple of 4, ±32 KiB
//	Adr21     bits 5-23 and 29-30 of an A64 word S+A-P     ADR: any byte within ±1 MiB
//	Page21    bits 5-23 and 29-30 of an A64 word Page(S+A)-Page(P)  ADRP: within ±4 GiB
//	Lo12      bits 10-21 of an A64 word          S+A       ADD (immediate): the low 12 bits, never out of range
//	Veneer26  bits 0-25  of an A64 word          see below
//
// A Slot32 field belongs to CALL, JMP or a load of a 64-bit register through 8 bytes that hold the address S, whose
// distance it has already. If S itself is within reach the instruction becomes one of the same length that goes there
// directly: CALL or JMP with a prefix that means nothing, or LEA; the field is then S+A-P. So it reaches every address, as
// R_X86_64_REX_GOTPCRELX of "System V Application Binary Interface, AMD64", "Optimize GOTPCRELX Relocations", does.
//
// A Veneer26 field belongs to B or BL to a veneer, code that goes on to the address S, whose distance it has already. If S
// itself is within reach the field becomes S+A-P, as a linker does it for R_AARCH64_CALL26 of "ELF for the Arm 64-bit
// Architecture (AArch64)", "Call and Jump relocations".
//
// The letters are those of "System V Application Binary Interface, AMD64", section Relocation Types; the A64
// fields are those of Arm ARM DDI 0487, "A64 instruction set encoding".
type RelocKind uint8

// The kinds of [Reloc].
const (
	Abs64 RelocKind = iota + 1
	PC8
	PC32
	Slot32
	Branch26
	Branch19
	Branch14
	Adr21
	Page21
	Lo12
	Veneer26
)

var relocNames = [...]string{
	Abs64: "Abs64", PC8: "PC8", PC32: "PC32", Slot32: "Slot32", Branch26: "Branch26", Branch19: "Branch19", Branch14: "Branch14",
	Adr21: "Adr21", Page21: "Page21", Lo12: "Lo12", Veneer26: "Veneer26",
}

// String gives the constant's name.
func (k RelocKind) String() string {
	if int(k) < len(relocNames) && relocNames[k] != "" {
		return relocNames[k]
	}
	return fmt.Sprintf("RelocKind(%d)", uint8(k))
}

// Size is the length of the field in bytes; 0 for a kind that does not exist.
func (k RelocKind) Size() int {
	switch k {
	case Abs64:
		return 8
	case PC8:
		return 1
	case PC32, Slot32, Branch26, Branch19, Branch14, Adr21, Page21, Lo12, Veneer26:
		return 4
	}
	return 0
}

// Reloc is a field of an Object's code that depends on where the Object is placed.
type Reloc struct {
	Offset int       // of the field, in bytes from the start of the code
	Kind   RelocKind // how the field encodes its value
	Local  bool      // Target is an offset in this Object's code and not an address
	Target uint64    // S: an address, or an offset where Local
	Symbol string    // S is where another object has this label: Link finds it
	Addend int64     // A
}

// Range gives the least and the greatest value that [RelocKind.Patch] accepts. Some kinds demand a multiple of 4 or 4096 too.
func (k RelocKind) Range() (least, greatest int64) {
	bits, unit := 64, int64(1)
	switch k {
	case PC8:
		bits = 8
	case PC32, Slot32:
		bits = 32
	case Branch26, Veneer26:
		bits, unit = 26, 4
	case Branch19:
		bits, unit = 19, 4
	case Branch14:
		bits, unit = 14, 4
	case Adr21:
		bits = 21
	case Page21:
		bits, unit = 21, 4096
	}
	return -1 << (bits - 1) * unit, (1<<(bits-1) - 1) * unit
}

// Patch writes value into the field that begins at field[0], leaving every other bit as it is, and checks the
// range of the kind. The value is what [RelocKind] lists, for Slot32 and Veneer26 the distance of the slot or veneer. The
// error wraps [ErrRange]; the field is unchanged then.
func (k RelocKind) Patch(field []byte, value int64) error {
	if len(field) < k.Size() || k.Size() == 0 {
		return fmt.Errorf("%v: field of %d bytes: %w", k, len(field), ErrRange)
	}
	least, greatest := k.Range()
	misaligned := value&3 != 0 && (k == Branch26 || k == Branch19 || k == Branch14 || k == Veneer26) || value&0xfff != 0 && k == Page21
	switch {
	case misaligned:
		return fmt.Errorf("%v: distance %#x is not a multiple of what the field counts: %w", k, value, ErrRange)
	case value < least || value > greatest:
		return fmt.Errorf("%v: distance %d does not fit: %w", k, value, ErrRange)
	}
	switch k {
	case Abs64:
		binary.LittleEndian.PutUint64(field, uint64(value))
	case PC8:
		field[0] = byte(value)
	case PC32, Slot32:
		binary.LittleEndian.PutUint32(field, uint32(value))
	case Branch26, Veneer26:
		patchBits(field, value>>2, 26, 0)
	case Branch19:
		patchBits(field, value>>2, 19, 5)
	case Branch14:
		patchBits(field, value>>2, 14, 5)
	case Adr21:
		patchAdr(field, value)
	case Page21:
		patchAdr(field, value>>12)
	case Lo12:
		patchBits(field, value, 12, 10)
	}
	return nil
}

// patchBits puts the low bits of value at bit shift of an A64 word.
func patchBits(field []byte, value int64, bits, shift uint) {
	mask := uint32(1)<<bits - 1
	w := binary.LittleEndian.Uint32(field) &^ (mask << shift)
	binary.LittleEndian.PutUint32(field, w|uint32(value)&mask<<shift)
}

// patchAdr puts the 21 bits of ADR and ADRP where they belong.
func patchAdr(field []byte, value int64) {
	patchBits(field, value, 2, 29)
	patchBits(field, value>>2, 19, 5)
}

// place resolves r in code, which will stand at address addr.
func (r Reloc) place(code []byte, addr uint64) error {
	s, p := r.Target, addr+uint64(r.Offset)
	if r.Local {
		s += addr
	}
	s += uint64(r.Addend)
	switch r.Kind {
	case Abs64, Lo12:
		return r.Kind.Patch(code[r.Offset:], int64(s))
	case Page21:
		return r.Kind.Patch(code[r.Offset:], int64(s&^0xfff-p&^0xfff))
	case Slot32:
		return slot(code, r.Offset, int64(s-p))
	case Veneer26:
		return veneer(code[r.Offset:], int64(s-p))
	}
	return r.Kind.Patch(code[r.Offset:], int64(s-p))
}

// slot makes the instruction of a Slot32 field direct, if value fits: the field is at code[off:].
func slot(code []byte, off int, value int64) error {
	if value != int64(int32(value)) {
		return nil
	}
	if off < 2 {
		return fmt.Errorf("%v: no instruction before the field: %w", Slot32, ErrRange)
	}
	opcode := code[off-2 : off]
	switch {
	case opcode[0] == 0xff && opcode[1] == 0x15: // CALL [rip+disp32]
		opcode[0], opcode[1] = 0x67, 0xe8 // address-size prefix, CALL rel32
	case opcode[0] == 0xff && opcode[1] == 0x25: // JMP [rip+disp32]
		opcode[0], opcode[1] = 0x67, 0xe9
	case opcode[0] == 0x8b && opcode[1]&0xc7 == 5: // MOV r64, [rip+disp32]
		opcode[0] = 0x8d // LEA
	default:
		return fmt.Errorf("%v: %x is no CALL, JMP or MOV through a slot: %w", Slot32, opcode, ErrRange)
	}
	binary.LittleEndian.PutUint32(code[off:], uint32(value))
	return nil
}

// veneer makes the instruction of a Veneer26 field direct, if value fits.
func veneer(field []byte, value int64) error {
	if w := binary.LittleEndian.Uint32(field); w&0x7c000000 != 0x14000000 {
		return fmt.Errorf("%v: %#08x is no B or BL: %w", Veneer26, w, ErrRange)
	}
	if least, greatest := Veneer26.Range(); value < least || value > greatest {
		return nil
	}
	return Veneer26.Patch(field, value)
}
