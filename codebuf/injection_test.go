package codebuf

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/vmem"
)

// errnos are what the calls of vmem may plausibly fail with: mmap(2), mprotect(2), mremap(2), munmap(2), membarrier(2),
// memfd_create(2), pwrite(2), each under ERRORS, and EPERM for a seccomp filter.
var errnos = []syscall.Errno{syscall.ENOMEM, syscall.EAGAIN, syscall.EACCES, syscall.EPERM, syscall.EINVAL, syscall.EINTR, syscall.ENOSYS, syscall.EMFILE, syscall.ENOSPC}

// attempt calls step until it succeeds, at most three times, and gathers its errors.
func attempt(errs *[]error, step func() error) error {
	for range 3 {
		err := step()
		if err == nil {
			return nil
		}
		*errs = append(*errs, err)
	}
	return errors.New("no success in three attempts")
}

// scenario takes code through its whole life on kernel k, trying again where the kernel refused, and checks what must
// hold whatever was refused. It gives the errors met.
func scenario(k vmem.Kernel, strategy Strategy, each bool) (errs []error, err error) {
	var a *Arena
	config := Config{Size: 200 * vmem.PageSize, Strategy: strategy, SealEach: each}
	if err := attempt(&errs, func() (err error) { a, err = newArena(config, k); return }); err != nil {
		return errs, fmt.Errorf("new: %w", err)
	}
	check := func(step string, e error) {
		err = errors.Join(err, e)
		s := a.Stats()
		sum := s.Free + s.Writable + s.Live + s.Padding + s.Quarantined + s.Poisoned
		if e == nil && (sum != s.Reserved || s.Writable != 0) {
			err = errors.Join(err, fmt.Errorf("after %s: %+v does not add up", step, s))
		}
		report, e := a.Audit()
		if v := violations(report); e != nil || len(v) > 0 && s.Poisoned == 0 {
			err = errors.Join(err, fmt.Errorf("after %s: %v, %w", step, v, e))
		}
	}
	call := func(c *Code, want uint16) {
		if r, e := c.Call(); r != uint64(want) || e != nil {
			check("call", fmt.Errorf("%d, %w instead of %d", r, e, want))
		}
	}

	long := blob{code: make([]byte, leastDiscard+5000), align: 1} // whose memory is given back
	// Code that must survive everything that follows.
	var first *Code
	if e := fill(&errs, a, 7, &first); e != nil {
		return errs, errors.Join(err, e, closeArena(&errs, a))
	}
	for n := range uint16(3) {
		var sealed *Code
		check("seal", fill(&errs, a, n, &sealed))
		call(sealed, n)
		var codes []*Code
		publish := func() (err error) {
			codes, err = a.Publish(blob{code: codeConst(n), align: 1}, blob{code: codeConst(n + 1), align: 64}, blob{code: make([]byte, 5000), align: 1}, long)
			return err
		}
		check("publish", attempt(&errs, publish))
		call(codes[0], n)
		call(codes[1], n+1)
		if e := a.Release(append(codes, sealed)...); e != nil {
			errs = append(errs, e)
		}
		if _, e := codes[0].Call(); !errors.Is(e, ErrReleased) {
			check("release", fmt.Errorf("call after release: %w", e))
		}
		check("reclaim", attempt(&errs, a.Reclaim))
		call(first, 7)
		var buf *Buffer
		e := attempt(&errs, func() (err error) { buf, err = a.NewBuffer(2 * vmem.PageSize); return })
		check("buffer", errors.Join(e, buf.Discard()))
	}
	call(first, 7)
	return errs, errors.Join(err, closeArena(&errs, a))
}

// fill makes a buffer of two pages with code that returns n, and seals it.
func fill(errs *[]error, a *Arena, n uint16, c **Code) error {
	// A buffer that can't be sealed because its pages are poisoned needs another one.
	return attempt(errs, func() error {
		buf, err := a.NewBuffer(2 * vmem.PageSize)
		if err != nil {
			return err
		}
		if _, err := buf.Write(codeConst(n)); err != nil {
			return err
		}
		if *c, err = buf.Seal(); err == nil {
			return nil
		}
		*errs = append(*errs, err)
		if poisoned(err) {
			return err
		}
		if *c, err = buf.Seal(); err != nil {
			return errors.Join(err, buf.Discard())
		}
		return nil
	})
}

func closeArena(errs *[]error, a *Arena) error {
	return attempt(errs, a.Close)
}

// TestInjection makes every system call of the scenario fail once, with every errno, every mprotect with none, one or all
// but the last of its pages changed already; and then again with the call after it failing
// too, which is the one that would undo what was half done. Whatever happens, code that was there runs, and nothing leaks.
func TestInjection(t *testing.T) {
	forStrategies(t, func(t *testing.T, s Strategy) {
		for _, each := range []bool{false, true} {
			if each && s != Sealed {
				continue
			}
			testInjection(t, s, each)
		}
	})
}

