package codebuf

import (
	"errors"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/icache"
	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/tramp"
	"github.com/wxjit/wxjit/internal/vmem"
)

// callers calls the codes, of which number k returns k, from four goroutines, beside garbage collections. The function
// ends that, and gives how many calls were made and how many of them were wrong.
func callers(codes []*Code) (stop func() (calls, wrong int64)) {
	var ended atomic.Bool
	var calls, wrong atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for !ended.Load() {
				for k, c := range codes {
					if r, err := c.Call(); err != nil || r != uint64(k) {
						wrong.Add(1)
					}
				}
				calls.Add(int64(len(codes)))
				runtime.Gosched()
			}
		})
	}
	wg.Go(func() {
		for !ended.Load() {
			runtime.GC()
			time.Sleep(5 * time.Millisecond)
		}
	})
	return func() (int64, int64) {
		ended.Store(true)
		wg.Wait()
		return calls.Load(), wrong.Load()
	}
}

// TestRace calls functions while others are published, and released, on the same pages: every result is right. Its
// controls are in TestRaceControls. (All of it, 200,000 publications a strategy: WXJIT_PUBLISHES=200000.)
func TestRace(t *testing.T) {
	forStrategies(t, func(t *testing.T, s Strategy) {
		race(t, Config{Strategy: s, Size: 256 << 10})
		if s == Sealed {
			race(t, Config{Strategy: s, Size: 256 << 10, SealEach: true})
		}
	})
}

func race(t *testing.T, c Config) {
	a := newTestArena(t, c)
	var steady, live []*Code
	for k := range uint16(32) { // with gaps between them
		codes, err := a.Publish(blob{code: sized(k, 48), align: 1}, blob{code: sized(k, 16+16*int(k%4)), align: 1})
		require.NoError(t, err)
		steady, live = append(steady, codes[0]), append(live, codes[1])
	}
	stop := callers(steady)
	defer stop()
	rnd := rand.New(rand.NewPCG(1, 2))
	audits, shared := 0, 0
	n := count(400, "WXJIT_PUBLISHES")
	for round := range n {
		i := rnd.IntN(len(live))
		require.NoError(t, live[i].Release())
		if round%16 == 0 {
			require.NoError(t, a.Reclaim())
			clean(t, a)
			audits++
		}
		k := uint16(round)
		codes, err := a.Publish(blob{code: sized(k, 6+rnd.IntN(60)), align: 1})
		for errors.Is(err, ErrNoSpace) { // until who was interrupted inside goes on
			runtime.Gosched()
			require.NoError(t, a.Reclaim())
			codes, err = a.Publish(blob{code: sized(k, 6), align: 1})
		}
		require.NoError(t, err)
		requireCall(t, codes[0], uint64(k))
		live[i] = codes[0]
		if distance(codes[0].Addr(), steady[0].Addr()) < uintptr(vmem.PageSize) {
			shared++
		}
	}
	calls, wrong := stop()
	require.Zero(t, wrong)
	require.Positive(t, calls)
	require.Greater(t, shared, n/4, "publications on the page that is called")
	t.Logf("%v, sealed each time %v: %d publications, %d on the page, beside %d calls, %d audits", c.Strategy, c.SealEach, n, shared, calls, audits)
}

// TestRaceControls does to a page that is called what must not be done, with the same callers, in a child: calls fault.
func TestRaceControls(t *testing.T) {
	if how := os.Getenv("WXJIT_RACE"); how != "" {
		control(t, how)
		return
	}
	for _, how := range []string{"flip", "unmap"} {
		out, err := testenv.Child(t, "TestRaceControls", "WXJIT_RACE="+how).CombinedOutput()
		require.Error(t, err, "%s: %s", how, out)
		if runtime.GOARCH == "amd64" { // the emulator may find the runtime on a stack that it doesn't know
			require.Contains(t, string(out), "calls were wrong", how)
		}
	}
}

func control(t *testing.T, how string) {
	k, page := vmem.Host{}, vmem.PageSize
	base, err := k.Reserve(3 * page) // with a page on each side for the emulator, that merges neighbours
	require.NoError(t, err)
	addr := base + uintptr(page)
	var codes []*Code
	fill := func() {
		require.NoError(t, k.Protect(addr, page, vmem.ReadWrite))
		mem := writable(addr, page)
		for i := range uint16(32) {
			copy(mem[48*int(i):], sized(i, 48))
		}
		icache.Flush(addr, addr+uintptr(page))
		require.NoError(t, k.Protect(addr, page, vmem.ReadExec))
	}
	fill()
	for i := range uintptr(32) {
		codes = append(codes, &Code{target: tramp.Target{Entry: addr + 48*i, State: tramp.Returned}})
	}
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		stop := callers(codes)
		for range 1000 {
			if how == "unmap" {
				require.NoError(t, k.Unmap(addr, page))
				require.NoError(t, k.ReserveAt(addr, page))
			}
			fill()
		}
		calls, wrong := stop()
		if wrong > 0 {
			t.Fatalf("%d of %d calls were wrong", wrong, calls)
		}
	}
}
