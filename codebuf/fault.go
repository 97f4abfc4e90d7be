package codebuf

import (
	"fmt"
	"syscall"

	"github.com/wxjit/wxjit/internal/tramp"
	"github.com/wxjit/wxjit/internal/vmem"
)

// Fault is the error of a call in which generated code caused a signal that would have ended the process. The call is
// over, and the fiber is idle. Get it with errors.As. Printed with %+v it shows the registers and the code around.
type Fault struct {
	Signal syscall.Signal // SIGSEGV, SIGBUS, SIGFPE, SIGILL or SIGTRAP
	Kind   FaultKind      // what it means
	PC     uintptr        // the instruction
	Addr   uintptr        // what it accessed, for Signal SIGSEGV and SIGBUS; 0 if the processor does not say
	Code   *Code          // the code that PC is in, nil if none. It may have been released since
	Offset int            // of PC in Code, in bytes
	Regs   []Register     // general registers, program counter and flags

	detail int32  // si_code
	near   []byte // code around PC
	before int    // how much of near is before PC
}

// Register is a processor register, named as in the vendor's manual, in lower case.
type Register struct {
	Name  string
	Value uint64
}

// FaultKind says what a fault means.
type FaultKind uint8

// The kinds of faults.
const (
	BadAddress         FaultKind = iota + 1 // memory that is not there, or not to be accessed so; a null pointer too
	Misaligned                              // an address that the instruction wants aligned
	DivideError                             // an integer division by zero, or whose quotient is too large
	FloatError                              // a floating-point exception that the code had asked for
	IllegalInstruction                      // bytes that are not an instruction, or not one for this mode or processor
	Breakpoint                              // a trapping instruction; on amd64 also what fills unused code memory
	StackOverflow                           // the guard page of the fiber's stack
	NotExecutable                           // a jump to memory that can't be executed
)

// String describes the kind in a few words.
func (k FaultKind) String() string {
	names := [...]string{
		"fault", "bad address", "misaligned address", "integer division", "floating-point exception",
		"illegal instruction", "breakpoint", "stack overflow", "jump to memory that is not executable",
	}
	if int(k) >= len(names) {
		k = 0
	}
	return names[k]
}

// newFault makes the fault that the handler found f in, with what it refers to in one piece of memory.
func newFault(f *Fiber) *Fault {
	control := f.core.Control
	e := new(struct {
		Fault
		regs [len(registerNames)]Register
		near [nearBefore + nearAfter]byte
	})
	e.Fault = Fault{
		Signal: syscall.Signal(control.Why), PC: uintptr(control.Regs[tramp.PC]), Addr: control.Addr,
		Regs: e.regs[:], detail: control.SigNo, near: e.near[:0],
	}
	for i, r := range registerNames {
		e.regs[i] = Register{r.name, control.Regs[r.at]}
	}
	if e.Signal != syscall.SIGSEGV && e.Signal != syscall.SIGBUS {
		e.Addr = 0
	}
	e.Kind = e.kind(f)
	e.PC -= uintptr(past(&e.Fault))
	arenas.find(&e.Fault)
	return &e.Fault
}

// Values of si_code, sigaction(2), "The siginfo_t argument to a SA_SIGINFO handler".
const (
	segvKernel = 0x80 // SI_KERNEL: a general protection fault, of which the processor gives no address
	busAdrAln  = 1
	fpeIntDiv  = 1
	fpeIntOvf  = 2
)

func (e *Fault) kind(f *Fiber) FaultKind {
	switch e.Signal {
	case syscall.SIGILL:
		return IllegalInstruction
	case syscall.SIGTRAP:
		return Breakpoint
	case syscall.SIGFPE:
		if e.detail == fpeIntDiv || e.detail == fpeIntOvf {
			return DivideError
		}
		return FloatError
	}
	switch {
	case e.Addr-f.lo < uintptr(vmem.PageSize):
		return StackOverflow
	case e.PC == e.Addr || int64(e.PC)<<16>>16 != int64(e.PC):
		return NotExecutable
	case e.Signal == syscall.SIGBUS && e.detail == busAdrAln:
		return Misaligned
	}
	return BadAddress
}

// Error says what happened and where, in a line.
func (e *Fault) Error() string {
	s := fmt.Sprintf("codebuf: %s: %s", signalName(e.Signal), e.Kind)
	if e.Signal == syscall.SIGSEGV && e.detail == segvKernel && e.Addr == 0 {
		s += ", not canonical or not aligned"
	} else if e.Signal == syscall.SIGSEGV || e.Signal == syscall.SIGBUS {
		s += fmt.Sprintf(" %#x", e.Addr)
	}
	s += fmt.Sprintf(" at pc %#x", e.PC)
	if e.Code != nil {
		s += fmt.Sprintf(", offset %#x of the code at %#x", e.Offset, e.Code.Addr())
	}
	return s
}

func signalName(s syscall.Signal) string {
	switch s {
	case syscall.SIGSEGV:
		return "SIGSEGV"
	case syscall.SIGBUS:
		return "SIGBUS"
	case syscall.SIGFPE:
		return "SIGFPE"
	case syscall.SIGILL:
		return "SIGILL"
	}
	return "SIGTRAP"
}
