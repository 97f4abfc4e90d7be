package arm64

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/testenv"
)

// TestNames: the names of all methods follow from their operands as doc.go says, and there is a method for each form but
// those that Emit alone has.
func TestNames(t *testing.T) {
	n := 0
	for _, line := range formLines(t) {
		if line.method == "-" {
			require.True(t, strings.HasPrefix(line.operands[len(line.operands)-1], "lsl:0,12") || opName(line.op) == "MOV", "%s", line.name())
			continue
		}
		require.Equal(t, nameOf(opName(line.op), line.operands), line.method)
		require.True(t, line.typed.IsValid(), line.method)
		n++
	}
	require.GreaterOrEqual(t, n, 3133)
}

// nameOf gives the name for kinds of operands as forms.tsv has them.
func nameOf(op string, kinds []string) string {
	var letters, shapes []string
	end, narrow, general := "", false, false
	for _, kind := range kinds {
		letter, count, shape := strings.Trim(kind, "[]!{"), "", ""
		letter, _, _ = strings.Cut(letter, ":")
		if strings.HasPrefix(kind, "{") {
			letter, count, _ = strings.Cut(kind[1:], "}")
		}
		switch letter {
		case "sp":
			letter = "p"
		case "wsp":
			letter, narrow = "p", true
		case "rx", "rw", "ex", "ew":
			letter = letter[:1]
		case "f":
			letter = "i"
		case "lsl":
			continue
		case "msl":
			end = "MSL"
			continue
		case "x", "w":
			general = true
		}
		if rest, ok := strings.CutPrefix(letter, "v"); ok {
			letter = "v"
			shape, _, _ = strings.Cut(rest, "[")
		}
		if count != "x1" {
			shape += "," + count
		}
		letters, shapes = append(letters, letter), append(shapes, shape)
	}
	var used []string
	for i := range shapes {
		shape, _, _ := strings.Cut(shapes[i], ",")
		if shape != "" && !slices.Contains(used, shape) {
			used = append(used, shape)
		}
	}
	name := op
	for i, letter := range letters {
		shape, count, _ := strings.Cut(shapes[i], ",")
		if name += letter; len(used) > 1 {
			name += shape
		}
		name += count
	}
	if len(used) == 1 {
		name += used[0]
	}
	if narrow && !general {
		end = "32"
	}
	return name + end
}

// TestIllegalOperandsDoNotCompile: each line of testdata/illegal.go.txt that is marked is an error, the others are none.
func TestIllegalOperandsDoNotCompile(t *testing.T) {
	require.Greater(t, testenv.RequireMarkedErrors(t, "testdata/illegal.go.txt"), 40)
}

// TestUnusedMethodsAreNotLinked: a program that uses two typed methods is hardly larger than one that uses none, although
// there are thousands. The control is one that uses Emit and so all of its table.
func TestUnusedMethodsAreNotLinked(t *testing.T) {
	if testenv.Race() {
		return // what it compiles is the same
	}
	size := func(body string) int64 {
		return testenv.ProgramSize(t, "package main\n\nimport (\n\t\"os\"\n\n\t\"golang.org/x/arch/arm64/arm64asm\"\n\n\t. \"github.com/wxjit/wxjit/asm/arm64\"\n)\n\n"+
			"var op arm64asm.Op\n\nfunc main() {\n\tvar a Assembler\n\ta.Bytes([]byte{0, 0, 0, 0})\n"+body+
			"\to, err := a.Finish()\n\tif err != nil {\n\t\tpanic(err)\n\t}\n\tos.Stdout.Write(o.Code)\n}\n")
	}
	none := size("")
	base := size("\ta.ADDxxx(X0, X1, X2)\n\ta.SUBxxx(X0, X1, X2)\n") - none
	vector := size("\ta.FADDvvv4S(0, 1, 2)\n\ta.FMULvvv4S(0, 1, 2)\n") - none
	memory := size("\ta.LDRxm(X0, MemOff(SP, 8))\n\ta.STRxm(X0, MemOff(SP, 8))\n") - none
	immediate := size("\ta.ANDxxi(X0, X1, 0xff)\n\ta.ORRxxi(X0, X1, 0xff)\n") - none
	emit := size("\ta.Emit(op, X0)\n") - none
	t.Logf("none %d, two methods of registers +%d, of vectors +%d, of memory +%d, with an immediate +%d, Emit +%d bytes", none, base, vector, memory, immediate, emit)
	require.Less(t, base, int64(10_000))
	require.Less(t, vector, int64(10_000))
	require.Less(t, memory, int64(30_000))
	require.Less(t, immediate, int64(30_000))
	require.Greater(t, emit, int64(100_000))
}

// TestOperandTexts: texts that no error of the other tests has.
func TestOperandTexts(t *testing.T) {
	require.Equal(t, "v31", V31.String())
	require.Equal(t, "[x1, x2, uxtx, scaled]", MemIndex(X1, X2, 0).Scaled().String())
	require.Equal(t, "[sp, w2, sxtw, scaled]", MemExtend(SP, W2.SXTW(0)).Scaled().String())
	require.Equal(t, "[x1, x2, lsl #3]", MemIndex(X1, X2, 3).Scaled().String())
	for c := EQ; c <= NV; c++ {
		require.Equal(t, strings.Fields("ne eq lo hs pl mi vc vs ls hi lt ge le gt nv al")[c], c.Not().String())
	}
}
