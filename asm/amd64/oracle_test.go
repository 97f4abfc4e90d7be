package amd64

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/internal/testenv"
)

// sourceLine gives what an assembler is to be told.
func sourceLine(s sample) string {
	mnemonic, operands, _ := strings.Cut(s.text, " ")
	if m, ok := gnuMnemonics[mnemonic]; ok {
		mnemonic = m
	}
	text := strings.TrimSpace(mnemonic + " " + operands)
	if operands == "start" && strings.HasSuffix(s.method, "l32") {
		text = "{disp32} " + text
	}
	if s.enc == "evex" {
		text = "{evex} " + text
	} else if s.enc == "vex" {
		text = "{vex} " + text
	}
	return text
}

// gnuMnemonics are the names of GNU as for those that x86asm calls otherwise.
var gnuMnemonics = map[string]string{
	"movsd_xmm": "movsd", "cmpsd_xmm": "cmpsd", "lret": "retf", "icebp": "int1", "vpcmpistri64": "vpcmpistriq",
	"vpcmpestri64": "vpcmpestriq", "vpcmpestrm64": "vpcmpestrmq", "repne": "repne",
}

// assembled runs an outside assembler over the lines, each in a block of 32 bytes behind its label, and gives the blocks;
// nil where it refuses a line.
func assembled(t *testing.T, lines []string, tool string, args ...string) (blocks [][]byte, refused map[int]string) {
	dir := t.TempDir()
	source, object, binary := filepath.Join(dir, "a.s"), filepath.Join(dir, "a.o"), filepath.Join(dir, "a.bin")
	lines = append([]string(nil), lines...)
	refused = map[int]string{}
	message := regexp.MustCompile(`a\.s:([0-9]+)(?::[0-9]+)?: (?i:error): (.*)`)
	for {
		var b strings.Builder
		b.WriteString(".intel_syntax noprefix\n")
		for _, l := range lines {
			fmt.Fprintf(&b, "1: %s\n", strings.ReplaceAll(l, "start", "1b"))
			b.WriteString(".balign 32, 0xcc\n")
		}
		require.NoError(t, os.WriteFile(source, []byte(b.String()), 0o600))
		out, err := exec.Command(tool, append(args, "-o", object, source)...).CombinedOutput()
		if err == nil {
			break
		}
		found := false
		for _, m := range message.FindAllStringSubmatch(string(out), -1) {
			n, _ := strconv.Atoi(m[1])
			i := (n - 2) / 2
			if lines[i] != "" {
				refused[i], lines[i], found = m[2], "", true
			}
		}
		require.True(t, found, "%.2000s", out)
	}
	out, err := exec.Command(testenv.Tool(t, "objcopy"), "-O", "binary", "-j", ".text", object, binary).CombinedOutput()
	require.NoError(t, err, "%s", out)
	code, err := os.ReadFile(binary)
	require.NoError(t, err)
	require.Len(t, code, 32*(len(lines)-len(refused)))
	for _, l := range lines {
		if l == "" {
			blocks = append(blocks, bytes.Repeat([]byte{0xcc}, 32))
			continue
		}
		blocks, code = append(blocks, code[:32]), code[32:]
	}
	return blocks, refused
}

// disassembled gives what llvm-mc reads at the beginning of each block of 32 bytes that ends in 0xcc, and its length, which
// is 0 where it is no instruction.
func disassembled(t *testing.T, blocks [][]byte) (texts []string, lengths []int) {
	var in strings.Builder
	for _, block := range blocks {
		for _, b := range append(bytes.Clone(block), 0xf4, 0xf4, 0xf4) { // HLT marks the end
			fmt.Fprintf(&in, "%#02x ", b)
		}
		in.WriteString("\n")
	}
	cmd := exec.Command(testenv.Tool(t, "llvm-mc-22"), "-disassemble", "-triple=x86_64", "-output-asm-variant=1", "-mattr=+avx10.2")
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.Output()
	require.NoError(t, err)
	outputs := strings.Split(string(out), strings.Repeat("\thlt\n", 3))
	require.Len(t, outputs, len(blocks)+1)
	for _, text := range outputs[:len(blocks)] {
		first, rest, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(text, "\t.text\n", "")), "\n")
		n := 32 - strings.Count(rest, "int3")
		if n > 15 {
			n = 0
		}
		texts, lengths = append(texts, first), append(lengths, n)
	}
	return texts, lengths
}

// difference is one that is allowed between us and an assembler.
type difference struct {
	tool    string         // or "" for both
	samples *regexp.Regexp // of the method's name and the line
	why     string
}

// refusals are forms that an assembler does not know, or only by another name.
var refusals = []difference{
	{"llvm-mc", regexp.MustCompile(`^V(GATHER|SCATTER)PF`), "AVX512PF is withdrawn and no longer there"},
	{"llvm-mc", regexp.MustCompile(`^VPCMP[EI]STR[IM]64`), "no name for REX.W in VPCMPESTRI and its like"},
	{"as", regexp.MustCompile(`^VPCMPISTRI64`), "no name for REX.W in VPCMPISTRI, which ignores it"},
	{"llvm-mc", regexp.MustCompile(`^ICEBP`), "INT1 is not named"},
	{"llvm-mc", regexp.MustCompile(`^UD0`), "known without operands only"},
	{"llvm-mc", regexp.MustCompile(`^RSTORSSP`), "taken to have 32 bits"},
	{"as", regexp.MustCompile(`^(LJMP|LCALL)m`), "named by the size of the operand in AT&T's syntax only"},
	{"as", regexp.MustCompile(`^(LSS|LFS|LGS)r64m80`), "a far pointer of 80 bits is not known"},
	{"as", regexp.MustCompile(`^LSLr64r32`), "wants the source as wide as the destination"},
	{"as", regexp.MustCompile(`^V.* ptr \[-?0x\w+\]\{`), "takes braces behind an address without register for something else"},
}

