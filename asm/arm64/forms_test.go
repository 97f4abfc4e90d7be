package arm64

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/internal/disasm"
	"github.com/wxjit/wxjit/internal/testenv"
)

// sample is an instruction with operands: what we encode, and what it means in the assembler's syntax.
type sample struct {
	method string
	text   string
	word   uint32
}

// notForms are the exported methods that are not instructions, or not ones that the name tells all about.
var notForms = map[string]bool{
	"Reset": true, "AllowReserved": true, "ForbidRelaxation": true, "Len": true, "Err": true, "NewLabel": true, "Bind": true,
	"Extern": true, "Comment": true, "Bytes": true, "Uint64": true, "Address": true, "Distance": true, "Align": true, "Finish": true,
	"Literal32": true, "Literal64": true, "Literal": true, "Pool": true, "LoadConst": true, "LoadConst32": true, "LoadLiteral": true,
	"LoadAddr": true, "LoadLabel": true, "Baddr": true, "BLaddr": true, "CallAddr": true, "JmpAddr": true, "Prologue": true,
	"Epilogue": true, "ADRPxl": true, "ADDxxl": true,
}

var methodName = regexp.MustCompile(`^([A-Z][A-Z0-9]*)([xwpdsimlc]*)$`)

// samplesPerForm is not a multiple of the number of any kind of operand, so that they meet in different ways.
const samplesPerForm = 67

// operands gives values of the type of a method's parameter, with their texts.
func operands(method string, t reflect.Type) (values []any, texts []string) {
	add := func(v any, text string) { values, texts = append(values, v), append(texts, text) }
	switch t {
	case reflect.TypeFor[X](), reflect.TypeFor[W](), reflect.TypeFor[D](), reflect.TypeFor[S]():
		for i := range 32 {
			v := reflect.ValueOf(uint8(i)).Convert(t).Interface()
			add(v, fmt.Sprint(v))
		}
	case reflect.TypeFor[P]():
		add(SP, "sp")
	case reflect.TypeFor[Cond]():
		for c := EQ; c <= AL; c++ {
			add(c, c.String())
		}
	case reflect.TypeFor[Mem]():
		for _, m := range memSamples {
			add(m, m.String())
		}
	case reflect.TypeFor[uint16]():
		for _, v := range []uint16{0, 1, 0x1234, 0x8000, 0xffff} {
			add(v, fmt.Sprintf("#%d", v))
		}
	case reflect.TypeFor[int]():
		for _, v := range []int{0, 1, 7, 16, 31, 32, 48, 63, 4095, 4096, 0xfff000} {
			add(v, fmt.Sprintf("#%d", v))
		}
	case reflect.TypeFor[uint64](), reflect.TypeFor[uint32]():
		for _, v := range []uint64{1, 0x80000000, 0x7fffffff, 0xfffffffe, 0x55555555, 0x00ff00ff, 0xf000000f, 0x5555555555555555, 0x8000000000000001, 0xff00ff00ff00ff00, 0x3fffc} {
			if t.Size() == 4 {
				v &= 0xffffffff
			}
			add(reflect.ValueOf(v).Convert(t).Interface(), fmt.Sprintf("#%#x", v))
		}
	case reflect.TypeFor[float64]():
		for _, v := range []float64{1, -1, 0.125, 31, -0.1328125, 2.5, 3} {
			add(v, fmt.Sprintf("#%g", v))
		}
	case reflect.TypeFor[asm.Label]():
		add(nil, "start") // filled in with the label
	}
	return values, texts
}

// memSamples has every addressing mode; what an instruction does not have is an error for the assemblers too.
var memSamples = func() (all []Mem) {
	for i, off := range []int{0, 8, 16, 240, 248, 255, 256, 504, 512, 1, 2, 4, -1, -8, -256, -512, 4095, 8190, 16380, 32760} {
		all = append(all, MemOff(X(i), off), MemOff(X(30-i), off), MemOff(SP, off))
		all = append(all, MemPre(X(i), off), MemPre(SP, off), MemPost(X(29-i), off), MemPost(SP, off))
	}
	for i := range X(31) {
		all = append(all, MemIndex(i, 30-i, int(i)%4), MemIndex(SP, i, int(i)%4))
	}
	return append(all, MemIndex(X1, XZR, 0))
}()

