package amd64

import (
	"encoding/hex"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/x86/x86asm"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/internal/disasm"
	"github.com/wxjit/wxjit/internal/testenv"
)

// TestGolden has bytes and text on one line, for a reader with the manual in hand.
func TestGolden(t *testing.T) {
	for _, c := range []struct {
		emit func(a *Assembler)
		hex  string
		text string
	}{
		{func(a *Assembler) { a.MOVrr64(RAX, RDI) }, "4889f8", "mov rax, rdi"},
		{func(a *Assembler) { a.MOVrr32(EAX, R15D) }, "4489f8", "mov eax, r15d"},
		{func(a *Assembler) { a.MOVri64(R9, 1) }, "41b901000000", "mov r9d, 0x1"},
		{func(a *Assembler) { a.MOVri64(R9, -1) }, "49c7c1ffffffff", "mov r9, -0x1"},
		{func(a *Assembler) { a.MOVri64(R9, 1<<40) }, "49b90000000000010000", "mov r9, 0x10000000000"},
		{func(a *Assembler) { a.ADDri64(RAX, 127) }, "4883c07f", "add rax, 0x7f"},
		{func(a *Assembler) { a.ADDri64(RAX, 128) }, "480580000000", "add rax, 0x80"},
		{func(a *Assembler) { a.ADDri64(RCX, 128) }, "4881c180000000", "add rcx, 0x80"},
		{func(a *Assembler) { a.MOVrm64(RAX, MemBase(RBP, 0)) }, "488b4500", "mov rax, qword ptr [rbp]"},
		{func(a *Assembler) { a.MOVrm64(RAX, MemBase(RSP, 8)) }, "488b442408", "mov rax, qword ptr [rsp+0x8]"},
		{func(a *Assembler) { a.MOVrm64(RAX, MemBase(R13, 0)) }, "498b4500", "mov rax, qword ptr [r13]"},
		{func(a *Assembler) { a.MOVrm64(RAX, MemIndex(RBX, R12, 8, -4)) }, "4a8b44e3fc", "mov rax, qword ptr [rbx+8*r12-0x4]"},
		{func(a *Assembler) { a.MOVrm64(RAX, MemIndexOnly(RBX, 4, 16)) }, "488b049d10000000", "mov rax, qword ptr [4*rbx+0x10]"},
		{func(a *Assembler) { a.MOVrm64(RAX, MemAbs(0x1000)) }, "488b042500100000", "mov rax, qword ptr [0x1000]"},
		{func(a *Assembler) { a.ADDSDxx(XMM1, XMM9) }, "f2410f58c9", "addsd xmm1, xmm9"},
		{func(a *Assembler) { a.VADDPDyyy(YMM1, YMM2, YMM3) }, "c5ed58cb", "vaddpd ymm1, ymm2, ymm3"},
		{func(a *Assembler) { a.SETEr8(SPL) }, "400f94c4", "setz spl"},
		{func(a *Assembler) { a.SETEr8(AH) }, "0f94c4", "setz ah"},
		{func(a *Assembler) { a.ENDBR64() }, "f30f1efa", ""},
	} {
		var a Assembler
		c.emit(&a)
		o, err := a.Finish()
		require.NoError(t, err)
		require.Equal(t, c.hex, hex.EncodeToString(o.Code), c.text)
		if c.text != "" {
			inst, err := x86asm.Decode(o.Code, 64)
			require.NoError(t, err)
			require.Equal(t, c.text, x86asm.IntelSyntax(inst, 0, nil))
		}
	}
}

