package compile

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"github.com/wxjit/wxjit/codebuf"
)

// Program is a compiled formula. Any number of goroutines may use it.
type Program struct {
	vars int
	code *codebuf.Code
	call func(vars, out unsafe.Pointer, rows int64) (int64, error)
}

// ErrRows is a wrong number of values for the rows, for errors.Is.
var ErrRows = errors.New("wrong number of values")

// bind makes a Program of the code of a formula with the given number of variables.
func bind(code *codebuf.Code, vars int) *Program {
	return &Program{vars: vars, code: code, call: codebuf.Func3[unsafe.Pointer, unsafe.Pointer, int64, int64](code)}
}

// Rows evaluates the formula once for each element of out. vars holds the variables of the rows one after the other,
// each row's in the order of Formula.Vars. It allocates nothing. The errors are ErrRows, and after Release that of
// package codebuf; out is then as before.
func (p *Program) Rows(vars, out []float64) error {
	if err := p.check(vars, out); err != nil {
		return err
	}
	// SAFETY: the code reads len(out)*p.vars numbers at the first pointer and writes len(out) at the second, which is
	// what the slices hold. The call is opaque to escape analysis, so both are on the heap and not on a stack that
	// could move, and Func3 keeps them alive until the code has returned.
	_, err := p.call(unsafe.Pointer(unsafe.SliceData(vars)), unsafe.Pointer(unsafe.SliceData(out)), int64(len(out)))
	return err
}

// RowsContext is Rows on a fiber of the caller's, and ends when ctx does. The error then wraps ctx.Err(), and some of the
// rows, from the first on, have been evaluated. The errors are also those of codebuf.Fiber.Call.
func (p *Program) RowsContext(ctx context.Context, fiber *codebuf.Fiber, vars, out []float64) error {
	if err := p.check(vars, out); err != nil {
		return err
	}
	// SAFETY: as in Rows, but that it is address whose call is opaque to escape analysis.
	_, err := fiber.CallContext(ctx, p.code, address(vars), address(out), uint64(len(out)))
	runtime.KeepAlive(vars)
	runtime.KeepAlive(out)
	return err
}

// address is where s begins. It is a variable so that the compiler does not know what becomes of s, and puts it on the
// heap.
var address = func(s []float64) uint64 { return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(s)))) }

func (p *Program) check(vars, out []float64) error {
	if len(vars) != len(out)*p.vars {
		return fmt.Errorf("%d values for %d rows of %d: %w", len(vars), len(out), p.vars, ErrRows)
	}
	return nil
}

// Release gives the program's memory back to the arena. The errors are those of codebuf.Code.Release.
func (p *Program) Release() error { return p.code.Release() }
