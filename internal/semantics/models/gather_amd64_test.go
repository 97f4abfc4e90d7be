package models

import (
	"fmt"
	"math/bits"
	"testing"

	"github.com/wxjit/wxjit/asm/amd64"
)

// gather is one of VEX, whose mask is the sign of each element of a vector, or of EVEX; or a scatter.
type gather struct {
	name               string
	needs              amd64.Features
	lanes, size, index int // elements, and the bytes of one and of an index
	vex, scatters      bool
	code               func(a *assembler, dst uint8, at spread, mask uint8)
}

// spread is an operand with an index for each element.
type spread struct {
	base  amd64.Reg64
	index uint8
	scale int
	disp  int32
}

func (m spread) x() amd64.MemX {
	return amd64.MemIndexX(m.base, amd64.XMM(m.index), m.scale, m.disp)
}

func (m spread) y() amd64.MemY {
	return amd64.MemIndexY(m.base, amd64.YMM(m.index), m.scale, m.disp)
}

func (m spread) z() amd64.MemZ {
	return amd64.MemIndexZ(m.base, amd64.ZMM(m.index), m.scale, m.disp)
}

type spreadCode = func(*assembler, uint8, spread, uint8)

func gatherX[R ~uint8](f func(*assembler, R, amd64.MemX, R)) spreadCode {
	return func(a *assembler, dst uint8, m spread, mask uint8) { f(a, R(dst), m.x(), R(mask)) }
}

func gatherY[R ~uint8](f func(*assembler, R, amd64.MemY, R)) spreadCode {
	return func(a *assembler, dst uint8, m spread, mask uint8) { f(a, R(dst), m.y(), R(mask)) }
}

func gatherKX[R ~uint8](f func(*assembler, R, amd64.K, amd64.MemX)) spreadCode {
	return func(a *assembler, dst uint8, m spread, k uint8) { f(a, R(dst), amd64.K(k), m.x()) }
}

func gatherKY[R ~uint8](f func(*assembler, R, amd64.K, amd64.MemY)) spreadCode {
	return func(a *assembler, dst uint8, m spread, k uint8) { f(a, R(dst), amd64.K(k), m.y()) }
}

func gatherKZ[R ~uint8](f func(*assembler, R, amd64.K, amd64.MemZ)) spreadCode {
	return func(a *assembler, dst uint8, m spread, k uint8) { f(a, R(dst), amd64.K(k), m.z()) }
}

func scatterX[R ~uint8](f func(*assembler, amd64.MemX, amd64.K, R)) spreadCode {
	return func(a *assembler, src uint8, m spread, k uint8) { f(a, m.x(), amd64.K(k), R(src)) }
}

func scatterY[R ~uint8](f func(*assembler, amd64.MemY, amd64.K, R)) spreadCode {
	return func(a *assembler, src uint8, m spread, k uint8) { f(a, m.y(), amd64.K(k), R(src)) }
}

func scatterZ[R ~uint8](f func(*assembler, amd64.MemZ, amd64.K, R)) spreadCode {
	return func(a *assembler, src uint8, m spread, k uint8) { f(a, m.z(), amd64.K(k), R(src)) }
}

