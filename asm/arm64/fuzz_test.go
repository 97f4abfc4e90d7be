package arm64

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/internal/disasm"
	"github.com/wxjit/wxjit/internal/testenv"
)

// FuzzInstruction emits a legal instruction, with both layers, and reads it back: the decoder's operation is the form's or an
// alias, its registers are the same in the same order, and what it reads is emitted as the same word.
func FuzzInstruction(f *testing.F) {
	lines := formLines(f)
	for i := range 16 {
		f.Add(uint32(i*443), uint32(i*7), uint32(i*31), uint32(i*101))
	}
	for i, line := range lines {
		switch line.method {
		case "RETx": // of X30 it has no operand
			f.Add(uint32(i), uint32(30), uint32(1), uint32(0))
		case "ORRwwi": // of WZR it may be a MOV, and that MOV a MOVN
			for ahead := range uint32(70) {
				f.Add(uint32(i), uint32(30), uint32(2), ahead)
			}
		}
	}
	named := decoderAliases(f)
	for _, group := range aliases {
		for _, pair := range strings.Fields(group.pairs) {
			named[pair] = true
		}
	}
	f.Fuzz(func(t *testing.T, form, turn, p, ahead uint32) {
		line := lines[int(form)%len(lines)]
		var a Assembler
		a.AllowReserved(true)
		s, err := line.sample(t, &a, int(turn%100_000), int(p%5), int(ahead%1000)) // which compares the layers
		if err != nil {
			require.Regexp(t, impossible, err, "%s", s)
			return
		}
		if inst, err := disasm.ARM64(s.code, 0); err == nil {
			if err := readBack(s, inst.Text, named); err != nil {
				t.Errorf("%s: %x, read as %s: %v", s, s.code, inst.Text, err)
			}
		}
	})
}

// readBack compares an instruction with the text that the decoder gives of it.
func readBack(s *sample, text string, named map[string]bool) error {
	ours, theirs := mnemonic.FindString(s.text), mnemonic.FindString(text)
	want, got := registersIn(s.text), registersIn(text)
	if ours == "tbz" || ours == "tbnz" { // of the lower half an X register's bit is the W register's
		want, got = []string{want[0][1:]}, []string{got[0][1:]}
	}
	switch {
	case theirs != ours && !named[ours+">"+theirs]:
		return errors.New("no alias")
	case theirs == ours && ours != "ret" && !slices.Equal(want, got) || !sameButForAlias(want, got):
		return fmt.Errorf("registers %v, not %v", got, want)
	}
	again, err := reassemble(text)
	if bytes.Equal(again, s.code) || exempt(misread, text, s.code, again) {
		return nil
	}
	// What MOVN could do, too, but the manual's MoveWidePreferred misses.
	if ours == "orr" && theirs == "mov" && err == nil {
		if inst, _ := disasm.ARM64(again, 0); inst.Text == text {
			return nil
		}
	}
	return fmt.Errorf("emitted again as %x %v", again, err)
}

var formatOf = regexp.MustCompile(`(?m)^\t\{(0x[0-9a-f]+), (0x[0-9a-f]+), (\w+), instArgs`)

// decoderAliases are the operations, as "emitted>read", by which x/arch's decoder may call an instruction: those that have a
// format in its table which shares words with one of the operation emitted.
func decoderAliases(t testing.TB) map[string]bool {
	type format struct {
		mask, value uint64
		op          string
	}
	var formats []format
	for _, m := range formatOf.FindAllStringSubmatch(testenv.ArchFile(t, "arm64", "arm64asm", "tables.go"), -1) {
		mask, _ := strconv.ParseUint(m[1], 0, 32)
		value, _ := strconv.ParseUint(m[2], 0, 32)
		formats = append(formats, format{mask, value, strings.ToLower(m[3])})
	}
	require.Len(t, formats, 1208)
	all := map[string]bool{}
	for _, f := range formats {
		for _, g := range formats {
			if f.op != g.op && (f.value^g.value)&f.mask&g.mask == 0 {
				all[f.op+">"+g.op] = true
			}
		}
	}
	return all
}

