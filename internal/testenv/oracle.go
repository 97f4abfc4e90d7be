package testenv

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Oracle is an assembler of another project.
type Oracle struct {
	Command []string // and its options
	Objcopy string
	Prolog  string // the first line of its input
	Block   int    // bytes that each line is padded to, a power of two
	Fill    byte
}

// Name is that of the tool.
func (o Oracle) Name() string { return filepath.Base(o.Command[0]) }

var complaint = regexp.MustCompile(`a\.s:([0-9]+)(?::[0-9]+)?: (?i:error): (.*)`)

// Assemble gives the block of bytes that each line is assembled to, and why lines are refused. In a line the label 1 is the
// line itself, as 1b. All of it is one run, and one more if some are refused.
func (o Oracle) Assemble(t testing.TB, lines []string) (blocks [][]byte, refused map[int]string) {
	dir := t.TempDir()
	source, object, binary := filepath.Join(dir, "a.s"), filepath.Join(dir, "a.o"), filepath.Join(dir, "a.bin")
	lines = append([]string(nil), lines...)
	refused = map[int]string{}
	for {
		var b strings.Builder
		b.WriteString(o.Prolog + "\n")
		for _, l := range lines {
			fmt.Fprintf(&b, "1: %s\n.balign %d, %d\n", l, o.Block, o.Fill)
		}
		require.NoError(t, os.WriteFile(source, []byte(b.String()), 0o600))
		args := append(o.Command[1:len(o.Command):len(o.Command)], "-o", object, source)
		out, err := exec.Command(o.Command[0], args...).CombinedOutput()
		if err == nil {
			break
		}
		found := false
		for _, m := range complaint.FindAllStringSubmatch(string(out), -1) {
			n, err := strconv.Atoi(m[1])
			require.NoError(t, err)
			if i := (n - 2) / 2; refused[i] == "" {
				refused[i], lines[i], found = m[2], fmt.Sprintf(".fill %d, 1, %d", o.Block, o.Fill), true
			}
		}
		require.True(t, found, "%.2000s", out)
	}
	out, err := exec.Command(o.Objcopy, "-O", "binary", "-j", ".text", object, binary).CombinedOutput()
	require.NoError(t, err, "%s", out)
	code, err := os.ReadFile(binary)
	require.NoError(t, err)
	require.Len(t, code, o.Block*len(lines))
	for ; len(code) > 0; code = code[o.Block:] {
		blocks = append(blocks, code[:o.Block])
	}
	return blocks, refused
}

// Difference is one between us and others that is allowed.
type Difference struct {
	tool string
	text *regexp.Regexp
	why  string
}

// Differs is a difference from a tool whose name begins so, in what the pattern matches, and why it is right.
func Differs(tool, pattern, why string) Difference {
	return Difference{tool, regexp.MustCompile(pattern), why}
}

// Allowed counts how often each of a list of differences was used.
type Allowed struct {
	list []Difference
	used []int
}

// Allow begins to count.
func Allow(list []Difference) *Allowed { return &Allowed{list, make([]int, len(list))} }

// Has tells whether the list allows a difference: the first that fits is used.
func (a *Allowed) Has(tool, text string) bool {
	for i, d := range a.list {
		if strings.HasPrefix(tool, d.tool) && d.text.MatchString(text) {
			a.used[i]++
			return true
		}
	}
	return false
}

// RequireUsed fails the test if the list has what is not needed.
func (a *Allowed) RequireUsed(t testing.TB) {
	t.Helper()
	for i, d := range a.list {
		if a.used[i] == 0 {
			t.Errorf("difference not needed: %s %v: %s", d.tool, d.text, d.why)
		}
	}
}
