package codebuf

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/wxjit/wxjit/internal/tramp"
	"github.com/wxjit/wxjit/internal/vmem"
)

// TestGuards: between chunks is a page where no code goes on from one to the next, nor a read where the kernel can stop
// it, and which costs no mapping.
func TestGuards(t *testing.T) {
	plainHost(t)
	for _, s := range strategies {
		t.Run(s.String(), func(t *testing.T) {
			a := newTestArena(t, Config{Strategy: s, Size: 8 * chunkSize})
			f, load := newTestFiber(t), seal(t, a, codeLoad)
			var err error
			for k := uint16(0); err == nil; k++ {
				_, err = a.Publish(blob{code: sized(k, vmem.PageSize), align: 1})
			}
			require.ErrorIs(t, err, ErrNoSpace)
			refused, guards := kernelGuards(t, s), 0
			for _, c := range a.heap.chunks {
				if !c.open || c.limit*granule == c.size() {
					continue
				}
				guards++
				addr := c.seg.base + uintptr(c.off+c.limit*granule)
				r, err := f.Call(load, uint64(addr))
				if refused {
					fault, ok := errors.AsType[*Fault](err)
					require.True(t, ok, "read of %#x, %v", r, err)
					require.Equal(t, unix.SIGSEGV, fault.Signal)
					require.Equal(t, addr, fault.Addr)
				} else {
					require.NoError(t, err)
					require.Equal(t, tramp.Trap, binary.LittleEndian.AppendUint64(nil, r)[:len(tramp.Trap)])
				}
				_, err = tramp.Enter(&f.core, &tramp.Target{Entry: addr, State: tramp.Returned}, nil, 0)
				fault, ok := errors.AsType[*Fault](err)
				require.True(t, ok, "executed: %v", err)
				require.Equal(t, addr, fault.PC)
			}
			require.Equal(t, 7, guards)
			if _, ok := kernel.(*emulator); ok {
				return // it maps again what is written to
			}
			require.Less(t, a.Stats().Mappings, 14, "one for each file, if there are files, and what is around")
		})
	}
}

// kernelGuards tells whether the kernel can make a page fault without a mapping of its own, in memory such as s has.
func kernelGuards(t *testing.T, s Strategy) bool {
	fd, flags := -1, unix.MAP_PRIVATE|unix.MAP_ANON
	if s == Sealed {
		var err error
		fd, err = unix.MemfdCreate("guard", unix.MFD_CLOEXEC)
		require.NoError(t, err)
		defer unix.Close(fd)
		require.NoError(t, unix.Ftruncate(fd, int64(vmem.PageSize)))
		flags = unix.MAP_SHARED
	}
	mem, err := unix.Mmap(fd, 0, vmem.PageSize, unix.PROT_READ, flags)
	require.NoError(t, err)
	defer unix.Munmap(mem)
	const guardInstall = 102 // MADV_GUARD_INSTALL, Linux 6.13; 6.15 for files
	if unix.Madvise(mem, guardInstall) != nil {
		return false
	}
	// An emulator may take it as done and do nothing.
	var pipe [2]int
	require.NoError(t, unix.Pipe2(pipe[:], unix.O_CLOEXEC))
	defer unix.Close(pipe[0])
	defer unix.Close(pipe[1])
	_, err = unix.Write(pipe[1], mem[:1])
	return err != nil
}
