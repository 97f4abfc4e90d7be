package arm64

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/wxjit/wxjit/asm"
)

// field says how the value of an operand that is no register is encoded: as its kind says, and for the kind linear as
//
//	(add ± value>>scale) << lo    for values from least to most that are multiples of 1<<scale
//
//	63   50 49      32 31  29 28    23 22 15 14       13   11 10  6 5    0
//	+------+----------+------+--------+-----+--------+-------+-----+------+
//	|      |   most   |      | least  | add |negative| scale | lo  | kind |
//	+------+----------+------+--------+-----+--------+-------+-----+------+
//
// It is a constant in the typed methods and in the table behind Emit.
type field uint64

const (
	lo       field = 1 << 6
	scale    field = 1 << 11
	negative field = 1 << 14
	add      field = 1 << 15
	least    field = 1 << 23
	most     field = 1 << 32

	kindMask = 1<<6 - 1
)

// The kinds.
const (
	linear field = iota + 1

	// Immediates of Arm ARM DDI 0487, "A64 Base Instructions".
	addSub       // 12 bits, or 12 bits shifted left by 12
	lsl12        // the shift of these, 0 or 12
	bitmask32    // a run of ones, rotated and repeated
	bitmask64    //
	movz32       // MOV: 16 bits, shifted
	movz64       //
	movn32       // MOV: the complement of that
	movn64       //
	lslOf        // LSL of most+1 bits, as UBFM
	lsbExtract   // where a bit field begins that is taken from a register of most+1 bits
	lsbInsert    // and one that is put there
	widthExtract // how many bits it has; the value has the lsb above bit 32
	widthInsert  //
	bitNumber    // TBZ, TBNZ
	signed8      // -128 to 127
	rotation90   // 0, 90, 180 or 270
	rotation180  // 90 or 270
	cond0        // a condition
	cond12       //
	condInverted // one that has an opposite
	pstate       // op1:op2 of a field of PSTATE
	sysReg       // a system register
	sysWith      // an operation of DC, IC, AT or TLBI that takes a register; least is its CRn
	sysAlone     // one that takes none
	shifted      // register of most+1 bits with LSL, LSR or ASR
	rotated      // or ROR
	extendedW    // register with an extension: X only where that is of 64 bits
	extendedX    //

	// Of "A64 Advanced SIMD and Floating-point Instructions".
	imm8        // in a:b:c:d:e:f:g:h
	bytes8      // the same, each a byte of zeros or ones
	msl         // 8 or 16
	float8      // sign, three bits of exponent, four of fraction
	float8Split // the same in a:b:c:d:e:f:g:h
	floatZero
	laneOne  // the element is number 1
	laneImm5 // its size is 1<<scale bytes
	laneImm4 //
	laneList //
	laneHLM  // of V0 to V15 only
	laneHL
	laneH
	laneL
	laneImm2

	// Memory and labels, which imm does not encode.
	memBase      // no offset
	memAccess    // an offset of 12 bits that is scaled, or of 9; pre- and post-index; a register
	memPrefetch  // the same without index
	memPair      // 7 bits; pre- and post-index
	memPairPlain // 7 bits
	memUnscaled  // 9 bits, times 1<<scale
	memTag       // the same; pre- and post-index
	memAuth      // 10 bits, times 8; pre-index
	memStructure // no offset; post-index by most bytes, or by a register
	label26
	label19
	label14
	labelAdr
	labelPage
)

func (c field) kind() field  { return c & kindMask }
func (c field) lo() uint     { return uint(c>>6) & 31 }
func (c field) scale() uint  { return uint(c>>11) & 7 }
func (c field) add() int64   { return int64(c>>15) & 255 }
func (c field) least() int64 { return int64(c>>23) & 63 }
func (c field) most() int64  { return int64(c>>32) & (1<<18 - 1) }

// imm encodes the value of an operand.
func (a *Assembler) imm(c field, v int64) form {
	if c.kind() == addSub && uint64(v) < 1<<12 { // most immediates are this one
		return form(v) << 10
	}
	if c.kind() != linear {
		f, why := c.special(v)
		if why != "" {
			a.failValue(c, v, why)
		}
		if k := c.kind(); k >= pstate && k <= sysAlone {
			return form(f) | c.needs(v)
		}
		return form(f)
	}
	if v < c.least() || v > c.most() || v&(1<<c.scale()-1) != 0 {
		a.failValue(c, v, "")
		return 0
	}
	if v >>= c.scale(); c&negative != 0 {
		v = -v
	}
	return form(c.add()+v) << c.lo()
}

