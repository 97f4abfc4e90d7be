package vmem_test

import (
	"errors"
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
				prot = m.Prot
			}
		}
		prots = append(prots, prot)
	}
	return prots
}

func reserve(t *testing.T, k vmem.Kernel, pages int) *vmem.Region {
	r, err := vmem.Reserve(k, pages*page)
	require.NoError(t, err)
	t.Cleanup(func() {
		if r.Size() > 0 {
			require.NoError(t, r.Release())
		}
	})
	return r
}

func TestRegionLife(t *testing.T) {
	r := reserve(t, ledger, 4)
	base := r.Base()
	see := func(want ...string) { t.Helper(); require.Equal(t, want, protections(t, base, 4)) }
	see("---p", "---p", "---p", "---p")
	require.NoError(t, r.Commit(page, 2*page))
	see("---p", "rw-p", "rw-p", "---p")
	mem, err := r.Bytes(page, 2*page)
	require.NoError(t, err)
	mem[0], mem[len(mem)-1] = 1, 2
	require.NoError(t, r.Seal(page, page))
	see("---p", "r-xp", "rw-p", "---p")
	require.EqualValues(t, 1, mem[0], "sealed pages can be read")
	for _, off := range []int{page, 2 * page} {
		dropped, err := r.Discard(off, page)
		require.NoError(t, err)
		require.True(t, dropped)
	}
	see("---p", "---p", "---p", "---p")
	require.NoError(t, r.Commit(page, 2*page))
	require.Equal(t, make([]byte, 2*page), mem, "discarded memory comes back as zeros")
	require.NoError(t, r.Release())
	require.Zero(t, r.Size())
	require.ErrorIs(t, r.Release(), vmem.ErrState)
	require.ErrorIs(t, r.Commit(0, page), vmem.ErrState)
}

func TestRegionRefusesWrongUse(t *testing.T) {
	for _, n := range []int{0, -1, 1 << 47} {
		_, err := vmem.Reserve(ledger, n)
		require.ErrorIs(t, err, vmem.ErrState)
	}
	r := reserve(t, ledger, 4)
	require.NoError(t, r.Commit(0, page))
	require.NoError(t, r.Commit(page, page))
	require.NoError(t, r.Seal(page, page))
	// Page 0 is writable, page 1 sealed, 2 and 3 nothing.
	discard := func(off, n int) error { _, err := r.Discard(off, n); return err }
	bytes := func(off, n int) error { _, err := r.Bytes(off, n); return err }
	for name, err := range map[string]error{
		"commit writable":     r.Commit(0, page),
		"commit sealed":       r.Commit(page, page),
		"commit mixed":        r.Commit(page, 2*page),
		"commit past the end": r.Commit(2*page, 3*page),
		"commit outside":      r.Commit(4*page, page),
		"commit before":       r.Commit(-page, page),
		"commit nothing":      r.Commit(2*page, 0),
		"commit negative":     r.Commit(2*page, -page),
		"commit unaligned":    r.Commit(2*page+1, page),
		"commit part":         r.Commit(2*page, page/2),
		"seal nothing there":  r.Seal(2*page, page),
		"seal sealed":         r.Seal(page, page),
		"seal mixed":          r.Seal(0, 2*page),
		"discard nothing":     discard(2*page, page),
		"discard mixed":       discard(0, 2*page),
		"discard overflow":    discard(0, 1<<62),
		"bytes of sealed":     bytes(page, 1),
		"bytes of mixed":      bytes(page-1, 2),
		"bytes of none":       bytes(2*page, 1),
		"bytes outside":       bytes(4*page, 1),
		"bytes before":        bytes(-1, 1),
		"bytes none":          bytes(0, 0),
	} {
		require.ErrorIs(t, err, vmem.ErrState, name)
	}
	require.Equal(t, []string{"rw-p", "r-xp", "---p", "---p"}, protections(t, r.Base(), 4))
	require.Equal(t, "???", vmem.Protection(3).String())
	require.ErrorIs(t, vmem.Host{}.Protect(r.Base(), page, 3), syscall.EINVAL, "there is no fourth protection")
}

