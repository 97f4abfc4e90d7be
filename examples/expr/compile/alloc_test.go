package compile

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/examples/expr/formula"
)

// simulate runs an allocation on registers that are Go values. It holds the allocator to the shapes: a register
// that an operation may overwrite before its last read is overwritten before its last read.
func simulate(t *testing.T, a *allocation, target *target, vars []float64) float64 {
	regs, slots := make([]float64, target.registers), make([]float64, a.slots)
	for i := range slots {
		slots[i] = math.NaN()
	}
	read := func(p place) float64 {
		switch p.kind {
		case inVariable:
			return vars[p.index]
		case inPool:
			return math.Float64frombits(p.bits)
		case inSlot:
			return slots[p.index]
		}
		return regs[p.index]
	}
	for _, s := range a.steps {
		switch s.kind {
		case doLoad:
			require.NotEqual(t, inRegister, s.args[0].kind)
			regs[s.reg] = read(s.args[0])
			continue
		case doStore:
			slots[s.args[0].index] = regs[s.reg]
			continue
		case doMove:
			require.Equal(t, inRegister, s.args[0].kind)
			regs[s.reg] = read(s.args[0])
			continue
		}
		if s.op.isCall() {
			result := applied[s.op].Apply(regs[0], regs[1])
			for r := range regs {
				regs[r] = 12345
			}
			regs[0] = result
			continue
		}
		shape := target.shapes[s.op]
		var args [4]float64
		readAll := func(late uint8) {
			for k, p := range s.args {
				if shape.late>>k&1 != late {
					continue
				}
				if p.kind != inRegister {
					require.EqualValues(t, 1, shape.memory>>k&1)
				}
				args[k] = read(p)
			}
		}
		readAll(0)
		for _, r := range s.temps[:shape.temps] {
			require.NotEqual(t, s.reg, r)
			regs[r] = 12345
		}
		if s.reg >= 0 {
			regs[s.reg] = 54321
			if shape.tied >= 0 {
				regs[s.reg] = args[shape.tied]
			}
		}
		readAll(1)
		if s.op == opResult {
			return args[0]
		}
		regs[s.reg] = perform(s, args)
	}
	t.Fatal("no result")
	return 0
}

// perform is an operation as the tree walker does it.
func perform(s step, args [4]float64) float64 {
	switch s.op {
	case opFloat:
		return applied[s.cmp].Apply(args[0], args[1])
	case opSelect:
		if applied[s.cmp].Apply(args[0], args[1]) != 0 {
			return args[2]
		}
		return args[3]
	case opMinNum:
		return formula.Min.Apply(args[0], args[1])
	case opMaxNum, opMaxZero:
		return formula.Max.Apply(args[0], args[1])
	}
	return applied[s.op].Apply(args[0], args[1])
}

// squeezed are the machines with as few registers as an operation can need.
func squeezed() map[string]*target {
	x86, arm := amd64Target, arm64Target
	x86.registers, arm.registers = 6, 6
	return map[string]*target{"amd64": &amd64Target, "arm64": &arm64Target, "amd64 squeezed": &x86, "arm64 squeezed": &arm}
}

func TestAllocate(t *testing.T) {
	g := newGenerator(1)
	sources := []string{"x", "3", "x*x", "x+x", "(x<y)+(x<y)", "x<x", "x ? x : y", "min(x, x)", manyLive(200), deep(1000), manyCalls(200), deepCalls(1000)}
	for range 3000 {
		sources = append(sources, g.source(g.IntN(60)))
	}
	spilled := map[string]int{}
	for _, src := range sources {
		f := parse(t, src)
		p := newProgram(newGraph(f))
		for name, target := range squeezed() {
			a, err := allocate(p, target)
			require.NoError(t, err)
			spilled[name] += a.slots
			for range 3 {
				vars := g.values(len(f.Vars))
				want, got := f.Eval(vars), simulate(t, a, target, vars)
				require.True(t, same(want, got), "%s: %s %v: %v, not %v", name, comment(src), vars, got, want)
			}
		}
	}
	for name, n := range spilled {
		require.Greater(t, n, 100, name)
	}
}

