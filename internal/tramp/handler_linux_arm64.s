#include "textflag.h"
#include "go_asm.h"

#define REG(i) (Control_Regs+(i)*8)

// Offsets in struct ucontext (linux, arch/arm64/include/uapi/asm/ucontext.h, sigcontext.h) and siginfo_t.
#define UC_REGS 184
#define UC(i) (UC_REGS+(i)*8)
#define SI_CODE 8
#define SI_ADDR 16

#define SIGTRAP 5
#define SIGBUS 7
#define SIGSEGV 11
#define SIGPROF 27

// handler is the signal handler. It runs on the signal stack of the thread, with all signals blocked, whatever code
// was interrupted; it touches the Go stack only where it has found that the code was a fiber's.
//
// In:  the C convention: R0 signal, R1 *siginfo_t, R2 *ucontext_t; g.
// Out: as it came, to the handler that was there before, when the signal is not ours or it must know too.
// Clobbers R3 to R17, R27: the interrupted code gets its registers from the context.
TEXT ·handler(SB), NOSPLIT|NOFRAME, $0-0
	MOVD R30, R17
	CMPW $SIGPROF, R0
	BEQ  prof
	MOVD UC(const_PC)(R2), R3
	CMPW $SIGTRAP, R0
	BNE  synchronous
	MOVD ·leftPC(SB), R4
	SUB  $8, R4
	CMP  R3, R4
	BEQ  trap

synchronous:
	MOVD $·codes(SB), R4
	CMPW $const_Preempted, R0
	BEQ  preempt

	// A fault is what the instruction has caused, not what somebody has sent.
	MOVW SI_CODE(R1), R5
	CMPW $0, R5
	BLE  chain
	CALL ·find(SB)
	CBNZ R6, stack

	// Not in code of ours, but where our code may have jumped to: the instruction itself could not be fetched.
	CMPW $SIGSEGV, R0
	BEQ  fetch
	CMPW $SIGBUS, R0
	BNE  chain

fetch:
	MOVD SI_ADDR(R1), R4
	CMP  R3, R4
	BNE  chain
	B    stack

preempt:
	CALL ·find(SB)
	CBZ  R6, chain

stack:
	// Is SP on the stack of a fiber, and is that the one that this goroutine runs?
	MOVD UC(const_SP)(R2), R3
	CALL ·control(SB)
	CBZ  R9, chain
	MOVD Control_g(R9), R4
	MOVD UC(28)(R2), R5
	CMP  R4, R5
	BNE  chain

	// Write down how it is, and go where it is left to.
	ADD  $UC_REGS, R2, R10
	ADD  $Control_Regs, R9, R11
	MOVD $const_Registers, R12

next:
	MOVD.P 8(R10), R13
	MOVD.P R13, 8(R11)
	SUBS   $1, R12
	BNE    next
	MOVW   R0, Control_Why(R9)
	MOVW   SI_CODE(R1), R4
	MOVW   R4, Control_SigNo(R9)
	MOVD   SI_ADDR(R1), R4
	MOVD   R4, Control_Addr(R9)
	MOVD   R9, UC(13)(R2)
	MOVD   Control_sp(R9), R4
	MOVD   R4, UC(const_SP)(R2)
	MOVD   ·leftPC(SB), R4
	MOVD   R4, UC(const_PC)(R2)
	CMPW   $const_Preempted, R0
	BEQ    chain
	MOVD   R17, R30
	RET

trap:
	// Enter goes back to preempted code: the vector registers are in place, the others come from its control block.
	MOVD UC(13)(R2), R9
	ADD  $UC_REGS, R2, R11
	ADD  $Control_Regs, R9, R10
	MOVD $const_Registers, R12

restore:
	MOVD.P 8(R10), R13
	MOVD.P R13, 8(R11)
	SUBS   $1, R12
	BNE    restore
	MOVD   R17, R30
	RET

chain:
	MOVD $·previous(SB), R4
	MOVD (R4)(R0<<3), R4
	MOVD R17, R30
	JMP  (R4)

prof:
	// With SP on a fiber's stack the runtime could not find who called. Show it Enter's frame, or one in its place that
	// says where in generated code this is, then put the truth back.
	MOVD UC(const_SP)(R2), R3
	CALL ·control(SB)
	MOVD UC(const_PC)(R2), R3
	CBNZ R9, show

	// A preemption request or a fault that came with it was taken first: the code has been left, and R13 says where.
	MOVD  ·leftPC(SB), R4
	CMP   R3, R4
	BNE   chain
	MOVD  UC(13)(R2), R9
	MOVWU Control_Why(R9), R4
	MOVD  $const_Called, R5
	CMP   R5, R4
	BEQ   chain
	MOVD  REG(const_PC)(R9), R3

show:
	SUB  $48, RSP
	MOVD R17, 0(RSP)
	MOVD R2, 8(RSP)
	MOVD UC(const_PC)(R2), R4
	MOVD R4, 16(RSP)
	MOVD UC(const_SP)(R2), R4
	MOVD R4, 24(RSP)
	MOVD UC(29)(R2), R4
	MOVD R4, 32(RSP)
	CALL ·shown(SB)
	MOVD R4, UC(const_PC)(R2)
	MOVD Control_sp(R9), R4
	MOVD R4, UC(const_SP)(R2)
	SUB  $8, R4
	MOVD R4, UC(29)(R2)
	MOVD $·previous(SB), R4
	MOVD (SIGPROF*8)(R4), R4
	CALL (R4)
	MOVD 8(RSP), R2
	MOVD 16(RSP), R4
	MOVD R4, UC(const_PC)(R2)
	MOVD 24(RSP), R4
	MOVD R4, UC(const_SP)(R2)
	MOVD 32(RSP), R4
	MOVD R4, UC(29)(R2)
	MOVD 0(RSP), R30
	ADD  $48, RSP
	RET

