package bench

import (
	"context"
	"slices"
	"testing"
	"time"
	"unsafe"

	"github.com/ebitengine/purego"
	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"

	"github.com/wxjit/wxjit/codebuf"
	"github.com/wxjit/wxjit/internal/bench/ccall"
)

// loop makes n calls of a way to call and gives the sum of what they return.
type loop func(n int) (uint64, error)

// add is the callee in Go.
//
//go:noinline
func add(a, b uint64) uint64 { return a + b }

// BenchmarkCall calls a function that adds two numbers. ns/op is the time of a call, x-go how many times as long it
// is as a call of a Go function through a func value. All but wazero, which compiles its own, call the same machine
// code.
func BenchmarkCall(b *testing.B) {
	code := addCode(b)
	b.Run("Fiber.Call", func(b *testing.B) { compare(b, fiberLoop(b, code)) })
	b.Run("Code.Call", func(b *testing.B) { compare(b, codeLoop(code)) })
	b.Run("Func2", func(b *testing.B) { compare(b, funcLoop(code)) })
	b.Run("wazero", func(b *testing.B) { compare(b, wazeroLoop(b)) })
	b.Run("cgo", func(b *testing.B) { compare(b, cgoLoop(b, code)) })
	b.Run("purego", func(b *testing.B) { compare(b, puregoLoop(code)) })
}

// TestLoops holds the benchmark to its meaning: each way really calls.
func TestLoops(t *testing.T) {
	code := addCode(t)
	for name, calls := range map[string]loop{
		"Go": goLoops[0], "Go, elsewhere": goLoops[4], "Fiber.Call": fiberLoop(t, code), "Code.Call": codeLoop(code), "Func2": funcLoop(code),
		"wazero": wazeroLoop(t), "purego": puregoLoop(code),
	} {
		sum, err := calls(10)
		require.NoError(t, err, name)
		require.EqualValues(t, 45+10*7, sum, name)
	}
	if ccall.Available {
		sum, err := cgoLoop(t, code)(10)
		require.NoError(t, err)
		require.EqualValues(t, 45+10*7, sum)
	}
}

// compare runs calls and the same number of Go calls in turn, a small piece of each at a time, so that both see the
// same machine. The figures are those of the median piece, which an interruption does not move, and of the goLoops that of
// the one in the middle.
func compare(b *testing.B, calls loop) {
	piece := min(b.N, 10_000)
	var ours []time.Duration
	goes := make([][]time.Duration, len(goLoops))
	for range b.N / piece {
		ours = append(ours, duration(b, calls, piece))
		for i, calls := range goLoops {
			goes[i] = append(goes[i], duration(b, calls, piece))
		}
	}
	medians := make([]time.Duration, len(goes))
	for i, d := range goes {
		medians[i] = median(d)
	}
	b.ReportMetric(float64(median(ours))/float64(piece), "ns/op")
	b.ReportMetric(float64(median(ours))/float64(max(median(medians), 1)), "x-go")
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

func duration(b *testing.B, calls loop, n int) time.Duration {
	start := time.Now()
	if _, err := calls(n); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// goFunc is a variable so that the call goes through a func value.
var goFunc = add

// goLoops are one loop at several places. On a Zen 5 a call takes 4 cycles at some places, 5 or 6 at others, time after time,
// and every change of the program moves them.
var goLoops = []loop{goLoop[[0]byte], goLoop[[1]byte], goLoop[[2]byte], goLoop[[3]byte], goLoop[[4]byte]}

// goLoop has so many other calls before it as a Place has bytes, which the compiler knows.
func goLoop[Place any](n int) (sum uint64, err error) {
	place := unsafe.Sizeof(*new(Place))
	if place > 0 {
		sum += goFunc(0, sum)
	}
	if place > 1 {
		sum += goFunc(0, sum)
	}
	if place > 2 {
		sum += goFunc(0, sum)
	}
	if place > 3 {
		sum += goFunc(0, sum)
	}
	for i := range n {
		sum += goFunc(uint64(i), 7)
	}
	return sum, nil
}

func fiberLoop(tb testing.TB, code *codebuf.Code) loop {
	fiber, err := codebuf.NewFiber(codebuf.FiberConfig{})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, fiber.Close()) })
	return func(n int) (sum uint64, err error) {
		for i := range n {
			r, err := fiber.Call(code, uint64(i), 7)
			if err != nil {
				return 0, err
			}
			sum += r
		}
		return sum, nil
	}
}

