package codebuf

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/wxjit/wxjit/internal/tramp"
	"github.com/wxjit/wxjit/internal/vmem"
)

// fibers knows every fiber of the process, and has those for calls that don't bring their own: some bound to
// goroutines (see tramp.Bind), the others in a pool. Both stay for the life of the process.
var fibers registry

type registry struct {
	// pooled is replaced as a whole when it grows, so that take reads it without a lock.
	pooled atomic.Pointer[[]*Fiber]

	mu   sync.Mutex // guards the rest, and the replacing of pooled
	all  map[*Fiber]struct{}
	idle []idleStack // of fibers that have been closed. The signal handler still knows them.
}

type idleStack struct {
	stack *vmem.Stack
	size  int
}

// add registers f, which is complete.
func (r *registry) add(f *Fiber) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all == nil {
		r.all = map[*Fiber]struct{}{}
	}
	r.all[f] = struct{}{}
}

// remove forgets f, of which the caller has the only right to use, and keeps its stack or unmaps it. No record of f stays
// on a stack that is kept: while nobody runs there the handler finds no goroutine that would.
func (r *registry) remove(f *Fiber) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.idle) < maxIdleStacks && f.size <= maxIdleSize && f.stack.Forget() == nil {
		r.idle = append(r.idle, idleStack{f.stack, f.size})
		delete(r.all, f)
		return nil
	}
	tramp.RemoveStack(f.lo, f.size)
	if err := f.stack.Release(); err != nil {
		tramp.AddStack(f.lo, f.size)
		return err
	}
	delete(r.all, f)
	return nil
}

// reuse gives an idle stack of that size, or nil.
func (r *registry) reuse(size int) *vmem.Stack {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := len(r.idle) - 1; i >= 0; i-- {
		if s := r.idle[i]; s.size == size {
			r.idle = slices.Delete(r.idle, i, i+1)
			return s.stack
		}
	}
	return nil
}

// inside gives the entries of all code that fibers are in.
func (r *registry) inside() (entries []uintptr) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for f := range r.all {
		if pc := atomic.LoadUintptr(&f.core.Inside); pc != tramp.InsideIdle {
			entries = append(entries, pc)
		}
	}
	return entries
}

// oldest gives the lowest epoch in which a fiber entered that is inside now, or the highest number.
func (r *registry) oldest() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	oldest := uint64(math.MaxUint64)
	for f := range r.all {
		if pc := atomic.LoadUintptr(&f.core.Inside); pc != tramp.InsideIdle && pc != tramp.InsideClosed {
			oldest = min(oldest, atomic.LoadUint64(&f.core.Epoch))
		}
	}
	return oldest
}

// refused gives the outcome of a call that tramp.Enter did not make. If the goroutine has no fiber of its own yet, or
// that one is in use because the goroutine, inside generated code, called Go again, it is made on another.
func refused(f *tramp.Fiber, t *tramp.Target, args *uint64, shape tramp.Shape, s tramp.Status) (uint64, error) {
	if shape&tramp.Own == 0 || s != tramp.Unbound && s != tramp.Busy {
		return 0, statusErrors[s]
	}
	return fibers.call(t, args, shape&^tramp.Own, s == tramp.Unbound)
}

// call makes a call on a fiber that is the goroutine's from now on, if bind says so and it can be, or from the pool.
func (r *registry) call(t *tramp.Target, args *uint64, shape tramp.Shape, bind bool) (uint64, error) {
	f, err := r.take(bind)
	if err != nil {
		return 0, err
	}
	defer atomic.StoreUint32(&f.taken, 0) // also when Go code that it calls panics
	return tramp.Enter(&f.core, t, args, shape)
}

// take gives the caller a fiber for a call, marked as taken if it is from the pool. With bind, it is a new one that
// becomes the goroutine's own, if there is room for that.
func (r *registry) take(bind bool) (*Fiber, error) {
	if !bind || !tramp.CanBind() {
		if f := r.takePooled(); f != nil {
			return f, nil
		}
	}
	f, err := newFiber(max(DefaultStackSize, 4*vmem.PageSize), true)
	if err != nil {
		if f := r.takePooled(); f != nil {
			return f, nil
		}
		return nil, fmt.Errorf("codebuf: call: stack: %w", err)
	}
	if bind && tramp.Bind(&f.core) {
		return f, nil
	}
	atomic.StoreUint32(&f.taken, 1)
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []*Fiber
	if old := r.pooled.Load(); old != nil {
		list = slices.Clone(*old)
	}
	list = append(list, f)
	r.pooled.Store(&list)
	return f, nil
}

// takePooled gives the caller an idle fiber from the pool, or nil.
func (r *registry) takePooled() *Fiber {
	list := r.pooled.Load()
	if list == nil {
		return nil
	}
	for _, f := range *list {
		if atomic.LoadUint32(&f.taken) == 0 && atomic.CompareAndSwapUint32(&f.taken, 0, 1) {
			return f
		}
	}
	return nil
}
