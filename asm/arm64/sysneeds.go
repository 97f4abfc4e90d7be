package arm64

// needs gives the set of extensions that a system register, a field of PSTATE or an operation belongs to, as it is in a
// form: Arm ARM DDI 0487, "AArch64 System Register Descriptions" and "A64 system instructions". The instructions that have
// them as operands need none. What belongs to an extension that is none of the Features is not limited.
func (c field) needs(v int64) form {
	switch c.kind() {
	case sysReg:
		switch SysReg(v) {
		case DIT:
			return needDIT
		case SSBS:
			return needSSBS2
		case TCO:
			return needMTE
		case RNDR, RNDRRS:
			return needRNG
		case CNTPCTSS_EL0, CNTVCTSS_EL0:
			return needECV
		}
	case pstate:
		switch PStateField(v) {
		case PSTATE_DIT:
			return needDIT
		case PSTATE_SSBS:
			return needSSBS2
		case PSTATE_TCO:
			return needMTE
		}
	case sysWith:
		switch DCOp(v) { // no operation of the others has its number
		case DC_CVAP:
			return needDPB
		case DC_CVADP:
			return needDPB2
		case DC_CGVADP, DC_CGDVADP:
			return needDPB2AndMTE
		case DC_GVA, DC_GZVA, DC_CGVAC, DC_CGDVAC, DC_CGVAP, DC_CGDVAP, DC_CIGVAC, DC_CIGDVAC:
			return needMTE
		}
	}
	return 0
}