// TestRipRelative checks the distance to a label with every number of immediate bytes behind it, and before and after.
func TestRipRelative(t *testing.T) {
	for _, c := range []struct {
		emit func(a *Assembler, m Mem)
		len  int
	}{
		{func(a *Assembler, m Mem) { a.MOVrm64(R9, m) }, 7},
		{func(a *Assembler, m Mem) { a.ADDmi64(m, 1) }, 8},
		{func(a *Assembler, m Mem) { a.ADDmi64(m, 1000) }, 11},
		{func(a *Assembler, m Mem) { a.ROUNDSDxmi64(XMM1, m, 3) }, 10},
		{func(a *Assembler, m Mem) { a.VADDPDyym256(YMM1, YMM2, m) }, 8},
	} {
		for _, off := range []int32{0, 8, -3} {
			var a Assembler
			before, after := a.NewLabel(""), a.NewLabel("")
			a.NOP()
			a.Bind(before)
			c.emit(&a, MemLabelOff(before, off))
			c.emit(&a, MemLabelOff(after, off))
			a.Bind(after)
			o, err := a.Finish()
			require.NoError(t, err)
			require.Len(t, o.Code, 1+2*c.len)
			disp := func(code []byte) int32 {
				inst, err := x86asm.Decode(code, 64)
				require.NoError(t, err)
				require.Equal(t, c.len, inst.Len)
				at := inst.PCRelOff
				if at == 0 { // the decoder does not say for VEX
					at = 4
				}
				return int32(uint32(code[at]) | uint32(code[at+1])<<8 | uint32(code[at+2])<<16 | uint32(code[at+3])<<24)
			}
			require.Equal(t, int32(-c.len)+off, disp(o.Code[1:]))
			require.Equal(t, off, disp(o.Code[1+c.len:]))
		}
	}
}

func TestBranchesAndCalls(t *testing.T) {
	var a Assembler
	fwd := a.NewLabel("fwd")
	back := a.NewLabel("back")
	a.Bind(back)
	a.JNEl(fwd)
	a.JMPl(back)
	a.CALLl(fwd)
	a.Bind(fwd)
	a.RET()
	o, err := a.Finish()
	require.NoError(t, err)
	require.Equal(t, "7507"+"ebfc"+"e800000000"+"c3", hex.EncodeToString(o.Code))
}

func TestAlignNops(t *testing.T) {
	for n := range 64 {
		var a Assembler
		for range n {
			a.NOP()
		}
		a.Align(32)
		o, err := a.Finish()
		require.NoError(t, err)
		require.Zero(t, len(o.Code)%32)
		require.Equal(t, 32, max(o.Align(), 32))
		texts := testenv.Objdump(t, "amd64", append(o.Code[n:], 0x90), 0)
		for code := append(o.Code[n:], 0x90); len(code) > 0; texts = texts[1:] {
			inst, err := disasm.AMD64(code, 0)
			require.NoError(t, err)
			require.Equal(t, texts[0], inst.Text)
			require.True(t, strings.HasPrefix(inst.Text, "nop") || inst.Text == "xchg ax,ax", inst.Text)
			code = code[inst.Len:]
		}
	}
}

