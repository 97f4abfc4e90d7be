package arm64

import "fmt"

// Registers by class and width. A method takes one of the types and no other, so that a register of the wrong class does
// not compile. V is any vector register: its methods give it an arrangement, or one of its elements.
type (
	X  uint8 // 64-bit general register, or XZR
	W  uint8 // the low half of one, or WZR
	P  uint8 // the stack pointer, SP, which shares its number with XZR
	WP uint8 // its low half, WSP
	B  uint8 // 8-bit floating-point register
	H  uint8 // 16-bit floating-point register
	S  uint8 // 32-bit floating-point register
	D  uint8 // 64-bit floating-point register
	Q  uint8 // 128-bit floating-point register
)

// The stack pointer.
const (
	SP  P  = 32
	WSP WP = 32
)

// register is a general register with a shift or an extension: its number, the kind and the amount, a byte each from the
// lowest on, and whether all 64 bits are meant.
type register uint32

const wide register = 1 << 24

func (r register) reg() uint8    { return uint8(r) }
func (r register) kind() uint8   { return uint8(r >> 8) }
func (r register) amount() uint8 { return uint8(r >> 16) }
func (r register) wide() bool    { return r&wide != 0 }

// registerOf gives a register with a shift or an extension.
func registerOf(reg uint8, kind register, amount int) register {
	return register(reg) | kind<<8 | register(clamp(amount))<<16
}

func clamp(n int) uint8 { return uint8(min(uint(n), 255)) }

// Kinds of shift.
const (
	lsl = iota
	lsr
	asr
	ror
)

// Kinds of extension.
const (
	uxtb = iota
	uxth
	uxtw
	uxtx
	sxtb
	sxth
	sxtw
	sxtx
)

var (
	shiftNames  = [...]string{"lsl", "lsr", "asr", "ror"}
	extendNames = [...]string{"uxtb", "uxth", "uxtw", "uxtx", "sxtb", "sxth", "sxtw", "sxtx"}
)

// String gives the extended register in the assembler's syntax, for errors.
func (r register) String() string { return Extended{r}.String() }

// ShiftedX is an X register with a shift.
type ShiftedX struct{ r register }

// ShiftedW is a W register with a shift.
type ShiftedW struct{ r register }

// Extended is a W register that is extended to the width of the other operands, or an X register, shifted left by up to 4
// bits.
type Extended struct{ r register }

// LSL is the register shifted left by 0 to 63 bits.
func (r X) LSL(n int) ShiftedX { return ShiftedX{wide | registerOf(uint8(r), lsl, n)} }

// LSR is the register shifted right by 0 to 63 bits.
func (r X) LSR(n int) ShiftedX { return ShiftedX{wide | registerOf(uint8(r), lsr, n)} }

// ASR is the register shifted right by 0 to 63 bits, with its sign.
func (r X) ASR(n int) ShiftedX { return ShiftedX{wide | registerOf(uint8(r), asr, n)} }

// ROR is the register rotated right by 0 to 63 bits.
func (r X) ROR(n int) ShiftedX { return ShiftedX{wide | registerOf(uint8(r), ror, n)} }

// LSL is the register shifted left by 0 to 31 bits.
func (r W) LSL(n int) ShiftedW { return ShiftedW{registerOf(uint8(r), lsl, n)} }

// LSR is the register shifted right by 0 to 31 bits.
func (r W) LSR(n int) ShiftedW { return ShiftedW{registerOf(uint8(r), lsr, n)} }

// ASR is the register shifted right by 0 to 31 bits, with its sign.
func (r W) ASR(n int) ShiftedW { return ShiftedW{registerOf(uint8(r), asr, n)} }

// ROR is the register rotated right by 0 to 31 bits.
func (r W) ROR(n int) ShiftedW { return ShiftedW{registerOf(uint8(r), ror, n)} }

// UXTX is the whole register, shifted left by 0 to 4 bits.
func (r X) UXTX(n int) Extended { return Extended{wide | registerOf(uint8(r), uxtx, n)} }

