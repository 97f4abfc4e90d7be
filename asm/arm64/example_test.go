package arm64_test

import (
	"errors"
	"fmt"
	"math"
	"os"

	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/arm64"
)

// list finishes the code and prints its listing.
func list(a *arm64.Assembler) {
	object, err := a.Finish()
	if err == nil {
		err = object.List(os.Stdout)
	}
	if err != nil {
		fmt.Println(err)
	}
}

// A method is an instruction with one kind of operands. What it can't take does not compile.
func Example() {
	var a arm64.Assembler
	a.LDRxm(arm64.X0, arm64.MemOff(arm64.X1, 8))
	a.ADDxxi(arm64.X0, arm64.X0, 1)
	a.ADDxxr(arm64.X2, arm64.X0, arm64.X3.LSL(2))
	a.SUBppi(arm64.SP, arm64.SP, 32)
	a.FMADDdddd(arm64.D0, arm64.D1, arm64.D2, arm64.D3)
	a.FADDvvv2D(arm64.V1.D2(), arm64.V2.D2(), arm64.V3.D2())
	a.RET()
	list(&a)
	// Output:
	//   0000  20 04 40 f9              ldr x0, [x1, #8]
	//   0004  00 04 00 91              add x0, x0, #0x1
	//   0008  02 08 03 8b              add x2, x0, x3, lsl #2
	//   000c  ff 83 00 d1              sub sp, sp, #0x20
	//   0010  20 0c 42 1f              fmadd d0, d1, d2, d3
	//   0014  41 d4 63 4e              fadd v1.2d, v2.2d, v3.2d
	//   0018  c0 03 5f d6              ret
}

// The loop of COMING_FROM.md: it adds up n integers at p, func(p *int64, n int64) int64.
func Example_sum() {
	var a arm64.Assembler
	loop, done := a.NewLabel("loop"), a.NewLabel("done")
	a.MOVxx(arm64.X2, arm64.X0)
	a.MOVxi(arm64.X0, 0)
	a.CBZxl(arm64.X1, done)
	a.Bind(loop)
	a.LDRxm(arm64.X3, arm64.MemPost(arm64.X2, 8))
	a.ADDxxx(arm64.X0, arm64.X0, arm64.X3)
	a.SUBSxxi(arm64.X1, arm64.X1, 1)
	a.Bcl(arm64.NE, loop)
	a.Bind(done)
	a.RET()
	object, err := a.Finish()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(object.Len(), "bytes")
	// Output:
	// 32 bytes
}

// Addresses in all modes.
func ExampleMem() {
	var a arm64.Assembler
	a.LDRxm(arm64.X0, arm64.MemOff(arm64.X1, 16))
	a.LDRxm(arm64.X0, arm64.MemOff(arm64.X1, -3)) // which LDUR can express
	a.LDRxm(arm64.X0, arm64.MemPre(arm64.SP, -16))
	a.LDRxm(arm64.X0, arm64.MemPost(arm64.SP, 16))
	a.LDRxm(arm64.X0, arm64.MemIndex(arm64.X1, arm64.X2, 3))
	a.LDRxm(arm64.X0, arm64.MemExtend(arm64.X1, arm64.W2.SXTW(3)))
	a.LD1vx4m16B(arm64.V0.B16(), arm64.MemPostReg(arm64.X1, arm64.X2))
	list(&a)
	// Output:
	//   0000  20 08 40 f9              ldr x0, [x1, #16]
	//   0004  20 d0 5f f8              ldur x0, [x1, #-3]
	//   0008  e0 0f 5f f8              ldr x0, [sp, #-16]!
	//   000c  e0 07 41 f8              ldr x0, [sp], #16
	//   0010  20 78 62 f8              ldr x0, [x1, x2, lsl #3]
	//   0014  20 d8 62 f8              ldr x0, [x1, w2, sxtw #3]
	//   0018  20 20 c2 4c              ld1 {v0.16b-v3.16b}, [x1], x2
}

// Emit takes the operation and its operands as values.
func ExampleAssembler_Emit() {
	var a arm64.Assembler
	a.Emit(arm64asm.ADD, arm64.X0, arm64.X1, arm64.W2.UXTB(1))
	a.Emit(arm64asm.LDR, arm64.Q1, arm64.MemOff(arm64.X2, 32))
	a.Emit(arm64asm.MOV, arm64.W0, arm64.Imm(0))
	a.Emit(arm64asm.FMOV, arm64.D0, arm64.Float(0.5))
	a.Emit(arm64asm.TBL, arm64.V0.B16(), arm64.ListOf(arm64.V1.B16(), 2), arm64.V3.B16())
	a.Emit(arm64asm.CSEL, arm64.X0, arm64.X1, arm64.X2, arm64.GE)
	list(&a)
	// Output:
	//   0000  20 04 22 8b              add x0, x1, w2, uxtb #1
	//   0004  41 08 c0 3d              ldr q1, [x2, #32]
	//   0008  00 00 80 52              mov w0, #0x0
	//   000c  00 10 6c 1e              fmov d0, #5.000000000000000000e-01
	//   0010  20 20 03 4e              tbl v0.16b, {v1.16b, v2.16b}, v3.16b
	//   0014  20 a0 82 9a              csel x0, x1, x2, ge
}

