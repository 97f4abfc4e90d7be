package semantics

import (
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/x86/x86asm"

	"github.com/wxjit/wxjit/asm/amd64"
)

// reg is general register number n of a width.
func reg(width, n int) x86asm.Reg {
	switch width {
	case 8:
		return []x86asm.Reg{x86asm.AL, x86asm.CL, x86asm.DL, x86asm.BL, 0, 0, x86asm.SIB, x86asm.DIB, x86asm.R8B, x86asm.R9B}[n]
	case 16:
		return x86asm.AX + x86asm.Reg(n)
	case 32:
		return x86asm.EAX + x86asm.Reg(n)
	}
	return x86asm.RAX + x86asm.Reg(n)
}

// merged is what a 64-bit register holds after its part of a width was written.
func merged(old, result uint64, width int) uint64 {
	switch width {
	case 8, 16:
		mask := uint64(1)<<width - 1
		return old&^mask | result&mask
	case 32:
		return result & 0xffffffff
	}
	return result
}

func cut(v uint64, width int) uint64 { return v << (64 - width) >> (64 - width) }
func top(v uint64, width int) bool   { return v>>(width-1)&1 != 0 }
func flag(on bool, f uint64) uint64 {
	if on {
		return f
	}
	return 0
}

// resultFlags are ZF, SF and PF.
func resultFlags(r uint64, width int) uint64 {
	return flag(r == 0, zf) | flag(top(r, width), sf) | flag(bits.OnesCount8(uint8(r))%2 == 0, pf)
}

// addFlags and subFlags model a+b+carry and a-b-borrow: Intel SDM Vol. 1, "Status Flags".
func addFlags(a, b, carry uint64, width int) (r, flags uint64) {
	r = cut(a+b+carry, width)
	carryOut := a&b | (a|b)&^r
	return r, resultFlags(r, width) | flag(top(carryOut, width), cf) | flag(carryOut&8 != 0, af) |
		flag(top((a^r)&(b^r), width), of)
}

func subFlags(a, b, borrow uint64, width int) (r, flags uint64) {
	r = cut(a-b-borrow, width)
	borrowOut := ^a&b | (^a|b)&r
	return r, resultFlags(r, width) | flag(top(borrowOut, width), cf) | flag(borrowOut&8 != 0, af) |
		flag(top((a^b)&(a^r), width), of)
}

var edges = []uint64{
	0, 1, 2, 0x0f, 0x10, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
	0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff, 0x0123456789abcdef,
}

// TestArithmetic: results and all flags that are defined, of two operands: registers, memory on either side, immediate.
func TestArithmetic(t *testing.T) {
	cases := 0
	for _, c := range []struct {
		op     x86asm.Op
		writes bool
		flags  uint64 // those that are defined
		model  func(a, b, carry uint64, width int) (r, flags uint64)
	}{
		{x86asm.ADD, true, allFlags, func(a, b, _ uint64, w int) (uint64, uint64) { return addFlags(a, b, 0, w) }},
		{x86asm.ADC, true, allFlags, addFlags},
		{x86asm.SUB, true, allFlags, func(a, b, _ uint64, w int) (uint64, uint64) { return subFlags(a, b, 0, w) }},
		{x86asm.SBB, true, allFlags, subFlags},
		{x86asm.CMP, false, allFlags, func(a, b, _ uint64, w int) (uint64, uint64) { return subFlags(a, b, 0, w) }},
		{x86asm.AND, true, allFlags &^ af, func(a, b, _ uint64, w int) (uint64, uint64) { return a & b, resultFlags(a&b, w) }},
		{x86asm.OR, true, allFlags &^ af, func(a, b, _ uint64, w int) (uint64, uint64) { return a | b, resultFlags(a|b, w) }},
		{x86asm.XOR, true, allFlags &^ af, func(a, b, _ uint64, w int) (uint64, uint64) { return a ^ b, resultFlags(a^b, w) }},
		{x86asm.TEST, false, allFlags &^ af, func(a, b, _ uint64, w int) (uint64, uint64) { return a & b, resultFlags(a&b, w) }},
	} {
		for _, width := range []int{8, 16, 32, 64} {
			mem := amd64.SizedMem(x86asm.Mem{Base: x86asm.RBX, Disp: 8}, width/8)
			for form, args := range [][]x86asm.Arg{
				{reg(width, 9), reg(width, 1)}, {mem, reg(width, 1)}, {reg(width, 9), mem}, {reg(width, 0), x86asm.Imm(-3)}, {mem, x86asm.Imm(100)},
			} {
				if form == 2 && c.op == x86asm.TEST {
					continue // memory is always the first
				}
				p := prepare(t, noVectors, func(a *amd64.Assembler) { a.Emit(c.op, args...) })
				for i, x := range edges {
					y, carry := edges[(i*7+form)%len(edges)], uint64(i&1)
					var s state
					s.r[0], s.r[9], s.r[1], s.r[3], s.flags, s.mem[1] = x, x, y, s.at(0), 2|carry, x
					switch form {
					case 2:
						s.mem[1] = y
					case 3:
						y = ^uint64(2)
					case 4:
						y = 100
					}
					r, flags := c.model(cut(x, width), cut(y, width), carry, width)
					if !c.writes {
						r = x
					}
					p.run(t, &s)
					got, want := s.r[9], merged(x, r, width)
					switch {
					case form == 3:
						got = s.r[0]
					case form == 1 || form == 4:
						got, want = cut(s.mem[1], width), cut(r, width)
					}
					if !c.writes && form != 1 && form != 4 {
						want = x
					}
					if got != want || s.flags&c.flags != flags&c.flags {
						t.Fatalf("%v %v, %d bits: %#x, %#x: %#x flags %#x, not %#x flags %#x", c.op, args, width, x, y, got, s.flags&c.flags, want, flags&c.flags)
					}
					cases++
				}
				require.NoError(t, p.code.Release())
			}
		}
	}
	t.Logf("%d cases", cases)
}

