package vmem

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// Host is the kernel that this process runs on.
type Host struct{}

// hostProt has no entry with PROT_WRITE and PROT_EXEC, and nothing else in this module spells a protection.
var hostProt = [...]uintptr{
	None:      unix.PROT_NONE,
	ReadWrite: unix.PROT_READ | unix.PROT_WRITE,
	ReadExec:  unix.PROT_READ | unix.PROT_EXEC,
}

// reserve maps n bytes without protection.
func reserve(addr uintptr, n int, flags uintptr) (uintptr, error) {
	flags |= unix.MAP_PRIVATE | unix.MAP_ANON | unix.MAP_NORESERVE
	addr, _, errno := unix.Syscall6(unix.SYS_MMAP, addr, uintptr(n), unix.PROT_NONE, flags, ^uintptr(0), 0)
	if errno != 0 {
		return 0, errno
	}
	return addr, nil
}

// Reserve implements [Kernel].
func (Host) Reserve(n int) (uintptr, error) { return reserve(0, n, 0) }

// ReserveAt implements [Kernel].
func (h Host) ReserveAt(addr uintptr, n int) error {
	got, err := reserve(addr, n, unix.MAP_FIXED_NOREPLACE)
	if err == nil && got != addr { // a kernel before 4.17 takes the address as a hint
		if err := h.Unmap(got, n); err != nil {
			return err
		}
		return unix.EEXIST
	}
	return err
}

// Reset implements [Kernel].
func (Host) Reset(addr uintptr, n int) error {
	_, err := reserve(addr, n, unix.MAP_FIXED)
	return err
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

// move is mremap(2) to a place of the caller's.
func move(from, to uintptr, n int, flags uintptr) error {
	flags |= unix.MREMAP_MAYMOVE | unix.MREMAP_FIXED
	_, _, errno := unix.Syscall6(unix.SYS_MREMAP, from, uintptr(n), uintptr(n), flags, to, 0)
	return result(errno)
}

// Move implements [Kernel].
func (Host) Move(from, to uintptr, n int) error { return move(from, to, n, 0) }

// MoveMemory implements [Kernel].
func (Host) MoveMemory(from, to uintptr, n int) error {
	return move(from, to, n, unix.MREMAP_DONTUNMAP)
}

// Mapped implements [Kernel].
func (Host) Mapped(addr uintptr, n int) error {
	_, _, errno := unix.Syscall(unix.SYS_MSYNC, addr, uintptr(n), unix.MS_ASYNC)
	return result(errno)
}

// Guard implements [Kernel].
func (Host) Guard(addr uintptr, n int) error {
	const guardInstall = 102 // MADV_GUARD_INSTALL, Linux 6.13
	_, _, errno := unix.Syscall(unix.SYS_MADVISE, addr, uintptr(n), guardInstall)
	return result(errno)
}

// Populate implements [Kernel].
func (Host) Populate(addr uintptr, n int) error {
	const populateWrite = 23 // MADV_POPULATE_WRITE, Linux 5.14
	_, _, errno := unix.Syscall(unix.SYS_MADVISE, addr, uintptr(n), populateWrite)
	return result(errno)
}

// Forget implements [Kernel].
func (Host) Forget(addr uintptr, n int) error {
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

// CreateFile implements [Kernel].
func (Host) CreateFile(noexec bool) (int, error) {
	flags := unix.MFD_CLOEXEC | unix.MFD_ALLOW_SEALING
	if noexec {
		flags |= unix.MFD_NOEXEC_SEAL
	}
	return unix.MemfdCreate("wxjit", flags)
}

// Truncate implements [Kernel].
func (Host) Truncate(fd, n int) error { return unix.Ftruncate(fd, int64(n)) }

// FileLimit implements [Kernel].
func (Host) FileLimit() (uint64, error) {
	var limit unix.Rlimit
	err := unix.Getrlimit(unix.RLIMIT_FSIZE, &limit)
	return limit.Cur, err
}

// AddSeals implements [Kernel].
func (Host) AddSeals(fd int, write bool) error {
	seals := unix.F_SEAL_SHRINK | unix.F_SEAL_GROW
	if write {
		seals = unix.F_SEAL_WRITE | unix.F_SEAL_SEAL
	}
	_, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, seals)
	return err
}

// Reopen implements [Kernel].
func (Host) Reopen(fd int) (int, error) {
	return unix.Open("/proc/self/fd/"+strconv.Itoa(fd), unix.O_RDONLY|unix.O_CLOEXEC, 0)
}

// MapText implements [Kernel].
func (Host) MapText(addr uintptr, n, fd, off int) error {
	const flags = unix.MAP_SHARED | unix.MAP_FIXED
	_, _, errno := unix.Syscall6(unix.SYS_MMAP, addr, uintptr(n), hostProt[ReadExec], flags, uintptr(fd), uintptr(off))
	return result(errno)
}

// Write implements [Kernel].
func (Host) Write(fd int, p []byte, off int) (int, error) { return unix.Pwrite(fd, p, int64(off)) }

// Close implements [Kernel].
func (Host) Close(fd int) error { return unix.Close(fd) }
