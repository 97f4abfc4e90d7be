package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/arch/x86/xeddata"
)

// avxEntry is an entry of the decoder's tables in x86asm/avx_tables.go.
type avxEntry struct {
	op                                     string
	args                                   []string
	opmap, opcode                          int
	vexP, vexL, vexW, opdigit, ismem       int
	evex, vsib                             bool
	dispScale, bcstScale, memBytes, repeat int

	excluded string // why it has no encodable form
}

// readAVX parses the decoder's tables as source: they are not exported.
func readAVX(dir string) ([]avxEntry, error) {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, "x86", "x86asm", "avx_tables.go"), nil, 0)
	if err != nil {
		return nil, err
	}
	var all []avxEntry
	seen := map[string]int{}
	for name, opmap := range map[string]int{"avxMap0F": 1, "avxMap0F38": 2, "avxMap0F3A": 3} {
		table := file.Scope.Lookup(name)
		if table == nil {
			return nil, fmt.Errorf("avx_tables.go has no %s", name)
		}
		for _, byOpcode := range table.Decl.(*ast.ValueSpec).Values[0].(*ast.CompositeLit).Elts {
			kv := byOpcode.(*ast.KeyValueExpr)
			opcode, err := strconv.Atoi(kv.Key.(*ast.BasicLit).Value)
			if err != nil {
				return nil, err
			}
			for _, e := range kv.Value.(*ast.CompositeLit).Elts {
				entry := avxEntry{opmap: opmap, opcode: opcode}
				if err := entry.parse(e.(*ast.CompositeLit)); err != nil {
					return nil, err
				}
				key := fmt.Sprint(entry)
				entry.repeat = seen[key]
				seen[key]++
				all = append(all, entry)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b avxEntry) int {
		if c := strings.Compare(a.op, b.op); c != 0 {
			return c
		}
		return (a.opmap-b.opmap)<<8 + a.opcode - b.opcode
	})
	return all, nil
}

func (e *avxEntry) parse(lit *ast.CompositeLit) error {
	fields := map[string]*int{
		"vexP": &e.vexP, "vexL": &e.vexL, "vexW": &e.vexW, "opdigit": &e.opdigit, "ismem": &e.ismem,
		"dispScale": &e.dispScale, "bcstScale": &e.bcstScale, "memBytes": &e.memBytes,
	}
	for _, el := range lit.Elts {
		kv := el.(*ast.KeyValueExpr)
		switch key := kv.Key.(*ast.Ident).Name; key {
		case "op":
			e.op = kv.Value.(*ast.Ident).Name
		case "args":
			for _, a := range kv.Value.(*ast.CompositeLit).Elts {
				e.args = append(e.args, a.(*ast.Ident).Name)
			}
		case "evex":
			e.evex = kv.Value.(*ast.Ident).Name == "true"
		case "vsib":
			e.vsib = kv.Value.(*ast.Ident).Name == "true"
		default:
			p, ok := fields[key]
			if !ok {
				return fmt.Errorf("avx_tables.go has a field %s that is not known", key)
			}
			v := kv.Value
			sign := 1
			if u, ok := v.(*ast.UnaryExpr); ok {
				v, sign = u.X, -1
			}
			n, err := strconv.Atoi(v.(*ast.BasicLit).Value)
			if err != nil {
				return err
			}
			*p = n * sign
		}
	}
	return nil
}

// xed is what the XED tables know of AVX instructions and the decoder's don't: the extensions, and which forms take a
// direction of rounding or suppress exceptions.
type xed struct {
	isa  map[string]string // by xedKey
	er   map[string]bool   // by roundKey
	sae  map[string]bool
	seen map[string]bool // mnemonics
}

func xedKey(op string, evex, mem bool, l int) string { return fmt.Sprint(op, evex, mem, l) }

var opcodeByte = regexp.MustCompile(`\b0x[0-9A-F]{2}\b`)

