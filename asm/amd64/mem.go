package amd64

import (
	"fmt"
	"strings"

	"github.com/wxjit/wxjit/asm"
)

// Mem is an operand in memory: base + index*scale + displacement, or a place relative to a label. Make it with
// MemBase, MemIndex, MemIndexOnly, MemAbs or MemLabel. It does not say how wide the operand is; the method's name does.
type Mem struct {
	disp  int32
	label asm.Label
	spec  memSpec
}

// MemX, MemY and MemZ are the operands of gathers and scatters: base + index*scale + displacement for each element of
// an XMM, YMM or ZMM register of indices.
type (
	MemX Mem
	MemY Mem
	MemZ Mem
)

// memSpec is all of an operand in memory but its numbers, packed so that it travels in a register.
//
//	31  28 27  26 25   24  23 21 20  18 17  16 15    8 7     0
//	+-----+------+---+-----+-----+------+------+-------+-------+
//	|     |which |vec| a32 | seg | kind | scale| index | base  |
//	+-----+------+---+-----+-----+------+------+-------+-------+
//
// scale is its logarithm, seg the segment's number + 1, vec tells that the index is a vector register.
type memSpec uint32

const (
	specIndex = 8
	specScale = 16
	specSeg   = 21

	memKind memSpec = 7 << 18
	memSeg  memSpec = 7 << specSeg
	memA32  memSpec = 1 << 24
	memVec  memSpec = 1 << 25

	memVecShift = 26 // where it is said which: XMM, YMM or ZMM
)

// Kinds of operands in memory.
const (
	memBase  memSpec = (iota + 1) << 18 // [base+disp]
	memIndex                            // [base+index*scale+disp]
	memOnly                             // [index*scale+disp]
	memAbs                              // [disp]
	memRip                              // [rip+label+disp]
	memScale                            // a scale that there is not
	memNext                             // [rip+disp], from the end of the instruction
)

func (s memSpec) base() uint8  { return uint8(s) }
func (s memSpec) index() uint8 { return uint8(s >> specIndex) }
func (s memSpec) scale() uint8 { return uint8(s>>specScale) & 3 }

// MemBase is [base+disp], disp in bytes.
func MemBase(base Reg64, disp int32) Mem { return Mem{disp: disp, spec: memBase | memSpec(base)} }

// MemIndex is [base+index*scale+disp], disp in bytes. The scale is 1, 2, 4 or 8; the index is not RSP.
func MemIndex(base, index Reg64, scale int, disp int32) Mem {
	return Mem{disp: disp, spec: scaled(memIndex|memSpec(base)|memSpec(index)<<specIndex, scale)}
}

// MemIndexOnly is [index*scale+disp], disp in bytes. The scale is 1, 2, 4 or 8; the index is not RSP.
func MemIndexOnly(index Reg64, scale int, disp int32) Mem {
	return Mem{disp: disp, spec: scaled(memOnly|memSpec(index)<<specIndex, scale)}
}

// MemAbs is [disp], an address in the lowest or highest 2 GiB.
func MemAbs(disp int32) Mem { return Mem{disp: disp, spec: memAbs} }

// MemLabel is the memory at a label, by its distance from the instruction: [rip+...].
func MemLabel(l asm.Label) Mem { return Mem{label: l, spec: memRip} }

// MemLabelOff is the memory off bytes after a label.
func MemLabelOff(l asm.Label, off int32) Mem { return Mem{label: l, disp: off, spec: memRip} }

// MemIndexX is [base+index*scale+disp] for each element of index, disp in bytes. The scale is 1, 2, 4 or 8.
func MemIndexX(base Reg64, index XMM, scale int, disp int32) MemX {
	return MemX(vector(memIndex|memSpec(base), uint8(index), scale, disp))
}

// MemIndexY is [base+index*scale+disp] for each element of index, disp in bytes. The scale is 1, 2, 4 or 8.
func MemIndexY(base Reg64, index YMM, scale int, disp int32) MemY {
	return MemY(vector(memIndex|memSpec(base)|1<<memVecShift, uint8(index), scale, disp))
}

// MemIndexZ is [base+index*scale+disp] for each element of index, disp in bytes. The scale is 1, 2, 4 or 8.
func MemIndexZ(base Reg64, index ZMM, scale int, disp int32) MemZ {
	return MemZ(vector(memIndex|memSpec(base)|2<<memVecShift, uint8(index), scale, disp))
}

