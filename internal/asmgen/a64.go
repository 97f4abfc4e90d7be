package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// a64Format is a row of arm64asm's table, or of those by hand.
type a64Format struct {
	a64Row
	manual string // the manual's assembler syntax, where it is known
	added  bool   // by hand
	left   string // why it is not encodable, "" if it is
}

// a64Form is an instruction with one kind of operands.
type a64Form struct {
	op   string
	word uint32
	ops  []a64Operand
	need string       // the extension
	rows []*a64Format // all that it stands for

	emitOnly bool // there is another form for the typed method of these operands
}

// a64 is all that is known of the instruction set.
type a64 struct {
	rows  []*a64Format
	forms []*a64Form
	ops   map[string]bool // the constants of arm64asm
}

func readA64(dir string) (*a64, error) {
	x := &a64{ops: map[string]bool{}}
	path := filepath.Join(dir, "arm64", "arm64asm", "tables.go")
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range g.Specs {
			v, ok := s.(*ast.ValueSpec)
			if !ok {
				continue
			}
			switch {
			case g.Tok == token.CONST:
				for _, n := range v.Names {
					if !strings.HasPrefix(n.Name, "arg_") && n.Name != "_" {
						x.ops[n.Name] = true
					}
				}
			case v.Names[0].Name == "instFormats":
				if err := x.readFormats(file, v.Values[0].(*ast.CompositeLit)); err != nil {
					return nil, err
				}
			}
		}
	}
	for i := range a64Added {
		x.rows = append(x.rows, &a64Format{a64Row: a64Added[i], added: true})
	}
	for _, r := range x.rows {
		if !r.added && (r.op != "PMULL" && r.op != "PMULL2") {
			r.feature = a64Features[r.op]
		}
		if r.added && strings.HasPrefix(r.args, "pstatefield") {
			r.left = "a field of PSTATE that MSRoi takes like the others"
			continue
		}
		forms, err := r.expand()
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", r.op, r.args, err)
		}
		if len(forms) == 0 && r.left == "" {
			return nil, fmt.Errorf("%08x %s %s: no form", r.value, r.op, r.args)
		}
		x.forms = append(x.forms, forms...)
	}
	return x, x.merge()
}

// readFormats reads the table of formats, each with the comment above it.
func (x *a64) readFormats(file *ast.File, table *ast.CompositeLit) error {
	comments := map[token.Pos]string{}
	for _, c := range file.Comments {
		comments[c.End()] = strings.TrimSpace(c.Text())
	}
	ends := make([]token.Pos, 0, len(comments))
	for p := range comments {
		ends = append(ends, p)
	}
	slices.Sort(ends)
	for _, e := range table.Elts {
		lit := e.(*ast.CompositeLit)
		mask, err1 := strconv.ParseUint(lit.Elts[0].(*ast.BasicLit).Value, 0, 32)
		value, err2 := strconv.ParseUint(lit.Elts[1].(*ast.BasicLit).Value, 0, 32)
		if err1 != nil || err2 != nil {
			return fmt.Errorf("format without numbers: %w", cmpErr(err1, err2))
		}
		r := &a64Format{a64Row: a64Row{mask: uint32(mask), value: uint32(value), op: lit.Elts[2].(*ast.Ident).Name}}
		var args []string
		for _, a := range lit.Elts[3].(*ast.CompositeLit).Elts {
			args = append(args, strings.TrimPrefix(a.(*ast.Ident).Name, "arg_"))
		}
		r.args = strings.Join(args, " ")
		if i, _ := slices.BinarySearch(ends, lit.Pos()); i > 0 {
			r.manual = comments[ends[i-1]]
		}
		x.rows = append(x.rows, r)
	}
	return nil
}

func cmpErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// a64Ones are fields that the manual wants to be ones, and arm64asm does not look at.
func a64Ones(op string) uint32 {
	const rs, ra = 31 << 16, 31 << 10
	switch {
	case op == "SMULH" || op == "UMULH":
		return ra
	case op == "LDXP" || op == "LDAXP":
		return rs
	case strings.HasPrefix(op, "LDAR") || strings.HasPrefix(op, "STLR") || strings.HasPrefix(op, "LDXR") || strings.HasPrefix(op, "LDAXR"):
		return rs | ra
	case strings.HasPrefix(op, "STXR") || strings.HasPrefix(op, "STLXR"):
		return ra
	}
	return 0
}