// TestUnary: INC and DEC leave CF alone, NEG sets it, NOT leaves all.
func TestUnary(t *testing.T) {
	for _, c := range []struct {
		op    x86asm.Op
		model func(a, old uint64, width int) (r, flags uint64)
	}{
		{x86asm.INC, func(a, old uint64, w int) (uint64, uint64) { r, f := addFlags(a, 1, 0, w); return r, f&^cf | old&cf }},
		{x86asm.DEC, func(a, old uint64, w int) (uint64, uint64) { r, f := subFlags(a, 1, 0, w); return r, f&^cf | old&cf }},
		{x86asm.NEG, func(a, _ uint64, w int) (uint64, uint64) { return subFlags(0, a, 0, w) }},
		{x86asm.NOT, func(a, old uint64, w int) (uint64, uint64) { return ^a, old }},
	} {
		for _, width := range []int{8, 16, 32, 64} {
			p := prepare(t, noVectors, func(a *amd64.Assembler) { a.Emit(c.op, reg(width, 8)) })
			for i, x := range edges {
				var s state
				s.r[8], s.flags = x, 2|uint64(i&1)
				r, flags := c.model(cut(x, width), s.flags&allFlags, width)
				p.run(t, &s)
				require.Equal(t, merged(x, r, width), s.r[8], "%v %d %#x", c.op, width, x)
				require.Equal(t, flags&allFlags, s.flags&allFlags, "%v %d %#x", c.op, width, x)
			}
			require.NoError(t, p.code.Release())
		}
	}
}

// TestShifts compares shifts and rotations by 1, by constants and by cl, with CF.
func TestShifts(t *testing.T) {
	model := func(op x86asm.Op, v uint64, carry uint64, n, w int) (r, c uint64) {
		r, c = cut(v, w), carry
		for range n {
			switch op {
			case x86asm.SHL:
				c, r = r>>(w-1)&1, cut(r<<1, w)
			case x86asm.SHR:
				c, r = r&1, r>>1
			case x86asm.SAR:
				c, r = r&1, r>>1|r&(1<<(w-1))
			case x86asm.ROL:
				c = r >> (w - 1) & 1
				r = cut(r<<1|c, w)
			case x86asm.ROR:
				c = r & 1
				r = r>>1 | c<<(w-1)
			case x86asm.RCL:
				old := c
				c = r >> (w - 1) & 1
				r = cut(r<<1|old, w)
			case x86asm.RCR:
				old := c
				c = r & 1
				r = r>>1 | old<<(w-1)
			}
		}
		return r, c
	}
	for _, op := range []x86asm.Op{x86asm.SHL, x86asm.SHR, x86asm.SAR, x86asm.ROL, x86asm.ROR, x86asm.RCL, x86asm.RCR} {
		for _, width := range []int{8, 16, 32, 64} {
			for _, n := range []int{0, 1, 3, width - 1} {
				for _, byCL := range []bool{false, true} {
					p := prepare(t, noVectors, func(a *amd64.Assembler) {
						if byCL {
							a.Emit(op, reg(width, 9), x86asm.CL)
						} else {
							a.Emit(op, reg(width, 9), x86asm.Imm(n))
						}
					})
					for i, x := range edges {
						var s state
						s.r[9], s.r[1], s.flags = x, uint64(n), 2|uint64(i&1)
						r, c := model(op, x, uint64(i&1), n, width)
						p.run(t, &s)
						want := merged(x, r, width)
						require.Equal(t, want, s.r[9], "%v %d %#x by %d", op, width, x, n)
						require.Equal(t, c, s.flags&cf, "%v %d %#x by %d", op, width, x, n)
					}
					require.NoError(t, p.code.Release())
				}
			}
		}
	}
}