// MemIndexOnlyX is [index*scale+disp] for each element of index, disp in bytes. The scale is 1, 2, 4 or 8.
func MemIndexOnlyX(index XMM, scale int, disp int32) MemX {
	return MemX(vector(memOnly, uint8(index), scale, disp))
}

// MemIndexOnlyY is [index*scale+disp] for each element of index, disp in bytes. The scale is 1, 2, 4 or 8.
func MemIndexOnlyY(index YMM, scale int, disp int32) MemY {
	return MemY(vector(memOnly|1<<memVecShift, uint8(index), scale, disp))
}

// MemIndexOnlyZ is [index*scale+disp] for each element of index, disp in bytes. The scale is 1, 2, 4 or 8.
func MemIndexOnlyZ(index ZMM, scale int, disp int32) MemZ {
	return MemZ(vector(memOnly|2<<memVecShift, uint8(index), scale, disp))
}

func vector(s memSpec, index uint8, scale int, disp int32) Mem {
	return Mem{disp: disp, spec: scaled(s|memVec|memSpec(index)<<specIndex, scale)}
}

// Segment is the operand in segment FS or GS, or in another, which then has no base in 64-bit mode.
func (m Mem) Segment(s Seg) Mem {
	m.spec = m.spec&^memSeg | memSpec(min(s, GS+1)+1)<<specSeg
	return m
}

// Segment is the operand in segment FS or GS, or in another, which then has no base in 64-bit mode.
func (m MemX) Segment(s Seg) MemX { return MemX(Mem(m).Segment(s)) }

// Segment is the operand in segment FS or GS, or in another, which then has no base in 64-bit mode.
func (m MemY) Segment(s Seg) MemY { return MemY(Mem(m).Segment(s)) }

// Segment is the operand in segment FS or GS, or in another, which then has no base in 64-bit mode.
func (m MemZ) Segment(s Seg) MemZ { return MemZ(Mem(m).Segment(s)) }

// Address32 is the operand at the address that the lower halves of the registers give: the sum is cut to 32 bits.
func (m Mem) Address32() Mem {
	m.spec |= memA32
	return m
}

func scaled(s memSpec, scale int) memSpec {
	switch scale {
	case 1:
		return s
	case 2:
		return s | 1<<specScale
	case 4:
		return s | 2<<specScale
	case 8:
		return s | 3<<specScale
	}
	return s&^memKind | memScale
}

// String gives the operand in Intel's syntax, with the label as a number.
func (m Mem) String() string { return m.text("") }

// String gives the operand in Intel's syntax.
func (m MemX) String() string { return Mem(m).text("xmm") }

// String gives the operand in Intel's syntax.
func (m MemY) String() string { return Mem(m).text("ymm") }

// String gives the operand in Intel's syntax.
func (m MemZ) String() string { return Mem(m).text("zmm") }

func (m Mem) text(vector string) string {
	general := func(r uint8) string {
		if m.spec&memA32 != 0 {
			return Reg32(r).String()
		}
		return Reg64(r).String()
	}
	var parts []string
	kind := m.spec & memKind
	if kind == memBase || kind == memIndex {
		parts = append(parts, general(m.spec.base()))
	}
	if kind == memIndex || kind == memOnly {
		index := general(m.spec.index())
		if m.spec&memVec != 0 {
			index = fmt.Sprintf("%s%d", vector, m.spec.index())
		}
		parts = append(parts, fmt.Sprintf("%s*%d", index, 1<<m.spec.scale()))
	}
	switch kind {
	case memRip:
		parts = append(parts, "rip", fmt.Sprintf("L%d", m.label))
	case memScale:
		parts = append(parts, fmt.Sprintf("%s+%s*?", general(m.spec.base()), general(m.spec.index())))
	case memNext:
		parts = append(parts, "rip")
	case 0:
		return "[]"
	}
	text := strings.Join(parts, "+")
	if m.disp != 0 || text == "" {
		text += fmt.Sprintf("%+#x", m.disp)
	}
	text = "[" + strings.TrimPrefix(text, "+") + "]"
	if seg := m.spec & memSeg >> specSeg; seg != 0 {
		text = Seg(seg-1).String() + ":" + text
	}
	return text
}
