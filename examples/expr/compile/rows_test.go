package compile

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/codebuf"
	"github.com/wxjit/wxjit/examples/expr/formula"
)

// newArena gives an arena that must be as empty at the end of the test as it was at the beginning.
func newArena(t testing.TB) *codebuf.Arena {
	arena, err := codebuf.New(codebuf.Config{})
	require.NoError(t, err)
	before := arena.Stats().Free
	t.Cleanup(func() {
		require.NoError(t, arena.Reclaim())
		require.Equal(t, before, arena.Stats().Free)
		require.NoError(t, arena.Close())
	})
	return arena
}

// disagree compares compiled code with the tree walker, on rows of the given variables, and tells where they differ.
func disagree(t testing.TB, arena *codebuf.Arena, f *formula.Formula, vars []float64, rows int) string {
	t.Helper()
	p, err := New(arena, f)
	require.NoError(t, err, comment(f.Source))
	out := make([]float64, rows)
	require.NoError(t, p.Rows(vars, out))
	require.NoError(t, p.Release())
	n := len(f.Vars)
	for i, got := range out {
		row := vars[i*n : i*n+n]
		if want := f.Eval(row); !same(want, got) {
			return fmt.Sprintf("%.2000s, row %d, %v: %v (%#x), not %v (%#x)", f.Source, i, row, got, math.Float64bits(got), want, math.Float64bits(want))
		}
	}
	return ""
}

// TestAgreement compares random formulas on random rows, in every bit.
func TestAgreement(t *testing.T) {
	n := map[string]int{"amd64": 100_000, "arm64": 10_000}[runtime.GOARCH]
	if testing.Short() {
		n /= 20
	}
	const rows = 6
	arena, g := newArena(t), newGenerator(2)
	for i := range n {
		f := parse(t, g.source(g.IntN(30)))
		require.Empty(t, disagree(t, arena, f, g.values(rows*len(f.Vars)), rows), "formula %d", i)
	}
}

// TestOperations has every operation on every pair of special values, as a variable and as a constant.
func TestOperations(t *testing.T) {
	arena := newArena(t)
	var pairs []float64
	for _, x := range specials {
		for _, y := range specials {
			pairs = append(pairs, x, y)
		}
	}
	sources := []string{
		"x + y", "x - y", "x*y", "x/y", "min(x, y)", "max(x, y)", "min(y, x)", "max(y, x)",
		"x < y", "x <= y", "x > y", "x >= y", "x == y", "x != y", "x ? y : 1", "x < y ? x : y", "x != y ? y : x", "(x > y) == (y < x)",
	}
	for _, fn := range []string{"-", "abs", "sqrt", "floor", "ceil", "round"} {
		sources = append(sources, fn+"(x)", fn+"(y*x)", fn+"(x) - "+fn+"(y)")
	}
	for _, c := range []string{"0", "-0", "1", "-1", "(1/0)", "(-1/0)", "(0/0)", "5e-324", "2", "0.25", "1e308"} {
		for _, form := range []string{"x*y + %s", "x - %s + y", "%s - x*y", "x*%s - y", "y/x*%s", "x/%s/y", "%s/x - y", "min(x*y, %s)", "max(%s, x/y)", "x < %s ? y : x", "y == %s ? %[1]s : x"} {
			sources = append(sources, fmt.Sprintf(form, c))
		}
	}
	for _, src := range sources {
		f := parse(t, src)
		vars := pairs
		if len(f.Vars) == 1 {
			vars = specials
		}
		require.Empty(t, disagree(t, arena, f, vars, len(vars)/len(f.Vars)))
	}
}

// TestSize has formulas that spill, are nested deeply, have no or many variables, or many constants.
func TestSize(t *testing.T) {
	var vars, constants, powers []string
	for i := range formula.MaxVars {
		vars = append(vars, fmt.Sprintf("v%d", i))
		constants = append(constants, fmt.Sprintf("%d.5*x", i))
	}
	for i := range 1600 { // whose steps have nothing in common
		power := (4095-i)<<41 - 1
		powers = append(powers, fmt.Sprintf("x^%d+y^%d", power, power))
	}
	many := "0.1*x+" + strings.Join(powers, "+") + "+0.1*y"
	tests := map[string]string{
		"live 200":      manyLive(200),
		"live 1000":     manyLive(1000),
		"depth 1000":    deep(1000),
		"depth 9000":    strings.Repeat("(1+", 9000) + "x" + strings.Repeat(")", 9000),
		"long":          strings.Repeat("x+", formula.MaxLen/2-1) + "x",
		"variables":     strings.Join(vars, "+"),
		"constants":     strings.Join(constants, "+"),
		"no variables":  "1 + 2",
		"one variable":  "x",
		"large power":   "x^9007199254740991",
		"many powers":   many,
		"same operands": "(x*x - x/x)*(x*x - x/x) + min(x, x) + (x < x)",
	}
	arena, g := newArena(t), newGenerator(3)
	for name, src := range tests {
		t.Run(name, func(t *testing.T) {
			f := parse(t, src)
			require.Empty(t, disagree(t, arena, f, g.values(10*len(f.Vars)), 10))
		})
	}
	obj, err := Assemble(parse(t, many), asm.ARM64)
	require.NoError(t, err)
	require.Greater(t, obj.Len(), 1<<20, "what arm64 can reach")
	require.Greater(t, len(obj.Data), 1, "so that there are constants on the way")
}

