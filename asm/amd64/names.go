package amd64

import "fmt"

var lowNames = [...]string{"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"}

// regName gives the name of general register r with the prefix of its width in front of an old name, or the suffix
// behind a new one.
func regName(r uint8, prefix, suffix string) string {
	if r < 8 {
		return prefix + lowNames[r]
	}
	return fmt.Sprintf("r%d%s", r, suffix)
}

// String gives the register's name in Intel's syntax.
func (r Reg64) String() string { return regName(uint8(r), "r", "") }

// String gives the register's name in Intel's syntax.
func (r Reg32) String() string { return regName(uint8(r), "e", "d") }

// String gives the register's name in Intel's syntax.
func (r Reg16) String() string { return regName(uint8(r), "", "w") }

// String gives the register's name in Intel's syntax.
func (r Reg8) String() string {
	names := [...]string{"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"}
	switch {
	case r <= DIL:
		return names[r]
	case r >= AH && r <= BH:
		return [...]string{"ah", "ch", "dh", "bh"}[r-AH]
	}
	return regName(uint8(r), "", "b")
}

// String gives the register's name in Intel's syntax.
func (x XMM) String() string { return fmt.Sprintf("xmm%d", uint8(x)) }

// String gives the register's name in Intel's syntax.
func (y YMM) String() string { return fmt.Sprintf("ymm%d", uint8(y)) }

// String gives the register's name in Intel's syntax.
func (z ZMM) String() string { return fmt.Sprintf("zmm%d", uint8(z)) }

// String gives the register's name in Intel's syntax.
func (k K) String() string { return fmt.Sprintf("k%d", uint8(k)) }

// String gives the register's name in Intel's syntax.
func (m MM) String() string { return fmt.Sprintf("mm%d", uint8(m)) }

// String gives the register's name in Intel's syntax.
func (s ST) String() string { return fmt.Sprintf("st(%d)", uint8(s)) }

// String gives the register's name in Intel's syntax.
func (s Seg) String() string {
	if s > GS {
		return fmt.Sprintf("seg%d", uint8(s))
	}
	return [...]string{"es", "cs", "ss", "ds", "fs", "gs"}[s]
}

// String gives the mask in Intel's syntax, with its braces.
func (m Mask) String() string {
	switch {
	case m == NoMask:
		return ""
	case m&zeroing != 0:
		return fmt.Sprintf("{k%d}{z}", uint8(m&^zeroing))
	}
	return fmt.Sprintf("{k%d}", uint8(m))
}

// String gives the direction in Intel's syntax, with its braces.
func (r Rounding) String() string {
	if r > RoundZero {
		return "{?}"
	}
	return [...]string{"{rn-sae}", "{rd-sae}", "{ru-sae}", "{rz-sae}"}[r]
}
