package semantics

import (
	"bytes"
	"fmt"
	"math"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/x86/x86asm"

	"github.com/wxjit/wxjit/asm/amd64"
)

// TestAddressing loads from every kind of address, with every base and index: the state's memory holds the number of each word.
func TestAddressing(t *testing.T) {
	n := 0
	load := func(s *state, want uint64, m amd64.Mem) {
		t.Helper()
		once(t, noVectors, s, func(a *amd64.Assembler) { a.MOVrm64(amd64.RAX, m) })
		require.Equal(t, want, s.r[0], m.String())
		n++
	}
	fresh := func() *state {
		s := &state{flags: 2}
		for i := range s.mem {
			s.mem[i] = uint64(i)
		}
		return s
	}
	for base := amd64.RAX; base <= amd64.R15; base++ {
		if base == amd64.RSP {
			continue
		}
		for _, disp := range []int32{0, 8, -8, 120, 128, -128, -136, 2000} {
			s := fresh()
			s.r[base] = s.at(200)
			load(s, uint64(200+disp/8), amd64.MemBase(base, disp))
		}
		for index := amd64.RAX; index <= amd64.R15; index++ {
			if index == amd64.RSP || index == base {
				continue
			}
			s := fresh()
			scale := 1 << (int(base+index) % 4)
			s.r[base], s.r[index] = s.at(100), 16
			load(s, uint64(100+16*scale/8-3), amd64.MemIndex(base, index, scale, -24))
			s = fresh()
			s.r[index] = (s.at(50) - 8) / 8
			load(s, 50, amd64.MemIndexOnly(index, 8, 8))
		}
	}
	t.Logf("%d loads", n)

	// Memory relative to the instruction pointer, with an immediate behind the displacement.
	s := fresh()
	once(t, noVectors, s, func(a *amd64.Assembler) {
		here, over := a.NewLabel("here"), a.NewLabel("over")
		a.JMPl(over)
		a.Bind(here)
		a.Uint64(0x1000)
		a.Uint64(0x2000)
		a.Bind(over)
		a.MOVrm64(amd64.RAX, amd64.MemLabel(here))
		a.MOVrm64(amd64.RCX, amd64.MemLabelOff(here, 8))
		a.IMULrmi64(amd64.RDX, amd64.MemLabel(here), 1000)
		a.CMPmi64(amd64.MemLabelOff(here, 8), 0x2000)
		a.SETEr8(amd64.BL)
	})
	require.Equal(t, []uint64{0x1000, 0x2000, 0x1000 * 1000, 1}, []uint64{s.r[0], s.r[1], s.r[2], s.r[3] & 0xff})

	// A sum that is cut to 32 bits: the upper half of the register does not count.
	s = fresh()
	s.r[1] = 0xffffffff_00000010
	once(t, noVectors, s, func(a *amd64.Assembler) { a.LEArm64(amd64.RAX, amd64.MemBase(amd64.RCX, -32).Address32()) })
	require.Equal(t, uint64(0xfffffff0), s.r[0])
}

// TestByteRegisters: AH to BH and SPL to DIL are different registers.
func TestByteRegisters(t *testing.T) {
	s := state{flags: 2}
	s.r[0], s.r[5], s.r[6], s.r[3] = 0x1122, 0x3344, 0x5566, 0x7788
	once(t, noVectors, &s, func(a *amd64.Assembler) {
		a.MOVZXr32r8(amd64.ECX, amd64.AH)
		a.MOVZXr32r8(amd64.EDX, amd64.BPL)
		a.MOVZXr32r8(amd64.R8D, amd64.SIL)
		a.MOVrr8(amd64.BH, amd64.AL)
		a.XCHGrr8(amd64.AL, amd64.AH)
	})
	require.Equal(t, []uint64{0x11, 0x44, 0x66, 0x2288, 0x2211}, []uint64{s.r[1], s.r[2], s.r[8], s.r[3], s.r[0]})
}

