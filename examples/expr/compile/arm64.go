package compile

import (
	"math"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/arm64"
)

// arm64Target is A64, whose floating-point instructions take three registers and no memory. The callee may change
// v0-v7 and v16-v31: AAPCS64, "SIMD and Floating-Point registers".
var arm64Target = target{registers: 24, shapes: [opCount]shape{
	opNeg: {tied: -1}, opAbs: {tied: -1}, opSqrt: {tied: -1}, opFloor: {tied: -1}, opCeil: {tied: -1}, opRound: {tied: -1},
	opAdd: {tied: -1}, opSub: {tied: -1}, opMul: {tied: -1}, opDiv: {tied: -1},
	opMinNum: {tied: -1}, opMaxNum: {tied: -1}, opMaxZero: {tied: -1},
	opMin:   {late: 0b11, tied: -1, temps: 1},
	opMax:   {late: 0b11, tied: -1, temps: 1},
	opFloat: {tied: -1, temps: 1}, opSelect: {tied: -1}, opResult: {tied: -1},
	opSin: calls, opCos: calls, opTan: calls, opExp: calls, opLog: calls, opPow: calls, opMod: calls,
}}

// armRegisters are the function's registers, which move from row to row.
type armRegisters struct {
	vars, out arm64.X // of this row
	rows      arm64.X // that are left, this one included
	result    arm64.X // how many rows there were
}

// Those of the C call, but for the first argument, which is in X0 at the call, and those that a callee preserves.
var (
	armArguments = armRegisters{arm64.X3, arm64.X1, arm64.X2, arm64.X0}
	armPreserved = armRegisters{arm64.X19, arm64.X20, arm64.X21, arm64.X22}
)

// armConditions hold after FCMP when the comparison does, also when an operand is NaN: Arm ARM DDI 0487, "Condition
// codes".
var armConditions = [opCount]arm64.Cond{opEqual: arm64.EQ, opNotEqual: arm64.NE, opLess: arm64.MI, opLessEqual: arm64.LS}

// armPoolReach is how far behind its first use a pool may be: LDR (literal) reaches 1 MiB, and the pool has a length.
const armPoolReach = 1<<20 - 1<<16

// armBranchReach is how far back a conditional branch can go.
const armBranchReach = 1 << 20

// arm is code in the making.
type arm struct {
	arm64.Assembler
	armRegisters
	pool     pool
	firstUse int              // offset of the first instruction that waits for the pool
	calls    map[op]asm.Label // functions
	frame    arm64.Frame      // if there are calls
	size     int              // of the stack frame, if there are none
}

// emitARM64 makes the function for A64.
func emitARM64(al *allocation, vars int) (*asm.Object, error) {
	e := &arm{armRegisters: armArguments, calls: map[op]asm.Label{}}
	begin, loop := e.NewLabel(""), e.NewLabel("row")
	e.Comment("no rows: nothing to do")
	e.MOVxx(e.vars, arm64.X0)
	e.MOVxx(e.result, e.rows)
	e.CMPxi(e.rows, 0)
	e.Bcl(arm64.GT, begin)
	e.RET()
	e.Bind(begin)
	e.enter(al)
	e.Bind(loop)
	first := e.Len()
	text := ""
	for i := range al.steps {
		s := &al.steps[i]
		if s.text != text {
			text = s.text
			e.Comment(comment(text))
		}
		e.step(s)
		e.island()
	}
	e.Comment("next row")
	inParts(8*vars, func(n int) { e.ADDxxi(e.vars, e.vars, n) })
	e.ADDxxi(e.out, e.out, 8)
	e.SUBSxxi(e.rows, e.rows, 1)
	if e.Len()-first < armBranchReach {
		e.Bcl(arm64.NE, loop)
	} else {
		last := e.NewLabel("")
		e.Bcl(arm64.EQ, last)
		e.Bl(loop)
		e.Bind(last)
	}
	e.leave(al)
	e.constants()
	return e.Finish()
}

// enter makes the stack frame. With calls it takes registers that they preserve.
func (e *arm) enter(al *allocation) {
	switch {
	case al.calls:
		p := armPreserved
		e.frame = arm64.Frame{Size: int32(8 * al.slots), Saved: []arm64.X{p.vars, p.out, p.rows, p.result}}
		e.Comment("registers that functions preserve, and room for values that they don't")
		e.Prologue(e.frame)
		e.MOVxx(p.vars, e.vars)
		e.MOVxx(p.out, e.out)
		e.MOVxx(p.rows, e.rows)
		e.MOVxx(p.result, e.result)
		e.armRegisters = p
	case al.slots > 0:
		e.size = (al.slots + 1) &^ 1 * 8 // AAPCS64: sp stays a multiple of 16
		e.Comment("room for values that don't fit into registers")
		inParts(e.size, func(n int) { e.SUBppi(arm64.SP, arm64.SP, n) })
	}
}

// leave undoes enter, and returns.
func (e *arm) leave(al *allocation) {
	if al.calls {
		e.MOVxx(armArguments.result, e.result)
		e.Epilogue(e.frame)
		return
	}
	inParts(e.size, func(n int) { e.ADDppi(arm64.SP, arm64.SP, n) })
	e.RET()
}

