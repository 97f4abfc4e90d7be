package testenv

import (
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var encoding = regexp.MustCompile(`// (?:.* or )?([0-9a-fA-F]+)$`)

// GoAssemblerCases gives the code of each line with its encoding in the tests of Go's assembler, from the files that match the
// pattern: "arm64enc.s", "avx512enc/*.s". What Go's assembler can't do yet is left out.
func GoAssemblerCases(t testing.TB, pattern string) (all [][]byte) {
	t.Helper()
	root := goOutput(t, "env", "GOROOT")
	files, err := filepath.Glob(filepath.Join(root, "src", "cmd", "asm", "internal", "asm", "testdata", pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files %s in %s: %v", pattern, root, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "//TODO") {
				continue
			}
			if m := encoding.FindStringSubmatch(line); m != nil && len(m[1])%2 == 0 {
				code, err := hex.DecodeString(m[1])
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, code)
			}
		}
	}
	return all
}

// ArchFile reads a file of the module golang.org/x/arch.
func ArchFile(t testing.TB, path ...string) string {
	t.Helper()
	dir := goOutput(t, "list", "-m", "-f", "{{.Dir}}", "golang.org/x/arch")
	data, err := os.ReadFile(filepath.Join(append([]string{dir}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// goOutput is what the go command prints.
func goOutput(t testing.TB, args ...string) string {
	t.Helper()
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		t.Fatalf("go %s: %v", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out))
}
