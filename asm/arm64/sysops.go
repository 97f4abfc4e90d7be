package arm64

import "strconv"

// DCOp is an operation of DC, ICOp of IC, ATOp of AT, TLBIOp of TLBI. They are encoded as in SYS, in the bits 18:5 of the
// instruction: Arm ARM DDI 0487, "A64 system instructions for cache maintenance", "... for address translation" and
// "TLB maintenance instructions". User code may use those with op1 of 3, as far as the kernel lets it.
//
//	13-11  10-7  6-3  2-0
//	op1    CRn   CRm  op2
type (
	DCOp   uint16
	ICOp   uint16
	ATOp   uint16
	TLBIOp uint16
)

// The operations on data caches, and on memory tags.
const (
	DC_IVAC    DCOp = 0<<11 + 7<<7 + 6<<3 + 1
	DC_ISW     DCOp = 0<<11 + 7<<7 + 6<<3 + 2
	DC_CSW     DCOp = 0<<11 + 7<<7 + 10<<3 + 2
	DC_CISW    DCOp = 0<<11 + 7<<7 + 14<<3 + 2
	DC_ZVA     DCOp = 3<<11 + 7<<7 + 4<<3 + 1
	DC_GVA     DCOp = 3<<11 + 7<<7 + 4<<3 + 3
	DC_GZVA    DCOp = 3<<11 + 7<<7 + 4<<3 + 4
	DC_CVAC    DCOp = 3<<11 + 7<<7 + 10<<3 + 1
	DC_CGVAC   DCOp = 3<<11 + 7<<7 + 10<<3 + 3
	DC_CGDVAC  DCOp = 3<<11 + 7<<7 + 10<<3 + 5
	DC_CVAU    DCOp = 3<<11 + 7<<7 + 11<<3 + 1
	DC_CVAP    DCOp = 3<<11 + 7<<7 + 12<<3 + 1
	DC_CGVAP   DCOp = 3<<11 + 7<<7 + 12<<3 + 3
	DC_CGDVAP  DCOp = 3<<11 + 7<<7 + 12<<3 + 5
	DC_CVADP   DCOp = 3<<11 + 7<<7 + 13<<3 + 1
	DC_CGVADP  DCOp = 3<<11 + 7<<7 + 13<<3 + 3
	DC_CGDVADP DCOp = 3<<11 + 7<<7 + 13<<3 + 5
	DC_CIVAC   DCOp = 3<<11 + 7<<7 + 14<<3 + 1
	DC_CIGVAC  DCOp = 3<<11 + 7<<7 + 14<<3 + 3
	DC_CIGDVAC DCOp = 3<<11 + 7<<7 + 14<<3 + 5
)

// The operations on instruction caches.
const (
	IC_IALLUIS ICOp = 0<<11 + 7<<7 + 1<<3 + 0
	IC_IALLU   ICOp = 0<<11 + 7<<7 + 5<<3 + 0
	IC_IVAU    ICOp = 3<<11 + 7<<7 + 5<<3 + 1
)

// The translations of addresses, all for higher exception levels.
const (
	AT_S1E1R  ATOp = 0<<11 + 7<<7 + 8<<3 + 0
	AT_S1E1W  ATOp = 0<<11 + 7<<7 + 8<<3 + 1
	AT_S1E0R  ATOp = 0<<11 + 7<<7 + 8<<3 + 2
	AT_S1E0W  ATOp = 0<<11 + 7<<7 + 8<<3 + 3
	AT_S1E1RP ATOp = 0<<11 + 7<<7 + 9<<3 + 0
	AT_S1E1WP ATOp = 0<<11 + 7<<7 + 9<<3 + 1
	AT_S1E2R  ATOp = 4<<11 + 7<<7 + 8<<3 + 0
	AT_S1E2W  ATOp = 4<<11 + 7<<7 + 8<<3 + 1
	AT_S12E1R ATOp = 4<<11 + 7<<7 + 8<<3 + 4
	AT_S12E1W ATOp = 4<<11 + 7<<7 + 8<<3 + 5
	AT_S12E0R ATOp = 4<<11 + 7<<7 + 8<<3 + 6
	AT_S12E0W ATOp = 4<<11 + 7<<7 + 8<<3 + 7
	AT_S1E3R  ATOp = 6<<11 + 7<<7 + 8<<3 + 0
	AT_S1E3W  ATOp = 6<<11 + 7<<7 + 8<<3 + 1
)

