package arm64

import (
	"encoding/binary"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/internal/testenv"
)

// named is an instruction with a name in it, and the word that it should be.
type named struct {
	text string
	word uint32
}

// requireNamed asks llvm-mc to assemble the texts, and, if back, to disassemble the words.
func requireNamed(t *testing.T, all []named, back bool) {
	t.Helper()
	var texts, words strings.Builder
	for _, n := range all {
		fmt.Fprintln(&texts, n.text)
		fmt.Fprintf(&words, "%#02x %#02x %#02x %#02x\n", n.word&0xff, n.word>>8&0xff, n.word>>16&0xff, n.word>>24)
	}
	for i, got := range llvmNamed(t, texts.String()) {
		if got.word != all[i].word {
			t.Errorf("%s: %08x, llvm-mc: %08x", all[i].text, all[i].word, got.word)
		}
	}
	if !back {
		return
	}
	for i, got := range llvmNamed(t, words.String(), "-disassemble") {
		require.Equal(t, all[i].text, got.text)
	}
}

// llvmNamed runs llvm-mc over the lines, which must give as many.
func llvmNamed(t *testing.T, in string, args ...string) (out []named) {
	t.Helper()
	cmd := exec.Command(testenv.Tool(t, "llvm-mc-22"), append(args, "-triple=aarch64", "-mattr=+all", "-show-encoding")...)
	cmd.Stdin = strings.NewReader(in)
	printed, err := cmd.Output()
	require.NoError(t, err)
	for line := range strings.Lines(string(printed)) {
		text, encoding, ok := strings.Cut(strings.TrimSpace(line), "// encoding: ")
		if !ok {
			continue
		}
		var b [4]byte
		_, err := fmt.Sscanf(encoding, "[%v,%v,%v,%v]", &b[0], &b[1], &b[2], &b[3])
		require.NoError(t, err)
		out = append(out, named{strings.Join(strings.Fields(text), " "), binary.LittleEndian.Uint32(b[:])})
	}
	require.Len(t, out, strings.Count(in, "\n"))
	return out
}

// TestSysRegNames: all 32,768 registers have the name that llvm-mc takes for this encoding, and are found by it.
func TestSysRegNames(t *testing.T) {
	var all []named
	for r := range noSysReg {
		name := r.String()
		if r == PMSWINC_EL0 { // write only
			all = append(all, named{"msr " + name + ", x3", 0xd5100003 | uint32(r)<<5})
		} else {
			all = append(all, named{"mrs x3, " + name, 0xd5300003 | uint32(r)<<5})
		}
		if r&1 == 0 {
			name = strings.ToLower(name)
		}
		if got, ok := ParseSysReg(name); !ok || got != r {
			t.Errorf("%s: %v %v", name, got, ok)
		}
	}
	requireNamed(t, all, false)
	all = nil
	for _, r := range sysRegs {
		if r.r != PMSWINC_EL0 { // has no name there
			all = append(all, named{"mrs x3, " + r.name, 0xd5300003 | uint32(r.r)<<5})
		}
	}
	requireNamed(t, all, true)
}

