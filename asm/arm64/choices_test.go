package arm64

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// operand is a choice whose argument is the same for both layers, and knows its text.
func operand[T interface {
	Arg
	fmt.Stringer
}](v T) choice {
	return choice{value: v, arg: v, text: v.String()}
}

// register numbers are 0 to 31, or as many as there are.
func registersOf[T interface {
	~uint8
	Arg
	fmt.Stringer
}](n int) (all []choice) {
	for i := range n {
		all = append(all, operand(T(i)))
	}
	return all
}

// makeChoices gives the values of an operand, by what forms.tsv says of it.
func makeChoices(spec string) []choice {
	kind, rest, _ := strings.Cut(spec, ":")
	switch kind {
	case "x", "w", "sp", "wsp", "x!", "[x]!":
		return general(kind, rest)
	case "b":
		return registersOf[B](32)
	case "h":
		return registersOf[H](32)
	case "s":
		return registersOf[S](32)
	case "d":
		return registersOf[D](32)
	case "q":
		return registersOf[Q](32)
	case "rx", "rw", "ex", "ew":
		return modified(kind, rest)
	case "i", "f", "Z", "lsl", "msl":
		return immediates(kind, rest)
	case "c":
		n := Cond(16)
		if rest == "inverted" {
			n = AL
		}
		return registersOf[Cond](int(n))
	case "m":
		return memory(rest)
	case "l":
		return distances(rest)
	case "g", "o":
		return system(rest)
	}
	return vectors(spec)
}

func general(kind, rest string) (all []choice) {
	switch kind + ":" + rest {
	case "x:", "x:dst":
		return registersOf[X](32)
	case "w:", "w:dst":
		return registersOf[W](32)
	case "x:sp":
		return registersOf[X](31)
	case "w:sp":
		return registersOf[W](31)
	case "sp:":
		return []choice{operand(SP)}
	case "wsp:":
		return []choice{operand(WSP)}
	case "x:even", "w:even":
		for i, c := range general(kind, "") {
			if i%2 == 0 {
				all = append(all, c)
			}
		}
	case "x:next":
		return []choice{{after: func(before Arg) choice { return operand(before.(X) + 1) }}}
	case "w:next":
		return []choice{{after: func(before Arg) choice { return operand(before.(W) + 1) }}}
	case "x!:", "[x]!:":
		for _, c := range registersOf[X](31) {
			c.text = strings.Replace(kind, "x", c.text, 1)
			all = append(all, c)
		}
	}
	return all
}

// modified are registers with each shift or extension by each amount; all registers are among them.
func modified(kind, rest string) (all []choice) {
	r := 0
	next := func() int { r = (r + 7) % 32; return r }
	switch kind {
	case "rx":
		for n := range 64 {
			all = append(all, operand(X(next()).LSL(n)), operand(X(next()).LSR(n)), operand(X(next()).ASR(n)))
			if rest == "rotated" {
				all = append(all, operand(X(next()).ROR(n)))
			}
		}
	case "rw":
		for n := range 32 {
			all = append(all, operand(W(next()).LSL(n)), operand(W(next()).LSR(n)), operand(W(next()).ASR(n)))
			if rest == "rotated" {
				all = append(all, operand(W(next()).ROR(n)))
			}
		}
	default:
		for n := range 5 {
			for _, e := range []func(W, int) Extended{W.UXTB, W.UXTH, W.UXTW, W.SXTB, W.SXTH, W.SXTW} {
				all = append(all, operand(e(W(next()), n)))
			}
			if kind == "ex" {
				all = append(all, operand(X(next()).UXTX(n)), operand(X(next()).SXTX(n)))
			} else {
				all = append(all, operand(W(next()).UXTX(n)), operand(W(next()).SXTX(n)))
			}
		}
	}
	return all
}

