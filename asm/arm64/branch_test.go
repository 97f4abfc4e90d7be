package arm64

import (
	"encoding/hex"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/internal/testenv"
)

// going is an instruction that goes to a label, or takes something from there.
type going struct {
	name  string
	emit  func(a *Assembler, l asm.Label)
	kind  asm.RelocKind
	sizes []int // of its forms, in instructions
	x16   int   // the first of its forms that changes X16
	// taken gives what the machine must be before, so that it does go, or does not.
	taken func(m *machine, yes bool)
	load  func(m *machine) uint64 // what it has taken from the label, if it does not go there
	width int                     // in bytes
}

func setCond(c Cond) func(m *machine, yes bool) {
	return func(m *machine, yes bool) {
		holds := c
		if !yes {
			holds ^= 1
		}
		m.cond = 1<<AL | 1<<15 | 1<<holds
	}
}

func setX1(yes, no uint64) func(m *machine, yes bool) {
	return func(m *machine, is bool) {
		m.x[1] = no
		if is {
			m.x[1] = yes
		}
	}
}

func fromX(r int) func(m *machine) uint64 { return func(m *machine) uint64 { return m.x[r] } }

func fromD(r int) func(m *machine) uint64 { return func(m *machine) uint64 { return m.d[r] } }

var goings = []going{
	{name: "B", emit: (*Assembler).Bl, kind: asm.Branch26, sizes: []int{1, 3}, x16: 1},
	{name: "BL", emit: (*Assembler).BLl, kind: asm.Branch26, sizes: []int{1, 3}, x16: 1},
	{name: "B.EQ", emit: func(a *Assembler, l asm.Label) { a.Bcl(EQ, l) }, kind: asm.Branch19, sizes: []int{1, 2, 4}, x16: 2, taken: setCond(EQ)},
	{name: "B.LE", emit: func(a *Assembler, l asm.Label) { a.Bcl(LE, l) }, kind: asm.Branch19, sizes: []int{1, 2, 4}, x16: 2, taken: setCond(LE)},
	{name: "B.AL", emit: func(a *Assembler, l asm.Label) { a.Bcl(AL, l) }, kind: asm.Branch19, sizes: []int{1, 1, 3}, x16: 2},
	{name: "CBZ x", emit: func(a *Assembler, l asm.Label) { a.CBZxl(X1, l) }, kind: asm.Branch19, sizes: []int{1, 2, 4}, x16: 2, taken: setX1(0, 1<<63)},
	{name: "CBZ w", emit: func(a *Assembler, l asm.Label) { a.CBZwl(W1, l) }, kind: asm.Branch19, sizes: []int{1, 2, 4}, x16: 2, taken: setX1(1<<63, 1)},
	{name: "CBNZ x", emit: func(a *Assembler, l asm.Label) { a.CBNZxl(X1, l) }, kind: asm.Branch19, sizes: []int{1, 2, 4}, x16: 2, taken: setX1(1<<63, 0)},
	{name: "CBNZ w", emit: func(a *Assembler, l asm.Label) { a.CBNZwl(W1, l) }, kind: asm.Branch19, sizes: []int{1, 2, 4}, x16: 2, taken: setX1(1, 1<<63)},
	{name: "TBZ 63", emit: func(a *Assembler, l asm.Label) { a.TBZxil(X1, 63, l) }, kind: asm.Branch14, sizes: []int{1, 2, 4}, x16: 2, taken: setX1(1<<62, 1<<63)},
	{name: "TBNZ 5", emit: func(a *Assembler, l asm.Label) { a.TBNZxil(X1, 5, l) }, kind: asm.Branch14, sizes: []int{1, 2, 4}, x16: 2, taken: setX1(1<<5, ^uint64(1<<5))},
	{name: "ADR", emit: func(a *Assembler, l asm.Label) { a.ADRxl(X1, l) }, kind: asm.Adr21, sizes: []int{1, 2}, x16: 2, load: fromX(1)},
	{name: "ADR xzr", emit: func(a *Assembler, l asm.Label) { a.ADRxl(XZR, l) }, kind: asm.Adr21, sizes: []int{1, 2}, x16: 1, load: fromX(3)},
	{name: "LDR x", emit: func(a *Assembler, l asm.Label) { a.LDRxl(X1, l) }, kind: asm.Branch19, sizes: []int{1, 3}, x16: 2, load: fromX(1), width: 8},
	{name: "LDR xzr", emit: func(a *Assembler, l asm.Label) { a.LDRxl(XZR, l) }, kind: asm.Branch19, sizes: []int{1, 3}, x16: 1, load: fromX(3), width: 8},
	{name: "LDR w", emit: func(a *Assembler, l asm.Label) { a.LDRwl(W1, l) }, kind: asm.Branch19, sizes: []int{1, 3}, x16: 2, load: fromX(1), width: 4},
	{name: "LDRSW", emit: func(a *Assembler, l asm.Label) { a.LDRSWxl(X1, l) }, kind: asm.Branch19, sizes: []int{1, 3}, x16: 2, load: fromX(1), width: -4},
	{name: "LDR d", emit: func(a *Assembler, l asm.Label) { a.LDRdl(D1, l) }, kind: asm.Branch19, sizes: []int{1, 3}, x16: 1, load: fromD(1), width: 8},
	{name: "LDR s", emit: func(a *Assembler, l asm.Label) { a.LDRsl(S31, l) }, kind: asm.Branch19, sizes: []int{1, 3}, x16: 1, load: fromD(31), width: 4},
	{name: "LDR q", emit: func(a *Assembler, l asm.Label) { a.register(0x9c000000, 7, l) }, kind: asm.Branch19, sizes: []int{1, 3}, x16: 1, load: fromD(7), width: 16},
	{name: "PRFM", emit: func(a *Assembler, l asm.Label) { a.register(0xd8000000, 1, l) }, kind: asm.Branch19, sizes: []int{1, 3}, x16: 1, load: fromD(1), width: 1},
}

