package tramp

import (
	"slices"
	"sync"
	"sync/atomic"
)

// names are the ranges of code that have a name, packed as in ranges but by granules of 1<<nameShift bytes. In a CPU
// profile, a sample in range i is shown as one at slot i of the function generated.
var names [maxNames]uintptr

const (
	maxNames  = 1024
	nameShift = 4
	slotSize  = 4 // bytes
)

// naming says what the slots stand for. A slot that is free keeps its name, for the samples there are, until it is needed
// again; those are taken in turn.
var naming struct {
	mu   sync.Mutex
	next int
	of   [maxNames]string
}

// AddName gives a name to the n bytes of code at addr. It does nothing if all slots are taken, or the code is larger
// than 16 MiB.
func AddName(addr uintptr, n int, name string) {
	w, ok := nameWord(addr, n)
	if !ok {
		return
	}
	naming.mu.Lock()
	defer naming.mu.Unlock()
	for range maxNames {
		i := naming.next
		naming.next = (i + 1) % maxNames
		if names[i] == 0 {
			naming.of[i] = name
			atomic.StoreUintptr(&names[i], w)
			return
		}
	}
}

// RemoveName takes back an AddName.
func RemoveName(addr uintptr, n int) {
	w, ok := nameWord(addr, n)
	if !ok {
		return
	}
	naming.mu.Lock()
	defer naming.mu.Unlock()
	if i := slices.Index(names[:], w); i >= 0 {
		atomic.StoreUintptr(&names[i], 0)
	}
}

func nameWord(addr uintptr, n int) (word uintptr, ok bool) {
	const unit = 1 << nameShift
	first := addr >> nameShift
	length := (addr+uintptr(n)+unit-1)>>nameShift - first
	return first<<lengthBits | length, 0 < length && length <= lengthMask
}

// NameOf gives the name of the code that an address in a CPU profile stands for.
func NameOf(addr uint64) (name string, ok bool) {
	i := (addr - uint64(generatedPC())) / slotSize
	if i >= maxNames {
		return "", false
	}
	naming.mu.Lock()
	defer naming.mu.Unlock()
	return naming.of[i], naming.of[i] != ""
}
