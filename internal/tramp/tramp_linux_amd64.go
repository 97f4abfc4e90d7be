package tramp

import "encoding/binary"

// IntRegs is the number of integer arguments that pass in registers.
const IntRegs = 6

// Registers is the number of words of struct sigcontext before the floating-point state.
const Registers = 23

// Where registers are in Control.Regs: linux, arch/x86/include/uapi/asm/sigcontext.h, struct sigcontext.
const (
	R8, R9, R10, R11, R12, R13, R14, R15 = 0, 1, 2, 3, 4, 5, 6, 7
	DI, SI, BP, BX, DX, AX, CX, SP, PC   = 8, 9, 10, 11, 12, 13, 14, 15, 16

	Flags, Segments, ErrorCode, Trapno, Mask, CR2 = 17, 18, 19, 20, 21, 22
)

// IntArgs are the places in Control.Regs of the integer arguments that pass in registers.
var IntArgs = [IntRegs]uint8{DI, SI, DX, CX, R8, R9}

// Trap is what fills memory that holds no code: INT3, one byte at any place.
var Trap = []byte{0xcc}

// Reach is how far apart two places can be, in bytes, for a direct branch between them: rel32.
const Reach = 1 << 31

// StackArgsOffset is how far above SP, as an import finds it, the arguments on the stack begin: the return address is
// in between.
const StackArgsOffset = 8

// StubSize is the length of a stub in bytes.
const StubSize = 32

// slotSize is how far apart slots are, in bytes.
const slotSize = 1

// Stub is the code of an import's stub, which runs anywhere. The word will be in Control.Import.
func Stub(word uintptr) []byte {
	b := []byte{0x49, 0xbb} // MOV R11, imm64
	b = binary.LittleEndian.AppendUint64(b, uint64(word))
	b = append(b, 0xff, 0x25, 0, 0, 0, 0) // JMP [RIP]
	b = binary.LittleEndian.AppendUint64(b, uint64(callbackPC()))
	for len(b) < StubSize {
		b = append(b, Trap...)
	}
	return b
}
