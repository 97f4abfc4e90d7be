package amd64_test

import (
	"os"
	"regexp"
	"slices"
	"strconv"
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

// TestNames: the names of all methods follow from their operands as doc.go says.
func TestNames(t *testing.T) {
	table, err := os.ReadFile("testdata/forms.tsv")
	require.NoError(t, err)
	n := 0
	for line := range strings.Lines(string(table)) {
		if !strings.HasPrefix(line, "#") {
			f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
			require.Equal(t, nameOf(f[0], f[1], f[3:]), f[0], "%s", line)
			n++
		}
	}
	require.Greater(t, n, 7000)
}

var operandKind = regexp.MustCompile(`^(=|[a-z]+)([0-9]*)(.*)$`)

// nameOf gives the name for kinds of operands as forms.tsv has them. The method's own name decides only what no operand
// tells: whether a branch is short, and 16 bits.
func nameOf(method, op string, kinds []string) string {
	var letters, widths []string
	end, count := "", ""
	for _, kind := range kinds {
		k := operandKind.FindStringSubmatch(kind)
		letter, width := k[1], k[2]
		switch {
		case letter == "er", letter == "sae":
			end += strings.ToUpper(letter)
			continue
		case letter == "mask", letter == "merge":
			letter = "k"
		case letter == "=":
			letter = strings.ToUpper(kind[1:])
		case width != "" && (letter == "i" || letter == "s"):
			letter = "i"
		case letter == "b":
			count = k[3][1:]
		}
		if width == "0" || !slices.Contains([]string{"r", "m", "b"}, letter) {
			width = ""
		}
		letters, widths = append(letters, letter), append(widths, width)
	}
	name := strings.TrimSuffix(op, "_XMM")
	used := slices.Compact(slices.Sorted(slices.Values(slices.DeleteFunc(slices.Clone(widths), func(w string) bool { return w == "" }))))
	for i, letter := range letters {
		name += letter
		if len(used) > 1 {
			name += widths[i]
		}
	}
	if len(used) == 1 {
		name += used[0]
	}
	if rest := strings.TrimPrefix(method, name); rest == "16" || slices.Contains(letters, "l") && (rest == "8" || rest == "32") {
		name = method
	}
	if count != "" && !told(op, letters, used[0], count) {
		name += "to" + count
	}
	return name + end
}

var narrowing = regexp.MustCompile(`^VCVT(T?PD2U?DQ|PD2PS|U?QQ2PS|NEPS2BF16)$`)

// told tells that no count is needed: a vector register is not shorter than all elements together.
func told(op string, letters []string, width, count string) bool {
	w, _ := strconv.Atoi(width)
	n, _ := strconv.Atoi(count)
	if narrowing.MatchString(op) {
		return false
	}
	return slices.ContainsFunc(letters, func(letter string) bool {
		return map[string]int{"x": 128, "y": 256, "z": 512}[letter] >= w*n
	})
}
