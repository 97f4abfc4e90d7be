package amd64

// Features is a set of instruction-set extensions. What every x86-64 CPU has, SSE2 included, is in none of them.
type Features uint64

// The extensions that instructions of this package belong to, by the names of Intel SDM Vol. 2A, "CPUID", and of the
// Intel Architecture Instruction Set Extensions Programming Reference.
const (
	SSE3 Features = 1 << iota
	SSSE3
	SSE41
	SSE42
	AES
	PCLMULQDQ
	SHA
	GFNI
	POPCNT
	LZCNT
	MOVBE
	CX16 // CMPXCHG16B
	ADX
	BMI1
	BMI2
	FSGSBASE
	RDRAND
	RDSEED
	RDTSCP
	RDPID
	PREFETCHW
	PREFETCHWT1
	CLFLUSHOPT
	CLWB
	XSAVE
	XSAVEOPT
	XSAVEC
	RTM
	PKU
	PTWRITE
	CETIBT // indirect branches must find ENDBR64, which other CPUs take for a NOP and which no Limit refuses
	CETSS
	AVX
	AVX2
	FMA
	F16C
	VAES
	VPCLMULQDQ
	AVXVNNI
	AVXIFMA
	AVXNECONVERT
	AVXVNNIINT8
	AVXVNNIINT16
	SHA512
	SM3
	SM4
	AVX512F
	AVX512CD
	AVX512ER
	AVX512PF
	AVX512DQ
	AVX512BW
	AVX512VL
	AVX512IFMA
	AVX512VBMI
	AVX512VBMI2
	AVX512VNNI
	AVX512BITALG
	AVX512VPOPCNTDQ
	AVX512BF16
	AVX512FP16
	AVX512VP2INTERSECT
	AVX512Phi // 4VNNIW and 4FMAPS
	AVX102    // AVX10.2
)

// featureNames are the names in the same order, each behind a blank. One string, so that it is small in every program.
const featureNames = " SSE3 SSSE3 SSE4.1 SSE4.2 AES PCLMULQDQ SHA GFNI POPCNT LZCNT MOVBE CX16 ADX BMI1 BMI2 FSGSBASE RDRAND" +
	" RDSEED RDTSCP RDPID PREFETCHW PREFETCHWT1 CLFLUSHOPT CLWB XSAVE XSAVEOPT XSAVEC RTM PKU PTWRITE CET_IBT CET_SS AVX AVX2" +
	" FMA F16C VAES VPCLMULQDQ AVX-VNNI AVX-IFMA AVX-NE-CONVERT AVX-VNNI-INT8 AVX-VNNI-INT16 SHA512 SM3 SM4 AVX512F AVX512CD" +
	" AVX512ER AVX512PF AVX512DQ AVX512BW AVX512VL AVX512_IFMA AVX512_VBMI AVX512_VBMI2 AVX512_VNNI AVX512_BITALG" +
	" AVX512_VPOPCNTDQ AVX512_BF16 AVX512_FP16 AVX512_VP2INTERSECT AVX512_4VNNIW/4FMAPS AVX10.2"

// Has tells whether f has all of g.
func (f Features) Has(g Features) bool { return f&g == g }

// String lists the names.
func (f Features) String() string {
	text, bit := "", -1
	for i := 0; i < len(featureNames); i++ {
		switch c := featureNames[i]; {
		case c == ' ':
			if bit++; text != "" && f>>bit&1 != 0 {
				text += "+"
			}
		case f>>bit&1 != 0:
			text += string(c)
		}
	}
	return text
}

// Limit makes every instruction outside of the given extensions an error, [asm.ErrFeature]. Without a Limit all are
// allowed. It stays until it is changed.
func (a *Assembler) Limit(f Features) { a.denied, a.missing = ^f, missing }

// missing names the extensions that a form needs and the Limit has not. It is reached through a field, so that programs
// without a Limit don't have it.
func missing(a *Assembler, f form) string { return (needs[f>>needShift] & a.denied).String() }
