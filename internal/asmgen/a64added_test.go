package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/testenv"
)

// a64Coding is an operand coding: its field, and two samples with the text that llvm-mc has for them.
type a64Coding struct {
	field uint32
	bits  [2]uint32
	text  [2]string
}

// a64Codings gives each coding of the added rows.
func a64Codings() map[string]a64Coding {
	c := map[string]a64Coding{
		"Xns_mem": {0x3e0, [2]uint32{2 << 5, 31 << 5}, [2]string{"[x2]", "[sp]"}},
		"Xn_wb":   {0x3e0, [2]uint32{2 << 5, 30 << 5}, [2]string{"x2!", "x30!"}},

		"Xd_mem_wb": {0x1f, [2]uint32{1, 29}, [2]string{"[x1]!", "[x29]!"}},
		"Xs_mem_wb": {0x1f0000, [2]uint32{6 << 16, 28 << 16}, [2]string{"[x6]!", "[x28]!"}},

		"Xns_mem_optional_imm9_1_signed":   {0x1ff3e0, [2]uint32{0x100<<12 | 2<<5, 0xff<<12 | 31<<5}, [2]string{"[x2, #-256]", "[sp, #255]"}},
		"Xns_mem_optional_imm9_16_signed":  {0x1ff3e0, [2]uint32{0x100<<12 | 2<<5, 0xff<<12 | 31<<5}, [2]string{"[x2, #-4096]", "[sp, #4080]"}},
		"Xns_mem_wb_imm9_16_signed":        {0x1ff3e0, [2]uint32{0x100<<12 | 2<<5, 0xff<<12 | 31<<5}, [2]string{"[x2, #-4096]!", "[sp, #4080]!"}},
		"Xns_mem_post_imm9_16_signed":      {0x1ff3e0, [2]uint32{0x100<<12 | 2<<5, 0xff<<12 | 31<<5}, [2]string{"[x2], #-4096", "[sp], #4080"}},
		"Xns_mem_optional_imm7_16_signed":  {0x3f83e0, [2]uint32{0x40<<15 | 2<<5, 0x3f<<15 | 31<<5}, [2]string{"[x2, #-1024]", "[sp, #1008]"}},
		"Xns_mem_wb_imm7_16_signed":        {0x3f83e0, [2]uint32{0x40<<15 | 2<<5, 0x3f<<15 | 31<<5}, [2]string{"[x2, #-1024]!", "[sp, #1008]!"}},
		"Xns_mem_post_imm7_16_signed":      {0x3f83e0, [2]uint32{0x40<<15 | 2<<5, 0x3f<<15 | 31<<5}, [2]string{"[x2], #-1024", "[sp], #1008"}},
		"Xns_mem_optional_S_imm9_8_signed": {0x5ff3e0, [2]uint32{1<<22 | 2<<5, 0x1ff<<12 | 31<<5}, [2]string{"[x2, #-4096]", "[sp, #4088]"}},
		"Xns_mem_wb_S_imm9_8_signed":       {0x5ff3e0, [2]uint32{1<<22 | 2<<5, 0x1ff<<12 | 31<<5}, [2]string{"[x2, #-4096]!", "[sp, #4088]!"}},

		"immediate_0_15_nzcv":                                            {0xf, [2]uint32{1, 15}, [2]string{"#1", "#15"}},
		"immediate_0_65535_imm16":                                        {0x1fffe0, [2]uint32{1 << 5, 0xffff << 5}, [2]string{"#0x1", "#0xffff"}},
		"immediate_0_65535_imm16_0":                                      {0xffff, [2]uint32{1, 0xffff}, [2]string{"#1", "#65535"}},
		"immediate_0_63_imm6_10":                                         {0xfc00, [2]uint32{1 << 10, 63 << 10}, [2]string{"#1", "#63"}},
		"immediate_0_63_imm6_15":                                         {0x1f8000, [2]uint32{1 << 15, 63 << 15}, [2]string{"#1", "#63"}},
		"immediate_0_15_uimm4_10":                                        {0x3c00, [2]uint32{1 << 10, 15 << 10}, [2]string{"#1", "#15"}},
		"immediate_0_1008_mul16_uimm6_16":                                {0x3f0000, [2]uint32{1 << 16, 63 << 16}, [2]string{"#16", "#1008"}},
		"immediate_0_255_imm8_10":                                        {0x3fc00, [2]uint32{1 << 10, 255 << 10}, [2]string{"#1", "#255"}},
		"immediate_signed_imm8_10":                                       {0x3fc00, [2]uint32{0x80 << 10, 0x7f << 10}, [2]string{"#-128", "#127"}},
		"immediate_exp_3_pre_4_imm8":                                     {0x1fe000, [2]uint32{0x70 << 13, 0xff << 13}, [2]string{"#1.00000000", "#-1.93750000"}},
		"immediate_exp_3_pre_4_a_b_c_d_e_f_g_h":                          {0x703e0, [2]uint32{3<<16 | 0x10<<5, 0x703e0}, [2]string{"#1.00000000", "#-1.93750000"}},
		"immediate_floatzero":                                            {0, [2]uint32{}, [2]string{"#0.0", "#0.0"}},
		"immediate_12_1__90_0__270_1":                                    {1 << 12, [2]uint32{0, 1 << 12}, [2]string{"#90", "#270"}},
		"immediate_11_2__0_0__90_1__180_2__270_3":                        {3 << 11, [2]uint32{1 << 11, 3 << 11}, [2]string{"#90", "#270"}},
		"immediate_13_2__0_0__90_1__180_2__270_3":                        {3 << 13, [2]uint32{1 << 13, 3 << 13}, [2]string{"#90", "#270"}},
		"immediate_fbits_min_1_max_32_sub_64_scale":                      {0xfc00, [2]uint32{63 << 10, 32 << 10}, [2]string{"#1", "#32"}},
		"immediate_fbits_min_1_max_64_sub_64_scale":                      {0xfc00, [2]uint32{63 << 10, 0}, [2]string{"#1", "#64"}},
		"immediate_BFI_BFM_32M_bitfield_lsb_32_immr":                     {0x3f0000, [2]uint32{31 << 16, 1 << 16}, [2]string{"#1", "#31"}},
		"immediate_BFI_BFM_64M_bitfield_lsb_64_immr":                     {0x3f0000, [2]uint32{63 << 16, 1 << 16}, [2]string{"#1", "#63"}},
		"immediate_BFI_BFM_32M_bitfield_width_32_imms":                   {0xfc00, [2]uint32{30 << 10, 0}, [2]string{"#31", "#1"}},
		"immediate_BFI_BFM_64M_bitfield_width_64_imms":                   {0xfc00, [2]uint32{62 << 10, 0}, [2]string{"#63", "#1"}},
		"immediate_fbits_min_1_max_16_sub_0_immh_immb__32UIntimmhimmb_2": {0xf0000, [2]uint32{15 << 16, 0}, [2]string{"#1", "#16"}},

		"cond_AllowALNV_Normal": {0xf000, [2]uint32{1 << 12, 14 << 12}, [2]string{"ne", "al"}},
		"conditional":           {0xf, [2]uint32{1, 14}, [2]string{"ne", "al"}},
		"slabel_imm19_2":        {0xffffe0, [2]uint32{1 << 5, 1 << 23}, [2]string{"#4", "#-1048576"}},

		"option_BTI_6_2__c_1__j_2__jc_3": {0xc0, [2]uint32{1 << 6, 3 << 6}, [2]string{"c", "jc"}},
	}
	scalarCodings(c)
	vectorCodings(c)
	return c
}

