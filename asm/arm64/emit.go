package arm64

import (
	"strings"

	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm"
)

// row is a form in the table behind Emit.
//
//	sig    the classes of the operands, 8 bits each, the first lowest
//	roles  where each goes: a number in the table of roles
type row struct {
	form  form
	sig   uint64
	roles [5]uint8
}

type span struct{ first, n uint16 }

// role is where an operand goes: a spot if it is a register, a field if it is, or has, a value.
type role struct {
	at    spot
	field field
}

// spot is one of the four places of registers, and what number may be there.
type spot uint8

const (
	atD spot = 1 << iota
	atN
	atM
	atA
	notZero // 31 is the stack pointer, and this is not it
	asSP    // this is it
	isEven
	follows // the register after the operand before, without a spot of its own

	atNM = atN | atM
)

// firstOwnOp is above all of arm64asm's.
const firstOwnOp arm64asm.Op = 1024

// maxArgs is the highest number of operands.
const maxArgs = 5

// Arg is an operand of Emit: a register, a Mem, or one of the types below.
type Arg interface{ arg() class }

// class tells kinds of operands apart. The two highest bits are how many registers follow the first in a list.
type class uint8

// The classes.
const (
	cX class = iota + 1
	cW
	cP
	cWP
	cB
	cH
	cS
	cD
	cQ
	cV8B
	cV16B
	cV4H
	cV8H
	cV2S
	cV4S
	cV1D
	cV2D
	cV1Q
	cV2H
	cLaneB
	cLaneH
	cLaneS
	cLaneD
	cLane4B
	cLane2H
	cShiftedX
	cShiftedW
	cExtended
	cImm
	cFloat
	cLSL
	cMSL
	cMem
	cLabel
	cCond
	cSysReg
	cBarrier
	cPrefetch
	cDCOp
	cICOp
	cATOp
	cTLBIOp
	cPStateField
	cBTITarget
)

// Operands of Emit that are no registers and no memory. Conditions, system registers, options of barriers and the like are
// of their own types.
type (
	Imm    int64     // an integer
	Float  float64   // a floating-point number
	LSL    int       // the shift of the immediate before it
	MSL    int       // the shift of the immediate before it, with ones
	Target asm.Label // a label
	Rel    int64     // the distance to a label, in bytes from this instruction; for ADRP between pages of 4 KiB
)

// List is several consecutive vector registers, or an element of each.
type List struct {
	first uint16
	class class
}

// ListOf is n consecutive registers, 1 to 4, of which the first is given, or an element of each. V0 follows V31.
func ListOf[R V8B | V16B | V4H | V8H | V2S | V4S | V1D | V2D | LaneB | LaneH | LaneS | LaneD](first R, n int) List {
	c := class(0)
	if arg, ok := any(first).(Arg); ok && n >= 1 && n <= 4 {
		c = arg.arg() | class(n-1)<<6
	}
	return List{uint16(first), c}
}

func (X) arg() class           { return cX }
func (W) arg() class           { return cW }
func (P) arg() class           { return cP }
func (WP) arg() class          { return cWP }
func (B) arg() class           { return cB }
func (H) arg() class           { return cH }
func (S) arg() class           { return cS }
func (D) arg() class           { return cD }
func (Q) arg() class           { return cQ }
func (V8B) arg() class         { return cV8B }
func (V16B) arg() class        { return cV16B }
func (V4H) arg() class         { return cV4H }
func (V8H) arg() class         { return cV8H }
func (V2S) arg() class         { return cV2S }
func (V4S) arg() class         { return cV4S }
func (V1D) arg() class         { return cV1D }
func (V2D) arg() class         { return cV2D }
func (V1Q) arg() class         { return cV1Q }
func (V2H) arg() class         { return cV2H }
func (LaneB) arg() class       { return cLaneB }
func (LaneH) arg() class       { return cLaneH }
func (LaneS) arg() class       { return cLaneS }
func (LaneD) arg() class       { return cLaneD }
func (Lane4B) arg() class      { return cLane4B }
func (Lane2H) arg() class      { return cLane2H }
func (ShiftedX) arg() class    { return cShiftedX }
func (ShiftedW) arg() class    { return cShiftedW }
func (Extended) arg() class    { return cExtended }
func (Imm) arg() class         { return cImm }
func (Float) arg() class       { return cFloat }
func (LSL) arg() class         { return cLSL }
func (MSL) arg() class         { return cMSL }
func (Mem) arg() class         { return cMem }
func (Target) arg() class      { return cLabel }
func (Rel) arg() class         { return cLabel }
func (Cond) arg() class        { return cCond }
func (SysReg) arg() class      { return cSysReg }
func (Barrier) arg() class     { return cBarrier }
func (Prefetch) arg() class    { return cPrefetch }
func (DCOp) arg() class        { return cDCOp }
func (ICOp) arg() class        { return cICOp }
func (ATOp) arg() class        { return cATOp }
func (TLBIOp) arg() class      { return cTLBIOp }
func (PStateField) arg() class { return cPStateField }
func (BTITarget) arg() class   { return cBTITarget }
func (l List) arg() class      { return l.class }

// request is an instruction that is asked for, taken apart.
type request struct {
	sig   uint64
	n     int
	val   [maxArgs]int64
	mem   Mem
	label asm.Label
	isRel bool
}

