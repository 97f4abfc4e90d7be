//go:build linux && (amd64 || arm64)

package tramp

import (
	"os"
	"runtime/debug"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// TestEnterStoresFirst: Enter says where it goes before it looks whether that is still there, as the protocol of its comment
// wants. The target lies so that its state can't be read; what has been stored by then is what the fault leaves. (That the
// other order is wrong shows in too few calls for a test that makes many.)
func TestEnterStoresFirst(t *testing.T) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	page := os.Getpagesize()
	mem, err := unix.Mmap(-1, 0, 2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	require.NoError(t, err)
	defer func() { require.NoError(t, unix.Munmap(mem)) }()
	target := (*Target)(unsafe.Pointer(&mem[page-int(unsafe.Offsetof(Target{}.State))]))
	target.Entry = 4711
	require.NoError(t, unix.Mprotect(mem[page:], unix.PROT_NONE))
	f := &Fiber{Inside: InsideIdle}
	require.Panics(t, func() { _, _ = Enter(f, target, nil, 0) })
	require.EqualValues(t, 4711, f.Inside)
	require.Equal(t, epoch, f.Epoch)
}
