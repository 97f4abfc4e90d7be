package icache_test

import (
	"errors"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/icache"
	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/vmem"
)

// TestFlushStaysInside flushes ranges that end where the mapping ends, and begin where it begins: a line too far would
// fault.
func TestFlushStaysInside(t *testing.T) {
	k := vmem.Host{}
	require.NoError(t, icache.Register(k))
	page := vmem.PageSize
	addr, err := k.Reserve(3 * page)
	require.NoError(t, err)
	defer func() { require.NoError(t, k.Unmap(addr, 3*page)) }()
	lo := addr + uintptr(page)
	for _, p := range []vmem.Protection{vmem.ReadWrite, vmem.ReadExec} {
		require.NoError(t, k.Protect(lo, page, p))
		for _, n := range []int{1, 4, 15, 16, 63, 64, 65, 4000, page} {
			icache.Flush(lo, lo+uintptr(n))
			icache.Flush(lo+uintptr(page-n), lo+uintptr(page))
		}
	}
	require.NoError(t, icache.Sync(k))
	require.NoError(t, icache.Barrier(k))
}

func TestRefused(t *testing.T) {
	for k := range 2 {
		refuse := &testenv.Faulty{Kernel: vmem.Host{}, Decide: func(c testenv.Call) testenv.Verdict {
			if c.Index >= k {
				return testenv.Verdict{Err: syscall.EPERM}
			}
			return testenv.Verdict{}
		}}
		err := icache.Register(refuse)
		require.ErrorIs(t, err, errors.ErrUnsupported)
		require.ErrorIs(t, err, syscall.EPERM)
	}
	refuse := &testenv.Faulty{Kernel: vmem.Host{}, Decide: func(testenv.Call) testenv.Verdict {
		return testenv.Verdict{Err: syscall.ENOSYS}
	}}
	var vm *vmem.Error
	require.ErrorAs(t, icache.Barrier(refuse), &vm)
	require.Equal(t, vmem.Error{Op: "membarrier", Err: syscall.ENOSYS}, *vm)
	require.ErrorAs(t, icache.Sync(refuse), &vm)
	require.Equal(t, vmem.Error{Op: "membarrier", Err: syscall.ENOSYS}, *vm)
}
