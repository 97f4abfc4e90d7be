package arm64

import (
	"strconv"
	"strings"
)

// SysReg is a system register as MRS and MSR encode it, in the bits 19:5 of the instruction; op0 is 2 or 3, of which o0 is
// the low bit. What is none of the constants is made with [SysRegOf].
//
//	14  13-11  10-7  6-3  2-0
//	o0  op1    CRn   CRm  op2
type SysReg uint16

// The system registers that user code can name: Arm ARM DDI 0487, "AArch64 System Register Descriptions".
const (
	// User state: "Process state" and "Floating-point" registers.
	NZCV   SysReg = 1<<14 + 3<<11 + 4<<7 + 2<<3 + 0 // condition flags
	DAIF   SysReg = 1<<14 + 3<<11 + 4<<7 + 2<<3 + 1 // interrupt masks; for the user only if the kernel allows it
	DIT    SysReg = 1<<14 + 3<<11 + 4<<7 + 2<<3 + 5 // data-independent timing, FEAT_DIT
	SSBS   SysReg = 1<<14 + 3<<11 + 4<<7 + 2<<3 + 6 // speculative store bypass, FEAT_SSBS2
	TCO    SysReg = 1<<14 + 3<<11 + 4<<7 + 2<<3 + 7 // tag check override, FEAT_MTE
	FPCR   SysReg = 1<<14 + 3<<11 + 4<<7 + 4<<3 + 0 // floating-point control
	FPSR   SysReg = 1<<14 + 3<<11 + 4<<7 + 4<<3 + 1 // floating-point status
	FPMR   SysReg = 1<<14 + 3<<11 + 4<<7 + 4<<3 + 2 // floating-point mode, FEAT_FPMR
	SP_EL0 SysReg = 1<<14 + 0<<11 + 4<<7 + 1<<3 + 0 // only for higher exception levels

	// Threads.
	TPIDR_EL0   SysReg = 1<<14 + 3<<11 + 13<<7 + 0<<3 + 2 // thread pointer
	TPIDRRO_EL0 SysReg = 1<<14 + 3<<11 + 13<<7 + 0<<3 + 3 // read only
	TPIDR2_EL0  SysReg = 1<<14 + 3<<11 + 13<<7 + 0<<3 + 5 // FEAT_SME
	SCXTNUM_EL0 SysReg = 1<<14 + 3<<11 + 13<<7 + 0<<3 + 7 // FEAT_CSV2_2
	POR_EL0     SysReg = 1<<14 + 3<<11 + 10<<7 + 2<<3 + 4 // permission overlays, FEAT_S1POE
	GCSPR_EL0   SysReg = 1<<14 + 3<<11 + 2<<7 + 5<<3 + 1  // guarded control stack, FEAT_GCS

	// Caches and random numbers.
	CTR_EL0   SysReg = 1<<14 + 3<<11 + 0<<7 + 0<<3 + 1 // sizes of cache lines; read only
	DCZID_EL0 SysReg = 1<<14 + 3<<11 + 0<<7 + 0<<3 + 7 // block size of DC ZVA; read only
	RNDR      SysReg = 1<<14 + 3<<11 + 2<<7 + 4<<3 + 0 // random number, FEAT_RNG; read only
	RNDRRS    SysReg = 1<<14 + 3<<11 + 2<<7 + 4<<3 + 1 // reseeded random number, FEAT_RNG; read only

	// "Generic Timer registers".
	CNTFRQ_EL0    SysReg = 1<<14 + 3<<11 + 14<<7 + 0<<3 + 0
	CNTPCT_EL0    SysReg = 1<<14 + 3<<11 + 14<<7 + 0<<3 + 1
	CNTVCT_EL0    SysReg = 1<<14 + 3<<11 + 14<<7 + 0<<3 + 2
	CNTPCTSS_EL0  SysReg = 1<<14 + 3<<11 + 14<<7 + 0<<3 + 5 // FEAT_ECV
	CNTVCTSS_EL0  SysReg = 1<<14 + 3<<11 + 14<<7 + 0<<3 + 6 // FEAT_ECV
	CNTP_TVAL_EL0 SysReg = 1<<14 + 3<<11 + 14<<7 + 2<<3 + 0
	CNTP_CTL_EL0  SysReg = 1<<14 + 3<<11 + 14<<7 + 2<<3 + 1
	CNTP_CVAL_EL0 SysReg = 1<<14 + 3<<11 + 14<<7 + 2<<3 + 2
	CNTV_TVAL_EL0 SysReg = 1<<14 + 3<<11 + 14<<7 + 3<<3 + 0
	CNTV_CTL_EL0  SysReg = 1<<14 + 3<<11 + 14<<7 + 3<<3 + 1
	CNTV_CVAL_EL0 SysReg = 1<<14 + 3<<11 + 14<<7 + 3<<3 + 2

	// "Performance Monitors registers"; for the user only if the kernel allows it.
	PMCR_EL0       SysReg = 1<<14 + 3<<11 + 9<<7 + 12<<3 + 0
	PMCNTENSET_EL0 SysReg = 1<<14 + 3<<11 + 9<<7 + 12<<3 + 1
	PMCNTENCLR_EL0 SysReg = 1<<14 + 3<<11 + 9<<7 + 12<<3 + 2
	PMOVSCLR_EL0   SysReg = 1<<14 + 3<<11 + 9<<7 + 12<<3 + 3
	PMSWINC_EL0    SysReg = 1<<14 + 3<<11 + 9<<7 + 12<<3 + 4 // write only
	PMSELR_EL0     SysReg = 1<<14 + 3<<11 + 9<<7 + 12<<3 + 5
	PMCEID0_EL0    SysReg = 1<<14 + 3<<11 + 9<<7 + 12<<3 + 6
	PMCEID1_EL0    SysReg = 1<<14 + 3<<11 + 9<<7 + 12<<3 + 7
	PMCCNTR_EL0    SysReg = 1<<14 + 3<<11 + 9<<7 + 13<<3 + 0
	PMXEVTYPER_EL0 SysReg = 1<<14 + 3<<11 + 9<<7 + 13<<3 + 1
	PMXEVCNTR_EL0  SysReg = 1<<14 + 3<<11 + 9<<7 + 13<<3 + 2
	PMUSERENR_EL0  SysReg = 1<<14 + 3<<11 + 9<<7 + 14<<3 + 0
	PMOVSSET_EL0   SysReg = 1<<14 + 3<<11 + 9<<7 + 14<<3 + 3
	PMCCFILTR_EL0  SysReg = 1<<14 + 3<<11 + 14<<7 + 15<<3 + 7

	// What the CPU is. Linux reads them for the user: "ARM64 CPU Feature Registers" in the kernel's documentation.
	MIDR_EL1         SysReg = 1<<14 + 0<<11 + 0<<7 + 0<<3 + 0
	MPIDR_EL1        SysReg = 1<<14 + 0<<11 + 0<<7 + 0<<3 + 5
	REVIDR_EL1       SysReg = 1<<14 + 0<<11 + 0<<7 + 0<<3 + 6
	ID_AA64PFR0_EL1  SysReg = 1<<14 + 0<<11 + 0<<7 + 4<<3 + 0
	ID_AA64PFR1_EL1  SysReg = 1<<14 + 0<<11 + 0<<7 + 4<<3 + 1
	ID_AA64PFR2_EL1  SysReg = 1<<14 + 0<<11 + 0<<7 + 4<<3 + 2
	ID_AA64ZFR0_EL1  SysReg = 1<<14 + 0<<11 + 0<<7 + 4<<3 + 4
	ID_AA64SMFR0_EL1 SysReg = 1<<14 + 0<<11 + 0<<7 + 4<<3 + 5
	ID_AA64FPFR0_EL1 SysReg = 1<<14 + 0<<11 + 0<<7 + 4<<3 + 7
	ID_AA64DFR0_EL1  SysReg = 1<<14 + 0<<11 + 0<<7 + 5<<3 + 0
	ID_AA64DFR1_EL1  SysReg = 1<<14 + 0<<11 + 0<<7 + 5<<3 + 1
	ID_AA64AFR0_EL1  SysReg = 1<<14 + 0<<11 + 0<<7 + 5<<3 + 4
	ID_AA64AFR1_EL1  SysReg = 1<<14 + 0<<11 + 0<<7 + 5<<3 + 5
	ID_AA64ISAR0_EL1 SysReg = 1<<14 + 0<<11 + 0<<7 + 6<<3 + 0
	ID_AA64ISAR1_EL1 SysReg = 1<<14 + 0<<11 + 0<<7 + 6<<3 + 1
	ID_AA64ISAR2_EL1 SysReg = 1<<14 + 0<<11 + 0<<7 + 6<<3 + 2
	ID_AA64ISAR3_EL1 SysReg = 1<<14 + 0<<11 + 0<<7 + 6<<3 + 3
	ID_AA64MMFR0_EL1 SysReg = 1<<14 + 0<<11 + 0<<7 + 7<<3 + 0
	ID_AA64MMFR1_EL1 SysReg = 1<<14 + 0<<11 + 0<<7 + 7<<3 + 1
	ID_AA64MMFR2_EL1 SysReg = 1<<14 + 0<<11 + 0<<7 + 7<<3 + 2
	ID_AA64MMFR3_EL1 SysReg = 1<<14 + 0<<11 + 0<<7 + 7<<3 + 3
	ID_AA64MMFR4_EL1 SysReg = 1<<14 + 0<<11 + 0<<7 + 7<<3 + 4
)

