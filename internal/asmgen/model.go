package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// encoding is the kind of prefix in front of the opcode, which decides what function of the assembler encodes the form.
type encoding int

const (
	legacy encoding = iota
	vex
	evex
)

// operand is one operand of a form, in the manual's order.
type operand struct {
	// kind is the letter of the typed methods, or a longer name:
	//
	//	r x y z k q t s   register: general, XMM, YMM, ZMM, mask, MMX, x87, segment
	//	m b vx vy vz o    memory, broadcast from memory, with a vector of indices, at an absolute address of 64 bits
	//	i l               immediate, label
	//	mask, merge       mask with and without zeroing
	//	fixed             a register that the opcode implies
	kind  string
	width int    // of r, m and b, in bits; 0 if there is none
	role  string // where it is encoded: reg rm v op is4 imm rel mask, or "" for what is implied
	name  string // of a fixed register
	count int    // of elements of a broadcast

	immBits int // of i and l
	immSize int // of the operand that the immediate becomes, in bits
	signed  bool
}

// form is a row of the manual: an instruction with one kind of operands and its encoding.
type form struct {
	name string // of the method: the mnemonic
	op   string // in x86asm
	ops  []operand

	enc     encoding
	opcode  int
	opmap   int // 0 none, 1 0F, 2 0F38, 3 0F3A
	prefix  int // 0, 0x66, 0xf2, 0xf3
	size16  bool
	w       int
	l       int // 0 128, 1 256, 2 512
	digit   int // -1 none
	modrm   int // the whole byte where it is fixed, or -1
	plusReg bool
	disp8   int // what a displacement of 8 bits is multiplied with
	er, sae bool

	needs    []string
	manual   string // the manual's columns
	source   string // csv, VEX, EVEX, added
	group    string // heading in COVERAGE.md
	excluded string // why it is left out
	width    int    // of the operation where no operand tells
	writes   bool   // the first operand is written
}

// has gives the operand with a role.
func (f *form) has(role string) (operand, bool) {
	for _, o := range f.ops {
		if o.role == role {
			return o, true
		}
	}
	return operand{}, false
}

func (f *form) param(role string) int {
	for i, o := range f.ops {
		if o.role == role {
			return i
		}
	}
	return -1
}

func (f *form) byteRegs() bool {
	for _, o := range f.ops {
		if o.kind == "r" && o.width == 8 {
			return true
		}
	}
	return false
}

// memory gives the memory operand.
func (f *form) memory() (operand, bool) {
	for _, o := range f.ops {
		switch o.kind {
		case "m", "b", "vx", "vy", "vz":
			return o, true
		}
	}
	return operand{}, false
}

// method is the name of the typed method: see the rule in the documentation of asm/amd64.
func (f *form) method() string {
	widths := map[int]bool{}
	for _, o := range f.ops {
		if o.width > 0 {
			widths[o.width] = true
		}
	}
	var b strings.Builder
	count := 0
	b.WriteString(f.name)
	for _, o := range f.ops {
		switch o.kind {
		case "fixed":
			b.WriteString(o.name)
			continue
		case "mask", "merge":
			b.WriteString("k")
		default:
			b.WriteString(o.kind)
		}
		if o.width > 0 && len(widths) > 1 {
			b.WriteString(strconv.Itoa(o.width))
		}
		count = max(count, o.count)
	}
	switch {
	case len(widths) == 1:
		for w := range widths {
			b.WriteString(strconv.Itoa(w))
		}
	case len(widths) == 0 && f.width > 0:
		b.WriteString(strconv.Itoa(f.width))
	}
	if count > 0 && !f.wide() {
		fmt.Fprintf(&b, "to%d", count)
	}
	if f.er {
		b.WriteString("ER")
	}
	if f.sae {
		b.WriteString("SAE")
	}
	return b.String()
}

// narrowing are the conversions whose destination is shorter than their source, so that it tells nothing of the length.
var narrowing = regexp.MustCompile(`^VCVT(T?PD2U?DQ|PD2PS|U?QQ2PS|NEPS2BF16)$`)

// wide tells that a register of the full vector length is among the operands, so that a broadcast needs no count.
func (f *form) wide() bool {
	for _, o := range f.ops {
		if len(o.kind) == 1 && strings.Contains("xyz"[f.l:], o.kind) {
			return !narrowing.MatchString(f.name)
		}
	}
	return false
}

// goType is the type of the parameter for an operand.
func (o operand) goType() string {
	switch o.kind {
	case "r":
		return fmt.Sprintf("Reg%d", o.width)
	case "x", "y", "z":
		return strings.ToUpper(o.kind) + "MM"
	case "k", "merge":
		return "K"
	case "mask":
		return "Mask"
	case "q":
		return "MM"
	case "t":
		return "ST"
	case "s":
		return "Seg"
	case "m", "b":
		return "Mem"
	case "vx", "vy", "vz":
		return "Mem" + strings.ToUpper(o.kind[1:])
	case "o":
		return "uint64"
	case "l":
		return "asm.Label"
	case "i":
		if o.signed {
			return fmt.Sprintf("int%d", max(o.immBits, min(o.immSize, 32)))
		}
		return fmt.Sprintf("uint%d", o.immBits)
	}
	return ""
}

// opcodes is the form's opcode as the constant of the assembler writes it.
func (f *form) constant() string {
	parts := []string{}
	if len(f.needs) > 0 {
		parts = append(parts, needName(f.needs))
	}
	add := func(on bool, s string) {
		if on {
			parts = append(parts, s)
		}
	}
	imm := 0
	for _, o := range f.ops {
		switch {
		case o.role == "imm":
			imm += o.immBits / 8
		case o.role == "is4":
			imm = 1
		}
	}
	if f.enc == legacy {
		p := map[int]string{0x66: "p66", 0xf2: "pF2", 0xf3: "pF3", 0x67: "p67"}[f.prefix]
		if f.size16 {
			p = map[string]string{"": "p66", "pF2": "p66F2", "pF3": "p66F3", "p66": "p66"}[p]
		}
		add(p != "", p)
		add(f.w == 1, "w1")
		parts = append(parts, [...]string{"map1", "map0F", "map0F38", "map0F3A"}[f.opmap])
	} else {
		p := map[int]string{0x66: "v66", 0xf2: "vF2", 0xf3: "vF3"}[f.prefix]
		add(p != "", p)
		parts = append(parts, [...]string{"", "v0F", "v0F38", "v0F3A"}[f.opmap])
		add(f.w == 1, "vw1")
		if f.enc == vex {
			add(f.l == 1, "l256")
		} else {
			b := f.er || f.sae
			if o, ok := f.memory(); ok && o.kind == "b" {
				b = true
			}
			add(f.l == 1 && !f.er && !f.sae, "e256")
			add(f.l == 2 && !f.er && !f.sae, "e512")
			add(b, "eb")
			n := 0
			for 1<<n < f.disp8 {
				n++
			}
			add(n > 0, fmt.Sprintf("disp8*%d", n))
		}
	}
	opcode := f.opcode
	if _, ok := f.has("rel"); ok && f.modrm >= 0 { // XBEGIN
		parts = append(parts[:len(parts)-1], fmt.Sprintf("after | 0x%02x<<8", f.opcode))
		opcode = f.modrm
	}
	parts = append(parts, fmt.Sprintf("0x%02x<<op", opcode))
	add(f.digit > 0, fmt.Sprintf("digit*%d", f.digit))
	add(imm > 0, fmt.Sprintf("imm%d", 8*imm))
	return strings.Join(parts, " | ")
}
