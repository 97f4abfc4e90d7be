package arm64

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/disasm"
	"github.com/wxjit/wxjit/internal/testenv"
)

// llvm and gnu are the assemblers that we ask.
func llvm(t testing.TB) testenv.Oracle {
	return oracle(t, testenv.Tool(t, "llvm-mc-22"), "-triple=aarch64", "-filetype=obj", "-mattr=+all")
}

func gnu(t testing.TB) testenv.Oracle {
	return oracle(t, testenv.Tool(t, "aarch64-linux-gnu-as"), "-march=armv9.3-a+bf16+i8mm+fp16+fp16fml+memtag+aes+sha3+sm4+mops+hbc+pauth+flagm+ls64+rng+crc+lor+ssbs")
}

func oracle(t testing.TB, command ...string) testenv.Oracle {
	return testenv.Oracle{Command: command, Objcopy: testenv.Tool(t, "aarch64-linux-gnu-objcopy"), Block: 4}
}

// refusals are what an assembler does not know, or only by another name.
var refusals = []testenv.Difference{
	testenv.Differs("llvm-mc", `^MSRgx: msr (CTR_EL0|DCZID_EL0|CNTVCT_EL0|RNDR), `, "a register that can only be read"),
	testenv.Differs("aarch64-linux-gnu-as", `^([US](MIN|MAX)|ABS|CNT|CTZ)[wx]+i?: `, "older than FEAT_CSSC"),
	testenv.Differs("aarch64-linux-gnu-as", `^CLRBHB: `, "older than FEAT_CLRBHB"),
	testenv.Differs("aarch64-linux-gnu-as", `: prfu?m p(ld|li|st)slc`, "older than FEAT_PRFMSLC"),
	testenv.Differs("aarch64-linux-gnu-as", `^MSRoi: msr (UAO|PAN|SSBS|DIT|TCO|SPSel), #([2-9]|1\d)$`, "takes only 0 and 1, which is what there is a meaning for"),
	testenv.Differs("aarch64-linux-gnu-as", `^ADRPxl: `, "leaves the distance to the linker, and takes no number"),
}

// TestFormsAgainstAssemblers has LLVM's and GNU's assembler encode what each sample says: the words are the same, or the
// difference is on the list.
func TestFormsAgainstAssemblers(t *testing.T) {
	if testenv.Race() {
		return // as TestSamples
	}
	all := samples(t)
	var lines []string
	for _, s := range all {
		lines = append(lines, s.text)
	}
	refuses := testenv.Allow(refusals)
	for _, o := range []testenv.Oracle{llvm(t), gnu(t)} {
		words, refused := o.Assemble(t, lines)
		same := 0
		for i, s := range all {
			why, no := refused[i]
			switch {
			case !no && bytes.Equal(words[i], s.code):
				same++
			case !no:
				t.Errorf("%s: %s: we %08x, they %08x", o.Name(), s, s.word(), binary.LittleEndian.Uint32(words[i]))
			case !refuses.Has(o.Name(), s.String()):
				t.Errorf("%s refuses %s, %08x: %s", o.Name(), s, s.word(), why)
			}
		}
		t.Logf("%s: %d identical of %d, %d refused", o.Name(), same, len(all), len(refused))
		require.Greater(t, same, 120_000)
	}
	refuses.RequireUsed(t)
}

// undecoded are forms that x/arch's decoder misreads or does not know, although they are in its tables.
var undecoded = []testenv.Difference{
	testenv.Differs("", `^(ATox|ICox?|SYSiiiix?|HVCi|SMCi): `, "in the table, but not decoded"),
	testenv.Differs("", `^MSRoi: msr (UAO|PAN|SSBS|DIT|TCO), `, "a field of PSTATE that is not decoded"),
	testenv.Differs("", `^FCMPE?[sd]Z: .*#0$`, "the zero is written as an integer"),
	testenv.Differs("", `^\w+: .*\bnv .*\bal\b`, "NV is read as AL, which is the same condition"),
}

