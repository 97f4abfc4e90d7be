package models

import (
	"fmt"
	"math"
	"testing"

	"github.com/wxjit/wxjit/asm/amd64"
)

// tuple is an instruction with a mask whose source in memory is as long as it is: EVEX shortens the displacement by what
// Intel SDM Vol. 2A, "Compressed Displacement (disp8*N) Support in EVEX", calls the tuple.
type tuple struct {
	name    string
	needs   amd64.Features
	n, size int // of the destination and its elements, in bytes
	unit    int // N, what the instruction reads
	code    func(a *assembler, dst uint8, k amd64.Mask, m amd64.Mem)
	model   func(b []byte, i int) uint64 // element i
}

func km[R ~uint8](f func(*assembler, R, amd64.Mask, amd64.Mem)) func(*assembler, uint8, amd64.Mask, amd64.Mem) {
	return func(a *assembler, dst uint8, k amd64.Mask, m amd64.Mem) { f(a, R(dst), k, m) }
}

// repeat has elements of size bytes from the first unit bytes, again and again.
func repeat(size, unit int) func(b []byte, i int) uint64 {
	return func(b []byte, i int) uint64 { return lane(b, size, i%(unit/size)) }
}

// widen has elements of from bytes, extended.
func widen(from int, isSigned bool) func(b []byte, i int) uint64 {
	return func(b []byte, i int) uint64 {
		if isSigned {
			return uint64(signed(8*from, lane(b, from, i)))
		}
		return lane(b, from, i)
	}
}

const (
	f512 = amd64.AVX512F
	vl   = amd64.AVX512F | amd64.AVX512VL
	dq   = amd64.AVX512DQ
	bw   = amd64.AVX512BW
)

