package tramp

//lint:file-ignore U1000 the assembly uses what Go does not

import "sync/atomic"

// A CPU profile is made of program counters in Go's text, and the runtime walks from there to the callers. So what the
// handler shows it for a program counter in generated code is Enter's frame with a program counter in generatedCode, a
// function that is never called and has a frame like Enter's. Each address in it is a slot, which stands for one granule
// of memory: the handler finds the slot in a hash table, or takes a free one. It does so without a lock, for it may have
// interrupted anything, and there are several.
//
// The Go side says later what the granule of a slot is, and when nobody has asked for long, frees the slot.

const (
	// SampleGranule is how much memory a slot stands for, in bytes: no two pieces of code share that.
	SampleGranule = 1 << granuleShift
	// Slots is how many there are. One more, with that number, stands for what finds none.
	Slots = 1 << slotBits

	granuleShift = 4
	slotBits     = 13
	granuleHash  = 64 - slotBits // leaves the index of a slot, of a product with slotFactor
	slotFactor   = 0x9e3779b97f4a7c15
	probes       = 32   // how many slots from there on may be the granule's
	firstSlot    = 2048 // where slots begin in generatedCode, in bytes
	retired      = 1    // in the place of a granule's number: the slot is taken, and by none
)

var (
	granules [Slots]uintptr // the number of the granule that a slot stands for: its address >> granuleShift; 0: free
	seen     [Slots]uint32  // the period in which the slot was shown last
	period   uint32         = 1
	sampled  uint32         // 1 once a slot has been taken
)

// Sampled tells whether a profile has ever found generated code.
func Sampled() bool { return atomic.LoadUint32(&sampled) != 0 }

// SlotPC is what profiles show for slot i, from 0 to Slots.
func SlotPC(i int) uintptr { return generatedPC() + firstSlot + uintptr(i)*slotSize }

// Slot gives the address of the granule that slot i stands for, 0 if there is none, and the period in which it was shown
// last.
func Slot(i int) (addr uintptr, lastSeen uint32) {
	g := atomic.LoadUintptr(&granules[i])
	if g == retired {
		g = 0
	}
	return g << granuleShift, atomic.LoadUint32(&seen[i])
}

// RetireSlot lets slot i stand for nothing any more. It is not shown until FreeSlot, but by a handler under way.
func RetireSlot(i int) { atomic.StoreUintptr(&granules[i], retired) }

// FreeSlot lets a retired slot be taken again.
func FreeSlot(i int) { atomic.StoreUintptr(&granules[i], 0) }

// Period is the number of the period that it is. Who frees slots decides when one ends, with NextPeriod.
func Period() uint32 { return atomic.LoadUint32(&period) }

// NextPeriod begins another period.
func NextPeriod() { atomic.AddUint32(&period, 1) }
