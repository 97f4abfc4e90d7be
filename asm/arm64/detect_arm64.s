#include "go_asm.h"
#include "textflag.h"

// func readIDRegisters(r *idRegisters)
//
// In: r. Clobbered: R0, R1. The kernel emulates each MRS: "ARM64 CPU Feature Registers" in its documentation.
TEXT ·readIDRegisters(SB), NOSPLIT, $0-8
	MOVD r+0(FP), R0
	MRS  ID_AA64ISAR0_EL1, R1
	MOVD R1, idRegisters_isar0(R0)
	MRS  ID_AA64ISAR1_EL1, R1
	MOVD R1, idRegisters_isar1(R0)
	WORD $0xd5380641               // MRS ID_AA64ISAR2_EL1, R1: Go's assembler does not know the name
	MOVD R1, idRegisters_isar2(R0)
	MRS  ID_AA64PFR0_EL1, R1
	MOVD R1, idRegisters_pfr0(R0)
	MRS  ID_AA64PFR1_EL1, R1
	MOVD R1, idRegisters_pfr1(R0)
	MRS  ID_AA64MMFR0_EL1, R1
	MOVD R1, idRegisters_mmfr0(R0)
	RET