func testInjection(t *testing.T, strategy Strategy, each bool) {
	testenv.NoNewDescriptors(t)
	var ops []string
	count := &testenv.Faulty{Kernel: ledger, Decide: func(c testenv.Call) testenv.Verdict {
		ops = append(ops, c.Op)
		return testenv.Verdict{}
	}}
	errs, err := scenario(count, strategy, each)
	require.NoError(t, err)
	require.Empty(t, errs)
	seen := map[string]int{}
	some := runtime.GOARCH != "amd64" || testenv.Race() // a look at the mappings takes an emulator a millisecond
	for k, op := range ops {
		if some && k%20 != 0 {
			continue
		}
		first, errnos := errnos[k%len(errnos):], errnos
		parts := []int{0, vmem.PageSize, 7 * vmem.PageSize}
		if op != "mprotect" {
			parts = parts[:1]
		}
		if !long {
			errnos = first[:1] // another one for each call
		}
		for i, errno := range errnos {
			if i > 0 {
				parts = parts[:1] // how much is done does not depend on the errno
			}
			for _, part := range parts {
				for _, twice := range []bool{false, true} {
					inject(t, seen, injection{strategy, each, k, errno, part, twice})
				}
			}
		}
	}
	t.Logf("%d system calls in the scenario; refused: %v", count.Calls(), seen)
	want := []string{"mmap", "munmap", "mprotect", "mremap", "reset", "reserve", "membarrier"}
	if strategy == Sealed {
		want = []string{"mmap", "munmap", "reset", "membarrier", "memfd_create", "ftruncate", "fcntl", "open", "pwrite", "close", "getrlimit"}
	}
	for _, op := range want {
		require.True(t, seen[op] > 0 || some, op)
	}
}

// injection is which call fails, and how.
type injection struct {
	strategy Strategy
	each     bool
	call     int
	errno    syscall.Errno
	part     int // bytes
	twice    bool
}

func inject(t *testing.T, seen map[string]int, in injection) {
	var refused []string
	ledger := &testenv.Ledger{Kernel: kernel, After: ledger.After}
	faulty := &testenv.Faulty{Kernel: ledger, Decide: func(c testenv.Call) testenv.Verdict {
		if c.Index != in.call && (!in.twice || c.Index != in.call+1) {
			return testenv.Verdict{}
		}
		refused = append(refused, c.Op)
		return testenv.Verdict{Err: in.errno, Part: min(in.part, max(0, c.Len-vmem.PageSize))}
	}}
	errs, err := scenario(faulty, in.strategy, in.each)
	what := fmt.Sprintf("%+v: %v: %v", in, refused, errs)
	require.NoError(t, err, what)
	require.Empty(t, ledger.Open(nil), what)
	for _, op := range refused {
		seen[op]++
	}
	for _, e := range errs {
		_, ok := errors.AsType[*VMError](e)
		require.True(t, ok, "%v: %s", e, what)
		require.ErrorIs(t, e, in.errno, what)
	}
}

// TestInjectionFiber does the same for the stacks of fibers.
func TestInjectionFiber(t *testing.T) {
	defer func(k vmem.Kernel) { host = k }(host)
	use := func(decide func(testenv.Call) testenv.Verdict) (*testenv.Faulty, *testenv.Ledger) {
		l := &testenv.Ledger{Kernel: kernel, After: ledger.After}
		f := &testenv.Faulty{Kernel: l, Decide: decide}
		host = f
		return f, l
	}
	life := func() error {
		f, err := NewFiber(FiberConfig{StackSize: 1 << 20})
		if err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return errors.Join(err, f.Close())
		}
		return nil
	}
	count, _ := use(func(testenv.Call) testenv.Verdict { return testenv.Verdict{} })
	require.NoError(t, life())
	require.GreaterOrEqual(t, count.Calls(), 4)
	for k := range count.Calls() {
		for _, errno := range errnos {
			for _, part := range []int{0, vmem.PageSize} {
				_, l := use(func(c testenv.Call) testenv.Verdict {
					if c.Index != k {
						return testenv.Verdict{}
					}
					return testenv.Verdict{Err: errno, Part: part}
				})
				err := life()
				require.ErrorIs(t, err, errno)
				_, ok := errors.AsType[*VMError](err)
				require.True(t, ok, err)
				require.Empty(t, l.Open(nil), "call %d: %v", k, err)
			}
		}
	}
}

