package tramp

import "sync/atomic"

// bound finds the fiber that belongs to a goroutine. A slot is set once and stays: its fiber serves the goroutine
// whose g is in owner, and after that goroutine's end whichever gets the same g from the runtime. A g runs one
// goroutine at a time, so Enter takes a bound fiber with a plain store where a shared one would need a locked
// instruction (a third of the cost of the whole call).
var bound [boundSlots]atomic.Pointer[Fiber]

const (
	boundSlots = 256
	slotShift  = 64 - 8             // leaves the index of a slot
	slotFactor = 0x9e3779b97f4a7c15 // spreads the addresses of g's, which differ in few bits
)

// CanBind tells whether the calling goroutine could have a fiber of its own and has none.
func CanBind() bool { return bound[getg()*slotFactor>>slotShift].Load() == nil }

// Bind gives f to the calling goroutine for good, unless the place for its fiber is taken. Nobody else may use f
// from then on.
func Bind(f *Fiber) bool {
	f.owner = getg()
	slot := &bound[f.owner*slotFactor>>slotShift]
	if slot.CompareAndSwap(nil, f) {
		return true
	}
	f.owner = 0
	return false
}
