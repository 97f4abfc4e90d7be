package main

// a64Features are the features that operations of arm64asm's own tables need, by the manual's names. Of PMULL and PMULL2 it
// is the form with 1Q that needs one. Floating point and Advanced SIMD are in none: Linux has no arm64 without.
var a64Features = map[string]string{
	"AESD": "FEAT_AES", "AESE": "FEAT_AES", "AESIMC": "FEAT_AES", "AESMC": "FEAT_AES",
	"PMULL": "FEAT_PMULL", "PMULL2": "FEAT_PMULL",
	"SHA1C": "FEAT_SHA1", "SHA1H": "FEAT_SHA1", "SHA1M": "FEAT_SHA1", "SHA1P": "FEAT_SHA1", "SHA1SU0": "FEAT_SHA1",
	"SHA1SU1": "FEAT_SHA1", "SHA256H": "FEAT_SHA256", "SHA256H2": "FEAT_SHA256", "SHA256SU0": "FEAT_SHA256",
	"SHA256SU1": "FEAT_SHA256", "CRC32B": "FEAT_CRC32", "CRC32H": "FEAT_CRC32", "CRC32W": "FEAT_CRC32",
	"CRC32X": "FEAT_CRC32", "CRC32CB": "FEAT_CRC32", "CRC32CH": "FEAT_CRC32", "CRC32CW": "FEAT_CRC32",
	"CRC32CX": "FEAT_CRC32",
}

// a64OperandFeatures are the sets that operands need of instructions which need none.
var a64OperandFeatures = []string{"FEAT_DIT", "FEAT_SSBS2", "FEAT_RNG", "FEAT_ECV", "FEAT_MTE", "FEAT_DPB", "FEAT_DPB2", "FEAT_DPB2+FEAT_MTE"}
