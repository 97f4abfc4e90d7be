package codebuf

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/vmem"
)

// TestBarriers looks at what is so when each membarrier(2) is made, since the lack of one shows in no number of calls that a
// test can make. When cores are made to forget what they fetched, code is in place and nobody can know its address yet.
// When they are made to show what they stored, released code can't be entered any more and is still there.
func TestBarriers(t *testing.T) {
	const expedited, syncCore = 1 << 3, 1 << 5 // linux/membarrier.h
	forStrategies(t, func(t *testing.T, s Strategy) {
		var at func(cmd int)
		k := &testenv.Faulty{Kernel: ledger, Decide: func(c testenv.Call) testenv.Verdict {
			if c.Op == "membarrier" && at != nil {
				at(c.Cmd)
			}
			return testenv.Verdict{}
		}}
		a, err := newArena(Config{Strategy: s, Size: 16 * vmem.PageSize}, k)
		require.NoError(t, err)
		publish(t, a, codeConst(1))

		want := sized(2, 100)
		var addr uintptr
		made := 0
		at = func(cmd int) {
			require.Equal(t, syncCore, cmd)
			require.Equal(t, want, memory(addr, len(want)))
			require.Nil(t, a.lookup(addr))
			made++
		}
		codes, err := a.Publish(placer{blob{code: want, align: 1}, func(dst []byte, to uintptr) error {
			addr = to
			copy(dst, want)
			return nil
		}})
		require.NoError(t, err)
		require.Equal(t, 1, made)

		c := codes[0]
		dead := func(cmd int) {
			require.Equal(t, expedited, cmd)
			require.False(t, c.live())
			require.Equal(t, want, memory(addr, len(want)))
			made++
		}
		require.NoError(t, c.Release())
		at, made = dead, 0
		require.NoError(t, a.Reclaim())
		require.Equal(t, 1, made)
		require.False(t, bytes.Equal(want, memory(addr, len(want))))

		at = nil
		c = publish(t, a, want)
		at, made, addr = dead, 0, c.Addr()
		require.NoError(t, a.Close())
		require.Equal(t, 1, made)
	})
}

// TestCallsOfPublish counts what a publication asks of the kernel, of one function beside others and of a thousand: once
// each what has to be done; and how much memory it takes to release a thousand, and to publish others in their place.
func TestCallsOfPublish(t *testing.T) {
	forStrategies(t, func(t *testing.T, s Strategy) {
		calls, populated := map[string]int{}, 0
		k := &testenv.Faulty{Kernel: ledger, Decide: func(c testenv.Call) testenv.Verdict {
			calls[c.Op]++
			if c.Op == "madvise" {
				populated += c.Len
			}
			return testenv.Verdict{}
		}}
		a, err := newArena(Config{Strategy: s, Size: 1 << 20}, k)
		require.NoError(t, err)
		defer func() { require.NoError(t, a.Close()) }()
		publish(t, a, codeConst(1))
		var many []Blob
		for n := range uint16(1000) {
			many = append(many, blob{code: sized(n, 200), align: 1})
		}
		var codes []*Code
		for _, blobs := range [][]Blob{many[:1], many} {
			before := a.Stats().SystemCalls
			clear(calls)
			codes, err = a.Publish(blobs...)
			require.NoError(t, err)
			require.Equal(t, 1, calls["membarrier"])
			most := map[Strategy]map[string]int{
				Protect: {"mprotect": 2, "mremap": 1, "reserve": 1, "madvise": 1, "membarrier": 1},
				Sealed:  {"pwrite": 1, "getrlimit": 1, "membarrier": 1},
			}[s]
			if s == Sealed && len(blobs) > 1 { // what was in use, what is taken into use with it, and the traps behind
				most["pwrite"], most["open"], most["mmap"], most["close"] = 3, 1, 1, 1
			}
			total := 0
			for op, n := range calls {
				require.LessOrEqual(t, n, most[op], "%s, of %d", op, len(blobs))
				total += n
			}
			require.Equal(t, total, a.Stats().SystemCalls-before)
			t.Logf("%d: %v", len(blobs), calls)
		}
		// Those that lie side by side are given back as one, and what is left at both ends filled.
		clear(calls)
		populated = 0
		require.NoError(t, a.Release(codes...))
		require.NoError(t, a.Reclaim())
		require.Less(t, populated, 2*vmem.PageSize+1, "bytes of pages for traps")
		t.Logf("release: %v", calls)
		populated = 0
		spare := a.Stats().Spare
		_, err = a.Publish(many...)
		require.NoError(t, err)
		if s == Protect {
			require.Greater(t, spare, 1000*200-2*vmem.PageSize)
			require.Zero(t, a.Stats().Spare)
			require.LessOrEqual(t, populated, 2*vmem.PageSize, "bytes of new pages")
		}
	})
}
