package codebuf

import (
	"fmt"
	"sync/atomic"

	"github.com/wxjit/wxjit/internal/tramp"
)

// Code is code of an arena that can be executed and not written. All methods may be called from several goroutines.
type Code struct {
	target tramp.Target // must stay first, see entry
	arena  *Arena
	n      int // bytes
	block
	id    uint32 // by which Lookup finds it
	users uint32 // Codes in memory that refer to it
	more  *more  // nil if there is nothing
}

// more is what most Codes don't have: a Code is as long as a cache line without it.
type more struct {
	uses  []*Code // what it refers to
	names []named // by rising offset
}

func (c *Code) uses() []*Code {
	if c.more == nil {
		return nil
	}
	return c.more.uses
}

func (c *Code) names() []named {
	if c.more == nil {
		return nil
	}
	return c.more.names
}

// block is address space that belongs to one piece of code.
type block struct {
	place    place
	granules uint32
	chunks   uint32 // more than 0: it is these whole chunks, see heap.takeChunks
}

// Addr is the address of the first byte, which is where a call begins.
func (c *Code) Addr() uintptr { return c.target.Entry }

// Len is the number of bytes of code.
func (c *Code) Len() int { return c.n }

// Release ends the code. Calls that are under way go on to their end; new ones fail with ErrReleased. Its memory is
// used again when no fiber can be inside it any more, and no other code in memory refers to it: see [Arena.Release],
// which it is for one Code. A second Release is ErrReleased; after the arena's Close it is ErrClosed.
func (c *Code) Release() error {
	if c == nil || c.arena == nil {
		return fmt.Errorf("codebuf: release: no code: %w", ErrArgument)
	}
	return c.arena.Release(c)
}

// die makes calls fail with the given status, and tells whether they did not until now.
func (c *Code) die(why tramp.Status) bool {
	return atomic.CompareAndSwapUint32((*uint32)(&c.target.State), uint32(tramp.Returned), uint32(why))
}

// status is tramp.Returned for live code, or why it isn't.
func (c *Code) status() tramp.Status {
	return tramp.Status(atomic.LoadUint32((*uint32)(&c.target.State)))
}

// live tells whether c can be called.
func (c *Code) live() bool { return c.status() == tramp.Returned }

// ended is the error for code that isn't live.
func (c *Code) ended() error {
	if c.status() == tramp.Ended {
		return ErrClosed
	}
	return ErrReleased
}
