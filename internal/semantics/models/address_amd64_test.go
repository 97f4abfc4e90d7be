package models

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"
	"unsafe"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/amd64"
)

// displacements are the corners of 0, 8 and 32 bits.
var displacements = []int32{0, 1, -1, 127, -128, 128, -129, math.MaxInt32, math.MinInt32}

// target is where the tests of addresses read: at an offset that makes what is left for an index a multiple of 8.
func target(disp int32) (off int) { return 64 + int(disp&7) }

// inverse gives y so that x*y is 1, for odd x, modulo 2**64.
func inverse(x uint64) uint64 {
	y := x // right in three bits; each step doubles that
	for range 5 {
		y *= 2 - x*y
	}
	return y
}

// TestBaseIndex loads with each base, index, scale and size of displacement there is.
func TestBaseIndex(t *testing.T) {
	count(t)
	for base := range amd64.Reg64(16) {
		for index := range amd64.Reg64(16) {
			if index == amd64.RSP {
				continue
			}
			for i, scale := range []int{1, 2, 4, 8} {
				for k, disp := range displacements {
					loadIndexed(t, base, index, scale, disp, amd64.Reg64(int(base)+3*int(index)+5*i+k)&15)
				}
			}
		}
	}
}

func loadIndexed(t *testing.T, base, index amd64.Reg64, scale int, disp int32, dst amd64.Reg64) {
	if dst == amd64.RSP {
		dst = amd64.RDX
	}
	s64, d64, off := uint64(scale), uint64(int64(disp)), target(disp)
	name := fmt.Sprintf("MOV %v, [%v+%v*%d%+#x]", dst, base, index, scale, disp)
	code := func(a *assembler) { a.MOVrm64(dst, amd64.MemIndex(base, index, scale, disp)) }
	if base == amd64.RSP {
		// What is known there is the address of the state.
		if int(disp)%scale == 0 {
			check(t, test{name, 0, code, func(s *state) { s.gpr[dst] = uint64(uintptr(unsafe.Pointer(cpu))) }}, func(s *state) {
				s.gpr[index] = uint64(-int64(disp) / int64(scale))
			})
		}
		return
	}
	check(t, test{name, 0, code, func(s *state) { s.gpr[dst] = s.at(64, off) }}, func(s *state) {
		rest := memory + uint64(off) - d64
		switch {
		case base != index:
			s.gpr[base] = rest - s.gpr[index]*s64
		case scale == 1:
			s.gpr[base] = rest/2 | s.gpr[base]&(1<<63)
		default:
			s.gpr[base] = rest * inverse(s64+1)
		}
	})
}

func TestBase(t *testing.T) {
	count(t)
	for base := range amd64.Reg64(16) {
		for k, disp := range displacements {
			if base == amd64.RSP {
				continue
			}
			at := place{base, disp, target(disp)}
			dst := amd64.Reg64(int(base)+k) & 15
			if dst == amd64.RSP {
				dst = base
			}
			check(t, test{fmt.Sprintf("MOV %v, %v", dst, at.mem()), 0, func(a *assembler) { a.MOVrm64(dst, at.mem()) }, func(s *state) {
				s.gpr[dst] = s.at(64, at.off)
			}}, at.point)
			check(t, test{fmt.Sprintf("MOV %v, %v", at.mem(), dst), 0, func(a *assembler) { a.MOVmr64(at.mem(), dst) }, func(s *state) {
				s.setAt(64, at.off, s.gpr[dst])
			}}, at.point)
			check(t, test{fmt.Sprintf("LEA %v, %v", dst, at.mem()), 0, func(a *assembler) { a.LEArm64(dst, at.mem()) }, func(s *state) {
				s.gpr[dst] = s.gpr[base] + uint64(int64(disp))
			}}, func(*state) {})
		}
	}
	for _, disp := range []int32{0, 1, -1, 127, -128, 128, -129, 4096, -4096} {
		check(t, test{fmt.Sprintf("MOV RAX, [RSP%+#x]", disp), 0, func(a *assembler) {
			a.SUBri64(amd64.RSP, disp)
			a.MOVrm64(amd64.RAX, amd64.MemBase(amd64.RSP, disp))
			a.ADDri64(amd64.RSP, disp)
		}, func(s *state) {
			s.gpr[rax] = uint64(uintptr(unsafe.Pointer(cpu)))
			s.undef = six
		}}, func(*state) {})
	}
}

