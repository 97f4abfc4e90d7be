package arm64

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/arch/arm64/arm64asm"
)

// opByName finds operations by their mnemonics.
var opByName = func() map[string]arm64asm.Op {
	all := map[string]arm64asm.Op{}
	for op := arm64asm.Op(1); op < endOfOps; op++ {
		if rowsOf[op].n > 0 {
			all[opName(op)] = op
		}
	}
	return all
}()

// parseGNU reads an instruction in the syntax of GNU as, as x/arch's decoder and LLVM write it, into the operands of Emit. It
// panics with a string where it can't, which read turns into an error.
func parseGNU(text string) (op arm64asm.Op, args []Arg, err error) {
	defer func() {
		if why := recover(); why != nil {
			s, ok := why.(string)
			if !ok {
				panic(why)
			}
			err = fmt.Errorf("%s: %s", text, s)
		}
	}()
	mnemonic, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	mnemonic, cond, _ := strings.Cut(strings.ToUpper(mnemonic), ".")
	if cond != "" {
		args = append(args, condByName(strings.ToLower(cond)))
	}
	op, ok := opByName[mnemonic]
	if !ok {
		panic("no such mnemonic")
	}
	g := gnuReader{mnemonic: mnemonic, words: operandTexts(rest)}
	for len(g.words) > 0 {
		args = append(args, g.next())
	}
	return op, args, nil
}

// operandTexts cuts at the commas outside of brackets and braces.
func operandTexts(text string) (all []string) {
	depth, start := 0, 0
	for i, c := range text + "," {
		switch {
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			depth--
		case c == ',' && depth == 0:
			if s := strings.TrimSpace(text[start:i]); s != "" {
				all = append(all, s)
			}
			start = i + 1
		}
	}
	return all
}

// gnuReader reads operands from left to right.
type gnuReader struct {
	mnemonic string
	words    []string
	read     int
	sp       bool // the stack pointer was read: LSL is an extension, as SP has no encoding with a shift
}

var (
	gnuRegister = regexp.MustCompile(`^([xwbhsdqv])([0-9]+)$`)
	gnuVector   = regexp.MustCompile(`^v([0-9]+)\.([0-9]*[bhsdq])(?:\[([0-9]+)\])?$`)
	gnuList     = regexp.MustCompile(`^\{(.*)\}(?:\[([0-9]+)\])?$`)
	gnuModifier = regexp.MustCompile(`^(lsl|lsr|asr|ror|msl|[us]xt[bhwx])(?: #(\w+))?$`)
	gnuControl  = regexp.MustCompile(`(?i)^c([0-9]+)$`)
)

// next reads an operand, with the shift or extension behind it.
func (g *gnuReader) next() Arg {
	text := g.words[0]
	g.words = g.words[1:]
	g.read++
	switch {
	case text[0] == '[':
		return g.memory(text)
	case text[0] == '{':
		return vectorList(text)
	case text[0] == '#' || strings.HasPrefix(text, "0x"):
		return g.number(text)
	case gnuVector.MatchString(text):
		return vectorOperand(text)
	case gnuControl.MatchString(text) && strings.HasPrefix(g.mnemonic, "SYS"):
		return Imm(integer(text[1:]))
	}
	if named := g.named(text); named != nil {
		return named
	}
	r := registerOperand(text)
	g.sp = g.sp || r == Arg(SP) || r == Arg(WSP)
	if len(g.words) == 0 {
		return r
	}
	m := gnuModifier.FindStringSubmatch(g.words[0])
	if m == nil {
		return r
	}
	g.words = g.words[1:]
	if _, isX := r.(X); g.sp && m[1] == "lsl" && isX {
		m[1] = "uxtx"
	} else if g.sp && m[1] == "lsl" {
		m[1] = "uxtw"
	}
	return modifiedRegister(r, m[1], amountOf(m[2]))
}

func amountOf(text string) int {
	if text == "" {
		return 0
	}
	return int(integer(text))
}

// integer reads a number, of which the top bit may be a sign.
func integer(text string) int64 {
	text = strings.TrimPrefix(text, "#")
	if v, err := strconv.ParseInt(text, 0, 64); err == nil {
		return v
	}
	v, err := strconv.ParseUint(text, 0, 64)
	if err != nil {
		panic("no number: " + text)
	}
	return int64(v)
}

// labels are the operations of which a number is the distance to a label.
var labelOps = map[string]bool{
	"B": true, "BC": true, "BL": true, "CBZ": true, "CBNZ": true, "TBZ": true, "TBNZ": true, "ADR": true, "ADRP": true,
	"LDR": true, "LDRSW": true, "PRFM": true,
}

