package vmem_test

import (
	"bytes"
	"os"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/vmem"
)

// machine has a trap that no test writes.
var machine = vmem.NewMachine([]byte{0xee}, func(lo, hi uintptr) {})

// texts makes a text of each strategy.
var texts = map[string]func(k vmem.Kernel, n int) (vmem.Text, error){
	"Protect": func(k vmem.Kernel, n int) (vmem.Text, error) { return vmem.NewProtect(k, machine, 0, n) },
	"Sealed":  func(k vmem.Kernel, n int) (vmem.Text, error) { return vmem.NewSealed(k, machine, 0, n) },
}

func forTexts(t *testing.T, k vmem.Kernel, n int, test func(t *testing.T, text vmem.Text)) {
	for name, make := range texts {
		t.Run(name, func(t *testing.T) {
			text, err := make(k, n)
			require.NoError(t, err)
			test(t, text)
			if text.Size() > 0 {
				require.NoError(t, text.Release())
			}
		})
	}
}

// read gives n bytes of a text.
//
//go:noinline
func read(text vmem.Text, off, n int) []byte {
	addr := text.Base() + uintptr(off)
	b := make([]byte, n)
	copy(b, unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&addr))), n))
	return b
}

func TestTextLife(t *testing.T) {
	forTexts(t, ledger, 1<<20+64<<10, func(t *testing.T, text vmem.Text) {
		base := text.Base()
		require.Equal(t, []string{"---", "---"}, protections(t, base-uintptr(page), 2), "a guard page before")
		require.NoError(t, text.Write([]vmem.Patch{{Off: 100, Bytes: []byte("one")}, {Off: page - 1, Bytes: []byte("two")}}))
		require.Equal(t, []string{"r-x", "r-x"}, protections(t, base, 2))
		want := bytes.Repeat([]byte{0xee}, 2*page)
		copy(want[100:], "one")
		copy(want[page-1:], "two")
		require.Equal(t, want, read(text, 0, 2*page))

		require.NoError(t, text.Write([]vmem.Patch{{Off: 200, Bytes: []byte("three")}}))
		copy(want[200:], "three")
		require.Equal(t, want, read(text, 0, 2*page))
		require.NoError(t, text.Freeze(0, 2*page))
		require.NoError(t, text.Write([]vmem.Patch{{Off: 300, Bytes: []byte("four")}}))
		copy(want[300:], "four")
		require.Equal(t, want, read(text, 0, 2*page))
		long := bytes.Repeat([]byte{7}, 64<<10) // across a border of files
		require.NoError(t, text.Write([]vmem.Patch{{Off: 1<<20 - 100, Bytes: long[:200]}}))
		require.Equal(t, long[:200], read(text, 1<<20-100, 200))
		require.NoError(t, text.Guard(1<<20+page))

		for _, r := range text.Ranges() {
			for _, prot := range protections(t, r.Addr, r.Len/page) {
				require.Equal(t, r.Protection.String(), prot)
			}
		}
		require.False(t, text.Unused(0, 1))
		require.Positive(t, text.Committed())
		require.NoError(t, text.Discard(0, text.Size()))
		require.True(t, text.Unused(0, text.Size()))
		require.Zero(t, text.Committed())
		require.NoError(t, text.Write([]vmem.Patch{{Off: 100, Bytes: []byte("five")}}))
		require.Equal(t, append([]byte{0xee}, "five\xee"...), read(text, 99, 6))
		require.NoError(t, text.Release())
		require.ErrorIs(t, text.Release(), vmem.ErrState)
		require.ErrorIs(t, text.Write([]vmem.Patch{{Off: 0, Bytes: []byte{1}}}), vmem.ErrState)
	})
}

