package arm64

import (
	"encoding/binary"
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
)

// machine runs the few instructions that the forms of branches, the loads of literals and the constants are made of, on any
// host. What the code does on a CPU internal/semantics tests.
type machine struct {
	t    testing.TB
	code []byte
	base uint64 // address of the code
	pc   uint64
	x    [31]uint64
	d    [32]uint64
	cond uint16 // bit c: condition c holds
}

// loaded puts an object at an address that is no multiple of more than it demands.
func loaded(t testing.TB, o *asm.Object) *machine {
	m := &machine{t: t, code: room(o.Len()), base: 0x7fff_1234_5000 + 0xffc&-uint64(o.Align()), cond: 1 << AL}
	require.NoError(t, o.Place(m.code, uintptr(m.base)))
	m.pc = m.base
	return m
}

// What is far takes 128 MiB, which the tests share: fresh memory is what they would spend their time on.
var (
	farCode      []byte
	farAssembler Assembler
)

// room gives n bytes; more than 64 MiB only until it is asked the next time.
func room(n int) []byte {
	if n <= 64<<20 {
		return make([]byte, n)
	}
	if len(farCode) < n {
		farCode = make([]byte, n+1<<20)
	}
	return farCode[:n]
}

// far gives an assembler that has memory for code of more than 128 MiB.
func far() *Assembler {
	if farAssembler.Reset(); cap(farAssembler.s.Buf) == 0 {
		farAssembler.s.Buf = make([]byte, 0, 129<<20)
	}
	return &farAssembler
}

// finish gives the code of an assembler, ready to run.
func finish(t testing.TB, a *Assembler) *machine {
	o, err := a.Finish()
	require.NoError(t, err)
	return loaded(t, o)
}

func (m *machine) get(r uint32) uint64 {
	if r == 31 {
		return 0
	}
	return m.x[r]
}

func (m *machine) set(r uint32, v uint64) {
	if r < 31 {
		m.x[r] = v
	}
}

// load reads n bytes, which must be in the code.
func (m *machine) load(addr uint64, n int) (v uint64) {
	if addr-m.base > uint64(len(m.code)-n) {
		m.t.Fatalf("load from %#x, %#x behind the code", addr, addr-m.base)
	}
	for i := range n {
		v |= uint64(m.code[addr-m.base+uint64(i)]) << (8 * i)
	}
	return v
}

// run runs until the code is left, or at most n instructions.
func (m *machine) run(n int) {
	for ; n > 0 && m.pc-m.base < uint64(len(m.code)); n-- {
		m.step()
	}
}

func (m *machine) step() {
	w := uint32(m.load(m.pc, 4))
	at, rd, rn := m.pc, w&31, w>>5&31
	signed := func(v uint32, width int) uint64 { return uint64(int64(uint64(v)<<(64-width)) >> (64 - width)) }
	imm26, imm19, imm14 := signed(w&(1<<26-1), 26)*4, signed(w>>5&(1<<19-1), 19)*4, signed(w>>5&(1<<14-1), 14)*4
	imm21 := signed(w>>5&(1<<19-1)<<2|w>>29&3, 21)
	sf := uint64(1)<<(32<<(w>>31)) - 1 // mask of the register
	m.pc += 4
	branch := func(taken bool, distance uint64) {
		if taken {
			m.pc = at + distance
		}
	}
	switch {
	case w == uint32(nop):
	case w>>26 == 0b000101:
		m.pc = at + imm26
	case w>>26 == 0b100101:
		m.x[30], m.pc = m.pc, at+imm26
	case w>>24 == 0x54:
		branch(m.cond>>(w&15)&1 != 0, imm19)
	case w>>25&0x3f == 0b011010:
		branch(m.get(rd)&sf == 0 == (w>>24&1 == 0), imm19)
	case w>>25&0x3f == 0b011011:
		branch(m.get(rd)>>(w>>31<<5|w>>19&31)&1 == uint64(w>>24&1), imm14)
	case w>>24&0x9f == 0x10:
		m.set(rd, at+imm21)
	case w>>24&0x9f == 0x90:
		m.set(rd, at&^0xfff+imm21<<12)
	case w>>22 == 0x244: // ADD (immediate)
		if max(rd, rn) == 31 {
			m.t.Fatalf("%08x changes sp", w)
		}
		m.set(rd, m.get(rn)+uint64(w>>10&0xfff))
	case w>>10 == 0x3587c0:
		m.pc = m.get(rn)
	case w>>10 == 0x358fc0:
		m.x[30], m.pc = m.pc, m.get(rn)
	case w>>10 == 0x3597c0: // RET
		m.pc = m.get(rn)
	case w>>23&0xff == 0b10100101, w>>23&0xff == 0b00100101, w>>23&0xff == 0b11100101: // MOVZ, MOVN, MOVK
		shift := w >> 21 & 3 * 16
		v := uint64(w>>5&0xffff) << shift
		switch w >> 29 & 3 {
		case 0:
			v = ^v
		case 3:
			v |= m.get(rd) &^ (0xffff << shift)
		}
		m.set(rd, v&sf)
	case w>>23&0xff == 0b01100100: // ORR (immediate)
		m.set(rd, (m.get(rn)|decodeBitmask(w>>10&0x1fff))&sf)
	default:
		m.loads(w, at+imm19)
	}
}

// loads runs a load, literal or from an address in a register.
func (m *machine) loads(w uint32, literal uint64) {
	addr, rt := m.get(w>>5&31), w&31
	switch w >> 24 {
	case 0x18, 0x58, 0x98, 0xd8, 0x1c, 0x5c, 0x9c:
		addr = literal
	}
	switch {
	case w>>24 == 0x18, w>>10 == 0xb9400000>>10:
		m.set(rt, m.load(addr, 4))
	case w>>24 == 0x58, w>>10 == 0xf9400000>>10:
		m.set(rt, m.load(addr, 8))
	case w>>24 == 0x98, w>>10 == 0xb9800000>>10:
		m.set(rt, uint64(int32(m.load(addr, 4))))
	case w>>24 == 0xd8, w>>10 == 0xf9800000>>10: // PRFM
		m.d[rt] = m.load(addr, 1)
	case w>>24 == 0x1c, w>>10 == 0xbd400000>>10:
		m.d[rt] = m.load(addr, 4)
	case w>>24 == 0x5c, w>>10 == 0xfd400000>>10:
		m.d[rt] = m.load(addr, 8)
	case w>>24 == 0x9c, w>>10 == 0x3dc00000>>10:
		m.d[rt] = m.load(addr, 8) ^ bits.ReverseBytes64(m.load(addr+8, 8))
	default:
		m.t.Fatalf("%08x at %#x", w, m.pc-4-m.base)
	}
}

// wordAt is an instruction of the code.
func (m *machine) wordAt(off int) uint32 { return binary.LittleEndian.Uint32(m.code[off:]) }
