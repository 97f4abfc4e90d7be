package arm64

import (
	"encoding/hex"
	"math"
	"math/bits"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/internal/testenv"
)

// TestGolden has bytes and text on one line, for a reader with the manual in hand.
func TestGolden(t *testing.T) {
	for _, c := range []struct {
		emit func(a *Assembler)
		hex  string
		text string
	}{
		{func(a *Assembler) { a.ADDxxx(X0, X1, X2) }, "2000028b", "add x0, x1, x2"},
		{func(a *Assembler) { a.SUBppi(SP, SP, 32) }, "ff8300d1", "sub sp, sp, #0x20"},
		{func(a *Assembler) { a.ADDxpi(X29, SP, 0) }, "fd030091", "mov x29, sp"},
		{func(a *Assembler) { a.CMPxi(X3, 4096) }, "7f0440f1", "cmp x3, #0x1, lsl #12"},
		{func(a *Assembler) { a.ANDxxi(X0, X1, 0xff) }, "201c4092", "and x0, x1, #0xff"},
		{func(a *Assembler) { a.MOVZxi(X0, 0x1234, 16) }, "8046a2d2", "mov x0, #0x12340000"},
		{func(a *Assembler) { a.MOVwi(W0, 0) }, "00008052", "mov w0, #0x0"},
		{func(a *Assembler) { a.MOVxi(X1, 0) }, "010080d2", "mov x1, #0x0"},
		{func(a *Assembler) { a.LDRBwm(W0, MemIndex(X1, X2, 0).Scaled()) }, "20786238", "ldrb w0, [x1,x2,lsl #0]"},
		{func(a *Assembler) { a.LDRdm(D0, MemOff(X0, 8)) }, "000440fd", "ldr d0, [x0,#8]"},
		{func(a *Assembler) { a.LDRxm(X0, MemOff(X1, -8)) }, "20805ff8", "ldur x0, [x1,#-8]"},
		{func(a *Assembler) { a.STPxxm(X29, X30, MemPre(SP, -16)) }, "fd7bbfa9", "stp x29, x30, [sp,#-16]!"},
		{func(a *Assembler) { a.FADDddd(D1, D2, D3) }, "4128631e", "fadd d1, d2, d3"},
		{func(a *Assembler) { a.FMOVdi(D0, 1) }, "00106e1e", "fmov d0, #0x70, #1"},
		{func(a *Assembler) { a.FCSELdddc(D0, D1, D2, GT) }, "20cc621e", "fcsel d0, d1, d2, gt"},
	} {
		var a Assembler
		c.emit(&a)
		o, err := a.Finish()
		require.NoError(t, err)
		require.Equal(t, c.hex, hex.EncodeToString(o.Code), c.text)
		_, err = arm64asm.Decode(o.Code)
		require.NoError(t, err)
	}
}

// TestBitmaskImmediates compares the encoder with the definition: every element size, number of ones and rotation.
func TestBitmaskImmediates(t *testing.T) {
	valid := map[uint64]bool{}
	for size := uint(2); size <= 64; size *= 2 {
		for ones := uint(1); ones < size; ones++ {
			for rot := range size {
				mask := uint64(math.MaxUint64) >> (64 - size)
				elem := uint64(math.MaxUint64) >> (64 - ones)
				elem = (elem>>rot | elem<<(size-rot)) & mask
				v := elem
				for s := size; s < 64; s *= 2 {
					v |= v << s
				}
				valid[v] = true
			}
		}
	}
	require.Len(t, valid, 5334)
	narrow := 0
	check := func(v uint64) {
		field, ok := bitmask(v, 64)
		require.Equal(t, valid[v], ok, "%#x", v)
		if ok {
			require.Equal(t, v, decodeBitmask(field), "%#x", v)
		}
		if v>>32 == 0 {
			_, ok := bitmask(v, 32)
			require.Equal(t, valid[v|v<<32], ok, "%#x of 32 bits", v)
			if ok {
				narrow++
			}
		} else if _, ok := bitmask(v, 32); ok {
			t.Fatalf("%#x has not 32 bits", v)
		}
	}
	halves := map[uint64]bool{}
	for v := range valid {
		check(v)
		if v>>32 == v&0xffffffff {
			halves[v&0xffffffff] = true
		}
	}
	narrow = 0
	for v := range halves {
		check(v)
	}
	require.Equal(t, 1302, narrow)
	r := rand.New(rand.NewPCG(1, 2))
	many := 100
	if runtime.GOARCH != "amd64" { // an emulator
		many = 3
	}
	for v := range valid { // near misses: one bit off, two bits off
		for range many {
			check(v ^ 1<<r.UintN(64))
			check(v ^ 1<<r.UintN(64) ^ 1<<r.UintN(64))
		}
	}
	for range many * 1000 {
		check(r.Uint64())
		check(r.Uint64() & r.Uint64() & r.Uint64())
	}
	check(0)
	check(math.MaxUint64)
}

