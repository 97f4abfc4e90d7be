package codebuf

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/vmem"
)

const nameNoexec = "memfd_noexec"

// inPIDNamespace gives a child a PID namespace, to which vm.memfd_noexec of sysctl(8) belongs.
func inPIDNamespace(cmd *exec.Cmd) {
	cmd.SysProcAttr = &unix.SysProcAttr{Cloneflags: unix.CLONE_NEWPID}
}

// hostilities are what kernels are known to refuse, to whom they are asked to or by themselves.
func hostilities() []hostility {
	all := func(op string) refusals { return refusals{op, op, op} }
	return []hostility{{
		name: "mdwe", errno: unix.EACCES,
		begin:    forGood(testenv.RefuseExecGain),
		plain:    func() []error { return []error{becomeExecutable(unix.SYS_MPROTECT)} },
		injected: execGain,
		protect:  all("mprotect"),
	}, {
		name: "systemd", errno: unix.EPERM,
		begin:   refuse(testenv.ExecGain()...),
		plain:   plainExecGain,
		protect: all("mprotect"),
	}, {
		name: nameNoexec, errno: unix.EACCES,
		begin: forGood(func() error { return os.WriteFile("/proc/sys/vm/memfd_noexec", []byte("2"), 0) }),
		plain: func() []error { return []error{createFile(unix.MFD_EXEC)} },
	}, {
		name: "memfd_noexec by a filter", errno: unix.EACCES,
		begin: refuse(testenv.Refusal{Call: unix.SYS_MEMFD_CREATE, Arg: 1, Mask: unix.MFD_NOEXEC_SEAL, Errno: unix.EACCES}),
		plain: func() []error { return []error{createFile(unix.MFD_EXEC), createFile(unix.MFD_ALLOW_SEALING)} },
	}, {
		name: "memfd before Linux 6.3", errno: unix.EINVAL,
		begin: refuse(testenv.Refusal{Call: unix.SYS_MEMFD_CREATE, Arg: 1, Mask: unix.MFD_NOEXEC_SEAL, Value: unix.MFD_NOEXEC_SEAL, Errno: unix.EINVAL}),
		plain: func() []error { return []error{createFile(unix.MFD_NOEXEC_SEAL)} },
	}, {
		name: "memfd", errno: unix.EPERM,
		begin:  refuse(noFiles),
		plain:  func() []error { return []error{createFile(0), createFile(unix.MFD_NOEXEC_SEAL)} },
		sealed: refusals{create: "memfd_create", large: "memfd_create"},
	}, {
		name: "systemd and memfd", errno: unix.EPERM,
		begin:    refuse(append(testenv.ExecGain(), noFiles)...),
		plain:    func() []error { return append(plainExecGain(), createFile(0)) },
		injected: func(c testenv.Call) bool { return execGain(c) || c.Op == "memfd_create" },
		protect:  all("mprotect"),
		sealed:   refusals{create: "memfd_create", large: "memfd_create"},
	}, {
		name: "membarrier", errno: unix.EPERM,
		begin:    refuse(testenv.Refusal{Call: unix.SYS_MEMBARRIER, Errno: unix.EPERM}),
		plain:    func() []error { return []error{vmem.Host{}.Membarrier(0)} },
		protect:  refusals{"membarrier", "membarrier", "membarrier"},
		sealed:   refusals{"membarrier", "membarrier", "membarrier"},
		injected: func(c testenv.Call) bool { return c.Op == "membarrier" },
	}, {
		name: "no proc", errno: unix.ENOENT,
		begin:    refuse(testenv.Refusal{Call: unix.SYS_OPENAT, Errno: unix.ENOENT}),
		plain:    func() []error { return []error{openFile("/proc/self/maps"), openFile("/proc/self/fd")} },
		injected: func(c testenv.Call) bool { return c.Op == "open" },
		near:     "read /proc/self/maps",
		sealed:   refusals{create: "open", large: "open"},
	}, {
		name: "address space", errno: unix.ENOMEM, scarce: true,
		begin: func() (func() error, error) {
			address, _, err := testenv.Footprint()
			if err != nil {
				return nil, err
			}
			return testenv.Limit(unix.RLIMIT_AS, address+DefaultSize*3/4)
		},
		plain:    func() []error { return []error{mapMemory(DefaultSize, unix.PROT_NONE)} },
		injected: func(c testenv.Call) bool { return c.Op == "mmap" && c.Len >= DefaultSize },
		protect:  refusals{create: "mmap"},
		sealed:   refusals{create: "mmap"},
	}, {
		name: "data", errno: unix.ENOMEM, scarce: true,
		begin: func() (func() error, error) {
			_, data, err := testenv.Footprint()
			if err != nil {
				return nil, err
			}
			return testenv.Limit(unix.RLIMIT_DATA, data+8<<20)
		},
		plain:    func() []error { return []error{mapMemory(16<<20, unix.PROT_READ|unix.PROT_WRITE)} },
		injected: func(c testenv.Call) bool { return c.Op == "mprotect" && c.To == vmem.ReadWrite && c.Len >= 16<<20 },
		protect:  refusals{large: "mprotect"},
		large:    16 << 20,
	}, {
		name: "descriptors", errno: unix.EMFILE, scarce: true, emulated: true,
		begin:  func() (func() error, error) { return testenv.Limit(unix.RLIMIT_NOFILE, 0) },
		plain:  func() []error { return []error{openFile("/dev/null")} },
		near:   "read /proc/self/maps",
		sealed: refusals{create: "memfd_create", large: "memfd_create"},
	}, {
		name: "the last descriptor", errno: unix.EMFILE, scarce: true,
		begin:    oneDescriptor,
		plain:    func() []error { return []error{openTwo()} },
		injected: func(c testenv.Call) bool { return c.Op == "open" },
		sealed:   refusals{create: "open", large: "open"},
	}, {
		name: "file size", errno: unix.EFBIG, scarce: true, emulated: true,
		begin:  func() (func() error, error) { return testenv.Limit(unix.RLIMIT_FSIZE, uint64(vmem.PageSize)) },
		plain:  func() []error { return []error{enlargeFile()} },
		sealed: all("ftruncate"),
	}, {
		name: "mappings", errno: unix.ENOMEM, scarce: true,
		begin:    testenv.FillMappings,
		plain:    func() []error { return []error{divideMapping()} },
		injected: func(c testenv.Call) bool { return c.Op == "mprotect" || c.Op == "mmap" && c.Addr != 0 },
		// Which call is the first that needs one mapping too many depends on what comes to lie beside what, and on whether
		// the runtime has just given one back.
		protect: all("mprotect|mmap|mremap"),
		sealed:  refusals{create: "mmap", large: "mmap"},
	}}
}

