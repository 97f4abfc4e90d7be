package models

import (
	"fmt"
	"math/bits"
	"testing"

	"github.com/wxjit/wxjit/asm/amd64"
)

// shift is a shift or a rotation. Its model is for a count that is not 0, cut to 5 or 6 bits already.
type shift struct {
	name  string
	model func(n, count int, x, carry uint64) (r, mask, flags, undef uint64)
	ri    four[regImm]
	rCL   four[oneReg]
	mi    four[memImm]
	mCL   four[oneMem]
}

func bris(
	f8 func(*assembler, amd64.Reg8, uint8), f16 func(*assembler, amd64.Reg16, uint8), f32 func(*assembler, amd64.Reg32, uint8),
	f64 func(*assembler, amd64.Reg64, uint8),
) four[regImm] {
	return four[regImm]{ri(f8), ri(f16), ri(f32), ri(f64)}
}

func bmis(f8, f16, f32, f64 func(*assembler, amd64.Mem, uint8)) four[memImm] {
	return four[memImm]{mi(f8), mi(f16), mi(f32), mi(f64)}
}

var shifts = []shift{
	{
		"SHL", modelSHL, bris((*as).SHLri8, (*as).SHLri16, (*as).SHLri32, (*as).SHLri64),
		rs((*as).SHLrCL8, (*as).SHLrCL16, (*as).SHLrCL32, (*as).SHLrCL64), bmis((*as).SHLmi8, (*as).SHLmi16, (*as).SHLmi32, (*as).SHLmi64),
		four[oneMem]{(*as).SHLmCL8, (*as).SHLmCL16, (*as).SHLmCL32, (*as).SHLmCL64},
	},
	{
		"SHR", modelSHR, bris((*as).SHRri8, (*as).SHRri16, (*as).SHRri32, (*as).SHRri64),
		rs((*as).SHRrCL8, (*as).SHRrCL16, (*as).SHRrCL32, (*as).SHRrCL64), bmis((*as).SHRmi8, (*as).SHRmi16, (*as).SHRmi32, (*as).SHRmi64),
		four[oneMem]{(*as).SHRmCL8, (*as).SHRmCL16, (*as).SHRmCL32, (*as).SHRmCL64},
	},
	{
		"SAR", modelSAR, bris((*as).SARri8, (*as).SARri16, (*as).SARri32, (*as).SARri64),
		rs((*as).SARrCL8, (*as).SARrCL16, (*as).SARrCL32, (*as).SARrCL64), bmis((*as).SARmi8, (*as).SARmi16, (*as).SARmi32, (*as).SARmi64),
		four[oneMem]{(*as).SARmCL8, (*as).SARmCL16, (*as).SARmCL32, (*as).SARmCL64},
	},
	{
		"ROL", modelROL, bris((*as).ROLri8, (*as).ROLri16, (*as).ROLri32, (*as).ROLri64),
		rs((*as).ROLrCL8, (*as).ROLrCL16, (*as).ROLrCL32, (*as).ROLrCL64), bmis((*as).ROLmi8, (*as).ROLmi16, (*as).ROLmi32, (*as).ROLmi64),
		four[oneMem]{(*as).ROLmCL8, (*as).ROLmCL16, (*as).ROLmCL32, (*as).ROLmCL64},
	},
	{
		"ROR", modelROR, bris((*as).RORri8, (*as).RORri16, (*as).RORri32, (*as).RORri64),
		rs((*as).RORrCL8, (*as).RORrCL16, (*as).RORrCL32, (*as).RORrCL64), bmis((*as).RORmi8, (*as).RORmi16, (*as).RORmi32, (*as).RORmi64),
		four[oneMem]{(*as).RORmCL8, (*as).RORmCL16, (*as).RORmCL32, (*as).RORmCL64},
	},
	{
		"RCL", modelRCL, bris((*as).RCLri8, (*as).RCLri16, (*as).RCLri32, (*as).RCLri64),
		rs((*as).RCLrCL8, (*as).RCLrCL16, (*as).RCLrCL32, (*as).RCLrCL64), bmis((*as).RCLmi8, (*as).RCLmi16, (*as).RCLmi32, (*as).RCLmi64),
		four[oneMem]{(*as).RCLmCL8, (*as).RCLmCL16, (*as).RCLmCL32, (*as).RCLmCL64},
	},
	{
		"RCR", modelRCR, bris((*as).RCRri8, (*as).RCRri16, (*as).RCRri32, (*as).RCRri64),
		rs((*as).RCRrCL8, (*as).RCRrCL16, (*as).RCRrCL32, (*as).RCRrCL64), bmis((*as).RCRmi8, (*as).RCRmi16, (*as).RCRmi32, (*as).RCRmi64),
		four[oneMem]{(*as).RCRmCL8, (*as).RCRmCL16, (*as).RCRmCL32, (*as).RCRmCL64},
	},
}

