package amd64

import (
	"fmt"
	"math"

	"golang.org/x/arch/x86/x86asm"

	"github.com/wxjit/wxjit/asm"
)

// row is a form in the table behind Emit.
//
//	sig    the classes of the operands without the mask, 5 bits each, the first lowest; what decorates them above
//	roles  where each goes, 4 bits each
//	attr   which function encodes it, and what an operand has to be besides its class
type row struct {
	form  form
	sig   uint32
	roles uint32
	attr  uint32
}

type span struct{ first, n uint16 }

// firstOwnOp is above all of x86asm's.
const firstOwnOp x86asm.Op = 2048

// Classes of operands.
const (
	cNone = iota
	cR8
	cR16
	cR32
	cR64
	cX
	cY
	cZ
	cK
	cMM
	cST
	cSeg
	cMem
	cVX
	cVY
	cVZ
	cBcst
	cImm
	cRel

	sigER  = 1 << 30
	sigSAE = 1 << 31
)

// Where operands go.
const (
	inReg = iota + 1
	inRM
	inV
	inOp
	inImm
	inIs4
	inRel
	inMem
	inMoffs
)

// Attributes: the encoder in the low 5 bits, the check of the immediate in the next 4, then the length in memory and a
// fixed operand; flags at the end. A fixed operand, a fixed ModRM and a broadcast never come together.
const (
	encNone = iota
	encFixed
	encOp
	encRel8
	encRel32
	encRM
	encRR
	encVSIB
	encVRM
	encVRR
	encVNone
	encZGather
	encZScatter
	encZRM
	encZRR

	immAny8  = 1 << 5
	immAny16 = 2 << 5
	immAny32 = 3 << 5
	immAny64 = 4 << 5
	immX8    = 5 << 5
	immS32   = 6 << 5
	immX32   = 6 << 5
	immEnter = 7 << 5
	immMask  = 15 << 5

	aBytes   = 9
	aWidth16 = 1 << 13 // of 16 bits, although no operand says so
	aFixed   = 16
	aModRM   = 16
	aCount   = 16      // of elements of a broadcast
	aSized   = 1 << 24 // without a length there is more than one form
	aZeroing = 1 << 25
	aMerging = 1 << 26
	aMoffs   = 1 << 27 // an address of 64 bits
	aEither  = 1 << 28 // there are a short and a near form
	aNotEAX  = 1 << 30 // XCHG with EAX of another register: for EAX itself it would be NOP
	aNotCS   = 1 << 31 // a segment register that can be loaded
	aMirror  = 1 << 29 // the next form has ModRM's registers in each other's place
)

// Operand is an operand of Emit that x86asm has no type for.
type Operand struct {
	x86asm.Arg
	mem   Mem
	x86   x86asm.Mem
	label asm.Label
	bytes uint16
	count uint8
	reg   x86asm.Reg
	round Rounding
	kind  operandKind
}

type operandKind uint8

const (
	isMem operandKind = iota + 1
	isX86Mem
	isLabel
	isZeroing
	isRounding
	isSAE
)

// Target is a label to branch to.
func Target(l asm.Label) Operand { return Operand{label: l, kind: isLabel} }

// Sized is an operand in memory that says how many bytes it is: 1 to 64, or 0 where that is clear without it.
func Sized(m Mem, bytes int) Operand { return Operand{mem: m, bytes: uint16(bytes), kind: isMem} }

// SizedMem is Sized for an operand of x86asm.
func SizedMem(m x86asm.Mem, bytes int) Operand {
	return Operand{x86: m, bytes: uint16(bytes), kind: isX86Mem}
}

// Broadcast is one element in memory, of 2, 4 or 8 bytes, that an AVX-512 instruction takes count times: 2 to 32.
func Broadcast(m Mem, bytes, count int) Operand {
	return Operand{mem: m, bytes: uint16(bytes), count: uint8(count), kind: isMem}
}

// Zeroing is a mask register, K1 to K7, where it clears the elements that are not chosen. As an operand it follows the
// destination. A plain mask register in its place leaves them.
func Zeroing(k x86asm.Reg) Operand { return Operand{reg: k, kind: isZeroing} }

// Embedded is a direction of rounding, the last operand but for an immediate.
func Embedded(r Rounding) Operand { return Operand{round: r, kind: isRounding} }

