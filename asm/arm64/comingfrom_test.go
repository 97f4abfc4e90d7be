package arm64_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestComingFrom: the loop that COMING_FROM.md shows is the one that Example_sum compiles.
func TestComingFrom(t *testing.T) {
	page, err := os.ReadFile("COMING_FROM.md")
	require.NoError(t, err)
	source, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	_, here, _ := strings.Cut(string(page), "## Here")
	_, here, _ = strings.Cut(here, "```go\n")
	here, _, found := strings.Cut(here, "```")
	require.True(t, found)
	indented := "\t" + strings.ReplaceAll(strings.TrimSpace(here), "\n", "\n\t")
	require.Contains(t, string(source), "func Example_sum() {\n"+indented+"\n")
}
