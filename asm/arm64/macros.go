package arm64

import (
	"encoding/binary"
	"math/bits"

	"github.com/wxjit/wxjit/asm"
)

// The methods of this file are not instructions of the manual: what they emit depends on their operands, and may be more
// than one instruction, or data.

// Extern makes a label of another object, by its name there. [asm.Link] finds it.
func (a *Assembler) Extern(name string) asm.Label { return a.s.Extern(name) }

// literalReach is how far behind its first use a literal pool ends: the reach of LDR (literal), with a margin for the pool's
// alignment and for branches between that become longer. What then still does not reach takes a longer form.
const literalReach = 1<<20 - 64<<10

// veneerReach is how far from its use a veneer may be, likewise.
const veneerReach = 1<<27 - 64<<20

// Literal32 gives the label of a constant of 4 bytes in the literal pool, for LDRwl and LDRsl. Equal constants of one length
// share their place while that is within reach. See "Reach" in the package's documentation for where the pool is.
func (a *Assembler) Literal32(v uint32) asm.Label {
	var b [4]byte
	binary.LittleEndian.PutUint32(b[:], v)
	return a.Literal(b[:])
}

// Literal64 is Literal32 for 8 bytes. For a float64 give math.Float64bits of it.
func (a *Assembler) Literal64(v uint64) asm.Label {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], v)
	return a.Literal(b[:])
}

// Literal is Literal32 for 4, 8, 16, 32 or 64 bytes, at an address that is a multiple of their number.
func (a *Assembler) Literal(b []byte) asm.Label {
	l := a.s.Literal(b, literalReach)
	a.schedule()
	return l
}

// schedule has word write the pool in time, unless that is forbidden.
func (a *Assembler) schedule() {
	if a.rigid {
		a.s.PoolWithin(0)
	} else {
		a.s.PoolWithin(literalReach)
	}
}

// Pool writes the literals and veneers that wait. Control must not come here, as it does not behind B and RET.
func (a *Assembler) Pool() { a.s.Pool(a.Align) }

// LoadConst loads any constant into a register, in the fewest instructions that ORR (immediate), MOVZ, MOVN and MOVK can: one
// to four. The flags stay as they are. LoadLiteral may be shorter.
func (a *Assembler) LoadConst(dst X, v uint64) {
	width := 64
	if v>>32 == 0 {
		width = 32 // writing a W register clears the upper half
	}
	a.constant(uint8(dst), v, width)
}

// LoadConst32 is LoadConst for a 32-bit register: one or two instructions.
func (a *Assembler) LoadConst32(dst W, v uint32) { a.constant(uint8(dst), uint64(v), 32) }

// LoadLiteral is LoadConst where that takes one or two instructions; otherwise it is LDR from the literal pool, which takes
// one and 8 bytes of the pool for each constant.
func (a *Assembler) LoadLiteral(dst X, v uint64) {
	if _, base := plan(v, 64); v>>32 == 0 || differing(base, v) < 2 {
		a.LoadConst(dst, v)
		return
	}
	a.destination(uint8(dst))
	a.LDRxl(dst, a.Literal64(v))
}

// LoadAddr loads an absolute address, of which the code need not be in reach: LoadLiteral does.
func (a *Assembler) LoadAddr(dst X, addr uint64) { a.LoadLiteral(dst, addr) }

// LoadLabel loads the address of a label that is up to 4 GiB away, in this object or another: ADRP, ADD. ADRxl is shorter.
func (a *Assembler) LoadLabel(dst X, l asm.Label) {
	a.ADRPxl(dst, l)
	a.ADDxxl(dst, dst, l)
}

// CallAddr calls an absolute address, wherever the code is placed: BL directly if it is within 128 MiB then, otherwise BL to a
// veneer in the literal pool, which changes X16. One instruction, and 16 bytes of the pool for each address.
func (a *Assembler) CallAddr(addr uint64) { a.viaVeneer(branch|link, addr) }

// JmpAddr jumps as CallAddr calls.
func (a *Assembler) JmpAddr(addr uint64) { a.viaVeneer(branch, addr) }

