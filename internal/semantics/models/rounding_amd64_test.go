package models

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/wxjit/wxjit/asm/amd64"
)

// TestPackedRounding has the four directions in all elements of a ZMM register.
func TestPackedRounding(t *testing.T) {
	count(t)
	var p picker
	for _, c := range []struct {
		name string
		size int
		root bool
		op   func(z, x, y *big.Float) *big.Float
		code func(a *assembler, dst uint8, k amd64.Mask, x, y uint8, rc amd64.Rounding)
	}{
		{"VADDPS", 4, false, (*big.Float).Add, krrER((*as).VADDPSzkzzER)},
		{"VADDPD", 8, false, (*big.Float).Add, krrER((*as).VADDPDzkzzER)},
		{"VSUBPS", 4, false, (*big.Float).Sub, krrER((*as).VSUBPSzkzzER)},
		{"VSUBPD", 8, false, (*big.Float).Sub, krrER((*as).VSUBPDzkzzER)},
		{"VMULPS", 4, false, (*big.Float).Mul, krrER((*as).VMULPSzkzzER)},
		{"VMULPD", 8, false, (*big.Float).Mul, krrER((*as).VMULPDzkzzER)},
		{"VDIVPS", 4, false, (*big.Float).Quo, krrER((*as).VDIVPSzkzzER)},
		{"VDIVPD", 8, false, (*big.Float).Quo, krrER((*as).VDIVPDzkzzER)},
		{"VSQRTPS", 4, true, sqrtSecond, func(a *assembler, dst uint8, k amd64.Mask, _, y uint8, rc amd64.Rounding) {
			(*as).VSQRTPSzkzER(a, amd64.ZMM(dst), k, amd64.ZMM(y), rc)
		}},
		{"VSQRTPD", 8, true, sqrtSecond, func(a *assembler, dst uint8, k amd64.Mask, _, y uint8, rc amd64.Rounding) {
			(*as).VSQRTPDzkzER(a, amd64.ZMM(dst), k, amd64.ZMM(y), rc)
		}},
	} {
		for range 5 {
			for rc := range amd64.Rounding(4) {
				dst, x, y, k := p.vectorOf(32), p.vectorOf(32), p.vectorOf(32), p.mask()
				check(t, test{fmt.Sprintf("%s %d, %#x, %d, %d {%d}", c.name, dst, uint8(k), x, y, rc), f512, func(a *assembler) {
					c.code(a, dst, k, x, y, rc)
				}, func(s *state) {
					s.writeMasked(dst, k, 64, c.size, lanesOf(64, c.size, func(i int) uint64 {
						return rounded(c.size, rc, c.op, toFloat(c.size, lane(s.v[x][:], c.size, i)), toFloat(c.size, lane(s.v[y][:], c.size, i)))
					}))
				}}, ordinary(8, c.size, c.root, func(s *state) { s.mxcsr = defaultMXCSR | uint32(rc^2)<<13 })...)
			}
		}
	}
}
