package models

import (
	"fmt"
	"testing"

	"github.com/wxjit/wxjit/asm/amd64"
)

const (
	rsi = uint8(amd64.RSI)
	rdi = uint8(amd64.RDI)
)

// step moves a pointer by one element, in the direction of DF.
func (s *state) step(r uint8, n int) {
	if s.flags&df != 0 {
		s.gpr[r] -= uint64(n / 8)
	} else {
		s.gpr[r] += uint64(n / 8)
	}
}

// offset is where a pointer points in memory.
func (s *state) offset(r uint8) int { return int(s.gpr[r] - memory) }

// stringOp is a string instruction.
type stringOp struct {
	name  string
	code  four[func(*assembler)]
	model func(s *state, n int) // one element
	tests bool                  // sets flags, and a prefix looks at ZF
}

var stringOps = []stringOp{
	{"MOVS", four[func(*assembler)]{(*as).MOVSB, (*as).MOVSW, (*as).MOVSD, (*as).MOVSQ}, func(s *state, n int) {
		s.setAt(n, s.offset(rdi), s.at(n, s.offset(rsi)))
		s.step(rsi, n)
		s.step(rdi, n)
	}, false},
	{"STOS", four[func(*assembler)]{(*as).STOSB, (*as).STOSW, (*as).STOSD, (*as).STOSQ}, func(s *state, n int) {
		s.setAt(n, s.offset(rdi), s.reg(n, rax))
		s.step(rdi, n)
	}, false},
	{"LODS", four[func(*assembler)]{(*as).LODSB, (*as).LODSW, (*as).LODSD, (*as).LODSQ}, func(s *state, n int) {
		s.setReg(n, rax, s.at(n, s.offset(rsi)))
		s.step(rsi, n)
	}, false},
	{"CMPS", four[func(*assembler)]{(*as).CMPSB, (*as).CMPSW, (*as).CMPSD, (*as).CMPSQ}, func(s *state, n int) {
		_, flags := subtraction(n, s.at(n, s.offset(rsi)), s.at(n, s.offset(rdi)), 0)
		s.setFlags(six, flags)
		s.step(rsi, n)
		s.step(rdi, n)
	}, true},
	{"SCAS", four[func(*assembler)]{(*as).SCASB, (*as).SCASW, (*as).SCASD, (*as).SCASQ}, func(s *state, n int) {
		_, flags := subtraction(n, s.reg(n, rax), s.at(n, s.offset(rdi)), 0)
		s.setFlags(six, flags)
		s.step(rdi, n)
	}, true},
}

// stringInputs have memory with runs of equal bytes, in RAX too, for count elements up or down.
func stringInputs(n int, count uint64) (inputs []func(*state)) {
	for _, flags := range []uint64{0, df, six, allFlags} {
		for i := range 12 {
			inputs = append(inputs, func(s *state) {
				s.flags = flags
				s.gpr[rsi], s.gpr[rdi], s.gpr[rcx] = memory+256, memory+640, count
				if flags&df != 0 {
					s.gpr[rsi], s.gpr[rdi] = memory+480, memory+900
				}
				switch {
				case i < 4: // all random
				case i < 8: // the two are the same but for one byte, which may be far away
					copy(s.mem[640-16:], s.mem[256-16:][:128])
					copy(s.mem[900-112:], s.mem[480-112:][:128])
					s.mem[640+i*n/8+3]++
					s.mem[900-i*n/8-3]++
					s.gpr[rax] = s.at(64, 640+i*n/8)
				default:
					for k := range s.mem {
						s.mem[k] = byte(i)
					}
					s.gpr[rax] = 0x0101010101010101 * uint64(i)
					s.mem[640+(i-8)*13] ^= 0x80
					s.mem[900-(i-8)*13] ^= 0x80
				}
			})
		}
	}
	return inputs
}

func TestStrings(t *testing.T) {
	for _, o := range stringOps {
		t.Run(o.name, func(t *testing.T) {
			count(t)
			for w, n := range widths {
				check(t, test{fmt.Sprintf("%s%d", o.name, n), 0, o.code[w], func(s *state) { o.model(s, n) }}, stringInputs(n, 5)...)
				for _, times := range []uint64{0, 1, 2, 5, 12} {
					o.repeated(t, w, n, times, "REP", (*as).REP, true)
					if o.tests {
						o.repeated(t, w, n, times, "REPNE", (*as).REPNE, false)
					}
				}
			}
		})
	}
}

// repeated goes on while ZF is as the prefix wants it, where it matters.
func (o *stringOp) repeated(t *testing.T, w, n int, times uint64, name string, prefix func(*assembler), equal bool) {
	check(t, test{fmt.Sprintf("%s %s%d, %d times", name, o.name, n, times), 0, func(a *assembler) { prefix(a); o.code[w](a) }, func(s *state) {
		for s.gpr[rcx] != 0 {
			o.model(s, n)
			s.gpr[rcx]--
			if o.tests && s.flags&zf != 0 != equal {
				break
			}
		}
	}}, stringInputs(n, times)...)
}

func TestXLAT(t *testing.T) {
	count(t)
	const rbx = uint8(amd64.RBX)
	check(t, test{"XLAT", 0, (*as).XLATB, func(s *state) { s.setReg(8, rax, s.at(8, 300+int(s.reg(8, rax)))) }}, each(8, func(s *state, x uint64) {
		s.gpr[rbx] = memory + 300
		s.setReg(8, rax, x)
	})...)
}
