package amd64

import "golang.org/x/sys/cpu"

// cpuid runs CPUID. See detect_amd64.s.
//
//go:noescape
func cpuid(leaf, sub uint32) (eax, ebx, ecx, edx uint32)

// Detect gives the extensions that this machine's CPU and operating system support.
//
// golang.org/x/sys/cpu tells what the operating system saves, and most extensions; the others are read with CPUID: Intel
// SDM Vol. 2A, "CPUID", and the Intel Architecture Instruction Set Extensions Programming Reference.
func Detect() Features {
	x := &cpu.X86
	var f Features
	set := func(has bool, g Features) {
		if has {
			f |= g
		}
	}
	set(x.HasSSE3, SSE3)
	set(x.HasSSSE3, SSSE3)
	set(x.HasSSE41, SSE41)
	set(x.HasSSE42, SSE42)
	set(x.HasAES, AES)
	set(x.HasPCLMULQDQ, PCLMULQDQ)
	set(x.HasPOPCNT, POPCNT)
	set(x.HasCX16, CX16)
	set(x.HasADX, ADX)
	set(x.HasBMI1, BMI1)
	set(x.HasBMI2, BMI2)
	set(x.HasRDRAND, RDRAND)
	set(x.HasRDSEED, RDSEED)
	set(x.HasOSXSAVE, XSAVE)
	set(x.HasAVX, AVX)
	set(x.HasAVX2, AVX2)
	set(x.HasFMA, FMA)
	set(x.HasAVX512F, AVX512F)
	set(x.HasAVX512CD, AVX512CD)
	set(x.HasAVX512ER, AVX512ER)
	set(x.HasAVX512PF, AVX512PF)
	set(x.HasAVX512DQ, AVX512DQ)
	set(x.HasAVX512BW, AVX512BW)
	set(x.HasAVX512VL, AVX512VL)
	set(x.HasAVX512IFMA, AVX512IFMA)
	set(x.HasAVX512VBMI, AVX512VBMI)
	set(x.HasAVX512VBMI2, AVX512VBMI2)
	set(x.HasAVX512VNNI, AVX512VNNI)
	set(x.HasAVX512BITALG, AVX512BITALG)
	set(x.HasAVX512VPOPCNTDQ, AVX512VPOPCNTDQ)
	set(x.HasAVX512BF16, AVX512BF16)
	set(x.HasAVX5124VNNIW && x.HasAVX5124FMAPS, AVX512Phi)
	return f | detectRest(x.HasOSXSAVE, x.HasAVX, x.HasAVX512F)
}

// detectRest reads what x/sys/cpu has no name for. What needs the state of vector registers needs avx or avx512.
func detectRest(xsave, avx, avx512 bool) Features {
	var f Features
	bit := func(reg uint32, n uint, has bool, g Features) {
		if reg>>n&1 != 0 && has {
			f |= g
		}
	}
	last, _, _, _ := cpuid(0, 0)
	_, _, c1, _ := cpuid(1, 0)
	bit(c1, 22, true, MOVBE)
	bit(c1, 29, avx, F16C)
	if last >= 7 {
		sub, b, c, d := cpuid(7, 0)
		bit(b, 0, true, FSGSBASE)
		bit(b, 11, true, RTM)
		bit(b, 23, true, CLFLUSHOPT)
		bit(b, 24, true, CLWB)
		bit(b, 29, true, SHA)
		bit(c, 0, true, PREFETCHWT1)
		bit(c, 4, xsave, PKU) // OSPKE
		bit(c, 7, true, CETSS)
		bit(c, 8, true, GFNI)
		bit(c, 9, avx, VAES)
		bit(c, 10, avx, VPCLMULQDQ)
		bit(c, 22, true, RDPID)
		bit(d, 8, avx512, AVX512VP2INTERSECT)
		bit(d, 20, true, CETIBT)
		bit(d, 23, avx512, AVX512FP16)
		if sub >= 1 {
			a, _, _, d := cpuid(7, 1)
			bit(a, 0, avx, SHA512)
			bit(a, 1, avx, SM3)
			bit(a, 2, avx, SM4)
			bit(a, 4, avx, AVXVNNI)
			bit(a, 23, avx, AVXIFMA)
			bit(d, 4, avx, AVXVNNIINT8)
			bit(d, 5, avx, AVXNECONVERT)
			bit(d, 10, avx, AVXVNNIINT16)
			if d>>19&1 != 0 && avx512 && last >= 0x24 {
				if _, b, _, _ := cpuid(0x24, 0); b&0xff >= 2 {
					f |= AVX102
				}
			}
		}
	}
	if last >= 0xd && xsave {
		a, _, _, _ := cpuid(0xd, 1)
		bit(a, 0, true, XSAVEOPT)
		bit(a, 1, true, XSAVEC)
	}
	if last >= 0x14 {
		_, b, _, _ := cpuid(0x14, 0)
		bit(b, 4, true, PTWRITE)
	}
	if last, _, _, _ := cpuid(0x80000000, 0); last >= 0x80000001 {
		_, _, c, d := cpuid(0x80000001, 0)
		bit(c, 5, true, LZCNT)
		bit(c, 8, true, PREFETCHW)
		bit(d, 27, true, RDTSCP)
	}
	return f
}
