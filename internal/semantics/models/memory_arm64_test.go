package models

import (
	"fmt"
	"math/bits"
	"testing"

	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm/arm64"
)

// mode is an operand in memory: with start the registers point to addr, and end is what the base is afterwards.
type mode struct {
	mem   arm64.Mem
	start func(s *state, addr uint64)
	end   func(s *state, addr uint64)
}

// modes are the ways of LDR and STR to address size bytes by two registers.
func modes(base, index uint8, size int) (all []mode) {
	b, x := arm64.X(base), arm64.X(index)
	for _, off := range []int{0, 5 * size, -7, 251, -256, 4095 * size} {
		all = append(all, mode{arm64.MemOff(b, off), func(s *state, addr uint64) { s.gpr[base] = addr - uint64(off) }, nil})
	}
	for _, off := range []int{-13, 255, -256, 16} {
		all = append(all, mode{
			arm64.MemPre(b, off), func(s *state, addr uint64) { s.gpr[base] = addr - uint64(off) },
			func(s *state, addr uint64) { s.gpr[base] = addr },
		}, mode{
			arm64.MemPost(b, off), func(s *state, addr uint64) { s.gpr[base] = addr },
			func(s *state, addr uint64) { s.gpr[base] = addr + uint64(off) },
		})
	}
	scale := bits.TrailingZeros(uint(size))
	for _, by := range []int{0, scale} {
		all = append(all, mode{arm64.MemIndex(b, x, by), func(s *state, addr uint64) { s.gpr[base] = addr - s.gpr[index]<<by }, nil})
		for _, kind := range []int{2, 6, 7} {
			all = append(all, mode{arm64.MemExtend(b, extended(kind, index, by)), func(s *state, addr uint64) {
				s.gpr[base] = addr - extend(64, kind, s.gpr[index], by)
			}, nil})
		}
	}
	return append(all, mode{arm64.MemIndex(b, x, 0).Scaled(), func(s *state, addr uint64) { s.gpr[base] = addr - s.gpr[index]<<scale }, nil})
}

// scalar is vector register r as one of size bytes.
func scalar(size int, r uint8) arm64.Arg {
	return map[int]arm64.Arg{1: arm64.B(r), 2: arm64.H(r), 4: arm64.S(r), 8: arm64.D(r), 16: arm64.Q(r)}[size]
}

// access is an instruction that loads or stores size bytes.
type access struct {
	load, store arm64asm.Op // 0 where there is none
	size        int
	to          int  // bits of the general register, 0 for a vector register
	isSigned    bool // the sign is extended
}

var accesses = []access{
	{arm64asm.LDR, arm64asm.STR, 8, 64, false},
	{arm64asm.LDR, arm64asm.STR, 4, 32, false},
	{arm64asm.LDRH, arm64asm.STRH, 2, 32, false},
	{arm64asm.LDRB, arm64asm.STRB, 1, 32, false},
	{arm64asm.LDRSW, 0, 4, 64, true},
	{arm64asm.LDRSH, 0, 2, 64, true},
	{arm64asm.LDRSH, 0, 2, 32, true},
	{arm64asm.LDRSB, 0, 1, 64, true},
	{arm64asm.LDRSB, 0, 1, 32, true},
	{arm64asm.LDR, arm64asm.STR, 1, 0, false},
	{arm64asm.LDR, arm64asm.STR, 2, 0, false},
	{arm64asm.LDR, arm64asm.STR, 4, 0, false},
	{arm64asm.LDR, arm64asm.STR, 8, 0, false},
	{arm64asm.LDR, arm64asm.STR, 16, 0, false},
}

// arg is the register, and loaded what becomes of it.
func (c *access) arg(r uint8) arm64.Arg {
	if c.to == 0 {
		return scalar(c.size, r)
	}
	return general(c.to, r)
}

func (c *access) loaded(s *state, r uint8, b []byte) {
	switch {
	case c.to == 0:
		s.v[r] = vector{}
		copy(s.v[r][:], b[:c.size])
	case c.isSigned:
		s.setReg(c.to, r, uint64(signed(8*c.size, lane(b, c.size, 0))))
	default:
		s.setReg(c.to, r, lane(b, c.size, 0))
	}
}

