package codebuf

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// unhook puts the runtime's own handler back for SIGURG, for the rest of the process. SIGXFSZ has it too.
func unhook(t *testing.T) {
	newTestFiber(t) // so that there is a hook, and later fibers don't put another
	type sigaction struct {
		handler, flags, restorer uintptr
		mask                     uint64
	}
	action := func(sig unix.Signal, act, old *sigaction) {
		_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(act)),
			uintptr(unsafe.Pointer(old)), 8, 0, 0)
		require.Zero(t, errno)
	}
	var hooked, plain sigaction
	action(unix.SIGURG, nil, &hooked)
	action(unix.SIGXFSZ, nil, &plain)
	require.NotEqual(t, hooked.handler, plain.handler)
	action(unix.SIGURG, &plain, nil)
}
