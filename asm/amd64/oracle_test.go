package amd64

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
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
	text = strings.ReplaceAll(text, "start", "1b") // the label of each line
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

// refusals are forms that an assembler does not know, or only by another name.
var refusals = []testenv.Difference{
	testenv.Differs("llvm-mc", `^V(GATHER|SCATTER)PF`, "AVX512PF is withdrawn and no longer there"),
	testenv.Differs("llvm-mc", `^VPCMP[EI]STR[IM]64`, "no name for REX.W in VPCMPESTRI and its like"),
	testenv.Differs("as", `^VPCMPISTRI64`, "no name for REX.W in VPCMPISTRI, which ignores it"),
	testenv.Differs("llvm-mc", `^ICEBP`, "INT1 is not named"),
	testenv.Differs("llvm-mc", `^UD0`, "known without operands only"),
	testenv.Differs("llvm-mc", `^RSTORSSP`, "taken to have 32 bits"),
	testenv.Differs("as", `^(LJMP|LCALL)m`, "named by the size of the operand in AT&T's syntax only"),
	testenv.Differs("as", `^(LSS|LFS|LGS)r64m80`, "a far pointer of 80 bits is not known"),
	testenv.Differs("as", `^LSLr64r32`, "wants the source as wide as the destination"),
	testenv.Differs("as", `^V.* ptr \[-?0x\w+\]\{`, "takes braces behind an address without register for something else"),
}

// differences are where bytes differ and yet both mean the same, for a reason other than that there are two encodings that
// disassemble to the same text.
var differences = []testenv.Difference{
	testenv.Differs("llvm-mc", `^V\w+(xxx|yyy|xxxi|yyyi) `, "exchanges the sources of an operation that commutes, if that saves a byte of VEX"),
	testenv.Differs("", `^XCHG\w+ `, "exchanges the operands, and leaves out what exchanges nothing"),
	testenv.Differs("", `^MOVri64 `, "does not load the lower half for the whole"),
	testenv.Differs("", `^F(ADD|SUB|SUBR|MUL|DIV|DIVR)tST0 .* st\(0\), st$`, "takes the form for ST(0) as destination, which is as long"),
	testenv.Differs("", `^PUSHi16 `, "has no operand to tell that 16 bits are pushed"),
	testenv.Differs("", `^(PUSHF|POPF|IRET|POPFS16|POPGS16) `, "has no operand to tell that it is 16 bits"),
	testenv.Differs("llvm-mc", `^(LJMP|LCALL)m`, "ignores the size of a far pointer"),
	testenv.Differs("llvm-mc", `^MOV(sr|rs)16 `, "puts a 66 where it is not needed, and leaves it out where it is"),
	testenv.Differs("as", `^(STR|SLDT)r64 `, "writes the lower half, which clears the upper"),
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
	if testenv.Race() {
		return // samples come from one goroutine
	}
	all := samples(t)
	forms := map[string]bool{}
	var lines []string
	for _, s := range all {
		forms[s.method] = true
		lines = append(lines, sourceLine(s))
	}
	t.Logf("%d encodings of %d forms", len(all), len(forms))
	refuses, differs := testenv.Allow(refusals), testenv.Allow(differences)
	for _, command := range [][]string{
		{testenv.Tool(t, "llvm-mc-22"), "-triple=x86_64", "-filetype=obj", "-mattr=+avx10.2"},
		{testenv.Tool(t, "as"), "--64"},
	} {
		oracle := testenv.Oracle{Command: command, Objcopy: testenv.Tool(t, "objcopy"), Prolog: ".intel_syntax noprefix", Block: 32, Fill: 0xcc}
		tool := oracle.Name()
		blocks, refused := oracle.Assemble(t, lines)
		var other []int
		var codes [][]byte
		same := 0
		for i, s := range all {
			if why, ok := refused[i]; ok {
				if !(tool == "as" && newer(s)) && !refuses.Has(tool, s.method+" "+lines[i]) {
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
			case !differs.Has(tool, s.method+" "+lines[i]):
				t.Errorf("%s: %s %q: we %x %s, they %x %s", tool, s.method, lines[i], s.code, texts[2*k], blocks[i][:theirs], texts[2*k+1])
			}
		}
		t.Logf("%s: %d identical, %d ours shorter, %d of the same length, %d refused, %d other", tool, same, shorter, equal,
			len(refused), len(other)-shorter-equal)
	}
	refuses.RequireUsed(t)
	differs.RequireUsed(t)
}
