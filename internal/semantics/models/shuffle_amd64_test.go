package models

import (
	"fmt"
	"testing"

	"github.com/wxjit/wxjit/asm/amd64"
)

// shuffle moves elements of two operands about, by a constant or by a third. The operands are the destination as it was,
// and two sources; of two operands the second is y.
type shuffle struct {
	name    string
	needs   amd64.Features
	n, size int
	sse     bool // what is above n bytes stays
	masked  bool
	code    func(a *assembler, dst uint8, k amd64.Mask, x, y, imm uint8)
	// model gives element i of the result.
	model func(i int, imm uint8, d, x, y *vector) uint64
}

// element i of a vector by size.
func b1(v *vector, i int) uint64 { return uint64(v[i]) }
func b2(v *vector, i int) uint64 { return lane(v[:], 2, i) }
func b4(v *vector, i int) uint64 { return lane(v[:], 4, i) }
func b8(v *vector, i int) uint64 { return lane(v[:], 8, i) }

// two gives a code for two operands, three and four for more, with a constant or a mask.
func xxi(f func(*assembler, amd64.XMM, amd64.XMM, uint8)) func(*assembler, uint8, amd64.Mask, uint8, uint8, uint8) {
	return func(a *assembler, dst uint8, _ amd64.Mask, _, y, imm uint8) { f(a, amd64.XMM(dst), amd64.XMM(y), imm) }
}

func xx(f func(*assembler, amd64.XMM, amd64.XMM)) func(*assembler, uint8, amd64.Mask, uint8, uint8, uint8) {
	return func(a *assembler, dst uint8, _ amd64.Mask, _, y, _ uint8) { f(a, amd64.XMM(dst), amd64.XMM(y)) }
}

func yyyi(f func(*assembler, amd64.YMM, amd64.YMM, amd64.YMM, uint8)) func(*assembler, uint8, amd64.Mask, uint8, uint8, uint8) {
	return func(a *assembler, dst uint8, _ amd64.Mask, x, y, imm uint8) {
		f(a, amd64.YMM(dst), amd64.YMM(x), amd64.YMM(y), imm)
	}
}

func yyy(f func(*assembler, amd64.YMM, amd64.YMM, amd64.YMM)) func(*assembler, uint8, amd64.Mask, uint8, uint8, uint8) {
	return func(a *assembler, dst uint8, _ amd64.Mask, x, y, _ uint8) {
		f(a, amd64.YMM(dst), amd64.YMM(x), amd64.YMM(y))
	}
}

func yyi(f func(*assembler, amd64.YMM, amd64.YMM, uint8)) func(*assembler, uint8, amd64.Mask, uint8, uint8, uint8) {
	return func(a *assembler, dst uint8, _ amd64.Mask, _, y, imm uint8) { f(a, amd64.YMM(dst), amd64.YMM(y), imm) }
}

func zkzz(f func(*assembler, amd64.ZMM, amd64.Mask, amd64.ZMM, amd64.ZMM)) func(*assembler, uint8, amd64.Mask, uint8, uint8, uint8) {
	return func(a *assembler, dst uint8, k amd64.Mask, x, y, _ uint8) {
		f(a, amd64.ZMM(dst), k, amd64.ZMM(x), amd64.ZMM(y))
	}
}

func zkzzi(f func(*assembler, amd64.ZMM, amd64.Mask, amd64.ZMM, amd64.ZMM, uint8)) func(*assembler, uint8, amd64.Mask, uint8, uint8, uint8) {
	return func(a *assembler, dst uint8, k amd64.Mask, x, y, imm uint8) {
		f(a, amd64.ZMM(dst), k, amd64.ZMM(x), amd64.ZMM(y), imm)
	}
}

func zkzi(f func(*assembler, amd64.ZMM, amd64.Mask, amd64.ZMM, uint8)) func(*assembler, uint8, amd64.Mask, uint8, uint8, uint8) {
	return func(a *assembler, dst uint8, k amd64.Mask, _, y, imm uint8) {
		f(a, amd64.ZMM(dst), k, amd64.ZMM(y), imm)
	}
}

func vblend(a *assembler, dst uint8, _ amd64.Mask, x, y, imm uint8) {
	a.VPBLENDVByyyy(amd64.YMM(dst), amd64.YMM(x), amd64.YMM(y), amd64.YMM(imm%16))
}