// SXTX is the whole register, shifted left by 0 to 4 bits.
func (r X) SXTX(n int) Extended { return Extended{wide | registerOf(uint8(r), sxtx, n)} }

// UXTB is the lowest byte, with zeros, shifted left by 0 to 4 bits.
func (r W) UXTB(n int) Extended { return Extended{registerOf(uint8(r), uxtb, n)} }

// UXTH is the lower half, with zeros, shifted left by 0 to 4 bits.
func (r W) UXTH(n int) Extended { return Extended{registerOf(uint8(r), uxth, n)} }

// UXTW is the register, with zeros, shifted left by 0 to 4 bits.
func (r W) UXTW(n int) Extended { return Extended{registerOf(uint8(r), uxtw, n)} }

// UXTX is the register where nothing is extended; UXTW is more usual. It exists since it has an encoding.
func (r W) UXTX(n int) Extended { return Extended{registerOf(uint8(r), uxtx, n)} }

// SXTB is the lowest byte, with its sign, shifted left by 0 to 4 bits.
func (r W) SXTB(n int) Extended { return Extended{registerOf(uint8(r), sxtb, n)} }

// SXTH is the lower half, with its sign, shifted left by 0 to 4 bits.
func (r W) SXTH(n int) Extended { return Extended{registerOf(uint8(r), sxth, n)} }

// SXTW is the register, with its sign, shifted left by 0 to 4 bits.
func (r W) SXTW(n int) Extended { return Extended{registerOf(uint8(r), sxtw, n)} }

// SXTX is the register where nothing is extended; SXTW is more usual. It exists since it has an encoding.
func (r W) SXTX(n int) Extended { return Extended{registerOf(uint8(r), sxtx, n)} }

// String gives the operand in the assembler's syntax.
func (s ShiftedX) String() string { return shiftedName("x", s.r) }

// String gives the operand in the assembler's syntax.
func (s ShiftedW) String() string { return shiftedName("w", s.r) }

// String gives the operand in the assembler's syntax.
func (e Extended) String() string {
	class := "w"
	if e.r.wide() {
		class = "x"
	}
	text := generalName(class, e.r.reg()) + ", " + extendNames[e.r.kind()&7]
	if e.r.amount() > 0 {
		text += fmt.Sprintf(" #%d", e.r.amount())
	}
	return text
}

func shiftedName(class string, r register) string {
	return fmt.Sprintf("%s, %s #%d", generalName(class, r.reg()), shiftNames[r.kind()&3], r.amount())
}

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
	NV             // always, too
)

var condNames = [...]string{"eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al", "nv"}

// Not is the opposite of a condition. AL and NV have none: they are each other's.
func (c Cond) Not() Cond { return c ^ 1 }

// String gives the name in the assembler's syntax.
func (c Cond) String() string {
	if int(c) < len(condNames) {
		return condNames[c]
	}
	return fmt.Sprintf("Cond(%d)", uint8(c))
}

// String gives the name in the assembler's syntax.
func (r X) String() string { return generalName("x", uint8(r)) }

// String gives the name in the assembler's syntax.
func (r W) String() string { return generalName("w", uint8(r)) }

// String gives the name in the assembler's syntax.
func (r P) String() string { return "sp" }

// String gives the name in the assembler's syntax.
func (r WP) String() string { return "wsp" }

// String gives the name in the assembler's syntax.
func (r B) String() string { return fmt.Sprintf("b%d", uint8(r)) }

// String gives the name in the assembler's syntax.
func (r H) String() string { return fmt.Sprintf("h%d", uint8(r)) }

// String gives the name in the assembler's syntax.
func (r S) String() string { return fmt.Sprintf("s%d", uint8(r)) }

// String gives the name in the assembler's syntax.
func (r D) String() string { return fmt.Sprintf("d%d", uint8(r)) }

// String gives the name in the assembler's syntax.
func (r Q) String() string { return fmt.Sprintf("q%d", uint8(r)) }

func generalName(class string, r uint8) string {
	if r == 31 {
		return class + "zr"
	}
	return fmt.Sprintf("%s%d", class, r)
}