// TestStrings copies, fills and searches with REP.
func TestStrings(t *testing.T) {
	var s state
	s.flags = 2
	for i := range 16 {
		s.mem[i] = uint64(i) * 0x0101
	}
	s.r[6], s.r[7], s.r[1], s.r[0] = s.at(0), s.at(100), 16, 5*0x0101
	once(t, noVectors, &s, func(a *amd64.Assembler) {
		a.REP()
		a.MOVSQ()
		a.LoadConst(amd64.RCX, 16)
		a.SUBri64(amd64.RDI, 128)
		a.REPNE()
		a.SCASQ()
	})
	require.Equal(t, s.mem[:16], s.mem[100:116])
	require.Equal(t, s.at(106), s.r[7], "behind the word that was found")
	s.r[7], s.r[1], s.r[0] = s.at(200), 32, 0xab
	once(t, noVectors, &s, func(a *amd64.Assembler) {
		a.REP()
		a.STOSB()
	})
	require.Equal(t, bytes.Repeat([]byte{0xab}, 32), unsafe.Slice((*byte)(unsafe.Pointer(&s.mem[200])), 32))
	require.Zero(t, s.mem[204])
}

// TestLock adds from many places at once would be another test; here is that the prefix belongs to the instruction.
func TestLock(t *testing.T) {
	var s state
	s.flags, s.r[7], s.r[0], s.mem[0] = 2, s.at(0), 5, 10
	once(t, noVectors, &s, func(a *amd64.Assembler) {
		a.LOCK()
		a.XADDmr64(amd64.MemBase(amd64.RDI, 0), amd64.RAX)
		a.LoadConst(amd64.RCX, 99)
		a.LoadConst(amd64.RAX, 15)
		a.LOCK()
		a.CMPXCHGmr64(amd64.MemBase(amd64.RDI, 0), amd64.RCX)
		a.SETEr8(amd64.DL)
	})
	require.Equal(t, []uint64{99, 15, 1}, []uint64{s.mem[0], s.r[0], s.r[2] & 0xff})
}

var doubles = []float64{0, math.Copysign(0, -1), 1, -1.5, 3e300, -2e-300, math.Pi, math.Inf(1), 1e16 + 2, 0.1}

// binary are operations on doubles, by their SSE2 and AVX mnemonics.
var binary = []struct {
	scalar, packed, vector x86asm.Op
	model                  func(x, y float64) float64
}{
	{x86asm.ADDSD, x86asm.ADDPD, x86asm.VADDPD, func(x, y float64) float64 { return x + y }},
	{x86asm.SUBSD, x86asm.SUBPD, x86asm.VSUBPD, func(x, y float64) float64 { return x - y }},
	{x86asm.MULSD, x86asm.MULPD, x86asm.VMULPD, func(x, y float64) float64 { return x * y }},
	{x86asm.DIVSD, x86asm.DIVPD, x86asm.VDIVPD, func(x, y float64) float64 { return x / y }},
}

func number(z uint64) float64 { return math.Float64frombits(z) }

func requireSame(t *testing.T, want, got float64, what ...any) {
	t.Helper()
	if math.IsNaN(want) && math.IsNaN(got) {
		return
	}
	require.Equal(t, math.Float64bits(want), math.Float64bits(got), fmt.Sprint(what...))
}

// element is x for the first, so that -0 stays, and others after it.
func element(x float64, e int) float64 {
	if e == 0 {
		return x
	}
	return x + float64(e)
}

