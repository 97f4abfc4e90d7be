//go:build linux

package testenv

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// auditArch is the architecture as a filter sees it, linux/audit.h.
var auditArch = map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}[runtime.GOARCH]

// filter installs a seccomp filter for all threads.
func filter(program []unix.SockFilter) error {
	runtime.LockOSThread() // the thread that may install it, even without privilege
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	list := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	// SAFETY: the kernel reads both during the call only, and the conversion in the argument keeps them alive for it.
	thread, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&list)))
	if errno != 0 {
		return errno
	}
	if thread != 0 { // it has a filter of its own that ours can't follow
		return unix.EBUSY
	}
	return nil
}
