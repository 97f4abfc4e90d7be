package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/arch/x86/x86csv"
)

// added are the forms that the csv files lack or count as variants of others, in their notation: instruction, opcode, CPUID
// flags, tags. Sources: Intel SDM Vol. 2, and the XED tables of x/arch for CET, GFNI, CLWB, PTWRITE and RDPID.
var added = [][4]string{
	{"NOP", "90", "", ""},
	{"PAUSE", "F3 90", "", ""},
	{"LOCK", "F0", "", ""},
	{"REP", "F3", "", ""},
	{"REPNE", "F2", "", ""},
	{"ENDBR64", "F3 0F 1E FA", "", ""}, // a NOP without CET_IBT, so that it is never refused
	{"RDSSPD rmr32", "F3 0F 1E /1", "CETSS", "modrm_regonly"},
	{"RDSSPQ rmr64", "F3 REX.W 0F 1E /1", "CETSS", "modrm_regonly"},
	{"INCSSPD rmr32", "F3 0F AE /5", "CETSS", "modrm_regonly"},
	{"INCSSPQ rmr64", "F3 REX.W 0F AE /5", "CETSS", "modrm_regonly"},
	{"SAVEPREVSSP", "F3 0F 01 EA", "CETSS", ""},
	{"RSTORSSP m64", "F3 0F 01 /5", "CETSS", "modrm_memonly"},
	{"WRSSD m32, r32", "0F 38 F6 /r", "CETSS", "modrm_memonly"},
	{"WRSSQ m64, r64", "REX.W 0F 38 F6 /r", "CETSS", "modrm_memonly"},
	{"CLWB m8", "66 0F AE /6", "CLWB", "modrm_memonly"},
	{"PTWRITE r/m32", "F3 0F AE /4", "PTWRITE", ""},
	{"PTWRITE r/m64", "F3 REX.W 0F AE /4", "PTWRITE", ""},
	{"RDPID rmr64", "F3 0F C7 /7", "RDPID", "modrm_regonly"},
	{"GF2P8AFFINEINVQB xmm1, xmm2/m128, imm8", "66 0F 3A CF /r ib", "GFNI", ""},
	{"GF2P8AFFINEQB xmm1, xmm2/m128, imm8", "66 0F 3A CE /r ib", "GFNI", ""},
	{"GF2P8MULB xmm1, xmm2/m128", "66 0F 38 CF /r", "GFNI", ""},
	{"SHA1RNDS4 xmm1, xmm2/m128, imm8", "0F 3A CC /r ib", "SHA", ""},
	{"SHA1NEXTE xmm1, xmm2/m128", "0F 38 C8 /r", "SHA", ""},
	{"SHA1MSG1 xmm1, xmm2/m128", "0F 38 C9 /r", "SHA", ""},
	{"SHA1MSG2 xmm1, xmm2/m128", "0F 38 CA /r", "SHA", ""},
	{"SHA256RNDS2 xmm1, xmm2/m128, <XMM0>", "0F 38 CB /r", "SHA", ""},
	{"SHA256MSG1 xmm1, xmm2/m128", "0F 38 CC /r", "SHA", ""},
	{"SHA256MSG2 xmm1, xmm2/m128", "0F 38 CD /r", "SHA", ""},
	{"FLDZ", "D9 EE", "", ""},
	{"FLDLN2", "D9 ED", "", ""},
	{"UD1 r32, r/m32", "0F B9 /r", "", "operand32"},
	{"UD0 r32, r/m32", "0F FF /r", "", "operand32"},
}

// privileged instructions fault outside of the kernel: Intel SDM Vol. 3A, "Privileged Instructions", and those that the
// I/O privilege level forbids: Vol. 1, "I/O Sensitive Instructions".
var privileged = strings.Fields(`CLAC CLI CLTS HLT IN INSB INSD INSW INVD INVLPG INVPCID LGDT LIDT LLDT LMSW LTR MONITOR
	MWAIT OUT OUTSB OUTSD OUTSW RDMSR RSM STAC STI SWAPGS SYSEXIT SYSRET WBINVD WRMSR XRSTORS XRSTORS64 XSAVES XSAVES64
	XSETBV`)

// leftOut are rows of the csv that name no instruction of their own.
var leftOut = map[string]string{
	"BSWAP r16op":       "undefined: Intel SDM Vol. 2A, BSWAP",
	"UD1":               "incomplete: the instruction has a ModRM byte, see UD1 r32, r/m32",
	"MOVSX r16, r/m16":  "not in the manual: MOV with another name",
	"MOVZX r16, r/m16":  "not in the manual: MOV with another name",
	"MOVSXD r16, r/m32": "discouraged: Intel SDM Vol. 2B, MOVSX/MOVSXD; MOV does it",
	"MOVSXD r32, r/m32": "discouraged: Intel SDM Vol. 2B, MOVSX/MOVSXD; MOV does it",
}