var gathers = []gather{
	{"VPGATHERDDxvxx", amd64.AVX2, 4, 4, 4, true, false, gatherX((*as).VPGATHERDDxvxx)},
	{"VPGATHERDDxkvx", vl, 4, 4, 4, false, false, gatherKX((*as).VPGATHERDDxkvx)},
	{"VPSCATTERDDvxkx", vl, 4, 4, 4, false, true, scatterX((*as).VPSCATTERDDvxkx)},
	{"VPGATHERDDyvyy", amd64.AVX2, 8, 4, 4, true, false, gatherY((*as).VPGATHERDDyvyy)},
	{"VPGATHERDDykvy", vl, 8, 4, 4, false, false, gatherKY((*as).VPGATHERDDykvy)},
	{"VPSCATTERDDvyky", vl, 8, 4, 4, false, true, scatterY((*as).VPSCATTERDDvyky)},
	{"VPGATHERDDzkvz", f512, 16, 4, 4, false, false, gatherKZ((*as).VPGATHERDDzkvz)},
	{"VPSCATTERDDvzkz", f512, 16, 4, 4, false, true, scatterZ((*as).VPSCATTERDDvzkz)},
	{"VPGATHERDQxvxx", amd64.AVX2, 2, 8, 4, true, false, gatherX((*as).VPGATHERDQxvxx)},
	{"VPGATHERDQxkvx", vl, 2, 8, 4, false, false, gatherKX((*as).VPGATHERDQxkvx)},
	{"VPSCATTERDQvxkx", vl, 2, 8, 4, false, true, scatterX((*as).VPSCATTERDQvxkx)},
	{"VPGATHERDQyvxy", amd64.AVX2, 4, 8, 4, true, false, gatherX((*as).VPGATHERDQyvxy)},
	{"VPGATHERDQykvx", vl, 4, 8, 4, false, false, gatherKX((*as).VPGATHERDQykvx)},
	{"VPSCATTERDQvxky", vl, 4, 8, 4, false, true, scatterX((*as).VPSCATTERDQvxky)},
	{"VPGATHERDQzkvy", f512, 8, 8, 4, false, false, gatherKY((*as).VPGATHERDQzkvy)},
	{"VPSCATTERDQvykz", f512, 8, 8, 4, false, true, scatterY((*as).VPSCATTERDQvykz)},
	{"VPGATHERQDxvxx", amd64.AVX2, 2, 4, 8, true, false, gatherX((*as).VPGATHERQDxvxx)},
	{"VPGATHERQDxkvx", vl, 2, 4, 8, false, false, gatherKX((*as).VPGATHERQDxkvx)},
	{"VPSCATTERQDvxkx", vl, 2, 4, 8, false, true, scatterX((*as).VPSCATTERQDvxkx)},
	{"VPGATHERQDxvyx", amd64.AVX2, 4, 4, 8, true, false, gatherY((*as).VPGATHERQDxvyx)},
	{"VPGATHERQDxkvy", vl, 4, 4, 8, false, false, gatherKY((*as).VPGATHERQDxkvy)},
	{"VPSCATTERQDvykx", vl, 4, 4, 8, false, true, scatterY((*as).VPSCATTERQDvykx)},
	{"VPGATHERQDykvz", f512, 8, 4, 8, false, false, gatherKZ((*as).VPGATHERQDykvz)},
	{"VPSCATTERQDvzky", f512, 8, 4, 8, false, true, scatterZ((*as).VPSCATTERQDvzky)},
	{"VPGATHERQQxvxx", amd64.AVX2, 2, 8, 8, true, false, gatherX((*as).VPGATHERQQxvxx)},
	{"VPGATHERQQxkvx", vl, 2, 8, 8, false, false, gatherKX((*as).VPGATHERQQxkvx)},
	{"VPSCATTERQQvxkx", vl, 2, 8, 8, false, true, scatterX((*as).VPSCATTERQQvxkx)},
	{"VPGATHERQQyvyy", amd64.AVX2, 4, 8, 8, true, false, gatherY((*as).VPGATHERQQyvyy)},
	{"VPGATHERQQykvy", vl, 4, 8, 8, false, false, gatherKY((*as).VPGATHERQQykvy)},
	{"VPSCATTERQQvyky", vl, 4, 8, 8, false, true, scatterY((*as).VPSCATTERQQvyky)},
	{"VPGATHERQQzkvz", f512, 8, 8, 8, false, false, gatherKZ((*as).VPGATHERQQzkvz)},
	{"VPSCATTERQQvzkz", f512, 8, 8, 8, false, true, scatterZ((*as).VPSCATTERQQvzkz)},
	{"VGATHERDPSxvxx", amd64.AVX2, 4, 4, 4, true, false, gatherX((*as).VGATHERDPSxvxx)},
	{"VGATHERDPSxkvx", vl, 4, 4, 4, false, false, gatherKX((*as).VGATHERDPSxkvx)},
	{"VSCATTERDPSvxkx", vl, 4, 4, 4, false, true, scatterX((*as).VSCATTERDPSvxkx)},
	{"VGATHERDPSyvyy", amd64.AVX2, 8, 4, 4, true, false, gatherY((*as).VGATHERDPSyvyy)},
	{"VGATHERDPSykvy", vl, 8, 4, 4, false, false, gatherKY((*as).VGATHERDPSykvy)},
	{"VSCATTERDPSvyky", vl, 8, 4, 4, false, true, scatterY((*as).VSCATTERDPSvyky)},
	{"VGATHERDPSzkvz", f512, 16, 4, 4, false, false, gatherKZ((*as).VGATHERDPSzkvz)},
	{"VSCATTERDPSvzkz", f512, 16, 4, 4, false, true, scatterZ((*as).VSCATTERDPSvzkz)},
	{"VGATHERDPDxvxx", amd64.AVX2, 2, 8, 4, true, false, gatherX((*as).VGATHERDPDxvxx)},
	{"VGATHERDPDxkvx", vl, 2, 8, 4, false, false, gatherKX((*as).VGATHERDPDxkvx)},
	{"VSCATTERDPDvxkx", vl, 2, 8, 4, false, true, scatterX((*as).VSCATTERDPDvxkx)},
	{"VGATHERDPDyvxy", amd64.AVX2, 4, 8, 4, true, false, gatherX((*as).VGATHERDPDyvxy)},
	{"VGATHERDPDykvx", vl, 4, 8, 4, false, false, gatherKX((*as).VGATHERDPDykvx)},
	{"VSCATTERDPDvxky", vl, 4, 8, 4, false, true, scatterX((*as).VSCATTERDPDvxky)},
	{"VGATHERDPDzkvy", f512, 8, 8, 4, false, false, gatherKY((*as).VGATHERDPDzkvy)},
	{"VSCATTERDPDvykz", f512, 8, 8, 4, false, true, scatterY((*as).VSCATTERDPDvykz)},
	{"VGATHERQPSxvxx", amd64.AVX2, 2, 4, 8, true, false, gatherX((*as).VGATHERQPSxvxx)},
	{"VGATHERQPSxkvx", vl, 2, 4, 8, false, false, gatherKX((*as).VGATHERQPSxkvx)},
	{"VSCATTERQPSvxkx", vl, 2, 4, 8, false, true, scatterX((*as).VSCATTERQPSvxkx)},
	{"VGATHERQPSxvyx", amd64.AVX2, 4, 4, 8, true, false, gatherY((*as).VGATHERQPSxvyx)},
	{"VGATHERQPSxkvy", vl, 4, 4, 8, false, false, gatherKY((*as).VGATHERQPSxkvy)},
	{"VSCATTERQPSvykx", vl, 4, 4, 8, false, true, scatterY((*as).VSCATTERQPSvykx)},
	{"VGATHERQPSykvz", f512, 8, 4, 8, false, false, gatherKZ((*as).VGATHERQPSykvz)},
	{"VSCATTERQPSvzky", f512, 8, 4, 8, false, true, scatterZ((*as).VSCATTERQPSvzky)},
	{"VGATHERQPDxvxx", amd64.AVX2, 2, 8, 8, true, false, gatherX((*as).VGATHERQPDxvxx)},
	{"VGATHERQPDxkvx", vl, 2, 8, 8, false, false, gatherKX((*as).VGATHERQPDxkvx)},
	{"VSCATTERQPDvxkx", vl, 2, 8, 8, false, true, scatterX((*as).VSCATTERQPDvxkx)},
	{"VGATHERQPDyvyy", amd64.AVX2, 4, 8, 8, true, false, gatherY((*as).VGATHERQPDyvyy)},
	{"VGATHERQPDykvy", vl, 4, 8, 8, false, false, gatherKY((*as).VGATHERQPDykvy)},
	{"VSCATTERQPDvyky", vl, 4, 8, 8, false, true, scatterY((*as).VSCATTERQPDvyky)},
	{"VGATHERQPDzkvz", f512, 8, 8, 8, false, false, gatherKZ((*as).VGATHERQPDzkvz)},
	{"VSCATTERQPDvzkz", f512, 8, 8, 8, false, true, scatterZ((*as).VSCATTERQPDvzkz)},
}

