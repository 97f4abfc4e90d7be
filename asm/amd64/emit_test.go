package amd64

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/arch/x86/x86asm"

	"github.com/wxjit/wxjit/internal/testenv"
)

// emitted is what Emit makes of a sample.
func emitted(a *Assembler, s sample) ([]byte, error) {
	a.Reset()
	label := a.NewLabel("start")
	a.Bind(label)
	args := append([]x86asm.Arg(nil), s.args...)
	for i, arg := range args {
		if o, ok := arg.(Operand); ok && (o.kind == isLabel || o.mem.spec&memKind == memRip) {
			o.label, o.mem.label = label, label
			args[i] = o
		}
	}
	a.Emit(s.op, args...)
	return finished(a)
}

func finished(a *Assembler) ([]byte, error) {
	o, err := a.Finish()
	if err != nil {
		return nil, err
	}
	return o.Code, nil
}

// otherEmit are the typed methods whose samples Emit encodes differently.
var otherEmit = []testenv.Difference{
	testenv.Differs("", `^J\w+l32 `, "Emit has no operand to say that a branch is near"),
	testenv.Differs("", `^(PUSHi16|POPFS16|POPGS16) `, "Emit has no operand to say that it is 16 bits"),
	testenv.Differs("", `^V\w+mk[xyz]i?\d+ [^{]*$`, "without a mask Emit takes the VEX form"),
	testenv.Differs("", `^XCHGrr`, "Emit takes the form for the accumulator"),
	testenv.Differs("", `^MOVri64`, "Emit does not load the lower half for the whole"),
	testenv.Differs("", `^(VMOVQmx64|VMOVQxm64)`, "two EVEX forms of one length"),
	testenv.Differs("", `^F(ADD|SUB|SUBR|MUL|DIV|DIVR)tST0 .* st\(0\), st$`, "two forms of one length"),
}

// TestEmitLikeTypedMethods: both layers give the same bytes, of 118,000 instructions of all forms.
func TestEmitLikeTypedMethods(t *testing.T) {
	if testenv.Race() {
		return // samples come from one goroutine
	}
	var a Assembler
	allowed := testenv.Allow(otherEmit)
	all := samples(t)
	same := 0
	for _, s := range all {
		code, err := emitted(&a, s)
		if err != nil {
			t.Errorf("%s %s %x: %v", s.method, s.text, s.code, err)
			continue
		}
		if bytes.Equal(code, s.code) {
			same++
			continue
		}
		longer := strings.HasPrefix(s.method, "MOVri64") || strings.HasPrefix(s.method, "PUSHi16")
		if len(code) > len(s.code) && !longer || !allowed.Has("", s.method+" "+s.text) {
			t.Errorf("%s %s: typed %x, Emit %x", s.method, s.text, s.code, code)
		}
	}
	t.Logf("%d instructions, %d identical", len(all), same)
	allowed.RequireUsed(t)
}

// undecoded are forms that x/arch's decoder does not know, or misreads.
var undecoded = []testenv.Difference{
	testenv.Differs("", `^(ADCX|ADOX|RDSEED|GF2P8|INCSSP|RDSSP|RSTORSSP|SAVEPREVSSP|ENDBR64|RDPID|RDPKRU|WRPKRU|PTWRITE|CLWB|CLFLUSHOPT|PREFETCHWT1|WRSS|UD0|RDRAND|XSAVEC|LOCK|REPN?E? |REP|SHA256RNDS2|PAUSE)`, "not in the decoder's tables, or read as a relative with less prefixes"),
	testenv.Differs("", `^[VKABPRSM]\w+ .*([fg]s:|\[(r8d|ecx))`, "a segment or address size in front of VEX or EVEX is not decoded"),
	testenv.Differs("", `^[VKABPRSM]\w+ .*\[rip\+`, "rip-relative operands behind VEX and EVEX are read as absolute"),
	testenv.Differs("", `^VCVT\w+xkxi? `, "the destination of a narrowing conversion is read as YMM"),
	testenv.Differs("", `^\w+to\d+ `, "the count of a broadcast is not kept"),
	testenv.Differs("", `^((LAR|LSL)r64|MOVsr16)`, "the source is read as wider than it is"),
	testenv.Differs("", `^(LJMPm|LCALLm|FLDm80|FSTPm80)`, "the length in memory is not told"),
	testenv.Differs("", `^J\w+l32 `, "a near branch with a short distance"),
	testenv.Differs("", `^(PUSHi|PUSHF|POPF|XCHG|IRET|NOP|MOVri64|F\w+tST0|VMOVQ|VPEXTRW|V\w+mk[xyz]i?\d+ [^{]*$)`, "read back with another encoding, of no greater length"),
}

// TestFormsAgainstDecoder reads everything with x/arch's decoder: the instruction is the one that was meant, its registers and
// immediates are, and EmitInst gives the same bytes again.
func TestFormsAgainstDecoder(t *testing.T) {
	if testenv.Race() {
		return // samples come from one goroutine
	}
	allowed := testenv.Allow(undecoded)
	all := samples(t)
	same := 0
	for _, s := range all {
		why := misread(s)
		if why == "" {
			same++
			continue
		}
		if !allowed.Has("", s.method+" "+s.text) {
			t.Errorf("%s %s %x: %s", s.method, s.text, s.code, why)
		}
	}
	t.Logf("%d instructions, %d read back and emitted identically", len(all), same)
	allowed.RequireUsed(t)
}

func misread(s sample) string {
	inst, err := x86asm.Decode(s.code, 64)
	switch {
	case err != nil:
		return err.Error()
	case inst.Op == 0 || inst.Len != len(s.code):
		return "not decoded"
	case inst.Op != s.op && !strings.HasPrefix(inst.Op.String(), "VPEXTRW"):
		return "read as " + inst.String()
	}
	for i, want := range s.args {
		switch want := want.(type) {
		case x86asm.Reg:
			if i < len(inst.Args) && inst.Args[i] != want && want != x86asm.K0 && inst.Args[i] != nil {
				return "read as " + inst.String()
			}
			if want == x86asm.K0 && inst.Args[i] != want {
				s.args = append(s.args[:i:i], s.args[i+1:]...) // no mask
				return misread(s)
			}
		}
	}
	var a Assembler
	a.EmitInst(inst)
	o, err := a.Finish()
	if err != nil {
		return err.Error()
	}
	if !bytes.Equal(o.Code, s.code) {
		return "emitted as " + inst.String()
	}
	return ""
}
