package codebuf

import (
	"fmt"
	"strings"

	"github.com/wxjit/wxjit/codebuf/internal/listing"
)

// Format prints the fault as Error does; for %+v also the registers, and the code around with the faulting line marked:
// instructions in a program that imports codebuf/disasm, else bytes.
func (e *Fault) Format(s fmt.State, verb rune) {
	text := e.Error()
	if verb == 'v' && s.Flag('+') {
		text += "\n" + e.registers() + e.listing()
	}
	if verb == 'q' {
		text = fmt.Sprintf("%q", text)
	}
	_, _ = fmt.Fprint(s, text)
}

// registers lists them four to a line.
func (e *Fault) registers() string {
	var b strings.Builder
	for i, r := range e.Regs {
		fmt.Fprintf(&b, "  %-6s 0x%016x", r.Name, r.Value)
		if i%4 == 3 || i == len(e.Regs)-1 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// listing shows the code from a little before the instruction that faulted to a little behind.
func (e *Fault) listing() string {
	if e.Code == nil {
		return ""
	}
	decode := listing.Decode
	if decode == nil {
		decode = listing.Bytes
	}
	from, sizes := listing.Boundaries(e.near, e.before, e.PC, decode)
	var b strings.Builder
	for _, n := range sizes {
		pc := e.PC - uintptr(e.before-from)
		text, _ := decode(e.near[from:from+n], pc)
		mark := "  "
		if pc == e.PC {
			mark = "=>"
		}
		fmt.Fprintf(&b, "%s %#x  %-24x %s\n", mark, pc, e.near[from:from+n], text)
		from += n
	}
	return b.String()
}
