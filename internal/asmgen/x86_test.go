package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/x86/x86csv"
)

func moduleDir(t *testing.T) string {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/arch").Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(out))
}

func inst(text string) *x86csv.Inst {
	intel, encoding, _ := strings.Cut(text, ": ")
	return &x86csv.Inst{Intel: intel, Encoding: encoding}
}

// TestTotals: every row of x/arch's tables is accounted for, and what is left out has a reason.
func TestTotals(t *testing.T) {
	x, err := readX86(moduleDir(t))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		tally           *tally
		rows, encodable int
	}{
		"csv, legacy": {x.tallyCSV(), 1274, 1209},
		"csv, VEX":    {x.tallyVEXRows(), 658, 658},
		"VEX":         {x.tallyEntries(false), 1516, 1462},
		"EVEX":        {x.tallyEntries(true), 3326, 3258},
	} {
		require.Equal(t, c.rows, c.tally.rows, name)
		require.Equal(t, c.encodable, c.tally.encodable, name)
		left := 0
		for why, n := range c.tally.excluded {
			require.NotEmpty(t, why)
			left += n
		}
		require.Equal(t, c.rows-c.encodable, left, name)
	}
	for _, f := range x.forms {
		require.NotContains(t, f.needs, "?", f.manual)
	}
}

// TestPage: the page in asm/amd64 is the one for these totals.
func TestPage(t *testing.T) {
	x, err := readX86(moduleDir(t))
	require.NoError(t, err)
	page, err := os.ReadFile(filepath.Join("..", "..", "asm", "amd64", "COVERAGE.md"))
	require.NoError(t, err)
	require.Equal(t, x.coverage(x.methods()), string(page))
}

// TestTableOfAnotherVersion: a field that the generator does not know is an error, not a form that is wrong.
func TestTableOfAnotherVersion(t *testing.T) {
	dir := t.TempDir()
	table := filepath.Join(dir, "x86", "x86asm")
	require.NoError(t, os.MkdirAll(table, 0o755))
	source := "package x86asm\nvar avxMap0F = [256][]*avxOptab{1: {{op: A, %s: 1}}}\nvar avxMap0F38 = [256][]*avxOptab{}\nvar avxMap0F3A = [256][]*avxOptab{}\n"
	for field, wrong := range map[string]bool{"vexW": false, "novel": true} {
		text := strings.Replace(source, "%s", field, 1)
		require.NoError(t, os.WriteFile(filepath.Join(table, "avx_tables.go"), []byte(text), 0o600))
		_, err := readAVX(dir)
		require.Equal(t, wrong, err != nil, "%v", err)
	}
	_, err := csvForms(inst("ADD r/m64, imm99: 81 /0 iz"), "csv")
	require.ErrorContains(t, err, "iz")
	_, err = csvForms(inst("ADD r/m64, strange: 81 /0 id"), "csv")
	require.ErrorContains(t, err, "strange")
}
