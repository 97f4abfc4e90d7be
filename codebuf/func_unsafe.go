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
		w := argument[A]{v: a}
		w.extend(l.shifts[0])
		r, err := tramp.Enter(nil, code.entry(), (*uint64)(unsafe.Pointer(&w)), l.shape)
		runtime.KeepAlive(&w)
		return get[R](l, r), err
	}
}

// Func2 is [Func0] with two arguments.
func Func2[A, B, R Word](code *Code) func(A, B) (R, error) {
	l := layoutOf(reflect.TypeFor[R](), reflect.TypeFor[A](), reflect.TypeFor[B]())
	return func(a A, b B) (R, error) {
		w := struct {
			a argument[A]
			b argument[B]
		}{argument[A]{v: a}, argument[B]{v: b}}
		w.a.extend(l.shifts[0])
		w.b.extend(l.shifts[1])
		args := (*uint64)(unsafe.Pointer(&w))
		if l.mixed {
			args = order(make([]uint64, 2), unsafe.Pointer(&w), l.from)
		}
		r, err := tramp.Enter(nil, code.entry(), args, l.shape)
		runtime.KeepAlive(&w)
		return get[R](l, r), err
	}
}

// Func3 is [Func0] with three arguments.
func Func3[A, B, C, R Word](code *Code) func(A, B, C) (R, error) {
	l := layoutOf(reflect.TypeFor[R](), reflect.TypeFor[A](), reflect.TypeFor[B](), reflect.TypeFor[C]())
	return func(a A, b B, c C) (R, error) {
		w := struct {
			a argument[A]
			b argument[B]
			c argument[C]
		}{argument[A]{v: a}, argument[B]{v: b}, argument[C]{v: c}}
		w.a.extend(l.shifts[0])
		w.b.extend(l.shifts[1])
		w.c.extend(l.shifts[2])
		args := (*uint64)(unsafe.Pointer(&w))
		if l.mixed {
			args = order(make([]uint64, 3), unsafe.Pointer(&w), l.from)
		}
		r, err := tramp.Enter(nil, code.entry(), args, l.shape)
		runtime.KeepAlive(&w)
		return get[R](l, r), err
	}
}

// Func4 is [Func0] with four arguments.
func Func4[A, B, C, D, R Word](code *Code) func(A, B, C, D) (R, error) {
	l := layoutOf(reflect.TypeFor[R](), reflect.TypeFor[A](), reflect.TypeFor[B](), reflect.TypeFor[C](), reflect.TypeFor[D]())
	return func(a A, b B, c C, d D) (R, error) {
		w := struct {
			a argument[A]
			b argument[B]
			c argument[C]
			d argument[D]
		}{argument[A]{v: a}, argument[B]{v: b}, argument[C]{v: c}, argument[D]{v: d}}
		w.a.extend(l.shifts[0])
		w.b.extend(l.shifts[1])
		w.c.extend(l.shifts[2])
		w.d.extend(l.shifts[3])
		args := (*uint64)(unsafe.Pointer(&w))
		if l.mixed {
			args = order(make([]uint64, 4), unsafe.Pointer(&w), l.from)
		}
		r, err := tramp.Enter(nil, code.entry(), args, l.shape)
		runtime.KeepAlive(&w)
		return get[R](l, r), err
	}
}

// Func5 is [Func0] with five arguments.
func Func5[A, B, C, D, E, R Word](code *Code) func(A, B, C, D, E) (R, error) {
	l := layoutOf(reflect.TypeFor[R](), reflect.TypeFor[A](), reflect.TypeFor[B](), reflect.TypeFor[C](), reflect.TypeFor[D](), reflect.TypeFor[E]())
	return func(a A, b B, c C, d D, e E) (R, error) {
		w := struct {
			a argument[A]
			b argument[B]
			c argument[C]
			d argument[D]
			e argument[E]
		}{argument[A]{v: a}, argument[B]{v: b}, argument[C]{v: c}, argument[D]{v: d}, argument[E]{v: e}}
		w.a.extend(l.shifts[0])
		w.b.extend(l.shifts[1])
		w.c.extend(l.shifts[2])
		w.d.extend(l.shifts[3])
		w.e.extend(l.shifts[4])
		args := (*uint64)(unsafe.Pointer(&w))
		if l.mixed {
			args = order(make([]uint64, 5), unsafe.Pointer(&w), l.from)
		}
		r, err := tramp.Enter(nil, code.entry(), args, l.shape)
		runtime.KeepAlive(&w)
		return get[R](l, r), err
	}
}

// Func6 is [Func0] with six arguments.
func Func6[A, B, C, D, E, F, R Word](code *Code) func(A, B, C, D, E, F) (R, error) {
	l := layoutOf(reflect.TypeFor[R](), reflect.TypeFor[A](), reflect.TypeFor[B](), reflect.TypeFor[C](), reflect.TypeFor[D](), reflect.TypeFor[E](), reflect.TypeFor[F]())
	return func(a A, b B, c C, d D, e E, f F) (R, error) {
		w := struct {
			a argument[A]
			b argument[B]
			c argument[C]
			d argument[D]
			e argument[E]
			f argument[F]
		}{argument[A]{v: a}, argument[B]{v: b}, argument[C]{v: c}, argument[D]{v: d}, argument[E]{v: e}, argument[F]{v: f}}
		w.a.extend(l.shifts[0])
		w.b.extend(l.shifts[1])
		w.c.extend(l.shifts[2])
		w.d.extend(l.shifts[3])
		w.e.extend(l.shifts[4])
		w.f.extend(l.shifts[5])
		args := (*uint64)(unsafe.Pointer(&w))
		if l.mixed {
			args = order(make([]uint64, 6), unsafe.Pointer(&w), l.from)
		}
		r, err := tramp.Enter(nil, code.entry(), args, l.shape)
		runtime.KeepAlive(&w)
		return get[R](l, r), err
	}
}
