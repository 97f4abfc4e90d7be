package codebuf

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/vmem"
)

// ledger is the kernel of everything in these tests that doesn't bring its own.
var ledger = &testenv.Ledger{Kernel: vmem.Host{}}

func TestMain(m *testing.M) {
	host = ledger
	os.Exit(testenv.Main(m, ledger, sharedStack))
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
		if a.region != nil {
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