// number reads an immediate, the distance of a label, or what has a number instead of a name.
func (g *gnuReader) number(text string) Arg {
	last := len(g.words) == 0
	switch {
	case text[0] != '#': // the address, which is the distance from 0
		return Rel(integer(text))
	case labelOps[g.mnemonic] && last && !(g.mnemonic == "PRFM" && g.read == 1):
		return Rel(integer(text))
	case strings.HasPrefix(g.mnemonic, "FCM") && text == "#0": // as x/arch writes it
		return Float(0)
	case g.mnemonic == "DMB" || g.mnemonic == "DSB" || g.mnemonic == "ISB":
		return Barrier(integer(text))
	case strings.HasPrefix(g.mnemonic, "PRF"):
		return Prefetch(integer(text))
	case strings.ContainsAny(text, ".") || strings.Contains(text, "e+") || strings.Contains(text, "e-"):
		v, err := strconv.ParseFloat(text[1:], 64)
		if err != nil {
			panic("no number: " + text)
		}
		return Float(v)
	}
	return Imm(integer(text))
}

// registerOperand reads a general or a scalar register.
func registerOperand(text string) Arg {
	switch text {
	case "sp":
		return SP
	case "wsp":
		return WSP
	case "xzr":
		return XZR
	case "wzr":
		return WZR
	}
	m := gnuRegister.FindStringSubmatch(text)
	if m == nil {
		panic("no operand: " + text)
	}
	n := uint8(integer(m[2]))
	switch m[1] {
	case "x":
		return X(n)
	case "w":
		return W(n)
	case "b":
		return B(n)
	case "h":
		return H(n)
	case "s":
		return S(n)
	case "d":
		return D(n)
	case "q":
		return Q(n)
	}
	panic("no operand: " + text)
}

// modifiedRegister has a shift or an extension.
func modifiedRegister(r Arg, modifier string, n int) Arg {
	kind := -1
	for i, name := range shiftNames {
		if name == modifier {
			kind = i
		}
	}
	for i, name := range extendNames {
		if name == modifier {
			kind = i
		}
	}
	isShift := !strings.Contains(modifier, "xt")
	switch r := r.(type) {
	case X:
		if isShift {
			return ShiftedX{wide | registerOf(uint8(r), register(kind), n)}
		}
		return Extended{wide | registerOf(uint8(r), register(kind), n)}
	case W:
		if isShift {
			return ShiftedW{registerOf(uint8(r), register(kind), n)}
		}
		return Extended{registerOf(uint8(r), register(kind), n)}
	}
	panic("not to be shifted")
}

// vectorOperand reads a vector register with an arrangement, or an element of one.
func vectorOperand(text string) Arg {
	m := gnuVector.FindStringSubmatch(text)
	v := V(integer(m[1]))
	if m[3] != "" {
		i := int(integer(m[3]))
		for size, arg := range map[string]Arg{"b": v.B(i), "h": v.H(i), "s": v.S(i), "d": v.D(i), "4b": v.Group4B(i), "2h": v.Group2H(i)} {
			if size == m[2] {
				return arg
			}
		}
		panic("no element: " + text)
	}
	for _, arg := range []Arg{v.B8(), v.B16(), v.H4(), v.H8(), v.S2(), v.S4(), v.D1(), v.D2(), v.Q1(), v.H2()} {
		if fmt.Sprint(arg) == fmt.Sprintf("v%d.%s", v, m[2]) {
			return arg
		}
	}
	panic("no arrangement: " + text)
}

// vectorList reads {v0.4s, v1.4s}, {v0.4s-v3.4s}, or one with the number of an element behind it.
func vectorList(text string) Arg {
	m := gnuList.FindStringSubmatch(text)
	if m == nil {
		panic("no list: " + text)
	}
	element := ""
	if m[2] != "" {
		element = "[" + m[2] + "]"
	}
	var regs []string
	for _, r := range strings.Split(m[1], ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(r), "-")
		regs = append(regs, first)
		if isRange {
			from, to := gnuVector.FindStringSubmatch(first), gnuVector.FindStringSubmatch(last)
			for n := integer(from[1]); n != integer(to[1]); {
				n = (n + 1) % 32
				regs = append(regs, fmt.Sprintf("v%d.%s", n, from[2]))
			}
		}
	}
	switch first := vectorOperand(regs[0] + element).(type) {
	case V8B:
		return ListOf(first, len(regs))
	case V16B:
		return ListOf(first, len(regs))
	case V4H:
		return ListOf(first, len(regs))
	case V8H:
		return ListOf(first, len(regs))
	case V2S:
		return ListOf(first, len(regs))
	case V4S:
		return ListOf(first, len(regs))
	case V1D:
		return ListOf(first, len(regs))
	case V2D:
		return ListOf(first, len(regs))
	case LaneB:
		return ListOf(first, len(regs))
	case LaneH:
		return ListOf(first, len(regs))
	case LaneS:
		return ListOf(first, len(regs))
	case LaneD:
		return ListOf(first, len(regs))
	}
	panic("no list: " + text)
}

