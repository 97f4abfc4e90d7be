package codebuf

import (
	"fmt"
	"sync"

	"github.com/wxjit/wxjit/internal/tramp"
)

// Namer is a Blob that has a name, for profiles: that of the function which it is. An asm.Object is one.
type Namer interface {
	Blob
	// Name gives the name, or "" if there is none.
	Name() string
}

// named is a name for the code from an offset on.
type named struct {
	off  int
	name string
}

// appendName appends the name of a blob at off, if it has one.
func appendName(list []named, b Blob, off int) []named {
	if n, ok := b.(Namer); ok {
		if name := n.Name(); name != "" {
			return append(list, named{off, name})
		}
	}
	return list
}

// Name gives the name that the code had when it was published: that of the [Namer] at its first byte, or "".
func (c *Code) Name() string {
	if names := c.names(); len(names) > 0 && names[0].off == 0 {
		return names[0].name
	}
	return ""
}

// ProfileSymbol is what a program counter in a CPU profile stands for: 16 bytes of generated code.
type ProfileSymbol struct {
	Name   string  // of the function: what the Namer said, or one made of the address
	Addr   uintptr // the first of the 16 bytes; 0 if there was no slot for them
	Offset int     // of Addr from the first byte of the function
}

// ProfileSymbols says what generated code the program counters in a CPU profile are, by those. While a profile is taken
// (runtime/pprof.StartCPUProfile), generated code is seen in it as program counters in a function of this module
// without meaning; the function that called the code is above it, as always. Package codebuf/profile uses this to
// put the names in.
//
// Of 16 bytes of code that a profile has found the meaning is kept, beyond the code's release, until ProfileSymbols has
// been called twice without a profile having found them again in between. So call it once for each profile, after
// its end and in the order of the profiles, and it will be complete. There is room for 8,192 times 16 bytes; what is found
// when it is full has the name "generated code" for all. It may be called from several goroutines.
func ProfileSymbols() map[uintptr]ProfileSymbol { return samples.symbols() }

// samples knows what slots stand for that can't be found out any more.
var samples sampleSet

type sampleSet struct {
	mu      sync.Mutex // may be taken while an arena's is held, not the other way round
	retired map[int]retiredSlot
}

type retiredSlot struct {
	symbol ProfileSymbol
	period uint32 // in which it was retired
}

// idle is how many periods a slot must not have been seen, or have been retired, before the next is done to it: profiles
// that may have seen it have been asked about then.
const idle = 2

// symbols gives all, and ends a period. A slot that has become idle is first retired and later freed: a handler that is
// just about to show it may do so.
func (s *sampleSet) symbols() map[uintptr]ProfileSymbol {
	known := arenas.list() // one that comes later is in no profile that has ended
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[uintptr]ProfileSymbol{tramp.SlotPC(tramp.Slots): {Name: unknownCode}}
	now := tramp.Period()
	for i, r := range s.retired {
		all[tramp.SlotPC(i)] = r.symbol
		if now-r.period >= idle {
			delete(s.retired, i)
			tramp.FreeSlot(i)
		}
	}
	for i := range tramp.Slots {
		addr, seen := tramp.Slot(i)
		if addr == 0 {
			continue
		}
		symbol := symbolAt(known, addr)
		all[tramp.SlotPC(i)] = symbol
		if now-seen >= idle {
			s.retire(i, symbol)
		}
	}
	tramp.NextPeriod()
	return all
}

// retire remembers what slot i stood for.
func (s *sampleSet) retire(i int, symbol ProfileSymbol) {
	if s.retired == nil {
		s.retired = map[int]retiredSlot{}
	}
	s.retired[i] = retiredSlot{symbol, tramp.Period()}
	tramp.RetireSlot(i)
}

// leave retires the slots in the arena where there is no live code: others may come to these addresses.
func (s *sampleSet) leave(a *Arena) {
	if !tramp.Sampled() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range tramp.Slots {
		addr, _ := tramp.Slot(i)
		if addr == 0 || a.segment(addr) == nil {
			continue
		}
		if c := a.lookup(addr); c == nil || !c.live() {
			s.retire(i, c.symbol(addr))
		}
	}
}

// unknownCode is the name of what can't be told apart.
const unknownCode = "generated code"

// symbolAt says what is at addr, in one of the arenas.
func symbolAt(arenas []*Arena, addr uintptr) ProfileSymbol {
	for _, a := range arenas {
		if c := a.lookup(addr); c != nil {
			return c.symbol(addr)
		}
	}
	return (*Code)(nil).symbol(addr)
}

// symbol says what is at addr, in c. A nil c is code that is not known.
func (c *Code) symbol(addr uintptr) ProfileSymbol {
	if c == nil {
		return ProfileSymbol{Name: unknownCode, Addr: addr}
	}
	off := int(addr - c.Addr())
	n := named{name: fmt.Sprintf("code@%#x", c.Addr())}
	for _, next := range c.names() {
		if next.off > off {
			break
		}
		n = next
	}
	return ProfileSymbol{Name: n.name, Addr: addr, Offset: off - n.off}
}
