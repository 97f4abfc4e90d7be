package arm64

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
)

// TestOutside gives each operand of each form, in an instruction that is legal otherwise, the values just outside of what it
// can have, and wild ones: both layers refuse it, with an error of the right kind and without a byte.
func TestOutside(t *testing.T) {
	var a Assembler
	a.AllowReserved(true)
	n, typed := 0, 0
	for _, line := range formLines(t) {
		for i, spec := range line.operands {
			for _, bad := range outside(line, spec) {
				args, values := line.legal(t, &a, i, bad)
				if args == nil {
					continue
				}
				n++
				if bad.arg != nil || bad.after != nil {
					refused(t, &a, fmt.Sprintf("Emit %s %v", line.name(), args), func() { a.Emit(line.op, args...) })
				}
				if in, ok := line.arguments(&a, values); ok && (bad.value != nil || bad.after != nil) {
					typed++
					refused(t, &a, fmt.Sprintf("%s %v", line.name(), args), func() { line.typed.Call(in) })
				}
			}
		}
	}
	t.Logf("%d values, %d of them by methods", n, typed)
	require.Greater(t, typed, 25_000)
}

// TestPairs: every instruction that loads two registers refuses that they are the same, whichever it is.
func TestPairs(t *testing.T) {
	var a Assembler
	a.AllowReserved(true)
	n := 0
	for _, line := range formLines(t) {
		switch opName(line.op) {
		case "LDP", "LDNP", "LDPSW", "LDXP", "LDAXP", "LDIAPP":
		default:
			continue
		}
		all := line.choices(t, line.operands[0])
		require.Len(t, all, 32)
		for i, c := range all {
			in := []reflect.Value{reflect.ValueOf(&a), reflect.ValueOf(c.value), reflect.ValueOf(c.value), reflect.ValueOf(MemOff(SP, 0))}
			refused(t, &a, line.name()+" "+c.text, func() { line.typed.Call(in) })
			in[2] = reflect.ValueOf(all[(i+1)%32].value)
			a.Reset()
			line.typed.Call(in)
			require.NoError(t, a.Err())
			n++
		}
	}
	require.Equal(t, 15*32, n)
}

// refused fails the test if the call gives no error, an error of another kind, or bytes.
func refused(t *testing.T, a *Assembler, what string, call func()) {
	a.Reset()
	call()
	err := a.Err()
	if err == nil {
		t.Errorf("%s: no error", what)
	} else if !errors.Is(err, asm.ErrOperands) && !errors.Is(err, asm.ErrRange) {
		t.Errorf("%s: %v", what, err)
	}
	if a.Len() != 0 {
		t.Errorf("%s: %d bytes", what, a.Len())
	}
}

// legal gives operands of which only operand i, which is bad, does not let the form be encoded.
func (l *formLine) legal(t *testing.T, a *Assembler, i int, bad choice) (args []Arg, values []any) {
	for k := range 40 {
		if _, err := l.sample(t, a, k, 0, 0); err != nil {
			continue
		}
		for p, spec := range l.operands {
			all := l.choices(t, spec)
			c := all[l.turn(p, k, len(all))]
			if p == i {
				c = bad
			}
			if c.after != nil {
				c = c.after(args[p-1])
			}
			args = append(args, c.arg)
			if c.value != nil {
				values = append(values, c.value)
			}
		}
		return args, values
	}
	t.Errorf("%s: no legal operands", l.name())
	return nil, nil
}

// arguments are those of the typed method, if it has parameters for the values.
func (l *formLine) arguments(a *Assembler, values []any) ([]reflect.Value, bool) {
	if !l.typed.IsValid() {
		return nil, false
	}
	in := []reflect.Value{reflect.ValueOf(a)}
	for i, v := range values {
		arg := reflect.ValueOf(v)
		param := l.typed.Type().In(i + 1)
		switch v := v.(type) {
		case int64:
			arg = arg.Convert(param)
			if back := arg.Convert(reflect.TypeFor[int64]()).Int(); back != v || arg.CanUint() && v < 0 {
				return nil, false
			}
		case distance:
			return nil, false
		}
		in = append(in, arg)
	}
	return in, true
}

