package tramp

import (
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
	f, target := &Fiber{Inside: InsideIdle}, &Target{Entry: 1, State: Returned}
	for _, call := range []func() (uint64, Status){
		func() (uint64, Status) { return Enter(nil, target, nil, 0) },
		func() (uint64, Status) { return Enter(f, nil, nil, 0) },
		func() (uint64, Status) { return Enter(nil, nil, nil, Own) },
		func() (uint64, Status) { return Enter(f, target, make([]uint64, 9), 9) },
		func() (uint64, Status) { return Enter(f, target, make([]uint64, 3), 4) },
		func() (uint64, Status) { return Enter(f, target, make([]uint64, MaxArgs+1), 0) },
	} {
		_, s := call()
		require.Equal(t, Unfit, s)
		require.EqualValues(t, InsideIdle, f.Inside)
	}
	for inside, want := range map[uintptr]Status{InsideNever: Unfit, InsideClosed: Closed, 7: Busy} {
		f.Inside = inside
		_, s := Enter(f, target, nil, 0)
		require.Equal(t, want, s)
		require.Equal(t, inside, f.Inside)
	}
	f.Inside = InsideIdle
	for _, state := range []Status{Unfit, Released, Ended} {
		target.State = state
		_, s := Enter(f, target, nil, 0)
		require.Equal(t, state, s)
		require.EqualValues(t, InsideIdle, f.Inside)
	}
}
