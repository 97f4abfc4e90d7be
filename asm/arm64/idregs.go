package arm64

// idRegisters are the registers that tell what a CPU has, as Linux shows them to user code: fields that it does not want
// to be used are zero.
type idRegisters struct{ isar0, isar1, isar2, pfr0, pfr1, mmfr0 uint64 }

// features gives what the registers tell: Arm ARM DDI 0487, "AArch64 System Register Descriptions", ID_AA64ISAR0_EL1 and the
// others; and "ARM64 CPU Feature Registers" in the kernel's documentation.
func (r idRegisters) features() (f Features) {
	for _, x := range [...]struct {
		reg      uint64
		lo       uint // of the field's 4 bits
		least    uint64
		features Features
	}{
		{r.isar0, 4, 1, FEAT_AES},
		{r.isar0, 4, 2, FEAT_PMULL},
		{r.isar0, 8, 1, FEAT_SHA1},
		{r.isar0, 12, 1, FEAT_SHA256},
		{r.isar0, 12, 2, FEAT_SHA512},
		{r.isar0, 16, 1, FEAT_CRC32},
		{r.isar0, 20, 2, FEAT_LSE},
		{r.isar0, 28, 1, FEAT_RDM},
		{r.isar0, 32, 1, FEAT_SHA3},
		{r.isar0, 36, 1, FEAT_SM3},
		{r.isar0, 40, 1, FEAT_SM4},
		{r.isar0, 44, 1, FEAT_DotProd},
		{r.isar0, 48, 1, FEAT_FHM},
		{r.isar0, 52, 1, FEAT_FlagM},
		{r.isar0, 52, 2, FEAT_FlagM2},
		{r.isar0, 60, 1, FEAT_RNG},
		{r.isar1, 0, 1, FEAT_DPB},
		{r.isar1, 0, 2, FEAT_DPB2},
		{r.isar1, 4, 1, FEAT_PAuth}, // the architected algorithm
		{r.isar1, 8, 1, FEAT_PAuth}, // one of the implementation's
		{r.isar1, 12, 1, FEAT_JSCVT},
		{r.isar1, 16, 1, FEAT_FCMA},
		{r.isar1, 20, 1, FEAT_LRCPC},
		{r.isar1, 20, 2, FEAT_LRCPC2},
		{r.isar1, 32, 1, FEAT_FRINTTS},
		{r.isar1, 36, 1, FEAT_SB},
		{r.isar1, 44, 1, FEAT_BF16},
		{r.isar1, 48, 1, FEAT_DGH},
		{r.isar1, 52, 1, FEAT_I8MM},
		{r.isar2, 0, 2, FEAT_WFxT},
		{r.isar2, 12, 1, FEAT_PAuth}, // QARMA3
		{r.isar2, 16, 1, FEAT_MOPS},
		{r.isar2, 20, 1, FEAT_HBC},
		{r.isar2, 28, 1, FEAT_CLRBHB},
		{r.isar2, 52, 1, FEAT_CSSC},
		{r.pfr0, 48, 1, FEAT_DIT},
		{r.pfr1, 0, 1, FEAT_BTI},
		{r.pfr1, 4, 2, FEAT_SSBS2},
		{r.pfr1, 8, 2, FEAT_MTE}, // where memory can have tags
		{r.mmfr0, 60, 1, FEAT_ECV},
	} {
		if x.reg>>x.lo&15 >= x.least {
			f |= x.features
		}
	}
	// 15 means that there is no floating point at all.
	if fp, simd := r.pfr0>>16&15, r.pfr0>>20&15; fp-1 < 7 && simd-1 < 7 {
		f |= FEAT_FP16
	}
	return f
}