// samples emits every form with many operands. What we refuse is kept apart.
func samples(t *testing.T) (good, refused []sample) {
	var a Assembler
	a.AllowReserved(true)
	v := reflect.ValueOf(&a)
	for i := range v.NumMethod() {
		name := v.Type().Method(i).Name
		if notForms[name] {
			continue
		}
		m := methodName.FindStringSubmatch(name)
		require.NotNil(t, m, "%s is named against the rule", name)
		g, r := samplesOf(t, &a, v.Method(i), name, m[1])
		require.GreaterOrEqual(t, len(g), min(12, 1+50*v.Method(i).Type().NumIn()), "%s: samples", name)
		good, refused = append(good, g...), append(refused, r...)
	}
	return good, refused
}

func samplesOf(t *testing.T, a *Assembler, method reflect.Value, name, mnemonic string) (good, refused []sample) {
	typ := method.Type()
	n := 1
	for p := range typ.NumIn() {
		n = samplesPerForm
		if typ.In(p) == reflect.TypeFor[Mem]() {
			n = len(memSamples)
		}
	}
	for k := range n {
		a.Reset()
		start := a.NewLabel("start")
		a.Bind(start)
		var args []reflect.Value
		var texts []string
		for p := range typ.NumIn() {
			values, ts := operands(name, typ.In(p))
			require.NotEmpty(t, values, "%s: operand %d", name, p)
			i := (k*(2*p+1) + 7*p) % len(values)
			if values[i] == nil {
				values[i] = start
			}
			args, texts = append(args, reflect.ValueOf(values[i])), append(texts, ts[i])
		}
		method.Call(args)
		s := sample{method: name, text: text(name, mnemonic, texts)}
		o, err := a.Finish()
		if err != nil {
			refused = append(refused, s)
			continue
		}
		require.Len(t, o.Code, 4)
		s.word = binary.LittleEndian.Uint32(o.Code)
		good = append(good, s)
	}
	return good, refused
}

// text is the instruction in the assembler's syntax.
func text(method, mnemonic string, operands []string) string {
	switch {
	case method == "Bcl":
		return "b." + operands[0] + " " + operands[1]
	case strings.HasPrefix(mnemonic, "MOV") && len(operands) == 3:
		operands = []string{operands[0], operands[1], "lsl " + operands[2]}
	}
	return strings.TrimSpace(strings.ToLower(mnemonic) + " " + strings.Join(operands, ", "))
}

// words runs GNU as over the texts. Where an oracle refuses a line, ok is false.
func gnu(t *testing.T, texts []string) []uint32 {
	dir := t.TempDir()
	source, object, binary := filepath.Join(dir, "a.s"), filepath.Join(dir, "a.o"), filepath.Join(dir, "a.bin")
	require.NoError(t, os.WriteFile(source, []byte(lines(texts)), 0o600))
	out, err := exec.Command(testenv.Tool(t, "aarch64-linux-gnu-as"), "-march=armv8.5-a", "-o", object, source).CombinedOutput()
	require.NoError(t, err, "%.2000s", out)
	return textOf(t, object, binary)
}

func llvm(t *testing.T, texts []string) []uint32 {
	dir := t.TempDir()
	source, object, binary := filepath.Join(dir, "a.s"), filepath.Join(dir, "a.o"), filepath.Join(dir, "a.bin")
	require.NoError(t, os.WriteFile(source, []byte(lines(texts)), 0o600))
	out, err := exec.Command(testenv.Tool(t, "llvm-mc-22"), "-triple=aarch64", "-mattr=+v8.5a", "-filetype=obj", "-o", object, source).CombinedOutput()
	require.NoError(t, err, "%.2000s", out)
	return textOf(t, object, binary)
}

