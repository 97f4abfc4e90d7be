package models

import (
	"fmt"
	"testing"

	"github.com/wxjit/wxjit/asm/amd64"
)

// TestFrames calls functions that spoil what they save and all of their frame, with each set of saved registers.
func TestFrames(t *testing.T) {
	count(t)
	all := []amd64.Reg64{amd64.RBX, amd64.R12, amd64.R13, amd64.R14, amd64.R15}
	for subset := range 32 {
		for _, size := range []int32{0, 1, 8, 15, 16, 40, 4096} {
			var saved []amd64.Reg64
			for i, r := range all {
				if subset>>i&1 != 0 {
					saved = append(saved, r)
				}
			}
			frame := amd64.Frame{Size: size, Saved: saved}
			check(t, test{fmt.Sprintf("%+v", frame), 0, func(a *assembler) {
				f, over := a.NewLabel("f"), a.NewLabel("over")
				a.CALLl(f)
				a.JMPl(over)
				a.Bind(f)
				a.Prologue(frame)
				a.MOVrr64(amd64.RDX, amd64.RSP) // to be a multiple of 16, as RSP is before the call
				a.ANDri32(amd64.EDX, 15)
				for _, r := range saved {
					a.MOVri64(r, -1)
				}
				for i := range size {
					if size < 100 || i%509 == 0 || i == size-1 {
						a.MOVmi8(amd64.MemBase(amd64.RSP, i), -1)
					}
				}
				a.MOVri32(amd64.EAX, 9)
				a.Epilogue(frame)
				a.Bind(over)
			}, func(s *state) {
				s.gpr[rax], s.gpr[rdx] = 9, 0
				s.undef = six
			}}, func(*state) {})
		}
	}
}