func TestIndexOnly(t *testing.T) {
	count(t)
	for index := range amd64.Reg64(16) {
		if index == amd64.RSP {
			continue
		}
		for i, scale := range []int{1, 2, 4, 8} {
			for k, disp := range displacements {
				dst := amd64.Reg64(int(index)+i+k) & 15
				if dst == amd64.RSP {
					dst = index
				}
				off := target(disp)
				m := amd64.MemIndexOnly(index, scale, disp)
				check(t, test{fmt.Sprintf("MOV %v, %v", dst, m), 0, func(a *assembler) { a.MOVrm64(dst, m) }, func(s *state) {
					s.gpr[dst] = s.at(64, off)
				}}, func(s *state) {
					// The product is cut to 64 bits: what is above may be anything.
					high := s.gpr[index] &^ (math.MaxUint64 / uint64(scale))
					s.gpr[index] = uint64((int64(memory)+int64(off)-int64(disp))/int64(scale))&(math.MaxUint64/uint64(scale)) | high
				})
			}
		}
	}
}

// TestLEA computes with operands that are nowhere, in every width.
func TestLEA(t *testing.T) {
	count(t)
	for i := range 600 {
		base, index, dst := amd64.Reg64(i%16), amd64.Reg64(i/3%16), amd64.Reg64(i*7/5%16)
		if index == amd64.RSP || base == amd64.RSP || dst == amd64.RSP {
			continue
		}
		scale, disp := 1<<(i/5%4), displacements[i%len(displacements)]
		m := amd64.MemIndex(base, index, scale, disp)
		sum := func(s *state) uint64 { return s.gpr[base] + s.gpr[index]*uint64(scale) + uint64(int64(disp)) }
		for _, c := range []struct {
			n    int
			code func(a *assembler)
			a32  bool
		}{
			{64, func(a *assembler) { a.LEArm64(dst, m) }, false},
			{32, func(a *assembler) { a.LEArm32(amd64.Reg32(dst), m) }, false},
			{16, func(a *assembler) { a.LEArm16(amd64.Reg16(dst), m) }, false},
			{64, func(a *assembler) { a.LEArm64(dst, m.Address32()) }, true},
			{16, func(a *assembler) { a.LEArm16(amd64.Reg16(dst), m.Address32()) }, true},
		} {
			check(t, test{fmt.Sprintf("LEA%d %v, %v", c.n, dst, m), 0, c.code, func(s *state) {
				x := sum(s)
				if c.a32 {
					x &= maskOf(32)
				}
				s.setReg(c.n, uint8(dst), x)
			}}, func(*state) {})
		}
	}
	for _, disp := range displacements {
		check(t, test{fmt.Sprintf("LEA RAX, [%#x]", disp), 0, func(a *assembler) { a.LEArm64(amd64.RAX, amd64.MemAbs(disp)) }, func(s *state) {
			s.gpr[rax] = uint64(int64(disp))
		}}, func(*state) {})
		check(t, test{fmt.Sprintf("LEA RAX, [%#x], 32", disp), 0, func(a *assembler) { a.LEArm64(amd64.RAX, amd64.MemAbs(disp).Address32()) }, func(s *state) {
			s.gpr[rax] = uint64(uint32(disp))
		}}, func(*state) {})
	}
}