func readXED(dir string) (*xed, error) {
	path := filepath.Join(dir, "x86", "x86avxgen", "testdata", "xedpath")
	db, err := xeddata.NewDatabase(path)
	if err != nil {
		return nil, err
	}
	x := &xed{isa: map[string]string{}, er: map[string]bool{}, sae: map[string]bool{}, seen: map[string]bool{}}
	err = xeddata.WalkInsts(path, func(inst *xeddata.Inst) {
		inst.Pattern = xeddata.ExpandStates(db, inst.Pattern)
		p := xeddata.NewPatternSet(inst.Pattern)
		if !p.Is("VEX") && !p.Is("EVEX") || inst.HasAttribute("AMDONLY") {
			return
		}
		x.seen[inst.Iclass] = true
		isa := inst.ISASet
		if isa == "" {
			isa = inst.Extension
		}
		mem := strings.Contains(inst.Operands, "MEM0")
		key := func(l int) string { return xedKey(inst.Iclass, p.Is("EVEX"), mem, l) }
		switch {
		case p["VL=1"]:
			x.isa[key(1)] = isa
		case p["VL=2"]:
			x.isa[key(2)] = isa
		case p["VL=0"]:
			x.isa[key(0)] = isa
		default: // whatever the length
			for l := range 3 {
				if _, ok := x.isa[key(l)]; !ok {
					x.isa[key(l)] = isa
				}
			}
		}
		opcode := opcodeByte.FindString(inst.Pattern)
		w := p["REXW=1"]
		round := fmt.Sprint(inst.Iclass, opcode, w)
		x.er[round] = x.er[round] || strings.Contains(inst.Pattern, "AVX512_ROUND()")
		x.sae[round] = x.sae[round] || strings.Contains(inst.Pattern, "SAE()")
	})
	return x, err
}

// isaNeeds gives the extensions for a name of XED's ISA_SET or EXTENSION.
func isaNeeds(isa string) []string {
	base, length := isa, ""
	if m := regexp.MustCompile(`^(AVX512.*?)_(512|256|128N?|SCALAR|KOP)$`).FindStringSubmatch(isa); m != nil {
		base, length = m[1], m[2]
	}
	names := map[string][]string{
		"AVXAES": {"AVX", "AES"}, "AVX_GFNI": {"AVX", "GFNI"}, "VAES": {"VAES"}, "VPCLMULQDQ": {"VPCLMULQDQ"}, "AVX2GATHER": {"AVX2"}, "AVX512_4FMAPS": {"AVX512Phi"}, "AVX512_4VNNIW": {"AVX512Phi"},
		"AVX512_VAES": {"AVX512F", "VAES"}, "AVX512_GFNI": {"AVX512F", "GFNI"}, "AVX512_VPCLMULQDQ": {"AVX512F", "VPCLMULQDQ"},
	}
	needs, ok := names[base]
	if !ok {
		needs = []string{strings.ReplaceAll(base, "_", "")}
	}
	if length == "256" || length == "128" {
		needs = append(slices.Clone(needs), "AVX512VL")
	}
	return needs
}

// newer are the extensions of mnemonics that the XED tables are too old for, with a VEX and with an EVEX prefix.
var newer = []struct{ pattern, vex, evex string }{
	{`^(VBCSTNE|VCVTNEE|VCVTNEO).*`, "AVXNECONVERT", ""},
	{`^VCVTNEPS2BF16$`, "AVXNECONVERT", "AVX512BF16"},
	{`^(VCVTNE2PS2BF16|VDPBF16PS)$`, "", "AVX512BF16"},
	{`^VPDPB(SS|SU|UU)DS?$`, "AVXVNNIINT8", "AVX102"},
	{`^VPDPW(SU|US|UU)DS?$`, "AVXVNNIINT16", "AVX102"},
	{`^VSM3.*`, "SM3", ""},
	{`^VSM4.*`, "SM4", "AVX102"},
	{`^VP2INTERSECT[DQ]$`, "", "AVX512VP2INTERSECT"},
	{`^(VCMP|VFPCLASS|VGETMANT|VREDUCE|VRNDSCALE)(PH|SH)$`, "", "AVX512FP16"},
	{`^(VPCMPESTRI64|VPCMPESTRM64|VPCMPISTRI64)$`, "AVX", ""},
	{`.*`, "", "AVX102"},
}

