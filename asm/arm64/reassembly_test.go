package arm64

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/disasm"
	"github.com/wxjit/wxjit/internal/testenv"
)

// decoderWords gives the instructions of the tests of x/arch's decoder: the bytes before the first bar.
func decoderWords(t *testing.T) (all [][]byte) {
	for line := range strings.Lines(testenv.ArchFile(t, "arm64", "arm64asm", "testdata", "gnucases.txt")) {
		text, _, ok := strings.Cut(line, "|")
		code, err := hex.DecodeString(text)
		if ok && err == nil && len(code) == 4 {
			all = append(all, code)
		}
	}
	return all
}

// goWords gives the instructions of a test of Go's assembler, of which a line may be several.
func goWords(t *testing.T, file string) (all [][]byte) {
	for _, code := range testenv.GoAssemblerCases(t, file) {
		require.Zero(t, len(code)%4, "%x", code)
		for ; len(code) > 0; code = code[4:] {
			all = append(all, code[:4])
		}
	}
	return all
}

// llvmTexts gives what LLVM reads in each word, "" where it is no instruction. HINT #127 parts them.
func llvmTexts(t *testing.T, words [][]byte, features string) (texts []string) {
	var in strings.Builder
	for _, w := range words {
		fmt.Fprintf(&in, "%#02x %#02x %#02x %#02x 0xff 0x2f 0x03 0xd5\n", w[0], w[1], w[2], w[3])
	}
	cmd := exec.Command(testenv.Tool(t, "llvm-mc-22"), "-disassemble", "-triple=aarch64", "-mattr="+features)
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.Output()
	require.NoError(t, err)
	parts := strings.Split(strings.ReplaceAll(string(out), "\t.text\n", ""), "\thint\t#127\n")
	require.Len(t, parts, len(words)+1)
	for _, p := range parts[:len(words)] {
		text, _, _ := strings.Cut(p, "//")
		texts = append(texts, strings.TrimSpace(strings.ReplaceAll(text, "\t", " ")))
	}
	return texts
}

// reassemble emits the instruction that a text says.
func reassemble(text string) ([]byte, error) {
	op, args, err := parseGNU(text)
	if err != nil {
		return nil, err
	}
	var a Assembler
	a.AllowReserved(true)
	a.Emit(op, args...)
	o, err := a.Finish()
	if err != nil {
		return nil, err
	}
	return o.Code, nil
}

// exemption names words that are not emitted again, by their text.
type exemption struct {
	text *regexp.Regexp
	// ignored are the bits that the CPU ignores, or is told to be 0, in which what is emitted may differ; none if nothing is.
	ignored uint32
	why     string
	used    bool
}

// exempt tells whether the list has a reason for a word that became code.
func exempt(list []exemption, text string, word, code []byte) bool {
	for i := range list {
		e := &list[i]
		same := len(code) == 0 && e.ignored == 0
		if len(code) == 4 {
			same = (binary.LittleEndian.Uint32(code)^binary.LittleEndian.Uint32(word))&^e.ignored == 0
		}
		if same && e.text.MatchString(text) {
			e.used = true
			return true
		}
	}
	return false
}

const (
	immr = 0x3f << 16
	imm5 = 0x1f << 16
	imm4 = 0xf << 11
	rm   = 0x1f << 16
)

// notReassembled are the words that Emit does not give.
var notReassembled = []exemption{
	{regexp.MustCompile(`^(ands?|tst|orr|eor|mov) [wx].*#`), immr, "a rotation by more than an element has bits", false},
	{regexp.MustCompile(`^fcmpe? [sd]\d+, #0`), rm, "bits that should be 0", false},
	{regexp.MustCompile(`^dup v\d+\.(8|16)b, w`), imm5, "the number of an element that there is not", false},
	{regexp.MustCompile(`^mov v\d+\.[hsd]\[\d\], v`), imm4, "the low bits of the number of an element", false},
	{regexp.MustCompile(`^eor x.*#0xffffffffffffffff$`), 0, "reserved: all bits of an element are ones", false},
	{regexp.MustCompile(`^mov x11, #0xffffffffffffffff$`), math.MaxUint32, "likewise; MOVN is emitted", false},
	{regexp.MustCompile(`^(adds?|subs?|cm[pn]) .*[su]xt[bhwx] #[567]$`), 0, "reserved: an extended register is shifted by up to 4", false},
	{
		regexp.MustCompile(`^ldp[sw]* (\w+), (\w+), |^ld[prs]\w* w\d+, .*(\], #|!)|^stp wzr, w12, \[x12\], #100|^stl?xr w\d+, [wx]`), 0,
		"constrained unpredictable: a register twice, or the base that changes is among them", false,
	},
}

// misread are the words that x/arch's decoder knows and Emit does not give from its text.
var misread = []exemption{
	{regexp.MustCompile(`, al$|^b\.al `), 0xf << 12, "it reads the condition NV as AL", false},
	{regexp.MustCompile(`^b\.al `), 1, "likewise", false},
	{regexp.MustCompile(`^(tlbi|dc) `), 0, "operations for higher exception levels that this package has no names for", false},
}

// TestReassembly reads the words that the tests of x/arch and of Go's assembler hold, and emits them again: identical ones.
// The text is x/arch's; where that does not know a word, or has no name for an operand, LLVM's with all names, and at last
// LLVM's with those of Armv8.0.
func TestReassembly(t *testing.T) {
	for _, c := range []struct {
		name  string
		words [][]byte
		min   int // of those that come out as they are
	}{
		{"arm64asm/testdata/gnucases.txt", decoderWords(t), 4687},
		{"cmd/asm arm64enc.s", goWords(t, "arm64enc.s"), 560},
		{"cmd/asm arm64.s", goWords(t, "arm64.s"), 1898},
	} {
		counts, named := [3]int{}, 0
		all, base := llvmTexts(t, c.words, "+all"), llvmTexts(t, c.words, "+fp-armv8")
	words:
		for i, word := range c.words {
			inst, _ := disasm.ARM64(word, 0)
			var failures []string
			allowed := false
			for source, text := range []string{inst.Text, all[i], base[i]} {
				if text == "" {
					continue
				}
				code, err := reassemble(text)
				if err == nil && bytes.Equal(code, word) {
					counts[source]++
					continue words
				}
				if source == 0 && exempt(misread, text, word, code) {
					continue
				}
				if source == 0 && !exempt(notReassembled, text, word, code) {
					t.Errorf("%s: x/arch: %x: %s: %x %v", c.name, word, text, code, err)
				}
				allowed = exempt(notReassembled, text, word, code) || allowed
				failures = append(failures, fmt.Sprintf("%s: %x %v", text, code, err))
			}
			if named++; !allowed {
				t.Errorf("%s: %x: %s", c.name, word, strings.Join(failures, "; "))
			}
		}
		same := counts[0] + counts[1] + counts[2]
		t.Logf("%s: %d words: %d identical, %d of them by LLVM's text and %d by its text for Armv8.0; %d named",
			c.name, len(c.words), same, counts[1], counts[2], named)
		require.GreaterOrEqual(t, same, c.min, c.name)
	}
	for _, e := range append(misread, notReassembled...) {
		require.True(t, e.used, "not needed: %v: %s", e.text, e.why)
	}
}
