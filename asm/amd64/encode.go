package amd64

import (
	"encoding/binary"
	"fmt"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/internal/core"
)

// form is an encoding, as a row of the manual's opcode column gives it: Intel SDM Vol. 2A, "Opcode Column in the
// Instruction Summary Table". It is a constant in the method of its instruction.
//
//	63              32 31  21  20   19  18   16 15 13  12  11 10 9   8 7      0
//	+-----------------+------+---+-----+-------+-----+---+-----+-----+--------+
//	| extension       |  0   | L | vex | digit |  0  | W | pp  | map | opcode |
//	+-----------------+------+---+-----+-------+-----+---+-----+-----+--------+
type form uint64

const (
	// Opcode maps: one byte, 0F, 0F 38, 0F 3A.
	map0F   form = 1 << 8
	map0F38 form = 2 << 8
	map0F3A form = 3 << 8

	// Mandatory prefixes, in the order of VEX.pp.
	p66 form = 1 << 10
	pF3 form = 2 << 10
	pF2 form = 3 << 10

	// W: REX.W, or VEX.W1.
	w1 form = 1 << 12

	// /digit is ModRM.reg.
	digitShift = 16

	vex  form = 1 << 19
	l256 form = 1 << 20

	needsShift      = 32
	sse41      form = form(SSE41) << needsShift
	avx        form = form(AVX) << needsShift
	cetIBT     form = form(CETIBT) << needsShift
)

// digit is /n.
func digit(n form) form { return n << digitShift }

func (f form) opcode() byte    { return byte(f) }
func (f form) opcodeMap() uint { return uint(f>>8) & 3 }
func (f form) pp() uint        { return uint(f>>10) & 3 }
func (f form) w() byte         { return byte(f>>12) & 1 }
func (f form) digit() uint8    { return uint8(f>>digitShift) & 7 }

var ppBytes = [...]byte{1: 0x66, 2: 0xf3, 3: 0xf2}

// inst is an instruction in the making: bytes and how many. There is always room for the longest, and some more.
type inst struct {
	b *[core.MaxInst]byte
	n uint
}

// begin makes room for an instruction, and checks that its extension is allowed and its registers exist: used is all
// their numbers ORed.
func (a *Assembler) begin(f form, used uint8) inst {
	if used > 15 || Features(f>>needsShift)&a.denied != 0 {
		a.refuseForm(f, used)
	}
	a.s.Room()
	n := len(a.s.Buf)
	return inst{b: (*[core.MaxInst]byte)(a.s.Buf[n : n+core.MaxInst])}
}

// end adds the instruction to the code.
func (a *Assembler) end(i inst) {
	a.s.Buf = a.s.Buf[:uint(len(a.s.Buf))+i.n]
}

// The methods of inst give the instruction with something more behind, so that it can stay in registers.

func (i inst) byte(v byte) inst {
	i.b[i.n%core.MaxInst] = v
	return inst{i.b, i.n + 1}
}

func (i inst) imm8(v int8) inst { return i.byte(byte(v)) }

func (i inst) imm32(v int32) inst {
	binary.LittleEndian.PutUint32(i.b[i.n&15:], uint32(v))
	return inst{i.b, i.n + 4}
}

func (i inst) imm64(v int64) inst {
	binary.LittleEndian.PutUint64(i.b[i.n&15:], uint64(v))
	return inst{i.b, i.n + 8}
}

// prefix writes all that stands before ModRM. Registers are given by their 4-bit numbers: reg for ModRM.reg, index for
// SIB.index, rm for ModRM.rm or SIB.base, v for VEX.vvvv.
func (i inst) prefix(f form, reg, index, rm, v uint8, rex bool) inst {
	if f&vex != 0 {
		return i.vexPrefix(f, reg, index, rm, v)
	}
	if p := f.pp(); p != 0 {
		i = i.byte(ppBytes[p])
	}
	if r := f.w()<<3 | reg>>3<<2 | index>>3<<1 | rm>>3; r != 0 || rex {
		i = i.byte(0x40 | r)
	}
	switch f.opcodeMap() {
	case 1:
		i = i.byte(0x0f)
	case 2:
		i = i.byte(0x0f)
		i = i.byte(0x38)
	case 3:
		i = i.byte(0x0f)
		i = i.byte(0x3a)
	}
	return i.byte(f.opcode())
}

