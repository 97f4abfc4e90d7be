package models

import "github.com/wxjit/wxjit/asm/amd64"

// saturated keeps a sum or a difference of less than 8 bytes within what an element can hold.
func saturated(isSigned bool, f func(x, y int64) int64) func(size int, x, y uint64) uint64 {
	return func(size int, x, y uint64) uint64 {
		n := 8 * size
		if isSigned {
			return uint64(min(max(f(signed(n, x), signed(n, y)), -1<<(n-1)), 1<<(n-1)-1))
		}
		return uint64(min(max(f(int64(x), int64(y)), 0), 1<<n-1))
	}
}

// packedIntegers are sums and products.
var packedIntegers = []packed{
	{
		name: "PADDB", size: 1, model: integers(add),
		sse: sseForms{0, rr((*as).PADDBxx), rm((*as).PADDBxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPADDBxxx), rrr((*as).VPADDByyy),
			rrm((*as).VPADDBxxm128), rrm((*as).VPADDByym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPADDBxkxx, (*as).VPADDBykyy, (*as).VPADDBzkzz),
			krms((*as).VPADDBxkxm128, (*as).VPADDBykym256, (*as).VPADDBzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PSUBB", size: 1, model: integers(sub),
		sse: sseForms{0, rr((*as).PSUBBxx), rm((*as).PSUBBxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPSUBBxxx), rrr((*as).VPSUBByyy),
			rrm((*as).VPSUBBxxm128), rrm((*as).VPSUBByym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPSUBBxkxx, (*as).VPSUBBykyy, (*as).VPSUBBzkzz),
			krms((*as).VPSUBBxkxm128, (*as).VPSUBBykym256, (*as).VPSUBBzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PADDW", size: 2, model: integers(add),
		sse: sseForms{0, rr((*as).PADDWxx), rm((*as).PADDWxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPADDWxxx), rrr((*as).VPADDWyyy),
			rrm((*as).VPADDWxxm128), rrm((*as).VPADDWyym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPADDWxkxx, (*as).VPADDWykyy, (*as).VPADDWzkzz),
			krms((*as).VPADDWxkxm128, (*as).VPADDWykym256, (*as).VPADDWzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PSUBW", size: 2, model: integers(sub),
		sse: sseForms{0, rr((*as).PSUBWxx), rm((*as).PSUBWxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPSUBWxxx), rrr((*as).VPSUBWyyy),
			rrm((*as).VPSUBWxxm128), rrm((*as).VPSUBWyym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPSUBWxkxx, (*as).VPSUBWykyy, (*as).VPSUBWzkzz),
			krms((*as).VPSUBWxkxm128, (*as).VPSUBWykym256, (*as).VPSUBWzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PADDD", size: 4, model: integers(add),
		sse: sseForms{0, rr((*as).PADDDxx), rm((*as).PADDDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPADDDxxx), rrr((*as).VPADDDyyy),
			rrm((*as).VPADDDxxm128), rrm((*as).VPADDDyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPADDDxkxx, (*as).VPADDDykyy, (*as).VPADDDzkzz),
			krms((*as).VPADDDxkxm128, (*as).VPADDDykym256, (*as).VPADDDzkzm512),
			krms((*as).VPADDDxkxb32, (*as).VPADDDykyb32, (*as).VPADDDzkzb32),
		},
	},
	{
		name: "PSUBD", size: 4, model: integers(sub),
		sse: sseForms{0, rr((*as).PSUBDxx), rm((*as).PSUBDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPSUBDxxx), rrr((*as).VPSUBDyyy),
			rrm((*as).VPSUBDxxm128), rrm((*as).VPSUBDyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPSUBDxkxx, (*as).VPSUBDykyy, (*as).VPSUBDzkzz),
			krms((*as).VPSUBDxkxm128, (*as).VPSUBDykym256, (*as).VPSUBDzkzm512),
			krms((*as).VPSUBDxkxb32, (*as).VPSUBDykyb32, (*as).VPSUBDzkzb32),
		},
	},
	{
		name: "PADDQ", size: 8, model: integers(add),
		sse: sseForms{0, rr((*as).PADDQxx), rm((*as).PADDQxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPADDQxxx), rrr((*as).VPADDQyyy),
			rrm((*as).VPADDQxxm128), rrm((*as).VPADDQyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPADDQxkxx, (*as).VPADDQykyy, (*as).VPADDQzkzz),
			krms((*as).VPADDQxkxm128, (*as).VPADDQykym256, (*as).VPADDQzkzm512),
			krms((*as).VPADDQxkxb64, (*as).VPADDQykyb64, (*as).VPADDQzkzb64),
		},
	},
	{
		name: "PSUBQ", size: 8, model: integers(sub),
		sse: sseForms{0, rr((*as).PSUBQxx), rm((*as).PSUBQxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPSUBQxxx), rrr((*as).VPSUBQyyy),
			rrm((*as).VPSUBQxxm128), rrm((*as).VPSUBQyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPSUBQxkxx, (*as).VPSUBQykyy, (*as).VPSUBQzkzz),
			krms((*as).VPSUBQxkxm128, (*as).VPSUBQykym256, (*as).VPSUBQzkzm512),
			krms((*as).VPSUBQxkxb64, (*as).VPSUBQykyb64, (*as).VPSUBQzkzb64),
		},
	},
	{
		name: "PADDSB", size: 1, model: saturated(true, add),
		sse: sseForms{0, rr((*as).PADDSBxx), rm((*as).PADDSBxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPADDSBxxx), rrr((*as).VPADDSByyy),
			rrm((*as).VPADDSBxxm128), rrm((*as).VPADDSByym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPADDSBxkxx, (*as).VPADDSBykyy, (*as).VPADDSBzkzz),
			krms((*as).VPADDSBxkxm128, (*as).VPADDSBykym256, (*as).VPADDSBzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PADDUSB", size: 1, model: saturated(false, add),
		sse: sseForms{0, rr((*as).PADDUSBxx), rm((*as).PADDUSBxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPADDUSBxxx), rrr((*as).VPADDUSByyy),
			rrm((*as).VPADDUSBxxm128), rrm((*as).VPADDUSByym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPADDUSBxkxx, (*as).VPADDUSBykyy, (*as).VPADDUSBzkzz),
			krms((*as).VPADDUSBxkxm128, (*as).VPADDUSBykym256, (*as).VPADDUSBzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PSUBSB", size: 1, model: saturated(true, sub),
		sse: sseForms{0, rr((*as).PSUBSBxx), rm((*as).PSUBSBxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPSUBSBxxx), rrr((*as).VPSUBSByyy),
			rrm((*as).VPSUBSBxxm128), rrm((*as).VPSUBSByym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPSUBSBxkxx, (*as).VPSUBSBykyy, (*as).VPSUBSBzkzz),
			krms((*as).VPSUBSBxkxm128, (*as).VPSUBSBykym256, (*as).VPSUBSBzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PSUBUSB", size: 1, model: saturated(false, sub),
		sse: sseForms{0, rr((*as).PSUBUSBxx), rm((*as).PSUBUSBxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPSUBUSBxxx), rrr((*as).VPSUBUSByyy),
			rrm((*as).VPSUBUSBxxm128), rrm((*as).VPSUBUSByym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPSUBUSBxkxx, (*as).VPSUBUSBykyy, (*as).VPSUBUSBzkzz),
			krms((*as).VPSUBUSBxkxm128, (*as).VPSUBUSBykym256, (*as).VPSUBUSBzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PAVGB", size: 1, model: naturals(func(x, y uint64) uint64 { return (x + y + 1) / 2 }),
		sse: sseForms{0, rr((*as).PAVGBxx), rm((*as).PAVGBxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPAVGBxxx), rrr((*as).VPAVGByyy),
			rrm((*as).VPAVGBxxm128), rrm((*as).VPAVGByym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPAVGBxkxx, (*as).VPAVGBykyy, (*as).VPAVGBzkzz),
			krms((*as).VPAVGBxkxm128, (*as).VPAVGBykym256, (*as).VPAVGBzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PADDSW", size: 2, model: saturated(true, add),
		sse: sseForms{0, rr((*as).PADDSWxx), rm((*as).PADDSWxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPADDSWxxx), rrr((*as).VPADDSWyyy),
			rrm((*as).VPADDSWxxm128), rrm((*as).VPADDSWyym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPADDSWxkxx, (*as).VPADDSWykyy, (*as).VPADDSWzkzz),
			krms((*as).VPADDSWxkxm128, (*as).VPADDSWykym256, (*as).VPADDSWzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PADDUSW", size: 2, model: saturated(false, add),
		sse: sseForms{0, rr((*as).PADDUSWxx), rm((*as).PADDUSWxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPADDUSWxxx), rrr((*as).VPADDUSWyyy),
			rrm((*as).VPADDUSWxxm128), rrm((*as).VPADDUSWyym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPADDUSWxkxx, (*as).VPADDUSWykyy, (*as).VPADDUSWzkzz),
			krms((*as).VPADDUSWxkxm128, (*as).VPADDUSWykym256, (*as).VPADDUSWzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PSUBSW", size: 2, model: saturated(true, sub),
		sse: sseForms{0, rr((*as).PSUBSWxx), rm((*as).PSUBSWxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPSUBSWxxx), rrr((*as).VPSUBSWyyy),
			rrm((*as).VPSUBSWxxm128), rrm((*as).VPSUBSWyym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPSUBSWxkxx, (*as).VPSUBSWykyy, (*as).VPSUBSWzkzz),
			krms((*as).VPSUBSWxkxm128, (*as).VPSUBSWykym256, (*as).VPSUBSWzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PSUBUSW", size: 2, model: saturated(false, sub),
		sse: sseForms{0, rr((*as).PSUBUSWxx), rm((*as).PSUBUSWxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPSUBUSWxxx), rrr((*as).VPSUBUSWyyy),
			rrm((*as).VPSUBUSWxxm128), rrm((*as).VPSUBUSWyym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPSUBUSWxkxx, (*as).VPSUBUSWykyy, (*as).VPSUBUSWzkzz),
			krms((*as).VPSUBUSWxkxm128, (*as).VPSUBUSWykym256, (*as).VPSUBUSWzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PAVGW", size: 2, model: naturals(func(x, y uint64) uint64 { return (x + y + 1) / 2 }),
		sse: sseForms{0, rr((*as).PAVGWxx), rm((*as).PAVGWxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPAVGWxxx), rrr((*as).VPAVGWyyy),
			rrm((*as).VPAVGWxxm128), rrm((*as).VPAVGWyym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPAVGWxkxx, (*as).VPAVGWykyy, (*as).VPAVGWzkzz),
			krms((*as).VPAVGWxkxm128, (*as).VPAVGWykym256, (*as).VPAVGWzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PMULLW", size: 2, model: naturals(func(x, y uint64) uint64 { return x * y }),
		sse: sseForms{0, rr((*as).PMULLWxx), rm((*as).PMULLWxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPMULLWxxx), rrr((*as).VPMULLWyyy),
			rrm((*as).VPMULLWxxm128), rrm((*as).VPMULLWyym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPMULLWxkxx, (*as).VPMULLWykyy, (*as).VPMULLWzkzz),
			krms((*as).VPMULLWxkxm128, (*as).VPMULLWykym256, (*as).VPMULLWzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PMULLD", size: 4, model: naturals(func(x, y uint64) uint64 { return x * y }),
		sse: sseForms{amd64.SSE41, rr((*as).PMULLDxx), rm((*as).PMULLDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPMULLDxxx), rrr((*as).VPMULLDyyy),
			rrm((*as).VPMULLDxxm128), rrm((*as).VPMULLDyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPMULLDxkxx, (*as).VPMULLDykyy, (*as).VPMULLDzkzz),
			krms((*as).VPMULLDxkxm128, (*as).VPMULLDykym256, (*as).VPMULLDzkzm512),
			krms((*as).VPMULLDxkxb32, (*as).VPMULLDykyb32, (*as).VPMULLDzkzb32),
		},
	},
	{
		name: "PMULLQ", size: 8, model: naturals(func(x, y uint64) uint64 { return x * y }),
		evex: evexForms{
			amd64.AVX512DQ, krrs((*as).VPMULLQxkxx, (*as).VPMULLQykyy, (*as).VPMULLQzkzz),
			krms((*as).VPMULLQxkxm128, (*as).VPMULLQykym256, (*as).VPMULLQzkzm512),
			krms((*as).VPMULLQxkxb64, (*as).VPMULLQykyb64, (*as).VPMULLQzkzb64),
		},
	},
	{
		name: "PMULHW", size: 2, model: integers(func(x, y int64) int64 { return x * y >> 16 }),
		sse: sseForms{0, rr((*as).PMULHWxx), rm((*as).PMULHWxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPMULHWxxx), rrr((*as).VPMULHWyyy),
			rrm((*as).VPMULHWxxm128), rrm((*as).VPMULHWyym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPMULHWxkxx, (*as).VPMULHWykyy, (*as).VPMULHWzkzz),
			krms((*as).VPMULHWxkxm128, (*as).VPMULHWykym256, (*as).VPMULHWzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PMULHUW", size: 2, model: naturals(func(x, y uint64) uint64 { return x * y >> 16 }),
		sse: sseForms{0, rr((*as).PMULHUWxx), rm((*as).PMULHUWxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPMULHUWxxx), rrr((*as).VPMULHUWyyy),
			rrm((*as).VPMULHUWxxm128), rrm((*as).VPMULHUWyym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPMULHUWxkxx, (*as).VPMULHUWykyy, (*as).VPMULHUWzkzz),
			krms((*as).VPMULHUWxkxm128, (*as).VPMULHUWykym256, (*as).VPMULHUWzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PMULHRSW", size: 2, model: integers(func(x, y int64) int64 { return (x*y>>14 + 1) >> 1 }),
		sse: sseForms{amd64.SSSE3, rr((*as).PMULHRSWxx), rm((*as).PMULHRSWxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPMULHRSWxxx), rrr((*as).VPMULHRSWyyy),
			rrm((*as).VPMULHRSWxxm128), rrm((*as).VPMULHRSWyym256),
		},
		evex: evexForms{
			amd64.AVX512BW, krrs((*as).VPMULHRSWxkxx, (*as).VPMULHRSWykyy, (*as).VPMULHRSWzkzz),
			krms((*as).VPMULHRSWxkxm128, (*as).VPMULHRSWykym256, (*as).VPMULHRSWzkzm512),
			[3]maskedRM{},
		},
	},
	{
		name: "PMULUDQ", size: 8, model: naturals(func(x, y uint64) uint64 { return x & maskOf(32) * (y & maskOf(32)) }),
		sse: sseForms{0, rr((*as).PMULUDQxx), rm((*as).PMULUDQxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPMULUDQxxx), rrr((*as).VPMULUDQyyy),
			rrm((*as).VPMULUDQxxm128), rrm((*as).VPMULUDQyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPMULUDQxkxx, (*as).VPMULUDQykyy, (*as).VPMULUDQzkzz),
			krms((*as).VPMULUDQxkxm128, (*as).VPMULUDQykym256, (*as).VPMULUDQzkzm512),
			krms((*as).VPMULUDQxkxb64, (*as).VPMULUDQykyb64, (*as).VPMULUDQzkzb64),
		},
	},
	{
		name: "PMULDQ", size: 8, model: integers(func(x, y int64) int64 { return int64(int32(x)) * int64(int32(y)) }),
		sse: sseForms{amd64.SSE41, rr((*as).PMULDQxx), rm((*as).PMULDQxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX2, rrr((*as).VPMULDQxxx), rrr((*as).VPMULDQyyy),
			rrm((*as).VPMULDQxxm128), rrm((*as).VPMULDQyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VPMULDQxkxx, (*as).VPMULDQykyy, (*as).VPMULDQzkzz),
			krms((*as).VPMULDQxkxm128, (*as).VPMULDQykym256, (*as).VPMULDQzkzm512),
			krms((*as).VPMULDQxkxb64, (*as).VPMULDQykyb64, (*as).VPMULDQzkzb64),
		},
	},
}