func (c *access) stored(s *state, r uint8, b []byte) {
	if c.to == 0 {
		copy(b[:c.size], s.v[r][:])
	} else {
		setLane(b, c.size, 0, s.reg(64, r))
	}
}

func TestLoadsAndStores(t *testing.T) {
	count(t)
	for _, c := range accesses {
		regs := distinct(3)
		r, base, index := regs[0], regs[1], regs[2]
		for _, m := range modes(base, index, c.size) {
			off := 64 + generator.IntN(700)
			addr := memory + uint64(off)
			inputs := []func(*state){func(s *state) { m.start(s, addr) }, func(s *state) { m.start(s, addr) }}
			check(t, test{fmt.Sprintf("%v %v, %v", c.load, c.arg(r), m.mem), 0, emit(c.load, c.arg(r), m.mem), func(s *state) {
				c.loaded(s, r, s.mem[off:])
				if m.end != nil {
					m.end(s, addr)
				}
			}}, inputs...)
			if c.store == 0 {
				continue
			}
			check(t, test{fmt.Sprintf("%v %v, %v", c.store, c.arg(r), m.mem), 0, emit(c.store, c.arg(r), m.mem), func(s *state) {
				c.stored(s, r, s.mem[off:])
				if m.end != nil {
					m.end(s, addr)
				}
			}}, inputs...)
		}
	}
}

func TestPairs(t *testing.T) {
	count(t)
	for _, c := range []access{
		{arm64asm.LDP, arm64asm.STP, 8, 64, false},
		{arm64asm.LDP, arm64asm.STP, 4, 32, false},
		{arm64asm.LDPSW, 0, 4, 64, true},
		{arm64asm.LDP, arm64asm.STP, 4, 0, false},
		{arm64asm.LDP, arm64asm.STP, 8, 0, false},
		{arm64asm.LDP, arm64asm.STP, 16, 0, false},
		{arm64asm.LDNP, arm64asm.STNP, 8, 64, false},
		{arm64asm.LDNP, arm64asm.STNP, 16, 0, false},
	} {
		regs := distinct(3)
		r1, r2, base := regs[0], regs[1], regs[2]
		for _, k := range []int{0, 1, -64, 63} {
			d := uint64(k * c.size)
			for i, m := range []arm64.Mem{
				arm64.MemOff(arm64.X(base), int(d)), arm64.MemPre(arm64.X(base), int(d)), arm64.MemPost(arm64.X(base), int(d)),
			} {
				if i > 0 && (c.load == arm64asm.LDNP) {
					continue
				}
				off := 64 + generator.IntN(700)
				addr := memory + uint64(off)
				input := func(s *state) { s.gpr[base] = addr - [3]uint64{d, d, 0}[i] }
				end := func(s *state) { s.gpr[base] += [3]uint64{0, d, d}[i] }
				check(t, test{fmt.Sprintf("%v %v, %v", c.load, c.arg(r1), m), 0, emit(c.load, c.arg(r1), c.arg(r2), m), func(s *state) {
					c.loaded(s, r1, s.mem[off:])
					c.loaded(s, r2, s.mem[off+c.size:])
					end(s)
				}}, input)
				if c.store != 0 {
					check(t, test{fmt.Sprintf("%v %v, %v", c.store, c.arg(r1), m), 0, emit(c.store, c.arg(r1), c.arg(r2), m), func(s *state) {
						c.stored(s, r1, s.mem[off:])
						c.stored(s, r2, s.mem[off+c.size:])
						end(s)
					}}, input)
				}
			}
		}
	}
}

