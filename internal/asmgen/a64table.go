package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// a64OwnOps are the operations that arm64asm has no constant for, by name.
func (x *a64) ownOps() []string {
	var own []string
	for _, f := range x.forms {
		if !x.ops[f.op] && !slices.Contains(own, f.op) {
			own = append(own, f.op)
		}
	}
	slices.Sort(own)
	return own
}

// a64Role is where an operand goes in the table behind Emit, as an expression of asm/arm64.
func (o a64Operand) role() string {
	var parts []string
	at := ""
	if o.at != "" && !o.pair {
		at = "at" + o.at
		switch {
		case o.class == "p":
			at += " | asSP"
		case (o.class == "x" || o.class == "w") && !o.zero:
			at += " | notZero"
		}
		if o.even {
			at += " | isEven"
		}
	}
	if o.pair {
		at = "follows"
	}
	if at != "" {
		parts = append(parts, "at: "+at)
	}
	if o.field != "" {
		parts = append(parts, "field: "+o.field)
	}
	return strings.Join(parts, ", ")
}

// sig is the class of an operand in the table behind Emit.
func (o a64Operand) sig() string {
	switch o.class {
	case "i":
		return "cImm"
	case "f":
		return "cFloat"
	case "Z":
		if o.field == "floatZero" {
			return "cFloat"
		}
		return "cImm"
	case "l":
		return "cLabel"
	case "lsl", "msl":
		return "c" + strings.ToUpper(o.class)
	case "o":
		return "c" + o.goTyp
	}
	c := "c" + o.goType()
	if o.count > 1 {
		c += fmt.Sprintf("|%d<<6", o.count-1)
	}
	return c
}

// tableFile writes the table behind Emit: for each operation its rows.
func (x *a64) tableFile() string {
	own := x.ownOps()
	var b strings.Builder
	b.WriteString("package arm64\n\nimport \"golang.org/x/arch/arm64/arm64asm\"\n\n" +
		"// Operations that golang.org/x/arch has no constant for.\nconst (\n")
	for i, op := range own {
		if i == 0 {
			fmt.Fprintf(&b, "%s arm64asm.Op = firstOwnOp + iota\n", op)
			continue
		}
		b.WriteString(op + "\n")
	}
	b.WriteString("endOfOps\n)\n\nconst ownNames = \"" + strings.Join(own, " ") + "\"\n\n")

	byOp := map[string][]*a64Form{}
	for _, f := range x.forms {
		byOp[f.op] = append(byOp[f.op], f)
	}
	roles := map[string]int{}
	var order, rows, spans []string
	roleOf := func(text string) int {
		if _, ok := roles[text]; !ok {
			roles[text] = len(order)
			order = append(order, text)
		}
		return roles[text]
	}
	for _, op := range sortedKeys(byOp) {
		forms := byOp[op]
		name := op
		if x.ops[op] {
			name = "arm64asm." + op
		}
		first := len(rows)
		a64Order(forms)
		for _, f := range forms {
			for _, f := range f.withoutShift() {
				var sig, ids []string
				for i, o := range f.ops {
					sig = append(sig, fmt.Sprintf("uint64(%s)<<%d", o.sig(), 8*i))
					ids = append(ids, fmt.Sprint(roleOf(o.role())))
				}
				if len(sig) == 0 {
					sig = []string{"0"}
				}
				rows = append(rows, fmt.Sprintf("{%s, %s, [5]uint8{%s}}, // %s\n", f.constant(), strings.Join(sig, "|"), strings.Join(ids, ", "), f.text()))
			}
		}
		spans = append(spans, fmt.Sprintf("%s: {%d, %d},\n", name, first, len(rows)-first))
	}
	fmt.Fprintf(&b, "// rowsOf says which rows an operation has.\nvar rowsOf = [endOfOps]span{\n%s}\n\n", strings.Join(spans, ""))
	b.WriteString("// roles are where operands go.\nvar roles = [...]role{\n")
	for _, r := range order {
		fmt.Fprintf(&b, "{%s},\n", r)
	}
	fmt.Fprintf(&b, "}\n\nvar rows = [...]row{\n%s}\n", strings.Join(rows, ""))
	return b.String()
}

// a64Order puts the forms of an operation in the order in which Emit tries them. Those with operands of the same classes stay
// together: of the three for MOV of a constant MOVZ is first, ORR last.
func a64Order(forms []*a64Form) {
	classes := func(f *a64Form) (text string) {
		for _, o := range f.ops {
			text += o.sig() + " "
		}
		return text
	}
	first := map[string]int{}
	for i, f := range forms {
		if _, ok := first[classes(f)]; !ok {
			first[classes(f)] = i
		}
	}
	slices.SortStableFunc(forms, func(a, b *a64Form) int {
		return cmp.Or(a.rarity()-b.rarity(), first[classes(a)]-first[classes(b)], strings.Compare(b.lastField(), a.lastField()))
	})
}

// rarity orders the forms of an operation, so that Emit finds first what is asked for most: forms with plain registers and
// immediates, those without the stack pointer, with shifts or extensions.
func (f *a64Form) rarity() int {
	n := 0
	for _, o := range f.ops {
		switch o.class {
		case "p", "lsl":
			n += 4
		case "r", "e":
			n += 2
		case "v", "b", "h", "q":
			n++
		}
	}
	return n
}

// lastField is how the last operand is encoded: movz after movn after bitmask.
func (f *a64Form) lastField() string {
	if len(f.ops) == 0 {
		return ""
	}
	return f.ops[len(f.ops)-1].field
}

// withoutShift adds the form without the shift of its immediate, if it may be 0.
func (f *a64Form) withoutShift() []*a64Form {
	n := len(f.ops)
	if n == 0 || f.ops[n-1].class != "lsl" || f.emitOnly {
		return []*a64Form{f}
	}
	short := *f
	short.ops = f.ops[:n-1]
	return []*a64Form{&short, f}
}