// TestSysRegOf: the fields are in their places, and what is no register is refused everywhere.
func TestSysRegOf(t *testing.T) {
	require.Equal(t, TPIDR_EL0, SysRegOf(3, 3, 13, 0, 2))
	require.Equal(t, SysReg(0), SysRegOf(2, 0, 0, 0, 0))
	require.Equal(t, "S2_0_C0_C0_0", SysReg(0).String())
	require.Equal(t, "S3_7_C15_C15_7", SysRegOf(3, 7, 15, 15, 7).String())
	for _, n := range [][5]int{
		{1, 0, 0, 0, 0},
		{4, 0, 0, 0, 0},
		{3, 8, 0, 0, 0},
		{3, 0, 16, 0, 0},
		{3, 0, 0, 16, 0},
		{3, 0, 0, 0, 8},
		{-1, 0, 0, 0, 0},
		{3, -1, 0, 0, 0},
		{3, 0, -1, 0, 0},
		{3, 0, 0, -1, 0},
		{3, 0, 0, 0, -1},
		{1 << 40, 0, 0, 0, 0},
		{3, 0, 0, 0, 1 << 40},
	} {
		require.Equal(t, noSysReg, SysRegOf(n[0], n[1], n[2], n[3], n[4]), n)
	}
	for _, name := range []string{
		"", "TPIDR", "S3_3_C13_C0", "S3_3_C13_C0_2_1", "S1_3_C13_C0_2", "S3_8_C13_C0_2", "S3_3_C16_C0_2", "S3_3_13_C0_2", "S3_3_C13_C0_",
		"S3_3_C13_C0_8", "S3_-1_C13_C0_2", "S3_3_C+1_C0_2", "S3_3_C13_C0_2 ", "S3_S3_C13_C0_2",
	} {
		_, ok := ParseSysReg(name)
		require.False(t, ok, name)
	}
	require.Equal(t, "SysReg(32768)", noSysReg.String())
}

// TestSysOpNames: the names of operations are llvm-mc's for the same words, both ways.
func TestSysOpNames(t *testing.T) {
	var all []named
	word := func(op uint16, rt uint32) uint32 { return 0xd5080000 | uint32(op)<<5 | rt }
	for _, o := range dcOps {
		all = append(all, named{"dc " + DCOp(o.op).String() + ", x3", word(o.op, 3)})
	}
	for _, o := range atOps {
		all = append(all, named{"at " + ATOp(o.op).String() + ", x3", word(o.op, 3)})
	}
	alone := func(mnemonic, name string, op uint16, takes bool) {
		if takes {
			all = append(all, named{mnemonic + name + ", x3", word(op, 3)})
		} else {
			all = append(all, named{mnemonic + name, word(op, 31)})
		}
	}
	for _, o := range icOps {
		alone("ic ", ICOp(o.op).String(), o.op, ICOp(o.op).TakesRegister())
	}
	for _, o := range tlbiOps {
		alone("tlbi ", TLBIOp(o.op).String(), o.op, TLBIOp(o.op).TakesRegister())
	}
	require.Len(t, all, 20+14+3+32)
	for b := Barrier(0); b <= SY; b++ {
		all = append(all, named{"dmb " + b.String(), 0xd50330bf | uint32(b)<<8})
	}
	for p := Prefetch(0); p < 32; p++ {
		all = append(all, named{"prfm " + p.String() + ", [x3]", 0xf9800060 | uint32(p)})
	}
	for b := BTI_C; b <= BTI_JC; b++ {
		all = append(all, named{"bti " + b.String(), 0xd503241f | uint32(b)<<6})
	}
	for _, f := range []PStateField{PSTATE_UAO, PSTATE_PAN, PSTATE_SPSel, PSTATE_SSBS, PSTATE_DIT, PSTATE_TCO, PSTATE_DAIFSet, PSTATE_DAIFClr} {
		all = append(all, named{"msr " + f.String() + ", #1", 0xd500411f | uint32(f)>>3<<16 | uint32(f)&7<<5})
	}
	requireNamed(t, all, true)
}