// differences are where bytes differ and yet both mean the same, for a reason other than that there are two encodings that
// disassemble to the same text.
var differences = []difference{
	{"llvm-mc", regexp.MustCompile(`^V\w+(xxx|yyy|xxxi|yyyi) `), "exchanges the sources of an operation that commutes, if that saves a byte of VEX"},
	{"", regexp.MustCompile(`^XCHG\w+ `), "exchanges the operands, and leaves out what exchanges nothing"},
	{"", regexp.MustCompile(`^MOVri64 `), "does not load the lower half for the whole"},
	{"", regexp.MustCompile(`^F(ADD|SUB|SUBR|MUL|DIV|DIVR)tST0 .* st\(0\), st$`), "takes the form for ST(0) as destination, which is as long"},
	{"", regexp.MustCompile(`^PUSHi16 `), "has no operand to tell that 16 bits are pushed"},
	{"", regexp.MustCompile(`^(PUSHF|POPF|IRET|POPFS16|POPGS16) `), "has no operand to tell that it is 16 bits"},
	{"llvm-mc", regexp.MustCompile(`^(LJMP|LCALL)m`), "ignores the size of a far pointer"},
	{"llvm-mc", regexp.MustCompile(`^MOV(sr|rs)16 `), "puts a 66 where it is not needed, and leaves it out where it is"},
	{"as", regexp.MustCompile(`^(STR|SLDT)r64 `), "writes the lower half, which clears the upper"},
}

func allowed(list []difference, used map[int]int, tool, method, line string) bool {
	for i, d := range list {
		if strings.HasPrefix(tool, d.tool) && d.samples.MatchString(method+" "+line) {
			used[i]++
			return true
		}
	}
	return false
}

// newer tells that GNU as 2.40 is too old for the instruction.
func newer(s sample) bool {
	var a Assembler
	a.Limit(^(AVX102 | AVXVNNIINT8 | AVXVNNIINT16 | AVXNECONVERT | AVXIFMA | SHA512 | SM3 | SM4))
	a.Emit(s.op, s.args...)
	return errors.Is(a.Err(), asm.ErrFeature)
}

// TestFormsAgainstAssemblers has LLVM's and GNU's assembler encode what each sample says. The bytes are the same, or ours are
// no longer and LLVM's disassembler reads the same in both, or the difference is on the list.
func TestFormsAgainstAssemblers(t *testing.T) {
	all := samples(t)
	forms := map[string]bool{}
	var lines []string
	for _, s := range all {
		forms[s.method] = true
		lines = append(lines, sourceLine(s))
	}
	t.Logf("%d encodings of %d forms", len(all), len(forms))
	usedRefusals, usedDifferences := map[int]int{}, map[int]int{}
	for _, oracle := range [][]string{
		{testenv.Tool(t, "llvm-mc-22"), "-triple=x86_64", "-filetype=obj", "-mattr=+avx10.2"},
		{testenv.Tool(t, "as"), "--64"},
	} {
		tool := filepath.Base(oracle[0])
		blocks, refused := assembled(t, lines, oracle[0], oracle[1:]...)
		var other []int
		var codes [][]byte
		same := 0
		for i, s := range all {
			if why, ok := refused[i]; ok {
				if !(tool == "as" && newer(s)) && !allowed(refusals, usedRefusals, tool, s.method, lines[i]) {
					t.Errorf("%s refuses %s %q, %x: %s", tool, s.method, lines[i], s.code, why)
				}
				continue
			}
			block := append(bytes.Clone(s.code), bytes.Repeat([]byte{0xcc}, 32)...)[:32]
			if bytes.Equal(block, blocks[i]) {
				same++
				continue
			}
			other = append(other, i)
			codes = append(codes, block, blocks[i])
		}
		texts, lengths := disassembled(t, codes)
		shorter, equal := 0, 0
		for k, i := range other {
			s, ours, theirs := all[i], lengths[2*k], lengths[2*k+1]
			switch same := ours == len(s.code) && theirs > 0 && texts[2*k] == texts[2*k+1]; {
			case same && ours < theirs:
				shorter++
			case same && ours == theirs:
				equal++
			case !allowed(differences, usedDifferences, tool, s.method, lines[i]):
				t.Errorf("%s: %s %q: we %x %s, they %x %s", tool, s.method, lines[i], s.code, texts[2*k], blocks[i][:theirs], texts[2*k+1])
			}
		}
		t.Logf("%s: %d identical, %d ours shorter, %d of the same length, %d refused, %d other", tool, same, shorter, equal,
			len(refused), len(other)-shorter-equal)
	}
	for i, d := range refusals {
		require.NotZero(t, usedRefusals[i], "refusal not needed: %s", d.why)
	}
	for i, d := range differences {
		require.NotZero(t, usedDifferences[i], "difference not needed: %s", d.why)
	}
}
