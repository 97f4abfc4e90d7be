package compile

import (
	"math"
	"math/bits"

	"github.com/wxjit/wxjit/examples/expr/formula"
)

// value is a node of a graph, by its index.
type value int32

// op is what a node computes. Its type follows from it: comparisons and truths are bool, all else is float.
type op uint8

const (
	opConst     op = iota // float: imm is its bits
	opVar                 // float: imm is the variable's index
	opNeg                 // float to float, from here to opLog
	opAbs                 //
	opSqrt                //
	opFloor               //
	opCeil                //
	opRound               //
	opSin                 // a call of Go, from here to opLog
	opCos                 //
	opTan                 //
	opExp                 //
	opLog                 //
	opAdd                 // float, float to float, from here to opMax
	opSub                 //
	opMul                 //
	opDiv                 //
	opPow                 // a call of Go, as is opMod
	opMod                 //
	opMin                 //
	opMax                 //
	opMinNum              // like opMin, but the first is a number that a single instruction can decide by: see minmax
	opMaxNum              //
	opMaxZero             // like opMaxNum, and the first is +0
	opTruth               // bool: imm is 1 or 0
	opLess                // float, float to bool, from here to opNotEqual
	opLessEqual           //
	opEqual               //
	opNotEqual            // true if one is NaN
	opFloat               // bool to float: 1 or 0
	opSelect              // bool, float, float to float
	opResult              // float: the row's result; the last of a program, not in a graph
	opCount
)

func (o op) isBool() bool     { return o >= opTruth && o <= opNotEqual }
func (o op) isRounding() bool { return o >= opFloor && o <= opRound }
func (o op) isCall() bool     { return o >= opSin && o <= opLog || o == opPow || o == opMod }
func (o op) isCommutative() bool {
	return o == opAdd || o == opMul || o == opMin || o == opMax || o == opEqual || o == opNotEqual
}

// applied is what the language calls the operations that the tree walker can do for us.
var applied = [opCount]formula.Op{
	opNeg: formula.Neg, opAbs: formula.Abs, opSqrt: formula.Sqrt, opFloor: formula.Floor, opCeil: formula.Ceil, opRound: formula.Round,
	opAdd: formula.Add, opSub: formula.Sub, opMul: formula.Mul, opDiv: formula.Div, opMin: formula.Min, opMax: formula.Max,
	opSin: formula.Sin, opCos: formula.Cos, opTan: formula.Tan, opExp: formula.Exp, opLog: formula.Log, opPow: formula.Pow, opMod: formula.Mod,
	opLess: formula.Less, opLessEqual: formula.LessEqual, opEqual: formula.Equal, opNotEqual: formula.NotEqual,
}

// operations are the graph's names for what means the same in the language.
var operations = map[formula.Op]op{
	formula.Neg: opNeg, formula.Abs: opAbs, formula.Sqrt: opSqrt, formula.Floor: opFloor, formula.Ceil: opCeil, formula.Round: opRound,
	formula.Add: opAdd, formula.Sub: opSub, formula.Mul: opMul, formula.Div: opDiv, formula.Min: opMin, formula.Max: opMax,
	formula.Sin: opSin, formula.Cos: opCos, formula.Tan: opTan, formula.Exp: opExp, formula.Log: opLog, formula.Pow: opPow, formula.Mod: opMod,
	formula.Less: opLess, formula.LessEqual: opLessEqual, formula.Equal: opEqual, formula.NotEqual: opNotEqual,
}

// functions are the names of those that are calls of Go.
var functions = map[op]string{
	opSin: "sin", opCos: "cos", opTan: "tan", opExp: "exp", opLog: "log", opPow: "pow", opMod: "mod",
}

// node is an operation on earlier nodes. As it is comparable, it is also the key under which it is found again.
type node struct {
	op   op
	args [3]value // unused ones are 0
	imm  uint64
}