// cpuid gives the extensions for the csv's column of CPUID flags, and for instructions where it is silent.
var cpuid = map[string][]string{
	"SSE3": {"SSE3"}, "SSSE3": {"SSSE3"}, "SSE4_1": {"SSE41"}, "SSE4_2": {"SSE42"}, "AES": {"AES"}, "PCLMULQDQ": {"PCLMULQDQ"},
	"FSGSBASE": {"FSGSBASE"}, "ADX": {"ADX"}, "RTM": {"RTM"}, "HLE or RTM": {"RTM"}, "HLE": {"RTM"}, "LZCNT": {"LZCNT"},
	"RDRAND": {"RDRAND"}, "RDSEED": {"RDSEED"}, "XSAVEOPT": {"XSAVEOPT"}, "PRFCHW": {"PREFETCHW"}, "PREFETCHWT1": {"PREFETCHWT1"},
	"OSPKE": {"PKU"}, "CETSS": {"CETSS"}, "CLWB": {"CLWB"}, "PTWRITE": {"PTWRITE"}, "RDPID": {"RDPID"},
	"GFNI": {"GFNI"}, "SHA": {"SHA"}, "BMI1": {"BMI1"},
}

var mnemonicNeeds = map[string]string{
	"MOVBE": "MOVBE", "POPCNT": "POPCNT", "TZCNT": "BMI1", "CRC32": "SSE42", "CMPXCHG16B": "CX16", "RDTSCP": "RDTSCP",
	"CLFLUSHOPT": "CLFLUSHOPT", "FISTTP": "SSE3", "XSAVE": "XSAVE", "XSAVE64": "XSAVE", "XRSTOR": "XSAVE", "XRSTOR64": "XSAVE",
	"XGETBV": "XSAVE", "XSAVEC": "XSAVEC", "XSAVEC64": "XSAVEC", "PCMPESTRI": "SSE42", "PCMPESTRM": "SSE42", "PCMPISTRI": "SSE42",
	"PCMPISTRM": "SSE42", "PCMPGTQ": "SSE42",
}

// opNames are the names of x86asm for mnemonics of the csv that it calls otherwise.
var opNames = map[string]string{"CALL_FAR": "LCALL", "JMP_FAR": "LJMP", "RET_FAR": "LRET"}

// readCSV gives the legacy forms of x86.v0.2.csv that are valid in 64-bit mode, split by register and memory; its VEX rows
// only as an account, since the AVX tables have them.
func readCSV(dir string) (forms []*form, rows, vexRows []*x86csv.Inst, err error) {
	file, err := os.Open(filepath.Join(dir, "x86", "x86.v0.2.csv"))
	if err != nil {
		return nil, nil, nil, err
	}
	defer file.Close()
	all, err := x86csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, nil, nil, err
	}
	for _, r := range all {
		tags := strings.Split(r.Tags, ",")
		if r.Mode64 != "V" || slices.Contains(tags, "pseudo") || slices.Contains(tags, "pseudo64") {
			continue
		}
		if strings.HasPrefix(r.Encoding, "VEX") {
			vexRows = append(vexRows, r)
			continue
		}
		rows = append(rows, r)
		fs, err := csvForms(r, "csv")
		if err != nil {
			return nil, nil, nil, err
		}
		forms = append(forms, fs...)
	}
	for _, a := range added {
		r := &x86csv.Inst{Intel: a[0], Encoding: a[1], CPUID: a[2], Tags: a[3], Action: "w"}
		fs, err := csvForms(r, "added")
		if err != nil {
			return nil, nil, nil, err
		}
		forms = append(forms, fs...)
	}
	return forms, rows, vexRows, nil
}

var hexByte = regexp.MustCompile(`^[0-9A-F]{2}$`)