// codeLoop is not inlined, for then the compiler would not inline Call in it any more.
//
//go:noinline
func codeLoop(code *codebuf.Code) loop {
	return func(n int) (sum uint64, err error) {
		for i := range n {
			r, err := code.Call(uint64(i), 7)
			if err != nil {
				return 0, err
			}
			sum += r
		}
		return sum, nil
	}
}

func funcLoop(code *codebuf.Code) loop {
	add := codebuf.Func2[uint64, uint64, uint64](code)
	return func(n int) (sum uint64, err error) {
		for i := range n {
			r, err := add(uint64(i), 7)
			if err != nil {
				return 0, err
			}
			sum += r
		}
		return sum, nil
	}
}

func cgoLoop(tb testing.TB, code *codebuf.Code) loop {
	if !ccall.Available {
		tb.Skip("no cgo")
	}
	addr := code.Addr()
	return func(n int) (sum uint64, err error) {
		for i := range n {
			sum += ccall.Call2(addr, uint64(i), 7)
		}
		return sum, nil
	}
}

func puregoLoop(code *codebuf.Code) loop {
	addr := code.Addr()
	return func(n int) (sum uint64, err error) {
		for i := range n {
			r, _, _ := purego.SyscallN(addr, uintptr(i), 7)
			sum += uint64(r)
		}
		return sum, nil
	}
}

// addModule is, in the text format: (module (func (export "add") (param i64 i64) (result i64)
// (i64.add (local.get 0) (local.get 1)))). See "WebAssembly Core Specification", Binary Format, Modules.
var addModule = []byte("\x00asm\x01\x00\x00\x00" + // magic, version
	"\x01\x07\x01\x60\x02\x7e\x7e\x01\x7e" + // types: (i64, i64) -> i64
	"\x03\x02\x01\x00" + // functions: one, of type 0
	"\x07\x07\x01\x03add\x00\x00" + // exports: "add", function 0
	"\x0a\x09\x01\x07\x00\x20\x00\x20\x01\x7c\x0b") // code

func wazeroLoop(tb testing.TB) loop {
	ctx := context.Background()
	runtime := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler())
	tb.Cleanup(func() { require.NoError(tb, runtime.Close(ctx)) })
	module, err := runtime.Instantiate(ctx, addModule)
	require.NoError(tb, err)
	add, stack := module.ExportedFunction("add"), make([]uint64, 2)
	return func(n int) (sum uint64, err error) {
		for i := range n {
			stack[0], stack[1] = uint64(i), 7
			if err := add.CallWithStack(ctx, stack); err != nil {
				return 0, err
			}
			sum += stack[0]
		}
		return sum, nil
	}
}

// addCode is a function of the C calling convention that adds its two arguments.
func addCode(tb testing.TB) *codebuf.Code { return publish(tb, newArena(tb), addBytes) }

func newArena(tb testing.TB) *codebuf.Arena {
	arena, err := codebuf.New(codebuf.Config{})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, arena.Close()) })
	return arena
}

func publish(tb testing.TB, arena *codebuf.Arena, bytes string) *codebuf.Code {
	codes, err := arena.Publish(blob(bytes))
	require.NoError(tb, err)
	return codes[0]
}

// blob is code that runs anywhere.
type blob string

func (b blob) Len() int { return len(b) }
func (blob) Align() int { return 16 }
func (b blob) Place(dst []byte, _ uintptr) error {
	copy(dst, b)
	return nil
}
