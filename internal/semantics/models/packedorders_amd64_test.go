package models

import (
	"math/bits"

	"github.com/wxjit/wxjit/asm/amd64"
)

// packedOrders are comparisons, logic and shifts.
var packedOrders = []packed{
	{
		name: "PMINSB", size: 1, model: integers(func(x, y int64) int64 { return min(x, y) }),
		sse: sseForms{amd64.SSE41, rr((*as).PMINSBxx), rm((*as).PMINSBxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPMINSBxxx), rrr((*as).VPMINSByyy),
			rrm((*as).VPMINSBxxm128), rrm((*as).VPMINSByym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPMINSBxkxx, (*as).VPMINSBykyy, (*as).VPMINSBzkzz),
			krms((*as).VPMINSBxkxm128, (*as).VPMINSBykym256, (*as).VPMINSBzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PMAXSB", size: 1, model: integers(func(x, y int64) int64 { return max(x, y) }),
		sse: sseForms{amd64.SSE41, rr((*as).PMAXSBxx), rm((*as).PMAXSBxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPMAXSBxxx), rrr((*as).VPMAXSByyy),
			rrm((*as).VPMAXSBxxm128), rrm((*as).VPMAXSByym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPMAXSBxkxx, (*as).VPMAXSBykyy, (*as).VPMAXSBzkzz),
			krms((*as).VPMAXSBxkxm128, (*as).VPMAXSBykym256, (*as).VPMAXSBzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PMINSW", size: 2, model: integers(func(x, y int64) int64 { return min(x, y) }),
		sse: sseForms{0, rr((*as).PMINSWxx), rm((*as).PMINSWxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPMINSWxxx), rrr((*as).VPMINSWyyy),
			rrm((*as).VPMINSWxxm128), rrm((*as).VPMINSWyym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPMINSWxkxx, (*as).VPMINSWykyy, (*as).VPMINSWzkzz),
			krms((*as).VPMINSWxkxm128, (*as).VPMINSWykym256, (*as).VPMINSWzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PMAXSW", size: 2, model: integers(func(x, y int64) int64 { return max(x, y) }),
		sse: sseForms{0, rr((*as).PMAXSWxx), rm((*as).PMAXSWxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPMAXSWxxx), rrr((*as).VPMAXSWyyy),
			rrm((*as).VPMAXSWxxm128), rrm((*as).VPMAXSWyym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPMAXSWxkxx, (*as).VPMAXSWykyy, (*as).VPMAXSWzkzz),
			krms((*as).VPMAXSWxkxm128, (*as).VPMAXSWykym256, (*as).VPMAXSWzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PMINSD", size: 4, model: integers(func(x, y int64) int64 { return min(x, y) }),
		sse: sseForms{amd64.SSE41, rr((*as).PMINSDxx), rm((*as).PMINSDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPMINSDxxx), rrr((*as).VPMINSDyyy),
			rrm((*as).VPMINSDxxm128), rrm((*as).VPMINSDyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPMINSDxkxx, (*as).VPMINSDykyy, (*as).VPMINSDzkzz),
			krms((*as).VPMINSDxkxm128, (*as).VPMINSDykym256, (*as).VPMINSDzkzm512),
			krms((*as).VPMINSDxkxb32, (*as).VPMINSDykyb32, (*as).VPMINSDzkzb32),
		},
	},
	{
		name: "PMAXSD", size: 4, model: integers(func(x, y int64) int64 { return max(x, y) }),
		sse: sseForms{amd64.SSE41, rr((*as).PMAXSDxx), rm((*as).PMAXSDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPMAXSDxxx), rrr((*as).VPMAXSDyyy),
			rrm((*as).VPMAXSDxxm128), rrm((*as).VPMAXSDyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPMAXSDxkxx, (*as).VPMAXSDykyy, (*as).VPMAXSDzkzz),
			krms((*as).VPMAXSDxkxm128, (*as).VPMAXSDykym256, (*as).VPMAXSDzkzm512),
			krms((*as).VPMAXSDxkxb32, (*as).VPMAXSDykyb32, (*as).VPMAXSDzkzb32),
		},
	},
	{
		name: "PMINSQ", size: 8, model: integers(func(x, y int64) int64 { return min(x, y) }),
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPMINSQxkxx, (*as).VPMINSQykyy, (*as).VPMINSQzkzz),
			krms((*as).VPMINSQxkxm128, (*as).VPMINSQykym256, (*as).VPMINSQzkzm512),
			krms((*as).VPMINSQxkxb64, (*as).VPMINSQykyb64, (*as).VPMINSQzkzb64),
		},
	},
	{
		name: "PMAXSQ", size: 8, model: integers(func(x, y int64) int64 { return max(x, y) }),
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPMAXSQxkxx, (*as).VPMAXSQykyy, (*as).VPMAXSQzkzz),
			krms((*as).VPMAXSQxkxm128, (*as).VPMAXSQykym256, (*as).VPMAXSQzkzm512),
			krms((*as).VPMAXSQxkxb64, (*as).VPMAXSQykyb64, (*as).VPMAXSQzkzb64),
		},
	},
	{
		name: "PMINUB", size: 1, model: naturals(func(x, y uint64) uint64 { return min(x, y) }),
		sse: sseForms{0, rr((*as).PMINUBxx), rm((*as).PMINUBxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPMINUBxxx), rrr((*as).VPMINUByyy),
			rrm((*as).VPMINUBxxm128), rrm((*as).VPMINUByym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPMINUBxkxx, (*as).VPMINUBykyy, (*as).VPMINUBzkzz),
			krms((*as).VPMINUBxkxm128, (*as).VPMINUBykym256, (*as).VPMINUBzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PMAXUB", size: 1, model: naturals(func(x, y uint64) uint64 { return max(x, y) }),
		sse: sseForms{0, rr((*as).PMAXUBxx), rm((*as).PMAXUBxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPMAXUBxxx), rrr((*as).VPMAXUByyy),
			rrm((*as).VPMAXUBxxm128), rrm((*as).VPMAXUByym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPMAXUBxkxx, (*as).VPMAXUBykyy, (*as).VPMAXUBzkzz),
			krms((*as).VPMAXUBxkxm128, (*as).VPMAXUBykym256, (*as).VPMAXUBzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PMINUW", size: 2, model: naturals(func(x, y uint64) uint64 { return min(x, y) }),
		sse: sseForms{amd64.SSE41, rr((*as).PMINUWxx), rm((*as).PMINUWxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPMINUWxxx), rrr((*as).VPMINUWyyy),
			rrm((*as).VPMINUWxxm128), rrm((*as).VPMINUWyym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPMINUWxkxx, (*as).VPMINUWykyy, (*as).VPMINUWzkzz),
			krms((*as).VPMINUWxkxm128, (*as).VPMINUWykym256, (*as).VPMINUWzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PMAXUW", size: 2, model: naturals(func(x, y uint64) uint64 { return max(x, y) }),
		sse: sseForms{amd64.SSE41, rr((*as).PMAXUWxx), rm((*as).PMAXUWxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPMAXUWxxx), rrr((*as).VPMAXUWyyy),
			rrm((*as).VPMAXUWxxm128), rrm((*as).VPMAXUWyym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPMAXUWxkxx, (*as).VPMAXUWykyy, (*as).VPMAXUWzkzz),
			krms((*as).VPMAXUWxkxm128, (*as).VPMAXUWykym256, (*as).VPMAXUWzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PMINUD", size: 4, model: naturals(func(x, y uint64) uint64 { return min(x, y) }),
		sse: sseForms{amd64.SSE41, rr((*as).PMINUDxx), rm((*as).PMINUDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPMINUDxxx), rrr((*as).VPMINUDyyy),
			rrm((*as).VPMINUDxxm128), rrm((*as).VPMINUDyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPMINUDxkxx, (*as).VPMINUDykyy, (*as).VPMINUDzkzz),
			krms((*as).VPMINUDxkxm128, (*as).VPMINUDykym256, (*as).VPMINUDzkzm512),
			krms((*as).VPMINUDxkxb32, (*as).VPMINUDykyb32, (*as).VPMINUDzkzb32),
		},
	},
	{
		name: "PMAXUD", size: 4, model: naturals(func(x, y uint64) uint64 { return max(x, y) }),
		sse: sseForms{amd64.SSE41, rr((*as).PMAXUDxx), rm((*as).PMAXUDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPMAXUDxxx), rrr((*as).VPMAXUDyyy),
			rrm((*as).VPMAXUDxxm128), rrm((*as).VPMAXUDyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPMAXUDxkxx, (*as).VPMAXUDykyy, (*as).VPMAXUDzkzz),
			krms((*as).VPMAXUDxkxm128, (*as).VPMAXUDykym256, (*as).VPMAXUDzkzm512),
			krms((*as).VPMAXUDxkxb32, (*as).VPMAXUDykyb32, (*as).VPMAXUDzkzb32),
		},
	},
	{
		name: "PMINUQ", size: 8, model: naturals(func(x, y uint64) uint64 { return min(x, y) }),
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPMINUQxkxx, (*as).VPMINUQykyy, (*as).VPMINUQzkzz),
			krms((*as).VPMINUQxkxm128, (*as).VPMINUQykym256, (*as).VPMINUQzkzm512),
			krms((*as).VPMINUQxkxb64, (*as).VPMINUQykyb64, (*as).VPMINUQzkzb64),
		},
	},
	{
		name: "PMAXUQ", size: 8, model: naturals(func(x, y uint64) uint64 { return max(x, y) }),
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPMAXUQxkxx, (*as).VPMAXUQykyy, (*as).VPMAXUQzkzz),
			krms((*as).VPMAXUQxkxm128, (*as).VPMAXUQykym256, (*as).VPMAXUQzkzm512),
			krms((*as).VPMAXUQxkxb64, (*as).VPMAXUQykyb64, (*as).VPMAXUQzkzb64),
		},
	},
	{
		name: "PCMPEQB", size: 1, model: naturals(func(x, y uint64) uint64 { return all(x == y) }),
		sse: sseForms{0, rr((*as).PCMPEQBxx), rm((*as).PCMPEQBxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPCMPEQBxxx), rrr((*as).VPCMPEQByyy),
			rrm((*as).VPCMPEQBxxm128), rrm((*as).VPCMPEQByym256),
		},
	},
	{
		name: "PCMPGTB", size: 1, model: integers(func(x, y int64) int64 { return int64(all(x > y)) }),
		sse: sseForms{0, rr((*as).PCMPGTBxx), rm((*as).PCMPGTBxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPCMPGTBxxx), rrr((*as).VPCMPGTByyy),
			rrm((*as).VPCMPGTBxxm128), rrm((*as).VPCMPGTByym256),
		},
	},
	{
		name: "PCMPEQW", size: 2, model: naturals(func(x, y uint64) uint64 { return all(x == y) }),
		sse: sseForms{0, rr((*as).PCMPEQWxx), rm((*as).PCMPEQWxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPCMPEQWxxx), rrr((*as).VPCMPEQWyyy),
			rrm((*as).VPCMPEQWxxm128), rrm((*as).VPCMPEQWyym256),
		},
	},
	{
		name: "PCMPGTW", size: 2, model: integers(func(x, y int64) int64 { return int64(all(x > y)) }),
		sse: sseForms{0, rr((*as).PCMPGTWxx), rm((*as).PCMPGTWxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPCMPGTWxxx), rrr((*as).VPCMPGTWyyy),
			rrm((*as).VPCMPGTWxxm128), rrm((*as).VPCMPGTWyym256),
		},
	},
	{
		name: "PCMPEQD", size: 4, model: naturals(func(x, y uint64) uint64 { return all(x == y) }),
		sse: sseForms{0, rr((*as).PCMPEQDxx), rm((*as).PCMPEQDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPCMPEQDxxx), rrr((*as).VPCMPEQDyyy),
			rrm((*as).VPCMPEQDxxm128), rrm((*as).VPCMPEQDyym256),
		},
	},
	{
		name: "PCMPGTD", size: 4, model: integers(func(x, y int64) int64 { return int64(all(x > y)) }),
		sse: sseForms{0, rr((*as).PCMPGTDxx), rm((*as).PCMPGTDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPCMPGTDxxx), rrr((*as).VPCMPGTDyyy),
			rrm((*as).VPCMPGTDxxm128), rrm((*as).VPCMPGTDyym256),
		},
	},
	{
		name: "PCMPEQQ", size: 8, model: naturals(func(x, y uint64) uint64 { return all(x == y) }),
		sse: sseForms{amd64.SSE41, rr((*as).PCMPEQQxx), rm((*as).PCMPEQQxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPCMPEQQxxx), rrr((*as).VPCMPEQQyyy),
			rrm((*as).VPCMPEQQxxm128), rrm((*as).VPCMPEQQyym256),
		},
	},
	{
		name: "PCMPGTQ", size: 8, model: integers(func(x, y int64) int64 { return int64(all(x > y)) }),
		sse: sseForms{amd64.SSE42, rr((*as).PCMPGTQxx), rm((*as).PCMPGTQxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPCMPGTQxxx), rrr((*as).VPCMPGTQyyy),
			rrm((*as).VPCMPGTQxxm128), rrm((*as).VPCMPGTQyym256),
		},
	},
	{
		name: "PSIGNB", size: 1, model: integers(func(x, y int64) int64 { return x * min(max(y, -1), 1) }),
		sse: sseForms{amd64.SSSE3, rr((*as).PSIGNBxx), rm((*as).PSIGNBxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPSIGNBxxx), rrr((*as).VPSIGNByyy),
			rrm((*as).VPSIGNBxxm128), rrm((*as).VPSIGNByym256),
		},
	},
	{
		name: "PSIGNW", size: 2, model: integers(func(x, y int64) int64 { return x * min(max(y, -1), 1) }),
		sse: sseForms{amd64.SSSE3, rr((*as).PSIGNWxx), rm((*as).PSIGNWxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPSIGNWxxx), rrr((*as).VPSIGNWyyy),
			rrm((*as).VPSIGNWxxm128), rrm((*as).VPSIGNWyym256),
		},
	},
	{
		name: "PSIGND", size: 4, model: integers(func(x, y int64) int64 { return x * min(max(y, -1), 1) }),
		sse: sseForms{amd64.SSSE3, rr((*as).PSIGNDxx), rm((*as).PSIGNDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPSIGNDxxx), rrr((*as).VPSIGNDyyy),
			rrm((*as).VPSIGNDxxm128), rrm((*as).VPSIGNDyym256),
		},
	},
	{
		name: "PAND", size: 8, model: naturals(func(x, y uint64) uint64 { return x & y }),
		sse: sseForms{0, rr((*as).PANDxx), rm((*as).PANDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPANDxxx), rrr((*as).VPANDyyy),
			rrm((*as).VPANDxxm128), rrm((*as).VPANDyym256),
		},
	},
	{
		name: "PANDD", size: 4, model: naturals(func(x, y uint64) uint64 { return x & y }),
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPANDDxkxx, (*as).VPANDDykyy, (*as).VPANDDzkzz),
			krms((*as).VPANDDxkxm128, (*as).VPANDDykym256, (*as).VPANDDzkzm512),
			krms((*as).VPANDDxkxb32, (*as).VPANDDykyb32, (*as).VPANDDzkzb32),
		},
	},
	{
		name: "PANDQ", size: 8, model: naturals(func(x, y uint64) uint64 { return x & y }),
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPANDQxkxx, (*as).VPANDQykyy, (*as).VPANDQzkzz),
			krms((*as).VPANDQxkxm128, (*as).VPANDQykym256, (*as).VPANDQzkzm512),
			krms((*as).VPANDQxkxb64, (*as).VPANDQykyb64, (*as).VPANDQzkzb64),
		},
	},
	{
		name: "PANDN", size: 8, model: naturals(func(x, y uint64) uint64 { return ^x & y }),
		sse: sseForms{0, rr((*as).PANDNxx), rm((*as).PANDNxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPANDNxxx), rrr((*as).VPANDNyyy),
			rrm((*as).VPANDNxxm128), rrm((*as).VPANDNyym256),
		},
	},
	{
		name: "PANDND", size: 4, model: naturals(func(x, y uint64) uint64 { return ^x & y }),
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPANDNDxkxx, (*as).VPANDNDykyy, (*as).VPANDNDzkzz),
			krms((*as).VPANDNDxkxm128, (*as).VPANDNDykym256, (*as).VPANDNDzkzm512),
			krms((*as).VPANDNDxkxb32, (*as).VPANDNDykyb32, (*as).VPANDNDzkzb32),
		},
	},
	{
		name: "PANDNQ", size: 8, model: naturals(func(x, y uint64) uint64 { return ^x & y }),
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPANDNQxkxx, (*as).VPANDNQykyy, (*as).VPANDNQzkzz),
			krms((*as).VPANDNQxkxm128, (*as).VPANDNQykym256, (*as).VPANDNQzkzm512),
			krms((*as).VPANDNQxkxb64, (*as).VPANDNQykyb64, (*as).VPANDNQzkzb64),
		},
	},
	{
		name: "POR", size: 8, model: naturals(func(x, y uint64) uint64 { return x | y }),
		sse: sseForms{0, rr((*as).PORxx), rm((*as).PORxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPORxxx), rrr((*as).VPORyyy),
			rrm((*as).VPORxxm128), rrm((*as).VPORyym256),
		},
	},
	{
		name: "PORD", size: 4, model: naturals(func(x, y uint64) uint64 { return x | y }),
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPORDxkxx, (*as).VPORDykyy, (*as).VPORDzkzz),
			krms((*as).VPORDxkxm128, (*as).VPORDykym256, (*as).VPORDzkzm512),
			krms((*as).VPORDxkxb32, (*as).VPORDykyb32, (*as).VPORDzkzb32),
		},
	},
	{
		name: "PORQ", size: 8, model: naturals(func(x, y uint64) uint64 { return x | y }),
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPORQxkxx, (*as).VPORQykyy, (*as).VPORQzkzz),
			krms((*as).VPORQxkxm128, (*as).VPORQykym256, (*as).VPORQzkzm512),
			krms((*as).VPORQxkxb64, (*as).VPORQykyb64, (*as).VPORQzkzb64),
		},
	},
	{
		name: "PXOR", size: 8, model: naturals(func(x, y uint64) uint64 { return x ^ y }),
		sse: sseForms{0, rr((*as).PXORxx), rm((*as).PXORxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPXORxxx), rrr((*as).VPXORyyy),
			rrm((*as).VPXORxxm128), rrm((*as).VPXORyym256),
		},
	},
	{
		name: "PXORD", size: 4, model: naturals(func(x, y uint64) uint64 { return x ^ y }),
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPXORDxkxx, (*as).VPXORDykyy, (*as).VPXORDzkzz),
			krms((*as).VPXORDxkxm128, (*as).VPXORDykym256, (*as).VPXORDzkzm512),
			krms((*as).VPXORDxkxb32, (*as).VPXORDykyb32, (*as).VPXORDzkzb32),
		},
	},
	{
		name: "PXORQ", size: 8, model: naturals(func(x, y uint64) uint64 { return x ^ y }),
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPXORQxkxx, (*as).VPXORQykyy, (*as).VPXORQzkzz),
			krms((*as).VPXORQxkxm128, (*as).VPXORQykym256, (*as).VPXORQzkzm512),
			krms((*as).VPXORQxkxb64, (*as).VPXORQykyb64, (*as).VPXORQzkzb64),
		},
	},
	{
		name: "PSLLVW", size: 2, model: naturals(func(x, y uint64) uint64 { return x << y }),
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPSLLVWxkxx, (*as).VPSLLVWykyy, (*as).VPSLLVWzkzz),
			krms((*as).VPSLLVWxkxm128, (*as).VPSLLVWykym256, (*as).VPSLLVWzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PSRLVW", size: 2, model: naturals(func(x, y uint64) uint64 { return x >> y }),
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPSRLVWxkxx, (*as).VPSRLVWykyy, (*as).VPSRLVWzkzz),
			krms((*as).VPSRLVWxkxm128, (*as).VPSRLVWykym256, (*as).VPSRLVWzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PSRAVW", size: 2, model: func(size int, x, y uint64) uint64 { return uint64(signed(8*size, x) >> y) },
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPSRAVWxkxx, (*as).VPSRAVWykyy, (*as).VPSRAVWzkzz),
			krms((*as).VPSRAVWxkxm128, (*as).VPSRAVWykym256, (*as).VPSRAVWzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PSLLVD", size: 4, model: naturals(func(x, y uint64) uint64 { return x << y }),
		vex: vexForms{
			amd64.AVX2, amd64.AVX2, rrr((*as).VPSLLVDxxx), rrr((*as).VPSLLVDyyy),
			rrm((*as).VPSLLVDxxm128), rrm((*as).VPSLLVDyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPSLLVDxkxx, (*as).VPSLLVDykyy, (*as).VPSLLVDzkzz),
			krms((*as).VPSLLVDxkxm128, (*as).VPSLLVDykym256, (*as).VPSLLVDzkzm512),
			krms((*as).VPSLLVDxkxb32, (*as).VPSLLVDykyb32, (*as).VPSLLVDzkzb32),
		},
	},
	{
		name: "PSRLVD", size: 4, model: naturals(func(x, y uint64) uint64 { return x >> y }),
		vex: vexForms{
			amd64.AVX2, amd64.AVX2, rrr((*as).VPSRLVDxxx), rrr((*as).VPSRLVDyyy),
			rrm((*as).VPSRLVDxxm128), rrm((*as).VPSRLVDyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPSRLVDxkxx, (*as).VPSRLVDykyy, (*as).VPSRLVDzkzz),
			krms((*as).VPSRLVDxkxm128, (*as).VPSRLVDykym256, (*as).VPSRLVDzkzm512),
			krms((*as).VPSRLVDxkxb32, (*as).VPSRLVDykyb32, (*as).VPSRLVDzkzb32),
		},
	},
	{
		name: "PSRAVD", size: 4, model: func(size int, x, y uint64) uint64 { return uint64(signed(8*size, x) >> y) },
		vex: vexForms{
			amd64.AVX2, amd64.AVX2, rrr((*as).VPSRAVDxxx), rrr((*as).VPSRAVDyyy),
			rrm((*as).VPSRAVDxxm128), rrm((*as).VPSRAVDyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPSRAVDxkxx, (*as).VPSRAVDykyy, (*as).VPSRAVDzkzz),
			krms((*as).VPSRAVDxkxm128, (*as).VPSRAVDykym256, (*as).VPSRAVDzkzm512),
			krms((*as).VPSRAVDxkxb32, (*as).VPSRAVDykyb32, (*as).VPSRAVDzkzb32),
		},
	},
	{
		name: "PSLLVQ", size: 8, model: naturals(func(x, y uint64) uint64 { return x << y }),
		vex: vexForms{
			amd64.AVX2, amd64.AVX2, rrr((*as).VPSLLVQxxx), rrr((*as).VPSLLVQyyy),
			rrm((*as).VPSLLVQxxm128), rrm((*as).VPSLLVQyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPSLLVQxkxx, (*as).VPSLLVQykyy, (*as).VPSLLVQzkzz),
			krms((*as).VPSLLVQxkxm128, (*as).VPSLLVQykym256, (*as).VPSLLVQzkzm512),
			krms((*as).VPSLLVQxkxb64, (*as).VPSLLVQykyb64, (*as).VPSLLVQzkzb64),
		},
	},
	{
		name: "PSRLVQ", size: 8, model: naturals(func(x, y uint64) uint64 { return x >> y }),
		vex: vexForms{
			amd64.AVX2, amd64.AVX2, rrr((*as).VPSRLVQxxx), rrr((*as).VPSRLVQyyy),
			rrm((*as).VPSRLVQxxm128), rrm((*as).VPSRLVQyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPSRLVQxkxx, (*as).VPSRLVQykyy, (*as).VPSRLVQzkzz),
			krms((*as).VPSRLVQxkxm128, (*as).VPSRLVQykym256, (*as).VPSRLVQzkzm512),
			krms((*as).VPSRLVQxkxb64, (*as).VPSRLVQykyb64, (*as).VPSRLVQzkzb64),
		},
	},
	{
		name: "PSRAVQ", size: 8, model: func(size int, x, y uint64) uint64 { return uint64(signed(8*size, x) >> y) },
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPSRAVQxkxx, (*as).VPSRAVQykyy, (*as).VPSRAVQzkzz),
			krms((*as).VPSRAVQxkxm128, (*as).VPSRAVQykym256, (*as).VPSRAVQzkzm512),
			krms((*as).VPSRAVQxkxb64, (*as).VPSRAVQykyb64, (*as).VPSRAVQzkzb64),
		},
	},
	{
		name: "PROLVD", size: 4, model: func(size int, x, y uint64) uint64 { return rotate(size, x, int(y%uint64(8*size))) },
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPROLVDxkxx, (*as).VPROLVDykyy, (*as).VPROLVDzkzz),
			krms((*as).VPROLVDxkxm128, (*as).VPROLVDykym256, (*as).VPROLVDzkzm512),
			krms((*as).VPROLVDxkxb32, (*as).VPROLVDykyb32, (*as).VPROLVDzkzb32),
		},
	},
	{
		name: "PRORVD", size: 4, model: func(size int, x, y uint64) uint64 { return rotate(size, x, -int(y%uint64(8*size))) },
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPRORVDxkxx, (*as).VPRORVDykyy, (*as).VPRORVDzkzz),
			krms((*as).VPRORVDxkxm128, (*as).VPRORVDykym256, (*as).VPRORVDzkzm512),
			krms((*as).VPRORVDxkxb32, (*as).VPRORVDykyb32, (*as).VPRORVDzkzb32),
		},
	},
	{
		name: "PROLVQ", size: 8, model: func(size int, x, y uint64) uint64 { return rotate(size, x, int(y%uint64(8*size))) },
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPROLVQxkxx, (*as).VPROLVQykyy, (*as).VPROLVQzkzz),
			krms((*as).VPROLVQxkxm128, (*as).VPROLVQykym256, (*as).VPROLVQzkzm512),
			krms((*as).VPROLVQxkxb64, (*as).VPROLVQykyb64, (*as).VPROLVQzkzb64),
		},
	},
	{
		name: "PRORVQ", size: 8, model: func(size int, x, y uint64) uint64 { return rotate(size, x, -int(y%uint64(8*size))) },
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPRORVQxkxx, (*as).VPRORVQykyy, (*as).VPRORVQzkzz),
			krms((*as).VPRORVQxkxm128, (*as).VPRORVQykym256, (*as).VPRORVQzkzm512),
			krms((*as).VPRORVQxkxb64, (*as).VPRORVQykyb64, (*as).VPRORVQzkzb64),
		},
	},
}

func rotate(size int, x uint64, by int) uint64 {
	if size == 4 {
		return uint64(bits.RotateLeft32(uint32(x), by))
	}
	return bits.RotateLeft64(x, by)
}
