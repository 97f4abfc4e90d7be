package codebuf

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/vmem"
)

// errnos are what the calls of vmem may plausibly fail with: mmap(2), mprotect(2), munmap(2), madvise(2) and
// membarrier(2), each under ERRORS, and EPERM for a seccomp filter.
var errnos = []syscall.Errno{syscall.ENOMEM, syscall.EAGAIN, syscall.EACCES, syscall.EPERM, syscall.EINVAL, syscall.EINTR, syscall.ENOSYS}

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
func scenario(k vmem.Kernel) (errs []error, err error) {
	var a *Arena
	if err := attempt(&errs, func() (err error) { a, err = newArena(Config{Size: 8 * vmem.PageSize}, k); return }); err != nil {
		return errs, fmt.Errorf("new: %w", err)
	}
	check := func(step string, e error) {
		err = errors.Join(err, e)
		s := a.Stats()
		if sum := s.Free + s.Writable + s.Live + s.Retired + s.Poisoned; e == nil && sum != s.Reserved {
			err = errors.Join(err, fmt.Errorf("after %s: %+v does not add up", step, s))
		}
	}

	// Code that must survive everything that follows.
	var first *Code
	check("first", fill(&errs, a, 7, &first))
	if first == nil {
		return errs, errors.Join(err, closeArena(&errs, a))
	}
	for n := range 3 {
		var c *Code
		check("seal", fill(&errs, a, uint16(n), &c))
		if c == nil {
			continue
		}
		if r, e := c.Call(); r != uint64(n) || e != nil {
			check("call", fmt.Errorf("%d, %w instead of %d", r, e, n))
		}
		if e := c.Release(); e != nil {
			errs = append(errs, e)
		}
		if _, e := c.Call(); !errors.Is(e, ErrReleased) {
			check("release", fmt.Errorf("call after release: %w", e))
		}
		var buf *Buffer
		check("buffer", attempt(&errs, func() (err error) { buf, err = a.NewBuffer(2 * vmem.PageSize); return }))
		if buf != nil {
			if e := buf.Discard(); e != nil {
				errs = append(errs, e)
			}
		}
	}
	if r, e := first.Call(); r != 7 || e != nil {
		check("all", fmt.Errorf("earlier code gives %d, %w", r, e))
	}
	check("all", nil)
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

// TestInjection makes every system call of the scenario fail once, with every errno, and every mprotect with none, one
// or all but the last of its pages changed already; and then again with the call after it failing too, which is the
// one that would undo the half-done change.
func TestInjection(t *testing.T) {
	count := &testenv.Faulty{Kernel: vmem.Host{}, Decide: func(testenv.Call) testenv.Verdict { return testenv.Verdict{} }}
	errs, err := scenario(count)
	require.NoError(t, err)
	require.Empty(t, errs)
	seen := map[string]int{}
	errnos, parts := errnos, []int{0, vmem.PageSize, 7 * vmem.PageSize}
	if runtime.GOARCH != "amd64" { // an emulator that takes a millisecond for a look at the mappings
		errnos, parts = errnos[:1], parts[1:2]
	}
	for k := range count.Calls() {
		for _, errno := range errnos {
			for _, part := range parts {
				for _, twice := range []bool{false, true} {
					inject(t, seen, k, errno, part, twice)
				}
			}
		}
	}
	t.Logf("%d system calls in the scenario; refused: %v", count.Calls(), seen)
	require.Len(t, seen, 6, "mmap, munmap, mprotect, madvise, membarrier and poisoning")
	for what, n := range seen {
		require.Positive(t, n, what)
	}
}

func inject(t *testing.T, seen map[string]int, k int, errno syscall.Errno, part int, twice bool) {
	var refused []string
	ledger := &testenv.Ledger{Kernel: vmem.Host{}, After: ledger.After}
	faulty := &testenv.Faulty{Kernel: ledger, Decide: func(c testenv.Call) testenv.Verdict {
		if c.Index != k && (!twice || c.Index != k+1) {
			return testenv.Verdict{}
		}
		refused = append(refused, c.Op)
		return testenv.Verdict{Err: errno, Part: min(part, max(0, c.Len-vmem.PageSize))}
	}}
	errs, err := scenario(faulty)
	what := fmt.Sprintf("call %d %v: %v after %d bytes: %v", k, refused, errno, part, errs)
	require.NoError(t, err, what)
	require.Empty(t, ledger.Open(nil), what)
	for _, op := range refused {
		seen[op]++
	}
	for _, e := range errs {
		vm, ok := errors.AsType[*VMError](e)
		require.True(t, ok, "%v: %s", e, what)
		require.Contains(t, refused, vm.Op, what)
		require.ErrorIs(t, e, errno, what)
		if vm.Poisoned {
			seen["poisoned"]++
		}
	}
	// madvise only gives memory back sooner: its refusal is no error.
	if !slices.Contains(refused, "madvise") && len(refused) > 0 {
		require.NotEmpty(t, errs, what)
	}
}

// TestInjectionFiber does the same for the stacks of fibers.
func TestInjectionFiber(t *testing.T) {
	defer func(k vmem.Kernel) { host = k }(host)
	use := func(decide func(testenv.Call) testenv.Verdict) (*testenv.Faulty, *testenv.Ledger) {
		l := &testenv.Ledger{Kernel: vmem.Host{}, After: ledger.After}
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
