package amd64

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/x86/x86asm"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/internal/disasm"
	"github.com/wxjit/wxjit/internal/testenv"
)

// sample is an instruction with operands: what we encode, and what it means in Intel's syntax.
type sample struct {
	method string
	text   string
	code   []byte
}

// notForms are the exported methods that are not instructions, or not ones that the name tells all about.
var notForms = map[string]bool{
	"Reset": true, "Len": true, "Err": true, "NewLabel": true, "Bind": true, "Comment": true, "Bytes": true, "Uint64": true,
	"Address": true, "Align": true, "Finish": true, "Limit": true, "CALLaddr": true, "JMPaddr": true,
}

var methodName = regexp.MustCompile(`^([A-Z][A-Z0-9]*)((?:[rmilxy][0-9]*)*)$`)

// samplesPerForm is not a multiple of the number of any kind of operand, so that they meet in different ways.
const samplesPerForm = 53

// operands gives values of the type of a method's parameter, with their texts.
func operands(t reflect.Type, letter byte, width string) (values []any, texts []string) {
	add := func(v any, text string) { values, texts = append(values, v), append(texts, text) }
	switch t {
	case reflect.TypeFor[Reg8]():
		for r := AL; r <= BH; r++ {
			add(r, r.String())
		}
	case reflect.TypeFor[Reg16](), reflect.TypeFor[Reg32](), reflect.TypeFor[Reg64](), reflect.TypeFor[XMM](), reflect.TypeFor[YMM]():
		for i := range 16 {
			v := reflect.ValueOf(uint8(i)).Convert(t).Interface()
			add(v, fmt.Sprint(v))
		}
	case reflect.TypeFor[Mem]():
		for _, m := range memSamples {
			add(m, sizes[width]+m.String())
		}
	case reflect.TypeFor[int8]():
		for _, v := range []int8{0, 1, 3, 127, -1, -128} {
			add(v, fmt.Sprint(uint8(v)))
		}
	case reflect.TypeFor[uint8]():
		for _, v := range []uint8{0, 1, 2, 7, 31} {
			add(v, fmt.Sprint(v))
		}
	case reflect.TypeFor[int32]():
		for _, v := range []int32{0, 1, 127, 128, -128, -129, 0x12345678, -1 << 31, 1<<31 - 1} {
			add(v, fmt.Sprint(v))
		}
	case reflect.TypeFor[int64]():
		for _, v := range []int64{0, 1, -1, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 32, -1 << 31, -1<<31 - 1, -1 << 63, 1<<63 - 1} {
			add(v, fmt.Sprint(v))
		}
	case reflect.TypeFor[asm.Label]():
		add(nil, "start") // filled in with the label
	}
	return values, texts
}

var sizes = map[string]string{
	"8": "byte ptr ", "16": "word ptr ", "32": "dword ptr ", "64": "qword ptr ", "128": "xmmword ptr ", "256": "ymmword ptr ",
}

// memSamples has every corner of ModRM and SIB: each base and index, the ones with a special meaning (rsp, rbp, r12, r13),
// no base, no index, each size of displacement.
var memSamples = func() (all []Mem) {
	disps := []int32{0, 1, -1, 127, -128, 128, -129, 1<<31 - 1, -1 << 31}
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
	return append(all, MemAbs(0x1000), MemAbs(-1<<31))
}()

// samples emits every form with many operands, each instruction in a block of 16 bytes.
func samples(t *testing.T) (all []sample) {
	var a Assembler
	v := reflect.ValueOf(&a)
	for i := range v.NumMethod() {
		name := v.Type().Method(i).Name
		if notForms[name] {
			continue
		}
		m := methodName.FindStringSubmatch(name)
		require.NotNil(t, m, "%s is named against the rule", name)
		all = append(all, samplesOf(t, &a, v.Method(i), name, strings.ToLower(m[1]), m[2])...)
	}
	return all
}