// scalarCodings adds the scalar registers. They have different numbers, so that none can stand for another.
func scalarCodings(c map[string]a64Coding) {
	add := func(name, class, last string, at, low, high int) {
		c[name] = a64Coding{31 << at, [2]uint32{uint32(low << at), uint32(high << at)}, [2]string{class + strconv.Itoa(low), last}}
	}
	for role, at := range map[string]int{"d": 0, "n": 5, "m": 16, "a": 10} {
		for _, class := range []string{"H", "S", "D", "Q"} {
			number := map[string]int{"d": 1, "n": 2, "m": 3, "a": 4}[role]
			lower := strings.ToLower(class)
			add(class+role, lower, lower+strconv.Itoa(32-number), at, number, 32-number)
		}
	}
	for _, class := range []string{"W", "X"} {
		lower := strings.ToLower(class)
		add(class+"d", lower, lower+"30", 0, 1, 30)
		add(class+"n", lower, lower+"zr", 5, 2, 31)
		add(class+"m", lower, lower+"zr", 16, 3, 31)
		add(class+"s", lower, lower+"zr", 16, 6, 31)
		add(class+"t", lower, lower+"30", 0, 4, 30)
		add(class+"t2", lower, lower+"zr", 10, 5, 31)
		for role, at := range map[string]int{"s": 16, "t": 0} {
			c[class+role+"_even"] = a64Coding{30 << at, [2]uint32{6 << at, 28 << at}, [2]string{lower + "6", lower + "28"}}
			c[class+role+"_odd"] = a64Coding{0, [2]uint32{}, [2]string{lower + "7", lower + "29"}}
		}
	}
	add("Xds", "x", "sp", 0, 1, 31)
	add("Xts", "x", "sp", 0, 1, 31)
	add("Xns", "x", "sp", 5, 2, 31)
	add("Xms", "x", "sp", 16, 3, 31)
	add("Xms_0_5", "x", "sp", 0, 3, 31)
}

