package main

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// class is what an operand is in the table behind Emit.
func (o operand) class() string {
	switch o.kind {
	case "r":
		return fmt.Sprintf("cR%d", o.width)
	case "x", "y", "z", "k":
		return "c" + strings.ToUpper(o.kind)
	case "q":
		return "cMM"
	case "t":
		return "cST"
	case "s":
		return "cSeg"
	case "m", "o":
		return "cMem"
	case "b":
		return "cBcst"
	case "vx", "vy", "vz":
		return "cV" + strings.ToUpper(o.kind[1:])
	case "i":
		return "cImm"
	case "l":
		return "cRel"
	}
	return map[string]string{
		"AL": "cR8", "AX": "cR16", "EAX": "cR32", "RAX": "cR64", "CL": "cR8", "DX": "cR16", "FS": "cSeg", "GS": "cSeg",
		"ST0": "cST", "1": "cImm", "3": "cImm",
	}[o.name]
}

// fixedValue is the number of a fixed operand.
func (o operand) fixedValue() int {
	return map[string]int{"CL": 1, "DX": 2, "FS": 4, "GS": 5, "1": 1, "3": 3}[o.name]
}

// memBytes is the length of the memory operand, 0 if it has none or none that matters.
func (f *form) memBytes() int {
	if o, ok := f.memory(); ok {
		return o.width / 8
	}
	return 0
}

// signature is the classes of the operands, without the mask.
func (f *form) signature() string {
	var parts []string
	for _, o := range f.ops {
		if o.role == "mask" {
			continue
		}
		s := o.class()
		if n := len(parts); n > 0 {
			s += fmt.Sprintf("<<%d", 5*n)
		}
		parts = append(parts, s)
	}
	if f.er {
		parts = append(parts, "sigER")
	}
	if f.sae {
		parts = append(parts, "sigSAE")
	}
	if len(parts) == 0 {
		return "0"
	}
	return strings.Join(parts, "|")
}

// roles tells where each operand goes.
func (f *form) roles() string {
	var parts []string
	n := 0
	for _, o := range f.ops {
		if o.role == "mask" {
			continue
		}
		role := map[string]string{"reg": "inReg", "rm": "inRM", "v": "inV", "op": "inOp", "imm": "inImm", "is4": "inIs4", "rel": "inRel"}[o.role]
		switch {
		case o.kind == "fixed":
			role = ""
		case len(o.class()) == 3 && o.class()[:2] == "cV", o.class() == "cMem" && o.kind == "m", o.class() == "cBcst":
			role = "inMem"
		case o.kind == "o":
			role = "inMoffs"
		}
		if role != "" {
			if n > 0 {
				role += fmt.Sprintf("<<%d", 4*n)
			}
			parts = append(parts, role)
		}
		n++
	}
	if len(parts) == 0 {
		return "0"
	}
	return strings.Join(parts, "|")
}