func TestGathers(t *testing.T) {
	count(t)
	var p picker
	for _, g := range gathers {
		registers := 32
		if g.vex {
			registers = 16
		}
		for i, disp := range append(compressed(g.size), displacements...) {
			dst, mask := p.vectorOf(registers), uint8(1+i%7)
			at := spread{amd64.Reg64(p.one(64, false)), p.vectorOf(registers), 1 << (i % 4), disp}
			for at.index == dst {
				at.index = p.vectorOf(registers)
			}
			if g.vex {
				for mask = dst; mask == dst || mask == at.index; {
					mask = p.vectorOf(16)
				}
			}
			check(t, test{fmt.Sprintf("%s %d, %+v, %d", g.name, dst, at, mask), g.needs, func(a *assembler) { g.code(a, dst, at, mask) }, func(s *state) {
				g.model(s, dst, at, mask)
			}}, filled(6, g.size, false, func(s *state) {
				s.gpr[at.base] = memory + memSize/2 - uint64(int64(disp))
				for i := range g.lanes {
					setLane(s.v[at.index][:], g.index, i, uint64((generator.IntN(memSize-16)-memSize/2)/at.scale))
				}
			})...)
		}
	}
}

// model goes from the lowest element to the highest, which counts where several are stored at one place. The mask is 0 in
// the end.
func (g *gather) model(s *state, dst uint8, at spread, mask uint8) {
	r, index, wanted := s.v[dst], s.v[at.index], s.v[mask]
	for i := range g.lanes {
		off := memSize/2 + int(signed(8*g.index, lane(index[:], g.index, i)))*at.scale
		switch {
		case g.vex && !highest(8*g.size, lane(wanted[:], g.size, i)), !g.vex && s.k[mask]>>i&1 == 0:
		case g.scatters:
			s.setAt(8*g.size, off, lane(r[:], g.size, i))
		default:
			setLane(r[:], g.size, i, s.at(8*g.size, off))
		}
	}
	if g.vex {
		s.v[mask] = vector{}
	} else {
		s.k[mask] = 0
	}
	if !g.scatters {
		s.writeVEX(dst, g.lanes*g.size, r)
	}
}