// TestHalfDone fails every change of protection after 0, 1 or 3 of its 4 pages: all pages are as before, in the record
// and for the kernel, and the change succeeds when it is tried again. With the undoing call refused too, the pages are
// poisoned and nothing can be done with them.
func TestHalfDone(t *testing.T) {
	const n = 4
	changes := map[string]struct {
		before  string
		prepare func(r *vmem.Region) error
		change  func(r *vmem.Region) error
	}{
		"commit": {
			"---p",
			func(r *vmem.Region) error { return nil },
			func(r *vmem.Region) error { return r.Commit(0, n*page) },
		},
		"seal": {
			"rw-p",
			func(r *vmem.Region) error { return r.Commit(0, n*page) },
			func(r *vmem.Region) error { return r.Seal(0, n*page) },
		},
		"discard": {
			"r-xp",
			func(r *vmem.Region) error { return errors.Join(r.Commit(0, n*page), r.Seal(0, n*page)) },
			func(r *vmem.Region) error { _, err := r.Discard(0, n*page); return err },
		},
	}
	for name, c := range changes {
		for _, part := range []int{0, page, 3 * page} {
			for _, failures := range []int{1, 2} {
				refuse := 0
				k := &testenv.Faulty{Kernel: ledger, Decide: func(c testenv.Call) testenv.Verdict {
					if refuse > 0 && c.Op == "mprotect" {
						refuse--
						return testenv.Verdict{Err: syscall.ENOMEM, Part: part}
					}
					return testenv.Verdict{}
				}}
				r := reserve(t, k, n)
				require.NoError(t, c.prepare(r))
				refuse = failures
				err := c.change(r)
				var vm *vmem.Error
				require.ErrorAs(t, err, &vm)
				require.ErrorIs(t, err, syscall.ENOMEM)
				require.Equal(t, vmem.Error{Op: "mprotect", Addr: r.Base(), Len: n * page, Err: syscall.ENOMEM, Poisoned: failures == 2}, *vm)
				require.Contains(t, err.Error(), "mprotect")
				if failures == 1 {
					require.Equal(t, []string{c.before, c.before, c.before, c.before}, protections(t, r.Base(), n), name)
					require.NoError(t, c.change(r), name)
					require.Zero(t, r.Poisoned())
					continue
				}
				require.Equal(t, n*page, r.Poisoned())
				require.ErrorIs(t, r.Commit(0, page), vmem.ErrState)
				require.ErrorIs(t, r.Seal(0, page), vmem.ErrState)
				_, err = r.Discard(0, page)
				require.ErrorIs(t, err, vmem.ErrState)
				require.NoError(t, r.Release(), "but they go with the region")
			}
		}
	}
}

// TestRealHole lets the kernel itself fail half-way: a hole in the range. (mprotect(2), ENOMEM.)
func TestRealHole(t *testing.T) {
	r := reserve(t, ledger, 4)
	require.NoError(t, r.Commit(0, 4*page))
	require.NoError(t, vmem.Host{}.Unmap(r.Base()+uintptr(2*page), page))
	err := r.Seal(0, 4*page)
	require.ErrorIs(t, err, syscall.ENOMEM)
	var vm *vmem.Error
	require.ErrorAs(t, err, &vm)
	require.True(t, vm.Poisoned, "the hole refuses the undoing call too")
	prots := protections(t, r.Base(), 4)
	require.NotContains(t, prots, "rwxp")
	require.Equal(t, "unmapped", prots[2])
	require.Equal(t, 4*page, r.Poisoned())
}

func TestRefusedReserveAndRelease(t *testing.T) {
	refuse := true
	k := &testenv.Faulty{Kernel: ledger, Decide: func(c testenv.Call) testenv.Verdict {
		if refuse && c.Op != "mprotect" {
			return testenv.Verdict{Err: syscall.ENOMEM}
		}
		return testenv.Verdict{}
	}}
	var vm *vmem.Error
	_, err := vmem.Reserve(k, page)
	require.ErrorAs(t, err, &vm)
	require.Equal(t, vmem.Error{Op: "mmap", Len: page, Err: syscall.ENOMEM}, *vm)
	refuse = false
	r := reserve(t, k, 1)
	require.NoError(t, r.Commit(0, page))
	refuse = true
	dropped, err := r.Discard(0, page)
	require.NoError(t, err)
	require.False(t, dropped, "the memory could not be given back, but nobody can touch it")
	require.Equal(t, []string{"---p"}, protections(t, r.Base(), 1))
	require.ErrorAs(t, r.Release(), &vm)
	require.Equal(t, vmem.Error{Op: "munmap", Addr: r.Base(), Len: page, Err: syscall.ENOMEM}, *vm)
	refuse = false
	require.NoError(t, r.Release())
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
		require.Equal(t, "---p", prots[0], "the guard page")
		for _, p := range prots[1 : size/page] {
			require.Equal(t, "rw-p", p)
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
