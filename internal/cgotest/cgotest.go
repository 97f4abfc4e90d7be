// Package cgotest tests generated code in a binary that has C in it: with other handlers of the signals that codebuf
// takes, in front and behind, and with threads that are not Go's.
package cgotest

/*
#include "library.h"
*/
import "C"

import (
	"fmt"
	"syscall"
)

// install puts the library's handler in front of those that there are.
func install() error {
	for _, sig := range []syscall.Signal{syscall.SIGSEGV, syscall.SIGURG, syscall.SIGPROF} {
		if n, err := C.library_install(C.int(sig)); n != 0 {
			return fmt.Errorf("sigaction %v: %w", sig, err)
		}
	}
	return nil
}

// seen is how many signals the library's handler has been given.
func seen(sig syscall.Signal) uint64 { return uint64(C.library_seen(C.int(sig))) }

// touch has the library's handler put a fault in C right, and tells whether that went well.
func touch() bool { return C.library_touch() == 0 }

func twice(n uint64) uint64 { return uint64(C.library_twice(C.ulong(n))) }

// round is what threads of C call.
var round func(i int) bool

//export goRound
func goRound(i C.long) C.int {
	if round(int(i)) {
		return 1
	}
	return 0
}

// threads has n threads of C call round, and gives how often that was false.
func threads(n, rounds int) (failed int) { return int(C.library_threads(C.int(n), C.long(rounds))) }
