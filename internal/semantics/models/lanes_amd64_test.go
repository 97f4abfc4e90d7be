package models

import (
	"math"
	"math/big"

	"github.com/wxjit/wxjit/asm/amd64"
)

// writeMasked writes n bytes of a result to a register as EVEX does: where the mask has no bit, elements stay or become
// 0, and what is above n bytes becomes 0.
func (s *state) writeMasked(dst uint8, mask amd64.Mask, n, size int, r vector) {
	s.v[dst] = s.masked(s.v[dst], mask, n, size, r)
}

func (s *state) masked(old vector, mask amd64.Mask, n, size int, r vector) (v vector) {
	k, zero := maskParts(mask)
	for i := range n / size {
		x := lane(r[:], size, i)
		if k > 0 && s.k[k]>>i&1 == 0 {
			x = 0
			if !zero {
				x = lane(old[:], size, i)
			}
		}
		setLane(v[:], size, i, x)
	}
	return v
}

// maskParts gives the number of a mask register, and whether the others become 0.
func maskParts(m amd64.Mask) (k uint8, zero bool) {
	for k := range amd64.K(8) {
		if m == k.Zero() {
			return uint8(k), true
		}
	}
	return uint8(m), false
}

// writeVEX writes n bytes and clears what is above; writeSSE leaves that as it is.
func (s *state) writeVEX(dst uint8, n int, r vector) {
	s.v[dst] = vector{}
	copy(s.v[dst][:n], r[:])
}

func (s *state) writeSSE(dst uint8, n int, r vector) { copy(s.v[dst][:n], r[:]) }

// Numbers of 4 or 8 bytes as floats.

// floatOp makes an operation on numbers of 4 or 8 bytes from one on float64. That is right for the four basic ones and
// the square root: rounded to 53 bits and then to 24 they are what they are rounded to 24 at once. A NaN goes on, the
// first of two: Intel SDM Vol. 1, "Rules for Handling NaNs".
func floatOp(f func(x, y float64) float64) func(size int, x, y uint64) uint64 {
	return func(size int, x, y uint64) uint64 {
		bit, indefinite := quiet(size)
		u, v := toFloat(size, x), toFloat(size, y)
		switch {
		case math.IsNaN(u):
			return x | bit
		case math.IsNaN(v):
			return y | bit
		}
		if r := f(u, v); !math.IsNaN(r) {
			return fromFloat(size, r)
		}
		return indefinite
	}
}

// pick makes MIN and MAX: the second, unless the comparison holds.
func pick(first func(x, y float64) bool) func(size int, x, y uint64) uint64 {
	return func(size int, x, y uint64) uint64 {
		if first(toFloat(size, x), toFloat(size, y)) {
			return x
		}
		return y
	}
}

// rounded computes with as many bits as the operands have, in a direction.
func rounded(size int, rc amd64.Rounding, op func(z, x, y *big.Float) *big.Float, x, y float64) uint64 {
	z := new(big.Float).SetPrec(53).SetMode(bigMode(rc))
	if size == 4 {
		z.SetPrec(24)
	}
	f, _ := op(z, big.NewFloat(x), big.NewFloat(y)).Float64()
	return fromFloat(size, f)
}

func bigMode(rc amd64.Rounding) big.RoundingMode {
	return [4]big.RoundingMode{big.ToNearestEven, big.ToNegativeInf, big.ToPositiveInf, big.ToZero}[rc]
}

// vectorFile is how many vector registers the CPU has, and their width in bytes.
func vectorFile() (n, width int) {
	switch {
	case has.Has(amd64.AVX512F):
		return 32, 64
	case has.Has(amd64.AVX):
		return 16, 32
	}
	return 16, 16
}
