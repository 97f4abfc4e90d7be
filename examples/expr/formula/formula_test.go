package formula

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEval(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	x, y, z := 3.0, 4.0, 0.5
	tests := []struct {
		src  string
		want float64
	}{
		// numbers, names
		{"12", 12},
		{".5", .5},
		{"5.", 5},
		{"1e3", 1000},
		{"1.5E-3", 1.5e-3},
		{"2e+2", 200},
		{"1e-400", 0},
		{"pi", math.Pi},
		{"e", math.E},
		{"größe_1 - größe_1", 0},
		{" x\t+\n1 ", 4},
		// precedence and grouping
		{"x + y*z", 5},
		{"(x + y)*z", 3.5},
		{"x - y - z", -1.5},
		{"12/y/x", 1},
		{"12/y*x", 9},
		{"-x^2", -9},
		{"(-x)^2", 9},
		{"--x", 3},
		{"-x*y", -12},
		{"x*-y", -12},
		{"x - -y", 7},
		{"2^3^2", 512},
		{"(2^3)^2", 64},
		{"2^-1", .5},
		{"x^--2", 9},
		{"x^(1+1)", 9},
		{"x^(5>4)", 3},
		{"x < y", 1},
		{"x >= y", 0},
		{"x + 1 == y", 1},
		{"x + 1 != y", 0},
		{"x <= 3", 1},
		{"x > 3", 0},
		{"(x < y) < 2", 1},
		{"x < y ? 10 : 20", 10},
		{"x > y ? 10 : 20", 20},
		{"x > y ? 10 : x > 2 ? 20 : 30", 20},
		{"x < y ? x > 5 ? 1 : 2 : 3", 2},
		{"z ? 10 : 20", 10},
		{"0 ? 10 : 20", 20},
		{"-0 ? 10 : 20", 20},
		{"0/0 ? 10 : 20", 10},
		// functions
		{"sqrt(x*x + y*y)", 5},
		{"sqrt(x*x + y*y) / (1 + abs(x - y))", 2.5},
		{"sqrt(-1)", nan},
		{"floor(-0.5)", -1},
		{"ceil(0.2)", 1},
		{"round(2.5)", 3},
		{"round(-2.5)", -3},
		{"round(0.49999999999999994)", 0},
		{"min(x, y)", 3},
		{"max(x, y, 10, z)", 10},
		{"min(x, y, -1/0, 0/0)", -inf},
		{"max(0/0, 1)", nan},
		{"1/0", inf},
		// powers
		{"x^0", 1},
		{"(0/0)^0", 1},
		{"x^1", 3},
		{"x^-2", 1.0 / 9},
		{"0^-1", inf},
		{"1^9007199254740992", 1},
		{"(-1)^9007199254740991", -1},
		{"x^z", math.Sqrt(3)},
		{"x^0.5", math.Sqrt(3)},
		{"x^-(z + 1)", math.Pow(3, -1.5)},
		{"2^x^-z", math.Pow(2, math.Pow(3, -0.5))},
		{"-x^z", -math.Sqrt(3)},
		{"z^(1/0)", 0},
		{"x^(0/0)", nan},
		{"1^(0/0)", 1},
		{"(-x)^z", nan},
		{"2^9007199254740994", inf},
		{"2^-1e300", 0},
		{"pow(x, 2)", 9},
		// what math has
		{"sin(z)", math.Sin(.5)},
		{"cos(z)", math.Cos(.5)},
		{"tan(z)", math.Tan(.5)},
		{"exp(z)", math.Exp(.5)},
		{"log(z)", math.Log(.5)},
		{"log(-1)", nan},
		{"log(0)", -inf},
		{"exp(1000)", inf},
		{"sin(1/0)", nan},
		{"mod(7, y)", 3},
		{"mod(-7, y)", -3},
		{"mod(x, 0)", nan},
		{"mod(x, 1/0)", 3},
	}
	for _, tt := range tests {
		f, err := Parse(tt.src)
		require.NoError(t, err, tt.src)
		vars := make([]float64, len(f.Vars))
		for i, name := range f.Vars {
			vars[i] = map[string]float64{"x": x, "y": y, "z": z}[name]
		}
		got := f.Eval(vars)
		if math.IsNaN(tt.want) {
			require.True(t, math.IsNaN(got), "%s = %v", tt.src, got)
			continue
		}
		require.Equal(t, tt.want, got, tt.src)
	}
}

