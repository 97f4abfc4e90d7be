package amd64

import (
	"encoding/binary"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/internal/core"
)

// form is an encoding, as a row of the manual's opcode column gives it: Intel SDM Vol. 2A, "Opcode Column in the
// Instruction Summary Table". It is a constant in the method of its instruction and in the table behind Emit.
//
//	63   56  54   52 51 50  48 47     32 31  28 26 24 23    16 15           0
//	+------+--+-----+--+------+---------+------+-----+--------+--------------+
//	| need |  |digit|W |      | prefix  | imm  |skip | opcode | escape bytes |  legacy
//	+------+--+-----+--+------+---------+------+-----+--------+--------------+
//	| need |  |digit|  |      |  P2     | imm  | N   | opcode | P1   | map   |  VEX and EVEX
//	+------+--+-----+--+------+---------+------+-----+--------+--------------+
//
// need is the number of a set of extensions, imm the number of bytes of the immediate, skip how many of the escape
// bytes are not there, N the logarithm of what an EVEX displacement of 8 bits is multiplied with. P1 is the last byte of
// VEX and the second of EVEX without vvvv, P2 the last byte of EVEX without mask and V'.
type form uint64

const (
	op = 16 // where the opcode is

	// Legacy: opcode maps, mandatory prefixes (in front of them 66 for 16-bit operands), REX.W.
	map1    form = 2 << 24 // one byte
	map0F   form = 1<<24 | 0x0f00
	map0F38 form = 0x380f
	map0F3A form = 0x3a0f
	after   form = 1 << 24 // another byte of opcode
	p66     form = 0x66 << 32
	pF3     form = 0xf3 << 32
	pF2     form = 0xf2 << 32
	p66F3   form = 0xf366 << 32
	p66F2   form = 0xf266 << 32
	p67     form = 0x67 << 32
	w1      form = 1 << 51

	// VEX and EVEX: maps, prefixes, W, vector length.
	v0F   form = 1
	v0F38 form = 2
	v0F3A form = 3
	v66   form = 1 << 8
	vF3   form = 2 << 8
	vF2   form = 3 << 8
	vw1   form = 1 << 15
	l256  form = 1 << 10
	e256  form = 1 << 37
	e512  form = 2 << 37
	eb    form = 1 << 36 // broadcast, embedded rounding or suppressed exceptions
	disp8 form = 1 << 24 // times the logarithm

	imm8  form = 1 << 28
	imm16 form = 2 << 28
	imm24 form = 3 << 28
	imm32 form = 4 << 28
	imm64 form = 8 << 28

	// /digit is ModRM.reg.
	digit form = 1 << 52

	needShift = 56
)

func (f form) digit() uint8 { return uint8(f>>52) & 7 }
func (f form) immLen() uint { return uint(f>>28) & 15 }

// The number of bytes of an instruction is kept in bits while it is in the making.

// word gives the opcode with its escape bytes.
func (f form) word() (w uint64, n uint) {
	skip := uint(f>>21) & 24
	return uint64(f&0xffffff) >> skip, 24 - skip
}

// prefixed puts REX, if it has a bit set, and the mandatory prefixes in front of w.
func (f form) prefixed(w uint64, n uint, rex uint8) (uint64, uint) {
	if rex |= uint8(f>>48) & 8; rex != 0 {
		w = w<<8 | uint64(rex&15|0x40)
		n += 8
	}
	if p := uint64(f>>32) & 0xffff; p > 0xff {
		w = w<<16 | p
		n += 16
	} else if p != 0 {
		w = w<<8 | p
		n += 8
	}
	return w, n
}

// begin makes room for an instruction, and checks that its extension is allowed and its registers exist: used is all
// their numbers ORed, limit the highest there is.
func (a *Assembler) begin(f form, used, limit uint8) *[core.MaxInst]byte {
	if used > limit || f >= 1<<needShift && a.denied != 0 {
		a.check(f, used, limit)
	}
	a.s.Room()
	n := len(a.s.Buf)
	return (*[core.MaxInst]byte)(a.s.Buf[n : n+core.MaxInst])
}