// vexPrefix writes VEX and the opcode: Intel SDM Vol. 2A, "The VEX Prefix".
//
//	C5  R vvvv L pp
//	C4  R X B mmmmm  W vvvv L pp      R, X, B and vvvv inverted
func (i inst) vexPrefix(f form, reg, index, rm, v uint8) inst {
	last := ^v&15<<3 | byte(f>>20)&1<<2 | byte(f.pp())
	if f.opcodeMap() == 1 && f.w() == 0 && index < 8 && rm < 8 {
		i = i.byte(0xc5)
		i = i.byte(^reg>>3&1<<7 | last)
	} else {
		i = i.byte(0xc4)
		i = i.byte(^reg>>3&1<<7 | ^index>>3&1<<6 | ^rm>>3&1<<5 | byte(f.opcodeMap()))
		i = i.byte(f.w()<<7 | last)
	}
	return i.byte(f.opcode())
}

// regs emits an instruction whose operands are registers, with an immediate of size bytes behind.
func (a *Assembler) regs(f form, reg, rm, v uint8, imm int32, size uint) {
	i := a.begin(f, reg|rm|v)
	i = i.prefix(f, reg, 0, rm, v, false)
	i = i.byte(0xc0 | reg&7<<3 | rm&7)
	i = i.immediate(imm, size)
	a.end(i)
}

// immediate writes an immediate of 0, 1 or 4 bytes.
func (i inst) immediate(imm int32, size uint) inst {
	switch size {
	case 1:
		i = i.imm8(int8(imm))
	case 4:
		i = i.imm32(imm)
	}
	return i
}

// mem emits an instruction with an operand in memory, with an immediate of size bytes behind.
func (a *Assembler) mem(f form, reg uint8, m Mem, v uint8, imm int32, size uint) {
	i := a.begin(f, reg|uint8(m.index)|uint8(m.base)|v)
	switch m.kind {
	case memBase:
		i = i.prefix(f, reg, 0, uint8(m.base), v, false)
		i = i.modRM(reg, 4, uint8(m.base), m.disp, m.base&7 == RSP, 0)
	case memIndex:
		if m.index == RSP {
			a.refuse(m, "index register rsp")
			return
		}
		i = i.prefix(f, reg, uint8(m.index), uint8(m.base), v, false)
		i = i.modRM(reg, uint8(m.index), uint8(m.base), m.disp, true, m.scale)
	case memOnly, memAbs:
		index := uint8(4) // none
		if m.kind == memOnly {
			if index = uint8(m.index); m.index == RSP {
				a.refuse(m, "index register rsp")
				return
			}
		}
		i = i.prefix(f, reg, index, 0, v, false)
		i = i.byte(reg&7<<3 | 4)
		i = i.byte(m.scale<<6 | index&7<<3 | 5)
		i = i.imm32(m.disp)
	case memRip:
		i = i.prefix(f, reg, 0, 0, v, false)
		i = i.byte(reg&7<<3 | 5)
		a.s.Refer("", len(a.s.Buf)+int(i.n), asm.PC32, m.label, int64(m.disp)-4-int64(size))
		i = i.imm32(0)
	case memScale:
		a.refuse(m, "scale is not 1, 2, 4 or 8")
		return
	default:
		a.refuse(m, "not made by a Mem function")
		return
	}
	i = i.immediate(imm, size)
	a.end(i)
}

// modRM writes ModRM, SIB where there is one, and the displacement: Intel SDM Vol. 2A, "ModR/M and SIB Bytes". Without
// displacement the base rbp or r13 would mean none, so that those get one of 8 bits.
func (i inst) modRM(reg, index, base uint8, disp int32, sib bool, scale uint8) inst {
	mod := byte(0x80)
	switch {
	case disp == 0 && base&7 != 5:
		mod = 0
	case disp == int32(int8(disp)):
		mod = 0x40
	}
	if sib {
		i = i.byte(mod | reg&7<<3 | 4)
		i = i.byte(scale<<6 | index&7<<3 | base&7)
	} else {
		i = i.byte(mod | reg&7<<3 | base&7)
	}
	switch mod {
	case 0x40:
		i = i.imm8(int8(disp))
	case 0x80:
		i = i.imm32(disp)
	}
	return i
}

// opReg emits an instruction with the register in the low bits of its opcode.
func (a *Assembler) opReg(f form, r uint8) {
	i := a.begin(f, r)
	i = i.prefix(f+form(r&7), 0, 0, r, 0, false)
	a.end(i)
}

// op emits an instruction without operands.
func (a *Assembler) op(f form) {
	i := a.begin(f, 0)
	i = i.prefix(f, 0, 0, 0, 0, false)
	a.end(i)
}

// branch emits an instruction whose operand is a label, by a distance of 32 bits.
func (a *Assembler) branch(f form, l asm.Label) {
	i := a.begin(f, 0)
	i = i.prefix(f, 0, 0, 0, 0, false)
	a.s.Refer("", len(a.s.Buf)+int(i.n), asm.PC32, l, -4)
	i = i.imm32(0)
	a.end(i)
}

