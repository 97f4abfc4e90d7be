#include "textflag.h"
#include "go_asm.h"

// To the fiber's stack, which begins below its control block, and in. AX is the number of floating-point arguments,
// as for a variadic C function; BP is 0, the end of the frame chain. When the code comes back, SP is the control
// block again, for it has popped what it pushed.
#define CALL_CODE \
	MOVQ SP, Control_sp(R13) \
	MOVQ R13, SP             \
	XORL BP, BP              \
	CALL R11

// Back to Go's stack, with R12 the fiber.
#define LEAVE \
	MOVQ Control_Fiber(SP), R12 \
	MOVQ Control_sp(SP), SP

// func Enter(f *Fiber, t *Target, args []uint64, shape Shape) (r uint64, s Status)
//
// In:  ABI0, arguments on Go's stack.
// Out: every register but SP and BP may hold anything (R14 and X15 included: the caller restores them).
// The assembler saves BP on Go's stack at the entry, because of the CALLs, and restores it at each RET. Writing SP
// marks the function SPWRITE, so that a profiling signal ends its traceback here whichever stack SP is on.
//
//	R12 fiber, R10 target, R11 entry, R13 control block, BX arguments, R15 number of integers, AX shape
TEXT ·Enter(SB), NOSPLIT, $0-60
	MOVQ  f+0(FP), R12
	MOVQ  t+8(FP), R10
	MOVQ  args_base+16(FP), BX
	MOVQ  args_len+24(FP), R15
	MOVL  shape+40(FP), AX
	TESTQ R10, R10
	JEQ   unfit
	TESTL AX, AX
	JNE   shaped
	TESTQ R12, R12
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
	MOVQ AX, r+48(FP)
	MOVL $const_Returned, s+56(FP)
	MOVQ $const_InsideIdle, Fiber_Inside(R12)
	RET

shaped:
	// The floating-point arguments are the last of args.
	MOVBLZX AX, DX
	CMPL    DX, $const_FloatRegs
	JHI     unfit
	SUBQ    DX, R15
	JLT     unfit
	BTRL    $const_ownBit, AX
	JCC     fiberGiven

	// The fiber that is bound to this goroutine; no fiber at all is like somebody else's.
	MOVQ  (TLS), CX
	MOVQ  $const_slotFactor, DX
	IMULQ CX, DX
	SHRQ  $const_slotShift, DX
	LEAQ  ·bound(SB), DI
	MOVQ  (DI)(DX*8), R12
	TESTQ R12, R12
	JEQ   unbound
	CMPQ  Fiber_owner(R12), CX
	JEQ   fiber

unbound:
	MOVL $const_Unbound, s+56(FP)
	RET

fiberGiven:
	TESTQ R12, R12
	JNE   fiber

unfit:
	MOVL $const_Unfit, s+56(FP)
	RET

busy:
	CMPQ Fiber_Inside(R12), $const_insideClosed
	JEQ  closed
	CMPQ Fiber_Inside(R12), $const_InsideNever
	JEQ  unfit
	MOVL $const_Busy, s+56(FP)
	RET

closed:
	MOVL $const_Closed, s+56(FP)
	RET

dead:
	// We were never inside. State does not change back to Returned.
	MOVL Target_State(R10), AX
	MOVL AX, s+56(FP)
	MOVQ $const_InsideIdle, Fiber_Inside(R12)
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

// func getg() uintptr
TEXT ·getg(SB), NOSPLIT, $0-8
	MOVQ (TLS), AX
	MOVQ AX, ret+0(FP)
	RET
