package codebuf

import (
	"strconv"

	"github.com/wxjit/wxjit/internal/tramp"
)

type namedRegister struct {
	name string
	at   int
}

var registerNames = func() (list []namedRegister) {
	for i := range 31 {
		list = append(list, namedRegister{"x" + strconv.Itoa(i), i})
	}
	return append(list, namedRegister{"sp", tramp.SP}, namedRegister{"pc", tramp.PC}, namedRegister{"pstate", tramp.Pstate})
}()

// past is how far the processor's PC is behind the instruction that faulted.
func past(*Fault) int { return 0 }
