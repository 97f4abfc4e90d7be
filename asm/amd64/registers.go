package amd64

// General registers, by width in bits. A method takes one of the types and no other, so that a register of the wrong
// width does not compile.
type (
	Reg8  uint8
	Reg16 uint8
	Reg32 uint8
	Reg64 uint8
)

// Vector registers, by width: 128, 256 and 512 bits. An XMM register is the low quarter of the ZMM register of its
// number. Numbers 16 to 31 exist in AVX-512 only: instructions with a VEX prefix or an older encoding refuse them.
type (
	XMM uint8
	YMM uint8
	ZMM uint8
)

// Registers of the other kinds: MMX, the stack of the x87 unit, segments.
type (
	MM  uint8
	ST  uint8
	Seg uint8
)

// K is a mask register of AVX-512. As the mask of an instruction K0 stands for all elements.
type K uint8

// Mask says which elements of the destination an AVX-512 instruction writes, and what becomes of the others. It is
// NoMask or made from a mask register with Merge or Zero.
type Mask uint8

// NoMask writes all elements.
const NoMask Mask = 0

const zeroing Mask = 0x80

// Merge leaves the elements as they are where the bit of k is clear.
func (k K) Merge() Mask { return Mask(k) }

// Zero clears the elements where the bit of k is clear. K0 can't.
func (k K) Zero() Mask { return Mask(k) | zeroing }

// Rounding is the direction that an instruction with embedded rounding uses in place of MXCSR's; it raises no exceptions.
type Rounding uint8

// The directions, in the order of their encoding.
const (
	RoundNearest Rounding = iota // to nearest, ties to even
	RoundDown
	RoundUp
	RoundZero
)

// The 64-bit general registers.
const (
	RAX Reg64 = iota
	RCX
	RDX
	RBX
	RSP
	RBP
	RSI
	RDI
	R8
	R9
	R10
	R11
	R12
	R13
	R14
	R15
)

// The 32-bit general registers. Writing one clears the upper half of the 64-bit register.
const (
	EAX Reg32 = iota
	ECX
	EDX
	EBX
	ESP
	EBP
	ESI
	EDI
	R8D
	R9D
	R10D
	R11D
	R12D
	R13D
	R14D
	R15D
)

// The 16-bit general registers.
const (
	AX Reg16 = iota
	CX
	DX
	BX
	SP
	BP
	SI
	DI
	R8W
	R9W
	R10W
	R11W
	R12W
	R13W
	R14W
	R15W
)

// The 8-bit general registers. AH to BH can't be used in an instruction that has a REX prefix.
const (
	AL Reg8 = iota
	CL
	DL
	BL
	SPL
	BPL
	SIL
	DIL
	R8B
	R9B
	R10B
	R11B
	R12B
	R13B
	R14B
	R15B
	AH
	CH
	DH
	BH
)

// The 128-bit vector registers.
const (
	XMM0 XMM = iota
	XMM1
	XMM2
	XMM3
	XMM4
	XMM5
	XMM6
	XMM7
	XMM8
	XMM9
	XMM10
	XMM11
	XMM12
	XMM13
	XMM14
	XMM15
	XMM16
	XMM17
	XMM18
	XMM19
	XMM20
	XMM21
	XMM22
	XMM23
	XMM24
	XMM25
	XMM26
	XMM27
	XMM28
	XMM29
	XMM30
	XMM31
)

// The 256-bit vector registers.
const (
	YMM0 YMM = iota
	YMM1
	YMM2
	YMM3
	YMM4
	YMM5
	YMM6
	YMM7
	YMM8
	YMM9
	YMM10
	YMM11
	YMM12
	YMM13
	YMM14
	YMM15
	YMM16
	YMM17
	YMM18
	YMM19
	YMM20
	YMM21
	YMM22
	YMM23
	YMM24
	YMM25
	YMM26
	YMM27
	YMM28
	YMM29
	YMM30
	YMM31
)

// The 512-bit vector registers.
const (
	ZMM0 ZMM = iota
	ZMM1
	ZMM2
	ZMM3
	ZMM4
	ZMM5
	ZMM6
	ZMM7
	ZMM8
	ZMM9
	ZMM10
	ZMM11
	ZMM12
	ZMM13
	ZMM14
	ZMM15
	ZMM16
	ZMM17
	ZMM18
	ZMM19
	ZMM20
	ZMM21
	ZMM22
	ZMM23
	ZMM24
	ZMM25
	ZMM26
	ZMM27
	ZMM28
	ZMM29
	ZMM30
	ZMM31
)

// The mask registers.
const (
	K0 K = iota
	K1
	K2
	K3
	K4
	K5
	K6
	K7
)

// The MMX registers.
const (
	MM0 MM = iota
	MM1
	MM2
	MM3
	MM4
	MM5
	MM6
	MM7
)

// The registers of the x87 unit, from the top of its stack.
const (
	ST0 ST = iota
	ST1
	ST2
	ST3
	ST4
	ST5
	ST6
	ST7
)

// The segment registers, in the order of their encoding.
const (
	ES Seg = iota
	CS
	SS
	DS
	FS
	GS
)
