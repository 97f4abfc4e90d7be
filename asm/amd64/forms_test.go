package amd64

import (
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/x86/x86asm"
)

// sample is an instruction with operands: what we encode, and what it means, in Intel's syntax and as operands of Emit.
type sample struct {
	method string
	enc    string // legacy, vex, evex, either
	text   string
	op     x86asm.Op
	args   []x86asm.Arg
	code   []byte
}

// formLine is a line of testdata/forms.tsv.
type formLine struct {
	method, enc string
	op          x86asm.Op
	operands    []string
}

// formLines reads the file once.
func formLines(t testing.TB) []formLine {
	if allLines == nil {
		allLines = readLines(t)
	}
	return allLines
}

var allLines []formLine

func readLines(t testing.TB) (all []formLine) {
	ops := map[string]x86asm.Op{}
	for op := x86asm.Op(1); op < endOfOps; op++ {
		ops[OpName(op)] = op
	}
	data, err := os.ReadFile("testdata/forms.tsv")
	require.NoError(t, err)
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSpace(line), "\t")
		require.Contains(t, ops, f[1])
		all = append(all, formLine{f[0], f[2], ops[f[1]], f[3:]})
	}
	return all
}

// samplesPerForm is not a multiple of the number of any kind of operand, so that they meet in different ways, and more than
// there are registers: each operand of each form has every number.
const samplesPerForm = 33

// choice is a value of an operand: the argument of the typed method, that of Emit, and its text.
type choice struct {
	value any
	arg   x86asm.Arg
	text  string
}

func registers[T ~uint8](n int, first x86asm.Reg) (all []choice) {
	for i := range n {
		all = append(all, choice{T(i), first + x86asm.Reg(i), fmt.Sprint(T(i))})
	}
	return all
}

// choices are the values of an operand of a form.
func choices(spec, enc string) []choice {
	key := spec + " " + enc
	all, ok := choicesOf[key]
	if !ok {
		all = makeChoices(spec, enc)
		choicesOf[key] = all
	}
	return all
}

var choicesOf = map[string][]choice{}

func makeChoices(spec, enc string) (all []choice) {
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	vectors := 16
	if enc == "evex" || enc == "either" {
		vectors = 32
	}
	kind, width := spec[:1], 0
	if len(spec) > 1 {
		width = number(spec[1:])
	}
	switch {
	case spec == "x":
		return registers[XMM](vectors, x86asm.X0)
	case spec == "y":
		return registers[YMM](vectors, x86asm.Y0)
	case spec == "z":
		return registers[ZMM](vectors, x86asm.Z0)
	case spec == "k":
		return registers[K](8, x86asm.K0)
	case spec == "q":
		return registers[MM](8, x86asm.M0)
	case spec == "t":
		return registers[ST](8, x86asm.F0)
	case spec == "s":
		return append(registers[Seg](1, x86asm.ES), registers[Seg](6, x86asm.ES)[2:]...) // CS can't be loaded
	case spec == "r64":
		return registers[Reg64](16, x86asm.RAX)
	case spec == "r32":
		return registers[Reg32](16, x86asm.EAX)
	case spec == "r16":
		return registers[Reg16](16, x86asm.AX)
	case spec == "r8":
		for r := AL; r <= BH; r++ {
			for reg := x86asm.AL; reg <= x86asm.R15B; reg++ {
				if uint8(regClass[reg]>>8) == byteReg(r) {
					all = append(all, choice{r, reg, r.String()})
				}
			}
		}
	case spec == "mask", spec == "merge":
		for k := range K(8) {
			reg := x86asm.K0 + x86asm.Reg(k)
			switch {
			case spec == "merge":
				all = append(all, choice{k, reg, k.Merge().String()})
			case k > 0:
				all = append(all, choice{k.Merge(), reg, k.Merge().String()}, choice{k.Zero(), Zeroing(reg), k.Zero().String()})
			default:
				all = append(all, choice{NoMask, reg, ""})
			}
		}
	case strings.HasPrefix(spec, "v"):
		return vectorMemory(spec[:2], number(spec[2:]), vectors)
	case kind == "m":
		for _, m := range memSamples {
			all = append(all, choice{m, Sized(m, width/8), sizes[width] + m.String()})
		}
		return append(all, choice{nil, Sized(Mem{}, width/8), sizes[width] + "[rip+start]"})
	case kind == "b":
		w, count, _ := strings.Cut(spec[1:], ":")
		for _, m := range memSamples {
			all = append(all, choice{m, Broadcast(m, number(w)/8, number(count)), sizes[number(w)] + m.String() + "{1to" + count + "}"})
		}
	case kind == "i":
		for _, v := range []uint16{0, 1, 2, 7, 31, 127, 128, 255, 256, 65535} {
			if width == 16 {
				all = append(all, choice{v, x86asm.Imm(v), fmt.Sprint(v)})
			} else if v < 256 {
				all = append(all, choice{uint8(v), x86asm.Imm(v), fmt.Sprint(v)})
			}
		}
	case kind == "s":
		return signed(width)
	case spec == "o":
		for _, v := range []uint64{0x123456789abcdef0, 1 << 40, 1<<64 - 1<<33} {
			all = append(all, choice{v, x86asm.Mem{Disp: int64(v)}, fmt.Sprintf("[%#x]", v)})
		}
	case spec == "l":
		return []choice{{text: "start"}} // the label is put in
	}
	return all
}

