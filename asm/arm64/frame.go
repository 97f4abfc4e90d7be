package arm64

import "github.com/wxjit/wxjit/asm"

// Frame is the stack frame of a function: Size bytes of its own at [sp], at a multiple of 16, and the callee-saved registers
// that it changes. X29 and X30 are saved in any case, and X29 holds the address where they are.
type Frame struct {
	Size   int32 // below 16 MiB
	Saved  []X   // of X19 to X27; X28 is not for use
	SavedD []D   // of D8 to D15
}

func (a *Assembler) checkFrame(f Frame) bool {
	seen, seenD := uint32(0), uint32(0)
	for _, r := range f.Saved {
		if r < X19 || r > X27 || seen>>r&1 != 0 {
			a.fail(asm.ErrOperands, "%v is not one of x19 to x27, once", r)
			return false
		}
		seen |= 1 << r
	}
	for _, r := range f.SavedD {
		if r < D8 || r > D15 || seenD>>r&1 != 0 {
			a.fail(asm.ErrOperands, "%v is not one of d8 to d15, once", r)
			return false
		}
		seenD |= 1 << r
	}
	if f.Size < 0 || f.Size > 1<<24-16 {
		a.fail(asm.ErrRange, "frame of %d bytes", f.Size)
		return false
	}
	return true
}

// Prologue begins a function of the C calling convention: AAPCS64, "The Frame Pointer".
func (a *Assembler) Prologue(f Frame) {
	if !a.checkFrame(f) {
		return
	}
	a.word(0xa9bf7bfd) // STP X29, X30, [SP, #-16]!
	a.word(0x910003fd) // MOV X29, SP
	push(a, f.Saved, 0xa9bf03e0, 0xf81f0fe0)
	push(a, f.SavedD, 0x6dbf03e0, 0xfc1f0fe0)
	n := form(f.Size+15) &^ 15
	if high := n >> 12; high != 0 {
		a.word(0xd14003ff | high<<10) // SUB SP, SP, #high, LSL #12
	}
	if low := n & 0xfff; low != 0 {
		a.word(0xd10003ff | low<<10) // SUB SP, SP, #low
	}
}

// Epilogue ends the function that Prologue began with the same Frame, and returns. SP may be anything by then.
func (a *Assembler) Epilogue(f Frame) {
	if !a.checkFrame(f) {
		return
	}
	pairs := form(len(f.Saved)+1)/2 + form(len(f.SavedD)+1)/2
	if pairs == 0 {
		a.word(0x910003bf) // MOV SP, X29
	} else {
		a.word(0xd10003bf | 16*pairs<<10) // SUB SP, X29, #(16*pairs)
	}
	pop(a, f.SavedD, 0x6cc103e0, 0xfc4107e0)
	pop(a, f.Saved, 0xa8c103e0, 0xf84107e0)
	a.word(0xa8c17bfd) // LDP X29, X30, [SP], #16
	a.word(0xd65f03c0) // RET
}

// push stores registers in pairs, STP [SP, #-16]!, and what is left alone, STR [SP, #-16]!.
func push[R X | D](a *Assembler, regs []R, pair, one form) {
	for ; len(regs) > 1; regs = regs[2:] {
		a.word(pair | form(regs[1])<<10 | form(regs[0]))
	}
	if len(regs) > 0 {
		a.word(one | form(regs[0]))
	}
}

// pop loads what push stored: LDP [SP], #16 and LDR [SP], #16.
func pop[R X | D](a *Assembler, regs []R, pair, one form) {
	n := len(regs)
	if n&1 != 0 {
		n--
		a.word(one | form(regs[n]))
	}
	for n -= 2; n >= 0; n -= 2 {
		a.word(pair | form(regs[n+1])<<10 | form(regs[n]))
	}
}
