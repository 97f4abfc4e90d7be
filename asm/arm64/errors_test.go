package arm64

import (
	"encoding/hex"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm"
)

// TestErrors: each wrong use is the expected error, with the method's name and this file, and what follows is nothing.
func TestErrors(t *testing.T) {
	for name, c := range map[string]struct {
		emit func(a *Assembler)
		want error
		op   string
		text string
	}{
		"x18":             {func(a *Assembler) { a.ADDxxx(X18, X0, X0) }, asm.ErrOperands, "ADDxxx", "reserved"},
		"x28":             {func(a *Assembler) { a.LDRxm(X28, MemOff(X0, 0)) }, asm.ErrOperands, "LDRxm", "reserved"},
		"w28":             {func(a *Assembler) { a.MOVZwi(W28, 0, 0) }, asm.ErrOperands, "MOVZwi", "reserved"},
		"x28 of pair":     {func(a *Assembler) { a.LDPxxm(X0, X28, MemOff(X0, 0)) }, asm.ErrOperands, "LDPxxm", "reserved"},
		"x28 constant":    {func(a *Assembler) { a.LoadConst(X28, 1) }, asm.ErrOperands, "LoadConst", "reserved"},
		"x18 literal":     {func(a *Assembler) { a.LDRxl(X18, a.NewLabel("")) }, asm.ErrOperands, "LDRxl", "reserved"},
		"no register":     {func(a *Assembler) { a.FADDddd(32, D0, D0) }, asm.ErrOperands, "FADDddd", "no such register"},
		"no source":       {func(a *Assembler) { a.ADDxxx(X0, X0, 99) }, asm.ErrOperands, "ADDxxx", "no such register"},
		"no addend":       {func(a *Assembler) { a.MADDxxxx(X0, X0, X0, 77) }, asm.ErrOperands, "MADDxxxx", "no such register"},
		"zr as base":      {func(a *Assembler) { a.LDRdm(D0, MemOff(XZR, 0)) }, asm.ErrOperands, "LDRdm", "zero register"},
		"zr + imm":        {func(a *Assembler) { a.ADDxxi(X0, XZR, 1) }, asm.ErrOperands, "ADDxxi", "zero register"},
		"to zr + imm":     {func(a *Assembler) { a.SUBxxi(XZR, X0, 1) }, asm.ErrOperands, "SUBxxi", "zero register"},
		"and to zr":       {func(a *Assembler) { a.ANDxxi(XZR, X0, 1) }, asm.ErrOperands, "ANDxxi", "zero register"},
		"imm12":           {func(a *Assembler) { a.ADDxxi(X0, X0, 4097) }, asm.ErrRange, "ADDxxi", "12 bits"},
		"imm12 negative":  {func(a *Assembler) { a.CMPxi(X0, -1) }, asm.ErrRange, "CMPxi", "12 bits"},
		"imm12 large":     {func(a *Assembler) { a.SUBppi(SP, SP, 1<<24) }, asm.ErrRange, "SUBppi", "12 bits"},
		"bitmask":         {func(a *Assembler) { a.ORRxxi(X0, X0, 5) }, asm.ErrRange, "ORRxxi", "bitmask"},
		"bitmask 0":       {func(a *Assembler) { a.EORwwi(W0, W0, 0) }, asm.ErrRange, "EORwwi", "bitmask"},
		"shift":           {func(a *Assembler) { a.LSLxxi(X0, X0, 64) }, asm.ErrRange, "LSLxxi", "shift of 64"},
		"shift negative":  {func(a *Assembler) { a.ASRwwi(W0, W0, -1) }, asm.ErrRange, "ASRwwi", "0 to 31"},
		"movz shift":      {func(a *Assembler) { a.MOVZxi(X0, 1, 8) }, asm.ErrRange, "MOVZxi", "in steps of 16"},
		"movz w shift":    {func(a *Assembler) { a.MOVKwi(W0, 1, 32) }, asm.ErrRange, "MOVKwi", "in steps of 16"},
		"offset":          {func(a *Assembler) { a.LDRxm(X0, MemOff(X1, 32768)) }, asm.ErrRange, "LDRxm", "offset"},
		"offset odd":      {func(a *Assembler) { a.STRxm(X0, MemOff(X1, 257)) }, asm.ErrRange, "STRxm", "offset"},
		"offset negative": {func(a *Assembler) { a.STRdm(D0, MemOff(X1, -257)) }, asm.ErrRange, "STRdm", "offset"},
		"offset pre":      {func(a *Assembler) { a.STRdm(D0, MemPre(X1, 256)) }, asm.ErrRange, "STRdm", "offset"},
		"offset pair":     {func(a *Assembler) { a.STPxxm(X0, X1, MemPre(SP, -520)) }, asm.ErrRange, "STPxxm", "offset"},
		"offset pair odd": {func(a *Assembler) { a.LDPddm(D0, D1, MemOff(SP, 4)) }, asm.ErrRange, "LDPddm", "offset"},
		"index shift":     {func(a *Assembler) { a.LDRxm(X0, MemIndex(X1, X2, 2)) }, asm.ErrRange, "LDRxm", "shift"},
		"index shift -1":  {func(a *Assembler) { a.LDRxm(X0, MemIndex(X1, X2, -1)) }, asm.ErrRange, "LDRxm", "shift"},
		"index of pair":   {func(a *Assembler) { a.LDPxxm(X0, X3, MemIndex(X1, X2, 0)) }, asm.ErrOperands, "LDPxxm", "addressing mode"},
		"pair the same":   {func(a *Assembler) { a.LDPddm(D0, D0, MemOff(X1, 0)) }, asm.ErrOperands, "LDPddm", "same"},
		"writeback":       {func(a *Assembler) { a.LDRxm(X1, MemPost(X1, 8)) }, asm.ErrOperands, "LDRxm", "base that changes"},
		"writeback pair":  {func(a *Assembler) { a.STPxxm(X0, X1, MemPre(X1, 8)) }, asm.ErrOperands, "STPxxm", "base that changes"},
		"scaled nothing":  {func(a *Assembler) { a.LDRdm(D0, MemOff(X1, 8).Scaled()) }, asm.ErrOperands, "LDRdm", "addressing mode"},
		"zero Mem":        {func(a *Assembler) { a.LDRdm(D0, Mem{}) }, asm.ErrOperands, "LDRdm", "addressing mode"},
		"condition":       {func(a *Assembler) { a.FCSELdddc(D0, D0, D0, 16) }, asm.ErrRange, "FCSELdddc", "condition"},
		"branch cond":     {func(a *Assembler) { a.Bcl(16, a.NewLabel("")) }, asm.ErrRange, "Bcl", "condition"},
		"bc cond":         {func(a *Assembler) { a.BCcl(255, a.NewLabel("")) }, asm.ErrRange, "BCcl", "condition"},
		"bit":             {func(a *Assembler) { a.TBZxil(X0, 64, a.NewLabel("")) }, asm.ErrRange, "TBZxil", "bit 64"},
		"fmov":            {func(a *Assembler) { a.FMOVdi(D0, 0) }, asm.ErrRange, "FMOVdi", "immediate of FMOV"},
		"fmov digits":     {func(a *Assembler) { a.FMOVsi(S0, 1.01) }, asm.ErrRange, "FMOVsi", "immediate of FMOV"},
		"w18 of sizes":    {func(a *Assembler) { a.Emit(arm64asm.SMOV, W18, V1.B(0)) }, asm.ErrOperands, "SMOV", "reserved"},
		"x28 of a copy":   {func(a *Assembler) { a.CPYFPxxx(X0, X28, X2) }, asm.ErrOperands, "CPYFPxxx", "reserved"},
		"x18 of a copy":   {func(a *Assembler) { a.CPYFPxxx(X0, X2, X18) }, asm.ErrOperands, "CPYFPxxx", "reserved"},
		"x28 compared":    {func(a *Assembler) { a.CASxxm(X28, X1, MemOff(X2, 0)) }, asm.ErrOperands, "CASxxm", "reserved"},
		"reserved base":   {func(a *Assembler) { a.LDRxm(X0, MemPost(X28, 8)) }, asm.ErrOperands, "LDRxm", "reserved"},
		"status":          {func(a *Assembler) { a.STXRwxm(W1, X1, MemOff(X2, 0)) }, asm.ErrOperands, "STXRwxm", "the status goes to a register"},
		"status of pair":  {func(a *Assembler) { a.STXPwxxm(W1, X0, X1, MemOff(X2, 0)) }, asm.ErrOperands, "STXPwxxm", "the status goes to a register"},
		"status and base": {func(a *Assembler) { a.STXRwxm(W2, X1, MemOff(X2, 0)) }, asm.ErrOperands, "STXRwxm", "the status goes to a register"},
		"copy of itself":  {func(a *Assembler) { a.CPYFPxxx(X1, X1, X2) }, asm.ErrOperands, "CPYFPxxx", "must be different ones"},
		"size of copy":    {func(a *Assembler) { a.CPYFPxxx(X1, X2, X2) }, asm.ErrOperands, "CPYFPxxx", "must be different ones"},
		"copy from zr":    {func(a *Assembler) { a.CPYFPxxx(X1, XZR, X2) }, asm.ErrOperands, "CPYFPxxx", "not xzr"},
		"set to size":     {func(a *Assembler) { a.SETPxxx(X1, X2, X2) }, asm.ErrOperands, "SETPxxx", "must be different ones"},
		"set to address":  {func(a *Assembler) { a.SETPxxx(X1, X2, X1) }, asm.ErrOperands, "SETPxxx", "must be different ones"},
		"set zr":          {func(a *Assembler) { a.SETPxxx(XZR, X2, X1) }, asm.ErrOperands, "SETPxxx", "not xzr"},
		"not sp":          {func(a *Assembler) { a.ADDppi(P(31), SP, 1) }, asm.ErrOperands, "ADDppi", "not the stack pointer"},
		"odd pair":        {func(a *Assembler) { a.CASPxxxxm(X1, X2, X4, X5, MemOff(X6, 0)) }, asm.ErrOperands, "CASPxxxxm", "odd register"},
		"broken pair":     {func(a *Assembler) { a.CASPxxxxm(X0, X2, X4, X5, MemOff(X6, 0)) }, asm.ErrOperands, "CASPxxxxm", "does not follow"},
		"lsl #12":         {func(a *Assembler) { a.Emit(arm64asm.ADD, X0, X1, Imm(1), LSL(11)) }, asm.ErrRange, "ADD", "not 0 or 12"},
		"wide 32":         {func(a *Assembler) { a.Emit(arm64asm.MOV, W0, Imm(1<<32)) }, asm.ErrRange, "MOV", "32 bits"},
		"no MOV":          {func(a *Assembler) { a.MOVxi(X0, 0x12345) }, asm.ErrRange, "MOVxi", "not an immediate of MOV"},
		"bit field":       {func(a *Assembler) { a.UBFXxxii(X0, X1, 60, 5) }, asm.ErrRange, "UBFXxxii", "5 bits from bit 60 on, of 64"},
		"bit field lsb":   {func(a *Assembler) { a.BFIwwii(W0, W1, 32, 1) }, asm.ErrRange, "BFIwwii", "shift of 32 bits by 32"},
		"signed byte":     {func(a *Assembler) { a.SMAXxxi(X0, X1, 128) }, asm.ErrRange, "SMAXxxi", "-128 to 127"},
		"rotation":        {func(a *Assembler) { a.FCADDvvvi4S(0, 1, 2, 180) }, asm.ErrRange, "FCADDvvvi4S", "rotation by 180"},
		"pstate":          {func(a *Assembler) { a.MSRoi(64, 0) }, asm.ErrRange, "MSRoi", "no such field of PSTATE: 64"},
		"tlbi alone":      {func(a *Assembler) { a.TLBIo(TLBI_VAE1) }, asm.ErrRange, "TLBIo", "takes a register"},
		"tlbi with":       {func(a *Assembler) { a.TLBIox(TLBI_VMALLE1, X0) }, asm.ErrRange, "TLBIox", "takes no register"},
		"ic alone":        {func(a *Assembler) { a.Emit(arm64asm.IC, IC_IVAU) }, asm.ErrRange, "IC", "takes a register"},
		"ic with":         {func(a *Assembler) { a.Emit(arm64asm.IC, IC_IALLU, XZR) }, asm.ErrRange, "IC", "takes no register"},
		"dc of tlbi":      {func(a *Assembler) { a.DCox(DCOp(TLBI_VAE1), X0) }, asm.ErrRange, "DCox", "no such operation"},
		"no opposite":     {func(a *Assembler) { a.CSETxc(X0, AL) }, asm.ErrRange, "CSETxc", "al has no opposite"},
		"shifted reg":     {func(a *Assembler) { a.ADDxxr(X0, X1, X(32).LSL(1)) }, asm.ErrRange, "ADDxxr", "no such register"},
		"shifted ror":     {func(a *Assembler) { a.ADDxxr(X0, X1, X2.ROR(1)) }, asm.ErrRange, "ADDxxr", "can't rotate"},
		"shifted by 64":   {func(a *Assembler) { a.ADDxxr(X0, X1, X2.LSL(64)) }, asm.ErrRange, "ADDxxr", "shift of 64 bits by 64"},
		"extended w":      {func(a *Assembler) { a.ADDwwe(W0, W1, X2.UXTX(0)) }, asm.ErrRange, "ADDwwe", "not an extended register here"},
		"extended by 5":   {func(a *Assembler) { a.ADDxxe(X0, X1, W2.UXTB(5)) }, asm.ErrRange, "ADDxxe", "shift of more than 4"},
		"imm8":            {func(a *Assembler) { a.Emit(arm64asm.MOVI, V0.B8(), Imm(256)) }, asm.ErrRange, "MOVI", "0 to 255"},
		"bytes":           {func(a *Assembler) { a.MOVIdi(D0, 1) }, asm.ErrRange, "MOVIdi", "bytes of 0 and 0xff"},
		"msl":             {func(a *Assembler) { a.MOVIvi4SMSL(0, 1, 24) }, asm.ErrRange, "MOVIvi4SMSL", "not 8 or 16"},
		"0.0":             {func(a *Assembler) { a.Emit(arm64asm.FCMP, D0, Float(1)) }, asm.ErrRange, "FCMP", "only 0.0"},
		"element 1":       {func(a *Assembler) { a.FMOVvxD(V0.D(0), X0) }, asm.ErrRange, "FMOVvxD", "only element 1"},
		"element 16":      {func(a *Assembler) { a.UMOVwvB(W0, V0.B(16)) }, asm.ErrRange, "UMOVwvB", "element 16 of 16"},
		"element of v16":  {func(a *Assembler) { a.MULv4Hv4HvH(0, 1, V16.H(0)) }, asm.ErrRange, "MULv4Hv4HvH", "above 15"},
		"no offset":       {func(a *Assembler) { a.LDARxm(X0, MemOff(X1, 8)) }, asm.ErrRange, "LDARxm", "has no offset"},
		"structure off":   {func(a *Assembler) { a.LD1vm16B(0, MemOff(X1, 16)) }, asm.ErrRange, "LD1vm16B", "has no offset"},
		"structure post":  {func(a *Assembler) { a.LD1vm16B(0, MemPost(X1, 8)) }, asm.ErrRange, "LD1vm16B", "can't change but by 16"},
		"structure by zr": {func(a *Assembler) { a.LD1vm16B(0, MemPostReg(X1, XZR)) }, asm.ErrRange, "LD1vm16B", "no such register to add"},
		"structure pre":   {func(a *Assembler) { a.LD1vm16B(0, MemPre(X1, 16)) }, asm.ErrOperands, "LD1vm16B", "addressing mode"},
		"prefetch pre":    {func(a *Assembler) { a.PRFMom(PLDL1KEEP, MemPre(X1, 8)) }, asm.ErrOperands, "PRFMom", "addressing mode"},
		"auth post":       {func(a *Assembler) { a.LDRAAxm(X0, MemPost(X1, 8)) }, asm.ErrOperands, "LDRAAxm", "addressing mode"},
		"index uxtb":      {func(a *Assembler) { a.LDRxm(X0, MemExtend(X1, W2.UXTB(0))) }, asm.ErrRange, "LDRxm", "no such index"},
		"tag step":        {func(a *Assembler) { a.STGxm(X0, MemOff(X1, 8)) }, asm.ErrRange, "STGxm", "in steps of 16"},
		"offset of auth":  {func(a *Assembler) { a.LDRAAxm(X0, MemOff(X1, 4096)) }, asm.ErrRange, "LDRAAxm", "-4096 to 4088"},
		"unscaled":        {func(a *Assembler) { a.LDURxm(X0, MemOff(X1, 256)) }, asm.ErrRange, "LDURxm", "-256 to 255"},
		"far branch":      {func(a *Assembler) { a.Emit(arm64asm.B, Rel(1<<27)) }, asm.ErrRange, "B", "does not fit"},
		"no instruction":  {func(a *Assembler) { a.Emit(arm64asm.ADD, X0, W1, X2) }, asm.ErrOperands, "ADD", "ADD x0, w1, x2: at"},
		"no operation":    {func(a *Assembler) { a.Emit(60000, X0) }, asm.ErrOperands, "Op(60000)", "no such instruction"},
		"six operands":    {func(a *Assembler) { a.Emit(arm64asm.ADD, X0, X1, X2, X3, X4, X5) }, asm.ErrOperands, "ADD", "no such instruction"},
		"no operand":      {func(a *Assembler) { a.Emit(arm64asm.NEG, X0, nil) }, asm.ErrOperands, "NEG", "NEG x0, ?: at"},
		"empty list":      {func(a *Assembler) { a.Emit(arm64asm.LD1, ListOf(V16B(0), 5), MemOff(X0, 0)) }, asm.ErrOperands, "LD1", "no such instruction"},
		"label zero":      {func(a *Assembler) { a.Bl(0) }, asm.ErrLabel, "Bl", "not a label"},
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
			require.Equal(t, 4, e.Offset)
			require.Equal(t, filepath.Base(file), filepath.Base(e.File))
			require.Less(t, e.Line, line)
			require.Contains(t, first.Error(), c.text)
			for range 1000 { // more than the place where it goes has room for
				a.ORRxxi(X0, X0, 5)
				a.LoadConst(X0, 0x1234567890abcdef)
				a.Bl(0)
			}
			require.Equal(t, 4, a.Len())
			o, err := a.Finish()
			require.Nil(t, o)
			require.Same(t, first, err)

			a.Reset()
			a.RET()
			o, err = a.Finish()
			require.NoError(t, err)
			require.Equal(t, "c0035fd6", hex.EncodeToString(o.Code))
		})
	}
}