// immediates are both ends of a range and what is between, or all of a set.
func immediates(kind, rest string) (all []choice) {
	add := func(v int64) {
		c := choice{value: v, arg: Imm(v), text: fmt.Sprintf("#%d", v)}
		switch kind {
		case "lsl":
			c.arg, c.text = LSL(v), "lsl "+c.text
		case "msl":
			c.arg, c.text = MSL(v), "msl "+c.text
		case "Z":
			c.value = nil
		}
		all = append(all, c)
	}
	switch rest {
	case "float8":
		for i := range 256 {
			v := float8Value(i)
			all = append(all, choice{value: v, arg: Float(v), text: "#" + strconv.FormatFloat(v, 'f', -1, 64)})
		}
		return all
	case "0.0":
		return []choice{{arg: Float(0), text: "#0.0"}}
	case "addSub":
		for _, v := range []int64{0, 1, 2, 7, 8, 0x555, 0xaaa, 0xffe, 0xfff, 0x1000, 0x2000, 0x555000, 0x800000, 0xffe000, 0xfff000} {
			add(v)
		}
		return all
	case "bitmask32", "bitmask64", "movz32", "movz64", "movn32", "movn64", "bytes8":
		for _, v := range patterns(rest) {
			all = append(all, choice{value: int64(v), arg: Imm(v), text: fmt.Sprintf("#%#x", v)})
		}
		return all
	}
	if n, ok := strings.CutPrefix(rest, "width"); ok {
		size, _ := strconv.Atoi(n)
		for i := range 8 {
			all = append(all, choice{after: func(before Arg) choice {
				left := size - int(before.(Imm))
				v := int64([]int{1, left, (left + 1) / 2, max(1, left-1), min(2, left), min(8, left), min(16, left), min(31, left)}[i])
				return choice{value: v, arg: Imm(v), text: fmt.Sprintf("#%d", v)}
			}})
		}
		return all
	}
	for _, v := range valuesOf(rest) {
		add(v)
	}
	return all
}

// bounds takes "from..to" or "from..to/step" apart.
func bounds(rest string) (from, to, step int64, ok bool) {
	step = 1
	if n, _ := fmt.Sscanf(rest, "%d..%d/%d", &from, &to, &step); n >= 2 {
		return from, to, step, true
	}
	return 0, 0, 0, false
}

func valuesOf(rest string) (all []int64) {
	from, to, step, ok := bounds(rest)
	if !ok {
		for _, text := range strings.Split(rest, ",") {
			v, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return nil
			}
			all = append(all, v)
		}
		return all
	}
	if count := (to-from)/step + 1; count <= 64 {
		for v := from; v <= to; v += step {
			all = append(all, v)
		}
		return all
	}
	for _, v := range []int64{0, 1, 2, 3, 0x2a, 0x55, 0x7f, 0x80, 0xaa, 0xff, 0x100, 0x555, 0xaaa, 0xfff, 0x1234, 0x5555, 0xaaaa, 0x8000} {
		if from+v*step < to {
			all = append(all, from+v*step)
		}
	}
	return append(all, to-step, to)
}

// float8Value is VFPExpandImm of the manual for 64 bits.
func float8Value(imm8 int) float64 {
	exponent := imm8 >> 4 & 3
	if imm8>>6&1 == 0 {
		exponent += 4
	}
	v := math.Ldexp(float64(16+imm8&15)/16, exponent-3)
	if imm8>>7 != 0 {
		return -v
	}
	return v
}

// patterns are constants of the kinds that are encoded as a pattern.
func patterns(kind string) (all []uint64) {
	width := uint(64)
	if strings.HasSuffix(kind, "32") {
		width = 32
	}
	mask := uint64(math.MaxUint64) >> (64 - width)
	switch kind[:4] {
	case "bitm":
		for size := uint(2); size <= width; size *= 2 {
			for _, ones := range []uint{1, size/2 + 1, size - 1} {
				for _, rot := range []uint{0, 1, size / 2, size - 1} {
					if ones >= size {
						continue
					}
					elem := uint64(math.MaxUint64) >> (64 - ones)
					elem = (elem>>rot | elem<<(size-rot)) & (math.MaxUint64 >> (64 - size))
					for s := size; s < 64; s *= 2 {
						elem |= elem << s
					}
					all = append(all, elem&mask)
				}
			}
		}
	case "movz", "movn":
		for shift := uint(0); shift < width; shift += 16 {
			for _, v := range []uint64{1, 0x1234, 0x5a5a, 0xfffe} {
				if v <<= shift; kind[3] == 'n' {
					v = ^v & mask
				}
				all = append(all, v)
			}
		}
	default: // bytes of ones
		for _, b := range []uint64{0, 1, 2, 4, 8, 16, 32, 64, 128, 0x55, 0xaa, 0x0f, 0xf0, 0xfe, 0x7f, 0xff} {
			v := uint64(0)
			for i := range 8 {
				v |= b >> i & 1 * 0xff << (8 * i)
			}
			all = append(all, v)
		}
	}
	return all
}