// expand gives the forms of a row: one for each consistent choice of meanings.
func (r *a64Format) expand() ([]*a64Form, error) {
	begin := a64Form{op: r.op, word: r.value, need: r.feature, rows: []*a64Format{r}}
	if !r.added {
		begin.word |= a64Ones(r.op) &^ r.mask
	}
	type partial struct {
		f    a64Form
		mask uint32
	}
	forms := []partial{{begin, r.mask}}
	for _, coding := range strings.Fields(r.args) {
		choices, err := a64Choices(coding, r.op)
		if err != nil {
			return nil, err
		}
		var next []partial
		for _, p := range forms {
			for _, c := range choices {
				for _, c := range a64WithSP(c) {
					if (p.f.word^c.value)&p.mask&c.mask != 0 {
						continue
					}
					q := p
					q.f.word |= c.value
					q.mask |= c.mask
					q.f.ops = append(slices.Clip(q.f.ops), c.ops...)
					next = append(next, q)
				}
			}
		}
		forms = next
	}
	var out []*a64Form
	for _, p := range forms {
		f := p.f
		if f.fix() {
			out = append(out, &f)
		}
	}
	return out, nil
}

// a64WithSP adds to a register whose number 31 is the stack pointer the form for that.
func a64WithSP(c a64Choice) []a64Choice {
	if len(c.ops) != 1 || c.ops[0].class != "x" && c.ops[0].class != "w" || c.ops[0].zero {
		return []a64Choice{c}
	}
	sp := c
	sp.ops = slices.Clone(c.ops)
	sp.ops[0].class = "p"
	return []a64Choice{c, sp}
}

// fix corrects what the codings of a single operand don't tell, and tells whether the form is one at all.
func (f *a64Form) fix() bool {
	same := f.op == "CINC" || f.op == "CINV" || f.op == "CNEG" || f.op == "MOV" && f.word&0xbfe0fc00 == 0x0ea01c00
	for i := range f.ops {
		o := &f.ops[i]
		if same && o.at == "N" {
			o.at = "NM"
		}
		if o.field == "bitNumber" && f.ops[0].class == "w" {
			o.field = "linear | 19*lo | 31*most"
		}
		if o.class == "lsl" && o.field == "lsl12" {
			f.emitOnly = true
		}
		if f.op == "MOV" && o.class == "i" && f.ops[0].class != "p" {
			f.emitOnly = true // MOVxi and MOVwi are by hand: they take the one that can
		}
	}
	for i := range f.ops {
		o := &f.ops[i]
		if o.class == "v" && o.arr == "1Q" && f.need == "" {
			f.need = a64Features[f.op]
		}
		if o.withSP { // written without an extension only beside the stack pointer
			if !slices.ContainsFunc(f.ops, func(o a64Operand) bool { return o.class == "p" }) {
				return false
			}
		}
	}
	if f.op == "MOV" && f.word&0x7ffffc00 == 0x11000000 { // to or from the stack pointer; otherwise it is ORR
		return f.ops[0].class == "p" || f.ops[1].class == "p"
	}
	return true
}

// method is the name of the typed method: see the rule in the documentation of asm/arm64.
func (f *a64Form) method() string {
	arrs := map[string]bool{}
	register := false
	for _, o := range f.ops {
		if o.class == "v" {
			arrs[o.shape()] = true
		}
		register = register || strings.Contains("xw", o.class) || o.class == "d"
	}
	var b strings.Builder
	b.WriteString(f.op)
	end := ""
	for _, o := range f.ops {
		switch o.class {
		case "lsl":
			continue
		case "msl":
			end = "MSL"
			continue
		case "f":
			b.WriteString("i")
			continue
		}
		b.WriteString(o.class)
		if o.class == "v" && len(arrs) > 1 {
			b.WriteString(o.shape())
		}
		if o.count > 1 {
			fmt.Fprintf(&b, "x%d", o.count)
		}
		if o.class == "p" && !o.wide && !register {
			end = "32"
		}
	}
	if len(arrs) == 1 {
		for a := range arrs {
			b.WriteString(a)
		}
	}
	return b.String() + end
}

