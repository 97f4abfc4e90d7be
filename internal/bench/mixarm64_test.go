package bench

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twitchyliquid64/golang-asm/obj"
	goarm64 "github.com/twitchyliquid64/golang-asm/obj/arm64"
	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/arm64"
)

func typedARM64(a *arm64.Assembler, l asm.Label) {
	a.LDRxm(arm64.X0, arm64.MemIndex(arm64.X1, arm64.X2, 3))
	a.ADDxxx(arm64.X0, arm64.X0, arm64.X3)
	a.STRxm(arm64.X0, arm64.MemOff(arm64.X1, 8))
	a.MULxxx(arm64.X4, arm64.X4, arm64.X5)
	a.ADDxxr(arm64.X6, arm64.X0, arm64.X4.LSL(2))
	a.CMPxi(arm64.X6, 100)
	a.Bcl(arm64.LT, l)
	a.LDRqm(arm64.Q1, arm64.MemOff(arm64.X2, 32))
	a.FADDvvv2D(arm64.V2.D2(), arm64.V1.D2(), arm64.V3.D2())
	a.LSLxxi(arm64.X0, arm64.X0, 3)
}

func emitARM64(a *arm64.Assembler, l asm.Label) {
	a.Emit(arm64asm.LDR, arm64.X0, arm64.MemIndex(arm64.X1, arm64.X2, 3))
	a.Emit(arm64asm.ADD, arm64.X0, arm64.X0, arm64.X3)
	a.Emit(arm64asm.STR, arm64.X0, arm64.MemOff(arm64.X1, 8))
	a.Emit(arm64asm.MUL, arm64.X4, arm64.X4, arm64.X5)
	a.Emit(arm64asm.ADD, arm64.X6, arm64.X0, arm64.X4.LSL(2))
	a.Emit(arm64asm.CMP, arm64.X6, arm64.Imm(100))
	a.Emit(arm64asm.B, arm64.LT, arm64.Target(l))
	a.Emit(arm64asm.LDR, arm64.Q1, arm64.MemOff(arm64.X2, 32))
	a.Emit(arm64asm.FADD, arm64.V2.D2(), arm64.V1.D2(), arm64.V3.D2())
	a.Emit(arm64asm.LSL, arm64.X0, arm64.X0, arm64.Imm(3))
}

func golangARM64(g *golang) {
	mem := func(base int16, off int64) obj.Addr {
		return obj.Addr{Type: obj.TYPE_MEM, Reg: base, Offset: off}
	}
	shifted := func(r, n int64) obj.Addr {
		return obj.Addr{Type: obj.TYPE_SHIFT, Offset: r&31<<16 | n<<10}
	}
	vector := func(r int16) obj.Addr {
		return register(goarm64.REG_ARNG + r&31 + goarm64.ARNG_2D<<5)
	}
	three := func(op obj.As, m, n, d obj.Addr) { g.prog(op, m, d).Reg = n.Reg }
	indexed := mem(goarm64.REG_R1, 3<<10)
	indexed.Index = goarm64.REG_LSL + 2
	g.prog(goarm64.AMOVD, indexed, register(goarm64.REG_R0))
	three(goarm64.AADD, register(goarm64.REG_R3), register(goarm64.REG_R0), register(goarm64.REG_R0))
	g.prog(goarm64.AMOVD, register(goarm64.REG_R0), mem(goarm64.REG_R1, 8))
	three(goarm64.AMUL, register(goarm64.REG_R5), register(goarm64.REG_R4), register(goarm64.REG_R4))
	three(goarm64.AADD, shifted(goarm64.REG_R4, 2), register(goarm64.REG_R0), register(goarm64.REG_R6))
	three(goarm64.ACMP, constant(100), register(goarm64.REG_R6), obj.Addr{})
	g.branch(goarm64.ABLT)
	g.prog(goarm64.AFMOVD, mem(goarm64.REG_R2, 32), register(goarm64.REG_F1))
	three(goarm64.AVADD, vector(3), vector(1), vector(2))
	three(goarm64.ALSL, constant(3), register(goarm64.REG_R0), register(goarm64.REG_R0))
}

func textsARM64(t *testing.T, code []byte) (all []string) {
	code = bytes.TrimRight(code, "\x00") // golang-asm fills up to a multiple of 16
	for ; len(code) > 0; code = code[4:] {
		inst, err := arm64asm.Decode(code)
		require.NoError(t, err)
		all = append(all, arm64asm.GNUSyntax(inst))
	}
	return all
}
