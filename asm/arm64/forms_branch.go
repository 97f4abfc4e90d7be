package arm64

// The instructions of this file, one method a form. Above each: the manual's assembler syntax (Arm ARM DDI 0487, "A64 Base
// Instructions" and "A64 Advanced SIMD and Floating-point Instructions").

// BRx: BR <Xn>
func (a *Assembler) BRx(target X) { a.fff(0xd61f0000, 0, uint8(target), 0) }

// BLRx: BLR <Xn>
func (a *Assembler) BLRx(target X) { a.fff(0xd63f0000, 0, uint8(target), 0) }

// RET: RET
func (a *Assembler) RET() { a.word(0xd65f03c0) }

// RETx: RET <Xn>
func (a *Assembler) RETx(target X) { a.fff(0xd65f0000, 0, uint8(target), 0) }

// NOP: NOP
func (a *Assembler) NOP() { a.word(0xd503201f) }

// YIELD: YIELD
func (a *Assembler) YIELD() { a.word(0xd503203f) }

// BRKi: BRK #<imm>
func (a *Assembler) BRKi(imm uint16) { a.imm16(0xd4200000, imm, 5) }

// SVCi: SVC #<imm>
func (a *Assembler) SVCi(imm uint16) { a.imm16(0xd4000001, imm, 5) }

// UDFi: UDF #<imm>
func (a *Assembler) UDFi(imm uint16) { a.imm16(0, imm, 0) }
