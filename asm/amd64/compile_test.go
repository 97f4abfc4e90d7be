package amd64

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

// build compiles a file as a package of this module that is nowhere on disk.
func build(t *testing.T, file, text string, flags ...string) (output string, err error) {
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

// TestIllegalOperandsDoNotCompile: each line of testdata/illegal.go.txt that is marked is an error, the others are none.
func TestIllegalOperandsDoNotCompile(t *testing.T) {
	text, err := os.ReadFile("testdata/illegal.go.txt")
	require.NoError(t, err)
	out, err := build(t, "illegal.go", string(text), "-gcflags=-e")
	require.Error(t, err)
	found := map[int]string{}
	for _, m := range regexp.MustCompile(`illegal\.go:([0-9]+):[0-9]+: (.*)`).FindAllStringSubmatch(out, -1) {
		n, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		found[n] += m[2]
	}
	marked := 0
	for i, line := range strings.Split(string(text), "\n") {
		_, want, ok := strings.Cut(line, "// ERROR ")
		if !ok {
			require.Empty(t, found[i+1], "%s", line)
			continue
		}
		marked++
		require.Contains(t, found[i+1], want, "%s", line)
	}
	require.Greater(t, marked, 30)
}

// loaded is the length of the sections that are loaded: the file's own length goes by pages.
func loaded(t *testing.T, binary string) (n int64) {
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

// TestUnusedMethodsAreNotLinked: a program that uses two typed methods is hardly larger than one that uses none, although
// there are thousands. The control is one that uses Emit and so all of its table.
func TestUnusedMethodsAreNotLinked(t *testing.T) {
	size := func(body string) int64 {
		text := "package main\n\nimport (\n\t\"os\"\n\n\t\"golang.org/x/arch/x86/x86asm\"\n\n\t\"github.com/wxjit/wxjit/asm/amd64\"\n)\n\n" +
			"var op x86asm.Op\n\nfunc main() {\n\tvar a amd64.Assembler\n\ta.Bytes([]byte{0xc3})\n" + body +
			"\to, err := a.Finish()\n\tif err != nil {\n\t\tpanic(err)\n\t}\n\tos.Stdout.Write(o.Code)\n}\n"
		binary := filepath.Join(t.TempDir(), "probe")
		out, err := build(t, "main.go", text, "-ldflags=-s -w", "-o", binary)
		require.NoError(t, err, out)
		return loaded(t, binary)
	}
	none := size("")
	evex := "\ta.VADDPDzkzz(1, amd64.K1.Zero(), 2, 3)\n"
	legacy := size("\ta.ADDrr64(amd64.RAX, amd64.RCX)\n\ta.SUBrr64(amd64.RAX, amd64.RCX)\n") - none
	two := size(evex+"\ta.VSUBPDzkzz(1, amd64.K1.Zero(), 2, 3)\n") - none
	mixed := size("\ta.ADDrr64(amd64.RAX, amd64.RCX)\n"+evex) - none
	emit := size("\ta.Emit(op, x86asm.RAX)\n") - none
	t.Logf("none %d, two legacy methods +%d, two EVEX methods +%d, one of each +%d, Emit +%d bytes", none, legacy, two, mixed, emit)
	require.Less(t, legacy, int64(4096))
	require.Less(t, two, int64(4096))
	require.Less(t, mixed, int64(4096))
	require.Greater(t, emit, int64(100_000))
}
