//go:build amd64 || arm64

package models

import (
	"encoding/binary"
	"math"
	"slices"
)

// maskOf has the n lowest bits set.
func maskOf(n int) uint64 {
	if n >= 64 {
		return math.MaxUint64
	}
	return 1<<n - 1
}

// signed extends the sign of a number of n bits.
func signed(n int, x uint64) int64 { return int64(x<<(64-n)) >> (64 - n) }

// set gives the flag if it is to be set.
func set(flag uint64, is bool) uint64 {
	if is {
		return flag
	}
	return 0
}

// edges are numbers of n bits where arithmetic turns, and two others.
func edges(n int) []uint64 {
	top := uint64(1) << (n - 1)
	all := []uint64{
		0, 1, 2, 15, 16, 0x7f, 0x80, 0xff, top - 1, top, top + 1, maskOf(n) - 1, maskOf(n), 0x5555555555555555 & maskOf(n),
		generator.Uint64() & maskOf(n), generator.Uint64() & maskOf(n),
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// pairs makes inputs of every pair of edges, each with some flags.
func pairs(n int, put func(s *state, x, y uint64)) (inputs []func(*state)) {
	for _, x := range edges(n) {
		for _, y := range edges(n) {
			for _, f := range flagInputs[len(inputs)%2*2:][:2] {
				inputs = append(inputs, func(s *state) {
					s.flags = f
					put(s, x, y)
				})
			}
		}
	}
	return inputs
}

// each makes inputs of every edge with each of the flags.
func each(n int, put func(s *state, x uint64)) (inputs []func(*state)) {
	for _, x := range edges(n) {
		for _, f := range flagInputs {
			inputs = append(inputs, func(s *state) {
				s.flags = f
				put(s, x)
			})
		}
	}
	return inputs
}

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

// pools are numbers that were made before in the same test.
var pools map[kind][]byte

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

// integers makes an operation from one on numbers with a sign, and one from numbers without.
func integers(f func(x, y int64) int64) func(size int, x, y uint64) uint64 {
	return func(size int, x, y uint64) uint64 { return uint64(f(signed(8*size, x), signed(8*size, y))) }
}

func naturals(f func(x, y uint64) uint64) func(size int, x, y uint64) uint64 {
	return func(_ int, x, y uint64) uint64 { return f(x, y) }
}

func add(x, y int64) int64 { return x + y }

func sub(x, y int64) int64 { return x - y }

// all has all bits set if it holds.
func all(is bool) uint64 {
	if is {
		return ^uint64(0)
	}
	return 0
}
