package tramp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/wxjit/wxjit/internal/icache"
	"github.com/wxjit/wxjit/internal/vmem"
)

// TestStep runs a call in a process that is traced, one instruction at a time: in, to an import, to Go and back, out. At
// each instruction, of Enter, of generated code, of the stub, a signal arrives, once in each round of the traced process;
// which must go on with the right result. The same with a call that is preempted, through all of the way back in.
func TestStep(t *testing.T) {
	for _, s := range []struct {
		name    string
		sig     syscall.Signal
		preempt bool // look at the way back in after a preemption
	}{
		{"SIGURG", unix.SIGURG, false},
		{"SIGPROF", unix.SIGPROF, false},
		{"fault", unix.SIGSEGV, false},
		{"SIGURG after preemption", unix.SIGURG, true},
		{"SIGPROF after preemption", unix.SIGPROF, true},
	} {
		t.Run(s.name, func(t *testing.T) {
			runtime.LockOSThread() // ptrace is by thread
			defer runtime.UnlockOSThread()
			c := traceChild(t)
			n := 0
			for ; c.round(s.sig, s.preempt, n); n++ {
			}
			require.Greater(t, n, 30)
			t.Logf("%d instructions, at %d of them generated code", n, c.inCode)
			require.Positive(t, c.inCode)
		})
	}
}

// traced is the process, which is stopped between two of its rounds.
type traced struct {
	t      *testing.T
	pid    int
	code   [2]uintptr // where generated code is
	enter  uintptr    // Enter's first instruction
	left   uintptr
	inCode int // signals sent in generated code
}

const stepEnv = "WXJIT_STEP"