// end adds an instruction of so many bytes to the code.
func (a *Assembler) end(n uint) {
	a.s.Buf = a.s.Buf[:uint(len(a.s.Buf))+n]
}

// put writes a whole word at byte n, at most 15; what is behind the end of the instruction is written over by the next.
func put(b *[core.MaxInst]byte, n uint, w uint64) {
	binary.LittleEndian.PutUint64(b[n&15:], w)
}

// none emits an instruction without operands but an immediate.
func (a *Assembler) none(f form, v int64) {
	b := a.begin(f, 0, 15)
	w, n := f.word()
	w, n = f.prefixed(w, n, 0)
	put(b, 0, w)
	put(b, n/8, uint64(v))
	a.end(n/8 + f.immLen())
}

// or emits an instruction with the register in the low bits of its opcode.
func (a *Assembler) or(f form, r uint8, v int64) {
	b := a.begin(f, r&^rexBit, 15)
	w, n := f.word()
	w |= uint64(r&7) << (n - 8)
	w, n = f.prefixed(w, n, r>>3)
	put(b, 0, w)
	put(b, n/8, uint64(v))
	a.end(n/8 + f.immLen())
}

// rr emits an instruction with registers in ModRM. A register with rexBit needs a REX prefix.
func (a *Assembler) rr(f form, reg, rm uint8, v int64) {
	b := a.begin(f, (reg|rm)&^rexBit, 15)
	w, n := f.word()
	w |= uint64(0xc0|reg&7<<3|rm&7) << (n & 63)
	w, n = f.prefixed(w, n+8, reg>>3<<2|rm>>3)
	put(b, 0, w)
	put(b, n/8, uint64(v))
	a.end(n/8 + f.immLen())
}

// rm emits an instruction with a register and an operand in memory.
func (a *Assembler) rm(f form, reg uint8, m Mem, v int64) {
	if special(m.spec) && !a.allowed(m, 0) {
		return
	}
	tail, tn, x, used := m.modRM(reg&7, 0)
	b := a.begin(f, reg&^rexBit|used, 15)
	w, n := f.word()
	w, n = f.prefixed(w, n, reg>>3<<2|x)
	w, n = m.spec.prefixed(w, n)
	put(b, 0, w)
	put(b, n/8, tail)
	n = (n + tn) / 8
	put(b, n, uint64(v))
	if m.spec&memKind == memRip {
		a.rip(m, n, f.immLen())
	}
	a.end(n + f.immLen())
}

// vexed puts the VEX prefix in front of the opcode: Intel SDM Vol. 2A, "The VEX Prefix". reg, v and rm are 4-bit numbers,
// x is bit 1.
//
//	C5  R vvvv L pp
//	C4  R X B mmmmm  W vvvv L pp      R, X, B and vvvv inverted
func (f form) vexed(reg, v, x uint8) (w uint64, n uint) {
	last := uint64(f>>8)&0xff | uint64(^v&15)<<3
	r := uint64(^reg>>3&1) << 7
	opcode := uint64(f>>op) & 0xff
	if f&0x80ff == v0F && x == 0 {
		return 0xc5 | (r|last)<<8 | opcode<<16, 24
	}
	return 0xc4 | (r|uint64(^x&3)<<5|uint64(f&31))<<8 | last<<16 | opcode<<24, 32
}

// vrr emits an instruction with a VEX prefix whose operands are registers.
func (a *Assembler) vrr(f form, reg, v, rm uint8, imm int64) {
	b := a.begin(f, reg|v|rm, 15)
	w, n := f.vexed(reg, v, rm>>3)
	w |= uint64(0xc0|reg&7<<3|rm&7) << (n & 63)
	put(b, 0, w)
	put(b, n/8+1, uint64(imm))
	a.end(n/8 + 1 + f.immLen())
}

