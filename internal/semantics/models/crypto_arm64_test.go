package models

import (
	"crypto/aes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm/arm64"
)

// xtime multiplies by x in the field of AES.
func xtime(b byte) byte { return b<<1 ^ b>>7*0x1b }

// substitution is the S-box of AES: FIPS 197, "SUBBYTES()".
func substitution() (s [256]byte) {
	p, q := byte(1), byte(1) // p times q is 1
	for {
		p ^= xtime(p) // times 3
		q ^= q << 1   // divided by 3
		q ^= q << 2
		q ^= q << 4
		q ^= q >> 7 * 0x09
		s[p] = q ^ bits.RotateLeft8(q, 1) ^ bits.RotateLeft8(q, 2) ^ bits.RotateLeft8(q, 3) ^ bits.RotateLeft8(q, 4) ^ 0x63
		if p == 1 {
			break
		}
	}
	s[0] = 0x63
	return s
}

// expand gives the 11 keys of the rounds of AES-128: FIPS 197, "KEYEXPANSION()".
func expand(key []byte) (w []byte) {
	s, rcon := substitution(), byte(1)
	w = append(w, key...)
	for len(w) < 11*16 {
		t := [4]byte(w[len(w)-4:])
		if len(w)%16 == 0 {
			t = [4]byte{s[t[1]] ^ rcon, s[t[2]], s[t[3]], s[t[0]]}
			rcon = xtime(rcon)
		}
		for i := range 4 {
			w = append(w, w[len(w)-16]^t[i])
		}
	}
	return w
}

// TestAES is AES-128 in both directions, with the keys in V1 to V11 and the block in V0.
func TestAES(t *testing.T) {
	count(t)
	key := []byte("sixteen byte key")
	block, err := aes.NewCipher(key)
	require.NoError(t, err)
	keys := expand(key)
	b16 := func(i int) arm64.V16B { return arm64.V(i).B16() }
	input := func(s *state) {
		for i := range 11 {
			copy(s.v[1+i][:], keys[16*i:])
		}
	}
	check(t, test{"AESE, AESMC", arm64.FEAT_AES, func(a *assembler) {
		for i := 1; i <= 9; i++ {
			a.Emit(arm64asm.AESE, b16(0), b16(i))
			a.Emit(arm64asm.AESMC, b16(0), b16(0))
		}
		a.Emit(arm64asm.AESE, b16(0), b16(10))
		a.Emit(arm64asm.EOR, b16(0), b16(0), b16(11))
	}, func(s *state) { block.Encrypt(s.v[0][:], s.v[0][:]) }}, input, input, input)
	check(t, test{"AESD, AESIMC", arm64.FEAT_AES, func(a *assembler) {
		a.Emit(arm64asm.AESD, b16(0), b16(11))
		for i := 10; i >= 2; i-- {
			a.Emit(arm64asm.AESIMC, b16(12), b16(i))
			a.Emit(arm64asm.AESIMC, b16(0), b16(0))
			a.Emit(arm64asm.AESD, b16(0), b16(12))
		}
		a.Emit(arm64asm.EOR, b16(0), b16(0), b16(1))
		a.Emit(arm64asm.MOVI, b16(12), arm64.Imm(0))
	}, func(s *state) {
		block.Decrypt(s.v[0][:], s.v[0][:])
		s.v[12] = vector{}
	}}, input, input, input)
}

// roots gives the first 32 bits behind the point of roots of the first n primes.
func roots(n int, root func(float64) float64) (all []uint32) {
	for p := 2; len(all) < n; p++ {
		prime := true
		for d := 2; d*d <= p; d++ {
			prime = prime && p%d != 0
		}
		if prime {
			_, fraction := math.Modf(root(float64(p)))
			all = append(all, uint32(fraction*(1<<32)))
		}
	}
	return all
}

// padded is a message of up to 55 bytes as the one block that it is hashed in, in words.
func padded(message []byte) (words [16]uint32) {
	var b [64]byte
	b[copy(b[:], message)] = 0x80
	binary.BigEndian.PutUint64(b[56:], uint64(8*len(message)))
	for i := range words {
		words[i] = binary.BigEndian.Uint32(b[4*i:])
	}
	return words
}

// setWords fills vector registers from r on.
func (s *state) setWords(r int, words ...uint32) {
	for i, w := range words {
		setLane(s.v[r+i/4][:], 4, i%4, uint64(w))
	}
}

// setSum puts a sum into the words of the vector registers from V0 on.
func (s *state) setSum(sum []byte) {
	for i := range len(sum) / 4 {
		setLane(s.v[i/4][:], 4, i%4, uint64(binary.BigEndian.Uint32(sum[4*i:])))
	}
}