func samplesOf(t *testing.T, a *Assembler, method reflect.Value, name, mnemonic, suffix string) (all []sample) {
	kinds := regexp.MustCompile(`([rmilxy])([0-9]*)`).FindAllStringSubmatch(suffix, -1)
	typ := method.Type()
	require.Equal(t, typ.NumIn(), len(kinds), "%s: a letter for each operand", name)
	last := ""
	if len(kinds) > 0 {
		last = kinds[len(kinds)-1][2]
	}
	n := samplesPerForm
	if typ.NumIn() == 0 {
		n = 1
	}
	for k := range n {
		a.Reset()
		start := a.NewLabel("start")
		a.Bind(start)
		a.Bytes(make([]byte, 256)) // so that no branch back to start is a short one
		var args []reflect.Value
		var texts []string
		for p := range typ.NumIn() {
			width := kinds[p][2]
			if width == "" {
				width = last
			}
			values, ts := operands(typ.In(p), kinds[p][1][0], width)
			require.NotEmpty(t, values, "%s: operand %d", name, p)
			i := (k*(2*p+1) + 7*p) % len(values)
			if values[i] == nil {
				values[i] = start
			}
			args, texts = append(args, reflect.ValueOf(values[i])), append(texts, ts[i])
		}
		if badTogether(texts) {
			continue
		}
		method.Call(args)
		o, err := a.Finish()
		require.NoError(t, err, "%s %v", name, texts)
		code := o.Code[256:]
		require.LessOrEqual(t, len(code), 15)
		all = append(all, sample{name, strings.TrimSpace(mnemonic + " " + strings.Join(texts, ", ")), code})
	}
	return all
}

// badTogether: AH to BH next to a register that needs a REX prefix.
func badTogether(texts []string) bool {
	all := strings.Join(texts, " ")
	return regexp.MustCompile(`\b[abcd]h\b`).MatchString(all) && regexp.MustCompile(`\br\d|\b(spl|bpl|sil|dil)\b`).MatchString(all)
}

// reference gives what the assemblers are to be told to get the shortest encoding: they take the operands by the letter.
func reference(s sample) string {
	if s.method != "MOVri64" {
		return s.text
	}
	reg, number, _ := strings.Cut(strings.TrimPrefix(s.text, "mov "), ", ")
	imm, _ := strconv.ParseInt(number, 10, 64)
	switch {
	case imm == int64(uint32(imm)): // into the lower half, which clears the upper
		for r := RAX; r <= R15; r++ {
			if r.String() == reg {
				return fmt.Sprintf("mov %v, %d", Reg32(r), imm)
			}
		}
	case imm != int64(int32(imm)):
		return strings.Replace(s.text, "mov ", "movabs ", 1)
	}
	return s.text
}

// assemble runs an outside assembler over the texts, each in a block of 16 bytes, and gives the blocks.
func assemble(t *testing.T, texts []string, tool string, args ...string) [][]byte {
	dir := t.TempDir()
	source, object, binary := filepath.Join(dir, "a.s"), filepath.Join(dir, "a.o"), filepath.Join(dir, "a.bin")
	var b strings.Builder
	b.WriteString(".intel_syntax noprefix\nstart:\n.zero 256\n")
	for _, text := range texts {
		fmt.Fprintf(&b, "%s\n.balign 16, 0xcc\n", text)
	}
	require.NoError(t, os.WriteFile(source, []byte(b.String()), 0o600))
	out, err := exec.Command(tool, append(args, "-o", object, source)...).CombinedOutput()
	require.NoError(t, err, "%.2000s", out)
	out, err = exec.Command(testenv.Tool(t, "objcopy"), "-O", "binary", "-j", ".text", object, binary).CombinedOutput()
	require.NoError(t, err, "%s", out)
	code, err := os.ReadFile(binary)
	require.NoError(t, err)
	code = code[256:]
	require.Len(t, code, 16*len(texts))
	var blocks [][]byte
	for i := range texts {
		blocks = append(blocks, code[16*i:16*i+16])
	}
	return blocks
}

