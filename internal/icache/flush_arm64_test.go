package icache

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCacheType: the line sizes are ones that there are.
func TestCacheType(t *testing.T) {
	ctr := cacheType()
	for _, field := range []int{iminLine, dminLine} {
		line := 4 << (ctr >> field & 0xf)
		require.GreaterOrEqual(t, line, 16)
		require.LessOrEqual(t, line, 2048)
	}
}