// vectors are vector registers with an arrangement, elements, and lists of them.
func vectors(spec string) (all []choice) {
	count := 0
	if inner, ok := strings.CutPrefix(spec, "{"); ok {
		spec, _, _ = strings.Cut(inner, "}")
		count, _ = strconv.Atoi(inner[len(spec)+2:])
	}
	spec, low := strings.CutSuffix(spec, ":low")
	shape, index, isLane := strings.Cut(strings.TrimSuffix(spec, "]"), "[")
	registers := 32
	if low {
		registers = 16
	}
	if !isLane {
		for v := range V(32) {
			all = append(all, arranged(v, shape, count))
		}
		return all
	}
	first, last := 0, 0
	if n, ok := strings.CutPrefix(index, "="); ok {
		first, _ = strconv.Atoi(n)
		last = first
	} else {
		last, _ = strconv.Atoi(index)
		last--
	}
	for i := range max(registers, last+1-first) { // all registers, and all elements
		v, e := V(i%registers), first+(last-i)%(last+1-first)
		if e < first {
			e += last + 1 - first
		}
		all = append(all, element(v, shape, e, count))
	}
	// first and last element of the registers at the ends
	for _, v := range []V{0, 15, V(registers - 1)} {
		all = append(all, element(v, shape, first, count), element(v, shape, last, count))
	}
	return all
}

// listText is a register and those behind it: V0 behind V31.
func listText(v V, suffix string, count int) string {
	var names []string
	for i := range V(count) {
		names = append(names, fmt.Sprintf("v%d.%s", (v+i)%32, suffix))
	}
	return "{" + strings.Join(names, ", ") + "}"
}

func arranged(v V, shape string, count int) choice {
	pick := func(value, list Arg) choice {
		arr := strings.ToLower(shape[1:])
		if count == 0 {
			return choice{value: value, arg: value, text: fmt.Sprintf("v%d.%s", v, arr)}
		}
		return choice{value: value, arg: list, text: listText(v, arr, count)}
	}
	switch shape {
	case "v8B":
		return pick(v.B8(), ListOf(v.B8(), count))
	case "v16B":
		return pick(v.B16(), ListOf(v.B16(), count))
	case "v4H":
		return pick(v.H4(), ListOf(v.H4(), count))
	case "v8H":
		return pick(v.H8(), ListOf(v.H8(), count))
	case "v2S":
		return pick(v.S2(), ListOf(v.S2(), count))
	case "v4S":
		return pick(v.S4(), ListOf(v.S4(), count))
	case "v1D":
		return pick(v.D1(), ListOf(v.D1(), count))
	case "v2D":
		return pick(v.D2(), ListOf(v.D2(), count))
	case "v1Q":
		return pick(v.Q1(), nil)
	case "v2H":
		return pick(v.H2(), nil)
	}
	return choice{}
}

func element(v V, shape string, i, count int) choice {
	pick := func(value, list Arg) choice {
		size := strings.ToLower(shape[1:])
		if count == 0 {
			return choice{value: value, arg: value, text: fmt.Sprintf("v%d.%s[%d]", v, size, i)}
		}
		return choice{value: value, arg: list, text: fmt.Sprintf("%s[%d]", listText(v, size, count), i)}
	}
	switch shape {
	case "vB":
		return pick(v.B(i), ListOf(v.B(i), count))
	case "vH":
		return pick(v.H(i), ListOf(v.H(i), count))
	case "vS":
		return pick(v.S(i), ListOf(v.S(i), count))
	case "vD":
		return pick(v.D(i), ListOf(v.D(i), count))
	case "v4B":
		return pick(v.Group4B(i), nil)
	case "v2H":
		return pick(v.Group2H(i), nil)
	}
	return choice{}
}

// based gives the operand with a base that goes through all: 31 is SP.
func based(base int, x func(X) Mem, p func(P) Mem) choice {
	if base %= 32; base == 31 {
		return operand(p(SP))
	}
	return operand(x(X(base)))
}

