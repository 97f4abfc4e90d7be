package codebuf

import (
	"fmt"
	"sync"
)

// Buffer is room in an arena for code that is still being written, in ordinary memory. It ends by Seal, by Discard or
// with its arena. It is meant for one goroutine at a time; a use while another is under way gives ErrBusy.
type Buffer struct {
	arena *Arena
	block
	addr uintptr

	mu    sync.Mutex
	mem   []byte // the bytes; nil once the buffer has ended
	used  int    // of mem that hold code
	names []named
	ended error // why mem is nil
	// touched is that a Seal has failed, so that anything may be at addr.
	touched bool
}

// Addr is the address of the first byte, where it will run.
func (b *Buffer) Addr() uintptr { return b.addr }

// Len is the number of bytes that there is room for, whole pages.
func (b *Buffer) Len() int { return int(b.granules) * granule }

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
	b.names = appendName(b.names, blob, off)
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

// Seal makes code of the buffer: it begins at its first byte, and can't be written any more. The buffer ends. When it
// fails with a *VMError the buffer is as before and Seal can be tried again, unless the error says Poisoned: then
// the buffer has ended with its address space. An empty buffer is ErrArgument.
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
	if err := a.usable(); err != nil {
		return nil, fmt.Errorf("codebuf: seal: %w", err)
	}
	b.touched = true
	if err := a.write([]part{{block: b.block}}, b.mem); err != nil {
		if seg, off := a.locate(b.place); !seg.text.Usable(off, b.Len()) {
			b.finish(err)
			a.spoil(b.block)
		}
		return nil, fmt.Errorf("codebuf: seal: %w", err)
	}
	b.finish(ErrSealed)
	var m *more
	if b.names != nil {
		m = &more{names: b.names}
	}
	c := new(Code)
	a.begin(c, b.addr, b.block, b.used, m)
	return c, nil
}

// Discard ends the buffer and gives its address space back. The buffer ends in any case; when the error is a *VMError
// that follows at a later call of the arena.
func (b *Buffer) Discard() error {
	if err := b.lock("discard"); err != nil {
		return err
	}
	defer b.mu.Unlock()
	a := b.arena
	a.mu.Lock()
	defer a.mu.Unlock()
	b.finish(ErrReleased)
	if b.touched {
		a.spoil(b.block)
	} else {
		a.release(b.block)
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
	b.arena.counts.writable -= b.arena.sizeOf(b.block)
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