// TestRefusedStack: a call whose goroutine gets no stack of its own takes a pooled one if there is one, else it is an
// error.
func TestRefusedStack(t *testing.T) {
	c := seal(t, newTestArena(t, Config{}), codeAdd)
	defer func(k vmem.Kernel) { host = k }(host)
	host = &testenv.Faulty{Kernel: ledger, Decide: func(testenv.Call) testenv.Verdict {
		return testenv.Verdict{Err: syscall.ENOMEM}
	}}
	results := make(chan error)
	for range 300 {
		go func() {
			r, err := c.Call(1, 2)
			if err == nil && r != 3 {
				err = fmt.Errorf("wrong result %d", r)
			}
			results <- err
		}()
	}
	for range 300 {
		if err := <-results; err != nil {
			require.ErrorIs(t, err, syscall.ENOMEM)
		}
	}
}

// TestShortWrites has every pwrite write only a part, and fail with EINTR every other time: nobody notices.
func TestShortWrites(t *testing.T) {
	n := 0
	k := &testenv.Faulty{Kernel: ledger, Decide: func(c testenv.Call) testenv.Verdict {
		if c.Op != "pwrite" {
			return testenv.Verdict{}
		}
		if n++; n%2 == 0 {
			return testenv.Verdict{Err: syscall.EINTR}
		}
		return testenv.Verdict{Part: 1 + c.Len/2}
	}}
	errs, err := scenario(k, Sealed, true)
	require.NoError(t, err)
	require.Empty(t, errs)
	require.Greater(t, n, 100)
}

// TestHole has the call that puts pages in the place of others fail after it has taken the old ones away, as a kernel
// might that runs out of memory for its records. The error says so, what was there is out of use, and there is no
// hole that others could be mapped into; all else goes on.
func TestHole(t *testing.T) {
	forStrategies(t, func(t *testing.T, s Strategy) {
		op := map[Strategy]string{Protect: "mremap", Sealed: "mmap"}[s]
		fail := false
		k := &testenv.Faulty{Kernel: ledger, Decide: func(c testenv.Call) testenv.Verdict {
			if fail && c.Op == op {
				fail = false
				return testenv.Verdict{Err: syscall.ENOMEM, Hole: true}
			}
			return testenv.Verdict{}
		}}
		a, err := newArena(Config{Strategy: s, Size: 64 * vmem.PageSize, SealEach: true}, k)
		require.NoError(t, err)
		other := publish(t, a, sized(1, 16*vmem.PageSize))
		lost := publish(t, a, codeConst(2))
		fail = true
		_, err = a.Publish(blob{code: codeConst(3), align: 1})
		vm, ok := errors.AsType[*VMError](err)
		require.True(t, ok, err)
		require.True(t, vm.Poisoned)
		require.Equal(t, op, vm.Op)
		require.Equal(t, "---", protectionAt(t, lost.Addr())[:3])
		require.Positive(t, a.Stats().Poisoned)
		if s == Protect { // by the other strategy the file was the unit
			requireCall(t, other, 1)
		}
		next := publish(t, a, codeConst(4))
		requireCall(t, next, 4)
		require.NoError(t, a.Release(other, lost, next))
		require.NoError(t, a.Reclaim())
		st := a.Stats()
		require.Zero(t, st.Quarantined)
		require.Equal(t, st.Reserved, st.Free+st.Poisoned+st.Padding)
		clean(t, a)
		require.NoError(t, a.Close())
	})
}

// TestGuardLost: a chunk whose guard is lost when it is opened is not opened, and all others are.
func TestGuardLost(t *testing.T) {
	forStrategies(t, func(t *testing.T, s Strategy) {
		op := map[Strategy]string{Protect: "mremap", Sealed: "mmap"}[s]
		fail := false
		k := &testenv.Faulty{Kernel: ledger, Decide: func(c testenv.Call) (v testenv.Verdict) {
			if fail && (c.Op == op || c.Op == "reserve") {
				v = testenv.Verdict{Err: syscall.ENOMEM, Hole: true}
			}
			return v
		}}
		a, err := newArena(Config{Strategy: s, Size: 16 * chunkSize}, k) // of which one has none
		require.NoError(t, err)
		fail = true
		_, err = a.Publish(blob{code: codeAdd, align: 1})
		require.ErrorIs(t, err, syscall.ENOMEM)
		fail = false
		n := 0
		for err = nil; err == nil; n++ {
			_, err = a.Publish(blob{code: make([]byte, 500<<10), align: 1})
		}
		require.ErrorIs(t, err, ErrNoSpace)
		require.GreaterOrEqual(t, n-1, 2*14)
		st := a.Stats()
		require.Positive(t, st.Poisoned)
		require.Equal(t, st.Reserved, st.Free+st.Writable+st.Live+st.Padding+st.Quarantined+st.Poisoned)
		require.NoError(t, a.Close())
	})
}
