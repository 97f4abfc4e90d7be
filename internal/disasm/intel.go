package disasm

import (
	"bytes"
	"fmt"
	"strings"

	"golang.org/x/arch/x86/x86asm"
)

// mnemonics are the names of objdump for those that the decoder calls otherwise.
var mnemonics = map[string]string{
	"movsd_xmm": "movsd", "cmpsd_xmm": "cmpsd",
	"jz": "je", "jnz": "jne", "setz": "sete", "setnz": "setne", "cmovz": "cmove", "cmovnz": "cmovne",
	"jnb": "jae", "setnb": "setae", "cmovnb": "cmovae", "jnbe": "ja", "setnbe": "seta", "cmovnbe": "cmova",
	"jnl": "jge", "setnl": "setge", "cmovnl": "cmovge", "jnle": "jg", "setnle": "setg", "cmovnle": "cmovg",
}

// predicates are the first of CMPSD and CMPPD, which have mnemonics of their own: cmpltsd.
var predicates = [...]string{"eq", "lt", "le", "unord", "neq", "nlt", "nle", "ord"}

// intel is the text of an instruction.
func intel(inst x86asm.Inst, code []byte, i Inst) string {
	mnemonic, args, _ := strings.Cut(strings.ToLower(x86asm.IntelSyntax(inst, 0, nil)), " ")
	if name, ok := mnemonics[mnemonic]; ok {
		mnemonic = name
	}
	if _, ok := inst.Args[1].(x86asm.Imm); ok && inst.Op == x86asm.MOV && inst.Len == 10 && inst.MemBytes == 0 {
		mnemonic = "movabs" // the only one with an immediate of 8 bytes
	}
	if inst.Op == x86asm.NOP && code[len(code)-1] == 0x90 && len(code) > 1 {
		return "xchg ax,ax" // 66 90, and it is
	}
	if inst.Op == x86asm.NOP && args != "" {
		return nop(inst, code)
	}
	if args == "" {
		return mnemonic
	}
	var operands []string
	for k, text := range strings.Split(args, ", ") {
		if k < len(inst.Args) && inst.Args[k] != nil {
			text = operand(inst, k, text, i)
		}
		operands = append(operands, text)
	}
	if imm, ok := inst.Args[2].(x86asm.Imm); ok && strings.HasPrefix(mnemonic, "cmp") && uint64(imm) < uint64(len(predicates)) {
		mnemonic = "cmp" + predicates[imm] + mnemonic[len("cmp"):]
		operands = operands[:2]
	}
	return mnemonic + " " + strings.Join(operands, ",")
}

// nop is the text of a NOP with an operand, 0F 1F /0. The operand is only there to be long: its displacement is shown if
// the encoding has one, which the decoder does not tell.
func nop(inst x86asm.Inst, code []byte) string {
	m, _ := inst.Args[0].(x86asm.Mem)
	text := address(m)
	opcode := bytes.Index(code, []byte{0x0f, 0x1f})
	if mod := code[opcode+2] >> 6; m.Disp == 0 && (mod == 1 || mod == 2) {
		text = strings.TrimSuffix(text, "]") + "+0x0]"
	}
	size := "DWORD"
	if inst.DataSize == 16 {
		size = "WORD"
	}
	return "nop " + size + " PTR " + text
}

// operand is the text of operand k, for which the decoder's is text.
func operand(inst x86asm.Inst, k int, text string, i Inst) string {
	switch arg := inst.Args[k].(type) {
	case x86asm.Rel:
		return fmt.Sprintf("%#x", i.Target)
	case x86asm.Imm:
		return immediate(inst, k, int64(arg))
	case x86asm.Mem:
		size, _, found := strings.Cut(text, " ptr ")
		if !found || inst.Op == x86asm.LEA {
			return address(arg)
		}
		return strings.ToUpper(size) + " PTR " + address(arg)
	}
	return text
}

// address is the text of an address in memory.
func address(m x86asm.Mem) string {
	base, index := register(m.Base), register(m.Index)
	segment := ""
	if m.Segment != 0 {
		segment = register(m.Segment) + ":"
	}
	disp, off := "", displacement(m)
	switch {
	case base == "" && index == "":
		if segment == "" {
			segment = "ds:"
		}
		return segment + fmt.Sprintf("%#x", uint64(off))
	case off < 0 && m.Base != x86asm.RIP:
		disp = fmt.Sprintf("-%#x", -off)
	case off != 0 || needsDisp(m):
		disp = fmt.Sprintf("+%#x", uint64(off))
	}
	text := base
	if index != "" {
		if text != "" {
			text += "+"
		}
		text += fmt.Sprintf("%s*%d", index, m.Scale)
	}
	return segment + "[" + text + disp + "]"
}

// displacement is the one of an address. The decoder does not extend the sign of 32 bits.
func displacement(m x86asm.Mem) int64 {
	if m.Disp == int64(uint32(m.Disp)) {
		return int64(int32(m.Disp))
	}
	return m.Disp
}

// needsDisp tells whether the encoding of an address has a displacement even if that is 0.
func needsDisp(m x86asm.Mem) bool {
	switch m.Base {
	case x86asm.RBP, x86asm.R13, x86asm.EBP, x86asm.R13L, x86asm.RIP, 0:
		return true
	}
	return false
}

func register(r x86asm.Reg) string {
	if r == 0 {
		return ""
	}
	return strings.ToLower(r.String())
}

// immediate is the text of operand k, a number: as wide as the instruction works on, or a byte where it is no number to
// calculate with.
func immediate(inst x86asm.Inst, k int, v int64) string {
	switch inst.Op {
	case x86asm.SHL, x86asm.SHR, x86asm.SAR, x86asm.ROL, x86asm.ROR, x86asm.RCL, x86asm.RCR:
		if inst.Opcode>>24 == 0xd1 || inst.Opcode>>24 == 0xd0 { // the form by 1, which is not in the code
			return "1"
		}
		return fmt.Sprintf("%#x", uint8(v))
	}
	if k >= 2 && inst.Op != x86asm.IMUL {
		return fmt.Sprintf("%#x", uint8(v))
	}
	switch width := inst.DataSize; {
	case inst.MemBytes == 1 || isByte(inst.Args[0]):
		return fmt.Sprintf("%#x", uint8(v))
	case width == 16:
		return fmt.Sprintf("%#x", uint16(v))
	case width == 32:
		return fmt.Sprintf("%#x", uint32(v))
	}
	return fmt.Sprintf("%#x", uint64(v))
}

func isByte(arg x86asm.Arg) bool {
	r, ok := arg.(x86asm.Reg)
	return ok && r >= x86asm.AL && r <= x86asm.R15B
}