var tuples = []tuple{
	// Full: N is the whole.
	{"VMOVDQU8 x", vl | bw, 16, 1, 16, km((*as).VMOVDQU8xkm128), repeat(1, 16)},
	{"VMOVDQU16 y", vl | bw, 32, 2, 32, km((*as).VMOVDQU16ykm256), repeat(2, 32)},
	{"VMOVDQU32 z", f512, 64, 4, 64, km((*as).VMOVDQU32zkm512), repeat(4, 64)},
	{"VMOVDQU64 y", vl, 32, 8, 32, km((*as).VMOVDQU64ykm256), repeat(8, 32)},
	{"VMOVUPS z", f512, 64, 4, 64, km((*as).VMOVUPSzkm512), repeat(4, 64)},
	{"VMOVUPD x", vl, 16, 8, 16, km((*as).VMOVUPDxkm128), repeat(8, 16)},
	// One element, for all of them.
	{"VPBROADCASTB z", bw, 64, 1, 1, km((*as).VPBROADCASTBzkm8), repeat(1, 1)},
	{"VPBROADCASTW y", vl | bw, 32, 2, 2, km((*as).VPBROADCASTWykm16), repeat(2, 2)},
	{"VPBROADCASTD z", f512, 64, 4, 4, km((*as).VPBROADCASTDzkm32), repeat(4, 4)},
	{"VPBROADCASTQ x", vl, 16, 8, 8, km((*as).VPBROADCASTQxkm64), repeat(8, 8)},
	{"VBROADCASTSS z", f512, 64, 4, 4, km((*as).VBROADCASTSSzkm32), repeat(4, 4)},
	{"VBROADCASTSD y", vl, 32, 8, 8, km((*as).VBROADCASTSDykm64), repeat(8, 8)},
	// Several elements.
	{"VBROADCASTF32X2 z", dq, 64, 4, 8, km((*as).VBROADCASTF32X2zkm64), repeat(4, 8)},
	{"VBROADCASTI32X2 x", vl | dq, 16, 4, 8, km((*as).VBROADCASTI32X2xkm64), repeat(4, 8)},
	{"VBROADCASTF32X4 y", vl, 32, 4, 16, km((*as).VBROADCASTF32X4ykm128), repeat(4, 16)},
	{"VBROADCASTI32X4 z", f512, 64, 4, 16, km((*as).VBROADCASTI32X4zkm128), repeat(4, 16)},
	{"VBROADCASTF64X2 z", dq, 64, 8, 16, km((*as).VBROADCASTF64X2zkm128), repeat(8, 16)},
	{"VBROADCASTI32X8 z", dq, 64, 4, 32, km((*as).VBROADCASTI32X8zkm256), repeat(4, 32)},
	{"VBROADCASTF64X4 z", f512, 64, 8, 32, km((*as).VBROADCASTF64X4zkm256), repeat(8, 32)},
	// A half, a quarter, an eighth.
	{"VPMOVZXBW z", bw, 64, 2, 32, km((*as).VPMOVZXBWzkm256), widen(1, false)},
	{"VPMOVSXBW x", vl | bw, 16, 2, 8, km((*as).VPMOVSXBWxkm64), widen(1, true)},
	{"VPMOVZXBD z", f512, 64, 4, 16, km((*as).VPMOVZXBDzkm128), widen(1, false)},
	{"VPMOVSXBD x", vl, 16, 4, 4, km((*as).VPMOVSXBDxkm32), widen(1, true)},
	{"VPMOVZXBQ z", f512, 64, 8, 8, km((*as).VPMOVZXBQzkm64), widen(1, false)},
	{"VPMOVSXBQ y", vl, 32, 8, 4, km((*as).VPMOVSXBQykm32), widen(1, true)},
	{"VPMOVSXBQ x", vl, 16, 8, 2, km((*as).VPMOVSXBQxkm16), widen(1, true)},
	{"VPMOVSXWD y", vl, 32, 4, 16, km((*as).VPMOVSXWDykm128), widen(2, true)},
	{"VPMOVZXWQ z", f512, 64, 8, 16, km((*as).VPMOVZXWQzkm128), widen(2, false)},
	{"VPMOVSXDQ z", f512, 64, 8, 32, km((*as).VPMOVSXDQzkm256), widen(4, true)},
	{"VCVTDQ2PD z", f512, 64, 8, 32, km((*as).VCVTDQ2PDzkm256), func(b []byte, i int) uint64 {
		return math.Float64bits(float64(int32(lane(b, 4, i))))
	}},
	{"VCVTDQ2PD x", vl, 16, 8, 8, km((*as).VCVTDQ2PDxkm64), func(b []byte, i int) uint64 {
		return math.Float64bits(float64(int32(lane(b, 4, i))))
	}},
	{"VCVTDQ2PD y bcst", vl, 32, 8, 4, km((*as).VCVTDQ2PDykb32), func(b []byte, _ int) uint64 {
		return math.Float64bits(float64(int32(lane(b, 4, 0))))
	}},
	{"VCVTUDQ2PD z bcst", f512, 64, 8, 4, km((*as).VCVTUDQ2PDzkb32), func(b []byte, _ int) uint64 {
		return math.Float64bits(float64(uint32(lane(b, 4, 0))))
	}},
	{"VCVTQQ2PD z bcst", dq, 64, 8, 8, km((*as).VCVTQQ2PDzkb64), func(b []byte, _ int) uint64 {
		return math.Float64bits(float64(int64(lane(b, 8, 0))))
	}},
	{"VPABSD z bcst", f512, 64, 4, 4, km((*as).VPABSDzkb32), func(b []byte, _ int) uint64 {
		x := signed(32, lane(b, 4, 0))
		return uint64(max(x, -x))
	}},
	// MOVDDUP has a tuple of its own.
	{"VMOVDDUP x", vl, 16, 8, 8, km((*as).VMOVDDUPxkm64), repeat(8, 8)},
	{"VMOVDDUP y", vl, 32, 8, 32, km((*as).VMOVDDUPykm256), func(b []byte, i int) uint64 { return lane(b, 8, i&^1) }},
	{"VMOVDDUP z", f512, 64, 8, 64, km((*as).VMOVDDUPzkm512), func(b []byte, i int) uint64 { return lane(b, 8, i&^1) }},
}

