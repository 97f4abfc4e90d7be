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
// with them alone; those of Armv8.0 are accepted with none.
func TestLimit(t *testing.T) {
	var a Assembler
	a.AllowReserved(true)
	used, limited := Features(0), 0
	for _, line := range formLines(t) {
		k := 0
		for ; k < 40; k++ { // legal operands
			if _, err := line.sample(t, &a, k, 0, 0); err == nil {
				break
			}
		}
		needs := featureOf(t, line.feature)
		a.Limit(needs)
		_, err := line.sample(t, &a, k, 0, 0)
		require.NoError(t, err, "%s", line.name())
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
	t.Logf("%d refusals for lack of %d features", limited, bits.OnesCount64(uint64(used)))
	require.Greater(t, limited, 850)
	for _, name := range strings.Fields("FEAT_LSE FEAT_LRCPC FEAT_BTI FEAT_PAuth FEAT_FP16 FEAT_DotProd FEAT_RDM FEAT_FlagM FEAT_SB FEAT_CRC32 FEAT_AES FEAT_PMULL") {
		require.True(t, used.Has(featureByName[name]), name)
	}
}
