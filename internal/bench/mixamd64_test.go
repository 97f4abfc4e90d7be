package bench

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twitchyliquid64/golang-asm/obj"
	"github.com/twitchyliquid64/golang-asm/obj/x86"
	"golang.org/x/arch/x86/x86asm"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/amd64"
)

func typedAMD64(a *amd64.Assembler, l asm.Label) {
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

func emitAMD64(a *amd64.Assembler, l asm.Label) {
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

func golangAMD64(g *golang) {
	mem := func(base, index, scale int16, disp int64) obj.Addr {
		return obj.Addr{Type: obj.TYPE_MEM, Reg: base, Index: index, Scale: scale, Offset: disp}
	}
	g.prog(x86.AMOVQ, mem(x86.REG_DI, x86.REG_SI, 8, 16), register(x86.REG_AX))
	g.prog(x86.AADDQ, register(x86.REG_DX), register(x86.REG_AX))
	g.prog(x86.AMOVQ, register(x86.REG_AX), mem(x86.REG_DI, 0, 0, 8))
	g.prog(x86.AIMULQ, register(x86.REG_R8), register(x86.REG_CX))
	g.prog(x86.ALEAQ, mem(x86.REG_AX, x86.REG_CX, 4, -8), register(x86.REG_R9))
	g.prog(x86.ACMPQ, register(x86.REG_R9), constant(100))
	g.branch(x86.AJLT)
	g.prog(x86.AMOVUPD, mem(x86.REG_SI, 0, 0, 32), register(x86.REG_X1))
	g.prog(x86.AVADDPD, register(x86.REG_X3), register(x86.REG_X2)).SetFrom3(register(x86.REG_X1))
	g.prog(x86.ASHLQ, constant(3), register(x86.REG_AX))
}

func textsAMD64(t *testing.T, code []byte) (all []string) {
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