// TestRefusedText: Emit names all operands of an instruction that there is not.
func TestRefusedText(t *testing.T) {
	var a Assembler
	seen := map[string]bool{}
	for _, line := range formLines(t) {
		for _, spec := range line.operands {
			for _, c := range line.choices(t, spec) {
				if c.after != nil || seen[spec+c.text] {
					continue
				}
				seen[spec+c.text] = true
				a.Reset()
				a.Emit(arm64asm.NOP, c.arg)
				require.ErrorIs(t, a.Err(), asm.ErrOperands)
				want := strings.NewReplacer("[x", "x", "]!", "", "!", "").Replace(c.text)
				switch {
				case strings.HasPrefix(spec, "{") && strings.HasSuffix(spec, "1"):
					want = c.text[1:3]
				case strings.HasPrefix(spec, "{"):
					want = c.text[:strings.IndexAny(c.text, ".")] + " and "
				case strings.HasPrefix(spec, "m:"):
					want = c.text
				case strings.HasPrefix(spec, "l:"):
					want = "."
				case spec == "Z:0.0" || spec == "f:float8" || strings.HasPrefix(c.text, "#0x"):
					want = "#"
				}
				require.Contains(t, a.Err().Error(), "NOP "+want, spec)
				require.Contains(t, a.Err().Error(), ": no such instruction", spec)
			}
		}
	}
	a.Reset()
	a.Emit(arm64asm.NOP, Target(a.NewLabel("")))
	require.ErrorContains(t, a.Err(), "NOP L")
}