// TestErrors: each wrong use is the expected error, with the method's name and this file, and what follows is nothing.
func TestErrors(t *testing.T) {
	for name, c := range map[string]struct {
		emit func(a *Assembler)
		want error
		op   string
		text string
	}{
		"index rsp":         {func(a *Assembler) { a.MOVrm64(RAX, MemIndex(RAX, RSP, 1, 0)) }, asm.ErrOperands, "MOVrm64", "index register rsp"},
		"only index rsp":    {func(a *Assembler) { a.LEArm64(RAX, MemIndexOnly(RSP, 1, 0)) }, asm.ErrOperands, "LEArm64", "index register rsp"},
		"scale":             {func(a *Assembler) { a.ADDSDxm64(XMM0, MemIndex(RAX, RAX, 3, 0)) }, asm.ErrOperands, "ADDSDxm64", "scale"},
		"scale 0":           {func(a *Assembler) { a.MOVmr64(MemIndexOnly(RAX, 0, 0), RAX) }, asm.ErrOperands, "MOVmr64", "scale"},
		"zero Mem":          {func(a *Assembler) { a.INCm64(Mem{}) }, asm.ErrOperands, "INCm64", "Mem function"},
		"no register":       {func(a *Assembler) { a.ADDrr64(16, RAX) }, asm.ErrOperands, "ADDrr64", "no such register"},
		"no xmm register":   {func(a *Assembler) { a.ADDSDxx(XMM0, 99) }, asm.ErrOperands, "ADDSDxx", "no such register"},
		"no vex register":   {func(a *Assembler) { a.VADDPDyyy(0, 16, 0) }, asm.ErrOperands, "VADDPDyyy", "no such register"},
		"no base":           {func(a *Assembler) { a.MOVrm64(RAX, MemBase(16, 0)) }, asm.ErrOperands, "MOVrm64", "no such register"},
		"no byte register":  {func(a *Assembler) { a.SETEr8(BH + 1) }, asm.ErrOperands, "SETEr8", "no such register"},
		"no push register":  {func(a *Assembler) { a.PUSHr64(200) }, asm.ErrOperands, "PUSHr64", "no such register"},
		"no mov register":   {func(a *Assembler) { a.MOVri64(77, 1<<40) }, asm.ErrOperands, "MOVri64", "no such register"},
		"high byte and REX": {func(a *Assembler) { a.MOVZXr32r8(R8D, AH) }, asm.ErrOperands, "MOVZXr32r8", "REX"},
		"shift":             {func(a *Assembler) { a.SHLri32(EAX, 32) }, asm.ErrRange, "SHLri32", "shift of 32 bits by 32"},
		"shift 64":          {func(a *Assembler) { a.SARri64(RAX, 64) }, asm.ErrRange, "SARri64", "shift of 64 bits by 64"},
		"label zero":        {func(a *Assembler) { a.JMPl(0) }, asm.ErrLabel, "JMPl", "not a label"},
		"label foreign":     {func(a *Assembler) { a.MOVrm64(RAX, MemLabel(99)) }, asm.ErrLabel, "MOVrm64", "not a label"},
		"align":             {func(a *Assembler) { a.Align(3) }, asm.ErrRange, "Align", "power of two"},
		"SSE4.1":            {func(a *Assembler) { a.Limit(AVX); a.ROUNDSDxxi(XMM0, XMM1, 0) }, asm.ErrFeature, "ROUNDSDxxi", "SSE4.1"},
		"evex base":         {func(a *Assembler) { a.VADDPDzkzm512(0, NoMask, 0, MemBase(16, 0)) }, asm.ErrOperands, "VADDPDzkzm512", "no such register"},
		"evex index":        {func(a *Assembler) { a.VADDPDzkzm512(0, NoMask, 0, MemIndex(RAX, 16, 1, 0)) }, asm.ErrOperands, "VADDPDzkzm512", "no such register"},
		"evex general":      {func(a *Assembler) { a.VPBROADCASTQzkr64(0, NoMask, 17) }, asm.ErrOperands, "VPBROADCASTQzkr64", "no such register"},
		"evex register":     {func(a *Assembler) { a.VADDPDzkzz(32, NoMask, 0, 0) }, asm.ErrOperands, "VADDPDzkzz", "no such register"},
		"xmm16 without":     {func(a *Assembler) { a.VADDPDxxx(XMM16, 0, 0) }, asm.ErrOperands, "VADDPDxxx", "without an EVEX prefix"},
		"xmm16 in SSE":      {func(a *Assembler) { a.ADDPDxx(XMM16, 0) }, asm.ErrOperands, "ADDPDxx", "without an EVEX prefix"},
		"mask register":     {func(a *Assembler) { a.KADDBkkk(K1, 8, K1) }, asm.ErrOperands, "KADDBkkk", "no such register"},
		"mask":              {func(a *Assembler) { a.VADDPDzkzz(0, K(8).Merge(), 0, 0) }, asm.ErrOperands, "VADDPDzkzz", "no such register or mask"},
		"mask of a store":   {func(a *Assembler) { a.VMOVUPDmkz512(MemBase(RAX, 0), 0x81, 0) }, asm.ErrOperands, "VMOVUPDmkz512", "no such register or mask"},
		"zeroing by k0":     {func(a *Assembler) { a.VADDPDzkzm512(0, K0.Zero(), 0, MemBase(RAX, 0)) }, asm.ErrOperands, "VADDPDzkzm512", "no such register or mask"},
		"gather by k0":      {func(a *Assembler) { a.VPGATHERDDzkvz(ZMM1, K0, MemIndexZ(RAX, ZMM2, 4, 0)) }, asm.ErrOperands, "VPGATHERDDzkvz", "k0"},
		"gather into index": {func(a *Assembler) { a.VPGATHERDDzkvz(ZMM2, K1, MemIndexZ(RAX, ZMM2, 4, 0)) }, asm.ErrOperands, "VPGATHERDDzkvz", "same register"},
		"gather mask":       {func(a *Assembler) { a.VPGATHERDDxvxx(1, MemIndexX(RAX, 2, 4, 0), 1) }, asm.ErrOperands, "VPGATHERDDxvxx", "three registers"},
		"vector of indices": {func(a *Assembler) { a.ADDrm64(RAX, Mem(MemIndexX(RAX, 2, 4, 0))) }, asm.ErrOperands, "ADDrm64", "not made for this method"},
		"no vector":         {func(a *Assembler) { a.VPGATHERDDxkvx(1, K1, MemX(MemBase(RAX, 0))) }, asm.ErrOperands, "VPGATHERDDxkvx", "not made for this method"},
		"vector register":   {func(a *Assembler) { a.VPGATHERDDxkvx(1, K1, MemIndexX(RAX, 32, 1, 0)) }, asm.ErrOperands, "VPGATHERDDxkvx", "no such register"},
		"vector scale":      {func(a *Assembler) { a.VPGATHERDDxkvx(1, K1, MemIndexX(RAX, 3, 5, 0)) }, asm.ErrOperands, "VPGATHERDDxkvx", "scale"},
		"rounding":          {func(a *Assembler) { a.VADDPDzkzzER(0, NoMask, 0, 0, 4) }, asm.ErrOperands, "VADDPDzkzzER", "no such rounding"},
		"segment":           {func(a *Assembler) { a.MOVrm64(RAX, MemBase(RAX, 0).Segment(6)) }, asm.ErrOperands, "MOVrm64", "no such segment"},
		"cs":                {func(a *Assembler) { a.MOVsr16(CS, AX) }, asm.ErrOperands, "MOVsr16", "no such register"},
		"segment register":  {func(a *Assembler) { a.MOVrs16(AX, 6) }, asm.ErrOperands, "MOVrs16", "no such register"},
		"st":                {func(a *Assembler) { a.FLDt(8) }, asm.ErrOperands, "FLDt", "no such register"},
		"mm":                {func(a *Assembler) { a.PADDWqq(MM0, 8) }, asm.ErrOperands, "PADDWqq", "no such register"},
		"AVX-512":           {func(a *Assembler) { a.Limit(^AVX512VL); a.VADDPDxkxx(0, NoMask, 0, 0) }, asm.ErrFeature, "VADDPDxkxx", "AVX512VL"},
		"EVEX for VEX":      {func(a *Assembler) { a.Limit(AVX); a.VCOMISDxx(XMM1, XMM17) }, asm.ErrFeature, "VCOMISDxx", "AVX512F"},
		"frame":             {func(a *Assembler) { a.Prologue(Frame{Saved: []Reg64{RDI}}) }, asm.ErrOperands, "Prologue", "rbx and r12 to r15"},
		"frame twice":       {func(a *Assembler) { a.Epilogue(Frame{Saved: []Reg64{RBX, RBX}}) }, asm.ErrOperands, "Epilogue", "once"},
		"frame size":        {func(a *Assembler) { a.Prologue(Frame{Size: -8}) }, asm.ErrRange, "Prologue", "frame of -8 bytes"},
		"literal":           {func(a *Assembler) { a.Literal(make([]byte, 5)) }, asm.ErrRange, "Literal", "5 bytes"},

		"Emit: no such op":   {func(a *Assembler) { a.Emit(0) }, asm.ErrOperands, "Emit", "no form"},
		"Emit: op above":     {func(a *Assembler) { a.Emit(endOfOps) }, asm.ErrOperands, "Emit", "no such instruction"},
		"Emit: width":        {func(a *Assembler) { a.Emit(x86asm.ADD, x86asm.RAX, x86asm.ECX) }, asm.ErrOperands, "Emit", "ADD rax, ecx: "},
		"Emit: class":        {func(a *Assembler) { a.Emit(x86asm.ADD, x86asm.RAX, x86asm.X1) }, asm.ErrOperands, "Emit", "ADD rax, xmm1: "},
		"Emit: too few":      {func(a *Assembler) { a.Emit(x86asm.ADD, x86asm.RAX) }, asm.ErrOperands, "Emit", "no form"},
		"Emit: too many":     {func(a *Assembler) { a.Emit(x86asm.ADD, make([]x86asm.Arg, 9)...) }, asm.ErrOperands, "Emit", "none"},
		"Emit: nil":          {func(a *Assembler) { a.Emit(x86asm.ADD, nil) }, asm.ErrOperands, "Emit", "none"},
		"Emit: privileged":   {func(a *Assembler) { a.Emit(x86asm.HLT) }, asm.ErrOperands, "Emit", "HLT"},
		"Emit: control":      {func(a *Assembler) { a.Emit(x86asm.MOV, x86asm.RAX, x86asm.CR0) }, asm.ErrOperands, "Emit", "no operand"},
		"Emit: ambiguous":    {func(a *Assembler) { a.Emit(x86asm.INC, x86asm.Mem{Base: x86asm.RAX}) }, asm.ErrOperands, "Emit", "how many bytes"},
		"Emit: size":         {func(a *Assembler) { a.Emit(x86asm.INC, SizedMem(x86asm.Mem{Base: x86asm.RAX}, 3)) }, asm.ErrOperands, "Emit", "no form"},
		"Emit: size of one":  {func(a *Assembler) { a.Emit(x86asm.ADDSD, x86asm.X1, Sized(MemBase(RAX, 0), 16)) }, asm.ErrOperands, "Emit", "no form"},
		"Emit: index rsp":    {func(a *Assembler) { a.Emit(x86asm.LEA, x86asm.RAX, x86asm.Mem{Index: x86asm.RSP, Scale: 1}) }, asm.ErrOperands, "Emit", "index register rsp"},
		"Emit: scale":        {func(a *Assembler) { a.Emit(x86asm.LEA, x86asm.RAX, x86asm.Mem{Index: x86asm.RCX, Scale: 3}) }, asm.ErrOperands, "Emit", "scale"},
		"Emit: base":         {func(a *Assembler) { a.Emit(x86asm.LEA, x86asm.RAX, x86asm.Mem{Base: x86asm.CX}) }, asm.ErrOperands, "Emit", "Mem function"},
		"Emit: displacement": {func(a *Assembler) { a.Emit(x86asm.LEA, x86asm.RAX, x86asm.Mem{Base: x86asm.RCX, Disp: 1 << 31}) }, asm.ErrOperands, "Emit", "no form"},
		"Emit: high byte":    {func(a *Assembler) { a.Emit(x86asm.MOV, x86asm.AH, x86asm.SPB) }, asm.ErrOperands, "Emit", "REX"},
		"Emit: immediate":    {func(a *Assembler) { a.Emit(x86asm.ADD, x86asm.RAX, x86asm.Imm(1<<31)) }, asm.ErrRange, "Emit", "immediate"},
		"Emit: immediate 8":  {func(a *Assembler) { a.Emit(x86asm.MOV, x86asm.AL, x86asm.Imm(256)) }, asm.ErrRange, "Emit", "immediate"},
		"Emit: immediate 16": {func(a *Assembler) { a.Emit(x86asm.MOV, x86asm.AX, x86asm.Imm(-32769)) }, asm.ErrRange, "Emit", "immediate"},
		"Emit: mask":         {func(a *Assembler) { a.Emit(x86asm.VADDPD, Zeroing(x86asm.K1), x86asm.Z1, x86asm.Z2) }, asm.ErrOperands, "Emit", "does not follow"},
		"Emit: no mask":      {func(a *Assembler) { a.Emit(x86asm.VAESENC, x86asm.Z1, x86asm.K1, x86asm.Z2, x86asm.Z3) }, asm.ErrOperands, "Emit", "no form"},
		"Emit: zeroing store": {func(a *Assembler) {
			a.Emit(x86asm.VMOVUPD, SizedMem(x86asm.Mem{Base: x86asm.RAX}, 64), Zeroing(x86asm.K1), x86asm.Z1)
		}, asm.ErrOperands, "Emit", "no form"},
		"Emit: rounding":  {func(a *Assembler) { a.Emit(x86asm.VADDPD, x86asm.Y1, x86asm.Y2, x86asm.Y3, Embedded(RoundUp)) }, asm.ErrOperands, "Emit", "no form"},
		"Emit: broadcast": {func(a *Assembler) { a.Emit(x86asm.VADDPD, x86asm.Z1, x86asm.Z2, Broadcast(MemBase(RAX, 0), 4, 8)) }, asm.ErrOperands, "Emit", "no form"},
		"Emit: count":     {func(a *Assembler) { a.Emit(x86asm.VADDPD, x86asm.Z1, x86asm.Z2, Broadcast(MemBase(RAX, 0), 8, 4)) }, asm.ErrOperands, "Emit", "no form"},
		"Emit: distance":  {func(a *Assembler) { a.Emit(x86asm.JRCXZ, x86asm.Rel(128)) }, asm.ErrRange, "Emit", "distance 128"},
		"Emit: label":     {func(a *Assembler) { a.Emit(x86asm.JMP, Target(99)) }, asm.ErrLabel, "Emit", "not a label"},
		"Emit: CS":        {func(a *Assembler) { a.Emit(x86asm.MOV, x86asm.CS, x86asm.AX) }, asm.ErrOperands, "Emit", "no form"},

		"AVX": {func(a *Assembler) { a.Limit(SSE41); a.VADDPDyym256(0, 0, MemBase(RAX, 0)) }, asm.ErrFeature, "VADDPDyym256", "AVX"},
	} {
		t.Run(name, func(t *testing.T) {
			var a Assembler
			a.NOP()
			c.emit(&a)
			_, file, line, _ := runtime.Caller(0)
			first := a.Err()
			require.ErrorIs(t, first, c.want)
			e, ok := errors.AsType[*asm.Error](first)
			require.True(t, ok)
			require.Equal(t, c.op, e.Op)
			require.Equal(t, 1, e.Offset)
			require.Equal(t, filepath.Base(file), filepath.Base(e.File))
			require.Less(t, e.Line, line)
			require.Contains(t, first.Error(), c.text)
			for range 1000 { // more than the place where it goes has room for
				a.MOVrm64(RAX, MemIndex(RAX, RSP, 1, 0))
				a.MOVri64(RAX, 1<<60)
				a.JMPl(0)
			}
			require.Equal(t, 1, a.Len())
			o, err := a.Finish()
			require.Nil(t, o)
			require.Same(t, first, err)

			a.Reset()
			a.RET()
			o, err = a.Finish()
			require.NoError(t, err)
			require.Equal(t, []byte{0xc3}, o.Code)
		})
	}
}

