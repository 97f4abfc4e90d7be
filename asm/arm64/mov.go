package arm64

import "github.com/wxjit/wxjit/asm"

// MOVxi: MOV <Xd>, #<imm>: MOVZ, MOVN or ORR, whichever can. LoadConst loads any constant.
func (a *Assembler) MOVxi(dst X, imm uint64) {
	a.mov(uint8(dst), imm, 1<<31, movz64, movn64, bitmask64)
}

// MOVwi: MOV <Wd>, #<imm>: MOVZ, MOVN or ORR, whichever can. LoadConst32 loads any constant.
func (a *Assembler) MOVwi(dst W, imm uint32) {
	a.mov(uint8(dst), uint64(imm), 0, movz32, movn32, bitmask32)
}

func (a *Assembler) mov(dst uint8, imm uint64, sf form, fields ...field) {
	words := [...]form{0x52800000, 0x12800000, 0x320003e0} // MOVZ, MOVN, ORR <Xd>, XZR
	for i, c := range fields {
		if bits, why := c.special(int64(imm)); why == "" && (c.kind() < bitmask32 || c.kind() > bitmask64 || dst != 31) {
			a.put(dstD|sf|words[i]|form(bits), dst, 0, 0, 0)
			return
		}
	}
	a.fail(asm.ErrRange, "%#x is not an immediate of MOV", imm)
}