// ofUndef is OF where the count is not 1: only then it is defined.
func ofUndef(count int) uint64 { return set(of, count != 1) }

// highest is bit n-1 of x, the sign; next is the one below it.
func highest(n int, x uint64) bool { return x>>(n-1)&1 != 0 }
func next(n int, x uint64) bool    { return x>>(n-2)&1 != 0 }

func modelSHL(n, count int, x, _ uint64) (r, mask, flags, undef uint64) {
	r = x << count & maskOf(n)
	carry := count <= n && x>>(n-count)&1 != 0
	flags = resultFlags(n, r) | set(cf, carry) | set(of, highest(n, r) != carry)
	return r, six, flags, af | ofUndef(count) | set(cf, count >= n)
}

func modelSHR(n, count int, x, _ uint64) (r, mask, flags, undef uint64) {
	r = x >> count
	flags = resultFlags(n, r) | set(cf, x>>(count-1)&1 != 0) | set(of, highest(n, x))
	return r, six, flags, af | ofUndef(count) | set(cf, count >= n)
}

func modelSAR(n, count int, x, _ uint64) (r, mask, flags, undef uint64) {
	r = uint64(signed(n, x)>>count) & maskOf(n)
	return r, six, resultFlags(n, r) | set(cf, signed(n, x)>>(count-1)&1 != 0), af | ofUndef(count)
}

func modelROL(n, count int, x, _ uint64) (r, mask, flags, undef uint64) {
	r = (x<<(count%n) | x>>(n-count%n)) & maskOf(n)
	return r, cf | of, set(cf, r&1 != 0) | set(of, highest(n, r) != (r&1 != 0)), ofUndef(count)
}

func modelROR(n, count int, x, _ uint64) (r, mask, flags, undef uint64) {
	r = (x>>(count%n) | x<<(n-count%n)) & maskOf(n)
	return r, cf | of, set(cf, highest(n, r)) | set(of, highest(n, r) != next(n, r)), ofUndef(count)
}

// modelRCL rotates bit by bit through the carry.
func modelRCL(n, count int, x, carry uint64) (r, mask, flags, undef uint64) {
	for range count {
		x, carry = x<<1&maskOf(n)|carry, x>>(n-1)
	}
	return x, cf | of, carry | set(of, highest(n, x) != (carry != 0)), ofUndef(count)
}

func modelRCR(n, count int, x, carry uint64) (r, mask, flags, undef uint64) {
	for range count {
		x, carry = x>>1|carry<<(n-1), x&1
	}
	return x, cf | of, carry | set(of, highest(n, x) != next(n, x)), ofUndef(count)
}

// do shifts by as much of the count as the CPU looks at.
func (h *shift) do(s *state, n int, count, x uint64) uint64 {
	c := int(count & 31)
	if n == 64 {
		c = int(count & 63)
	}
	if c == 0 {
		return x
	}
	r, mask, flags, undef := h.model(n, c, x, s.flags&cf)
	s.setFlags(mask, flags)
	s.undef = undef
	return r
}

func TestShifts(t *testing.T) {
	for _, h := range shifts {
		t.Run(h.name, func(t *testing.T) {
			count(t)
			var p picker
			for w, n := range widths {
				h.constant(t, &p, w, n)
				h.byCL(t, &p, w, n)
			}
		})
	}
}