// TestOrdered has loads and stores with an order, and exclusive ones, which are tried until they succeed.
func TestOrdered(t *testing.T) {
	count(t)
	for _, c := range []struct {
		needs             features
		load, store       arm64asm.Op
		exclusive, paired bool
		size              int
	}{
		{0, arm64asm.LDAR, arm64asm.STLR, false, false, 8},
		{0, arm64asm.LDAR, arm64asm.STLR, false, false, 4},
		{0, arm64asm.LDARH, arm64asm.STLRH, false, false, 2},
		{0, arm64asm.LDARB, arm64asm.STLRB, false, false, 1},
		{arm64.FEAT_LRCPC, arm64.LDAPR, arm64asm.STLR, false, false, 8},
		{arm64.FEAT_LRCPC, arm64.LDAPRB, arm64asm.STLRB, false, false, 1},
		{0, arm64asm.LDXR, arm64asm.STXR, true, false, 8},
		{0, arm64asm.LDXR, arm64asm.STLXR, true, false, 4},
		{0, arm64asm.LDAXR, arm64asm.STLXR, true, false, 8},
		{0, arm64asm.LDXRH, arm64asm.STXRH, true, false, 2},
		{0, arm64asm.LDAXRB, arm64asm.STLXRB, true, false, 1},
		{0, arm64asm.LDXP, arm64asm.STXP, true, true, 8},
		{0, arm64asm.LDAXP, arm64asm.STLXP, true, true, 8},
		{0, arm64asm.LDXP, arm64asm.STXP, true, true, 4},
	} {
		regs := distinct(6)
		status, old, old2, x, x2, base := regs[0], regs[1], regs[2], regs[3], regs[4], regs[5]
		n := max(8*c.size, 32)
		m := arm64.MemOff(arm64.X(base), 0)
		off := 64 + 16*generator.IntN(40)
		check(t, test{fmt.Sprint(c.load, c.store, c.size), c.needs, func(a *assembler) {
			switch again := a.NewLabel(""); {
			case c.paired:
				a.Bind(again)
				a.Emit(c.load, general(n, old), general(n, old2), m)
				a.Emit(c.store, arm64.W(status), general(n, x), general(n, x2), m)
				a.CBNZwl(arm64.W(status), again)
			case c.exclusive:
				a.Bind(again)
				a.Emit(c.load, general(n, old), m)
				a.Emit(c.store, arm64.W(status), general(n, x), m)
				a.CBNZwl(arm64.W(status), again)
			default:
				a.Emit(c.load, general(n, old), m)
				a.Emit(c.store, general(n, x), m)
			}
		}, func(s *state) {
			s.setReg(n, old, lane(s.mem[off:], c.size, 0))
			setLane(s.mem[off:], c.size, 0, s.gpr[x])
			if c.paired {
				s.setReg(n, old2, lane(s.mem[off:], c.size, 1))
				setLane(s.mem[off:], c.size, 1, s.gpr[x2])
			}
			if c.exclusive {
				s.gpr[status] = 0
			}
		}}, filled(4, c.size, false, func(s *state) { s.gpr[base] = memory + uint64(off) })...)
	}
}

// orders are the suffixes of the atomic operations with what they work on, in the order of their constants: "", A, AB, AH, AL,
// ALB, ALH, B, H, L, LB, LH; 0 is the size of the register.
var orders = []int{0, 0, 1, 2, 0, 1, 2, 1, 2, 0, 1, 2}

// atomics change memory by a register; the operations that give no result have the suffixes "", B, H, L, LB, LH.
var atomics = []struct {
	load, store arm64asm.Op
	model       func(n int, old, x uint64) uint64
}{
	{arm64.LDADD, arm64.STADD, func(_ int, old, x uint64) uint64 { return old + x }},
	{arm64.LDCLR, arm64.STCLR, func(_ int, old, x uint64) uint64 { return old &^ x }},
	{arm64.LDEOR, arm64.STEOR, func(_ int, old, x uint64) uint64 { return old ^ x }},
	{arm64.LDSET, arm64.STSET, func(_ int, old, x uint64) uint64 { return old | x }},
	{arm64.LDSMAX, arm64.STSMAX, func(n int, old, x uint64) uint64 { return uint64(max(signed(n, old), signed(n, x))) }},
	{arm64.LDSMIN, arm64.STSMIN, func(n int, old, x uint64) uint64 { return uint64(min(signed(n, old), signed(n, x))) }},
	{arm64.LDUMAX, arm64.STUMAX, func(n int, old, x uint64) uint64 { return max(old&maskOf(n), x&maskOf(n)) }},
	{arm64.LDUMIN, arm64.STUMIN, func(n int, old, x uint64) uint64 { return min(old&maskOf(n), x&maskOf(n)) }},
	{arm64.SWP, 0, func(_ int, _, x uint64) uint64 { return x }},
}

