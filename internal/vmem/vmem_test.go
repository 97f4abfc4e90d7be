package vmem_test

import (
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/vmem"
)

var ledger = &testenv.Ledger{Kernel: vmem.Host{}}

func TestMain(m *testing.M) { os.Exit(testenv.Main(m, ledger, nil)) }

var page = vmem.PageSize

// protections is what the kernel says of the n pages at addr.
func protections(t *testing.T, addr uintptr, n int) (prots []string) {
	maps, err := testenv.Maps()
	require.NoError(t, err)
	for i := range n {
		at, prot := addr+uintptr(i*page), "unmapped"
		for _, m := range maps {
			if m.Start <= at && at < m.End {
				prot = m.Prot[:3]
			}
		}
		prots = append(prots, prot)
	}
	return prots
}

func TestStack(t *testing.T) {
	for _, size := range []int{4 * page, 64 * page, 1 << 20} {
		s, err := vmem.NewStack(ledger, size, 100)
		require.NoError(t, err)
		lo, hi := s.Bounds()
		base := lo - uintptr(page)
		require.Zero(t, base%uintptr(size), "any address in the stack leads to its ends")
		require.Equal(t, base+uintptr(size)-128, hi, "the head is rounded up to 64 bytes")
		prots := protections(t, base, size/page+1)
		require.Equal(t, "---", prots[0], "the guard page")
		for _, p := range prots[1 : size/page] {
			require.Equal(t, "rw-", p)
		}
		require.NoError(t, s.Release())
		require.ErrorIs(t, s.Release(), vmem.ErrState)
	}
	for _, c := range []struct{ size, head int }{{0, 0}, {2 * page, 0}, {3 * page, 0}, {5 * page, 0}, {1 << 41, 0}, {4 * page, -1}, {4 * page, 3 * page}} {
		_, err := vmem.NewStack(ledger, c.size, c.head)
		require.ErrorIs(t, err, vmem.ErrState, c)
	}
}

// TestStackThatCanNotBeUnmapped: when the kernel refuses to take back an unfinished stack too, the error says so.
func TestStackThatCanNotBeUnmapped(t *testing.T) {
	var kept []testenv.Call
	k := &testenv.Faulty{Kernel: ledger, Decide: func(c testenv.Call) testenv.Verdict {
		if c.Op == "mmap" {
			return testenv.Verdict{}
		}
		kept = append(kept, c)
		return testenv.Verdict{Err: syscall.ENOMEM}
	}}
	_, err := vmem.NewStack(k, 4*page, 0)
	var vm *vmem.Error
	require.ErrorAs(t, err, &vm)
	require.ErrorContains(t, err, "; then vmem: munmap")
	last := kept[len(kept)-1]
	require.NoError(t, ledger.Unmap(last.Addr, last.Len))
}

func TestOtherProtectionsHaveNoSpelling(t *testing.T) {
	require.Equal(t, "---", vmem.None.String())
	require.Equal(t, "rw-", vmem.ReadWrite.String())
	require.Equal(t, "r-x", vmem.ReadExec.String())
}
