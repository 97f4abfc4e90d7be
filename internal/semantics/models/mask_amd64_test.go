package models

import (
	"fmt"
	"testing"

	"github.com/wxjit/wxjit/asm/amd64"
)

// maskOps are the instructions on mask registers of one width.
type maskOps struct {
	n                             int
	needs, addNeeds               amd64.Features
	and, andn, or, xor, xnor, add func(a *assembler, dst, x, y amd64.K)
	not, move, orTest, test       func(a *assembler, x, y amd64.K)
	left, right                   func(a *assembler, dst, src amd64.K, imm uint8)
	fromMem                       func(a *assembler, dst amd64.K, src amd64.Mem)
	toMem                         func(a *assembler, dst amd64.Mem, src amd64.K)
	fromReg                       func(a *assembler, k, r uint8)
	toReg                         func(a *assembler, r, k uint8)
	unpack                        func(a *assembler, dst, x, y amd64.K) // two of half the width
	unpackNeeds                   amd64.Features
}

var maskWidths = []maskOps{
	{
		8, amd64.AVX512DQ, amd64.AVX512DQ, (*as).KANDBkkk, (*as).KANDNBkkk, (*as).KORBkkk, (*as).KXORBkkk, (*as).KXNORBkkk, (*as).KADDBkkk,
		(*as).KNOTBkk, (*as).KMOVBkk, (*as).KORTESTBkk, (*as).KTESTBkk, (*as).KSHIFTLBkki, (*as).KSHIFTRBkki,
		(*as).KMOVBkm8, (*as).KMOVBmk8, rr((*as).KMOVBkr32), rr((*as).KMOVBrk32), nil, 0,
	},
	{
		16, amd64.AVX512F, amd64.AVX512DQ, (*as).KANDWkkk, (*as).KANDNWkkk, (*as).KORWkkk, (*as).KXORWkkk, (*as).KXNORWkkk, (*as).KADDWkkk,
		(*as).KNOTWkk, (*as).KMOVWkk, (*as).KORTESTWkk, (*as).KTESTWkk, (*as).KSHIFTLWkki, (*as).KSHIFTRWkki,
		(*as).KMOVWkm16, (*as).KMOVWmk16, rr((*as).KMOVWkr32), rr((*as).KMOVWrk32), (*as).KUNPCKBWkkk, amd64.AVX512F,
	},
	{
		32, amd64.AVX512BW, amd64.AVX512BW, (*as).KANDDkkk, (*as).KANDNDkkk, (*as).KORDkkk, (*as).KXORDkkk, (*as).KXNORDkkk, (*as).KADDDkkk,
		(*as).KNOTDkk, (*as).KMOVDkk, (*as).KORTESTDkk, (*as).KTESTDkk, (*as).KSHIFTLDkki, (*as).KSHIFTRDkki,
		(*as).KMOVDkm32, (*as).KMOVDmk32, rr((*as).KMOVDkr32), rr((*as).KMOVDrk32), (*as).KUNPCKWDkkk, amd64.AVX512BW,
	},
	{
		64, amd64.AVX512BW, amd64.AVX512BW, (*as).KANDQkkk, (*as).KANDNQkkk, (*as).KORQkkk, (*as).KXORQkkk, (*as).KXNORQkkk, (*as).KADDQkkk,
		(*as).KNOTQkk, (*as).KMOVQkk, (*as).KORTESTQkk, (*as).KTESTQkk, (*as).KSHIFTLQkki, (*as).KSHIFTRQkki,
		(*as).KMOVQkm64, (*as).KMOVQmk64, rr((*as).KMOVQkr64), rr((*as).KMOVQrk64), (*as).KUNPCKDQkkk, amd64.AVX512BW,
	},
}

// kPairs makes inputs of masks: edges of n bits and whatever above.
func kPairs(n int, x, y amd64.K) (inputs []func(*state)) {
	return pairs(n, func(s *state, u, v uint64) {
		above := generator.Uint64() &^ maskOf(n) & maskBits()
		s.k[x], s.k[y] = u|above, v|above
	})
}

func TestMaskRegisters(t *testing.T) {
	for _, o := range maskWidths {
		t.Run(fmt.Sprint(o.n), func(t *testing.T) {
			count(t)
			o.logic(t)
			o.shifts(t)
			o.moves(t)
		})
	}
}

