package testenv

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// What follows makes the kernel hostile to this process, for good unless an undo function says otherwise: it is for
// children (see [Child]). Where the emulator does not pass it on, the error is errors.ErrUnsupported.

// Refusal is system calls that are refused with an errno: those with the number Call of which argument Arg, its low 32
// bits, is Value in the bits of Mask. The zero Mask and Value are any.
type Refusal struct {
	Call        uintptr
	Arg         int
	Mask, Value uint32
	Errno       syscall.Errno
}

// ExecGain is what systemd's MemoryDenyWriteExecute refuses by a filter where there is no PR_SET_MDWE
// (systemd.exec(5)): memory that is mapped writable and executable, or becomes executable later.
func ExecGain() []Refusal {
	const wx, x, shmExec = unix.PROT_WRITE | unix.PROT_EXEC, unix.PROT_EXEC, 0o100000
	return []Refusal{
		{unix.SYS_MMAP, 2, wx, wx, unix.EPERM},
		{unix.SYS_MPROTECT, 2, x, x, unix.EPERM},
		{unix.SYS_PKEY_MPROTECT, 2, x, x, unix.EPERM},
		{unix.SYS_SHMAT, 2, shmExec, shmExec, unix.EPERM},
	}
}

// Refuse has the kernel refuse calls to all threads of this process: seccomp(2), SECCOMP_SET_MODE_FILTER.
func Refuse(list ...Refusal) error {
	// Offsets in struct seccomp_data.
	const nr, arch, args = 0, 4, 16
	load := func(off uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: off}
	}
	// unless goes on if A is k, else skips n instructions.
	unless := func(k uint32, n uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: k, Jf: n}
	}
	result := func(k uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: k} }
	program := []unix.SockFilter{load(arch), unless(auditArch, uint8(6*len(list)))}
	for _, r := range list {
		program = append(program,
			load(nr), unless(uint32(r.Call), 4),
			load(uint32(args+8*r.Arg)), unix.SockFilter{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: r.Mask},
			unless(r.Value, 1), result(unix.SECCOMP_RET_ERRNO|uint32(r.Errno)))
	}
	program = append(program, result(unix.SECCOMP_RET_ALLOW))
	return unsupported("seccomp", filter(program))
}

// RefuseExecGain has the kernel refuse every way for memory to become executable that was not when it was mapped:
// PR_SET_MDWE(2const).
func RefuseExecGain() error {
	return unsupported("prctl", unix.Prctl(unix.PR_SET_MDWE, unix.PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0))
}

// unsupported adds errors.ErrUnsupported to what a kernel or an emulator says that has never heard of the call.
func unsupported(op string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EINVAL):
		return fmt.Errorf("%s: %w: %w", op, err, errors.ErrUnsupported)
	}
	return fmt.Errorf("%s: %w", op, err)
}

// Emulated tells whether the kernel that the process sees is an emulator of user mode, which keeps from it what
// concerns itself: no kernel with seccomp refuses PR_GET_SECCOMP(2const).
func Emulated() bool {
	_, err := unix.PrctlRetInt(unix.PR_GET_SECCOMP, 0, 0, 0, 0)
	return err != nil
}

// Limit sets a resource limit, setrlimit(2); undo sets it as it was.
func Limit(resource int, n uint64) (undo func() error, err error) {
	var before, now unix.Rlimit
	if err := unix.Getrlimit(resource, &before); err != nil {
		return nil, err
	}
	if err := unix.Setrlimit(resource, &unix.Rlimit{Cur: n, Max: before.Max}); err != nil {
		return nil, err
	}
	if err := unix.Getrlimit(resource, &now); err != nil || now.Cur != n {
		return nil, errors.Join(err, fmt.Errorf("setrlimit: not held: %w", errors.ErrUnsupported))
	}
	return func() error { return unix.Setrlimit(resource, &before) }, nil
}

// Footprint gives what RLIMIT_AS and RLIMIT_DATA count, in bytes: "size" and "data" of proc_pid_statm(5).
func Footprint() (address, data uint64, err error) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, 0, err
	}
	fields := strings.Fields(string(text))
	if len(fields) < 7 {
		return 0, 0, fmt.Errorf("statm: %q", text)
	}
	pages, err0 := strconv.ParseUint(fields[0], 10, 64)
	private, err1 := strconv.ParseUint(fields[5], 10, 64)
	page := uint64(os.Getpagesize())
	return pages * page, private * page, errors.Join(err0, err1)
}

// FillMappings uses up the mappings that the kernel lets the process have (vm.max_map_count of sysctl(8)), until it
// refuses to divide one more with ENOMEM; undo gives them back.
func FillMappings() (undo func() error, err error) {
	const n = 1 << 34 // address space only
	page := os.Getpagesize()
	mem, err := unix.Mmap(-1, 0, n, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
	if err != nil {
		return nil, err
	}
	undo = func() error { return unix.Munmap(mem) }
	for off := page; off+page < n; off += 2 * page {
		err := unix.Mprotect(mem[off:off+page], unix.PROT_READ)
		if errors.Is(err, unix.ENOMEM) {
			return undo, nil
		} else if err != nil {
			return nil, errors.Join(err, undo())
		}
	}
	return nil, errors.Join(fmt.Errorf("no limit on mappings: %w", errors.ErrUnsupported), undo())
}

// OpenDescriptors counts the descriptors that are open, and needs nothing of the kernel for that but fcntl(2).
func OpenDescriptors() (n int) {
	for fd := range 1024 {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil {
			n++
		}
	}
	return n
}
