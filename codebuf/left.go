package codebuf

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/wxjit/wxjit/internal/tramp"
)

func init() {
	tramp.Refused = refused
	tramp.Left = left
}

// left decides what becomes of a call whose code has been left before it returned: it goes on (again), or ends with an
// error and makes the fiber idle, or is suspended until Resume.
func left(core *tramp.Fiber) (again bool, r uint64, err error) {
	f := fiberOf(core)
	switch core.Control.Why {
	case tramp.Called:
		return f.called()
	case tramp.Preempted:
		f.countPreemption()
		err = f.cancelled() // what the runtime wanted has been done on the way here, in the prologue of a function
	default:
		err = newFault(f)
	}
	if err == nil {
		return true, 0, nil
	}
	f.reset()
	return false, 0, err
}

func (f *Fiber) countPreemption() {
	atomic.AddUint64(&f.preempted, 1)
	thread := f.core.Thread()
	if f.thread != 0 && thread != 0 && f.thread != thread {
		atomic.AddUint64(&f.moved, 1)
	}
	f.thread = thread
}

// reset makes the fiber, which nobody is inside any more, ready for another call.
func (f *Fiber) reset() { atomic.StoreUintptr(&f.core.Inside, tramp.InsideIdle) }

// CallContext is [Fiber.Call] that ends when ctx does, also in the middle of an endless loop. The error then wraps
// ctx.Err(), and the fiber is idle; memory that the code was writing to is as it had left it. A context that can't end
// costs nothing.
func (f *Fiber) CallContext(ctx context.Context, c *Code, args ...uint64) (uint64, error) {
	if ctx.Done() == nil || f == nil || atomic.LoadUintptr(&f.core.Inside) != tramp.InsideIdle {
		return f.Call(c, args...)
	}
	if ctx.Err() != nil {
		return 0, cancelError(ctx)
	}
	if tramp.Ignored() {
		if err := tramp.Install(); err != nil {
			return 0, fmt.Errorf("codebuf: call: %w", err)
		}
	}
	defer f.watch(ctx)()
	return enterWatched(f, c, args)
}

// watch lets what begins now end with ctx, until the function that it gives is called.
func (f *Fiber) watch(ctx context.Context) (end func()) {
	f.ctx = ctx
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { f.kick(done) })
	shown := show(&watched{ctx, f})
	return func() {
		close(done)
		stop()
		if shown != nil {
			shown.Store(nil)
		}
		f.ctx, f.thread = nil, 0
		f.core.Unwatch()
	}
}

// watched is a call that its context may end. Some of those under way are in watching, for others to help.
type watched struct {
	ctx context.Context
	f   *Fiber
}

var watching [64]atomic.Pointer[watched]

// show makes a call known that begins, and gives the place, if there was one. It sends the signal to those whose context
// has ended: the goroutine that is to do it may be waiting for the P on which this call will run, if it was the caller who
// has ended the context.
func show(w *watched) (place *atomic.Pointer[watched]) {
	for i := range watching {
		switch other := watching[i].Load(); {
		case other != nil && other.ctx.Err() != nil:
			other.f.core.Kick() // without effect if it is in another call by now
		case other == nil && place == nil && watching[i].CompareAndSwap(nil, w):
			place = &watching[i]
		}
	}
	return place
}

// kick makes the fiber leave generated code, until done is closed: a signal that comes while it is not inside, or while
// it changes threads, is lost. So is one that the program ignores, which it may have begun to do meanwhile.
func (f *Fiber) kick(done <-chan struct{}) {
	for pause := 50 * time.Microsecond; ; pause = min(2*pause, 5*time.Millisecond) {
		if tramp.Ignored() || pause > time.Millisecond {
			_ = tramp.Install() // an error leaves it as it is, and the next try may succeed
		}
		f.core.Kick()
		select {
		case <-done:
			return
		case <-time.After(pause):
		}
	}
}

// cancelled is the error of a call whose context has ended.
func (f *Fiber) cancelled() error {
	if f.ctx == nil || f.ctx.Err() == nil {
		return nil
	}
	return cancelError(f.ctx)
}

func cancelError(ctx context.Context) error { return fmt.Errorf("codebuf: call: %w", ctx.Err()) }
