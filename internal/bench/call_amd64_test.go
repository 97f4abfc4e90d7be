package bench

const addBytes = "\x48\x8d\x04\x37" + // lea rax, [rdi+rsi]
	"\xc3" // ret

// loopBytes counts its argument down to 0, and up from 0 what it returns.
const loopBytes = "\x31\xc0\x48\xff\xc0\x48\xff\xcf\x75\xf8\xc3"

// repeatBytes is uint64_t repeat(uint64_t (*f)(uint64_t), uint64_t n): the sum of f(n), f(n-1), ... f(1).
const repeatBytes = "" +
	"\x53" + // push rbx
	"\x55" + // push rbp
	"\x41\x54" + // push r12
	"\x48\x89\xfd" + // mov rbp,rdi
	"\x48\x89\xf3" + // mov rbx,rsi
	"\x45\x31\xe4" + // xor r12d,r12d
	"\x48\x89\xdf" + // mov rdi,rbx
	"\xff\xd5" + // call rbp
	"\x49\x01\xc4" + // add r12,rax
	"\x48\xff\xcb" + // dec rbx
	"\x75\xf3" + // jne 0xd
	"\x4c\x89\xe0" + // mov rax,r12
	"\x41\x5c" + // pop r12
	"\x5d" + // pop rbp
	"\x5b" + // pop rbx
	"\xc3" // ret

// loadBytes gives what its argument points to.
const loadBytes = "\x48\x8b\x07\xc3"

// endlessBytes is a loop.
const endlessBytes = "\xeb\xfe"