// sameButForAlias tells whether one list of registers is the other without those that an alias leaves out: register 31, X30
// of RET, and one that is there already. An alias may name another width.
func sameButForAlias(some, all []string) bool {
	if len(some) > len(all) {
		some, all = all, some
	}
	seen := map[string]bool{"31": true, "30": true}
	for _, name := range all {
		n := registerNumber(name)
		if len(some) > 0 && registerNumber(some[0]) == n {
			some = some[1:]
		} else if !seen[n] {
			return false
		}
		seen[n] = true
	}
	return len(some) == 0
}

func registerNumber(name string) string {
	if name == "sp" || name == "wsp" || name == "xzr" || name == "wzr" {
		return "31"
	}
	return name[1:]
}

var registerNames = regexp.MustCompile(`\b(?:[xwbhsdqv]\d+|[xw]zr|w?sp)\b`)

// registersIn are the registers of an instruction, in order. A list may be written as a range.
func registersIn(text string) []string {
	all := registerNames.FindAllString(text, -1)
	if at := strings.IndexByte(text, '{'); at >= 0 { // the first of a list tells the others
		head := registerNames.FindAllString(text[:at], -1)
		tail := registerNames.FindAllString(text[strings.IndexByte(text, '}'):], -1)
		return append(append(head, all[len(head)]), tail...)
	}
	return all
}

// whole checks what an emission has left: an error and nothing else, or a whole instruction.
func whole(t *testing.T, a *Assembler, before int, what string) {
	if err := a.Err(); err != nil {
		if a.Len() != before {
			t.Fatalf("%s: %d bytes beside %v", what, a.Len()-before, err)
		}
		if !errors.Is(err, asm.ErrOperands) && !errors.Is(err, asm.ErrRange) && !errors.Is(err, asm.ErrLabel) {
			t.Fatalf("%s: %v", what, err)
		}
		a.Reset()
		a.Bind(a.NewLabel(""))
		return
	}
	if a.Len() != before+4 {
		t.Fatalf("%s: %d bytes", what, a.Len()-before)
	}
}

// FuzzGarbage calls methods with any operands at all: there is an error or a whole instruction, and never a panic.
func FuzzGarbage(f *testing.F) {
	f.Add(uint64(1), []byte{1, 2, 3})
	f.Add(uint64(2), bytes.Repeat([]byte{0xff}, 40))
	f.Fuzz(func(t *testing.T, seed uint64, data []byte) {
		var a Assembler
		r := rand.New(rand.NewPCG(seed, uint64(len(data))))
		a.AllowReserved(seed%2 == 0)
		a.Bind(a.NewLabel(""))
		lines := formLines(t)
		for _, d := range data {
			line := lines[(int(d)+256*r.IntN(100))%len(lines)]
			if !line.typed.IsValid() {
				continue
			}
			in := []reflect.Value{reflect.ValueOf(&a)}
			for p := 1; p < line.typed.Type().NumIn(); p++ {
				in = append(in, garbage(r, line.typed.Type().In(p)))
			}
			before := a.Len()
			line.typed.Call(in)
			whole(t, &a, before, line.name())
		}
		_, err := a.Finish()
		require.True(t, err == nil || errors.Is(err, asm.ErrRange), err)
	})
}

// garbage is any value of a type, often one that may be legal.
func garbage(r *rand.Rand, typ reflect.Type) reflect.Value {
	v := reflect.New(typ).Elem()
	switch {
	case typ == reflect.TypeFor[Mem]():
		v.Set(reflect.ValueOf(garbageMem(r)))
	case typ == reflect.TypeFor[Extended]():
		v.Set(reflect.ValueOf(Extended{garbageRegister(r)}))
	case typ == reflect.TypeFor[ShiftedX]():
		v.Set(reflect.ValueOf(ShiftedX{garbageRegister(r)}))
	case typ == reflect.TypeFor[ShiftedW]():
		v.Set(reflect.ValueOf(ShiftedW{garbageRegister(r)}))
	case typ == reflect.TypeFor[asm.Label]():
		v.SetInt(int64(r.IntN(3)))
	case v.CanInt():
		v.SetInt(int64(r.Uint64()) >> r.IntN(64))
	case v.CanFloat():
		v.SetFloat(garbageFloat(r))
	case typ.Kind() == reflect.Uint8:
		v.SetUint(uint64(r.IntN(34)) * uint64(1+r.IntN(20)/19*7))
	default:
		v.SetUint(r.Uint64() >> r.IntN(64) & (math.MaxUint64 >> (64 - typ.Bits())))
	}
	return v
}

