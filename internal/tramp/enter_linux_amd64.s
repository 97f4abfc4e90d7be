#include "textflag.h"
#include "funcdata.h"
#include "go_asm.h"

#define SYS_gettid 186

// Enter writes SP in a way that the assembler does not see, see the package's documentation.
#define SP_FROM_R13 BYTE $0x4c; BYTE $0x89; BYTE $0xec // MOVQ R13, SP
#define SP_FROM_R11 BYTE $0x4c; BYTE $0x89; BYTE $0xdc // MOVQ R11, SP
#define RET_ONLY BYTE $0xc3 // RET, without undoing Enter's frame
#define FNINIT BYTE $0xdb; BYTE $0xe3

// VECTORS is where the state of vector and x87 registers goes, beyond the Control.
#define VECTORS ((Control__size+63)&~63)

#define REG(i) (Control_Regs+(i)*8)

// What the handler and a stub need to know of Go: where Enter is, and whose goroutine this is.
#define SAVE_GO \
	MOVQ (TLS), R14          \
	MOVQ R14, Control_g(R13) \
	MOVQ SP, Control_sp(R13)

// To the fiber's stack, which begins below its control block, and in. AX is the number of floating-point arguments,
// as for a variadic C function; BP is 0, the end of the frame chain. When the code comes back, SP is the control
// block again, for it has popped what it pushed.
#define CALL_CODE \
	SAVE_GO     \
	SP_FROM_R13 \
	XORL BP, BP \
	CALL R11

// Back to Go's stack, with R12 the fiber.
#define LEAVE \
	MOVQ Control_Fiber(SP), R12 \
	MOVQ Control_sp(SP), R13    \
	SP_FROM_R13

// func Enter(f *Fiber, t *Target, args *uint64, shape Shape) (r uint64, err error)
//
// In:  ABI0, arguments on Go's stack.
// Out: every register but SP and BP may hold anything (R14 and X15 included: the caller restores them).
// The assembler saves BP on Go's stack at the entry and restores it at each RET. There are no pointers in the frame
// except while a Go function runs that has them as arguments or results, which are described there.
//
//	R12 fiber, R10 target, R11 entry, R13 control block, BX arguments, R15 number of integers, AX shape
TEXT ·Enter(SB), NOSPLIT, $72-56
	NO_LOCAL_POINTERS
	MOVQ  f+0(FP), R12
	MOVQ  t+8(FP), R10
	MOVQ  args+16(FP), BX
	MOVQ  shape+24(FP), R15
	MOVQ  R15, AX
	SHRQ  $const_special, AX
	JNE   shaped
	TESTQ R12, R12
	JEQ   unfit
	TESTQ R10, R10
	JEQ   unfit

fiber:
	CMPQ Fiber_Inside(R12), $const_InsideIdle
	JNE  busy

	// Say where we are going, then look whether it is still there. See Enter's doc for why no fence is needed.
	MOVQ ·epoch(SB), R13
	MOVQ Target_Entry(R10), R11
	MOVQ R13, Fiber_Epoch(R12)
	MOVQ R11, Fiber_Inside(R12)
	CMPL Target_State(R10), $const_Returned
	JNE  dead
	MOVQ Fiber_Control(R12), R13

	// Integers, two to a comparison.
	CMPQ R15, $1
	JLT  floats
	MOVQ 0(BX), DI
	JEQ  floats
	MOVQ 8(BX), SI
	CMPQ R15, $3
	JLT  floats
	MOVQ 16(BX), DX
	JEQ  floats
	MOVQ 24(BX), CX
	CMPQ R15, $5
	JLT  floats
	MOVQ 32(BX), R8
	JEQ  floats
	MOVQ 40(BX), R9
	CMPQ R15, $const_IntRegs
	JGT  stackArgs

floats:
	TESTL AX, AX
	JNE   loadFloats
	CALL_CODE
	LEAVE

done:
	MOVQ AX, r+32(FP)
	MOVQ $0, err_itable+40(FP)
	MOVQ $0, err_data+48(FP)
	MOVQ $const_InsideIdle, Fiber_Inside(R12)
	RET

shaped:
	CMPL  AX, $(1<<const_ownBit)
	JNE   otherwise
	XORL  AX, AX
	BTRQ  $(const_special+const_ownBit), R15
	TESTQ R10, R10
	JEQ   unfit

own:
	// The fiber that is bound to this goroutine.
	MOVQ   (TLS), CX
	IMUL3L $const_boundFactor, CX, DX
	SHRL   $const_boundShift, DX
	LEAQ   ·bound(SB), DI
	MOVQ   (DI)(DX*8), R12
	CMPQ   Fiber_owner(R12), CX
	JEQ    fiber

unbound:
	MOVL $const_Unbound, DX
	JMP  refused