// TestShortBranches: a branch that is to be short is an error where it can't be, and so are those that are always.
func TestShortBranches(t *testing.T) {
	for name, emit := range map[string]func(a *Assembler, l asm.Label){
		"JMPl8": (*Assembler).JMPl8, "JNEl8": (*Assembler).JNEl8, "LOOPl": (*Assembler).LOOPl, "JRCXZl": (*Assembler).JRCXZl,
	} {
		for _, n := range []int{127, 128} {
			var a Assembler
			l := a.NewLabel("there")
			emit(&a, l)
			a.Bytes(make([]byte, n))
			a.Bind(l)
			_, err := a.Finish()
			if n == 127 {
				require.NoError(t, err, name)
				continue
			}
			require.ErrorIs(t, err, asm.ErrRange, name)
			require.ErrorContains(t, err, "there")
		}
	}
	var a Assembler
	l := a.NewLabel("twice")
	a.Bind(l)
	a.Bind(l)
	require.ErrorIs(t, a.Err(), asm.ErrLabel)
}

// TestFrame: rsp is a multiple of 16 within, and everything is given back.
func TestFrame(t *testing.T) {
	for _, c := range []struct {
		frame Frame
		hex   string
	}{
		{Frame{}, "554889e5" + "c9c3"},
		{Frame{Size: 8}, "554889e5" + "4883ec10" + "c9c3"},
		{Frame{Size: 8, Saved: []Reg64{RBX}}, "554889e5" + "53" + "4883ec08" + "488d65f8" + "5b5dc3"},
		{Frame{Size: 0, Saved: []Reg64{RBX, R12}}, "554889e5" + "534154" + "488d65f0" + "415c5b5dc3"},
	} {
		var a Assembler
		a.Prologue(c.frame)
		a.Epilogue(c.frame)
		o, err := a.Finish()
		require.NoError(t, err)
		require.Equal(t, c.hex, hex.EncodeToString(o.Code))
	}
}