func (h *shift) constant(t *testing.T, p *picker, w, n int) {
	for _, c := range []int32{0, 1, 2, 3, int32(n/2 - 1), int32(n / 2), int32(n - 2), int32(n - 1)} {
		dst, at := p.one(n, true), p.place()
		check(t, test{fmt.Sprintf("%s%d %d, %d", h.name, n, dst, c), 0, func(a *assembler) { h.ri[w](a, dst, c) }, func(s *state) {
			// A count of 0 is no shift, but 32 bits are written.
			s.setReg(n, dst, h.do(s, n, uint64(c), s.reg(n, dst)))
		}}, each(n, func(s *state, x uint64) { s.setReg(n, dst, x) })...)
		check(t, test{fmt.Sprintf("%s%d %v, %d", h.name, n, at.mem(), c), 0, func(a *assembler) { h.mi[w](a, at.mem(), c) }, func(s *state) {
			s.setAt(n, at.off, h.do(s, n, uint64(c), s.at(n, at.off)))
		}}, each(n, func(s *state, x uint64) { at.point(s); s.setAt(n, at.off, x) })...)
	}
}

func (h *shift) byCL(t *testing.T, p *picker, w, n int) {
	counts := func(put func(s *state, x uint64)) (inputs []func(*state)) {
		for c := range 256 {
			if c < 70 || c%13 == 0 {
				for _, x := range edges(n)[c%2:] {
					inputs = append(inputs, func(s *state) {
						s.flags = flagInputs[(c+int(x))%4&3]
						put(s, x)
						s.setReg(8, uint8(amd64.CL), uint64(c))
					})
				}
			}
		}
		return inputs
	}
	for range 4 {
		dst := p.one(n, true, uint8(amd64.RCX))
		check(t, test{fmt.Sprintf("%s%d %d, CL", h.name, n, dst), 0, func(a *assembler) { h.rCL[w](a, dst) }, func(s *state) {
			s.setReg(n, dst, h.do(s, n, s.reg(8, uint8(amd64.CL)), s.reg(n, dst)))
		}}, counts(func(s *state, x uint64) { s.setReg(n, dst, x) })...)
	}
	at := p.place(uint8(amd64.RCX))
	check(t, test{fmt.Sprintf("%s%d %v, CL", h.name, n, at.mem()), 0, func(a *assembler) { h.mCL[w](a, at.mem()) }, func(s *state) {
		s.setAt(n, at.off, h.do(s, n, s.reg(8, uint8(amd64.CL)), s.at(n, at.off)))
	}}, counts(func(s *state, x uint64) { at.point(s); s.setAt(n, at.off, x) })...)
}

// double is SHLD or SHRD in one width.
type double struct {
	n      int
	left   bool
	rri    func(a *assembler, dst, src, imm uint8)
	rrCL   regReg
	mri    func(a *assembler, dst amd64.Mem, src, imm uint8)
	mrCL   memReg
	common string
}

func rri[R ~uint8](f func(*assembler, R, R, uint8)) func(*assembler, uint8, uint8, uint8) {
	return func(a *assembler, dst, src, imm uint8) { f(a, R(dst), R(src), imm) }
}

func mri[R ~uint8](f func(*assembler, amd64.Mem, R, uint8)) func(*assembler, amd64.Mem, uint8, uint8) {
	return func(a *assembler, dst amd64.Mem, src, imm uint8) { f(a, dst, R(src), imm) }
}

var doubles = []double{
	{16, true, rri((*as).SHLDrri16), rr((*as).SHLDrrCL16), mri((*as).SHLDmri16), mr((*as).SHLDmrCL16), "SHLD"},
	{32, true, rri((*as).SHLDrri32), rr((*as).SHLDrrCL32), mri((*as).SHLDmri32), mr((*as).SHLDmrCL32), "SHLD"},
	{64, true, rri((*as).SHLDrri64), rr((*as).SHLDrrCL64), mri((*as).SHLDmri64), mr((*as).SHLDmrCL64), "SHLD"},
	{16, false, rri((*as).SHRDrri16), rr((*as).SHRDrrCL16), mri((*as).SHRDmri16), mr((*as).SHRDmrCL16), "SHRD"},
	{32, false, rri((*as).SHRDrri32), rr((*as).SHRDrrCL32), mri((*as).SHRDmri32), mr((*as).SHRDmrCL32), "SHRD"},
	{64, false, rri((*as).SHRDrri64), rr((*as).SHRDrrCL64), mri((*as).SHRDmri64), mr((*as).SHRDmrCL64), "SHRD"},
}

