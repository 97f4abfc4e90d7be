//go:build !linux

package vmem

import "errors"

// Host refuses everything: only Linux is supported.
type Host struct{}

// Reserve implements [Kernel].
func (Host) Reserve(int) (uintptr, error) { return 0, errors.ErrUnsupported }

// ReserveAt implements [Kernel].
func (Host) ReserveAt(uintptr, int) error { return errors.ErrUnsupported }

// Reset implements [Kernel].
func (Host) Reset(uintptr, int) error { return errors.ErrUnsupported }

// Unmap implements [Kernel].
func (Host) Unmap(uintptr, int) error { return errors.ErrUnsupported }

// Protect implements [Kernel].
func (Host) Protect(uintptr, int, Protection) error { return errors.ErrUnsupported }

// Move implements [Kernel].
func (Host) Move(uintptr, uintptr, int) error { return errors.ErrUnsupported }

// MoveMemory implements [Kernel].
func (Host) MoveMemory(uintptr, uintptr, int) error { return errors.ErrUnsupported }

// Mapped implements [Kernel].
func (Host) Mapped(uintptr, int) error { return errors.ErrUnsupported }

// Guard implements [Kernel].
func (Host) Guard(uintptr, int) error { return errors.ErrUnsupported }

// Populate implements [Kernel].
func (Host) Populate(uintptr, int) error { return errors.ErrUnsupported }

// Forget implements [Kernel].
func (Host) Forget(uintptr, int) error { return errors.ErrUnsupported }

// Membarrier implements [Kernel].
func (Host) Membarrier(int) error { return errors.ErrUnsupported }

// CreateFile implements [Kernel].
func (Host) CreateFile(bool) (int, error) { return 0, errors.ErrUnsupported }

// Truncate implements [Kernel].
func (Host) Truncate(int, int) error { return errors.ErrUnsupported }

// FileLimit implements [Kernel].
func (Host) FileLimit() (uint64, error) { return 0, errors.ErrUnsupported }

// AddSeals implements [Kernel].
func (Host) AddSeals(int, bool) error { return errors.ErrUnsupported }

// Reopen implements [Kernel].
func (Host) Reopen(int) (int, error) { return 0, errors.ErrUnsupported }

// MapText implements [Kernel].
func (Host) MapText(uintptr, int, int, int) error { return errors.ErrUnsupported }

// Write implements [Kernel].
func (Host) Write(int, []byte, int) (int, error) { return 0, errors.ErrUnsupported }

// Close implements [Kernel].
func (Host) Close(int) error { return errors.ErrUnsupported }
