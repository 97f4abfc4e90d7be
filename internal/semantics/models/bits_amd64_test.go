package models

import (
	"fmt"
	"hash/crc32"
	"math/bits"
	"testing"

	"github.com/wxjit/wxjit/asm/amd64"
)

// bitOp is BT, BTS, BTR or BTC.
type bitOp struct {
	name string
	do   func(x, bit uint64) uint64
	rr   four[regReg]
	ri   four[regImm]
	mr   four[memReg]
	mi   four[memImm]
}

var bitOps = []bitOp{
	{
		"BT", func(x, _ uint64) uint64 { return x },
		four[regReg]{nil, rr((*as).BTrr16), rr((*as).BTrr32), rr((*as).BTrr64)},
		four[regImm]{nil, ri((*as).BTri16), ri((*as).BTri32), ri((*as).BTri64)},
		four[memReg]{nil, mr((*as).BTmr16), mr((*as).BTmr32), mr((*as).BTmr64)},
		four[memImm]{nil, mi((*as).BTmi16), mi((*as).BTmi32), mi((*as).BTmi64)},
	},
	{
		"BTS", func(x, bit uint64) uint64 { return x | bit },
		four[regReg]{nil, rr((*as).BTSrr16), rr((*as).BTSrr32), rr((*as).BTSrr64)},
		four[regImm]{nil, ri((*as).BTSri16), ri((*as).BTSri32), ri((*as).BTSri64)},
		four[memReg]{nil, mr((*as).BTSmr16), mr((*as).BTSmr32), mr((*as).BTSmr64)},
		four[memImm]{nil, mi((*as).BTSmi16), mi((*as).BTSmi32), mi((*as).BTSmi64)},
	},
	{
		"BTR", func(x, bit uint64) uint64 { return x &^ bit },
		four[regReg]{nil, rr((*as).BTRrr16), rr((*as).BTRrr32), rr((*as).BTRrr64)},
		four[regImm]{nil, ri((*as).BTRri16), ri((*as).BTRri32), ri((*as).BTRri64)},
		four[memReg]{nil, mr((*as).BTRmr16), mr((*as).BTRmr32), mr((*as).BTRmr64)},
		four[memImm]{nil, mi((*as).BTRmi16), mi((*as).BTRmi32), mi((*as).BTRmi64)},
	},
	{
		"BTC", func(x, bit uint64) uint64 { return x ^ bit },
		four[regReg]{nil, rr((*as).BTCrr16), rr((*as).BTCrr32), rr((*as).BTCrr64)},
		four[regImm]{nil, ri((*as).BTCri16), ri((*as).BTCri32), ri((*as).BTCri64)},
		four[memReg]{nil, mr((*as).BTCmr16), mr((*as).BTCmr32), mr((*as).BTCmr64)},
		four[memImm]{nil, mi((*as).BTCmi16), mi((*as).BTCmi32), mi((*as).BTCmi64)},
	},
}

// run changes bit i of x and sets CF to what it was. ZF stays.
func (b *bitOp) run(s *state, n int, x, i uint64) uint64 {
	i %= uint64(n)
	s.setFlags(cf, x>>i&1)
	s.undef = six &^ (cf | zf)
	return b.do(x, 1<<i)
}

func TestBitOps(t *testing.T) {
	count(t)
	var p picker
	for _, b := range bitOps {
		for w, n := range widths {
			if n == 8 {
				continue
			}
			dst, src := p.two(n)
			check(t, test{fmt.Sprintf("%s%d %d, %d", b.name, n, dst, src), 0, func(a *assembler) { b.rr[w](a, dst, src) }, func(s *state) {
				i := s.reg(n, src)
				if r := b.run(s, n, s.reg(n, dst), i); b.name != "BT" {
					s.setReg(n, dst, r)
				}
			}}, pairs(n, func(s *state, x, y uint64) { s.setReg(n, dst, x); s.setReg(n, src, y) })...)
			for _, i := range []int32{0, 1, 7, int32(n / 2), int32(n - 1)} {
				dst, at := p.one(n, false), p.place()
				check(t, test{fmt.Sprintf("%s%d %d, %d", b.name, n, dst, i), 0, func(a *assembler) { b.ri[w](a, dst, i) }, func(s *state) {
					if r := b.run(s, n, s.reg(n, dst), uint64(i)); b.name != "BT" {
						s.setReg(n, dst, r)
					}
				}}, each(n, func(s *state, x uint64) { s.setReg(n, dst, x) })...)
				check(t, test{fmt.Sprintf("%s%d %v, %d", b.name, n, at.mem(), i), 0, func(a *assembler) { b.mi[w](a, at.mem(), i) }, func(s *state) {
					s.setAt(n, at.off, b.run(s, n, s.at(n, at.off), uint64(i)))
				}}, each(n, func(s *state, x uint64) { at.point(s); s.setAt(n, at.off, x) })...)
			}
			b.string(t, &p, w, n)
		}
	}
}

