package testenv

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Descriptors gives the open file descriptors of the process and what each refers to, but for those that the Go
// runtime opens for its poller when it first needs one.
func Descriptors() (map[int]string, error) {
	const dir = "/proc/self/fd"
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	open := map[int]string{}
	for _, e := range entries {
		fd, err := strconv.Atoi(e.Name())
		if err != nil {
			return nil, err
		}
		target, err := os.Readlink(filepath.Join(dir, e.Name()))
		if err != nil || target == "anon_inode:[eventpoll]" || target == "anon_inode:[eventfd]" ||
			strings.HasPrefix(target, "/proc/") || target == emulated {
			continue // gone again, as the one that read the directory; or the poller's; or of who looks at the mappings
		}
		open[fd] = target
	}
	return open, nil
}

// emulated is what the user-mode emulator opens in the place of a file of /proc.
const emulated = "/memfd:qemu-open (deleted)"

// NewDescriptors lists what is open in after and was not in before, by descriptor: "7 /memfd:code (deleted)".
func NewDescriptors(before, after map[int]string) []string {
	var fds []int
	for fd, target := range after {
		if before[fd] != target {
			fds = append(fds, fd)
		}
	}
	slices.Sort(fds)
	var list []string
	for _, fd := range fds {
		list = append(list, fmt.Sprintf("%d %s", fd, after[fd]))
	}
	return list
}

// Threads counts the threads of the process.
func Threads(t testing.TB) int {
	list, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatalf("threads: %v", err)
	}
	return len(list)
}

// NoNewDescriptors makes the test fail if more descriptors are open at its end than now. It is not for tests that
// run in parallel with others.
func NoNewDescriptors(t testing.TB) {
	t.Helper()
	before, err := Descriptors()
	if err != nil {
		t.Fatalf("descriptors: %v", err)
	}
	t.Cleanup(func() {
		after, err := Descriptors()
		if err != nil {
			t.Fatalf("descriptors: %v", err)
		}
		if leaked := NewDescriptors(before, after); leaked != nil {
			t.Errorf("descriptors left open:\n\t%s", strings.Join(leaked, "\n\t"))
		}
	})
}
