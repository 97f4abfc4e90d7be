package compile

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/codebuf"
	"github.com/wxjit/wxjit/examples/expr/formula"
	"github.com/wxjit/wxjit/internal/testenv"
)

// newCompiler gives a compiler whose arena must be as empty at the end of the test as it was at the beginning, when it
// has the imports.
func newCompiler(t testing.TB) *Compiler {
	arena, err := codebuf.New(codebuf.Config{})
	require.NoError(t, err)
	c := NewCompiler(arena)
	p, err := c.Compile(parse(t, "sin(x)"))
	require.NoError(t, err)
	require.NoError(t, p.Release())
	before := held(t, arena)
	t.Cleanup(func() {
		require.Equal(t, before, held(t, arena))
		require.NoError(t, arena.Close())
	})
	return c
}

// held is what is in use of an arena.
func held(t testing.TB, arena *codebuf.Arena) codebuf.Stats {
	require.NoError(t, arena.Reclaim())
	s := arena.Stats()
	return codebuf.Stats{Writable: s.Writable, Live: s.Live, Quarantined: s.Quarantined, Poisoned: s.Poisoned, Codes: s.Codes}
}

// disagree compares compiled code with the tree walker, on rows of the given variables, and tells where they differ.
func disagree(t testing.TB, c *Compiler, f *formula.Formula, vars []float64, rows int) string {
	t.Helper()
	p, err := c.Compile(f)
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
	n := testenv.Scaled(map[string]int{"amd64": 20_000, "arm64": 2_000}[runtime.GOARCH])
	if testing.Short() || testenv.Race() {
		n /= 20
	}
	const rows = 6
	c, g := newCompiler(t), newGenerator(2)
	for i := range n {
		f := parse(t, g.source(g.IntN(30)))
		require.Empty(t, disagree(t, c, f, g.values(rows*len(f.Vars)), rows), "formula %d", i)
	}
}

// TestOperations has every operation on every pair of special values, as a variable and as a constant.
func TestOperations(t *testing.T) {
	c := newCompiler(t)
	var pairs []float64
	for _, x := range specials {
		for _, y := range specials {
			pairs = append(pairs, x, y)
		}
	}
	sources := []string{
		"x + y", "x - y", "x*y", "x/y", "min(x, y)", "max(x, y)", "min(y, x)", "max(y, x)",
		"x < y", "x <= y", "x > y", "x >= y", "x == y", "x != y", "x ? y : 1", "x < y ? x : y", "x != y ? y : x", "(x > y) == (y < x)",
		"x^y", "pow(x, y)", "pow(y, x)", "mod(x, y)", "mod(y, x)", "x^y + y^x", "mod(y^x, x^y)",
	}
	for _, fn := range []string{"-", "abs", "sqrt", "floor", "ceil", "round", "sin", "cos", "tan", "exp", "log"} {
		sources = append(sources, fn+"(x)", fn+"(y*x)", fn+"(x) - "+fn+"(y)")
	}
	for _, number := range []string{"0", "-0", "1", "-1", "(1/0)", "(-1/0)", "(0/0)", "5e-324", "2", "0.25", "1e308"} {
		for _, form := range []string{"x*y + %s", "x - %s + y", "%s - x*y", "x*%s - y", "y/x*%s", "x/%s/y", "%s/x - y", "min(x*y, %s)", "max(%s, x/y)", "x < %s ? y : x", "y == %s ? %[1]s : x", "x^%s + y", "pow(%s, x) - y", "mod(x*y, %s)", "mod(%s, x - y)"} {
			sources = append(sources, fmt.Sprintf(form, number))
		}
	}
	for _, src := range sources {
		f := parse(t, src)
		vars := pairs
		if len(f.Vars) == 1 {
			vars = specials
		}
		require.Empty(t, disagree(t, c, f, vars, len(vars)/len(f.Vars)))
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
		"calls":         manyCalls(200),
		"nested calls":  deepCalls(1000),
		"same operands": "(x*x - x/x)*(x*x - x/x) + min(x, x) + (x < x)",
	}
	c, g := newCompiler(t), newGenerator(3)
	for name, src := range tests {
		t.Run(name, func(t *testing.T) {
			f := parse(t, src)
			require.Empty(t, disagree(t, c, f, g.values(10*len(f.Vars)), 10))
		})
	}
	obj, err := Assemble(parse(t, many), asm.ARM64)
	require.NoError(t, err)
	require.Greater(t, obj.Len(), 1<<20, "what arm64 can reach")
	require.Greater(t, len(obj.Data), 1, "so that there are constants on the way")
}