// do is for counts less than the width, of which the CPU says what they give.
func (d *double) do(s *state, count, x, y uint64) (r uint64) {
	c := int(count) & (max(d.n, 32) - 1)
	if c == 0 {
		return x
	}
	var carry uint64
	if d.left {
		r, carry = x<<c|y>>(d.n-c), x>>(d.n-c)&1
	} else {
		r, carry = x>>c|y<<(d.n-c), x>>(c-1)&1
	}
	r &= maskOf(d.n)
	s.setFlags(six, resultFlags(d.n, r)|carry|set(of, bits.Len64(r^x) == d.n))
	s.undef = af | ofUndef(c)
	return r
}

func TestDoubleShifts(t *testing.T) {
	count(t)
	var p picker
	for _, d := range doubles {
		for _, c := range []uint8{0, 1, 2, 7, uint8(d.n - 1)} {
			dst, src := p.two(d.n)
			at := p.place(src)
			check(t, test{fmt.Sprintf("%s%d %d, %d, %d", d.common, d.n, dst, src, c), 0, func(a *assembler) { d.rri(a, dst, src, c) }, func(s *state) {
				s.setReg(d.n, dst, d.do(s, uint64(c), s.reg(d.n, dst), s.reg(d.n, src)))
			}}, pairs(d.n, func(s *state, x, y uint64) { s.setReg(d.n, dst, x); s.setReg(d.n, src, y) })...)
			check(t, test{fmt.Sprintf("%s%d %v, %d, %d", d.common, d.n, at.mem(), src, c), 0, func(a *assembler) { d.mri(a, at.mem(), src, c) }, func(s *state) {
				s.setAt(d.n, at.off, d.do(s, uint64(c), s.at(d.n, at.off), s.reg(d.n, src)))
			}}, pairs(d.n, func(s *state, x, y uint64) { at.point(s); s.setAt(d.n, at.off, x); s.setReg(d.n, src, y) })...)
		}
		d.byCL(t, &p)
	}
}

func (d *double) byCL(t *testing.T, p *picker) {
	cl := uint8(amd64.RCX)
	dst := p.one(d.n, false, cl)
	src := p.one(d.n, false, cl, dst)
	at := p.place(cl, src)
	counts := func(put func(s *state, x, y uint64)) (inputs []func(*state)) {
		for c := range uint64(d.n) {
			for _, x := range edges(d.n) {
				inputs = append(inputs, func(s *state) {
					put(s, x, generator.Uint64()&maskOf(d.n))
					s.setReg(8, cl, c|generator.Uint64()&^uint64(max(d.n, 32)-1))
				})
			}
		}
		return inputs
	}
	check(t, test{fmt.Sprintf("%s%d %d, %d, CL", d.common, d.n, dst, src), 0, func(a *assembler) { d.rrCL(a, dst, src) }, func(s *state) {
		s.setReg(d.n, dst, d.do(s, s.reg(8, cl), s.reg(d.n, dst), s.reg(d.n, src)))
	}}, counts(func(s *state, x, y uint64) { s.setReg(d.n, dst, x); s.setReg(d.n, src, y) })...)
	check(t, test{fmt.Sprintf("%s%d %v, %d, CL", d.common, d.n, at.mem(), src), 0, func(a *assembler) { d.mrCL(a, at.mem(), src) }, func(s *state) {
		s.setAt(d.n, at.off, d.do(s, s.reg(8, cl), s.at(d.n, at.off), s.reg(d.n, src)))
	}}, counts(func(s *state, x, y uint64) { at.point(s); s.setAt(d.n, at.off, x); s.setReg(d.n, src, y) })...)
}