// outside are values that the operand can't have.
func outside(l *formLine, spec string) (all []choice) {
	add := func(args ...Arg) {
		for _, arg := range args {
			all = append(all, choice{value: arg, arg: arg})
		}
	}
	kind, rest, _ := strings.Cut(spec, ":")
	switch spec {
	case "x", "x:dst":
		add(X(32), X(255))
	case "w", "w:dst":
		add(W(32), W(255))
	case "x:sp", "x!", "[x]!":
		add(XZR, X(32), X(255))
	case "w:sp":
		add(WZR, W(32))
	case "sp":
		add(P(31), P(0), P(33))
	case "wsp":
		add(WP(31), WP(0), WP(33))
	case "x:even":
		add(X(1), XZR, X(32))
	case "w:even":
		add(W(1), WZR, W(32))
	case "x:next":
		all = append(all, choice{after: func(before Arg) choice { return choice{value: before, arg: before} }})
	case "w:next":
		all = append(all, choice{after: func(before Arg) choice { return choice{value: before, arg: before} }})
	case "b":
		add(B(32))
	case "h":
		add(H(32))
	case "s":
		add(S(32))
	case "d":
		add(D(32))
	case "q":
		add(Q(32))
	case "c", "c:inverted":
		add(Cond(16), Cond(255))
		if rest != "" {
			add(AL, NV)
		}
	case "rx:shifted", "rx:rotated":
		add(X(1).LSL(64), X(1).LSR(-1), X(1).ASR(255), X(32).LSL(1))
		if rest == "shifted" {
			add(X(1).ROR(1))
		}
	case "rw:shifted", "rw:rotated":
		add(W(1).LSL(32), W(1).LSR(-1), W(1).ASR(255), W(32).LSL(1))
		if rest == "shifted" {
			add(W(1).ROR(1))
		}
	case "ex":
		add(X(1).UXTX(5), W(1).SXTB(-1), W(32).UXTB(0), W(1).UXTX(0), W(1).SXTX(0), Extended{})
		all = all[:len(all)-1] // which is W0.UXTB(0)
	case "ew":
		add(W(1).UXTX(5), W(1).SXTB(-1), W(32).UXTB(0), X(1).UXTX(0), X(1).SXTX(0))
	case "g":
		add(SysReg(1<<15), SysReg(math.MaxUint16))
	case "o:Prefetch":
		add(Prefetch(32), Prefetch(255))
	case "o:Barrier":
		add(Barrier(16), Barrier(255))
	case "o:BTITarget":
		add(BTITarget(0), BTITarget(4))
	case "o:PStateField":
		add(PStateField(64), PStateField(255))
	case "o:DCOp":
		add(DCOp(1<<14), DCOp(1<<14)+DC_CVAU, DCOp(TLBI_VAE1), DCOp(6<<7+1))
	case "o:ICOp":
		add(ICOp(1<<14), ICOp(1<<14)+IC_IVAU, ICOp(TLBI_VAE1), ICOp(9<<7+1))
		for _, o := range []ICOp{IC_IVAU, IC_IALLU, IC_IALLUIS} {
			if o.TakesRegister() == (len(l.operands) == 1) {
				add(o)
			}
		}
	case "o:ATOp":
		add(ATOp(1<<14), ATOp(1<<14)+AT_S1E1R, ATOp(TLBI_VAE1), ATOp(15<<7+8<<3))
	case "o:TLBIOp":
		add(TLBIOp(1<<14), TLBIOp(1<<14)+TLBI_VAE1, TLBIOp(DC_CVAU), TLBIOp(10<<7+7<<3+1), TLBIOp(15<<7+7<<3+1))
		for _, o := range tlbiOps {
			if TLBIOp(o.op).TakesRegister() == (len(l.operands) == 1) {
				add(TLBIOp(o.op))
			}
		}
	default:
		switch kind {
		case "i", "lsl", "msl", "f", "Z", "l":
			return outsideValues(l, kind, rest)
		case "m":
			for _, m := range outsideMemory(rest) {
				add(m)
			}
		default:
			return outsideVectors(spec)
		}
	}
	return all
}

func outsideValues(l *formLine, kind, rest string) (all []choice) {
	add := func(values ...int64) {
		for _, v := range values {
			c := choice{value: v, arg: Imm(v)}
			switch kind {
			case "lsl":
				c.arg = LSL(v)
			case "msl":
				c.arg = MSL(v)
			case "Z":
				c.value = nil
			case "l":
				c.value, c.arg = distance(v), Rel(v)
			}
			all = append(all, c)
		}
	}
	if from, to, step, ok := bounds(rest); ok {
		add(from-step, to+step, math.MinInt64, math.MaxInt64)
		if step > 1 {
			add(from+1, to-1)
		}
		return all
	}
	switch rest {
	case "addSub":
		add(-1, 4097, 1<<24, 1<<24-1, math.MinInt64)
	case "0,12":
		add(-1, 1, 11, 13, 24)
	case "8,16":
		add(-1, 0, 9, 24)
	case "0,90,180,270":
		add(-90, 1, 45, 360)
	case "90,270":
		add(0, 180, -90, 91)
	case "0":
		add(1, -1)
	case "0.0":
		all = append(all, choice{arg: Float(1)}, choice{arg: Float(math.Copysign(0, -1))}, choice{arg: Float(math.NaN())})
	case "float8":
		for _, v := range []float64{0, 1.01, 32, -33, 0.1, 0.0625, math.NaN(), math.Inf(1), math.Copysign(0, -1), math.Nextafter(1, 2)} {
			all = append(all, choice{value: v, arg: Float(v)})
		}
	case "bitmask32", "bitmask64", "movz32", "movz64", "movn32", "movn64":
		add(0x12345, 0x123456789) // which is none of them
		if l.method != "-" {
			add(0, 5, -1)
			if rest == "bitmask32" {
				add(math.MaxUint32, 1<<32)
			}
		}
	case "bytes8":
		add(1, 0xfe, 0x0100, -2)
	default:
		if size, ok := strings.CutPrefix(rest, "width"); ok {
			n, _ := strconv.Atoi(size)
			for _, width := range []int{-1, 0, n + 1} {
				all = append(all, choice{value: int64(width), arg: Imm(width)})
			}
			return append(all, choice{after: func(before Arg) choice {
				v := int64(n) - int64(before.(Imm)) + 1
				return choice{value: v, arg: Imm(v)}
			}})
		}
		var bits, step int64
		_, _ = fmt.Sscanf(rest, "%d/%d", &bits, &step)
		add(step<<(bits-1), -step<<(bits-1)-step, math.MinInt64, math.MaxInt64)
		if step > 1 {
			add(1, step/2, -step/2)
		}
	}
	return all
}

