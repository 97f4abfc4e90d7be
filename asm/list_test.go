package asm_test

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/amd64"
	"github.com/wxjit/wxjit/asm/arm64"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestList compares listings with golden files: symbols, comments, data, names for targets, bytes that are no code.
func TestList(t *testing.T) {
	for name, assemble := range map[string]func() (*asm.Object, error){"amd64": listAMD64, "arm64": listARM64} {
		o, err := assemble()
		require.NoError(t, err)
		var b strings.Builder
		require.NoError(t, o.List(&b))
		file := filepath.Join("testdata", name+".list")
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o600))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(want), b.String())
		require.ErrorIs(t, o.List(full{}), errFull)
	}
}

type full struct{}

var errFull = errors.New("disk full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func listAMD64() (*asm.Object, error) {
	var a amd64.Assembler
	start, loop, end, pi := a.NewLabel("start"), a.NewLabel("loop"), a.NewLabel(""), a.NewLabel("pi")
	a.Bind(start)
	a.ENDBR64()
	a.Comment("first")
	a.Comment("and second")
	a.MOVri64(amd64.RAX, 1<<40)
	a.Bind(loop)
	a.ADDSDxm64(amd64.XMM0, amd64.MemLabel(pi))
	a.ADDSDxm64(amd64.XMM0, amd64.MemLabelOff(pi, 8))
	a.JNEl(loop)
	a.JEl(end)
	a.CallAddr(0x1000)
	a.Bind(end)
	a.RET()
	a.Align(8)
	a.Bind(pi)
	a.Uint64(0x400921fb54442d18)
	a.Address(start)
	tail := a.NewLabel("tail")
	a.Bytes([]byte{1, 2, 3})
	a.Bind(tail)
	a.Bytes([]byte{0x0f, 0xff})
	last := a.NewLabel("last")
	a.Bind(last)
	o, err := a.Finish()
	if err == nil { // no instruction, and not said to be data
		o.Code = append(o.Code, 0x06)
	}
	return o, err
}

func listARM64() (*asm.Object, error) {
	var a arm64.Assembler
	loop, pi := a.NewLabel("loop"), a.NewLabel("pi")
	a.Bind(loop)
	a.Comment("the ratio")
	a.LDRdl(arm64.D0, pi)
	a.ADRxl(arm64.X1, pi)
	a.Bcl(arm64.NE, loop)
	a.CBZxl(arm64.X0, loop)
	a.TBZxil(arm64.X0, 3, loop)
	a.BLaddr(0x1000)
	a.RET()
	a.UDFi(7)
	a.Align(8)
	a.Bind(pi)
	a.Uint64(0x400921fb54442d18)
	o, err := a.Finish()
	if err == nil {
		o.Code = append(o.Code, 0xff, 0xff, 0xff, 0xff, 1, 2)
	}
	return o, err
}

// TestDecodersAreOptional links a program that assembles and one that lists as well: only the latter has the decoders.
func TestDecodersAreOptional(t *testing.T) {
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	for use, want := range map[string]bool{"_ = o": false, "_ = o.List(os.Stdout)": true} {
		dir := t.TempDir()
		write := func(name, text string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		}
		mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
		require.NoError(t, err)
		_, requires, _ := strings.Cut(string(mod), "\nrequire")
		write("go.mod", "module example\n\ngo 1.26.0\n\nrequire github.com/wxjit/wxjit v0.0.0\n\nreplace github.com/wxjit/wxjit => "+
			root+"\n\nrequire"+requires)
		write("go.sum", string(sum))
		write("main.go", `package main

import (
	"os"

	"github.com/wxjit/wxjit/asm/amd64"
	"github.com/wxjit/wxjit/asm/arm64"
)

func main() {
	var a amd64.Assembler
	a.RET()
	var b arm64.Assembler
	b.RET()
	if _, err := b.Finish(); err != nil {
		os.Exit(1)
	}
	o, err := a.Finish()
	if err != nil || o.Len() != 1 {
		os.Exit(1)
	}
	`+use+`
}
`)
		run := func(args ...string) string {
			cmd := exec.Command(args[0], args[1:]...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GOARCH=amd64")
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%v: %s", args, out)
			return string(out)
		}
		run("go", "build", "-o", "program", ".")
		symbols := run("go", "tool", "nm", "program")
		for _, decoder := range []string{"x86asm.decode1", "arm64asm.decodeArg"} {
			require.Equal(t, want, strings.Contains(symbols, decoder), "%s with %q", decoder, use)
		}
	}
}
