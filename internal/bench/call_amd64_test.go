package bench

const addBytes = "\x48\x8d\x04\x37" + // lea rax, [rdi+rsi]
	"\xc3" // ret
