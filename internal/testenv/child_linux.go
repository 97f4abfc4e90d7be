package testenv

import (
	"os/exec"
	"syscall"
)

// leash has the kernel kill the process when this one ends, however it does: one that hangs on purpose or by mistake would
// go on for good. It is when the thread ends that starts it, prctl(2), PR_SET_PDEATHSIG, and Go's threads stay but for
// those that a goroutine was locked to at its end.
func leash(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
