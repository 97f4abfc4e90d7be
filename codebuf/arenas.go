package codebuf

import (
	"maps"
	"slices"
	"sync"
)

// arenas knows every arena that is not closed, to find the code that an address is in.
var arenas arenaSet

type arenaSet struct {
	mu  sync.Mutex
	all map[*Arena]struct{}
}

func (s *arenaSet) add(a *Arena) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[*Arena]struct{}{}
	}
	s.all[a] = struct{}{}
}

func (s *arenaSet) remove(a *Arena) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, a)
}

// list gives them all. What is done with each is done without the lock, for an arena takes it with its own held.
func (s *arenaSet) list() []*Arena {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.all))
}

// find completes a fault with the code that its PC is in, and a copy of what is around.
func (s *arenaSet) find(e *Fault) {
	for _, a := range s.list() {
		if a.find(e) {
			return
		}
	}
}

// find does so for the code of one arena. The lock keeps the code from being given back meanwhile.
func (a *Arena) find(e *Fault) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.lookup(e.PC)
	if c == nil {
		return false
	}
	e.Code, e.Offset = c, int(e.PC-c.Addr())
	e.before = min(e.Offset, nearBefore)
	e.near = append(e.near, c.bytes(e.Offset-e.before, min(c.n, e.Offset+nearAfter))...)
	return true
}

// How much code a fault shows before and from its PC on, in bytes.
const (
	nearBefore = 64
	nearAfter  = 48
)
