package models

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/wxjit/wxjit/asm/amd64"
)

// widths are those of general registers in bits, in the order of the methods in the tables.
var widths = [4]int{8, 16, 32, 64}

// reg gives the n bits of register r; of 8 bits, 16 to 19 are AH to BH.
func (s *state) reg(n int, r uint8) uint64 {
	if n == 8 && r >= uint8(amd64.AH) {
		return s.gpr[r-16] >> 8 & 0xff
	}
	return s.gpr[r] & maskOf(n)
}

// setReg writes n bits of register r: 32 clear the upper half, 8 and 16 leave the rest.
func (s *state) setReg(n int, r uint8, x uint64) {
	x &= maskOf(n)
	switch {
	case n >= 32:
		s.gpr[r] = x
	case n == 8 && r >= uint8(amd64.AH):
		s.gpr[r-16] = s.gpr[r-16]&^0xff00 | x<<8
	default:
		s.gpr[r] = s.gpr[r]&^maskOf(n) | x
	}
}

// setFlags replaces those of the mask.
func (s *state) setFlags(mask, flags uint64) { s.flags = s.flags&^mask | flags&mask }

// resultFlags are SF, ZF and PF of a result of n bits.
func resultFlags(n int, r uint64) uint64 {
	r &= maskOf(n)
	return set(zf, r == 0) | set(sf, r>>(n-1) != 0) | set(pf, bits.OnesCount8(uint8(r))%2 == 0)
}

// addition is x+y+carry in n bits, and the flags.
func addition(n int, x, y, carry uint64) (r, flags uint64) {
	r, out := bits.Add64(x, y, carry)
	if n < 64 {
		out = r >> n
		r &= maskOf(n)
	}
	flags = resultFlags(n, r) | set(cf, out != 0) | set(af, x&15+y&15+carry > 15)
	return r, flags | set(of, (x^r)&(y^r)>>(n-1)&1 != 0)
}

// subtraction is x-y-borrow in n bits, and the flags.
func subtraction(n int, x, y, borrow uint64) (r, flags uint64) {
	r, out := bits.Sub64(x, y, borrow)
	r &= maskOf(n)
	flags = resultFlags(n, r) | set(cf, out != 0) | set(af, x&15 < y&15+borrow)
	return r, flags | set(of, (x^y)&(x^r)>>(n-1)&1 != 0)
}

// flagInputs are what the flags are before: none, all, and CF alone or not.
var flagInputs = []uint64{0, six, cf, six &^ cf}

// picker draws registers, so that a table of instructions comes upon all of them. RSP is not among them: it holds the
// stack.
type picker struct{ n int }

// draw gives n another value.
func (p *picker) draw() { p.n = generator.IntN(1 << 20) }

// one gives a register of n bits that is none of the others, nor a part of one; high allows AH to BH.
func (p *picker) one(n int, high bool, others ...uint8) uint8 {
	for {
		p.draw()
		r := uint8(p.n * 7 % 16)
		if n == 8 && high && p.n%5 == 0 {
			r = uint8(amd64.AH) + uint8(p.n/5%4)
		}
		whole := func(r uint8) uint8 {
			if r >= uint8(amd64.AH) {
				return r - uint8(amd64.AH)
			}
			return r
		}
		if r != uint8(amd64.RSP) && !slices.ContainsFunc(others, func(o uint8) bool { return whole(o) == whole(r) }) {
			return r
		}
	}
}

// withREX tells whether a register of 8 bits takes a REX prefix, with which there is no AH.
func withREX(r uint8) bool { return r >= uint8(amd64.SPL) && r < uint8(amd64.AH) }

// two gives two registers of n bits that go into one instruction, sometimes the same.
func (p *picker) two(n int) (dst, src uint8) {
	for {
		dst, src = p.one(n, true), p.one(n, true)
		if p.n%11 == 0 {
			src = dst
		}
		if n > 8 || dst < uint8(amd64.AH) && src < uint8(amd64.AH) || !withREX(dst) && !withREX(src) {
			return dst, src
		}
	}
}

// place is an operand in memory: off bytes from its start, addressed by one register.
type place struct {
	base amd64.Reg64
	disp int32
	off  int
}

// place gives one whose base is none of the given registers. An 8-bit register of 16 or more can't be with R8 to R15.
func (p *picker) place(others ...uint8) place {
	old := slices.ContainsFunc(others, func(r uint8) bool { return r >= uint8(amd64.AH) })
	for {
		r := p.one(64, false, others...)
		if !old || r < uint8(amd64.R8) {
			return place{amd64.Reg64(r), []int32{0, 8, -3, 0x1234}[p.n>>4%4], 64 + p.n>>6%700}
		}
	}
}

func (p place) mem() amd64.Mem { return amd64.MemBase(p.base, p.disp) }

// point makes the register point there.
func (p place) point(s *state) { s.gpr[p.base] = memory + uint64(p.off) - uint64(int64(p.disp)) }

// at gives the n bits in memory off bytes from its start.
func (s *state) at(n, off int) uint64 {
	var b [8]byte
	copy(b[:n/8], s.mem[off:])
	return binary.LittleEndian.Uint64(b[:])
}

// setAt writes n bits off bytes from the start of memory.
func (s *state) setAt(n, off int, x uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], x)
	copy(s.mem[off:], b[:n/8])
}
