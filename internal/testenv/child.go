package testenv

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// Child is a command that runs the named test of this test binary in a process of its own, with env added to the
// environment. Under the user-mode emulator, which the kernel may not know how to start by itself, it starts that. The
// process does not outlive this one.
func Child(t testing.TB, test string, env ...string) *exec.Cmd {
	t.Helper()
	return ChildContext(context.Background(), t, test, env...)
}

// ChildContext is [Child], and kills the process when ctx ends.
func ChildContext(ctx context.Context, t testing.TB, test string, env ...string) *exec.Cmd {
	t.Helper()
	args := []string{os.Args[0], "-test.run=^" + test + "$", "-test.count=1"}
	if err := exec.Command(os.Args[0], "-test.run=^$").Run(); errors.Is(err, syscall.ENOEXEC) {
		args = append([]string{Tool(t, "qemu-aarch64-static")}, args...)
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), env...)
	leash(cmd)
	return cmd
}