// Models that several share.

// bytesAligned is byte i of two concatenated pieces of 16 bytes, x the higher, from imm on.
func bytesAligned(i int, imm uint8, x, y *vector) uint64 {
	piece, from := i&^15, i&15+int(imm)
	switch {
	case from < 16:
		return b1(y, piece+from)
	case from < 32:
		return b1(x, piece+from-16)
	}
	return 0
}

// bytesPicked is byte i of x by the index in y, within 16 bytes.
func bytesPicked(i int, x, y *vector) uint64 {
	if b1(y, i)&0x80 != 0 {
		return 0
	}
	return b1(x, i&^15+int(b1(y, i)&15))
}

// interleaved is byte i of the lower or upper halves of 16 bytes, in elements of size bytes from x and y in turn.
func interleaved(i, size int, upper bool, x, y *vector) uint64 {
	perPiece := 16 / size
	from := i/perPiece*perPiece + i%perPiece/2
	if upper {
		from += perPiece / 2
	}
	if i%2 == 0 {
		return lane(x[:], size, from)
	}
	return lane(y[:], size, from)
}

// anyOf is bit by bit what imm says for three bits.
func anyOf(size, i int, imm uint8, d, x, y *vector) (r uint64) {
	for bit := range 8 * size {
		at := lane(d[:], size, i)>>bit&1<<2 | lane(x[:], size, i)>>bit&1<<1 | lane(y[:], size, i)>>bit&1
		r |= uint64(imm) >> at & 1 << bit
	}
	return r
}