// vectorCodings adds the vector registers of all roles and arrangements, and their elements.
func vectorCodings(c map[string]a64Coding) {
	for role, at := range map[string]int{"d": 0, "n": 5, "m": 16, "a": 10} {
		low := map[string]int{"d": 1, "n": 2, "m": 3, "a": 4}[role]
		field := uint32(31 << at)
		at2 := [2]uint32{uint32(low << at), uint32((32 - low) << at)}
		name := func(t0, t1 string) [2]string {
			return [2]string{fmt.Sprintf("v%d.%s", low, t0), fmt.Sprintf("v%d.%s", 32-low, t1)}
		}
		for _, t := range []string{"8B", "16B", "4H", "8H", "2H", "2S", "4S", "2D"} {
			c["V"+role+"_arrangement_"+t] = a64Coding{field, at2, name(strings.ToLower(t), strings.ToLower(t))}
		}
		for _, q := range [][2]string{{"8B", "16B"}, {"4H", "8H"}, {"2S", "4S"}, {"2H", "4H"}} {
			c["V"+role+"_arrangement_Q___"+q[0]+"_0__"+q[1]+"_1"] = a64Coding{field | 1<<30, [2]uint32{at2[0], at2[1] | 1<<30}, name(strings.ToLower(q[0]), strings.ToLower(q[1]))}
		}
		shared := func(coding string, field uint32, lowBits, highBits uint32, t0, t1 string) {
			c["V"+role+coding] = a64Coding{31<<at | field, [2]uint32{at2[0] | lowBits, at2[1] | highBits}, name(t0, t1)}
		}
		shared("_arrangement_sz_Q___2S_00__4S_01__2D_11", 1<<22|1<<30, 0, 1<<22|1<<30, "2s", "2d")
		shared("_arrangement_size_Q___2S_20__4S_21__2D_31", 3<<22|1<<30, 2<<22, 3<<22|1<<30, "2s", "2d")
		shared("_arrangement_size_Q___4H_10__8H_11__2S_20__4S_21", 3<<22|1<<30, 1<<22, 2<<22|1<<30, "4h", "4s")
		c["V"+role+"_22_2__H_1__S_2"] = a64Coding{
			31<<at | 3<<22,
			[2]uint32{at2[0] | 1<<22, at2[1] | 2<<22},
			[2]string{fmt.Sprintf("h%d", low), fmt.Sprintf("s%d", 32-low)},
		}
	}
	element := func(coding string, field uint32, low, high uint32, t0, t1 string) {
		c["Vm_arrangement_"+coding] = a64Coding{field, [2]uint32{low | 3<<16, high}, [2]string{"v3." + t0, t1}}
	}
	const l, m, h = 1 << 21, 1 << 20, 1 << 11
	element("H_index__H_L_M_1", 15<<16|h|l|m, l, 15<<16|h|l|m, "h[2]", "v15.h[7]")
	element("H_index__H_L_1", 31<<16|h|l, l, 31<<16|h|l, "h[1]", "v31.h[3]")
	element("4B_index__H_L_1", 31<<16|h|l, l, 31<<16|h|l, "4b[1]", "v31.4b[3]")
	element("2H_index__H_L_1", 31<<16|h|l, l, 31<<16|h|l, "2h[1]", "v31.2h[3]")
	element("H_index__L_1", 31<<16|l, 0, 31<<16|l, "h[0]", "v31.h[1]")
	element("S_index__H_1", 31<<16|h, 0, 31<<16|h, "s[0]", "v31.s[1]")
	element("S_index__imm2_1", 31<<16|3<<12, 1<<12, 31<<16|3<<12, "s[1]", "v31.s[3]")
	element("size___H_1__S_2_index__size_L_H_M__HLM_1__HL_2_1", 31<<16|h|l|3<<22, 1<<22|l, 31<<16|2<<22|h|l, "h[2]", "v31.s[3]")
}

