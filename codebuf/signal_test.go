package codebuf

import (
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// TestSignalStorm has the runtime's own signals arrive at any instruction of generated code and of the trampoline, many
// times more often than in earnest: preemption requests, and profiling signals with the profiler on. Meanwhile there
// are garbage collections, and goroutines whose stacks grow right after a call.
func TestSignalStorm(t *testing.T) {
	a := newTestArena(t, Config{})
	depth := Func1[uint64, uint64](seal(t, a, codeDepth))
	add := Func2[int64, int64, int64](seal(t, a, codeAdd))
	require.NoError(t, pprof.StartCPUProfile(io.Discard))
	defer pprof.StopCPUProfile()

	end := time.Now().Add(time.Second)
	var wg sync.WaitGroup
	var calls, wrong atomic.Int64
	for g := range int64(4) {
		wg.Go(func() {
			for i := int64(0); time.Now().Before(end); i++ {
				n := uint64(i % 2000)
				r, err := depth(n)
				s, err2 := add(g, i)
				if r != n || s != g+i || err != nil || err2 != nil || grow(int(i%50)) != int(i%50) {
					wrong.Add(1)
				}
				calls.Add(2)
			}
		})
	}
	wg.Go(func() {
		for time.Now().Before(end) {
			runtime.GC()
		}
	})
	sent := 0
	for time.Now().Before(end) {
		tasks, err := os.ReadDir("/proc/self/task")
		require.NoError(t, err)
		for range 100 { // to each thread: one sent to the process comes to the thread that sent it
			for _, task := range tasks {
				tid, err := strconv.Atoi(task.Name())
				require.NoError(t, err)
				for _, sig := range []syscall.Signal{syscall.SIGURG, syscall.SIGPROF} {
					if unix.Tgkill(os.Getpid(), tid, sig) == nil { // the thread may have ended
						sent++
					}
				}
			}
			runtime.Gosched()
		}
	}
	wg.Wait()
	require.Zero(t, wrong.Load())
	require.Positive(t, sent)
	t.Logf("%d calls, %d signals", calls.Load(), sent)
}

// grow needs a kilobyte of stack for each of n calls of itself.
func grow(n int) int {
	var frame [1024]byte
	if n == 0 {
		return int(frame[n])
	}
	frame[n] = byte(n)
	return grow(n-1) + int(frame[n]) - n + 1
}
