package amd64_test

import (
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"golang.org/x/arch/x86/x86asm"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/amd64"
)

// show lists what was assembled.
func show(a *amd64.Assembler) {
	o, err := a.Finish()
	if err != nil {
		log.Fatal(err)
	}
	if err := o.List(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// Example sums a slice of int64 of which rdi has the address and rsi the length.
func Example() {
	var a amd64.Assembler
	loop, end := a.NewLabel("loop"), a.NewLabel("end")
	a.LoadConst(amd64.RAX, 0)
	a.TESTrr64(amd64.RSI, amd64.RSI)
	a.JEl(end)
	a.Bind(loop)
	a.ADDrm64(amd64.RAX, amd64.MemBase(amd64.RDI, 0))
	a.ADDri64(amd64.RDI, 8)
	a.DECr64(amd64.RSI)
	a.JNEl(loop)
	a.Bind(end)
	a.RET()
	show(&a)
	// Output:
	//   0000  b8 00 00 00 00                    mov eax,0x0
	//   0005  48 85 f6                          test rsi,rsi
	//   0008  74 0c                             je end
	// loop:
	//   000a  48 03 07                          add rax,QWORD PTR [rdi]
	//   000d  48 83 c7 08                       add rdi,0x8
	//   0011  48 ff ce                          dec rsi
	//   0014  75 f4                             jne loop
	// end:
	//   0016  c3                                ret
}

// ExampleMem has the kinds of operands in memory.
func ExampleMem() {
	var a amd64.Assembler
	table := a.NewLabel("table")
	a.MOVrm64(amd64.RAX, amd64.MemBase(amd64.RDI, 8))
	a.MOVrm64(amd64.RAX, amd64.MemIndex(amd64.RDI, amd64.RCX, 8, -16))
	a.MOVrm64(amd64.RAX, amd64.MemIndexOnly(amd64.RCX, 4, 0x1000))
	a.MOVrm64(amd64.RAX, amd64.MemAbs(0x28).Segment(amd64.FS))
	a.MOVrm64(amd64.RAX, amd64.MemLabel(table))
	a.MOVrm32(amd64.EAX, amd64.MemBase(amd64.RDI, 0).Address32())
	a.VPGATHERDDxkvx(amd64.XMM1, amd64.K1, amd64.MemIndexX(amd64.RDI, amd64.XMM2, 4, 0))
	a.Bind(table)
	a.Uint64(7)
	show(&a)
	// Output:
	//   0000  48 8b 47 08                       mov rax,QWORD PTR [rdi+0x8]
	//   0004  48 8b 44 cf f0                    mov rax,QWORD PTR [rdi+rcx*8-0x10]
	//   0009  48 8b 04 8d 00 10 00 00           mov rax,QWORD PTR [rcx*4+0x1000]
	//   0011  64 48 8b 04 25 28 00 00 00        mov rax,QWORD PTR fs:0x28
	//   001a  48 8b 05 0a 00 00 00              mov rax,QWORD PTR [rip+table]
	//   0021  67 8b 07                          mov eax,DWORD PTR [edi]
	//   0024  62 f2 7d 09 90 0c 97              vpgatherdd xmm1{k1},XMMWORD PTR [rdi+xmm2*4]
	// table:
	//   002b  07 00 00 00 00 00 00 00           .quad 0x7
}

// ExampleMask adds with a mask, an element for all, and a direction of rounding.
func ExampleMask() {
	var a amd64.Assembler
	a.VADDPDzkzz(amd64.ZMM1, amd64.NoMask, amd64.ZMM2, amd64.ZMM3)
	a.VADDPDzkzz(amd64.ZMM1, amd64.K1.Merge(), amd64.ZMM2, amd64.ZMM3)
	a.VADDPDzkzz(amd64.ZMM1, amd64.K1.Zero(), amd64.ZMM2, amd64.ZMM3)
	a.VADDPDzkzb64(amd64.ZMM1, amd64.NoMask, amd64.ZMM2, amd64.MemBase(amd64.RDI, 8))
	a.VADDPDzkzzER(amd64.ZMM1, amd64.NoMask, amd64.ZMM2, amd64.ZMM3, amd64.RoundZero)
	show(&a)
	// Output:
	//   0000  62 f1 ed 48 58 cb                 vaddpd zmm1,zmm2,zmm3
	//   0006  62 f1 ed 49 58 cb                 vaddpd zmm1{k1},zmm2,zmm3
	//   000c  62 f1 ed c9 58 cb                 vaddpd zmm1{k1}{z},zmm2,zmm3
	//   0012  62 f1 ed 58 58 4f 01              vaddpd zmm1,zmm2,QWORD BCST [rdi+0x8]
	//   0019  62 f1 ed 78 58 cb                 vaddpd zmm1,zmm2,zmm3{rz-sae}
}

// ExampleAssembler_Emit picks forms by operands that are known only when running.
func ExampleAssembler_Emit() {
	var a amd64.Assembler
	loop := a.NewLabel("loop")
	a.Bind(loop)
	a.Emit(x86asm.ADD, x86asm.RAX, x86asm.Imm(1))
	a.Emit(x86asm.INC, amd64.SizedMem(x86asm.Mem{Base: x86asm.RDI}, 4))
	a.Emit(x86asm.VADDPD, x86asm.Z1, amd64.Zeroing(x86asm.K1), x86asm.Z2, amd64.Broadcast(amd64.MemBase(amd64.RDI, 8), 8, 8))
	a.Emit(x86asm.VADDPD, x86asm.Z1, x86asm.K1, x86asm.Z2, x86asm.Z3, amd64.Embedded(amd64.RoundUp))
	a.Emit(amd64.OpENDBR64)
	a.Emit(x86asm.JMP, amd64.Target(loop))
	show(&a)
	// Output:
	// loop:
	//   0000  48 83 c0 01                       add rax,0x1
	//   0004  ff 07                             inc DWORD PTR [rdi]
	//   0006  62 f1 ed d9 58 4f 01              vaddpd zmm1{k1}{z},zmm2,QWORD BCST [rdi+0x8]
	//   000d  62 f1 ed 59 58 cb                 vaddpd zmm1{k1},zmm2,zmm3{ru-sae}
	//   0013  f3 0f 1e fa                       endbr64
	//   0017  eb e7                             jmp loop
}

// ExampleAssembler_EmitInst reads an instruction and writes it again, in the shortest encoding.
func ExampleAssembler_EmitInst() {
	inst, err := x86asm.Decode([]byte{0x48, 0x81, 0xc0, 0x05, 0, 0, 0}, 64) // ADD with an immediate of 32 bits
	if err != nil {
		log.Fatal(err)
	}
	var a amd64.Assembler
	a.EmitInst(inst)
	show(&a)
	// Output:
	//   0000  48 83 c0 05                       add rax,0x5
}

// ExampleAssembler_Limit refuses what the machine may not have.
func ExampleAssembler_Limit() {
	var a amd64.Assembler
	a.Limit(amd64.Detect() &^ amd64.AVX512F)
	a.VADDPDzkzz(amd64.ZMM1, amd64.NoMask, amd64.ZMM2, amd64.ZMM3)
	_, err := a.Finish()
	fmt.Println(errors.Is(err, asm.ErrFeature))
	// Output: true
}

// ExampleAssembler_Err shows that the first error stays, with the line that made it.
func ExampleAssembler_Err() {
	var a amd64.Assembler
	a.NOP()
	a.MOVrm64(amd64.RAX, amd64.MemIndex(amd64.RDI, amd64.RSP, 8, 0))
	a.RET() // does nothing any more
	var e *asm.Error
	if errors.As(a.Err(), &e) {
		fmt.Println(e.Op, e.Args, e.Offset, filepath.Base(e.File), e.Err)
	}
	// Output: MOVrm64 [rdi+rsp*8] 1 example_test.go index register rsp: operand not allowed
}

// ExampleAssembler_Address jumps through a table of addresses.
func ExampleAssembler_Address() {
	var a amd64.Assembler
	table, zero, one := a.NewLabel("table"), a.NewLabel("zero"), a.NewLabel("one")
	a.LEArm64(amd64.RAX, amd64.MemLabel(table))
	a.JMPm64(amd64.MemIndex(amd64.RAX, amd64.RDI, 8, 0))
	a.Bind(zero)
	a.RET()
	a.Align(16)
	a.Bind(one)
	a.RET()
	a.Align(8)
	a.Bind(table)
	a.Address(zero)
	a.Address(one)
	o, err := a.Finish()
	if err != nil {
		log.Fatal(err)
	}
	code := make([]byte, o.Len())
	if err := o.Place(code, 0x10000); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("% x\n", code[24:])
	// Output: 0a 00 01 00 00 00 00 00 10 00 01 00 00 00 00 00
}

// ExampleAssembler_Literal64 has constants and absolute addresses in the literal pool.
func ExampleAssembler_Literal64() {
	var a amd64.Assembler
	a.MULSDxm64(amd64.XMM0, amd64.MemLabel(a.Literal64(0x400921fb54442d18)))
	a.CallAddr(0x7f0000000000)
	a.RET()
	show(&a)
	// Output:
	//   0000  f2 0f 59 05 08 00 00 00           mulsd xmm0,QWORD PTR [rip+0x8]
	//   0008  ff 15 0a 00 00 00                 call QWORD PTR [rip+0xa]
	//   000e  c3                                ret
	//   000f  90                                nop
	//   0010  18 2d 44 54 fb 21 09 40           .quad 0x400921fb54442d18
	//   0018  00 00 00 00 00 00 00 00           .quad 0x0
}

// ExampleAssembler_Prologue is a function with a frame, of the C calling convention.
func ExampleAssembler_Prologue() {
	var a amd64.Assembler
	frame := amd64.Frame{Size: 16, Saved: []amd64.Reg64{amd64.RBX}}
	a.Prologue(frame)
	a.MOVmr64(amd64.MemBase(amd64.RSP, 0), amd64.RDI)
	a.Epilogue(frame)
	show(&a)
	// Output:
	//   0000  55                                push rbp
	//   0001  48 89 e5                          mov rbp,rsp
	//   0004  53                                push rbx
	//   0005  48 83 ec 18                       sub rsp,0x18
	//   0009  48 89 3c 24                       mov QWORD PTR [rsp],rdi
	//   000d  48 8d 65 f8                       lea rsp,[rbp-0x8]
	//   0011  5b                                pop rbx
	//   0012  5d                                pop rbp
	//   0013  c3                                ret
}

// ExampleAssembler_Extern links two objects that refer to each other.
func ExampleAssembler_Extern() {
	var a, b amd64.Assembler
	a.Bind(a.NewLabel("caller"))
	a.CALLl(a.Extern("callee"))
	a.RET()
	b.Bind(b.NewLabel("callee"))
	b.LoadConst(amd64.RAX, 42)
	b.RET()
	first, err := a.Finish()
	if err != nil {
		log.Fatal(err)
	}
	second, err := b.Finish()
	if err != nil {
		log.Fatal(err)
	}
	both, err := asm.Link(first, second)
	if err != nil {
		log.Fatal(err)
	}
	code := make([]byte, both.Len())
	if err := both.Place(code, 0x10000); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("% x\n", code)
	// Output: e8 01 00 00 00 c3 b8 2a 00 00 00 c3
}