var shuffles = []shuffle{
	{"PSHUFD", 0, 16, 4, true, false, xxi((*as).PSHUFDxxi), func(i int, imm uint8, _, _, y *vector) uint64 { return b4(y, int(imm>>(2*i)&3)) }},
	{"PSHUFLW", 0, 16, 2, true, false, xxi((*as).PSHUFLWxxi), func(i int, imm uint8, _, _, y *vector) uint64 {
		if i < 4 {
			i = int(imm >> (2 * i) & 3)
		}
		return b2(y, i)
	}},
	{"PSHUFHW", 0, 16, 2, true, false, xxi((*as).PSHUFHWxxi), func(i int, imm uint8, _, _, y *vector) uint64 {
		if i >= 4 {
			i = 4 + int(imm>>(2*(i-4))&3)
		}
		return b2(y, i)
	}},
	{"SHUFPS", 0, 16, 4, true, false, xxi((*as).SHUFPSxxi), func(i int, imm uint8, d, _, y *vector) uint64 {
		if i < 2 {
			y = d
		}
		return b4(y, int(imm>>(2*i)&3))
	}},
	{"SHUFPD", 0, 16, 8, true, false, xxi((*as).SHUFPDxxi), func(i int, imm uint8, d, _, y *vector) uint64 {
		if i == 0 {
			y = d
		}
		return b8(y, int(imm>>i&1))
	}},
	{"PALIGNR", amd64.SSSE3, 16, 1, true, false, xxi((*as).PALIGNRxxi), func(i int, imm uint8, d, _, y *vector) uint64 { return bytesAligned(i, imm, d, y) }},
	{"PSHUFB", amd64.SSSE3, 16, 1, true, false, xx((*as).PSHUFBxx), func(i int, _ uint8, d, _, y *vector) uint64 { return bytesPicked(i, d, y) }},
	{"PUNPCKLBW", 0, 16, 1, true, false, xx((*as).PUNPCKLBWxx), func(i int, _ uint8, d, _, y *vector) uint64 { return interleaved(i, 1, false, d, y) }},
	{"PUNPCKHWD", 0, 16, 2, true, false, xx((*as).PUNPCKHWDxx), func(i int, _ uint8, d, _, y *vector) uint64 { return interleaved(i, 2, true, d, y) }},
	{"UNPCKLPS", 0, 16, 4, true, false, xx((*as).UNPCKLPSxx), func(i int, _ uint8, d, _, y *vector) uint64 { return interleaved(i, 4, false, d, y) }},
	{"PUNPCKHQDQ", 0, 16, 8, true, false, xx((*as).PUNPCKHQDQxx), func(i int, _ uint8, d, _, y *vector) uint64 { return interleaved(i, 8, true, d, y) }},
	{"BLENDPS", amd64.SSE41, 16, 4, true, false, xxi((*as).BLENDPSxxi), func(i int, imm uint8, d, _, y *vector) uint64 {
		if imm>>i&1 != 0 {
			return b4(y, i)
		}
		return b4(d, i)
	}},
	{"INSERTPS", amd64.SSE41, 16, 4, true, false, xxi((*as).INSERTPSxxi), func(i int, imm uint8, d, _, y *vector) uint64 {
		switch {
		case imm>>i&1 != 0:
			return 0
		case i == int(imm>>4&3):
			return b4(y, int(imm>>6))
		}
		return b4(d, i)
	}},
	{"MOVHLPS", 0, 16, 8, true, false, xx((*as).MOVHLPSxx), func(i int, _ uint8, d, _, y *vector) uint64 { return [2]uint64{b8(y, 1), b8(d, 1)}[i] }},
	{"MOVLHPS", 0, 16, 8, true, false, xx((*as).MOVLHPSxx), func(i int, _ uint8, d, _, y *vector) uint64 { return [2]uint64{b8(d, 0), b8(y, 0)}[i] }},
	{"MOVQ", 0, 16, 8, true, false, xx((*as).MOVQxx), func(i int, _ uint8, _, _, y *vector) uint64 { return [2]uint64{b8(y, 0), 0}[i] }},
	{"PSLLDQ", 0, 16, 1, true, false, func(a *assembler, dst uint8, _ amd64.Mask, _, _, imm uint8) { a.PSLLDQxi(amd64.XMM(dst), imm) }, func(i int, imm uint8, d, _, _ *vector) uint64 {
		if i < int(imm) {
			return 0
		}
		return b1(d, i-int(imm))
	}},
	{"VPALIGNR y", amd64.AVX2, 32, 1, false, false, yyyi((*as).VPALIGNRyyyi), func(i int, imm uint8, _, x, y *vector) uint64 { return bytesAligned(i, imm, x, y) }},
	{"VPSHUFB y", amd64.AVX2, 32, 1, false, false, yyy((*as).VPSHUFByyy), func(i int, _ uint8, _, x, y *vector) uint64 { return bytesPicked(i, x, y) }},
	{"VPUNPCKLDQ y", amd64.AVX2, 32, 4, false, false, yyy((*as).VPUNPCKLDQyyy), func(i int, _ uint8, _, x, y *vector) uint64 { return interleaved(i, 4, false, x, y) }},
	{"VPERMD y", amd64.AVX2, 32, 4, false, false, yyy((*as).VPERMDyyy), func(i int, _ uint8, _, x, y *vector) uint64 { return b4(y, int(b4(x, i)&7)) }},
	{"VPERMQ y", amd64.AVX2, 32, 8, false, false, yyi((*as).VPERMQyyi), func(i int, imm uint8, _, _, y *vector) uint64 { return b8(y, int(imm>>(2*i)&3)) }},
	{"VPERM2I128", amd64.AVX2, 32, 8, false, false, yyyi((*as).VPERM2I128yyyi), func(i int, imm uint8, _, x, y *vector) uint64 {
		if i >= 2 {
			imm >>= 4
		}
		if imm&8 != 0 {
			return 0
		}
		if imm&2 != 0 {
			x = y
		}
		return b8(x, int(imm&1*2)+i%2)
	}},
	{"VPBLENDVB y", amd64.AVX2, 32, 1, false, false, vblend, nil},
	{"VPSHUFB z", bw, 64, 1, false, true, zkzz((*as).VPSHUFBzkzz), func(i int, _ uint8, _, x, y *vector) uint64 { return bytesPicked(i, x, y) }},
	{"VPALIGNR z", bw, 64, 1, false, true, zkzzi((*as).VPALIGNRzkzzi), func(i int, imm uint8, _, x, y *vector) uint64 { return bytesAligned(i, imm, x, y) }},
	{"VPUNPCKHQDQ z", f512, 64, 8, false, true, zkzz((*as).VPUNPCKHQDQzkzz), func(i int, _ uint8, _, x, y *vector) uint64 { return interleaved(i, 8, true, x, y) }},
	{"VPERMD z", f512, 64, 4, false, true, zkzz((*as).VPERMDzkzz), func(i int, _ uint8, _, x, y *vector) uint64 { return b4(y, int(b4(x, i)&15)) }},
	{"VPERMQ z", f512, 64, 8, false, true, zkzi((*as).VPERMQzkzi), func(i int, imm uint8, _, _, y *vector) uint64 { return b8(y, i&^3+int(imm>>(2*(i&3))&3)) }},
	{"VPERMB z", amd64.AVX512VBMI, 64, 1, false, true, zkzz((*as).VPERMBzkzz), func(i int, _ uint8, _, x, y *vector) uint64 { return b1(y, int(b1(x, i)&63)) }},
	{"VPERMT2D z", f512, 64, 4, false, true, zkzz((*as).VPERMT2Dzkzz), func(i int, _ uint8, d, x, y *vector) uint64 {
		if b4(x, i)&16 == 0 {
			return b4(d, int(b4(x, i)&15))
		}
		return b4(y, int(b4(x, i)&15))
	}},
	{"VPERMI2Q z", f512, 64, 8, false, true, zkzz((*as).VPERMI2Qzkzz), func(i int, _ uint8, d, x, y *vector) uint64 {
		if b8(d, i)&8 == 0 {
			return b8(x, int(b8(d, i)&7))
		}
		return b8(y, int(b8(d, i)&7))
	}},
	{"VALIGNQ z", f512, 64, 8, false, true, zkzzi((*as).VALIGNQzkzzi), func(i int, imm uint8, _, x, y *vector) uint64 {
		if i += int(imm & 7); i >= 8 {
			return b8(x, i-8)
		}
		return b8(y, i)
	}},
	{"VSHUFI32X4 z", f512, 64, 4, false, true, zkzzi((*as).VSHUFI32X4zkzzi), func(i int, imm uint8, _, x, y *vector) uint64 {
		if i >= 8 {
			x = y
		}
		return b4(x, int(imm>>(i/4*2)&3)*4+i%4)
	}},
	{"VPTERNLOGD z", f512, 64, 4, false, true, zkzzi((*as).VPTERNLOGDzkzzi), func(i int, imm uint8, d, x, y *vector) uint64 { return anyOf(4, i, imm, d, x, y) }},
	{"VPTERNLOGQ z", f512, 64, 8, false, true, zkzzi((*as).VPTERNLOGQzkzzi), func(i int, imm uint8, d, x, y *vector) uint64 { return anyOf(8, i, imm, d, x, y) }},
	{"VPSLLD z", f512, 64, 4, false, true, zkzi((*as).VPSLLDzkzi), func(i int, imm uint8, _, _, y *vector) uint64 { return b4(y, i) << imm }},
	{"VPSRAQ z", f512, 64, 8, false, true, zkzi((*as).VPSRAQzkzi), func(i int, imm uint8, _, _, y *vector) uint64 { return uint64(int64(b8(y, i)) >> imm) }},
}