// TestAllocateSpills counts what spilling costs where 200 values wait for their second use: each is written at most
// once and read again at most once, and those that the registers can hold are not.
func TestAllocateSpills(t *testing.T) {
	p := newProgram(newGraph(parse(t, manyLive(200))))
	for _, target := range []*target{&amd64Target, &arm64Target} {
		a, err := allocate(p, target)
		require.NoError(t, err)
		stores, reads := 0, 0
		for _, s := range a.steps {
			if s.kind == doStore {
				stores++
				continue
			}
			for _, arg := range s.args {
				if arg.kind == inSlot {
					reads++
				}
			}
		}
		require.Equal(t, a.slots, stores)
		require.Equal(t, stores, reads)
		require.Less(t, stores, 200)
		require.Greater(t, stores, 200-target.registers)
	}
}

func TestAllocateLimits(t *testing.T) {
	var terms []string
	for i := range maxSlots + 100 {
		terms = append(terms, fmt.Sprintf("x*%d", i+2))
	}
	f := parse(t, "("+strings.Join(terms, "+")+")*(1-"+strings.Join(terms, "-")+")")
	for _, arch := range []asm.Arch{asm.AMD64, asm.ARM64} {
		_, err := Assemble(f, arch)
		require.ErrorIs(t, err, ErrTooLarge)
		require.EqualError(t, err, "the formula is too large: more than 4096 values are needed at the same time")
	}
}

// TestGraph counts what is left to compute.
func TestGraph(t *testing.T) {
	tests := []struct {
		src  string
		want string // the operations in order, without the result
	}{
		{"1 + 2*3", ""},
		{"x", ""},
		{"x + (2*pi - 1)", "add"},
		{"(x+y)*(x+y)", "add mul"},
		{"(x+y)*(y+x)", "add mul"},
		{"x - y + (y - x)", "sub sub add"},
		{"x^4 + x^2", "mul mul add"},
		{"x^-1", "div"},
		{"x^0 + y^1", "add"},
		{"x/8", "mul"},
		{"x/3", "div"},
		{"x*1 + y/1", "add"},
		{"x*-1", "neg"},
		{"x + -y", "sub"},
		{"-x + y", "sub"},
		{"x - -y", "add"},
		{"x + 0", "add"}, // -0 + 0 is 0
		{"x - 0", ""},
		{"--x", ""},
		{"abs(-x)", "abs"},
		{"floor(round(x))", "round"},
		{"min(x, 3)", "minnum"},
		{"min(-0, x)", "min"},
		{"max(0, x)", "maxzero"},
		{"max(x, 0/0)", "max"},
		{"max(x, 1, y)", "maxnum max"},
		{"x < y", "float"},
		{"x < y ? 1 : 2", "select"},
		{"(x < y) != 0 ? 1 : 2", "float select"},
		{"1 < 2 ? x : y", ""},
		{"x ? y : y", ""},
		{"sin(1) + cos(2) + tan(3) + exp(4) + log(5) + pow(2, 0.5) + mod(7, 4)", ""},
		{"sin(x) + sin(x)", "sin add"},
		{"x^y + pow(x, y)", "pow add"},
		{"x^0.5 + mod(x, y)", "pow mod add"},
		{"x^2 + pow(x, 2)", "pow mul add"},
		{"x + sin(y)", "sin add"},
		{"(x > y) == (y < x)", "float float"},
	}
	names := map[op]string{
		opNeg: "neg", opAbs: "abs", opSqrt: "sqrt", opFloor: "floor", opCeil: "ceil", opRound: "round", opAdd: "add", opSub: "sub",
		opMul: "mul", opDiv: "div", opMin: "min", opMax: "max", opMinNum: "minnum", opMaxNum: "maxnum", opMaxZero: "maxzero",
		opSin: "sin", opPow: "pow", opMod: "mod", opFloat: "float", opSelect: "select",
	}
	for _, tt := range tests {
		var got []string
		p := newProgram(newGraph(parse(t, tt.src)))
		for _, in := range p.insts[:len(p.insts)-1] {
			got = append(got, names[in.op])
		}
		require.Equal(t, tt.want, strings.Join(got, " "), tt.src)
	}
}
