package arm64

// Features is a set of architectural features, which are what the Arm architecture calls its extensions. What Armv8.0 has
// with floating point and Advanced SIMD, as every Linux on arm64, is in none of them.
type Features uint64

// The features that instructions and operands of this package belong to: Arm ARM DDI 0487, "Architecture Features and
// Extensions".
const (
	FEAT_AES   Features = 1 << iota // AESE, AESD, AESMC, AESIMC
	FEAT_PMULL                      // PMULL and PMULL2 of 64 bits
	FEAT_SHA1
	FEAT_SHA256
	FEAT_SHA512
	FEAT_SHA3 // EOR3, RAX1, XAR, BCAX
	FEAT_SM3
	FEAT_SM4
	FEAT_CRC32
	FEAT_LSE    // atomic memory operations
	FEAT_LOR    // LDLAR, STLLR; Linux does not tell whether it is there
	FEAT_LRCPC  // LDAPR
	FEAT_LRCPC2 // LDAPUR, STLUR
	FEAT_FP16   // arithmetic of half precision
	FEAT_FHM    // FMLAL, FMLSL
	FEAT_BF16
	FEAT_RDM     // SQRDMLAH, SQRDMLSH
	FEAT_DotProd // SDOT, UDOT
	FEAT_I8MM    // matrices of bytes, USDOT, SUDOT
	FEAT_FCMA    // complex numbers
	FEAT_JSCVT   // FJCVTZS
	FEAT_FRINTTS // FRINT32Z and its like
	FEAT_FlagM   // CFINV, RMIF, SETF8, SETF16
	FEAT_FlagM2  // AXFLAG, XAFLAG
	FEAT_CSSC    // ABS, CNT, CTZ, SMAX and its like of general registers
	FEAT_HBC     // BC.cond
	FEAT_BTI     // BTI, a hint
	FEAT_PAuth   // PACIA, AUTIA and their like; those without operands but RETAA and ERETAA are hints
	FEAT_MTE     // memory tagging
	FEAT_MOPS    // CPY, CPYF, SET
	FEAT_SB
	FEAT_RAS    // ESB, a hint; Linux does not tell whether it is there
	FEAT_DGH    // DGH, a hint
	FEAT_CLRBHB // CLRBHB, a hint
	FEAT_WFxT   // WFET, WFIT
	FEAT_DIT    // PSTATE.DIT
	FEAT_SSBS2  // PSTATE.SSBS
	FEAT_RNG    // RNDR, RNDRRS
	FEAT_DPB    // DC CVAP
	FEAT_DPB2   // DC CVADP
	FEAT_ECV    // CNTVCTSS_EL0, CNTPCTSS_EL0
)

// featureNames are the names in the same order, each behind a blank. One string, so that it is small in every program.
const featureNames = " FEAT_AES FEAT_PMULL FEAT_SHA1 FEAT_SHA256 FEAT_SHA512 FEAT_SHA3 FEAT_SM3 FEAT_SM4 FEAT_CRC32" +
	" FEAT_LSE FEAT_LOR FEAT_LRCPC FEAT_LRCPC2 FEAT_FP16 FEAT_FHM FEAT_BF16 FEAT_RDM FEAT_DotProd" +
	" FEAT_I8MM FEAT_FCMA FEAT_JSCVT FEAT_FRINTTS FEAT_FlagM FEAT_FlagM2 FEAT_CSSC FEAT_HBC FEAT_BTI" +
	" FEAT_PAuth FEAT_MTE FEAT_MOPS FEAT_SB FEAT_RAS FEAT_DGH FEAT_CLRBHB FEAT_WFxT FEAT_DIT FEAT_SSBS2" +
	" FEAT_RNG FEAT_DPB FEAT_DPB2 FEAT_ECV"

// Has tells whether f has all of g.
func (f Features) Has(g Features) bool { return f&g == g }

// String lists the names.
func (f Features) String() string {
	text, bit := "", -1
	for i := 0; i < len(featureNames); i++ {
		switch c := featureNames[i]; {
		case c == ' ':
			if bit++; text != "" && f>>bit&1 != 0 {
				text += "+"
			}
		case f>>bit&1 != 0:
			text += string(c)
		}
	}
	return text
}

// Limit makes every instruction outside of the given extensions an error, [asm.ErrFeature], and so it does with system
// registers, fields of PSTATE and operations of DC. Without a Limit all are allowed. It stays until it is changed. Hints are
// never refused: a CPU without their extension takes them for NOPs.
func (a *Assembler) Limit(f Features) { a.denied, a.missing, a.limited = ^f, missing, 0xff<<needShift }

// missing names the extensions that a form needs and the Limit has not. It is reached through a field, so that programs
// without a Limit don't have it.
func missing(a *Assembler, f form) string { return (needs[f>>needShift] & a.denied).String() }