// lines puts every text where the label start is.
func lines(texts []string) string {
	var b strings.Builder
	for _, text := range texts {
		fmt.Fprintf(&b, "%s\n", strings.Replace(text, "start", ".", 1))
	}
	return b.String()
}

func textOf(t *testing.T, object, raw string) (words []uint32) {
	out, err := exec.Command(testenv.Tool(t, "aarch64-linux-gnu-objcopy"), "-O", "binary", "-j", ".text", object, raw).CombinedOutput()
	require.NoError(t, err, "%s", out)
	code, err := os.ReadFile(raw)
	require.NoError(t, err)
	for ; len(code) > 0; code = code[4:] {
		words = append(words, binary.LittleEndian.Uint32(code))
	}
	return words
}

func TestFormsAgainstAssemblers(t *testing.T) {
	good, _ := samples(t)
	forms := map[string]bool{}
	var texts []string
	for _, s := range good {
		forms[s.method] = true
		texts = append(texts, s.text)
	}
	t.Logf("%d encodings of %d forms", len(good), len(forms))
	for name, words := range map[string][]uint32{"as": gnu(t, texts), "llvm-mc": llvm(t, texts)} {
		require.Len(t, words, len(good), name)
		for i, s := range good {
			if s.word != words[i] {
				t.Errorf("%s: %s %q: we %08x, they %08x", name, s.method, s.text, s.word, words[i])
			}
		}
	}
}

// TestRefusedByAssemblers: what we refuse, GNU as refuses too, but for what it turns into another instruction.
func TestRefusedByAssemblers(t *testing.T) {
	_, refused := samples(t)
	require.NotEmpty(t, refused)
	var texts []string
	for _, s := range refused {
		texts = append(texts, s.text)
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "a.s")
	require.NoError(t, os.WriteFile(source, []byte(lines(texts)), 0o600))
	out, err := exec.Command(testenv.Tool(t, "aarch64-linux-gnu-as"), "-march=armv8.5-a", "-o", filepath.Join(dir, "a.o"), source).CombinedOutput()
	require.Error(t, err)
	bad := map[int]bool{}
	for _, m := range regexp.MustCompile(`a\.s:(\d+): Error`).FindAllStringSubmatch(string(out), -1) {
		var n int
		fmt.Sscan(m[1], &n)
		bad[n-1] = true
	}
	// What is unpredictable by the manual gets a warning only.
	for _, m := range regexp.MustCompile(`a\.s:(\d+): Warning: unpredictable`).FindAllStringSubmatch(string(out), -1) {
		var n int
		fmt.Sscan(m[1], &n)
		bad[n-1] = true
	}
	for i, s := range refused {
		if !bad[i] {
			t.Errorf("we refuse %s %q, as does not", s.method, s.text)
		}
	}
	t.Logf("%d refused", len(refused))
}

// TestFormsAgainstDecoder reads everything back with x/arch's decoder, which must know all of it.
func TestFormsAgainstDecoder(t *testing.T) {
	good, _ := samples(t)
	for _, s := range good {
		var b [4]byte
		binary.LittleEndian.PutUint32(b[:], s.word)
		inst, err := arm64asm.Decode(b[:])
		if s.method == "UDFi" {
			require.Error(t, err, "then this exception can go")
			continue
		}
		require.NoError(t, err, "%s %08x", s.text, s.word)
		require.NotZero(t, inst.Op, s.text)
	}
}

// TestFormsAgainstObjdump: the text of a listing is what objdump prints for the same bytes.
func TestFormsAgainstObjdump(t *testing.T) {
	good, _ := samples(t)
	var code []byte
	for _, s := range good {
		code = binary.LittleEndian.AppendUint32(code, s.word)
	}
	texts := testenv.Objdump(t, "arm64", code, 0x10000)
	require.Len(t, texts, len(good))
	for i, s := range good {
		inst, err := disasm.ARM64(code[4*i:], uint64(0x10000+4*i))
		require.NoError(t, err)
		require.Equal(t, texts[i], inst.Text, "%s %08x", s.method, s.word)
	}
}
