package models

import (
	"testing"

	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm/arm64"
)

// TestNothing sees that what is loaded is what is stored: everything, by random values.
func TestNothing(t *testing.T) {
	count(t)
	var inputs []func(*state)
	for i := range 16 {
		inputs = append(inputs, func(s *state) { s.flags = uint64(i) << 28 })
	}
	check(t, test{"nothing", 0, func(*assembler) {}, func(*state) {}}, inputs...)
	check(t, test{"NOP", 0, (*assembler).NOP, func(*state) {}}, inputs...)
	check(t, test{"CFINV", arm64.FEAT_FlagM, emit(arm64.CFINV), func(s *state) { s.flags ^= cf }}, inputs...)
}

// TestSystemRegisters reads and writes those of user code.
func TestSystemRegisters(t *testing.T) {
	count(t)
	for i := range uint64(16) {
		r := one()
		check(t, test{"MSR NZCV", 0, emit(arm64asm.MSR, arm64.NZCV, arm64.X(r)), func(s *state) { s.flags = s.gpr[r] & allFlags }},
			func(s *state) { s.gpr[r] = i << 28 })
		check(t, test{"MRS NZCV", 0, emit(arm64asm.MRS, arm64.X(r), arm64.NZCV), func(s *state) { s.gpr[r] = s.flags }},
			func(s *state) { s.flags = i << 28 })
		const modes = 15 << 22 // RMode, FZ, DN
		check(t, test{"MSR FPCR", 0, emit(arm64asm.MSR, arm64.FPCR, arm64.X(r)), func(s *state) { s.fpcr = s.gpr[r] }},
			func(s *state) { s.gpr[r] = i << 22 & modes })
		check(t, test{"MRS FPCR", 0, emit(arm64asm.MRS, arm64.X(r), arm64.FPCR), func(s *state) { s.gpr[r] = s.fpcr }},
			func(s *state) { s.fpcr = i << 22 & modes })
		check(t, test{"MSR FPSR", 0, emit(arm64asm.MSR, arm64.FPSR, arm64.X(r)), func(s *state) { s.fpsr = s.gpr[r] }},
			func(s *state) { s.gpr[r] = i >> 3 * qc })
	}
	// The thread register that user code can't write is 0 on Linux, which has no use for it.
	check(t, test{"MRS TPIDRRO_EL0", 0, emit(arm64asm.MRS, arm64.X7, arm64.TPIDRRO_EL0), func(s *state) { s.gpr[7] = 0 }}, nothing)
	// TPIDR_EL0 is read twice, and read back when written with what it was.
	check(t, test{"TPIDR_EL0", 0, func(a *assembler) {
		a.MRSxg(arm64.X1, arm64.TPIDR_EL0)
		a.MSRgx(arm64.TPIDR_EL0, arm64.X1)
		a.MRSxg(arm64.X2, arm64.TPIDR_EL0)
		a.SUBxxx(arm64.X1, arm64.X1, arm64.X2)
		a.MOVxi(arm64.X2, 0)
	}, func(s *state) { s.gpr[1], s.gpr[2] = 0, 0 }}, nothing)
}
