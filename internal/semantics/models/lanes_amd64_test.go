package models

import (
	"encoding/binary"
	"math"
	"math/big"

	"github.com/wxjit/wxjit/asm/amd64"
)

// lane gives element i of b, of size bytes.
func lane(b []byte, size, i int) uint64 {
	var x [8]byte
	copy(x[:size], b[size*i:])
	return binary.LittleEndian.Uint64(x[:])
}

// setLane writes element i of b, of size bytes.
func setLane(b []byte, size, i int, x uint64) {
	var y [8]byte
	binary.LittleEndian.PutUint64(y[:], x)
	copy(b[size*i:], y[:size])
}

// lanesOf makes a vector of n bytes from its elements.
func lanesOf(n, size int, f func(i int) uint64) (v vector) {
	for i := range n / size {
		setLane(v[:n], size, i, f(i))
	}
	return v
}

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

func toFloat(size int, x uint64) float64 {
	if size == 4 {
		return float64(math.Float32frombits(uint32(x)))
	}
	return math.Float64frombits(x)
}

func fromFloat(size int, f float64) uint64 {
	if size == 4 {
		return uint64(math.Float32bits(float32(f)))
	}
	return math.Float64bits(f)
}

// quiet is the bit that makes a NaN quiet, and the NaN that an invalid operation gives.
func quiet(size int) (bit, indefinite uint64) {
	if size == 4 {
		return 1 << 22, 0xffc00000
	}
	return 1 << 51, 0xfff8000000000000
}

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

// fill puts numbers into all vector registers and the memory: edges of integers or floats of the size, and random ones.
func (s *state) fill(size int, isFloat bool) {
	pool := numbers(size, isFloat)
	some := func() []byte { return pool[generator.IntN(len(pool)/2/size)*size:] }
	vectors, width := vectorFile()
	for i := range vectors {
		copy(s.v[i][:width], some())
	}
	copy(s.mem[:], some())
}

type kind struct {
	size    int
	isFloat bool
}

// pools are numbers that were made before in the same test.
var pools map[kind][]byte

// numbers gives bytes full of them: some edges and some random ones, in no order.
func numbers(size int, isFloat bool) []byte {
	if pool := pools[kind{size, isFloat}]; pool != nil {
		return pool
	}
	special := edges(8 * size)
	if isFloat {
		special = specialFloats(size)
	}
	pool := make([]byte, 16*memSize)
	for i := range len(pool) / size {
		switch n := generator.IntN(len(special) * 3 / 2); {
		case n < len(special):
			setLane(pool, size, i, special[n])
		case isFloat:
			setLane(pool, size, i, fromFloat(size, generator.NormFloat64()*100))
		default:
			setLane(pool, size, i, generator.Uint64())
		}
	}
	pools[kind{size, isFloat}] = pool
	return pool
}

// specialFloats are those that arithmetic and conversions treat in their own way.
func specialFloats(size int) (some []uint64) {
	for _, f := range []float64{
		0, math.Copysign(0, -1), 1, -1, 1.5, -2.5, 0.1, math.Pi, 1e10, -1e-10, math.MaxFloat32, math.SmallestNonzeroFloat32,
		math.Inf(1), math.Inf(-1), math.NaN(), 1 << 24, 1<<53 - 1, 3e9, -1e19,
	} {
		some = append(some, fromFloat(size, f))
	}
	bit, _ := quiet(size)
	some = append(some, fromFloat(size, math.Inf(1))|bit>>3, fromFloat(size, math.Inf(-1))|5) // NaNs that signal
	return append(some, 3, fromFloat(size, -1)&^(bit*2-1)>>3)                                 // a denormal, and one that is small
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
