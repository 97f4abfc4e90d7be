package tramp

//lint:file-ignore U1000 the assembly uses what Go does not

import "math/bits"

// enterFrame is the frame of Enter: room for the arguments and results of what it calls. The caller's BP is saved
// above it.
const enterFrame = 72

// nowhere is the Control of no fiber.
var nowhere Control

func cpuid(leaf, sub uint32) (a, b, c, d uint32)

func xcr0() uint32

// xsaveMask are the parts of the processor's state that a preempted call keeps: x87, SSE, AVX, the three of AVX-512, and
// the registers of APX. (Intel SDM Vol. 1, "Managing State Using the XSAVE Feature Set".) Not among them are those that
// belong to the thread (protection keys), or that a process must ask for (AMX). 0 means that there is only FXSAVE.
var xsaveMask, vectorSize = xsave()

func xsave() (mask uint32, size int) {
	const (
		legacy = 512 // bytes, of x87 and SSE
		header = 64
		wanted = 1<<0 | 1<<1 | 1<<2 | 1<<5 | 1<<6 | 1<<7 | 1<<19
	)
	if _, _, c, _ := cpuid(1, 0); c>>27&1 == 0 { // OSXSAVE
		return 0, legacy
	}
	mask, size = xcr0()&wanted, legacy+header
	for rest := mask >> 2; rest != 0; rest &= rest - 1 {
		n, off, _, _ := cpuid(0xd, uint32(2+bits.TrailingZeros32(rest)))
		size = max(size, int(off+n))
	}
	return mask, (size + 63) &^ 63
}
