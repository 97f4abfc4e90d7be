package codebuf

import (
	"errors"
	"os"
	"runtime"
	"sync"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/vmem"
)

// ledger is the kernel of everything in these tests that doesn't bring its own.
var ledger = &testenv.Ledger{Kernel: vmem.Host{}}

func TestMain(m *testing.M) {
	runtime.GOMAXPROCS(max(2, runtime.GOMAXPROCS(0))) // code that runs for long has others beside it, on one CPU, too
	host = ledger
	if runtime.GOARCH != "amd64" {
		kernel = &emulator{Kernel: kernel}
		ledger.Kernel = kernel
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

// kernel is the one below all others in these tests.
var kernel vmem.Kernel = vmem.Host{}

// emulator is the kernel for qemu-user, which keeps translations of code until the memory is changed by a store or by a
// call on its mapping, and does not see a write to the file that is mapped (nor, before 8.1, IC IVAU): it maps again
// what was written to.
type emulator struct {
	vmem.Kernel
	mu     sync.Mutex
	mapped []mappedFile
}

type mappedFile struct {
	inode  uint64
	addr   uintptr
	n, off int
}

func inode(fd int) uint64 {
	var s unix.Stat_t
	if err := unix.Fstat(fd, &s); err != nil {
		panic(err)
	}
	return s.Ino
}

func (e *emulator) MapText(addr uintptr, n, fd, off int) error {
	err := e.Kernel.MapText(addr, n, fd, off)
	if err == nil {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.mapped = append(e.mapped, mappedFile{inode(fd), addr, n, off})
	}
	return err
}

func (e *emulator) Write(fd int, p []byte, off int) (int, error) {
	n, err := e.Kernel.Write(fd, p, off)
	e.mu.Lock()
	defer e.mu.Unlock()
	ino := inode(fd)
	for _, m := range e.mapped {
		lo, hi := max(off&^(vmem.PageSize-1), m.off), min(vmem.RoundUp(off+n), m.off+m.n)
		if m.inode != ino || lo >= hi {
			continue
		}
		ro, err := e.Reopen(fd)
		if err == nil {
			err = e.Kernel.MapText(m.addr+uintptr(lo-m.off), hi-lo, ro, lo)
		}
		if err = errors.Join(err, e.Close(ro)); err != nil {
			panic(err)
		}
	}
	return n, err
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

// sharedStack tells whether a mapping is a stack that the process keeps, of a fiber or for one.
func sharedStack(lo, hi uintptr) bool {
	fibers.mu.Lock()
	defer fibers.mu.Unlock()
	for f := range fibers.all {
		if first, top := f.stack.Bounds(); f.shared && lo <= first && top <= hi {
			return true
		}
	}
	for _, s := range fibers.idle {
		if first, top := s.stack.Bounds(); lo <= first && top <= hi {
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