// TestSysOpRegisters: each operation is accepted with and without a register as llvm-mc does it for Armv8.9, by both layers.
// (Since Armv9.7 some may have one that did without, FEAT_TLBID.)
func TestSysOpRegisters(t *testing.T) {
	type use struct {
		text string
		emit []func(a *Assembler)
	}
	var uses []use
	both := func(op arm64asm.Op, arg Arg, with, alone func(a *Assembler)) {
		text := strings.ToLower(opName(op)) + " " + arg.(fmt.Stringer).String()
		uses = append(uses,
			use{text + ", x3", []func(a *Assembler){func(a *Assembler) { a.Emit(op, arg, X3) }, with}},
			use{text, []func(a *Assembler){func(a *Assembler) { a.Emit(op, arg) }, alone}})
	}
	for _, o := range dcOps {
		both(arm64asm.DC, DCOp(o.op), func(a *Assembler) { a.DCox(DCOp(o.op), X3) }, nil)
	}
	for _, o := range atOps {
		both(arm64asm.AT, ATOp(o.op), func(a *Assembler) { a.ATox(ATOp(o.op), X3) }, nil)
	}
	for _, o := range icOps {
		both(arm64asm.IC, ICOp(o.op), func(a *Assembler) { a.ICox(ICOp(o.op), X3) }, func(a *Assembler) { a.ICo(ICOp(o.op)) })
	}
	for _, o := range tlbiOps {
		both(arm64asm.TLBI, TLBIOp(o.op), func(a *Assembler) { a.TLBIox(TLBIOp(o.op), X3) }, func(a *Assembler) { a.TLBIo(TLBIOp(o.op)) })
	}
	var lines []string
	for _, u := range uses {
		lines = append(lines, u.text)
	}
	words, refused := oracle(t, testenv.Tool(t, "llvm-mc-22"), "-triple=aarch64", "-filetype=obj", "-mattr=+v8.9a,+mte").Assemble(t, lines)
	require.Len(t, refused, len(uses)/2)
	for i, u := range uses {
		why, no := refused[i]
		for _, emit := range u.emit {
			if emit == nil {
				continue
			}
			var a Assembler
			emit(&a)
			code, err := finished(&a)
			if no {
				require.Error(t, err, "%s: %s", u.text, why)
			} else {
				require.NoError(t, err, u.text)
				require.Equal(t, words[i], code, u.text)
			}
		}
	}
}

// TestTakesRegister: so it is with all operations that llvm-mc knows, those without a name here too, which give its words.
func TestTakesRegister(t *testing.T) {
	var words [][]byte
	for op := range uint32(1 << 14) {
		words = append(words, binary.LittleEndian.AppendUint32(nil, 0xd508001f|op<<5))
	}
	known := map[string]int{}
	texts := llvmTexts(t, words, "+all")
	for op := range uint16(1 << 14) {
		mnemonic, _, _ := strings.Cut(texts[op], " ")
		switch mnemonic {
		case "dc", "at", "ic", "tlbi":
			known[mnemonic]++
			takes := strings.HasSuffix(texts[op], ", xzr")
			if takesRegister(op) != takes {
				t.Errorf("%#x: %s", op, texts[op])
			}
			var a Assembler
			switch mnemonic {
			case "dc":
				a.DCox(DCOp(op), XZR)
			case "at":
				a.ATox(ATOp(op), XZR)
			case "ic":
				if takes {
					a.ICox(ICOp(op), XZR)
				} else {
					a.ICo(ICOp(op))
				}
			case "tlbi":
				if takes {
					a.TLBIox(TLBIOp(op), XZR)
				} else {
					a.TLBIo(TLBIOp(op))
				}
			}
			code, err := finished(&a)
			require.NoError(t, err, texts[op])
			require.Equal(t, words[op], code, texts[op])
		}
	}
	require.GreaterOrEqual(t, known["tlbi"], 130)
	require.GreaterOrEqual(t, known["dc"], 20)
	require.GreaterOrEqual(t, known["at"], 14)
	require.Equal(t, 3, known["ic"])
}

// TestNamesOfNothing: a value that is none of the constants has a text too.
func TestNamesOfNothing(t *testing.T) {
	for text, v := range map[string]fmt.Stringer{
		"DCOp(1)": DCOp(1), "ICOp(1)": ICOp(1), "ATOp(1)": ATOp(1), "TLBIOp(1)": TLBIOp(1), "#16": Barrier(16), "#255": Prefetch(255),
		"Cond(16)": Cond(16), "BTITarget(0)": BTITarget(0), "BTITarget(4)": BTITarget(4), "PStateField(63)": PStateField(63),
	} {
		require.Equal(t, text, v.String())
	}
}
