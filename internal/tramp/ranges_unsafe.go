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

// importOf gives the import of a stub.
//
// SAFETY: a stub holds the address of an Import that is kept alive as long as the stub can be executed, and the
// collector does not move it.
func importOf(word uintptr) *Import { return *(**Import)(unsafe.Pointer(&word)) }