otherwise:
	TESTL $(1<<const_resumeBit|1<<const_whereBit|1<<const_watchedBit), AX
	JNE   special

call:
	TESTQ R10, R10
	JEQ   unfit
	SHLQ  $(64-const_special), R15
	SHRQ  $(64-const_special), R15

	// The floating-point arguments are the last of args.
	MOVBLZX AX, DX
	CMPL    DX, $const_FloatRegs
	JHI     unfit
	SUBQ    DX, R15
	JLT     unfit
	BTRL    $const_ownBit, AX
	JCS     own
	TESTQ   R12, R12
	JNE     fiber

unfit:
	MOVL $const_Unfit, DX
	JMP  refused

busy:
	MOVL $const_Closed, DX
	CMPQ Fiber_Inside(R12), $const_insideClosed
	JEQ  refused
	CMPQ Fiber_Inside(R12), $const_InsideNever
	JEQ  unfit
	MOVL $const_Busy, DX
	JMP  refused

dead:
	// We were never inside. State does not change back to Returned.
	MOVL Target_State(R10), DX
	MOVQ $const_InsideIdle, Fiber_Inside(R12)

refused:
	// DX says why.
	MOVQ f+0(FP), AX
	MOVQ AX, 0(SP)
	MOVQ t+8(FP), AX
	MOVQ AX, 8(SP)
	MOVQ args+16(FP), AX
	MOVQ AX, 16(SP)
	MOVQ shape+24(FP), AX
	MOVQ AX, 24(SP)
	MOVL DX, 32(SP)
	CALL ·refused(SB)
	MOVQ 40(SP), AX
	MOVQ AX, r+32(FP)
	MOVQ 48(SP), AX
	MOVQ AX, err_itable+40(FP)
	MOVQ 56(SP), AX
	MOVQ AX, err_data+48(FP)
	RET

loadFloats:
	LEAQ    (BX)(R15*8), BX
	MOVL    AX, Control_shape(R13)
	MOVBLZX AX, AX
	CMPL    AX, $1
	JLT     callFloat
	MOVSD   0(BX), X0
	JEQ     callFloat
	MOVSD   8(BX), X1
	CMPL    AX, $3
	JLT     callFloat
	MOVSD   16(BX), X2
	JEQ     callFloat
	MOVSD   24(BX), X3
	CMPL    AX, $5
	JLT     callFloat
	MOVSD   32(BX), X4
	JEQ     callFloat
	MOVSD   40(BX), X5
	CMPL    AX, $7
	JLT     callFloat
	MOVSD   48(BX), X6
	JEQ     callFloat
	MOVSD   56(BX), X7

callFloat:
	CALL_CODE
	MOVL Control_shape(SP), R10
	LEAVE
	BTL  $const_floatResultBit, R10
	JCC  done
	MOVQ X0, AX
	JMP  done

stackArgs:
	// The integers after those in registers go to StackArgs, where SP will point.
	CMPQ R15, $const_MaxArgs
	JGT  tooMany
	MOVQ R15, R14

nextArg:
	MOVQ -8(BX)(R14*8), R9
	MOVQ R9, (Control_StackArgs-(const_IntRegs+1)*8)(R13)(R14*8)
	DECQ R14
	CMPQ R14, $const_IntRegs
	JGT  nextArg
	MOVQ 40(BX), R9
	JMP  floats

tooMany:
	MOVQ $const_InsideIdle, Fiber_Inside(R12)
	JMP  unfit

special:
	BTL   $const_whereBit, AX
	JCS   where
	TESTQ R12, R12
	JEQ   unfit
	BTL   $const_watchedBit, AX
	JCC   resumeGiven

	// The thread that the call is about to run on, which it does until it is left: nothing in between lets Go run.
	MOVL $SYS_gettid, AX
	SYSCALL
	MOVL AX, Fiber_watched(R12)
	MOVQ R15, AX
	SHRQ $const_special, AX
	BTL  $const_resumeBit, AX
	JCC  call

resumeGiven:
	MOVQ Fiber_Control(R12), R13
	JMP  resume

where:
	CALL ·here(SB)

	// This is leftPC. Generated code has been left, R13 is the control block, all other registers but SP are the code's.
	MOVQ    Control_Fiber(R13), R12
	MOVL    Control_Why(R13), CX
	CMPL    CX, $const_Called
	JEQ     import
	CMPL    CX, $const_Preempted
	JNE     clean
	MOVL    ·xsaveMask(SB), AX
	XORL    DX, DX
	TESTL   AX, AX
	JEQ     fxsave
	XSAVE64 VECTORS(R13)
	JMP     clean

fxsave:
	FXSAVE64 VECTORS(R13)