// shift encodes a register with a shift, a call less than imm.
func (a *Assembler) shift(c field, r register) form {
	if f, ok := c.shift(r); ok {
		return form(f)
	}
	return a.imm(c, int64(r))
}

func (c field) shift(r register) (f uint32, ok bool) {
	ok = r.reg() <= 31 && int64(r.amount()) <= c.most() && (r.kind() != ror || c.kind() == rotated)
	return uint32(r.kind())<<22 | uint32(r.reg())<<16 | uint32(r.amount())<<10, ok
}

// lsl encodes the number of bits that a register is shifted to the left by, a call less than imm.
func (a *Assembler) lsl(c field, v int64) form {
	if f, ok := c.lsl(v); ok {
		return form(f)
	}
	return a.imm(c, v)
}

func (c field) lsl(v int64) (f uint32, ok bool) {
	mask := c.most() // register width - 1
	return uint32(-v&mask)<<16 | uint32(mask-v)<<10, v >= 0 && v <= mask
}

// fimm encodes a floating-point number.
func (a *Assembler) fimm(c field, v float64) form {
	return a.imm(c, int64(math.Float64bits(v)))
}

// failValue records that a value does not fit.
func (a *Assembler) failValue(c field, v int64, why string) {
	if why == "" {
		why = fmt.Sprintf("%d is not in %d to %d", v, c.least(), c.most())
		if c.scale() > 0 {
			why += fmt.Sprintf(" in steps of %d", 1<<c.scale())
		}
	}
	a.fail(asm.ErrRange, "%s", why)
}

// special encodes a value of a kind that is not linear, or says why it can't.
func (c field) special(v int64) (f uint32, why string) {
	switch c.kind() {
	case addSub:
		switch {
		case v >= 0 && v < 1<<12:
			return uint32(v) << 10, ""
		case v >= 0 && v < 1<<24 && v&0xfff == 0:
			return 1<<22 | uint32(v>>12)<<10, ""
		}
		return 0, fmt.Sprintf("immediate %d is not 12 bits, or 12 bits shifted left by 12", v)
	case lsl12:
		if v == 0 || v == 12 {
			return uint32(v/12) << 22, ""
		}
		return 0, fmt.Sprintf("shift of %d, not 0 or 12", v)
	case bitmask32:
		return logical(unsigned32(v), 32)
	case bitmask64:
		return logical(uint64(v), 64)
	case movz32, movn32:
		return c.wide(unsigned32(v))
	case movz64, movn64:
		return c.wide(uint64(v))
	case lslOf:
		if f, ok := c.lsl(v); ok {
			return f, ""
		}
		return c.bitfield(v)
	case lsbExtract, lsbInsert, widthExtract, widthInsert:
		return c.bitfield(v)
	case cond0, cond12, condInverted, pstate, rotation90, rotation180, bitNumber, signed8:
		return c.plain(v)
	case shifted, rotated:
		if f, ok := c.shift(register(v)); ok {
			return f, ""
		}
		return c.register(v)
	case extendedW, extendedX:
		return c.register(v)
	case sysReg:
		if v >= 0 && v < int64(noSysReg) {
			return uint32(v) << 5, ""
		}
		return 0, fmt.Sprintf("no such system register: %d", v)
	case sysWith, sysAlone:
		return c.operation(v)
	case imm8, bytes8, msl, float8, float8Split, floatZero:
		return c.vector(v)
	}
	return c.lane(v)
}

// split puts 8 bits into a:b:c (18:16) and d:e:f:g:h (9:5).
func split(b uint32) uint32 { return b>>5<<16 | b&31<<5 }

// unsigned32 gives the bits of a number of 32 bits, which may be negative, and others as they are.
func unsigned32(v int64) uint64 {
	if v == int64(int32(v)) {
		return uint64(uint32(v))
	}
	return uint64(v)
}

// logical encodes a bitmask immediate.
func logical(v uint64, width uint) (uint32, string) {
	if f, ok := bitmask(v, width); ok {
		return f << 10, ""
	}
	return 0, fmt.Sprintf("%#x is not a bitmask immediate of %d bits", v, width)
}

// wide encodes a constant that is 16 bits, shifted by a multiple of 16, or the complement of one.
func (c field) wide(v uint64) (uint32, string) {
	width := uint(64)
	if c.kind() == movz32 || c.kind() == movn32 {
		if width = 32; v>>32 != 0 {
			return 0, fmt.Sprintf("%#x has more than 32 bits", v)
		}
	}
	w := v
	if c.kind() == movn32 || c.kind() == movn64 {
		w = ^v & (math.MaxUint64 >> (64 - width))
	}
	shift := uint(0)
	if w != 0 {
		shift = uint(bits.TrailingZeros64(w)) &^ 15
	}
	if w>>shift > 0xffff {
		return 0, fmt.Sprintf("%#x is not 16 bits, shifted by a multiple of 16", v)
	}
	return uint32(shift/16)<<21 | uint32(w>>shift)<<5, ""
}

