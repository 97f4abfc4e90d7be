package codebuf

import (
	"reflect"
	"unsafe"

	"github.com/wxjit/wxjit/internal/tramp"
)

// Call calls the code with args as its integer arguments, by the C convention, and gives its integer result. An
// argument is a machine word; there may be 32. The errors are ErrReleased or ErrClosed for the code or its arena,
// ErrClosed for the fiber, ErrBusy when the fiber is in a call already, and ErrArgument for too many arguments or
// no fiber or code. Two calls at the same instant must not be made on one fiber, and are not always noticed.
func (f *Fiber) Call(c *Code, args ...uint64) (uint64, error) {
	// It is written so that the compiler can put it in the caller's place: one call, no branch, and no other function.
	return tramp.Enter((*tramp.Fiber)(unsafe.Pointer(f)), (*tramp.Target)(unsafe.Pointer(c)), unsafe.SliceData(args), tramp.Shape(len(args)))
}

// Call calls the code with args as its integer arguments, by the C convention, and gives its integer result. It
// runs on a fiber that is the calling goroutine's own or comes from a pool. The arguments and errors are those of
// [Fiber.Call]; when a stack is needed and the kernel refuses one, the error is a *VMError.
func (c *Code) Call(args ...uint64) (uint64, error) {
	return tramp.Enter(nil, (*tramp.Target)(unsafe.Pointer(c)), unsafe.SliceData(args), tramp.Own|tramp.Shape(len(args)))
}

// entry gives what can be entered of c, nil for a nil c.
//
// SAFETY: the target is the first field of a Code.
func (c *Code) entry() *tramp.Target { return (*tramp.Target)(unsafe.Pointer(c)) }

// layout says what the C convention wants of a typed function.
type layout struct {
	shape  tramp.Shape
	bool   bool            // the result is one
	mixed  bool            // a floating-point argument comes before an integer: order is to be asked
	shifts [maxTyped]uint8 // how many bits a signed integer argument is narrower than a register
	from   [maxTyped]uint8 // which argument is the first that the convention wants, the second, ...: integers first
}

// maxTyped is how many arguments the largest typed function has.
const maxTyped = 6

// layoutOf makes the layout for arguments and a result of these types.
func layoutOf(result reflect.Type, args ...reflect.Type) (l layout) {
	l.shape = tramp.Own | tramp.Shape(len(args))
	if isFloat(result) {
		l.shape |= tramp.FloatResult
	}
	l.bool = result.Kind() == reflect.Bool
	next := 0
	for _, floats := range []bool{false, true} {
		for i, t := range args {
			if isFloat(t) != floats {
				continue
			}
			l.from[next] = uint8(i)
			l.mixed = l.mixed || next != i
			next++
			if floats {
				l.shape += tramp.Floats(1)
			} else if k := t.Kind(); reflect.Int <= k && k <= reflect.Int64 {
				l.shifts[i] = uint8(64 - 8*t.Size())
			}
		}
	}
	return l
}

func isFloat(t reflect.Type) bool { return t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64 }

// argument holds an argument as generated code takes it, in a word. The collector knows its type: what it points to stays as
// long as the argument does.
type argument[T Word] struct {
	_ [0]uint64 // for the size
	v T
}

// extend fills what an integer leaves of the word; shift is how many bits a signed one is narrower.
//
// SAFETY: an argument is as long as a word and aligned as one, for every T is at most that. What is written as a number is
// no pointer.
func (a *argument[T]) extend(shift uint8) {
	word, v := (*uint64)(unsafe.Pointer(a)), unsafe.Pointer(&a.v)
	shift &= 63
	switch unsafe.Sizeof(a.v) {
	case 1:
		*word = uint64(int64(uint64(*(*uint8)(v))<<shift) >> shift)
	case 2:
		*word = uint64(int64(uint64(*(*uint16)(v))<<shift) >> shift)
	case 4:
		*word = uint64(int64(uint64(*(*uint32)(v))<<shift) >> shift)
	}
}

// order copies as many arguments as there are words, which begin at args, to words, integers first. It gives words.
//
// SAFETY: from comes from layoutOf for so many arguments. The copy of a pointer does not keep alive what it points to; that is
// left to the argument.
func order(words []uint64, args unsafe.Pointer, from [maxTyped]uint8) *uint64 {
	for i := range words {
		words[i] = *(*uint64)(unsafe.Add(args, from[i]*8))
	}
	return unsafe.SliceData(words)
}

// enterWatched makes a call on f that can be cancelled.
func enterWatched(f *Fiber, c *Code, args []uint64) (uint64, error) {
	return tramp.Enter(&f.core, c.entry(), unsafe.SliceData(args), tramp.Watched|tramp.Shape(len(args)))
}

// get takes a result from the low bytes of the register that it came in. Of a bool only that it is not 0 counts, for Go
// knows but two.
//
// SAFETY: every T is at most as long as a register, and both machines are little endian.
func get[T Word](l layout, r uint64) T {
	if unsafe.Sizeof(*new(T)) == 1 && l.bool && uint8(r) != 0 {
		r = 1
	}
	return *(*T)(unsafe.Pointer(&r))
}