var message = []byte("no page is writable and executable at the same time")

// TestSHA256 hashes one block: the state in V0 and V1, the message in V4 to V7, the constants in memory at X1.
func TestSHA256(t *testing.T) {
	count(t)
	v := func(i int) arm64.V4S { return arm64.V(i).S4() }
	scratch := []int{2, 4, 5, 6, 7, 16, 20, 21}
	sum := sha256.Sum256(message)
	check(t, test{"SHA256", arm64.FEAT_SHA256, func(a *assembler) {
		a.Emit(arm64asm.MOV, arm64.V(20).B16(), arm64.V(0).B16())
		a.Emit(arm64asm.MOV, arm64.V(21).B16(), arm64.V(1).B16())
		for i := range 16 {
			m := func(k int) arm64.V4S { return v(4 + (i+k)%4) }
			a.Emit(arm64asm.LDR, arm64.Q16, arm64.MemOff(arm64.X1, 16*i))
			a.Emit(arm64asm.ADD, v(16), v(16), m(0))
			a.Emit(arm64asm.MOV, arm64.V(2).B16(), arm64.V(0).B16())
			if i < 12 {
				a.Emit(arm64asm.SHA256SU0, m(0), m(1))
			}
			a.Emit(arm64asm.SHA256H, arm64.Q0, arm64.Q1, v(16))
			a.Emit(arm64asm.SHA256H2, arm64.Q1, arm64.Q2, v(16))
			if i < 12 {
				a.Emit(arm64asm.SHA256SU1, m(0), m(2), m(3))
			}
		}
		a.Emit(arm64asm.ADD, v(0), v(0), v(20))
		a.Emit(arm64asm.ADD, v(1), v(1), v(21))
		clearVectors(a, scratch)
	}, func(s *state) {
		s.setSum(sum[:])
		s.clear(scratch)
	}}, func(s *state) {
		s.setWords(0, roots(8, math.Sqrt)...)
		words := padded(message)
		s.setWords(4, words[:]...)
		for i, k := range roots(64, math.Cbrt) {
			setLane(s.mem[:], 4, i, uint64(k))
		}
		s.gpr[1] = memory
	})
}

// clearVectors makes registers zero, and clear does so in the model.
func clearVectors(a *assembler, regs []int) {
	for _, r := range regs {
		a.Emit(arm64asm.MOVI, arm64.V(r).B16(), arm64.Imm(0))
	}
}

func (s *state) clear(regs []int) {
	for _, r := range regs {
		s.v[r] = vector{}
	}
}

// TestSHA1 does the same with V0 and S1, and the constants in the registers V24 to V27.
func TestSHA1(t *testing.T) {
	count(t)
	v := func(i int) arm64.V4S { return arm64.V(i).S4() }
	scratch := []int{2, 4, 5, 6, 7, 16, 20, 21}
	sum := sha1.Sum(message)
	check(t, test{"SHA1", arm64.FEAT_SHA1, func(a *assembler) {
		a.Emit(arm64asm.MOV, arm64.V(20).B16(), arm64.V(0).B16())
		a.Emit(arm64asm.MOV, arm64.V(21).B16(), arm64.V(1).B16())
		for i := range 20 {
			m := func(k int) arm64.V4S { return v(4 + (i+k)%4) }
			e, next := arm64.S(1+i%2), arm64.S(2-i%2)
			a.Emit(arm64asm.ADD, v(16), m(0), v(24+i/5))
			a.Emit(arm64asm.SHA1H, next, arm64.S0)
			a.Emit([]arm64asm.Op{arm64asm.SHA1C, arm64asm.SHA1P, arm64asm.SHA1M, arm64asm.SHA1P}[i/5], arm64.Q0, e, v(16))
			if i < 16 {
				a.Emit(arm64asm.SHA1SU0, m(0), m(1), m(2))
				a.Emit(arm64asm.SHA1SU1, m(0), m(3))
			}
		}
		a.Emit(arm64asm.ADD, v(0), v(0), v(20))
		a.Emit(arm64asm.ADD, v(1), v(1), v(21))
		clearVectors(a, scratch)
	}, func(s *state) {
		s.setSum(sum[:])
		s.clear(scratch)
	}}, func(s *state) {
		s.clear([]int{1})
		s.setWords(0, 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0)
		words := padded(message)
		s.setWords(4, words[:]...)
		for i, k := range []uint32{0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6} {
			s.setWords(24+i, k, k, k, k)
		}
	})
}

