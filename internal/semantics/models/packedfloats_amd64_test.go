package models

import (
	"github.com/wxjit/wxjit/asm/amd64"
)

var (
	modelADD = floatOp(func(x, y float64) float64 { return x + y })
	modelSUB = floatOp(func(x, y float64) float64 { return x - y })
	modelMUL = floatOp(func(x, y float64) float64 { return x * y })
	modelDIV = floatOp(func(x, y float64) float64 { return x / y })
	modelMIN = pick(func(x, y float64) bool { return x < y })
	modelMAX = pick(func(x, y float64) bool { return x > y })
)

var packedFloats = []packed{
	{
		name: "ADDPS", size: 4, isFloat: true, model: modelADD,
		sse: sseForms{0, rr((*as).ADDPSxx), rm((*as).ADDPSxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX, rrr((*as).VADDPSxxx), rrr((*as).VADDPSyyy),
			rrm((*as).VADDPSxxm128), rrm((*as).VADDPSyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VADDPSxkxx, (*as).VADDPSykyy, (*as).VADDPSzkzz),
			krms((*as).VADDPSxkxm128, (*as).VADDPSykym256, (*as).VADDPSzkzm512),
			krms((*as).VADDPSxkxb32, (*as).VADDPSykyb32, (*as).VADDPSzkzb32),
		},
	},
	{
		name: "ADDPD", size: 8, isFloat: true, model: modelADD,
		sse: sseForms{0, rr((*as).ADDPDxx), rm((*as).ADDPDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX, rrr((*as).VADDPDxxx), rrr((*as).VADDPDyyy),
			rrm((*as).VADDPDxxm128), rrm((*as).VADDPDyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VADDPDxkxx, (*as).VADDPDykyy, (*as).VADDPDzkzz),
			krms((*as).VADDPDxkxm128, (*as).VADDPDykym256, (*as).VADDPDzkzm512),
			krms((*as).VADDPDxkxb64, (*as).VADDPDykyb64, (*as).VADDPDzkzb64),
		},
	},
	{
		name: "SUBPS", size: 4, isFloat: true, model: modelSUB,
		sse: sseForms{0, rr((*as).SUBPSxx), rm((*as).SUBPSxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX, rrr((*as).VSUBPSxxx), rrr((*as).VSUBPSyyy),
			rrm((*as).VSUBPSxxm128), rrm((*as).VSUBPSyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VSUBPSxkxx, (*as).VSUBPSykyy, (*as).VSUBPSzkzz),
			krms((*as).VSUBPSxkxm128, (*as).VSUBPSykym256, (*as).VSUBPSzkzm512),
			krms((*as).VSUBPSxkxb32, (*as).VSUBPSykyb32, (*as).VSUBPSzkzb32),
		},
	},
	{
		name: "SUBPD", size: 8, isFloat: true, model: modelSUB,
		sse: sseForms{0, rr((*as).SUBPDxx), rm((*as).SUBPDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX, rrr((*as).VSUBPDxxx), rrr((*as).VSUBPDyyy),
			rrm((*as).VSUBPDxxm128), rrm((*as).VSUBPDyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VSUBPDxkxx, (*as).VSUBPDykyy, (*as).VSUBPDzkzz),
			krms((*as).VSUBPDxkxm128, (*as).VSUBPDykym256, (*as).VSUBPDzkzm512),
			krms((*as).VSUBPDxkxb64, (*as).VSUBPDykyb64, (*as).VSUBPDzkzb64),
		},
	},
	{
		name: "MULPS", size: 4, isFloat: true, model: modelMUL,
		sse: sseForms{0, rr((*as).MULPSxx), rm((*as).MULPSxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX, rrr((*as).VMULPSxxx), rrr((*as).VMULPSyyy),
			rrm((*as).VMULPSxxm128), rrm((*as).VMULPSyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VMULPSxkxx, (*as).VMULPSykyy, (*as).VMULPSzkzz),
			krms((*as).VMULPSxkxm128, (*as).VMULPSykym256, (*as).VMULPSzkzm512),
			krms((*as).VMULPSxkxb32, (*as).VMULPSykyb32, (*as).VMULPSzkzb32),
		},
	},
	{
		name: "MULPD", size: 8, isFloat: true, model: modelMUL,
		sse: sseForms{0, rr((*as).MULPDxx), rm((*as).MULPDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX, rrr((*as).VMULPDxxx), rrr((*as).VMULPDyyy),
			rrm((*as).VMULPDxxm128), rrm((*as).VMULPDyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VMULPDxkxx, (*as).VMULPDykyy, (*as).VMULPDzkzz),
			krms((*as).VMULPDxkxm128, (*as).VMULPDykym256, (*as).VMULPDzkzm512),
			krms((*as).VMULPDxkxb64, (*as).VMULPDykyb64, (*as).VMULPDzkzb64),
		},
	},
	{
		name: "DIVPS", size: 4, isFloat: true, model: modelDIV,
		sse: sseForms{0, rr((*as).DIVPSxx), rm((*as).DIVPSxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX, rrr((*as).VDIVPSxxx), rrr((*as).VDIVPSyyy),
			rrm((*as).VDIVPSxxm128), rrm((*as).VDIVPSyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VDIVPSxkxx, (*as).VDIVPSykyy, (*as).VDIVPSzkzz),
			krms((*as).VDIVPSxkxm128, (*as).VDIVPSykym256, (*as).VDIVPSzkzm512),
			krms((*as).VDIVPSxkxb32, (*as).VDIVPSykyb32, (*as).VDIVPSzkzb32),
		},
	},
	{
		name: "DIVPD", size: 8, isFloat: true, model: modelDIV,
		sse: sseForms{0, rr((*as).DIVPDxx), rm((*as).DIVPDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX, rrr((*as).VDIVPDxxx), rrr((*as).VDIVPDyyy),
			rrm((*as).VDIVPDxxm128), rrm((*as).VDIVPDyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VDIVPDxkxx, (*as).VDIVPDykyy, (*as).VDIVPDzkzz),
			krms((*as).VDIVPDxkxm128, (*as).VDIVPDykym256, (*as).VDIVPDzkzm512),
			krms((*as).VDIVPDxkxb64, (*as).VDIVPDykyb64, (*as).VDIVPDzkzb64),
		},
	},
	{
		name: "MINPS", size: 4, isFloat: true, model: modelMIN,
		sse: sseForms{0, rr((*as).MINPSxx), rm((*as).MINPSxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX, rrr((*as).VMINPSxxx), rrr((*as).VMINPSyyy),
			rrm((*as).VMINPSxxm128), rrm((*as).VMINPSyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VMINPSxkxx, (*as).VMINPSykyy, (*as).VMINPSzkzz),
			krms((*as).VMINPSxkxm128, (*as).VMINPSykym256, (*as).VMINPSzkzm512),
			krms((*as).VMINPSxkxb32, (*as).VMINPSykyb32, (*as).VMINPSzkzb32),
		},
	},
	{
		name: "MINPD", size: 8, isFloat: true, model: modelMIN,
		sse: sseForms{0, rr((*as).MINPDxx), rm((*as).MINPDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX, rrr((*as).VMINPDxxx), rrr((*as).VMINPDyyy),
			rrm((*as).VMINPDxxm128), rrm((*as).VMINPDyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VMINPDxkxx, (*as).VMINPDykyy, (*as).VMINPDzkzz),
			krms((*as).VMINPDxkxm128, (*as).VMINPDykym256, (*as).VMINPDzkzm512),
			krms((*as).VMINPDxkxb64, (*as).VMINPDykyb64, (*as).VMINPDzkzb64),
		},
	},
	{
		name: "MAXPS", size: 4, isFloat: true, model: modelMAX,
		sse: sseForms{0, rr((*as).MAXPSxx), rm((*as).MAXPSxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX, rrr((*as).VMAXPSxxx), rrr((*as).VMAXPSyyy),
			rrm((*as).VMAXPSxxm128), rrm((*as).VMAXPSyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VMAXPSxkxx, (*as).VMAXPSykyy, (*as).VMAXPSzkzz),
			krms((*as).VMAXPSxkxm128, (*as).VMAXPSykym256, (*as).VMAXPSzkzm512),
			krms((*as).VMAXPSxkxb32, (*as).VMAXPSykyb32, (*as).VMAXPSzkzb32),
		},
	},
	{
		name: "MAXPD", size: 8, isFloat: true, model: modelMAX,
		sse: sseForms{0, rr((*as).MAXPDxx), rm((*as).MAXPDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX, rrr((*as).VMAXPDxxx), rrr((*as).VMAXPDyyy),
			rrm((*as).VMAXPDxxm128), rrm((*as).VMAXPDyym256),
		},
		evex: evexForms{
			amd64.AVX512F, krrs((*as).VMAXPDxkxx, (*as).VMAXPDykyy, (*as).VMAXPDzkzz),
			krms((*as).VMAXPDxkxm128, (*as).VMAXPDykym256, (*as).VMAXPDzkzm512),
			krms((*as).VMAXPDxkxb64, (*as).VMAXPDykyb64, (*as).VMAXPDzkzb64),
		},
	},
	{
		name: "ANDPS", size: 4, isFloat: true, model: func(_ int, x, y uint64) uint64 { return x & y },
		sse: sseForms{0, rr((*as).ANDPSxx), rm((*as).ANDPSxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX, rrr((*as).VANDPSxxx), rrr((*as).VANDPSyyy),
			rrm((*as).VANDPSxxm128), rrm((*as).VANDPSyym256),
		},
		evex: evexForms{
			amd64.AVX512DQ, krrs((*as).VANDPSxkxx, (*as).VANDPSykyy, (*as).VANDPSzkzz),
			krms((*as).VANDPSxkxm128, (*as).VANDPSykym256, (*as).VANDPSzkzm512),
			krms((*as).VANDPSxkxb32, (*as).VANDPSykyb32, (*as).VANDPSzkzb32),
		},
	},
	{
		name: "ANDPD", size: 8, isFloat: true, model: func(_ int, x, y uint64) uint64 { return x & y },
		sse: sseForms{0, rr((*as).ANDPDxx), rm((*as).ANDPDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX, rrr((*as).VANDPDxxx), rrr((*as).VANDPDyyy),
			rrm((*as).VANDPDxxm128), rrm((*as).VANDPDyym256),
		},
		evex: evexForms{
			amd64.AVX512DQ, krrs((*as).VANDPDxkxx, (*as).VANDPDykyy, (*as).VANDPDzkzz),
			krms((*as).VANDPDxkxm128, (*as).VANDPDykym256, (*as).VANDPDzkzm512),
			krms((*as).VANDPDxkxb64, (*as).VANDPDykyb64, (*as).VANDPDzkzb64),
		},
	},
	{
		name: "ANDNPS", size: 4, isFloat: true, model: func(_ int, x, y uint64) uint64 { return ^x & y },
		sse: sseForms{0, rr((*as).ANDNPSxx), rm((*as).ANDNPSxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX, rrr((*as).VANDNPSxxx), rrr((*as).VANDNPSyyy),
			rrm((*as).VANDNPSxxm128), rrm((*as).VANDNPSyym256),
		},
		evex: evexForms{
			amd64.AVX512DQ, krrs((*as).VANDNPSxkxx, (*as).VANDNPSykyy, (*as).VANDNPSzkzz),
			krms((*as).VANDNPSxkxm128, (*as).VANDNPSykym256, (*as).VANDNPSzkzm512),
			krms((*as).VANDNPSxkxb32, (*as).VANDNPSykyb32, (*as).VANDNPSzkzb32),
		},
	},
	{
		name: "ANDNPD", size: 8, isFloat: true, model: func(_ int, x, y uint64) uint64 { return ^x & y },
		sse: sseForms{0, rr((*as).ANDNPDxx), rm((*as).ANDNPDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX, rrr((*as).VANDNPDxxx), rrr((*as).VANDNPDyyy),
			rrm((*as).VANDNPDxxm128), rrm((*as).VANDNPDyym256),
		},
		evex: evexForms{
			amd64.AVX512DQ, krrs((*as).VANDNPDxkxx, (*as).VANDNPDykyy, (*as).VANDNPDzkzz),
			krms((*as).VANDNPDxkxm128, (*as).VANDNPDykym256, (*as).VANDNPDzkzm512),
			krms((*as).VANDNPDxkxb64, (*as).VANDNPDykyb64, (*as).VANDNPDzkzb64),
		},
	},
	{
		name: "ORPS", size: 4, isFloat: true, model: func(_ int, x, y uint64) uint64 { return x | y },
		sse: sseForms{0, rr((*as).ORPSxx), rm((*as).ORPSxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX, rrr((*as).VORPSxxx), rrr((*as).VORPSyyy),
			rrm((*as).VORPSxxm128), rrm((*as).VORPSyym256),
		},
		evex: evexForms{
			amd64.AVX512DQ, krrs((*as).VORPSxkxx, (*as).VORPSykyy, (*as).VORPSzkzz),
			krms((*as).VORPSxkxm128, (*as).VORPSykym256, (*as).VORPSzkzm512),
			krms((*as).VORPSxkxb32, (*as).VORPSykyb32, (*as).VORPSzkzb32),
		},
	},
	{
		name: "ORPD", size: 8, isFloat: true, model: func(_ int, x, y uint64) uint64 { return x | y },
		sse: sseForms{0, rr((*as).ORPDxx), rm((*as).ORPDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX, rrr((*as).VORPDxxx), rrr((*as).VORPDyyy),
			rrm((*as).VORPDxxm128), rrm((*as).VORPDyym256),
		},
		evex: evexForms{
			amd64.AVX512DQ, krrs((*as).VORPDxkxx, (*as).VORPDykyy, (*as).VORPDzkzz),
			krms((*as).VORPDxkxm128, (*as).VORPDykym256, (*as).VORPDzkzm512),
			krms((*as).VORPDxkxb64, (*as).VORPDykyb64, (*as).VORPDzkzb64),
		},
	},
	{
		name: "XORPS", size: 4, isFloat: true, model: func(_ int, x, y uint64) uint64 { return x ^ y },
		sse: sseForms{0, rr((*as).XORPSxx), rm((*as).XORPSxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX, rrr((*as).VXORPSxxx), rrr((*as).VXORPSyyy),
			rrm((*as).VXORPSxxm128), rrm((*as).VXORPSyym256),
		},
		evex: evexForms{
			amd64.AVX512DQ, krrs((*as).VXORPSxkxx, (*as).VXORPSykyy, (*as).VXORPSzkzz),
			krms((*as).VXORPSxkxm128, (*as).VXORPSykym256, (*as).VXORPSzkzm512),
			krms((*as).VXORPSxkxb32, (*as).VXORPSykyb32, (*as).VXORPSzkzb32),
		},
	},
	{
		name: "XORPD", size: 8, isFloat: true, model: func(_ int, x, y uint64) uint64 { return x ^ y },
		sse: sseForms{0, rr((*as).XORPDxx), rm((*as).XORPDxm128)},
		vex: vexForms{
			amd64.AVX, amd64.AVX, rrr((*as).VXORPDxxx), rrr((*as).VXORPDyyy),
			rrm((*as).VXORPDxxm128), rrm((*as).VXORPDyym256),
		},
		evex: evexForms{
			amd64.AVX512DQ, krrs((*as).VXORPDxkxx, (*as).VXORPDykyy, (*as).VXORPDzkzz),
			krms((*as).VXORPDxkxm128, (*as).VXORPDykym256, (*as).VXORPDzkzm512),
			krms((*as).VXORPDxkxb64, (*as).VXORPDykyb64, (*as).VXORPDzkzb64),
		},
	},
}
