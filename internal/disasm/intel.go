package disasm

import (
	"bytes"
	"fmt"
	"regexp"
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
	text := strings.ToLower(x86asm.IntelSyntax(inst, 0, nil))
	if rest, ok := strings.CutPrefix(text, "addr32 "); ok { // JECXZ, where it is part of the name
		text = rest
	}
	mnemonic, args, _ := strings.Cut(text, " ")
	switch mnemonic {
	case "lock", "rep", "repne": // in front of an instruction
		if args != "" {
			inst.Prefix = x86asm.Prefixes{}
			return mnemonic + " " + intel(inst, code, i)
		}
	}
	if name, ok := mnemonics[mnemonic]; ok {
		mnemonic = name
	}
	if _, ok := inst.Args[1].(x86asm.Imm); ok && inst.Op == x86asm.MOV && inst.Len == 10 && inst.MemBytes == 0 {
		mnemonic = "movabs" // the only one with an immediate of 8 bytes
	}
	if inst.Op == x86asm.NOP && code[len(code)-1] == 0x90 && len(code) > 1 {
		return "xchg ax,ax" // 66 90, and it is
	}
	if _, ok := inst.Args[0].(x86asm.Mem); ok && inst.Op == x86asm.NOP {
		return nop(inst, code)
	}
	if args == "" {
		return mnemonic
	}
	if opcode := code[prefixes(code)]; opcode&^7 == 0xd8 && mnemonic != "fnstsw" {
		return strings.TrimSpace(mnemonic + " " + strings.Join(x87(inst, opcode), ","))
	}
	if byArgs(inst) {
		operands := operandsOf(inst, args, i)
		if strings.HasPrefix(mnemonic, "vcmp") && mnemonic != strings.ToLower(inst.Op.String()) {
			operands = operands[:len(operands)-1] // the immediate is in the mnemonic
		}
		return mnemonic + " " + strings.Join(operands, ",")
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

// register is the name of a register.
func register(r x86asm.Reg) string {
	name := strings.ToLower(r.String())
	switch {
	case r == 0:
		return ""
	case r >= x86asm.SPB && r <= x86asm.DIB:
		return name[:2] + "l"
	case r >= x86asm.R8L && r <= x86asm.R15L:
		return name[:len(name)-1] + "d"
	case r == x86asm.F0:
		return "st"
	case r > x86asm.F0 && r <= x86asm.F7:
		return "st(" + name[1:] + ")"
	case r >= x86asm.M0 && r <= x86asm.M7:
		return "mm" + name[1:]
	case r >= x86asm.X0 && r <= x86asm.X31, r >= x86asm.Y0 && r <= x86asm.Y31, r >= x86asm.Z0 && r <= x86asm.Z31:
		return name[:1] + "mm" + name[1:]
	}
	return name
}

// byArgs tells that the text of the operands is made without the decoder's: of vector instructions, where its text joins
// operands, and of the x87 unit and MMX, whose registers it names otherwise.
func byArgs(inst x86asm.Inst) bool {
	switch inst.Prefix[0] &^ (x86asm.PrefixImplicit | x86asm.PrefixIgnored) {
	case x86asm.PrefixEVEX, x86asm.PrefixVEX2Bytes, x86asm.PrefixVEX3Bytes:
		return true
	}
	for _, arg := range inst.Args {
		if r, ok := arg.(x86asm.Reg); ok && r >= x86asm.F0 && r <= x86asm.M7 {
			return true
		}
	}
	return false
}

// relative gives an operand relative to rip its base: behind VEX and EVEX the decoder takes it for absolute.
func relative(inst *x86asm.Inst, code []byte) {
	at := prefixes(code)
	length, ok := map[byte]int{0xc5: 3, 0xc4: 4, 0x62: 5}[code[at]]
	if !ok || at+length >= inst.Len || code[at+length]&0xc7 != 5 {
		return
	}
	for k, arg := range inst.Args {
		if m, ok := arg.(x86asm.Mem); ok && m.Base == 0 && m.Index == 0 {
			m.Base = x86asm.RIP
			inst.Args[k] = m
		}
	}
}

// prefixes counts the bytes in front of VEX, EVEX or an opcode of one byte: segments, sizes, REX.
func prefixes(code []byte) (n int) {
	for n < len(code)-1 && (bytes.IndexByte([]byte{0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67}, code[n]) >= 0 || code[n]&^15 == 0x40) {
		n++
	}
	return n
}

// x87 is the text of the operands of an instruction of the x87 unit: memory alone, or registers, of which the one that is
// encoded has its number even if that is 0.
func x87(inst x86asm.Inst, opcode byte) (operands []string) {
	for _, arg := range inst.Args {
		if m, ok := arg.(x86asm.Mem); ok {
			return []string{sized(inst) + address(m)}
		}
	}
	encoded := 0
	if inst.Args[1] != nil && opcode&4 == 0 || strings.HasSuffix(inst.Op.String(), "IP") { // D8 to DB: the first is implied
		encoded = 1
	}
	for k, arg := range inst.Args {
		switch r, _ := arg.(x86asm.Reg); {
		case r == 0:
		case k == encoded:
			operands = append(operands, fmt.Sprintf("st(%d)", r-x86asm.F0))
		default:
			operands = append(operands, register(r))
		}
	}
	return operands
}

var rounding = regexp.MustCompile(`\{(r[nduz]-)?sae\}`)

// operandsOf is the text of all operands; decoder is the decoder's.
func operandsOf(inst x86asm.Inst, decoder string, i Inst) (operands []string) {
	masked := strings.Contains(decoder, "{k")
	if _, ok := inst.Args[0].(x86asm.Reg); ok && inst.Args[2] == nil {
		masked = false // VPMOVM2D and its like: the mask register is the source
	}
	for k, arg := range inst.Args {
		switch arg := arg.(type) {
		case x86asm.Reg:
			if r := arg; masked && k == 1 && r >= x86asm.K0 && r <= x86asm.K7 {
				operands[0] += "{" + register(r) + "}"
				if inst.Zeroing {
					operands[0] += "{z}"
				}
				continue
			}
			operands = append(operands, register(arg))
		case x86asm.Mem:
			operands = append(operands, sized(inst)+address(arg))
		case x86asm.Imm:
			operands = append(operands, fmt.Sprintf("%#x", uint8(arg)))
		case x86asm.Rel:
			operands = append(operands, fmt.Sprintf("%#x", i.Target))
		}
	}
	if r := rounding.FindString(decoder); r != "" {
		at := len(operands)
		if strings.HasPrefix(operands[at-1], "0x") || inst.Args[len(operands)] == nil && isGeneral(inst.Args[at-1]) {
			at-- // in front of an immediate or a general register
		}
		operands[at-1] += r
	}
	return operands
}

func isGeneral(arg x86asm.Arg) bool {
	r, ok := arg.(x86asm.Reg)
	return ok && r >= x86asm.EAX && r <= x86asm.R15
}

var sizes = map[int]string{
	1: "BYTE", 2: "WORD", 4: "DWORD", 6: "FWORD", 8: "QWORD", 10: "TBYTE", 16: "XMMWORD", 32: "YMMWORD", 64: "ZMMWORD",
}

// sized is what stands in front of an address.
func sized(inst x86asm.Inst) string {
	switch size := sizes[inst.MemBytes]; {
	case size == "":
		return ""
	case inst.Broadcast:
		return size + " BCST "
	default:
		return size + " PTR "
	}
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
