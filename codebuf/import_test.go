package codebuf

import (
	"bytes"
	"context"
	"errors"
	"math"
	"runtime"
	"runtime/debug"
	"runtime/trace"
	"strings"
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

// newImport makes an import that generated code gets as a number.
func newImport(t testing.TB, a *Arena, fn func(*Callback) error, memory ...[]byte) uint64 {
	i, err := a.NewImport(fn, memory...)
	require.NoError(t, err)
	return uint64(i.Addr())
}

func TestImportArguments(t *testing.T) {
	a := newTestArena(t, Config{})
	f := newTestFiber(t)
	forward, ten := seal(t, a, codeForward), seal(t, a, codeTenArgs)
	sub := newImport(t, a, func(c *Callback) error {
		c.SetInt(c.Int(0) - c.Int(1))
		return nil
	})
	r, err := f.Call(forward, sub, 50, 8)
	require.NoError(t, err)
	require.EqualValues(t, 42, r, "arguments, result, and what a C function preserves")

	list := newImport(t, a, func(c *Callback) error {
		for i := range 10 {
			c.SetInt(10*c.core.Control.Result + c.Int(i)%10)
		}
		assert.Zero(t, c.Int(-1))
		assert.Zero(t, c.Int(1<<20))
		assert.Zero(t, c.Int(math.MaxInt))
		assert.Zero(t, c.Float(-1))
		assert.Zero(t, c.Float(8))
		return nil
	})
	r, err = f.Call(ten, list)
	require.NoError(t, err)
	require.EqualValues(t, 1234567890, r, "arguments on the stack")

	floats := newImport(t, a, func(c *Callback) error {
		sum := 0.0
		for i := range tramp.FloatRegs {
			sum = 10*sum + c.Float(i)
		}
		c.SetFloat(sum)
		assert.EqualValues(t, 0, c.Float32(0), "the low half of a float64")
		return nil
	})
	args := []uint64{floats, 0, 0}
	for i := range tramp.FloatRegs {
		args = append(args, math.Float64bits(float64(i+1)))
	}
	r, err = tramp.Enter(&f.core, forward.entry(), &args[0], tramp.FloatResult|tramp.Floats(tramp.FloatRegs)+tramp.Shape(len(args)))
	require.NoError(t, err)
	require.EqualValues(t, 12345678, math.Float64frombits(r))

	half := newImport(t, a, func(c *Callback) error {
		c.SetFloat32(c.Float32(0) / 2)
		return nil
	})
	args = []uint64{half, 0, 0, uint64(math.Float32bits(3))}
	r, err = tramp.Enter(&f.core, forward.entry(), &args[0], tramp.FloatResult|tramp.Floats(1)+4)
	require.NoError(t, err)
	require.EqualValues(t, 1.5, math.Float32frombits(uint32(r)))
}

func TestImportMemory(t *testing.T) {
	a := newTestArena(t, Config{})
	f := newTestFiber(t)
	forward := seal(t, a, codeForward)
	memory := []byte("hello, world")
	get := newImport(t, a, func(c *Callback) error {
		b, err := c.Bytes(c.Int(0), int(c.Int(1)))
		if err == nil {
			c.SetInt(uint64(len(b)))
			copy(b, strings.ToUpper(string(b)))
		}
		return err
	}, make([]byte, 3), memory)
	r, err := f.Call(forward, get, address(memory)+7, 5)
	require.NoError(t, err)
	require.EqualValues(t, 5, r)
	require.Equal(t, "hello, WORLD", string(memory))
	for _, bad := range [][2]uint64{{address(memory) + 7, 6}, {address(memory) - 1, 1}, {0, 1}, {address(memory), 1 << 63}, {1<<64 - 1, 2}} {
		_, err := f.Call(forward, get, bad[0], bad[1])
		require.ErrorIs(t, err, ErrArgument)
	}
	_, err = a.NewImport(nil)
	require.ErrorIs(t, err, ErrArgument)
}

// TestImportDoesAnything: the function is Go code like any other.
func TestImportDoesAnything(t *testing.T) {
	a := newTestArena(t, Config{})
	forward, add, load := seal(t, a, codeForward), seal(t, a, codeAdd), seal(t, a, codeLoad)
	f, other := newTestFiber(t), newTestFiber(t)
	require.NoError(t, trace.Start(&bytes.Buffer{}))
	defer trace.Stop()
	var nested uint64
	for name, fn := range map[string]func() error{
		"collects garbage": func() error { runtime.GC(); return nil },
		"grows its stack":  func() error { grow(500); return nil },
		"blocks":           func() error { time.Sleep(time.Millisecond); return nil },
		"starts goroutines": func() error {
			var wg sync.WaitGroup
			for range 10 {
				wg.Go(runtime.Gosched)
			}
			wg.Wait()
			return nil
		},
		"calls other code": func() error {
			r, err := other.Call(add, 1, 2)
			assert.EqualValues(t, 3, r)
			r, err2 := add.Call(3, 4)
			assert.EqualValues(t, 7, r)
			return errors.Join(err, err2)
		},
		"calls code that calls Go": func() error {
			r, err := other.Call(forward, nested, 9, 4)
			assert.EqualValues(t, 5, r)
			return err
		},
		"uses its own fiber": func() error {
			_, err := f.Call(add, 1, 2)
			assert.ErrorIs(t, err, ErrBusy)
			_, err = f.CallContext(t.Context(), add, 1, 2)
			assert.ErrorIs(t, err, ErrBusy)
			assert.ErrorIs(t, f.Close(), ErrBusy)
			_, err = f.Resume(1)
			assert.ErrorIs(t, err, ErrArgument)
			assert.ErrorIs(t, f.Abandon(), ErrArgument)
			return nil
		},
		"faults": func() error {
			assert.True(t, goFaults())
			return nil
		},
		"meets faults": func() error {
			fault := faultOf(t, other, load, 8)
			assert.EqualValues(t, 8, fault.Addr)
			return nil
		},
		"shows its stack": func() error {
			stack := string(debug.Stack())
			assert.Contains(t, stack, "TestImportDoesAnything")
			assert.Contains(t, stack, "tramp.Enter")
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			outer := newImport(t, a, func(c *Callback) error {
				c.SetInt(c.Int(0) - c.Int(1))
				return fn()
			})
			nested = newImport(t, a, func(c *Callback) error {
				runtime.GC()
				c.SetInt(c.Int(0) - c.Int(1))
				return nil
			})
			before := testenv.Registers()
			r, err := f.Call(forward, outer, 5, 3)
			after := testenv.Registers()
			require.NoError(t, err)
			require.EqualValues(t, 2, r)
			require.Equal(t, before.G, after.G)
			require.Equal(t, before.FP-before.SP, after.FP-after.SP, "whether or not the stack has moved")
			if name == "uses its own fiber" {
				return
			}
			r, err = Func3[uint64, uint64, uint64, uint64](forward)(outer, 5, 3)
			require.NoError(t, err)
			require.EqualValues(t, 2, r)
		})
	}
}

