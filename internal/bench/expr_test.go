package bench

import (
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/codebuf"
	"github.com/wxjit/wxjit/examples/expr/compile"
	"github.com/wxjit/wxjit/examples/expr/formula"
)

const (
	rows   = 1_000_000
	source = "sqrt(x*x + y*y) / (1 + abs(x - y))"
)

// way evaluates a formula of x and y over rows of two numbers.
type way struct {
	name string
	run  func(vars, out []float64) error
	took []time.Duration // per round
}

// BenchmarkRows evaluates 1,000,000 rows in each way, in turn. ns/row is what a row costs in the median round,
// /compiled how many times as long that is as with the compiled code of examples/expr.
func BenchmarkRows(b *testing.B) {
	all := ways(b)
	vars, out := input(rows), make([]float64, rows)
	for b.Loop() {
		for i := range all {
			runtime.GC() // nobody pays for the garbage of another
			start := time.Now()
			require.NoError(b, all[i].run(vars, out))
			all[i].took = append(all[i].took, time.Since(start))
		}
	}
	for i, w := range all {
		b.ReportMetric(float64(median(w.took))/rows, w.name+"-ns/row")
		if i > 0 {
			b.ReportMetric(float64(median(w.took))/float64(median(all[0].took)), w.name+"/compiled")
		}
	}
	b.ReportMetric(0, "ns/op") // of all together: says nothing
}

// TestWays holds the benchmark to its meaning: each way gives the same numbers.
func TestWays(t *testing.T) {
	const few = 1000
	all := ways(t)
	vars, want := input(few), make([]float64, few)
	require.NoError(t, inGo(vars, want))
	for _, w := range all {
		out := make([]float64, few)
		require.NoError(t, w.run(vars, out))
		require.Equal(t, want, out, w.name)
	}
}

func ways(tb testing.TB) []way {
	return []way{
		{name: "compiled", run: compiled(tb)},
		{name: "walker", run: walker(tb)},
		{name: "expr-lang", run: exprLang(tb)},
		{name: "Go", run: inGo},
	}
}

func input(rows int) []float64 {
	vars := make([]float64, 2*rows)
	for i := range vars {
		vars[i] = float64(i%1000) / 7
	}
	return vars
}

func compiled(tb testing.TB) func(vars, out []float64) error {
	f, err := formula.Parse(source)
	require.NoError(tb, err)
	arena, err := codebuf.New(codebuf.Config{})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, arena.Close()) })
	program, err := compile.NewCompiler(arena).Compile(f)
	require.NoError(tb, err)
	return program.Rows
}

func walker(tb testing.TB) func(vars, out []float64) error {
	f, err := formula.Parse(source)
	require.NoError(tb, err)
	return func(vars, out []float64) error {
		for i := range out {
			out[i] = f.Eval(vars[2*i : 2*i+2])
		}
		return nil
	}
}

// exprLang uses the package in the fastest way that we found: types known when compiling, one VM, and a map as the
// environment, which is faster than a struct.
func exprLang(tb testing.TB) func(vars, out []float64) error {
	env := map[string]any{"x": 0.0, "y": 0.0}
	sqrt := expr.Function("sqrt", func(args ...any) (any, error) { return math.Sqrt(args[0].(float64)), nil }, math.Sqrt)
	program, err := expr.Compile(source, expr.Env(env), sqrt, expr.AsFloat64())
	require.NoError(tb, err)
	var machine vm.VM
	return func(vars, out []float64) error {
		for i := range out {
			env["x"], env["y"] = vars[2*i], vars[2*i+1]
			v, err := machine.Run(program, env)
			if err != nil {
				return err
			}
			r, ok := v.(float64)
			if !ok {
				return fmt.Errorf("row %d: a %T", i, v)
			}
			out[i] = r
		}
		return nil
	}
}

func inGo(vars, out []float64) error {
	for i := range out {
		x, y := vars[2*i], vars[2*i+1]
		out[i] = math.Sqrt(float64(x*x)+float64(y*y)) / (1 + math.Abs(x-y))
	}
	return nil
}