var sysRegs = [...]struct {
	r    SysReg
	name string
}{
	{NZCV, "NZCV"},
	{DAIF, "DAIF"},
	{DIT, "DIT"},
	{SSBS, "SSBS"},
	{TCO, "TCO"},
	{FPCR, "FPCR"},
	{FPSR, "FPSR"},
	{FPMR, "FPMR"},
	{SP_EL0, "SP_EL0"},
	{TPIDR_EL0, "TPIDR_EL0"},
	{TPIDRRO_EL0, "TPIDRRO_EL0"},
	{TPIDR2_EL0, "TPIDR2_EL0"},
	{SCXTNUM_EL0, "SCXTNUM_EL0"},
	{POR_EL0, "POR_EL0"},
	{GCSPR_EL0, "GCSPR_EL0"},
	{CTR_EL0, "CTR_EL0"},
	{DCZID_EL0, "DCZID_EL0"},
	{RNDR, "RNDR"},
	{RNDRRS, "RNDRRS"},
	{CNTFRQ_EL0, "CNTFRQ_EL0"},
	{CNTPCT_EL0, "CNTPCT_EL0"},
	{CNTVCT_EL0, "CNTVCT_EL0"},
	{CNTPCTSS_EL0, "CNTPCTSS_EL0"},
	{CNTVCTSS_EL0, "CNTVCTSS_EL0"},
	{CNTP_TVAL_EL0, "CNTP_TVAL_EL0"},
	{CNTP_CTL_EL0, "CNTP_CTL_EL0"},
	{CNTP_CVAL_EL0, "CNTP_CVAL_EL0"},
	{CNTV_TVAL_EL0, "CNTV_TVAL_EL0"},
	{CNTV_CTL_EL0, "CNTV_CTL_EL0"},
	{CNTV_CVAL_EL0, "CNTV_CVAL_EL0"},
	{PMCR_EL0, "PMCR_EL0"},
	{PMCNTENSET_EL0, "PMCNTENSET_EL0"},
	{PMCNTENCLR_EL0, "PMCNTENCLR_EL0"},
	{PMOVSCLR_EL0, "PMOVSCLR_EL0"},
	{PMSWINC_EL0, "PMSWINC_EL0"},
	{PMSELR_EL0, "PMSELR_EL0"},
	{PMCEID0_EL0, "PMCEID0_EL0"},
	{PMCEID1_EL0, "PMCEID1_EL0"},
	{PMCCNTR_EL0, "PMCCNTR_EL0"},
	{PMXEVTYPER_EL0, "PMXEVTYPER_EL0"},
	{PMXEVCNTR_EL0, "PMXEVCNTR_EL0"},
	{PMUSERENR_EL0, "PMUSERENR_EL0"},
	{PMOVSSET_EL0, "PMOVSSET_EL0"},
	{PMCCFILTR_EL0, "PMCCFILTR_EL0"},
	{MIDR_EL1, "MIDR_EL1"},
	{MPIDR_EL1, "MPIDR_EL1"},
	{REVIDR_EL1, "REVIDR_EL1"},
	{ID_AA64PFR0_EL1, "ID_AA64PFR0_EL1"},
	{ID_AA64PFR1_EL1, "ID_AA64PFR1_EL1"},
	{ID_AA64PFR2_EL1, "ID_AA64PFR2_EL1"},
	{ID_AA64ZFR0_EL1, "ID_AA64ZFR0_EL1"},
	{ID_AA64SMFR0_EL1, "ID_AA64SMFR0_EL1"},
	{ID_AA64FPFR0_EL1, "ID_AA64FPFR0_EL1"},
	{ID_AA64DFR0_EL1, "ID_AA64DFR0_EL1"},
	{ID_AA64DFR1_EL1, "ID_AA64DFR1_EL1"},
	{ID_AA64AFR0_EL1, "ID_AA64AFR0_EL1"},
	{ID_AA64AFR1_EL1, "ID_AA64AFR1_EL1"},
	{ID_AA64ISAR0_EL1, "ID_AA64ISAR0_EL1"},
	{ID_AA64ISAR1_EL1, "ID_AA64ISAR1_EL1"},
	{ID_AA64ISAR2_EL1, "ID_AA64ISAR2_EL1"},
	{ID_AA64ISAR3_EL1, "ID_AA64ISAR3_EL1"},
	{ID_AA64MMFR0_EL1, "ID_AA64MMFR0_EL1"},
	{ID_AA64MMFR1_EL1, "ID_AA64MMFR1_EL1"},
	{ID_AA64MMFR2_EL1, "ID_AA64MMFR2_EL1"},
	{ID_AA64MMFR3_EL1, "ID_AA64MMFR3_EL1"},
	{ID_AA64MMFR4_EL1, "ID_AA64MMFR4_EL1"},
}