func signed(width int) (all []choice) {
	for _, v := range []int64{0, 1, 127, 128, -128, -129, 0x1234, -1 << 15, 1<<15 - 1, 0x12345678, -1 << 31, 1<<31 - 1, 1 << 31, 1 << 40, -1 << 63} {
		c := choice{arg: x86asm.Imm(v), text: fmt.Sprint(v)}
		switch {
		case width == 8 && v == int64(int8(v)):
			c.value = int8(v)
		case width == 16 && v == int64(int16(v)):
			c.value = int16(v)
		case width == 32 && v == int64(int32(v)):
			c.value = int32(v)
		case width == 64:
			c.value = v
		default:
			continue
		}
		all = append(all, c)
	}
	return all
}

func vectorMemory(kind string, width, vectors int) (all []choice) {
	disps := []int32{0, 1, -128, 64, 4096, -1 << 31}
	for i := range vectors {
		base, scale, disp := Reg64(i%16), 1<<(i%4), disps[i%len(disps)]
		var values []fmt.Stringer
		switch kind {
		case "vx":
			values = []fmt.Stringer{MemIndexX(base, XMM(i), scale, disp), MemIndexOnlyX(XMM(i), scale, disp)}
		case "vy":
			values = []fmt.Stringer{MemIndexY(base, YMM(i), scale, disp), MemIndexOnlyY(YMM(i), scale, disp)}
		case "vz":
			values = []fmt.Stringer{MemIndexZ(base, ZMM(i), scale, disp), MemIndexOnlyZ(ZMM(i), scale, disp)}
		}
		for _, v := range values {
			m := reflect.ValueOf(v).Convert(reflect.TypeFor[Mem]()).Interface().(Mem)
			all = append(all, choice{v, Sized(m, width/8), sizes[width] + v.String()})
		}
	}
	return all
}

var sizes = map[int]string{
	8: "byte ptr ", 16: "word ptr ", 32: "dword ptr ", 48: "fword ptr ", 64: "qword ptr ", 80: "tbyte ptr ",
	128: "xmmword ptr ", 256: "ymmword ptr ", 512: "zmmword ptr ",
}

// memSamples has every corner of ModRM and SIB: each base and index, the ones with a special meaning (rsp, rbp, r12, r13),
// no base, no index, each size of displacement, those that a vector's length divides too, and every segment.
var memSamples = func() (all []Mem) {
	disps := []int32{0, 1, -1, 127, -128, 128, -129, 1<<31 - 1, -1 << 31, 64, -64, 1024, 8128, -8192, 8192}
	for i := range Reg64(16) {
		all = append(all, MemBase(i, disps[int(i)%len(disps)]))
	}
	for _, base := range []Reg64{RSP, RBP, R12, R13} {
		for _, d := range disps {
			all = append(all, MemBase(base, d))
		}
	}
	for i := range Reg64(16) {
		if i != RSP {
			all = append(all, MemIndex(15-i, i, 1<<(i%4), disps[int(i)%len(disps)]), MemIndexOnly(i, 2<<(i%3), disps[int(i)%len(disps)]))
		}
	}
	for _, base := range []Reg64{RSP, RBP, R12, R13} {
		all = append(all, MemIndex(base, R12, 4, 0), MemIndex(base, RBP, 8, 5), MemIndex(base, R13, 2, 500))
	}
	for _, s := range []Seg{FS, GS} {
		all = append(all, MemBase(RBX, 8).Segment(s), MemAbs(0x28).Segment(s))
	}
	return append(all, MemAbs(0x1000), MemAbs(-1<<31), MemBase(RCX, 4).Address32(), MemIndex(R8, RDX, 4, 512).Address32())
}()

