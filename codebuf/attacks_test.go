package codebuf

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/vmem"
)

// attack tries to put codeEvil where the code of a victim is, or to spoil that. The error is why it could not.
type attack struct {
	name string // the row in README.md
	try  func(v *victim) error
}

// errNoFile is that there is nothing to write to.
var errNoFile = errors.New("no file")

const pageRW, pageRX, pageRWX = unix.PROT_READ | unix.PROT_WRITE, unix.PROT_READ | unix.PROT_EXEC, unix.PROT_READ | unix.PROT_WRITE | unix.PROT_EXEC

// attacks are by one that can make any system call in this process but the last two. The last asks the process at the other
// end of the standard streams.
func attacks(stdin *bufio.Reader) []attack {
	return []attack{
		{"`mprotect` to writable, then a store", func(v *victim) error { return v.protect(pageRW) }},
		{"`mprotect` to writable and executable, then a store", func(v *victim) error { return v.protect(pageRWX) }},
		{"a store to a new mapping of its file", func(v *victim) error { return v.withFile(v.mapFile) }},
		{"`pwrite` to a descriptor that is open", (*victim).writeOpen},
		{"`pwrite` to its file, opened anew", func(v *victim) error { return v.withFile(v.write) }},
		{"`ftruncate` of its file", func(v *victim) error {
			return v.withFile(func(fd int, off int64) error { return unix.Ftruncate(fd, 0) })
		}},
		{"`fallocate`, punching a hole", func(v *victim) error {
			return v.withFile(func(fd int, off int64) error {
				return unix.Fallocate(fd, unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, off, int64(vmem.PageSize))
			})
		}},
		{"`/proc/self/mem`", (*victim).procMem},
		{"`process_vm_writev`", (*victim).vmWrite},
		{"`madvise` MADV_DONTNEED", func(v *victim) error { return v.advise(unix.MADV_DONTNEED) }},
		{"`madvise` MADV_REMOVE", func(v *victim) error { return v.advise(unix.MADV_REMOVE) }},
		{"`madvise` MADV_FREE, and memory is short", func(v *victim) error {
			if err := v.advise(unix.MADV_FREE); err != nil {
				return err
			}
			return v.advise(unix.MADV_PAGEOUT)
		}},
		{"`mremap` to elsewhere", (*victim).move},
		{"`munmap`", func(v *victim) error { return vmem.Host{}.Unmap(v.page, vmem.PageSize) }},
		{"`mmap` of other code over it", (*victim).mapOver},
		{"the first and the fourth, by a forked child", (*victim).fork},
		{"`ptrace` POKETEXT, by another process", func(v *victim) error {
			fmt.Println("poke", v.code.Addr())
			line, err := stdin.ReadString('\n')
			if err != nil {
				return err
			}
			errno, err := strconv.Atoi(strings.TrimSpace(line))
			if err != nil || errno == 0 {
				return err
			}
			return unix.Errno(errno)
		}},
	}
}

func call(nr uintptr, args ...uintptr) error {
	args = append(args, make([]uintptr, 6)...)
	if _, _, errno := unix.Syscall6(nr, args[0], args[1], args[2], args[3], args[4], args[5]); errno != 0 {
		return errno
	}
	return nil
}

// store writes to memory that is writable.
//
//go:noinline
func store(addr uintptr, b []byte) {
	copy(unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&addr))), len(b)), b)
}

func (v *victim) protect(prot uintptr) error {
	if err := call(unix.SYS_MPROTECT, v.page, uintptr(vmem.PageSize), prot); err != nil {
		return err
	}
	store(v.code.Addr(), codeEvil)
	return call(unix.SYS_MPROTECT, v.page, uintptr(vmem.PageSize), pageRX)
}

func (v *victim) advise(advice uintptr) error {
	return call(unix.SYS_MADVISE, v.page, uintptr(vmem.PageSize), advice)
}

// mapping finds the file and the offset in it of the code.
func (v *victim) mapping() (m testenv.Mapping, off int64, err error) {
	maps, err := testenv.Maps()
	if err != nil {
		return m, 0, err
	}
	for _, m := range maps {
		if m.Start <= v.page && v.page < m.End {
			if m.Inode == 0 {
				return m, 0, errNoFile
			}
			return m, int64(m.Offset) + int64(v.code.Addr()-m.Start), nil
		}
	}
	return m, 0, errors.New("not mapped")
}

// withFile opens the file of the code for writing, by a descriptor or by its mapping, the latter with privilege.
func (v *victim) withFile(f func(fd int, off int64) error) error {
	m, off, err := v.mapping()
	if err != nil {
		return err
	}
	paths := []string{fmt.Sprintf("/proc/self/map_files/%x-%x", m.Start, m.End)}
	open, err := v.descriptors(m)
	if err != nil {
		return err
	}
	for _, fd := range open {
		paths = append(paths, fmt.Sprintf("/proc/self/fd/%d", fd))
	}
	for _, path := range paths {
		var fd int
		if fd, err = unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC, 0); err == nil {
			return errors.Join(f(fd, off), unix.Close(fd))
		}
	}
	return err
}

