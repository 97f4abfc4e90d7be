package compile

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/wxjit/wxjit/examples/expr/formula"
)

// Registers are allocated in one scan over the program, which has no branches: every value is in a register, in
// its home in memory, or in both. Constants and variables have a home from the start. Any other value gets one, a
// slot of the stack, when it has to leave its register for the first time; values don't change, so it is written
// once. Who leaves is the one whose next use is furthest away: Belady, "A Study of Replacement Algorithms for a
// Virtual-Storage Computer".

// shape is what a machine asks for the operands of an operation.
type shape struct {
	memory uint8 // bit k: argument k may be in memory
	late   uint8 // bit k: argument k is read after the destination is written, and needs another register
	tied   int8  // the argument that the destination begins as a copy of; -1 for none
	temps  int8  // registers that the operation needs beyond those
}

// calls is the shape of a call of Go: arguments in registers 0 and 1, result in 0, and every register changed.
var calls = shape{tied: -1}

const maxRegisters = 32

// target is what the allocator knows of a machine.
type target struct {
	registers int // up to maxRegisters
	shapes    [opCount]shape
}

// place is where an operand is.
type place struct {
	kind  placeKind
	index int // the number of the register, variable or slot
	bits  uint64
}

type placeKind uint8

const (
	inRegister placeKind = iota
	inVariable           // of the row
	inPool               // a constant: bits
	inSlot               // of the stack
)

// step is an operation with its operands in their places, or a move between a register and memory.
type step struct {
	kind  stepKind
	op    op
	cmp   op
	reg   int // the register that is written, or stored
	args  [4]place
	temps [2]int
	text  string // what it computes
}

type stepKind uint8

const (
	doOperation stepKind = iota
	doLoad               // reg = args[0], in memory
	doStore              // args[0], a slot, = reg
	doMove               // reg = args[0], a register
)

// allocation is a program for a machine.
type allocation struct {
	steps []step
	slots int  // of 8 bytes
	calls bool // there are calls
}

// maxSlots keeps the frame well within a fiber's stack, and every slot within reach of arm64's LDR.
const maxSlots = formula.MaxVars

const never = math.MaxInt32

type allocator struct {
	target *target
	graph  *graph
	allocation

	owner  []value // by register; none if it is free
	reg    []int8  // by value; -1 if it is in none
	slot   []int32 // by value; -1 if it has none
	next   []int32 // by value: the instruction that uses it next
	pinned uint32  // registers that the instruction at hand needs
	spare  []int32 // slots whose value is dead
}

// allocate finds registers for a program.
func allocate(p *program, t *target) (*allocation, error) {
	n := len(p.graph.nodes)
	a := &allocator{
		target: t, graph: p.graph,
		owner: make([]value, t.registers), reg: make([]int8, n), slot: make([]int32, n), next: make([]int32, n),
	}
	for r := range a.owner {
		a.owner[r] = none
	}
	for v := range n {
		a.reg[v], a.slot[v], a.next[v] = -1, -1, never
	}
	after := nextUses(p, a.next)
	for i := range p.insts {
		a.inst(&p.insts[i], after[i])
		if a.slots > maxSlots {
			return nil, fmt.Errorf("more than %d values are needed at the same time", maxSlots)
		}
	}
	return &a.allocation, nil
}

// nextUses gives, for each argument of each instruction, the instruction that uses the same value after it, and
// leaves the first use of each value in next.
func nextUses(p *program, next []int32) [][4]int32 {
	after := make([][4]int32, len(p.insts))
	for i := len(p.insts) - 1; i >= 0; i-- {
		for k, v := range p.insts[i].args {
			after[i][k] = next[v]
		}
		for _, v := range p.insts[i].args {
			next[v] = int32(i)
		}
	}
	return after
}

// inst allocates one instruction; after is the next use of each of its arguments.
func (a *allocator) inst(in *inst, after [4]int32) {
	if in.op.isCall() {
		a.call(in, after)
		return
	}
	shape := a.target.shapes[in.op]
	args := in.args
	if swaps(in, shape) && a.dies(args[1], after[1]) && !a.dies(args[0], after[0]) {
		args = []value{args[1], args[0]}
		after[0], after[1] = after[1], after[0]
	}
	s := step{op: in.op, cmp: in.cmp, reg: -1}
	s.text = a.text(in)
	a.pinned = 0
	for _, v := range args {
		a.pin(a.reg[v])
	}
	for k, v := range args {
		s.args[k] = a.operand(v, shape.memory>>k&1 != 0, after[k] != never || uses(args, v) > 1, s.text)
	}
	for k := range shape.temps {
		s.temps[k] = a.register(s.text)
		a.pinned |= 1 << s.temps[k]
	}
	for k, v := range args {
		a.next[v] = after[k]
	}
	if in.dst != none {
		a.destination(in.dst, &s, args, shape)
	}
	a.steps = append(a.steps, s)
	for _, v := range args {
		a.bury(v)
	}
}

// call allocates a call of Go, which changes every register. What is used after it must be in memory by then.
func (a *allocator) call(in *inst, after [4]int32) {
	text := a.text(in)
	for k, v := range in.args {
		a.next[v] = after[k]
	}
	for r, v := range a.owner {
		if v != none && a.next[v] != never {
			a.save(r, text)
		}
	}
	a.pass(in.args, text)
	for r, v := range a.owner {
		if v != none {
			a.empty(r)
		}
	}
	for _, v := range in.args {
		a.bury(v)
	}
	a.owner[0], a.reg[in.dst] = in.dst, 0
	s := step{op: in.op, text: text}
	for k := range in.args {
		s.args[k] = place{kind: inRegister, index: k}
	}
	a.steps = append(a.steps, s)
	a.calls = true
}

