package compile

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/examples/expr/formula"
)

// specials are where operations differ from arithmetic: zeros, infinities, NaNs of several kinds, subnormals, the
// neighbours of halves and of 2^52, where rounding changes.
var specials = []float64{
	0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), math.Float64frombits(0xfff8000000000001),
	math.Float64frombits(0x7ff0000000000001), math.Float64frombits(0xfff7ffffffffffff), // signalling
	math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, 0x1p-1022, -0x1p-1022, 0x0.fffffffffffffp-1022,
	math.MaxFloat64, -math.MaxFloat64, 1, -1, 2, -2, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5,
	0.49999999999999994, -0.49999999999999994, 0.5000000000000001, 0x1p51 + 0.5, 0x1p52 - 0.5, -0x1p52 + 0.5,
	0x1p52, 0x1p52 + 1, 0x1p53, 0x1p53 + 2, -0x1p63, 0x1p64, 1e300, -1e300, 1e-300, math.Pi, 1.0 / 3,
}

// literals are ways to write numbers, special ones among them.
var literals = []string{
	"0", "1", "2", "3", "0.5", "-1", "-0", "10", "1e308", "1e-308", "5e-324", "4503599627370497", "0.49999999999999994",
	"(1/0)", "(-1/0)", "(0/0)", "pi", "e", "1.5", "0.1", "8", "0.25",
}

// generator writes random formulas.
type generator struct {
	*rand.Rand
	vars int
	b    strings.Builder
}

// source gives a formula of about the given number of operations.
func (g *generator) source(size int) string {
	g.b.Reset()
	g.expr(size)
	return g.b.String()
}

func (g *generator) write(s string) { g.b.WriteString(s) }

func (g *generator) pick(from ...string) string { return from[g.IntN(len(from))] }

// list writes n operands that share size, with a separator between them.
func (g *generator) list(size, n int, sep ...string) {
	for i := range n {
		if i > 0 {
			g.write(sep[min(i, len(sep))-1])
		}
		g.expr(size / n)
	}
}

func (g *generator) expr(size int) {
	if size <= 0 {
		if g.IntN(4) == 0 {
			g.write(g.pick(literals...))
		} else {
			fmt.Fprintf(&g.b, "v%d", g.IntN(g.vars))
		}
		return
	}
	size--
	switch k := g.IntN(23); {
	case k < 8:
		g.write("(")
		g.list(size, 2, g.pick(" + ", " - ", " * ", " / "))
		g.write(")")
	case k < 10:
		g.write("(")
		g.list(size, 2, g.pick("<", "<=", ">", ">=", "==", "!="))
		g.write(")")
	case k < 12:
		g.write("(")
		if g.IntN(2) == 0 {
			g.list(size, 3, " ? ", " : ")
		} else {
			g.list(size/2, 2, g.pick("<", "<=", ">", ">=", "==", "!="))
			g.write(" ? ")
			g.list(size/2, 2, " : ")
		}
		g.write(")")
	case k < 15:
		g.write(g.pick("sqrt", "abs", "floor", "ceil", "round") + "(")
		g.expr(size)
		g.write(")")
	case k < 17:
		g.write(g.pick("min", "max") + "(")
		g.list(size, 2+g.IntN(2), ", ", ", ")
		g.write(")")
	case k < 19:
		g.write(g.pick("sin", "cos", "tan", "exp", "log") + "(")
		g.expr(size)
		g.write(")")
	case k < 20:
		g.write(g.pick("pow", "mod") + "(")
		g.list(size, 2, ", ")
		g.write(")")
	case k < 21:
		g.write("(")
		g.list(size, 2, ")^(")
		g.write(")")
	case k < 22:
		g.write("-")
		g.expr(size)
	default:
		g.write("(")
		g.expr(size)
		fmt.Fprintf(&g.b, ")^%d", []int{2, 3, 0, 1, -1, -2, 5, 10, 1000001}[g.IntN(9)])
	}
}

// value gives a number, often a special one.
func (g *generator) value() float64 {
	switch g.IntN(4) {
	case 0:
		return specials[g.IntN(len(specials))]
	case 1:
		return math.Float64frombits(g.Uint64())
	case 2:
		return float64(g.IntN(7) - 3)
	}
	return g.NormFloat64() * 10
}

func (g *generator) values(n int) []float64 {
	vars := make([]float64, n)
	for i := range vars {
		vars[i] = g.value()
	}
	return vars
}

func newGenerator(seed uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, 1)), vars: 4}
}

// same tells whether two results are equal in every bit, or both NaN.
func same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}

func parse(t testing.TB, src string) *formula.Formula {
	t.Helper()
	f, err := formula.Parse(src)
	require.NoError(t, err, comment(src))
	return f
}

// manyLive is a formula that needs about n values at the same time: all are in a sum before they are in a product.
func manyLive(n int) string {
	var sum, product []string
	for i := range n {
		term := fmt.Sprintf("(x + %d)*(y - %d)", i, i)
		sum = append(sum, term)
		product = append(product, fmt.Sprintf("(%s)/%d", term, i+1))
	}
	return "(" + strings.Join(sum, " + ") + ") * (" + strings.Join(product, " - ") + ")"
}

// deep is a formula whose operations are nested n deep.
func deep(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString([]string{"(x + ", "sqrt(1 + ", "(y - ", "abs(2 * ", "(1 / ", "min(x, ", "(x < y ? 1 : ", "-("}[i%8])
	}
	b.WriteString("x")
	b.WriteString(strings.Repeat(")", n))
	return b.String()
}

// manyCalls is a formula in which n values of all kinds wait for n calls, and are used again after them.
func manyCalls(n int) string {
	var calls, waiting []string
	for i := range n {
		calls = append(calls, fmt.Sprintf("%s(x + %d)", []string{"sin", "cos", "exp", "log", "tan"}[i%5], i))
		waiting = append(waiting, fmt.Sprintf("(y - %d)*sin(x + %d)", i, 5*i%n))
	}
	return "(" + strings.Join(calls, " + ") + ") * (" + strings.Join(waiting, " - ") + ") + mod(x*y, x) + pow(y + 1, x*y)"
}

// deepCalls is a formula whose calls are nested n deep.
func deepCalls(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString([]string{"sin(x + ", "pow(y, ", "exp(-", "mod(x*y, 1 + ", "cos(y - ", "log(2 + "}[i%6])
	}
	b.WriteString("x")
	b.WriteString(strings.Repeat(")", n))
	return b.String()
}