// Emit adds the instruction with these operands, in the manual's order. Op is one of arm64asm's or of this package's own.
// What an instruction implies, such as the shift by 0 of MOVZ, may be left out. An instruction there is not is an error
// from Finish.
//
// The typed methods do the same for operands that are known when compiling, faster.
func (a *Assembler) Emit(op arm64asm.Op, args ...Arg) {
	var r request
	asked := op
	if len(args) > maxArgs {
		args, op = args[:maxArgs], endOfOps // there is none
	}
	r.n = len(args)
	for i, arg := range args {
		c, v := class(0), int64(0)
		switch arg := arg.(type) {
		case X:
			c, v = cX, int64(arg)
		case W:
			c, v = cW, int64(arg)
		case Imm:
			c, v = cImm, int64(arg)
		case Mem:
			c, r.mem = cMem, arg
		case Cond:
			c, v = cCond, int64(arg)
		case D:
			c, v = cD, int64(arg)
		case S:
			c, v = cS, int64(arg)
		case V16B:
			c, v = cV16B, int64(arg)
		case V4S:
			c, v = cV4S, int64(arg)
		case V2D:
			c, v = cV2D, int64(arg)
		case ShiftedX:
			c, v = cShiftedX, int64(arg.r)
		case ShiftedW:
			c, v = cShiftedW, int64(arg.r)
		case Extended:
			c, v = cExtended, int64(arg.r)
		case Target:
			c, r.label = cLabel, asm.Label(arg)
		default:
			c, v = r.others(arg)
		}
		r.sig |= uint64(c) << (8 * i)
		r.val[i] = v
	}
	if op < endOfOps {
		s := rowsOf[op]
		all := rows[s.first : s.first+s.n]
		for i := range all {
			if all[i].sig == r.sig && (i+1 == len(all) || all[i+1].sig != r.sig || all[i].fits(&r)) {
				a.op, a.name = op, opName
				a.encode(&all[i], &r)
				a.op = 0
				return
			}
		}
	}
	a.refuse(asked, &r)
}

// refuse records that there is no such instruction.
func (a *Assembler) refuse(op arm64asm.Op, r *request) {
	var text []string
	for i := range r.n {
		text = append(text, r.text(i))
	}
	a.s.Refuse(opName(op), strings.Join(text, ", "), "no such instruction", asm.ErrOperands)
}

// opName is the mnemonic.
func opName(op arm64asm.Op) string {
	if op < firstOwnOp || op >= endOfOps {
		return op.String()
	}
	return strings.Fields(ownNames)[op-firstOwnOp]
}

// fits tells whether the row can express the values. Rows of the same operands follow each other.
func (w *row) fits(r *request) bool {
	for i := range r.n {
		if c := roles[w.roles[i]].field; c.kind() > linear && c.kind() < memBase {
			if _, why := c.special(r.val[i]); why != "" {
				return false
			}
		}
	}
	return true
}

// encode emits the row with the operands of the request.
func (a *Assembler) encode(w *row, r *request) {
	f := w.form
	var d, n, m, ra uint8
	var memory, label field
	for i := range r.n {
		to := &roles[w.roles[i]]
		v := r.val[i]
		if at := to.at; at != 0 {
			reg := uint8(v)
			if at > atNM|atD|atA {
				reg = a.number(at, reg, r, i)
			}
			if at&atD != 0 {
				d = reg
			}
			if at&atN != 0 {
				n = reg
			}
			if at&atM != 0 {
				m = reg
			}
			if at&atA != 0 {
				ra = reg
			}
		}
		switch kind := to.field.kind(); {
		case kind == 0:
		case kind < memBase:
			if kind == widthExtract || kind == widthInsert {
				v = bitfield(int(r.val[i-1]), int(v))
			}
			f |= a.imm(to.field, v)
		case kind < label26:
			memory = to.field
		default:
			label = to.field
		}
	}
	switch {
	case memory != 0:
		a.mem(f, memory, r.mem, d, m, ra)
	case label == 0:
		a.put(f, d, n, m, ra)
	case r.isRel:
		a.putRel(a.with(f, d, n, m, ra), label, r.val[r.n-1])
	default:
		a.refer(a.with(f, d, n, m, ra), relocs[label-label26], r.label)
	}
}

// number gives the number of a register at a spot where not all are the same.
func (a *Assembler) number(at spot, reg uint8, r *request, i int) uint8 {
	switch {
	case at&notZero != 0:
		reg = a.notZR(reg)
	case at&asSP != 0:
		reg = a.sp(reg)
	case at&isEven != 0:
		reg = a.even(reg)
	case at&follows != 0:
		a.next(uint8(r.val[i-1]), reg)
	}
	return reg
}

// relocs are the kinds of field for a label, from label26 on.
var relocs = [...]asm.RelocKind{asm.Branch26, asm.Branch19, asm.Branch14, asm.Adr21, asm.Page21}

// putRel emits an instruction with a distance.
func (a *Assembler) putRel(f form, label field, distance int64) {
	a.word(f)
	if a.s.Err() != nil {
		return
	}
	if err := relocs[label-label26].Patch(a.s.Buf[len(a.s.Buf)-4:], distance); err != nil {
		a.s.Buf = a.s.Buf[:len(a.s.Buf)-4]
		a.s.Fail(a.emitting(), "", err)
	}
}

// bitfield makes one value of the two operands of a bit field.
func bitfield(lsb, width int) int64 {
	return int64(min(max(lsb, -1), 64))<<32 | int64(uint32(min(max(width, -1), 65)))
}
