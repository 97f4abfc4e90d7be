package models

import "github.com/wxjit/wxjit/asm/amd64"

// What follows makes methods of one instruction in four widths look alike: registers and immediates become numbers.

type (
	regReg = func(a *assembler, dst, src uint8)
	regMem = func(a *assembler, dst uint8, src amd64.Mem)
	memReg = func(a *assembler, dst amd64.Mem, src uint8)
	regImm = func(a *assembler, dst uint8, imm int32)
	memImm = func(a *assembler, dst amd64.Mem, imm int32)
	oneReg = func(a *assembler, r uint8)
	oneMem = func(a *assembler, m amd64.Mem)
)

func rr[D, S ~uint8](f func(*assembler, D, S)) regReg {
	return func(a *assembler, dst, src uint8) { f(a, D(dst), S(src)) }
}

func rm[D ~uint8](f func(*assembler, D, amd64.Mem)) regMem {
	return func(a *assembler, dst uint8, src amd64.Mem) { f(a, D(dst), src) }
}

func mr[S ~uint8](f func(*assembler, amd64.Mem, S)) memReg {
	return func(a *assembler, dst amd64.Mem, src uint8) { f(a, dst, S(src)) }
}

func ri[D ~uint8, I ~int8 | ~int16 | ~int32 | ~uint8](f func(*assembler, D, I)) regImm {
	return func(a *assembler, dst uint8, imm int32) { f(a, D(dst), I(imm)) }
}

func mi[I ~int8 | ~int16 | ~int32 | ~uint8](f func(*assembler, amd64.Mem, I)) memImm {
	return func(a *assembler, dst amd64.Mem, imm int32) { f(a, dst, I(imm)) }
}

func r1[D ~uint8](f func(*assembler, D)) oneReg {
	return func(a *assembler, r uint8) { f(a, D(r)) }
}

// four is a method for each width, the narrowest first; nil where there is none.
type four[F any] [4]F

func rrs(
	f8 func(*assembler, amd64.Reg8, amd64.Reg8), f16 func(*assembler, amd64.Reg16, amd64.Reg16),
	f32 func(*assembler, amd64.Reg32, amd64.Reg32), f64 func(*assembler, amd64.Reg64, amd64.Reg64),
) four[regReg] {
	return four[regReg]{rr(f8), rr(f16), rr(f32), rr(f64)}
}

func rms(
	f8 func(*assembler, amd64.Reg8, amd64.Mem), f16 func(*assembler, amd64.Reg16, amd64.Mem),
	f32 func(*assembler, amd64.Reg32, amd64.Mem), f64 func(*assembler, amd64.Reg64, amd64.Mem),
) four[regMem] {
	return four[regMem]{rm(f8), rm(f16), rm(f32), rm(f64)}
}

func mrs(
	f8 func(*assembler, amd64.Mem, amd64.Reg8), f16 func(*assembler, amd64.Mem, amd64.Reg16),
	f32 func(*assembler, amd64.Mem, amd64.Reg32), f64 func(*assembler, amd64.Mem, amd64.Reg64),
) four[memReg] {
	return four[memReg]{mr(f8), mr(f16), mr(f32), mr(f64)}
}

func ris(
	f8 func(*assembler, amd64.Reg8, int8), f16 func(*assembler, amd64.Reg16, int16),
	f32 func(*assembler, amd64.Reg32, int32), f64 func(*assembler, amd64.Reg64, int32),
) four[regImm] {
	return four[regImm]{ri(f8), ri(f16), ri(f32), ri(f64)}
}

func mis(
	f8 func(*assembler, amd64.Mem, int8), f16 func(*assembler, amd64.Mem, int16), f32, f64 func(*assembler, amd64.Mem, int32),
) four[memImm] {
	return four[memImm]{mi(f8), mi(f16), mi(f32), mi(f64)}
}

func rs(
	f8 func(*assembler, amd64.Reg8), f16 func(*assembler, amd64.Reg16), f32 func(*assembler, amd64.Reg32),
	f64 func(*assembler, amd64.Reg64),
) four[oneReg] {
	return four[oneReg]{r1(f8), r1(f16), r1(f32), r1(f64)}
}