// string has the form whose bit lies anywhere around the address.
func (b *bitOp) string(t *testing.T, p *picker, w, n int) {
	src := p.one(n, false)
	at := p.place(src)
	at.off = memSize / 2
	var inputs []func(*state)
	for i := -3000; i < 3000; i += 37 {
		inputs = append(inputs, func(s *state) { at.point(s); s.setReg(n, src, uint64(i)) })
	}
	check(t, test{fmt.Sprintf("%s%d %v, %d", b.name, n, at.mem(), src), 0, func(a *assembler) { b.mr[w](a, at.mem(), src) }, func(s *state) {
		i := signed(n, s.reg(n, src))
		off := at.off + int(i)&^(n-1)/8
		s.setAt(n, off, b.run(s, n, s.at(n, off), uint64(i)&uint64(n-1)))
	}}, inputs...)
}

// unaryOp makes a result from one operand, in three widths.
type unaryOp struct {
	name  string
	needs amd64.Features
	// model gives the result, the flags it sets by mask, and those that are undefined; ok tells that it writes the result.
	model func(n int, x uint64) (r, mask, flags, undef uint64, ok bool)
	rr    four[regReg]
	rm    four[regMem]
}

var unaryOps = []unaryOp{
	{
		"BSF", 0, func(_ int, x uint64) (r, mask, flags, undef uint64, ok bool) {
			return uint64(bits.TrailingZeros64(x)), zf, set(zf, x == 0), six &^ zf, x != 0
		}, four[regReg]{nil, rr((*as).BSFrr16), rr((*as).BSFrr32), rr((*as).BSFrr64)}, four[regMem]{nil, rm((*as).BSFrm16), rm((*as).BSFrm32), rm((*as).BSFrm64)},
	},
	{
		"BSR", 0, func(_ int, x uint64) (r, mask, flags, undef uint64, ok bool) {
			return uint64(bits.Len64(x) - 1), zf, set(zf, x == 0), six &^ zf, x != 0
		}, four[regReg]{nil, rr((*as).BSRrr16), rr((*as).BSRrr32), rr((*as).BSRrr64)}, four[regMem]{nil, rm((*as).BSRrm16), rm((*as).BSRrm32), rm((*as).BSRrm64)},
	},
	{
		"TZCNT", amd64.BMI1, func(n int, x uint64) (r, mask, flags, undef uint64, ok bool) {
			r = uint64(min(bits.TrailingZeros64(x), n))
			return r, zf | cf, set(zf, r == 0) | set(cf, x == 0), six &^ (zf | cf), true
		},
		four[regReg]{nil, rr((*as).TZCNTrr16), rr((*as).TZCNTrr32), rr((*as).TZCNTrr64)},
		four[regMem]{nil, rm((*as).TZCNTrm16), rm((*as).TZCNTrm32), rm((*as).TZCNTrm64)},
	},
	{
		"LZCNT", amd64.LZCNT, func(n int, x uint64) (r, mask, flags, undef uint64, ok bool) {
			r = uint64(n - bits.Len64(x))
			return r, zf | cf, set(zf, r == 0) | set(cf, x == 0), six &^ (zf | cf), true
		},
		four[regReg]{nil, rr((*as).LZCNTrr16), rr((*as).LZCNTrr32), rr((*as).LZCNTrr64)},
		four[regMem]{nil, rm((*as).LZCNTrm16), rm((*as).LZCNTrm32), rm((*as).LZCNTrm64)},
	},
	{
		"POPCNT", amd64.POPCNT, func(_ int, x uint64) (r, mask, flags, undef uint64, ok bool) {
			return uint64(bits.OnesCount64(x)), six, set(zf, x == 0), 0, true
		},
		four[regReg]{nil, rr((*as).POPCNTrr16), rr((*as).POPCNTrr32), rr((*as).POPCNTrr64)},
		four[regMem]{nil, rm((*as).POPCNTrm16), rm((*as).POPCNTrm32), rm((*as).POPCNTrm64)},
	},
	{
		"BLSI", amd64.BMI1, func(n int, x uint64) (r, mask, flags, undef uint64, ok bool) {
			return x & -x, six, resultFlags(n, x&-x) | set(cf, x != 0), af | pf, true
		}, four[regReg]{2: rr((*as).BLSIrr32), 3: rr((*as).BLSIrr64)}, four[regMem]{2: rm((*as).BLSIrm32), 3: rm((*as).BLSIrm64)},
	},
	{
		"BLSR", amd64.BMI1, func(n int, x uint64) (r, mask, flags, undef uint64, ok bool) {
			return x & (x - 1), six, resultFlags(n, x&(x-1)) | set(cf, x == 0), af | pf, true
		}, four[regReg]{2: rr((*as).BLSRrr32), 3: rr((*as).BLSRrr64)}, four[regMem]{2: rm((*as).BLSRrm32), 3: rm((*as).BLSRrm64)},
	},
	{
		"BLSMSK", amd64.BMI1, func(n int, x uint64) (r, mask, flags, undef uint64, ok bool) {
			return x ^ (x - 1), six, resultFlags(n, x^(x-1))&sf | set(cf, x == 0), af | pf, true
		}, four[regReg]{2: rr((*as).BLSMSKrr32), 3: rr((*as).BLSMSKrr64)}, four[regMem]{2: rm((*as).BLSMSKrm32), 3: rm((*as).BLSMSKrm64)},
	},
	{
		"MOVBE", amd64.MOVBE, func(n int, x uint64) (r, mask, flags, undef uint64, ok bool) {
			return bits.ReverseBytes64(x) >> (64 - n), 0, 0, 0, true
		}, four[regReg]{}, four[regMem]{nil, rm((*as).MOVBErm16), rm((*as).MOVBErm32), rm((*as).MOVBErm64)},
	},
}