func execGain(c testenv.Call) bool { return c.Op == "mprotect" && c.To == vmem.ReadExec }

var noFiles = testenv.Refusal{Call: unix.SYS_MEMFD_CREATE, Errno: unix.EPERM}

func forGood(begin func() error) func() (func() error, error) {
	return func() (func() error, error) { return nil, begin() }
}

func refuse(list ...testenv.Refusal) func() (func() error, error) {
	return forGood(func() error { return testenv.Refuse(list...) })
}

// Plain attempts, which leave nothing behind.

func becomeExecutable(call uintptr) error {
	k := vmem.Host{}
	addr, err := k.Reserve(vmem.PageSize)
	if err != nil {
		return err
	}
	err = k.Protect(addr, vmem.PageSize, vmem.ReadWrite)
	if err == nil {
		const none = ^uintptr(0) // no key: as mprotect
		if _, _, errno := unix.Syscall6(call, addr, uintptr(vmem.PageSize), unix.PROT_READ|unix.PROT_EXEC, none, 0, 0); errno != 0 {
			err = errno
		}
	}
	return errors.Join(err, k.Unmap(addr, vmem.PageSize))
}

func plainExecGain() []error {
	return []error{
		becomeExecutable(unix.SYS_MPROTECT), becomeExecutable(unix.SYS_PKEY_MPROTECT),
		mapMemory(vmem.PageSize, unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC), attachExecutable(),
	}
}

func mapMemory(n, prot int) error {
	mem, err := unix.Mmap(-1, 0, n, prot, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
	if err != nil {
		return err
	}
	return unix.Munmap(mem)
}

func attachExecutable() error {
	id, err := unix.SysvShmGet(unix.IPC_PRIVATE, vmem.PageSize, unix.IPC_CREAT|0o700)
	if err != nil {
		return err
	}
	mem, err := unix.SysvShmAttach(id, 0, 0o100000) // SHM_EXEC
	if err == nil {
		err = unix.SysvShmDetach(mem)
	}
	_, e := unix.SysvShmCtl(id, unix.IPC_RMID, nil)
	return errors.Join(err, e)
}

func createFile(flags int) error {
	fd, err := unix.MemfdCreate("plain", flags)
	if err != nil {
		return err
	}
	return unix.Close(fd)
}

func openFile(path string) error {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return unix.Close(fd)
}

func openTwo() error {
	fd, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil // not the one that is to fail
	}
	return errors.Join(openFile("/dev/null"), unix.Close(fd))
}

// oneDescriptor lets one more be opened.
func oneDescriptor() (undo func() error, err error) {
	fd, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.Close(fd); err != nil {
		return nil, err
	}
	return testenv.Limit(unix.RLIMIT_NOFILE, uint64(fd)+1)
}

// enlargeFile makes a file longer than the limit, if there is one, and expects the signal that comes with the errno. But
// for the moment of that the signal ends the process.
func enlargeFile() error {
	fd, err := unix.MemfdCreate("plain", unix.MFD_CLOEXEC)
	if err != nil {
		return err
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, unix.SIGXFSZ)
	defer signal.Reset(unix.SIGXFSZ)
	err = unix.Ftruncate(fd, 2*int64(vmem.PageSize))
	if err != nil {
		select {
		case <-signals:
		case <-time.After(10 * time.Second):
			err = errors.New("no signal")
		}
	}
	return errors.Join(err, unix.Close(fd))
}

func divideMapping() error {
	k := vmem.Host{}
	addr, err := k.Reserve(3 * vmem.PageSize)
	if err != nil {
		return err
	}
	err = k.Protect(addr+uintptr(vmem.PageSize), vmem.PageSize, vmem.ReadWrite)
	return errors.Join(err, k.Unmap(addr, 3*vmem.PageSize))
}