func TestFormsAgainstAssemblers(t *testing.T) {
	all := samples(t)
	forms := map[string]bool{}
	var texts []string
	for i, s := range all {
		forms[s.method] = true
		// Branches go back to start from where they are in the long file.
		if strings.HasSuffix(s.text, " start") {
			all[i].code = nil
		}
		texts = append(texts, reference(s))
	}
	t.Logf("%d encodings of %d forms", len(all), len(forms))
	swapped := map[string]bool{}
	for _, oracle := range [][]string{
		{testenv.Tool(t, "as"), "--64"},
		{testenv.Tool(t, "llvm-mc-22"), "-triple=x86_64", "-filetype=obj"},
	} {
		blocks := assemble(t, texts, oracle[0], oracle[1:]...)
		for i, s := range all {
			code := s.code
			if code == nil {
				code = branchBack(t, s, 256+16*i)
			}
			block := append(bytes.Clone(code), bytes.Repeat([]byte{0xcc}, 16)...)[:16]
			if llvm := strings.HasPrefix(filepath.Base(oracle[0]), "llvm"); llvm && commutes[s.method] && !bytes.Equal(block, blocks[i]) {
				require.Equal(t, byte(0xc4), code[0], s.text)
				require.Equal(t, byte(0xc5), blocks[i][0], s.text)
				swapped[s.method] = true
				continue
			}
			if !bytes.Equal(block, blocks[i]) {
				t.Errorf("%s: %s %q: we %x, they %x", filepath.Base(oracle[0]), s.method, s.text, code, blocks[i])
			}
		}
	}
	require.Equal(t, commutes, swapped, "differences that are allowed are needed")
}

// commutes are the forms where llvm-mc exchanges the sources if that saves a byte of VEX prefix. GNU as does not.
var commutes = map[string]bool{"VADDPDxxx": true, "VADDPDyyy": true, "VMULPDxxx": true, "VMULPDyyy": true}

// branchBack encodes the branch of s at an offset, to offset 0.
func branchBack(t *testing.T, s sample, off int) []byte {
	var a Assembler
	start := a.NewLabel("")
	a.Bind(start)
	a.Bytes(make([]byte, off))
	reflect.ValueOf(&a).MethodByName(s.method).Call([]reflect.Value{reflect.ValueOf(start)})
	o, err := a.Finish()
	require.NoError(t, err)
	return o.Code[off:]
}

// TestFormsAgainstDecoder reads everything back with x/arch's decoder.
func TestFormsAgainstDecoder(t *testing.T) {
	unknown := map[string]int{}
	for _, s := range samples(t) {
		inst, err := x86asm.Decode(s.code, 64)
		if err != nil || inst.Op == 0 {
			unknown[s.method]++
			continue
		}
		require.Equal(t, len(s.code), inst.Len, "%s %s %x", s.method, s.text, s.code)
		mnemonic, _, _ := strings.Cut(strings.ToLower(x86asm.IntelSyntax(inst, 0, nil)), " ")
		want, _, _ := strings.Cut(s.text, " ")
		if same, ok := sameMnemonic[want]; ok {
			want = same
		}
		if same, ok := sameMnemonic[mnemonic]; ok {
			mnemonic = same
		}
		require.Equal(t, want, mnemonic, "%s %x", s.text, s.code)
	}
	require.Equal(t, map[string]int{"ENDBR64": 1}, unknown, "what the decoder doesn't know")
}

// sameMnemonic maps the names that the decoder uses to the manual's alternative ones.
var sameMnemonic = map[string]string{
	"cmpsd_xmm": "cmpsd", "movsd_xmm": "movsd",
	"jz": "je", "jnz": "jne", "jnb": "jae", "jnbe": "ja", "jnl": "jge", "jnle": "jg", "jpe": "jp", "jpo": "jnp",
	"setz": "sete", "setnz": "setne", "setnb": "setae", "setnbe": "seta", "setnl": "setge", "setnle": "setg",
	"cmovz": "cmove", "cmovnz": "cmovne", "cmovnb": "cmovae", "cmovnbe": "cmova", "cmovnl": "cmovge", "cmovnle": "cmovg",
}

// TestFormsAgainstObjdump: the text of a listing is what objdump prints for the same bytes.
func TestFormsAgainstObjdump(t *testing.T) {
	all := samples(t)
	var code []byte
	for _, s := range all {
		code = append(code, s.code...)
	}
	texts := testenv.Objdump(t, "amd64", code, 0)
	require.Len(t, texts, len(all))
	pc := 0
	for i, s := range all {
		inst, err := disasm.AMD64(s.code, uint64(pc))
		require.NoError(t, err)
		require.Equal(t, texts[i], inst.Text, "%s %x", s.method, s.code)
		require.Equal(t, len(s.code), inst.Len)
		pc += len(s.code)
	}
}
