package testenv

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Objdump disassembles code for address base with GNU objdump, one text an instruction. arch is "amd64" (Intel
// syntax) or "arm64". White space is folded, comments and symbols in angle brackets are dropped:
// "mov rax,QWORD PTR [rbp-0x8]", "ldr x0, [x1, #8]".
func Objdump(t testing.TB, arch string, code []byte, base uint64) []string {
	t.Helper()
	var args []string
	switch arch {
	case "amd64":
		args = []string{Tool(t, "x86_64-linux-gnu-objdump", "objdump"), "-m", "i386:x86-64", "-M", "intel"}
	case "arm64":
		args = []string{Tool(t, "aarch64-linux-gnu-objdump"), "-m", "aarch64", "-EL"}
	default:
		t.Fatalf("objdump: no architecture %q", arch)
	}
	file := filepath.Join(t.TempDir(), "code")
	if err := os.WriteFile(file, code, 0o600); err != nil {
		t.Fatal(err)
	}
	args = append(args, "-D", "-z", "-b", "binary", "--no-show-raw-insn", fmt.Sprintf("--adjust-vma=%#x", base), file)
	var stderr strings.Builder
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, stderr.String())
	}
	return instructions(string(out))
}

var (
	instruction = regexp.MustCompile(`(?m)^ *[0-9a-f]+:\t(.*)$`)
	comment     = regexp.MustCompile(`\s(#|//) .*$|\s*<[^>]*>`)
	blanks      = regexp.MustCompile(`\s+`)
)

// instructions takes the text of each instruction out of what objdump printed.
func instructions(out string) []string {
	var list []string
	for _, m := range instruction.FindAllStringSubmatch(out, -1) {
		text := comment.ReplaceAllString(m[1], "")
		list = append(list, strings.TrimSpace(blanks.ReplaceAllString(text, " ")))
	}
	return list
}
