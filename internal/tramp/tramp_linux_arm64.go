package tramp

// IntRegs is the number of integer arguments that pass in registers.
const IntRegs = 8

// Trap is what fills memory that holds no code: UDF #0.
var Trap = []byte{0, 0, 0, 0}

// Reach is how far apart two places can be, in bytes, for a direct branch between them: B and BL.
const Reach = 128 << 20
