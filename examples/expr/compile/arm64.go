package compile

// arm64Target is A64 with its three-operand instructions, which take registers only.
var arm64Target = target{registers: 24, shapes: [opCount]shape{
	opNeg: {tied: -1}, opAbs: {tied: -1}, opSqrt: {tied: -1}, opFloor: {tied: -1}, opCeil: {tied: -1}, opRound: {tied: -1},
	opAdd: {tied: -1}, opSub: {tied: -1}, opMul: {tied: -1}, opDiv: {tied: -1},
	opMinNum: {tied: -1}, opMaxNum: {tied: -1}, opMaxZero: {tied: -1},
	opMin:   {late: 0b11, tied: -1, temps: 1},
	opMax:   {late: 0b11, tied: -1, temps: 1},
	opFloat: {tied: -1, temps: 1}, opSelect: {tied: -1}, opResult: {tied: -1},
}}
