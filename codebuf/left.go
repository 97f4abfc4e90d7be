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
	tramp.Left = func(f *tramp.Fiber) (again bool, r uint64, err error) { return fiberOf(f).left() }
}

// left decides what becomes of a call whose code has been left before it returned: it goes on (again), or ends with an
// error and makes the fiber idle, or is suspended until Resume.
func (f *Fiber) left() (again bool, r uint64, err error) {
	switch f.core.Control.Why {
	case tramp.Called:
		again, r, err = f.called()
	case tramp.Preempted:
		f.countPreemption()
		again = true // what the runtime wanted has been done on the way here, in the prologue of a function
	default:
		err = newFault(f)
		f.reset()
	}
	if again && f.ctx != nil && f.ctx.Err() != nil {
		err = cancelError(f.ctx)
		f.reset()
		return false, 0, err
	}
	return again, r, err
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
	defer f.watch(ctx)()
	return tramp.Enter(&f.core, c.entry(), args, tramp.Watched)
}

// watch lets what begins now end with ctx, until the function that it gives is called.
func (f *Fiber) watch(ctx context.Context) (end func()) {
	f.ctx = ctx
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { f.kick(done) })
	return func() {
		close(done)
		stop()
		f.ctx, f.thread = nil, 0
		f.core.Unwatch()
	}
}

// kick makes the fiber leave generated code, until done is closed: a signal that comes while it is not inside, or while
// it changes threads, is lost.
func (f *Fiber) kick(done <-chan struct{}) {
	for pause := 50 * time.Microsecond; ; pause = min(2*pause, 5*time.Millisecond) {
		f.core.Kick()
		select {
		case <-done:
			return
		case <-time.After(pause):
		}
	}
}

func cancelError(ctx context.Context) error { return fmt.Errorf("codebuf: call: %w", ctx.Err()) }
