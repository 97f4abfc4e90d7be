package tramp

// IntRegs is the number of integer arguments that pass in registers.
const IntRegs = 6

// Trap is what fills memory that holds no code: INT3, one byte at any place.
var Trap = []byte{0xcc}

// Reach is how far apart two places can be, in bytes, for a direct branch between them: rel32.
const Reach = 1 << 31
