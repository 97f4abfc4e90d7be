package compile

const x86SomeTied = 0

// binaryShape is dst = args[0]; dst op= args[1].
var binaryShape = shape{memory: 0b11, late: 0b10, tied: 0}

// amd64Target is x86-64 with its two-operand SSE instructions.
var amd64Target = target{registers: 16, shapes: [opCount]shape{
	opAdd: binaryShape, opSub: binaryShape, opMul: binaryShape, opDiv: binaryShape,
	opMinNum: binaryShape, opMaxNum: binaryShape, opMaxZero: binaryShape, opFloat: binaryShape,
	opNeg: {memory: 0b1, tied: 0}, opAbs: {memory: 0b1, tied: 0},
	opSqrt: {memory: 0b1, tied: -1}, opFloor: {memory: 0b1, tied: -1}, opCeil: {memory: 0b1, tied: -1},
	opRound:  {memory: 0b1, late: 0b1, tied: -1},
	opMin:    {memory: 0b11, late: 0b11, tied: -1, temps: 2},
	opMax:    {memory: 0b11, late: 0b11, tied: -1, temps: 2},
	opSelect: {memory: 0b111, late: 0b1000, tied: 2, temps: 1},
	opResult: {tied: -1},
}}
