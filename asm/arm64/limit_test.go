package arm64

import (
	"math/bits"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/internal/testenv"
)

// featureOf gives the set of features that forms.tsv names.
func featureOf(t testing.TB, names string) (set Features) {
	if names == "-" {
		return 0
	}
	for name := range strings.SplitSeq(names, "+") {
		f, ok := featureByName[name]
		require.True(t, ok, name)
		set |= f
	}
	return set
}

var featureByName = func() map[string]Features {
	all := map[string]Features{}
	for f := Features(1); f.String() != ""; f <<= 1 {
		all[f.String()] = f
	}
	return all
}()

// TestLimit: by Emit and by the method, each form of a feature is refused without each of those that it needs, and accepted
// with them alone; those of Armv8.0 are accepted with none, and so are hints.
func TestLimit(t *testing.T) {
	var a Assembler
	a.AllowReserved(true)
	used, limited := Features(0), 0
	hints := map[string]bool{}
	for _, line := range formLines(t) {
		k := 0
		for ; k < 40; k++ { // legal operands
			if _, err := line.sample(t, &a, k, 0, 0); err == nil {
				break
			}
		}
		needs := featureOf(t, line.feature)
		a.Limit(needs)
		s, err := line.sample(t, &a, k, 0, 0)
		require.NoError(t, err, "%s", line.name())
		if s.word()>>12 == 0xd5032 && s.word()&31 == 31 { // Arm ARM DDI 0487, "Hints": what is not implemented is a NOP
			used |= needs
			needs = 0
			a.Limit(0)
			_, err := line.sample(t, &a, k, 0, 0)
			require.NoError(t, err, "%s", line.name())
			hints[opName(line.op)] = true
		}
		for left := needs; left != 0; left &= left - 1 {
			without := Features(1) << bits.TrailingZeros64(uint64(left))
			a.Limit(^without)
			s, err := line.sample(t, &a, k, 0, 0)
			require.ErrorIs(t, err, asm.ErrFeature, "%s", line.name())
			require.ErrorContains(t, err, "needs "+without.String()+":", "%s", line.name())
			require.Nil(t, s.code)
			limited++
		}
		used |= needs
		a.Limit(^Features(0))
	}
	for _, name := range strings.Fields("HINT NOP BTI PACIASP PACIBSP PACIAZ PACIBZ PACIA1716 PACIB1716 AUTIASP AUTIBSP AUTIAZ AUTIBZ AUTIA1716 AUTIB1716 " +
		"XPACLRI ESB CSDB DGH CLRBHB") {
		require.True(t, hints[name], name)
	}
	t.Logf("%d refusals for lack of %d features; %d hints", limited, bits.OnesCount64(uint64(used)), len(hints))
	require.Greater(t, limited, 850)
	for _, name := range strings.Fields("FEAT_LSE FEAT_LRCPC FEAT_BTI FEAT_PAuth FEAT_FP16 FEAT_DotProd FEAT_RDM FEAT_FlagM FEAT_SB FEAT_CRC32 FEAT_AES FEAT_PMULL") {
		require.True(t, used.Has(featureByName[name]), name)
	}
}

// llvmFeatures are LLVM's names for what operands belong to.
var llvmFeatures = map[Features]string{
	FEAT_DIT: "+dit", FEAT_SSBS2: "+ssbs", FEAT_MTE: "+mte", FEAT_RNG: "+rand", FEAT_ECV: "+ecv", FEAT_DPB: "+ccpp", FEAT_DPB2: "+ccdp",
}

// unlimited are operands of extensions that are none of the Features.
var unlimited = []testenv.Difference{
	testenv.Differs("", `^mrs x3, (GCSPR_EL0|POR_EL0|FPMR|TPIDR2_EL0|SCXTNUM_EL0|ID_AA64\w+_EL1)$`, "of Armv8.5 and later"),
	testenv.Differs("", `^dc cgd?vadp, x3$`, "in LLVM not of FEAT_DPB2, which what has FEAT_MTE has"),
}

// TestLimitOperands: system registers, fields of PSTATE and operations are refused without what they belong to, and accepted
// with it, as llvm-mc does it.
func TestLimitOperands(t *testing.T) {
	type use struct {
		text string
		emit func(a *Assembler)
	}
	var uses []use
	add := func(text string, emit func(a *Assembler)) { uses = append(uses, use{text, emit}) }
	for _, r := range sysRegs {
		if r.r != PMSWINC_EL0 {
			add("mrs x3, "+r.name, func(a *Assembler) { a.MRSxg(X3, r.r) })
		}
	}
	for _, r := range []SysReg{NZCV, DIT, SSBS, TCO, FPCR, TPIDR_EL0, PMSWINC_EL0} {
		add("msr "+r.String()+", x3", func(a *Assembler) { a.Emit(arm64asm.MSR, r, X3) })
	}
	for _, f := range []PStateField{PSTATE_SPSel, PSTATE_SSBS, PSTATE_DIT, PSTATE_TCO, PSTATE_DAIFSet, PSTATE_DAIFClr} {
		add("msr "+f.String()+", #1", func(a *Assembler) { a.MSRoi(f, 1) })
	}
	for _, o := range dcOps {
		add("dc "+o.name+", x3", func(a *Assembler) { a.DCox(DCOp(o.op), X3) })
	}
	add("ic ivau, x3", func(a *Assembler) { a.ICox(IC_IVAU, X3) })
	add("tlbi vae1, x3", func(a *Assembler) { a.TLBIox(TLBI_VAE1, X3) })
	add("at s1e1r, x3", func(a *Assembler) { a.ATox(AT_S1E1R, X3) })
	var lines []string
	for _, u := range uses {
		lines = append(lines, u.text)
	}
	ask := func(features ...string) map[int]string {
		_, refused := oracle(t, testenv.Tool(t, "llvm-mc-22"), "-triple=aarch64", "-filetype=obj", "-mattr="+strings.Join(features, ",")).Assemble(t, lines)
		return refused
	}
	var all []string
	for _, name := range llvmFeatures {
		all = append(all, name)
	}
	without, with := ask("+v8a"), ask(append(all, "+v8a")...)
	single := map[Features]map[int]string{}
	for f, name := range llvmFeatures {
		single[f] = ask("+v8a", name)
	}
	allowed := testenv.Allow(unlimited)
	limited := 0
	for i, u := range uses {
		try := func(f Features) error {
			var a Assembler
			a.Limit(f)
			u.emit(&a)
			return a.Err()
		}
		err := try(0)
		if why, no := without[i]; no != (err != nil) && !allowed.Has("", u.text) {
			t.Errorf("%s without features: %v, llvm-mc: %s", u.text, err, why)
		}
		if err == nil {
			continue
		}
		limited++
		require.ErrorIs(t, err, asm.ErrFeature, u.text)
		require.Empty(t, with[i], u.text)
		require.NoError(t, try(^Features(0)), u.text)
		for f := range llvmFeatures { // one of them alone does where it is all that is needed
			has := f
			if f == FEAT_DPB2 {
				has |= FEAT_DPB // which it implies
			}
			if _, no := single[f][i]; no != (try(has) != nil) && !allowed.Has("", u.text) {
				t.Errorf("%s with %v: %v, llvm-mc: %s", u.text, f, try(f), single[f][i])
			}
		}
	}
	t.Logf("%d of %d limited", limited, len(uses))
	allowed.RequireUsed(t)
}