// attributes are the rest.
func (f *form) attributes(ambiguous, mirrored bool) string {
	var parts []string
	add := func(s string) { parts = append(parts, s) }
	mem, isMem := f.memory()
	vsib := isMem && len(mem.kind) == 2
	switch {
	case f.param("rel") >= 0:
		o, _ := f.has("rel")
		add(fmt.Sprintf("encRel%d", o.immBits))
	case f.enc == legacy && f.modrm >= 0:
		add(fmt.Sprintf("encFixed|%#x<<aModRM", f.modrm))
	case f.enc == legacy && f.plusReg:
		add("encOp")
	case f.enc == legacy && isMem:
		add("encRM")
	case f.enc == legacy && f.param("rm") >= 0:
		add("encRR")
	case f.enc == legacy:
		add("encNone")
	case f.enc == vex && vsib:
		add("encVSIB")
	case f.enc == vex && isMem:
		add("encVRM")
	case f.enc == vex && f.param("rm") >= 0:
		add("encVRR")
	case f.enc == vex:
		add("encVNone")
	case vsib && strings.Contains(f.name, "GATHER") && f.digit < 0:
		add("encZGather")
	case vsib:
		add("encZScatter")
	case isMem:
		add("encZRM")
	default:
		add("encZRR")
	}
	n := 0
	for _, o := range f.ops {
		if o.role == "mask" {
			add(map[string]string{"mask": "aZeroing", "merge": "aMerging"}[o.kind])
			continue
		}
		if o.kind == "fixed" {
			add(fmt.Sprintf("%#x<<aFixed", 0x80|n<<4|o.fixedValue()))
		}
		n++
	}
	if f.width == 16 {
		add("aWidth16")
	}
	if mirrored {
		add("aMirror")
	}
	if f.name == "XCHG" && f.plusReg && f.ops[0].width == 32 {
		add("aNotEAX")
	}
	if len(f.ops) > 0 && f.ops[0].kind == "s" {
		add("aNotCS")
	}
	if ambiguous {
		add("aSized")
	}
	if i := f.param("imm"); i >= 0 && f.ops[i].kind == "o" {
		add("aMoffs")
	}
	if f.param("rel") >= 0 && (f.name == "JMP" || f.name[0] == 'J' && !strings.HasSuffix(f.name, "CXZ")) {
		add("aEither")
	}
	if isMem && mem.kind == "b" {
		add(fmt.Sprintf("%d<<aCount", mem.count))
	}
	if b := f.memBytes(); b > 0 {
		i := slices.Index(memSizes, b)
		if i < 0 {
			panic(fmt.Sprint("no memory operand of ", b, " bytes: ", f.manual))
		}
		add(fmt.Sprintf("%d<<aBytes", i+1))
	}
	if o, ok := f.has("imm"); ok && o.kind == "i" {
		switch {
		case f.name == "ENTER":
			add("immEnter")
		case o.immBits == 32 && o.immSize == 64:
			add("immS32")
		case o.signed && o.immBits < o.immSize:
			add(fmt.Sprintf("immX%d", o.immBits))
		default:
			add(fmt.Sprintf("immAny%d", o.immBits))
		}
	}
	return strings.Join(parts, "|")
}

// memSizes are the lengths of memory operands in bytes, by their number in a row's attributes.
var memSizes = []int{1, 2, 4, 6, 8, 10, 16, 28, 32, 64, 108, 512}

func (x *x86) tableFile() string {
	byOp := map[string][]*form{}
	for _, f := range x.forms {
		if f.excluded == "" {
			byOp[f.op] = append(byOp[f.op], f)
		}
	}
	var names, own []string
	for op := range byOp {
		names = append(names, op)
		if !x.ops[op] {
			own = append(own, op)
		}
	}
	sort.Strings(names)
	sort.Strings(own)
	var b bytes.Buffer
	b.WriteString("package amd64\n\nimport \"golang.org/x/arch/x86/x86asm\"\n\n")
	b.WriteString("// The instructions that x86asm has no Op for.\nconst (\n")
	for i, op := range own {
		if i == 0 {
			fmt.Fprintf(&b, "Op%s x86asm.Op = firstOwnOp + iota\n", op)
		} else {
			fmt.Fprintf(&b, "Op%s\n", op)
		}
	}
	b.WriteString("endOfOps\n)\n\nvar ownOpNames = [...]string{\n")
	for _, op := range own {
		fmt.Fprintf(&b, "%q,\n", op)
	}
	b.WriteString("}\n\n// regHigh marks a register that only EVEX can encode.\nconst regHigh = 1 << 5\n\n" +
		"// regClass gives the class of a register, and its number as the encoders take it in bits 8 to 15.\nvar regClass = [256]uint16{\n")
	b.WriteString(registers())
	b.WriteString("}\n\n// rowsOf gives the place of an instruction's forms in rows: the first, and how many.\nvar rowsOf = [endOfOps]span{\n")
	n := 0
	for _, op := range names {
		key := "x86asm." + op
		if !x.ops[op] {
			key = "Op" + op
		}
		fmt.Fprintf(&b, "%s: {%d, %d},\n", key, n, len(byOp[op]))
		if op == "VPEXTRW" {
			fmt.Fprintf(&b, "x86asm.VPEXTRW_C5: {%d, %d},\n", n, len(byOp[op]))
		}
		n += len(byOp[op])
	}
	b.WriteString("}\n\n// rows are all forms, those of an instruction in the order in which Emit tries them.\nvar rows = [...]row{\n")
	for _, op := range names {
		forms := byOp[op]
		slices.SortStableFunc(forms, func(a, b *form) int {
			if a.enc != b.enc {
				return int(a.enc - b.enc)
			}
			if a.size() != b.size() {
				return a.size() - b.size()
			}
			if c := a.immBits() - b.immBits(); c != 0 {
				return c
			}
			if c := a.opmap - b.opmap; c != 0 {
				return c
			}
			return len(a.needs) - len(b.needs)
		})
		for _, f := range forms {
			fmt.Fprintf(&b, "// %s\n{%s, %s, %s, %s},\n", f.manual, f.constant(), f.signature(), f.roles(),
				f.attributes(ambiguous(f, forms), mirrored(f, forms)))
		}
	}
	b.WriteString("}\n")
	return b.String()
}