// TestSignedZeros needs to see the sign, which == does not.
func TestSignedZeros(t *testing.T) {
	for _, src := range []string{"-0", "0*-1", "min(0, -0)", "min(-0, 0)", "ceil(-0.5)", "round(-0.2)", "floor(-0)", "sqrt(-0)", "-0 - 0"} {
		f, err := Parse(src)
		require.NoError(t, err, src)
		require.True(t, f.Eval(nil) == 0 && math.Signbit(f.Eval(nil)), src)
	}
	for _, src := range []string{"max(0, -0)", "max(-0, 0)", "0 - 0", "-0 + 0", "abs(-0)"} {
		f, err := Parse(src)
		require.NoError(t, err, src)
		require.True(t, f.Eval(nil) == 0 && !math.Signbit(f.Eval(nil)), src)
	}
}

func TestParseErrors(t *testing.T) {
	deep := strings.Repeat("(", MaxDepth) + "x" + strings.Repeat(")", MaxDepth)
	vars := new(strings.Builder)
	for i := range MaxVars + 1 {
		fmt.Fprintf(vars, "v%d+", i)
	}
	tests := []struct {
		src    string
		column int
		detail string
	}{
		{"", 1, "the formula is empty"},
		{" \t\n", 1, "the formula is empty"},
		{"x +", 4, "expected a value, found the end of the formula"},
		{"x + * y", 5, "expected a value, found *"},
		{"+x", 1, "expected a value, found +"},
		{"x y", 3, "expected an operator, found y"},
		{"x)", 2, "expected an operator, found )"},
		{"(x", 3, "expected ) for the ( of column 1, found the end of the formula"},
		{"2*(x+(y)", 9, "expected ) for the ( of column 3, found the end of the formula"},
		{"()", 2, "expected a value, found )"},
		{"x ? y", 6, "expected : for the ? of column 3, found the end of the formula"},
		{"x : y", 3, "expected an operator, found :"},
		{"x, y", 2, "expected an operator, found ,"},
		{"x < y < z", 7, "comparisons don't chain: put one of them in parentheses"},
		{"x == y != z", 8, "comparisons don't chain: put one of them in parentheses"},
		{"x = y", 3, "unexpected =; a comparison is written =="},
		{"!x", 1, "unexpected !; not equal is written !="},
		{"x & y", 3, "unexpected character '&'"},
		{"x + \x00", 5, "unexpected character '\\x00'"},
		{"größe + größe §", 15, "unexpected character '§'"},
		{"ö \xff", 3, "not valid UTF-8: byte 0xff"},
		{"x*\xc3", 3, "not valid UTF-8: byte 0xc3"},
		{"\ufffd", 1, "unexpected character '\ufffd'"},
		{"1.2.3", 1, "malformed number 1.2.3"},
		{"x + 2y", 5, "malformed number 2y"},
		{"0x10", 1, "malformed number 0x10"},
		{"1_000", 1, "malformed number 1_000"},
		{"1e", 1, "malformed number 1e"},
		{"1e+", 1, "malformed number 1e+"},
		{".", 1, "malformed number ."},
		{"x*1e999", 3, "number 1e999 is too large for a float64"},
		{"1" + strings.Repeat("x", 50), 1, "malformed number 1" + strings.Repeat("x", 39) + "..."},
		{"sinh(x)", 1, "unknown function sinh"},
		{"1 + pi(x)", 5, "unknown function pi"},
		{"sqrt", 1, "sqrt is a function: its arguments go in parentheses"},
		{"1 + sqrt x", 5, "sqrt is a function: its arguments go in parentheses"},
		{"sqrt()", 1, "sqrt takes one argument, not 0"},
		{"2*sqrt(x, y)", 3, "sqrt takes one argument, not 2"},
		{"sin(x, y)", 1, "sin takes one argument, not 2"},
		{"pow(x)", 1, "pow takes two arguments, not 1"},
		{"1 + mod(x, y, 2)", 5, "mod takes two arguments, not 3"},
		{"2^log", 3, "log is a function: its arguments go in parentheses"},
		{"min(x)", 1, "min takes two or more arguments, not 1"},
		{"max()", 1, "max takes two or more arguments, not 0"},
		{"max(x,)", 7, "expected a value, found )"},
		{"max(x, y", 9, "expected ) for the ( of column 4, found the end of the formula"},
		{"x^", 3, "expected a value, found the end of the formula"},
		{deep, MaxDepth + 1, "nested more than 10000 deep"},
		{strings.Repeat("-", MaxDepth) + "x", MaxDepth + 1, "nested more than 10000 deep"},
		{strings.Repeat("x?x:", MaxDepth) + "x", 4*MaxDepth - 1, "nested more than 10000 deep"},
		{strings.Repeat("x^", MaxDepth) + "x", 2*MaxDepth + 1, "nested more than 10000 deep"},
		{vars.String() + "1", strings.Index(vars.String(), "v4096") + 1, "more than 4096 variables"},
		{strings.Repeat("x+", MaxLen/2) + "x", 1, "the formula is longer than 65536 bytes"},
	}
	for _, tt := range tests {
		_, err := Parse(tt.src)
		name := tt.src[:min(len(tt.src), 40)]
		require.Equal(t, &Error{tt.column, tt.detail}, err, "%q", name)
		require.Equal(t, fmt.Sprintf("column %d: %s", tt.column, tt.detail), err.Error())
	}
}

