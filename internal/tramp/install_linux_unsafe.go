//go:build linux && (amd64 || arm64)

package tramp

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"sync/atomic"
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

const (
	sigIgn    = 1          // SIG_IGN; SIG_DFL is less
	siginfo   = 0x00000004 // SA_SIGINFO, without which arm64 gives a handler only the signal's number
	onStack   = 0x08000000 // SA_ONSTACK, without which the kernel would write to a fiber's stack
	asHandler = siginfo | onStack
)

// sigaction is linux, struct sigaction as rt_sigaction(2) has it.
type sigaction struct {
	handler, flags, restorer uintptr
	mask                     uint64
}

// ofRuntime is how the runtime takes SIGURG, from before anybody else could have changed that.
var ofRuntime sigaction

func init() { _ = rtSigaction(unix.SIGURG, nil, &ofRuntime) } // an error would come again in Install

// Install puts the signal handler in the place of those that are there, which it calls for what is not its own. It
// changes the handler's address and otherwise only asks for what it needs, which is in the runtime's flags, too. It does
// nothing where it is in place already.
//
// SIGURG comes also to a program that ignores it. The runtime neither asks for it again nor takes it as long as os/signal
// has it ignored, and so this undoes os/signal.Ignore: to the process and its children SIGURG with the runtime's handler
// and SIGURG ignored are the same, as ignoring is what it does by default (signal(7), "Standard signals").
func Install() error {
	installing.Lock()
	defer installing.Unlock()
	stuck := Ignored()
	if stuck {
		// Only Notify has the runtime take the signal again; what Stop leaves is how a program begins.
		c := make(chan os.Signal, 1)
		signal.Notify(c, unix.SIGURG)
		signal.Stop(c)
	}
	for _, sig := range hooked {
		var sa sigaction
		if err := rtSigaction(sig, nil, &sa); err != nil {
			return err
		}
		if sig == unix.SIGURG && sa.handler <= sigIgn { // by who does not ask os/signal
			sa, stuck = ofRuntime, true
		}
		first := previous[sig] == 0
		switch {
		case sa.handler <= sigIgn || sa.handler == handlerPC():
			continue // ignored, or a c-archive's own; or ours
		case !first && sa.handler != ofRuntime.handler:
			continue // that of somebody who came later, and calls ours
		}
		stuck = stuck || !first // the runtime has put its own back, for which os/signal.Ignore is the reason
		atomic.StoreUintptr(&previous[sig], sa.handler)
		sa.handler = handlerPC()
		sa.flags |= asHandler
		if err := rtSigaction(sig, &sa, nil); err != nil {
			return err
		}
	}
	if stuck {
		acknowledge()
	}
	return nil
}

// Ignored tells whether the program has called os/signal.Ignore for SIGURG, at the cost of a load.
func Ignored() bool { return signal.Ignored(unix.SIGURG) }

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
