package compile

import (
	"errors"
	"fmt"
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
	if len(vars) != len(out)*p.vars {
		return fmt.Errorf("%d values for %d rows of %d: %w", len(vars), len(out), p.vars, ErrRows)
	}
	// SAFETY: the code reads len(out)*p.vars numbers at the first pointer and writes len(out) at the second, which is
	// what the slices hold. The call is opaque to escape analysis, so both are on the heap and not on a stack that
	// could move, and Func3 keeps them alive until the code has returned.
	_, err := p.call(unsafe.Pointer(unsafe.SliceData(vars)), unsafe.Pointer(unsafe.SliceData(out)), int64(len(out)))
	return err
}

// Release gives the program's memory back to the arena. The errors are those of codebuf.Code.Release.
func (p *Program) Release() error { return p.code.Release() }