// csvForms makes one form of a row, or two where an operand is a register or memory.
func csvForms(r *x86csv.Inst, source string) ([]*form, error) {
	name, args, _ := strings.Cut(r.Intel, " ")
	f := &form{name: name, op: name, digit: -1, modrm: -1, source: source, manual: r.Intel + ": " + r.Encoding}
	if n, ok := opNames[name]; ok {
		f.name, f.op = n, n
	}
	f.writes = strings.HasPrefix(r.Action, "w") || strings.HasPrefix(r.Action, "rw")
	tags := strings.Split(r.Tags, ",")
	f.size16 = slices.Contains(tags, "operand16") && !slices.Contains(tags, "operand32")
	regOnly, memOnly := slices.Contains(tags, "modrm_regonly"), slices.Contains(tags, "modrm_memonly")
	if strings.Contains(args, "Sreg") && (memOnly || !strings.HasPrefix(args, "r/m16")) {
		f.size16 = false // 16 bits are read, whatever the operand size
	}
	f.needs = cpuid[r.CPUID]
	if n, ok := mnemonicNeeds[name]; ok {
		f.needs = []string{n}
	}
	f.group = "base"
	if len(f.needs) > 0 {
		f.group = strings.Join(f.needs, "+")
	} else if c := r.CPUID; c == "MMX" || c == "SSE" || c == "SSE2" || c == "MPX" {
		f.group = c
	}
	if f.op[0] == 'F' && f.group == "base" {
		f.group = "x87"
	}
	slashR, err := f.parseEncoding(r.Encoding)
	if err != nil {
		return nil, err
	}
	switch {
	case leftOut[r.Intel] != "":
		f.excluded = leftOut[r.Intel]
	case slices.Contains(privileged, name):
		f.excluded = "privileged"
	case r.CPUID == "MPX":
		f.excluded = "MPX: withdrawn; the bound registers are gone from new CPUs and from x86asm"
	case strings.Contains(args, "CR0") || strings.Contains(args, "DR0"):
		f.excluded = "privileged"
	case strings.Contains(r.Encoding, "cw"), strings.HasPrefix(args, "rel") && f.size16:
		f.excluded = "a branch with a 66 prefix: it truncates rip on AMD and means nothing on Intel"
	}
	if args == "" {
		return []*form{f}, nil
	}
	return f.split(strings.Split(args, ", "), slashR, regOnly, memOnly)
}

// parseEncoding reads the opcode column.
func (f *form) parseEncoding(text string) (slashR bool, err error) {
	var opcode []int
	for _, t := range strings.Fields(strings.ReplaceAll(text, "+ ", "")) {
		switch {
		case t == "REX.W":
			f.w = 1
		case t == "/r":
			slashR = true
		case len(t) == 2 && t[0] == '/':
			f.digit = int(t[1] - '0')
		case hexByte.MatchString(t):
			v, _ := strconv.ParseInt(t, 16, 0)
			opcode = append(opcode, int(v))
		case strings.HasSuffix(t, "+i"):
			v, _ := strconv.ParseInt(t[:2], 16, 0)
			f.digit = int(v>>3) & 7 // the rest of ModRM is the register
		case strings.Contains(t, "+r"):
			v, _ := strconv.ParseInt(t[:2], 16, 0)
			opcode = append(opcode, int(v))
			f.plusReg = true
		case slices.Contains([]string{"ib", "iw", "id", "io", "cb", "cw", "cd", "cm"}, t):
		default:
			return false, fmt.Errorf("%s: what is %q?", f.manual, t)
		}
	}
	if len(opcode) > 1 && (opcode[0] == 0x66 || opcode[0] == 0xf2 || opcode[0] == 0xf3) {
		f.prefix, opcode = opcode[0], opcode[1:]
	}
	if opcode[0] == 0x0f {
		f.opmap, opcode = 1, opcode[1:]
		switch {
		case len(opcode) > 1 && opcode[0] == 0x38:
			f.opmap, opcode = 2, opcode[1:]
		case len(opcode) > 1 && opcode[0] == 0x3a:
			f.opmap, opcode = 3, opcode[1:]
		}
	}
	f.opcode = opcode[0]
	switch len(opcode) {
	case 1:
	case 2:
		f.modrm = opcode[1]
	default:
		return false, fmt.Errorf("%s: opcode too long", f.manual)
	}
	if f.op == "JECXZ" {
		f.prefix = 0x67
	}
	return slashR, nil
}

var memWidths = map[string]int{
	"m": 0, "mem": 0, "m2byte": 16, "m14/28byte": 224, "m94/108byte": 864, "m512byte": 4096, "m16:16": 32, "m16:32": 48,
	"m16:64": 80, "m16&64": 80, "mib": 0,
}

var number = regexp.MustCompile(`^m([0-9]+)`)

func memWidth(s string) int {
	if w, ok := memWidths[s]; ok {
		return w
	}
	w, _ := strconv.Atoi(number.FindStringSubmatch(s)[1])
	return w
}

// split makes the operands, and of a choice between register and memory two forms.
func (f *form) split(args []string, slashR, regOnly, memOnly bool) ([]*form, error) {
	var reg, mem []operand
	for i, a := range args {
		r, m, err := f.operand(a, i, slashR, len(args))
		if err != nil {
			return nil, err
		}
		if r.kind == "none" {
			continue
		}
		reg, mem = append(reg, r), append(mem, m)
	}
	register, memory := *f, *f
	register.ops, memory.ops = reg, mem
	register.fix()
	memory.fix()
	if name := memory.manual; strings.HasPrefix(name, "MOV r/m32, Sreg") {
		memory.excluded = "16 bits go to memory, whatever the operand size: MOV r/m16, Sreg"
	}
	if strings.HasPrefix(memory.manual, "MOV r/m16, Sreg") {
		memory.size16 = false // likewise
	}
	_, hasMem := memory.memory()
	onlyMem := hasMem
	for i := range reg {
		if mem[i].kind == "m" && reg[i].kind != "m" {
			onlyMem = false
		}
	}
	switch {
	case !hasMem || regOnly:
		return []*form{&register}, nil
	case onlyMem || memOnly:
		return []*form{&memory}, nil
	}
	return []*form{&register, &memory}, nil
}

