package codebuf

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/tramp"
	"github.com/wxjit/wxjit/internal/vmem"
)

// publish makes code of one blob.
func publish(t testing.TB, a *Arena, code []byte) *Code {
	codes, err := a.Publish(blob{code: code, align: 1})
	require.NoError(t, err)
	return codes[0]
}

// sized is code that returns k, n bytes long.
func sized(k uint16, n int) []byte {
	b := make([]byte, max(n, len(codeConst(k))))
	fillTraps(b)
	copy(b, codeConst(k))
	return b
}

func requireCall(t testing.TB, c *Code, want uint64) {
	t.Helper()
	r, err := c.Call()
	require.NoError(t, err)
	require.Equal(t, want, r)
}

// TestPublishPacks: functions lie side by side, in one batch and from batch to batch, whatever page that is on.
func TestPublishPacks(t *testing.T) {
	forStrategies(t, func(t *testing.T, s Strategy) {
		a := newTestArena(t, Config{Strategy: s})
		var end uintptr
		rounds := 300
		if runtime.GOARCH != "amd64" {
			rounds = 30
		}
		for n := range uint16(rounds) {
			codes, err := a.Publish(blob{code: sized(n, 17), align: 1}, blob{code: sized(n+1, 40), align: 16})
			require.NoError(t, err)
			if n > 0 {
				require.Equal(t, end, codes[0].Addr())
			}
			require.Equal(t, codes[0].Addr()+32, codes[1].Addr())
			end = codes[1].Addr() + 48
			requireCall(t, codes[0], uint64(n))
			requireCall(t, codes[1], uint64(n)+1)
		}
		stats := a.Stats()
		require.Equal(t, 2*rounds, stats.Codes)
		require.Equal(t, rounds*(17+40), stats.Live)
		require.Less(t, stats.Committed, 200<<10)
		require.Less(t, stats.Mappings, 8, "pages that were replaced cost no mapping")
		clean(t, a)
	})
}

// violations is what an audit found. The emulator leaves out of its maps what shares a mapping of the kernel's with memory
// of its own, as reserved space may, and pages whose memory was moved away, until something is mapped there.
func violations(r Report) []string {
	if testenv.Emulated() {
		return slices.DeleteFunc(r.Violations, func(v string) bool {
			return strings.HasPrefix(v, "not mapped") && strings.HasSuffix(v, "should be ---")
		})
	}
	return r.Violations
}

// clean fails the test if an audit finds something.
func clean(t testing.TB, a *Arena) {
	t.Helper()
	report, err := a.Audit()
	require.NoError(t, err)
	require.Empty(t, violations(report))
	require.Positive(t, report.Mappings)
}

// TestReopensChunk: the chunk that was closed last is the next to be opened, whose memory is at hand, and not any of many.
func TestReopensChunk(t *testing.T) {
	a := newTestArena(t, Config{Strategy: Protect, Size: 64 * chunkSize})
	code := make([]byte, 300<<10)
	c := publish(t, a, code)
	first := c.place.chunk()
	for range 5 {
		require.NoError(t, c.Release())
		require.NoError(t, a.Reclaim())
		require.Zero(t, a.opened)
		c = publish(t, a, code)
		require.Equal(t, first, c.place.chunk())
	}
}

func TestPublishAlignsAndPlaces(t *testing.T) {
	forStrategies(t, func(t *testing.T, s Strategy) {
		a := newTestArena(t, Config{Strategy: s, Size: 4 << 20})
		var blobs []Blob
		for align := 1; align <= vmem.PageSize; align *= 2 {
			blobs = append(blobs, blob{code: sized(uint16(align), 100), align: align})
		}
		blobs = append(blobs, blob{code: sized(7, 1<<20+4096), align: 16}) // more than a chunk
		codes, err := a.Publish(blobs...)
		require.NoError(t, err) // blob.Place checks the address and the room
		for i, c := range codes[:len(codes)-1] {
			requireCall(t, c, 1<<i)
		}
		big := codes[len(codes)-1]
		requireCall(t, big, 7)
		require.Equal(t, tramp.Trap[0], memory(big.Addr()+1<<20, 1)[0])
		for _, c := range codes {
			for _, off := range []int{0, c.Len() / 2, c.Len() - 1} {
				found, at, ok := a.Lookup(c.Addr() + uintptr(off))
				require.True(t, ok)
				require.Same(t, c, found)
				require.Equal(t, off, at)
			}
		}
		clean(t, a)
		require.NoError(t, a.Release(codes...))
		require.NoError(t, a.Reclaim())
		stats := a.Stats()
		require.Equal(t, stats.Reserved, stats.Free+stats.Padding)
		require.Zero(t, stats.Committed)
		clean(t, a)
	})
}

