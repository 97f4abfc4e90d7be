package models

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"unsafe"

	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm/arm64"
)

// assembler is short, as method expressions of it fill the tables.
type assembler = arm64.Assembler

type features = arm64.Features

// state is all that the code under test finds and leaves. The code around it knows the layout. X18 and X28 are not loaded.
type state struct {
	gpr   [31]uint64
	flags uint64 // NZCV
	undef uint64 // flags that the model does not want to be compared
	fpcr  uint64
	fpsr  uint64 // QC alone is compared
	_     uint64
	v     [32]vector
	mem   [memSize]byte
}

// vector is a Q register, its lowest byte first.
type vector [16]byte

// Flags, by their bits in NZCV.
const (
	nf = 1 << 31
	zf = 1 << 30
	cf = 1 << 29
	vf = 1 << 28

	allFlags = nf | zf | cf | vf
	qc       = 1 << 27 // of FPSR: something was saturated
)

var has = arm64.Detect()

// flagInputs are what the flags are before: none, all, and C alone or not.
var flagInputs = []uint64{0, allFlags, cf, allFlags &^ cf}

// always is what the code around the code under test uses beside Armv8.0.
func always() features { return 0 }

// vectorFile is how many vector registers there are, and their width in bytes.
func vectorFile() (n, width int) { return 32, 16 }

// Offsets in a state.
const (
	offFlags = int(unsafe.Offsetof(state{}.flags))
	offFPCR  = int(unsafe.Offsetof(state{}.fpcr))
	offFPSR  = int(unsafe.Offsetof(state{}.fpsr))
	offV     = int(unsafe.Offsetof(state{}.v))
)

// enclose assembles a function that takes the address of a state, loads it, runs the code and stores what that leaves.
// Around the code the stack is
//
//	sp+00  x29, and the address to return to
//	sp+10  address of the state
//	sp+18  FPCR of the caller
//
// It gives the offsets where the code begins and ends.
func enclose(a *assembler, code func(a *assembler)) (first, last int) {
	a.STPxxm(arm64.X29, arm64.X30, arm64.MemPre(arm64.SP, -32))
	a.MRSxg(arm64.X1, arm64.FPCR)
	a.STPxxm(arm64.X0, arm64.X1, arm64.MemOff(arm64.SP, 16))
	load(a)
	first = a.Len()
	code(a)
	last = a.Len()
	store(a)
	a.LDRxm(arm64.X1, arm64.MemOff(arm64.SP, 24))
	a.MSRgx(arm64.FPCR, arm64.X1)
	a.LDPxxm(arm64.X29, arm64.X30, arm64.MemPost(arm64.SP, 32))
	a.RET()
	return first, last
}

var special = []struct {
	off int
	reg arm64.SysReg
}{{offFPCR, arm64.FPCR}, {offFPSR, arm64.FPSR}, {offFlags, arm64.NZCV}}

// load fills the registers from the state at X0.
func load(a *assembler) {
	for _, s := range special {
		a.LDRxm(arm64.X1, arm64.MemOff(arm64.X0, s.off))
		a.MSRgx(s.reg, arm64.X1)
	}
	for i := range arm64.Q(32) {
		a.LDRqm(i, arm64.MemOff(arm64.X0, offV+16*int(i)))
	}
	for r := arm64.X30; r < 31; r-- {
		if usable(uint8(r)) {
			a.LDRxm(r, arm64.MemOff(arm64.X0, 8*int(r)))
		}
	}
}

// store is the way back. The code under test may have changed all but SP, X18 and X28.
func store(a *assembler) {
	a.STPxxm(arm64.X0, arm64.X1, arm64.MemPre(arm64.SP, -16))
	a.LDRxm(arm64.X0, arm64.MemOff(arm64.SP, 32))
	for r := arm64.X2; r < 31; r++ {
		if usable(uint8(r)) {
			a.STRxm(r, arm64.MemOff(arm64.X0, 8*int(r)))
		}
	}
	a.LDPxxm(arm64.X2, arm64.X3, arm64.MemPost(arm64.SP, 16))
	a.STPxxm(arm64.X2, arm64.X3, arm64.MemOff(arm64.X0, 0))
	for _, s := range special {
		a.MRSxg(arm64.X1, s.reg)
		a.STRxm(arm64.X1, arm64.MemOff(arm64.X0, s.off))
	}
	for i := range arm64.Q(32) {
		a.STRqm(i, arm64.MemOff(arm64.X0, offV+16*int(i)))
	}
}

