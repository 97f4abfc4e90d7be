#include "textflag.h"
#include "funcdata.h"
#include "go_asm.h"

#define SYS_gettid 178

// Enter writes RSP in a way that the assembler does not see, see the package's documentation.
#define RSP_FROM_R13 WORD $0x910001bf // MOVD R13, RSP
#define RSP_FROM_R14 WORD $0x910001df // MOVD R14, RSP
#define RET_ONLY WORD $0xd65f03c0 // RET, without undoing Enter's frame

// VECTORS is where the vector registers, FPSR and FPCR go, beyond the Control.
#define VECTORS ((Control__size+63)&~63)

#define REG(i) (Control_Regs+(i)*8)

// What the handler and a stub need to know of Go: where Enter is, and whose goroutine this is.
#define SAVE_GO \
	MOVD RSP, R14             \
	MOVD R14, Control_sp(R13) \
	MOVD g, Control_g(R13)

// To the fiber's stack, which begins below its control block, and in. R29 is 0: the end of the frame chain. When the
// code comes back, RSP is the control block again, for it has popped what it pushed.
#define CALL_CODE \
	SAVE_GO      \
	RSP_FROM_R13 \
	MOVD ZR, R29 \
	BL   (R11)

// Back to Go's stack, with R12 the fiber.
#define LEAVE \
	MOVD RSP, R13                \
	MOVD Control_Fiber(R13), R12 \
	MOVD Control_g(R13), g       \
	MOVD Control_sp(R13), R14    \
	RSP_FROM_R14

// func Enter(f *Fiber, t *Target, args *uint64, shape Shape) (r uint64, err error)
//
// In:  ABI0, arguments on Go's stack.
// Out: every register but RSP, R29 and g may hold anything. Generated code must leave R18 (the platform's) and R28
//      (g: a signal handler takes it from the register) alone.
// The declared frame makes the assembler save R29 and R30 on Go's stack and restore them from there. There are no
// pointers in it except while a Go function runs that has them as arguments or results, which are described there.
//
//	R12 fiber, R10 target, R11 entry, R13 control block, R9 arguments, R15 number of integers, R8 shape
TEXT ·Enter(SB), NOSPLIT, $72-56
	NO_LOCAL_POINTERS
	MOVD f+0(FP), R12
	MOVD t+8(FP), R10
	MOVD args+16(FP), R9
	MOVD shape+24(FP), R15
	LSR  $const_special, R15, R8
	CBNZ R8, shaped
	CBZ  R12, unfit
	CBZ  R10, unfit

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
	MOVD R0, r+32(FP)
	MOVD ZR, err_itable+40(FP)
	MOVD ZR, err_data+48(FP)
	MOVD $const_InsideIdle, R1
	ADD  $Fiber_Inside, R12, R14
	STLR R1, (R14)
	RET

shaped:
	AND  $(1<<const_special-1), R15, R15
	CMP  $(1<<const_ownBit), R8
	BNE  otherwise
	MOVD ZR, R8
	CBZ  R10, unfit

own:
	// The fiber that is bound to this goroutine.
	MOVD $const_boundFactor, R14
	MULW g, R14, R14
	LSRW $const_boundShift, R14, R14
	MOVD $·bound(SB), R16
	MOVD (R16)(R14<<3), R12
	MOVD Fiber_owner(R12), R14
	CMP  g, R14
	BEQ  fiber

unbound:
	MOVD $const_Unbound, R14
	B    refused

otherwise:
	TST $(1<<const_resumeBit|1<<const_whereBit|1<<const_watchedBit), R8
	BNE special

call:
	CBZ R10, unfit

	// The floating-point arguments are the last of args.
	AND  $const_floatArgs, R8, R14
	CMP  $const_FloatRegs, R14
	BHI  unfit
	SUBS R14, R15, R15
	BLT  unfit
	AND  $(1<<const_ownBit), R8, R14
	BIC  $(1<<const_ownBit), R8, R8
	CBNZ R14, own
	CBNZ R12, fiber

