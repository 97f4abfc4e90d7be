package arm64

import (
	"fmt"
	"math"
)

// others takes an operand apart that is not among the most usual.
func (r *request) others(arg Arg) (class, int64) {
	switch arg := arg.(type) {
	case P:
		return cP, int64(arg)
	case WP:
		return cWP, int64(arg)
	case B:
		return cB, int64(arg)
	case H:
		return cH, int64(arg)
	case Q:
		return cQ, int64(arg)
	case V8B:
		return cV8B, int64(arg)
	case V4H:
		return cV4H, int64(arg)
	case V8H:
		return cV8H, int64(arg)
	case V2S:
		return cV2S, int64(arg)
	case V1D:
		return cV1D, int64(arg)
	case V1Q:
		return cV1Q, int64(arg)
	case V2H:
		return cV2H, int64(arg)
	case LaneB:
		return cLaneB, int64(arg)
	case LaneH:
		return cLaneH, int64(arg)
	case LaneS:
		return cLaneS, int64(arg)
	case LaneD:
		return cLaneD, int64(arg)
	case Lane4B:
		return cLane4B, int64(arg)
	case Lane2H:
		return cLane2H, int64(arg)
	case LSL:
		return cLSL, int64(arg)
	case MSL:
		return cMSL, int64(arg)
	case SysReg:
		return cSysReg, int64(arg)
	case Barrier:
		return cBarrier, int64(arg)
	case Prefetch:
		return cPrefetch, int64(arg)
	case DCOp:
		return cDCOp, int64(arg)
	case ICOp:
		return cICOp, int64(arg)
	case ATOp:
		return cATOp, int64(arg)
	case TLBIOp:
		return cTLBIOp, int64(arg)
	case PStateField:
		return cPStateField, int64(arg)
	case BTITarget:
		return cBTITarget, int64(arg)
	case List:
		return arg.class, int64(arg.first)
	case Float:
		return cFloat, int64(math.Float64bits(float64(arg)))
	case Rel:
		r.isRel = true
		return cLabel, int64(arg)
	}
	return 0, 0
}

// text is operand i as it appears in errors. It is made from its class and value: were it made from the operand itself, that
// would have to be allocated.
func (r *request) text(i int) string {
	v := r.val[i]
	c := class(r.sig >> (8 * i))
	if n := c >> 6; n > 0 {
		return fmt.Sprintf("{v%d and %d more}", v&255, n)
	}
	switch c {
	case cImm:
		return fmt.Sprintf("#%d", v)
	case cFloat:
		return fmt.Sprintf("#%v", math.Float64frombits(uint64(v)))
	case cLSL:
		return fmt.Sprintf("lsl #%d", v)
	case cMSL:
		return fmt.Sprintf("msl #%d", v)
	case cMem:
		return r.mem.String()
	case cLabel:
		if r.isRel {
			return fmt.Sprintf(".%+d", v)
		}
		return fmt.Sprintf("L%d", r.label)
	case cShiftedX:
		return ShiftedX{register(v)}.String()
	case cShiftedW:
		return ShiftedW{register(v)}.String()
	case cExtended:
		return Extended{register(v)}.String()
	case cX:
		return X(v).String()
	case cW:
		return W(v).String()
	case cD:
		return D(v).String()
	case cS:
		return S(v).String()
	case cV16B:
		return V16B(v).String()
	case cV4S:
		return V4S(v).String()
	case cV2D:
		return V2D(v).String()
	case cCond:
		return Cond(v).String()
	case cP:
		return P(v).String()
	case cWP:
		return WP(v).String()
	case cB:
		return B(v).String()
	case cH:
		return H(v).String()
	case cQ:
		return Q(v).String()
	case cV8B:
		return V8B(v).String()
	case cV4H:
		return V4H(v).String()
	case cV8H:
		return V8H(v).String()
	case cV2S:
		return V2S(v).String()
	case cV1D:
		return V1D(v).String()
	case cV1Q:
		return V1Q(v).String()
	case cV2H:
		return V2H(v).String()
	case cLaneB:
		return LaneB(v).String()
	case cLaneH:
		return LaneH(v).String()
	case cLaneS:
		return LaneS(v).String()
	case cLaneD:
		return LaneD(v).String()
	case cLane4B:
		return Lane4B(v).String()
	case cLane2H:
		return Lane2H(v).String()
	case cSysReg:
		return SysReg(v).String()
	case cBarrier:
		return Barrier(v).String()
	case cPrefetch:
		return Prefetch(v).String()
	case cDCOp:
		return DCOp(v).String()
	case cICOp:
		return ICOp(v).String()
	case cATOp:
		return ATOp(v).String()
	case cTLBIOp:
		return TLBIOp(v).String()
	case cPStateField:
		return PStateField(v).String()
	case cBTITarget:
		return BTITarget(v).String()
	}
	return "?"
}
