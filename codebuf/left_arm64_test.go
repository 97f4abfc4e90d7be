package codebuf

import "syscall"

// Machine code for the tests of what else can happen than a return, as GNU as made it from the lines beside.
var (
	codeEndless = code(
		0x14000000, // b 0
	)
	codeCount = code(
		0xd2800001, // mov x1, #0x0
		0x91000421, // add x1, x1, #0x1
		0xf1000400, // subs x0, x0, #0x1
		0x54ffffc1, // b.ne 4
		0xaa0103e0, // mov x0, x1
		0xd65f03c0, // ret
	)
	codeForward = code(
		0xa9b67bfd, // stp x29, x30, [sp, #-160]!
		0xa90153f3, // stp x19, x20, [sp, #16]
		0xa9025bf5, // stp x21, x22, [sp, #32]
		0xa90363f7, // stp x23, x24, [sp, #48]
		0xa9046bf9, // stp x25, x26, [sp, #64]
		0xf9002bfb, // str x27, [sp, #80]
		0x6d0627e8, // stp d8, d9, [sp, #96]
		0x6d073fea, // stp d10, d15, [sp, #112]
		0xaa0003e9, // mov x9, x0
		0xaa0103e0, // mov x0, x1
		0xaa0203e1, // mov x1, x2
		0xd2800cb3, // mov x19, #0x65
		0xd2800cd4, // mov x20, #0x66
		0xd2800cf5, // mov x21, #0x67
		0xd2800d16, // mov x22, #0x68
		0xd2800d37, // mov x23, #0x69
		0xd2800d58, // mov x24, #0x6a
		0xd2800d79, // mov x25, #0x6b
		0xd2800d9a, // mov x26, #0x6c
		0xd2800dbb, // mov x27, #0x6d
		0x9e670268, // fmov d8, x19
		0x9e67028f, // fmov d15, x20
		0xd63f0120, // blr x9
		0x8b130000, // add x0, x0, x19
		0x8b140000, // add x0, x0, x20
		0x8b150000, // add x0, x0, x21
		0x8b160000, // add x0, x0, x22
		0x8b170000, // add x0, x0, x23
		0x8b180000, // add x0, x0, x24
		0x8b190000, // add x0, x0, x25
		0x8b1a0000, // add x0, x0, x26
		0x8b1b0000, // add x0, x0, x27
		0x9e660101, // fmov x1, d8
		0x8b010000, // add x0, x0, x1
		0x9e6601e1, // fmov x1, d15
		0x8b010000, // add x0, x0, x1
		0xd111f000, // sub x0, x0, #0x47c
		0x6d4627e8, // ldp d8, d9, [sp, #96]
		0x6d473fea, // ldp d10, d15, [sp, #112]
		0xf9402bfb, // ldr x27, [sp, #80]
		0xa9446bf9, // ldp x25, x26, [sp, #64]
		0xa94363f7, // ldp x23, x24, [sp, #48]
		0xa9425bf5, // ldp x21, x22, [sp, #32]
		0xa94153f3, // ldp x19, x20, [sp, #16]
		0xa8ca7bfd, // ldp x29, x30, [sp], #160
		0xd65f03c0, // ret
	)
	codeRepeat = code(
		0xa9bd7bfd, // stp x29, x30, [sp, #-48]!
		0xa90153f3, // stp x19, x20, [sp, #16]
		0xf90013f5, // str x21, [sp, #32]
		0xaa0003f3, // mov x19, x0
		0xaa0103f4, // mov x20, x1
		0xd2800015, // mov x21, #0x0
		0xaa1403e0, // mov x0, x20
		0xd63f0260, // blr x19
		0x8b0002b5, // add x21, x21, x0
		0xf1000694, // subs x20, x20, #0x1
		0x54ffff81, // b.ne 18
		0xaa1503e0, // mov x0, x21
		0xf94013f5, // ldr x21, [sp, #32]
		0xa94153f3, // ldp x19, x20, [sp, #16]
		0xa8c37bfd, // ldp x29, x30, [sp], #48
		0xd65f03c0, // ret
	)
	codeTenArgs = code(
		0xa9be7bfd, // stp x29, x30, [sp, #-32]!
		0xaa0003e9, // mov x9, x0
		0xd2800020, // mov x0, #0x1
		0xd2800041, // mov x1, #0x2
		0xd2800062, // mov x2, #0x3
		0xd2800083, // mov x3, #0x4
		0xd28000a4, // mov x4, #0x5
		0xd28000c5, // mov x5, #0x6
		0xd28000e6, // mov x6, #0x7
		0xd2800107, // mov x7, #0x8
		0xd280012a, // mov x10, #0x9
		0xd280014b, // mov x11, #0xa
		0xa9bf2fea, // stp x10, x11, [sp, #-16]!
		0xd63f0120, // blr x9
		0x910043ff, // add sp, sp, #0x10
		0xa8c27bfd, // ldp x29, x30, [sp], #32
		0xd65f03c0, // ret
	)
	codeLoad = code(
		0xf9400000, // ldr x0, [x0]
		0xd65f03c0, // ret
	)
	codeStore = code(
		0xf9000001, // str x1, [x0]
		0xd65f03c0, // ret
	)
	codeDeepLoad = code(
		0xb40000c0, // cbz x0, 18
		0xd1000400, // sub x0, x0, #0x1
		0xa9bf7bfd, // stp x29, x30, [sp, #-16]!
		0x97fffffd, // bl 0
		0xa8c17bfd, // ldp x29, x30, [sp], #16
		0xd65f03c0, // ret
		0xf9400020, // ldr x0, [x1]
		0xd65f03c0, // ret
	)
	codeIllegal = code(
		0x00000007, // udf #7
	)
	codeBreak = code(
		0xd4200020, // brk #0x1
		0xd65f03c0, // ret
	)
	codeJump = code(
		0xd61f0000, // br x0
	)
	codeTrashAndLoad = code(
		0x92800001, // mov x1, #0xffffffffffffffff
		0xaa0103e2, // mov x2, x1
		0xaa0103e3, // mov x3, x1
		0xaa0103e4, // mov x4, x1
		0xaa0103e5, // mov x5, x1
		0xaa0103e6, // mov x6, x1
		0xaa0103e7, // mov x7, x1
		0xaa0103e8, // mov x8, x1
		0xaa0103e9, // mov x9, x1
		0xaa0103ea, // mov x10, x1
		0xaa0103eb, // mov x11, x1
		0xaa0103ec, // mov x12, x1
		0xaa0103ed, // mov x13, x1
		0xaa0103ee, // mov x14, x1
		0xaa0103ef, // mov x15, x1
		0xaa0103f0, // mov x16, x1
		0xaa0103f1, // mov x17, x1
		0xaa0103f3, // mov x19, x1
		0xaa0103f4, // mov x20, x1
		0xaa0103f5, // mov x21, x1
		0xaa0103f6, // mov x22, x1
		0xaa0103f7, // mov x23, x1
		0xaa0103f8, // mov x24, x1
		0xaa0103f9, // mov x25, x1
		0xaa0103fa, // mov x26, x1
		0xaa0103fb, // mov x27, x1
		0xaa0103fd, // mov x29, x1
		0xaa0103fe, // mov x30, x1
		0xf9400000, // ldr x0, [x0]
	)
)

