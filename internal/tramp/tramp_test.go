package tramp

import (
	"errors"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// How Enter calls and comes back is tested in codebuf, with code to call.

func TestBind(t *testing.T) {
	first, second := new(Fiber), new(Fiber)
	done := make(chan struct{})
	go func() { // a goroutine that has no fiber yet
		defer close(done)
		if !CanBind() {
			return // another's is in its place
		}
		require.True(t, Bind(first))
		require.False(t, CanBind())
		require.False(t, Bind(second))
		require.NotZero(t, first.owner)
		require.Zero(t, second.owner)
	}()
	<-done
}

// TestLayout: what SP points to at the entry is the stack arguments, aligned as the C convention wants it.
func TestLayout(t *testing.T) {
	require.Zero(t, unsafe.Offsetof(Control{}.StackArgs))
	require.Len(t, Control{}.StackArgs, MaxArgs-IntRegs)
}

// TestUnfit: what Enter refuses it refuses before it looks at memory that may not be there.
func TestUnfit(t *testing.T) {
	if !Supported {
		t.Skip("no trampoline on this platform")
	}
	outcome := errors.New("refused")
	var status Status
	Refused = func(_ *Fiber, _ *Target, _ *uint64, _ Shape, s Status) (uint64, error) {
		status = s
		return 5, outcome
	}
	defer func() { Refused = nil }()
	check := func(want Status, r uint64, err error) {
		require.Equal(t, want, status)
		require.EqualValues(t, 5, r)
		require.Equal(t, outcome, err)
	}
	f, target := &Fiber{Inside: InsideIdle}, &Target{Entry: 1, State: Returned}
	for _, call := range []func() (uint64, error){
		func() (uint64, error) { return Enter(nil, target, nil, 0) },
		func() (uint64, error) { return Enter(f, nil, nil, 0) },
		func() (uint64, error) { return Enter(nil, nil, nil, Own) },
		func() (uint64, error) { return Enter(f, target, new(uint64), Floats(9)+9) },
		func() (uint64, error) { return Enter(f, target, new(uint64), Floats(4)+3) },
		func() (uint64, error) { return Enter(f, target, new(uint64), MaxArgs+1) },
	} {
		r, err := call()
		check(Unfit, r, err)
		require.EqualValues(t, InsideIdle, f.Inside)
	}
	for inside, want := range map[uintptr]Status{InsideNever: Unfit, InsideClosed: Closed, 7: Busy} {
		f.Inside = inside
		r, err := Enter(f, target, nil, 0)
		check(want, r, err)
		require.Equal(t, inside, f.Inside)
	}
	f.Inside = InsideIdle
	for _, state := range []Status{Unfit, Released, Ended} {
		target.State = state
		r, err := Enter(f, target, nil, 0)
		check(state, r, err)
		require.EqualValues(t, InsideIdle, f.Inside)
	}
}
