package bench

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	golangasm "github.com/twitchyliquid64/golang-asm"
	"github.com/twitchyliquid64/golang-asm/obj"
	goarm64 "github.com/twitchyliquid64/golang-asm/obj/arm64"

	"github.com/wxjit/wxjit/asm"
)

// A mix is ten instructions of the kinds that a compiler emits most, a hundred times, and RET.
const mixes, mixInsts = 100, 1001

// assembler is what our assemblers have in common.
type assembler interface {
	Reset()
	NewLabel(name string) asm.Label
	Bind(l asm.Label)
	RET()
	Err() error
	Finish() (*asm.Object, error)
}

// assemble gives a function that assembles the mix with one of our assemblers, and gives the code with finish.
func assemble[A any, P interface {
	*A
	assembler
}](mix func(P, asm.Label), finish bool) func() ([]byte, error) {
	a := P(new(A))
	return func() ([]byte, error) {
		a.Reset()
		l := a.NewLabel("")
		for range mixes {
			mix(a, l)
		}
		a.Bind(l)
		a.RET()
		if !finish {
			return nil, a.Err()
		}
		o, err := a.Finish()
		if err != nil {
			return nil, err
		}
		return o.Code, nil
	}
}

// golang builds the mix with golang-asm, whose builder can't be used again.
type golang struct {
	b        *golangasm.Builder
	branches []*obj.Prog
}

// golangMix gives a function that assembles the mix. RET has the operand given.
func golangMix(arch string, ret obj.Addr, mix func(g *golang)) func() ([]byte, error) {
	return func() ([]byte, error) {
		b, err := golangasm.NewBuilder(arch, 2048)
		if err != nil {
			return nil, err
		}
		g := golang{b: b}
		if arch == "arm64" {
			g.prog(obj.ATEXT, obj.Addr{}, obj.Addr{}) // it takes the first for this, whatever it is
		}
		for range mixes {
			mix(&g)
		}
		end := g.prog(obj.ARET, obj.Addr{}, ret)
		for _, p := range g.branches {
			p.To.Val = end
		}
		return b.Assemble(), nil
	}
}

// prog adds an instruction. The operands are the other way round than ours.
func (g *golang) prog(op obj.As, from, to obj.Addr) *obj.Prog {
	p := g.b.NewProg()
	p.As, p.From, p.To = op, from, to
	g.b.AddInstruction(p)
	return p
}

// branch adds a branch to the end.
func (g *golang) branch(op obj.As) {
	g.branches = append(g.branches, g.prog(op, obj.Addr{}, obj.Addr{Type: obj.TYPE_BRANCH}))
}

func register(r int16) obj.Addr { return obj.Addr{Type: obj.TYPE_REG, Reg: r} }

func constant(v int64) obj.Addr { return obj.Addr{Type: obj.TYPE_CONST, Offset: v} }

// targets are the architectures with the ways to assemble their mix, and how to read it.
var targets = []struct {
	arch   string
	ways   []assembling
	texts  func(t *testing.T, code []byte) []string
	differ map[int]string // instructions that golang-asm's mix can't have the same, and what it has
}{
	{"amd64", []assembling{
		{"typed", assemble(typedAMD64, false)},
		{"Emit", assemble(emitAMD64, false)},
		{"typed+Finish", assemble(typedAMD64, true)},
		{"golang-asm", golangMix("amd64", obj.Addr{}, golangAMD64)},
	}, textsAMD64, nil},
	{"arm64", []assembling{
		{"typed", assemble(typedARM64, false)},
		{"Emit", assemble(emitARM64, false)},
		{"typed+Finish", assemble(typedARM64, true)},
		{"golang-asm", golangMix("arm64", register(goarm64.REGLINK), golangARM64)},
	}, textsARM64, map[int]string{
		7: "ldr d1, [x2,#32]",        // 128 bits: only pc-relative
		8: "add v2.2d, v1.2d, v3.2d", // no vector addition of floating-point numbers
	}},
}

type assembling struct {
	name string
	run  func() ([]byte, error)
}

// TestMixes holds the benchmark to its meaning: the ways assemble the same instructions.
func TestMixes(t *testing.T) {
	emit := map[string]func() ([]byte, error){
		"amd64": assemble(emitAMD64, true),
		"arm64": assemble(emitARM64, true),
	}
	for _, target := range targets {
		typed, err := target.ways[2].run()
		require.NoError(t, err)
		emitted, err := emit[target.arch]()
		require.NoError(t, err)
		require.Equal(t, typed, emitted)
		golang, err := target.ways[3].run()
		require.NoError(t, err)
		ours, theirs := target.texts(t, typed), target.texts(t, golang)
		require.Equal(t, mixInsts, len(ours))
		require.Equal(t, mixInsts, len(theirs))
		for i := range ours {
			switch text, ok := target.differ[i%10]; {
			case i%10 == 6: // the branch, whose distance depends on the length of the others
			case ok && i < mixInsts-1:
				require.Equal(t, text, theirs[i])
			default:
				require.Equal(t, ours[i], theirs[i])
			}
		}
	}
}

// BenchmarkAssemble reports the time of an instruction of each mix, all ways in turn in small rounds, in the median and in
// the quickest round, how many times as long golang-asm takes, and arm64 compared with amd64.
func BenchmarkAssemble(b *testing.B) {
	took := map[string][]time.Duration{}
	for b.Loop() {
		for _, target := range targets {
			for _, w := range target.ways {
				start := time.Now()
				if _, err := w.run(); err != nil {
					b.Fatal(err)
				}
				name := target.arch + "-" + w.name
				took[name] = append(took[name], time.Since(start))
			}
		}
	}
	inst := func(name string) float64 { return float64(max(median(took[name]), 1)) / mixInsts }
	for _, target := range targets {
		for _, w := range target.ways {
			name := target.arch + "-" + w.name
			b.ReportMetric(inst(name), name+"-ns/inst") // sorts
			b.ReportMetric(float64(took[name][0])/mixInsts, name+"-least-ns/inst")
		}
		b.ReportMetric(inst(target.arch+"-golang-asm")/inst(target.arch+"-typed"), target.arch+"-golang-asm/typed")
	}
	for _, w := range []string{"typed", "Emit"} {
		b.ReportMetric(inst("arm64-"+w)/inst("amd64-"+w), w+"-arm64/amd64")
	}
	b.ReportMetric(0, "ns/op")
}