// outsideMemory are addressing modes that the kind has not, offsets that are too far, and bases that are none.
func outsideMemory(rest string) []Mem {
	kind, n, _ := strings.Cut(rest, "/")
	unit, _ := strconv.Atoi(n)
	all := []Mem{{}, {spec: 77}, MemOff(XZR, 0), MemOff(X(33), 0), MemOff(X(255), 0), MemOff(P(0x7f), 0)}
	ends := func(low, high int, modes ...func(X, int) Mem) {
		for _, mode := range modes {
			for _, off := range []int{low, high, math.MinInt, math.MaxInt, 1 << 31, 1 << 32} {
				all = append(all, mode(X10, off))
			}
			if unit > 1 {
				all = append(all, mode(X10, 1), mode(X10, -unit/2))
			}
		}
	}
	only := func(modes ...Mem) { all = append(all, modes...) }
	off, pre, post := MemOff[X], MemPre[X], MemPost[X]
	byRegister := []Mem{MemIndex(X10, X11, 0), MemExtend(X10, W11.SXTW(0))}
	if kind != "memStructure" {
		only(MemPostReg(X10, X11))
	}
	switch kind {
	case "memBase":
		only(off(X10, 8), off(X10, -1), pre(X10, 0), post(X10, 8))
		only(byRegister...)
	case "memAccess", "memPrefetch":
		only(off(X10, 4096*unit), off(X10, -257), off(X10, math.MaxInt), off(X10, math.MinInt), off(X10, 1<<32))
		if unit > 1 {
			only(off(X10, 257), off(X10, 4095*unit-1))
		}
		unit = 1
		if kind == "memAccess" {
			ends(-257, 256, pre, post)
		} else {
			only(pre(X10, 8), post(X10, 8))
		}
		only(MemIndex(X10, X11, 5), MemIndex(X10, X11, -1), MemIndex(X10, X(32), 0), MemExtend(X10, W11.UXTB(0)), MemExtend(X10, W11.SXTH(0)),
			MemExtend(X10, W11.UXTX(0)), MemExtend(X10, W11.SXTX(0)), MemExtend(X10, Extended{wide | registerOf(1, uxtw, 0)}))
	case "memPair":
		ends(-65*unit, 64*unit, off, pre, post)
		only(byRegister...)
	case "memPairPlain":
		ends(-65*unit, 64*unit, off)
		only(pre(X10, unit), post(X10, unit))
		only(byRegister...)
	case "memUnscaled":
		ends(-257*unit, 256*unit, off)
		only(byRegister...)
	case "memTag":
		ends(-257*unit, 256*unit, off, pre, post)
		only(byRegister...)
	case "memAuth":
		ends(-4104, 4096, off, pre)
		only(post(X10, 8))
		only(byRegister...)
	case "memStructure":
		only(off(X10, unit), off(X10, -1), pre(X10, unit), post(X10, unit+1), post(X10, 0), post(X10, -unit), MemPostReg(X10, XZR), MemPostReg(X10, X(32)))
		only(byRegister...)
	}
	return all
}

// outsideVectors are registers that there are not, and elements.
func outsideVectors(spec string) (all []choice) {
	inner, list := strings.CutPrefix(spec, "{")
	count := 0
	if list {
		inner, _, _ = strings.Cut(inner, "}")
		count, _ = strconv.Atoi(spec[len(inner)+3:])
	}
	inner, low := strings.CutSuffix(inner, ":low")
	shape, index, isLane := strings.Cut(strings.TrimSuffix(inner, "]"), "[")
	if !isLane {
		return []choice{arranged(32, shape, count), arranged(255, shape, count)}
	}
	legal := 0
	bad := []int{-1, 255, 256}
	if n, ok := strings.CutPrefix(index, "="); ok {
		legal, _ = strconv.Atoi(n)
		bad = append(bad, legal-1, legal+1)
	} else {
		n, _ := strconv.Atoi(index)
		bad = append(bad, n)
	}
	for _, i := range bad {
		all = append(all, element(3, shape, i, count))
	}
	all = append(all, element(32, shape, legal, count), element(255, shape, legal, count))
	if low {
		all = append(all, element(16, shape, legal, count), element(31, shape, legal, count))
	}
	return all
}
