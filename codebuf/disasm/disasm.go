// Package disasm makes %+v of a codebuf.Fault show instructions. It is imported for that alone:
//
//	import _ "github.com/wxjit/wxjit/codebuf/disasm"
//
// Without it, bytes are shown. The decoders' tables are half a megabyte of a program, which is why this is not part of
// codebuf.
package disasm

import (
	"runtime"

	"github.com/wxjit/wxjit/codebuf/internal/listing"
	"github.com/wxjit/wxjit/internal/disasm"
)

func init() {
	switch runtime.GOARCH {
	case "amd64":
		listing.Decode = decoder(disasm.AMD64, 1)
	case "arm64":
		listing.Decode = decoder(disasm.ARM64, 4)
	}
}

// decoder skips unit bytes where there is no instruction.
func decoder(decode func([]byte, uint64) (disasm.Inst, error), unit int) listing.Decoder {
	return func(code []byte, pc uintptr) (string, int) {
		inst, err := decode(code, uint64(pc))
		if err != nil {
			return "(bad)", min(unit, len(code))
		}
		return inst.Text, inst.Len
	}
}
