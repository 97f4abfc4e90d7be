package vmem_test

import (
	"bytes"
	"fmt"
	"slices"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/vmem"
)

// spareText is a text by Protect of 8 MiB, and what a test can see of it.
type spareText struct {
	vmem.Text
	stage     uintptr
	populated int // bytes
	decide    func(testenv.Call) testenv.Verdict
}

func newSpareText(t *testing.T, k vmem.Kernel) *spareText {
	s := &spareText{}
	var err error
	s.Text, err = vmem.NewProtect(&testenv.Faulty{Kernel: k, Decide: func(c testenv.Call) testenv.Verdict {
		if c.Op == "madvise" {
			s.populated += c.Len
		}
		if s.decide != nil {
			return s.decide(c)
		}
		return testenv.Verdict{}
	}}, machine, 0, 8<<20)
	require.NoError(t, err)
	s.Keep(1 << 20)
	ranges := s.Ranges()
	s.stage = ranges[len(ranges)-1].Addr
	t.Cleanup(func() {
		if s.Text != nil {
			require.NoError(t, s.Release())
		}
	})
	return s
}

// solid is a kernel that has no moment in which somebody else can map something where pages have left. If that happens,
// as it does, there is another stage, and what was spare is gone. Like kernels before 6.17 it moves no more than one
// mapping at a time.
type solid struct{ vmem.Kernel }

func (k solid) Move(from, to uintptr, n int) error  { return k.MoveMemory(from, to, n) }
func (k solid) ReserveAt(addr uintptr, n int) error { return k.Reset(addr, n) }

func (k solid) MoveMemory(from, to uintptr, n int) error {
	maps, err := testenv.Maps()
	if err != nil {
		return err
	}
	for _, m := range maps {
		if m.Start <= from && from+uintptr(n) <= m.End {
			return k.Kernel.MoveMemory(from, to, n)
		}
	}
	return syscall.EFAULT
}

// requireResident compares how much memory n bytes from addr have.
func requireResident(t *testing.T, want int, addr uintptr, n int) {
	t.Helper()
	if !testenv.Emulated() {
		require.Equal(t, want, resident(t, addr, n))
	}
}

// resident is how much memory n bytes from addr have, in bytes: mincore(2). The emulator can't say that of pages without
// access.
func resident(t *testing.T, addr uintptr, n int) (bytes int) {
	t.Helper()
	pages := make([]byte, n/page)
	_, _, errno := syscall.Syscall(syscall.SYS_MINCORE, addr, uintptr(n), uintptr(unsafe.Pointer(&pages[0])))
	require.Zero(t, errno)
	for _, p := range pages {
		bytes += int(p&1) * page
	}
	return bytes
}

// spareIsOnStage compares what is spare with the memory on the stage, if there is one.
func spareIsOnStage(t *testing.T, text vmem.Text, what ...any) {
	t.Helper()
	ranges := text.Ranges()
	stage := ranges[len(ranges)-1]
	if testenv.Emulated() || stage.Len < text.Size() || stage.Addr == text.Base() {
		return
	}
	// The page that was touched when the stage was made may be there still.
	require.Contains(t, []int{text.Spare(), text.Spare() + page}, resident(t, stage.Addr, stage.Len), what)
}

// asRecorded compares what the kernel shows with the record. The emulator takes pages for unmapped whose memory was moved
// away, until something is mapped there.
func asRecorded(t *testing.T, text vmem.Text, what ...any) {
	t.Helper()
	maps, err := testenv.Maps()
	require.NoError(t, err)
	for _, r := range text.Ranges() {
		mapped := 0
		for _, m := range maps {
			if lo, hi := max(m.Start, r.Addr), min(m.End, r.Addr+uintptr(r.Len)); lo < hi {
				require.Equal(t, r.Protection.String(), m.Prot[:3], "%#x, %d bytes of %+v: %v", lo, hi-lo, r, what)
				mapped += int(hi - lo)
			}
		}
		require.True(t, mapped == r.Len || testenv.Emulated(), "%d bytes of %+v: %v", mapped, r, what)
	}
}

