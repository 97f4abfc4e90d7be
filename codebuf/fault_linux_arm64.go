package codebuf

import (
	"strconv"

	"github.com/wxjit/wxjit/internal/tramp"
)

type namedRegister struct {
	name string
	at   int
}

var registerNames = func() (list [31 + 3]namedRegister) {
	for i := range 31 {
		list[i] = namedRegister{"x" + strconv.Itoa(i), i}
	}
	list[31], list[32], list[33] = namedRegister{"sp", tramp.SP}, namedRegister{"pc", tramp.PC}, namedRegister{"pstate", tramp.Pstate}
	return list
}()

// past is how far the processor's PC is behind the instruction that faulted.
func past(*Fault) int { return 0 }