// memory reads an address, and what is behind it if it changes its base.
func (g *gnuReader) memory(text string) Arg {
	inner, pre := strings.CutSuffix(text, "!")
	parts := operandTexts(strings.Trim(inner, "[]"))
	if base, ok := registerOperand(parts[0]).(P); ok {
		return memoryAt(base, parts[1:], pre, g)
	}
	base, ok := registerOperand(parts[0]).(X)
	if !ok {
		panic("no base: " + text)
	}
	return memoryAt(base, parts[1:], pre, g)
}

func memoryAt[R Base](base R, parts []string, pre bool, g *gnuReader) Mem {
	switch {
	case len(parts) == 0 && pre:
		return MemPre(base, 0)
	case len(parts) == 0 && len(g.words) == 1 && g.mnemonic != "STG" && !strings.HasPrefix(g.mnemonic, "LDRA"):
		post := g.words[0]
		g.words = nil
		if post[0] == '#' {
			return MemPost(base, int(integer(post)))
		}
		x, ok := registerOperand(post).(X)
		if !ok {
			panic("no increment: " + post)
		}
		return MemPostReg(base, x)
	case len(parts) == 0:
		return MemOff(base, 0)
	case parts[0][0] == '#' && pre:
		return MemPre(base, int(integer(parts[0])))
	case parts[0][0] == '#':
		return MemOff(base, int(integer(parts[0])))
	}
	index := registerOperand(parts[0])
	if x, ok := index.(X); ok && len(parts) == 1 {
		return MemIndex(base, x, 0)
	}
	m := gnuModifier.FindStringSubmatch(parts[1])
	if m == nil {
		panic("no extension: " + parts[1])
	}
	extend := m[1]
	if extend == "lsl" {
		extend = "uxtx"
	}
	e, ok := modifiedRegister(index, extend, amountOf(m[2])).(Extended)
	if !ok {
		panic("no extension: " + parts[1])
	}
	if m[2] != "" && e.r.amount() == 0 {
		return MemExtend(base, e).Scaled()
	}
	return MemExtend(base, e)
}

// condByName gives a condition.
func condByName(name string) Cond {
	switch name {
	case "cs":
		return HS
	case "cc":
		return LO
	}
	for c := EQ; c <= NV; c++ {
		if c.String() == name {
			return c
		}
	}
	panic("no condition: " + name)
}

// named reads what has a name of its own, nil if it is none.
func (g *gnuReader) named(text string) Arg {
	number := func(names []sysOp) uint16 {
		for _, o := range names {
			if o.name == text {
				return o.op
			}
		}
		panic("no such operation: " + text)
	}
	if m := gnuModifier.FindStringSubmatch(text); m != nil && m[1] == "lsl" {
		return LSL(amountOf(m[2]))
	} else if m != nil && m[1] == "msl" {
		return MSL(amountOf(m[2]))
	}
	first := g.read == 1
	switch m := g.mnemonic; {
	case m == "DC" && first:
		return DCOp(number(dcOps[:]))
	case m == "IC" && first:
		return ICOp(number(icOps[:]))
	case m == "AT" && first:
		return ATOp(number(atOps[:]))
	case m == "TLBI" && first:
		return TLBIOp(number(tlbiOps[:]))
	case m == "BTI":
		return map[string]Arg{"c": BTI_C, "j": BTI_J, "jc": BTI_JC}[text]
	case m == "DMB" || m == "DSB" || m == "ISB":
		for b := Barrier(0); b < 16; b++ {
			if b.String() == text {
				return b
			}
		}
		return map[string]Arg{"ld": LD, "st": ST}[text]
	case m == "MSR" && first || m == "MRS" && !first:
		for f := PStateField(0); f < 64; f++ {
			if strings.EqualFold(f.String(), text) && m == "MSR" && strings.HasPrefix(g.words[0], "#") {
				return f
			}
		}
		if r, ok := ParseSysReg(text); ok {
			return r
		}
		panic("no such register: " + text)
	case strings.HasPrefix(m, "PRF") && first:
		for p := Prefetch(0); p < 32; p++ {
			if p.String() == text {
				return p
			}
		}
		panic("no such prefetch: " + text)
	case strings.HasPrefix(m, "C") || strings.HasPrefix(m, "FC"):
		for c := EQ; c <= NV; c++ {
			if c.String() == text || text == "cs" || text == "cc" {
				return condByName(text)
			}
		}
	}
	return nil
}