// vrm emits an instruction with a VEX prefix and an operand in memory.
func (a *Assembler) vrm(f form, reg, v uint8, m Mem, imm int64) {
	if special(m.spec) && !a.allowed(m, 0) {
		return
	}
	a.vrmem(f, reg, v, m, imm)
}

// vsib is vrm for an operand in memory with a vector of indices.
func (a *Assembler) vsib(f form, reg, v uint8, m Mem) {
	if !a.allowed(m, memVec) {
		return
	}
	// The registers must differ: Intel SDM Vol. 2C, "VGATHERDPS/VGATHERQPS", #UD.
	if i := m.spec.index(); reg == v || reg == i || v == i {
		a.fail("destination, index and mask are not three registers", asm.ErrOperands)
		return
	}
	a.vrmem(f, reg, v, m, 0)
}

func (a *Assembler) vrmem(f form, reg, v uint8, m Mem, imm int64) {
	tail, tn, x, used := m.modRM(reg&7, 0)
	b := a.begin(f, reg|v|used, 15)
	w, n := f.vexed(reg, v, x)
	w, n = m.spec.prefixed(w, n)
	put(b, 0, w)
	put(b, n/8, tail)
	n = (n + tn) / 8
	put(b, n, uint64(imm))
	if m.spec&memKind == memRip {
		a.rip(m, n, f.immLen())
	}
	a.end(n + f.immLen())
}

// evexed puts the EVEX prefix in front of the opcode: Intel SDM Vol. 2A, "Intel AVX-512 Encoding". reg, v and x are as in
// VEX with a fifth bit: x has B, X and, for a vector of indices, V' in its bits 0 to 2.
//
//	62  R X B R' 0 mmm   W vvvv 1 pp   z L'L b V' aaa      R, X, B, R', vvvv and V' inverted
func (f form) evexed(reg, v, x uint8, k Mask) uint64 {
	p0 := uint64(^reg&8)<<4 | uint64(^x&3)<<5 | uint64(^reg&16) | uint64(f&7)
	p1 := uint64(f>>8)&0xff | uint64(^v&15)<<3 | 4
	p2 := uint64(f>>32)&0xff | uint64(k) | uint64(^(v>>1|x<<1)&8)
	return 0x62 | p0<<8 | p1<<16 | p2<<24 | uint64(f>>op)&0xff<<32
}

// zrr emits an instruction with an EVEX prefix whose operands are registers.
func (a *Assembler) zrr(f form, reg, v, rm uint8, k Mask, imm int64) {
	b := a.begin(f, reg|v|rm|k.wrong(), 31)
	w := f.evexed(reg, v, rm>>3, k)
	w |= uint64(0xc0|reg&7<<3|rm&7) << 40
	put(b, 0, w)
	put(b, 6, uint64(imm))
	a.end(6 + f.immLen())
}

// zrrER is zrr with the direction of rounding, which takes the place of the vector length.
func (a *Assembler) zrrER(f form, reg, v, rm uint8, k Mask, rc Rounding, imm int64) {
	if rc > RoundZero {
		a.fail("no such rounding", asm.ErrOperands)
		return
	}
	a.zrr(f|form(rc)<<37, reg, v, rm, k, imm)
}

// zrm emits an instruction with an EVEX prefix and an operand in memory.
func (a *Assembler) zrm(f form, reg, v uint8, k Mask, m Mem, imm int64) {
	if special(m.spec) && !a.allowed(m, 0) {
		return
	}
	a.zrmem(f, reg, v, k, m, imm)
}

// zsib is zrm for an operand in memory with a vector of indices.
func (a *Assembler) zsib(f form, reg uint8, k Mask, m Mem, load bool) {
	switch {
	case !a.allowed(m, memVec):
	case k == 0:
		a.fail("k0 can't be the mask", asm.ErrOperands)
	case load && reg == m.spec.index(): // Intel SDM Vol. 2C, "VPGATHERDD/VPGATHERQD", #UD
		a.fail("destination and index are the same register", asm.ErrOperands)
	default:
		a.zrmem(f, reg, 0, k, m, 0)
	}
}

