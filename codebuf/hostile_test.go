package codebuf

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/internal/testenv"
	"github.com/wxjit/wxjit/internal/vmem"
)

// hostility is a kernel that refuses something, with one errno.
type hostility struct {
	name   string
	errno  syscall.Errno
	scarce bool // for want of something: it may not be so for long

	begin func() (undo func() error, err error) // for a child; undo is nil if it can't be undone
	plain func() []error                        // plain attempts of what is to be refused, one error or nil each

	emulated bool // the user-mode emulator passes it on

	// injected tells which calls are refused, so that the same is tested in front of a kernel that isn't hostile, on
	// every platform. It is nil for what is not a matter of single calls, or as another.
	injected func(testenv.Call) bool

	protect, sealed refusals
	near            string // what New with Config.Near says
	large           int    // bytes of a large piece of code, 0 is largeCode
}

// refusals is which call the error of an operation names; "" is that there is no error.
type refusals struct {
	create string // New and Probe; one of several, with | between
	small  string // Publish in an arena from before, on a page that is in use
	large  string // Seal of a buffer in it that needs memory, a file and mappings
}

func (h *hostility) by(s Strategy) refusals {
	return map[Strategy]refusals{Protect: h.protect, Sealed: h.sealed}[s]
}

const largeCode = chunkSize + 64<<10

// require checks an error: it names the call, the errno and nothing is wrong where nothing was refused.
func (h *hostility) require(t *testing.T, op string, err error, what ...any) {
	t.Helper()
	if op == "" {
		require.NoError(t, err, what...)
		return
	}
	vm, ok := errors.AsType[*VMError](err)
	require.True(t, ok, "%v: %v", err, what)
	require.Contains(t, strings.Split(op, "|"), vm.Op, "%v: %v", err, what)
	require.ErrorIs(t, err, h.errno, what...)
	require.False(t, vm.Poisoned, what...)
	require.Zero(t, vm.Addr%uintptr(vmem.PageSize), what...)
}

// TestHostileKernel has, in a child each, the kernel refuse something, and looks at all that can be done with arenas.
func TestHostileKernel(t *testing.T) {
	if name := os.Getenv("WXJIT_HOSTILE"); name != "" {
		hostileChild(t, name)
		return
	}
	for _, h := range hostilities() {
		t.Run(h.name, func(t *testing.T) {
			if testenv.Emulated() && !h.emulated {
				t.Skipf("in front of the emulator: %v", errors.ErrUnsupported)
			}
			cmd := testenv.Child(t, "TestHostileKernel", "WXJIT_HOSTILE="+h.name, unwatched)
			if h.name == nameNoexec {
				inPIDNamespace(cmd)
			}
			out, err := cmd.CombinedOutput()
			switch {
			case errors.Is(err, syscall.EPERM):
				t.Skipf("no namespace: %v: %v", err, errors.ErrUnsupported)
			case err == nil && strings.Contains(string(out), hostilityUnsupported):
				t.Skipf("%s", out)
			}
			require.NoError(t, err, "%s", out)
			require.Contains(t, string(out), hostilityEndured)
		})
	}
}

// What a child says at its end.
const (
	hostilityUnsupported = "hostility unsupported"
	hostilityEndured     = "hostility endured"
)

func hostileChild(t *testing.T, name string) {
	for _, h := range hostilities() {
		if h.name != name {
			continue
		}
		// The limits may leave the runtime no room: it gets what it needs before, keeps it, and opens its poller.
		spare := make([][]byte, 1<<12)
		for i := range spare {
			spare[i] = make([]byte, 4<<10)
		}
		runtime.KeepAlive(spare)
		runtime.GC()
		debug.SetGCPercent(-1)
		time.Sleep(time.Millisecond)
		begin := h.begin
		h.begin = func() (undo func() error, err error) {
			for _, err := range h.plain() {
				require.NoError(t, err, "before the kernel is hostile")
			}
			end, err := begin()
			if errors.Is(err, errors.ErrUnsupported) {
				fmt.Println(hostilityUnsupported, err)
				os.Exit(0)
			}
			require.NoError(t, err)
			for i, err := range h.plain() {
				require.ErrorIs(t, err, h.errno, "the kernel is not hostile: plain attempt %d", i)
			}
			if end == nil {
				return nil, nil
			}
			return func() error { return errors.Join(end(), errors.Join(h.plain()...)) }, nil
		}
		descriptors := testenv.OpenDescriptors()
		endure(t, vmem.Host{}, h)
		require.Equal(t, descriptors, testenv.OpenDescriptors(), "descriptors left open")
		fmt.Println(hostilityEndured)
	}
}

// TestHostileInjected is the same with a kernel that refuses by injection.
func TestHostileInjected(t *testing.T) {
	for _, h := range hostilities() {
		if h.injected == nil {
			continue
		}
		t.Run(h.name, func(t *testing.T) {
			var hostile atomic.Bool
			refused := 0
			k := &testenv.Faulty{Kernel: vmem.Host{}, Decide: func(c testenv.Call) testenv.Verdict {
				if !hostile.Load() || !h.injected(c) {
					return testenv.Verdict{}
				}
				refused++
				return testenv.Verdict{Err: h.errno}
			}}
			h.begin = func() (func() error, error) {
				hostile.Store(true)
				return func() error { hostile.Store(false); return nil }, nil
			}
			h.near = ""
			endure(t, k, h)
			require.Positive(t, refused)
		})
	}
}