// SAE suppresses all exceptions, the last operand but for an immediate.
func SAE() Operand { return Operand{kind: isSAE} }

// String gives the operand as it appears in errors.
func (o Operand) String() string {
	switch o.kind {
	case isX86Mem:
		o.mem, _ = fromX86(o.x86)
		fallthrough
	case isMem:
		text := o.mem.String()
		if o.bytes > 0 {
			text = fmt.Sprintf("m%d %s", 8*int(o.bytes), text)
		}
		if o.count > 0 {
			text += fmt.Sprintf("{1to%d}", o.count)
		}
		return text
	case isLabel:
		return fmt.Sprintf("L%d", o.label)
	case isZeroing:
		return o.reg.String() + "{z}"
	case isRounding:
		return o.round.String()
	case isSAE:
		return "{sae}"
	}
	return "?"
}

// request is an instruction that is asked for, taken apart.
type request struct {
	sig       uint32
	n         int
	regs      [6]uint8 // numbers as the encoders take them
	imm       [2]int64
	imms      int
	mem       Mem
	bytes     uint16
	count     uint8
	mask      Mask
	round     Rounding
	moffs     int64 // the whole displacement of mem
	label     asm.Label
	isRel     bool // a distance instead of a label
	rel       int64
	high      bool // a vector register above 15
	far       bool // the displacement of mem is more than 32 bits
	either    bool // SAE may also be a direction of rounding
	broadcast bool // mem is one element for all
	pushed16  bool // PUSH or POP of 16 bits
	implied   bool // the operands may be ones that the form implies
	wrong     string
}

// Emit adds the instruction with these operands, in the manual's order: registers, memory, immediates and distances of
// x86asm, and what Operand adds to them. Op is one of x86asm's or of this package's own. Of several forms it takes the
// first whose operands are these, in the order: legacy encoding, VEX, EVEX; the shortest; the manual's. An instruction
// there is not is an error from Finish, as is memory whose length could be more than one.
//
// The typed methods do the same for operands that are known when compiling, faster.
func (a *Assembler) Emit(op x86asm.Op, args ...x86asm.Arg) {
	var r request
	for _, arg := range args {
		r.add(arg)
	}
	a.emit(op, &r)
}

// EmitInst adds a decoded instruction again. Prefixes that are not implied by the operands, except LOCK, REP, REPNE and
// segments, are not kept.
func (a *Assembler) EmitInst(inst x86asm.Inst) {
	var r request
	for _, arg := range inst.Args {
		if arg == nil {
			break
		}
		if m, ok := arg.(x86asm.Mem); ok {
			// The decoder does not extend the sign of a displacement.
			if moffs := inst.Op == x86asm.MOV && inst.Opcode>>26 == 0xa0>>2; !moffs && m.Disp == int64(uint32(m.Disp)) {
				m.Disp = int64(int32(m.Disp))
			}
			r.addMem(m, uint16(inst.MemBytes), inst.Broadcast)
			continue
		}
		r.add(arg)
	}
	if inst.Zeroing {
		r.zero()
	}
	if inst.SAE {
		r.sig |= sigSAE
		r.either = true
		r.round = Rounding(inst.Rounding) & 3
	}
	r.implied = true
	if !a.prefixes(&inst) {
		a.refuseOp(inst.Op, &r, "an operand size of 16 bits")
		return
	}
	r.pushed16 = inst.DataSize == 16 && (inst.Op == x86asm.PUSH || inst.Op == x86asm.POP)
	a.emit(inst.Op, &r)
}

// add takes an operand apart.
func (r *request) add(arg x86asm.Arg) {
	switch arg := arg.(type) {
	case x86asm.Reg:
		r.addReg(arg)
	case x86asm.Imm:
		r.class(cImm)
		r.imm[r.imms&1] = int64(arg)
		r.imms++
	case x86asm.Mem:
		r.addMem(arg, 0, false)
	case x86asm.Rel:
		r.class(cRel)
		r.rel, r.isRel = int64(arg), true
	case Operand:
		r.addOperand(&arg)
	default:
		r.wrong = "an operand that is none"
	}
}

func (r *request) addReg(reg x86asm.Reg) {
	c := regClass[reg]
	if c == 0 {
		r.wrong = "a register that is no operand"
		return
	}
	r.regs[r.n%6] = uint8(c >> 8)
	r.high = r.high || c&regHigh != 0
	r.class(c & 31)
}

