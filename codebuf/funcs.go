package codebuf

// The variants of typed functions, over [Func0] to [Func6].

// Proc0 makes a Go function of code that takes no arguments and has no result. All else is as with [Func0].
func Proc0(code *Code) func() error {
	call := Func0[uint64](code)
	return func() error {
		_, err := call()
		return err
	}
}

// Proc1 is [Proc0] with an argument.
func Proc1[A Word](code *Code) func(A) error {
	call := Func1[A, uint64](code)
	return func(a A) error {
		_, err := call(a)
		return err
	}
}

// Proc2 is [Proc0] with two arguments.
func Proc2[A, B Word](code *Code) func(A, B) error {
	call := Func2[A, B, uint64](code)
	return func(a A, b B) error {
		_, err := call(a, b)
		return err
	}
}

// Proc3 is [Proc0] with three arguments.
func Proc3[A, B, C Word](code *Code) func(A, B, C) error {
	call := Func3[A, B, C, uint64](code)
	return func(a A, b B, c C) error {
		_, err := call(a, b, c)
		return err
	}
}

// Proc4 is [Proc0] with four arguments.
func Proc4[A, B, C, D Word](code *Code) func(A, B, C, D) error {
	call := Func4[A, B, C, D, uint64](code)
	return func(a A, b B, c C, d D) error {
		_, err := call(a, b, c, d)
		return err
	}
}

// Proc5 is [Proc0] with five arguments.
func Proc5[A, B, C, D, E Word](code *Code) func(A, B, C, D, E) error {
	call := Func5[A, B, C, D, E, uint64](code)
	return func(a A, b B, c C, d D, e E) error {
		_, err := call(a, b, c, d, e)
		return err
	}
}

// Proc6 is [Proc0] with six arguments.
func Proc6[A, B, C, D, E, F Word](code *Code) func(A, B, C, D, E, F) error {
	call := Func6[A, B, C, D, E, F, uint64](code)
	return func(a A, b B, c C, d D, e E, f F) error {
		_, err := call(a, b, c, d, e, f)
		return err
	}
}

// Must0 makes of a typed function one that panics with the error, a [*Fault] where generated code faults, and returns
// only the result.
func Must0[R any](call func() (R, error)) func() R {
	return func() R {
		r, err := call()
		if err != nil {
			panic(err)
		}
		return r
	}
}

// Must1 is [Must0] for a function with an argument.
func Must1[A, R any](call func(A) (R, error)) func(A) R {
	return func(a A) R {
		r, err := call(a)
		if err != nil {
			panic(err)
		}
		return r
	}
}

// Must2 is [Must0] for a function with two arguments.
func Must2[A, B, R any](call func(A, B) (R, error)) func(A, B) R {
	return func(a A, b B) R {
		r, err := call(a, b)
		if err != nil {
			panic(err)
		}
		return r
	}
}

// Must3 is [Must0] for a function with three arguments.
func Must3[A, B, C, R any](call func(A, B, C) (R, error)) func(A, B, C) R {
	return func(a A, b B, c C) R {
		r, err := call(a, b, c)
		if err != nil {
			panic(err)
		}
		return r
	}
}

// Must4 is [Must0] for a function with four arguments.
func Must4[A, B, C, D, R any](call func(A, B, C, D) (R, error)) func(A, B, C, D) R {
	return func(a A, b B, c C, d D) R {
		r, err := call(a, b, c, d)
		if err != nil {
			panic(err)
		}
		return r
	}
}

// Must5 is [Must0] for a function with five arguments.
func Must5[A, B, C, D, E, R any](call func(A, B, C, D, E) (R, error)) func(A, B, C, D, E) R {
	return func(a A, b B, c C, d D, e E) R {
		r, err := call(a, b, c, d, e)
		if err != nil {
			panic(err)
		}
		return r
	}
}

// Must6 is [Must0] for a function with six arguments.
func Must6[A, B, C, D, E, F, R any](call func(A, B, C, D, E, F) (R, error)) func(A, B, C, D, E, F) R {
	return func(a A, b B, c C, d D, e E, f F) R {
		r, err := call(a, b, c, d, e, f)
		if err != nil {
			panic(err)
		}
		return r
	}
}
