package models

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm/amd64"
	"github.com/wxjit/wxjit/codebuf"
)

// assembler is short, as method expressions of it fill the tables.
type assembler = amd64.Assembler

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

const memSize = 1024

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

var (
	has   = amd64.Detect()
	arena *codebuf.Arena
	// cpu is the state that the code works on: at one address, so that models can speak of addresses.
	cpu       = newState()
	memory    = uint64(uintptr(unsafe.Pointer(&cpu.mem)))
	cases     int // pieces of code under test
	runs      int // calls of them
	unable    int // cases that this CPU lacks an extension for
	generator *rand.Rand
)

// trace shows which case a crash is in: go test -run TestX . -args -cases
var trace = flag.Bool("cases", false, "print each case before it runs")

// newState gives a state whose vectors and memory are at multiples of 64 bytes.
func newState() *state {
	room := make([]byte, unsafe.Sizeof(state{})+64)
	p := unsafe.Pointer(unsafe.SliceData(room))
	mem := uintptr(p) + unsafe.Offsetof(state{}.mem)
	return (*state)(unsafe.Add(p, -mem&63))
}

func TestMain(m *testing.M) {
	flag.Parse()
	a, err := codebuf.New(codebuf.Config{})
	if errors.Is(err, errors.ErrUnsupported) {
		fmt.Println("no memory for code on this platform:", err)
		os.Exit(0)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	arena = a
	status := m.Run()
	if testing.Verbose() {
		fmt.Printf("semantics: %d cases, %d runs; %d cases not run, as this CPU can't\n", cases, runs, unable)
	}
	if err := arena.Close(); err != nil {
		fmt.Println(err)
		status = 1
	}
	os.Exit(status)
}

// test is a piece of code and what it does, in Go.
type test struct {
	name  string
	needs amd64.Features
	code  func(a *assembler)
	model func(s *state)
}

// count logs how many cases and runs the test has had when it ends. The test's random numbers begin anew, so that they are
// the same whatever ran before.
func count(t *testing.T) {
	generator, pools = rand.New(rand.NewPCG(3, 6)), map[kind][]byte{}
	c, r, u := cases, runs, unable
	t.Cleanup(func() { t.Logf("%d cases, %d runs, %d cases not run", cases-c, runs-r, unable-u) })
}

// check runs the code once for each of the inputs, which prepare a state that is random otherwise, and compares.
func check(t *testing.T, c test, inputs ...func(s *state)) {
	t.Helper()
	if !has.Has(c.needs) {
		unable++
		return
	}
	var a assembler
	a.Limit(c.needs | always())
	first, last := enclose(&a, c.code)
	o, err := a.Finish()
	require.NoError(t, err, c.name)
	buf, err := arena.NewBuffer(o.Len())
	require.NoError(t, err)
	_, err = buf.Place(o)
	require.NoError(t, err)
	code, err := buf.Seal()
	require.NoError(t, err)
	defer func() { require.NoError(t, code.Release()) }()
	cases++
	if *trace {
		fmt.Fprintf(os.Stderr, "%s: % x\n", c.name, o.Code[first:min(last, len(o.Code))])
	}
	random := randomState()
	for i, input := range inputs {
		runs++
		in := *random
		for r := range in.gpr {
			in.gpr[r] = generator.Uint64()
		}
		input(&in)
		in.flags &= allFlags
		want := in
		c.model(&want)
		*cpu = in
		_, err := code.Call(uint64(uintptr(unsafe.Pointer(cpu))))
		runtime.KeepAlive(cpu)
		require.NoError(t, err, c.name)
		got := *cpu
		got.normalize(&want)
		if got != want {
			t.Errorf("%s: % x: input %d:\n%s", c.name, o.Code[first:min(last, len(o.Code))], i, in.differences(&got, &want))
			return
		}
	}
}

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
