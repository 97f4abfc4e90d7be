package arm64

import "fmt"

// Registers by class and width. A method takes one of the types and no other, so that a register of the wrong class does
// not compile.
type (
	X uint8 // 64-bit general register, or XZR
	W uint8 // the low half of one, or WZR
	P uint8 // the stack pointer, which shares its number with XZR
	D uint8 // 64-bit floating-point register
	S uint8 // 32-bit floating-point register
)

// Cond is a condition on the flags: Arm ARM DDI 0487, "Condition codes".
type Cond uint8

// The conditions. After FCMP with a NaN, of those with a sense of order only LT, LE and NE hold, and VS.
const (
	EQ Cond = iota // equal
	NE             // not equal
	HS             // unsigned higher or same
	LO             // unsigned lower
	MI             // minus
	PL             // plus or zero
	VS             // overflow, or unordered
	VC             // no overflow
	HI             // unsigned higher
	LS             // unsigned lower or same
	GE             // signed greater or equal
	LT             // signed less
	GT             // signed greater
	LE             // signed less or equal
	AL             // always
)

var condNames = [...]string{"eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al"}

// String gives the name in the assembler's syntax.
func (c Cond) String() string {
	if int(c) < len(condNames) {
		return condNames[c]
	}
	return fmt.Sprintf("Cond(%d)", uint8(c))
}

// SP is the stack pointer.
const SP P = 32

// Mem is an operand in memory. Make it with MemOff, MemPre, MemPost or MemIndex.
type Mem struct {
	off   int
	base  uint8 // X, or 32 for SP
	index X
	shift uint8
	kind  memKind
}

type memKind uint8

const (
	memNone  memKind = iota // the zero Mem is no operand
	memOff                  // [base, #off]
	memPre                  // [base, #off]!
	memPost                 // [base], #off
	memIndex                // [base, index, lsl #shift]
)

// Base is what an address can begin with: a general register but XZR, or SP.
type Base interface{ X | P }

// MemOff is [base, #off], off in bytes. What offsets there are depends on the instruction: for a load or store of n bytes
// the multiples of n from 0 to 4095n, and anything from -256 to 255.
func MemOff[B Base](base B, off int) Mem { return Mem{base: uint8(base), off: off, kind: memOff} }

// MemPre is [base, #off]!: base becomes base+off, which is the address.
func MemPre[B Base](base B, off int) Mem { return Mem{base: uint8(base), off: off, kind: memPre} }

// MemPost is [base], #off: base is the address, and then becomes base+off.
func MemPost[B Base](base B, off int) Mem { return Mem{base: uint8(base), off: off, kind: memPost} }

// MemIndex is [base, index, lsl #shift]. The shift is 0 or the one that multiplies by the size of the access.
func MemIndex[B Base](base B, index X, shift int) Mem {
	return Mem{base: uint8(base), index: index, shift: uint8(min(uint(shift), 255)), kind: memIndex}
}

// String gives the operand in the assembler's syntax.
func (m Mem) String() string {
	base := X(m.base).String()
	if m.base == uint8(SP) {
		base = "sp"
	}
	switch m.kind {
	case memOff:
		if m.off == 0 {
			return "[" + base + "]"
		}
		return fmt.Sprintf("[%s, #%d]", base, m.off)
	case memPre:
		return fmt.Sprintf("[%s, #%d]!", base, m.off)
	case memPost:
		return fmt.Sprintf("[%s], #%d", base, m.off)
	case memIndex:
		if m.shift == 0 {
			return fmt.Sprintf("[%s, %v]", base, m.index)
		}
		return fmt.Sprintf("[%s, %v, lsl #%d]", base, m.index, m.shift)
	}
	return "[]"
}

// String gives the name in the assembler's syntax.
func (r X) String() string { return generalName("x", uint8(r)) }

// String gives the name in the assembler's syntax.
func (r W) String() string { return generalName("w", uint8(r)) }

// String gives the name in the assembler's syntax.
func (r P) String() string { return "sp" }

// String gives the name in the assembler's syntax.
func (r D) String() string { return fmt.Sprintf("d%d", uint8(r)) }

// String gives the name in the assembler's syntax.
func (r S) String() string { return fmt.Sprintf("s%d", uint8(r)) }

func generalName(class string, r uint8) string {
	if r == 31 {
		return class + "zr"
	}
	return fmt.Sprintf("%s%d", class, r)
}
