package models

import (
	"unsafe"

	"github.com/wxjit/wxjit/asm/amd64"
)

// always are the extensions that the code around the code under test uses, those of the widest registers.
func always() amd64.Features {
	return has & (amd64.AVX | amd64.AVX512F | amd64.AVX512BW)
}

// enclose assembles a function that takes the address of a state, loads it, runs the code and stores what that leaves.
// Around the code the stack is
//
//	rsp+00  address of the state
//	rsp+08  RFLAGS of the caller
//	rsp+10  MXCSR of the caller
//	rsp+18  r15 r14 r13 r12 rbp rbx, and the address to return to
//
// It gives the offsets where the code begins and ends.
func enclose(a *assembler, code func(a *assembler)) (first, last int) {
	preserved := []amd64.Reg64{amd64.RBX, amd64.RBP, amd64.R12, amd64.R13, amd64.R14, amd64.R15}
	for _, r := range preserved {
		a.PUSHr64(r)
	}
	a.PUSHr64(amd64.RAX)
	a.STMXCSRm32(amd64.MemBase(amd64.RSP, 0))
	a.PUSHFQ()
	a.PUSHr64(amd64.RDI)
	load(a)
	first = a.Len()
	code(a)
	last = a.Len()
	store(a)
	a.LEArm64(amd64.RSP, amd64.MemBase(amd64.RSP, 8))
	a.POPFQ()
	a.LDMXCSRm32(amd64.MemBase(amd64.RSP, 0))
	a.POPr64(amd64.RAX)
	for i := range preserved {
		a.POPr64(preserved[len(preserved)-1-i])
	}
	if has.Has(amd64.AVX) {
		a.VZEROUPPER()
	}
	a.RET()
	return first, last
}

// field is the memory at an offset of the state that RDI points to.
func field(off uintptr, i, size int) amd64.Mem {
	return amd64.MemBase(amd64.RDI, int32(off)+int32(i*size))
}

// Offsets in a state.
const (
	offGPR   = unsafe.Offsetof(state{}.gpr)
	offFlags = unsafe.Offsetof(state{}.flags)
	offSP    = unsafe.Offsetof(state{}.sp)
	offMXCSR = unsafe.Offsetof(state{}.mxcsr)
	offK     = unsafe.Offsetof(state{}.k)
	offV     = unsafe.Offsetof(state{}.v)
)

// load fills the registers from the state at RDI, and puts RSP there.
func load(a *assembler) {
	a.MOVmr64(field(offSP, 0, 8), amd64.RSP)
	a.LDMXCSRm32(field(offMXCSR, 0, 4))
	for i := range 32 {
		m := field(offV, i, 64)
		switch {
		case has.Has(amd64.AVX512F):
			a.VMOVDQU64zkm512(amd64.ZMM(i), amd64.NoMask, m)
		case i > 15:
		case has.Has(amd64.AVX):
			a.VMOVDQUym256(amd64.YMM(i), m)
		default:
			a.MOVDQUxm128(amd64.XMM(i), m)
		}
	}
	for i := range 8 {
		m := field(offK, i, 8)
		switch {
		case has.Has(amd64.AVX512BW):
			a.KMOVQkm64(amd64.K(i), m)
		case has.Has(amd64.AVX512F):
			a.KMOVWkm16(amd64.K(i), m)
		}
	}
	a.PUSHm64(field(offFlags, 0, 8))
	a.POPFQ()
	for r := range amd64.Reg64(16) {
		if r != amd64.RSP && r != amd64.RDI {
			a.MOVrm64(r, field(offGPR, int(r), 8))
		}
	}
	a.MOVrm64(amd64.RDI, field(offGPR, int(amd64.RDI), 8))
}

// store is the way back. What comes before the flags are stored does not change them.
func store(a *assembler) {
	a.XCHGmr64(amd64.MemBase(amd64.RSP, 0), amd64.RDI)
	for r := range amd64.Reg64(16) {
		if r != amd64.RDI {
			a.MOVmr64(field(offGPR, int(r), 8), r)
		}
	}
	a.MOVrm64(amd64.RAX, amd64.MemBase(amd64.RSP, 0))
	a.MOVmr64(field(offGPR, int(amd64.RDI), 8), amd64.RAX)
	a.PUSHFQ()
	a.POPm64(field(offFlags, 0, 8))
	a.CLD()
	a.STMXCSRm32(field(offMXCSR, 0, 4))
	for i := range 8 {
		m := field(offK, i, 8)
		switch {
		case has.Has(amd64.AVX512BW):
			a.KMOVQmk64(m, amd64.K(i))
		case has.Has(amd64.AVX512F):
			a.KMOVWmk16(m, amd64.K(i))
		}
	}
	for i := range 32 {
		m := field(offV, i, 64)
		switch {
		case has.Has(amd64.AVX512F):
			a.VMOVDQU64mkz512(m, amd64.K0, amd64.ZMM(i))
		case i > 15:
		case has.Has(amd64.AVX):
			a.VMOVDQUmy256(m, amd64.YMM(i))
		default:
			a.MOVDQUmx128(m, amd64.XMM(i))
		}
	}
}
