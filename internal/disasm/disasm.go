// Package disasm is the one door to the decoders of golang.org/x/arch. It gives the text that GNU objdump prints, so that
// what a listing shows can be checked against a second disassembler.
//
// The tables of a decoder are half a megabyte. Only who lists pays for them: nothing else imports this package.
package disasm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"golang.org/x/arch/arm64/arm64asm"
	"golang.org/x/arch/x86/x86asm"
)

// ErrUnknown: bytes that the decoder does not know as an instruction.
var ErrUnknown = errors.New("not an instruction that is known")

// Inst is a decoded instruction.
type Inst struct {
	Len  int    // in bytes
	Text string // as objdump prints it, without its comment; a target is an address in hexadecimal
	// Target is the address that a branch goes to, or that a pc-relative operand refers to, if HasTarget.
	Target    uint64
	HasTarget bool
}

// AMD64 decodes the x86-64 instruction at the beginning of code, which stands at address pc.
func AMD64(code []byte, pc uint64) (Inst, error) {
	if len(code) >= 4 && binary.LittleEndian.Uint32(code) == 0xfa1e0ff3 { // the decoder takes it for prefixes
		return Inst{Len: 4, Text: "endbr64"}, nil
	}
	inst, err := x86asm.Decode(code, 64)
	if err != nil || inst.Op == 0 {
		return Inst{}, ErrUnknown
	}
	relative(&inst, code)
	i := Inst{Len: inst.Len}
	next := pc + uint64(inst.Len)
	for _, arg := range inst.Args {
		switch arg := arg.(type) {
		case x86asm.Rel:
			i.Target, i.HasTarget = next+uint64(int64(arg)), true
		case x86asm.Mem:
			if arg.Base == x86asm.RIP {
				i.Target, i.HasTarget = next+uint64(displacement(arg)), true
			}
		}
	}
	i.Text = intel(inst, code[:inst.Len], i)
	return i, nil
}

// ARM64 decodes the A64 instruction at the beginning of code, which stands at address pc.
func ARM64(code []byte, pc uint64) (Inst, error) {
	if len(code) < 4 {
		return Inst{}, ErrUnknown
	}
	if w := binary.LittleEndian.Uint32(code); w < 1<<16 {
		return Inst{Len: 4, Text: fmt.Sprintf("udf #%d", w)}, nil
	}
	inst, err := decodeARM64(code)
	if err != nil || inst.Op == 0 {
		return Inst{}, ErrUnknown
	}
	i := Inst{Len: 4, Text: blanks.ReplaceAllString(strings.TrimSpace(arm64asm.GNUSyntax(inst)), ", ")}
	for _, arg := range inst.Args {
		if rel, ok := arg.(arm64asm.PCRel); ok {
			i.Target, i.HasTarget = pc+uint64(int64(rel)), true
			i.Text = dotted.ReplaceAllString(i.Text, fmt.Sprintf("%#x", i.Target))
		}
	}
	return i, nil
}

// objdump has a blank behind every comma, the decoder not behind those in brackets.
var blanks = regexp.MustCompile(`, ?`)

var dotted = regexp.MustCompile(`\.[+-]0x[0-9a-f]+$`)

// arm64Mutex: arm64asm.Decode writes a variable of its package.
var arm64Mutex sync.Mutex

func decodeARM64(code []byte) (arm64asm.Inst, error) {
	arm64Mutex.Lock()
	defer arm64Mutex.Unlock()
	return arm64asm.Decode(code)
}

// WithTarget is the text with a name in place of the target: of the address, or of the displacement from rip.
func (i Inst) WithTarget(name string) string {
	if at := strings.Index(i.Text, "[rip"); at >= 0 {
		end := strings.IndexByte(i.Text[at:], ']')
		return i.Text[:at] + "[rip+" + name + i.Text[at+end:]
	}
	if at := strings.LastIndex(i.Text, fmt.Sprintf("%#x", i.Target)); at >= 0 {
		return i.Text[:at] + name
	}
	return i.Text
}
