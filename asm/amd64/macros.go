package amd64

import (
	"fmt"

	"github.com/wxjit/wxjit/asm"
)

// The methods of this file are not instructions of the manual: what they emit depends on their operands, and may be more
// than one instruction.

// LoadConst loads any constant in the fewest bytes: 5 if it has 32 bits, 7 if it is negative with 32, 10 otherwise. The
// flags stay as they are.
func (a *Assembler) LoadConst(dst Reg64, v uint64) { a.movImm(uint8(dst), int64(v)) }

// LoadLabel loads the address of a label as an immediate of 64 bits, from anywhere: MOV r64, imm64. LEArm64 of MemLabel is
// shorter and needs no relocation.
func (a *Assembler) LoadLabel(dst Reg64, l asm.Label) {
	a.or(w1|map1|0xb8<<op|imm64, uint8(dst), 0)
	a.s.Refer("", len(a.s.Buf)-8, asm.Abs64, l, 0)
}

// CallAddr calls an absolute address, wherever the code is placed: directly if it is within 2 GiB, otherwise through a slot
// in the literal pool that holds the address. 6 bytes, and 8 of the pool for each address.
func (a *Assembler) CallAddr(addr uint64) { a.slot(map1|0xff<<op, 2, addr) }

// JmpAddr jumps as CallAddr calls.
func (a *Assembler) JmpAddr(addr uint64) { a.slot(map1|0xff<<op, 4, addr) }

// LoadAddr loads an absolute address: with LEA if it is within 2 GiB, otherwise from a slot as CallAddr's. 7 bytes.
func (a *Assembler) LoadAddr(dst Reg64, addr uint64) { a.slot(w1|map1|0x8b<<op, uint8(dst), addr) }

func (a *Assembler) slot(f form, reg uint8, addr uint64) {
	l := a.s.Slot(nil, addr, 0)
	a.rm(f, reg, MemLabel(l), 0)
	a.s.Relocate(len(a.s.Buf)-4, asm.Slot32, addr, -4)
}

// Frame is the stack frame of a function: Size bytes of its own at [rsp], at a multiple of 16, and the callee-saved
// registers that it changes. RBP is saved in any case and holds the frame's address.
type Frame struct {
	Size  int32
	Saved []Reg64 // of RBX, R12, R13, R14, R15
}

// space is what is subtracted from rsp, so that it stays a multiple of 16: at entry it is 8 more, and RBP is pushed.
func (f Frame) space() int32 {
	pushed := int32(8 * len(f.Saved))
	return (f.Size+pushed+15)&^15 - pushed
}

func (a *Assembler) checkFrame(f Frame) bool {
	seen := uint32(0)
	for _, r := range f.Saved {
		if r != RBX && (r < R12 || r > R15) || seen>>r&1 != 0 {
			a.s.Fail("", r.String(), fmt.Errorf("not one of rbx and r12 to r15, once: %w", asm.ErrOperands))
			return false
		}
		seen |= 1 << r
	}
	if f.Size < 0 || f.Size > 1<<30 {
		a.fail(fmt.Sprintf("frame of %d bytes", f.Size), asm.ErrRange)
		return false
	}
	return true
}

// Prologue begins a function of the C calling convention: System V ABI, AMD64 Architecture Processor Supplement, "The
// Stack Frame".
func (a *Assembler) Prologue(f Frame) {
	if !a.checkFrame(f) {
		return
	}
	a.PUSHr64(RBP)
	a.MOVrr64(RBP, RSP)
	for _, r := range f.Saved {
		a.PUSHr64(r)
	}
	if n := f.space(); n > 0 {
		a.SUBri64(RSP, n)
	}
}

// Epilogue ends the function that Prologue began with the same Frame, and returns. RSP may be anything by then.
func (a *Assembler) Epilogue(f Frame) {
	if !a.checkFrame(f) {
		return
	}
	if n := len(f.Saved); n > 0 {
		a.LEArm64(RSP, MemBase(RBP, int32(-8*n)))
		for i := range f.Saved {
			a.POPr64(f.Saved[n-1-i])
		}
		a.POPr64(RBP)
	} else {
		a.LEAVE()
	}
	a.RET()
}