// zeros is what stands between; it is large enough for every test.
var zeros []byte

// gap emits n bytes of data, in pieces.
func gap(a *Assembler, n int) {
	if len(zeros) == 0 {
		zeros = make([]byte, 4<<20)
	}
	for ; n > len(zeros); n -= len(zeros) {
		a.Bytes(zeros)
	}
	a.Bytes(zeros[:n])
}

// datum is what stands at the label, which a load finds.
var datum = []byte{0x81, 0x22, 0x33, 0x84, 0x55, 0x66, 0x77, 0x88, 9, 10, 11, 12, 13, 14, 15, 16}

// reach emits the instruction so that the label is n bytes from the start of its first form, measured with the form of that
// level, and checks that this level is the one that Finish takes, and that it goes there.
func (g going) reach(t *testing.T, a *Assembler, n, level int) {
	a.Reset()
	l := a.NewLabel("label")
	var at, back int // finished offsets: of the instruction, of the label
	if n >= 0 {
		g.emit(a, l)
		gap(a, n-4*g.sizes[level])
		a.Bind(l)
		a.Bytes(datum)
		at, back = 0, n
	} else {
		a.Bind(l)
		a.Bytes(datum)
		gap(a, -n-len(datum))
		g.emit(a, l)
		at, back = -n, 0
	}
	o, err := a.Finish()
	require.NoError(t, err)
	size := 4 * g.sizes[level]
	want := a.Len() - 4 + size
	require.Equal(t, want, o.Len(), "%s over %d bytes: level %d", g.name, n, level)
	m := loaded(t, o)
	start := m.base + uint64(at)
	for _, yes := range []bool{true, false} {
		if g.taken == nil && !yes {
			continue
		}
		for i := range m.x {
			m.x[i] = uint64(i) << 32
		}
		if g.taken != nil {
			g.taken(m, yes)
		}
		before := m.x
		m.pc = start
		for m.step(); m.pc != m.base+uint64(back) && m.pc-start < uint64(size); {
			m.step()
		}
		g.check(t, m, yes, before, start, level, uint64(back))
	}
}

