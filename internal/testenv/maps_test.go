//go:build linux

package testenv

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestMapsOfThisProcess(t *testing.T) {
	mem := pages(t, unix.PROT_READ|unix.PROT_WRITE)
	maps, err := Maps()
	require.NoError(t, err)
	require.Contains(t, protections(maps, address(mem)), "rw-p")
	require.NoError(t, CheckWX())
}

// The control for everyone who uses these checks: memory that is W and X is seen.
func TestWritableExecutableIsSeen(t *testing.T) {
	w := Watch(time.Millisecond)
	mem := pages(t, unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC)
	maps, err := Maps()
	require.NoError(t, err)
	both := WritableExecutable(maps)
	require.Len(t, both, 1)
	require.Equal(t, address(mem), both[0].Start)
	require.ErrorContains(t, CheckWX(), "writable and executable")
	waitForSample(w)
	require.Equal(t, []Violation{{both[0], both[0]}}, w.Stop())
	require.Equal(t, w.Stop(), w.seen, "a second Stop gives the same")
}

// The file's first page is shown writable and shared, its second not at all; then the first is shown executable.
func TestAliasIsSeen(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "alias"))
	require.NoError(t, err)
	defer file.Close()
	page := os.Getpagesize()
	require.NoError(t, file.Truncate(int64(2*page)))
	show := func(off int64, prot, flags int) uintptr {
		mem, err := unix.Mmap(int(file.Fd()), off, page, prot, flags)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, unix.Munmap(mem)) })
		return address(mem)
	}
	const r, w, x = unix.PROT_READ, unix.PROT_WRITE, unix.PROT_EXEC

	watch := Watch(time.Millisecond)
	show(0, r|w, unix.MAP_PRIVATE)
	show(int64(page), r|w, unix.MAP_SHARED)
	executable := show(0, r|x, unix.MAP_PRIVATE)
	waitForSample(watch)
	require.Empty(t, watch.Stop(), "a private copy and another page are no alias")
	require.NoError(t, CheckWX())

	watch = Watch(time.Millisecond)
	writable := show(0, r|w, unix.MAP_SHARED)
	waitForSample(watch)
	seen := watch.Stop()
	require.Len(t, seen, 1)
	require.Equal(t, writable, seen[0].Writable.Start)
	require.Equal(t, executable, seen[0].Executable.Start)
	require.ErrorContains(t, CheckWX(), "the same pages writable and executable")
}

// Two lines that were never true at the same time are not reported; the pair is looked for again.
func TestAliasNotThereAnyMore(t *testing.T) {
	var w Watcher
	gone := Violation{
		Mapping{Start: 1 << 12, End: 2 << 12, Prot: "rw-s", Dev: "00:01", Inode: 1 << 40},
		Mapping{Start: 2 << 12, End: 3 << 12, Prot: "r-xs", Dev: "00:01", Inode: 1 << 40},
	}
	require.Equal(t, []Violation{gone}, Aliases([]Mapping{gone.Writable, gone.Executable}))
	require.False(t, w.still(gone))
}

func TestWatcherSamples(t *testing.T) {
	w := Watch(time.Millisecond)
	waitForSample(w)
	require.Empty(t, w.Stop())
	require.GreaterOrEqual(t, w.Samples(), 4)
}

// A sample may not disturb tests that count allocations.
func TestSampleAllocates(t *testing.T) {
	w := Watch(time.Hour)
	defer w.Stop()
	require.LessOrEqual(t, testing.AllocsPerRun(100, w.sample), 16.0, "not one for each line")
}

func BenchmarkCheckWX(b *testing.B) {
	for b.Loop() {
		if err := CheckWX(); err != nil {
			b.Fatal(err)
		}
	}
}

// pages maps one page with nothing beside it, so that the kernel and qemu merge it with no other.
func pages(t *testing.T, prot int) []byte {
	page := os.Getpagesize()
	mem, err := unix.Mmap(-1, 0, 3*page, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, unix.Munmap(mem)) })
	require.NoError(t, unix.Mprotect(mem[page:2*page], prot))
	return mem[page : 2*page]
}

func protections(maps []Mapping, addr uintptr) (prot []string) {
	for _, m := range maps {
		if m.Start <= addr && addr < m.End {
			prot = append(prot, m.Prot)
		}
	}
	return prot
}

// waitForSample returns when w has looked at what is mapped now.
func waitForSample(w *Watcher) {
	for n := w.Samples() + 2; w.Samples() < n; {
		time.Sleep(time.Millisecond)
	}
}