// samples emits every form with many operands, once for all tests.
func samples(t testing.TB) []sample {
	if allSamples == nil {
		allSamples = makeSamples(t)
	}
	return allSamples
}

var allSamples []sample

func makeSamples(t testing.TB) (all []sample) {
	var a Assembler
	v := reflect.ValueOf(&a)
	turn := 0
	for _, line := range formLines(t) {
		method := v.MethodByName(line.method)
		if !method.IsValid() {
			t.Fatalf("no method %s", line.method)
		}
		n, some := samplesPerForm, 0
		switch {
		case method.Type().NumIn() == 0:
			n = 1
		case line.enc == "legacy" || line.enc == "vex": // 16 registers
			n = 17
		}
		for k := range n {
			if s, ok := line.sample(t, &a, method, turn+k); ok {
				all = append(all, s)
				some++
			}
		}
		if n > 1 && some < 8 {
			t.Fatalf("%s: only %d samples", line.method, some)
		}
		turn += 5
	}
	return all
}

// sample emits the form with the operands of turn k.
func (line formLine) sample(t testing.TB, a *Assembler, method reflect.Value, k int) (sample, bool) {
	a.Reset()
	label := a.NewLabel("start")
	a.Bind(label)
	s := sample{method: line.method, op: line.op, enc: line.enc}
	var in []reflect.Value
	var texts []string
	rounding := ""
	for p, spec := range line.operands {
		switch {
		case spec == "er":
			rc := Rounding(k % 4)
			in = append(in, reflect.ValueOf(rc))
			s.args = append(s.args, Embedded(rc))
			rounding = rc.String()
		case spec == "sae":
			s.args = append(s.args, SAE())
			rounding = "{sae}"
		case spec[0] == '=':
			texts = append(texts, strings.Replace(spec[1:], "st0", "st", 1))
			s.args = append(s.args, fixedArgs[spec[1:]])
		default:
			all := choices(spec, line.enc)
			if len(all) == 0 {
				t.Fatalf("%s: no operands for %s", line.method, spec)
			}
			c := all[(k*(2*p+1)+7*p)%len(all)]
			switch {
			case spec == "l":
				c.value, c.arg = label, Target(label)
			case c.value == nil:
				c.value, c.arg = MemLabel(label), Sized(MemLabel(label), int(c.arg.(Operand).bytes))
			}
			in = append(in, reflect.ValueOf(c.value))
			s.args = append(s.args, c.arg)
			if spec == "mask" || spec == "merge" {
				texts[len(texts)-1] += c.text
			} else {
				texts = append(texts, c.text)
			}
		}
	}
	if rounding != "" { // in front of the immediate
		at := len(texts)
		if last := line.operands[len(line.operands)-2]; last == "i8" || last == "r32" || last == "r64" {
			at--
		}
		texts = append(texts[:at], append([]string{rounding}, texts[at:]...)...)
	}
	s.text = strings.TrimSpace(strings.ToLower(OpName(line.op)) + " " + strings.Join(texts, ", "))
	if method.Type().NumIn() != len(in) {
		t.Fatalf("%s: %d parameters, %d operands", line.method, method.Type().NumIn(), len(in))
	}
	method.Call(in)
	o, err := a.Finish()
	if err != nil {
		if !impossible(err) {
			t.Fatalf("%s %s: %v", line.method, s.text, err)
		}
		return s, false
	}
	if len(o.Code) > 15 {
		t.Fatalf("%s %s: %x", line.method, s.text, o.Code)
	}
	s.code = o.Code
	return s, true
}

var fixedArgs = map[string]x86asm.Arg{
	"al": x86asm.AL, "ax": x86asm.AX, "eax": x86asm.EAX, "rax": x86asm.RAX, "cl": x86asm.CL, "dx": x86asm.DX,
	"fs": x86asm.FS, "gs": x86asm.GS, "st0": x86asm.F0, "1": x86asm.Imm(1), "3": x86asm.Imm(3),
}

// impossible tells that the error is one that some operands deserve: their types alone allow them.
func impossible(err error) bool {
	for _, s := range []string{"REX prefix", "not three registers", "same register", "k0 can't", "shift of"} {
		if strings.Contains(err.Error(), s) {
			return true
		}
	}
	return false
}
