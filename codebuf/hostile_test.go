package codebuf

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/vmem"
)

// hostile are kernels that refuse something. Each is tested in a child process, since most of it can't be taken back.
var hostile = map[string]func(t *testing.T){
	"nothing": func(t *testing.T) { expect(t, nil, nil) },
	"mdwe": func(t *testing.T) {
		const setMDWE, refuseExecGain = 65, 1 // linux/prctl.h, Linux 6.3
		require.NoError(t, unix.Prctl(setMDWE, refuseExecGain, 0, 0, 0))
		expect(t, syscall.EACCES, nil)
	},
	"noexec": func(t *testing.T) { // vm.memfd_noexec=2, of the child's own namespace of processes
		require.NoError(t, os.WriteFile("/proc/sys/vm/memfd_noexec", []byte("2"), 0))
		_, err := unix.MemfdCreate("control", unix.MFD_EXEC)
		require.ErrorIs(t, err, syscall.EACCES)
		expect(t, nil, nil)
	},
	"no exec":       func(t *testing.T) { deny(t, denyExec); expect(t, syscall.EPERM, nil) },
	"no memfd":      func(t *testing.T) { deny(t, denyMemfd); expect(t, nil, syscall.EPERM) },
	"neither":       func(t *testing.T) { deny(t, denyExec); deny(t, denyMemfd); expect(t, syscall.EPERM, syscall.EPERM) },
	"address space": hostileAddressSpace,
	"descriptors":   hostileDescriptors,
	"file size":     hostileFileSize,
	"mappings":      hostileMappings,
}

func TestHostile(t *testing.T) {
	if name := os.Getenv("WXJIT_HOSTILE"); name != "" {
		hostile[name](t)
		fmt.Println("came to its end")
		return
	}
	for name := range hostile {
		t.Run(name, func(t *testing.T) {
			if runtime.GOARCH != "amd64" && !slices.Contains([]string{"nothing", "file size"}, name) {
				t.Skip("the emulator needs itself what the kernel refuses")
			}
			if raceDetector && (name == "address space" || name == "mappings") {
				t.Skip("the race detector gives up without memory")
			}
			cmd := testenv.Child(t, "TestHostile", "WXJIT_HOSTILE="+name)
			if name == "noexec" {
				cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID}
			}
			out, err := cmd.CombinedOutput()
			if name == "noexec" && errors.Is(err, syscall.EPERM) {
				testenv.Missing(t, "the right to make a namespace of processes")
			}
			require.NoError(t, err, "%s", out)
			require.Contains(t, string(out), "came to its end")
		})
	}
}

// expect checks what Probe and New say where the kernel refuses a strategy with an errno, or not.
func expect(t *testing.T, protect, sealed error) {
	refused := map[Strategy]error{Protect: protect, Sealed: sealed}
	op := map[Strategy]string{Protect: "mprotect", Sealed: "memfd_create"}
	best := Auto
	for _, p := range Probe() {
		a, err := New(Config{Strategy: p.Strategy})
		if refused[p.Strategy] == nil {
			require.NoError(t, p.Err)
			require.NoError(t, err)
			best = max(best, p.Strategy)
			if refused[Protect] == nil {
				best = Protect
			}
			use(t, a)
			continue
		}
		var vm *VMError
		require.ErrorAs(t, p.Err, &vm)
		require.Equal(t, op[p.Strategy], vm.Op)
		require.ErrorIs(t, p.Err, refused[p.Strategy])
		require.ErrorIs(t, err, refused[p.Strategy])
		require.ErrorIs(t, err, errors.ErrUnsupported)
	}
	a, err := New(Config{})
	if best == Auto {
		require.ErrorIs(t, err, errors.ErrUnsupported)
		require.ErrorContains(t, err, "mprotect")
		require.ErrorContains(t, err, "memfd_create")
		return
	}
	require.NoError(t, err)
	require.Equal(t, best, a.Strategy())
	use(t, a)
}

// use takes an arena through its life.
func use(t *testing.T, a *Arena) {
	var codes []*Code
	for n := range uint16(20) {
		codes = append(codes, publish(t, a, sized(n, 700)))
	}
	for n, c := range codes {
		requireCall(t, c, uint64(n))
	}
	clean(t, a)
	require.NoError(t, a.Release(codes...))
	require.NoError(t, a.Close())
}

type denial int

const (
	denyExec  denial = iota // mprotect(2) with PROT_EXEC, as systemd before 254 does for MemoryDenyWriteExecute
	denyMemfd               // memfd_create(2)
)

