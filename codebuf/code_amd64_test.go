package codebuf

// Machine code for the tests, as GNU as made it from the lines beside.
var (
	codeAdd = code(
		0x48, 0x8d, 0x04, 0x37, // lea rax, [rdi+rsi]
		0xc3, //                   ret
	)
	codeIdentity = code(
		0x48, 0x89, 0xf8, // mov rax, rdi
		0xc3, //             ret
	)
	// codeSpin sets *x0 and waits until *x1 is not 0.
	codeSpin = code(
		0x48, 0xc7, 0x07, 1, 0, 0, 0, // mov qword ptr [rdi], 1
		0xf3, 0x90, //                1: pause
		0x48, 0x83, 0x3e, 0, //          cmp qword ptr [rsi], 0
		0x74, 0xf8, //                   je 1b
		0xb8, 42, 0, 0, 0, //            mov eax, 42
		0xc3, //                         ret
	)
	// codeTrash spoils every register, also those that a C function preserves.
	codeTrash = code(
		0x48, 0xc7, 0xc0, 0xff, 0xff, 0xff, 0xff, // mov rax, -1
		0x48, 0x89, 0xc3, // mov rbx, rax
		0x48, 0x89, 0xc1, // mov rcx, rax
		0x48, 0x89, 0xc2, // mov rdx, rax
		0x48, 0x89, 0xc6, // mov rsi, rax
		0x48, 0x89, 0xc7, // mov rdi, rax
		0x48, 0x89, 0xc5, // mov rbp, rax
		0x49, 0x89, 0xc0, // mov r8, rax
		0x49, 0x89, 0xc1, // mov r9, rax
		0x49, 0x89, 0xc2, // mov r10, rax
		0x49, 0x89, 0xc3, // mov r11, rax
		0x49, 0x89, 0xc4, // mov r12, rax
		0x49, 0x89, 0xc5, // mov r13, rax
		0x49, 0x89, 0xc6, // mov r14, rax
		0x49, 0x89, 0xc7, // mov r15, rax
		0x66, 0x0f, 0x76, 0xc0, //       pcmpeqd xmm0, xmm0
		0x66, 0x45, 0x0f, 0x76, 0xff, // pcmpeqd xmm15, xmm15
		0xb8, 7, 0, 0, 0, //             mov eax, 7
		0xc3, //                         ret
	)
	// codeMixed is float0*float1 + int0 - int1.
	codeMixed = code(
		0xf2, 0x48, 0x0f, 0x2a, 0xd7, // cvtsi2sd xmm2, rdi
		0xf2, 0x48, 0x0f, 0x2a, 0xde, // cvtsi2sd xmm3, rsi
		0xf2, 0x0f, 0x59, 0xc1, //       mulsd xmm0, xmm1
		0xf2, 0x0f, 0x58, 0xc2, //       addsd xmm0, xmm2
		0xf2, 0x0f, 0x5c, 0xc3, //       subsd xmm0, xmm3
		0xc3, //                         ret
	)
	// codeDepth calls itself int0 times, 16 bytes of stack each, and returns int0.
	codeDepth = code(
		0x48, 0x85, 0xff, // test rdi, rdi
		0x74, 0x0e, //       je 2f
		0x48, 0xff, 0xcf, // dec rdi
		0x57,                         // push rdi
		0xe8, 0xf2, 0xff, 0xff, 0xff, // call codeDepth
		0x48, 0xff, 0xc0, // inc rax
		0x5f,       // pop rdi
		0xc3,       // ret
		0x31, 0xc0, // 2: xor eax, eax
		0xc3, // ret
	)
	codeSP = code(
		0x48, 0x89, 0xe0, // mov rax, rsp
		0xc3, //             ret
	)
)

// spAtEntry is what codeSP returns for a stack pointer of 0 at the call.
const spAtEntry = -8

// codePick returns integer argument k.
func codePick(k int) []byte {
	regs := [][]byte{{0x48, 0x89, 0xf8}, {0x48, 0x89, 0xf0}, {0x48, 0x89, 0xd0}, {0x48, 0x89, 0xc8}, {0x4c, 0x89, 0xc0}, {0x4c, 0x89, 0xc8}}
	if k < len(regs) {
		return append(regs[k], 0xc3) // mov rax, reg; ret
	}
	off := 8 + 8*(k-len(regs))
	return code(0x48, 0x8b, 0x84, 0x24, byte(off), byte(off>>8), 0, 0, 0xc3) // mov rax, [rsp+off]; ret
}

// codePickFloat returns floating-point argument k.
func codePickFloat(k int) []byte {
	return code(0x66, 0x0f, 0x28, byte(0xc0+k), 0xc3) // movapd xmm0, xmmk; ret
}

// codeConst returns n.
func codeConst(n uint16) []byte {
	return code(0xb8, byte(n), byte(n>>8), 0, 0, 0xc3) // mov eax, n; ret
}

func code(b ...byte) []byte { return b }
