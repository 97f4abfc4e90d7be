package amd64

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/x86/x86asm"

	"github.com/wxjit/wxjit/internal/testenv"
)

// decoderCases gives the 64-bit instructions of the tests of x/arch's decoder: bytes up to the mark.
func decoderCases(t *testing.T) (all [][]byte) {
	seen := map[string]bool{}
	for line := range strings.Lines(testenv.ArchFile(t, "x86", "x86asm", "testdata", "decode.txt")) {
		f := strings.Fields(line)
		if len(f) < 4 || f[1] != "64" || f[3] == "error:" {
			continue
		}
		text, _, _ := strings.Cut(f[0], "|")
		code, err := hex.DecodeString(text)
		require.NoError(t, err)
		if !seen[text] {
			seen[text] = true
			all = append(all, code)
		}
	}
	return all
}

// meaning is the text without prefixes that mean nothing.
func meaning(inst x86asm.Inst) string {
	text := x86asm.IntelSyntax(inst, 0, nil)
	for _, p := range []string{"addr32 ", "data16 ", "lock "} {
		text = strings.TrimPrefix(text, p)
	}
	return text
}

// notReassembled are the lines that are not emitted again, by operation and operands.
var notReassembled = []testenv.Difference{
	testenv.Differs("", `^(ES )?(`+strings.Join(privilegedOps, "|")+`) `, "privileged: left out of the package"),
	testenv.Differs("", `^MOV .*(CR|DR|TR)\d`, "privileged: left out of the package"),
	testenv.Differs("", `^(MOVSXD E?[A-D]X|MOVSXD (E?[SD]I|R\d+[LW])|MOV[SZ]X (R\d+W|[A-D]X|[SD]I), |BSWAP ([A-D]X|R\d+W))`, "left out of the package: see COVERAGE.md"),
	testenv.Differs("", `^(DATA16 )?(LEAVE|RET|XBEGIN|ENTER)`, "an operand size of 16 bits: left out of the package"),
	testenv.Differs("", `^(LAR|LSL) R|^MOV ([C-G]S|SS|ES), R|^MOV R\w+, ([C-G]S|SS|ES)|^RDRAND`, "the decoder gives 64 bits for an operand that has less, or none for one that has 64"),
	testenv.Differs("", `^(FLD|FSTP|LJMP|LCALL) \[`, "the decoder does not tell the length in memory"),
	testenv.Differs("", `^WR[FG]SBASE \[`, "not an instruction: FSGSBASE has no form for memory"),
	testenv.Differs("", `VCVT(DQ2PD|UDQ2PD|PH2PS|PS2PD|PS2PH|T?PD2U?DQ|PD2PS) [XY]\d+, `, "the decoder takes the other operand of a conversion between widths for YMM"),
}

var privilegedOps = strings.Fields(`IN OUT INSB INSW INSD OUTSB OUTSW OUTSD XSAVES XSAVES64 XRSTORS XRSTORS64 SYSEXIT SYSRET XSETBV WRMSR RDMSR
	WBINVD INVD SWAPGS CLI STI RSM MWAIT MONITOR LTR LMSW LLDT LIDT LGDT INVPCID INVLPG HLT CLTS`)