func TestTextRefusesWrongUse(t *testing.T) {
	for name, make := range texts {
		for _, n := range []int{0, -1, 1 << 47} {
			_, err := make(ledger, n)
			require.ErrorIs(t, err, vmem.ErrState, name)
		}
	}
	forTexts(t, ledger, 1<<20, func(t *testing.T, text vmem.Text) {
		two := []byte{1, 2}
		for what, patches := range map[string][]vmem.Patch{
			"before":      {{Off: -1, Bytes: two}},
			"outside":     {{Off: 1<<20 - 1, Bytes: two}},
			"empty":       {{Off: 0}},
			"overlapping": {{Off: 0, Bytes: two}, {Off: 1, Bytes: two}},
			"not ordered": {{Off: 10, Bytes: two}, {Off: 0, Bytes: two}},
		} {
			require.ErrorIs(t, text.Write(patches), vmem.ErrState, what)
		}
		for _, r := range [][2]int{{1, text.Unit()}, {0, text.Unit() - 1}, {-text.Unit(), text.Unit()}, {0, 1 << 62}, {0, 0}} {
			require.ErrorIs(t, text.Discard(r[0], r[1]), vmem.ErrState, r)
		}
		require.Zero(t, text.Committed())
	})
	require.ErrorIs(t, vmem.Host{}.Protect(0, page, 3), syscall.EINVAL, "there is no fourth protection")
}

// TestReplacedPagesMerge replaces pages one by one, at random, and in all of them: there are no more mappings than before,
// because all come from one stage. (Without a stage, every page is a mapping.)
func TestReplacedPagesMerge(t *testing.T) {
	const pages = 200
	text, err := vmem.NewProtect(vmem.Host{}, machine, 0, pages*page)
	require.NoError(t, err)
	defer func() { require.NoError(t, text.Release()) }()
	for i := range 3 * pages {
		off := i * 77 % pages * page
		require.NoError(t, text.Write([]vmem.Patch{{Off: off + i, Bytes: []byte{byte(i)}}}))
	}
	maps, err := testenv.Maps()
	require.NoError(t, err)
	n := 0
	for _, m := range maps {
		if m.Start < text.Base()+pages*uintptr(page) && text.Base() < m.End {
			n++
		}
	}
	require.Equal(t, 1, n)
}

// TestFlushes: what was written is flushed where it was written, before it may be executed, and where it is executed. It is
// the only test that sees this: amd64 has nothing to flush, and the emulator of arm64 no caches.
func TestFlushes(t *testing.T) {
	for name, stage := range map[string]bool{"Protect": true, "Sealed": false} {
		var flushed [][2]uintptr
		var prots []string
		m := vmem.NewMachine([]byte{0xee}, func(lo, hi uintptr) {
			flushed = append(flushed, [2]uintptr{lo, hi})
			prots = append(prots, protections(t, lo&^uintptr(page-1), 1)[0])
		})
		text, err := map[string]func() (vmem.Text, error){
			"Protect": func() (vmem.Text, error) { return vmem.NewProtect(ledger, m, 0, 64*page) },
			"Sealed":  func() (vmem.Text, error) { return vmem.NewSealed(ledger, m, 0, 64*page) },
		}[name]()
		require.NoError(t, err)
		for i, off := range []int{100, 100, page - 2, 20*page + 50} {
			flushed, prots = nil, nil
			require.NoError(t, text.Write([]vmem.Patch{{Off: off, Bytes: []byte{1, 2, 3, byte(i)}}}))
			in, out := false, false // the text
			for k, f := range flushed {
				lo, hi := text.Base()+uintptr(off), text.Base()+uintptr(off)+4
				switch inside := text.Base() <= f[0] && f[1] <= text.Base()+uintptr(text.Size()); {
				case inside && f[0] <= lo && hi <= f[1]:
					in = true
					require.Equal(t, "r-x", prots[k])
				case !inside && f[1]-f[0] >= uintptr(page):
					out = true
					require.Equal(t, "rw-", prots[k])
				}
			}
			require.True(t, in, "%s: %v", name, flushed)
			require.Equal(t, stage, out, "%s: %v", name, flushed)
		}
		require.NoError(t, text.Release())
	}
}