// TestDoubles compares SSE2, AVX and AVX-512 arithmetic with Go: scalar and packed, registers and memory, masks that merge
// and that zero, broadcasts.
func TestDoubles(t *testing.T) {
	for _, c := range binary {
		for i, x := range doubles {
			y := doubles[(i*3+1)%len(doubles)]
			var s state
			s.flags, s.r[7] = 2, s.at(0)
			for e := range 8 {
				s.z[1][e], s.z[2][e], s.z[20][e] = math.Float64bits(element(x, e)), math.Float64bits(y), math.Float64bits(float64(e))
				s.z[5][e], s.z[6][e] = math.Float64bits(-7), math.Float64bits(-7)
				s.mem[e] = math.Float64bits(y)
			}
			s.z[3] = s.z[1]
			s.k[1] = 0b10100110
			level := xmm
			if features.Has(amd64.AVX) {
				level = ymm
			}
			if features.Has(amd64.AVX512F | amd64.AVX512BW | amd64.AVX512DQ | amd64.AVX512VL) {
				level = zmm
			}
			m := x86asm.Mem{Base: x86asm.RDI}
			once(t, level, &s, func(a *amd64.Assembler) {
				a.Emit(c.scalar, x86asm.X1, x86asm.X2)
				a.Emit(c.packed, x86asm.X3, amd64.SizedMem(m, 16))
				if level >= ymm {
					a.Emit(c.vector, x86asm.Y4, x86asm.Y2, amd64.SizedMem(m, 32))
				}
				if level == zmm {
					a.Emit(c.vector, x86asm.Z5, x86asm.K1, x86asm.Z20, x86asm.Z2)
					a.Emit(c.vector, x86asm.Z6, amd64.Zeroing(x86asm.K1), x86asm.Z20, amd64.Broadcast(amd64.MemBase(amd64.RDI, 8), 8, 8))
					a.Emit(c.vector, x86asm.Z7, x86asm.Z20, amd64.SizedMem(x86asm.Mem{Base: x86asm.RDI, Disp: 64}, 64))
				}
			})
			requireSame(t, c.model(x, y), number(s.z[1][0]), c.scalar, " ", x, " ", y)
			if level < zmm {
				continue
			}
			requireSame(t, element(x, 1), number(s.z[1][1]), "the upper half stays")
			for e := range 8 {
				v := float64(e)
				if e < 2 {
					requireSame(t, c.model(element(x, e), y), number(s.z[3][e]), c.packed)
				}
				if e < 4 {
					requireSame(t, c.model(y, y), number(s.z[4][e]), c.vector)
				}
				merge, zero := -7.0, 0.0
				if s.k[1]>>e&1 != 0 {
					merge, zero = c.model(v, y), c.model(v, y)
				}
				requireSame(t, merge, number(s.z[5][e]), c.vector, " merging element ", e)
				requireSame(t, zero, number(s.z[6][e]), c.vector, " zeroing element ", e)
				requireSame(t, c.model(v, number(s.mem[8+e])), number(s.z[7][e]), c.vector, " at [rdi+64], a displacement that is compressed")
			}
		}
	}
}

// TestRounding divides 1 by 3 in each direction, whatever MXCSR says.
func TestRounding(t *testing.T) {
	need(t, amd64.AVX512F|amd64.AVX512BW)
	var s state
	s.flags = 2
	s.z[1][0], s.z[2][0] = math.Float64bits(1), math.Float64bits(3)
	once(t, zmm, &s, func(a *amd64.Assembler) {
		a.VDIVSDxkxxER(amd64.XMM10, amd64.NoMask, amd64.XMM1, amd64.XMM2, amd64.RoundNearest)
		a.VDIVSDxkxxER(amd64.XMM11, amd64.NoMask, amd64.XMM1, amd64.XMM2, amd64.RoundDown)
		a.VDIVSDxkxxER(amd64.XMM12, amd64.NoMask, amd64.XMM1, amd64.XMM2, amd64.RoundUp)
		a.VDIVSDxkxxER(amd64.XMM31, amd64.NoMask, amd64.XMM1, amd64.XMM2, amd64.RoundZero)
	})
	third := 1.0 / 3
	up := math.Nextafter(third, 1)
	require.Equal(t, []float64{third, third, up, third}, []float64{number(s.z[10][0]), number(s.z[11][0]), number(s.z[12][0]), number(s.z[31][0])})
}

// TestMasks compares into mask registers, computes with them, and compresses and gathers by them.
func TestMasks(t *testing.T) {
	need(t, amd64.AVX512F|amd64.AVX512BW|amd64.AVX512DQ|amd64.AVX512VL)
	var s state
	s.flags, s.r[7] = 2, s.at(0)
	for e := range 8 {
		s.z[16][e], s.z[17][e], s.z[18][e] = uint64(e), 4, uint64(7-e)*3
		s.mem[3*e] = uint64(1000 + e)
	}
	s.k[3], s.k[4] = 0xff, 0b11001100
	once(t, zmm, &s, func(a *amd64.Assembler) {
		a.VPCMPUQkkzzi(amd64.K1, amd64.K0, amd64.ZMM16, amd64.ZMM17, 1) // less
		a.VPCMPEQQkkzz(amd64.K2, amd64.K0, amd64.ZMM16, amd64.ZMM17)
		a.KORBkkk(amd64.K5, amd64.K1, amd64.K2)
		a.KANDNBkkk(amd64.K6, amd64.K1, amd64.K4)
		a.VPGATHERQQzkvz(amd64.ZMM19, amd64.K3, amd64.MemIndexZ(amd64.RDI, amd64.ZMM18, 8, 0))
		a.VPCOMPRESSQzkz(amd64.ZMM20, amd64.K4.Zero(), amd64.ZMM16)
		a.KMOVBrk32(amd64.EAX, amd64.K5)
	})
	require.Equal(t, []uint64{0b00001111, 0b00010000, 0, 0b00011111, 0b11000000}, []uint64{s.k[1], s.k[2], s.k[3], s.k[5], s.k[6]})
	require.Equal(t, uint64(0b00011111), s.r[0])
	for e := range 8 {
		require.Equal(t, uint64(1007-e), s.z[19][e])
	}
	require.Equal(t, [8]uint64{2, 3, 6, 7}, s.z[20])
}

