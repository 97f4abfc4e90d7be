package codebuf

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// sigaction is linux, struct sigaction.
type sigaction struct {
	handler, flags, restorer uintptr
	mask                     uint64
}

// action is rt_sigaction(2).
func action(t *testing.T, sig unix.Signal, act, old *sigaction) {
	_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(act)),
		uintptr(unsafe.Pointer(old)), 8, 0, 0)
	require.Zero(t, errno)
}

// unhook puts the runtime's own handler back for SIGURG, for the rest of the process. SIGXFSZ has it too.
func unhook(t *testing.T) {
	newTestFiber(t) // so that there is a hook, and later fibers don't put another
	var hooked, plain sigaction
	action(t, unix.SIGURG, nil, &hooked)
	action(t, unix.SIGXFSZ, nil, &plain)
	require.NotEqual(t, hooked.handler, plain.handler)
	action(t, unix.SIGURG, &plain, nil)
}

// ignoreUrgent has the kernel drop SIGURG, which os/signal does not learn, as another library would.
func ignoreUrgent(t *testing.T) {
	action(t, unix.SIGURG, &sigaction{handler: 1}, nil)
}