// placer is a blob that does what place says.
type placer struct {
	blob
	place func(dst []byte, addr uintptr) error
}

func (p placer) Place(dst []byte, addr uintptr) error { return p.place(dst, addr) }

// TestPlaceGetsZeros: what another publication wrote does not shine through.
func TestPlaceGetsZeros(t *testing.T) {
	a := newTestArena(t, Config{})
	for n := 1; n < 1000; n += 333 {
		for range 4 {
			publish(t, a, bytes.Repeat([]byte{0xff}, 4000))
			_, err := a.Publish(placer{blob{code: make([]byte, n), align: 1}, func(dst []byte, _ uintptr) error {
				require.Equal(t, make([]byte, n), dst)
				return nil
			}})
			require.NoError(t, err)
		}
	}
}

// TestWhilePlacing: others may close the arena, or have it grow, while a publication places its blobs.
func TestWhilePlacing(t *testing.T) {
	forStrategies(t, func(t *testing.T, s Strategy) {
		a := newTestArena(t, Config{Strategy: s, Size: 1 << 20, Limit: 16 << 20})
		placing, grown := make(chan bool), make(chan bool)
		go func() {
			defer close(grown)
			<-placing
			for range 8 {
				_, err := a.Publish(blob{code: make([]byte, 900<<10), align: 1})
				assert.NoError(t, err)
			}
		}()
		const many = 2000
		var blobs []Blob
		for i := range many {
			b := blob{code: codeConst(uint16(i)), align: 1}
			blobs = append(blobs, placer{b, func(dst []byte, addr uintptr) error {
				switch i {
				case 0:
					close(placing)
				case many / 2:
					<-grown
				}
				return b.Place(dst, addr)
			}})
		}
		codes, err := a.Publish(blobs...)
		require.NoError(t, err)
		requireCall(t, codes[many-1], many-1)
		require.Greater(t, len(*a.segments.Load()), 4)

		last := placer{blob{code: codeAdd, align: 1}, func([]byte, uintptr) error { return a.Close() }}
		_, err = a.Publish(last, blob{code: codeAdd, align: 1})
		require.ErrorIs(t, err, ErrClosed)
	})
}

// TestReleasedCodeKeepsNothing: who keeps a Code that was released, or one that was published together with one that was,
// does not keep what that referred to, and so on.
func TestReleasedCodeKeepsNothing(t *testing.T) {
	a := newTestArena(t, Config{})
	const batches = 50
	var gone atomic.Int32
	var first, second *Code
	for i := range batches {
		var targets []uintptr
		if i > 0 {
			targets = []uintptr{second.Addr()}
		}
		codes, err := a.Publish(blob{code: codeConst(1), align: 1}, referrer{blob{code: codeConst(1), align: 1}, targets})
		require.NoError(t, err)
		if i > 0 {
			require.NoError(t, a.Release(first, second))
		}
		first, second = codes[0], codes[1]
		runtime.AddCleanup(first, func(int) { gone.Add(1) }, 0)
	}
	require.NoError(t, a.Release(second))
	require.NoError(t, a.Reclaim())
	require.Eventually(t, func() bool {
		runtime.GC()
		return gone.Load() == batches-1
	}, time.Minute, time.Millisecond)
	requireCall(t, first, 1)
}

