package bench

const addBytes = "\x00\x00\x01\x8b" + // add x0, x0, x1
	"\xc0\x03\x5f\xd6" // ret

// loopBytes counts its argument down to 0, and up from 0 what it returns.
const loopBytes = "\x01\x00\x80\xd2\x21\x04\x00\x91\x00\x04\x00\xf1\xc1\xff\xff\x54\xe0\x03\x01\xaa\xc0\x03\x5f\xd6"

// repeatBytes is uint64_t repeat(uint64_t (*f)(uint64_t), uint64_t n): the sum of f(n), f(n-1), ... f(1).
const repeatBytes = "" +
	"\xfd\x7b\xbd\xa9" + // stp x29, x30, [sp, #-48]!
	"\xf3\x53\x01\xa9" + // stp x19, x20, [sp, #16]
	"\xf5\x13\x00\xf9" + // str x21, [sp, #32]
	"\xf3\x03\x00\xaa" + // mov x19, x0
	"\xf4\x03\x01\xaa" + // mov x20, x1
	"\x15\x00\x80\xd2" + // mov x21, #0x0
	"\xe0\x03\x14\xaa" + // mov x0, x20
	"\x60\x02\x3f\xd6" + // blr x19
	"\xb5\x02\x00\x8b" + // add x21, x21, x0
	"\x94\x06\x00\xf1" + // subs x20, x20, #0x1
	"\x81\xff\xff\x54" + // b.ne 18
	"\xe0\x03\x15\xaa" + // mov x0, x21
	"\xf5\x13\x40\xf9" + // ldr x21, [sp, #32]
	"\xf3\x53\x41\xa9" + // ldp x19, x20, [sp, #16]
	"\xfd\x7b\xc3\xa8" + // ldp x29, x30, [sp], #48
	"\xc0\x03\x5f\xd6" // ret

// loadBytes gives what its argument points to.
const loadBytes = "\x00\x00\x40\xf9\xc0\x03\x5f\xd6"

// endlessBytes is a loop.
const endlessBytes = "\x00\x00\x00\x14"