// pass puts one or two arguments in registers 0 and 1.
func (a *allocator) pass(args []value, text string) {
	var from [2]place
	for k, v := range args {
		from[k] = place{kind: inRegister, index: int(a.reg[v])}
		if a.reg[v] < 0 {
			from[k] = a.home(v)
		}
	}
	move := func(r int, p place) {
		switch {
		case p.kind != inRegister:
			a.steps = append(a.steps, step{kind: doLoad, reg: r, args: [4]place{p}, text: text})
		case p.index != r:
			a.steps = append(a.steps, step{kind: doMove, reg: r, args: [4]place{p}, text: text})
		}
	}
	first, second := place{kind: inRegister}, place{kind: inRegister, index: 1}
	switch {
	case len(args) == 1:
		move(0, from[0])
	case from[1] != first:
		move(0, from[0])
		move(1, from[1])
	case from[0] != second:
		move(1, from[1])
		move(0, from[0])
	default: // each is where the other should be, and what else is in registers is in memory too, or dead
		move(2, first)
		move(0, second)
		move(1, place{kind: inRegister, index: 2})
	}
}

// swaps tells whether the arguments can be given the other way round, and it matters which is first.
func swaps(in *inst, s shape) bool { return (in.op == opAdd || in.op == opMul) && s.tied == 0 }

// dies tells whether v leaves a register behind when it is next used at after.
func (a *allocator) dies(v value, after int32) bool { return a.reg[v] >= 0 && after == never }

func uses(args []value, v value) (n int) {
	for _, a := range args {
		if a == v {
			n++
		}
	}
	return n
}

func (a *allocator) text(in *inst) string {
	if in.dst == none {
		return "result"
	}
	return a.graph.texts[in.dst]
}

// operand finds where an instruction reads v, and loads it if that can't be memory, or if it is wanted again and
// a register is free.
func (a *allocator) operand(v value, memory, again bool, text string) place {
	if a.reg[v] < 0 {
		if memory && (!again || a.free() < 0) {
			return a.home(v)
		}
		r := a.register(text)
		a.steps = append(a.steps, step{kind: doLoad, reg: r, args: [4]place{a.home(v)}, text: text})
		a.owner[r], a.reg[v] = v, int8(r)
		a.pin(a.reg[v])
	}
	return place{kind: inRegister, index: int(a.reg[v])}
}

// home is where v is in memory.
func (a *allocator) home(v value) place {
	switch n := &a.graph.nodes[v]; n.op {
	case opConst:
		return place{kind: inPool, bits: n.imm}
	case opVar:
		return place{kind: inVariable, index: int(n.imm)}
	}
	return place{kind: inSlot, index: int(a.slot[v])}
}

// destination gives v a register. It may be that of an argument that is not used again, unless the argument is
// late, and is that of the tied one if possible.
func (a *allocator) destination(v value, s *step, args []value, shape shape) {
	tied := none
	if shape.tied >= 0 {
		tied = args[shape.tied]
	}
	best := -1
	for k, arg := range args {
		r := a.reg[arg]
		if r < 0 || a.next[arg] != never || arg != tied && a.late(args, arg, shape) {
			continue
		}
		if best < 0 || k == int(shape.tied) {
			best = int(r)
		}
	}
	if best >= 0 {
		a.reg[a.owner[best]] = -1
	} else {
		best = a.register(s.text)
	}
	a.owner[best], a.reg[v], s.reg = v, int8(best), best
}

// late tells whether arg is a late argument in one of its places.
func (a *allocator) late(args []value, arg value, shape shape) bool {
	for k, v := range args {
		if v == arg && shape.late>>k&1 != 0 {
			return true
		}
	}
	return false
}

// bury takes what a value held, if it is not used again.
func (a *allocator) bury(v value) {
	if a.next[v] != never {
		return
	}
	if r := a.reg[v]; r >= 0 {
		a.owner[r], a.reg[v] = none, -1
	}
	if s := a.slot[v]; s >= 0 {
		a.spare = append(a.spare, s)
		a.slot[v] = -1
	}
}

// register gives a register that is free and not pinned, after making one free if there is none.
func (a *allocator) register(text string) int {
	if r := a.free(); r >= 0 {
		return r
	}
	best := -1
	for r, v := range a.owner {
		if a.pinned>>r&1 == 0 && (best < 0 || a.next[v] > a.next[a.owner[best]]) {
			best = r
		}
	}
	a.save(best, text)
	a.empty(best)
	return best
}

// save gives what is in register r a home, if it has none.
func (a *allocator) save(r int, text string) {
	if v := a.owner[r]; !a.graph.isLeaf(v) && a.slot[v] < 0 {
		a.slot[v] = a.newSlot()
		a.steps = append(a.steps, step{kind: doStore, reg: r, args: [4]place{a.home(v)}, text: text})
	}
}

// empty takes register r from what is in it.
func (a *allocator) empty(r int) { a.reg[a.owner[r]], a.owner[r] = -1, none }

// free gives a register that is free and not pinned, or -1.
func (a *allocator) free() int {
	var taken uint32
	for r, v := range a.owner {
		if v != none {
			taken |= 1 << r
		}
	}
	if r := bits.TrailingZeros32(^(taken | a.pinned)); r < a.target.registers {
		return r
	}
	return -1
}

func (a *allocator) newSlot() int32 {
	if n := len(a.spare); n > 0 {
		s := a.spare[n-1]
		a.spare = a.spare[:n-1]
		return s
	}
	a.slots++
	return int32(a.slots - 1)
}

func (a *allocator) pin(r int8) {
	if r >= 0 {
		a.pinned |= 1 << r
	}
}