// fix finishes what depends on all operands.
func (f *form) fix() {
	names := ""
	for _, o := range f.ops {
		names += o.kind
	}
	if strings.Contains(names, "x") && (f.op == "MOVSD" || f.op == "CMPSD") {
		f.op += "_XMM"
	}
	for i := range f.ops {
		o := &f.ops[i]
		if o.kind != "i" {
			continue
		}
		// What the immediate is extended to: the width of the first operand.
		for _, p := range f.ops {
			if p.width > 0 || p.kind == "fixed" {
				o.immSize = max(p.width, map[string]int{"AL": 8, "AX": 16, "EAX": 32, "RAX": 64}[p.name])
				break
			}
		}
		switch f.name {
		case "PUSH":
			o.signed, o.immSize = true, 64
			if f.size16 {
				o.immSize = 16
				f.width = 16
			}
		case "ADD", "OR", "ADC", "SBB", "AND", "SUB", "XOR", "CMP", "TEST", "MOV", "IMUL":
			o.signed = true
		}
	}
	if f.size16 && len(f.ops) == 1 && f.ops[0].kind == "fixed" {
		f.width = 16
	}
}

// operand gives what an operand is as a register and as memory.
func (f *form) operand(a string, i int, slashR bool, n int) (reg, mem operand, err error) {
	one := func(o operand) (operand, operand, error) { return o, o, nil }
	rm := "rm"
	switch a {
	case "AL", "AX", "EAX", "RAX", "CL", "DX", "FS", "GS":
		return one(operand{kind: "fixed", name: a})
	case "ST(0)":
		return one(operand{kind: "fixed", name: "ST0"})
	case "1", "3":
		return one(operand{kind: "fixed", name: a})
	case "<XMM0>":
		return one(operand{kind: "none"})
	case "ST(i)":
		return one(operand{kind: "t", role: rm})
	case "Sreg":
		return one(operand{kind: "s", role: "reg"})
	case "CR0-CR7", "DR0-DR7", "bnd1":
		return one(operand{kind: "x", role: "reg"})
	case "moffs8", "moffs16", "moffs32", "moffs64":
		return one(operand{kind: "o", role: "imm", immBits: 64})
	case "rel8", "rel16", "rel32":
		bits, _ := strconv.Atoi(a[3:])
		return one(operand{kind: "l", role: "rel", immBits: bits})
	}
	switch {
	case strings.HasPrefix(a, "imm"):
		bits, _ := strconv.Atoi(strings.TrimRight(a[3:], "bu"))
		return one(operand{kind: "i", role: "imm", immBits: bits})
	case strings.HasPrefix(a, "rmr"):
		w, _ := strconv.Atoi(a[3:])
		return one(operand{kind: "r", width: w, role: rm})
	case strings.HasSuffix(a, "op"):
		w, _ := strconv.Atoi(strings.TrimSuffix(a[1:], "op"))
		return one(operand{kind: "r", width: w, role: "op"})
	case strings.HasPrefix(a, "r/m"):
		w, _ := strconv.Atoi(a[3:])
		return operand{kind: "r", width: w, role: rm}, operand{kind: "m", width: w, role: rm}, nil
	}
	if left, right, ok := strings.Cut(a, "/"); ok && !strings.HasPrefix(a, "m") || ok && strings.HasPrefix(a, "mm") {
		r, _, err := f.operand(left, i, slashR, n)
		r.role = rm
		return r, operand{kind: "m", width: memWidth(right), role: rm}, err
	}
	role := "reg"
	if strings.HasSuffix(a, "2") || !slashR {
		role = rm
	}
	switch {
	case strings.HasPrefix(a, "xmm"):
		return one(operand{kind: "x", role: role})
	case strings.HasPrefix(a, "mm"):
		return one(operand{kind: "q", role: role})
	case strings.HasPrefix(a, "bnd"):
		return one(operand{kind: "x", role: role})
	case a[0] == 'm':
		return one(operand{kind: "m", width: memWidth(a), role: rm})
	case a[0] == 'r':
		w, err := strconv.Atoi(a[1:])
		return operand{kind: "r", width: w, role: "reg"}, operand{kind: "r", width: w, role: "reg"}, err
	}
	return operand{}, operand{}, fmt.Errorf("%s: what is %q?", f.manual, a)
}
