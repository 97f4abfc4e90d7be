package tramp

import "sync/atomic"

// bound finds the fiber that belongs to a goroutine. A slot is set once and stays: its fiber serves the goroutine
// whose g is in owner, and after that goroutine's end whichever gets the same g from the runtime. A g runs one
// goroutine at a time, so Enter takes a bound fiber with a plain store where a shared one would need a locked
// instruction (a third of the cost of the whole call). In a slot that is not set is a fiber of no goroutine.
var bound [1 << boundBits]atomic.Pointer[Fiber]

var nobodys Fiber

const (
	boundBits   = 8
	boundShift  = 32 - boundBits // leaves the index of a slot
	boundFactor = 0x61c88647     // spreads the addresses of g's, which differ in few bits
)

func init() {
	for i := range bound {
		bound[i].Store(&nobodys)
	}
}

// slotOf gives the place for the fiber of a goroutine.
func slotOf(g uintptr) *atomic.Pointer[Fiber] { return &bound[uint32(g)*boundFactor>>boundShift] }

// CanBind tells whether the calling goroutine could have a fiber of its own and has none.
func CanBind() bool { return slotOf(getg()).Load() == &nobodys }

// Bind gives f to the calling goroutine for good, unless the place for its fiber is taken. Nobody else may use f
// from then on.
func Bind(f *Fiber) bool {
	f.owner = getg()
	if slotOf(f.owner).CompareAndSwap(&nobodys, f) {
		return true
	}
	f.owner = 0
	return false
}
