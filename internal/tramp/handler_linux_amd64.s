#include "textflag.h"
#include "go_asm.h"

#define REG(i) (Control_Regs+(i)*8)

// Offsets in struct ucontext (linux, arch/x86/include/uapi/asm/ucontext.h, sigcontext.h) and siginfo_t.
#define UC_REGS 0x28
#define UC(i) (UC_REGS+(i)*8)
#define SI_CODE 8
#define SI_ADDR 16

#define SIGILL 4
#define SIGTRAP 5
#define SIGBUS 7
#define SIGFPE 8
#define SIGSEGV 11
#define SIGPROF 27

// handler is the signal handler. It runs on the signal stack of the thread, with all signals blocked, whatever code
// was interrupted; it touches the Go stack and g only where it has found that the code was a fiber's.
//
// In:  the C convention: DI signal, SI *siginfo_t, DX *ucontext_t.
// Out: as it came, to the handler that was there before, when the signal is not ours or it must know too.
// Clobbers AX, CX, R8 to R11, flags, which a C function may.
TEXT ·handler(SB), NOSPLIT|NOFRAME, $0-0
	CLD
	CMPL DI, $SIGPROF
	JEQ  prof
	MOVQ UC(const_PC)(DX), AX
	LEAQ ·codes(SB), R8
	CMPL DI, $const_Preempted
	JEQ  preempt

	// A fault is what the instruction has caused, not what somebody has sent.
	CMPL  SI_CODE(SI), $0
	JLE   chain
	CALL  ·find(SB)
	TESTQ R10, R10
	JNE   stack

	// Not in code of ours, but where our code may have jumped to: the instruction itself could not be fetched.
	CMPL DI, $SIGSEGV
	JEQ  fetch
	CMPL DI, $SIGBUS
	JNE  chain

fetch:
	CMPQ SI_ADDR(SI), AX
	JEQ  stack
	MOVQ AX, R8
	SHLQ $16, R8
	SARQ $16, R8
	CMPQ R8, AX
	JNE  stack           // not an address at all
	JMP  chain

preempt:
	CALL  ·find(SB)
	TESTQ R10, R10
	JEQ   chain

stack:
	// Is SP on the stack of a fiber, and is that the one that this goroutine runs?
	MOVQ  UC(const_SP)(DX), AX
	CALL  ·control(SB)
	TESTQ R8, R8
	JEQ   chain
	MOVQ  (TLS), R9
	CMPQ  R9, Control_g(R8)
	JNE   chain

	// Write down how it is, and go where it is left to.
	XORL CX, CX

next:
	MOVQ UC_REGS(DX)(CX*8), AX
	MOVQ AX, Control_Regs(R8)(CX*8)
	INCL CX
	CMPL CX, $const_Registers
	JLT  next
	MOVL DI, Control_Why(R8)
	MOVL SI_CODE(SI), AX
	MOVL AX, Control_SigNo(R8)
	MOVQ SI_ADDR(SI), AX
	MOVQ AX, Control_Addr(R8)
	MOVQ R8, UC(const_R13)(DX)
	MOVQ Control_sp(R8), AX
	MOVQ AX, UC(const_SP)(DX)
	MOVQ ·leftPC(SB), AX
	MOVQ AX, UC(const_PC)(DX)
	MOVQ $0x202, UC(const_Flags)(DX)
	CMPL DI, $const_Preempted
	JEQ  chain
	RET

chain:
	MOVL DI, AX
	LEAQ ·previous(SB), R8
	MOVQ (R8)(AX*8), AX
	JMP  AX

