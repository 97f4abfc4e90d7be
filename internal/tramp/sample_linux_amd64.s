#include "textflag.h"
#include "go_asm.h"

// shown says which program counter the profile is to be shown.
//
// In:  AX the true one. Out: AX a slot of generatedCode if that is in generated code, else leftPC.
// Clobbers CX, R8 to R11.
TEXT ·shown(SB), NOSPLIT|NOFRAME, $0-0
	LEAQ  ·codes(SB), R8
	CALL  ·find(SB)
	TESTQ R10, R10
	JEQ   elsewhere
	MOVQ  AX, R9
	SHRQ  $const_granuleShift, R9
	MOVQ  $const_slotFactor, R10
	IMULQ R9, R10
	SHRQ  $const_granuleHash, R10
	LEAQ  ·granules(SB), R8
	MOVL  $const_probes, R11

probe:
	MOVQ     (R8)(R10*8), AX
	CMPQ     AX, R9
	JEQ      found
	TESTQ    AX, AX
	JNE      next
	LOCK
	CMPXCHGQ R9, (R8)(R10*8) // takes it if it is 0, which AX is, still
	JEQ      taken
	CMPQ     AX, R9
	JEQ      found

next:
	INCL R10
	ANDL $(const_Slots-1), R10
	DECL R11
	JNE  probe
	MOVL $const_Slots, R10
	JMP  slot

taken:
	MOVL $1, ·sampled(SB)

found:
	MOVL ·period(SB), AX
	LEAQ ·seen(SB), R11
	MOVL AX, (R11)(R10*4)

slot:
	LEAQ ·generatedCode(SB), AX
	LEAQ const_firstSlot(AX)(R10*const_slotSize), AX
	RET

elsewhere:
	MOVQ ·leftPC(SB), AX
	RET

#define SLOTS BYTE $0xcc; PCALIGN $2048

// func generatedCode()
//
// It is what profiles show for generated code, and never called. Its frame is that of Enter, so that it is
// where Enter should be, and Enter's caller its own.
TEXT ·generatedCode(SB), NOSPLIT, $72-0
	PCALIGN $2048
	SLOTS
	SLOTS
	SLOTS
	SLOTS
	MOVQ    $0, AX // the slot for what finds none
	INT     $3
	RET

// func generatedPC() uintptr
TEXT ·generatedPC(SB), NOSPLIT, $0-8
	LEAQ ·generatedCode(SB), AX
	MOVQ AX, ret+0(FP)
	RET

// func slotFor(pc uintptr) uintptr
TEXT ·slotFor(SB), NOSPLIT, $0-16
	MOVQ pc+0(FP), AX
	CALL ·shown(SB)
	MOVQ AX, ret+8(FP)
	RET