func (f *form) immBits() int {
	o, _ := f.has("imm")
	return o.immBits
}

// ambiguous tells that the operands of a form fit another with a different length in memory.
func ambiguous(f *form, all []*form) bool {
	for _, g := range all {
		if _, ok := f.memory(); ok && g != f && g.memBytes() != f.memBytes() && g.memBytes() > 0 && g.signature() == f.signature() {
			return true
		}
		if o, ok := f.memory(); ok && o.kind == "b" && g != f && g.signature() == f.signature() && g.l != f.l {
			return true
		}
	}
	return false
}

// mirrored tells that the form after this one has its registers in each other's place.
func mirrored(f *form, all []*form) bool {
	var same []*form
	for _, g := range all {
		if g.signature() == f.signature() {
			same = append(same, g)
		}
	}
	m := method{forms: same}
	return same[0] == f && m.mirror() != nil
}

// registers lists x86asm's.
func registers() string {
	var b strings.Builder
	add := func(name, class string, number, flag int) {
		fmt.Fprintf(&b, "x86asm.%s: %s|%#x<<8", name, class, number)
		if flag != 0 {
			b.WriteString("|regHigh")
		}
		b.WriteString(",\n")
	}
	low := strings.Fields("AX CX DX BX SP BP SI DI")
	for i, n := range strings.Fields("AL CL DL BL") {
		add(n, "cR8", i, 0)
	}
	for i, n := range strings.Fields("AH CH DH BH") {
		add(n, "cR8|highBit<<8", i+4, 0)
	}
	for i, n := range strings.Fields("SPB BPB SIB DIB") {
		add(n, "cR8|rexBit<<8", i+4, 0)
	}
	for i := range 16 {
		if i < 8 {
			add(low[i], "cR16", i, 0)
			add("E"+low[i], "cR32", i, 0)
			add("R"+low[i], "cR64", i, 0)
			continue
		}
		add(fmt.Sprintf("R%dB", i), "cR8", i, 0)
		add(fmt.Sprintf("R%dW", i), "cR16", i, 0)
		add(fmt.Sprintf("R%dL", i), "cR32", i, 0)
		add(fmt.Sprintf("R%d", i), "cR64", i, 0)
	}
	for i := range 32 {
		add(fmt.Sprintf("X%d", i), "cX", i, i>>4)
		add(fmt.Sprintf("Y%d", i), "cY", i, i>>4)
		add(fmt.Sprintf("Z%d", i), "cZ", i, i>>4)
	}
	for i := range 8 {
		add(fmt.Sprintf("K%d", i), "cK", i, 0)
		add(fmt.Sprintf("M%d", i), "cMM", i, 0)
		add(fmt.Sprintf("F%d", i), "cST", i, 0)
	}
	for i, n := range strings.Fields("ES CS SS DS FS GS") {
		add(n, "cSeg", i, 0)
	}
	return b.String()
}