// a64XArch reads the rows of x/arch: mask, value and operation.
func a64XArch(t *testing.T) (rows []a64Row) {
	source, err := os.ReadFile(filepath.Join(moduleDir(t), "arm64", "arm64asm", "tables.go"))
	require.NoError(t, err)
	for _, m := range regexp.MustCompile(`\{(0x[0-9a-f]+), (0x[0-9a-f]+), (\w+), instArgs\{([^}]*)\}`).FindAllStringSubmatch(string(source), -1) {
		mask, err := strconv.ParseUint(m[1], 0, 32)
		require.NoError(t, err)
		value, err := strconv.ParseUint(m[2], 0, 32)
		require.NoError(t, err)
		rows = append(rows, a64Row{uint32(mask), uint32(value), m[3], strings.ReplaceAll(m[4], "arg_", ""), ""})
	}
	require.Len(t, rows, 1208)
	return rows
}

// TestA64AddedBits: the fields of a row's operands are all the bits that are not fixed, each is told by one operand, or is of
// the arrangement; and no row is there twice.
func TestA64AddedBits(t *testing.T) {
	type key struct{ mask, value uint32 }
	seen := map[key]string{}
	for _, r := range a64XArch(t) {
		seen[key{r.mask, r.value}] = "x/arch's " + r.op
	}
	codings, used := a64Codings(), map[string]bool{}
	for _, r := range a64Added {
		require.Zero(t, r.value&^r.mask, "%s %#x: value outside of mask", r.op, r.value)
		if r.op != "REV64" { // by definition another name of REV
			require.Equal(t, "", seen[key{r.mask, r.value}], "%s %#x is there twice", r.op, r.value)
		}
		seen[key{r.mask, r.value}] = r.op
		var fields, shared uint32
		for _, arg := range strings.Fields(r.args) {
			c, ok := codings[arg]
			require.True(t, ok, "%s: no coding %s", r.op, arg)
			used[arg] = true
			shared |= fields & c.field
			fields |= c.field
		}
		require.Equal(t, ^r.mask, fields, "%s %#x %s: bits %#x", r.op, r.value, r.args, fields^^r.mask)
		require.Zero(t, shared&^(1<<30|3<<22), "%s %#x %s: shared bits", r.op, r.value, r.args)
	}
	t.Logf("%d rows, %d codings", len(a64Added), len(used))
}

// word gives the sample of the row, and its text as llvm-mc has it.
func (r a64Row) word(codings map[string]a64Coding, sample int) (word uint32, text string) {
	word = r.value
	var texts []string
	for _, arg := range strings.Fields(r.args) {
		word |= codings[arg].bits[sample]
		texts = append(texts, codings[arg].text[sample])
	}
	mnemonic := strings.ToLower(r.op)
	if r.op == "BC" && len(texts) > 0 {
		mnemonic, texts = mnemonic+"."+texts[0], texts[1:]
	}
	return word, strings.TrimSpace(mnemonic + " " + strings.Join(texts, ", "))
}

// a64OtherName are operations for which llvm-mc prefers another name when it disassembles, and why.
var a64OtherName = map[string]string{
	"bti":   "prints the target of no operand as r",
	"bfc":   "prints bfi of the zero register",
	"rev64": "prints rev, which is the same",
	"cmpp":  "prints subps to the zero register",
	"irg":   "leaves out the zero register",
}

// TestA64AddedLLVM: llvm-mc reads two samples of each row as what the row says, to the last operand, and assembles them to
// the same words.
func TestA64AddedLLVM(t *testing.T) {
	codings := a64Codings()
	var words, texts strings.Builder
	for _, r := range a64Added {
		for sample := range 2 {
			word, text := r.word(codings, sample)
			require.Equal(t, r.value, word&r.mask, "%s %s", r.op, r.args)
			fmt.Fprintf(&words, "%#02x %#02x %#02x %#02x\n", word&0xff, word>>8&0xff, word>>16&0xff, word>>24)
			fmt.Fprintln(&texts, text)
		}
	}
	var read []string
	for _, l := range a64LLVM(t, words.String(), "-disassemble", "-mattr=+all") {
		read = append(read, fmt.Sprintf("%08x %s", l.word, l.text))
	}
	assembled := a64LLVM(t, texts.String(), "-mattr=+all")
	require.Len(t, assembled, 2*len(a64Added))
	other := map[string]bool{}
	for i, r := range a64Added {
		for sample := range 2 {
			word, text := r.word(codings, sample)
			require.Equal(t, fmt.Sprintf("%08x", word), fmt.Sprintf("%08x", assembled[2*i+sample].word), "%s: %s", text, r.args)
			if line := fmt.Sprintf("%08x %s", word, text); !slices.Contains(read, line) {
				mnemonic, _, _ := strings.Cut(text, " ")
				require.Contains(t, a64OtherName, mnemonic, "%s", line)
				other[mnemonic] = true
			}
		}
	}
	require.Len(t, other, len(a64OtherName), "differences that are allowed and not there")
	t.Logf("%d words", 2*len(a64Added))
}

