package compile

import (
	"math"
	"slices"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/amd64"
)

// overwrites is dst = args[0]; dst = dst op args[1].
var overwrites = shape{memory: 0b11, late: 0b10, tied: 0}

// amd64Target is x86-64 with the two-operand instructions of SSE2, and ROUNDSD of SSE4.1. All of xmm0-xmm15 are the
// callee's: System V ABI AMD64, "Registers".
var amd64Target = target{registers: 16, shapes: [opCount]shape{
	opAdd: overwrites, opSub: overwrites, opMul: overwrites, opDiv: overwrites,
	opMinNum: overwrites, opMaxNum: overwrites, opMaxZero: overwrites, opFloat: overwrites,
	opNeg: {memory: 0b1, tied: 0}, opAbs: {memory: 0b1, tied: 0},
	opSqrt: {memory: 0b1, tied: -1}, opFloor: {memory: 0b1, tied: -1}, opCeil: {memory: 0b1, tied: -1},
	opRound:  {memory: 0b1, late: 0b1, tied: -1},
	opMin:    {memory: 0b11, late: 0b11, tied: -1, temps: 2},
	opMax:    {memory: 0b11, late: 0b11, tied: -1, temps: 2},
	opSelect: {memory: 0b111, late: 0b1000, tied: 2, temps: 1},
	opSin:    calls, opCos: calls, opTan: calls, opExp: calls, opLog: calls, opPow: calls, opMod: calls,
	opResult: {tied: -1},
}}

// x86Registers are the function's registers, which move from row to row.
type x86Registers struct {
	vars, out amd64.Reg64 // of this row
	rows      amd64.Reg64 // that are left, this one included
	result    amd64.Reg64 // how many rows there were
}

// Those that the C call passes its arguments in, and those that a callee preserves.
var (
	x86Arguments = x86Registers{amd64.RDI, amd64.RSI, amd64.RDX, amd64.RAX}
	x86Preserved = x86Registers{amd64.RBX, amd64.R12, amd64.R13, amd64.R14}
)

// Immediates of CMPSD and ROUNDSD: Intel SDM Vol. 2, "CMPSD", Table "Comparison Predicate", and "ROUNDPD", Figure "Bit
// Control Fields of Immediate Byte". Bit 3 of the latter leaves the inexact flag alone.
const (
	roundFloor = 0b1001
	roundCeil  = 0b1010
	roundTrunc = 0b1011
)

var x86Predicates = [opCount]uint8{opEqual: 0, opLess: 1, opLessEqual: 2, opNotEqual: 4}

// Bits of a float64, in both halves of an XMM register.
const (
	signBit  = 1 << 63
	fraction = 1<<52 - 1
)

// x86 is code in the making.
type x86 struct {
	amd64.Assembler
	x86Registers
	pool  pool
	calls map[op]asm.Label // functions
	frame amd64.Frame      // if there are calls
	size  int32            // of the stack frame, if there are none
}

// emitAMD64 makes the function for x86-64.
func emitAMD64(al *allocation, vars int) (*asm.Object, error) {
	e := &x86{x86Registers: x86Arguments, calls: map[op]asm.Label{}}
	loop, end := e.NewLabel("row"), e.NewLabel("end")
	e.Comment("no rows: nothing to do")
	e.MOVrr64(e.result, e.rows)
	e.TESTrr64(e.rows, e.rows)
	e.JLEl(end)
	e.enter(al)
	e.Bind(loop)
	text := ""
	for i := range al.steps {
		s := &al.steps[i]
		if s.text != text {
			text = s.text
			e.Comment(comment(text))
		}
		e.step(s)
	}
	e.Comment("next row")
	if vars > 0 {
		e.ADDri64(e.vars, int32(8*vars))
	}
	e.ADDri64(e.out, 8)
	e.SUBri64(e.rows, 1)
	e.JNEl(loop)
	e.leave(al)
	e.Bind(end)
	e.RET()
	e.constants()
	return e.Finish()
}

// enter makes the stack frame. With calls it takes registers that they preserve.
func (e *x86) enter(al *allocation) {
	switch {
	case al.calls:
		p := x86Preserved
		e.frame = amd64.Frame{Size: int32(8 * al.slots), Saved: []amd64.Reg64{p.vars, p.out, p.rows, p.result}}
		e.Comment("registers that functions preserve, and room for values that they don't")
		e.Prologue(e.frame)
		e.MOVrr64(p.vars, e.vars)
		e.MOVrr64(p.out, e.out)
		e.MOVrr64(p.rows, e.rows)
		e.MOVrr64(p.result, e.result)
		e.x86Registers = p
	case al.slots > 0:
		e.size = int32(al.slots+1) &^ 1 * 8 // rsp stays aligned as it was
		e.Comment("room for values that don't fit into registers")
		e.SUBri64(amd64.RSP, e.size)
	}
}

