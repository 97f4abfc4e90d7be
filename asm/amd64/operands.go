package amd64

import (
	"fmt"
	"strings"

	"github.com/wxjit/wxjit/asm"
)

// General registers, by width in bits. A method takes one of the types and no other, so that a register of the wrong
// width does not compile.
type (
	Reg8  uint8
	Reg16 uint8
	Reg32 uint8
	Reg64 uint8
)

// Vector registers, by width: 128 and 256 bits. An XMM register is the low half of the YMM register of its number.
type (
	XMM uint8
	YMM uint8
)

// The 64-bit general registers.
const (
	RAX Reg64 = iota
	RCX
	RDX
	RBX
	RSP
	RBP
	RSI
	RDI
	R8
	R9
	R10
	R11
	R12
	R13
	R14
	R15
)

// The 32-bit general registers. Writing one clears the upper half of the 64-bit register.
const (
	EAX Reg32 = iota
	ECX
	EDX
	EBX
	ESP
	EBP
	ESI
	EDI
	R8D
	R9D
	R10D
	R11D
	R12D
	R13D
	R14D
	R15D
)

// The 16-bit general registers.
const (
	AX Reg16 = iota
	CX
	DX
	BX
	SP
	BP
	SI
	DI
	R8W
	R9W
	R10W
	R11W
	R12W
	R13W
	R14W
	R15W
)

// The 8-bit general registers. AH to BH can't be used in an instruction that has a REX prefix.
const (
	AL Reg8 = iota
	CL
	DL
	BL
	SPL
	BPL
	SIL
	DIL
	R8B
	R9B
	R10B
	R11B
	R12B
	R13B
	R14B
	R15B
	AH
	CH
	DH
	BH
)

// The 128-bit vector registers.
const (
	XMM0 XMM = iota
	XMM1
	XMM2
	XMM3
	XMM4
	XMM5
	XMM6
	XMM7
	XMM8
	XMM9
	XMM10
	XMM11
	XMM12
	XMM13
	XMM14
	XMM15
)

// The 256-bit vector registers.
const (
	YMM0 YMM = iota
	YMM1
	YMM2
	YMM3
	YMM4
	YMM5
	YMM6
	YMM7
	YMM8
	YMM9
	YMM10
	YMM11
	YMM12
	YMM13
	YMM14
	YMM15
)

// Mem is an operand in memory: base + index*scale + displacement, or a place relative to a label. Make it with
// MemBase, MemIndex, MemAbs or MemLabel. It does not say how wide the operand is; the method's name does.
type Mem struct {
	disp  int32
	label asm.Label
	base  Reg64
	index Reg64
	scale uint8 // log2
	kind  memKind
}

type memKind uint8

const (
	memNone  memKind = iota // the zero Mem is no operand
	memBase                 // [base+disp]
	memIndex                // [base+index*scale+disp]
	memOnly                 // [index*scale+disp]
	memAbs                  // [disp]
	memRip                  // [rip+label+disp]
	memScale                // a scale that there is not
)

// MemBase is [base+disp], disp in bytes.
func MemBase(base Reg64, disp int32) Mem { return Mem{base: base, disp: disp, kind: memBase} }

// MemIndex is [base+index*scale+disp], disp in bytes. The scale is 1, 2, 4 or 8; the index is not RSP.
func MemIndex(base, index Reg64, scale int, disp int32) Mem {
	m := Mem{base: base, index: index, disp: disp, kind: memIndex}
	return m.scaled(scale)
}

// MemIndexOnly is [index*scale+disp], disp in bytes. The scale is 1, 2, 4 or 8; the index is not RSP.
func MemIndexOnly(index Reg64, scale int, disp int32) Mem {
	m := Mem{index: index, disp: disp, kind: memOnly}
	return m.scaled(scale)
}

// MemAbs is [disp], an address in the lowest or highest 2 GiB.
func MemAbs(disp int32) Mem { return Mem{disp: disp, kind: memAbs} }

// MemLabel is the memory at a label, by its distance from the instruction: [rip+...].
func MemLabel(l asm.Label) Mem { return Mem{label: l, kind: memRip} }

// MemLabelOff is the memory off bytes after a label.
func MemLabelOff(l asm.Label, off int32) Mem { return Mem{label: l, disp: off, kind: memRip} }

func (m Mem) scaled(scale int) Mem {
	switch scale {
	case 1, 2, 4, 8:
		m.scale = [...]uint8{1: 0, 2: 1, 4: 2, 8: 3}[scale]
	default:
		m.kind = memScale
	}
	return m
}

// String gives the operand in Intel's syntax, with the label as a number.
func (m Mem) String() string {
	var parts []string
	if m.kind == memBase || m.kind == memIndex {
		parts = append(parts, m.base.String())
	}
	if m.kind == memIndex || m.kind == memOnly {
		parts = append(parts, fmt.Sprintf("%v*%d", m.index, 1<<m.scale))
	}
	switch m.kind {
	case memRip:
		parts = append(parts, "rip", fmt.Sprintf("L%d", m.label))
	case memScale:
		parts = append(parts, fmt.Sprintf("%v+%v*?", m.base, m.index))
	case memNone:
		return "[]"
	}
	text := strings.Join(parts, "+")
	if m.disp != 0 || text == "" {
		text += fmt.Sprintf("%+#x", m.disp)
	}
	return "[" + strings.TrimPrefix(text, "+") + "]"
}

var lowNames = [...]string{"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"}

// regName gives the name of general register r with the prefix of its width in front of an old name, or the suffix
// behind a new one.
func regName(r uint8, prefix, suffix string) string {
	if r < 8 {
		return prefix + lowNames[r]
	}
	return fmt.Sprintf("r%d%s", r, suffix)
}

// String gives the register's name in Intel's syntax.
func (r Reg64) String() string { return regName(uint8(r), "r", "") }

// String gives the register's name in Intel's syntax.
func (r Reg32) String() string { return regName(uint8(r), "e", "d") }

// String gives the register's name in Intel's syntax.
func (r Reg16) String() string { return regName(uint8(r), "", "w") }

// String gives the register's name in Intel's syntax.
func (r Reg8) String() string {
	names := [...]string{"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"}
	switch {
	case r <= DIL:
		return names[r]
	case r >= AH && r <= BH:
		return [...]string{"ah", "ch", "dh", "bh"}[r-AH]
	}
	return regName(uint8(r), "", "b")
}

// String gives the register's name in Intel's syntax.
func (x XMM) String() string { return fmt.Sprintf("xmm%d", uint8(x)) }

// String gives the register's name in Intel's syntax.
func (y YMM) String() string { return fmt.Sprintf("ymm%d", uint8(y)) }