// graph is a formula as a directed acyclic graph: a value that occurs several times is one node, what can be
// computed beforehand is a constant, and arguments come before what uses them.
type graph struct {
	f     *formula.Formula
	nodes []node
	texts []string // what each was read from, for comments
	index map[node]value
	text  string // of the part of the formula that is being built
	root  value
}

// newGraph builds the graph of a formula.
func newGraph(f *formula.Formula) *graph {
	g := &graph{f: f, index: map[node]value{}}
	g.root = g.build(f.Root)
	return g
}

// add gives the node n, a new one unless there is one like it.
func (g *graph) add(n node) value {
	if v, ok := g.index[n]; ok {
		return v
	}
	v := value(len(g.nodes))
	g.nodes = append(g.nodes, n)
	g.texts = append(g.texts, g.text)
	g.index[n] = v
	return v
}

func (g *graph) constant(x float64) value { return g.add(node{op: opConst, imm: math.Float64bits(x)}) }

// number gives what v is, if it is a constant.
func (g *graph) number(v value) (x float64, ok bool) {
	n := &g.nodes[v]
	return math.Float64frombits(n.imm), n.op == opConst
}

// is tells whether v is the constant with the bits of x.
func (g *graph) is(v value, x float64) bool {
	return g.nodes[v].op == opConst && g.nodes[v].imm == math.Float64bits(x)
}

// build gives the float that a part of the formula computes.
func (g *graph) build(n *formula.Node) value {
	switch n.Op {
	case formula.Number:
		g.text = g.f.Text(n)
		return g.constant(n.Value)
	case formula.Variable:
		g.text = g.f.Text(n)
		return g.add(node{op: opVar, imm: uint64(n.Index)})
	case formula.Cond:
		c, yes, no := g.condition(n.Args[0]), g.build(n.Args[1]), g.build(n.Args[2])
		g.text = g.f.Text(n)
		return g.choose(c, yes, no)
	case formula.IntPow:
		x := g.build(n.Args[0])
		g.text = g.f.Text(n)
		return g.power(x, n.Exponent)
	}
	if n.Op >= formula.Less && n.Op <= formula.NotEqual {
		return g.float(g.condition(n))
	}
	x := g.build(n.Args[0])
	if len(n.Args) == 1 {
		g.text = g.f.Text(n)
		return g.unary(operations[n.Op], x)
	}
	y := g.build(n.Args[1])
	g.text = g.f.Text(n)
	return g.binary(operations[n.Op], x, y)
}

// condition gives the bool that tells whether a part of the formula is not 0.
func (g *graph) condition(n *formula.Node) value {
	if n.Op < formula.Less || n.Op > formula.NotEqual {
		v := g.build(n)
		g.text = g.f.Text(n)
		if g.nodes[v].op == opFloat {
			return g.nodes[v].args[0]
		}
		return g.compare(opNotEqual, v, g.constant(0))
	}
	x, y := g.build(n.Args[0]), g.build(n.Args[1])
	g.text = g.f.Text(n)
	switch n.Op {
	case formula.Greater:
		return g.compare(opLess, y, x)
	case formula.GreaterEqual:
		return g.compare(opLessEqual, y, x)
	}
	return g.compare(operations[n.Op], x, y)
}

// float is the bool c as 1 or 0.
func (g *graph) float(c value) value {
	if n := g.nodes[c]; n.op == opTruth {
		return g.constant(float64(n.imm))
	}
	return g.add(node{op: opFloat, args: [3]value{c}})
}

// choose is yes or no.
func (g *graph) choose(c, yes, no value) value {
	if n := g.nodes[c]; n.op == opTruth {
		if n.imm != 0 {
			return yes
		}
		return no
	}
	if yes == no {
		return yes
	}
	return g.add(node{op: opSelect, args: [3]value{c, yes, no}})
}

// compare is a comparison of x and y.
func (g *graph) compare(o op, x, y value) value {
	a, aok := g.number(x)
	b, bok := g.number(y)
	if aok && bok {
		return g.add(node{op: opTruth, imm: uint64(applied[o].Apply(a, b))})
	}
	if o.isCommutative() {
		x, y = min(x, y), max(x, y)
	}
	return g.add(node{op: o, args: [3]value{x, y}})
}

