package codebuf

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/testenv"
)

// faultOf makes a call that must fault.
func faultOf(t testing.TB, f *Fiber, c *Code, args ...uint64) *Fault {
	_, err := f.Call(c, args...)
	fault, ok := errors.AsType[*Fault](err)
	require.True(t, ok, "%v", err)
	return fault
}

func TestFaults(t *testing.T) {
	a := newTestArena(t, Config{})
	f := newTestFiber(t)
	add := seal(t, a, codeAdd)
	data := make([]byte, 16)
	lo, _ := f.stack.Bounds()
	for _, test := range faultTests(a, data) {
		t.Run(test.name, func(t *testing.T) {
			c := seal(t, a, test.code)
			fault := faultOf(t, f, c, test.args...)
			require.Equal(t, test.signal, fault.Signal)
			require.Equal(t, test.kind, fault.Kind)
			if test.kind == StackOverflow {
				require.Less(t, lo-fault.Addr, uintptr(4097))
			} else {
				require.EqualValues(t, test.addr, fault.Addr)
			}
			if test.kind == NotExecutable {
				require.Nil(t, fault.Code)
				require.EqualValues(t, test.args[0], fault.PC)
			} else {
				require.Same(t, c, fault.Code)
				if test.kind == StackOverflow && fault.Offset == test.offset+1 {
					test.offset++ // the other of two instructions that push
				}
				require.Equal(t, test.offset, fault.Offset)
				require.Equal(t, c.Addr()+uintptr(test.offset), fault.PC)
			}
			require.Contains(t, fault.Error(), test.kind.String())
			r, err := f.Call(add, 1, 2)
			require.NoError(t, err, "the fiber is usable again")
			require.EqualValues(t, 3, r)
			require.NoError(t, c.Release(), "and the code")
		})
	}
	require.NoError(t, a.Reclaim())
	require.Zero(t, a.Stats().Quarantined)
}

type faultTest struct {
	name   string
	code   []byte
	args   []uint64
	signal syscall.Signal
	kind   FaultKind
	addr   uint64
	offset int
}

// TestFaultsEverywhere faults at all depths of the stack with all registers spoilt, on many goroutines, with garbage
// collections, a profiler, and Go's own faults around.
func TestFaultsEverywhere(t *testing.T) {
	a := newTestArena(t, Config{})
	deep, trash := seal(t, a, codeDeepLoad), seal(t, a, codeTrashAndLoad)
	require.NoError(t, pprof.StartCPUProfile(io.Discard))
	defer pprof.StopCPUProfile()
	defer debug.SetGCPercent(debug.SetGCPercent(1))

	rounds := testenv.Scaled(200)
	var faults, wrong atomic.Int64
	var running atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		f := newTestFiber(t)
		lo, hi := f.stack.Bounds()
		depths := int(hi-lo)/16 - 16
		running.Add(1)
		wg.Go(func() {
			defer running.Add(-1)
			for i := range rounds {
				_, err := f.Call(deep, uint64(i*7919%depths), 8)
				_, err2 := f.Call(trash, 16)
				for want, err := range map[uintptr]error{8: err, 16: err2} {
					if fault, ok := errors.AsType[*Fault](err); ok && fault.Addr == want && fault.Kind == BadAddress {
						faults.Add(1)
					} else {
						wrong.Add(1)
					}
				}
				if !goFaults() {
					wrong.Add(1)
				}
			}
		})
	}
	for running.Load() > 0 {
		runtime.GC()
	}
	wg.Wait()
	require.Zero(t, wrong.Load())
	require.EqualValues(t, 16*rounds, faults.Load())
	t.Logf("%d faults", faults.Load())
}

// goFaults tells whether Go's own nil dereference is still a panic that can be recovered.
func goFaults() (recovered bool) {
	defer func() { _, recovered = recover().(runtime.Error) }()
	var p *int
	*p = 1
	return false
}

// TestFaultPrint: %v is a line, %+v shows registers.
func TestFaultPrint(t *testing.T) {
	a := newTestArena(t, Config{})
	fault := faultOf(t, newTestFiber(t), seal(t, a, codeStore), 0x10, 0x1234567)
	require.Equal(t, fault.Error(), fmt.Sprint(fault))
	require.NotContains(t, fault.Error(), "\n")
	text := fmt.Sprintf("%+v", fault)
	require.Contains(t, text, fault.Error())
	require.Contains(t, text, "0x0000000001234567")
	for _, r := range fault.Regs {
		require.Contains(t, text, r.Name)
	}
}

// BenchmarkFault is a call that ends with a fault.
func BenchmarkFault(b *testing.B) {
	c, f := seal(b, newTestArena(b, Config{}), codeLoad), newTestFiber(b)
	for b.Loop() {
		if _, err := f.Call(c, 0); err == nil {
			b.Fatal("no fault")
		}
	}
}

// TestFaultWhileArenasClose: to find the code of a fault, all arenas are looked at, also those that are just being closed.
func TestFaultWhileArenasClose(t *testing.T) {
	a := newTestArena(t, Config{})
	f := newTestFiber(t)
	c := seal(t, a, codeLoad)
	var closing sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		closing.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				other, err := New(Config{Size: 1 << 20})
				assert.NoError(t, err)
				assert.NoError(t, other.Close())
			}
		})
	}
	for range testenv.Scaled(2000) {
		require.Same(t, c, faultOf(t, f, c, 16).Code)
	}
	close(stop)
	closing.Wait()
}
