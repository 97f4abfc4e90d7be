package amd64

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/x86/x86asm"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/internal/testenv"
)

// FuzzInstruction emits a legal instruction, with both layers, and reads it back.
func FuzzInstruction(f *testing.F) {
	lines := formLines(f)
	for i := range 16 {
		f.Add(uint32(i*443), uint32(i*7))
	}
	f.Fuzz(func(t *testing.T, form, turn uint32) {
		line := lines[int(form)%len(lines)]
		var a Assembler
		s, ok := line.sample(t, &a, reflect.ValueOf(&a).MethodByName(line.method), int(turn%1_000_000))
		if !ok {
			return
		}
		if why := misread(s); why != "" && !testenv.Allow(undecoded).Has("", s.method+" "+s.text) {
			t.Errorf("%s %s %x: %s", s.method, s.text, s.code, why)
		}
		code, err := emitted(&a, s)
		require.NoError(t, err, "%s %s", s.method, s.text)
		if !bytes.Equal(code, s.code) && !testenv.Allow(otherEmit).Has("", s.method+" "+s.text) {
			t.Errorf("%s %s: typed %x, Emit %x", s.method, s.text, s.code, code)
		}
	})
}

// FuzzGarbage calls methods with any operands at all: there is an error or a whole instruction, and never a panic.
func FuzzGarbage(f *testing.F) {
	f.Add(uint64(1), []byte{1, 2, 3})
	f.Add(uint64(2), bytes.Repeat([]byte{0xff}, 40))
	f.Fuzz(func(t *testing.T, seed uint64, data []byte) {
		var a Assembler
		r := rand.New(rand.NewPCG(seed, uint64(len(data))))
		label := a.NewLabel("")
		a.Bind(label)
		v := reflect.ValueOf(&a)
		lines := formLines(t)
		for _, d := range data {
			line := lines[(int(d)+256*r.IntN(100))%len(lines)]
			method := v.MethodByName(line.method)
			var args []reflect.Value
			for p := range method.Type().NumIn() {
				arg := reflect.New(method.Type().In(p)).Elem()
				switch {
				case arg.Type() == reflect.TypeFor[Mem]():
					arg.Set(reflect.ValueOf(garbageMem(r)))
				case arg.Type().ConvertibleTo(reflect.TypeFor[Mem]()):
					arg.Set(reflect.ValueOf(garbageMem(r)).Convert(arg.Type()))
				case arg.Type() == reflect.TypeFor[asm.Label]():
					arg.SetInt(int64(r.IntN(3)))
				case arg.CanInt():
					arg.SetInt(int64(r.Uint64()) >> r.IntN(64))
				default:
					arg.SetUint(uint64(r.IntN(24)))
				}
				args = append(args, arg)
			}
			before := a.Len()
			method.Call(args)
			if a.Err() != nil {
				require.Equal(t, before, a.Len())
				a.Reset()
				label = a.NewLabel("")
				a.Bind(label)
				continue
			}
			require.Greater(t, a.Len(), before)
			require.LessOrEqual(t, a.Len(), before+15)
		}
		_, err := a.Finish()
		require.NoError(t, err)
	})
}

func garbageMem(r *rand.Rand) Mem {
	return Mem{
		disp: int32(r.Uint32()) >> r.IntN(32), label: asm.Label(r.IntN(3)),
		spec: memSpec(r.IntN(20)) | memSpec(r.IntN(36))<<specIndex | memSpec(r.IntN(4))<<specScale | memSpec(r.IntN(8))<<18 |
			memSpec(r.IntN(8)*r.IntN(2))<<specSeg | memSpec(r.IntN(2)*r.IntN(2))<<24 | memSpec(r.IntN(2)*r.IntN(4))<<25,
	}
}

// FuzzEmitGarbage calls Emit with any operation and any operands.
func FuzzEmitGarbage(f *testing.F) {
	f.Add(uint64(1), 10)
	f.Add(uint64(2), 500)
	f.Fuzz(func(t *testing.T, seed uint64, n int) {
		r := rand.New(rand.NewPCG(seed, 0))
		var a Assembler
		label := a.NewLabel("")
		a.Bind(label)
		for range n % 2000 {
			before := a.Len()
			a.Emit(x86asm.Op(r.IntN(int(endOfOps)+10)), garbageArgs(r, label)...)
			if a.Err() != nil {
				require.Equal(t, before, a.Len())
				a.Reset()
				label = a.NewLabel("")
				a.Bind(label)
				continue
			}
			require.Greater(t, a.Len(), before)
			require.LessOrEqual(t, a.Len(), before+15)
		}
	})
}

// garbageArgs are up to seven operands, often of one class so that some of them fit.
func garbageArgs(r *rand.Rand, label asm.Label) (args []x86asm.Arg) {
	first := [...]x86asm.Reg{x86asm.AL, x86asm.AX, x86asm.EAX, x86asm.RAX, x86asm.X0, x86asm.Y0, x86asm.Z0, x86asm.K0, x86asm.M0, x86asm.F0}
	class := first[r.IntN(len(first))]
	mem := func() x86asm.Mem {
		return x86asm.Mem{
			Segment: x86asm.Reg(r.IntN(2) * r.IntN(256)), Base: x86asm.RAX + x86asm.Reg(r.IntN(20)), Index: x86asm.Reg(r.IntN(2) * r.IntN(256)),
			Scale: uint8(1 << r.IntN(5)), Disp: int64(r.Uint64()) >> r.IntN(64),
		}
	}
	for range r.IntN(5) + r.IntN(2)*r.IntN(3) {
		switch r.IntN(14) {
		case 0:
			args = append(args, x86asm.Reg(r.IntN(256)))
		case 1:
			args = append(args, mem())
		case 2:
			args = append(args, x86asm.Imm(int64(r.Uint64())>>r.IntN(64)))
		case 3:
			args = append(args, x86asm.Rel(int32(r.Uint32())>>r.IntN(32)))
		case 4:
			args = append(args, Target(label))
		case 5:
			args = append(args, Sized(garbageMem(r), r.IntN(70)))
		case 6:
			args = append(args, SizedMem(mem(), r.IntN(70)))
		case 7:
			args = append(args, Broadcast(garbageMem(r), 1<<r.IntN(5), 1<<r.IntN(7)))
		case 8:
			args = append(args, Zeroing(x86asm.K0+x86asm.Reg(r.IntN(10))))
		case 9:
			args = append(args, Embedded(Rounding(r.IntN(6))), SAE())
		case 10:
			args = append(args, Operand{}, nil)
		default:
			args = append(args, class+x86asm.Reg(r.IntN(8)))
		}
	}
	return args
}