// power is x^n, in the steps of formula.Power.
func (g *graph) power(x value, n int64) value {
	if n == 0 {
		return g.constant(1)
	}
	u, r := uint64(max(n, -n)), x
	for i := bits.Len64(u) - 2; i >= 0; i-- {
		r = g.binary(opMul, r, r)
		if u>>i&1 != 0 {
			r = g.binary(opMul, r, x)
		}
	}
	if n < 0 {
		return g.binary(opDiv, g.constant(1), r)
	}
	return r
}

// unary is o of x.
func (g *graph) unary(o op, x value) value {
	if a, ok := g.number(x); ok {
		return g.constant(applied[o].Apply(a, 0))
	}
	arg := g.nodes[x]
	switch {
	case o == opNeg && arg.op == opNeg:
		return arg.args[0]
	case o == opAbs && arg.op == opNeg:
		return g.unary(opAbs, arg.args[0])
	case o == opAbs && arg.op == opAbs, o.isRounding() && arg.op.isRounding():
		return x
	}
	return g.add(node{op: o, args: [3]value{x}})
}

// binary is o of x and y. What it leaves out or puts differently gives the same bits for every value, but for
// which NaN it is.
func (g *graph) binary(o op, x, y value) value {
	a, aok := g.number(x)
	b, bok := g.number(y)
	switch {
	case aok && bok:
		return g.constant(applied[o].Apply(a, b))
	case aok && o.isCommutative():
		return g.binary(o, y, x)
	}
	switch {
	case bok && o == opDiv && exactReciprocal(b):
		return g.binary(opMul, x, g.constant(1/b))
	case o == opMul && g.is(y, 1), o == opAdd && g.is(y, math.Copysign(0, -1)), o == opSub && g.is(y, 0):
		return x
	case o == opMul && g.is(y, -1):
		return g.unary(opNeg, x)
	case o == opAdd && g.nodes[y].op == opNeg:
		return g.binary(opSub, x, g.nodes[y].args[0])
	case o == opAdd && g.nodes[x].op == opNeg:
		return g.binary(opSub, y, g.nodes[x].args[0])
	case o == opSub && g.nodes[y].op == opNeg:
		return g.binary(opAdd, x, g.nodes[y].args[0])
	case o == opMin || o == opMax:
		return g.minmax(o, x, y)
	}
	if o.isCommutative() {
		x, y = min(x, y), max(x, y)
	}
	return g.add(node{op: o, args: [3]value{x, y}})
}

// exactReciprocal tells whether dividing by b is the same as multiplying by 1/b: b is a power of two, and so is
// 1/b. Both then round the same number.
func exactReciprocal(b float64) bool {
	frac, _ := math.Frexp(b)
	return math.Abs(frac) == 0.5 && !math.IsInf(1/b, 0)
}

// minmax is the least or greatest of x and y, of which y may be a constant.
//
// x86's MINSD c, x is c if c < x and otherwise x, so that it is x when x is NaN or both are 0. That is math.Min
// for every x unless c is NaN, or -Inf, which goes before NaN, or -0, which goes before +0. MAXSD is the same
// the other way round; max(+0, x), which everybody writes, needs +0 to be added, which changes nothing but -0.
// Arm's FMIN and FMAX know about zeros.
func (g *graph) minmax(o op, x, y value) value {
	if x == y {
		return x
	}
	num, first := opMinNum, -1
	if o == opMax {
		num, first = opMaxNum, 1
	}
	if c, ok := g.number(y); ok && c == c && !math.IsInf(c, first) {
		switch {
		case c != 0 || math.Signbit(c) == (o == opMax):
			return g.add(node{op: num, args: [3]value{y, x}})
		case o == opMax:
			return g.add(node{op: opMaxZero, args: [3]value{y, x}})
		}
	}
	return g.add(node{op: o, args: [3]value{min(x, y), max(x, y)}})
}