// An instruction there is not is an error from Finish.
func ExampleAssembler_Emit_errors() {
	var a arm64.Assembler
	a.Emit(arm64asm.ADD, arm64.X0, arm64.W1, arm64.X2)
	_, err := a.Finish()
	fmt.Println(errors.Is(err, asm.ErrOperands))
	// Output: true
}

// The first error is kept, with the line that called.
func ExampleAssembler_Err() {
	var a arm64.Assembler
	a.ANDxxi(arm64.X0, arm64.X1, 5) // a bitmask immediate has one run of ones
	a.RET()
	var e *asm.Error
	if errors.As(a.Err(), &e) {
		fmt.Println(e.Op, e.Offset, errors.Is(e, asm.ErrRange))
	}
	// Output: ANDxxi 0 true
}

// A constant takes as few instructions as there are, or one and a place in the pool.
func ExampleAssembler_LoadConst() {
	var a arm64.Assembler
	a.LoadConst(arm64.X0, 0x5555555555555555)
	a.LoadConst(arm64.X1, 0xffffffffffff1234)
	a.LoadConst(arm64.X2, 0x123400005678)
	a.LDRdl(arm64.D0, a.Literal64(math.Float64bits(math.Pi)))
	a.RET()
	list(&a)
	// Output:
	//   0000  e0 f3 00 b2              mov x0, #0x5555555555555555
	//   0004  61 b9 9d 92              mov x1, #0xffffffffffff1234
	//   0008  02 cf 8a d2              mov x2, #0x5678
	//   000c  82 46 c2 f2              movk x2, #0x1234, lsl #32
	//   0010  40 00 00 5c              ldr d0, 0x18
	//   0014  c0 03 5f d6              ret
	//   0018  18 2d 44 54 fb 21 09 40  .quad 0x400921fb54442d18
}

// X18 and X28 belong to the platform and to Go, unless you say otherwise.
func ExampleAssembler_AllowReserved() {
	var a arm64.Assembler
	a.MOVxx(arm64.X28, arm64.X0)
	fmt.Println(errors.Is(a.Err(), asm.ErrOperands))
	a.Reset()
	a.AllowReserved(true)
	a.MOVxx(arm64.X28, arm64.X0)
	fmt.Println(a.Err())
	// Output:
	// true
	// <nil>
}

// A Limit refuses what the CPU may not have.
func ExampleAssembler_Limit() {
	var a arm64.Assembler
	a.Limit(arm64.FEAT_CRC32)
	a.CRC32Xwwx(arm64.W0, arm64.W1, arm64.X2)
	a.LDADDxxm(arm64.X0, arm64.X1, arm64.MemOff(arm64.X2, 0))
	fmt.Println(errors.Is(a.Err(), asm.ErrFeature))
	// Output: true
}

// A table of distances, and a jump through it.
func ExampleAssembler_Distance() {
	var a arm64.Assembler
	table, zero, one := a.NewLabel("table"), a.NewLabel("zero"), a.NewLabel("one")
	a.ADRxl(arm64.X1, table)
	a.LDRSWxm(arm64.X2, arm64.MemIndex(arm64.X1, arm64.X0, 2))
	a.ADDxxx(arm64.X1, arm64.X1, arm64.X2)
	a.BRx(arm64.X1)
	a.Bind(zero)
	a.MOVxi(arm64.X0, 10)
	a.RET()
	a.Bind(one)
	a.MOVxi(arm64.X0, 20)
	a.RET()
	a.Bind(table)
	a.Distance(zero, table)
	a.Distance(one, table)
	list(&a)
	// Output:
	//   0000  01 01 00 10              adr x1, table
	//   0004  22 78 a0 b8              ldrsw x2, [x1, x0, lsl #2]
	//   0008  21 00 02 8b              add x1, x1, x2
	//   000c  20 00 1f d6              br x1
	// zero:
	//   0010  40 01 80 d2              mov x0, #0xa
	//   0014  c0 03 5f d6              ret
	// one:
	//   0018  80 02 80 d2              mov x0, #0x14
	//   001c  c0 03 5f d6              ret
	// table:
	//   0020  f0 ff ff ff f8 ff ff ff  .quad 0xfffffff8fffffff0
}
