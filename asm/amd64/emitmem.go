package amd64

import (
	"fmt"
	"strings"

	"golang.org/x/arch/x86/x86asm"

	"github.com/wxjit/wxjit/asm"
)

// fromX86 makes a Mem of x86asm's. A displacement of more than 32 bits is far, and wrong registers make a Mem that every
// form refuses.
func fromX86(x x86asm.Mem) (m Mem, far bool) {
	base, index := regClass[x.Base], regClass[x.Index]
	m.disp = int32(x.Disp)
	switch {
	case x.Base == x86asm.RIP && x.Index == 0:
		m.spec = memNext
	case x.Base == 0 && x.Index == 0:
		m.spec = memAbs
	case x.Base == 0:
		m.spec = scaled(memOnly|memSpec(index>>8)<<specIndex, int(x.Scale))
	case x.Index == 0:
		m.spec = memBase | memSpec(base>>8)
	default:
		m.spec = scaled(memIndex|memSpec(base>>8)|memSpec(index>>8)<<specIndex, int(x.Scale))
	}
	switch index & 31 {
	case cX, cY, cZ:
		m.spec |= memVec | memSpec(index&31-cX)<<memVecShift
		index = cR64
	}
	width := base&31 | index&31 // both of the same class, or one
	switch {
	case x.Base == x86asm.RIP, width == 0 && x.Base == 0 && x.Index == 0, width == cR64:
	case width == cR32 && (base&31 == cR32 || x.Base == 0) && (index&31 == cR32 || x.Index == 0):
		m.spec |= memA32
	default:
		m.spec = 0
	}
	if x.Segment != 0 {
		s := regClass[x.Segment]
		if s&31 != cSeg {
			m.spec = 0
		} else {
			m = m.Segment(Seg(s >> 8))
		}
	}
	far = int64(m.disp) != x.Disp
	if far && x.Base == 0 && x.Index == 0 && uint64(x.Disp) <= 1<<32-1 && m.spec&memA32 != 0 {
		far = false
	}
	return m, far
}

// placeFits checks an address of 64 bits, and which of two branches it is.
func (w *row) placeFits(r *request) bool {
	if w.attr&aMoffs != 0 {
		return r.mem.spec&memKind == memAbs && r.mem.spec&(memSeg|memA32) == 0
	}
	if w.attr&31 == encRel8 {
		return r.isRel && isInt8(r.rel)
	}
	return !r.isRel || r.rel == int64(int32(r.rel))
}

// emitRel emits a branch to a label, or over a distance from its end.
func (a *Assembler) emitRel(w *row, r *request) {
	short := w.attr&31 == encRel8
	switch {
	case r.isRel && (short && !isInt8(r.rel) || r.rel != int64(int32(r.rel))):
		a.s.Fail("Emit", "", fmt.Errorf("distance %d: %w", r.rel, asm.ErrRange))
	case r.isRel && short:
		a.none(w.form|imm8, r.rel)
	case r.isRel:
		a.none(w.form|imm32, r.rel)
	case w.attr&aEither != 0:
		a.branch(w.form, r.label)
	case short:
		a.rel8(w.form, r.label)
	default:
		a.rel32(w.form, r.label)
	}
}

// prefixes emits the prefixes of a decoded instruction that no operand tells of. It refuses 16 bits where no form has them.
func (a *Assembler) prefixes(inst *x86asm.Inst) bool {
	switch inst.Op {
	case x86asm.LEAVE, x86asm.ENTER, x86asm.XBEGIN, x86asm.RET:
		if inst.DataSize == 16 {
			return false
		}
	}
	a.s.Room()
	for _, p := range inst.Prefix {
		switch b := byte(p); {
		case p == 0, p == x86asm.PrefixEVEX, p == x86asm.PrefixVEX3Bytes, p == x86asm.PrefixVEX2Bytes:
			return true // what follows is part of that
		case p&(x86asm.PrefixImplicit|x86asm.PrefixIgnored|x86asm.PrefixInvalid) != 0:
		case b == 0xf0 || b == 0xf2 || b == 0xf3: // LOCK, REPNE, REP
			a.s.Buf = append(a.s.Buf, b)
		case b == 0x67 && countsOrStrings[inst.Op]:
			a.s.Buf = append(a.s.Buf, b)
		}
	}
	return true
}