func (o *maskOps) logic(t *testing.T) {
	i := 0
	for _, c := range []struct {
		name  string
		needs amd64.Features
		code  func(a *assembler, dst, x, y amd64.K)
		model func(x, y uint64) uint64
	}{
		{"KAND", o.needs, o.and, func(x, y uint64) uint64 { return x & y }},
		{"KANDN", o.needs, o.andn, func(x, y uint64) uint64 { return ^x & y }},
		{"KOR", o.needs, o.or, func(x, y uint64) uint64 { return x | y }},
		{"KXOR", o.needs, o.xor, func(x, y uint64) uint64 { return x ^ y }},
		{"KXNOR", o.needs, o.xnor, func(x, y uint64) uint64 { return ^(x ^ y) }},
		{"KADD", o.addNeeds, o.add, func(x, y uint64) uint64 { return x + y }},
		{"KNOT", o.needs, func(a *assembler, dst, x, _ amd64.K) { o.not(a, dst, x) }, func(x, _ uint64) uint64 { return ^x }},
		{"KMOV", o.needs, func(a *assembler, dst, x, _ amd64.K) { o.move(a, dst, x) }, func(x, _ uint64) uint64 { return x }},
		{"KUNPCK", o.unpackNeeds, o.unpack, func(x, y uint64) uint64 { return x<<(o.n/2) | y&maskOf(o.n/2) }},
	} {
		if c.code == nil {
			continue
		}
		for range 3 {
			i++
			dst, x, y := amd64.K(i%8), amd64.K(i*3%8), amd64.K(i/2%8)
			check(t, test{fmt.Sprintf("%s%d %v, %v, %v", c.name, o.n, dst, x, y), c.needs, func(a *assembler) { c.code(a, dst, x, y) }, func(s *state) {
				s.k[dst] = c.model(s.k[x], s.k[y]) & maskOf(o.n)
			}}, kPairs(o.n, x, y)...)
		}
	}
	for i := range amd64.K(8) {
		x, y := i, i*5%8
		check(t, test{fmt.Sprintf("KORTEST%d %v, %v", o.n, x, y), o.needs, func(a *assembler) { o.orTest(a, x, y) }, func(s *state) {
			r := (s.k[x] | s.k[y]) & maskOf(o.n)
			s.setFlags(six, set(zf, r == 0)|set(cf, r == maskOf(o.n)))
		}}, kPairs(o.n, x, y)...)
		check(t, test{fmt.Sprintf("KTEST%d %v, %v", o.n, x, y), o.addNeeds, func(a *assembler) { o.test(a, x, y) }, func(s *state) {
			s.setFlags(six, set(zf, s.k[x]&s.k[y]&maskOf(o.n) == 0)|set(cf, ^s.k[x]&s.k[y]&maskOf(o.n) == 0))
		}}, kPairs(o.n, x, y)...)
	}
}

func (o *maskOps) shifts(t *testing.T) {
	for _, by := range []uint8{0, 1, 3, uint8(o.n - 1), uint8(o.n), 255} {
		dst, src := amd64.K(by%8), amd64.K(by*3%8)
		check(t, test{fmt.Sprintf("KSHIFTL%d %d", o.n, by), o.needs, func(a *assembler) { o.left(a, dst, src, by) }, func(s *state) {
			s.k[dst] = s.k[src] << by & maskOf(o.n)
		}}, kPairs(o.n, src, src)...)
		check(t, test{fmt.Sprintf("KSHIFTR%d %d", o.n, by), o.needs, func(a *assembler) { o.right(a, dst, src, by) }, func(s *state) {
			s.k[dst] = s.k[src] & maskOf(o.n) >> by
		}}, kPairs(o.n, src, src)...)
	}
}

func (o *maskOps) moves(t *testing.T) {
	var p picker
	for k := range amd64.K(8) {
		r, at := p.one(64, false), p.place()
		check(t, test{fmt.Sprintf("KMOV%d %v, %v", o.n, k, at.mem()), o.needs, func(a *assembler) { o.fromMem(a, k, at.mem()) }, func(s *state) {
			s.k[k] = s.at(o.n, at.off)
		}}, at.point)
		check(t, test{fmt.Sprintf("KMOV%d %v, %v", o.n, at.mem(), k), o.needs, func(a *assembler) { o.toMem(a, at.mem(), k) }, func(s *state) {
			s.setAt(o.n, at.off, s.k[k])
		}}, at.point)
		check(t, test{fmt.Sprintf("KMOV%d %v, %d", o.n, k, r), o.needs, func(a *assembler) { o.fromReg(a, uint8(k), r) }, func(s *state) {
			s.k[k] = s.gpr[r] & maskOf(o.n)
		}}, nothing)
		check(t, test{fmt.Sprintf("KMOV%d %d, %v", o.n, r, k), o.needs, func(a *assembler) { o.toReg(a, r, uint8(k)) }, func(s *state) {
			s.gpr[r] = s.k[k] & maskOf(o.n)
		}}, nothing)
	}
}
