package codebuf

import (
	"fmt"
	"sync"

	"github.com/wxjit/wxjit/internal/icache"
	"github.com/wxjit/wxjit/internal/tramp"
)

// Buffer is whole pages of an arena that can be written and not executed. It ends by Seal, by Discard or with
// its arena. It is meant for one goroutine at a time; a use while another is under way gives ErrBusy.
type Buffer struct {
	arena *Arena
	span  span
	addr  uintptr

	mu    sync.Mutex
	mem   []byte // the pages; nil once the buffer has ended
	used  int    // bytes of mem that hold code
	ended error  // why mem is nil
}

// Addr is the address of the first byte: where it is written, and where it will run.
func (b *Buffer) Addr() uintptr { return b.addr }

// Len is the number of bytes that there is room for, whole pages.
func (b *Buffer) Len() int { return b.span.n }

// Place puts a blob behind what is there already, at the next address that suits its alignment, and gives its
// offset from the buffer's first byte. When the blob reports an error, or there is no room (ErrNoSpace), the
// buffer is as before.
func (b *Buffer) Place(blob Blob) (off int, err error) {
	if err := b.lock("place"); err != nil {
		return 0, err
	}
	defer b.mu.Unlock()
	n, align := blob.Len(), blob.Align()
	if n < 0 || align < 1 || align&(align-1) != 0 {
		return 0, fmt.Errorf("codebuf: place: %d bytes, aligned to %d: %w", n, align, ErrArgument)
	}
	// The first byte is aligned to a page: beyond that an offset can't promise anything.
	off = (b.used + align - 1) &^ (align - 1)
	if off > len(b.mem) || n > len(b.mem)-off || b.addr&uintptr(align-1) != 0 {
		return 0, fmt.Errorf("codebuf: place: %d bytes, aligned to %d, with %d of %d used: %w", n, align, b.used, len(b.mem), ErrNoSpace)
	}
	dst := b.mem[off : off+n : off+n]
	if err := blob.Place(dst, b.addr+uintptr(off)); err != nil {
		fillTraps(b.mem[b.used : off+n])
		return 0, fmt.Errorf("codebuf: place: %w", err)
	}
	b.used = off + n
	return off, nil
}

// Write puts bytes behind what is there already. It writes all of p or, when there is no room, nothing.
func (b *Buffer) Write(p []byte) (n int, err error) {
	if err := b.lock("write"); err != nil {
		return 0, err
	}
	defer b.mu.Unlock()
	if len(p) > len(b.mem)-b.used {
		return 0, fmt.Errorf("codebuf: write: %d bytes with %d of %d used: %w", len(p), b.used, len(b.mem), ErrNoSpace)
	}
	n = copy(b.mem[b.used:], p)
	b.used += n
	return n, nil
}

// Seal makes the pages executable and takes away the right to write to them, for good. The buffer ends and the
// Code begins at its first byte. When it fails with a *VMError the buffer is as before and Seal can be tried
// again, unless the error says Poisoned: then the buffer has ended with its pages. An empty buffer is
// ErrArgument.
func (b *Buffer) Seal() (*Code, error) {
	if err := b.lock("seal"); err != nil {
		return nil, err
	}
	defer b.mu.Unlock()
	if b.used == 0 {
		return nil, fmt.Errorf("codebuf: seal: no code in the buffer: %w", ErrArgument)
	}
	a := b.arena
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil, fmt.Errorf("codebuf: seal: arena: %w", ErrClosed)
	}
	// Caches first: no core can have fetched from pages that may not be executed, so what this makes coherent
	// stays so, and a refusal leaves nothing to undo.
	if err := icache.Sync(a.kernel, b.addr, b.span.n); err != nil {
		return nil, fmt.Errorf("codebuf: seal: %w", err)
	}
	if err := a.region.Seal(b.span.off, b.span.n); err != nil {
		if poisoned(err) {
			b.finish(err)
		}
		return nil, fmt.Errorf("codebuf: seal: %w", err)
	}
	c := &Code{arena: a, span: b.span, n: b.used, target: tramp.Target{Entry: b.addr, State: tramp.Returned}}
	a.codes[c] = struct{}{}
	b.finish(ErrSealed)
	return c, nil
}

// Discard ends the buffer and gives its pages back. The buffer ends in any case; when the error is a *VMError its
// pages follow at a later call of the arena.
func (b *Buffer) Discard() error {
	if err := b.lock("discard"); err != nil {
		return err
	}
	defer b.mu.Unlock()
	a := b.arena
	a.mu.Lock()
	defer a.mu.Unlock()
	b.finish(ErrReleased)
	if err := a.retire(b.span); err != nil {
		return fmt.Errorf("codebuf: discard: %w", err)
	}
	return nil
}

// lock begins a use of the buffer, for op, or says why it can't be used.
func (b *Buffer) lock(op string) error {
	if b == nil || b.arena == nil {
		return fmt.Errorf("codebuf: %s: no buffer: %w", op, ErrArgument)
	}
	if !b.mu.TryLock() {
		return fmt.Errorf("codebuf: %s: buffer: %w", op, ErrBusy)
	}
	if b.ended != nil {
		defer b.mu.Unlock()
		return fmt.Errorf("codebuf: %s: buffer: %w", op, b.ended)
	}
	return nil
}

// finish ends the buffer for the given reason. The caller holds both locks.
func (b *Buffer) finish(why error) {
	b.mem, b.ended = nil, why
	delete(b.arena.buffers, b)
}

// close ends the buffer with its arena.
func (b *Buffer) close() error {
	if !b.mu.TryLock() {
		return fmt.Errorf("buffer at %#x: %w", b.addr, ErrBusy)
	}
	defer b.mu.Unlock()
	b.arena.mu.Lock()
	defer b.arena.mu.Unlock()
	if b.ended == nil {
		b.finish(ErrClosed)
	}
	return nil
}
