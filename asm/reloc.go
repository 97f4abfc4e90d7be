package asm

import (
	"encoding/binary"
	"fmt"
)

// RelocKind says how a field of the code encodes the address it refers to. With S the address referred to, A
// the addend and P the address of the field:
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
//
// A Slot32 field belongs to CALL, JMP or a load of a 64-bit register through 8 bytes that hold the address S, whose
// distance it has already. If S itself is within reach the instruction becomes one of the same length that goes there
// directly: CALL or JMP with a prefix that means nothing, or LEA; the field is then S+A-P. So it reaches every address, as
// R_X86_64_REX_GOTPCRELX of "System V Application Binary Interface, AMD64", "Optimize GOTPCRELX Relocations", does.
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
)

var relocNames = [...]string{Abs64: "Abs64", PC8: "PC8", PC32: "PC32", Slot32: "Slot32", Branch26: "Branch26", Branch19: "Branch19", Branch14: "Branch14", Adr21: "Adr21"}

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
	case PC32, Slot32, Branch26, Branch19, Branch14, Adr21:
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

// Patch writes value into the field that begins at field[0], leaving every other bit as it is, and checks the
// range of the kind. The value is what [RelocKind] lists: S+A, or S+A-P. The error wraps [ErrRange]; the
// field is unchanged then.
func (k RelocKind) Patch(field []byte, value int64) error {
	if len(field) < k.Size() || k.Size() == 0 {
		return fmt.Errorf("%v: field of %d bytes: %w", k, len(field), ErrRange)
	}
	switch k {
	case Abs64:
		binary.LittleEndian.PutUint64(field, uint64(value))
	case PC8:
		if !fits(value, 8) {
			return outOfRange(k, value)
		}
		field[0] = byte(value)
	case PC32, Slot32:
		if !fits(value, 32) {
			return outOfRange(k, value)
		}
		binary.LittleEndian.PutUint32(field, uint32(value))
	case Branch26:
		return patchWord(k, field, value, 26, 0)
	case Branch19:
		return patchWord(k, field, value, 19, 5)
	case Branch14:
		return patchWord(k, field, value, 14, 5)
	case Adr21:
		if !fits(value, 21) {
			return outOfRange(k, value)
		}
		w := binary.LittleEndian.Uint32(field) &^ (0x3<<29 | 0x7ffff<<5)
		w |= uint32(value)&3<<29 | uint32(value>>2)&0x7ffff<<5
		binary.LittleEndian.PutUint32(field, w)
	}
	return nil
}

// patchWord puts a distance, counted in instructions, into bits [shift, shift+bits) of an A64 word.
// slot makes the instruction of a Slot32 field direct, if value fits: the field is at code[off:].
func slot(code []byte, off int, value int64) error {
	if !fits(value, 32) {
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

func patchWord(k RelocKind, field []byte, value int64, bits, shift uint) error {
	if value&3 != 0 {
		return fmt.Errorf("%v: distance %#x is not a multiple of 4: %w", k, value, ErrRange)
	}
	if !fits(value>>2, bits) {
		return outOfRange(k, value)
	}
	mask := uint32(1)<<bits - 1
	w := binary.LittleEndian.Uint32(field) &^ (mask << shift)
	binary.LittleEndian.PutUint32(field, w|uint32(value>>2)&mask<<shift)
	return nil
}

// fits tells whether v is a two's complement number of the given width.
func fits(v int64, bits uint) bool {
	return v>>(bits-1) == 0 || v>>(bits-1) == -1
}

func outOfRange(k RelocKind, value int64) error {
	return fmt.Errorf("%v: distance %d does not fit: %w", k, value, ErrRange)
}
