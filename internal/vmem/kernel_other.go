//go:build !linux

package vmem

import "errors"

// Host refuses everything: only Linux is supported.
type Host struct{}

// Reserve implements [Kernel].
func (Host) Reserve(int) (uintptr, error) { return 0, errors.ErrUnsupported }

// Unmap implements [Kernel].
func (Host) Unmap(uintptr, int) error { return errors.ErrUnsupported }

// Protect implements [Kernel].
func (Host) Protect(uintptr, int, Protection) error { return errors.ErrUnsupported }

// Drop implements [Kernel].
func (Host) Drop(uintptr, int) error { return errors.ErrUnsupported }

// Membarrier implements [Kernel].
func (Host) Membarrier(int) error { return errors.ErrUnsupported }