// TestFarAddress has MOV between the accumulator and an address of 64 bits.
func TestFarAddress(t *testing.T) {
	count(t)
	for i, n := range widths {
		off := 101 + 8*i
		addr := memory + uint64(off)
		from := []func(*assembler, uint64){(*as).MOVALo, (*as).MOVAXo, (*as).MOVEAXo, (*as).MOVRAXo}[i]
		to := []func(*assembler, uint64){(*as).MOVoAL, (*as).MOVoAX, (*as).MOVoEAX, (*as).MOVoRAX}[i]
		check(t, test{fmt.Sprintf("MOV A, [%#x]", addr), 0, func(a *assembler) { from(a, addr) }, func(s *state) { s.setReg(n, rax, s.at(n, off)) }}, func(*state) {})
		check(t, test{fmt.Sprintf("MOV [%#x], A", addr), 0, func(a *assembler) { to(a, addr) }, func(s *state) { s.setAt(n, off, s.reg(n, rax)) }}, func(*state) {})
	}
}

// TestRipRelative reads from labels, with immediates of each size behind the displacement: it counts from the end of all.
func TestRipRelative(t *testing.T) {
	count(t)
	const x = 0x8877665544332211
	compare := func(n int) func(s *state) {
		return func(s *state) {
			_, flags := subtraction(n, x&maskOf(n), 0x11, 0)
			s.setFlags(six, flags)
		}
	}
	subtractFar := func(n int, y int32) func(s *state) {
		return func(s *state) {
			_, flags := subtraction(n, x&maskOf(n), uint64(int64(y))&maskOf(n), 0)
			s.setFlags(six, flags)
		}
	}
	var data [16]byte
	binary.LittleEndian.PutUint64(data[:], x)
	binary.LittleEndian.PutUint64(data[8:], ^uint64(x))
	for _, c := range []struct {
		name  string
		needs amd64.Features
		code  func(a *assembler, m amd64.Mem)
		model func(s *state)
	}{
		{"MOV", 0, func(a *assembler, m amd64.Mem) { a.MOVrm64(amd64.R9, m) }, func(s *state) { s.gpr[9] = x }},
		{"ADD", 0, func(a *assembler, m amd64.Mem) { a.ADDrm32(amd64.EBX, m) }, func(s *state) {
			r, flags := addition(32, s.reg(32, 3), x&maskOf(32), 0)
			s.setReg(32, 3, r)
			s.setFlags(six, flags)
		}},
		{"CMP8", 0, func(a *assembler, m amd64.Mem) { a.CMPmi8(m, 0x11) }, compare(8)},
		{"CMP16 imm8", 0, func(a *assembler, m amd64.Mem) { a.CMPmi16(m, 0x11) }, compare(16)},
		{"CMP32 imm8", 0, func(a *assembler, m amd64.Mem) { a.CMPmi32(m, 0x11) }, compare(32)},
		{"CMP64 imm8", 0, func(a *assembler, m amd64.Mem) { a.CMPmi64(m, 0x11) }, compare(64)},
		{"CMP16 imm16", 0, func(a *assembler, m amd64.Mem) { a.CMPmi16(m, 0x2211) }, subtractFar(16, 0x2211)},
		{"CMP32 imm32", 0, func(a *assembler, m amd64.Mem) { a.CMPmi32(m, 0x44332211) }, subtractFar(32, 0x44332211)},
		{"CMP64 imm32", 0, func(a *assembler, m amd64.Mem) { a.CMPmi64(m, -0x12345678) }, subtractFar(64, -0x12345678)},
		{"IMUL imm8", 0, func(a *assembler, m amd64.Mem) { a.IMULrmi32(amd64.EAX, m, 3) }, func(s *state) { s.setReg(32, rax, s.truncated(32, x, 3)) }},
		{"IMUL imm32", 0, func(a *assembler, m amd64.Mem) { a.IMULrmi64(amd64.RAX, m, 300) }, func(s *state) { s.setReg(64, rax, s.truncated(64, x, 300)) }},
		{"PSHUFD", 0, func(a *assembler, m amd64.Mem) { a.PSHUFDxmi128(amd64.XMM7, m, 0x1b) }, func(s *state) {
			for i := range 4 {
				copy(s.v[7][4*i:], data[12-4*i:][:4])
			}
		}},
		{"VPSHUFD", amd64.AVX, func(a *assembler, m amd64.Mem) { a.VPSHUFDxmi128(amd64.XMM7, m, 0x1b) }, func(s *state) {
			s.writeVEX(7, 16, lanesOf(16, 4, func(i int) uint64 { return lane(data[:], 4, 3-i) }))
		}},
		{"VPADDQ", amd64.AVX, func(a *assembler, m amd64.Mem) { a.VPADDQxxm128(amd64.XMM8, amd64.XMM9, m) }, func(s *state) {
			s.writeVEX(8, 16, lanesOf(16, 8, func(i int) uint64 { return lane(s.v[9][:], 8, i) + lane(data[:], 8, i) }))
		}},
		{"VPADDQ EVEX", vl, func(a *assembler, m amd64.Mem) { a.VPADDQxkxm128(amd64.XMM18, amd64.NoMask, amd64.XMM9, m) }, func(s *state) {
			s.writeVEX(18, 16, lanesOf(16, 8, func(i int) uint64 { return lane(s.v[9][:], 8, i) + lane(data[:], 8, i) }))
		}},
		{"VPADDD bcst", f512, func(a *assembler, m amd64.Mem) { a.VPADDDzkzb32(amd64.ZMM30, amd64.K2.Zero(), amd64.ZMM9, m) }, func(s *state) {
			s.writeMasked(30, amd64.K2.Zero(), 64, 4, lanesOf(64, 4, func(i int) uint64 { return lane(s.v[9][:], 4, i) + lane(data[:], 4, 0) }))
		}},
		{"VPTERNLOGD bcst", f512, func(a *assembler, m amd64.Mem) { a.VPTERNLOGDzkzbi32(amd64.ZMM3, amd64.NoMask, amd64.ZMM9, m, 0xca) }, func(s *state) {
			s.writeVEX(3, 64, lanesOf(64, 4, func(i int) uint64 {
				d := lane(s.v[3][:], 4, i) // chooses
				return d&lane(s.v[9][:], 4, i) | ^d&lane(data[:], 4, 0)
			}))
		}},
		{"LEA", 0, func(a *assembler, m amd64.Mem) {
			a.LEArm64(amd64.RAX, m)
			a.MOVrm64(amd64.RAX, amd64.MemBase(amd64.RAX, 0))
		}, func(s *state) { s.gpr[rax] = x }},
	} {
		for _, far := range []int{0, 100, 1000} {
			for _, off := range []int32{0, 1, -200} { // of the data from the label
				check(t, test{fmt.Sprintf("%s from behind, %d+%d", c.name, far, off), c.needs, func(a *assembler) {
					start, l := a.NewLabel("start"), a.NewLabel("data")
					a.JMPl(start)
					dataFrom(a, l, data[:], far, int(off))
					a.Bind(start)
					c.code(a, amd64.MemLabelOff(l, off))
				}, c.model}, func(*state) {})
				check(t, test{fmt.Sprintf("%s from ahead, %d+%d", c.name, far, off), c.needs, func(a *assembler) {
					end, l := a.NewLabel("end"), a.NewLabel("data")
					c.code(a, amd64.MemLabelOff(l, off))
					a.JMPl(end)
					dataFrom(a, l, data[:], far, int(off))
					a.Bind(end)
				}, c.model}, func(*state) {})
			}
		}
		check(t, test{c.name + " literal", c.needs, func(a *assembler) {
			a.MOVrm32(amd64.R8D, amd64.MemLabel(a.Literal32(77)))
			c.code(a, amd64.MemLabel(a.Literal(data[:])))
			a.MOVrm64(amd64.R10, amd64.MemLabel(a.Literal64(78)))
		}, func(s *state) { c.model(s); s.gpr[8], s.gpr[10] = 77, 78 }}, func(*state) {})
	}
}

// dataFrom puts data off bytes behind the label, or before it, after far bytes of something else.
func dataFrom(a *assembler, l asm.Label, data []byte, far, off int) {
	a.Bytes(make([]byte, far))
	a.Align(16)
	if off < 0 {
		a.Bytes(data)
		a.Bytes(make([]byte, -off-len(data)))
		a.Bind(l)
		return
	}
	a.Bytes(make([]byte, -off&15))
	a.Bind(l)
	a.Bytes(make([]byte, off))
	a.Bytes(data)
}
