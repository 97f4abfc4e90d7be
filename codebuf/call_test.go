package codebuf

import (
	"bytes"
	"math"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"runtime/debug"
	"runtime/trace"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/tramp"
)

func TestCallIntegers(t *testing.T) {
	a := newTestArena(t, Config{})
	f := newTestFiber(t)
	args := make([]uint64, tramp.MaxArgs)
	for i := range args {
		args[i] = 0x1111111111111111 * uint64(i+1)
	}
	for k := range args {
		c := seal(t, a, codePick(k))
		for n := k + 1; n <= len(args); n++ {
			r, err := f.Call(c, args[:n]...)
			require.NoError(t, err)
			require.Equal(t, args[k], r, "argument %d of %d", k, n)
			r, err = c.Call(args[:n]...)
			require.NoError(t, err)
			require.Equal(t, args[k], r, "argument %d of %d", k, n)
		}
		require.NoError(t, c.Release())
	}
}

func TestCallFloats(t *testing.T) {
	a := newTestArena(t, Config{})
	f := newTestFiber(t)
	for k := range tramp.FloatRegs {
		c := seal(t, a, codePickFloat(k))
		args := []uint64{1, 2, 3}
		for n := range tramp.FloatRegs {
			args = append(args, math.Float64bits(float64(n)+0.5))
			r, err := tramp.Enter(&f.core, c.entry(), &args[0], tramp.FloatResult|tramp.Floats(n+1)+tramp.Shape(len(args)))
			require.NoError(t, err)
			if n >= k {
				require.Equal(t, float64(k)+0.5, math.Float64frombits(r), "float %d of %d", k, n+1)
			}
		}
		_, err := tramp.Enter(&f.core, c.entry(), &args[0], tramp.Floats(9)+9)
		require.ErrorIs(t, err, ErrArgument, "more floats than registers")
		_, err = tramp.Enter(&f.core, c.entry(), &args[0], tramp.Floats(4)+3)
		require.ErrorIs(t, err, ErrArgument, "more floats than arguments")
		require.NoError(t, c.Release())
	}
}

func TestTypedFunctions(t *testing.T) {
	a := newTestArena(t, Config{})
	add, mixed, identity := seal(t, a, codeAdd), seal(t, a, codeMixed), seal(t, a, codeIdentity)

	got, err := Func2[int64, int64, int64](add)(-5, 3)
	require.NoError(t, err)
	require.EqualValues(t, -2, got)

	// Integers and floats are numbered separately, whatever their order.
	want := 2.5*4 + 10 - 3
	for name, call := range map[string]func() (float64, error){
		"ffii": func() (float64, error) { return Func4[float64, float64, int, int8, float64](mixed)(2.5, 4, 10, 3) },
		"iiff": func() (float64, error) { return Func4[int, uint8, float64, float64, float64](mixed)(10, 3, 2.5, 4) },
		"fifi": func() (float64, error) { return Func4[float64, int, float64, int, float64](mixed)(2.5, 10, 4, 3) },
		"ifif": func() (float64, error) { return Func4[int, float64, int, float64, float64](mixed)(10, 2.5, 3, 4) },
	} {
		got, err := call()
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}

	x := 7
	p, err := Func1[unsafe.Pointer, unsafe.Pointer](identity)(unsafe.Pointer(&x))
	require.NoError(t, err)
	require.Equal(t, unsafe.Pointer(&x), p)

	f32, err := Func1[float32, float32](seal(t, a, codePickFloat(0)))(1.25)
	require.NoError(t, err)
	require.Equal(t, float32(1.25), f32)

	pick0, err := Func0[int](seal(t, a, codeTrash))()
	require.NoError(t, err)
	require.Equal(t, 7, pick0)
	third, err := Func3[int, int, int, int](seal(t, a, codePick(2)))(1, 2, 3)
	require.NoError(t, err)
	require.Equal(t, 3, third)
}

// TestNarrowIntegers checks that arguments are extended to the whole register, and that only the low bits of a result
// count.
func TestNarrowIntegers(t *testing.T) {
	c := seal(t, newTestArena(t, Config{}), codeIdentity)
	checkNarrow[int8](t, c, -5, 127, -128)
	checkNarrow[int16](t, c, -5, 32767, -32768)
	checkNarrow[int32](t, c, -5, math.MaxInt32, math.MinInt32)
	checkNarrow[int64](t, c, -5, math.MaxInt64, math.MinInt64)
	checkNarrow[uint8](t, c, 5, 255)
	checkNarrow[uint16](t, c, 5, 65535)
	checkNarrow[uint32](t, c, 5, math.MaxUint32)
	checkNarrow[uint64](t, c, 5, math.MaxUint64)
	checkNarrow[uintptr](t, c, 5, math.MaxUint64)
	type celsius int16
	checkNarrow[celsius](t, c, -273)
}