// needs gives the extensions of an entry.
func (x *xed) needs(e *avxEntry) []string {
	mem := slices.Contains(e.args, "argM")
	if e.op == "VMOVD" && (e.opcode == 0xd6 || e.vexP == 3) { // between vector registers
		return []string{"AVX102"}
	}
	if isa, ok := x.isa[xedKey(e.op, e.evex, mem, e.vexL)]; ok {
		return isaNeeds(isa)
	}
	if isa, ok := x.isa[xedKey(e.op, e.evex, !mem, e.vexL)]; ok {
		return isaNeeds(isa)
	}
	switch { // the XED tables know the mnemonic, but not with this prefix
	case x.seen[e.op] && strings.HasPrefix(e.op, "VPDPBUSD"), x.seen[e.op] && strings.HasPrefix(e.op, "VPDPWSSD"):
		return []string{"AVXVNNI"}
	case x.seen[e.op] && strings.HasPrefix(e.op, "VPMADD52"):
		return []string{"AVXIFMA"}
	case x.seen[e.op] && strings.HasPrefix(e.op, "VSHA512"):
		return []string{"SHA512"}
	}
	for _, n := range newer {
		if !regexp.MustCompile(n.pattern).MatchString(e.op) {
			continue
		}
		need := n.vex
		if e.evex {
			need = n.evex
		}
		if need == "" {
			break
		}
		needs := []string{need}
		if e.evex && need != "AVX102" && e.vexL < 2 && !strings.HasSuffix(e.op, "SH") {
			needs = append(needs, "AVX512VL")
		}
		return needs
	}
	return []string{"?"}
}

var gather = regexp.MustCompile(`(GATHER|SCATTER)(PF[01])?([DQ])(D|Q|PS|PD)$`)

// vsibKind tells the register of indices: Intel SDM Vol. 2A, "Vector SIB (VSIB) Memory Addressing".
func vsibKind(op string, l int) (kind string, width int) {
	m := gather.FindStringSubmatch(op)
	bits := map[string]int{"D": 32, "Q": 64, "PS": 32, "PD": 64}
	index, data := bits[m[3]], bits[m[4]]
	length := 128 << l
	if data > index {
		length = max(length*index/data, 128)
	}
	return "v" + map[int]string{128: "x", 256: "y", 512: "z"}[length], data
}

// forms makes the forms of an entry: with a memory operand that can be broadcast there are two.
func (e *avxEntry) forms(x *xed) []*form {
	f := &form{
		name: strings.TrimSuffix(e.op, "_C5"), op: strings.TrimSuffix(e.op, "_C5"), enc: vex, opcode: e.opcode, opmap: e.opmap, w: e.vexW, l: e.vexL, digit: e.opdigit, modrm: -1,
		prefix: [...]int{0, 0x66, 0xf2, 0xf3}[e.vexP], source: "VEX", needs: x.needs(e), writes: true,
	}
	if e.evex {
		f.enc, f.source, f.disp8 = evex, "EVEX", max(e.dispScale, 1)
	}
	f.group = strings.Join(f.needs, "+")
	broadcast := false
	for i, a := range e.args {
		if o, ok := e.operand(a, i); ok {
			f.ops = append(f.ops, o)
			broadcast = broadcast || a == "argM" && e.bcstScale > 0
		}
	}
	// The decoder's table does not tell of a direction of rounding and suppressed exceptions, but has the forms that
	// take them: for packed data with ZMM registers and a length of 128, otherwise as a second row like the first.
	round := fmt.Sprint(e.op, fmt.Sprintf("0x%02X", e.opcode), e.vexW == 1)
	packed := slices.ContainsFunc(e.args, func(a string) bool { return strings.HasPrefix(a, "argZmm") }) && e.vexL == 0
	_, mem := f.memory()
	switch {
	case e.evex && strings.HasPrefix(e.op, "KMOV"):
		f.excluded = "APX: for general registers that x86asm lacks, otherwise a longer KMOV"
	case e.repeat > 0 && (mem || !e.evex) || e.repeat > 1:
		f.excluded = "a repetition in x/arch's table"
	case !e.evex || mem || e.repeat == 0 && !packed:
	case x.er[round] || e.op == "VCVT2PS2PHX":
		f.er = true
	case x.sae[round] || !x.seen[e.op]:
		f.sae = true
	case e.repeat > 0:
		f.excluded = "a repetition in x/arch's table"
	default: // VCVTDQ2PD and VCVTUDQ2PD
		f.excluded = "the manual has no rounding for a conversion that is exact"
	}
	if packed && e.evex { // Intel SDM Vol. 2A, "EVEX.b": rounding implies 512 bits
		e.vexL, f.l = 2, 2
		f.needs = x.needs(e)
		f.group = strings.Join(f.needs, "+")
	}
	f.manual = f.row()
	e.excluded = f.excluded
	if !broadcast {
		return []*form{f}
	}
	b := *f
	b.ops = slices.Clone(f.ops)
	b.disp8 = e.bcstScale
	for i := range b.ops {
		if b.ops[i].kind == "m" {
			b.ops[i].kind, b.ops[i].width = "b", 8*e.bcstScale
			b.ops[i].count = e.dispScale / e.bcstScale
		}
	}
	b.manual = b.row()
	b.source = "EVEX broadcast"
	return []*form{f, &b}
}

