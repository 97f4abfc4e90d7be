package arm64

import (
	"encoding/binary"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/testenv"
)

// TestDetect: what the kernel told the process about the CPU when it began says the same: "ARM64 ELF hwcaps" in its
// documentation.
func TestDetect(t *testing.T) {
	if runtime.GOOS != "linux" {
		testenv.Missing(t, "AT_HWCAP")
	}
	vector, err := os.ReadFile("/proc/self/auxv")
	require.NoError(t, err)
	caps := map[uint64]uint64{}
	for i := 0; i+16 <= len(vector); i += 16 {
		caps[binary.LittleEndian.Uint64(vector[i:])] = binary.LittleEndian.Uint64(vector[i+8:])
	}
	const hwcap, hwcap2 = 16, 26
	require.Contains(t, caps, uint64(hwcap))
	got := Detect()
	t.Logf("%v, HWCAP %#x, HWCAP2 %#x", got, caps[hwcap], caps[hwcap2])
	told := func(which uint64, bits ...int) bool {
		for _, b := range bits {
			if caps[which]>>b&1 == 0 {
				return false
			}
		}
		return true
	}
	for _, x := range []struct {
		feature Features
		has     bool
	}{
		{FEAT_AES, told(hwcap, 3)},
		{FEAT_PMULL, told(hwcap, 4)},
		{FEAT_SHA1, told(hwcap, 5)},
		{FEAT_SHA256, told(hwcap, 6)},
		{FEAT_CRC32, told(hwcap, 7)},
		{FEAT_LSE, told(hwcap, 8)},
		{FEAT_FP16, told(hwcap, 9, 10)},
		{FEAT_RDM, told(hwcap, 12)},
		{FEAT_JSCVT, told(hwcap, 13)},
		{FEAT_FCMA, told(hwcap, 14)},
		{FEAT_LRCPC, told(hwcap, 15)},
		{FEAT_DPB, told(hwcap, 16)},
		{FEAT_SHA3, told(hwcap, 17)},
		{FEAT_SM3, told(hwcap, 18)},
		{FEAT_SM4, told(hwcap, 19)},
		{FEAT_DotProd, told(hwcap, 20)},
		{FEAT_SHA512, told(hwcap, 21)},
		{FEAT_FHM, told(hwcap, 23)},
		{FEAT_DIT, told(hwcap, 24)},
		{FEAT_LRCPC2, told(hwcap, 26)},
		{FEAT_FlagM, told(hwcap, 27)},
		{FEAT_SSBS2, told(hwcap, 28)},
		{FEAT_SB, told(hwcap, 29)},
		{FEAT_PAuth, told(hwcap, 30, 31)},
		{FEAT_DPB2, told(hwcap2, 0)},
		{FEAT_FlagM2, told(hwcap2, 7)},
		{FEAT_FRINTTS, told(hwcap2, 8)},
		{FEAT_I8MM, told(hwcap2, 13)},
		{FEAT_BF16, told(hwcap2, 14)},
		{FEAT_DGH, told(hwcap2, 15)},
		{FEAT_RNG, told(hwcap2, 16)},
		{FEAT_BTI, told(hwcap2, 17)},
		{FEAT_MTE, told(hwcap2, 18)},
		{FEAT_ECV, told(hwcap2, 19)},
		{FEAT_WFxT, told(hwcap2, 31)},
		{FEAT_CSSC, told(hwcap2, 34)},
		{FEAT_MOPS, told(hwcap2, 43)},
		{FEAT_HBC, told(hwcap2, 44)},
	} {
		switch x.feature {
		case FEAT_DIT, FEAT_SSBS2, FEAT_DGH: // which qemu-user has, and leaves out of AT_HWCAP
			require.True(t, got.Has(x.feature) || !x.has, "%v", x.feature)
		default:
			require.Equal(t, x.has, got.Has(x.feature), "%v", x.feature)
		}
	}
}