func traceChild(t *testing.T) *traced {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	// The runtime sends no signals of its own, which would come between two steps.
	cmd.Env = append(os.Environ(), stepEnv+"=1", "GODEBUG=asyncpreemptoff=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	c := &traced{t: t, pid: cmd.Process.Pid}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	c.wait(unix.SIGTRAP)
	c.resume(0)
	c.wait(unix.SIGSTOP)
	_, err = fmt.Fscan(out, &c.code[0], &c.code[1], &c.enter, &c.left)
	require.NoError(t, err)
	return c
}

// wait waits until the process stops for sig; it gets any other signal that comes.
func (c *traced) wait(sig syscall.Signal) {
	for {
		var status syscall.WaitStatus
		_, err := syscall.Wait4(c.pid, &status, 0, nil)
		require.NoError(c.t, err)
		require.True(c.t, status.Stopped(), "the traced process has ended: %v, exit code %d", status.Signal(), status.ExitStatus())
		if status.StopSignal() == sig {
			return
		}
		require.NotEqual(c.t, unix.SIGSTOP, status.StopSignal(), "the round is over")
		c.resume(status.StopSignal())
	}
}

func (c *traced) resume(sig syscall.Signal) {
	require.NoError(c.t, syscall.PtraceCont(c.pid, int(sig)))
}

func (c *traced) regs() (r syscall.PtraceRegs) {
	require.NoError(c.t, syscall.PtraceGetRegs(c.pid, &r))
	return r
}

// runTo lets the process run, beginning with a signal, until it comes to pc.
func (c *traced) runTo(pc uintptr, sig syscall.Signal) {
	was := make([]byte, 1)
	_, err := syscall.PtracePeekText(c.pid, pc, was)
	require.NoError(c.t, err)
	_, err = syscall.PtracePokeText(c.pid, pc, []byte{0xcc})
	require.NoError(c.t, err)
	c.resume(sig)
	c.wait(unix.SIGTRAP)
	r := c.regs()
	require.EqualValues(c.t, pc+1, r.Rip)
	r.Rip--
	require.NoError(c.t, syscall.PtraceSetRegs(c.pid, &r))
	_, err = syscall.PtracePokeText(c.pid, pc, was)
	require.NoError(c.t, err)
}

// where says what the process is about to execute: Enter or a stub's common part, generated code, or something else.
func (c *traced) where(pc uintptr) (ours, code bool) {
	if c.code[0] <= pc && pc < c.code[1] {
		return true, true
	}
	f := runtime.FuncForPC(pc) // the process is this program, at the same addresses
	if f == nil {
		return false, false
	}
	name := f.Name()[strings.LastIndexByte(f.Name(), '.')+1:]
	return name == "Enter" && f.Entry() == c.enter || name == "callback", false
}

// step lets the process execute an instruction, and says where it is then, as where does. A Go function that was called is executed as
// a whole.
func (c *traced) step() (ours, code bool) {
	if r := c.regs(); uint16(c.word(uintptr(r.Rip))) == iretq {
		c.runTo(c.word(uintptr(r.Rsp)), 0) // the kernel would leave the trap flag set
	} else {
		require.NoError(c.t, syscall.PtraceSingleStep(c.pid))
		c.wait(unix.SIGTRAP)
	}
	r := c.regs()
	if ours, code = c.where(uintptr(r.Rip)); ours {
		return ours, code
	}
	caller := c.word(uintptr(r.Rsp))
	if ours, code = c.where(caller); ours {
		c.runTo(caller, 0)
	}
	return ours, code
}

const iretq = 0xcf48

// word reads memory of the process.
func (c *traced) word(addr uintptr) uintptr {
	b := make([]byte, 8)
	_, err := syscall.PtracePeekData(c.pid, addr, b)
	require.NoError(c.t, err)
	return uintptr(binary.LittleEndian.Uint64(b))
}

// round sends sig at instruction n, and waits for the end of the round. It tells whether there were that many.
func (c *traced) round(sig syscall.Signal, preempt bool, n int) bool {
	c.runTo(c.enter, 0)
	ours, code := true, false
	if preempt {
		for !code {
			ours, code = c.step()
			require.True(c.t, ours)
		}
		c.runTo(c.left, unix.SIGURG)
		ours, code = true, false
	}
	for range n {
		if ours, code = c.step(); !ours {
			c.resume(0)
			c.wait(unix.SIGSTOP)
			return false
		}
	}
	if code {
		c.inCode++
	}
	if sig == unix.SIGSEGV {
		if !code {
			sig = 0 // that is the runtime's, and ends the process
		} else {
			c.fault()
			return true
		}
	}
	c.resume(sig)
	c.wait(unix.SIGSTOP)
	return true
}

// fault has the instruction that is next fail: by a jump to an address that is not mapped.
func (c *traced) fault() {
	r := c.regs()
	r.Rip = 0x10
	require.NoError(c.t, syscall.PtraceSetRegs(c.pid, &r))
	c.resume(0)
	c.wait(unix.SIGSEGV)
	c.resume(unix.SIGSEGV)
	c.wait(unix.SIGSTOP)
}

// The traced process is this one again; it does not get to the tests.
func init() {
	if os.Getenv(stepEnv) == "" {
		return
	}
	runtime.LockOSThread() // the main thread, which is the one that is traced
	if err := stepped(); err != nil {
		fmt.Fprintln(os.Stderr, "traced process:", err)
		os.Exit(3)
	}
}

var stepCode = []byte{
	0x53,             // push rbx
	0x48, 0x89, 0xfb, // mov rbx,rdi
	0xbf, 0x14, 0x00, 0x00, 0x00, // mov edi,0x14
	0xbe, 0x14, 0x00, 0x00, 0x00, // mov esi,0x14
	0xff, 0xd3, // call rbx, which Left runs
	0x48, 0x89, 0xc7, // mov rdi,rax
	0xbe, 0x02, 0x00, 0x00, 0x00, // mov esi,0x2
	0xff, 0xd3, // call rbx, which Enter runs
	0x5b, // pop rbx
	0xc3, // ret
}

// stepped makes calls, and stops itself in between.
func stepped() error {
	kernel := vmem.Host{}
	sum := &Import{Call: func(f *Fiber) error {
		f.Control.Result = f.Control.Regs[DI] + f.Control.Regs[SI]
		return nil
	}}
	defer runtime.KeepAlive(sum)
	text, err := vmem.NewProtect(kernel, vmem.NewMachine(Trap, icache.Flush), 0, vmem.PageSize)
	if err != nil {
		return err
	}
	if err := text.Write([]vmem.Patch{{Off: 0, Bytes: stepCode}, {Off: 256, Bytes: Stub(uintptr(unsafe.Pointer(sum)))}}); err != nil {
		return err
	}
	const size = 64 << 10
	stack, err := vmem.NewStack(kernel, size, HeadSize())
	if err != nil {
		return err
	}
	lo, _ := stack.Bounds()
	f := &Fiber{Inside: InsideIdle, Control: (*Control)(stack.Top())}
	f.Control.Fiber = uintptr(unsafe.Pointer(f))
	AddCode(text.Base(), vmem.PageSize)
	AddStack(lo-uintptr(vmem.PageSize), size)
	if err := Install(); err != nil {
		return err
	}
	fault := errors.New("fault")
	Left = func(f *Fiber) (again bool, r uint64, err error) {
		switch f.Control.Why {
		case Called:
			if err := f.Run(); err != nil {
				return false, 0, err
			}
			r, err := Enter(f, nil, nil, Resume|Guarded)
			return false, r, err
		case Preempted:
			return true, 0, nil
		}
		f.Inside = InsideIdle
		return false, 0, fault
	}
	runtime.SetCPUProfileRate(1) // so that SIGPROF unwinds the stack; but it is to come from the tracer alone
	for id := range uintptr(100) {
		_, _, _ = unix.RawSyscall(unix.SYS_TIMER_DELETE, id, 0, 0)
	}
	if _, err := unix.Setitimer(unix.ITIMER_PROF, unix.Itimerval{}); err != nil {
		return err
	}
	entry := runtime.FuncForPC(leftPC).Entry()
	fmt.Println(text.Base(), text.Base()+uintptr(vmem.PageSize), entry, leftPC)
	target, arg := &Target{Entry: text.Base(), State: Returned}, uint64(text.Base())+256
	for {
		if err := unix.Tgkill(os.Getpid(), unix.Gettid(), unix.SIGSTOP); err != nil {
			return err
		}
		r, err := Enter(f, target, &arg, 1)
		if err != nil && err != fault || err == nil && r != 42 || f.Inside != InsideIdle {
			return fmt.Errorf("result %d, %w, inside %d", r, err, f.Inside)
		}
	}
}