// The invalidations of translations in Armv8.0, all for higher exception levels.
const (
	TLBI_VMALLE1IS    TLBIOp = 0<<11 + 8<<7 + 3<<3 + 0
	TLBI_VAE1IS       TLBIOp = 0<<11 + 8<<7 + 3<<3 + 1
	TLBI_ASIDE1IS     TLBIOp = 0<<11 + 8<<7 + 3<<3 + 2
	TLBI_VAAE1IS      TLBIOp = 0<<11 + 8<<7 + 3<<3 + 3
	TLBI_VALE1IS      TLBIOp = 0<<11 + 8<<7 + 3<<3 + 5
	TLBI_VAALE1IS     TLBIOp = 0<<11 + 8<<7 + 3<<3 + 7
	TLBI_VMALLE1      TLBIOp = 0<<11 + 8<<7 + 7<<3 + 0
	TLBI_VAE1         TLBIOp = 0<<11 + 8<<7 + 7<<3 + 1
	TLBI_ASIDE1       TLBIOp = 0<<11 + 8<<7 + 7<<3 + 2
	TLBI_VAAE1        TLBIOp = 0<<11 + 8<<7 + 7<<3 + 3
	TLBI_VALE1        TLBIOp = 0<<11 + 8<<7 + 7<<3 + 5
	TLBI_VAALE1       TLBIOp = 0<<11 + 8<<7 + 7<<3 + 7
	TLBI_IPAS2E1IS    TLBIOp = 4<<11 + 8<<7 + 0<<3 + 1
	TLBI_IPAS2LE1IS   TLBIOp = 4<<11 + 8<<7 + 0<<3 + 5
	TLBI_ALLE2IS      TLBIOp = 4<<11 + 8<<7 + 3<<3 + 0
	TLBI_VAE2IS       TLBIOp = 4<<11 + 8<<7 + 3<<3 + 1
	TLBI_ALLE1IS      TLBIOp = 4<<11 + 8<<7 + 3<<3 + 4
	TLBI_VALE2IS      TLBIOp = 4<<11 + 8<<7 + 3<<3 + 5
	TLBI_VMALLS12E1IS TLBIOp = 4<<11 + 8<<7 + 3<<3 + 6
	TLBI_IPAS2E1      TLBIOp = 4<<11 + 8<<7 + 4<<3 + 1
	TLBI_IPAS2LE1     TLBIOp = 4<<11 + 8<<7 + 4<<3 + 5
	TLBI_ALLE2        TLBIOp = 4<<11 + 8<<7 + 7<<3 + 0
	TLBI_VAE2         TLBIOp = 4<<11 + 8<<7 + 7<<3 + 1
	TLBI_ALLE1        TLBIOp = 4<<11 + 8<<7 + 7<<3 + 4
	TLBI_VALE2        TLBIOp = 4<<11 + 8<<7 + 7<<3 + 5
	TLBI_VMALLS12E1   TLBIOp = 4<<11 + 8<<7 + 7<<3 + 6
	TLBI_ALLE3IS      TLBIOp = 6<<11 + 8<<7 + 3<<3 + 0
	TLBI_VAE3IS       TLBIOp = 6<<11 + 8<<7 + 3<<3 + 1
	TLBI_VALE3IS      TLBIOp = 6<<11 + 8<<7 + 3<<3 + 5
	TLBI_ALLE3        TLBIOp = 6<<11 + 8<<7 + 7<<3 + 0
	TLBI_VAE3         TLBIOp = 6<<11 + 8<<7 + 7<<3 + 1
	TLBI_VALE3        TLBIOp = 6<<11 + 8<<7 + 7<<3 + 5
)

// sysOp is an operation of any of the four.
type sysOp struct {
	op   uint16
	name string
}

var dcOps = [...]sysOp{
	{uint16(DC_IVAC), "ivac"},
	{uint16(DC_ISW), "isw"},
	{uint16(DC_CSW), "csw"},
	{uint16(DC_CISW), "cisw"},
	{uint16(DC_ZVA), "zva"},
	{uint16(DC_GVA), "gva"},
	{uint16(DC_GZVA), "gzva"},
	{uint16(DC_CVAC), "cvac"},
	{uint16(DC_CGVAC), "cgvac"},
	{uint16(DC_CGDVAC), "cgdvac"},
	{uint16(DC_CVAU), "cvau"},
	{uint16(DC_CVAP), "cvap"},
	{uint16(DC_CGVAP), "cgvap"},
	{uint16(DC_CGDVAP), "cgdvap"},
	{uint16(DC_CVADP), "cvadp"},
	{uint16(DC_CGVADP), "cgvadp"},
	{uint16(DC_CGDVADP), "cgdvadp"},
	{uint16(DC_CIVAC), "civac"},
	{uint16(DC_CIGVAC), "cigvac"},
	{uint16(DC_CIGDVAC), "cigdvac"},
}

var icOps = [...]sysOp{
	{uint16(IC_IALLUIS), "ialluis"},
	{uint16(IC_IALLU), "iallu"},
	{uint16(IC_IVAU), "ivau"},
}