// memory has each addressing mode of a kind with its extreme offsets, and every base in each mode.
func memory(rest string) (all []choice) {
	kind, n, _ := strings.Cut(rest, "/")
	unit, _ := strconv.Atoi(n)
	offset := func(values ...int) {
		for i := range max(32, len(values)) {
			v := values[i%len(values)]
			all = append(all, based(i, func(b X) Mem { return MemOff(b, v) }, func(b P) Mem { return MemOff(b, v) }))
		}
	}
	pre := func(values ...int) {
		for i := range 32 {
			v := values[i%len(values)]
			all = append(all, based(i, func(b X) Mem { return MemPre(b, v) }, func(b P) Mem { return MemPre(b, v) }))
		}
	}
	post := func(values ...int) {
		for i := range 32 {
			v := values[i%len(values)]
			all = append(all, based(i, func(b X) Mem { return MemPost(b, v) }, func(b P) Mem { return MemPost(b, v) }))
		}
	}
	small := []int{0, 255, -256, 1, -1}
	switch kind {
	case "memBase":
		offset(0)
	case "memAccess", "memPrefetch":
		offset(0, unit, 4095*unit, 2048*unit, 255, -256, -1, 1, 0x555*unit, 0xaaa*unit, 4094*unit)
		if kind == "memAccess" {
			pre(small...)
			post(small...)
		}
		for i := range 32 {
			shift := []int{0, unit}[i/4%2] // as a factor
			amount := 0
			for 1<<amount < shift {
				amount++
			}
			extend := []Extended{W(31 - i).UXTW(amount), X(31 - i).UXTX(amount), W(31 - i).SXTW(amount), X(31 - i).SXTX(amount)}[i%4]
			all = append(all, based(i*5, func(b X) Mem { return MemExtend(b, extend) }, func(b P) Mem { return MemExtend(b, extend) }))
		}
	case "memPair", "memPairPlain":
		ends := []int{0, 63 * unit, -64 * unit, unit, -unit}
		offset(ends...)
		if kind == "memPair" {
			pre(ends...)
			post(ends...)
		}
	case "memUnscaled":
		offset(0, 255*unit, -256*unit, unit, -unit)
	case "memTag":
		ends := []int{0, 255 * unit, -256 * unit, unit, -unit}
		offset(ends...)
		pre(ends...)
		post(ends...)
	case "memAuth":
		ends := []int{0, 4088, -4096, 8, -8}
		offset(ends...)
		pre(ends...)
	case "memStructure":
		offset(0)
		post(unit)
		for i := range 31 {
			all = append(all, based(i*3, func(b X) Mem { return MemPostReg(b, X(i)) }, func(b P) Mem { return MemPostReg(b, X(i)) }))
		}
	}
	return all
}

// distance is the value of a label: where it is to be bound.
type distance int

// distances are those of labels: as far as they go.
func distances(rest string) (all []choice) {
	var bits, step int
	fmt.Sscanf(rest, "%d/%d", &bits, &step)
	for _, units := range []int{0, 1, -1, 1<<(bits-1) - 1, -1 << (bits - 1), 0x1555, -0x1555, 1 << (bits - 2), -1 << (bits - 2), 2, -2, 100} {
		v := units * step
		all = append(all, choice{value: distance(v), arg: Rel(v), text: fmt.Sprintf(".%+d", v)})
		if step == 4096 { // the assemblers leave a distance from here to the linker
			all[len(all)-1].text = fmt.Sprintf("#%d", v)
		}
	}
	return all
}

// system are registers and operations by name.
func system(rest string) (all []choice) {
	switch rest {
	case "":
		for _, r := range []SysReg{
			NZCV, FPCR, FPSR, TPIDR_EL0, CTR_EL0, DCZID_EL0, CNTVCT_EL0, RNDR, DIT, SysRegOf(2, 0, 0, 0, 0), SysRegOf(3, 7, 15, 15, 7),
			SysRegOf(2, 7, 15, 15, 7), SysRegOf(3, 0, 0, 0, 3), SysRegOf(2, 4, 8, 4, 5),
		} {
			all = append(all, operand(r))
		}
	case "Prefetch":
		return registersOf[Prefetch](32)
	case "Barrier":
		return registersOf[Barrier](16)
	case "BTITarget":
		return registersOf[BTITarget](4)[1:]
	case "PStateField":
		for _, f := range []PStateField{PSTATE_UAO, PSTATE_PAN, PSTATE_SPSel, PSTATE_SSBS, PSTATE_DIT, PSTATE_TCO, PSTATE_DAIFSet, PSTATE_DAIFClr} {
			all = append(all, operand(f))
		}
	case "DCOp":
		for _, o := range dcOps {
			all = append(all, operand(DCOp(o.op)))
		}
	case "ICOp":
		for _, o := range icOps {
			all = append(all, operand(ICOp(o.op)))
		}
	case "ATOp":
		for _, o := range atOps {
			all = append(all, operand(ATOp(o.op)))
		}
	case "TLBIOp":
		for _, o := range tlbiOps {
			all = append(all, operand(TLBIOp(o.op)))
		}
	}
	return all
}
