package testenv

import (
	"debug/elf"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// compile compiles a file as a package of this module that is nowhere on disk. The test is of a package two folders below
// the module's.
func compile(t testing.TB, file, text string, flags ...string) (output string, err error) {
	dir := t.TempDir()
	source := filepath.Join(dir, file)
	require.NoError(t, os.WriteFile(source, []byte(text), 0o600))
	root, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, "internal", "probe", file): source}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600))
	cmd := exec.Command("go", append(append([]string{"build", "-overlay", filepath.Join(dir, "overlay.json")}, flags...), "./internal/probe")...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	return string(out), err
}

var compilerError = regexp.MustCompile(`illegal\.go:([0-9]+):[0-9]+: (.*)`)

// RequireMarkedErrors compiles a file, of which each line that is marked "// ERROR text" must be an error with that text, and
// no other line one. It gives how many are marked.
func RequireMarkedErrors(t testing.TB, path string) (marked int) {
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	out, err := compile(t, "illegal.go", string(text), "-gcflags=-e")
	require.Error(t, err)
	found := map[int]string{}
	for _, m := range compilerError.FindAllStringSubmatch(out, -1) {
		n, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		found[n] += m[2]
	}
	for i, line := range strings.Split(string(text), "\n") {
		_, want, ok := strings.Cut(line, "// ERROR ")
		if !ok {
			require.Empty(t, found[i+1], "%s", line)
			continue
		}
		marked++
		require.Contains(t, found[i+1], want, "%s", line)
	}
	return marked
}

// ProgramSize compiles a program and gives how many bytes of it are loaded: the file's own length goes by pages.
func ProgramSize(t testing.TB, text string) (n int64) {
	binary := filepath.Join(t.TempDir(), "probe")
	out, err := compile(t, "main.go", text, "-ldflags=-s -w", "-o", binary)
	require.NoError(t, err, out)
	f, err := elf.Open(binary)
	require.NoError(t, err)
	defer f.Close()
	for _, s := range f.Sections {
		if s.Flags&elf.SHF_ALLOC != 0 && s.Type != elf.SHT_NOBITS {
			n += int64(s.Size)
		}
	}
	return n
}