// bitfield encodes the operands of BFM, SBFM and UBFM by other names: immr in 21:16, imms in 15:10.
func (c field) bitfield(v int64) (uint32, string) {
	mask := c.most() // register width - 1
	lsb, width := v, int64(1)
	if c.kind() == widthExtract || c.kind() == widthInsert {
		lsb, width = v>>32, int64(int32(v))
	}
	if lsb < 0 || lsb > mask {
		return 0, fmt.Sprintf("shift of %d bits by %d", mask+1, lsb)
	}
	if width < 1 || width > mask+1-lsb {
		return 0, fmt.Sprintf("%d bits from bit %d on, of %d", width, lsb, mask+1)
	}
	switch c.kind() {
	case lsbExtract:
		return uint32(lsb) << 16, ""
	case lsbInsert:
		return uint32(-lsb&mask) << 16, ""
	case widthExtract:
		return uint32(lsb+width-1) << 10, ""
	}
	return uint32(width-1) << 10, ""
}

// plain encodes small numbers.
func (c field) plain(v int64) (uint32, string) {
	switch c.kind() {
	case bitNumber:
		if v >= 0 && v < 64 {
			return uint32(v)>>5<<31 | uint32(v)&31<<19, ""
		}
		return 0, fmt.Sprintf("bit %d of 64", v)
	case signed8:
		if v == int64(int8(v)) {
			return uint32(v) & 0xff << c.lo(), ""
		}
		return 0, fmt.Sprintf("%d is not in -128 to 127", v)
	case rotation90, rotation180:
		switch {
		case v != 0 && v != 90 && v != 180 && v != 270 || c.kind() == rotation180 && v != 90 && v != 270:
			return 0, fmt.Sprintf("rotation by %d degrees", v)
		case c.kind() == rotation90:
			return uint32(v/90) << c.lo(), ""
		}
		return uint32(v/180) << c.lo(), ""
	case pstate:
		if v >= 0 && v < 64 {
			return uint32(v)>>3<<16 | uint32(v)&7<<5, ""
		}
		return 0, fmt.Sprintf("no such field of PSTATE: %d", v)
	}
	switch {
	case v > int64(NV):
		return 0, fmt.Sprintf("no such condition: %d", v)
	case c.kind() == cond0:
		return uint32(v), ""
	case c.kind() == cond12:
		return uint32(v) << 12, ""
	case v >= int64(AL):
		return 0, fmt.Sprintf("condition %v has no opposite", Cond(v))
	}
	return uint32(v^1) << 12, ""
}

// operation encodes op1:CRn:CRm:op2 of an operation of SYS. CRn may be 9 for 8: the operations of TLBI that don't wait for
// some accesses.
func (c field) operation(v int64) (uint32, string) {
	if crn := v >> 7 & 15; v < 0 || v >= 1<<14 || crn != c.least() && (crn != 9 || c.least() != 8) {
		return 0, fmt.Sprintf("no such operation: %d", v)
	}
	switch takes := takesRegister(uint16(v)); {
	case takes && c.kind() == sysAlone:
		return 0, "this operation takes a register"
	case !takes && c.kind() == sysWith:
		return 0, "this operation takes no register"
	}
	return uint32(v) << 5, ""
}

// register encodes a register with an extension, or says why one with a shift can't be encoded.
func (c field) register(v int64) (uint32, string) {
	r := register(v)
	switch {
	case r.reg() > 31:
		return 0, "no such register"
	case c.kind() == extendedW || c.kind() == extendedX:
		switch {
		case r.kind() > 7 || r.wide() != (c.kind() == extendedX && r.kind()&3 == uxtx):
			return 0, fmt.Sprintf("%v is not an extended register here", r)
		case r.amount() > 4:
			return 0, fmt.Sprintf("%v: shift of more than 4", r)
		}
		return uint32(r.reg())<<16 | uint32(r.kind())<<13 | uint32(r.amount())<<10, ""
	case int64(r.amount()) > c.most():
		return 0, fmt.Sprintf("shift of %d bits by %d", c.most()+1, r.amount())
	}
	return 0, "this instruction can't rotate"
}

