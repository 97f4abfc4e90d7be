package vmem_test

import (
	"bytes"
	"fmt"
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
	ranges := s.Ranges()
	s.stage = ranges[len(ranges)-1].Addr
	t.Cleanup(func() { require.NoError(t, s.Release()) })
	return s
}

// solid is a kernel that has no moment in which somebody else can map something where pages have left. If that happens,
// as it does, there is another stage, and what was spare is gone.
type solid struct{ vmem.Kernel }

func (k solid) Move(from, to uintptr, n int) error  { return k.MoveMemory(from, to, n) }
func (k solid) ReserveAt(addr uintptr, n int) error { return k.Reset(addr, n) }

// requireResident compares how much memory n bytes from addr have, in bytes: mincore(2). The emulator has none for pages
// without access.
func requireResident(t *testing.T, want int, addr uintptr, n int) {
	t.Helper()
	if testenv.Emulated() {
		return
	}
	bytes := 0
	pages := make([]byte, n/page)
	_, _, errno := syscall.Syscall(syscall.SYS_MINCORE, addr, uintptr(n), uintptr(unsafe.Pointer(&pages[0])))
	require.Zero(t, errno)
	for _, p := range pages {
		bytes += int(p&1) * page
	}
	require.Equal(t, want, bytes)
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
	refuse := func(op string) {
		text.decide = func(c testenv.Call) (v testenv.Verdict) {
			if c.Op == op {
				v.Err = syscall.ENOMEM
			}
			return v
		}
	}
	refuse("mremap")
	require.ErrorIs(t, text.Write([]vmem.Patch{{Off: off + 8*page, Bytes: two[:8*page]}}), syscall.ENOMEM)
	require.Equal(t, n-9*page, text.Spare())
	requireResident(t, n-8*page, text.stage, text.Size())
	refuse("reset")
	require.NoError(t, text.Discard(off+3*page, page))
	require.Equal(t, n-8*page, text.Spare())
	asRecorded(t, text)
}

// TestSpareMemoryIsLimited: it is no more than a megabyte, wherever it was and however much is given back.
func TestSpareMemoryIsLimited(t *testing.T) {
	text := newSpareText(t, solid{ledger})
	limit := func(what ...any) {
		require.LessOrEqual(t, text.Spare(), 1<<20, what)
		requireResident(t, text.Spare()+page, text.stage, text.Size())
	}
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

// TestSpareMemoryRefused refuses each call of a discard that keeps memory, and the one after it: the record is true, and
// what is written next is there, unless it says that pages are poisoned.
func TestSpareMemoryRefused(t *testing.T) {
	const off, n = 128 << 10, 768 << 10
	var host vmem.Kernel = ledger
	if testenv.Emulated() { // where a look at all mappings after each call takes too long
		host = vmem.Host{}
	}
	poisoned := 0
	for _, hole := range []bool{false, true} {
		for _, part := range []int{0, 2 * page} {
			for _, times := range []int{1, 2, 100} {
				for k, calls := 0, 1; k < calls; k++ {
					what := fmt.Sprintf("call %d of %d, %d times, hole %v, part %d", k, calls, times, hole, part)
					text := newSpareText(t, host)
					// Other memory that is spare, which has to make room.
					for _, at := range []int{2 << 20, 3 << 20, 5 << 20} {
						require.NoError(t, text.Write([]vmem.Patch{{Off: at, Bytes: bytes.Repeat([]byte{9}, 256<<10)}}))
						require.NoError(t, text.Discard(at, 256<<10))
					}
					require.NoError(t, text.Write([]vmem.Patch{{Off: off, Bytes: bytes.Repeat([]byte{1}, n)}}))
					require.NoError(t, text.Guard(off+n/2))
					at := 0
					text.decide = func(c testenv.Call) (v testenv.Verdict) {
						if at++; k < at && at <= k+times {
							v = testenv.Verdict{Err: syscall.ENOMEM, Part: part, Hole: hole && at == k+1}
						}
						return v
					}
					err := text.Discard(off, n)
					text.decide = nil
					calls = max(calls, at)
					if !text.Usable(off, n) {
						var vm *vmem.Error
						require.ErrorAs(t, err, &vm, what)
						require.True(t, vm.Poisoned, what)
						require.Greater(t, times, 1, what)
						poisoned++
						continue
					}
					if err == nil {
						require.True(t, text.Unused(off, n), what)
					}
					if times == 1 {
						asRecorded(t, text, what)
					}
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