// branchTo emits an instruction whose operand is an address, by a distance of 32 bits.
func (a *Assembler) branchTo(f form, addr uint64) {
	i := a.begin(f, 0)
	i = i.prefix(f, 0, 0, 0, 0, false)
	a.s.Relocate(len(a.s.Buf)+int(i.n), asm.PC32, addr, -4)
	i = i.imm32(0)
	a.end(i)
}

// arith emits one of the eight operations of opcodes 00 to 3F with an immediate: the shortest of three encodings.
func (a *Assembler) arith(f form, rm uint8, imm int32) {
	switch w := f & w1; {
	case imm == int32(int8(imm)): // 83 /digit ib
		a.regs(0x83|f, f.digit(), rm, 0, imm, 1)
	case rm == 0: // eax or rax: 05+digit*8 id
		i := a.begin(f, 0)
		i = i.prefix(w|form(f.digit())<<3|5, 0, 0, 0, 0, false)
		i = i.imm32(imm)
		a.end(i)
	default: // 81 /digit id
		a.regs(0x81|f, f.digit(), rm, 0, imm, 4)
	}
}

// arithMem is arith for an operand in memory.
func (a *Assembler) arithMem(f form, m Mem, imm int32) {
	if imm == int32(int8(imm)) {
		a.mem(0x83|f, f.digit(), m, 0, imm, 1)
	} else {
		a.mem(0x81|f, f.digit(), m, 0, imm, 4)
	}
}

// imul emits the shorter of the two encodings of a multiplication by an immediate.
func (a *Assembler) imul(f form, dst, src uint8, imm int32) {
	if imm == int32(int8(imm)) {
		a.regs(f|0x6b, dst, src, 0, imm, 1)
	} else {
		a.regs(f|0x69, dst, src, 0, imm, 4)
	}
}

// shift emits a shift by a constant less than the width in bits.
func (a *Assembler) shift(f form, rm, imm, width uint8) {
	switch {
	case imm >= width:
		a.s.Fail("", "", fmt.Errorf("shift of %d bits by %d: %w", width, imm, asm.ErrRange))
	case imm == 1:
		a.regs(f|0xd1, f.digit(), rm, 0, 0, 0)
	default:
		a.regs(f|0xc1, f.digit(), rm, 0, int32(imm), 1)
	}
}

// movImm emits the shortest of the three ways to load a constant into a 64-bit register. Writing the lower half clears
// the upper.
func (a *Assembler) movImm(r uint8, imm int64) {
	switch {
	case imm == int64(uint32(imm)):
		i := a.begin(0, r)
		i = i.prefix(0xb8+form(r&7), 0, 0, r, 0, false)
		i = i.imm32(int32(imm))
		a.end(i)
	case imm == int64(int32(imm)):
		a.regs(w1|0xc7, 0, r, 0, int32(imm), 4)
	default:
		i := a.begin(0, r)
		i = i.prefix(w1|(0xb8+form(r&7)), 0, 0, r, 0, false)
		i = i.imm64(imm)
		a.end(i)
	}
}

// byteReg gives the number of an 8-bit register and whether it needs a REX prefix. AH to BH have the numbers of SPL to
// DIL without one.
func byteReg(r Reg8) (n uint8, rex, high bool) {
	if r >= AH && r <= BH {
		return uint8(r-AH) + 4, false, true
	}
	return uint8(r), r >= SPL && r <= DIL, false
}

// regs8 is regs for an 8-bit ModRM.rm.
func (a *Assembler) regs8(f form, reg uint8, rm Reg8) {
	n, rex, high := byteReg(rm)
	if high && (reg >= 8 || f&w1 != 0) {
		a.s.Fail("", rm.String(), fmt.Errorf("not together with a REX prefix: %w", asm.ErrOperands))
		return
	}
	i := a.begin(f, reg|n)
	i = i.prefix(f, reg, 0, n, 0, rex)
	i = i.byte(0xc0 | reg&7<<3 | n&7)
	a.end(i)
}

func (a *Assembler) refuse(m Mem, why string) {
	a.s.Fail("", m.String(), fmt.Errorf("%s: %w", why, asm.ErrOperands))
}

func (a *Assembler) refuseForm(f form, used uint8) {
	if used > 15 {
		a.s.Fail("", "", fmt.Errorf("no such register: %w", asm.ErrOperands))
		return
	}
	a.s.Fail("", "", fmt.Errorf("%v: %w", Features(f>>needsShift)&a.denied, asm.ErrFeature))
}
