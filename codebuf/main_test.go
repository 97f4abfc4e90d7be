package codebuf

import (
	"os"
	"runtime"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/icache"
	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/tramp"
	"github.com/wxjit/wxjit/internal/vmem"
)

// ledger is the kernel of everything in these tests that doesn't bring its own.
var ledger = &testenv.Ledger{Kernel: vmem.Host{}}

func TestMain(m *testing.M) {
	host = ledger
	if runtime.GOARCH != "amd64" {
		machine = emulated()
	}
	if os.Getenv("WXJIT_UNWATCHED") != "" {
		os.Exit(m.Run())
	}
	os.Exit(testenv.Main(m, ledger, sharedStack))
}

// unwatched is the environment of a child in which what [testenv.Main] does is not possible, or not wanted.
const unwatched = "WXJIT_UNWATCHED=1"

// long is that tests take the time for everything.
var long = os.Getenv("WXJIT_LONG") != ""

// emulated is the machine that qemu-user is: it keeps translations of code until the memory is changed by a store or by a
// call on its mapping. It does not see a write to the file that is mapped, nor, before 8.1, IC IVAU.
func emulated() *vmem.Machine {
	return vmem.NewMachine(tramp.Trap, func(lo, hi uintptr) {
		icache.Flush(lo, hi)
		page := uintptr(vmem.PageSize)
		lo &^= page - 1
		if err := (vmem.Host{}).Protect(lo, vmem.RoundUp(int(hi-lo)), vmem.ReadExec); err != nil {
			panic(err)
		}
	})
}

// writable is n bytes at addr, which may be written.
//
//go:noinline
func writable(addr uintptr, n int) []byte {
	return unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&addr))), n)
}

// strategies are those that every test of memory is to hold for.
var strategies = []Strategy{Protect, Sealed}

// forStrategies runs a test with each.
func forStrategies(t *testing.T, test func(t *testing.T, s Strategy)) {
	for _, s := range strategies {
		t.Run(s.String(), func(t *testing.T) { test(t, s) })
	}
}

// sharedStack tells whether a mapping is the stack of a fiber that the process keeps.
func sharedStack(lo, hi uintptr) bool {
	fibers.mu.Lock()
	defer fibers.mu.Unlock()
	for f := range fibers.all {
		if first, top := f.stack.Bounds(); f.shared && lo <= first && top <= hi {
			return true
		}
	}
	return false
}

// newTestArena makes an arena that ends with the test.
func newTestArena(t testing.TB, c Config) *Arena {
	a, err := New(c)
	require.NoError(t, err)
	t.Cleanup(func() {
		if a.segments.Load() != nil {
			require.NoError(t, a.Close())
		}
	})
	return a
}

// seal makes Code of bytes.
func seal(t testing.TB, a *Arena, b []byte) *Code {
	buf, err := a.NewBuffer(len(b))
	require.NoError(t, err)
	_, err = buf.Write(b)
	require.NoError(t, err)
	c, err := buf.Seal()
	require.NoError(t, err)
	return c
}

// newTestFiber makes a fiber that ends with the test.
func newTestFiber(t testing.TB) *Fiber {
	f, err := NewFiber(FiberConfig{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}
