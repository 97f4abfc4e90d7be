package main

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/codebuf"
	"github.com/wxjit/wxjit/examples/expr/compile"
	"github.com/wxjit/wxjit/examples/expr/formula"
)

// BenchmarkRows evaluates 1,000,000 rows of a formula in each of three ways, in turn. It reports what a row costs in the
// quickest turn of each, and how many times as long the other two take as compiled code.
func BenchmarkRows(b *testing.B) {
	const rows = 1_000_000
	f, err := formula.Parse("sqrt(x*x + y*y) / (1 + abs(x - y))")
	require.NoError(b, err)
	arena, err := codebuf.New(codebuf.Config{})
	require.NoError(b, err)
	defer func() { require.NoError(b, arena.Close()) }()
	p, err := compile.NewCompiler(arena).Compile(f)
	require.NoError(b, err)

	vars, out := make([]float64, 2*rows), make([]float64, rows)
	for i := range vars {
		vars[i] = float64(i%1000) / 7
	}
	ways := []struct {
		name string
		run  func()
		best time.Duration
		sum  float64
	}{
		{name: "compiled", run: func() {
			if err := p.Rows(vars, out); err != nil {
				b.Fatal(err)
			}
		}},
		{name: "walker", run: func() {
			for i := range out {
				out[i] = f.Eval(vars[2*i : 2*i+2])
			}
		}},
		{name: "Go", run: func() {
			for i := range out {
				x, y := vars[2*i], vars[2*i+1]
				out[i] = math.Sqrt(float64(x*x)+float64(y*y)) / (1 + math.Abs(x-y))
			}
		}},
	}
	for i := range ways {
		ways[i].run() // the first to write to out pays for its pages
		ways[i].best = math.MaxInt64
	}
	for b.Loop() {
		for i := range ways {
			w := &ways[i]
			start := time.Now()
			w.run()
			w.best = min(w.best, time.Since(start))
			w.sum = 0
			for _, v := range out {
				w.sum += v
			}
		}
	}
	for i, w := range ways {
		require.Equal(b, ways[0].sum, w.sum, w.name)
		b.ReportMetric(float64(w.best.Nanoseconds())/rows, w.name+"-ns/row")
		if i > 0 {
			b.ReportMetric(float64(w.best)/float64(ways[0].best), w.name+"/compiled")
		}
	}
	b.ReportMetric(0, "ns/op") // of all three together: says nothing
	require.NoError(b, p.Release())
}
