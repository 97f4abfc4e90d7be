package bench

const addBytes = "\x00\x00\x01\x8b" + // add x0, x0, x1
	"\xc0\x03\x5f\xd6" // ret
