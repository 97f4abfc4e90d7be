package bench

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	golangasm "github.com/twitchyliquid64/golang-asm"
	"github.com/twitchyliquid64/golang-asm/obj"
	"github.com/twitchyliquid64/golang-asm/obj/x86"
	"golang.org/x/arch/x86/x86asm"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/amd64"
)

// The mix is ten instructions of the kinds that a compiler emits most, a hundred times, and RET.
const mixes, mixInsts = 100, 1001

func typedMix(a *amd64.Assembler, l asm.Label) {
	a.MOVrm64(amd64.RAX, amd64.MemIndex(amd64.RDI, amd64.RSI, 8, 16))
	a.ADDrr64(amd64.RAX, amd64.RDX)
	a.MOVmr64(amd64.MemBase(amd64.RDI, 8), amd64.RAX)
	a.IMULrr64(amd64.RCX, amd64.R8)
	a.LEArm64(amd64.R9, amd64.MemIndex(amd64.RAX, amd64.RCX, 4, -8))
	a.CMPri64(amd64.R9, 100)
	a.JLl(l)
	a.MOVUPDxm128(amd64.XMM1, amd64.MemBase(amd64.RSI, 32))
	a.VADDPDxxx(amd64.XMM2, amd64.XMM1, amd64.XMM3)
	a.SHLri64(amd64.RAX, 3)
}

func emitMix(a *amd64.Assembler, l asm.Label) {
	a.Emit(x86asm.MOV, x86asm.RAX, x86asm.Mem{Base: x86asm.RDI, Index: x86asm.RSI, Scale: 8, Disp: 16})
	a.Emit(x86asm.ADD, x86asm.RAX, x86asm.RDX)
	a.Emit(x86asm.MOV, x86asm.Mem{Base: x86asm.RDI, Disp: 8}, x86asm.RAX)
	a.Emit(x86asm.IMUL, x86asm.RCX, x86asm.R8)
	a.Emit(x86asm.LEA, x86asm.R9, x86asm.Mem{Base: x86asm.RAX, Index: x86asm.RCX, Scale: 4, Disp: -8})
	a.Emit(x86asm.CMP, x86asm.R9, x86asm.Imm(100))
	a.Emit(x86asm.JL, amd64.Target(l))
	a.Emit(x86asm.MOVUPD, x86asm.X1, x86asm.Mem{Base: x86asm.RSI, Disp: 32})
	a.Emit(x86asm.VADDPD, x86asm.X2, x86asm.X1, x86asm.X3)
	a.Emit(x86asm.SHL, x86asm.RAX, x86asm.Imm(3))
}

// assemble gives a function that assembles the mix with our assembler, and the code with finish.
func assemble(mix func(*amd64.Assembler, asm.Label), finish bool) func() ([]byte, error) {
	var a amd64.Assembler
	return func() ([]byte, error) {
		a.Reset()
		l := a.NewLabel("")
		for range mixes {
			mix(&a, l)
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

// golangMix is the mix for golang-asm, which has the operands the other way round. The builder can't be used again.
func golangMix() ([]byte, error) {
	b, err := golangasm.NewBuilder("amd64", 2048)
	if err != nil {
		return nil, err
	}
	prog := func(op obj.As, from, to obj.Addr) *obj.Prog {
		p := b.NewProg()
		p.As, p.From, p.To = op, from, to
		b.AddInstruction(p)
		return p
	}
	reg := func(r int16) obj.Addr { return obj.Addr{Type: obj.TYPE_REG, Reg: r} }
	mem := func(base, index, scale int16, disp int64) obj.Addr {
		return obj.Addr{Type: obj.TYPE_MEM, Reg: base, Index: index, Scale: scale, Offset: disp}
	}
	imm := func(v int64) obj.Addr { return obj.Addr{Type: obj.TYPE_CONST, Offset: v} }
	var branches []*obj.Prog
	for range mixes {
		prog(x86.AMOVQ, mem(x86.REG_DI, x86.REG_SI, 8, 16), reg(x86.REG_AX))
		prog(x86.AADDQ, reg(x86.REG_DX), reg(x86.REG_AX))
		prog(x86.AMOVQ, reg(x86.REG_AX), mem(x86.REG_DI, 0, 0, 8))
		prog(x86.AIMULQ, reg(x86.REG_R8), reg(x86.REG_CX))
		prog(x86.ALEAQ, mem(x86.REG_AX, x86.REG_CX, 4, -8), reg(x86.REG_R9))
		prog(x86.ACMPQ, reg(x86.REG_R9), imm(100))
		branches = append(branches, prog(x86.AJLT, obj.Addr{}, obj.Addr{Type: obj.TYPE_BRANCH}))
		prog(x86.AMOVUPD, mem(x86.REG_SI, 0, 0, 32), reg(x86.REG_X1))
		add := prog(x86.AVADDPD, reg(x86.REG_X3), reg(x86.REG_X2))
		add.SetFrom3(reg(x86.REG_X1))
		prog(x86.ASHLQ, imm(3), reg(x86.REG_AX))
	}
	ret := prog(obj.ARET, obj.Addr{}, obj.Addr{})
	for _, p := range branches {
		p.To.Val = ret
	}
	return b.Assemble(), nil
}

// texts decodes code.
func texts(t *testing.T, code []byte) (all []string) {
	for pc := 0; pc < len(code); {
		inst, err := x86asm.Decode(code[pc:], 64)
		require.NoError(t, err)
		if inst.Op != x86asm.NOP { // golang-asm keeps branches away from the ends of cache lines
			all = append(all, x86asm.IntelSyntax(inst, uint64(pc), nil))
		}
		pc += inst.Len
	}
	return all
}

// TestMixes holds the benchmark to its meaning: the ways assemble the same instructions.
func TestMixes(t *testing.T) {
	typed, err := assemble(typedMix, true)()
	require.NoError(t, err)
	emitted, err := assemble(emitMix, true)()
	require.NoError(t, err)
	require.Equal(t, typed, emitted)
	golang, err := golangMix()
	require.NoError(t, err)
	ours, theirs := texts(t, typed), texts(t, golang)
	require.Equal(t, mixInsts, len(ours))
	require.Equal(t, mixInsts, len(theirs))
	for i := range ours {
		if i%10 != 6 { // the branch, whose distance depends on the length of the others
			require.Equal(t, ours[i], theirs[i])
		}
	}
}

// BenchmarkAssemble reports the time of an instruction of the mix, each way in turn in small rounds, and how many times as
// long golang-asm takes.
func BenchmarkAssemble(b *testing.B) {
	ways := []struct {
		name string
		run  func() ([]byte, error)
		took []time.Duration
	}{
		{name: "typed", run: assemble(typedMix, false)},
		{name: "Emit", run: assemble(emitMix, false)},
		{name: "typed+Finish", run: assemble(typedMix, true)},
		{name: "golang-asm", run: golangMix},
	}
	for b.Loop() {
		for i := range ways {
			w := &ways[i]
			start := time.Now()
			if _, err := w.run(); err != nil {
				b.Fatal(err)
			}
			w.took = append(w.took, time.Since(start))
		}
	}
	for i := range ways {
		b.ReportMetric(float64(median(ways[i].took))/mixInsts, ways[i].name+"-ns/inst")
	}
	b.ReportMetric(float64(median(ways[3].took))/float64(max(median(ways[0].took), 1)), "golang-asm/typed")
	b.ReportMetric(0, "ns/op")
}