func (a *Assembler) zrmem(f form, reg, v uint8, k Mask, m Mem, imm int64) {
	tail, tn, x, used := m.modRM(reg&7, uint(f>>24)&7)
	if m.spec&memVec == 0 {
		used = upTo15(used)
	}
	b := a.begin(f, reg|v|used|k.wrong(), 31)
	w, n := m.spec.prefixed(f.evexed(reg, v, x, k), 40)
	put(b, 0, w)
	put(b, n/8, tail)
	n = (n + tn) / 8
	put(b, n, uint64(imm))
	if m.spec&memKind == memRip {
		a.rip(m, n, f.immLen())
	}
	a.end(n + f.immLen())
}

// modRM gives ModRM, SIB where there is one, and the displacement, with their length in bits; the extension bits B, X and
// V' of base and index, and their numbers ORed. A displacement of 8 bits counts in units of 1<<scale. Intel SDM Vol. 2A,
// "ModR/M and SIB Bytes", "EVEX Instruction Encoding: disp8*N". Without displacement the base rbp or r13 would mean
// none, so that those get one of 8 bits.
func (m Mem) modRM(reg uint8, scale uint) (tail uint64, n uint, x, used uint8) {
	base, index := m.spec.base(), m.spec.index()
	tail = uint64(reg) << 3
	switch m.spec & memKind {
	case memBase:
		x, used = base>>3, base
		tail |= uint64(base & 7)
		n = 8
		if base&7 == 4 {
			tail |= 0x2400
			n = 16
		}
	case memIndex:
		x, used = base>>3|index>>3<<1, base|index
		tail |= 4 | uint64(m.spec.scale()<<6|index&7<<3|base&7)<<8
		n = 16
	case memOnly:
		x, used = index>>3<<1, index
		return tail | 4 | uint64(m.spec.scale()<<6|index&7<<3|5)<<8 | uint64(uint32(m.disp))<<16, 48, x, used
	case memAbs:
		return tail | 0x2504 | uint64(uint32(m.disp))<<16, 48, 0, 0
	default: // memRip, which has no displacement yet, and memNext
		if m.spec&memKind == memNext {
			tail |= uint64(uint32(m.disp)) << 8
		}
		return tail | 5, 40, 0, 0
	}
	switch d := m.disp >> scale; {
	case m.disp == 0 && base&7 != 5:
	case d == int32(int8(d)) && d<<scale == m.disp:
		tail |= 0x40 | uint64(uint8(d))<<n
		n += 8
	default:
		tail |= 0x80 | uint64(uint32(m.disp))<<n
		n += 32
	}
	return tail, n, x, used
}

// rip notes that the four bytes before byte n of the instruction wait for the label of m.
func (a *Assembler) rip(m Mem, n, immLen uint) {
	a.s.Refer("", len(a.s.Buf)+int(n)-4, asm.PC32, m.label, int64(m.disp)-4-int64(immLen))
}

// special tells that an operand is not the plain base or base and index that is a matter of modRM alone.
func special(s memSpec) bool {
	return s&^(1<<18-1) != memBase && (s&^(1<<18-1) != memIndex || s&0xff00 == 4<<specIndex)
}

// allowed refuses an operand in memory that there is not; want is memVec where there has to be a vector of indices.
func (a *Assembler) allowed(m Mem, want memSpec) bool {
	kind := m.spec & memKind
	indexed := kind == memIndex || kind == memOnly
	switch {
	case kind == 0:
		a.refuse(m, "not made by a Mem function")
	case kind == memScale:
		a.refuse(m, "scale is not 1, 2, 4 or 8")
	case m.spec&memVec != want || want != 0 && !indexed:
		a.refuse(m, "not made for this method")
	case indexed && want == 0 && m.spec.index() == uint8(RSP):
		a.refuse(m, "index register rsp")
	case want != 0 && (m.spec.index() > 31 || kind == memIndex && m.spec.base() > 15):
		a.refuse(m, "no such register")
	case m.spec&memSeg>>specSeg > 6:
		a.refuse(m, "no such segment")
	default:
		return true
	}
	return false
}

