package codebuf

import (
	"slices"
	"sync"
	"sync/atomic"
)

// arenas knows every arena that is not closed, to find the code that an address is in.
var arenas arenaSet

// arenaSet is replaced as a whole, so that it is read without a lock.
type arenaSet struct {
	mu  sync.Mutex // held by who changes it
	all atomic.Pointer[[]*Arena]
}

func (s *arenaSet) add(a *Arena) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := append(slices.Clone(s.list()), a)
	s.all.Store(&list)
}

func (s *arenaSet) remove(a *Arena) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(s.list()), func(b *Arena) bool { return a == b })
	s.all.Store(&list)
}

// list gives them all, to be read only.
func (s *arenaSet) list() []*Arena {
	if p := s.all.Load(); p != nil {
		return *p
	}
	return nil
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