// noSysReg is what instructions refuse.
const noSysReg SysReg = 1 << 15

// SysRegOf gives the register of this encoding: op0 is 2 or 3, op1 and op2 are 0 to 7, CRn and CRm 0 to 15. Of other numbers
// it gives what the instructions refuse.
func SysRegOf(op0, op1, crn, crm, op2 int) SysReg {
	if op0&^1 != 2 || op1&^7 != 0 || crn&^15 != 0 || crm&^15 != 0 || op2&^7 != 0 {
		return noSysReg
	}
	return SysReg(op0&1<<14 | op1<<11 | crn<<7 | crm<<3 | op2)
}

// ParseSysReg gives the register of that name, which is one of the constants' or like S3_3_C13_C0_2, in upper or lower case,
// and tells whether there is one.
func ParseSysReg(name string) (SysReg, bool) {
	for i := range sysRegs {
		if strings.EqualFold(sysRegs[i].name, name) {
			return sysRegs[i].r, true
		}
	}
	parts := strings.Split(strings.ToUpper(name), "_")
	if len(parts) != 5 {
		return noSysReg, false
	}
	var n [5]int
	for i, prefix := range [5]string{"S", "", "C", "C", ""} {
		digits, ok := strings.CutPrefix(parts[i], prefix)
		v, err := strconv.ParseUint(digits, 10, 4)
		if !ok || err != nil {
			return noSysReg, false
		}
		n[i] = int(v)
	}
	r := SysRegOf(n[0], n[1], n[2], n[3], n[4])
	return r, r != noSysReg
}

// String gives the name in the assembler's syntax.
func (r SysReg) String() string {
	for i := range sysRegs {
		if sysRegs[i].r == r {
			return sysRegs[i].name
		}
	}
	if r >= noSysReg {
		return "SysReg(" + strconv.Itoa(int(r)) + ")"
	}
	field := func(shift, mask SysReg) string { return strconv.Itoa(int(r >> shift & mask)) }
	return "S" + strconv.Itoa(2+int(r>>14)) + "_" + field(11, 7) + "_C" + field(7, 15) + "_C" + field(3, 15) + "_" + field(0, 7)
}