prof:
	// With SP on a fiber's stack the runtime could not find who called. Show it Enter's frame, or one in its place that
	// says where in generated code this is, then put the truth back.
	MOVQ  UC(const_PC)(DX), CX
	MOVQ  UC(const_SP)(DX), AX
	CALL  ·control(SB)
	TESTQ R8, R8
	JNE   show

	// A preemption request or a fault that came with it was taken first: the code has been left, and R13 says where.
	CMPQ CX, ·leftPC(SB)
	JNE  chain
	MOVQ UC(const_R13)(DX), R8
	CMPL Control_Why(R8), $const_Called
	JEQ  chain
	MOVQ REG(const_PC)(R8), CX

show:
	PUSHQ BX
	PUSHQ R12
	PUSHQ R13
	PUSHQ R14
	PUSHQ R15
	MOVQ  DX, BX
	MOVQ  UC(const_PC)(BX), R12
	MOVQ  UC(const_SP)(BX), R13
	MOVQ  UC(const_BP)(BX), R14
	MOVQ  Control_sp(R8), AX
	MOVQ  AX, UC(const_SP)(BX)
	ADDQ  $const_enterFrame, AX
	MOVQ  AX, UC(const_BP)(BX)
	MOVQ  CX, AX
	CALL  ·shown(SB)
	MOVQ  AX, UC(const_PC)(BX)
	MOVQ  ·previous+(SIGPROF*8)(SB), AX
	CALL  AX
	MOVQ  R12, UC(const_PC)(BX)
	MOVQ  R13, UC(const_SP)(BX)
	MOVQ  R14, UC(const_BP)(BX)
	POPQ  R15
	POPQ  R14
	POPQ  R13
	POPQ  R12
	POPQ  BX
	RET

// control finds the control block of the fiber on whose stack an address is.
//
// In: AX address. Out: R8 control block, or 0. Clobbers R9, R10, R11.
TEXT ·control(SB), NOSPLIT|NOFRAME, $0-0
	LEAQ  ·stacks(SB), R8
	CALL  ·find(SB)
	XORL  R8, R8
	TESTQ R10, R10
	JEQ   none
	MOVQ  AX, R8
	SUBQ  R9, R8
	ADDQ  R10, R8
	SUBQ  ·headSize(SB), R8

none:
	RET

// find looks for an address in a table of ranges.
//
// In: AX address, R8 first block. Out: R10 length of the range or 0, R9 offset of the address in it.
// Clobbers R8, R11.
TEXT ·find(SB), NOSPLIT|NOFRAME, $0-0
block:
	XORL R11, R11

word:
	MOVQ  (R8)(R11*8), R10
	MOVQ  R10, R9
	SHRQ  $const_lengthBits, R9
	SHLQ  $const_pageShift, R9
	NEGQ  R9
	ADDQ  AX, R9
	ANDL  $const_lengthMask, R10
	SHLQ  $const_pageShift, R10
	CMPQ  R9, R10
	JLO   found
	INCL  R11
	CMPL  R11, $const_blockWords
	JLT   word
	MOVQ  block_next(R8), R8
	TESTQ R8, R8
	JNE   block
	XORL  R10, R10

found:
	RET

// callback is where the stub of an import jumps to.
//
// In:  the C convention; R11 what the stub says.
// Out: to leftPC, R13 the control block. It comes back from there to the caller, as a C function.
// It pushes nothing: there may be no room.
TEXT ·callback(SB), NOSPLIT|NOFRAME, $0-0
	// The control block: in the cache of where stacks are, else by a look at all.
	MOVQ SP, R10
	SHRQ $const_windowShift, R10
	ANDL $(const_windows-1), R10
	LEAQ ·cache(SB), AX
	MOVQ (AX)(R10*8), R10