var avxArg = regexp.MustCompile(`^arg(GPR32|GPR64|GPR|Xmm|Ymm|Zmm|K)(Evex)?_(R|B|N|SE)$`)

func (e *avxEntry) operand(a string, i int) (operand, bool) {
	switch a {
	case "argNone":
		return operand{}, false
	case "argImm8", "argImm8u":
		return operand{kind: "i", role: "imm", immBits: 8}, true
	case "argKnot0":
		return operand{kind: "merge", role: "mask"}, true
	case "argKmask":
		if strings.HasPrefix(e.args[0], "argK") || e.args[0] == "argM" {
			return operand{kind: "merge", role: "mask"}, true
		}
		return operand{kind: "mask", role: "mask"}, true
	case "argM":
		if e.vsib {
			kind, width := vsibKind(e.op, e.vexL)
			return operand{kind: kind, width: 0 * width, role: "rm"}, true
		}
		width := 8 * e.memBytes
		if width == 0 {
			width = 8 * e.dispScale
		}
		return operand{kind: "m", width: width, role: "rm"}, true
	}
	m := avxArg.FindStringSubmatch(a)
	role := map[string]string{"R": "reg", "B": "rm", "N": "v", "SE": "is4"}[m[3]]
	switch m[1] {
	case "Xmm", "Ymm", "Zmm", "K":
		return operand{kind: strings.ToLower(m[1][:1]), role: role}, true
	case "GPR64":
		return operand{kind: "r", width: 64, role: role}, true
	}
	return operand{kind: "r", width: 32, role: role}, true
}

// row writes the manual's columns.
func (f *form) row() string {
	var args []string
	for i, o := range f.ops {
		var s string
		switch o.kind {
		case "x", "y", "z":
			s = fmt.Sprintf("%smm%d", o.kind, i+1)
		case "r":
			s = fmt.Sprintf("r%d", o.width)
		case "m":
			s = fmt.Sprintf("m%d", o.width)
		case "b":
			s = fmt.Sprintf("m%d {1to%d}", o.width, o.count)
		case "vx", "vy", "vz":
			s = "vm" + gather.FindStringSubmatch(f.op)[3] + o.kind[1:]
			s = strings.NewReplacer("D", "32", "Q", "64").Replace(s)
		case "i":
			s = "imm8"
		case "mask", "merge":
			k := "{k1}"
			if o.kind == "mask" {
				k += "{z}"
			}
			if len(args) > 0 {
				args[len(args)-1] += " " + k
			}
			continue
		default:
			s = fmt.Sprintf("%s%d", o.kind, i+1)
		}
		args = append(args, s)
	}
	if f.er {
		args[len(args)-1] += " {er}"
	}
	if f.sae {
		args[len(args)-1] += " {sae}"
	}
	parts := []string{map[encoding]string{vex: "VEX", evex: "EVEX"}[f.enc], [...]string{"128", "256", "512"}[f.l]}
	if f.prefix != 0 {
		parts = append(parts, fmt.Sprintf("%02X", f.prefix))
	}
	parts = append(parts, [...]string{"", "0F", "0F38", "0F3A"}[f.opmap], fmt.Sprintf("W%d", f.w))
	opcode := fmt.Sprintf(" %02X", f.opcode)
	if f.digit >= 0 {
		opcode += fmt.Sprintf(" /%d", f.digit)
	} else if _, ok := f.has("reg"); ok {
		opcode += " /r"
	}
	if _, ok := f.has("imm"); ok {
		opcode += " ib"
	}
	if _, ok := f.has("is4"); ok {
		opcode += " /is4"
	}
	return strings.TrimSpace(f.name+" "+strings.Join(args, ", ")) + ": " + strings.Join(parts, ".") + opcode
}
