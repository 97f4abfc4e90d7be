//go:build !linux || !(amd64 || arm64)

package tramp

// IntRegs is the number of integer arguments that pass in registers.
const IntRegs = 6

// Registers is the number of words that a signal handler sees.
const Registers = 1

// Trap is what fills memory that holds no code.
var Trap = []byte{0}

// Reach is how far apart two places can be, in bytes, for a direct branch between them.
const Reach = 1 << 31

// Supported tells whether generated code can be called on this platform.
const Supported = false

// Enter does not call anything on this platform.
func Enter(f *Fiber, t *Target, args *uint64, shape Shape) (r uint64, err error) {
	return refused(f, t, args, shape, Unfit)
}

func getg() uintptr { return 0 }

func generatedPC() uintptr { return 0 }

const slotSize = 1

const vectorSize = 0

// Where registers are in Control.Regs.
const (
	SP, PC = 0, 0

	StackArgsOffset = 0
	StubSize        = 16
)

// IntArgs are the places in Control.Regs of the integer arguments that pass in registers.
var IntArgs [IntRegs]uint8

// Stub gives nothing on this platform.
func Stub(uintptr) []byte { return nil }

// Install has nothing to put a handler for.
func Install() error { return nil }

// Ignored is false.
func Ignored() bool { return false }

// Kick does nothing on this platform.
func (f *Fiber) Kick() {}
