package compile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/internal/testenv"
)

// emitted are formulas that reach every place where a back end emits, with operands in registers and in memory;
// TestEmitted holds them to it.
func emitted() []string {
	list := []string{"x", "2", "x + y", manyLive(40), manyLive(1000), deep(300), manyCalls(40), deepCalls(60)}
	var products, choices []string // values that are wanted again when they have left their registers
	for i := range 40 {
		products = append(products, fmt.Sprintf("x*%d", i+2))
		choices = append(choices, fmt.Sprintf("(x < %d ? y : x*%d)", i, i+2))
	}
	list = append(list, "("+strings.Join(products, " - ")+")*("+strings.Join(choices, " + ")+")")
	for _, src := range []string{
		"x + %s", "x - %s", "x*%s", "x/%s", "min(x, %s)", "max(x, %s)", "%s < x", "x <= %s", "x == %s", "%s != x",
		"x < %s ? y : z", "x ? %s : y", "sqrt(%s)", "abs(%s)", "-%s", "floor(%s)", "ceil(%s)", "round(%s)",
		"max(0, %s)", "min(7, %s)", "max(7, %s)",
		"sin(%s)", "cos(%s)", "tan(%s)", "exp(%s)", "log(%s)", "x^%s", "mod(%s, x)",
	} {
		for _, operand := range []string{"w", "(a*b)", "0.3", "c^2*w + w"} {
			list = append(list, fmt.Sprintf(src, operand))
			list = append(list, fmt.Sprintf(src, operand)+" + a*b")
		}
	}
	g := newGenerator(4)
	for range 300 {
		list = append(list, g.source(g.IntN(100)))
	}
	return list
}

// TestEmitted counts the operations, with each operand in a register and, where that can be, in memory.
func TestEmitted(t *testing.T) {
	type operand struct {
		op       op
		argument int
		memory   bool
	}
	type move struct {
		kind stepKind
		from placeKind
	}
	for name, target := range map[string]*target{"amd64": &amd64Target, "arm64": &arm64Target} {
		operands, moves := map[operand]bool{}, map[move]bool{}
		for _, src := range emitted() {
			a, err := allocate(newProgram(newGraph(parse(t, src))), target)
			require.NoError(t, err)
			for _, s := range a.steps {
				if s.kind != doOperation {
					moves[move{s.kind, s.args[0].kind}] = true
					continue
				}
				for k, p := range s.args {
					operands[operand{s.op, k, p.kind != inRegister}] = true
				}
			}
		}
		for _, m := range []move{{doLoad, inVariable}, {doLoad, inPool}, {doLoad, inSlot}, {doStore, inSlot}} {
			require.True(t, moves[m], "%s: %v", name, m)
		}
		for o := opNeg; o < opCount; o++ {
			if o.isBool() {
				continue
			}
			for k := range 4 {
				require.True(t, operands[operand{o, k, false}], "%s: operation %d, argument %d in a register", name, o, k)
				if target.shapes[o].memory>>k&1 != 0 {
					require.True(t, operands[operand{o, k, true}], "%s: operation %d, argument %d in memory", name, o, k)
				}
			}
		}
	}
}

// listed is a line of a listing: offset, bytes, the text of the instruction, comment.
var listed = regexp.MustCompile(`^  [0-9a-f]+  (?:[0-9a-f]{2} )+ +(.*?)(?: +; .*)?$`)

// TestListing holds each instruction of the listings against what GNU objdump makes of the same bytes, for both
// machines.
func TestListing(t *testing.T) {
	for _, arch := range []asm.Arch{asm.AMD64, asm.ARM64} {
		all := joined(t, arch, emitted())
		var text strings.Builder
		require.NoError(t, all.List(&text))
		want := testenv.Objdump(t, arch.String(), all.Code, 0)
		// What objdump takes 8 bytes of zeros for.
		zeros := map[asm.Arch][]string{
			asm.AMD64: slices.Repeat([]string{"add BYTE PTR [rax],al"}, 4),
			asm.ARM64: slices.Repeat([]string{"udf #0"}, 2),
		}[arch]
		instructions := 0
		for line := range strings.Lines(text.String()) {
			m := listed.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
			require.NotNil(t, m, line)
			expect := []string{m[1]}
			if m[1] == ".quad 0x0" {
				expect = zeros
			} else {
				instructions++
			}
			require.LessOrEqual(t, len(expect), len(want), line)
			require.Equal(t, want[:len(expect)], expect, line)
			want = want[len(expect):]
		}
		require.Empty(t, want)
		t.Logf("%v: %d instructions", arch, instructions)
		require.Greater(t, instructions, 10_000)
	}
}

// joined is the code of all sources, one after the other, with zeros for their constants.
func joined(t *testing.T, arch asm.Arch, sources []string) *asm.Object {
	all := &asm.Object{Arch: arch}
	for _, src := range sources {
		obj, err := Assemble(parse(t, src), arch)
		require.NoError(t, err)
		start := len(all.Code)
		all.Code = append(all.Code, obj.Code...)
		for _, d := range obj.Data {
			d.Offset += start
			all.Data = append(all.Data, d)
			clear(all.Code[d.Offset : d.Offset+d.Len])
		}
	}
	return all
}
