package models

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/wxjit/wxjit/asm/amd64"
)

// lowPage gives random memory in the lowest 2 GiB, and its address.
func lowPage(t *testing.T) (page []byte, addr uint64) {
	t.Helper()
	page, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_32BIT)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, unix.Munmap(page)) })
	for i := range page {
		page[i] = byte(generator.Uint32())
	}
	addr = uint64(uintptr(unsafe.Pointer(unsafe.SliceData(page))))
	require.Less(t, addr, uint64(math.MaxInt32))
	return page, addr
}

// TestAddress32 loads by the lower halves of registers, whose upper halves are random.
func TestAddress32(t *testing.T) {
	count(t)
	page, addr := lowPage(t)
	for base := range amd64.Reg64(16) {
		for index := range amd64.Reg64(16) {
			if base == amd64.RSP || index == amd64.RSP {
				continue
			}
			i := int(base) + int(index)
			scale, disp := 1<<(i%4), displacements[(i+int(base)*5)%len(displacements)]
			off := 512 + int(disp&7)
			want := binary.LittleEndian.Uint64(page[off:])
			rest := uint32(addr) + uint32(off) - uint32(disp)
			halve := func(s *state, r amd64.Reg64, x uint32) { s.gpr[r] = s.gpr[r]&^maskOf(32) | uint64(x) }
			load := func(m amd64.Mem, input func(s *state)) {
				m = m.Address32()
				check(t, test{fmt.Sprintf("MOV RAX, %v", m), 0, func(a *assembler) { a.MOVrm64(amd64.RAX, m) }, func(s *state) {
					s.gpr[rax] = want
				}}, input)
			}
			if base != index {
				load(amd64.MemIndex(base, index, scale, disp), func(s *state) {
					halve(s, base, rest-uint32(s.gpr[index])*uint32(scale))
				})
			}
			load(amd64.MemBase(base, disp), func(s *state) { halve(s, base, rest) })
			load(amd64.MemIndexOnly(index, scale, disp), func(s *state) { halve(s, index, rest/uint32(scale)) })
		}
	}
}

func TestAbsolute(t *testing.T) {
	count(t)
	page, addr := lowPage(t)
	for _, off := range []int{0, 5, 4088} {
		for r := range amd64.Reg64(16) {
			if r == amd64.RSP {
				continue
			}
			m := amd64.MemAbs(int32(addr) + int32(off))
			for _, m := range []amd64.Mem{m, m.Address32(), m.Segment(amd64.DS)} {
				check(t, test{fmt.Sprintf("MOV %v, %v", r, m), 0, func(a *assembler) { a.MOVrm64(r, m) }, func(s *state) {
					s.gpr[r] = binary.LittleEndian.Uint64(page[off:])
				}}, func(*state) {})
			}
		}
	}
}

// TestSegment finds where FS begins with the help of the kernel, and reads there with and without it. That is the
// runtime's memory of the thread: it stays below the address that FS has.
func TestSegment(t *testing.T) {
	count(t)
	const archGetFS = 0x1003 // ARCH_GET_FS of arch_prctl(2)
	at := place{amd64.RSI, 0, 128}
	check(t, test{"MOV RAX, FS:[-8]", 0, func(a *assembler) {
		a.MOVri32(amd64.EAX, unix.SYS_ARCH_PRCTL)
		a.MOVri32(amd64.EDI, archGetFS)
		a.SYSCALL()
		a.MOVrm64(amd64.RBX, at.mem())
		a.MOVrm64(amd64.RCX, amd64.MemBase(amd64.RBX, -8))
		a.MOVrm64(amd64.RDX, amd64.MemAbs(-8).Segment(amd64.FS))
		a.MOVri64(amd64.R8, -0x1008)
		a.MOVri64(amd64.R9, 0x400)
		a.MOVrm64(amd64.R10, amd64.MemIndex(amd64.R8, amd64.R9, 4, 0).Segment(amd64.FS))
		a.SUBrr64(amd64.RDX, amd64.RCX)
		a.SUBrr64(amd64.R10, amd64.RCX)
		for _, r := range []amd64.Reg64{amd64.RBX, amd64.RCX, amd64.RDI, amd64.R8, amd64.R9, amd64.R11} {
			a.MOVri64(r, 0)
		}
		a.MOVmr64(at.mem(), amd64.RCX)
	}, func(s *state) {
		for _, r := range []amd64.Reg64{amd64.RAX, amd64.RBX, amd64.RCX, amd64.RDX, amd64.RDI, amd64.R8, amd64.R9, amd64.R10, amd64.R11} {
			s.gpr[r] = 0
		}
		s.setAt(64, at.off, 0)
		s.undef = six
	}}, at.point)
}