// TestSpareMemory: what is written where memory was given back uses that, and what was there is gone.
func TestSpareMemory(t *testing.T) {
	text := newSpareText(t, solid{ledger})
	const off, n = 64 << 10, 512 << 10
	one, two := bytes.Repeat([]byte{1}, n), bytes.Repeat([]byte{2}, n-100)
	require.NoError(t, text.Write([]vmem.Patch{{Off: off, Bytes: one}}))
	require.Zero(t, text.Spare())
	require.NoError(t, text.Discard(off, n))
	require.True(t, text.Unused(off, n))
	require.Zero(t, text.Committed())
	asRecorded(t, text)
	require.Equal(t, n, text.Spare())
	requireResident(t, 0, text.Base(), text.Size())
	requireResident(t, n+page, text.stage, text.Size()) // its first page was touched when it was made

	text.populated = 0
	require.NoError(t, text.Write([]vmem.Patch{{Off: off, Bytes: two}}))
	require.Equal(t, append(two, bytes.Repeat([]byte{0xee}, 100)...), read(text, off, n))
	require.Zero(t, text.populated)
	require.Zero(t, text.Spare())
	requireResident(t, page, text.stage, text.Size())

	// Less than a page of it, and all around it is a trap and not what was there.
	require.NoError(t, text.Discard(off, n))
	require.NoError(t, text.Write([]vmem.Patch{{Off: off + 3*page + 7, Bytes: []byte{3}}}))
	want := bytes.Repeat([]byte{0xee}, page)
	want[7] = 3
	require.Equal(t, want, read(text, off+3*page, page))
	require.Equal(t, n-page, text.Spare())
	asRecorded(t, text)

	// A write that fails takes the memory with it; a discard that can't be completed has kept what it could.
	reset := 0 // bytes
	refuse := func(ops ...string) {
		text.decide = func(c testenv.Call) (v testenv.Verdict) {
			if c.Op == "reset" {
				reset += c.Len
			}
			if slices.Contains(ops, c.Op) {
				v.Err = syscall.ENOMEM
			}
			return v
		}
	}
	refuse("mremap")
	require.ErrorIs(t, text.Write([]vmem.Patch{{Off: off + 8*page, Bytes: two[:8*page]}}), syscall.ENOMEM)
	require.Equal(t, n-9*page, text.Spare())
	requireResident(t, n-8*page, text.stage, text.Size())
	refuse("reset", "reserve")
	require.NoError(t, text.Discard(off+3*page, page))
	require.Equal(t, n-8*page, text.Spare())
	asRecorded(t, text)

	// No more is reserved anew than what was in use.
	refuse()
	require.NoError(t, text.Write([]vmem.Patch{{Off: off, Bytes: two[:page]}}))
	reset = 0
	require.NoError(t, text.Discard(0, text.Size()))
	require.Equal(t, page, reset)
}

// TestSpareMemoryIsLimited: it is no more than a megabyte, wherever it was and however much is given back.
func TestSpareMemoryIsLimited(t *testing.T) {
	text := newSpareText(t, solid{ledger})
	limit := func(what ...any) {
		require.LessOrEqual(t, text.Spare(), 1<<20, what)
		requireResident(t, text.Spare()+page, text.stage, text.Size())
	}
	require.NoError(t, text.Write([]vmem.Patch{{Off: 4 * page, Bytes: bytes.Repeat([]byte{1}, 1<<20+page)}}))
	require.NoError(t, text.Discard(4*page, 1<<20))
	require.NoError(t, text.Discard(4*page+1<<20, page))
	require.Equal(t, 1<<20, text.Spare(), "a page goes for another")
	for i := range 40 {
		off, n := 4*page+i*7%32*(192<<10), (1+i*5%11)*page*4
		require.NoError(t, text.Write([]vmem.Patch{{Off: off, Bytes: bytes.Repeat([]byte{byte(i)}, n)}}))
		require.NoError(t, text.Discard(off, n))
		limit(i)
	}
	for _, n := range []int{1 << 20, 3 << 20} {
		require.NoError(t, text.Write([]vmem.Patch{{Off: 1 << 20, Bytes: bytes.Repeat([]byte{1}, n)}}))
		require.NoError(t, text.Discard(1<<20, n))
		limit(n)
	}
	require.NoError(t, text.Discard(0, text.Size()))
	require.True(t, text.Unused(0, text.Size()))
	limit("all")
	asRecorded(t, text)
	maps, err := testenv.Maps()
	require.NoError(t, err)
	mappings := 0
	for _, r := range text.Ranges() {
		for _, m := range maps {
			if m.Start < r.Addr+uintptr(r.Len) && r.Addr < m.End {
				mappings++
			}
		}
	}
	require.LessOrEqual(t, mappings, 6)
}

