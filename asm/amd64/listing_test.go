package amd64

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/disasm"
	"github.com/wxjit/wxjit/internal/testenv"
)

// otherTexts are the methods whose instructions are listed otherwise than objdump prints them.
var otherTexts = []testenv.Difference{
	testenv.Differs("", `^VP?CMP|^CMP[PS]|^V?PCLMUL|^VPCOM`, "objdump has mnemonics for the values of the immediate"),
	testenv.Differs("", `^V(P?GATHER|P?SCATTER)`, "objdump gives the length of an element, the decoder of all"),
	testenv.Differs("", `^(VPDP|VPMADD52|VPSLLDQ|VPSRLDQ|VMOV|VCVTNEPS2BF16|VPCMPI?E?STR|VPEXTRW)`, "objdump says {vex} or {evex} where it could be either"),
	testenv.Differs("", `^V(CVT|FPCLASS)`, "the decoder has another width, rounding or no count"),
	testenv.Differs("", `^(MOVS|MOV[a-zA-Z]*|CMPS|SCAS|STOS|LODS|XLATB|XCHG|LRET|IRETD?|PUSH\w*|POP\w*|CWD|CBW)`, "other names, sizes and implied operands"),
	testenv.Differs("", `^(LJMP|LCALL|LSS|LFS|LGS|LSL|V?LDDQU|PREFETCH|CLFLUSH|CLWB|PTWRITE|RDRAND|INCSSP|NOP|CMPXCHG16B|FLDm80|FSTPm80|FBLD|FBSTP|P?BLENDV|SHA256RNDS2)`, "the decoder does not tell the length or the operand, or reads another instruction"),
}

// TestListingAgainstObjdump compares the text of a listing with what objdump prints for the same bytes.
func TestListingAgainstObjdump(t *testing.T) {
	if testenv.Race() {
		return // samples come from one goroutine
	}
	allowed := testenv.Allow(otherTexts)
	n, same := 0, 0
	for all := samples(t); len(all) > 0; {
		batch := all[:min(4000, len(all))]
		all = all[len(batch):]
		var code []byte
		var kept []sample
		for _, s := range batch {
			if _, err := disasm.AMD64(s.code, 0); err == nil && !newer(s) && s.text != "lock" && s.text != "nop" && s.op != OpLOCK {
				kept = append(kept, s)
				code = append(append(code, s.code...), 0x90) // NOP marks the end
			}
		}
		var texts [][]string
		var text []string
		for _, line := range testenv.Objdump(t, "amd64", code, 0) {
			if line == "nop" {
				texts, text = append(texts, text), nil
				continue
			}
			text = append(text, line)
		}
		require.Equal(t, len(kept), len(texts))
		pc := 0
		for i, s := range kept {
			inst, err := disasm.AMD64(s.code, uint64(pc))
			require.NoError(t, err)
			pc += len(s.code) + 1
			n++
			if len(texts[i]) == 1 && inst.Text == texts[i][0] {
				same++
			} else if !allowed.Has("", s.method+" ") {
				t.Errorf("%s %x: listed %s, objdump prints %s", s.method, s.code, inst.Text, texts[i])
			}
		}
	}
	t.Logf("%d instructions, %d listed as objdump prints them", n, same)
	require.Greater(t, same, n*95/100)
	allowed.RequireUsed(t)
}