func checkNarrow[T interface {
	Word
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}](t *testing.T, c *Code, values ...T,
) {
	for _, v := range values {
		whole, err := Func1[T, uint64](c)(v)
		require.NoError(t, err)
		require.Equal(t, uint64(v), whole, "%T %v as a register", v, v)
		low, err := Func1[uint64, T](c)(0x5aa5_5aa5_5aa5_5aa5 + uint64(v)<<8>>8)
		require.NoError(t, err)
		require.Equal(t, T(0x5aa5_5aa5_5aa5_5aa5+uint64(v)<<8>>8), low, "%T from a register", v)
	}
}

// TestRegistersComeBack calls code that spoils every register and checks what Go needs of them: SP, BP or FP and g
// exactly, and a stack that the tracer's walk along frame pointers survives.
func TestRegistersComeBack(t *testing.T) {
	a := newTestArena(t, Config{})
	c := seal(t, a, codeTrash)
	f := newTestFiber(t)
	require.NoError(t, trace.Start(&bytes.Buffer{}))
	defer trace.Stop()
	for range 1000 {
		before := testenv.Registers()
		r, err := f.Call(c)
		after := testenv.Registers()
		require.NoError(t, err)
		require.EqualValues(t, 7, r)
		require.Equal(t, before, after)
		runtime.Gosched()
	}
	runtime.GC()
}

func TestStackIsAlignedAndGuarded(t *testing.T) {
	a := newTestArena(t, Config{})
	f, err := NewFiber(FiberConfig{StackSize: 64 << 10})
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	sp, err := f.Call(seal(t, a, codeSP))
	require.NoError(t, err)
	sp -= uint64(spAtEntry & math.MaxUint64)
	require.Zero(t, sp%16, "the C convention wants SP aligned to 16 at a call")
	lo, hi := f.stack.Bounds()
	require.EqualValues(t, hi, sp)

	depth := seal(t, a, codeDepth)
	room := uint64(hi-lo)/16 - 2
	r, err := f.Call(depth, room)
	require.NoError(t, err)
	require.Equal(t, room, r, "all of the stack can be used")
}

func TestCallAllocatesNothing(t *testing.T) {
	a := newTestArena(t, Config{})
	c, mixed := seal(t, a, codeAdd), seal(t, a, codeMixed)
	f := newTestFiber(t)
	add := Func2[int64, int64, int64](c)
	fma := Func4[float64, float64, int, int, float64](mixed)
	x, y := uint64(os.Getpid()), uint64(len(os.Args))
	for name, call := range map[string]func(){
		"Fiber.Call": func() { f.Call(c, x, y) },
		"Code.Call":  func() { c.Call(x, y) },
		"Func2":      func() { add(int64(x), int64(y)) },
		"Func4":      func() { fma(1, 2, int(x), int(y)) },
	} {
		require.Zero(t, testing.AllocsPerRun(1000, call), name)
	}
}

// TestArgumentsAreWords: Enter loads them as such.
func TestArgumentsAreWords(t *testing.T) {
	for _, size := range []uintptr{
		unsafe.Sizeof(argument[bool]{}), unsafe.Sizeof(argument[int16]{}), unsafe.Sizeof(argument[float32]{}),
		unsafe.Sizeof(argument[uint64]{}), unsafe.Sizeof(argument[unsafe.Pointer]{}),
		unsafe.Alignof(argument[int8]{}), unsafe.Alignof(argument[unsafe.Pointer]{}),
	} {
		require.EqualValues(t, 8, size)
	}
}