// TestReassembly decodes what the tests of x/arch and of Go's assembler hold, and emits it again: identical bytes, or no more
// of them with the same meaning. What the decoder does not know because it takes W or the vector length for significant
// where the manual ignores it, is tried without, and LLVM has to read the same in both.
func TestReassembly(t *testing.T) {
	allowed, names := testenv.Allow(notReassembled), testenv.Allow(notDecoded)
	for _, c := range []struct {
		name  string
		cases [][]byte
		min   int // lines that come out as they should
	}{
		{"x86asm/testdata/decode.txt", decoderCases(t), 5600},
		{"cmd/asm amd64enc.s", testenv.GoAssemblerCases(t, "amd64enc.s"), 9870},
		{"cmd/asm amd64enc_extra.s", testenv.GoAssemblerCases(t, "amd64enc_extra.s"), 860},
		{"cmd/asm avx512enc", testenv.GoAssemblerCases(t, "avx512enc/*.s"), 14000},
	} {
		same, equal, named, unknown := 0, 0, 0, 0
		var ignoredW, ours, undecoded [][]byte
		for _, code := range c.cases {
			inst, err := x86asm.Decode(code, 64)
			if err != nil || inst.Op == 0 || inst.Len != len(code) {
				if w := withoutIgnored(code); w != nil {
					ignoredW, ours = append(ignoredW, code), append(ours, w)
				} else {
					undecoded = append(undecoded, code)
				}
				continue
			}
			var a Assembler
			a.EmitInst(inst)
			o, err := a.Finish()
			if err == nil && bytes.Equal(o.Code, code) {
				same++
				continue
			}
			if err == nil {
				again, err := x86asm.Decode(o.Code, 64)
				if err == nil && len(o.Code) <= len(code) && meaning(again) == meaning(inst) {
					equal++
					continue
				}
			}
			named++
			if !allowed.Has("", inst.String()+"  ") {
				t.Errorf("%s: %x %v: %v", c.name, code, inst, err)
			}
		}
		w, others := sameToLLVM(t, ignoredW, ours)
		undecoded = append(undecoded, others...)
		for _, name := range mnemonics(t, undecoded) {
			if unknown++; !names.Has("", name+" ") {
				t.Errorf("%s: %s is not decoded: %x", c.name, name, undecoded[unknown-1])
			}
		}
		t.Logf("%s: %d lines: %d identical, %d with the same meaning and no longer, %d identical but for a W or length that is ignored, "+
			"%d that the decoder does not know, %d named", c.name, len(c.cases), same, equal, w, unknown, named)
		require.GreaterOrEqual(t, same+equal+w, c.min, c.name)
	}
	allowed.RequireUsed(t)
	names.RequireUsed(t)
}

// notDecoded are the instructions that x/arch's decoder does not know, by the name that LLVM has for them.
var notDecoded = []testenv.Difference{
	testenv.Differs("", `^(adcx|adox|rdseed|clac|stac|rdpkru|wrpkru|rdpid|endbr64|cldemote|tpause|umonitor|umwait) `, "not in the decoder's tables"),
	testenv.Differs("", `^EVEX `, "a W or a vector length that LLVM's disassembler refuses, too"),
	testenv.Differs("", `^\? `, "a prefix alone, and UD1 without its ModRM byte"),
}

// mnemonics gives LLVM's name for each of the instructions, with a ? where it knows none.
func mnemonics(t *testing.T, codes [][]byte) (names []string) {
	var blocks [][]byte
	for _, code := range codes {
		blocks = append(blocks, append(bytes.Clone(code), bytes.Repeat([]byte{0xcc}, 32)...)[:32])
	}
	texts, lengths := disassembled(t, blocks)
	for i, text := range texts {
		name, _, _ := strings.Cut(strings.ReplaceAll(text, "\t", " "), " ")
		switch {
		case codes[i][0] == 0x62:
			name = "EVEX"
		case lengths[i] != len(codes[i]):
			name = "?"
		}
		names = append(names, name)
	}
	return names
}

// withoutIgnored clears W of VEX or EVEX, the vector length, or both, and gives what is emitted for the instruction then; nil
// if it is none.
func withoutIgnored(code []byte) []byte {
	lengthAt, length := 2, byte(0x04) // VEX
	switch {
	case len(code) < 5:
		return nil
	case code[0] == 0x62:
		lengthAt, length = 3, 0x60
	case code[0] != 0xc4:
		return nil
	}
	for _, clear := range []struct{ w, l byte }{{0x80, 0}, {0, length}, {0x80, length}} {
		changed := bytes.Clone(code)
		changed[2] &^= clear.w
		changed[lengthAt] &^= clear.l
		inst, err := x86asm.Decode(changed, 64)
		if err != nil || inst.Op == 0 || inst.Len != len(code) {
			continue
		}
		var a Assembler
		a.EmitInst(inst)
		if o, err := a.Finish(); err == nil && len(o.Code) <= len(code) {
			return o.Code
		}
	}
	return nil
}

// sameToLLVM counts the pairs that LLVM's disassembler reads alike, and gives the first of the others.
func sameToLLVM(t *testing.T, a, b [][]byte) (n int, others [][]byte) {
	var blocks [][]byte
	for i := range a {
		for _, code := range [][]byte{a[i], b[i]} {
			blocks = append(blocks, append(bytes.Clone(code), bytes.Repeat([]byte{0xcc}, 32)...)[:32])
		}
	}
	texts, lengths := disassembled(t, blocks)
	for i := range a {
		if texts[2*i] == texts[2*i+1] && lengths[2*i] == len(a[i]) && lengths[2*i+1] == len(b[i]) {
			n++
		} else {
			others = append(others, a[i])
		}
	}
	return n, others
}
