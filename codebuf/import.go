package codebuf

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"

	"github.com/wxjit/wxjit/internal/tramp"
	"github.com/wxjit/wxjit/internal/vmem"
)

// ErrSuspended is the error of a call that an import has suspended; [Fiber.Resume] continues it.
var ErrSuspended = errors.New("codebuf: call suspended")

// Import is a Go function that generated code can call, by the C convention, at the address Addr. It lives as long as
// its arena, and may be called by several fibers at once.
type Import struct {
	core   tramp.Import // must stay first: the stub has the address
	memory [][]byte
	addr   uintptr
}

// Addr is the address for generated code to call, within reach of a direct branch from all code of the arena.
func (i *Import) Addr() uintptr { return i.addr }

// imports are the stubs of an arena, which are made a page at a time.
type imports struct {
	mu   sync.Mutex
	all  []*Import // keeps them alive: what stubs hold the collector does not see
	free []*Import // have a stub and no function
}

// NewImport makes fn callable from generated code. When it is called, generated code has been left: fn runs as any Go
// function on the goroutine that made the call, with that call's stack below it. It may allocate, block, start
// goroutines and make other calls, on other fibers.
//
//   - It returns nil: generated code goes on, with the results that were set in the Callback.
//   - It returns an error: the call ends with that error.
//   - It returns what [Callback.Yield] gives: the call is suspended.
//   - It panics, or ends the goroutine: that goes through the call, as through any Go function.
//
// In all cases but the third the fiber is idle when the call has ended. memory is what fn may look at by the addresses
// that it gets, with [Callback.Bytes]; the import keeps it alive.
//
// The errors are those of [Arena.NewBuffer] and [Buffer.Seal].
func (a *Arena) NewImport(fn func(*Callback) error, memory ...[]byte) (*Import, error) {
	if fn == nil {
		return nil, fmt.Errorf("codebuf: new import: no function: %w", ErrArgument)
	}
	a.imports.mu.Lock()
	defer a.imports.mu.Unlock()
	if len(a.imports.free) == 0 {
		if err := a.newStubs(vmem.PageSize / stubSize); err != nil {
			return nil, fmt.Errorf("codebuf: new import: %w", err)
		}
	}
	last := len(a.imports.free) - 1
	i := a.imports.free[last]
	a.imports.free = a.imports.free[:last]
	i.core.Call, i.memory = callOf(fn), memory
	return i, nil
}

// newStubs makes n imports without a function.
func (a *Arena) newStubs(n int) error {
	b, err := a.NewBuffer(n * stubSize)
	if err != nil {
		return err
	}
	list, code := make([]*Import, n), make([]byte, 0, n*stubSize)
	for k := range list {
		list[k] = &Import{addr: b.Addr() + uintptr(k*stubSize)}
		code = append(code, stub(list[k])...)
	}
	b.names = []named{{name: "codebuf.Import"}}
	if _, err = b.Write(code); err == nil {
		_, err = b.Seal()
	}
	if err != nil {
		return errors.Join(err, b.Discard())
	}
	a.imports.all = append(a.imports.all, list...)
	a.imports.free = list
	return nil
}

// Callback is a call of an [Import] under way: its arguments and results. It must not be used after the function has
// returned; then it reads as zero.
type Callback struct {
	core tramp.Fiber // that makes the call: a Callback is the fiber, seen by an import
}

// Int gives integer argument i, the whole register or the word on the stack. A narrower argument is in its low bits, and
// what is above them is not said by the C convention. An i that no argument can have gives 0.
func (c *Callback) Int(i int) uint64 {
	switch {
	case !c.core.Calling || i < 0:
		return 0
	case i < tramp.IntRegs:
		return c.core.Control.Regs[tramp.IntArgs[i]]
	}
	return c.stackArg(i - tramp.IntRegs)
}

// Float gives floating-point argument i, one of those in registers: 0 to 7. Any other gives 0.
func (c *Callback) Float(i int) float64 { return math.Float64frombits(c.float(i)) }

// Float32 gives floating-point argument i as a 32-bit one.
func (c *Callback) Float32(i int) float32 { return math.Float32frombits(uint32(c.float(i))) }

