package testenv

// OnHeap is new, of memory that stays where it is: generated code is given its address as a number, which escape analysis
// does not follow, and a goroutine's stack moves when it grows and when the collector shrinks it.
//
//go:noinline
func OnHeap[T any]() *T { return new(T) }