// elder is an arena from before the kernel was hostile, with code in it.
type elder struct {
	*Arena
	keep  *Code
	large *Buffer
}

func newElder(t *testing.T, s Strategy, n int) *elder {
	a, err := New(Config{Strategy: s})
	require.NoError(t, err)
	e := &elder{Arena: a, keep: publish(t, a, codeConst(7))}
	e.large, err = a.NewBuffer(n)
	require.NoError(t, err)
	_, err = e.large.Write(sized(8, n))
	require.NoError(t, err)
	e.check(t)
	return e
}

// check looks at what must be so whatever was refused.
func (e *elder) check(t *testing.T) {
	t.Helper()
	requireCall(t, e.keep, 7)
	s := e.Stats()
	require.Equal(t, s.Reserved, s.Free+s.Writable+s.Live+s.Padding+s.Quarantined+s.Poisoned, "%+v", s)
	require.Zero(t, s.Poisoned)
	if report, err := e.Audit(); err == nil { // there may be no /proc
		require.Empty(t, report.Violations)
	}
}

// use does what can be done with code, and expects what is refused.
func (e *elder) use(t *testing.T, h *hostility, r refusals) {
	codes, err := e.Publish(blob{code: codeConst(9), align: 1})
	h.require(t, r.small, err, "publish")
	e.check(t)
	if e.large != nil {
		large, err := e.large.Seal()
		h.require(t, r.large, err, "seal")
		e.check(t)
		if err == nil {
			requireCall(t, large, 8)
			codes, e.large = append(codes, large), nil
		}
	}
	if len(codes) > 0 && r.small == "" {
		requireCall(t, codes[0], 9)
	}
	h.allow(t, e.Release(codes...))
	h.allow(t, e.Reclaim())
	for _, c := range codes {
		_, err := c.Call()
		require.ErrorIs(t, err, ErrReleased)
	}
	e.check(t)
}

// allow checks the error of what may need the kernel or not.
func (h *hostility) allow(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	_, ok := errors.AsType[*VMError](err)
	require.True(t, ok, err)
	require.ErrorIs(t, err, h.errno)
}

// endure makes arenas on kernel k before and after it becomes hostile, and, if that can be, after it has ceased to be.
func endure(t *testing.T, k vmem.Kernel, h hostility) {
	after := ledger.After
	if runtime.GOARCH != "amd64" {
		after = nil // the emulator takes a millisecond for a look
	}
	ledger := &testenv.Ledger{Kernel: k, After: after}
	defer func(k vmem.Kernel) { host = k }(host)
	host = ledger
	if h.large == 0 {
		h.large = largeCode
	}
	var elders []*elder
	for _, s := range strategies {
		elders = append(elders, newElder(t, s, h.large))
	}
	undo, err := h.begin()
	require.NoError(t, err)

	for _, p := range Probe() {
		h.require(t, h.by(p.Strategy).create, p.Err, "probe", p.Strategy)
		if p.Err != nil {
			require.IsType(t, (*VMError)(nil), p.Err)
		}
	}
	for _, s := range []Strategy{Auto, Protect, Sealed} {
		h.create(t, s)
	}
	if h.near != "" {
		_, err := New(Config{Near: elders[0].keep.Addr()})
		h.require(t, h.near, err, "new near")
		require.Equal(t, !h.scarce, errors.Is(err, errors.ErrUnsupported), err)
	}
	f, err := NewFiber(FiberConfig{})
	h.allow(t, err)
	if err == nil {
		_, err = f.Call(elders[0].keep)
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
	for _, e := range elders {
		e.use(t, &h, h.by(e.Strategy()))
	}
	if undo != nil {
		require.NoError(t, undo())
		for _, e := range elders {
			e.use(t, &h, refusals{})
			require.NoError(t, e.Reclaim())
			require.Equal(t, 1, e.Stats().Codes)
			require.Zero(t, e.Stats().Quarantined, "nothing is lost")
		}
		h.protect, h.sealed = refusals{}, refusals{}
		h.create(t, Auto)
	}
	for _, e := range elders {
		require.NoError(t, e.Close())
		_, err := e.keep.Call()
		require.ErrorIs(t, err, ErrClosed)
	}
	require.Empty(t, ledger.Open(sharedStack))
}

// create makes an arena by the strategy, uses and closes it, or checks why not.
func (h *hostility) create(t *testing.T, s Strategy) {
	want, op := s, h.by(s).create
	if s == Auto {
		if want = Protect; h.protect.create != "" {
			want = Sealed
		}
		if op = ""; h.by(want).create != "" {
			op = h.protect.create // the first of both
		}
	}
	a, err := New(Config{Strategy: s})
	h.require(t, op, err, "new", s)
	if err != nil {
		require.Equal(t, !h.scarce, errors.Is(err, errors.ErrUnsupported), err)
		if s == Auto && op != "membarrier" {
			require.Regexp(t, "Protect: vmem: ("+h.protect.create+")", err)
			require.Regexp(t, "Sealed: vmem: ("+h.sealed.create+")", err)
		}
		return
	}
	require.Equal(t, want, a.Strategy())
	for n := range uint16(3) {
		c := publish(t, a, codeConst(n))
		requireCall(t, c, uint64(n))
		require.NoError(t, c.Release())
		require.NoError(t, a.Reclaim())
	}
	require.NoError(t, a.Close())
}