// veneer is LDR X16, .+8; BR X16, and is followed by the address.
var veneer = []byte{0x50, 0, 0, 0x58, 0, 0x02, 0x1f, 0xd6}

func (a *Assembler) viaVeneer(f form, addr uint64) {
	if addr&3 != 0 {
		a.fail(asm.ErrRange, "address %#x is not a multiple of 4", addr)
		return
	}
	l := a.s.Slot(veneer, addr, veneerReach)
	a.schedule()
	a.word(f)
	a.s.Refer("", len(a.s.Buf)-4, asm.Veneer26, l, int64(addr))
}

// destination checks a general register that a macro writes.
func (a *Assembler) destination(rd uint8) {
	a.with(dstD, a.notZR(rd), 0, 0, 0)
}

// constant loads v into a register of width bits.
func (a *Assembler) constant(rd uint8, v uint64, width int) {
	a.destination(rd)
	sf := form(width>>6) << 31
	first, base := plan(v, width)
	a.word(first | sf | form(rd&31))
	for shift := 0; shift < width; shift += 16 {
		if part := v >> shift & 0xffff; part != base>>shift&0xffff {
			a.word(0x72800000 | sf | form(shift/16)<<21 | form(part)<<5 | form(rd&31)) // MOVK
		}
	}
}

// differing counts the parts of 16 bits in which two values differ.
func differing(v, w uint64) (n int) {
	for d := v ^ w; d != 0; d >>= 16 {
		if d&0xffff != 0 {
			n++
		}
	}
	return n
}

// plan gives the first instruction of those that load v into a register of width bits, and the value that it loads: MOVK
// corrects each part of 16 bits that is not v's.
func plan(v uint64, width int) (first form, base uint64) {
	all := uint64(1)<<width - 1 // of 64 bits, too: a shift by 64 leaves 0
	zero, one := onePart(v), all&^onePart(^v&all)
	first, base = 0x52800000|part(zero), zero // MOVZ
	if differing(one, v) < differing(zero, v) {
		first, base = 0x12800000|part(^one&all), one // MOVN
	}
	for replaced := range differing(base, v) {
		if near, ok := nearBitmask(v, width, replaced); ok {
			field, _ := bitmask(near, uint(width))
			return 0x320003e0 | form(field)<<10, near // ORR <Xd>, XZR, #<imm>
		}
	}
	return first, base
}

// onePart keeps the lowest part of 16 bits that is not zero.
func onePart(v uint64) uint64 { return v & (0xffff << (bits.TrailingZeros64(v|1<<63) &^ 15)) }

// part gives the immediate and shift of a MOVZ or MOVN that loads v.
func part(v uint64) form {
	shift := bits.TrailingZeros64(v|1<<63) &^ 15
	if v == 0 {
		shift = 0
	}
	return form(shift/16)<<21 | form(v>>shift)<<5
}

// nearBitmask finds a bitmask immediate that differs from v in no more than so many parts of 16 bits. Those can be filled in
// few ways: an immediate of elements of 64 bits is one run of ones, whose ends can be moved to the edges of a part; of 32 bits
// the halves are equal; of fewer all parts are.
func nearBitmask(v uint64, width, replaced int) (near uint64, ok bool) {
	for set := uint(0); set < 1<<(width/16); set++ {
		if bits.OnesCount(set) != replaced {
			continue
		}
		var mask, kept uint64
		for i := range width / 16 {
			if set>>i&1 != 0 {
				mask |= 0xffff << (16 * i)
			} else {
				kept = v >> (16 * i) & 0xffff
			}
		}
		low := onePart(mask)
		for _, fill := range [...]uint64{0, mask, low, mask &^ low, bits.RotateLeft64(v, 32), kept * 0x0001_0001_0001_0001} {
			near = v&^mask | fill&mask
			if _, ok := bitmask(near, uint(width)); ok {
				return near, true
			}
			if replaced == 0 {
				break
			}
		}
	}
	return 0, false
}