// TestCallsAreInlined: a call costs a quarter more where the compiler leaves these two a function of their own, which it
// does as soon as they get a little longer.
func TestCallsAreInlined(t *testing.T) {
	out, err := exec.Command("go", "build", "-gcflags=-m", "-o", os.DevNull, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, name := range []string{"(*Fiber).Call", "(*Code).Call"} {
		require.Regexp(t, "can inline "+regexp.QuoteMeta(name)+"\n", string(out))
	}
}

// TestCallsInParallel has many more goroutines than there are bound fibers.
func TestCallsInParallel(t *testing.T) {
	a := newTestArena(t, Config{})
	c, mixed := seal(t, a, codeAdd), seal(t, a, codeMixed)
	add := Func2[int64, int64, int64](c)
	fma := Func4[float64, float64, int, int, float64](mixed)
	goroutines, rounds := 600, 300
	if runtime.GOARCH != "amd64" {
		goroutines, rounds = 100, 30
	}
	var wrong atomic.Int64
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range rounds {
				s, err := add(int64(g), int64(i))
				m, err2 := fma(float64(g), 2, i, 1)
				if err != nil || err2 != nil || s != int64(g+i) || m != float64(2*g+i-1) {
					wrong.Add(1)
				}
				if i%16 == 0 {
					runtime.Gosched()
				}
			}
		})
	}
	for range 20 {
		runtime.GC()
	}
	wg.Wait()
	require.Zero(t, wrong.Load())
}

// inside runs codeSpin on f in a goroutine, waits until it is inside, and gives a function that lets it out and waits
// for the end of the call; the end of the test does it too, for whatever stops the world later would wait for ever.
// Meanwhile a garbage collection would wait for the call, so there is none.
func inside(t *testing.T, f *Fiber, c *Code) (leave func() error) {
	// SetGCPercent waits until marking has ended, but not for the barrier over all Ps with which the runtime ends a
	// cycle. ReadMemStats does: it needs the semaphore that is held until then.
	gc := debug.SetGCPercent(-1)
	runtime.ReadMemStats(new(runtime.MemStats))
	words := new([2]uint64)
	done := make(chan error)
	go func() {
		_, err := f.Call(c, uint64(uintptr(unsafe.Pointer(&words[0]))), uint64(uintptr(unsafe.Pointer(&words[1]))))
		done <- err
	}()
	for atomic.LoadUint64(&words[0]) == 0 {
		time.Sleep(time.Microsecond)
	}
	leave = sync.OnceValue(func() error {
		atomic.StoreUint64(&words[1], 1)
		err := <-done
		runtime.KeepAlive(words)
		debug.SetGCPercent(gc)
		return err
	})
	t.Cleanup(func() { assert.NoError(t, leave()) })
	return leave
}

func TestFiberMisuse(t *testing.T) {
	a := newTestArena(t, Config{})
	c := seal(t, a, codeAdd)
	for _, n := range []int{-1, 1, 4096, 24 << 10, 2 << 30} {
		_, err := NewFiber(FiberConfig{StackSize: n})
		require.ErrorIs(t, err, ErrArgument, n)
	}
	f, err := NewFiber(FiberConfig{StackSize: 16 << 10})
	require.NoError(t, err)
	_, err = f.Call(nil)
	require.ErrorIs(t, err, ErrArgument)
	_, err = (*Code)(nil).Call()
	require.ErrorIs(t, err, ErrArgument)
	_, err = Func1[int, int](nil)(1)
	require.ErrorIs(t, err, ErrArgument)
	_, err = (*Fiber)(nil).Call(c)
	require.ErrorIs(t, err, ErrArgument)
	_, err = f.Call(c, make([]uint64, tramp.MaxArgs+1)...)
	require.ErrorIs(t, err, ErrArgument)
	_, err = c.Call(make([]uint64, tramp.MaxArgs+1)...)
	require.ErrorIs(t, err, ErrArgument)
	r, err := f.Call(c, 1, 2)
	require.NoError(t, err, "after wrong uses")
	require.EqualValues(t, 3, r)

	leave := inside(t, f, seal(t, a, codeSpin))
	_, err = f.Call(c, 1, 2)
	require.ErrorIs(t, err, ErrBusy)
	require.ErrorIs(t, f.Close(), ErrBusy)
	require.NoError(t, leave())

	require.NoError(t, f.Close())
	require.ErrorIs(t, f.Close(), ErrClosed)
	_, err = f.Call(c, 1, 2)
	require.ErrorIs(t, err, ErrClosed)
}

// TestOwnFiberBusy makes a pooled call while the goroutine's own fiber is in use, as a callback would.
func TestOwnFiberBusy(t *testing.T) {
	c := seal(t, newTestArena(t, Config{}), codeAdd)
	_, err := c.Call(1, 2)
	require.NoError(t, err)
	r, err := refused(nil, c.entry(), &[]uint64{3, 4}[0], tramp.Own+2, tramp.Busy)
	require.NoError(t, err)
	require.EqualValues(t, 7, r)
}