check:
	MOVQ R10, AX
	SHRQ $const_lengthBits, AX
	SHLQ $const_pageShift, AX
	ANDL $const_lengthMask, R10
	SHLQ $const_pageShift, R10
	ADDQ AX, R10                // the end
	CMPQ SP, AX
	JLO  miss
	CMPQ SP, R10
	JHS  miss
	SUBQ ·headSize(SB), R10

	MOVQ  R11, Control_Import(R10)
	MOVQ  DI, REG(const_DI)(R10)
	MOVQ  SI, REG(const_SI)(R10)
	MOVQ  DX, REG(const_DX)(R10)
	MOVQ  CX, REG(const_CX)(R10)
	MOVQ  R8, REG(const_R8)(R10)
	MOVQ  R9, REG(const_R9)(R10)
	MOVQ  BX, REG(const_BX)(R10)
	MOVQ  BP, REG(const_BP)(R10)
	MOVQ  R12, REG(const_R12)(R10)
	MOVQ  R13, REG(const_R13)(R10)
	MOVQ  R14, REG(const_R14)(R10)
	MOVQ  R15, REG(const_R15)(R10)
	MOVQ  SP, REG(const_SP)(R10)
	MOVSD X0, (Control_Floats+0*8)(R10)
	MOVSD X1, (Control_Floats+1*8)(R10)
	MOVSD X2, (Control_Floats+2*8)(R10)
	MOVSD X3, (Control_Floats+3*8)(R10)
	MOVSD X4, (Control_Floats+4*8)(R10)
	MOVSD X5, (Control_Floats+5*8)(R10)
	MOVSD X6, (Control_Floats+6*8)(R10)
	MOVSD X7, (Control_Floats+7*8)(R10)
	MOVQ  $0, Control_Result(R10)
	MOVQ  $0, Control_FloatResult(R10)
	MOVL  $const_Called, Control_Why(R10)
	MOVQ  R10, R13
	MOVQ  ·leftPC(SB), AX
	MOVQ  Control_sp(R13), SP
	JMP   AX

miss:
	// Look at all stacks. Scratch registers are too few, but of the vector registers eight are neither arguments nor
	// preserved.
	MOVQ BX, X15
	MOVQ R11, X14
	LEAQ ·stacks(SB), BX

block:
	XORL R11, R11

word:
	MOVQ  (BX)(R11*8), R10
	MOVQ  R10, AX
	SHRQ  $const_lengthBits, AX
	SHLQ  $const_pageShift, AX
	NEGQ  AX
	ADDQ  SP, AX
	ANDL  $const_lengthMask, R10
	SHLQ  $const_pageShift, R10
	CMPQ  AX, R10
	JLO   found
	INCL  R11
	CMPL  R11, $const_blockWords
	JLT   word
	MOVQ  block_next(BX), BX
	TESTQ BX, BX
	JNE   block
	BYTE  $0x0f; BYTE $0x0b      // UD2: an import was called on a stack that is no fiber's

found:
	MOVQ (BX)(R11*8), R10
	MOVQ SP, AX
	SHRQ $const_windowShift, AX
	ANDL $(const_windows-1), AX
	LEAQ ·cache(SB), BX
	MOVQ R10, (BX)(AX*8)
	MOVQ X15, BX
	MOVQ X14, R11
	JMP  check

// func callbackPC() uintptr
TEXT ·callbackPC(SB), NOSPLIT, $0-8
	LEAQ ·callback(SB), AX
	MOVQ AX, ret+0(FP)
	RET

// func handlerPC() uintptr
TEXT ·handlerPC(SB), NOSPLIT, $0-8
	LEAQ ·handler(SB), AX
	MOVQ AX, ret+0(FP)
	RET

// func cpuid(leaf, sub uint32) (a, b, c, d uint32)
TEXT ·cpuid(SB), NOSPLIT, $0-24
	MOVL leaf+0(FP), AX
	MOVL sub+4(FP), CX
	CPUID
	MOVL AX, a+8(FP)
	MOVL BX, b+12(FP)
	MOVL CX, c+16(FP)
	MOVL DX, d+20(FP)
	RET

// func xcr0() uint32
TEXT ·xcr0(SB), NOSPLIT, $0-4
	XORL CX, CX
	XGETBV
	MOVL AX, ret+0(FP)
	RET