type a64Line struct {
	word uint32
	text string
}

// a64LLVM runs llvm-mc over the input and gives the instructions that it prints.
func a64LLVM(t *testing.T, in string, args ...string) (lines []a64Line) {
	cmd := exec.Command(testenv.Tool(t, "llvm-mc-22"), append(args, "-triple=aarch64", "-show-encoding")...)
	cmd.Stdin = strings.NewReader(in)
	out, err := cmd.Output()
	require.NoError(t, err)
	for line := range strings.Lines(string(out)) {
		text, encoding, ok := strings.Cut(strings.TrimSpace(line), "// encoding: ")
		if !ok {
			continue
		}
		var b [4]byte
		_, err := fmt.Sscanf(encoding, "[%v,%v,%v,%v]", &b[0], &b[1], &b[2], &b[3])
		require.NoError(t, err)
		lines = append(lines, a64Line{binary.LittleEndian.Uint32(b[:]), strings.Join(strings.Fields(text), " ")})
	}
	return lines
}

// a64Base is Armv8.0 with Advanced SIMD.
const a64Base = "-mattr=+v8a,+fp-armv8,+neon"

// a64Attributes are llvm-mc's names of the features.
var a64Attributes = map[string]string{
	"FEAT_LSE": "lse", "FEAT_LOR": "lor", "FEAT_LRCPC": "rcpc", "FEAT_LRCPC2": "rcpc-immo", "FEAT_FP16": "fullfp16",
	"FEAT_DotProd": "dotprod", "FEAT_RDM": "rdm", "FEAT_FCMA": "complxnum", "FEAT_FHM": "fp16fml", "FEAT_JSCVT": "jsconv",
	"FEAT_FRINTTS": "fptoint", "FEAT_I8MM": "i8mm", "FEAT_BF16": "bf16", "FEAT_SHA512": "sha3", "FEAT_SHA3": "sha3",
	"FEAT_SM3": "sm4", "FEAT_SM4": "sm4", "FEAT_PAuth": "pauth", "FEAT_BTI": "bti", "FEAT_HBC": "hbc", "FEAT_DGH": "v8a",
	"FEAT_RAS": "ras", "FEAT_CLRBHB": "clrbhb", "FEAT_SB": "sb", "FEAT_WFxT": "wfxt",
	"FEAT_MTE": "mte", "FEAT_FlagM": "flagm", "FEAT_FlagM2": "altnzcv", "FEAT_CSSC": "cssc", "FEAT_MOPS": "mops",
	"FEAT_AES": "aes", "FEAT_PMULL": "aes", "FEAT_SHA1": "sha2", "FEAT_SHA256": "sha2", "FEAT_CRC32": "crc",
}

// TestA64AddedFeatures: llvm-mc takes each row with the row's features, and does not take it without, but for the hints,
// which it knows always because older CPUs take them for a NOP.
func TestA64AddedFeatures(t *testing.T) {
	codings := a64Codings()
	texts := map[string][]string{}
	var beyond []string
	for _, r := range a64Added {
		word, text := r.word(codings, 0)
		texts[r.feature] = append(texts[r.feature], text)
		if hint := word&0xfffff01f == 0xd503201f; r.feature != "" && !hint {
			beyond = append(beyond, text)
		}
	}
	for features, lines := range texts {
		attributes := a64Base
		for _, f := range strings.FieldsFunc(features, func(c rune) bool { return c == '+' }) {
			require.Contains(t, a64Attributes, f)
			attributes += ",+" + a64Attributes[f]
		}
		require.Empty(t, a64Refused(t, lines, attributes), features)
	}
	refused := a64Refused(t, beyond, a64Base)
	for i, line := range beyond {
		require.True(t, refused[i], "%s is taken without a feature", line)
	}
}

