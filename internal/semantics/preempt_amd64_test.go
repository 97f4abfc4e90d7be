package semantics

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/wxjit/wxjit/asm/amd64"
	"github.com/wxjit/wxjit/codebuf"
	"github.com/wxjit/wxjit/internal/testenv"
)

// TestPreemptedState has loops that hold something else in every register, which are preempted over and over, by a storm of
// signals and by garbage collections, and go on in whichever thread. At the end of each all is as it was: general
// registers, flags, MXCSR, an x87 register, masks and vectors, in full and with only the parts that older code uses.
func TestPreemptedState(t *testing.T) {
	for _, v := range []vectors{xmm, ymm, zmm} {
		switch {
		case v == ymm && !features.Has(amd64.AVX), v == zmm && !features.Has(amd64.AVX512BW):
			t.Logf("not on this CPU: %d", v)
			continue
		}
		times, moved := hold(t, v, uint64(testenv.Scaled(500)), false)
		t.Logf("%d preemptions, %d in another thread", times, moved)
		require.Positive(t, times)
		require.Positive(t, moved)
		times, moved = hold(t, v, uint64(testenv.Scaled(5000)), true)
		t.Logf("%d preemptions by the code itself, %d in another thread", times, moved)
	}
}

// signalItself makes the system calls that send SIGURG to the thread, which takes it in the instruction after that. The
// registers are as before, also the flags.
func signalItself(a *amd64.Assembler) {
	const getpid, gettid, tgkill = 39, 186, 234
	changed := []amd64.Reg64{amd64.RAX, amd64.RCX, amd64.RDX, amd64.RSI, amd64.RDI, amd64.R11}
	for _, r := range changed {
		a.PUSHr64(r)
	}
	a.MOVri32(amd64.EAX, getpid)
	a.SYSCALL()
	a.MOVrr32(amd64.EDI, amd64.EAX)
	a.MOVri32(amd64.EAX, gettid)
	a.SYSCALL()
	a.MOVrr32(amd64.ESI, amd64.EAX)
	a.MOVri32(amd64.EDX, int32(unix.SIGURG))
	a.MOVri32(amd64.EAX, tgkill)
	a.SYSCALL()
	for i := range changed {
		a.POPr64(changed[len(changed)-1-i])
	}
}

// hold runs such loops until there have been n preemptions: by signals that come at any time, or one in each round.
func hold(t *testing.T, v vectors, n uint64, itself bool) (times, moved uint64) {
	rounds := uint64(200_000)
	if itself {
		rounds = 500
	}
	p := prepare(t, v, func(a *amd64.Assembler) {
		mem := func(i int32) amd64.Mem { return amd64.MemBase(amd64.RDI, 8*i) }
		a.STMXCSRm32(mem(0))
		a.LDMXCSRm32(mem(1))
		a.FLDm64(mem(2))
		loop, out := a.NewLabel("loop"), a.NewLabel("out")
		a.Bind(loop) // flags stay as they are
		a.JRCXZl(out)
		a.LEArm64(amd64.RCX, amd64.MemBase(amd64.RCX, -1))
		if itself {
			signalItself(a)
		}
		a.JMPl(loop)
		a.Bind(out)
		a.STMXCSRm32(mem(3))
		a.LDMXCSRm32(mem(0))
		a.FSTPm64(mem(4))
	})
	defer func() { require.NoError(t, p.code.Release()) }()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if !itself {
		defer testenv.Storm(t, 10*time.Microsecond, unix.SIGURG)()
	}
	var done, inAnother atomic.Uint64
	// Which thread a loop goes on in is chance: until it was another one, but not for ever.
	enough := func() bool { d := done.Load(); return d >= n && inAnother.Load() > 0 || d >= 100*n }
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			f, err := codebuf.NewFiber(codebuf.FiberConfig{StackSize: 16 << 10})
			if !assert.NoError(t, err) {
				return
			}
			var before, movedBefore uint64
			for i := 0; !enough(); i++ {
				if !holds(t, ctx, f, p.code, random(g*1_000_003+i+1), rounds) {
					break
				}
				now, m := f.Preempted()
				done.Add(now - before)
				inAnother.Add(m - movedBefore)
				before, movedBefore = now, m
				if i%8 == 0 {
					runtime.GC()
				}
			}
			assert.NoError(t, f.Close())
		})
	}
	wg.Wait()
	return done.Load(), inAnother.Load()
}

// holds makes one call, with random values.
func holds(t *testing.T, ctx context.Context, f *codebuf.Fiber, c *codebuf.Code, rnd random, rounds uint64) bool {
	const mxcsr = 0xff80 // flush to zero, round to zero, all exceptions masked, denormals are zero
	s := testenv.OnHeap[state]()
	for i := range s.r {
		s.r[i] = rnd.next()
	}
	s.r[amd64.RCX], s.r[amd64.RDI], s.r[amd64.RSP] = rounds, s.at(0), 0
	s.flags = 0x202 | rnd.next()&(allFlags|1<<10)
	for i := range s.k {
		s.k[i] = rnd.next()
	}
	for i := range s.z {
		for j := range s.z[i] {
			s.z[i][j] = rnd.next()
		}
	}
	s.mem[1], s.mem[2] = mxcsr&^0x40, 0x400921fb54442d18
	want := *s
	want.r[amd64.RCX] = 0
	_, err := f.CallContext(ctx, c, uint64(uintptr(unsafe.Pointer(s))))
	want.mem[0], want.mem[3], want.mem[4] = s.mem[0], s.mem[1], s.mem[2]
	return assert.NoError(t, err) && assert.Equal(t, want, *s)
}
