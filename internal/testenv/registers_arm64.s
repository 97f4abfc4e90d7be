#include "textflag.h"

// func Registers() Saved
TEXT ·Registers(SB), NOSPLIT, $0-24
	MOVD RSP, R0
	MOVD R0, ret_SP+0(FP)
	MOVD R29, ret_FP+8(FP)
	MOVD g, ret_G+16(FP)
	RET
