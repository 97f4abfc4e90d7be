package amd64

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/testenv"
)

// TestIllegalOperandsDoNotCompile: each line of testdata/illegal.go.txt that is marked is an error, the others are none.
func TestIllegalOperandsDoNotCompile(t *testing.T) {
	require.Greater(t, testenv.RequireMarkedErrors(t, "testdata/illegal.go.txt"), 30)
}

// TestUnusedMethodsAreNotLinked: a program that uses two typed methods is hardly larger than one that uses none, although
// there are thousands. The control is one that uses Emit and so all of its table.
func TestUnusedMethodsAreNotLinked(t *testing.T) {
	if testenv.Race() {
		return // what it compiles is the same
	}
	size := func(body string) int64 {
		return testenv.ProgramSize(t, "package main\n\nimport (\n\t\"os\"\n\n\t\"golang.org/x/arch/x86/x86asm\"\n\n\t\"github.com/wxjit/wxjit/asm/amd64\"\n)\n\n"+
			"var op x86asm.Op\n\nfunc main() {\n\tvar a amd64.Assembler\n\ta.Bytes([]byte{0xc3})\n"+body+
			"\to, err := a.Finish()\n\tif err != nil {\n\t\tpanic(err)\n\t}\n\tos.Stdout.Write(o.Code)\n}\n")
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