// check looks at the machine behind the instruction.
func (g going) check(t *testing.T, m *machine, yes bool, before [31]uint64, start uint64, level int, label uint64) {
	end := start + uint64(4*g.sizes[level])
	changed := map[int]bool{16: level >= g.x16 && yes, 30: g.name == "BL"}
	switch {
	case g.load != nil:
		require.Equal(t, end, m.pc, g.name)
		changed[1] = g.load(m) == m.x[1]
		want := m.base + label
		switch g.width {
		case 1, 4:
			want = m.load(want, g.width)
		case -4:
			want = uint64(int32(m.load(want, 4)))
		case 8:
			want = m.load(want, 8)
		case 16:
			want = m.load(want, 8) ^ 0x090a0b0c0d0e0f10
		}
		if before[3] == g.load(m) {
			break // to the zero register
		}
		require.Equal(t, want, g.load(m), g.name)
	case !yes:
		require.Equal(t, end, m.pc, g.name)
	default:
		require.Equal(t, m.base+label, m.pc, "%s at %#x", g.name, start)
	}
	if g.name == "BL" {
		require.Equal(t, end, m.x[30])
	}
	for i := range m.x {
		if !changed[i] {
			require.Equal(t, before[i], m.x[i], "%s changes x%d, level %d", g.name, i, level)
		}
	}
}

// TestReach has the last distance that each form reaches, in both directions, and the first that it doesn't and the next
// form does.
func TestReach(t *testing.T) {
	var a Assembler
	for _, g := range goings {
		least, greatest := g.kind.Range()
		step := 4
		if g.kind == asm.Adr21 {
			step = 1
		}
		if g.kind != asm.Branch26 {
			g.reach(t, &a, int(least), 0)
			g.reach(t, &a, int(greatest), 0)
			g.reach(t, &a, int(least)-step, 1)
			g.reach(t, &a, int(greatest)+step+4*(g.sizes[1]-1), 1)
		}
	}
}

// TestFarReach is TestReach for 128 MiB, for one instruction of each sequence of forms. BL is as B but for its last word.
func TestFarReach(t *testing.T) {
	if runtime.GOARCH != "amd64" || testenv.Race() {
		return // nothing here depends on the host, and an emulator is slow
	}
	least, greatest := asm.Branch26.Range()
	for _, g := range goings {
		level := len(g.sizes) - 1               // the one that reaches further
		b := 4 * (g.sizes[max(level-1, 0)] - 1) // offset of the B of the form before
		switch g.name {
		case "BL":
			g.reach(t, far(), int(greatest)+12, level)
		case "B", "TBNZ 5":
			g.reach(t, far(), int(least)+b, level-1)
			g.reach(t, far(), int(greatest)+b, level-1)
			g.reach(t, far(), int(least)+b-4, level)
			g.reach(t, far(), int(greatest)+b+4+4*(g.sizes[level]-g.sizes[level-1]), level)
		}
	}
}

// TestForbidRelaxation has the same distances without longer forms: an error that names the label, and nothing else.
func TestForbidRelaxation(t *testing.T) {
	if testenv.Race() {
		return // megabytes of gaps
	}
	var a Assembler
	a.ForbidRelaxation(true)
	for _, g := range goings {
		if g.kind == asm.Branch26 {
			continue
		}
		least, greatest := g.kind.Range()
		g.reach(t, &a, int(least), 0)
		g.reach(t, &a, int(greatest), 0)
		for _, n := range []int{int(greatest) + 4, int(least) - 4} {
			a.Reset()
			l := a.NewLabel("far")
			if n > 0 {
				g.emit(&a, l)
			} else {
				a.Bind(l)
			}
			gap(&a, max(n-4, -n))
			if n > 0 {
				a.Bind(l)
			} else {
				g.emit(&a, l)
			}
			_, err := a.Finish()
			require.ErrorIs(t, err, asm.ErrRange, g.name)
			require.ErrorContains(t, err, "far")
			require.ErrorContains(t, err, "branch_test.go")
		}
	}
}

func TestCallsToAddresses(t *testing.T) {
	var a Assembler
	a.BLaddr(0x1000)
	a.Baddr(0x1000)
	o, err := a.Finish()
	require.NoError(t, err)
	dst := make([]byte, 8)
	require.NoError(t, o.Place(dst, 0x2000))
	require.Equal(t, "00fcff97"+"fffbff17", hex.EncodeToString(dst))
	require.ErrorIs(t, o.Place(dst, 0x2000+128<<20), asm.ErrRange)
	require.ErrorIs(t, o.Place(dst, 0x2002), asm.ErrRange)
}