// shape is the arrangement of a vector operand, or the size of an element.
func (o a64Operand) shape() string { return o.arr }

// merge makes one form of those that differ in the addressing mode alone, and drops forms that are others again.
func (x *a64) merge() error {
	byName := map[string]*a64Form{}
	var out []*a64Form
	members := map[*a64Form][]*a64Form{}
	for _, f := range x.forms {
		key := f.method()
		if f.emitOnly { // as often as there are encodings
			key = fmt.Sprintf("%s %08x", key, f.word)
		}
		g := byName[key]
		isMem := slices.ContainsFunc(f.ops, func(o a64Operand) bool { return o.class == "m" })
		switch {
		case g == nil:
			byName[key] = f
			out = append(out, f)
			members[f] = []*a64Form{f}
		case isMem:
			g.rows = append(g.rows, f.rows...)
			members[g] = append(members[g], f)
		default:
			return fmt.Errorf("two forms of %s: %08x and %08x", key, g.word, f.word)
		}
	}
	x.forms = out
	for _, f := range out {
		if len(members[f]) > 0 {
			if err := f.mergeMemory(members[f]); err != nil {
				return fmt.Errorf("%s: %w", f.method(), err)
			}
		}
	}
	return nil
}

// a64Modes are the kinds of memory operands: the mode that the form's word is of, the others by what differs in the word.
var a64Modes = []struct {
	field string
	base  string
	other map[string]uint32
}{
	{"memAccess", "optional12", map[string]uint32{"wb9": 1<<24 | 3<<10, "post9": 1<<24 | 1<<10, "extend": 1<<24 | 1<<21 | 2<<10}},
	{"memPrefetch", "optional12", map[string]uint32{"extend": 1<<24 | 1<<21 | 2<<10}},
	{"memPair", "optional7", map[string]uint32{"wb7": 1 << 23, "post7": 3 << 23}},
	{"memPairPlain", "optional7", nil},
	{"memStructure", "structure", map[string]uint32{"post": 1<<23 | 31<<16, "postX": 1 << 23}},
	{"memTag", "optional9", map[string]uint32{"wb9": 1 << 10, "post9": 3 << 10}},
	{"memUnscaled", "optional9", nil},
	{"memUnscaled", "optional9", map[string]uint32{"wb9": 3 << 10, "post9": 1 << 10}},
	{"memAuth", "optionalS9", map[string]uint32{"wbS9": 1 << 11}},
	{"memBase", "base", nil},
}

// mergeMemory finds the kind of memory operand that has just these modes, and makes the form one of it.
func (f *a64Form) mergeMemory(all []*a64Form) error {
	at := slices.IndexFunc(f.ops, func(o a64Operand) bool { return o.class == "m" })
	if at < 0 {
		return nil
	}
	modes := map[string]*a64Form{}
	unit := 0
	for _, g := range all {
		o := g.ops[at]
		modes[o.mode] = g
		if o.mode != "postX" {
			unit = max(unit, o.unit)
		}
	}
	for _, kind := range a64Modes {
		base := modes[kind.base]
		if base == nil || len(modes) != len(kind.other)+1 {
			continue
		}
		fits := true
		for mode, differs := range kind.other {
			g := modes[mode]
			fits = fits && g != nil && g.word|(differs&(31<<16)&^g.word) == base.word^differs
		}
		if !fits {
			continue
		}
		f.word = base.word
		o := &f.ops[at]
		o.field = kind.field
		switch {
		case kind.field == "memStructure":
			o.field += fmt.Sprintf(" | %d*most", unit)
		case unit > 1:
			log := 0
			for 1<<log < unit {
				log++
			}
			o.field += fmt.Sprintf(" | %d*scale", log)
		}
		return nil
	}
	words := ""
	for mode, g := range modes {
		words += fmt.Sprintf(" %s %08x", mode, g.word)
	}
	return fmt.Errorf("no kind of memory operand with%s", words)
}
