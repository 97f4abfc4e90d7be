package bench

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/wxjit/wxjit/codebuf"
	"github.com/wxjit/wxjit/internal/bench/ccall"
)

// callbacks has foreign code call a Go function, which returns its argument, with n, n-1, ... 1, and gives the sum.
type callbacks struct {
	name string
	run  func(n uint64) (uint64, error)
	took []time.Duration // per piece
}

// waysBack are the ways from machine code to Go.
func waysBack(tb testing.TB) []callbacks {
	all := []callbacks{{name: "import", run: importLoop(tb)}, {name: "wazero", run: hostLoop(tb)}}
	if ccall.Available {
		all = append(all, callbacks{name: "cgo", run: func(n uint64) (uint64, error) { return ccall.Repeat(n), nil }})
	}
	return all
}

// BenchmarkCallback reports what a round trip from machine code to an integer function in Go takes, in the median and in
// the quickest piece, and how many times as long the others take. The pieces are small and take turns.
func BenchmarkCallback(b *testing.B) {
	const piece = 10_000
	all := waysBack(b)
	for b.Loop() {
		for i := range all {
			start := time.Now()
			if _, err := all[i].run(piece); err != nil {
				b.Fatal(err)
			}
			all[i].took = append(all[i].took, time.Since(start))
		}
	}
	for _, w := range all {
		middle := median(w.took) // sorts
		b.ReportMetric(float64(middle)/piece, w.name+"-ns")
		b.ReportMetric(float64(w.took[0])/piece, w.name+"-least-ns")
		b.ReportMetric(float64(middle)/float64(median(all[0].took)), w.name+"/import")
	}
	b.ReportMetric(0, "ns/op")
}

// TestWaysBack holds the benchmark to its meaning: each way really calls.
func TestWaysBack(t *testing.T) {
	for _, w := range waysBack(t) {
		sum, err := w.run(100)
		require.NoError(t, err, w.name)
		require.EqualValues(t, 5050, sum, w.name)
	}
}

func importLoop(tb testing.TB) func(n uint64) (uint64, error) {
	arena := newArena(tb)
	identity, err := arena.NewImport(func(c *codebuf.Callback) error {
		c.SetInt(c.Int(0))
		return nil
	})
	require.NoError(tb, err)
	code, addr := publish(tb, arena, repeatBytes), uint64(identity.Addr())
	fiber, err := codebuf.NewFiber(codebuf.FiberConfig{})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, fiber.Close()) })
	return func(n uint64) (uint64, error) { return fiber.Call(code, addr, n) }
}

// repeatModule imports a function f of an i64 from env, and exports repeat, which calls it with n, n-1, ... 1 and adds up
// the results. See "WebAssembly Core Specification", Binary Format.
var repeatModule = []byte("\x00asm\x01\x00\x00\x00" + // magic, version
	"\x01\x06\x01\x60\x01\x7e\x01\x7e" + // types: (i64) -> i64
	"\x02\x09\x01\x03env\x01f\x00\x00" + // imports: env.f, a function of type 0
	"\x03\x02\x01\x00" + // functions: one, of type 0
	"\x07\x0a\x01\x06repeat\x00\x01" + // exports: "repeat", function 1
	"\x0a\x1f\x01\x1d\x01\x01\x7e" + // code: one body with a local i64
	"\x03\x40" + // loop
	"\x20\x01\x20\x00\x10\x00\x7c\x21\x01" + // sum += f(n)
	"\x20\x00\x42\x01\x7d\x22\x00\x50\x45\x0d\x00" + // n--, again if it is not 0
	"\x0b\x20\x01\x0b") // end, sum

// hostLoop defines the function in the way of wazero that costs least, without reflection.
func hostLoop(tb testing.TB) func(n uint64) (uint64, error) {
	ctx := context.Background()
	runtime := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler())
	tb.Cleanup(func() { require.NoError(tb, runtime.Close(ctx)) })
	i64 := []api.ValueType{api.ValueTypeI64}
	_, err := runtime.NewHostModuleBuilder("env").NewFunctionBuilder().
		WithGoFunction(api.GoFunc(func(context.Context, []uint64) {}), i64, i64). // the result is where the argument was
		Export("f").Instantiate(ctx)
	require.NoError(tb, err)
	module, err := runtime.Instantiate(ctx, repeatModule)
	require.NoError(tb, err)
	repeat, stack := module.ExportedFunction("repeat"), make([]uint64, 1)
	return func(n uint64) (uint64, error) {
		stack[0] = n
		err := repeat.CallWithStack(ctx, stack)
		return stack[0], err
	}
}