// leave undoes enter, and returns if that has changed registers.
func (e *x86) leave(al *allocation) {
	switch {
	case al.calls:
		e.MOVrr64(x86Arguments.result, e.result)
		e.Epilogue(e.frame)
	case al.slots > 0:
		e.ADDri64(amd64.RSP, e.size)
	}
}

// function calls a Go function, by a name that is resolved when the code is given to an arena.
func (e *x86) function(o op) {
	l, ok := e.calls[o]
	if !ok {
		l = e.Extern(functions[o])
		e.calls[o] = l
	}
	e.Comment("call " + functions[o])
	e.CALLl(l)
}

// constants writes the pool. Operands of 16 bytes must be aligned to 16: Intel SDM Vol. 2, "ANDPD". They come first.
func (e *x86) constants() {
	slices.SortStableFunc(e.pool.constants, func(a, b constant) int { return min(int(b.kind), 1) - min(int(a.kind), 1) })
	for i, c := range e.pool.constants {
		if i == 0 {
			e.Align(16)
		}
		e.Bind(c.label)
		e.Comment(c.comment())
		e.Uint64(c.bits)
		if c.kind != number {
			e.Uint64(c.bits)
		}
	}
}

// number is the place of a float64 in memory.
func (e *x86) number(bits uint64) amd64.Mem { return e.constant(bits, number) }

// pair is the place where a float64 is in both halves of 16 bytes.
func (e *x86) pair(x float64) amd64.Mem { return e.constant(math.Float64bits(x), pair) }

// mask is the place where bits are in both halves of 16 bytes.
func (e *x86) mask(bits uint64) amd64.Mem { return e.constant(bits, mask) }

func (e *x86) constant(bits uint64, kind constantKind) amd64.Mem {
	return amd64.MemLabel(e.pool.label(constantKey{bits, kind}, e.NewLabel))
}

// memory is an operand that is not in a register.
func (e *x86) memory(p place) amd64.Mem {
	switch p.kind {
	case inVariable:
		return amd64.MemBase(e.vars, int32(8*p.index))
	case inSlot:
		return amd64.MemBase(amd64.RSP, int32(8*p.index))
	}
	return e.number(p.bits)
}

// apply is dst = dst op p, by the form of the instruction that takes a register or the one that takes memory.
func (e *x86) apply(xx func(dst, src amd64.XMM), xm func(dst amd64.XMM, src amd64.Mem), dst amd64.XMM, p place) {
	if p.kind == inRegister {
		xx(dst, amd64.XMM(p.index))
	} else {
		xm(dst, e.memory(p))
	}
}

// move is dst = p.
func (e *x86) move(dst amd64.XMM, p place) {
	switch {
	case p.kind == inPool && p.bits == 0:
		e.XORPDxx(dst, dst)
	case p.kind != inRegister:
		e.MOVSDxm64(dst, e.memory(p))
	case amd64.XMM(p.index) != dst:
		e.MOVAPDxx(dst, amd64.XMM(p.index))
	}
}

// compare makes all bits of dst, which holds the first operand, what the comparison says.
func (e *x86) compare(cmp op, dst amd64.XMM, p place) {
	if p.kind == inRegister {
		e.CMPSDxxi(dst, amd64.XMM(p.index), x86Predicates[cmp])
	} else {
		e.CMPSDxmi64(dst, e.memory(p), x86Predicates[cmp])
	}
}

// round is dst = p, rounded in the way of the immediate.
func (e *x86) round(dst amd64.XMM, p place, how uint8) {
	if p.kind == inRegister {
		e.ROUNDSDxxi(dst, amd64.XMM(p.index), how)
	} else {
		e.ROUNDSDxmi64(dst, e.memory(p), how)
	}
}

