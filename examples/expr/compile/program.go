package compile

import "slices"

// inst is an operation of a program: its operation takes args and gives dst. A comparison is never on its own:
// it is the first two arguments of the opFloat or opSelect that uses it, so that no machine needs a place for it.
type inst struct {
	op   op
	cmp  op // which comparison, for opFloat and opSelect
	dst  value
	args []value
}

// program is what a row's result takes, in order. Constants and variables are not in it: they are in memory.
type program struct {
	graph *graph
	insts []inst
}

// newProgram puts a graph in order. Of the arguments of an operation, the one that needs the most registers comes
// first, so that the others don't wait in registers for it: Sethi and Ullman, "The Generation of Optimal Code
// for Arithmetic Expressions". It is exact for trees and a guess where a value is used twice.
func newProgram(g *graph) *program {
	p := &program{graph: g}
	needs := make([]int32, len(g.nodes))
	for v := range g.nodes {
		if !g.isLeaf(value(v)) {
			needs[v] = need(g.operands(value(v)), needs)
			if g.nodes[v].op.isCall() {
				needs[v] = max(needs[v], maxRegisters) // it changes them all
			}
		}
	}
	done := make([]bool, len(g.nodes))
	var visit func(v value)
	visit = func(v value) {
		if done[v] || g.isLeaf(v) {
			return
		}
		done[v] = true
		args := g.operands(v)
		order := slices.Clone(args)
		slices.SortStableFunc(order, func(a, b value) int { return int(needs[b] - needs[a]) })
		for _, a := range order {
			visit(a)
		}
		in := inst{op: g.nodes[v].op, dst: v, args: args}
		if in.op == opFloat || in.op == opSelect {
			in.cmp = g.nodes[g.nodes[v].args[0]].op
		}
		p.insts = append(p.insts, in)
	}
	visit(g.root)
	p.insts = append(p.insts, inst{op: opResult, dst: none, args: []value{g.root}})
	return p
}

// none is no value.
const none value = -1

// isLeaf tells whether v is in memory from the start.
func (g *graph) isLeaf(v value) bool { return g.nodes[v].op <= opVar }

// operands are the floats that v is computed from; those of a comparison stand for it.
func (g *graph) operands(v value) []value {
	n := &g.nodes[v]
	switch {
	case n.op == opSelect:
		c := &g.nodes[n.args[0]]
		return []value{c.args[0], c.args[1], n.args[1], n.args[2]}
	case n.op == opFloat:
		return g.nodes[n.args[0]].args[:2]
	case n.op <= opVar || n.op == opTruth:
		return nil
	case n.op < opAdd:
		return n.args[:1]
	}
	return n.args[:2]
}

// need is how many registers it takes to compute something of args, which are computed in the best order.
func need(args []value, needs []int32) int32 {
	var sorted [4]int32
	for i, a := range args {
		sorted[i] = needs[a]
	}
	slices.Sort(sorted[:])
	most := int32(1)
	for waiting, n := range []int32{sorted[3], sorted[2], sorted[1], sorted[0]} {
		if n > 0 {
			most = max(most, n+int32(waiting))
		}
	}
	return most
}