// TestAbandonedOnPoisonedPage: a publication that fails, and shares a page with one whose page was lost meanwhile, does not
// give that page to the next.
func TestAbandonedOnPoisonedPage(t *testing.T) {
	lose := false
	k := &testenv.Faulty{Kernel: ledger, Decide: func(c testenv.Call) (v testenv.Verdict) {
		if lose && c.Op == "mremap" {
			v = testenv.Verdict{Err: syscall.ENOMEM, Hole: true}
		}
		return v
	}}
	a, err := newArena(Config{Size: 1 << 20, Strategy: Protect}, k)
	require.NoError(t, err)
	defer func() { require.NoError(t, a.Close()) }()
	while := func(result error) placer {
		return placer{blob{code: codeAdd, align: 1}, func([]byte, uintptr) error {
			lose = true
			defer func() { lose = false }()
			_, err := a.Publish(blob{code: codeAdd, align: 1})
			require.ErrorIs(t, err, syscall.ENOMEM)
			return result
		}}
	}
	publish(t, a, codeAdd)
	_, err = a.Publish(while(errBlob))
	require.ErrorIs(t, err, errBlob)
	publish(t, a, codeAdd)
	_, err = a.Publish(while(nil))
	vm, ok := errors.AsType[*VMError](err)
	require.True(t, ok, "%v", err)
	require.True(t, vm.Poisoned)
	for n := range uint16(20) {
		requireCall(t, publish(t, a, codeConst(n)), uint64(n))
	}
	s := a.Stats()
	require.Positive(t, s.Poisoned)
	require.Equal(t, s.Reserved, s.Free+s.Writable+s.Live+s.Padding+s.Quarantined+s.Poisoned)
}

func TestPublishMisuse(t *testing.T) {
	forStrategies(t, func(t *testing.T, s Strategy) {
		a := newTestArena(t, Config{Strategy: s, Size: 16 * vmem.PageSize})
		good := blob{code: codeAdd, align: 1}
		before := a.Stats()
		codes, err := a.Publish()
		require.NoError(t, err)
		require.Empty(t, codes)
		for _, bad := range []Blob{nil, blob{align: 1}, blob{code: codeAdd}, blob{code: codeAdd, align: 3}, blob{code: codeAdd, align: -1}, blob{code: codeAdd, align: 2 * vmem.PageSize}} {
			_, err := a.Publish(good, bad)
			require.ErrorIs(t, err, ErrArgument)
		}
		for _, n := range []int{17 * vmem.PageSize, 1 << 40} {
			_, err = a.Publish(good, huge(n))
			require.ErrorIs(t, err, ErrNoSpace)
		}
		_, err = a.Publish(blob{code: make([]byte, 9*vmem.PageSize), align: 1}, blob{code: make([]byte, 9*vmem.PageSize), align: 1})
		require.ErrorIs(t, err, ErrNoSpace)
		_, err = a.Publish(good, blob{code: codeAdd, align: 1, err: errBlob})
		require.ErrorIs(t, err, errBlob)
		require.Panics(t, func() {
			a.Publish(placer{good, func([]byte, uintptr) error { panic("blob") }})
		})
		after := a.Stats()
		after.Mappings, after.SystemCalls, after.Committed = before.Mappings, before.SystemCalls, before.Committed
		require.Equal(t, before, after, "what failed has left nothing")

		// A Place that uses the arena.
		var inner *Code
		codes, err = a.Publish(placer{good, func(dst []byte, addr uintptr) error {
			inner = publish(t, a, codeAdd)
			_, _ = a.Stats(), a.Reclaim()
			return good.Place(dst, addr)
		}})
		require.NoError(t, err)
		for _, c := range append(codes, inner) {
			r, err := c.Call(1, 2)
			require.NoError(t, err)
			require.EqualValues(t, 3, r)
		}

		other := newTestArena(t, Config{Strategy: s, Size: 1})
		require.ErrorIs(t, other.Release(inner), ErrForeign)
		require.ErrorIs(t, a.Release(nil), ErrArgument)
		require.ErrorIs(t, a.Release(codes[0], codes[0], inner), ErrReleased)
		require.ErrorIs(t, inner.Release(), ErrReleased, "the others are released all the same")

		// The arena is closed while blobs are placed.
		closing, err := New(Config{Strategy: s, Size: 1})
		require.NoError(t, err)
		_, err = closing.Publish(placer{good, func([]byte, uintptr) error { return closing.Close() }})
		require.ErrorIs(t, err, ErrClosed)
		_, err = closing.Publish(good)
		require.ErrorIs(t, err, ErrClosed)
		require.ErrorIs(t, closing.Reclaim(), ErrClosed)
		_, err = closing.Audit()
		require.ErrorIs(t, err, ErrClosed)
		_, _, ok := closing.Lookup(inner.Addr())
		require.False(t, ok)
	})
}

// huge is a blob that can't be.
type huge int

func (h huge) Len() int                      { return int(h) }
func (huge) Align() int                      { return 1 }
func (huge) Place(p []byte, _ uintptr) error { return errors.New("placed") }

