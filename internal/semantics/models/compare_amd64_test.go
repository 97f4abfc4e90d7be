package models

import (
	"fmt"
	"math"
	"testing"

	"github.com/wxjit/wxjit/asm/amd64"
)

// comparison is one into a mask register, of vectors in the three lengths.
type comparison struct {
	name    string
	size    int
	isFloat bool
	needs   amd64.Features
	model   func(size int, x, y uint64, imm uint8) bool
	rr      [3]func(a *assembler, dst, k amd64.K, x, y, imm uint8)
	rm      [3]func(a *assembler, dst, k amd64.K, x uint8, y amd64.Mem, imm uint8)
	rb      [3]func(a *assembler, dst, k amd64.K, x uint8, y amd64.Mem, imm uint8)
	imms    int
}

func cmpRR[R ~uint8](f func(*assembler, amd64.K, amd64.K, R, R, uint8)) func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8) {
	return func(a *assembler, dst, k amd64.K, x, y, imm uint8) { f(a, dst, k, R(x), R(y), imm) }
}

func cmpRM[R ~uint8](f func(*assembler, amd64.K, amd64.K, R, amd64.Mem, uint8)) func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8) {
	return func(a *assembler, dst, k amd64.K, x uint8, y amd64.Mem, imm uint8) { f(a, dst, k, R(x), y, imm) }
}

func testRR[R ~uint8](f func(*assembler, amd64.K, amd64.K, R, R)) func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8) {
	return func(a *assembler, dst, k amd64.K, x, y, _ uint8) { f(a, dst, k, R(x), R(y)) }
}

func testRM[R ~uint8](f func(*assembler, amd64.K, amd64.K, R, amd64.Mem)) func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8) {
	return func(a *assembler, dst, k amd64.K, x uint8, y amd64.Mem, _ uint8) { f(a, dst, k, R(x), y) }
}

// ordered makes the eight predicates of VPCMP and VPCMPU from less and equal.
func ordered(less, equal bool, imm uint8) bool {
	return [8]bool{equal, less, less || equal, false, !equal, !less, !less && !equal, true}[imm]
}

func compareSigned(size int, x, y uint64, imm uint8) bool {
	return ordered(signed(8*size, x) < signed(8*size, y), x == y, imm)
}

func compareUnsigned(_ int, x, y uint64, imm uint8) bool { return ordered(x < y, x == y, imm) }

// compareFloats has the 32 predicates of VCMPPS, which are 16 but for the exceptions: Intel SDM Vol. 2A, "CMPPD", table
// of comparison predicates.
func compareFloats(size int, x, y uint64, imm uint8) bool {
	u, v := toFloat(size, x), toFloat(size, y)
	unordered := math.IsNaN(u) || math.IsNaN(v)
	switch imm % 16 {
	case 3:
		return unordered
	case 7:
		return !unordered
	case 11, 15: // false and true
		return imm%16 == 15
	case 8: // equal or unordered
		return u == v || unordered
	case 12: // not equal, ordered
		return u != v && !unordered
	case 9: // not greater or equal
		return !(u >= v)
	case 10: // not greater
		return !(u > v)
	case 13:
		return u >= v
	case 14:
		return u > v
	}
	return [8]bool{u == v, u < v, u <= v, false, u != v, !(u < v), !(u <= v), false}[imm%16]
}