// TestGatherAVX2 gathers with a vector as mask.
func TestGatherAVX2(t *testing.T) {
	need(t, amd64.AVX2)
	var s state
	s.flags, s.r[7] = 2, s.at(0)
	for e := range 4 {
		s.z[1][e], s.z[2][e], s.mem[10*e] = uint64(10*e), uint64(e%2)<<63, uint64(500+e)
	}
	once(t, ymm, &s, func(a *amd64.Assembler) {
		a.VPGATHERQQyvyy(amd64.YMM3, amd64.MemIndexY(amd64.RDI, amd64.YMM1, 8, 0), amd64.YMM2)
	})
	require.Equal(t, []uint64{0, 501, 0, 503}, s.z[3][:4])
	require.Equal(t, []uint64{0, 0, 0, 0}, s.z[2][:4], "the mask is used up")
}

// TestConversions compares conversions with Go's.
func TestConversions(t *testing.T) {
	for _, x := range []float64{0, 1.5, -2.5, 1e15, -1e-5, 123456.789} {
		s := state{flags: 2}
		s.z[1][0], s.r[1] = math.Float64bits(x), uint64(int64(x))
		once(t, xmm, &s, func(a *amd64.Assembler) {
			a.CVTTSD2SIrx64(amd64.RAX, amd64.XMM1)
			a.CVTSI2SDxr64(amd64.XMM2, amd64.RCX)
			a.CVTSD2SSxx(amd64.XMM3, amd64.XMM1)
			a.CVTSS2SDxx(amd64.XMM4, amd64.XMM3)
			a.MOVQrx64(amd64.RDX, amd64.XMM1)
			a.MOVQxr64(amd64.XMM5, amd64.RDX)
			a.SQRTSDxx(amd64.XMM6, amd64.XMM2)
			a.SHUFPDxxi(amd64.XMM1, amd64.XMM1, 1)
		})
		require.Equal(t, int64(x), int64(s.r[0]))
		require.Equal(t, float64(int64(x)), number(s.z[2][0]))
		require.Equal(t, float64(float32(x)), number(s.z[4][0]))
		require.Equal(t, []uint64{math.Float64bits(x), math.Float64bits(x), math.Float64bits(x)}, []uint64{s.r[2], s.z[5][0], s.z[1][1]})
		requireSame(t, math.Sqrt(float64(int64(x))), number(s.z[6][0]))
	}
}

// TestX87 computes with the stack of the old unit, and MMX.
func TestX87(t *testing.T) {
	var s state
	s.flags, s.r[7] = 2, s.at(0)
	s.mem[0], s.mem[1], s.mem[4], s.mem[5] = math.Float64bits(3), math.Float64bits(4), 0x0001_0002_0003_ffff, 0x0001_0001_0001_0001
	once(t, noVectors, &s, func(a *amd64.Assembler) {
		a.FLDm64(amd64.MemBase(amd64.RDI, 0))
		a.FLDt(amd64.ST0)
		a.FMULPtST0(amd64.ST1)
		a.FLDm64(amd64.MemBase(amd64.RDI, 8))
		a.FLDt(amd64.ST0)
		a.FMULPtST0(amd64.ST1)
		a.FADDPtST0(amd64.ST1)
		a.FSQRT()
		a.FSTPm64(amd64.MemBase(amd64.RDI, 16))
		a.MOVQqm64(amd64.MM0, amd64.MemBase(amd64.RDI, 32))
		a.PADDWqm64(amd64.MM0, amd64.MemBase(amd64.RDI, 40))
		a.MOVQmq64(amd64.MemBase(amd64.RDI, 24), amd64.MM0)
		a.EMMS()
	})
	require.Equal(t, 5.0, number(s.mem[2]))
	require.Equal(t, uint64(0x0002_0003_0004_0000), s.mem[3])
}