var atOps = [...]sysOp{
	{uint16(AT_S1E1R), "s1e1r"},
	{uint16(AT_S1E1W), "s1e1w"},
	{uint16(AT_S1E0R), "s1e0r"},
	{uint16(AT_S1E0W), "s1e0w"},
	{uint16(AT_S1E1RP), "s1e1rp"},
	{uint16(AT_S1E1WP), "s1e1wp"},
	{uint16(AT_S1E2R), "s1e2r"},
	{uint16(AT_S1E2W), "s1e2w"},
	{uint16(AT_S12E1R), "s12e1r"},
	{uint16(AT_S12E1W), "s12e1w"},
	{uint16(AT_S12E0R), "s12e0r"},
	{uint16(AT_S12E0W), "s12e0w"},
	{uint16(AT_S1E3R), "s1e3r"},
	{uint16(AT_S1E3W), "s1e3w"},
}

var tlbiOps = [...]sysOp{
	{uint16(TLBI_VMALLE1IS), "vmalle1is"},
	{uint16(TLBI_VAE1IS), "vae1is"},
	{uint16(TLBI_ASIDE1IS), "aside1is"},
	{uint16(TLBI_VAAE1IS), "vaae1is"},
	{uint16(TLBI_VALE1IS), "vale1is"},
	{uint16(TLBI_VAALE1IS), "vaale1is"},
	{uint16(TLBI_VMALLE1), "vmalle1"},
	{uint16(TLBI_VAE1), "vae1"},
	{uint16(TLBI_ASIDE1), "aside1"},
	{uint16(TLBI_VAAE1), "vaae1"},
	{uint16(TLBI_VALE1), "vale1"},
	{uint16(TLBI_VAALE1), "vaale1"},
	{uint16(TLBI_IPAS2E1IS), "ipas2e1is"},
	{uint16(TLBI_IPAS2LE1IS), "ipas2le1is"},
	{uint16(TLBI_ALLE2IS), "alle2is"},
	{uint16(TLBI_VAE2IS), "vae2is"},
	{uint16(TLBI_ALLE1IS), "alle1is"},
	{uint16(TLBI_VALE2IS), "vale2is"},
	{uint16(TLBI_VMALLS12E1IS), "vmalls12e1is"},
	{uint16(TLBI_IPAS2E1), "ipas2e1"},
	{uint16(TLBI_IPAS2LE1), "ipas2le1"},
	{uint16(TLBI_ALLE2), "alle2"},
	{uint16(TLBI_VAE2), "vae2"},
	{uint16(TLBI_ALLE1), "alle1"},
	{uint16(TLBI_VALE2), "vale2"},
	{uint16(TLBI_VMALLS12E1), "vmalls12e1"},
	{uint16(TLBI_ALLE3IS), "alle3is"},
	{uint16(TLBI_VAE3IS), "vae3is"},
	{uint16(TLBI_VALE3IS), "vale3is"},
	{uint16(TLBI_ALLE3), "alle3"},
	{uint16(TLBI_VAE3), "vae3"},
	{uint16(TLBI_VALE3), "vale3"},
}

// String gives the name in the assembler's syntax.
func (o DCOp) String() string { return sysOpName("DCOp", dcOps[:], uint16(o)) }

// String gives the name in the assembler's syntax.
func (o ICOp) String() string { return sysOpName("ICOp", icOps[:], uint16(o)) }

// String gives the name in the assembler's syntax.
func (o ATOp) String() string { return sysOpName("ATOp", atOps[:], uint16(o)) }

// String gives the name in the assembler's syntax.
func (o TLBIOp) String() string { return sysOpName("TLBIOp", tlbiOps[:], uint16(o)) }

func sysOpName(typ string, names []sysOp, op uint16) string {
	for i := range names {
		if names[i].op == op {
			return names[i].name
		}
	}
	return typ + "(" + strconv.Itoa(int(op)) + ")"
}

// TakesRegister tells whether the operation is about an address in a register: all but the whole cache.
func (o ICOp) TakesRegister() bool { return takesRegister(uint16(o)) }

// TakesRegister tells whether the operation has what it is about in a register: all but those whose name has ALL in it.
func (o TLBIOp) TakesRegister() bool { return takesRegister(uint16(o)) }

// takesRegister tells it of any operation.
func takesRegister(op uint16) bool {
	op1, crn, crm, op2 := op>>11, op>>7&15, op>>3&15, op&7
	if crn == 7 {
		return op != uint16(IC_IALLUIS) && op != uint16(IC_IALLU)
	}
	switch crm {
	case 1, 3, 7: // everything, of an exception level, or of a stage
		return op2 != 0 && op2 != 4 && op2 != 6
	case 2, 5, 6: // VMALLWS2E1
		return op1 != 4 || op2 != 2
	}
	return true
}

