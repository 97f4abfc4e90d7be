package arm64

import "fmt"

// V is a vector register. Instructions take it with an arrangement, V0.S4(), or one of its elements, V0.S(2): what the
// manual writes as V0.4S and V0.S[2].
type V uint8

// Vector registers with an arrangement: the number of elements and their size, B 8, H 16, S 32, D 64, Q 128 bits. A V can
// be converted to each.
type (
	V8B  uint8
	V16B uint8
	V4H  uint8
	V8H  uint8
	V2S  uint8
	V4S  uint8
	V1D  uint8
	V2D  uint8
	V1Q  uint8
	V2H  uint8 // the sources of a few reductions
)

// Elements of vector registers: the number of the register, and above it that of the element.
type (
	LaneB  uint16
	LaneH  uint16
	LaneS  uint16
	LaneD  uint16
	Lane4B uint16 // four bytes, as the instructions for dot products take them
	Lane2H uint16 // two halves, likewise
)

// B8 is the register as V.8B.
func (v V) B8() V8B { return V8B(v) }

// B16 is the register as V.16B.
func (v V) B16() V16B { return V16B(v) }

// H4 is the register as V.4H.
func (v V) H4() V4H { return V4H(v) }

// H8 is the register as V.8H.
func (v V) H8() V8H { return V8H(v) }

// S2 is the register as V.2S.
func (v V) S2() V2S { return V2S(v) }

// S4 is the register as V.4S.
func (v V) S4() V4S { return V4S(v) }

// D1 is the register as V.1D.
func (v V) D1() V1D { return V1D(v) }

// D2 is the register as V.2D.
func (v V) D2() V2D { return V2D(v) }

// Q1 is the register as V.1Q.
func (v V) Q1() V1Q { return V1Q(v) }

// H2 is the register as V.2H.
func (v V) H2() V2H { return V2H(v) }

func lane(v V, i int) uint16 { return uint16(v) | uint16(clamp(i))<<8 }

// B is element i of 16: V.B[i].
func (v V) B(i int) LaneB { return LaneB(lane(v, i)) }

// H is element i of 8: V.H[i].
func (v V) H(i int) LaneH { return LaneH(lane(v, i)) }

// S is element i of 4: V.S[i].
func (v V) S(i int) LaneS { return LaneS(lane(v, i)) }

// D is element i of 2: V.D[i].
func (v V) D(i int) LaneD { return LaneD(lane(v, i)) }

// Group4B is the i-th of 4 groups of bytes: V.4B[i].
func (v V) Group4B(i int) Lane4B { return Lane4B(lane(v, i)) }

// Group2H is the i-th of 4 groups of halves: V.2H[i].
func (v V) Group2H(i int) Lane2H { return Lane2H(lane(v, i)) }

func vectorName(r uint8, arrangement string) string { return fmt.Sprintf("v%d.%s", r, arrangement) }

func laneName(l uint16, size string) string { return fmt.Sprintf("v%d.%s[%d]", uint8(l), size, l>>8) }

// String gives the name in the assembler's syntax.
func (v V) String() string { return fmt.Sprintf("v%d", uint8(v)) }

// String gives the name in the assembler's syntax.
func (v V8B) String() string { return vectorName(uint8(v), "8b") }

// String gives the name in the assembler's syntax.
func (v V16B) String() string { return vectorName(uint8(v), "16b") }

// String gives the name in the assembler's syntax.
func (v V4H) String() string { return vectorName(uint8(v), "4h") }

// String gives the name in the assembler's syntax.
func (v V8H) String() string { return vectorName(uint8(v), "8h") }

// String gives the name in the assembler's syntax.
func (v V2S) String() string { return vectorName(uint8(v), "2s") }

// String gives the name in the assembler's syntax.
func (v V4S) String() string { return vectorName(uint8(v), "4s") }

// String gives the name in the assembler's syntax.
func (v V1D) String() string { return vectorName(uint8(v), "1d") }

// String gives the name in the assembler's syntax.
func (v V2D) String() string { return vectorName(uint8(v), "2d") }

// String gives the name in the assembler's syntax.
func (v V1Q) String() string { return vectorName(uint8(v), "1q") }

// String gives the name in the assembler's syntax.
func (v V2H) String() string { return vectorName(uint8(v), "2h") }

// String gives the name in the assembler's syntax.
func (l LaneB) String() string { return laneName(uint16(l), "b") }

// String gives the name in the assembler's syntax.
func (l LaneH) String() string { return laneName(uint16(l), "h") }

// String gives the name in the assembler's syntax.
func (l LaneS) String() string { return laneName(uint16(l), "s") }

// String gives the name in the assembler's syntax.
func (l LaneD) String() string { return laneName(uint16(l), "d") }

// String gives the name in the assembler's syntax.
func (l Lane4B) String() string { return laneName(uint16(l), "4b") }

// String gives the name in the assembler's syntax.
func (l Lane2H) String() string { return laneName(uint16(l), "2h") }