func TestLoads(t *testing.T) {
	count(t)
	var p picker
	for _, c := range tuples {
		for i, disp := range compressed(c.unit) {
			for range 3 {
				dst, k, at := p.vectorOf(32), p.mask(), p.place()
				at.disp = disp
				if i == 0 {
					k = amd64.NoMask
				}
				check(t, test{fmt.Sprintf("%s %d, %#x, %v", c.name, dst, uint8(k), at.mem()), c.needs, func(a *assembler) { c.code(a, dst, k, at.mem()) }, func(s *state) {
					s.writeMasked(dst, k, c.n, c.size, lanesOf(c.n, c.size, func(i int) uint64 { return c.model(s.mem[at.off:], i) }))
				}}, filled(4, c.size, false, at.point)...)
			}
		}
	}
}

// storing is a masked store of the n bytes in elements of size bytes, each cut to to bytes by the model.
type storing struct {
	name        string
	needs       amd64.Features
	n, size, to int
	code        func(a *assembler, m amd64.Mem, k amd64.K, src uint8)
	model       func(x uint64) uint64
}

func mk[R ~uint8](f func(*assembler, amd64.Mem, amd64.K, R)) func(*assembler, amd64.Mem, amd64.K, uint8) {
	return func(a *assembler, m amd64.Mem, k amd64.K, src uint8) { f(a, m, k, R(src)) }
}

func same(x uint64) uint64 { return x }

// clamp keeps a number of from bits within one of to bits, with a sign or without.
func clamp(from, to int, isSigned bool) func(x uint64) uint64 {
	return func(x uint64) uint64 {
		if isSigned {
			return uint64(min(max(signed(from, x), -1<<(to-1)), 1<<(to-1)-1))
		}
		return min(x, maskOf(to))
	}
}

var storings = []storing{
	{"VMOVDQU8 z", bw, 64, 1, 1, mk((*as).VMOVDQU8mkz512), same},
	{"VMOVDQU8 x", vl | bw, 16, 1, 1, mk((*as).VMOVDQU8mkx128), same},
	{"VMOVDQU16 y", vl | bw, 32, 2, 2, mk((*as).VMOVDQU16mky256), same},
	{"VMOVDQU32 z", f512, 64, 4, 4, mk((*as).VMOVDQU32mkz512), same},
	{"VMOVUPD y", vl, 32, 8, 8, mk((*as).VMOVUPDmky256), same},
	{"VPMOVWB z", bw, 64, 2, 1, mk((*as).VPMOVWBmkz256), same},
	{"VPMOVDB z", f512, 64, 4, 1, mk((*as).VPMOVDBmkz128), same},
	{"VPMOVDB x", vl, 16, 4, 1, mk((*as).VPMOVDBmkx32), same},
	{"VPMOVQB y", vl, 32, 8, 1, mk((*as).VPMOVQBmky32), same},
	{"VPMOVQB x", vl, 16, 8, 1, mk((*as).VPMOVQBmkx16), same},
	{"VPMOVQW z", f512, 64, 8, 2, mk((*as).VPMOVQWmkz128), same},
	{"VPMOVSDB z", f512, 64, 4, 1, mk((*as).VPMOVSDBmkz128), clamp(32, 8, true)},
	{"VPMOVUSQD y", vl, 32, 8, 4, mk((*as).VPMOVUSQDmky128), clamp(64, 32, false)},
	{"VPMOVSQW x", vl, 16, 8, 2, mk((*as).VPMOVSQWmkx32), clamp(64, 16, true)},
	{"VPMOVUSDW z", f512, 64, 4, 2, mk((*as).VPMOVUSDWmkz256), clamp(32, 16, false)},
}

func TestStoresMasked(t *testing.T) {
	count(t)
	var p picker
	for _, c := range storings {
		for i, disp := range compressed(c.n / c.size * c.to) {
			for range 2 {
				k, src, at := amd64.K(p.n%8), p.vectorOf(32), p.place()
				at.disp = disp
				if i == 0 {
					k = 0
				}
				check(t, test{fmt.Sprintf("%s %v {%v}, %d", c.name, at.mem(), k, src), c.needs, func(a *assembler) { c.code(a, at.mem(), k, src) }, func(s *state) {
					for i := range c.n / c.size {
						if k == 0 || s.k[k]>>i&1 != 0 {
							setLane(s.mem[at.off:], c.to, i, c.model(lane(s.v[src][:], c.size, i)))
						}
					}
				}}, filled(4, c.size, false, at.point)...)
			}
		}
	}
}