// usable tells whether code may have the register for itself.
func usable(r uint8) bool { return r != 18 && r != 28 }

// normalize takes out of both states what is not to be compared.
func (s *state) normalize(want *state) {
	mask := uint64(allFlags) &^ want.undef
	s.flags &= mask
	want.flags &= mask
	s.undef, want.undef = 0, 0
	s.fpsr &= qc
	want.fpsr &= qc
}

// differences describes where the two states are not the same, with what was there before.
func (s *state) differences(got, want *state) string {
	var b bytes.Buffer
	line := func(what string, in, got, want any) {
		if got != want {
			fmt.Fprintf(&b, "\t%-6s was %#x, is %#x, want %#x\n", what, in, got, want)
		}
	}
	for i := range s.gpr {
		line(fmt.Sprintf("x%d", i), s.gpr[i], got.gpr[i], want.gpr[i])
	}
	line("nzcv", s.flags, got.flags, want.flags)
	line("fpcr", s.fpcr, got.fpcr, want.fpcr)
	line("fpsr", s.fpsr, got.fpsr, want.fpsr)
	for i := range s.v {
		line(fmt.Sprintf("v%d", i), s.v[i], got.v[i], want.v[i])
	}
	for i := range s.mem {
		line(fmt.Sprintf("[%d]", i), s.mem[i], got.mem[i], want.mem[i])
	}
	fmt.Fprintf(&b, "\tbefore: gpr %#x flags %#x", s.gpr, s.flags)
	return b.String()
}

// randomState is random in registers and memory.
func randomState() *state {
	s := &state{}
	for b := s.mem[:]; len(b) > 0; b = b[8:] {
		binary.LittleEndian.PutUint64(b, generator.Uint64())
	}
	for i := range s.v {
		binary.LittleEndian.PutUint64(s.v[i][:], generator.Uint64())
		binary.LittleEndian.PutUint64(s.v[i][8:], generator.Uint64())
	}
	return s
}

// emit is a piece of code of one instruction.
func emit(op arm64asm.Op, args ...arm64.Arg) func(a *assembler) {
	return func(a *assembler) { a.Emit(op, args...) }
}

// general is register r as one of n bits.
func general(n int, r uint8) arm64.Arg {
	if n == 64 {
		return arm64.X(r)
	}
	return arm64.W(r)
}

// reg gives the n bits of register r, of which 31 is 0.
func (s *state) reg(n int, r uint8) uint64 {
	if r == 31 {
		return 0
	}
	return s.gpr[r] & maskOf(n)
}

// setReg writes n bits of register r and clears the rest. 31 is written to no effect.
func (s *state) setReg(n int, r uint8, x uint64) {
	if r != 31 {
		s.gpr[r] = x & maskOf(n)
	}
}

// put writes n bits into register r for an input, and leaves random ones above them.
func (s *state) put(n int, r uint8, x uint64) {
	if r != 31 {
		s.gpr[r] = s.gpr[r]&^maskOf(n) | x&maskOf(n)
	}
}

// one draws a register that is none of the others.
func one(others ...uint8) uint8 {
	for {
		if r := uint8(generator.IntN(31)); usable(r) && !slices.Contains(others, r) {
			return r
		}
	}
}

// distinct draws n registers.
func distinct(n int) (all []uint8) {
	for range n {
		all = append(all, one(all...))
	}
	return all
}

// first gives up to n of the inputs, evenly.
func first(n int, inputs []func(*state)) (some []func(*state)) {
	step := max(len(inputs)/n, 1)
	for i := 0; i < len(inputs); i += step {
		some = append(some, inputs[i])
	}
	return some
}

// filled makes inputs whose vectors and memory are edges of the size and random numbers.
func filled(times, size int, isFloat bool, put func(s *state)) (inputs []func(*state)) {
	for range times {
		inputs = append(inputs, func(s *state) {
			s.fill(size, isFloat)
			put(s)
		})
	}
	return inputs
}

func nothing(*state) {}
