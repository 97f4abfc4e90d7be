package semantics

import (
	"runtime"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm/amd64"
	"github.com/wxjit/wxjit/codebuf"
)

// state is what an instruction reads and writes: general registers by number (but rsp), flags, mask and vector registers, and
// memory that registers can point to.
type state struct {
	r     [16]uint64
	flags uint64
	_     [7]uint64
	k     [8]uint64
	z     [32][8]uint64
	mem   [512]uint64
}

const (
	offFlags = int32(unsafe.Offsetof(state{}.flags))
	offK     = int32(unsafe.Offsetof(state{}.k))
	offZ     = int32(unsafe.Offsetof(state{}.z))
)

// at is the address of word i of the memory.
func (s *state) at(i int) uint64 { return uint64(uintptr(unsafe.Pointer(&s.mem[i]))) }

// Flags, and those that arithmetic changes.
const (
	cf, pf, af, zf, sf, of = 1, 1 << 2, 1 << 4, 1 << 6, 1 << 7, 1 << 11

	allFlags = cf | pf | af | zf | sf | of
)

var features = amd64.Detect()

// program is code that was assembled around instructions.
type program struct {
	code *codebuf.Code
	call func(unsafe.Pointer) (uint64, error)
}

// vectors says which registers a program loads and stores beside the general ones.
type vectors int

const (
	noVectors vectors = iota
	xmm
	ymm
	zmm
)

// prepare assembles a function that loads the state, has the instructions emitted by body, and stores the state. It is
// released at the end of the test.
func prepare(t testing.TB, v vectors, body func(a *amd64.Assembler)) program {
	var a amd64.Assembler
	saved := []amd64.Reg64{amd64.RBX, amd64.RBP, amd64.R12, amd64.R13, amd64.R14, amd64.R15}
	for _, r := range saved {
		a.PUSHr64(r)
	}
	a.PUSHr64(amd64.RDI)
	moveVectors(&a, v, true)
	a.PUSHm64(amd64.MemBase(amd64.RDI, offFlags))
	a.POPFQ()
	for r := amd64.RAX; r <= amd64.R15; r++ {
		if r != amd64.RSP && r != amd64.RDI {
			a.MOVrm64(r, amd64.MemBase(amd64.RDI, int32(8*r)))
		}
	}
	a.MOVrm64(amd64.RDI, amd64.MemBase(amd64.RDI, int32(8*amd64.RDI)))
	body(&a)
	a.XCHGmr64(amd64.MemBase(amd64.RSP, 0), amd64.RDI) // the state, for the instruction's rdi
	for r := amd64.RAX; r <= amd64.R15; r++ {
		if r != amd64.RSP && r != amd64.RDI {
			a.MOVmr64(amd64.MemBase(amd64.RDI, int32(8*r)), r)
		}
	}
	a.PUSHFQ()
	a.POPm64(amd64.MemBase(amd64.RDI, offFlags))
	moveVectors(&a, v, false)
	a.CLD()
	a.POPr64(amd64.RAX)
	a.MOVmr64(amd64.MemBase(amd64.RDI, int32(8*amd64.RDI)), amd64.RAX)
	for i := range saved {
		a.POPr64(saved[len(saved)-1-i])
	}
	a.RET()
	o, err := a.Finish()
	require.NoError(t, err)
	buf, err := arena(t).NewBuffer(o.Len())
	require.NoError(t, err)
	_, err = buf.Place(o)
	require.NoError(t, err)
	code, err := buf.Seal()
	require.NoError(t, err)
	return program{code, codebuf.Func1[unsafe.Pointer, uint64](code)}
}

func moveVectors(a *amd64.Assembler, v vectors, load bool) {
	for i := range uint8(32) {
		m := amd64.MemBase(amd64.RDI, offZ+64*int32(i))
		switch {
		case v == zmm && load:
			a.VMOVUPDzkm512(amd64.ZMM(i), amd64.NoMask, m)
		case v == zmm:
			a.VMOVUPDmkz512(m, amd64.K0, amd64.ZMM(i))
		case i > 15 || v == noVectors:
		case v == ymm && load:
			a.VMOVUPDym256(amd64.YMM(i), m)
		case v == ymm:
			a.VMOVUPDmy256(m, amd64.YMM(i))
		case load:
			a.MOVUPDxm128(amd64.XMM(i), m)
		default:
			a.MOVUPDmx128(m, amd64.XMM(i))
		}
	}
	for i := range amd64.K(8) {
		switch m := amd64.MemBase(amd64.RDI, offK+8*int32(i)); {
		case v != zmm:
		case load:
			a.KMOVQkm64(i, m)
		default:
			a.KMOVQmk64(m, i)
		}
	}
	if v >= ymm && !load {
		a.VZEROUPPER()
	}
}

// run runs the program on the state.
func (p program) run(t testing.TB, s *state) {
	if _, err := p.call(unsafe.Pointer(s)); err != nil {
		t.Fatal(err)
	}
	runtime.KeepAlive(s)
}

// once prepares a program, runs it on the state, and releases it.
func once(t testing.TB, v vectors, s *state, body func(a *amd64.Assembler)) {
	p := prepare(t, v, body)
	p.run(t, s)
	require.NoError(t, p.code.Release())
}

var sharedArena *codebuf.Arena

// arena is one for all tests.
func arena(t testing.TB) *codebuf.Arena {
	if sharedArena == nil {
		var err error
		sharedArena, err = codebuf.New(codebuf.Config{})
		require.NoError(t, err)
	}
	return sharedArena
}

// need skips a test that the CPU is too old for.
func need(t *testing.T, f amd64.Features) {
	if !features.Has(f) {
		t.Skipf("this CPU has not all of %v", f)
	}
}

// random is a small generator, the same in each run.
type random uint64

func (r *random) next() uint64 {
	*r ^= *r << 13
	*r ^= *r >> 7
	*r ^= *r << 17
	return uint64(*r)
}