func TestShuffles(t *testing.T) {
	count(t)
	var p picker
	for _, c := range shuffles {
		registers := 16
		if c.masked {
			registers = 32
		}
		for range 24 {
			p.draw()
			dst, x, y, k := p.vectorOf(registers), p.vectorOf(registers), p.vectorOf(registers), amd64.NoMask
			if c.masked {
				k = p.mask()
			}
			imm := uint8(p.n * 37)
			if p.n%3 == 0 {
				imm %= 20
			}
			check(t, test{fmt.Sprintf("%s %d, %#x, %d, %d, %d", c.name, dst, uint8(k), x, y, imm), c.needs, func(a *assembler) {
				c.code(a, dst, k, x, y, imm)
			}, func(s *state) {
				r := lanesOf(c.n, c.size, func(i int) uint64 {
					if c.model != nil {
						return c.model(i, imm, &s.v[dst], &s.v[x], &s.v[y])
					}
					if s.v[imm%16][i]&0x80 != 0 { // VPBLENDVB, whose fourth operand is a register
						return b1(&s.v[y], i)
					}
					return b1(&s.v[x], i)
				})
				if c.sse {
					s.writeSSE(dst, c.n, r)
				} else {
					s.writeMasked(dst, k, c.n, c.size, r)
				}
			}}, filled(5, c.size, false, nothing)...)
		}
	}
}