func garbageMem(r *rand.Rand) Mem {
	spec := uint64(r.IntN(7)) | uint64(r.IntN(34))<<8 | uint64(garbageRegister(r))<<16
	return Mem{off: int64(r.Uint64()) >> r.IntN(64) &^ int64(r.IntN(16)), spec: spec | r.Uint64()<<(48+r.IntN(400))}
}

func garbageRegister(r *rand.Rand) register {
	return registerOf(uint8(r.IntN(34)), register(r.IntN(10)), r.IntN(70)>>r.IntN(7)) | wide*register(r.IntN(2))
}

func garbageFloat(r *rand.Rand) float64 {
	if r.IntN(2) == 0 {
		return float8Value(r.IntN(256))
	}
	return math.Float64frombits(r.Uint64() << r.IntN(64))
}

// FuzzEmitGarbage calls Emit with any operation and any operands, half of them those of a form with some exchanged.
func FuzzEmitGarbage(f *testing.F) {
	f.Add(uint64(1), 10)
	f.Add(uint64(2), 500)
	f.Fuzz(func(t *testing.T, seed uint64, n int) {
		r := rand.New(rand.NewPCG(seed, 0))
		lines := formLines(t)
		var a Assembler
		a.Bind(a.NewLabel(""))
		for range n % 2000 {
			op := arm64asm.Op(r.IntN(int(endOfOps) + 10))
			var args []Arg
			if r.IntN(2) == 0 {
				line := lines[r.IntN(len(lines))]
				op = line.op
				for _, spec := range line.operands {
					all := line.choices(t, spec)
					arg := all[r.IntN(len(all))].arg
					if arg == nil || r.IntN(8) == 0 {
						arg = garbageArg(r)
					}
					args = append(args, arg)
				}
			} else {
				for range r.IntN(7) {
					args = append(args, garbageArg(r))
				}
			}
			before := a.Len()
			a.Emit(op, args...)
			whole(t, &a, before, opName(op))
		}
	})
}

var garbageTypes = []reflect.Type{
	reflect.TypeFor[X](), reflect.TypeFor[W](), reflect.TypeFor[P](), reflect.TypeFor[WP](), reflect.TypeFor[B](), reflect.TypeFor[H](),
	reflect.TypeFor[S](), reflect.TypeFor[D](), reflect.TypeFor[Q](), reflect.TypeFor[V8B](), reflect.TypeFor[V16B](), reflect.TypeFor[V4H](),
	reflect.TypeFor[V8H](), reflect.TypeFor[V2S](), reflect.TypeFor[V4S](), reflect.TypeFor[V1D](), reflect.TypeFor[V2D](),
	reflect.TypeFor[V1Q](), reflect.TypeFor[V2H](), reflect.TypeFor[LaneB](), reflect.TypeFor[LaneH](), reflect.TypeFor[LaneS](),
	reflect.TypeFor[LaneD](), reflect.TypeFor[Lane4B](), reflect.TypeFor[Lane2H](), reflect.TypeFor[ShiftedX](), reflect.TypeFor[ShiftedW](),
	reflect.TypeFor[Extended](), reflect.TypeFor[Imm](), reflect.TypeFor[Float](), reflect.TypeFor[LSL](), reflect.TypeFor[MSL](),
	reflect.TypeFor[Target](), reflect.TypeFor[Rel](), reflect.TypeFor[Mem](), reflect.TypeFor[Cond](), reflect.TypeFor[SysReg](),
	reflect.TypeFor[Barrier](), reflect.TypeFor[Prefetch](), reflect.TypeFor[DCOp](), reflect.TypeFor[ICOp](), reflect.TypeFor[ATOp](),
	reflect.TypeFor[TLBIOp](), reflect.TypeFor[PStateField](), reflect.TypeFor[BTITarget](),
}

func garbageArg(r *rand.Rand) Arg {
	switch r.IntN(20) {
	case 0:
		return nil
	case 1:
		return List{first: uint16(r.IntN(300)), class: class(r.IntN(256))}
	case 2:
		return ListOf(V16B(r.IntN(34)), r.IntN(7))
	}
	return garbage(r, garbageTypes[r.IntN(len(garbageTypes))]).Interface().(Arg)
}
