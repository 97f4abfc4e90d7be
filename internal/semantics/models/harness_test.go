//go:build amd64 || arm64

package models

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/codebuf"
)

// Each architecture has its assembler, features and state, with what surrounds the code under test: enclose, always,
// randomState, and the methods normalize and differences.

var (
	arena *codebuf.Arena
	// cpu is the state that the code works on: at one address, so that models can speak of addresses.
	cpu       = newState()
	memory    = uint64(uintptr(unsafe.Pointer(&cpu.mem)))
	cases     int // pieces of code under test
	runs      int // calls of them
	unable    int // cases that this CPU lacks an extension for
	generator *rand.Rand
)

// memSize is the length of the memory of a state, in bytes.
const memSize = 1024

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
	needs features
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
