#include "textflag.h"
#include "go_asm.h"

// To the fiber's stack, which begins below its control block, and in. R29 is 0: the end of the frame chain. When the
// code comes back, RSP is the control block again, for it has popped what it pushed.
#define CALL_CODE \
	MOVD RSP, R14             \
	MOVD R14, Control_sp(R13) \
	MOVD g, Control_g(R13)    \
	MOVD R13, RSP             \
	MOVD ZR, R29              \
	BL   (R11)

// Back to Go's stack, with R12 the fiber.
#define LEAVE \
	MOVD RSP, R13                \
	MOVD Control_Fiber(R13), R12 \
	MOVD Control_g(R13), g       \
	MOVD Control_sp(R13), R14    \
	MOVD R14, RSP

// func Enter(f *Fiber, t *Target, args []uint64, shape Shape) (r uint64, s Status)
//
// In:  ABI0, arguments on Go's stack.
// Out: every register but RSP, R29 and g may hold anything. Generated code must leave R18 (the platform's) and R28
//      (g: a signal handler takes it from the register) alone.
// The declared frame makes the assembler save R29 and R30 on Go's stack and restore them from there. Writing RSP
// marks the function SPWRITE, so that a profiling signal ends its traceback here whichever stack it is on.
//
//	R12 fiber, R10 target, R11 entry, R13 control block, R9 arguments, R15 number of integers, R8 shape
TEXT ·Enter(SB), NOSPLIT, $16-60
	MOVD  f+0(FP), R12
	MOVD  t+8(FP), R10
	MOVD  args_base+16(FP), R9
	MOVD  args_len+24(FP), R15
	MOVWU shape+40(FP), R8
	CBZ   R10, unfit
	CBNZ  R8, shaped
	CBZ   R12, unfit

fiber:
	MOVD Fiber_Inside(R12), R14
	CMP  $const_InsideIdle, R14
	BNE  busy

	// Say where we are going, then look whether it is still there. See Enter's doc for why no fence is needed.
	MOVD  ·epoch(SB), R14
	MOVD  Target_Entry(R10), R11
	MOVD  R14, Fiber_Epoch(R12)
	MOVD  R11, Fiber_Inside(R12)
	ADD   $Target_State, R10, R14
	LDARW (R14), R14
	CMPW  $const_Returned, R14
	BNE   dead
	MOVD  Fiber_Control(R12), R13

	// Integers, two to a comparison.
	CMP  $1, R15
	BLT  floats
	MOVD 0(R9), R0
	BEQ  floats
	MOVD 8(R9), R1
	CMP  $3, R15
	BLT  floats
	MOVD 16(R9), R2
	BEQ  floats
	MOVD 24(R9), R3
	CMP  $5, R15
	BLT  floats
	MOVD 32(R9), R4
	BEQ  floats
	MOVD 40(R9), R5
	CMP  $7, R15
	BLT  floats
	MOVD 48(R9), R6
	BEQ  floats
	MOVD 56(R9), R7
	CMP  $const_IntRegs, R15
	BGT  stackArgs

floats:
	CBNZ R8, loadFloats
	CALL_CODE
	LEAVE

done:
	MOVD R0, r+48(FP)
	MOVD $const_Returned, R1
	MOVW R1, s+56(FP)
	MOVD $const_InsideIdle, R1
	ADD  $Fiber_Inside, R12, R14
	STLR R1, (R14)
	RET

shaped:
	// The floating-point arguments are the last of args.
	AND  $const_FloatArgs, R8, R14
	CMP  $const_FloatRegs, R14
	BHI  unfit
	SUBS R14, R15, R15
	BLT  unfit
	TBZ  $const_ownBit, R8, fiberGiven
	AND  $~const_Own, R8, R8

	// The fiber that is bound to this goroutine; no fiber at all is like somebody else's.
	MOVD $const_slotFactor, R14
	MUL  g, R14, R14
	LSR  $const_slotShift, R14, R14
	MOVD $·bound(SB), R16
	MOVD (R16)(R14<<3), R12
	CBZ  R12, unbound
	MOVD Fiber_owner(R12), R14
	CMP  g, R14
	BEQ  fiber

unbound:
	MOVD $const_Unbound, R14
	MOVW R14, s+56(FP)
	RET

fiberGiven:
	CBNZ R12, fiber

unfit:
	MOVD $const_Unfit, R14
	MOVW R14, s+56(FP)
	RET

busy:
	CMP  $const_insideClosed, R14
	BEQ  closed
	CBZ  R14, unfit
	MOVD $const_Busy, R14
	MOVW R14, s+56(FP)
	RET

closed:
	MOVD $const_Closed, R14
	MOVW R14, s+56(FP)
	RET

dead:
	// We were never inside.
	MOVW R14, s+56(FP)
	MOVD $const_InsideIdle, R1
	ADD  $Fiber_Inside, R12, R14
	STLR R1, (R14)
	RET

loadFloats:
	ADD   R15<<3, R9, R9
	MOVD  R8, Control_shape(R13)
	AND   $const_FloatArgs, R8, R14
	CMP   $1, R14
	BLT   callFloat
	FMOVD 0(R9), F0
	BEQ   callFloat
	FMOVD 8(R9), F1
	CMP   $3, R14
	BLT   callFloat
	FMOVD 16(R9), F2
	BEQ   callFloat
	FMOVD 24(R9), F3
	CMP   $5, R14
	BLT   callFloat
	FMOVD 32(R9), F4
	BEQ   callFloat
	FMOVD 40(R9), F5
	CMP   $7, R14
	BLT   callFloat
	FMOVD 48(R9), F6
	BEQ   callFloat
	FMOVD 56(R9), F7

callFloat:
	CALL_CODE
	LEAVE
	MOVD  Control_shape(R13), R14
	TBZ   $const_floatResultBit, R14, done
	FMOVD F0, R0
	B     done

stackArgs:
	// The integers after those in registers go to StackArgs, where SP will point.
	CMP  $const_MaxArgs, R15
	BGT  tooMany
	ADD  $(const_IntRegs*8), R9, R14
	ADD  R15<<3, R9, R16
	MOVD R13, R17

nextArg:
	MOVD.P 8(R14), R19
	MOVD.P R19, 8(R17)
	CMP    R16, R14
	BLO    nextArg
	B      floats

tooMany:
	MOVD $const_InsideIdle, R1
	ADD  $Fiber_Inside, R12, R14
	STLR R1, (R14)
	B    unfit

// func getg() uintptr
TEXT ·getg(SB), NOSPLIT, $0-8
	MOVD g, ret+0(FP)
	RET
