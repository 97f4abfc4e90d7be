package bench

const addBytes = "\x48\x8d\x04\x37" + // lea rax, [rdi+rsi]
	"\xc3" // ret

// loopBytes counts its argument down to 0, and up from 0 what it returns.
const loopBytes = "\x31\xc0\x48\xff\xc0\x48\xff\xcf\x75\xf8\xc3"

// repeatBytes calls its first argument with n, n-1, ... 1, where n is the second, and returns the sum of what that gives.
const repeatBytes = "\x53\x55\x41\x54\x48\x89\xfd\x48\x89\xf3\x45\x31\xe4\x48\x89\xdf\xff\xd5\x49\x01\xc4\x48\xff\xcb" +
	"\x75\xf3\x4c\x89\xe0\x41\x5c\x5d\x5b\xc3"
