package arm64

import (
	"runtime"

	"golang.org/x/sys/cpu"
)

// readIDRegisters reads the registers, for which the kernel must emulate them. See detect_arm64.s.
//
//go:noescape
func readIDRegisters(r *idRegisters)

// Detect gives the features that this machine's CPU and operating system support, as far as they tell: FEAT_LOR and FEAT_RAS
// are never among them.
//
// Where Linux says that user code may read the ID registers (HWCAP_CPUID, since 4.11), they tell; otherwise
// golang.org/x/sys/cpu does, which knows fewer.
func Detect() Features {
	x := &cpu.ARM64
	var f Features
	set := func(has bool, g Features) {
		if has {
			f |= g
		}
	}
	set(x.HasAES, FEAT_AES)
	set(x.HasPMULL, FEAT_PMULL)
	set(x.HasSHA1, FEAT_SHA1)
	set(x.HasSHA2, FEAT_SHA256)
	set(x.HasSHA512, FEAT_SHA512)
	set(x.HasSHA3, FEAT_SHA3)
	set(x.HasSM3, FEAT_SM3)
	set(x.HasSM4, FEAT_SM4)
	set(x.HasCRC32, FEAT_CRC32)
	set(x.HasATOMICS, FEAT_LSE)
	set(x.HasLRCPC, FEAT_LRCPC)
	set(x.HasFPHP && x.HasASIMDHP, FEAT_FP16)
	set(x.HasASIMDFHM, FEAT_FHM)
	set(x.HasASIMDRDM, FEAT_RDM)
	set(x.HasASIMDDP, FEAT_DotProd)
	set(x.HasI8MM, FEAT_I8MM)
	set(x.HasFCMA, FEAT_FCMA)
	set(x.HasJSCVT, FEAT_JSCVT)
	set(x.HasDIT, FEAT_DIT)
	set(x.HasDCPOP, FEAT_DPB)
	if runtime.GOOS == "linux" && x.HasCPUID {
		var r idRegisters
		readIDRegisters(&r)
		f |= r.features()
	}
	return f
}