// squeeze is VPCOMPRESS and VPEXPAND of one kind of element.
type squeeze struct {
	name             string
	needs            amd64.Features
	n, size          int
	compress, expand func(a *assembler, dst uint8, k amd64.Mask, src uint8)
	compressMem      func(a *assembler, m amd64.Mem, k amd64.K, src uint8)
	expandMem        func(a *assembler, dst uint8, k amd64.Mask, m amd64.Mem)
}

func kr[D, S ~uint8](f func(*assembler, D, amd64.Mask, S)) func(*assembler, uint8, amd64.Mask, uint8) {
	return func(a *assembler, dst uint8, k amd64.Mask, src uint8) { f(a, D(dst), k, S(src)) }
}

var squeezes = []squeeze{
	{
		"Bx", vl | amd64.AVX512VBMI2, 16, 1, kr((*as).VPCOMPRESSBxkx), kr((*as).VPEXPANDBxkx),
		mk((*as).VPCOMPRESSBmkx128), km((*as).VPEXPANDBxkm128),
	},
	{
		"By", vl | amd64.AVX512VBMI2, 32, 1, kr((*as).VPCOMPRESSByky), kr((*as).VPEXPANDByky),
		mk((*as).VPCOMPRESSBmky256), km((*as).VPEXPANDBykm256),
	},
	{
		"Bz", amd64.AVX512VBMI2, 64, 1, kr((*as).VPCOMPRESSBzkz), kr((*as).VPEXPANDBzkz),
		mk((*as).VPCOMPRESSBmkz512), km((*as).VPEXPANDBzkm512),
	},
	{
		"Wx", vl | amd64.AVX512VBMI2, 16, 2, kr((*as).VPCOMPRESSWxkx), kr((*as).VPEXPANDWxkx),
		mk((*as).VPCOMPRESSWmkx128), km((*as).VPEXPANDWxkm128),
	},
	{
		"Wy", vl | amd64.AVX512VBMI2, 32, 2, kr((*as).VPCOMPRESSWyky), kr((*as).VPEXPANDWyky),
		mk((*as).VPCOMPRESSWmky256), km((*as).VPEXPANDWykm256),
	},
	{
		"Wz", amd64.AVX512VBMI2, 64, 2, kr((*as).VPCOMPRESSWzkz), kr((*as).VPEXPANDWzkz),
		mk((*as).VPCOMPRESSWmkz512), km((*as).VPEXPANDWzkm512),
	},
	{
		"Dx", vl, 16, 4, kr((*as).VPCOMPRESSDxkx), kr((*as).VPEXPANDDxkx),
		mk((*as).VPCOMPRESSDmkx128), km((*as).VPEXPANDDxkm128),
	},
	{
		"Dy", vl, 32, 4, kr((*as).VPCOMPRESSDyky), kr((*as).VPEXPANDDyky),
		mk((*as).VPCOMPRESSDmky256), km((*as).VPEXPANDDykm256),
	},
	{
		"Dz", f512, 64, 4, kr((*as).VPCOMPRESSDzkz), kr((*as).VPEXPANDDzkz),
		mk((*as).VPCOMPRESSDmkz512), km((*as).VPEXPANDDzkm512),
	},
	{
		"Qx", vl, 16, 8, kr((*as).VPCOMPRESSQxkx), kr((*as).VPEXPANDQxkx),
		mk((*as).VPCOMPRESSQmkx128), km((*as).VPEXPANDQxkm128),
	},
	{
		"Qy", vl, 32, 8, kr((*as).VPCOMPRESSQyky), kr((*as).VPEXPANDQyky),
		mk((*as).VPCOMPRESSQmky256), km((*as).VPEXPANDQykm256),
	},
	{
		"Qz", f512, 64, 8, kr((*as).VPCOMPRESSQzkz), kr((*as).VPEXPANDQzkz),
		mk((*as).VPCOMPRESSQmkz512), km((*as).VPEXPANDQzkm512),
	},
}

