#include "textflag.h"
#include "go_asm.h"

// shown says which program counter the profile is to be shown.
//
// In:  R3 the true one. Out: R4 a slot of generatedCode if that is in generated code, else leftPC.
// Clobbers R5 to R8, R10 to R12, R16, R27, R30.
TEXT ·shown(SB), NOSPLIT|NOFRAME, $0-0
	MOVD R30, R16
	MOVD $·codes(SB), R4
	CALL ·find(SB)
	CBZ  R6, elsewhere
	LSR  $const_granuleShift, R3, R5
	MOVD $const_slotFactor, R6
	MUL  R5, R6
	LSR  $const_granuleHash, R6
	MOVD $·granules(SB), R7
	MOVD $const_probes, R8

probe:
	ADD R6<<3, R7, R10

again:
	LDAXR (R10), R11
	CMP   R5, R11
	BEQ   found
	CBNZ  R11, next
	STLXR R5, (R10), R12
	CBNZ  R12, again
	MOVD  $1, R10
	MOVW  R10, ·sampled(SB)
	B     found

next:
	ADD  $1, R6
	AND  $(const_Slots-1), R6
	SUBS $1, R8
	BNE  probe
	MOVD $const_Slots, R6
	B    slot

found:
	MOVWU ·period(SB), R10
	MOVD  $·seen(SB), R11
	ADD   R6<<2, R11
	MOVW  R10, (R11)

slot:
	MOVD $const_slotSize, R10
	MUL  R10, R6
	MOVD $·generatedCode(SB), R4
	ADD  $const_firstSlot, R4
	ADD  R6, R4
	JMP  (R16)

elsewhere:
	MOVD ·leftPC(SB), R4
	JMP  (R16)

#define SLOTS WORD $0; PCALIGN $2048
#define SLOTS4 SLOTS; SLOTS; SLOTS; SLOTS

// func generatedCode()
//
// It is what profiles show for generated code, and never called. Its frame is that of Enter, so that it is
// where Enter should be, and Enter's caller its own.
TEXT ·generatedCode(SB), NOSPLIT, $72-0
	PCALIGN $2048
	SLOTS4
	SLOTS4
	SLOTS4
	SLOTS4
	WORD    $0    // the slot for what finds none
	RET

// func generatedPC() uintptr
TEXT ·generatedPC(SB), NOSPLIT, $0-8
	MOVD $·generatedCode(SB), R0
	MOVD R0, ret+0(FP)
	RET

// func slotFor(pc uintptr) uintptr
TEXT ·slotFor(SB), NOSPLIT, $0-16
	MOVD pc+0(FP), R3
	CALL ·shown(SB)
	MOVD R4, ret+8(FP)
	RET
