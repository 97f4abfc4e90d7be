package codebuf

import (
	"reflect"
	"runtime"
	"unsafe"

	"github.com/wxjit/wxjit/internal/tramp"
)

// Word is what a typed function takes and gives: a number, a bool or a pointer, which the C convention passes in a
// register. Integers narrower than the register are extended to all of it by their sign or with zeros.
type Word interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 |
		~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr |
		~float32 | ~float64 | ~bool | ~unsafe.Pointer
}

// Func0 makes a Go function of code that takes no arguments and returns an R, by the C convention.
//
// The functions that Func0 to [Func6] return may be called from several goroutines; each call runs on a fiber as in
// [Code.Call], whose errors it has, and allocates nothing. It keeps alive what its arguments point to until the
// code has returned; they must not point into a goroutine's stack. [Proc0] to [Proc6] are for code without a result;
// [Must0] to [Must6] make functions that have no error to check.
func Func0[R Word](code *Code) func() (R, error) {
	l := layoutOf(reflect.TypeFor[R]())
	return func() (R, error) {
		r, err := tramp.Enter(nil, code.entry(), nil, l.shape)
		return get[R](l, r), err
	}
}

// Func1 is [Func0] with an argument.
func Func1[A, R Word](code *Code) func(A) (R, error) {
	l := layoutOf(reflect.TypeFor[R](), reflect.TypeFor[A]())
	return func(a A) (R, error) {
		var w [1]uint64
		put(&w[0], l.slots[0], a)
		r, err := tramp.Enter(nil, code.entry(), w[:], l.shape)
		runtime.KeepAlive(a)
		return get[R](l, r), err
	}
}

// Func2 is [Func0] with two arguments.
func Func2[A, B, R Word](code *Code) func(A, B) (R, error) {
	l := layoutOf(reflect.TypeFor[R](), reflect.TypeFor[A](), reflect.TypeFor[B]())
	return func(a A, b B) (R, error) {
		var w [2]uint64
		put(&w[0], l.slots[0], a)
		put(&w[0], l.slots[1], b)
		r, err := tramp.Enter(nil, code.entry(), w[:], l.shape)
		runtime.KeepAlive(a)
		runtime.KeepAlive(b)
		return get[R](l, r), err
	}
}

// Func3 is [Func0] with three arguments.
func Func3[A, B, C, R Word](code *Code) func(A, B, C) (R, error) {
	l := layoutOf(reflect.TypeFor[R](), reflect.TypeFor[A](), reflect.TypeFor[B](), reflect.TypeFor[C]())
	return func(a A, b B, c C) (R, error) {
		var w [3]uint64
		put(&w[0], l.slots[0], a)
		put(&w[0], l.slots[1], b)
		put(&w[0], l.slots[2], c)
		r, err := tramp.Enter(nil, code.entry(), w[:], l.shape)
		runtime.KeepAlive(a)
		runtime.KeepAlive(b)
		runtime.KeepAlive(c)
		return get[R](l, r), err
	}
}

// Func4 is [Func0] with four arguments.
func Func4[A, B, C, D, R Word](code *Code) func(A, B, C, D) (R, error) {
	l := layoutOf(reflect.TypeFor[R](), reflect.TypeFor[A](), reflect.TypeFor[B](), reflect.TypeFor[C](), reflect.TypeFor[D]())
	return func(a A, b B, c C, d D) (R, error) {
		var w [4]uint64
		put(&w[0], l.slots[0], a)
		put(&w[0], l.slots[1], b)
		put(&w[0], l.slots[2], c)
		put(&w[0], l.slots[3], d)
		r, err := tramp.Enter(nil, code.entry(), w[:], l.shape)
		runtime.KeepAlive(a)
		runtime.KeepAlive(b)
		runtime.KeepAlive(c)
		runtime.KeepAlive(d)
		return get[R](l, r), err
	}
}

// Func5 is [Func0] with five arguments.
func Func5[A, B, C, D, E, R Word](code *Code) func(A, B, C, D, E) (R, error) {
	l := layoutOf(reflect.TypeFor[R](), reflect.TypeFor[A](), reflect.TypeFor[B](), reflect.TypeFor[C](), reflect.TypeFor[D](), reflect.TypeFor[E]())
	return func(a A, b B, c C, d D, e E) (R, error) {
		var w [5]uint64
		put(&w[0], l.slots[0], a)
		put(&w[0], l.slots[1], b)
		put(&w[0], l.slots[2], c)
		put(&w[0], l.slots[3], d)
		put(&w[0], l.slots[4], e)
		r, err := tramp.Enter(nil, code.entry(), w[:], l.shape)
		runtime.KeepAlive(a)
		runtime.KeepAlive(b)
		runtime.KeepAlive(c)
		runtime.KeepAlive(d)
		runtime.KeepAlive(e)
		return get[R](l, r), err
	}
}

// Func6 is [Func0] with six arguments.
func Func6[A, B, C, D, E, F, R Word](code *Code) func(A, B, C, D, E, F) (R, error) {
	l := layoutOf(reflect.TypeFor[R](), reflect.TypeFor[A](), reflect.TypeFor[B](), reflect.TypeFor[C](), reflect.TypeFor[D](), reflect.TypeFor[E](), reflect.TypeFor[F]())
	return func(a A, b B, c C, d D, e E, f F) (R, error) {
		var w [6]uint64
		put(&w[0], l.slots[0], a)
		put(&w[0], l.slots[1], b)
		put(&w[0], l.slots[2], c)
		put(&w[0], l.slots[3], d)
		put(&w[0], l.slots[4], e)
		put(&w[0], l.slots[5], f)
		r, err := tramp.Enter(nil, code.entry(), w[:], l.shape)
		runtime.KeepAlive(a)
		runtime.KeepAlive(b)
		runtime.KeepAlive(c)
		runtime.KeepAlive(d)
		runtime.KeepAlive(e)
		runtime.KeepAlive(f)
		return get[R](l, r), err
	}
}
