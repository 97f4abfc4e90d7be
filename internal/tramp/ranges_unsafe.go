package tramp

import (
	"sync/atomic"
	"unsafe"
)

// grow appends an empty block.
//
// SAFETY: the pointer is stored in one step, after the block is complete; who follows it without a lock sees all of it.
func (b *block) grow() {
	atomic.StorePointer((*unsafe.Pointer)(unsafe.Pointer(&b.next)), unsafe.Pointer(new(block)))
}

// HeadSize is how many bytes a stack needs above it: the Control, and what the vector registers need.
func HeadSize() int { return headSize }

var headSize = controlSize + vectorSize

// controlSize is where the vector registers go, seen from the Control: the next multiple of 64.
const controlSize = int(unsafe.Sizeof(Control{})+63) &^ 63