func TestRows(t *testing.T) {
	arena := newArena(t)
	f := parse(t, "x*y + z")
	p, err := New(arena, f)
	require.NoError(t, err)
	for _, rows := range []int{0, 1, 2, 3, 1000} {
		vars, out := make([]float64, 3*rows), make([]float64, rows+1)
		for i := range vars {
			vars[i] = float64(i)
		}
		out[rows] = 42 // nobody's row
		require.NoError(t, p.Rows(vars, out[:rows]))
		for i := range rows {
			require.Equal(t, f.Eval(vars[3*i:3*i+3]), out[i])
		}
		require.EqualValues(t, 42, out[rows])
	}
	require.NoError(t, p.Rows(nil, nil))
	require.ErrorIs(t, p.Rows(make([]float64, 3), nil), ErrRows)
	require.ErrorIs(t, p.Rows(make([]float64, 4), make([]float64, 1)), ErrRows)
	require.EqualError(t, p.Rows(nil, make([]float64, 2)), "0 values for 2 rows of 3: wrong number of values")

	require.NoError(t, p.Release())
	require.ErrorIs(t, p.Rows(make([]float64, 3), make([]float64, 1)), codebuf.ErrReleased)
	require.ErrorIs(t, p.Release(), codebuf.ErrReleased)
}

func TestRowsAllocatesNothing(t *testing.T) {
	p, err := New(newArena(t), parse(t, "sqrt(x*x + y*y)"))
	require.NoError(t, err)
	vars, out := make([]float64, 2), make([]float64, 1)
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		if err := p.Rows(vars, out); err != nil {
			panic(err)
		}
	}))
	require.NoError(t, p.Release())
}

// TestConcurrent calls one program from several goroutines.
func TestConcurrent(t *testing.T) {
	f := parse(t, manyLive(40))
	p, err := New(newArena(t), f)
	require.NoError(t, err)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			g := newGenerator(uint64(i))
			vars, out := g.values(2), make([]float64, 1)
			for range 200 {
				copy(vars, g.values(2))
				if err := p.Rows(vars, out); err != nil || !same(out[0], f.Eval(vars)) {
					t.Errorf("%v: %v, %v", vars, out, err)
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, p.Release())
}

// TestFailures leaves nothing behind in the arena, which newArena checks.
func TestFailures(t *testing.T) {
	arena := newArena(t)
	f := parse(t, "floor(x)")

	boom := fmt.Errorf("boom")
	_, err := NewSealedBy(arena, f, func(*codebuf.Buffer) (*codebuf.Code, error) { return nil, boom })
	require.EqualError(t, err, "boom")
	_, err = NewSealedBy(arena, f, func(b *codebuf.Buffer) (*codebuf.Code, error) {
		code, err := b.Seal()
		require.NoError(t, err)
		require.NoError(t, code.Release())
		return nil, boom
	})
	require.EqualError(t, err, "boom")

	full, err := codebuf.New(codebuf.Config{Size: 1})
	require.NoError(t, err)
	_, err = New(full, parse(t, manyLive(1000)))
	require.ErrorIs(t, err, codebuf.ErrNoSpace)
	require.NoError(t, full.Close())
	_, err = New(full, f)
	require.ErrorIs(t, err, codebuf.ErrClosed)

	if runtime.GOARCH == "amd64" {
		defer func(had bool) { hasSSE41 = had }(hasSSE41)
		hasSSE41 = false
		_, err = New(arena, f)
		require.EqualError(t, err, "floor, ceil and round need a processor with SSE4.1: unsupported operation")
		p, err := New(arena, parse(t, "min(x, 1)"))
		require.NoError(t, err)
		require.NoError(t, p.Release())
	}
}

// FuzzExpr reads any text: it is refused, or compiled code agrees with the tree walker.
func FuzzExpr(f *testing.F) {
	for _, src := range []string{
		"", "x", "sqrt(x*x + y*y) / (1 + abs(x - y))", "x^-3 < 2 ? min(x, y, -0) : max(1/0, round(y))", "1e999", "((", "x\xff", "-x^2", "x ? y : z", "x^-\nA",
	} {
		f.Add(src, uint64(1))
	}
	arena := newArena(f)
	f.Fuzz(func(t *testing.T, src string, seed uint64) {
		formula, err := formula.Parse(src)
		if err != nil {
			require.NotContains(t, err.Error(), "\n")
			return
		}
		const rows = 3
		require.Empty(t, disagree(t, arena, formula, newGenerator(seed).values(rows*len(formula.Vars)), rows))
	})
}