func (r *request) class(c uint16) {
	if r.n >= 6 {
		r.wrong = "too many operands"
		return
	}
	r.sig |= uint32(c) << (5 * r.n)
	r.n++
}

func (r *request) addMem(m x86asm.Mem, bytes uint16, broadcast bool) {
	r.mem, r.far = fromX86(m)
	r.bytes, r.moffs = bytes, m.Disp
	r.memClass(broadcast)
}

func (r *request) memClass(broadcast bool) {
	c := uint16(cMem)
	r.broadcast = broadcast
	switch {
	case broadcast:
		c = cBcst
	case r.mem.spec&memVec != 0:
		c = cVX + uint16(r.mem.spec>>memVecShift)&3
	}
	r.class(c)
}

func (r *request) addOperand(o *Operand) {
	switch o.kind {
	case isMem:
		r.mem, r.bytes, r.count, r.moffs = o.mem, o.bytes, o.count, int64(o.mem.disp)
		r.memClass(o.count > 0)
	case isX86Mem:
		r.addMem(o.x86, o.bytes, o.count > 0)
		r.count = o.count
	case isLabel:
		r.class(cRel)
		r.label = o.label
	case isZeroing:
		r.addReg(o.reg)
		r.zero()
	case isRounding:
		r.sig |= sigER
		r.round = o.round
	case isSAE:
		r.sig |= sigSAE
	default:
		r.wrong = "an operand that is none"
	}
}

// zero makes the second operand the mask, with zeroing.
func (r *request) zero() {
	if r.n < 2 || r.sig>>5&31 != cK {
		r.wrong = "a mask that does not follow the destination"
		return
	}
	r.unmask()
	r.mask |= zeroing
}

// unmask takes the second operand out as the mask.
func (r *request) unmask() {
	r.mask = Mask(r.regs[1])
	decoration := r.sig & (sigER | sigSAE)
	sig := r.sig &^ decoration
	r.sig = sig&31 | sig>>10<<5 | decoration
	copy(r.regs[1:], r.regs[2:])
	r.n--
}

func (a *Assembler) emit(op x86asm.Op, r *request) {
	if r.wrong != "" {
		a.refuseOp(op, r, r.wrong)
		return
	}
	if op >= endOfOps {
		a.refuseOp(op, r, "no such instruction")
		return
	}
	s := rowsOf[op]
	all := rows[s.first : s.first+s.n]
	for !a.search(op, r, all) {
		switch {
		case r.sig>>5&31 == cK && r.mask == NoMask: // a mask register is the mask where it is no operand
			r.unmask()
		case r.either:
			r.sig ^= sigSAE | sigER
			r.either = false
		case r.implied && r.n == 3 && r.sig>>10&31 == cX && r.regs[2] == 0: // XMM0 of BLENDVPD and its like
			r.n, r.sig = 2, r.sig&(1<<10-1)
		case r.implied: // memory and accumulator of string instructions and XLATB
			r.n, r.sig, r.implied = 0, 0, false
		default:
			a.refuseOp(op, r, noForm)
			return
		}
	}
}

// search emits the first row that fits, and tells whether one did or there is an error already.
func (a *Assembler) search(op x86asm.Op, r *request, all []row) bool {
	for i := range all {
		row := &all[i]
		if row.sig != r.sig || row.attr&aWidth16 != 0 && !r.pushed16 || r.pushed16 && row.form&(0xff<<32) != p66 {
			continue
		}
		switch row.fits(r) {
		case yes:
			a.encode(row, r)
			return true
		case unclear:
			a.refuseOp(op, r, "how many bytes in memory is not clear")
			return true
		}
	}
	return false
}

type verdict int

const (
	no verdict = iota
	yes
	unclear
)