unfit:
	MOVD $const_Unfit, R14
	B    refused

busy:
	CBZ  R14, unfit
	CMP  $const_insideClosed, R14
	MOVD $const_Closed, R14
	BEQ  refused
	MOVD $const_Busy, R14
	B    refused

dead:
	// We were never inside.
	MOVD $const_InsideIdle, R1
	ADD  $Fiber_Inside, R12, R16
	STLR R1, (R16)

refused:
	// R14 says why.
	MOVD f+0(FP), R0
	MOVD R0, 8(RSP)
	MOVD t+8(FP), R0
	MOVD R0, 16(RSP)
	MOVD args+16(FP), R0
	MOVD R0, 24(RSP)
	MOVD shape+24(FP), R0
	MOVD R0, 32(RSP)
	MOVW R14, 40(RSP)
	CALL ·refused(SB)
	MOVD 48(RSP), R0
	MOVD R0, r+32(FP)
	MOVD 56(RSP), R0
	MOVD R0, err_itable+40(FP)
	MOVD 64(RSP), R0
	MOVD R0, err_data+48(FP)
	RET

loadFloats:
	ADD   R15<<3, R9, R9
	MOVD  R8, Control_shape(R13)
	AND   $const_floatArgs, R8, R14
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

special:
	TBNZ $const_whereBit, R8, where
	CBZ  R12, unfit
	TBZ  $const_watchedBit, R8, resumeGiven

	// The thread that the call is about to run on, which it does until it is left: nothing in between lets Go run.
	MOVD R8, R16
	MOVD $SYS_gettid, R8
	SVC
	MOVW R0, Fiber_watched(R12)
	MOVD R16, R8
	TBZ  $const_resumeBit, R8, call

resumeGiven:
	MOVD Fiber_Control(R12), R13
	B    resume

trap:
	// The handler knows this instruction by its place, two before leftPC, and puts all of REG(R13) in the place of the
	// context: no register is left to jump through.
	BRK $0

where:
	CALL ·here(SB)

	// This is leftPC. Generated code has been left, R13 is the control block, all other registers but RSP are the
	// code's.
	MOVD  Control_g(R13), g
	MOVD  Control_Fiber(R13), R12
	MOVWU Control_Why(R13), R15
	MOVD  $const_Called, R16
	CMP   R16, R15
	BEQ   import
	CMP   $const_Preempted, R15
	BNE   clean
	ADD   $VECTORS, R13, R14
	FSTPQ (F0, F1), 0(R14)
	FSTPQ (F2, F3), 32(R14)
	FSTPQ (F4, F5), 64(R14)
	FSTPQ (F6, F7), 96(R14)
	FSTPQ (F8, F9), 128(R14)
	FSTPQ (F10, F11), 160(R14)
	FSTPQ (F12, F13), 192(R14)
	FSTPQ (F14, F15), 224(R14)
	FSTPQ (F16, F17), 256(R14)
	FSTPQ (F18, F19), 288(R14)
	FSTPQ (F20, F21), 320(R14)
	FSTPQ (F22, F23), 352(R14)
	FSTPQ (F24, F25), 384(R14)
	FSTPQ (F26, F27), 416(R14)
	FSTPQ (F28, F29), 448(R14)
	FSTPQ (F30, F31), 480(R14)
	MRS   FPSR, R15
	MOVD  R15, 512(R14)
	MRS   FPCR, R15
	MOVD  R15, 520(R14)

clean:
	// Go's floating-point environment, whatever the code was about to do.
	MOVD $0, R15
	MSR  R15, FPCR
	B    ask

import:
	MOVD $1, R14
	MOVB R14, Fiber_Calling(R12)
	MOVD shape+24(FP), R14
	TBZ  $(const_special+const_guardedBit), R14, ask

	// The control block is kept in the frame, where it can be had before Go's answer is there.
	SUB   $8, RSP, R29
	MOVD  R12, 8(RSP)
	MOVD  R13, 72(RSP)
	CALL  ·called(SB)
	MOVBU 16(RSP), R14
	MOVD  72(RSP), R13
	CBNZ  R14, answered
	MOVD  Control_Fiber(R13), R12