// aliases are the names by which the decoder calls instructions.
var aliases = []struct{ why, pairs string }{
	{
		"the alias that the manual prefers when disassembling", "add>mov adds>cmn ands>tst cinc>cset cinv>csetm dup>mov ins>mov lslv>lsl lsrv>lsr asrv>asr rorv>ror madd>mul movn>mov " +
			"movz>mov msub>mneg negs>cmp not>mvn orn>mvn orr>mov sbc>ngc sbcs>ngcs sbfm>asr sbfm>sbfiz sbfm>sbfx bfm>bfi bfm>bfxil smaddl>smull smsubl>smnegl " +
			"sshll>sxtl sshll2>sxtl2 sub>neg subs>cmp subs>negs ubfm>lsl ubfm>lsr ubfm>ubfiz ubfm>ubfx umaddl>umull umov>mov umsubl>umnegl ushll>uxtl " +
			"ushll2>uxtl2",
	},
	{"several aliases, of which the operands allow another", "bfi>bfxil lsl>lsr sbfiz>asr sbfx>asr ubfiz>lsl ubfiz>lsr ubfx>lsr"},
	{"the operation without its alias", "bfc>bfm bfc>bfxil bfi>bfm mov>orr"},
	{"an offset that is not scaled has a mnemonic of its own", "ldr>ldur ldrb>ldurb ldrh>ldurh ldrsb>ldursb ldrsh>ldursh ldrsw>ldursw prfm>prfum str>stur strb>sturb strh>sturh"},
	{"another name of the condition", "b.hs>b.cs b.lo>b.cc b.nv>b.al"},
	{"another name of the instruction", "rev64>rev ssbb>dsb pssbb>dsb hint>nop hint>wfe hint>wfi hint>yield"},
	{
		"a hint without a name", "autia1716>hint autiasp>hint autiaz>hint autib1716>hint autibsp>hint autibz>hint bti>hint clrbhb>hint csdb>hint dgh>hint esb>hint " +
			"pacia1716>hint paciasp>hint paciaz>hint pacib1716>hint pacibsp>hint pacibz>hint xpaclri>hint",
	},
}

// inDecoder are the extensions that are in x/arch's tables.
var inDecoder = []string{"-", "FEAT_AES", "FEAT_PMULL", "FEAT_SHA1", "FEAT_SHA256", "FEAT_CRC32"}

var mnemonic = regexp.MustCompile(`^[\w.]+`)

// TestFormsAgainstDecoder reads every sample with x/arch's decoder, and has LLVM's assembler encode the text that it gives: the
// word is ours again. The mnemonic is the form's, or an alias of it on the list.
func TestFormsAgainstDecoder(t *testing.T) {
	if testenv.Race() {
		return // as TestSamples
	}
	named := map[string]int{}
	for _, group := range aliases {
		for _, pair := range strings.Fields(group.pairs) {
			named[pair] = 0
		}
	}
	unknown := testenv.Allow(undecoded)
	var read []*sample
	var lines []string
	beyond := 0
	for _, s := range samples(t) {
		text := decoded(s)
		switch {
		case text == "" && !slices.Contains(inDecoder, s.line.feature):
			beyond++
			continue
		case text == "":
			if !unknown.Has("", s.String()) {
				t.Errorf("not decoded: %s", s)
			}
			continue
		}
		read, lines = append(read, s), append(lines, text)
		if ours, theirs := mnemonic.FindString(s.text), mnemonic.FindString(text); theirs != ours {
			pair := ours + ">" + theirs
			if _, ok := named[pair]; !ok {
				t.Errorf("%s: read as %s", s, text)
			}
			named[pair]++
		}
	}
	words, refused := llvm(t).Assemble(t, lines)
	same := 0
	for i, s := range read {
		if bytes.Equal(words[i], s.code) {
			same++
		} else if !unknown.Has("", s.String()+" "+lines[i]) {
			t.Errorf("%s: we %08x, read as %s, %08x %s", s, s.word(), lines[i], binary.LittleEndian.Uint32(words[i]), refused[i])
		}
	}
	t.Logf("%d of %d read back identically, %d of extensions that are not decoded", same, len(samples(t)), beyond)
	require.Greater(t, same, 90_000)
	unknown.RequireUsed(t)
	for pair, n := range named {
		require.NotZero(t, n, "alias not needed: %s", pair)
	}
}

// decoded is the text that x/arch's decoder gives, "" if none.
func decoded(s *sample) string {
	inst, err := disasm.ARM64(s.code, 0)
	switch {
	case err != nil:
		return ""
	case strings.HasPrefix(s.text, "adrp "):
		return inst.WithTarget(fmt.Sprintf("#%d", int64(inst.Target)))
	case inst.HasTarget:
		return inst.WithTarget(fmt.Sprintf(".%+d", int64(inst.Target)))
	}
	return inst.Text
}