// fits checks what the classes don't say.
func (w *row) fits(r *request) verdict {
	if r.high && w.attr&31 < encZGather || r.far && w.attr&aMoffs == 0 {
		return no
	}
	if w.attr&(aMoffs|aEither) != 0 && !w.placeFits(r) || w.attr&aMirror != 0 && r.regs[0] < 8 && r.regs[r.n-1] > 7 {
		return no
	}
	if r.mask != NoMask && w.attr&aZeroing == 0 && (w.attr&aMerging == 0 || r.mask&zeroing != 0) {
		return no
	}
	if w.attr&aNotEAX != 0 && r.regs[0] == 0 || w.attr&aNotCS != 0 && r.regs[0] == uint8(CS) {
		return no
	}
	if w.attr>>aFixed&0x80 != 0 && w.attr&31 != encFixed {
		i, want := w.attr>>(aFixed+4)&7, uint8(w.attr>>aFixed)&15
		if w.sig>>(5*i)&31 == cImm {
			if r.imm[0] != int64(want) {
				return no
			}
		} else if r.regs[i%6] != want {
			return no
		}
	}
	if w.attr&immMask != 0 && !w.immFits(r) {
		return no
	}
	return w.sizeFits(r)
}

// sizeFits checks the length of the operand in memory.
func (w *row) sizeFits(r *request) verdict {
	size := memSizes[w.attr>>aBytes&15]
	switch {
	case size == 0:
	case r.bytes != 0 && r.bytes != size:
		return no
	case r.broadcast && r.count != 0 && uint32(r.count) != w.attr>>aCount&0x7f:
		return no
	case w.attr&aSized != 0 && r.count == 0 && (r.bytes == 0 || r.broadcast):
		return unclear
	}
	return yes
}

var memSizes = [...]uint16{0, 1, 2, 4, 6, 8, 10, 16, 28, 32, 64, 108, 512}

func (w *row) immFits(r *request) bool {
	v := r.imm[0]
	switch w.attr & immMask {
	case immAny8:
		return v >= math.MinInt8 && v <= math.MaxUint8
	case immAny16:
		return v >= math.MinInt16 && v <= math.MaxUint16
	case immAny32:
		return v >= math.MinInt32 && v <= math.MaxUint32
	case immX8:
		return isInt8(v) || w.narrow(v)
	case immS32:
		return v == int64(int32(v))
	case immEnter:
		return r.imms == 2 && v == int64(uint16(v)) && r.imm[1] == int64(uint8(r.imm[1]))
	}
	return true
}

// narrow tells that v, of the operand's 16 or 32 bits, is a negative number of 8 bits.
func (w *row) narrow(v int64) bool {
	switch w.sig & 31 {
	case cR16:
		return v == int64(uint16(v)) && isInt8(int64(int16(v)))
	case cR32:
		return v == int64(uint32(v)) && isInt8(int64(int32(v)))
	}
	return false
}

// encode emits the row with the operands of the request.
func (a *Assembler) encode(w *row, r *request) {
	var in [16]uint8
	imm := r.imm[0]
	f := w.form
	in[inReg] = f.digit()
	for i, roles := 0, w.roles; roles != 0; i, roles = i+1, roles>>4 {
		in[roles&15] = r.regs[i%6]
	}
	switch w.attr & 31 {
	case encNone:
		if w.attr&immMask == immEnter {
			imm |= r.imm[1] << 16
		} else if w.attr&aMoffs != 0 {
			imm = r.moffs
		}
		a.none(f, imm)
	case encFixed:
		m := uint8(w.attr >> aModRM)
		a.rr(f, m>>3&7, m&7, imm)
	case encOp:
		a.or8(f, in[inOp], imm)
	case encRel8, encRel32:
		a.emitRel(w, r)
	case encRM:
		a.rm8(f, in[inReg], r.mem, imm)
	case encRR:
		a.rr8(f, in[inReg], in[inRM], imm)
	case encVSIB:
		a.vsib(f, in[inReg], in[inV], r.mem)
	case encVRM:
		a.vrm(f, in[inReg], in[inV], r.mem, imm|int64(in[inIs4])<<4)
	case encVRR:
		a.vrr(f, in[inReg], in[inV], in[inRM], imm|int64(in[inIs4])<<4)
	case encVNone:
		a.vnone(f)
	case encZGather, encZScatter:
		a.zsib(f, in[inReg], r.mask, r.mem, w.attr&31 == encZGather)
	case encZRM:
		a.zrm(f, in[inReg], in[inV], r.mask, r.mem, imm)
	case encZRR:
		if w.sig&sigER != 0 {
			a.zrrER(f, in[inReg], in[inV], in[inRM], r.mask, r.round, imm)
		} else {
			a.zrr(f, in[inReg], in[inV], in[inRM], r.mask, imm)
		}
	}
}
