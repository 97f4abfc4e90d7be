package tramp

import "encoding/binary"

// IntRegs is the number of integer arguments that pass in registers.
const IntRegs = 8

// Registers is the number of words of struct sigcontext from regs to pstate.
const Registers = 34

// Where registers are in Control.Regs: X0 to X30 by number, then as in linux, arch/arm64/include/uapi/asm/sigcontext.h,
// struct sigcontext.
const (
	SP, PC, Pstate = 31, 32, 33
)

// IntArgs are the places in Control.Regs of the integer arguments that pass in registers.
var IntArgs = [IntRegs]uint8{0, 1, 2, 3, 4, 5, 6, 7}

// Trap is what fills memory that holds no code: UDF #0.
var Trap = []byte{0, 0, 0, 0}

// Reach is how far apart two places can be, in bytes, for a direct branch between them: B and BL.
const Reach = 128 << 20

// StackArgsOffset is how far above SP, as an import finds it, the arguments on the stack begin.
const StackArgsOffset = 0

// StubSize is the length of a stub in bytes.
const StubSize = 32

// slotSize is how far apart slots are, in bytes: an instruction.
const slotSize = 4

// Stub is the code of an import's stub, which runs anywhere. The word will be in Control.Import.
func Stub(word uintptr) []byte {
	var b []byte
	for _, w := range []uint32{
		0x58000090, // LDR X16, .+16
		0x580000b1, // LDR X17, .+20
		0xd61f0220, // BR X17
		0,          // UDF #0
	} {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	b = binary.LittleEndian.AppendUint64(b, uint64(word))
	return binary.LittleEndian.AppendUint64(b, uint64(callbackPC()))
}
