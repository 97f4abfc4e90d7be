package vmem

import "sync/atomic"

// Counter is a kernel that counts the calls to another.
type Counter struct {
	Kernel
	calls atomic.Int64
}

// Calls is the number of calls so far.
func (c *Counter) Calls() int { return int(c.calls.Load()) }

func (c *Counter) count() Kernel {
	c.calls.Add(1)
	return c.Kernel
}

// Reserve implements [Kernel].
func (c *Counter) Reserve(n int) (uintptr, error) {
	return c.count().Reserve(n)
}

// ReserveAt implements [Kernel].
func (c *Counter) ReserveAt(addr uintptr, n int) error {
	return c.count().ReserveAt(addr, n)
}

// Reset implements [Kernel].
func (c *Counter) Reset(addr uintptr, n int) error {
	return c.count().Reset(addr, n)
}

// Unmap implements [Kernel].
func (c *Counter) Unmap(addr uintptr, n int) error {
	return c.count().Unmap(addr, n)
}

// Protect implements [Kernel].
func (c *Counter) Protect(addr uintptr, n int, p Protection) error {
	return c.count().Protect(addr, n, p)
}

// Move implements [Kernel].
func (c *Counter) Move(from, to uintptr, n int) error {
	return c.count().Move(from, to, n)
}

// MoveMemory implements [Kernel].
func (c *Counter) MoveMemory(from, to uintptr, n int) error {
	return c.count().MoveMemory(from, to, n)
}

// Mapped implements [Kernel].
func (c *Counter) Mapped(addr uintptr, n int) error {
	return c.count().Mapped(addr, n)
}

// Guard implements [Kernel].
func (c *Counter) Guard(addr uintptr, n int) error {
	return c.count().Guard(addr, n)
}

// Populate implements [Kernel].
func (c *Counter) Populate(addr uintptr, n int) error {
	return c.count().Populate(addr, n)
}

// Forget implements [Kernel].
func (c *Counter) Forget(addr uintptr, n int) error {
	return c.count().Forget(addr, n)
}

// Membarrier implements [Kernel].
func (c *Counter) Membarrier(cmd int) error {
	return c.count().Membarrier(cmd)
}

// CreateFile implements [Kernel].
func (c *Counter) CreateFile(noexec bool) (int, error) {
	return c.count().CreateFile(noexec)
}

// Truncate implements [Kernel].
func (c *Counter) Truncate(fd, n int) error {
	return c.count().Truncate(fd, n)
}

// FileLimit implements [Kernel].
func (c *Counter) FileLimit() (uint64, error) {
	return c.count().FileLimit()
}

// AddSeals implements [Kernel].
func (c *Counter) AddSeals(fd int, write bool) error {
	return c.count().AddSeals(fd, write)
}

// Reopen implements [Kernel].
func (c *Counter) Reopen(fd int) (int, error) {
	return c.count().Reopen(fd)
}

// MapText implements [Kernel].
func (c *Counter) MapText(addr uintptr, n, fd, off int) error {
	return c.count().MapText(addr, n, fd, off)
}

// Write implements [Kernel].
func (c *Counter) Write(fd int, p []byte, off int) (int, error) {
	return c.count().Write(fd, p, off)
}

// Close implements [Kernel].
func (c *Counter) Close(fd int) error {
	return c.count().Close(fd)
}
