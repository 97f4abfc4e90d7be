// Package icache makes code that was written as data visible to instruction fetch, on every core.
//
// Two things stand between a store and its execution. A core may hold the old bytes in an instruction cache:
// x86 keeps those coherent itself, on arm64 the lines are cleaned and invalidated here. And a core may hold
// instructions that it fetched before: every other thread of the process must pass a context synchronisation
// event, which membarrier(2) with SYNC_CORE forces (Arm ARM DDI 0487, "Concurrent modification and execution of
// instructions"; Intel SDM Vol. 3A, "Handling Self- and Cross-Modifying Code").
package icache

import (
	"errors"
	"fmt"

	"github.com/wxjit/wxjit/internal/vmem"
)

// The commands of membarrier(2), linux/membarrier.h.
const (
	cmdPrivateExpedited                 = 1 << 3
	cmdRegisterPrivateExpedited         = 1 << 4
	cmdPrivateExpeditedSyncCore         = 1 << 5
	cmdRegisterPrivateExpeditedSyncCore = 1 << 6
)

// Register tells the kernel that this process will use Sync and Barrier. It is needed once before the first of
// either; again does no harm. A kernel without membarrier gives an error that wraps errors.ErrUnsupported.
func Register(k vmem.Kernel) error {
	for _, cmd := range []int{cmdRegisterPrivateExpedited, cmdRegisterPrivateExpeditedSyncCore} {
		if err := k.Membarrier(cmd); err != nil {
			return fmt.Errorf("%w: %w", errors.ErrUnsupported, &vmem.Error{Op: "membarrier", Err: err})
		}
	}
	return nil
}

// Flush makes what this thread wrote from lo to hi what it fetches there as instructions, and with the caches of other
// cores coherent. The memory must be readable; that it may not be executed yet is no matter.
func Flush(lo, hi uintptr) { flush(lo, hi) }

// Sync makes all other threads of the process forget the instructions that they have fetched. After a Flush and a Sync
// they execute what was written.
func Sync(k vmem.Kernel) error {
	if err := k.Membarrier(cmdPrivateExpeditedSyncCore); err != nil {
		return &vmem.Error{Op: "membarrier", Err: err}
	}
	return nil
}

// Barrier is a full memory barrier in every running thread of the process: what they stored before is visible
// to the caller after, and what the caller stored before is visible to them after.
func Barrier(k vmem.Kernel) error {
	if err := k.Membarrier(cmdPrivateExpedited); err != nil {
		return &vmem.Error{Op: "membarrier", Err: err}
	}
	return nil
}
