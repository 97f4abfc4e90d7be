package tramp

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// ranges is a set of address ranges that a signal handler can look through while others change it. A range is one word,
// so that it is there as a whole or not at all; blocks of words are added at the end, and stay.
//
//	63                                  20 19            0
//	|  first address >> pageShift         |  pages       |     0: no range
type ranges struct {
	first block // must stay first: the assembly begins there

	mu sync.Mutex // held by who changes it
}

type block struct {
	words [blockWords]uintptr
	next  *block
}

const (
	blockWords = 63
	pageShift  = 12 // the unit of ranges, which divides the page size of every kernel
	lengthBits = 20
	lengthMask = 1<<lengthBits - 1
)

// codes are the ranges where generated code may be; stacks are those of fibers, with their control blocks.
var codes, stacks ranges

// cache are ranges of stacks as last found, by the window of addresses they were looked up for. An entry is right if
// the address is in it: a stack is larger than a window, and its entries go before it does.
var cache [windows]uintptr

const (
	windowShift = 14 // the smallest stack is that large
	windows     = 1024
)

// add puts n bytes at lo in the set, both multiples of 1<<pageShift.
func (r *ranges) add(lo uintptr, n int) {
	if n <= 0 || n>>pageShift > lengthMask || (lo|uintptr(n))&(1<<pageShift-1) != 0 || lo>>(64-lengthBits+pageShift) != 0 {
		panic(fmt.Sprintf("tramp: BUG: range of %d bytes at %#x", n, lo))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	atomic.StoreUintptr(r.find(0), word(lo, n))
}

// remove takes out what add has put in.
func (r *ranges) remove(lo uintptr, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	atomic.StoreUintptr(r.find(word(lo, n)), 0)
}

// Ranges counts those where code and those where stacks may be. Only tests need it.
func Ranges() (codeRanges, stackRanges int) { return codes.count(), stacks.count() }

func (r *ranges) count() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for b := &r.first; b != nil; b = b.next {
		for i := range b.words {
			if b.words[i] != 0 {
				n++
			}
		}
	}
	return n
}

// find gives the place of a word, or if that is 0, a free place, adding a block where there is none.
func (r *ranges) find(w uintptr) *uintptr {
	for b := &r.first; ; b = b.next {
		for i := range b.words {
			if b.words[i] == w {
				return &b.words[i]
			}
		}
		if b.next == nil {
			if w != 0 {
				panic(fmt.Sprintf("tramp: BUG: no range %#x", w))
			}
			b.grow()
		}
	}
}

func word(lo uintptr, n int) uintptr { return lo>>pageShift<<lengthBits | uintptr(n)>>pageShift }

// AddCode says that generated code may be in the n bytes at lo, whole pages. Code that is called outside of such
// ranges can't be interrupted.
func AddCode(lo uintptr, n int) { codes.add(lo, n) }

// RemoveCode takes back an AddCode; nothing may run there any more.
func RemoveCode(lo uintptr, n int) { codes.remove(lo, n) }

// AddStack says that the n bytes at lo are a stack with a Control that is HeadSize below the end, before it is used.
func AddStack(lo uintptr, n int) { stacks.add(lo, n) }

// RemoveStack takes back an AddStack; nothing may run on it any more.
func RemoveStack(lo uintptr, n int) {
	stacks.remove(lo, n)
	for i := range cache {
		if atomic.LoadUintptr(&cache[i]) == word(lo, n) { // which is cheap, for most are not
			atomic.CompareAndSwapUintptr(&cache[i], word(lo, n), 0)
		}
	}
}