func TestRows(t *testing.T) {
	c := newCompiler(t)
	f := parse(t, "x*y + z")
	p, err := c.Compile(f)
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
	c := newCompiler(t)
	fiber := newFiber(t)
	for _, src := range []string{"sqrt(x*x + y*y)", "sin(x) + pow(x, y)"} {
		p, err := c.Compile(parse(t, src))
		require.NoError(t, err)
		vars, out := make([]float64, 2), make([]float64, 1)
		require.Zero(t, testing.AllocsPerRun(1000, func() {
			if err := p.Rows(vars, out); err != nil {
				panic(err)
			}
		}))
		require.Zero(t, testing.AllocsPerRun(1000, func() {
			if err := p.RowsContext(context.Background(), fiber, vars, out); err != nil {
				panic(err)
			}
		}))
		require.NoError(t, p.Release())
	}
}

func newFiber(t testing.TB) *codebuf.Fiber {
	fiber, err := codebuf.NewFiber(codebuf.FiberConfig{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, fiber.Close()) })
	return fiber
}

// TestRowsContext is cancelled in the middle of the rows, with and without calls. That the last row has no result shows
// that it was in the middle.
func TestRowsContext(t *testing.T) {
	c, fiber := newCompiler(t), newFiber(t)
	for _, src := range []string{manyLive(400), manyCalls(400)} {
		f := parse(t, src)
		p, err := c.Compile(f)
		require.NoError(t, err)
		vars, out := newGenerator(5).values(2), make([]float64, 1)
		require.NoError(t, p.RowsContext(t.Context(), fiber, vars, out))
		require.True(t, same(f.Eval(vars), out[0]))
		require.ErrorIs(t, p.RowsContext(t.Context(), fiber, nil, out), ErrRows)

		const rows = 1_000_000
		vars, out = slices.Repeat([]float64{1.5, 2.5}, rows), slices.Repeat([]float64{math.Inf(1)}, rows)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		require.ErrorIs(t, p.RowsContext(ctx, fiber, vars, out), context.DeadlineExceeded)
		require.Equal(t, math.Inf(1), out[rows-1])
		require.Equal(t, f.Eval(vars[:2]), out[0])
		require.ErrorIs(t, p.RowsContext(ctx, fiber, vars, out), context.DeadlineExceeded)
		require.NoError(t, p.Release())
	}
}

// TestConcurrent calls one program from several goroutines.
func TestConcurrent(t *testing.T) {
	f := parse(t, manyLive(40))
	p, err := newCompiler(t).Compile(f)
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
	c := newCompiler(t)
	f := parse(t, "floor(x)")

	boom := fmt.Errorf("boom")
	_, err := c.CompileSealedBy(f, func(*codebuf.Buffer) (*codebuf.Code, error) { return nil, boom })
	require.EqualError(t, err, "boom")
	_, err = c.CompileSealedBy(f, func(b *codebuf.Buffer) (*codebuf.Code, error) {
		code, err := b.Seal()
		require.NoError(t, err)
		require.NoError(t, code.Release())
		return nil, boom
	})
	require.EqualError(t, err, "boom")

	full, err := codebuf.New(codebuf.Config{Size: 1})
	require.NoError(t, err)
	_, err = NewCompiler(full).Compile(parse(t, manyLive(1000)))
	require.ErrorIs(t, err, codebuf.ErrNoSpace)
	require.NoError(t, full.Close())
	_, err = NewCompiler(full).Compile(f)
	require.ErrorIs(t, err, codebuf.ErrClosed)

	if runtime.GOARCH == "amd64" {
		defer func(had bool) { hasSSE41 = had }(hasSSE41)
		hasSSE41 = false
		_, err = c.Compile(f)
		require.EqualError(t, err, "floor, ceil and round need a processor with SSE4.1: unsupported operation")
		p, err := c.Compile(parse(t, "min(x, 1)"))
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
	c := newCompiler(f)
	f.Fuzz(func(t *testing.T, src string, seed uint64) {
		formula, err := formula.Parse(src)
		if err != nil {
			require.NotContains(t, err.Error(), "\n")
			return
		}
		const rows = 3
		require.Empty(t, disagree(t, c, formula, newGenerator(seed).values(rows*len(formula.Vars)), rows))
	})
}