func (c *Callback) float(i int) uint64 {
	if !c.core.Calling || i < 0 || i >= tramp.FloatRegs {
		return 0
	}
	return c.core.Control.Floats[i]
}

// SetInt sets the integer result, which is 0 otherwise.
func (c *Callback) SetInt(v uint64) {
	if c.core.Calling {
		c.core.Control.Result = v
	}
}

// SetFloat sets the floating-point result, which is 0 otherwise.
func (c *Callback) SetFloat(v float64) { c.setFloat(math.Float64bits(v)) }

// SetFloat32 sets the floating-point result of a function whose result has 32 bits.
func (c *Callback) SetFloat32(v float32) { c.setFloat(uint64(math.Float32bits(v))) }

func (c *Callback) setFloat(bits uint64) {
	if c.core.Calling {
		c.core.Control.FloatResult = bits
	}
}

// Bytes gives the n bytes at an address that generated code has passed, if they are within the memory that the import
// may access. Else the error wraps ErrArgument.
func (c *Callback) Bytes(addr uint64, n int) ([]byte, error) {
	if c.core.Calling && n >= 0 {
		for _, m := range c.memory() {
			off := addr - address(m)
			if off <= uint64(len(m)) && uint64(n) <= uint64(len(m))-off {
				return m[off : off+uint64(n) : off+uint64(n)], nil
			}
		}
	}
	return nil, fmt.Errorf("codebuf: callback: %d bytes at %#x are not memory of the import: %w", n, addr, ErrArgument)
}

// errYield is what Yield gives.
var errYield = errors.New("codebuf: yield outside of an import")

// Yield gives an error for the import's function to return. The call is then suspended: it returns v and ErrSuspended,
// and [Fiber.Resume] continues it. Only a call on a fiber of the caller's own can be suspended; others end, with an
// error that wraps ErrArgument.
func (c *Callback) Yield(v uint64) error {
	c.fiber().yielded = v
	return errYield
}

// called runs the import that generated code has called, and then all the rest of the call, below a function that cleans
// up if an import panics or ends the goroutine. For the imports to come that costs nothing any more.
func (f *Fiber) called() (again bool, r uint64, err error) {
	if f.core.Ran {
		err = f.core.Err
		f.core.Ran, f.core.Err = false, nil
		return f.ran(err)
	}
	returned := false
	defer func() {
		if !returned {
			f.core.Calling = false
			f.reset()
		}
	}()
	err = f.core.Run()
	f.core.Calling = false
	if again, r, err = f.ran(err); again {
		again = false
		r, err = tramp.Enter(&f.core, nil, nil, tramp.Resume|tramp.Guarded)
	}
	returned = true
	return again, r, err
}

// ran decides what becomes of a call after an import has returned err.
func (f *Fiber) ran(err error) (again bool, r uint64, _ error) {
	switch {
	case err == nil:
		if err = f.cancelled(); err == nil {
			return true, 0, nil
		}
	case err == errYield && !f.shared:
		r = f.yielded // before someone else can Resume
		atomic.StoreUint32(&f.suspended, 1)
		return false, r, ErrSuspended
	case err == errYield:
		err = fmt.Errorf("codebuf: yield: the call has no fiber of its own: %w", ErrArgument)
	}
	f.reset()
	return false, 0, err
}

// Resume continues the call that an import has suspended. For generated code that import now returns result, as an
// integer. The errors and the state afterwards are those of [Fiber.Call]; ErrArgument when no call is suspended.
func (f *Fiber) Resume(result uint64) (uint64, error) {
	if f == nil || !atomic.CompareAndSwapUint32(&f.suspended, 1, 0) {
		return 0, fmt.Errorf("codebuf: resume: no call is suspended: %w", ErrArgument)
	}
	f.core.Control.Result = result
	return tramp.Enter(&f.core, nil, nil, tramp.Resume)
}

// Abandon ends the call that an import has suspended, without running any more of it. The fiber is idle then. The error
// is ErrArgument when no call is suspended.
func (f *Fiber) Abandon() error {
	if f == nil || !atomic.CompareAndSwapUint32(&f.suspended, 1, 0) {
		return fmt.Errorf("codebuf: abandon: no call is suspended: %w", ErrArgument)
	}
	f.reset()
	return nil
}