func TestAtomics(t *testing.T) {
	count(t)
	// run has what model says in memory of size bytes and in registers of n bits.
	run := func(op arm64asm.Op, n, size int, code func(m arm64.Mem) func(*assembler), base uint8, model func(s *state, b []byte), equal uint8) {
		off := 64 + 16*generator.IntN(40)
		check(t, test{fmt.Sprint(op, n, size), arm64.FEAT_LSE, code(arm64.MemOff(arm64.X(base), 0)), func(s *state) {
			model(s, s.mem[off:])
		}}, filled(6, size, false, func(s *state) {
			s.gpr[base] = memory + uint64(off)
			if equal < 31 && generator.IntN(2) == 0 {
				s.gpr[equal] = s.gpr[equal]&^maskOf(8*size) | lane(s.mem[off:], size, 0)
			}
		})...)
	}
	for _, n := range widths {
		for i, size := range orders {
			if size != 0 && n == 64 {
				continue // bytes and halves are in W registers
			} else if size == 0 {
				size = n / 8
			}
			regs := distinct(3)
			x, old, base := regs[0], regs[1], regs[2]
			for _, c := range atomics {
				op := c.load + arm64asm.Op(i)
				change := func(s *state, b []byte) uint64 {
					was := lane(b, size, 0)
					setLane(b, size, 0, c.model(8*size, was, s.gpr[x]))
					return was
				}
				run(op, n, size, func(m arm64.Mem) func(*assembler) { return emit(op, general(n, x), general(n, old), m) }, base,
					func(s *state, b []byte) { s.setReg(n, old, change(s, b)) }, 31)
				if c.store != 0 && i < 6 {
					op, size := c.store+arm64asm.Op(i), [6]int{n / 8, 1, 2, n / 8, 1, 2}[i]
					if size < 4 && n == 64 {
						continue
					}
					run(op, n, size, func(m arm64.Mem) func(*assembler) { return emit(op, general(n, x), m) }, base, func(s *state, b []byte) {
						setLane(b, size, 0, c.model(8*size, lane(b, size, 0), s.gpr[x]))
					}, 31)
				}
			}
			op := arm64.CAS + arm64asm.Op(i)
			run(op, n, size, func(m arm64.Mem) func(*assembler) { return emit(op, general(n, old), general(n, x), m) }, base, func(s *state, b []byte) {
				was := lane(b, size, 0)
				if was == s.gpr[old]&maskOf(8*size) {
					setLane(b, size, 0, s.gpr[x])
				}
				s.setReg(n, old, was)
			}, old)
		}
	}
	for _, n := range widths {
		for i := range arm64asm.Op(4) {
			op := arm64.CASP + i
			for _, equal := range []bool{false, true} {
				off := 64 + 16*generator.IntN(40)
				check(t, test{fmt.Sprint("CASP", n, i, equal), arm64.FEAT_LSE, emit(op, general(n, 4), general(n, 5), general(n, 10), general(n, 11),
					arm64.MemOff(arm64.X7, 0)), func(s *state) {
					lo, hi := lane(s.mem[off:], n/8, 0), lane(s.mem[off:], n/8, 1)
					if lo == s.reg(n, 4) && hi == s.reg(n, 5) {
						setLane(s.mem[off:], n/8, 0, s.gpr[10])
						setLane(s.mem[off:], n/8, 1, s.gpr[11])
					}
					s.setReg(n, 4, lo)
					s.setReg(n, 5, hi)
				}}, func(s *state) {
					s.gpr[7] = memory + uint64(off)
					s.gpr[4] = lane(s.mem[off:], n/8, 0)
					if equal {
						s.gpr[5] = lane(s.mem[off:], n/8, 1)
					}
				})
			}
		}
	}
}
