package codebuf

import (
	"errors"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/testenv"
)

// TestScale has many functions of 16 to 512 bytes live at once: they are packed, cost few mappings, and are found; and
// when they are released and others published at random, alone and with others, nothing grows. (All of it: WXJIT_FUNCTIONS=1000000
// WXJIT_STEPS=10000000.)
func TestScale(t *testing.T) {
	plainHost(t)
	forStrategies(t, func(t *testing.T, s Strategy) {
		n, steps := max(20_000, count(20_000, "WXJIT_FUNCTIONS")), count(2000, "WXJIT_STEPS")
		a := newTestArena(t, Config{Strategy: s, Size: max(32<<20, n*320)})
		rnd := rand.New(rand.NewPCG(1, 2))
		bytes := make([]byte, 512)
		fillTraps(bytes)
		next := func() Blob { return blob{code: bytes[:16+rnd.IntN(497)], align: 1} }

		start := time.Now()
		codes := fillArena(t, a, n, rnd)
		full := a.Stats()
		t.Logf("%d functions in %v: density %.3f, %d mappings, %d system calls", n, time.Since(start), density(full), full.Mappings, full.SystemCalls)
		require.Equal(t, n, full.Codes)
		least := 0.95
		if n < 100_000 {
			least = 0.92 // memory is taken 64 KiB at a time, which with few functions counts
		}
		require.Greater(t, density(full), least)
		require.Less(t, full.Mappings, 1000)
		lookups(t, a, codes, rnd)

		start = time.Now()
		most := 0
		for done, look := 0, 0; done < steps; {
			batch := min(1<<rnd.IntN(9), n) // as many alone as with others
			victims, blobs := make([]*Code, 0, batch), make([]Blob, 0, batch)
			for range batch {
				k := rnd.IntN(len(codes))
				victims, blobs = append(victims, codes[k]), append(blobs, next())
				codes[k] = codes[len(codes)-1]
				codes = codes[:len(codes)-1]
			}
			require.NoError(t, a.Release(victims...))
			more, err := a.Publish(blobs...)
			if errors.Is(err, ErrNoSpace) {
				require.NoError(t, a.Reclaim())
				more, err = a.Publish(blobs...)
			}
			require.NoError(t, err)
			codes = append(codes, more...)
			if done += 2 * batch; done >= look {
				look += steps/20 + 1
				most = max(most, a.Stats().Committed)
			}
		}
		end := a.Stats()
		perStep := time.Since(start) / time.Duration(max(steps, 1))
		t.Logf("%d releases and publications, %v each: density %.3f, %d mappings, %d system calls", steps, perStep, density(end), end.Mappings, end.SystemCalls-full.SystemCalls)
		require.Less(t, float64(most), 1.1*float64(full.Committed)+4<<20, "no growth")
		// Beside padding, a 32nd may be gaps and a 64th released; and a chunk or two are open that are not full.
		if least = 0.92; n < 1_000_000 {
			least = 0.88
		}
		require.Greater(t, density(end), least)
		require.Less(t, end.Mappings, 1000)
		clean(t, a)
	})
}

// density is the part of the memory in use that is code.
func density(s Stats) float64 { return float64(s.Live) / float64(s.Committed) }

// lookups looks up addresses at random.
func lookups(t *testing.T, a *Arena, codes []*Code, rnd *rand.Rand) {
	pcs := make([]uintptr, 1<<16)
	want := make([]*Code, len(pcs))
	for i := range pcs {
		want[i] = codes[rnd.IntN(len(codes))]
		pcs[i] = want[i].Addr() + uintptr(rnd.IntN(want[i].Len()))
	}
	start := time.Now()
	for i, pc := range pcs {
		if c, _, _ := a.Lookup(pc); c != want[i] {
			t.Fatalf("lookup of %#x", pc)
		}
	}
	t.Logf("lookup at random: %v", time.Since(start)/time.Duration(len(pcs)))
	require.Zero(t, testing.AllocsPerRun(100, func() { a.Lookup(pcs[0]) }))
}

// TestCycles makes and closes arenas: descriptors, mappings and memory are what they were. (All of it:
// WXJIT_CYCLES=100000.)
func TestCycles(t *testing.T) {
	plainHost(t)
	ledger := &testenv.Ledger{Kernel: kernel}
	host = ledger
	cycle := func(s Strategy) {
		a, err := New(Config{Strategy: s, Size: 256 << 10})
		require.NoError(t, err)
		codes, err := a.Publish(blob{code: codeAdd, align: 1}, blob{code: codeIdentity, align: 1})
		require.NoError(t, err)
		require.NoError(t, codes[0].Release())
		require.NoError(t, a.Close())
	}
	mappings := func() int {
		maps, err := testenv.Maps()
		require.NoError(t, err)
		return len(maps)
	}
	for i := range 100 {
		cycle(strategies[i%2])
	}
	runtime.GC()
	testenv.NoNewDescriptors(t)
	before, threads, rss := mappings(), testenv.Threads(t), resident(t)
	n := count(300, "WXJIT_CYCLES")
	for i := range n {
		cycle(strategies[i%2])
	}
	runtime.GC()
	require.Empty(t, ledger.Open(sharedStack))
	// Another thread has a stack with a guard, and if libc is there a heap of its own.
	more := 4 + 4*max(0, testenv.Threads(t)-threads)
	require.LessOrEqual(t, mappings(), before+more, "the Go heap may have some more")
	grown := resident(t) - rss
	require.Less(t, grown, 16<<20)
	t.Logf("%d cycles: %d bytes more resident", n, grown)
}

// resident is the memory that the process has, in bytes: proc_pid_statm(5).
func resident(t *testing.T) int {
	text, err := os.ReadFile("/proc/self/statm")
	require.NoError(t, err)
	pages := 0
	field := 0
	for _, c := range text {
		switch {
		case c == ' ':
			field++
		case field == 1:
			pages = pages*10 + int(c-'0')
		}
	}
	return pages * os.Getpagesize()
}