// countsOrStrings are the instructions whose implied registers the address size halves.
var countsOrStrings = map[x86asm.Op]bool{
	x86asm.LOOP: true, x86asm.LOOPE: true, x86asm.LOOPNE: true, x86asm.XLATB: true,
	x86asm.MOVSB: true, x86asm.MOVSW: true, x86asm.MOVSD: true, x86asm.MOVSQ: true,
	x86asm.CMPSB: true, x86asm.CMPSW: true, x86asm.CMPSD: true, x86asm.CMPSQ: true,
	x86asm.SCASB: true, x86asm.SCASW: true, x86asm.SCASD: true, x86asm.SCASQ: true,
	x86asm.LODSB: true, x86asm.LODSW: true, x86asm.LODSD: true, x86asm.LODSQ: true,
	x86asm.STOSB: true, x86asm.STOSW: true, x86asm.STOSD: true, x86asm.STOSQ: true,
}

// OpName is the mnemonic of an instruction, also of one that is not in x86asm.
func OpName(op x86asm.Op) string {
	if op >= firstOwnOp && op < endOfOps {
		return ownOpNames[op-firstOwnOp]
	}
	return op.String()
}

// refuseOp fails with the operands as text. They are made from the request: text of what the caller passed would have it
// allocated.
func (a *Assembler) refuseOp(op x86asm.Op, r *request, why string) {
	var parts []string
	for i, sig := 0, r.sig&^(sigER|sigSAE); i < r.n; i, sig = i+1, sig>>5 {
		parts = append(parts, r.text(i, sig&31))
		if i == 0 && r.mask != NoMask {
			parts[0] += " " + r.mask.String()
		}
	}
	err := asm.ErrOperands
	if why == noForm && r.outOfRange(op) {
		why, err = "an immediate that no form has room for", asm.ErrRange
	}
	a.s.Fail("Emit", strings.TrimSpace(OpName(op)+" "+strings.Join(parts, ", ")), fmt.Errorf("%s: %w", why, err))
}

const noForm = "no form with these operands"

// outOfRange tells that the immediate alone is why there is no form.
func (r *request) outOfRange(op x86asm.Op) bool {
	if op >= endOfOps || r.imms == 0 {
		return false
	}
	s := rowsOf[op]
	zero := *r
	zero.imm = [2]int64{}
	for i := range rows[s.first : s.first+s.n] {
		if w := &rows[int(s.first)+i]; w.sig == r.sig && w.fits(&zero) == yes {
			return true
		}
	}
	return false
}

func (r *request) text(i int, class uint32) string {
	n := r.regs[i%6] &^ (rexBit | highBit)
	switch class {
	case cR8:
		if r.regs[i%6]&highBit != 0 {
			n += uint8(AH) - 4
		}
		return Reg8(n).String()
	case cR16:
		return Reg16(n).String()
	case cR32:
		return Reg32(n).String()
	case cR64:
		return Reg64(n).String()
	case cX:
		return XMM(n).String()
	case cY:
		return YMM(n).String()
	case cZ:
		return ZMM(n).String()
	case cK:
		return K(n).String()
	case cMM:
		return MM(n).String()
	case cST:
		return ST(n).String()
	case cSeg:
		return Seg(n).String()
	case cImm:
		return fmt.Sprintf("%#x", r.imm[0])
	case cRel:
		if r.isRel {
			return fmt.Sprintf(".%+#x", r.rel)
		}
		return fmt.Sprintf("L%d", r.label)
	}
	return Operand{mem: r.mem, bytes: r.bytes, count: r.count, kind: isMem}.String()
}
