package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestA64Totals: every format of x/arch has a form, and the page says so.
func TestA64Totals(t *testing.T) {
	x, err := readA64(moduleDir(t))
	require.NoError(t, err)
	has := map[*a64Format]bool{}
	for _, f := range x.forms {
		for _, r := range f.rows {
			has[r] = true
		}
	}
	formats, encodable, added := 0, 0, 0
	for _, r := range x.rows {
		require.NotEqual(t, has[r], r.left != "", "%s %08x is either encodable, or left out for a reason", r.op, r.value)
		switch {
		case r.added && has[r]:
			added++
		case !r.added:
			formats++
			if has[r] {
				encodable++
			}
		}
	}
	require.Equal(t, 1208, formats)
	require.Equal(t, 1208, encodable)
	require.GreaterOrEqual(t, added, 745)
	require.GreaterOrEqual(t, len(x.forms), 3171)
	page, err := os.ReadFile(filepath.Join("..", "..", "asm", "arm64", "COVERAGE.md"))
	require.NoError(t, err)
	require.Equal(t, x.coverage(), string(page))
}

// TestA64Extensions: what a JIT needs beyond Armv8.0 is complete, by the names of Arm ARM DDI 0487, "Architecture Features
// and Extensions".
func TestA64Extensions(t *testing.T) {
	x, err := readA64(moduleDir(t))
	require.NoError(t, err)
	methods := map[string]string{}
	for _, f := range x.forms {
		if !f.emitOnly {
			methods[f.method()] = f.need
		}
	}
	wanted := map[string][]string{
		"FEAT_LRCPC":   {"LDAPRxm", "LDAPRwm", "LDAPRBwm", "LDAPRHwm"},
		"FEAT_DotProd": {"SDOTv2Sv8Bv8B", "SDOTv4Sv16Bv16B", "SDOTv2Sv8Bv4B", "SDOTv4Sv16Bv4B", "UDOTv2Sv8Bv8B", "UDOTv4Sv16Bv16B", "UDOTv2Sv8Bv4B", "UDOTv4Sv16Bv4B"},
		"FEAT_BTI":     {"BTI", "BTIo"},
		"FEAT_SB":      {"SB"},
		"FEAT_FlagM":   {"CFINV", "RMIFxii", "SETF8w", "SETF16w"},
		"FEAT_PAuth": strings.Fields("PACIAxx PACIAxp PACIBxx PACDAxx PACDBxx PACIZAx PACIZBx PACDZAx PACDZBx PACGAxxx PACIASP PACIBSP PACIAZ PACIBZ " +
			"PACIA1716 PACIB1716 AUTIAxx AUTIAxp AUTIBxx AUTDAxx AUTDBxx AUTIZAx AUTIZBx AUTDZAx AUTDZBx AUTIASP AUTIBSP AUTIAZ AUTIBZ AUTIA1716 " +
			"AUTIB1716 XPACIx XPACDx XPACLRI BRAAxx BRAAxp BRABxx BRAAZx BRABZx BLRAAxx BLRABxx BLRAAZx BLRABZx RETAA RETAB LDRAAxm LDRABxm"),
	}
	for _, order := range []string{"", "A", "L", "AL"} {
		for _, op := range strings.Fields("CAS SWP LDADD LDCLR LDEOR LDSET LDSMAX LDSMIN LDUMAX LDUMIN") {
			wanted["FEAT_LSE"] = append(wanted["FEAT_LSE"], op+order+"wwm", op+order+"xxm", op+order+"Bwwm", op+order+"Hwwm")
		}
		wanted["FEAT_LSE"] = append(wanted["FEAT_LSE"], "CASP"+order+"wwwwm", "CASP"+order+"xxxxm")
	}
	for _, op := range strings.Fields("STADD STCLR STEOR STSET STSMAX STSMIN STUMAX STUMIN") {
		for _, order := range []string{"", "L"} {
			wanted["FEAT_LSE"] = append(wanted["FEAT_LSE"], op+order+"wm", op+order+"xm", op+order+"Bwm", op+order+"Hwm")
		}
	}
	for _, op := range strings.Fields("SQRDMLAH SQRDMLSH") {
		wanted["FEAT_RDM"] = append(wanted["FEAT_RDM"], op+"hhh", op+"sss", op+"vvv4H", op+"vvv8H", op+"vvv2S", op+"vvv4S", op+"hhvH", op+"ssvS")
	}
	for _, op := range strings.Fields("FADD FSUB FMUL FDIV FNMUL FMAX FMIN FMAXNM FMINNM") { // scalars and vectors
		wanted["FEAT_FP16"] = append(wanted["FEAT_FP16"], op+"hhh")
		if op != "FNMUL" {
			wanted["FEAT_FP16"] = append(wanted["FEAT_FP16"], op+"vvv4H", op+"vvv8H")
		}
	}
	for _, op := range strings.Fields("FABS FNEG FSQRT FRINTN FRINTP FRINTM FRINTZ FRINTA FRINTX FRINTI") {
		wanted["FEAT_FP16"] = append(wanted["FEAT_FP16"], op+"hh", op+"vv4H", op+"vv8H")
	}
	for _, op := range strings.Fields("FCVTNS FCVTNU FCVTPS FCVTPU FCVTMS FCVTMU FCVTZS FCVTZU FCVTAS FCVTAU") {
		wanted["FEAT_FP16"] = append(wanted["FEAT_FP16"], op+"wh", op+"xh", op+"hh", op+"vv4H", op+"vv8H")
	}
	wanted["FEAT_FP16"] = append(wanted["FEAT_FP16"], strings.Fields("FMADDhhhh FMSUBhhhh FNMADDhhhh FNMSUBhhhh FCMPhh FCMPhZ FCMPEhh FCMPEhZ FCCMPhhic FCCMPEhhic FCSELhhhc FMOVhh FMOVhw "+
		"FMOVhx FMOVwh FMOVxh FMOVhi SCVTFhw SCVTFhx UCVTFhw UCVTFhx FMLAvvv8H FMLSvvv8H FADDPvvv8H FCMEQvvv8H FCMGEvvv8H FCMGTvvv8H FACGEvvv8H FRECPEvv8H FRSQRTEvv8H "+
		"FMAXVhv8H FMINVhv8H FMAXNMVhv8H FMINNMVhv8H")...)
	n := 0
	for feature, names := range wanted {
		for _, name := range names {
			need, ok := methods[name]
			require.True(t, ok, name)
			require.Contains(t, strings.Split(need, "+"), feature, name)
			n++
		}
	}
	require.Greater(t, n, 400)
	t.Logf("%d methods", n)
	count := map[string]int{}
	for _, r := range a64Added {
		count[r.feature]++
	}
	require.GreaterOrEqual(t, count["FEAT_LSE"], 232)
	require.GreaterOrEqual(t, count["FEAT_FP16"], 176)
	for _, op := range strings.Fields("CSDB UDF SSBB PSSBB") {
		require.True(t, slices.ContainsFunc(x.forms, func(f *a64Form) bool { return f.op == op && f.need == "" }), op)
	}
}
