//go:build !linux || !(amd64 || arm64)

package tramp

// IntRegs is the number of integer arguments that pass in registers.
const IntRegs = 6

// Trap is what fills memory that holds no code.
var Trap = []byte{0}

// Reach is how far apart two places can be, in bytes, for a direct branch between them.
const Reach = 1 << 31

// Supported tells whether generated code can be called on this platform.
const Supported = false

// Enter does not call anything on this platform.
func Enter(f *Fiber, t *Target, args []uint64, shape Shape) (r uint64, s Status) {
	return 0, Unfit
}

func getg() uintptr { return 0 }
