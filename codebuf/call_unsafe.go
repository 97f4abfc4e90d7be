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
	// It is written so that the compiler can put it in the caller's place: one call, no branch.
	return tramp.Enter((*tramp.Fiber)(unsafe.Pointer(f)), c.entry(), args, 0)
}

// Call calls the code with args as its integer arguments, by the C convention, and gives its integer result. It
// runs on a fiber that is the calling goroutine's own or comes from a pool. The arguments and errors are those of
// [Fiber.Call]; when a stack is needed and the kernel refuses one, the error is a *VMError.
func (c *Code) Call(args ...uint64) (uint64, error) {
	return tramp.Enter(nil, c.entry(), args, tramp.Own)
}

// entry gives what can be entered of c, nil for a nil c.
//
// SAFETY: the target is the first field of a Code.
func (c *Code) entry() *tramp.Target { return (*tramp.Target)(unsafe.Pointer(c)) }

// layout says where the C convention wants the arguments and the result of a typed function. The arguments lie in an
// array of words: first those that are integers, then the floating-point numbers.
type layout struct {
	shape tramp.Shape
	bool  bool // the result is one
	slots [maxTyped]slot
}

// maxTyped is how many arguments the largest typed function has.
const maxTyped = 6

// slot is the place of an argument in the array.
type slot struct {
	off   uint8 // in bytes
	shift uint8 // what a signed integer is narrower than 64 bits
}

// layoutOf makes the layout for arguments and a result of these types.
func layoutOf(result reflect.Type, args ...reflect.Type) (l layout) {
	l.shape = tramp.Own
	if isFloat(result) {
		l.shape |= tramp.FloatResult
	}
	l.bool = result.Kind() == reflect.Bool
	next := uint8(0)
	for _, floats := range []bool{false, true} {
		for i, t := range args {
			if isFloat(t) != floats {
				continue
			}
			l.slots[i].off = next
			next += 8
			if floats {
				l.shape++
			} else if k := t.Kind(); reflect.Int <= k && k <= reflect.Int64 {
				l.slots[i].shift = uint8(64 - 8*t.Size())
			}
		}
	}
	return l
}

func isFloat(t reflect.Type) bool { return t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64 }

// put stores an argument in the array at w.
//
// SAFETY: s comes from layoutOf for as many arguments as the array has words. The word stored may be a pointer that the collector
// doesn't see; the typed functions keep it alive.
func put[T Word](w *uint64, s slot, v T) {
	p := (*uint64)(unsafe.Add(unsafe.Pointer(w), s.off))
	switch unsafe.Sizeof(v) {
	case 1:
		*p = uint64(int64(uint64(*(*uint8)(unsafe.Pointer(&v)))<<(s.shift&63)) >> (s.shift & 63))
	case 2:
		*p = uint64(int64(uint64(*(*uint16)(unsafe.Pointer(&v)))<<(s.shift&63)) >> (s.shift & 63))
	case 4:
		*p = uint64(int64(uint64(*(*uint32)(unsafe.Pointer(&v)))<<(s.shift&63)) >> (s.shift & 63))
	default:
		*p = *(*uint64)(unsafe.Pointer(&v))
	}
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
