package vmem

import "golang.org/x/sys/unix"

// Host is the kernel that this process runs on.
type Host struct{}

// hostProt has no entry with PROT_WRITE and PROT_EXEC, and nothing else in this module spells a protection.
var hostProt = [...]uintptr{
	None:      unix.PROT_NONE,
	ReadWrite: unix.PROT_READ | unix.PROT_WRITE,
	ReadExec:  unix.PROT_READ | unix.PROT_EXEC,
}

// Reserve implements [Kernel].
func (Host) Reserve(n int) (uintptr, error) {
	const flags = unix.MAP_PRIVATE | unix.MAP_ANON | unix.MAP_NORESERVE
	addr, _, errno := unix.Syscall6(unix.SYS_MMAP, 0, uintptr(n), unix.PROT_NONE, flags, ^uintptr(0), 0)
	return addr, result(errno)
}

// Unmap implements [Kernel].
func (Host) Unmap(addr uintptr, n int) error {
	_, _, errno := unix.Syscall(unix.SYS_MUNMAP, addr, uintptr(n), 0)
	return result(errno)
}

// Protect implements [Kernel].
func (Host) Protect(addr uintptr, n int, p Protection) error {
	if int(p) >= len(hostProt) {
		return unix.EINVAL
	}
	_, _, errno := unix.Syscall(unix.SYS_MPROTECT, addr, uintptr(n), hostProt[p])
	return result(errno)
}

// Drop implements [Kernel].
func (Host) Drop(addr uintptr, n int) error {
	_, _, errno := unix.Syscall(unix.SYS_MADVISE, addr, uintptr(n), unix.MADV_DONTNEED)
	return result(errno)
}

// Membarrier implements [Kernel].
func (Host) Membarrier(cmd int) error {
	_, _, errno := unix.Syscall(unix.SYS_MEMBARRIER, uintptr(cmd), 0, 0)
	return result(errno)
}

// result turns an errno into an error that is nil for success, which errno itself is not.
func result(errno unix.Errno) error {
	if errno != 0 {
		return errno
	}
	return nil
}