// control finds the control block of the fiber on whose stack an address is.
//
// In: R3 address. Out: R9 control block, or 0. Clobbers R4 to R8, R16, R30.
TEXT ·control(SB), NOSPLIT|NOFRAME, $0-0
	MOVD R30, R16
	MOVD $·stacks(SB), R4
	MOVD $0, R9
	CALL ·find(SB)
	CBZ  R6, none
	SUB  R5, R3, R9
	ADD  R6, R9
	MOVD ·headSize(SB), R4
	SUB  R4, R9

none:
	JMP (R16)

// find looks for an address in a table of ranges.
//
// In: R3 address, R4 first block. Out: R6 length of the range or 0, R5 offset of the address in it.
// Clobbers R4, R7, R8.
TEXT ·find(SB), NOSPLIT|NOFRAME, $0-0
block:
	MOVD $0, R7

word:
	MOVD (R4)(R7<<3), R6
	LSR  $const_lengthBits, R6, R5
	LSL  $const_pageShift, R5
	SUB  R5, R3, R5
	AND  $const_lengthMask, R6
	LSL  $const_pageShift, R6
	CMP  R6, R5
	BLO  found
	ADD  $1, R7
	CMP  $const_blockWords, R7
	BLT  word
	MOVD block_next(R4), R4
	CBNZ R4, block
	MOVD $0, R6

found:
	RET

// callback is where the stub of an import jumps to.
//
// In:  the C convention; R16 what the stub says.
// Out: to leftPC, R13 the control block. It comes back from there to the caller, as a C function.
// It pushes nothing: there may be no room. R27 must be saved before the assembler uses it.
TEXT ·callback(SB), NOSPLIT|NOFRAME, $0-0
	// The control block: in the cache of where stacks are, else by a look at all.
	MOVD RSP, R9
	LSR  $const_windowShift, R9, R10
	AND  $(const_windows-1), R10
	MOVD $·cache(SB), R11
	MOVD (R11)(R10<<3), R12

check:
	LSR  $const_lengthBits, R12, R13
	LSL  $const_pageShift, R13
	SUB  R13, R9, R14                // offset in the range
	AND  $const_lengthMask, R12
	LSL  $const_pageShift, R12
	CMP  R12, R14
	BHS  miss
	ADD  R12, R13
	MOVD $·headSize(SB), R14
	MOVD (R14), R14
	SUB  R14, R13

	MOVD  R16, Control_Import(R13)
	STP   (R0, R1), REG(0)(R13)
	STP   (R2, R3), REG(2)(R13)
	STP   (R4, R5), REG(4)(R13)
	STP   (R6, R7), REG(6)(R13)
	STP   (R19, R20), REG(19)(R13)
	STP   (R21, R22), REG(21)(R13)
	STP   (R23, R24), REG(23)(R13)
	STP   (R25, R26), REG(25)(R13)
	MOVD  R27, REG(27)(R13)
	MOVD  R29, REG(29)(R13)
	MOVD  R30, REG(30)(R13)
	MOVD  R9, REG(const_SP)(R13)
	ADD   $Control_Floats, R13, R14
	FSTPD (F0, F1), 0(R14)
	FSTPD (F2, F3), 16(R14)
	FSTPD (F4, F5), 32(R14)
	FSTPD (F6, F7), 48(R14)
	ADD   $Control_preserved, R13, R14
	FSTPD (F8, F9), 0(R14)
	FSTPD (F10, F11), 16(R14)
	FSTPD (F12, F13), 32(R14)
	FSTPD (F14, F15), 48(R14)
	MOVD  ZR, Control_Result(R13)
	MOVD  ZR, Control_FloatResult(R13)
	MOVD  $const_Called, R14
	MOVW  R14, Control_Why(R13)
	MOVD  ·leftPC(SB), R15
	MOVD  Control_sp(R13), R14
	MOVD  R14, RSP
	JMP   (R15)

miss:
	MOVD $·stacks(SB), R10

block:
	MOVD $0, R11

word:
	MOVD (R10)(R11<<3), R12
	LSR  $const_lengthBits, R12, R13
	LSL  $const_pageShift, R13
	SUB  R13, R9, R13
	AND  $const_lengthMask, R12, R14
	LSL  $const_pageShift, R14
	CMP  R14, R13
	BLO  found
	ADD  $1, R11
	CMP  $const_blockWords, R11
	BLT  word
	MOVD block_next(R10), R10
	CBNZ R10, block
	WORD $0                          // UDF: an import was called on a stack that is no fiber's

found:
	LSR  $const_windowShift, R9, R10
	AND  $(const_windows-1), R10
	MOVD $·cache(SB), R11
	MOVD R12, (R11)(R10<<3)
	B    check

// func callbackPC() uintptr
TEXT ·callbackPC(SB), NOSPLIT, $0-8
	MOVD $·callback(SB), R0
	MOVD R0, ret+0(FP)
	RET

// func handlerPC() uintptr
TEXT ·handlerPC(SB), NOSPLIT, $0-8
	MOVD $·handler(SB), R0
	MOVD R0, ret+0(FP)
	RET