// TestImportErrors: a call ends where an import does not return nil, the first that is called or a later one.
func TestImportErrors(t *testing.T) {
	for name, at := range map[string]uint64{"first": 10, "later": 3} {
		t.Run(name, func(t *testing.T) { testImportErrors(t, at) })
	}
}

func testImportErrors(t *testing.T, at uint64) {
	a := newTestArena(t, Config{})
	repeat, add := seal(t, a, codeRepeat), seal(t, a, codeAdd)
	f := newTestFiber(t)
	usable := func() {
		t.Helper()
		r, err := f.Call(add, 1, 2)
		require.NoError(t, err)
		require.EqualValues(t, 3, r)
	}
	boom := errors.New("boom")
	var seen *Callback
	fails := newImport(t, a, func(c *Callback) error {
		seen = c
		if c.Int(0) == at {
			return boom
		}
		return nil
	})
	_, err := f.Call(repeat, fails, 10)
	require.Same(t, boom, err)
	usable()
	require.Zero(t, seen.Int(0), "a callback that is over")
	seen.SetInt(1)
	seen.SetFloat(1)
	_, err = seen.Bytes(0, 0)
	require.ErrorIs(t, err, ErrArgument)

	panics := newImport(t, a, func(c *Callback) error {
		if c.Int(0) == at {
			panic(boom)
		}
		return nil
	})
	for range 300 { // more often than there could be fibers to leak
		for _, call := range []func() (uint64, error){
			func() (uint64, error) { return f.Call(repeat, panics, 10) },
			func() (uint64, error) { return f.CallContext(t.Context(), repeat, panics, 10) },
			func() (uint64, error) { return Func2[uint64, uint64, uint64](repeat)(panics, 10) },
		} {
			func() {
				defer func() {
					require.Same(t, boom, recover())
					require.Contains(t, string(debug.Stack()), "codebuf.testImportErrors")
				}()
				_, _ = call()
				t.Error("no panic")
			}()
			usable()
		}
	}

	exits := newImport(t, a, func(c *Callback) error {
		if c.Int(0) == at {
			runtime.Goexit()
		}
		return nil
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = f.Call(repeat, exits, 10)
		t.Error("came back")
	}()
	<-done
	usable()
	require.NoError(t, a.Reclaim())
	require.Zero(t, a.Stats().Quarantined)
}

func TestYield(t *testing.T) {
	a := newTestArena(t, Config{})
	repeat, add := seal(t, a, codeRepeat), seal(t, a, codeAdd)
	f := newTestFiber(t)
	yield := newImport(t, a, func(c *Callback) error { return c.Yield(c.Int(0)) })

	// The generator gives 5, 4, ... 1, and returns the sum of what it is told. Each step is in another goroutine.
	var sum uint64
	r, err := f.Call(repeat, yield, 5)
	for want := uint64(5); want > 0; want-- {
		require.ErrorIs(t, err, ErrSuspended)
		require.Equal(t, want, r)
		_, busy := f.Call(add, 1, 2)
		require.ErrorIs(t, busy, ErrBusy)
		require.ErrorIs(t, f.Close(), ErrBusy)
		done := make(chan struct{})
		go func() {
			defer close(done)
			grow(100)
			runtime.GC()
			sum += want * 1000
			r, err = f.Resume(want * 1000)
		}()
		<-done
	}
	require.NoError(t, err)
	require.Equal(t, sum, r)
	_, err = f.Resume(1)
	require.ErrorIs(t, err, ErrArgument)

	// Some of the imports yield: the call goes on below another call of Enter each time.
	some := newImport(t, a, func(c *Callback) error {
		c.SetInt(1)
		if c.Int(0)%3 == 0 {
			return c.Yield(c.Int(0))
		}
		return nil
	})
	r, err = f.Call(repeat, some, 10)
	for _, want := range []uint64{9, 6, 3} {
		require.ErrorIs(t, err, ErrSuspended)
		require.Equal(t, want, r)
		r, err = f.Resume(100)
	}
	require.NoError(t, err)
	require.EqualValues(t, 307, r)

	// Code that is suspended is not freed, also when it is released.
	old := seal(t, a, codeRepeat)
	_, err = f.Call(old, yield, 2)
	require.ErrorIs(t, err, ErrSuspended)
	require.NoError(t, old.Release())
	require.NotZero(t, a.Stats().Quarantined)
	require.ErrorIs(t, a.Close(), ErrBusy)
	require.NoError(t, f.Abandon())
	require.ErrorIs(t, f.Abandon(), ErrArgument)

	a = newTestArena(t, Config{})
	yield = newImport(t, a, func(c *Callback) error { return c.Yield(1) })
	_, err = seal(t, a, codeRepeat).Call(yield, 2)
	require.ErrorIs(t, err, ErrArgument, "a call without a fiber of its own")
	r, err = f.Call(seal(t, a, codeAdd), 1, 2)
	require.NoError(t, err)
	require.EqualValues(t, 3, r)
}

// TestFuncKeepsArguments: what an argument points to is not collected before the code has returned.
func TestFuncKeepsArguments(t *testing.T) {
	a := newTestArena(t, Config{})
	var gone atomic.Bool
	var early bool
	collect := newImport(t, a, func(c *Callback) error {
		for range 3 {
			runtime.GC()
			time.Sleep(time.Millisecond) // cleanups run on a goroutine of their own
		}
		early = gone.Load()
		return nil
	})
	object := func() unsafe.Pointer {
		p := new([64]uint64)
		runtime.AddCleanup(p, gone.Store, true)
		return unsafe.Pointer(p)
	}
	forward := seal(t, a, codeForward)
	inOrder := Func3[uint64, unsafe.Pointer, uint64, uint64](forward)
	mixed := Func3[float64, uint64, unsafe.Pointer, uint64](forward)
	for name, call := range map[string]func() (uint64, error){
		"in order": func() (uint64, error) { return inOrder(collect, object(), 0) },
		"mixed":    func() (uint64, error) { return mixed(0, collect, object()) },
	} {
		gone.Store(false)
		early = true
		_, err := call()
		require.NoError(t, err, name)
		require.False(t, early, name)
		require.Eventually(t, func() bool { runtime.GC(); return gone.Load() }, time.Minute, time.Millisecond, name)
	}
}

// TestImportThenFault: code that has called imports faults, and is cancelled, like any other.
func TestImportThenFault(t *testing.T) {
	a := newTestArena(t, Config{})
	repeat, f := seal(t, a, codeRepeat), newTestFiber(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for left := uint64(1); left <= 3; left++ { // with so many calls left, the address of the function becomes another
		other := func(addr uint64, also func()) uint64 {
			return newImport(t, a, func(c *Callback) error {
				if c.Int(0) == 5-left {
					c.core.Control.Regs[repeated] = addr
					also()
				}
				return nil
			})
		}
		_, err := f.Call(repeat, other(8, func() {}), 4)
		var fault *Fault
		require.ErrorAs(t, err, &fault)
		require.EqualValues(t, 8, fault.PC)
		_, err = f.CallContext(ctx, repeat, other(uint64(seal(t, a, codeEndless).Addr()), func() {
			time.AfterFunc(time.Millisecond, cancel)
		}), 4)
		require.ErrorIs(t, err, context.Canceled)
		ctx, cancel = context.WithCancel(t.Context())
		defer cancel()
	}
}

// TestImportsMany: stubs are made as they are needed, and each knows its own function.
func TestImportsMany(t *testing.T) {
	a := newTestArena(t, Config{})
	forward := seal(t, a, codeForward)
	f := newTestFiber(t)
	var addrs []uint64
	for i := range uint64(500) {
		addrs = append(addrs, newImport(t, a, func(c *Callback) error { c.SetInt(i); return nil }))
	}
	for i, addr := range addrs {
		r, err := f.Call(forward, addr, 0, 0)
		require.NoError(t, err)
		require.EqualValues(t, i, r)
	}
}

// TestImportWithoutStack: there is no room on the fiber's stack when the import is called, and many stacks to look for
// it.
func TestImportWithoutStack(t *testing.T) {
	a := newTestArena(t, Config{})
	forward := seal(t, a, codeForward)
	id := newImport(t, a, func(c *Callback) error { c.SetInt(c.Int(0)); return nil })
	for _, size := range []int{16 << 10, 64 << 10, 1 << 20} {
		for range 40 {
			f, err := NewFiber(FiberConfig{StackSize: max(size, 16<<10)})
			require.NoError(t, err)
			defer func() { require.NoError(t, f.Close()) }()
			r, err := f.Call(forward, id, 7, 0)
			require.NoError(t, err)
			require.EqualValues(t, 7, r)
		}
	}
}

func TestImportAllocatesNothing(t *testing.T) {
	a := newTestArena(t, Config{})
	repeat, f := seal(t, a, codeRepeat), newTestFiber(t)
	empty := newImport(t, a, func(*Callback) error { return nil })
	require.Zero(t, testing.AllocsPerRun(100, func() { f.Call(repeat, empty, 100) }))
}

// BenchmarkImport is a round trip from generated code to an empty Go function and back.
func BenchmarkImport(b *testing.B) {
	a := newTestArena(b, Config{})
	repeat, f := seal(b, a, codeRepeat), newTestFiber(b)
	empty := newImport(b, a, func(*Callback) error { return nil })
	b.ResetTimer()
	if _, err := f.Call(repeat, empty, uint64(b.N)); err != nil {
		b.Fatal(err)
	}
}

// TestImportArgumentsStay: what an import is passed is where it was after Go's stack has moved.
func TestImportArgumentsStay(t *testing.T) {
	a := newTestArena(t, Config{})
	f := newTestFiber(t)
	heap := new([2]uint64)
	check := newImport(t, a, func(c *Callback) error {
		grow(1000)
		runtime.GC()
		c.SetInt(c.Int(0))
		return nil
	})
	p := uint64(uintptr(unsafe.Pointer(heap)))
	r, err := f.Call(seal(t, a, codeForward), check, p, 0)
	require.NoError(t, err)
	require.Equal(t, p, r)
	runtime.KeepAlive(heap)
}