func TestUnboundLabelAndLimit(t *testing.T) {
	var a Assembler
	a.JMPl(a.NewLabel("nowhere"))
	_, err := a.Finish()
	require.ErrorIs(t, err, asm.ErrLabel)
	require.ErrorContains(t, err, "nowhere")

	a.Reset()
	a.Limit(SSE41 | AVX)
	a.ROUNDSDxxi(XMM0, XMM1, 0)
	a.VZEROUPPER()
	require.NoError(t, a.Err())
	a.Limit(0)
	a.ENDBR64() // a NOP on any CPU
	a.Emit(OpENDBR64)
	require.NoError(t, a.Err())
	require.Equal(t, "SSE4.1+AVX", (SSE41 | AVX).String())
	require.True(t, (SSE41 | AVX).Has(AVX))
	if runtime.GOARCH != "amd64" {
		require.Zero(t, Detect())
	}
}

// mix is ten instructions of the kinds that a compiler emits most.
func mix(a *Assembler, l asm.Label) {
	a.MOVrm64(RAX, MemIndex(RDI, RSI, 8, 16))
	a.ADDrr64(RAX, RDX)
	a.MOVmr64(MemBase(RDI, 8), RAX)
	a.IMULrr64(RCX, R8)
	a.LEArm64(R9, MemIndex(RAX, RCX, 4, -8))
	a.CMPri64(R9, 100)
	a.JLl(l)
	a.MOVUPDxm128(XMM1, MemBase(RSI, 32))
	a.VADDPDxxx(XMM2, XMM1, XMM3)
	a.SHLri64(RAX, 3)
}