func BenchmarkCall(b *testing.B) {
	a := newTestArena(b, Config{})
	c := seal(b, a, codeAdd)
	f := newTestFiber(b)
	add := Func2[int64, int64, int64](c)
	var sum int64
	timed := func(name string, base float64, loop func(n int)) (perCall float64) {
		b.Run(name, func(b *testing.B) {
			loop(b.N)
			perCall = float64(b.Elapsed().Nanoseconds()) / float64(b.N)
			if base > 0 {
				b.ReportMetric(perCall/base, "x-go")
			}
		})
		return perCall
	}
	base := timed("GoFuncValue", 0, func(n int) {
		for i := range n {
			sum += goAdd(int64(i), 2)
		}
	})
	timed("FiberCall", base, func(n int) {
		for i := range n {
			r, err := f.Call(c, uint64(i), 2)
			if err != nil {
				b.Fatal(err)
			}
			sum += int64(r)
		}
	})
	timed("Func2", base, func(n int) {
		for i := range n {
			r, err := add(int64(i), 2)
			if err != nil {
				b.Fatal(err)
			}
			sum += r
		}
	})
	timed("CodeCall", base, func(n int) {
		for i := range n {
			r, err := c.Call(uint64(i), 2)
			if err != nil {
				b.Fatal(err)
			}
			sum += int64(r)
		}
	})
	runtime.KeepAlive(sum)
}

// goAdd is what calls are compared with: a Go function through a func value.
var goAdd = func(a, b int64) int64 { return a + b }

// TestTypedArities: each arity passes each argument, of any type, at any place.
func TestTypedArities(t *testing.T) {
	a := newTestArena(t, Config{})
	pick := func(k int) *Code { return seal(t, a, codePick(k)) }
	float := func(k int) *Code { return seal(t, a, codePickFloat(k)) }
	same := func(want, got any, err error) {
		t.Helper()
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	r0, err := Func0[uint16](seal(t, a, codeConst(7)))()
	same(uint16(7), r0, err)
	r1, err := Func1[int32, int32](pick(0))(-1)
	same(int32(-1), r1, err)
	r2, err := Func2[int8, bool, bool](pick(1))(1, true)
	same(true, r2, err)
	r3, err := Func3[float32, int16, float32, float32](float(1))(1, 2, 3)
	same(float32(3), r3, err)
	p := new(int)
	r4, err := Func4[int, float64, bool, unsafe.Pointer, unsafe.Pointer](pick(2))(1, 2, false, unsafe.Pointer(p))
	same(unsafe.Pointer(p), r4, err)
	r5, err := Func5[int, int, float64, uint, float64, float64](float(1))(1, 2, 3, 4, 5)
	same(5.0, r5, err)
	for k := range 6 {
		r, err := Func6[int8, int16, int32, int64, uint8, uint64, int64](pick(k))(-1, -2, -3, -4, 5, 6)
		same([]int64{-1, -2, -3, -4, 5, 6}[k], r, err)
		f, err := Func6[float64, float64, float64, float64, float64, float64, float64](float(k))(1, 2, 3, 4, 5, 6)
		same(float64(k+1), f, err)
	}
	truth := Func1[uint64, bool](pick(0))
	for r := range uint64(300) { // a bool is true or false, whatever the code says
		b, err := truth(r)
		same(uint8(r) != 0, b, err)
	}

	data := new([2]uint64)
	store := seal(t, a, codeStore)
	require.NoError(t, Proc2[unsafe.Pointer, uint64](store)(unsafe.Pointer(data), 9))
	require.EqualValues(t, 9, data[0])
	require.NoError(t, Proc0(seal(t, a, codeConst(7)))())
	var fault *Fault
	require.ErrorAs(t, Proc1[uintptr](seal(t, a, codeLoad))(8), &fault)
	require.EqualValues(t, 7, Must0(Func0[int](seal(t, a, codeConst(7))))())
	require.EqualValues(t, 3, Must2(Func2[int, int, int](seal(t, a, codeAdd)))(1, 2))
	defer func() {
		fault, ok := recover().(*Fault)
		require.True(t, ok)
		require.EqualValues(t, 16, fault.Addr)
	}()
	Must1(Func1[uintptr, int](seal(t, a, codeLoad)))(16)
	t.Error("no panic")
}