// TestSHA3 has the bitwise operations of FEAT_SHA3, and the schedule of SHA-512.
func TestSHA3(t *testing.T) {
	count(t)
	at := func(s *state, r uint8, i int) uint64 { return lane(s.v[r][:], 8, i) }
	d, x, y, z := uint8(3), uint8(8), uint8(19), uint8(30)
	b16, d2 := func(r uint8) arm64.Arg { return arranged(r, 1, 16) }, func(r uint8) arm64.Arg { return arranged(r, 8, 16) }
	vectorTest(t, "EOR3", arm64.FEAT_SHA3, emit(arm64.EOR3, b16(d), b16(x), b16(y), b16(z)), d, 16, 8, func(s *state, i int) uint64 {
		return at(s, x, i) ^ at(s, y, i) ^ at(s, z, i)
	}, fills(8))
	vectorTest(t, "BCAX", arm64.FEAT_SHA3, emit(arm64.BCAX, b16(d), b16(x), b16(y), b16(z)), d, 16, 8, func(s *state, i int) uint64 {
		return at(s, x, i) ^ at(s, y, i)&^at(s, z, i)
	}, fills(8))
	vectorTest(t, "RAX1", arm64.FEAT_SHA3, emit(arm64.RAX1, d2(d), d2(x), d2(y)), d, 16, 8, func(s *state, i int) uint64 {
		return at(s, x, i) ^ bits.RotateLeft64(at(s, y, i), 1)
	}, fills(8))
	for _, by := range []int{0, 1, 63} {
		vectorTest(t, "XAR", arm64.FEAT_SHA3, emit(arm64.XAR, d2(d), d2(x), d2(y), arm64.Imm(by)), d, 16, 8, func(s *state, i int) uint64 {
			return bits.RotateLeft64(at(s, x, i)^at(s, y, i), -by)
		}, fills(8))
	}
	sigma := func(x uint64, r1, r2, shift int) uint64 {
		return bits.RotateLeft64(x, -r1) ^ bits.RotateLeft64(x, -r2) ^ x>>shift
	}
	vectorTest(t, "SHA512SU0", arm64.FEAT_SHA512, emit(arm64.SHA512SU0, d2(d), d2(x)), d, 16, 8, func(s *state, i int) uint64 {
		next := []uint64{at(s, d, 1), at(s, x, 0)}[i]
		return at(s, d, i) + sigma(next, 1, 8, 7)
	}, fills(8))
	vectorTest(t, "SHA512SU1", arm64.FEAT_SHA512, emit(arm64.SHA512SU1, d2(d), d2(x), d2(y)), d, 16, 8, func(s *state, i int) uint64 {
		return at(s, d, i) + sigma(at(s, x, i), 19, 61, 6) + at(s, y, i)
	}, fills(8))
}

// polynomial is the product without carries, of up to 128 bits.
func polynomial(x, y uint64) (lo, hi uint64) {
	for i := range 64 {
		if y>>i&1 != 0 {
			lo ^= x << i
			hi ^= x >> (64 - i)
		}
	}
	return lo, hi
}

func TestPolynomials(t *testing.T) {
	count(t)
	for half, op := range []arm64asm.Op{arm64asm.PMULL, arm64asm.PMULL2} {
		d, x, y := anyVector(), anyVector(), anyVector()
		vectorTest(t, fmt.Sprint(op, 1), 0, emit(op, arranged(d, 2, 16), arranged(x, 1, 8+8*half), arranged(y, 1, 8+8*half)), d, 16, 2, func(s *state, i int) uint64 {
			lo, _ := polynomial(uint64(s.v[x][i+8*half]), uint64(s.v[y][i+8*half]))
			return lo
		}, fills(1))
		vectorTest(t, fmt.Sprint(op, 8), arm64.FEAT_PMULL, emit(op, arm64.V(d).Q1(), arranged(x, 8, 8+8*half), arranged(y, 8, 8+8*half)), d, 16, 8, func(s *state, i int) uint64 {
			lo, hi := polynomial(lane(s.v[x][:], 8, half), lane(s.v[y][:], 8, half))
			return []uint64{lo, hi}[i]
		}, fills(8))
	}
	d, x, y := anyVector(), anyVector(), anyVector()
	vectorTest(t, "PMUL", 0, emit(arm64asm.PMUL, arranged(d, 1, 16), arranged(x, 1, 16), arranged(y, 1, 16)), d, 16, 1, func(s *state, i int) uint64 {
		lo, _ := polynomial(uint64(s.v[x][i]), uint64(s.v[y][i]))
		return lo
	}, fills(1))
}