// mixEmit is the same through Emit.
func mixEmit(a *Assembler, l asm.Label) {
	a.Emit(x86asm.MOV, x86asm.RAX, x86asm.Mem{Base: x86asm.RDI, Index: x86asm.RSI, Scale: 8, Disp: 16})
	a.Emit(x86asm.ADD, x86asm.RAX, x86asm.RDX)
	a.Emit(x86asm.MOV, x86asm.Mem{Base: x86asm.RDI, Disp: 8}, x86asm.RAX)
	a.Emit(x86asm.IMUL, x86asm.RCX, x86asm.R8)
	a.Emit(x86asm.LEA, x86asm.R9, x86asm.Mem{Base: x86asm.RAX, Index: x86asm.RCX, Scale: 4, Disp: -8})
	a.Emit(x86asm.CMP, x86asm.R9, x86asm.Imm(100))
	a.Emit(x86asm.JL, Target(l))
	a.Emit(x86asm.MOVUPD, x86asm.X1, x86asm.Mem{Base: x86asm.RSI, Disp: 32})
	a.Emit(x86asm.VADDPD, x86asm.X2, x86asm.X1, x86asm.X3)
	a.Emit(x86asm.SHL, x86asm.RAX, x86asm.Imm(3))
}

func assembleMix(a *Assembler, mix func(*Assembler, asm.Label)) {
	a.Reset()
	l := a.NewLabel("")
	for range 100 {
		mix(a, l)
	}
	a.Bind(l)
	a.RET()
}

func TestNothingIsAllocated(t *testing.T) {
	var a Assembler
	testenv.RequireNoAllocs(t, func() ([]byte, error) { return finished(&a) },
		func() { assembleMix(&a, mix) }, func() { assembleMix(&a, mixEmit) })
}

func BenchmarkMix(b *testing.B) {
	var a Assembler
	typed := func() { assembleMix(&a, mix) }
	testenv.BenchmarkEmitting(b, "Typed", 1001, typed, nil)
	testenv.BenchmarkEmitting(b, "Emit", 1001, func() { assembleMix(&a, mixEmit) }, nil)
	testenv.BenchmarkEmitting(b, "TypedAndFinish", 1001, typed, func() ([]byte, error) { return finished(&a) })
}

func TestStrings(t *testing.T) {
	require.Equal(t, "[rax+rcx*8+0x10]", MemIndex(RAX, RCX, 8, 16).String())
	require.Equal(t, "[]", Mem{}.String())
	require.Equal(t, "[0x10]", MemAbs(16).String())
	require.True(t, strings.HasPrefix(MemLabel(3).String(), "[rip+L3"))
	require.Contains(t, MemIndex(RAX, RCX, 5, 0).String(), "?")
}