var comparisons = []comparison{
	{
		"VPCMPB", 1, false, amd64.AVX512BW, compareSigned,
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){cmpRR((*as).VPCMPBkkxxi), cmpRR((*as).VPCMPBkkyyi), cmpRR((*as).VPCMPBkkzzi)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){cmpRM((*as).VPCMPBkkxmi128), cmpRM((*as).VPCMPBkkymi256), cmpRM((*as).VPCMPBkkzmi512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){},
		8,
	},
	{
		"VPCMPUB", 1, false, amd64.AVX512BW, compareUnsigned,
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){cmpRR((*as).VPCMPUBkkxxi), cmpRR((*as).VPCMPUBkkyyi), cmpRR((*as).VPCMPUBkkzzi)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){cmpRM((*as).VPCMPUBkkxmi128), cmpRM((*as).VPCMPUBkkymi256), cmpRM((*as).VPCMPUBkkzmi512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){},
		8,
	},
	{
		"VPCMPEQB", 1, false, amd64.AVX512BW, func(_ int, x, y uint64, _ uint8) bool { return x == y },
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){testRR((*as).VPCMPEQBkkxx), testRR((*as).VPCMPEQBkkyy), testRR((*as).VPCMPEQBkkzz)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPCMPEQBkkxm128), testRM((*as).VPCMPEQBkkym256), testRM((*as).VPCMPEQBkkzm512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){},
		1,
	},
	{
		"VPCMPGTB", 1, false, amd64.AVX512BW, func(size int, x, y uint64, _ uint8) bool { return signed(8*size, x) > signed(8*size, y) },
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){testRR((*as).VPCMPGTBkkxx), testRR((*as).VPCMPGTBkkyy), testRR((*as).VPCMPGTBkkzz)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPCMPGTBkkxm128), testRM((*as).VPCMPGTBkkym256), testRM((*as).VPCMPGTBkkzm512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){},
		1,
	},
	{
		"VPTESTMB", 1, false, amd64.AVX512BW, func(_ int, x, y uint64, _ uint8) bool { return x&y != 0 },
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){testRR((*as).VPTESTMBkkxx), testRR((*as).VPTESTMBkkyy), testRR((*as).VPTESTMBkkzz)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPTESTMBkkxm128), testRM((*as).VPTESTMBkkym256), testRM((*as).VPTESTMBkkzm512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){},
		1,
	},
	{
		"VPTESTNMB", 1, false, amd64.AVX512BW, func(_ int, x, y uint64, _ uint8) bool { return x&y == 0 },
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){testRR((*as).VPTESTNMBkkxx), testRR((*as).VPTESTNMBkkyy), testRR((*as).VPTESTNMBkkzz)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPTESTNMBkkxm128), testRM((*as).VPTESTNMBkkym256), testRM((*as).VPTESTNMBkkzm512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){},
		1,
	},
	{
		"VPCMPW", 2, false, amd64.AVX512BW, compareSigned,
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){cmpRR((*as).VPCMPWkkxxi), cmpRR((*as).VPCMPWkkyyi), cmpRR((*as).VPCMPWkkzzi)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){cmpRM((*as).VPCMPWkkxmi128), cmpRM((*as).VPCMPWkkymi256), cmpRM((*as).VPCMPWkkzmi512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){},
		8,
	},
	{
		"VPCMPUW", 2, false, amd64.AVX512BW, compareUnsigned,
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){cmpRR((*as).VPCMPUWkkxxi), cmpRR((*as).VPCMPUWkkyyi), cmpRR((*as).VPCMPUWkkzzi)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){cmpRM((*as).VPCMPUWkkxmi128), cmpRM((*as).VPCMPUWkkymi256), cmpRM((*as).VPCMPUWkkzmi512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){},
		8,
	},
	{
		"VPCMPEQW", 2, false, amd64.AVX512BW, func(_ int, x, y uint64, _ uint8) bool { return x == y },
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){testRR((*as).VPCMPEQWkkxx), testRR((*as).VPCMPEQWkkyy), testRR((*as).VPCMPEQWkkzz)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPCMPEQWkkxm128), testRM((*as).VPCMPEQWkkym256), testRM((*as).VPCMPEQWkkzm512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){},
		1,
	},
	{
		"VPCMPGTW", 2, false, amd64.AVX512BW, func(size int, x, y uint64, _ uint8) bool { return signed(8*size, x) > signed(8*size, y) },
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){testRR((*as).VPCMPGTWkkxx), testRR((*as).VPCMPGTWkkyy), testRR((*as).VPCMPGTWkkzz)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPCMPGTWkkxm128), testRM((*as).VPCMPGTWkkym256), testRM((*as).VPCMPGTWkkzm512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){},
		1,
	},
	{
		"VPTESTMW", 2, false, amd64.AVX512BW, func(_ int, x, y uint64, _ uint8) bool { return x&y != 0 },
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){testRR((*as).VPTESTMWkkxx), testRR((*as).VPTESTMWkkyy), testRR((*as).VPTESTMWkkzz)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPTESTMWkkxm128), testRM((*as).VPTESTMWkkym256), testRM((*as).VPTESTMWkkzm512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){},
		1,
	},
	{
		"VPTESTNMW", 2, false, amd64.AVX512BW, func(_ int, x, y uint64, _ uint8) bool { return x&y == 0 },
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){testRR((*as).VPTESTNMWkkxx), testRR((*as).VPTESTNMWkkyy), testRR((*as).VPTESTNMWkkzz)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPTESTNMWkkxm128), testRM((*as).VPTESTNMWkkym256), testRM((*as).VPTESTNMWkkzm512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){},
		1,
	},
	{
		"VPCMPD", 4, false, amd64.AVX512F, compareSigned,
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){cmpRR((*as).VPCMPDkkxxi), cmpRR((*as).VPCMPDkkyyi), cmpRR((*as).VPCMPDkkzzi)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){cmpRM((*as).VPCMPDkkxmi128), cmpRM((*as).VPCMPDkkymi256), cmpRM((*as).VPCMPDkkzmi512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){cmpRM((*as).VPCMPDkkxbi32), cmpRM((*as).VPCMPDkkybi32), cmpRM((*as).VPCMPDkkzbi32)},
		8,
	},
	{
		"VPCMPUD", 4, false, amd64.AVX512F, compareUnsigned,
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){cmpRR((*as).VPCMPUDkkxxi), cmpRR((*as).VPCMPUDkkyyi), cmpRR((*as).VPCMPUDkkzzi)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){cmpRM((*as).VPCMPUDkkxmi128), cmpRM((*as).VPCMPUDkkymi256), cmpRM((*as).VPCMPUDkkzmi512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){cmpRM((*as).VPCMPUDkkxbi32), cmpRM((*as).VPCMPUDkkybi32), cmpRM((*as).VPCMPUDkkzbi32)},
		8,
	},
	{
		"VPCMPEQD", 4, false, amd64.AVX512F, func(_ int, x, y uint64, _ uint8) bool { return x == y },
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){testRR((*as).VPCMPEQDkkxx), testRR((*as).VPCMPEQDkkyy), testRR((*as).VPCMPEQDkkzz)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPCMPEQDkkxm128), testRM((*as).VPCMPEQDkkym256), testRM((*as).VPCMPEQDkkzm512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPCMPEQDkkxb32), testRM((*as).VPCMPEQDkkyb32), testRM((*as).VPCMPEQDkkzb32)},
		1,
	},
	{
		"VPCMPGTD", 4, false, amd64.AVX512F, func(size int, x, y uint64, _ uint8) bool { return signed(8*size, x) > signed(8*size, y) },
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){testRR((*as).VPCMPGTDkkxx), testRR((*as).VPCMPGTDkkyy), testRR((*as).VPCMPGTDkkzz)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPCMPGTDkkxm128), testRM((*as).VPCMPGTDkkym256), testRM((*as).VPCMPGTDkkzm512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPCMPGTDkkxb32), testRM((*as).VPCMPGTDkkyb32), testRM((*as).VPCMPGTDkkzb32)},
		1,
	},
	{
		"VPTESTMD", 4, false, amd64.AVX512F, func(_ int, x, y uint64, _ uint8) bool { return x&y != 0 },
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){testRR((*as).VPTESTMDkkxx), testRR((*as).VPTESTMDkkyy), testRR((*as).VPTESTMDkkzz)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPTESTMDkkxm128), testRM((*as).VPTESTMDkkym256), testRM((*as).VPTESTMDkkzm512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPTESTMDkkxb32), testRM((*as).VPTESTMDkkyb32), testRM((*as).VPTESTMDkkzb32)},
		1,
	},
	{
		"VPTESTNMD", 4, false, amd64.AVX512F, func(_ int, x, y uint64, _ uint8) bool { return x&y == 0 },
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){testRR((*as).VPTESTNMDkkxx), testRR((*as).VPTESTNMDkkyy), testRR((*as).VPTESTNMDkkzz)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPTESTNMDkkxm128), testRM((*as).VPTESTNMDkkym256), testRM((*as).VPTESTNMDkkzm512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPTESTNMDkkxb32), testRM((*as).VPTESTNMDkkyb32), testRM((*as).VPTESTNMDkkzb32)},
		1,
	},
	{
		"VPCMPQ", 8, false, amd64.AVX512F, compareSigned,
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){cmpRR((*as).VPCMPQkkxxi), cmpRR((*as).VPCMPQkkyyi), cmpRR((*as).VPCMPQkkzzi)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){cmpRM((*as).VPCMPQkkxmi128), cmpRM((*as).VPCMPQkkymi256), cmpRM((*as).VPCMPQkkzmi512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){cmpRM((*as).VPCMPQkkxbi64), cmpRM((*as).VPCMPQkkybi64), cmpRM((*as).VPCMPQkkzbi64)},
		8,
	},
	{
		"VPCMPUQ", 8, false, amd64.AVX512F, compareUnsigned,
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){cmpRR((*as).VPCMPUQkkxxi), cmpRR((*as).VPCMPUQkkyyi), cmpRR((*as).VPCMPUQkkzzi)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){cmpRM((*as).VPCMPUQkkxmi128), cmpRM((*as).VPCMPUQkkymi256), cmpRM((*as).VPCMPUQkkzmi512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){cmpRM((*as).VPCMPUQkkxbi64), cmpRM((*as).VPCMPUQkkybi64), cmpRM((*as).VPCMPUQkkzbi64)},
		8,
	},
	{
		"VPCMPEQQ", 8, false, amd64.AVX512F, func(_ int, x, y uint64, _ uint8) bool { return x == y },
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){testRR((*as).VPCMPEQQkkxx), testRR((*as).VPCMPEQQkkyy), testRR((*as).VPCMPEQQkkzz)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPCMPEQQkkxm128), testRM((*as).VPCMPEQQkkym256), testRM((*as).VPCMPEQQkkzm512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPCMPEQQkkxb64), testRM((*as).VPCMPEQQkkyb64), testRM((*as).VPCMPEQQkkzb64)},
		1,
	},
	{
		"VPCMPGTQ", 8, false, amd64.AVX512F, func(size int, x, y uint64, _ uint8) bool { return signed(8*size, x) > signed(8*size, y) },
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){testRR((*as).VPCMPGTQkkxx), testRR((*as).VPCMPGTQkkyy), testRR((*as).VPCMPGTQkkzz)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPCMPGTQkkxm128), testRM((*as).VPCMPGTQkkym256), testRM((*as).VPCMPGTQkkzm512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPCMPGTQkkxb64), testRM((*as).VPCMPGTQkkyb64), testRM((*as).VPCMPGTQkkzb64)},
		1,
	},
	{
		"VPTESTMQ", 8, false, amd64.AVX512F, func(_ int, x, y uint64, _ uint8) bool { return x&y != 0 },
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){testRR((*as).VPTESTMQkkxx), testRR((*as).VPTESTMQkkyy), testRR((*as).VPTESTMQkkzz)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPTESTMQkkxm128), testRM((*as).VPTESTMQkkym256), testRM((*as).VPTESTMQkkzm512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPTESTMQkkxb64), testRM((*as).VPTESTMQkkyb64), testRM((*as).VPTESTMQkkzb64)},
		1,
	},
	{
		"VPTESTNMQ", 8, false, amd64.AVX512F, func(_ int, x, y uint64, _ uint8) bool { return x&y == 0 },
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){testRR((*as).VPTESTNMQkkxx), testRR((*as).VPTESTNMQkkyy), testRR((*as).VPTESTNMQkkzz)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPTESTNMQkkxm128), testRM((*as).VPTESTNMQkkym256), testRM((*as).VPTESTNMQkkzm512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){testRM((*as).VPTESTNMQkkxb64), testRM((*as).VPTESTNMQkkyb64), testRM((*as).VPTESTNMQkkzb64)},
		1,
	},
	{
		"VCMPPS", 4, true, amd64.AVX512F, compareFloats,
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){cmpRR((*as).VCMPPSkkxxi), cmpRR((*as).VCMPPSkkyyi), cmpRR((*as).VCMPPSkkzzi)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){cmpRM((*as).VCMPPSkkxmi128), cmpRM((*as).VCMPPSkkymi256), cmpRM((*as).VCMPPSkkzmi512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){cmpRM((*as).VCMPPSkkxbi32), cmpRM((*as).VCMPPSkkybi32), cmpRM((*as).VCMPPSkkzbi32)},
		32,
	},
	{
		"VCMPPD", 8, true, amd64.AVX512F, compareFloats,
		[3]func(*assembler, amd64.K, amd64.K, uint8, uint8, uint8){cmpRR((*as).VCMPPDkkxxi), cmpRR((*as).VCMPPDkkyyi), cmpRR((*as).VCMPPDkkzzi)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){cmpRM((*as).VCMPPDkkxmi128), cmpRM((*as).VCMPPDkkymi256), cmpRM((*as).VCMPPDkkzmi512)},
		[3]func(*assembler, amd64.K, amd64.K, uint8, amd64.Mem, uint8){cmpRM((*as).VCMPPDkkxbi64), cmpRM((*as).VCMPPDkkybi64), cmpRM((*as).VCMPPDkkzbi64)},
		32,
	},
}