// TestSealedPagesJoin: a file that is filled a bit at a time is one mapping when it is sealed, with the guard at its end,
// and the guard is still one.
func TestSealedPagesJoin(t *testing.T) {
	text, err := vmem.NewSealed(ledger, machine, 0, 3<<20)
	require.NoError(t, err)
	defer func() { require.NoError(t, text.Release()) }()
	mappings := func() (list []testenv.Mapping) {
		maps, err := testenv.Maps()
		require.NoError(t, err)
		for _, m := range maps {
			if m.Executable() && m.Start < text.Base()+1<<20 && text.Base() < m.End {
				list = append(list, m)
			}
		}
		return list
	}
	require.NoError(t, text.Guard(1<<20-page))
	for off := 0; off < 1<<20-page; off += 64 << 10 {
		require.NoError(t, text.Write([]vmem.Patch{{Off: off, Bytes: []byte{1}}}))
	}
	if !testenv.Emulated() {
		require.Greater(t, len(mappings()), 8)
	}
	require.NoError(t, text.Freeze(0, 1<<20))
	require.Len(t, mappings(), 1)
	require.Equal(t, []byte{1, 0xee}, read(text, 3*64<<10, 2))
	for _, r := range text.Ranges() {
		for _, prot := range protections(t, r.Addr, r.Len/page) {
			require.Equal(t, r.Protection.String(), prot)
		}
	}
	if !testenv.Emulated() {
		mem, err := os.Open("/proc/self/mem")
		require.NoError(t, err)
		defer mem.Close()
		_, err = mem.ReadAt(make([]byte, 1), int64(text.Base()+1<<20-uintptr(page)))
		require.Error(t, err)
	}
}

// TestStageLost: when another part of the process maps something where a page has just left the stage, that stays
// untouched, and there is another stage.
func TestStageLost(t *testing.T) {
	var taken []uintptr
	take := false
	k := &testenv.Faulty{Kernel: ledger, Decide: func(c testenv.Call) testenv.Verdict {
		if take && c.Op == "reserve" {
			take = false
			require.NoError(t, vmem.Host{}.ReserveAt(c.Addr, page))
			require.NoError(t, vmem.Host{}.Protect(c.Addr, page, vmem.ReadWrite))
			taken = append(taken, c.Addr)
		}
		return testenv.Verdict{}
	}}
	text, err := vmem.NewProtect(k, machine, 0, 64*page)
	require.NoError(t, err)
	for i := range 4 {
		take = true
		// Three runs, of which the first loses the stage.
		patches := []vmem.Patch{{Off: i, Bytes: []byte{1}}, {Off: 20*page + i, Bytes: []byte{2}}, {Off: 40*page + i, Bytes: []byte{3}}}
		require.NoError(t, text.Write(patches))
		require.Equal(t, []byte{1, 2, 3}, []byte{read(text, i, 1)[0], read(text, 20*page+i, 1)[0], read(text, 40*page+i, 1)[0]})
	}
	require.Len(t, taken, 4)
	require.NoError(t, text.Release())
	for _, addr := range taken {
		require.Equal(t, []string{"rw-"}, protections(t, addr, 1))
		require.NoError(t, vmem.Host{}.Unmap(addr, page))
	}
}

// TestOrphan: what could not be made, nor given back, is given back when the next is made.
func TestOrphan(t *testing.T) {
	refuse := true
	l := &testenv.Ledger{Kernel: vmem.Host{}}
	k := &testenv.Faulty{Kernel: l, Decide: func(c testenv.Call) testenv.Verdict {
		if refuse && (c.Op == "mprotect" || c.Op == "munmap" || c.Op == "memfd_create") {
			return testenv.Verdict{Err: syscall.EPERM}
		}
		return testenv.Verdict{}
	}}
	for name, make := range texts {
		refuse = true
		_, err := make(k, page)
		var vm *vmem.Error
		require.ErrorAs(t, err, &vm, name)
		require.ErrorIs(t, err, syscall.EPERM)
		require.NotEmpty(t, l.Open(nil))
		refuse = false
		text, err := make(k, page)
		require.NoError(t, err)
		require.NoError(t, text.Release())
		require.Empty(t, l.Open(nil))
	}
}
