package arm64

import (
	"math/bits"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
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
