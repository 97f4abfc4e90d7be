package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// TestGolden compares listings with testdata/*.golden.
func TestGolden(t *testing.T) {
	formulas := map[string]string{
		"square":    "x*x + 1",
		"distance":  "sqrt(x*x + y*y) / (1 + abs(x - y))",
		"functions": "min(x, y) > 0 ? round(x) : max(floor(y)^-3, 0.1)",
		"calls":     "x*pow(sin(x), y)",
	}
	for _, arch := range []string{"amd64", "arm64"} {
		for name, src := range formulas {
			stdout, stderr, code := execute("", "-S", "-arch", arch, src)
			require.Zero(t, code, stderr)
			require.Empty(t, stderr)
			file := filepath.Join("testdata", name+"."+arch+".golden")
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(stdout), 0o600))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, strings.Split(string(want), "\n"), strings.Split(stdout, "\n"), name)
		}
	}
}

// TestListHost is -S without -arch.
func TestListHost(t *testing.T) {
	stdout, _, code := execute("", "-S", "x*x + 1")
	require.Zero(t, code)
	require.Contains(t, stdout, "; x*x + 1\n")
	require.Contains(t, stdout, "; result\n")
}
