package arm64

import (
	"math/bits"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// allFeatures has all of them.
const allFeatures = FEAT_ECV<<1 - 1

// TestFeatureNames: each feature has its name, and sets list theirs.
func TestFeatureNames(t *testing.T) {
	require.Equal(t, "", Features(0).String())
	require.Equal(t, "FEAT_AES", FEAT_AES.String())
	require.Equal(t, "FEAT_LSE", FEAT_LSE.String())
	require.Equal(t, "FEAT_ECV", FEAT_ECV.String())
	require.Equal(t, "FEAT_FP16+FEAT_FCMA", (FEAT_FCMA | FEAT_FP16).String())
	require.Equal(t, strings.Join(strings.Fields(featureNames), "+"), allFeatures.String())
	require.Len(t, strings.Fields(featureNames), bits.OnesCount64(uint64(allFeatures)))
	require.True(t, allFeatures.Has(FEAT_BTI|FEAT_SB))
	require.False(t, (FEAT_BTI | FEAT_LSE).Has(FEAT_BTI|FEAT_SB))
	require.True(t, Features(0).Has(0))
}

// TestIDRegisters: the registers of some CPUs, by their technical reference manuals, and the borders of each field.
func TestIDRegisters(t *testing.T) {
	require.Zero(t, idRegisters{}.features())
	require.Zero(t, idRegisters{pfr0: 0x00ff0000}.features(), "no floating point")
	require.Zero(t, idRegisters{pfr0: 0x00010000}.features(), "half precision for scalars only")
	require.Equal(t, FEAT_FP16, idRegisters{pfr0: 0x00110000}.features())

	// Cortex-A53 with cryptography.
	a53 := idRegisters{isar0: 0x0000000000011120, pfr0: 0x0000000000002222}
	require.Equal(t, FEAT_AES|FEAT_PMULL|FEAT_SHA1|FEAT_SHA256|FEAT_CRC32, a53.features())
	// Neoverse N1 with cryptography.
	n1 := idRegisters{isar0: 0x0000100010211120, isar1: 0x0000000000100001, pfr0: 0x1100000010111112, pfr1: 0x20}
	require.Equal(t, FEAT_AES|FEAT_PMULL|FEAT_SHA1|FEAT_SHA256|FEAT_CRC32|FEAT_LSE|FEAT_RDM|FEAT_DotProd|FEAT_LRCPC|FEAT_DPB|FEAT_FP16|FEAT_SSBS2,
		n1.features())
	// Everything.
	all := idRegisters{^uint64(0), ^uint64(0), ^uint64(0), 0xffffffffff11ffff, ^uint64(0), ^uint64(0)}
	require.Equal(t, allFeatures&^(FEAT_LOR|FEAT_RAS), all.features())
}