ask:
	SUB  $8, RSP, R29
	MOVD R12, 8(RSP)
	CALL ·left(SB)
	MOVD 16(RSP), R13
	CBNZ R13, resume
	MOVD 24(RSP), R0
	MOVD R0, r+32(FP)
	MOVD 32(RSP), R0
	MOVD R0, err_itable+40(FP)
	MOVD 40(RSP), R0
	MOVD R0, err_data+48(FP)
	RET

resume:
	// Back in, to where Regs says. What landed here before may have moved: Go's stack, and the goroutine.
	SAVE_GO
	MOVD  Control_Fiber(R13), R12
	MOVWU Fiber_watched(R12), R14
	CBZ   R14, thread
	MOVD  $SYS_gettid, R8
	SVC
	MOVW  R0, Fiber_watched(R12)

thread:
	MOVWU Control_Why(R13), R15
	MOVD  $const_Called, R16
	CMP   R16, R15
	BEQ   resumeCall
	MOVD  g, REG(28)(R13)
	ADD   $VECTORS, R13, R14
	FLDPQ 0(R14), (F0, F1)
	FLDPQ 32(R14), (F2, F3)
	FLDPQ 64(R14), (F4, F5)
	FLDPQ 96(R14), (F6, F7)
	FLDPQ 128(R14), (F8, F9)
	FLDPQ 160(R14), (F10, F11)
	FLDPQ 192(R14), (F12, F13)
	FLDPQ 224(R14), (F14, F15)
	FLDPQ 256(R14), (F16, F17)
	FLDPQ 288(R14), (F18, F19)
	FLDPQ 320(R14), (F20, F21)
	FLDPQ 352(R14), (F22, F23)
	FLDPQ 384(R14), (F24, F25)
	FLDPQ 416(R14), (F26, F27)
	FLDPQ 448(R14), (F28, F29)
	FLDPQ 480(R14), (F30, F31)
	MOVD  512(R14), R15
	MSR   R15, FPSR
	MOVD  520(R14), R15
	MSR   R15, FPCR
	B     trap

answered:
	SAVE_GO

resumeCall:
	// As a C function returns: its result, and the registers that it preserves.
	MOVD  Control_Result(R13), R0
	FMOVD Control_FloatResult(R13), F0
	FLDPD (Control_preserved+0)(R13), (F8, F9)
	FLDPD (Control_preserved+16)(R13), (F10, F11)
	FLDPD (Control_preserved+32)(R13), (F12, F13)
	FLDPD (Control_preserved+48)(R13), (F14, F15)
	MOVD  REG(19)(R13), R19
	MOVD  REG(20)(R13), R20
	MOVD  REG(21)(R13), R21
	MOVD  REG(22)(R13), R22
	MOVD  REG(23)(R13), R23
	MOVD  REG(24)(R13), R24
	MOVD  REG(25)(R13), R25
	MOVD  REG(26)(R13), R26
	MOVD  REG(27)(R13), R27
	MOVD  REG(29)(R13), R29
	MOVD  REG(30)(R13), R30
	MOVD  REG(const_SP)(R13), R14
	RSP_FROM_R14
	RET_ONLY

// here notes its return address as leftPC, for a call of Enter that asks for it.
//
// In: the return address in R30. Out: R13 a control block of no fiber. Clobbers R27.
TEXT ·here(SB), NOSPLIT|NOFRAME, $0-0
	MOVD R30, ·leftPC(SB)
	MOVD $·nowhere(SB), R13
	MOVD g, Control_g(R13)
	RET

// func getg() uintptr
TEXT ·getg(SB), NOSPLIT, $0-8
	MOVD g, ret+0(FP)
	RET