// expanded puts elements one after the other where the mask has a bit.
func (c *squeeze) expanded(s *state, k amd64.Mask, b []byte) vector {
	number, _ := maskParts(k)
	return lanesOf(c.n, c.size, func(i int) uint64 {
		before := i
		if number > 0 {
			before = bits.OnesCount64(s.k[number] & maskOf(i))
		}
		return lane(b, c.size, before)
	})
}

// compressed gives the elements where the mask has a bit, and how many they are.
func (c *squeeze) compressed(s *state, k uint8, v *vector) (r vector, n int) {
	for i := range c.n / c.size {
		if k == 0 || s.k[k]>>i&1 != 0 {
			setLane(r[:], c.size, n, lane(v[:], c.size, i))
			n++
		}
	}
	return r, n
}

func TestCompressExpand(t *testing.T) {
	count(t)
	var p picker
	for _, c := range squeezes {
		for _, disp := range compressed(c.size) {
			dst, src, k, at := p.vectorOf(32), p.vectorOf(32), p.mask(), p.place()
			at.disp = disp
			number, zero := maskParts(k)
			check(t, test{fmt.Sprintf("VPEXPAND%s %d, %#x, %d", c.name, dst, uint8(k), src), c.needs, func(a *assembler) { c.expand(a, dst, k, src) }, func(s *state) {
				s.writeMasked(dst, k, c.n, c.size, c.expanded(s, k, s.v[src][:]))
			}}, filled(6, c.size, false, nothing)...)
			check(t, test{fmt.Sprintf("VPEXPAND%s %d, %#x, %v", c.name, dst, uint8(k), at.mem()), c.needs, func(a *assembler) { c.expandMem(a, dst, k, at.mem()) }, func(s *state) {
				s.writeMasked(dst, k, c.n, c.size, c.expanded(s, k, s.mem[at.off:]))
			}}, filled(6, c.size, false, at.point)...)
			check(t, test{fmt.Sprintf("VPCOMPRESS%s %d, %#x, %d", c.name, dst, uint8(k), src), c.needs, func(a *assembler) { c.compress(a, dst, k, src) }, func(s *state) {
				r, n := c.compressed(s, number, &s.v[src])
				if !zero {
					copy(r[n*c.size:], s.v[dst][n*c.size:])
				}
				s.writeVEX(dst, c.n, r)
			}}, filled(6, c.size, false, nothing)...)
			check(t, test{fmt.Sprintf("VPCOMPRESS%s %v, {%d}, %d", c.name, at.mem(), number, src), c.needs, func(a *assembler) {
				c.compressMem(a, at.mem(), amd64.K(number), src)
			}, func(s *state) {
				r, n := c.compressed(s, number, &s.v[src])
				copy(s.mem[at.off:], r[:n*c.size])
			}}, filled(6, c.size, false, at.point)...)
		}
	}
}
