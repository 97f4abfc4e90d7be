package main

import "slices"

// a64Row is an instruction form of A64 that the tables of arm64asm lack, written as they write theirs. Bits of mask are
// fixed, value has them; what the manual calls (0) and (1) is fixed, too. The other bits are the fields of the operands, and
// every one of them is in the field of some operand.
type a64Row struct {
	mask, value uint32
	op          string
	args        string // codings of the operands in the manual's order, by x/arch's names without "arg_"
	feature     string // architectural feature, or all of several with "+" between; none for Armv8.0
}

// a64Added are the forms that arm64asm lacks: Arm ARM DDI 0487, "A64 Base Instruction Descriptions" and "A64 Advanced SIMD
// and Floating-point Instruction Descriptions". Their operand codings are those of arm64asm, and these, by the same grammar:
//
//	Hm Ha                      half-precision register, bits 20:16 and 14:10
//	Xms                        X or SP, bits 20:16
//	Xms_0_5                    X or SP as source, bits 4:0
//	Xts                        X or SP as source, bits 4:0
//	Ws_even Wt_even            W of even number, bits 20:16 and 4:0, of which the lowest is fixed
//	Ws_odd Wt_odd              W of the number behind Ws_even and Wt_even: no field
//	Xs_even Xt_even Xs_odd Xt_odd  likewise
//	Xn_wb                      X that is also written, bits 9:5: "Xn!"
//	Xd_mem_wb Xs_mem_wb        X with an address, which is also written, bits 4:0 and 20:16: "[Xd]!". Of the three
//	                           registers of a copy or a set no two are the same, and only the data of a set may be 31
//	Xns_mem_optional_imm9_16_signed _wb_ _post_  base and imm9 (20:12) times 16
//	Xns_mem_optional_S_imm9_8_signed _wb_        base and S:imm9 (22, 20:12) times 8
//	Va_arrangement_T           vector, bits 14:10
//	V?_arrangement_T           vector of the arrangement T, or of one that Q (30) or size (23:22) with Q tells
//	Vm_arrangement_H_index__H_L_M_1  element H:L:M (11, 21, 20) of the vector in bits 19:16
//	Vm_arrangement_T_index__H_L_1    element H:L (11, 21) of the vector in bits 20:16
//	Vm_arrangement_S_index__H_1      element H (11) of the vector in bits 20:16
//	Vm_arrangement_H_index__L_1      element L (21) of the vector in bits 20:16
//	Vm_arrangement_S_index__imm2_1   element imm2 (13:12) of the vector in bits 20:16
//	                           (4B and 2H before an index are groups of so many elements, counted in groups)
//	immediate_B_N__V_C__...    the value V, encoded as C in N bits from B on
//	immediate_0_63_imm6_10     bits 15:10, and _15: bits 20:15
//	immediate_0_15_uimm4_10    bits 13:10
//	immediate_0_1008_mul16_uimm6_16  the 16th part in bits 21:16
//	immediate_0_255_imm8_10    bits 17:10
//	immediate_signed_imm8_10   -128 to 127, bits 17:10
//	immediate_0_65535_imm16_0  bits 15:0
//	immediate_fbits_min_1_max_16_sub_0_immh_immb__32UIntimmhimmb_2  32 less the value in bits 20:16, of which bit 20 is fixed
//	option_BTI_6_2__c_1__j_2__jc_3   bits 7:6
//
// MSR (immediate) for the newer fields of PSTATE is arm64asm's own form.
var a64Added = slices.Concat(a64Atomic, a64Half, a64Vector, a64System, a64Memory)