func TestVars(t *testing.T) {
	f, err := Parse("ö*(b + a) - b^2")
	require.NoError(t, err)
	require.Equal(t, []string{"ö", "b", "a"}, f.Vars)
	require.Equal(t, []int{1, 4, 8}, []int{f.VarColumn(0), f.VarColumn(1), f.VarColumn(2)})
}

func TestText(t *testing.T) {
	f, err := Parse(" 2 * (x + y) ^ 3 - max(x, -y, 1) ")
	require.NoError(t, err)
	var texts []string
	var walk func(n *Node)
	walk = func(n *Node) {
		texts = append(texts, f.Text(n))
		for _, a := range n.Args {
			walk(a)
		}
	}
	walk(f.Root)
	require.Equal(t, []string{
		"2 * (x + y) ^ 3 - max(x, -y, 1)", "2 * (x + y) ^ 3", "2", "(x + y) ^ 3", "(x + y)", "x", "y",
		"max(x, -y, 1)", "max(x, -y, 1)", "x", "-y", "y", "1",
	}, texts)
}

// TestLongSum is a tree as deep as a formula is long, without any nesting in the source.
func TestLongSum(t *testing.T) {
	f, err := Parse(strings.Repeat("1+", MaxLen/2-1) + "1")
	require.NoError(t, err)
	require.Equal(t, float64(MaxLen/2), f.Eval(nil))
}

// TestPower compares with the product itself where that is exact.
func TestPower(t *testing.T) {
	for n := range int64(30) {
		require.Equal(t, math.Ldexp(1, int(n)), Power(2, n))
		require.Equal(t, math.Ldexp(1, -int(n)), Power(2, -n))
		want := 1.0
		for range n {
			want *= -3
		}
		require.Equal(t, want, Power(-3, n))
	}
}

// TestNoContraction would fail if Eval fused the multiplication with the addition: (1+ε)(1-ε) is 1-ε², which rounds
// to 1.
func TestNoContraction(t *testing.T) {
	f, err := Parse("x*y - 1")
	require.NoError(t, err)
	const eps = 1.0 / (1 << 30)
	require.Zero(t, f.Eval([]float64{1 + eps, 1 - eps}))
	require.NotZero(t, math.FMA(1+eps, 1-eps, -1))
}