// a64Refused gives the lines that llvm-mc refuses to assemble.
func a64Refused(t *testing.T, lines []string, attributes string) map[int]bool {
	cmd := exec.Command(testenv.Tool(t, "llvm-mc-22"), "-triple=aarch64", attributes)
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n"))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	_ = cmd.Run() // fails if a line is refused
	refused := map[int]bool{}
	for _, m := range regexp.MustCompile(`(?m)^<stdin>:([0-9]+):[0-9]+: error: `).FindAllStringSubmatch(stderr.String(), -1) {
		n, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		refused[n-1] = true
	}
	return refused
}

// TestA64Complete: what llvm-mc reads as an instruction of Armv8.0 or of one of the features, among the words of the rows and
// those that differ from them in a bit, is a word of some row.
func TestA64Complete(t *testing.T) {
	rows := append(a64XArch(t), a64Added...)
	random := rand.New(rand.NewPCG(1, 2))
	var words strings.Builder
	for i := range 20000 {
		r := rows[random.IntN(len(rows))]
		word := r.value | random.Uint32()&^r.mask
		if i%2 == 1 {
			word ^= 1 << random.IntN(32)
		}
		fmt.Fprintf(&words, "%#02x %#02x %#02x %#02x\n", word&0xff, word>>8&0xff, word>>16&0xff, word>>24)
	}
	attributes := a64Base
	for _, a := range a64Attributes {
		attributes += ",+" + a
	}
	lines := a64LLVM(t, words.String(), "-disassemble", attributes)
	require.Greater(t, len(lines), 10000)
	for _, l := range lines {
		switch {
		case slices.ContainsFunc(rows, func(r a64Row) bool { return l.word&r.mask == r.value }):
		case l.word&0xffd80000 == 0xd5000000: // MRS and MSR of registers that there are not
		case strings.HasPrefix(l.text, "stzgm") || strings.HasPrefix(l.text, "stgm") || strings.HasPrefix(l.text, "ldgm"): // not for the user
		default:
			t.Errorf("%08x %s", l.word, l.text)
		}
	}
	t.Logf("%d instructions", len(lines))
}

// a64GNULacks are the features that binutils 2.40 does not know.
var a64GNULacks = []string{"FEAT_CSSC", "FEAT_CLRBHB"}

// TestA64AddedGNU: GNU as assembles the samples to the same words.
func TestA64AddedGNU(t *testing.T) {
	codings := a64Codings()
	var source strings.Builder
	var want []byte
	for _, r := range a64Added {
		if slices.Contains(a64GNULacks, r.feature) {
			continue
		}
		for sample := range 2 {
			word, text := r.word(codings, sample)
			if r.op == "BC" {
				text = strings.NewReplacer("#-", ".-", "#", ".+").Replace(text)
			}
			fmt.Fprintln(&source, text)
			want = binary.LittleEndian.AppendUint32(want, word)
		}
	}
	dir := t.TempDir()
	input, object, output := filepath.Join(dir, "a.s"), filepath.Join(dir, "a.o"), filepath.Join(dir, "a.bin")
	require.NoError(t, os.WriteFile(input, []byte(source.String()), 0o600))
	const arch = "-march=armv8.8-a+crypto+sha3+sm4+fp16fml+memtag+rng+ssbs+flagm+pauth"
	out, err := exec.Command(testenv.Tool(t, "aarch64-linux-gnu-as"), arch, "-o", object, input).CombinedOutput()
	require.NoError(t, err, "%.3000s", out)
	out, err = exec.Command(testenv.Tool(t, "aarch64-linux-gnu-objcopy"), "-O", "binary", "-j", ".text", object, output).CombinedOutput()
	require.NoError(t, err, "%s", out)
	got, err := os.ReadFile(output)
	require.NoError(t, err)
	require.Len(t, got, len(want))
	lines := strings.Split(source.String(), "\n")
	for i := 0; i < len(want); i += 4 {
		require.Equal(t, fmt.Sprintf("%x", want[i:i+4]), fmt.Sprintf("%x", got[i:i+4]), lines[i/4])
	}
}

// TestA64Features: the operations are x/arch's, and their features are known.
func TestA64Features(t *testing.T) {
	rows := a64XArch(t)
	for op, feature := range a64Features {
		require.Contains(t, a64Attributes, feature)
		require.True(t, slices.ContainsFunc(rows, func(r a64Row) bool { return r.op == op }), op)
	}
}