// TestSpareMemoryOfAnotherStage: when there is another stage, nothing of the one before comes back to it, whose pages would
// not be one mapping with its own; until none is in use any more.
func TestSpareMemoryOfAnotherStage(t *testing.T) {
	text := newSpareText(t, solid{ledger})
	code := bytes.Repeat([]byte{1}, 64*page)
	require.NoError(t, text.Write([]vmem.Patch{{Off: 0, Bytes: code[:8*page]}}))
	text.decide = func(c testenv.Call) (v testenv.Verdict) {
		if c.Op == "reserve" {
			v.Err = syscall.EEXIST
		}
		return v
	}
	require.NoError(t, text.Write([]vmem.Patch{{Off: 1 << 20, Bytes: code[:page]}}))
	text.decide = nil
	ranges := text.Ranges()
	require.NoError(t, ledger.Unmap(text.stage+1<<20, page)) // that somebody else has mapped
	for range 2 {
		require.NoError(t, text.Write([]vmem.Patch{{Off: 2 << 20, Bytes: code[:page]}}))
		require.NoError(t, text.Discard(0, 8*page))
		require.Zero(t, text.Spare())
		require.NoError(t, text.Write([]vmem.Patch{{Off: 0, Bytes: code[:16*page]}}))
	}
	require.NotEqual(t, ranges, text.Ranges())
	require.NoError(t, text.Discard(0, text.Size()))
	require.NoError(t, text.Write([]vmem.Patch{{Off: 0, Bytes: code[:8*page]}}))
	require.NoError(t, text.Discard(0, 8*page))
	require.Equal(t, 8*page, text.Spare())
	require.NoError(t, text.Write([]vmem.Patch{{Off: 0, Bytes: code[:16*page]}}))
	require.Equal(t, code[:16*page], read(text, 0, 16*page))
}

// TestSpareMemoryHole: what somebody else has mapped where memory should have gone is his, when the hole could not be closed.
func TestSpareMemoryHole(t *testing.T) {
	text := newSpareText(t, vmem.Host{})
	const off, n = 1 << 20, 512 << 10
	code := bytes.Repeat([]byte{1}, n)
	require.NoError(t, text.Write([]vmem.Patch{{Off: off, Bytes: code}}))
	ranges := text.Ranges()
	hole := ranges[len(ranges)-1].Addr + off
	text.decide = func(c testenv.Call) (v testenv.Verdict) {
		if c.Op == "mremap" || c.Op == "reserve" {
			v = testenv.Verdict{Err: syscall.ENOMEM, Hole: true}
		}
		return v
	}
	require.NoError(t, text.Discard(off, n))
	text.decide = nil
	require.NoError(t, vmem.Host{}.ReserveAt(hole, n))
	require.NoError(t, vmem.Host{}.Protect(hole, n, vmem.ReadWrite))
	for range 2 {
		require.NoError(t, text.Write([]vmem.Patch{{Off: off, Bytes: code}}))
		require.Equal(t, code, read(text, off, n))
		require.NoError(t, text.Discard(off, n))
	}
	require.NoError(t, text.Release())
	text.Text = nil
	for _, prot := range protections(t, hole, n/page) {
		require.Equal(t, "rw-", prot)
	}
	require.NoError(t, vmem.Host{}.Unmap(hole, n))
}

