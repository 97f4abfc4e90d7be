package codebuf

import (
	"syscall"

	"github.com/wxjit/wxjit/internal/tramp"
)

type namedRegister struct {
	name string
	at   int
}

var registerNames = [...]namedRegister{
	{"rax", tramp.AX},
	{"rbx", tramp.BX},
	{"rcx", tramp.CX},
	{"rdx", tramp.DX},
	{"rsi", tramp.SI},
	{"rdi", tramp.DI},
	{"rbp", tramp.BP},
	{"rsp", tramp.SP},
	{"r8", tramp.R8},
	{"r9", tramp.R9},
	{"r10", tramp.R10},
	{"r11", tramp.R11},
	{"r12", tramp.R12},
	{"r13", tramp.R13},
	{"r14", tramp.R14},
	{"r15", tramp.R15},
	{"rip", tramp.PC},
	{"rflags", tramp.Flags},
}

// past is how far the processor's PC is behind the instruction that faulted: INT3 is a trap, reported after it. (Intel
// SDM Vol. 3A, "Interrupt 3—Breakpoint Exception (#BP)".)
func past(e *Fault) int {
	if e.Signal == syscall.SIGTRAP && e.detail == segvKernel {
		return 1
	}
	return 0
}