// decodeBitmask is DecodeBitMasks of the manual, for the immediate.
func decodeBitmask(field uint32) uint64 {
	n, immr, imms := field>>12&1, uint(field>>6&63), field&63
	size := uint(1) << (bits.Len32(n<<6|^imms&63) - 1)
	ones := uint(imms)&(size-1) + 1
	rot := immr & (size - 1)
	elem := uint64(math.MaxUint64) >> (64 - ones)
	elem = (elem>>rot | elem<<(size-rot)) & (math.MaxUint64 >> (64 - size))
	for ; size < 64; size *= 2 {
		elem |= elem << size
	}
	return elem
}

func TestMisalignedTarget(t *testing.T) {
	var a Assembler
	l := a.NewLabel("odd")
	a.Bl(l)
	a.Bytes([]byte{1})
	a.Bind(l)
	_, err := a.Finish()
	require.ErrorIs(t, err, asm.ErrRange)

	a.Reset()
	a.Bytes([]byte{1})
	a.Align(8)
	a.Bytes([]byte{1})
	a.Align(2)
	a.Bytes([]byte{1, 2, 3})
	a.Align(4)
	o, err := a.Finish()
	require.NoError(t, err)
	require.Equal(t, "010000001f2003d5"+"01000102"+"03000000", hex.EncodeToString(o.Code))
	require.Equal(t, 8, o.Align())
}

// mix is ten instructions of the kinds that a compiler emits most.
func mix(a *Assembler, l asm.Label) {
	a.LDRxm(X0, MemIndex(X1, X2, 3))
	a.ADDxxx(X0, X0, X3)
	a.STRxm(X0, MemOff(X1, 8))
	a.MULxxx(X4, X4, X5)
	a.ADDxxr(X6, X0, X4.LSL(2))
	a.CMPxi(X6, 100)
	a.Bcl(LT, l)
	a.LDRqm(Q1, MemOff(X2, 32))
	a.FADDvvv2D(V2.D2(), V1.D2(), V3.D2())
	a.LSLxxi(X0, X0, 3)
}

// mixEmit is the same through Emit.
func mixEmit(a *Assembler, l asm.Label) {
	a.Emit(arm64asm.LDR, X0, MemIndex(X1, X2, 3))
	a.Emit(arm64asm.ADD, X0, X0, X3)
	a.Emit(arm64asm.STR, X0, MemOff(X1, 8))
	a.Emit(arm64asm.MUL, X4, X4, X5)
	a.Emit(arm64asm.ADD, X6, X0, X4.LSL(2))
	a.Emit(arm64asm.CMP, X6, Imm(100))
	a.Emit(arm64asm.B, LT, Target(l))
	a.Emit(arm64asm.LDR, Q1, MemOff(X2, 32))
	a.Emit(arm64asm.FADD, V2.D2(), V1.D2(), V3.D2())
	a.Emit(arm64asm.LSL, X0, X0, Imm(3))
}

func assembleMix(a *Assembler, mix func(*Assembler, asm.Label)) {
	a.Reset()
	l := a.NewLabel("")
	for range 100 {
		mix(a, l)
	}
	a.Bind(l)
	a.RET()
}

func TestNothingIsAllocated(t *testing.T) {
	var a Assembler
	testenv.RequireNoAllocs(t, func() ([]byte, error) { return finished(&a) },
		func() { assembleMix(&a, mix) }, func() { assembleMix(&a, mixEmit) })
}

func BenchmarkMix(b *testing.B) {
	var a Assembler
	typed := func() { assembleMix(&a, mix) }
	testenv.BenchmarkEmitting(b, "Typed", 1001, typed, nil)
	testenv.BenchmarkEmitting(b, "Emit", 1001, func() { assembleMix(&a, mixEmit) }, nil)
	testenv.BenchmarkEmitting(b, "TypedAndFinish", 1001, typed, func() ([]byte, error) { return finished(&a) })
}
