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

// TestSyncStaysInside syncs ranges that end where the mapping ends, and begin where it begins: a line too far would fault.
func TestSyncStaysInside(t *testing.T) {
	require.NoError(t, icache.Register(vmem.Host{}))
	page := vmem.PageSize
	r, err := vmem.Reserve(vmem.Host{}, 3*page)
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Release()) }()
	require.NoError(t, r.Commit(page, page))
	for _, prot := range []string{"rw-", "r-x"} {
		if prot == "r-x" {
			require.NoError(t, r.Seal(page, page))
		}
		lo := r.Base() + uintptr(page)
		for _, n := range []int{1, 4, 15, 16, 63, 64, 65, 4000, page} {
			require.NoError(t, icache.Sync(vmem.Host{}, lo, n))
			require.NoError(t, icache.Sync(vmem.Host{}, lo+uintptr(page-n), n))
		}
	}
	require.NoError(t, icache.Barrier(vmem.Host{}))
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
	r, err := vmem.Reserve(vmem.Host{}, vmem.PageSize)
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Release()) }()
	require.NoError(t, r.Commit(0, vmem.PageSize))
	require.ErrorAs(t, icache.Sync(refuse, r.Base(), 4), &vm)
	require.Equal(t, vmem.Error{Op: "membarrier", Addr: r.Base(), Len: 4, Err: syscall.ENOSYS}, *vm)
}
