package codebuf

import (
	"fmt"
	"sync/atomic"

	"github.com/wxjit/wxjit/internal/tramp"
)

// Code is sealed code of an arena: its pages can be executed and not written. All methods may be called from
// several goroutines.
type Code struct {
	target tramp.Target // must stay first, see entry
	arena  *Arena
	span   span
	n      int
}

// Addr is the address of the first byte, which is where a call begins.
func (c *Code) Addr() uintptr { return c.target.Entry }

// Len is the number of bytes of code.
func (c *Code) Len() int { return c.n }

// Release ends the code. Calls that are under way go on to their end; new ones fail with ErrReleased. Its pages go
// back to the arena as soon as no fiber is inside them. The code ends in any case: when the error is a *VMError
// its pages follow at a later call of the arena. A second Release is ErrReleased; after the arena's Close it is
// ErrClosed.
func (c *Code) Release() error {
	if c == nil || c.arena == nil {
		return fmt.Errorf("codebuf: release: no code: %w", ErrArgument)
	}
	a := c.arena
	a.mu.Lock()
	defer a.mu.Unlock()
	if !c.die(tramp.Released) {
		return fmt.Errorf("codebuf: release: %w", statusErrors[c.status()])
	}
	delete(a.codes, c)
	if err := a.retire(c.span); err != nil {
		return fmt.Errorf("codebuf: release: %w", err)
	}
	return nil
}

// die makes calls fail with the given status, and tells whether they did not until now.
func (c *Code) die(why tramp.Status) bool {
	return atomic.CompareAndSwapUint32((*uint32)(&c.target.State), uint32(tramp.Returned), uint32(why))
}

// status is tramp.Returned for live code, or why it isn't.
func (c *Code) status() tramp.Status {
	return tramp.Status(atomic.LoadUint32((*uint32)(&c.target.State)))
}