// vector encodes immediates of vector and floating-point instructions.
func (c field) vector(v int64) (uint32, string) {
	switch c.kind() {
	case imm8:
		if v >= 0 && v < 256 {
			return split(uint32(v)), ""
		}
		return 0, fmt.Sprintf("%d is not in 0 to 255", v)
	case bytes8:
		b := uint32(0)
		for i := range 8 {
			switch uint8(v >> (8 * i)) {
			case 0:
			case 0xff:
				b |= 1 << i
			default:
				return 0, fmt.Sprintf("%#x is not bytes of 0 and 0xff", uint64(v))
			}
		}
		return split(b), ""
	case msl:
		if v == 8 || v == 16 {
			return uint32(v/16) << 12, ""
		}
		return 0, fmt.Sprintf("shift of %d, not 8 or 16", v)
	case floatZero:
		if v == 0 {
			return 0, ""
		}
		return 0, "only 0.0"
	}
	b, ok := float8Of(math.Float64frombits(uint64(v)))
	if !ok {
		return 0, fmt.Sprintf("%v is not an immediate of FMOV", math.Float64frombits(uint64(v)))
	}
	if c.kind() == float8 {
		return b << 13, ""
	}
	return split(b), ""
}

// float8Of encodes a number as sign, three bits of exponent and four of fraction: Arm ARM DDI 0487, "Modified immediate
// constants in A64 floating-point instructions".
func float8Of(v float64) (uint32, bool) {
	b := math.Float64bits(v)
	if exponent := b >> 54 & 0x1ff; b<<16 != 0 || exponent != 0x100 && exponent != 0x0ff {
		return 0, false
	}
	return uint32(b>>56&0x80 | b>>48&0x7f), true
}

// lane encodes the number of an element, which is above the register's.
func (c field) lane(v int64) (uint32, string) {
	n, reg := uint32(v>>8), uint32(v&255)
	count := uint32(1) << (4 - c.scale()) // elements of a register
	at := func(limit uint32, f uint32) (uint32, string) {
		if n >= limit {
			return 0, fmt.Sprintf("element %d of %d", n, limit)
		}
		return f, ""
	}
	switch c.kind() {
	case laneOne:
		if n != 1 {
			return 0, "only element 1"
		}
		return 0, ""
	case laneImm5:
		return at(count, n<<(17+c.scale()))
	case laneImm4:
		return at(count, n<<(11+c.scale()))
	case laneList: // Q:S:size
		q := n << c.scale() & 15
		return at(count, q>>3<<30|q&7<<10)
	case laneHLM:
		if reg > 15 {
			return 0, "an element of a vector register above 15"
		}
		return at(8, n>>2<<11|n>>1&1<<21|n&1<<20)
	case laneHL:
		return at(4, n>>1<<11|n&1<<21)
	case laneH:
		return at(2, n<<11)
	case laneL:
		return at(2, n<<21)
	case laneImm2:
		return at(4, n<<12)
	}
	return 0, "an operand that is none"
}

// bitmask encodes a bitmask immediate as N:immr:imms: a run of ones, rotated, repeated in elements of 2, 4, 8, 16, 32 or 64
// bits. Arm ARM DDI 0487, "Logical (immediate)", and DecodeBitMasks.
func bitmask(v uint64, width uint) (field uint32, ok bool) {
	if width == 32 {
		if v>>32 != 0 {
			return 0, false
		}
		v |= v << 32
	}
	if v == 0 || v == math.MaxUint64 {
		return 0, false
	}
	size := uint(64)
	for size > 2 && v<<(64-size/2) == v>>(size/2)<<(64-size/2) {
		size /= 2
	}
	mask := uint64(math.MaxUint64) >> (64 - size)
	elem := v & mask
	ones := uint(bits.OnesCount64(elem))
	// Rotate right until the ones are at the bottom: they begin after the zeros that stand below them, or, when the
	// run goes round the end, after the zeros that the top ones leave.
	var rot uint
	if elem&1 == 0 {
		rot = uint(bits.TrailingZeros64(elem))
	} else {
		rot = size - uint(bits.LeadingZeros64(^elem<<(64-size)))
		rot %= size
	}
	run := uint64(math.MaxUint64) >> (64 - ones)
	if (elem>>rot|elem<<(size-rot))&mask != run {
		return 0, false
	}
	n := uint32(0)
	if size == 64 {
		n = 1
	}
	immr := uint32(size-rot) & uint32(size-1)
	imms := uint32(^(size<<1-1))&0x3f | uint32(ones-1)
	return n<<12 | immr<<6 | imms, true
}
