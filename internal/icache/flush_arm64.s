#include "textflag.h"

// Instructions that Go's assembler has no name for, with Rt = R0. User space may execute them: the kernel sets
// SCTLR_EL1.UCI and UCT, or emulates them (Linux, Documentation/arch/arm64/cpu-feature-registers.rst).
#define MRS_CTR_EL0_R0 WORD $0xd53b0020
#define DC_CVAU_R0     WORD $0xd50b7b20
#define IC_IVAU_R0     WORD $0xd50b7520

#define ISH $0xb // inner shareable domain: every core that runs this process
#define SY  $0xf

// func cacheType() uint64
TEXT ·cacheType(SB), NOSPLIT, $0-8
	MRS_CTR_EL0_R0
	MOVD R0, ret+0(FP)
	RET

// func cleanData(lo, hi, line uintptr)
TEXT ·cleanData(SB), NOSPLIT, $0-24
	MOVD lo+0(FP), R0
	MOVD hi+8(FP), R1
	MOVD line+16(FP), R2

next:
	DC_CVAU_R0
	ADD R2, R0
	CMP R1, R0
	BLO next
	RET

// func invalidateInstructions(lo, hi, line uintptr)
TEXT ·invalidateInstructions(SB), NOSPLIT, $0-24
	MOVD lo+0(FP), R0
	MOVD hi+8(FP), R1
	MOVD line+16(FP), R2

next:
	IC_IVAU_R0
	ADD R2, R0
	CMP R1, R0
	BLO next
	RET

// func storeBarrier()
TEXT ·storeBarrier(SB), NOSPLIT, $0-0
	DSB ISH
	RET

// func instructionBarrier()
TEXT ·instructionBarrier(SB), NOSPLIT, $0-0
	DSB ISH
	ISB SY
	RET