clean:
	// Go's floating-point environment, whatever the code was about to do.
	FNINIT
	MOVL    $0x1f80, 0(SP)
	LDMXCSR 0(SP)

	JMP ask

import:
	MOVB $1, Fiber_Calling(R12)
	MOVQ shape+24(FP), AX
	BTQ  $(const_special+const_guardedBit), AX
	JCC  ask

	// The control block is kept in the frame, where it can be had before Go's answer is there.
	LEAQ    const_enterFrame(SP), BP
	MOVQ    R12, 0(SP)
	MOVQ    R13, 64(SP)
	CALL    ·called(SB)
	MOVBLZX 8(SP), AX
	MOVQ    64(SP), R13
	TESTL   AX, AX
	JNE     answered
	MOVQ    Control_Fiber(R13), R12

ask:
	LEAQ  const_enterFrame(SP), BP
	MOVQ  R12, 0(SP)
	CALL  ·left(SB)
	MOVQ  8(SP), R13
	TESTQ R13, R13
	JNE   resume
	MOVQ  16(SP), AX
	MOVQ  AX, r+32(FP)
	MOVQ  24(SP), AX
	MOVQ  AX, err_itable+40(FP)
	MOVQ  32(SP), AX
	MOVQ  AX, err_data+48(FP)
	RET

resume:
	// Back in, to where Regs says. What landed here before may have moved: Go's stack, and the goroutine.
	SAVE_GO
	MOVQ Control_Fiber(R13), R12
	CMPL Fiber_watched(R12), $0
	JEQ  thread
	MOVL $SYS_gettid, AX
	SYSCALL
	MOVL AX, Fiber_watched(R12)

thread:
	CMPL Control_Why(R13), $const_Called
	JEQ  resumeCall

	// A preempted call: every register. The last step takes PC, SP and flags together, from a frame of the kind that an
	// interrupt makes: there is no register left to jump through, and nothing below SP may be written.
	MOVL     ·xsaveMask(SB), AX
	XORL     DX, DX
	TESTL    AX, AX
	JEQ      fxrstor
	XRSTOR64 VECTORS(R13)
	JMP      general

fxrstor:
	FXRSTOR64 VECTORS(R13)

general:
	MOVQ REG(const_PC)(R13), AX
	MOVQ AX, (Control_frame+0)(R13)
	XORL AX, AX
	MOVW CS, AX
	MOVQ AX, (Control_frame+8)(R13)
	MOVQ REG(const_Flags)(R13), AX
	MOVQ AX, (Control_frame+16)(R13)
	MOVQ REG(const_SP)(R13), AX
	MOVQ AX, (Control_frame+24)(R13)
	XORL AX, AX
	MOVW SS, AX
	MOVQ AX, (Control_frame+32)(R13)
	MOVQ REG(const_R8)(R13), R8
	MOVQ REG(const_R9)(R13), R9
	MOVQ REG(const_R10)(R13), R10
	MOVQ REG(const_R11)(R13), R11
	MOVQ REG(const_R12)(R13), R12
	MOVQ REG(const_R14)(R13), R14
	MOVQ REG(const_R15)(R13), R15
	MOVQ REG(const_DI)(R13), DI
	MOVQ REG(const_SI)(R13), SI
	MOVQ REG(const_BP)(R13), BP
	MOVQ REG(const_BX)(R13), BX
	MOVQ REG(const_DX)(R13), DX
	MOVQ REG(const_AX)(R13), AX
	MOVQ REG(const_CX)(R13), CX
	ADDQ $Control_frame, R13
	SP_FROM_R13
	MOVQ (REG(const_R13)-Control_frame)(SP), R13
	IRETQ

answered:
	SAVE_GO

resumeCall:
	// As a C function returns: its result, and the registers that it preserves.
	MOVQ  Control_Result(R13), AX
	MOVSD Control_FloatResult(R13), X0
	MOVQ  REG(const_SP)(R13), R11
	MOVQ  REG(const_BX)(R13), BX
	MOVQ  REG(const_BP)(R13), BP
	MOVQ  REG(const_R12)(R13), R12
	MOVQ  REG(const_R14)(R13), R14
	MOVQ  REG(const_R15)(R13), R15
	MOVQ  REG(const_R13)(R13), R13
	SP_FROM_R11
	RET_ONLY

// here notes its return address as leftPC, for a call of Enter that asks for it.
//
// In: the return address on the stack. Out: R13 a control block of no fiber. Clobbers AX.
TEXT ·here(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ (SP), AX
	MOVQ AX, ·leftPC(SB)
	LEAQ ·nowhere(SB), R13
	RET

// func getg() uintptr
TEXT ·getg(SB), NOSPLIT, $0-8
	MOVQ (TLS), AX
	MOVQ AX, ret+0(FP)
	RET