func TestCompareIntoMask(t *testing.T) {
	for _, c := range comparisons {
		t.Run(c.name, func(t *testing.T) {
			count(t)
			var p picker
			for i, n := range lengths {
				for imm := range uint8(c.imms) {
					c.run(t, &p, i, n, imm)
				}
			}
		})
	}
}

func (c *comparison) run(t *testing.T, p *picker, i, n int, imm uint8) {
	needs := c.needs
	if n < 64 {
		needs |= amd64.AVX512VL
	}
	write := func(s *state, dst, k amd64.K, x, y []byte) {
		r := uint64(0)
		for i := range n / c.size {
			r |= set(1, c.model(c.size, lane(x, c.size, i), lane(y, c.size, i), imm)) << i
		}
		if k > 0 {
			r &= s.k[k]
		}
		s.k[dst] = r
	}
	for range 3 {
		dst, k, x, y, at := amd64.K(p.n%8), amd64.K(p.n/3%8), p.vectorOf(32), p.vectorOf(32), p.place()
		name := fmt.Sprintf("%s%d %v {%v}, %d", c.name, n, dst, k, x)
		check(t, test{name, needs, func(a *assembler) { c.rr[i](a, dst, k, x, y, imm) }, func(s *state) {
			write(s, dst, k, s.v[x][:], s.v[y][:])
		}}, filled(6, c.size, c.isFloat, nothing)...)
		at.disp = compressed(n)[p.n%11]
		check(t, test{name + " " + at.mem().String(), needs, func(a *assembler) { c.rm[i](a, dst, k, x, at.mem(), imm) }, func(s *state) {
			write(s, dst, k, s.v[x][:], s.mem[at.off:])
		}}, filled(6, c.size, c.isFloat, at.point)...)
		if c.rb[i] == nil {
			continue
		}
		at.disp = compressed(c.size)[p.n%11]
		check(t, test{name + " bcst " + at.mem().String(), needs, func(a *assembler) { c.rb[i](a, dst, k, x, at.mem(), imm) }, func(s *state) {
			one := s.at(8*c.size, at.off)
			all := lanesOf(n, c.size, func(int) uint64 { return one })
			write(s, dst, k, s.v[x][:], all[:])
		}}, filled(6, c.size, c.isFloat, at.point)...)
	}
}