// referrer is a blob with targets.
type referrer struct {
	blob
	targets []uintptr
}

func (r referrer) Targets() []uintptr { return r.targets }

// TestReferrers: code that others refer to stays in memory until those are gone, though it can't be called any more.
// (Without counting users, the first Equal fails.)
func TestReferrers(t *testing.T) {
	forStrategies(t, func(t *testing.T, s Strategy) {
		a := newTestArena(t, Config{Strategy: s})
		callee := publish(t, a, codeAdd)
		refer := func(targets ...uintptr) (*Code, error) {
			codes, err := a.Publish(referrer{blob{code: codeIdentity, align: 1}, targets})
			if err != nil {
				return nil, err
			}
			return codes[0], nil
		}
		first, err := refer(callee.Addr(), 0x1000)
		require.NoError(t, err)
		second, err := refer(callee.Addr()+1, first.Addr(), callee.Addr())
		require.NoError(t, err)
		in := func(c *Code) bool { found, _, _ := a.Lookup(c.Addr()); return found == c }

		require.NoError(t, callee.Release())
		require.NoError(t, a.Reclaim())
		require.True(t, in(callee))
		require.Equal(t, codeAdd, memory(callee.Addr(), len(codeAdd)))
		_, err = callee.Call(1, 2)
		require.ErrorIs(t, err, ErrReleased)
		_, err = refer(callee.Addr())
		require.ErrorIs(t, err, ErrReleased)
		_, err = a.CodeAt(callee.Addr())
		require.ErrorIs(t, err, ErrReleased)

		require.NoError(t, first.Release())
		require.NoError(t, a.Reclaim())
		require.True(t, in(callee) && in(first))
		require.NoError(t, second.Release())
		require.NoError(t, a.Reclaim())
		require.False(t, in(callee) || in(first) || in(second))
		require.Zero(t, a.Stats().Quarantined)
	})
}

// TestReclaimedTraps: of code that is longer than what memory is given back by, what lies before and behind whole units
// holds traps, between neighbours that stay.
func TestReclaimedTraps(t *testing.T) {
	forStrategies(t, func(t *testing.T, s Strategy) {
		a := newTestArena(t, Config{Strategy: s, Size: chunkSize})
		const n = 200<<10 + 100
		long := bytes.Repeat([]byte{0x5a}, n)
		codes, err := a.Publish(blob{code: sized(1, 100), align: 1}, blob{code: long, align: 1}, blob{code: sized(2, 100), align: 1})
		require.NoError(t, err)
		before := a.Stats().Committed
		require.NoError(t, codes[1].Release())
		require.NoError(t, a.Reclaim())
		require.Equal(t, s == Protect, a.Stats().Committed < before)
		lo, hi := codes[1].Addr(), codes[2].Addr()
		seen := 0
		for _, r := range (*a.segments.Load())[0].text.Ranges() {
			from, to := max(lo, r.Addr), min(hi, r.Addr+uintptr(r.Len))
			if r.Protection != vmem.ReadExec || from >= to {
				continue
			}
			k := int(to - from)
			require.Equal(t, bytes.Repeat(tramp.Trap, k)[:k], memory(from, k))
			seen += k
		}
		require.Greater(t, seen, 1000)
		requireCall(t, codes[0], 1)
		requireCall(t, codes[2], 2)
	})
}

func TestCodeAt(t *testing.T) {
	a := newTestArena(t, Config{})
	c := publish(t, a, codeTrash)
	found, err := a.CodeAt(c.Addr())
	require.NoError(t, err)
	require.Same(t, c, found)
	_, err = a.CodeAt(c.Addr() + 1)
	require.ErrorIs(t, err, ErrInterior)
	for _, addr := range []uintptr{0, c.Addr() - 1, c.Addr() + uintptr(c.Len()), ^uintptr(0)} {
		_, err = a.CodeAt(addr)
		require.ErrorIs(t, err, ErrNoCode)
	}
}

// TestSealEach: what is published can't be changed by anybody from then on, and more can be published all the same.
func TestSealEach(t *testing.T) {
	a := newTestArena(t, Config{Strategy: Sealed, SealEach: true})
	var codes []*Code
	for n := range uint16(50) {
		codes = append(codes, publish(t, a, codeConst(n)))
		for k, c := range codes {
			requireCall(t, c, uint64(k))
		}
	}
	require.NoError(t, a.Release(codes[:25]...))
	require.NoError(t, a.Reclaim())
	for k, c := range codes[25:] {
		requireCall(t, c, uint64(k)+25)
	}
	for range 25 {
		publish(t, a, codeConst(1))
	}
	clean(t, a)
}