// TestHole: where pages have gone and the hole could not be closed nothing is written any more, whether they were in use
// or not, and what somebody else has mapped there outlives the text.
func TestHole(t *testing.T) {
	for name, make := range texts {
		for _, used := range []bool{false, true} {
			for _, taken := range []bool{false, true} {
				what := fmt.Sprintf("%s, used %v, taken %v", name, used, taken)
				var refuse []string
				l := &testenv.Ledger{Kernel: vmem.Host{}}
				text, err := make(&testenv.Faulty{Kernel: l, Decide: func(c testenv.Call) (v testenv.Verdict) {
					if slices.Contains(refuse, c.Op) {
						v = testenv.Verdict{Err: syscall.ENOMEM, Hole: true}
					}
					return v
				}}, 1<<20)
				require.NoError(t, err)
				at := 8 * page
				write := func() error { return text.Write([]vmem.Patch{{Off: at, Bytes: []byte{1}}}) }
				if used {
					require.NoError(t, write())
					require.NoError(t, text.Freeze(at, page))
				}
				if name == "Sealed" {
					require.NoError(t, text.Discard(0, text.Size()))
				}
				refuse = []string{"mremap", "reserve"}
				if name == "Sealed" {
					refuse = []string{"mmap", "reserve"}
				}
				var vm *vmem.Error
				require.ErrorAs(t, write(), &vm, what)
				require.True(t, vm.Poisoned, what)
				require.False(t, text.Usable(at, page), what)
				refuse = nil
				require.ErrorIs(t, write(), vmem.ErrState, what)
				hole := text.Base() + uintptr(at)
				if taken {
					require.NoError(t, vmem.Host{}.ReserveAt(hole, page), what)
					require.NoError(t, vmem.Host{}.Protect(hole, page, vmem.ReadWrite))
				}
				require.NoError(t, text.Release(), what)
				require.Empty(t, l.Open(nil), what)
				if taken {
					require.Equal(t, []string{"rw-"}, protections(t, hole, 1), what)
					require.NoError(t, vmem.Host{}.Unmap(hole, page))
				}
			}
		}
	}
}

// TestSpareMemoryRefused refuses each call of a discard that keeps memory, and the one after it: the record is true, and
// what is written next is there, unless it says that pages are poisoned.
func TestSpareMemoryRefused(t *testing.T) {
	const off, n = 128 << 10, 768 << 10
	poisoned := 0
	for _, hole := range []bool{false, true} {
		for _, part := range []int{0, 2 * page} {
			for _, also := range []struct {
				times  int  // how many calls in a row
				resets bool // and all that reserve anew
			}{{1, false}, {2, false}, {100, false}, {1, true}} {
				times := also.times
				for k, calls := 0, 1; k < calls; k++ {
					what := fmt.Sprintf("call %d of %d, %+v, hole %v, part %d", k, calls, also, hole, part)
					var host vmem.Kernel = ledger
					if times > 2 || testenv.Emulated() {
						// Who is refused all has to leave some address space behind; and a look at all mappings after each
						// call takes too long under the emulator.
						host = vmem.Host{}
					}
					text := newSpareText(t, host)
					// Other memory that is spare, which has to make room.
					others := []int{2 << 20, 3 << 20, 5 << 20}
					if also.resets {
						others = others[:2] // there is room
					}
					for _, at := range others {
						require.NoError(t, text.Write([]vmem.Patch{{Off: at, Bytes: bytes.Repeat([]byte{9}, 256<<10)}}))
						require.NoError(t, text.Discard(at, 256<<10))
					}
					require.NoError(t, text.Write([]vmem.Patch{{Off: off, Bytes: bytes.Repeat([]byte{1}, n)}}))
					require.NoError(t, text.Guard(off+n/2))
					at := 0
					text.decide = func(c testenv.Call) (v testenv.Verdict) {
						if at++; k < at && at <= k+times || c.Op == "reset" && also.resets {
							v = testenv.Verdict{Err: syscall.ENOMEM, Part: part, Hole: hole && at == k+1}
						}
						return v
					}
					err := text.Discard(off, n)
					text.decide = nil
					calls = max(calls, at)
					if times == 1 || !hole { // else the stage may have one
						spareIsOnStage(t, text, what)
					}
					if !text.Usable(off, n) {
						var vm *vmem.Error
						require.ErrorAs(t, err, &vm, what)
						require.True(t, vm.Poisoned, what)
						require.True(t, times > 1 || hole || also.resets, what)
						poisoned++
						asRecorded(t, text, what)
						continue
					}
					if err == nil {
						require.True(t, text.Unused(off, n), what)
					}
					asRecorded(t, text, what)
					require.NoError(t, text.Write([]vmem.Patch{{Off: off, Bytes: []byte{5, 6, 7}}, {Off: 2 << 20, Bytes: []byte{8}}}), what)
					require.Equal(t, []byte{5, 6, 7}, read(text, off, 3), what)
					if err == nil {
						require.Equal(t, byte(0xee), read(text, off+3, 1)[0], what)
					}
					require.Equal(t, []byte{8, 0xee}, read(text, 2<<20, 2), what)
					asRecorded(t, text, what)
					require.NoError(t, text.Discard(0, text.Size()))
					asRecorded(t, text, what)
				}
			}
		}
	}
	require.Positive(t, poisoned)
}
