package arm64

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSpecial: it is complete without what imm encodes before it comes to it.
func TestSpecial(t *testing.T) {
	var a Assembler
	for v := int64(-1); v <= 1<<12; v++ {
		f, why := addSub.special(v)
		if v < 0 {
			require.NotEmpty(t, why)
			continue
		}
		require.Empty(t, why)
		require.Equal(t, form(f), a.imm(addSub, v))
	}
	require.NoError(t, a.Err())
	_, why := field(0).special(0)
	require.Equal(t, "an operand that is none", why)
}