// prefixed puts the prefixes of an operand in memory in front of w.
func (s memSpec) prefixed(w uint64, n uint) (uint64, uint) {
	if s&(memSeg|memA32) == 0 {
		return w, n
	}
	if seg := s & memSeg >> specSeg; seg != 0 {
		w = w<<8 | uint64(segmentPrefix[seg-1])
		n += 8
	}
	if s&memA32 != 0 {
		w = w<<8 | 0x67
		n += 8
	}
	return w, n
}

var segmentPrefix = [...]byte{ES: 0x26, CS: 0x2e, SS: 0x36, DS: 0x3e, FS: 0x64, GS: 0x65}

// The number of a byte register is marked if it needs a REX prefix, or if it can't have one. Shifted by 3 the marks are
// none of REX's bits.
const (
	rexBit  = 0x80
	highBit = 0x40
)

// byteReg gives the number of an 8-bit register. AH to BH have the numbers of SPL to DIL, without REX.
func byteReg(r Reg8) uint8 {
	switch {
	case r >= SPL && r <= DIL:
		return uint8(r) | rexBit
	case r >= AH && r <= BH:
		return uint8(r-AH) + 4 | highBit
	}
	return uint8(r)
}

// high tells that one of the registers is AH to BH, and refuses it next to something that needs a REX prefix.
func (a *Assembler) high(f form, reg, rm uint8, m memSpec) (ok bool) {
	others := (reg | rm) &^ highBit
	if kind := m & memKind; kind == memBase || kind == memIndex {
		others |= m.base()
	}
	if kind := m & memKind; kind == memIndex || kind == memOnly {
		others |= m.index()
	}
	if f&w1 != 0 || others > 7 {
		a.fail("ah, ch, dh or bh together with a REX prefix", asm.ErrOperands)
		return false
	}
	return true
}

// rr8 is rr with registers of 8 bits among the operands.
func (a *Assembler) rr8(f form, reg, rm uint8, v int64) {
	if (reg|rm)&highBit == 0 || a.high(f, reg, rm, 0) {
		a.rr(f, reg&^highBit, rm&^highBit, v)
	}
}

// rm8 is rm with a register of 8 bits.
func (a *Assembler) rm8(f form, reg uint8, m Mem, v int64) {
	if reg&highBit == 0 || a.high(f, reg, 0, m.spec) {
		a.rm(f, reg&^highBit, m, v)
	}
}

// or8 is or with a register of 8 bits.
func (a *Assembler) or8(f form, r uint8, v int64) { a.or(f, r&^highBit, v) }

// Registers whose numbers end sooner than the field that takes them: the rest becomes a number that begin refuses.

func upTo7(r uint8) uint8  { return r | r&^7<<2 }
func upTo15(r uint8) uint8 { return r | r&^15<<1 }

// wrong is a number that begin refuses if there is no such mask.
func (k Mask) wrong() uint8 {
	if k&^zeroing > 7 || k == zeroing {
		return 0x80
	}
	return 0
}

// merge is a mask register as the mask of a form that does not zero.
func merge(k K) Mask {
	if k > 7 {
		return Mask(0x7f)
	}
	return Mask(k)
}

func (a *Assembler) fail(why string, err error) { a.s.Refuse("", "", why, err) }

func (a *Assembler) refuse(m Mem, why string) { a.s.Refuse("", m.String(), why, asm.ErrOperands) }

// check finds what begin stumbled over, if it is an error.
func (a *Assembler) check(f form, used, limit uint8) {
	if used > limit {
		a.fail("no such register or mask, or one above xmm15 without an EVEX prefix", asm.ErrOperands)
	} else if why := a.missing(a, f); why != "" {
		a.fail(why, asm.ErrFeature)
	}
}

// vnone emits an instruction with a VEX prefix and no operands.
func (a *Assembler) vnone(f form) {
	b := a.begin(f, 0, 15)
	w, n := f.vexed(0, 0, 0)
	put(b, 0, w)
	a.end(n / 8)
}