// function calls a Go function, by a name that is resolved when the code is given to an arena.
func (e *arm) function(o op) {
	l, ok := e.calls[o]
	if !ok {
		l = e.Extern(functions[o])
		e.calls[o] = l
	}
	e.Comment("call " + functions[o])
	e.BLl(l)
}

// inParts adds or takes away n, which is below 1<<24, by immediates that ADD and SUB can have: 12 bits, or 12 bits
// shifted left by 12.
func inParts(n int, do func(imm int)) {
	for _, part := range []int{n & 0xfff, n &^ 0xfff} {
		if part != 0 {
			do(part)
		}
	}
}

// island puts the pool into the middle of the code, and a branch over it, before it is out of reach.
func (e *arm) island() {
	if len(e.pool.constants) == 0 || e.Len()-e.firstUse < armPoolReach-8*len(e.pool.constants) {
		return
	}
	over := e.NewLabel("")
	e.Comment("over constants")
	e.Bl(over)
	e.constants()
	e.Bind(over)
}

// constants writes the pool and begins a new one.
func (e *arm) constants() {
	for i, c := range e.pool.constants {
		if i == 0 {
			e.Align(8)
		}
		e.Bind(c.label)
		e.Comment(c.comment())
		e.Uint64(c.bits)
	}
	e.pool = pool{}
}

// register is the allocator's r-th: v0-v7, then v16-v31.
func (e *arm) register(r int) arm64.D {
	if r >= 8 {
		r += 8
	}
	return arm64.D(max(r, 0))
}

// load is dst = p, from memory.
func (e *arm) load(dst arm64.D, p place) {
	switch p.kind {
	case inVariable:
		e.LDRdm(dst, arm64.MemOff(e.vars, 8*p.index))
	case inSlot:
		e.LDRdm(dst, arm64.MemOff(arm64.SP, 8*p.index))
	case inPool:
		e.number(dst, p.bits)
	}
}

// number is dst = the float64 with these bits: by an instruction that holds it, if there is one.
func (e *arm) number(dst arm64.D, bits uint64) {
	switch {
	case bits == 0:
		e.FMOVdx(dst, arm64.XZR)
	case isImmediate(bits):
		e.FMOVdi(dst, math.Float64frombits(bits))
	default:
		if len(e.pool.constants) == 0 {
			e.firstUse = e.Len()
		}
		e.LDRdl(dst, e.pool.label(constantKey{bits, number}, e.NewLabel))
	}
}

// isImmediate tells whether FMOV (scalar, immediate) can express a float64: four bits of fraction, and an exponent of
// which all bits but the highest and the lowest two are the inverse of the highest. Arm ARM DDI 0487,
// "Modified immediate constants in A64 floating-point instructions".
func isImmediate(bits uint64) bool {
	exponent := bits >> 54 & 0x1ff
	return bits<<16 == 0 && (exponent == 0x100 || exponent == 0x0ff)
}

func (e *arm) step(s *step) {
	dst := e.register(s.reg)
	switch s.kind {
	case doLoad:
		e.load(dst, s.args[0])
		return
	case doMove:
		e.FMOVdd(dst, e.register(s.args[0].index))
		return
	case doStore:
		e.STRdm(dst, arm64.MemOff(arm64.SP, 8*s.args[0].index))
		return
	}
	a, b := e.register(s.args[0].index), e.register(s.args[1].index)
	switch s.op {
	case opAdd:
		e.FADDddd(dst, a, b)
	case opSub:
		e.FSUBddd(dst, a, b)
	case opMul:
		e.FMULddd(dst, a, b)
	case opDiv:
		e.FDIVddd(dst, a, b)
	case opMinNum:
		e.FMINddd(dst, a, b)
	case opMaxNum, opMaxZero:
		e.FMAXddd(dst, a, b)
	case opMin:
		e.FMINddd(dst, a, b)
		e.infinity(s, dst, math.Inf(-1))
	case opMax:
		e.FMAXddd(dst, a, b)
		e.infinity(s, dst, math.Inf(1))
	case opNeg:
		e.FNEGdd(dst, a)
	case opAbs:
		e.FABSdd(dst, a)
	case opSqrt:
		e.FSQRTdd(dst, a)
	case opFloor:
		e.FRINTMdd(dst, a)
	case opCeil:
		e.FRINTPdd(dst, a)
	case opRound:
		e.FRINTAdd(dst, a)
	case opSin, opCos, opTan, opExp, opLog, opPow, opMod:
		e.function(s.op)
	case opFloat:
		one := e.register(s.temps[0])
		e.FCMPdd(a, b)
		e.FMOVdi(one, 1)
		e.FMOVdx(dst, arm64.XZR)
		e.FCSELdddc(dst, one, dst, armConditions[s.cmp])
	case opSelect:
		e.FCMPdd(a, b)
		e.FCSELdddc(dst, e.register(s.args[2].index), e.register(s.args[3].index), armConditions[s.cmp])
	case opResult:
		e.STRdm(a, arm64.MemOff(e.out, 0))
	}
}

// infinity makes dst, which FMIN or FMAX gave, the infinity that goes before NaN, if one of the operands is it.
func (e *arm) infinity(s *step, dst arm64.D, inf float64) {
	limit := e.register(s.temps[0])
	e.number(limit, math.Float64bits(inf))
	for _, p := range s.args[:2] {
		arg := e.register(p.index)
		e.FCMPdd(arg, limit)
		e.FCSELdddc(dst, arg, dst, arm64.EQ)
	}
}