// TestMultiplyDivide compares with math/bits.
func TestMultiplyDivide(t *testing.T) {
	rnd := random(1)
	for range 50 {
		x, y := rnd.next(), rnd.next()>>(rnd.next()%60)|1
		var s state
		s.r[0], s.r[1], s.r[2] = x, y, 0
		once(t, noVectors, &s, func(a *amd64.Assembler) { a.MULr64(amd64.RCX) })
		hi, lo := bits.Mul64(x, y)
		require.Equal(t, [2]uint64{hi, lo}, [2]uint64{s.r[2], s.r[0]})

		s.r[2] %= y // so that the quotient fits
		hi = s.r[2]
		once(t, noVectors, &s, func(a *amd64.Assembler) { a.DIVr64(amd64.RCX) })
		q, r := bits.Div64(hi, lo, y)
		require.Equal(t, [2]uint64{q, r}, [2]uint64{s.r[0], s.r[2]})

		s.r[8], s.r[1], s.r[0] = x, y, x
		once(t, noVectors, &s, func(a *amd64.Assembler) {
			a.IMULrr64(amd64.R8, amd64.RCX)
			a.IMULrri64(amd64.R9, amd64.RCX, -1000)
			a.IMULrri32(amd64.R10D, amd64.ECX, 7)
			a.CQO()
			a.IDIVr64(amd64.RCX)
		})
		require.Equal(t, x*y, s.r[8])
		require.Equal(t, uint64(int64(y)*-1000), s.r[9])
		require.Equal(t, uint64(uint32(y)*7), s.r[10])
		require.Equal(t, [2]int64{int64(x) / int64(y), int64(x) % int64(y)}, [2]int64{int64(s.r[0]), int64(s.r[2])})
	}
}

// TestBits compares bit instructions with math/bits.
func TestBits(t *testing.T) {
	need(t, amd64.POPCNT|amd64.LZCNT|amd64.BMI1|amd64.BMI2|amd64.MOVBE)
	p := prepare(t, noVectors, func(a *amd64.Assembler) {
		a.POPCNTrr64(amd64.RAX, amd64.RCX)
		a.LZCNTrr64(amd64.RDX, amd64.RCX)
		a.TZCNTrr64(amd64.RBX, amd64.RCX)
		a.ANDNrrr64(amd64.RSI, amd64.RCX, amd64.R15)
		a.BLSRrr64(amd64.RDI, amd64.RCX)
		a.PEXTrrr64(amd64.R8, amd64.R15, amd64.RCX)
		a.PDEPrrr64(amd64.R9, amd64.R15, amd64.RCX)
		a.RORXrri64(amd64.R10, amd64.RCX, 13)
		a.SHLXrrr64(amd64.R11, amd64.RCX, amd64.R15)
		a.MOVrr64(amd64.R12, amd64.RCX)
		a.BSWAPr64(amd64.R12)
		a.BZHIrrr64(amd64.R13, amd64.RCX, amd64.R15)
		a.MULXrrr64(amd64.R14, amd64.RBP, amd64.RCX) // by rdx, which has the leading zeros
	})
	rnd := random(7)
	for range 200 {
		x, y := rnd.next()>>(rnd.next()%63), rnd.next()
		var s state
		s.r[1], s.r[15] = x, y
		p.run(t, &s)
		var extracted, deposited uint64
		for i, n := 0, 0; i < 64; i++ {
			if x>>i&1 != 0 {
				extracted |= y >> i & 1 << n
				deposited |= y >> n & 1 << i
				n++
			}
		}
		hi, lo := bits.Mul64(x, uint64(bits.LeadingZeros64(x)))
		low := x
		if n := y & 0xff; n < 64 {
			low = x & (1<<n - 1)
		}
		require.Equal(t, []uint64{
			uint64(bits.OnesCount64(x)), uint64(bits.LeadingZeros64(x)), uint64(bits.TrailingZeros64(x)), ^x & y, x & (x - 1),
			extracted, deposited, bits.RotateLeft64(x, -13), x << (y & 63), bits.ReverseBytes64(x), low, hi, lo,
		}, []uint64{s.r[0], s.r[2], s.r[3], s.r[6], s.r[7], s.r[8], s.r[9], s.r[10], s.r[11], s.r[12], s.r[13], s.r[14], s.r[5]})
	}
	require.NoError(t, p.code.Release())
}