func TestBitCounts(t *testing.T) {
	count(t)
	var p picker
	for _, u := range unaryOps {
		for w, n := range widths {
			do := func(s *state, dst uint8, x uint64) {
				r, mask, flags, undef, ok := u.model(n, x)
				s.setFlags(mask, flags)
				s.undef = undef
				if ok {
					s.setReg(n, dst, r)
				}
			}
			inputs := func(put func(s *state, x uint64)) []func(*state) {
				all := each(n, put)
				for i := range n {
					all = append(all, func(s *state) { put(s, 1<<i) }, func(s *state) { put(s, generator.Uint64()&maskOf(n)>>i) })
				}
				return all
			}
			dst, src := p.two(n)
			at := p.place()
			if u.rr[w] != nil {
				check(t, test{fmt.Sprintf("%s%d %d, %d", u.name, n, dst, src), u.needs, func(a *assembler) { u.rr[w](a, dst, src) }, func(s *state) {
					do(s, dst, s.reg(n, src))
				}}, inputs(func(s *state, x uint64) { s.gpr[dst] &= maskOf(32); s.setReg(n, src, x) })...)
			}
			if u.rm[w] != nil {
				check(t, test{fmt.Sprintf("%s%d %d, %v", u.name, n, dst, at.mem()), u.needs, func(a *assembler) { u.rm[w](a, dst, at.mem()) }, func(s *state) {
					do(s, dst, s.at(n, at.off))
				}}, inputs(func(s *state, x uint64) { s.gpr[dst] &= maskOf(32); at.point(s); s.setAt(n, at.off, x) })...)
			}
		}
	}
}

// TestCRC32 compares with the standard library, whose checksum is inverted before and after.
func TestCRC32(t *testing.T) {
	count(t)
	table := crc32.MakeTable(crc32.Castagnoli)
	var p picker
	for _, c := range []struct {
		n  int
		rr regReg
		rm regMem
	}{
		{8, rr((*as).CRC32r32r8), rm((*as).CRC32r32m8)},
		{16, rr((*as).CRC32r32r16), rm((*as).CRC32r32m16)},
		{32, rr((*as).CRC32rr32), rm((*as).CRC32rm32)},
		{64, rr((*as).CRC32rr64), rm((*as).CRC32rm64)},
		{8, rr((*as).CRC32r64r8), rm((*as).CRC32r64m8)},
	} {
		dst := p.one(64, false)
		src := p.one(64, false, dst)
		at := p.place(dst)
		sum := func(s *state, x uint64) {
			var b [8]byte
			for i := range b {
				b[i] = byte(x >> (8 * i))
			}
			s.gpr[dst] = uint64(^crc32.Update(^uint32(s.gpr[dst]), table, b[:c.n/8]))
		}
		check(t, test{fmt.Sprintf("CRC32 %d", c.n), amd64.SSE42, func(a *assembler) { c.rr(a, dst, src) }, func(s *state) {
			sum(s, s.reg(c.n, src))
		}}, each(c.n, func(s *state, x uint64) { s.setReg(c.n, src, x) })...)
		check(t, test{fmt.Sprintf("CRC32 m%d", c.n), amd64.SSE42, func(a *assembler) { c.rm(a, dst, at.mem()) }, func(s *state) {
			sum(s, s.at(c.n, at.off))
		}}, each(c.n, func(s *state, x uint64) { at.point(s); s.setAt(c.n, at.off, x) })...)
	}
}
