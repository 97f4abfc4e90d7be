#include "textflag.h"

// func Registers() Saved
TEXT ·Registers(SB), NOSPLIT, $0-24
	MOVQ SP, ret_SP+0(FP)
	MOVQ BP, ret_FP+8(FP)
	MOVQ (TLS), AX
	MOVQ AX, ret_G+16(FP)
	RET