// deny has the kernel answer EPERM from now on, to all threads: seccomp(2).
func deny(t *testing.T, what denial) {
	const load, jump, and, ret = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	const number, third = 0, 16 + 2*8 // offsets in struct seccomp_data
	const allow, refuse = 0x7fff0000, 0x00050000 | uint32(unix.EPERM)
	filter := []unix.SockFilter{
		{Code: load, K: number},
		{Code: jump, K: unix.SYS_MPROTECT, Jf: 3},
		{Code: load, K: third},
		{Code: and, K: unix.PROT_EXEC, Jf: 1},
		{Code: ret, K: refuse},
		{Code: ret, K: allow},
	}
	if what == denyMemfd {
		filter = []unix.SockFilter{{Code: load, K: number}, {Code: jump, K: unix.SYS_MEMFD_CREATE, Jf: 1}, {Code: ret, K: refuse}, {Code: ret, K: allow}}
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	require.NoError(t, unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	const setFilter, allThreads = 1, 1
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, setFilter, allThreads, uintptr(unsafe.Pointer(&program)))
	require.Zero(t, errno)
}

// setLimit sets the soft limit of a resource, and gives a function that sets it back.
func setLimit(t *testing.T, resource int, n uint64) (undo func()) {
	var old unix.Rlimit
	require.NoError(t, unix.Getrlimit(resource, &old))
	require.NoError(t, unix.Setrlimit(resource, &unix.Rlimit{Cur: min(n, old.Max), Max: old.Max}))
	return func() { require.NoError(t, unix.Setrlimit(resource, &old)) }
}

// scarcity has a kernel refuse for want of something, in the middle of the life of an arena: what is refused is an error
// with the errno, code that was there runs, and when there is room again all goes on.
func scarcity(t *testing.T, c Config, errno syscall.Errno, begin func() (end func())) (refused int) {
	a, err := New(c)
	require.NoError(t, err)
	first := publish(t, a, sized(1, 5000))
	second := publish(t, a, sized(2, 5000))
	requireCall(t, first, 1) // so that there is a stack for it
	// What Go needs itself in what follows it has from here: without it the runtime gives up.
	ballast := make([]byte, 64<<20)
	fillTraps(ballast)
	runtime.KeepAlive(ballast)
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	end := begin()
	check := func(err error) {
		if err != nil {
			refused++
			require.ErrorIs(t, err, errno)
			_, ok := errors.AsType[*VMError](err)
			require.True(t, ok, err)
		}
	}
	var more []*Code
	for range 3 {
		codes, err := a.Publish(blob{code: sized(3, 2<<20), align: 1}, blob{code: sized(4, 100), align: 1})
		check(err)
		more = append(more, codes...)
		requireCall(t, first, 1)
	}
	check(second.Release())
	check(a.Reclaim())
	b, err := New(c)
	check(err)
	if err == nil {
		check(b.Close())
	}
	requireCall(t, first, 1)
	end()
	if b != nil && err == nil {
		require.ErrorIs(t, errors.Join(b.Close(), ErrClosed), ErrClosed)
	}
	require.NoError(t, a.Reclaim())
	require.Zero(t, a.Stats().Quarantined)
	for range 3 {
		more = append(more, publish(t, a, sized(5, 2<<20)))
	}
	requireCall(t, first, 1)
	clean(t, a)
	require.NoError(t, a.Release(append(more, first)...))
	require.NoError(t, a.Close())
	return refused
}

// each runs a test with each strategy, also with SealEach.
func eachConfig(test func(c Config)) {
	for _, c := range []Config{{Strategy: Protect}, {Strategy: Sealed}, {Strategy: Sealed, SealEach: true}} {
		c.Size = 32 << 20
		test(c)
	}
}

func hostileAddressSpace(t *testing.T) {
	eachConfig(func(c Config) {
		refused := scarcity(t, c, syscall.ENOMEM, func() func() { return setLimit(t, unix.RLIMIT_AS, 1<<20) })
		require.Positive(t, refused)
	})
}

func hostileDescriptors(t *testing.T) {
	eachConfig(func(c Config) {
		refused := scarcity(t, c, syscall.EMFILE, func() func() { return setLimit(t, unix.RLIMIT_NOFILE, 3) })
		require.Equal(t, c.Strategy == Sealed, refused > 0)
	})
}

func hostileFileSize(t *testing.T) {
	eachConfig(func(c Config) {
		refused := scarcity(t, c, syscall.EFBIG, func() func() { return setLimit(t, unix.RLIMIT_FSIZE, 1000) })
		require.Equal(t, c.Strategy == Sealed, refused > 0)
	})
}

// hostileMappings uses up all mappings but some, and then all of them.
func hostileMappings(t *testing.T) {
	page := vmem.PageSize
	eachConfig(func(c Config) {
		spares := []int{0, 3}
		if long {
			spares = []int{0, 1, 2, 3, 4, 5, 6, 8, 12, 20}
		}
		for _, spare := range spares {
			scarcity(t, c, syscall.ENOMEM, func() func() {
				k := vmem.Host{}
				n := 2 * 70_000 * page
				addr, err := k.Reserve(n)
				require.NoError(t, err)
				for i := 1; err == nil; i += 2 {
					err = k.Protect(addr+uintptr(i*page), page, vmem.ReadWrite)
				}
				require.ErrorIs(t, err, syscall.ENOMEM)
				for i := range spare {
					require.NoError(t, k.Protect(addr+uintptr((1+2*i)*page), page, vmem.None))
				}
				return func() { require.NoError(t, k.Unmap(addr, n)) }
			})
		}
	})
}
