//go:build linux && (amd64 || arm64)

package tramp

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// hooked are the signals that the handler looks at.
var hooked = [...]unix.Signal{
	unix.SIGILL, unix.SIGTRAP, unix.SIGBUS, unix.SIGFPE, unix.SIGSEGV, unix.SIGURG, unix.SIGPROF,
}

// previous are the handlers from before, by signal. The assembly jumps to them.
var previous [65]uintptr

var installing sync.Mutex

// sigaction is linux, struct sigaction as rt_sigaction(2) has it.
type sigaction struct {
	handler, flags, restorer uintptr
	mask                     uint64
}

// Install puts the signal handler in the place of those that are there, which it calls for what is not its own. It
// changes the handler's address and nothing else, so that flags, mask and stack stay as the Go runtime wants them. It
// does nothing where it is in place already; os/signal.Ignore followed by Notify takes it away from SIGURG. While SIGURG is
// ignored nothing is preempted, Go code neither.
func Install() error {
	installing.Lock()
	defer installing.Unlock()
	back := false
	for _, sig := range hooked {
		var sa sigaction
		if err := rtSigaction(sig, nil, &sa); err != nil {
			return err
		}
		switch {
		case sa.handler <= 1:
			continue // ignored, or a c-archive's own
		case previous[sig] == 0:
			previous[sig] = sa.handler
		case sa.handler != previous[sig]:
			continue // ours, or that of somebody who came later, and calls ours
		default:
			back = true // the runtime has put its own back
		}
		sa.handler = handlerPC()
		if err := rtSigaction(sig, &sa, nil); err != nil {
			return err
		}
	}
	if back {
		acknowledge()
	}
	return nil
}

// acknowledge sends every thread a preemption request. The runtime sends a thread no other one before the last has
// arrived, and those that it sent while SIGURG was ignored never will.
func acknowledge() {
	threads, _ := os.ReadDir("/proc/self/task")
	for _, thread := range threads {
		if tid, err := strconv.Atoi(thread.Name()); err == nil {
			_ = unix.Tgkill(unix.Getpid(), tid, unix.SIGURG) // the thread may have ended
		}
	}
}

// rtSigaction is rt_sigaction(2).
//
// SAFETY: both structs have the kernel's layout, and are there until the call returns.
func rtSigaction(sig unix.Signal, act, old *sigaction) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig),
		uintptr(unsafe.Pointer(act)), uintptr(unsafe.Pointer(old)), unsafe.Sizeof(old.mask), 0, 0)
	if errno != 0 {
		return fmt.Errorf("tramp: rt_sigaction %v: %w", sig, errno)
	}
	return nil
}

// Kick makes the thread that runs f leave generated code, if it is in some, as a preemption request of the runtime does.
// The call must be Watched. It may come too early or too late, and has no effect then.
func (f *Fiber) Kick() {
	if tid := f.Thread(); tid != 0 {
		_ = unix.Tgkill(unix.Getpid(), int(tid), unix.SIGURG) // the thread may have ended
	}
}
