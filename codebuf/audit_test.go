package codebuf

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/vmem"
)

// memfds gives the descriptors of files that hold code.
func memfds(t testing.TB) (fds []int) {
	open, err := testenv.Descriptors()
	require.NoError(t, err)
	for fd, target := range open {
		if strings.HasPrefix(target, "/memfd:wxjit") {
			fds = append(fds, fd)
		}
	}
	return fds
}

// TestAuditFinds does what Audit is to find, each in a child, since TestMain fails on it too.
func TestAuditFinds(t *testing.T) {
	breaks := map[string]struct {
		strategy Strategy
		found    string
		do       func(t *testing.T, page uintptr)
	}{
		"alias": {Sealed, "a second mapping of code", func(t *testing.T, _ uintptr) {
			fds := memfds(t)
			require.Len(t, fds, 1)
			_, err := unix.Mmap(fds[0], 0, vmem.PageSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
			require.NoError(t, err)
		}},
		"private": {Sealed, "a second mapping of code", func(t *testing.T, _ uintptr) {
			_, err := unix.Mmap(memfds(t)[0], 0, vmem.PageSize, unix.PROT_READ, unix.MAP_PRIVATE)
			require.NoError(t, err)
		}},
		"wx": {Protect, "writable and executable", func(t *testing.T, page uintptr) {
			require.NoError(t, unix.Mprotect(writable(page, vmem.PageSize), unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC))
		}},
		"writable": {Protect, "is rw-, should be r-x", func(t *testing.T, page uintptr) {
			require.NoError(t, vmem.Host{}.Protect(page, vmem.PageSize, vmem.ReadWrite))
		}},
		"unreadable": {Sealed, "is ---, should be r-x", func(t *testing.T, page uintptr) {
			require.NoError(t, vmem.Host{}.Protect(page, vmem.PageSize, vmem.None))
		}},
		"unmapped": {Protect, "not mapped", func(t *testing.T, page uintptr) {
			require.NoError(t, vmem.Host{}.Unmap(page, vmem.PageSize))
		}},
		"reserve": {Protect, "is r-x, should be ---", func(t *testing.T, page uintptr) {
			require.NoError(t, vmem.Host{}.Protect(page+uintptr(64*vmem.PageSize), vmem.PageSize, vmem.ReadExec))
		}},
	}
	if how := os.Getenv("WXJIT_AUDIT"); how != "" {
		b := breaks[how]
		a, err := New(Config{Strategy: b.strategy, Size: 128 * vmem.PageSize})
		require.NoError(t, err)
		c := publish(t, a, codeConst(1))
		clean(t, a)
		b.do(t, c.Addr()&^uintptr(vmem.PageSize-1))
		report, err := a.Audit()
		require.NoError(t, err)
		fmt.Printf("found: %q\n", report.Violations)
		os.Exit(0)
	}
	for how, b := range breaks {
		out, _ := testenv.Child(t, "TestAuditFinds", "WXJIT_AUDIT="+how).CombinedOutput()
		require.Regexp(t, "found: .*"+b.found, string(out), how)
	}
}

// TestResists attacks sealed code with everything that could change it: each attack is refused, or changes nothing. By
// strategy Protect some of them succeed, as README.md says: that is the difference.
func TestResists(t *testing.T) {
	type attack struct {
		name    string
		do      func(page uintptr) error
		protect bool // it changes code of strategy Protect
	}
	mem, err := os.OpenFile("/proc/self/mem", os.O_RDWR, 0)
	require.NoError(t, err)
	defer mem.Close()
	advise := func(advice int) func(uintptr) error {
		return func(page uintptr) error { return unix.Madvise(writable(page, vmem.PageSize), advice) }
	}
	attacks := []attack{
		{"mprotect", func(page uintptr) error {
			err := vmem.Host{}.Protect(page, vmem.PageSize, vmem.ReadWrite)
			if err == nil { // undone at once: other code may be there
				writable(page, vmem.PageSize)[0] ^= 0xff
				err2 := vmem.Host{}.Protect(page, vmem.PageSize, vmem.ReadExec)
				require.NoError(t, err2)
			}
			return err
		}, true},
		{"/proc/self/mem", func(page uintptr) error {
			_, err := mem.WriteAt([]byte{0xcc}, int64(page))
			return err
		}, true},
		{"MADV_DONTNEED", advise(unix.MADV_DONTNEED), true},
		{"MADV_REMOVE", advise(unix.MADV_REMOVE), false},
	}
	for _, s := range strategies {
		for _, at := range attacks {
			a := newTestArena(t, Config{Strategy: s, SealEach: true})
			c := publish(t, a, codeConst(7))
			err := at.do(c.Addr() &^ uintptr(vmem.PageSize-1))
			changed := string(memory(c.Addr(), 6)) != string(codeConst(7)[:6])
			t.Logf("%v: %s: %v, changed: %v", s, at.name, err, changed)
			require.Equal(t, s == Protect && at.protect, changed, "%v: %s: %v", s, at.name, err)
			if !changed {
				requireCall(t, c, 7)
			}
		}
	}
}

// TestSealedFileResists attacks the file of sealed code, through a descriptor that was kept.
func TestSealedFileResists(t *testing.T) {
	a := newTestArena(t, Config{Strategy: Sealed, SealEach: true})
	var kept int
	first := publish(t, a, codeConst(7))
	require.Empty(t, memfds(t), "the descriptor is closed when the file is sealed")
	// The kernel still gives another one to who looks into /proc/self/map_files, or had one before.
	maps, err := testenv.Maps()
	require.NoError(t, err)
	for _, m := range maps {
		if m.Start <= first.Addr() && first.Addr() < m.End {
			kept, err = unix.Open(fmt.Sprintf("/proc/self/map_files/%x-%x", m.Start, m.End), unix.O_RDWR, 0)
		}
	}
	if err != nil {
		kept = keepDescriptor(t)
	}
	defer unix.Close(kept)
	for name, attack := range map[string]func() error{
		"pwrite":    func() error { _, err := unix.Pwrite(kept, []byte{1}, 0); return err },
		"ftruncate": func() error { return unix.Ftruncate(kept, 0) },
		"grow":      func() error { return unix.Ftruncate(kept, 1<<30) },
		"punch": func() error {
			return unix.Fallocate(kept, unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, 0, 4096)
		},
		"map": func() error {
			_, err := unix.Mmap(kept, 0, vmem.PageSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
			return err
		},
		"unseal": func() error {
			_, err := unix.FcntlInt(uintptr(kept), unix.F_ADD_SEALS, 0)
			return err
		},
	} {
		err := attack()
		require.Error(t, err, name)
		t.Logf("%s: %v", name, err)
		requireCall(t, first, 7)
	}
}

// keepDescriptor makes a file as code is in, sealed as that is, with a descriptor of it for writing.
func keepDescriptor(t *testing.T) int {
	k := vmem.Host{}
	fd, err := k.CreateFile(true)
	require.NoError(t, err)
	require.NoError(t, k.Truncate(fd, 1<<20))
	require.NoError(t, k.AddSeals(fd, false))
	require.NoError(t, k.AddSeals(fd, true))
	return fd
}