// Barrier says what DMB and DSB wait for, and among whom: Arm ARM DDI 0487, "DMB". ISB takes SY.
type Barrier uint8

// The barriers: of loads and stores among outer shareable, non-shareable, inner shareable, the full system; ...LD of loads
// before with all after, ...ST of stores with stores.
const (
	OSHLD Barrier = 1
	OSHST Barrier = 2
	OSH   Barrier = 3
	NSHLD Barrier = 5
	NSHST Barrier = 6
	NSH   Barrier = 7
	ISHLD Barrier = 9
	ISHST Barrier = 10
	ISH   Barrier = 11
	LD    Barrier = 13
	ST    Barrier = 14
	SY    Barrier = 15
)

// String gives the name in the assembler's syntax.
func (b Barrier) String() string {
	if b&3 == 0 || b > SY {
		return "#" + strconv.Itoa(int(b))
	}
	if b == SY {
		return "sy"
	}
	return [4]string{"osh", "nsh", "ish", ""}[b>>2] + [4]string{"", "ld", "st", ""}[b&3]
}

// Prefetch says what PRFM is to prepare memory for: Arm ARM DDI 0487, "PRFM (immediate)".
//
//	4-3 type          2-1 level  0 policy
//	load, code, store L1-L3, SLC keep, stream
type Prefetch uint8

// The prefetch operations: PLD for loads, PLI for execution, PST for stores; STRM for what is used once.
const (
	PLDL1KEEP Prefetch = iota
	PLDL1STRM
	PLDL2KEEP
	PLDL2STRM
	PLDL3KEEP
	PLDL3STRM
	PLDSLCKEEP // FEAT_PRFMSLC, as the others of the system level cache
	PLDSLCSTRM
	PLIL1KEEP
	PLIL1STRM
	PLIL2KEEP
	PLIL2STRM
	PLIL3KEEP
	PLIL3STRM
	PLISLCKEEP
	PLISLCSTRM
	PSTL1KEEP
	PSTL1STRM
	PSTL2KEEP
	PSTL2STRM
	PSTL3KEEP
	PSTL3STRM
	PSTSLCKEEP
	PSTSLCSTRM
)

// String gives the name in the assembler's syntax, which is a number for those without one.
func (p Prefetch) String() string {
	if p > PSTSLCSTRM {
		return "#" + strconv.Itoa(int(p))
	}
	return [3]string{"pld", "pli", "pst"}[p>>3] + [4]string{"l1", "l2", "l3", "slc"}[p>>1&3] + [2]string{"keep", "strm"}[p&1]
}

// BTITarget says which indirect branches may come to a BTI: Arm ARM DDI 0487, "BTI".
type BTITarget uint8

// The branches: calls, jumps, both. A jump through X16 or X17 counts as a call too.
const (
	BTI_C BTITarget = 1 + iota
	BTI_J
	BTI_JC
)

// String gives the name in the assembler's syntax.
func (t BTITarget) String() string {
	if t < BTI_C || t > BTI_JC {
		return "BTITarget(" + strconv.Itoa(int(t)) + ")"
	}
	return [3]string{"c", "j", "jc"}[t-BTI_C]
}

// PStateField is a field of PSTATE that MSR (immediate) sets, op1 in the bits 5:3 and op2 in 2:0: Arm ARM DDI 0487, "MSR
// (immediate)".
type PStateField uint8

// The fields of PSTATE. User code may use SSBS, DIT and TCO, and DAIF if the kernel allows it.
const (
	PSTATE_UAO     PStateField = 0<<3 + 3
	PSTATE_PAN     PStateField = 0<<3 + 4
	PSTATE_SPSel   PStateField = 0<<3 + 5
	PSTATE_SSBS    PStateField = 3<<3 + 1 // FEAT_SSBS2
	PSTATE_DIT     PStateField = 3<<3 + 2 // FEAT_DIT
	PSTATE_TCO     PStateField = 3<<3 + 4 // FEAT_MTE
	PSTATE_DAIFSet PStateField = 3<<3 + 6
	PSTATE_DAIFClr PStateField = 3<<3 + 7
)

// String gives the name in the assembler's syntax.
func (f PStateField) String() string {
	switch f {
	case PSTATE_UAO:
		return "UAO"
	case PSTATE_PAN:
		return "PAN"
	case PSTATE_SPSel:
		return "SPSel"
	case PSTATE_SSBS:
		return "SSBS"
	case PSTATE_DIT:
		return "DIT"
	case PSTATE_TCO:
		return "TCO"
	case PSTATE_DAIFSet:
		return "DAIFSet"
	case PSTATE_DAIFClr:
		return "DAIFClr"
	}
	return "PStateField(" + strconv.Itoa(int(f)) + ")"
}