func (e *x86) step(s *step) {
	dst := amd64.XMM(max(s.reg, 0))
	switch s.kind {
	case doLoad, doMove:
		e.move(dst, s.args[0])
		return
	case doStore:
		e.MOVSDmx64(e.memory(s.args[0]), dst)
		return
	}
	if amd64Target.shapes[s.op].tied == 0 {
		e.move(dst, s.args[0])
	}
	switch s.op {
	case opAdd:
		e.apply(e.ADDSDxx, e.ADDSDxm64, dst, s.args[1])
	case opSub:
		e.apply(e.SUBSDxx, e.SUBSDxm64, dst, s.args[1])
	case opMul:
		e.apply(e.MULSDxx, e.MULSDxm64, dst, s.args[1])
	case opDiv:
		e.apply(e.DIVSDxx, e.DIVSDxm64, dst, s.args[1])
	case opMinNum:
		e.apply(e.MINSDxx, e.MINSDxm64, dst, s.args[1])
	case opMaxNum:
		e.apply(e.MAXSDxx, e.MAXSDxm64, dst, s.args[1])
	case opMaxZero:
		e.apply(e.MAXSDxx, e.MAXSDxm64, dst, s.args[1])
		e.ADDSDxm64(dst, e.number(0))
	case opNeg:
		e.XORPDxm128(dst, e.mask(signBit))
	case opAbs:
		e.ANDPDxm128(dst, e.mask(^uint64(signBit)))
	case opSqrt:
		e.apply(e.SQRTSDxx, e.SQRTSDxm64, dst, s.args[0])
	case opFloor:
		e.round(dst, s.args[0], roundFloor)
	case opCeil:
		e.round(dst, s.args[0], roundCeil)
	case opRound:
		e.roundHalfAway(dst, s.args[0])
	case opMin, opMax:
		e.minmax(s, dst)
	case opSin, opCos, opTan, opExp, opLog, opPow, opMod:
		e.function(s.op)
	case opFloat:
		e.compare(s.cmp, dst, s.args[1])
		e.ANDPDxm128(dst, e.pair(1))
	case opSelect:
		e.choose(s, dst)
	case opResult:
		e.MOVSDmx64(amd64.MemBase(e.out, 0), amd64.XMM(s.args[0].index))
	}
}

// roundHalfAway is dst = p, rounded to the nearest integer, halves away from zero. It adds the greatest number below a
// half, with the sign of p, and cuts the fraction off. A half itself would round the sum of it and
// 0.49999999999999994 up to 1; with the number below, only what is a half at least reaches the next integer.
func (e *x86) roundHalfAway(dst amd64.XMM, p place) {
	e.move(dst, p)
	e.ANDPDxm128(dst, e.mask(signBit))
	e.ORPDxm128(dst, e.pair(math.Nextafter(0.5, 0)))
	e.apply(e.ADDSDxx, e.ADDSDxm64, dst, p)
	e.ROUNDSDxxi(dst, dst, roundTrunc)
}

// minmax is dst = math.Min or math.Max of the arguments. MINSD a, b gives b if one is NaN or both are 0, so it is done
// both ways round. For the least, the OR of both results is NaN if one is, and -0 if one is. For the greatest, as
// their difference is only in the sign of zeros unless one is NaN, taking it away turns -0 into +0. Then an
// infinity, which goes before NaN, is made of the NaN by clearing what infinities have not.
func (e *x86) minmax(s *step, dst amd64.XMM) {
	t, u := amd64.XMM(s.temps[0]), amd64.XMM(s.temps[1])
	a, b := s.args[0], s.args[1]
	e.move(t, a)
	e.move(u, b)
	inf, clear := math.Inf(-1), uint64(fraction)
	if s.op == opMin {
		e.apply(e.MINSDxx, e.MINSDxm64, t, b)
		e.apply(e.MINSDxx, e.MINSDxm64, u, a)
		e.ORPDxx(t, u)
	} else {
		inf, clear = math.Inf(1), signBit|fraction
		e.apply(e.MAXSDxx, e.MAXSDxm64, t, b)
		e.apply(e.MAXSDxx, e.MAXSDxm64, u, a)
		e.XORPDxx(u, t)
		e.ORPDxx(t, u)
		e.SUBSDxx(t, u)
	}
	e.move(dst, a)
	e.CMPSDxmi64(dst, e.number(math.Float64bits(inf)), x86Predicates[opEqual])
	e.move(u, b)
	e.CMPSDxmi64(u, e.number(math.Float64bits(inf)), x86Predicates[opEqual])
	e.ORPDxx(dst, u)
	e.ANDPDxm128(dst, e.mask(clear))
	e.ANDNPDxx(dst, t)
}

// choose is dst = args[2] where the comparison of args[0] with args[1] holds, and otherwise args[3].
func (e *x86) choose(s *step, dst amd64.XMM) {
	mask := amd64.XMM(s.temps[0])
	e.move(mask, s.args[0])
	e.compare(s.cmp, mask, s.args[1])
	e.move(dst, s.args[2])
	e.ANDPDxx(dst, mask)
	e.ANDNPDxx(mask, amd64.XMM(s.args[3].index))
	e.ORPDxx(dst, mask)
}
