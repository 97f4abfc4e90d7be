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

// list finishes the code and prints its listing.
func list(a *amd64.Assembler) *asm.Object {
	object, err := a.Finish()
	if err != nil {
		fmt.Println(err)
		return &asm.Object{}
	}
	if err := object.List(os.Stdout); err != nil {
		fmt.Println(err)
	}
	return object
}

// hex finishes the code, prints its bytes beside the text, and begins again.
func hex(a *amd64.Assembler, text string) {
	object, err := a.Finish()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%-20x %s\n", object.Code, text)
	a.Reset()
}

// A method is an instruction with one kind of operands. What it can't take does not compile.
func Example() {
	var a amd64.Assembler
	a.MOVrm64(amd64.RAX, amd64.MemBase(amd64.RDI, 8))
	a.ADDri64(amd64.RAX, 1) // 8 bits are enough for the 1
	a.IMULrri32(amd64.ECX, amd64.EAX, 1000)
	a.SHLrCL64(amd64.RAX)
	a.MOVZXr32m8(amd64.EDX, amd64.MemBase(amd64.RSI, 0))
	a.CVTSI2SDxr64(amd64.XMM0, amd64.RAX)
	a.VADDPDyyy(amd64.YMM1, amd64.YMM2, amd64.YMM3)
	a.RET()

	object, err := a.Finish()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d bytes: % x\n", object.Len(), object.Code[:4])
	if err := object.List(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 30 bytes: 48 8b 47 08
	//   0000  48 8b 47 08                       mov rax,QWORD PTR [rdi+0x8]
	//   0004  48 83 c0 01                       add rax,0x1
	//   0008  69 c8 e8 03 00 00                 imul ecx,eax,0x3e8
	//   000e  48 d3 e0                          shl rax,cl
	//   0011  0f b6 16                          movzx edx,BYTE PTR [rsi]
	//   0014  f2 48 0f 2a c0                    cvtsi2sd xmm0,rax
	//   0019  c5 ed 58 cb                       vaddpd ymm1,ymm2,ymm3
	//   001d  c3                                ret
}

// The loop of COMING_FROM.md: it adds up n integers at p, func(p *int64, n int64) int64.
func Example_sum() {
	var a amd64.Assembler
	loop, done := a.NewLabel("loop"), a.NewLabel("done")
	a.XORrr32(amd64.EAX, amd64.EAX)
	a.TESTrr64(amd64.RSI, amd64.RSI)
	a.JEl(done)
	a.Bind(loop)
	a.ADDrm64(amd64.RAX, amd64.MemBase(amd64.RDI, 0))
	a.ADDri64(amd64.RDI, 8)
	a.DECr64(amd64.RSI)
	a.JNEl(loop)
	a.Bind(done)
	a.RET()
	object, err := a.Finish()
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := object.List(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	//   0000  31 c0                             xor eax,eax
	//   0002  48 85 f6                          test rsi,rsi
	//   0005  74 0c                             je done
	// loop:
	//   0007  48 03 07                          add rax,QWORD PTR [rdi]
	//   000a  48 83 c7 08                       add rdi,0x8
	//   000e  48 ff ce                          dec rsi
	//   0011  75 f4                             jne loop
	// done:
	//   0013  c3                                ret
}

// A label is used before or after it is bound. Finish finds out which branches can be short.
func ExampleAssembler_NewLabel() {
	var a amd64.Assembler
	start, end := a.NewLabel("start"), a.NewLabel("end")
	a.Bind(start)
	a.JMPl(start)   // short, as Finish finds
	a.JMPl8(start)  // short, or an error
	a.JMPl32(start) // near, in any case
	a.JEl(end)      // near: too much stands between
	a.Bytes(make([]byte, 128))
	a.Bind(end)
	a.CALLl(start)
	a.JRCXZl(end) // exists only as a short one

	object, err := a.Finish()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("% x\n% x\n", object.Code[:15], object.Code[15+128:])
	// Output:
	// eb fe eb fc e9 f7 ff ff ff 0f 84 80 00 00 00
	// e8 6c ff ff ff e3 f9
}

// Comments stand in the listing, beside the instruction that follows.
func ExampleAssembler_Comment() {
	var a amd64.Assembler
	start := a.NewLabel("start")
	a.Bind(start)
	a.Comment("clears the upper half, too")
	a.XORrr32(amd64.EAX, amd64.EAX)
	a.JMPl(start)
	list(&a)
	// Output:
	// start:
	//   0000  31 c0                             xor eax,eax                           ; clears the upper half, too
	//   0002  eb fc                             jmp start
}

// The same load with every kind of operand in memory.
func ExampleMem() {
	var a amd64.Assembler
	data := a.NewLabel("data")
	load := func(m amd64.Mem) { a.MOVrm32(amd64.EAX, m) }

	load(amd64.MemBase(amd64.RBX, 0))
	load(amd64.MemBase(amd64.RBX, -8))
	load(amd64.MemIndex(amd64.RBX, amd64.RCX, 4, 0x100))
	load(amd64.MemIndexOnly(amd64.RCX, 8, 0))
	load(amd64.MemAbs(0x1000))
	load(amd64.MemAbs(0x28).Segment(amd64.FS))
	load(amd64.MemBase(amd64.RBX, 0).Segment(amd64.GS))
	load(amd64.MemIndex(amd64.RBX, amd64.RCX, 1, 0).Address32())
	load(amd64.MemLabel(data))
	load(amd64.MemLabelOff(data, 4))
	a.LEArm64(amd64.RDI, amd64.MemLabel(data))
	a.RET()
	a.Align(8)
	a.Bind(data)
	a.Uint64(0x1122334455667788)
	list(&a)
	// Output:
	//   0000  8b 03                             mov eax,DWORD PTR [rbx]
	//   0002  8b 43 f8                          mov eax,DWORD PTR [rbx-0x8]
	//   0005  8b 84 8b 00 01 00 00              mov eax,DWORD PTR [rbx+rcx*4+0x100]
	//   000c  8b 04 cd 00 00 00 00              mov eax,DWORD PTR [rcx*8+0x0]
	//   0013  8b 04 25 00 10 00 00              mov eax,DWORD PTR ds:0x1000
	//   001a  64 8b 04 25 28 00 00 00           mov eax,DWORD PTR fs:0x28
	//   0022  65 8b 03                          mov eax,DWORD PTR gs:[rbx]
	//   0025  67 8b 04 0b                       mov eax,DWORD PTR [ebx+ecx*1]
	//   0029  8b 05 11 00 00 00                 mov eax,DWORD PTR [rip+data]
	//   002f  8b 05 0f 00 00 00                 mov eax,DWORD PTR [rip+0xf]
	//   0035  48 8d 3d 04 00 00 00              lea rdi,[rip+data]
	//   003c  c3                                ret
	//   003d  0f 1f 00                          nop DWORD PTR [rax]
	// data:
	//   0040  88 77 66 55 44 33 22 11           .quad 0x1122334455667788
}

// Gathers and scatters take a vector of indices, each with its part of the mask, which they clear.
func ExampleMemIndexY() {
	var a amd64.Assembler
	indices := amd64.MemIndexY(amd64.RDI, amd64.YMM1, 4, 0)
	a.VPGATHERDDyvyy(amd64.YMM0, indices, amd64.YMM2)
	hex(&a, "vpgatherdd ymm0, [rdi+ymm1*4], ymm2")
	a.VPGATHERDDykvy(amd64.YMM0, amd64.K1, indices)
	hex(&a, "vpgatherdd ymm0{k1}, [rdi+ymm1*4]")
	a.VPSCATTERDDvyky(indices, amd64.K1, amd64.YMM0)
	hex(&a, "vpscatterdd [rdi+ymm1*4]{k1}, ymm0")
	// Output:
	// c4e26d90048f         vpgatherdd ymm0, [rdi+ymm1*4], ymm2
	// 62f27d2990048f       vpgatherdd ymm0{k1}, [rdi+ymm1*4]
	// 62f27d29a0048f       vpscatterdd [rdi+ymm1*4]{k1}, ymm0
}

// The mask follows the destination: NoMask, or a mask register that merges or zeroes.
func ExampleMask() {
	var a amd64.Assembler
	a.VADDPDzkzz(amd64.ZMM1, amd64.NoMask, amd64.ZMM2, amd64.ZMM31)
	hex(&a, "vaddpd zmm1, zmm2, zmm31")
	a.VADDPDzkzz(amd64.ZMM1, amd64.K1.Merge(), amd64.ZMM2, amd64.ZMM3)
	hex(&a, "vaddpd zmm1{k1}, zmm2, zmm3")
	a.VADDPDzkzz(amd64.ZMM1, amd64.K1.Zero(), amd64.ZMM2, amd64.ZMM3)
	hex(&a, "vaddpd zmm1{k1}{z}, zmm2, zmm3")
	a.VMOVUPDmkz512(amd64.MemBase(amd64.RDI, 64), amd64.K2, amd64.ZMM1) // a store can't zero: it takes the register
	hex(&a, "vmovupd [rdi+64]{k2}, zmm1")
	a.VCMPPDkkzzi(amd64.K3, amd64.K0, amd64.ZMM1, amd64.ZMM2, 1) // nor can a comparison; K0 is no mask
	hex(&a, "vcmppd k3, zmm1, zmm2, 1")
	// Output:
	// 6291ed4858cf         vaddpd zmm1, zmm2, zmm31
	// 62f1ed4958cb         vaddpd zmm1{k1}, zmm2, zmm3
	// 62f1edc958cb         vaddpd zmm1{k1}{z}, zmm2, zmm3
	// 62f1fd4a114f01       vmovupd [rdi+64]{k2}, zmm1
	// 62f1f548c2da01       vcmppd k3, zmm1, zmm2, 1
}

// A method with b in its name reads one element and takes it for all. Where no register tells how many, its name does.
func ExampleMask_broadcast() {
	var a amd64.Assembler
	m := amd64.MemBase(amd64.RDI, 64)
	a.VADDPDzkzm512(amd64.ZMM1, amd64.NoMask, amd64.ZMM2, m)
	hex(&a, "vaddpd zmm1, zmm2, [rdi+64]")
	a.VADDPDzkzb64(amd64.ZMM1, amd64.NoMask, amd64.ZMM2, m)
	hex(&a, "vaddpd zmm1, zmm2, [rdi+64]{1to8}")
	a.VCVTPD2DQxkb64to2(amd64.XMM1, amd64.NoMask, m)
	hex(&a, "vcvtpd2dq xmm1, [rdi+64]{1to2}")
	a.VCVTPD2DQxkb64to4(amd64.XMM1, amd64.NoMask, m)
	hex(&a, "vcvtpd2dq xmm1, [rdi+64]{1to4}")
	// Output:
	// 62f1ed48584f01       vaddpd zmm1, zmm2, [rdi+64]
	// 62f1ed58584f08       vaddpd zmm1, zmm2, [rdi+64]{1to8}
	// 62f1ff18e64f08       vcvtpd2dq xmm1, [rdi+64]{1to2}
	// 62f1ff38e64f08       vcvtpd2dq xmm1, [rdi+64]{1to4}
}

// A method that ends in ER takes a direction in place of MXCSR's. SAE only suppresses exceptions.
func ExampleRounding() {
	var a amd64.Assembler
	a.VADDPDzkzzER(amd64.ZMM1, amd64.NoMask, amd64.ZMM2, amd64.ZMM3, amd64.RoundZero)
	hex(&a, "vaddpd zmm1, zmm2, zmm3, {rz-sae}")
	a.VADDSDxkxxER(amd64.XMM1, amd64.K1.Zero(), amd64.XMM2, amd64.XMM3, amd64.RoundUp)
	hex(&a, "vaddsd xmm1{k1}{z}, xmm2, xmm3, {ru-sae}")
	a.VMAXPDzkzzSAE(amd64.ZMM1, amd64.NoMask, amd64.ZMM2, amd64.ZMM3)
	hex(&a, "vmaxpd zmm1, zmm2, zmm3, {sae}")
	// Output:
	// 62f1ed7858cb         vaddpd zmm1, zmm2, zmm3, {rz-sae}
	// 62f1efd958cb         vaddsd xmm1{k1}{z}, xmm2, xmm3, {ru-sae}
	// 62f1ed185fcb         vmaxpd zmm1, zmm2, zmm3, {sae}
}

// Emit takes what is known only when running. Of several forms it takes the shortest.
func ExampleAssembler_Emit() {
	var a amd64.Assembler
	end := a.NewLabel("end")
	m := amd64.MemBase(amd64.RDI, 8)
	a.Emit(x86asm.ADD, x86asm.RAX, x86asm.Imm(1))
	a.Emit(x86asm.MOV, x86asm.ECX, x86asm.Mem{Base: x86asm.RSI, Index: x86asm.RAX, Scale: 4, Disp: 16})
	a.Emit(x86asm.INC, amd64.Sized(m, 4)) // no register says how wide it is
	a.Emit(x86asm.MOV, amd64.SizedMem(x86asm.Mem{Base: x86asm.RSI}, 2), x86asm.Imm(-1))
	a.Emit(x86asm.JNE, amd64.Target(end))
	a.Bind(end)
	a.Emit(x86asm.RET)
	list(&a)
	// Output:
	//   0000  48 83 c0 01                       add rax,0x1
	//   0004  8b 4c 86 10                       mov ecx,DWORD PTR [rsi+rax*4+0x10]
	//   0008  ff 47 08                          inc DWORD PTR [rdi+0x8]
	//   000b  66 c7 06 ff ff                    mov WORD PTR [rsi],0xffff
	//   0010  75 00                             jne end
	// end:
	//   0012  c3                                ret
}

// What the operands of x86asm can't say: masks, zeroing, broadcast, rounding.
func ExampleAssembler_Emit_vector() {
	var a amd64.Assembler
	m := amd64.MemBase(amd64.RDI, 8)
	a.Emit(x86asm.VADDPD, x86asm.Z1, x86asm.K1, x86asm.Z2, x86asm.Z3)
	hex(&a, "vaddpd zmm1{k1}, zmm2, zmm3")
	a.Emit(x86asm.VADDPD, x86asm.Z1, amd64.Zeroing(x86asm.K1), x86asm.Z2, amd64.Broadcast(m, 8, 8))
	hex(&a, "vaddpd zmm1{k1}{z}, zmm2, [rdi+8]{1to8}")
	a.Emit(x86asm.VADDPD, x86asm.Z1, x86asm.Z2, x86asm.Z3, amd64.Embedded(amd64.RoundDown))
	hex(&a, "vaddpd zmm1, zmm2, zmm3, {rd-sae}")
	a.Emit(x86asm.VMAXPD, x86asm.Z1, x86asm.Z2, x86asm.Z3, amd64.SAE())
	hex(&a, "vmaxpd zmm1, zmm2, zmm3, {sae}")
	a.Emit(x86asm.VCVTPD2DQ, x86asm.X1, amd64.Broadcast(m, 8, 4))
	hex(&a, "vcvtpd2dq xmm1, [rdi+8]{1to4}")
	a.Emit(x86asm.VADDPD, x86asm.X1, x86asm.X2, x86asm.X3) // VEX, which is shorter than EVEX
	hex(&a, "vaddpd xmm1, xmm2, xmm3")
	// Output:
	// 62f1ed4958cb         vaddpd zmm1{k1}, zmm2, zmm3
	// 62f1edd9584f01       vaddpd zmm1{k1}{z}, zmm2, [rdi+8]{1to8}
	// 62f1ed3858cb         vaddpd zmm1, zmm2, zmm3, {rd-sae}
	// 62f1ed185fcb         vmaxpd zmm1, zmm2, zmm3, {sae}
	// 62f1ff38e64f01       vcvtpd2dq xmm1, [rdi+8]{1to4}
	// c5e958cb             vaddpd xmm1, xmm2, xmm3
}

// There must be a form with these operands, and only one length.
func ExampleAssembler_Emit_errors() {
	for _, args := range [][]x86asm.Arg{
		{x86asm.RAX, x86asm.ECX},
		{x86asm.Mem{Base: x86asm.RDI}, x86asm.Imm(1)},
		{x86asm.RAX, x86asm.Imm(1 << 40)},
	} {
		var a amd64.Assembler
		a.Emit(x86asm.ADD, args...)
		var e *asm.Error
		if errors.As(a.Err(), &e) {
			fmt.Printf("%s: %v\n", e.Args, e.Err)
		}
	}
	// Output:
	// ADD rax, ecx: no form with these operands: operand not allowed
	// ADD [rdi], 0x1: how many bytes in memory is not clear: operand not allowed
	// ADD rax, 0x10000000000: an immediate that no form has room for: value out of range
}

// What is decoded can be emitted again: the bytes are the same, or fewer where they were not the shortest.
func ExampleAssembler_EmitInst() {
	code := []byte{
		0x48, 0x8b, 0x47, 0x08, // mov rax,[rdi+0x8]
		0x48, 0x81, 0xc0, 0x01, 0x00, 0x00, 0x00, // add rax,1 with an immediate of 32 bits
		0x62, 0xf1, 0xed, 0xc9, 0x58, 0xcb, // vaddpd zmm1{k1}{z},zmm2,zmm3
	}
	var a amd64.Assembler
	for len(code) > 0 {
		inst, err := x86asm.Decode(code, 64)
		if err != nil {
			fmt.Println(err)
			return
		}
		a.EmitInst(inst)
		object, err := a.Finish()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("% x: % x\n", code[:inst.Len], object.Code)
		a.Reset()
		code = code[inst.Len:]
	}
	// Output:
	// 48 8b 47 08: 48 8b 47 08
	// 48 81 c0 01 00 00 00: 48 83 c0 01
	// 62 f1 ed c9 58 cb: 62 f1 ed c9 58 cb
}

// With a Limit, what the CPU lacks is an error. Limit(Detect()) is for code that runs here.
func ExampleAssembler_Limit() {
	var a amd64.Assembler
	a.Limit(amd64.AVX | amd64.AVX2)
	a.VPADDDyyy(amd64.YMM0, amd64.YMM1, amd64.YMM2)
	fmt.Println(a.Err())
	a.VPADDDzkzz(amd64.ZMM0, amd64.NoMask, amd64.ZMM1, amd64.ZMM2)
	var e *asm.Error
	if errors.As(a.Err(), &e) {
		fmt.Println(e.Op, e.Err)
	}
	fmt.Println(errors.Is(a.Err(), asm.ErrFeature))
	// Output:
	// <nil>
	// VPADDDzkzz AVX512F: instruction-set extension not enabled
	// true
}

// Detect tells which of two versions this machine can run.
func ExampleDetect() {
	var a amd64.Assembler
	features := amd64.Detect()
	a.Limit(features)
	if features.Has(amd64.AVX | amd64.FMA) {
		a.VFMADD231SDxxx(amd64.XMM0, amd64.XMM1, amd64.XMM2)
	} else {
		a.MULSDxx(amd64.XMM1, amd64.XMM2)
		a.ADDSDxx(amd64.XMM0, amd64.XMM1)
	}
	fmt.Println(a.Err())
	fmt.Println(amd64.AVX | amd64.FMA)
	// Output:
	// <nil>
	// AVX+FMA
}

// The first error is kept, with the line of the call that made it; what follows does nothing.
func ExampleAssembler_Err() {
	var a amd64.Assembler
	a.MOVrr64(amd64.RAX, amd64.RCX)
	a.MOVrm64(amd64.RAX, amd64.MemIndex(amd64.RDI, amd64.RSP, 8, 0)) // rsp is no index
	a.JMPl(a.NewLabel("nowhere"))                                    // never bound, but not the first
	_, err := a.Finish()

	var e *asm.Error
	if errors.As(err, &e) {
		fmt.Println(e.Op, e.Args, "at", e.Offset, "in", filepath.Base(e.File))
	}
	fmt.Println(errors.Is(err, asm.ErrOperands), a.Len())

	a.Reset()
	a.RET()
	fmt.Println(a.Err())
	// Output:
	// MOVrm64 [rdi+rsp*8] at 3 in example_test.go
	// true 3
	// <nil>
}

// A jump table of addresses is relocated when the code is placed.
func ExampleAssembler_Address() {
	var a amd64.Assembler
	table, zero, one := a.NewLabel("table"), a.NewLabel("zero"), a.NewLabel("one")
	a.LEArm64(amd64.RAX, amd64.MemLabel(table))
	a.JMPm64(amd64.MemIndex(amd64.RAX, amd64.RDI, 8, 0))
	a.Bind(zero)
	a.XORrr32(amd64.EAX, amd64.EAX)
	a.RET()
	a.Bind(one)
	a.MOVri32(amd64.EAX, 1)
	a.RET()
	a.Align(8)
	a.Bind(table)
	a.Address(zero)
	a.Address(one)

	object := list(&a)
	code := make([]byte, object.Len())
	fmt.Println(object.Place(code, 0x7000))
	fmt.Printf("% x\n", code[len(code)-16:])
	// Output:
	//   0000  48 8d 05 11 00 00 00              lea rax,[rip+table]
	//   0007  ff 24 f8                          jmp QWORD PTR [rax+rdi*8]
	// zero:
	//   000a  31 c0                             xor eax,eax
	//   000c  c3                                ret
	// one:
	//   000d  b8 01 00 00 00                    mov eax,0x1
	//   0012  c3                                ret
	//   0013  0f 1f 44 00 00                    nop DWORD PTR [rax+rax*1+0x0]
	// table:
	//   0018  00 00 00 00 00 00 00 00           .quad 0x0
	//   0020  00 00 00 00 00 00 00 00           .quad 0x0
	// <nil>
	// 0a 70 00 00 00 00 00 00 0d 70 00 00 00 00 00 00
}

// A jump table of distances needs no relocation, and half the room.
func ExampleAssembler_Distance() {
	var a amd64.Assembler
	table, zero, one := a.NewLabel("table"), a.NewLabel("zero"), a.NewLabel("one")
	a.LEArm64(amd64.RAX, amd64.MemLabel(table))
	a.MOVSXDr64m32(amd64.RCX, amd64.MemIndex(amd64.RAX, amd64.RDI, 4, 0))
	a.ADDrr64(amd64.RAX, amd64.RCX)
	a.JMPr64(amd64.RAX)
	a.Bind(table)
	a.Distance(zero, table)
	a.Distance(one, table)
	a.Bind(zero)
	a.RET()
	a.Bind(one)
	a.RET()
	list(&a)
	// Output:
	//   0000  48 8d 05 09 00 00 00              lea rax,[rip+table]
	//   0007  48 63 0c b8                       movsxd rcx,DWORD PTR [rax+rdi*4]
	//   000b  48 01 c8                          add rax,rcx
	//   000e  ff e0                             jmp rax
	// table:
	//   0010  08 00 00 00 09 00 00 00           .quad 0x900000008
	// zero:
	//   0018  c3                                ret
	// one:
	//   0019  c3                                ret
}

// Align pads with instructions that do nothing; data stand as directives in the listing.
func ExampleAssembler_Align() {
	var a amd64.Assembler
	data := a.NewLabel("data")
	a.RET()
	a.Align(16)
	a.Bind(data)
	a.Uint64(1)
	a.Bytes([]byte("wx"))
	a.Align(4)

	object := list(&a)
	fmt.Println("alignment", object.Align())
	// Output:
	//   0000  c3                                ret
	//   0001  66 0f 1f 84 00 00 00 00 00        nop WORD PTR [rax+rax*1+0x0]
	//   000a  66 0f 1f 44 00 00                 nop WORD PTR [rax+rax*1+0x0]
	// data:
	//   0010  01 00 00 00 00 00 00 00           .quad 0x1
	//   0018  77 78                             .byte 0x77,0x78
	//   001a  66 90                             xchg ax,ax
	// alignment 16
}

// Prefixes are instructions of their own, in front of the one that they belong to.
func ExampleAssembler_LOCK() {
	var a amd64.Assembler
	a.LOCK()
	a.CMPXCHGmr64(amd64.MemBase(amd64.RSI, 0), amd64.RCX)
	a.REP()
	a.STOSQ()
	object, err := a.Finish()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("% x\n", object.Code)
	// Output:
	// f0 48 0f b1 0e f3 48 ab
}

// ExampleAssembler_Literal64 has constants and absolute addresses in the literal pool.
func ExampleAssembler_Literal64() {
	var a amd64.Assembler
	a.MULSDxm64(amd64.XMM0, amd64.MemLabel(a.Literal64(0x400921fb54442d18)))
	a.CallAddr(0x7f0000000000)
	a.RET()
	list(&a)
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
	list(&a)
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
