package models

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/wxjit/wxjit/asm/amd64"
)

// assembler is short, as method expressions of it fill the tables.
type assembler = amd64.Assembler

type features = amd64.Features

// state is all that the code under test finds and leaves. The code around it knows the layout.
type state struct {
	gpr   [16]uint64 // RSP is only given back: it is where the caller's stack is
	flags uint64     // the six of arithmetic and DF
	undef uint64     // flags that the model does not want to be compared
	sp    uint64     // RSP as the code found it, where the state's address is
	mxcsr uint32     // the exceptions that were raised are not compared
	_     uint32
	k     [8]uint64
	v     [32]vector
	mem   [memSize]byte
}

// vector is a ZMM register, its lowest byte first.
type vector [64]byte

// Flags, by their bits in RFLAGS.
const (
	cf = 1 << 0
	pf = 1 << 2
	af = 1 << 4
	zf = 1 << 6
	sf = 1 << 7
	df = 1 << 10
	of = 1 << 11

	six      = cf | pf | af | zf | sf | of
	allFlags = six | df
)

// defaultMXCSR masks all exceptions and rounds to nearest.
const defaultMXCSR = 0x1f80

var has = amd64.Detect()

// normalize takes out of both states what is not to be compared.
func (s *state) normalize(want *state) {
	want.sp = s.sp
	if s.gpr[amd64.RSP] == s.sp {
		s.gpr[amd64.RSP] = want.gpr[amd64.RSP]
	}
	mask := allFlags &^ want.undef
	s.flags &= mask
	want.flags &= mask
	s.undef, want.undef = 0, 0
	s.mxcsr &^= 0x3f
	want.mxcsr &^= 0x3f
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
		line(amd64.Reg64(i).String(), s.gpr[i], got.gpr[i], want.gpr[i])
	}
	line("flags", s.flags, got.flags, want.flags)
	line("mxcsr", s.mxcsr, got.mxcsr, want.mxcsr)
	for i := range s.k {
		line(fmt.Sprintf("k%d", i), s.k[i], got.k[i], want.k[i])
	}
	for i := range s.v {
		line(fmt.Sprintf("v%d", i), s.v[i], got.v[i], want.v[i])
	}
	for i := range s.mem {
		line(fmt.Sprintf("[%d]", i), s.mem[i], got.mem[i], want.mem[i])
	}
	fmt.Fprintf(&b, "\tbefore: gpr %#x flags %#x", s.gpr, s.flags)
	return b.String()
}

// randomState is random where the CPU can hold it; what it has no registers for is 0.
func randomState() *state {
	s := &state{mxcsr: defaultMXCSR}
	fill := func(b []byte) {
		for ; len(b) > 0; b = b[8:] {
			binary.LittleEndian.PutUint64(b, generator.Uint64())
		}
	}
	fill(s.mem[:])
	if has.Has(amd64.AVX512F) {
		for i := range s.k {
			s.k[i] = generator.Uint64() & maskBits()
		}
	}
	vectors, width := vectorFile()
	for i := range vectors {
		fill(s.v[i][:width])
	}
	return s
}

// maskBits are those that a mask register has.
func maskBits() uint64 {
	if has.Has(amd64.AVX512BW) {
		return math.MaxUint64
	}
	return math.MaxUint16
}