// descriptors lists those that are open for the file of the code.
func (v *victim) descriptors(m testenv.Mapping) (list []int, err error) {
	open, err := testenv.Descriptors()
	for fd := range open {
		var s unix.Stat_t
		if unix.Fstat(fd, &s) == nil && s.Ino == m.Inode && strings.Contains(open[fd], "memfd:") {
			list = append(list, fd)
		}
	}
	return list, err
}

func (v *victim) write(fd int, off int64) error {
	_, err := unix.Pwrite(fd, codeEvil, off)
	return err
}

func (v *victim) writeOpen() error {
	m, off, err := v.mapping()
	if err != nil {
		return err
	}
	open, err := v.descriptors(m)
	if err != nil {
		return err
	}
	if len(open) == 0 {
		return errNoFile
	}
	return v.write(open[0], off)
}

func (v *victim) mapFile(fd int, off int64) error {
	page := int64(vmem.PageSize)
	mem, err := unix.Mmap(fd, off&^(page-1), vmem.PageSize, pageRW, unix.MAP_SHARED)
	if err != nil {
		return err
	}
	copy(mem[off&(page-1):], codeEvil)
	return unix.Munmap(mem)
}

func (v *victim) procMem() error {
	f, err := os.OpenFile("/proc/self/mem", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(codeEvil, int64(v.code.Addr()))
	return errors.Join(err, f.Close())
}

func (v *victim) vmWrite() error {
	n := uint64(len(codeEvil))
	local := []unix.Iovec{{Base: &codeEvil[0], Len: n}}
	_, err := unix.ProcessVMWritev(os.Getpid(), local, []unix.RemoteIovec{{Base: v.code.Addr(), Len: len(codeEvil)}}, 0)
	return err
}

func (v *victim) move() error {
	k := vmem.Host{}
	to, err := k.Reserve(vmem.PageSize)
	if err != nil {
		return err
	}
	return k.Move(v.page, to, vmem.PageSize)
}

func (v *victim) mapOver() error {
	n := uintptr(vmem.PageSize)
	const fixed = unix.MAP_PRIVATE | unix.MAP_ANON | unix.MAP_FIXED
	if err := call(unix.SYS_MMAP, v.page, n, pageRW, fixed, ^uintptr(0)); err != nil {
		return err
	}
	store(v.code.Addr(), codeEvil)
	return call(unix.SYS_MPROTECT, v.page, n, pageRX)
}

// fork has a child try it that has all that this process had.
func (v *victim) fork() error {
	fd, off := ^uintptr(0), int64(0)
	if m, at, err := v.mapping(); err == nil {
		open, err := v.descriptors(m)
		if err != nil {
			return err
		}
		if len(open) > 0 {
			fd, off = uintptr(open[0]), at
		}
	}
	pid, errno := forkAttack(v.page, v.code.Addr(), uintptr(vmem.PageSize), fd, uintptr(off), &codeEvil[0], uintptr(len(codeEvil)))
	if errno != 0 {
		return errno
	}
	var status unix.WaitStatus
	if _, err := unix.Wait4(int(pid), &status, 0, nil); err != nil {
		return err
	}
	if !status.Exited() {
		return fmt.Errorf("the child: %v", status)
	}
	if status.ExitStatus() != 0 { // neither
		return unix.EPERM
	}
	return nil
}

// forkAttack gives the child's pid. The child is a copy of this process with one thread and without a Go runtime that would
// work: it makes system calls and stores, and ends with 0 if it could do any of it.
//
//go:norace
//go:nosplit
//go:noinline
//go:nocheckptr
func forkAttack(page, addr, size, fd, off uintptr, code *byte, n uintptr) (pid uintptr, errno unix.Errno) {
	pid, _, errno = unix.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if pid != 0 || errno != 0 {
		return pid, errno
	}
	done := uintptr(1)
	if _, _, e := unix.RawSyscall(unix.SYS_MPROTECT, page, size, pageRW); e == 0 {
		for i := range n {
			to := addr + i
			**(**byte)(unsafe.Pointer(&to)) = *(*byte)(unsafe.Add(unsafe.Pointer(code), i))
		}
		done = 0
	}
	if _, _, e := unix.RawSyscall6(unix.SYS_PWRITE64, fd, uintptr(unsafe.Pointer(code)), n, off, 0, 0); e == 0 {
		done = 0
	}
	for {
		unix.RawSyscall(unix.SYS_EXIT_GROUP, done, 0, 0)
	}
}