// TestSealedWhenFull: a chunk that is full is sealed. When some of it is free again it isn't with every function that takes
// the place of another, for each would then have it written anew, but when it has been full again for a while. (Without
// counting what was written, the file is closed after the first.)
func TestSealedWhenFull(t *testing.T) {
	a := newTestArena(t, Config{Strategy: Sealed, Size: chunkSize})
	var blobs []Blob
	for range chunkSize / 512 {
		blobs = append(blobs, blob{code: sized(1, 512), align: 1})
	}
	require.Empty(t, memfds(t))
	codes, err := a.Publish(blobs[100:]...)
	require.NoError(t, err)
	require.Len(t, memfds(t), 1)
	more, err := a.Publish(blobs[:100]...)
	require.NoError(t, err)
	require.Empty(t, memfds(t))
	codes = append(codes, more...)
	for n := 0; ; n++ {
		k := n * 77 % len(codes)
		require.NoError(t, codes[k].Release())
		require.NoError(t, a.Reclaim())
		require.Len(t, memfds(t), 1)
		before := a.Stats().SystemCalls
		codes[k] = publish(t, a, sized(uint16(n), 512))
		require.Less(t, a.Stats().SystemCalls-before, 10)
		requireCall(t, codes[k], uint64(n))
		if len(memfds(t)) == 0 {
			require.Equal(t, chunkSize/sealShare/512-1, n)
			break
		}
	}
	requireCall(t, codes[3], 1)
	clean(t, a)
}

// TestGrow: an arena that is full reserves more, up to its limit, within branch reach of what it has.
func TestGrow(t *testing.T) {
	forStrategies(t, func(t *testing.T, s Strategy) {
		a := newTestArena(t, Config{Strategy: s, Size: 64 << 10, Limit: 200 << 10})
		var codes []*Code
		for {
			c, err := a.Publish(blob{code: sized(uint16(len(codes)), 4000), align: 1})
			if err != nil {
				require.ErrorIs(t, err, ErrNoSpace)
				break
			}
			codes = append(codes, c...)
		}
		require.Len(t, codes, 3*16)
		lo, hi := codes[0].Addr(), codes[0].Addr()
		for i, c := range codes {
			requireCall(t, c, uint64(i))
			lo, hi = min(lo, c.Addr()), max(hi, c.Addr())
			found, _, _ := a.Lookup(c.Addr() + 3999)
			require.Same(t, c, found)
		}
		require.Less(t, hi-lo, uintptr(tramp.Reach))
		require.Equal(t, 192<<10, a.Stats().Reserved)
		clean(t, a)
	})
}

// TestNear: every byte of the arena can be reached from an address, here one of this package's code.
func TestNear(t *testing.T) {
	near := **(**uintptr)(unsafe.Pointer(&[]func(testing.TB, *Arena){clean}[0]))
	const size = 4 << 20
	a := newTestArena(t, Config{Near: near, Limit: 2 * size, Size: size})
	for range 2 {
		_, err := a.Publish(blob{code: make([]byte, size-100), align: 1})
		require.NoError(t, err)
	}
	for _, s := range *a.segments.Load() {
		require.Less(t, distance(s.base, near), uintptr(tramp.Reach))
		require.Less(t, distance(s.base+uintptr(s.size), near), uintptr(tramp.Reach))
	}
	require.Len(t, *a.segments.Load(), 2)
	_, err := New(Config{Near: 1 << 62})
	require.ErrorIs(t, err, ErrNoSpace)
}

func TestProbe(t *testing.T) {
	for i, p := range Probe() {
		require.Equal(t, strategies[i], p.Strategy)
		require.NoError(t, p.Err)
	}
	require.Equal(t, "Auto Protect Sealed Strategy(3)", fmt.Sprint(Auto, Protect, Sealed, Strategy(3)))
	_, err := New(Config{Strategy: 3})
	require.ErrorIs(t, err, ErrArgument)
	_, err = New(Config{Size: 2, Limit: 1})
	require.ErrorIs(t, err, ErrArgument)
}
