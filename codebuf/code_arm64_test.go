package codebuf

import "encoding/binary"

// Machine code for the tests, as GNU as made it from the lines beside.
var (
	codeAdd = code(
		0x8b010000, // add x0, x0, x1
		0xd65f03c0, // ret
	)
	codeIdentity = code(0xd65f03c0) // ret
	// codeSpin sets *x0 and waits until *x1 is not 0.
	codeSpin = code(
		0xd2800022, // mov x2, 1
		0xf9000002, // str x2, [x0]
		0xd503203f, // 1: yield
		0xf9400022, // ldr x2, [x1]
		0xb4ffffc2, // cbz x2, 1b
		0xd2800540, // mov x0, 42
		0xd65f03c0, // ret
	)
	// codeTrash spoils every register that is not the platform's or Go's, also those that a C function preserves.
	codeTrash = code(
		0x92800000,                                                 // mov x0, -1
		0xaa0003e1, 0xaa0003e2, 0xaa0003e3, 0xaa0003e4, 0xaa0003e5, // mov x1, x0; ...
		0xaa0003e6, 0xaa0003e7, 0xaa0003e8, 0xaa0003e9, 0xaa0003ea,
		0xaa0003eb, 0xaa0003ec, 0xaa0003ed, 0xaa0003ee, 0xaa0003ef,
		0xaa0003f0, 0xaa0003f1, // mov x17, x0
		0xaa0003f3, 0xaa0003f4, 0xaa0003f5, 0xaa0003f6, 0xaa0003f7, // mov x19, x0; ...
		0xaa0003f8, 0xaa0003f9, 0xaa0003fa, 0xaa0003fb, // mov x27, x0
		0xaa0003fd,                                     // mov x29, x0
		0x9e670000, 0x9e670008, 0x9e67000f, 0x9e67001f, // fmov d0, x0; d8; d15; d31
		0xd28000e0, // mov x0, 7
		0xd65f03c0, // ret
	)
	// codeMixed is float0*float1 + int0 - int1.
	codeMixed = code(
		0x9e620002, // scvtf d2, x0
		0x9e620023, // scvtf d3, x1
		0x1e610800, // fmul d0, d0, d1
		0x1e622800, // fadd d0, d0, d2
		0x1e633800, // fsub d0, d0, d3
		0xd65f03c0, // ret
	)
	// codeDepth calls itself int0 times, 16 bytes of stack each, and returns int0.
	codeDepth = code(
		0xb40000e0, // cbz x0, 2f
		0xd1000400, // sub x0, x0, 1
		0xa9bf7bfd, // stp x29, x30, [sp, -16]!
		0x97fffffd, // bl codeDepth
		0x91000400, // add x0, x0, 1
		0xa8c17bfd, // ldp x29, x30, [sp], 16
		0xd65f03c0, // ret
		0xd2800000, // 2: mov x0, 0
		0xd65f03c0, // ret
	)
	codeSP = code(
		0x910003e0, // mov x0, sp
		0xd65f03c0, // ret
	)
)

// spAtEntry is what codeSP returns for a stack pointer of 0 at the call.
const spAtEntry = 0

// codePick returns integer argument k.
func codePick(k int) []byte {
	if k < 8 {
		return code(0xaa0003e0|uint32(k)<<16, 0xd65f03c0) // mov x0, xk; ret
	}
	return code(0xf94003e0|uint32(k-8)<<10, 0xd65f03c0) // ldr x0, [sp, (k-8)*8]; ret
}

// codePickFloat returns floating-point argument k.
func codePickFloat(k int) []byte {
	return code(0x1e604000|uint32(k)<<5, 0xd65f03c0) // fmov d0, dk; ret
}

// codeConst returns n.
func codeConst(n uint16) []byte {
	return code(0xd2800000|uint32(n)<<5, 0xd65f03c0) // mov x0, n; ret
}

func code(words ...uint32) (b []byte) {
	for _, w := range words {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return b
}