// faultTests are faults of all kinds. The machine has none for integer division.
func faultTests(a *Arena, data []byte) []faultTest {
	last := (*a.segments.Load())[0]
	unused := uint64(last.base) + uint64(last.size) - 4096
	return []faultTest{
		{"nil", codeLoad, []uint64{0}, syscall.SIGSEGV, BadAddress, 0, 0},
		{"bad address", codeStore, []uint64{0x1008, 1}, syscall.SIGSEGV, BadAddress, 0x1008, 0},
		{"illegal", codeIllegal, nil, syscall.SIGILL, IllegalInstruction, 0, 0},
		{"breakpoint", codeBreak, nil, syscall.SIGTRAP, Breakpoint, 0, 0},
		{"stack overflow", codeDepth, []uint64{1 << 40}, syscall.SIGSEGV, StackOverflow, 0, 8},
		{"jump to nil", codeJump, []uint64{0}, syscall.SIGSEGV, NotExecutable, 0, 0},
		{"jump to data", codeJump, []uint64{address(data)}, syscall.SIGSEGV, NotExecutable, address(data), 0},
		{"jump to unused code memory", codeJump, []uint64{unused}, syscall.SIGSEGV, NotExecutable, unused, 0},
		{"all registers spoilt", codeTrashAndLoad, []uint64{0x20}, syscall.SIGSEGV, BadAddress, 0x20, len(codeTrashAndLoad) - 4},
	}
}

// repeated is the place in Control.Regs of the function that codeRepeat calls.
const repeated = 19
