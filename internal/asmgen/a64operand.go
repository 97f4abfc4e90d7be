package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// a64Operand is one operand of an A64 form, in the manual's order.
type a64Operand struct {
	// class is the letter of the typed methods, or a longer name:
	//
	//	x w p          general register of 64 and 32 bits, stack pointer
	//	b h s d q      floating-point register
	//	v              vector register with an arrangement, or with an element size where it is one element
	//	r e            general register with a shift, with an extension
	//	i f            immediate: an integer, a floating-point number
	//	m l c g o      memory, label, condition, system register, option of a barrier and its like
	//	Z              the constant zero, which is no parameter
	//	lsl msl        shift of the immediate in front of it, a parameter without a letter
	class  string
	arr    string // of v: 8B to 2D, or B to D, 4B and 2H for an element
	lane   bool
	count  int    // of v: consecutive registers, of which the first is given
	wide   bool   // r, e and p are of 64 bits
	zero   bool   // register 31 is the zero register, not the stack pointer
	at     string // of registers: D N M A, NM for both
	field  string // of others: how the value is encoded, a constant of asm/arm64
	goTyp  string // of i and o, where the class does not tell
	dst    bool
	even   bool   // the register's number is even
	withSP bool   // only beside a stack pointer
	apart  bool   // not 31, and no other operand
	pair   bool   // the register after the one before, which has no place of its own
	mode   string // of m: the addressing mode, see a64Modes
	unit   int    // of m: what offsets are multiples of, or the bytes that are accessed
}

// a64Choice is one meaning of an operand coding: operands, and the bits that must be so for it.
type a64Choice struct {
	mask, value uint32
	ops         []a64Operand
}

func a64One(o a64Operand) []a64Choice { return []a64Choice{{ops: []a64Operand{o}}} }

var (
	a64General  = regexp.MustCompile(`^([XW])([dntmas])(2|s)?$`)
	a64Paired   = regexp.MustCompile(`^([XW])([st])_(even|odd)$`)
	a64Scalar   = regexp.MustCompile(`^([BHSDQ])([dntma])(2)?$`)
	a64Sized    = regexp.MustCompile(`^([VR])([dnma])_(\d+)_(\d)__(.+)$`)
	a64Arranged = regexp.MustCompile(`^V([dnmta])_(?:(\d)_)?arrangement_(.+)$`)
	a64Item     = regexp.MustCompile(`^(\d*[BHSDQWX])_([0-9a-f]+)$`)
	a64Field    = map[string]struct{ lo, bits uint }{
		"size": {22, 2}, "sz": {22, 1}, "Q": {30, 1}, "immh": {19, 4}, "imm5": {16, 5},
	}
)

// a64Choices gives the meanings of an operand coding, by its name in arm64asm without "arg_".
func a64Choices(name, op string) ([]a64Choice, error) {
	if o, ok := a64Register(name, op); ok {
		return a64One(o), nil
	}
	if c, ok := a64Special[name]; ok {
		return c, nil
	}
	if m := a64Sized.FindStringSubmatch(name); m != nil {
		lo, _ := strconv.Atoi(m[3])
		bits, _ := strconv.Atoi(m[4])
		return a64SizedChoices(m[1] == "R", m[2], uint(lo), uint(bits), m[5])
	}
	if m := a64Arranged.FindStringSubmatch(name); m != nil {
		return a64VectorChoices(m[1], m[2], m[3])
	}
	if strings.HasPrefix(name, "Xns_mem") {
		return a64MemoryChoices(strings.TrimPrefix(name, "Xns_mem"))
	}
	if strings.HasPrefix(name, "immediate_") {
		return a64Shift(strings.TrimPrefix(name, "immediate_"))
	}
	return nil, fmt.Errorf("operand coding %s is not known", name)
}

// a64Register is a general or scalar register at a fixed place.
func a64Register(name, op string) (a64Operand, bool) {
	if m := a64General.FindStringSubmatch(name); m != nil {
		o := a64Operand{class: strings.ToLower(m[1]), wide: m[1] == "X", zero: m[3] != "s", at: a64Place(m[2], m[3])}
		o.dst = a64Writes(op, m[2])
		if m[2] == "s" && op == "ROR" {
			o.at = "NM"
		}
		return o, true
	}
	if m := a64Paired.FindStringSubmatch(name); m != nil {
		o := a64Operand{class: strings.ToLower(m[1]), wide: m[1] == "X", zero: true, at: a64Place(m[2], ""), dst: m[2] == "s"}
		o.even, o.pair = m[3] == "even", m[3] == "odd"
		return o, true
	}
	if m := a64Scalar.FindStringSubmatch(name); m != nil {
		return a64Operand{class: strings.ToLower(m[1]), at: a64Place(m[2], m[3])}, true
	}
	return a64Operand{}, false
}

func a64Place(letter, suffix string) string {
	if suffix == "2" {
		return "A"
	}
	return map[string]string{"d": "D", "t": "D", "n": "N", "m": "M", "s": "M", "a": "A"}[letter]
}

// a64Writes tells whether a general register is written.
func a64Writes(op, letter string) bool {
	switch letter {
	case "d":
		return true
	case "t":
		return strings.HasPrefix(op, "LD") || strings.HasPrefix(op, "SWP") || op == "MRS" || op == "SYSL"
	case "s":
		return strings.HasPrefix(op, "STXR") || strings.HasPrefix(op, "STLXR") || strings.HasPrefix(op, "STXP") ||
			strings.HasPrefix(op, "STLXP") || strings.HasPrefix(op, "CAS")
	}
	return false
}

// a64SizedChoices are scalar or general registers whose width is in a field.
func a64SizedChoices(general bool, letter string, lo, bits uint, list string) ([]a64Choice, error) {
	var out []a64Choice
	for _, item := range strings.Split(list, "__") {
		m := a64Item.FindStringSubmatch(item)
		if m == nil {
			return nil, fmt.Errorf("%s is no width", item)
		}
		code, _ := strconv.ParseUint(m[2], 16, 32)
		mask, value := a64Coded(lo, bits, uint32(code))
		o := a64Operand{class: strings.ToLower(m[1]), at: a64Place(letter, ""), wide: m[1] == "X", zero: general}
		out = append(out, a64Choice{mask: mask, value: value, ops: []a64Operand{o}})
	}
	return out, nil
}

// a64Coded gives the bits of a field. immh says the size by its leading one, imm5 by its last.
func a64Coded(lo, bits uint, code uint32) (mask, value uint32) {
	mask = 1<<bits - 1
	switch {
	case lo == 19 && bits == 4:
		mask &^= code - 1
	case lo == 16 && bits == 5:
		mask &= code<<1 - 1
	}
	return mask << lo, code << lo
}

// a64VectorChoices are a vector register whose arrangement is in fields, or one of its elements, or several registers.
func a64VectorChoices(letter, count, rest string) ([]a64Choice, error) {
	rest, index, isLane := strings.Cut(rest, "_index__")
	o := a64Operand{class: "v", at: a64Place(letter, ""), lane: isLane}
	o.count, _ = strconv.Atoi(count)
	fields, list, ok := strings.Cut(rest, "___")
	if !ok {
		o.arr = rest
		c := a64Choice{}
		if isLane {
			var err error
			if o.field, c.mask, c.value, err = a64Lane(letter, rest, index); err != nil {
				return nil, err
			}
		}
		c.ops = []a64Operand{o}
		return []a64Choice{c}, nil
	}
	var out []a64Choice
	for _, item := range strings.Split(list, "__") {
		if strings.HasPrefix(item, "SEE") {
			continue
		}
		m := a64Item.FindStringSubmatch(item)
		names := strings.Split(fields, "_")
		if m == nil || len(m[2]) != len(names) {
			return nil, fmt.Errorf("%s is no arrangement of %s", item, fields)
		}
		c := a64Choice{}
		for i, name := range names {
			f, ok := a64Field[name]
			if !ok {
				return nil, fmt.Errorf("%s is no field", name)
			}
			if letter == "t" && name == "size" {
				f.lo = 10
			}
			code, _ := strconv.ParseUint(m[2][i:i+1], 16, 32)
			mask, value := a64Coded(f.lo, f.bits, uint32(code))
			c.mask |= mask
			c.value |= value
		}
		v := o
		v.arr = m[1]
		if isLane {
			field, mask, value, err := a64Lane(letter, m[1], index)
			if err != nil {
				return nil, err
			}
			v.field, c.mask, c.value = field, c.mask|mask, c.value|value
		}
		c.ops = []a64Operand{v}
		out = append(out, c)
	}
	return out, nil
}

// a64Lane is how the number of an element is encoded, and the bits that say its size if no other field does.
func a64Lane(letter, size, index string) (field string, mask, value uint32, err error) {
	log := strings.Index("BHSD", size)
	switch {
	case index == "1":
		return "laneOne", 0, 0, nil
	case strings.HasPrefix(index, "imm5_imm4"):
		return fmt.Sprintf("laneImm4 | %d*scale", log), 0, 0, nil
	case strings.HasPrefix(index, "imm5"):
		mask, value = a64Coded(16, 5, 1<<log)
		return fmt.Sprintf("laneImm5 | %d*scale", log), mask, value, nil
	case strings.HasPrefix(index, "Q"):
		return fmt.Sprintf("laneList | %d*scale", log), 0, 0, nil
	case strings.HasPrefix(index, "size_L_H_M") || strings.HasPrefix(index, "sz_L_H"):
		return map[string]string{"H": "laneHLM", "S": "laneHL", "D": "laneH"}[size], 0, 0, nil
	}
	if f, ok := map[string]string{"H_L_M_1": "laneHLM", "H_L_1": "laneHL", "H_1": "laneH", "L_1": "laneL", "imm2_1": "laneImm2"}[index]; ok {
		return f, 0, 0, nil
	}
	return "", 0, 0, fmt.Errorf("index %s of V%s.%s is not known", index, letter, size)
}

// a64MemoryChoices are an addressing mode. The modes of one method become one operand: see a64Merge.
func a64MemoryChoices(rest string) ([]a64Choice, error) {
	one := func(mode string, unit int) ([]a64Choice, error) {
		return a64One(a64Operand{class: "m", mode: mode, unit: unit}), nil
	}
	if rest == "" {
		return one("base", 0)
	}
	if rest == "_offset" {
		return one("structure", 0)
	}
	if rest == "_post_Xm" {
		return one("postX", 0)
	}
	if m := regexp.MustCompile(`^_(optional|wb|post)_imm(\d+)_(\d+)_(un)?signed$`).FindStringSubmatch(rest); m != nil {
		unit, _ := strconv.Atoi(m[3])
		return one(m[1]+m[2], unit)
	}
	if m := regexp.MustCompile(`^_(optional|wb)_S_imm9_8_signed$`).FindStringSubmatch(rest); m != nil {
		return one(m[1]+"S9", 8)
	}
	if m := regexp.MustCompile(`^_post_fixedimm_(\d+)$`).FindStringSubmatch(rest); m != nil {
		bytes, _ := strconv.Atoi(m[1])
		return one("post", bytes)
	}
	if m := regexp.MustCompile(`^_extend_m__UXTW_2__LSL_3__SXTW_6__SXTX_7__(?:absent_0__0_1|0_0__(\d)_1)$`).FindStringSubmatch(rest); m != nil {
		log, _ := strconv.Atoi(m[1])
		return one("extend", 1<<log)
	}
	if m := regexp.MustCompile(`^_post_(Q|size)__(.+)$`).FindStringSubmatch(rest); m != nil {
		var out []a64Choice
		for _, item := range strings.Split(m[2], "__") {
			bytes, code, _ := strings.Cut(item, "_")
			n, err := strconv.Atoi(bytes)
			if err != nil {
				return nil, err
			}
			c, _ := strconv.ParseUint(code, 16, 32)
			f := a64Field[m[1]]
			if m[1] == "size" {
				f = struct{ lo, bits uint }{10, 2} // of LD1R and its like
			}
			mask, value := a64Coded(f.lo, f.bits, uint32(c))
			out = append(out, a64Choice{mask: mask, value: value, ops: []a64Operand{{class: "m", mode: "post", unit: n}}})
		}
		return out, nil
	}
	return nil, fmt.Errorf("addressing mode %s is not known", rest)
}

var a64Rotation = regexp.MustCompile(`^(\d+)_(1__90_0__270_1|2__0_0__90_1__180_2__270_3)$`)

// a64Shift is a shift or the number of fraction bits in immh:immb.
func a64Shift(rest string) ([]a64Choice, error) {
	if m := a64Rotation.FindStringSubmatch(rest); m != nil {
		kind := map[byte]string{'1': "rotation180", '2': "rotation90"}[m[2][0]]
		return a64One(a64Operand{class: "i", field: fmt.Sprintf("%s | %s*lo", kind, m[1])}), nil
	}
	left := strings.HasPrefix(rest, "0_")
	if !strings.Contains(rest, "immh_immb") {
		return nil, fmt.Errorf("immediate %s is not known", rest)
	}
	var out []a64Choice
	for immh := uint32(1); immh <= 8; immh *= 2 {
		if !strings.HasSuffix(rest, fmt.Sprintf("_%d", immh)) && !strings.Contains(rest, fmt.Sprintf("_%d_", immh)) {
			continue
		}
		size := int(immh) * 8
		mask, value := a64Coded(19, 4, immh)
		field := fmt.Sprintf("linear | 16*lo | negative | %d*add | %s", 2*size, a64Range(1, size))
		if left {
			field = fmt.Sprintf("linear | 16*lo | %d*add | %s", size, a64Range(0, size-1))
		}
		out = append(out, a64Choice{mask: mask, value: value, ops: []a64Operand{{class: "i", field: field}}})
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("immediate %s has no sizes", rest)
	}
	return out, nil
}

// a64Range is the part of a field that says which values it takes.
func a64Range(low, high int) string {
	if low == 0 {
		return fmt.Sprintf("%d*most", high)
	}
	return fmt.Sprintf("%d*least | %d*most", low, high)
}

func a64Linear(class string, lo, high int, typ string) []a64Choice {
	return a64One(a64Operand{class: class, field: fmt.Sprintf("linear | %d*lo | %d*most", lo, high), goTyp: typ})
}

// a64Split are an immediate and its shift.
func a64Split(imm, typ, class, shift string) []a64Choice {
	return []a64Choice{{ops: []a64Operand{
		{class: "i", field: imm, goTyp: typ},
		{class: class, field: shift},
	}}}
}

func a64Registers(letter string) (plain, shifted a64Operand) {
	wide := letter == "X"
	plain = a64Operand{class: strings.ToLower(letter), wide: wide, zero: true, at: "M"}
	return plain, a64Operand{class: "r", wide: wide}
}

// a64Shifted is a register that may have a shift: a form without and one with.
func a64Shifted(letter, field string) []a64Choice {
	plain, shifted := a64Registers(letter)
	shifted.field = field
	return []a64Choice{{ops: []a64Operand{plain}}, {ops: []a64Operand{shifted}}}
}

// a64Extended is a register that may have an extension. Beside the stack pointer there is a form without: the one that
// changes nothing.
func a64Extended(letter, field string, none uint32) []a64Choice {
	plain, extended := a64Registers(letter)
	plain.withSP = true
	extended.class, extended.field = "e", field
	return []a64Choice{{mask: 63 << 10, value: none << 13, ops: []a64Operand{plain}}, {ops: []a64Operand{extended}}}
}

const (
	imm8Split = "imm8"
	lslBy16   = "linear | 21*lo | 4*scale | %d*most"
)

// a64Special are the codings that are not one of a family.
var a64Special = map[string][]a64Choice{
	"Xm_shift__LSL_0__LSR_1__ASR_2__0_63":                                                a64Shifted("X", "shifted | 63*most"),
	"Wm_shift__LSL_0__LSR_1__ASR_2__0_31":                                                a64Shifted("W", "shifted | 31*most"),
	"Xm_shift__LSL_0__LSR_1__ASR_2__ROR_3__0_63":                                         a64Shifted("X", "rotated | 63*most"),
	"Wm_shift__LSL_0__LSR_1__ASR_2__ROR_3__0_31":                                         a64Shifted("W", "rotated | 31*most"),
	"Rm_extend__UXTB_0__UXTH_1__UXTW_2__LSL_UXTX_3__SXTB_4__SXTH_5__SXTW_6__SXTX_7__0_4": a64Extended("X", "extendedX", 3),
	"Wm_extend__UXTB_0__UXTH_1__LSL_UXTW_2__UXTX_3__SXTB_4__SXTH_5__SXTW_6__SXTX_7__0_4": a64Extended("W", "extendedW", 2),

	"IAddSub": {
		{ops: []a64Operand{{class: "i", field: "addSub"}}},
		{ops: []a64Operand{{class: "i", field: "linear | 10*lo | 4095*most"}, {class: "lsl", field: "lsl12"}}},
	},
	"immediate_bitmask_64_N_imms_immr": a64One(a64Operand{class: "i", field: "bitmask64", goTyp: "uint64"}),
	"immediate_bitmask_32_imms_immr":   a64One(a64Operand{class: "i", field: "bitmask32", goTyp: "uint32"}),
	"immediate_OptLSL_amount_16_0_48":  a64Split("linear | 5*lo | 65535*most", "uint16", "lsl", fmt.Sprintf(lslBy16, 48)),
	"immediate_OptLSL_amount_16_0_16":  a64Split("linear | 5*lo | 65535*most", "uint16", "lsl", fmt.Sprintf(lslBy16, 16)),

	"immediate_shift_64_implicit_inverse_imm16_hw": a64One(a64Operand{class: "i", field: "movn64", goTyp: "uint64"}),
	"immediate_shift_32_implicit_inverse_imm16_hw": a64One(a64Operand{class: "i", field: "movn32", goTyp: "uint32"}),
	"immediate_shift_64_implicit_imm16_hw":         a64One(a64Operand{class: "i", field: "movz64", goTyp: "uint64"}),
	"immediate_shift_32_implicit_imm16_hw":         a64One(a64Operand{class: "i", field: "movz32", goTyp: "uint32"}),

	"immediate_0_15_nzcv":                                            a64Linear("i", 0, 15, ""),
	"immediate_0_31_imm5":                                            a64Linear("i", 16, 31, ""),
	"immediate_0_31_imms":                                            a64Linear("i", 10, 31, ""),
	"immediate_0_63_imms":                                            a64Linear("i", 10, 63, ""),
	"immediate_0_31_immr":                                            a64Linear("i", 16, 31, ""),
	"immediate_0_63_immr":                                            a64Linear("i", 16, 63, ""),
	"immediate_ASR_SBFM_32M_bitfield_0_31_immr":                      a64Linear("i", 16, 31, ""),
	"immediate_ASR_SBFM_64M_bitfield_0_63_immr":                      a64Linear("i", 16, 63, ""),
	"immediate_LSR_UBFM_32M_bitfield_0_31_immr":                      a64Linear("i", 16, 31, ""),
	"immediate_LSR_UBFM_64M_bitfield_0_63_immr":                      a64Linear("i", 16, 63, ""),
	"immediate_LSL_UBFM_32M_bitfield_0_31_immr":                      a64One(a64Operand{class: "i", field: "lslOf | 31*most"}),
	"immediate_LSL_UBFM_64M_bitfield_0_63_immr":                      a64One(a64Operand{class: "i", field: "lslOf | 63*most"}),
	"immediate_0_65535_imm16":                                        a64Linear("i", 5, 65535, "uint16"),
	"immediate_0_15_CRm":                                             a64Linear("i", 8, 15, ""),
	"immediate_0_127_CRm_op2":                                        a64Linear("i", 5, 127, ""),
	"immediate_0_7_op1":                                              a64Linear("i", 16, 7, ""),
	"immediate_0_7_op2":                                              a64Linear("i", 5, 7, ""),
	"immediate_0_63_imm6_10":                                         a64Linear("i", 10, 63, ""),
	"immediate_0_63_imm6_15":                                         a64Linear("i", 15, 63, ""),
	"immediate_0_15_uimm4_10":                                        a64Linear("i", 10, 15, ""),
	"immediate_0_1008_mul16_uimm6_16":                                a64One(a64Operand{class: "i", field: "linear | 16*lo | 4*scale | 1008*most"}),
	"immediate_0_255_imm8_10":                                        a64Linear("i", 10, 255, ""),
	"immediate_signed_imm8_10":                                       a64One(a64Operand{class: "i", field: "signed8 | 10*lo"}),
	"immediate_0_65535_imm16_0":                                      a64Linear("i", 0, 65535, "uint16"),
	"immediate_fbits_min_1_max_16_sub_0_immh_immb__32UIntimmhimmb_2": a64One(a64Operand{class: "i", field: "linear | 16*lo | negative | 32*add | 1*least | 16*most"}),
	"option_BTI_6_2__c_1__j_2__jc_3":                                 a64One(a64Operand{class: "o", field: "linear | 6*lo | 1*least | 3*most", goTyp: "BTITarget"}),
	"Xms_0_5":                                                        a64One(a64Operand{class: "x", wide: true, at: "D"}),
	"Xn_wb":                                                          a64One(a64Operand{class: "x", wide: true, zero: true, at: "N", dst: true, apart: true}),
	"Xd_mem_wb":                                                      a64One(a64Operand{class: "x", wide: true, zero: true, at: "D", dst: true, apart: true}),
	"Xs_mem_wb":                                                      a64One(a64Operand{class: "x", wide: true, zero: true, at: "M", dst: true, apart: true}),
	"Cn":                                                             a64Linear("i", 12, 15, ""),
	"Cm":                                                             a64Linear("i", 8, 15, ""),
	"immediate_0_63_b5_b40":                                          a64One(a64Operand{class: "i", field: "bitNumber"}),
	"immediate_fbits_min_1_max_64_sub_64_scale":                      a64One(a64Operand{class: "i", field: "linear | 10*lo | negative | 64*add | 1*least | 64*most"}),
	"immediate_fbits_min_1_max_32_sub_64_scale":                      a64One(a64Operand{class: "i", field: "linear | 10*lo | negative | 64*add | 1*least | 32*most"}),
	"immediate_zero":                                                 a64One(a64Operand{class: "Z", field: "linear | 31*lo"}),
	"immediate_floatzero":                                            a64One(a64Operand{class: "Z", field: "floatZero"}),
	"immediate_OptLSLZero__a_b_c_d_e_f_g_h":                          a64One(a64Operand{class: "i", field: imm8Split, goTyp: "uint8"}),
	"immediate_8x8_a_b_c_d_e_f_g_h":                                  a64One(a64Operand{class: "i", field: "bytes8", goTyp: "uint64"}),
	"immediate_exp_3_pre_4_imm8":                                     a64One(a64Operand{class: "f", field: "float8"}),
	"immediate_exp_3_pre_4_a_b_c_d_e_f_g_h":                          a64One(a64Operand{class: "f", field: "float8Split"}),
	"immediate_MSL__a_b_c_d_e_f_g_h_cmode__8_0__16_1":                a64Split(imm8Split, "uint8", "msl", "msl"),
	"immediate_OptLSL__a_b_c_d_e_f_g_h_cmode__0_0__8_1":              a64Split(imm8Split, "uint8", "lsl", "linear | 13*lo | 3*scale | 8*most"),
	"immediate_OptLSL__a_b_c_d_e_f_g_h_cmode__0_0__8_1__16_2__24_3": a64Split(imm8Split, "uint8", "lsl", "linear | 13*lo | 3*scale | 24*most"),
	"immediate_0_width_size__8_0__16_1__32_2":                       {{mask: 3 << 22, value: 0, ops: []a64Operand{{class: "i", field: "linear | 8*least | 8*most | 31*lo"}}}, {mask: 3 << 22, value: 1 << 22, ops: []a64Operand{{class: "i", field: "linear | 16*least | 16*most | 31*lo"}}}, {mask: 3 << 22, value: 2 << 22, ops: []a64Operand{{class: "i", field: "linear | 32*least | 32*most | 31*lo"}}}},
	"immediate_index_Q_imm4__imm4lt20gt_00__imm4_10": {
		{mask: 1 << 30, value: 0, ops: []a64Operand{{class: "i", field: "linear | 11*lo | 7*most"}}},
		{mask: 1 << 30, value: 1 << 30, ops: []a64Operand{{class: "i", field: "linear | 11*lo | 15*most"}}},
	},
	"immediate_optional_0_65535_imm16": {{mask: 0xffff << 5}, {ops: []a64Operand{{class: "i", field: "linear | 5*lo | 65535*most", goTyp: "uint16"}}}},
	"immediate_optional_0_15_CRm":      {{mask: 15 << 8, value: 15 << 8}, {ops: []a64Operand{{class: "i", field: "linear | 8*lo | 15*most"}}}},

	"conditional":               a64One(a64Operand{class: "c", field: "cond0"}),
	"cond_AllowALNV_Normal":     a64One(a64Operand{class: "c", field: "cond12"}),
	"cond_NotAllowALNV_Invert":  a64One(a64Operand{class: "c", field: "condInverted"}),
	"slabel_imm26_2":            a64One(a64Operand{class: "l", field: "label26"}),
	"slabel_imm19_2":            a64One(a64Operand{class: "l", field: "label19"}),
	"slabel_imm14_2":            a64One(a64Operand{class: "l", field: "label14"}),
	"slabel_immhi_immlo_0":      a64One(a64Operand{class: "l", field: "labelAdr"}),
	"slabel_immhi_immlo_12":     a64One(a64Operand{class: "l", field: "labelPage"}),
	"Rt_31_1__W_0__X_1":         {{mask: 1 << 31, ops: []a64Operand{{class: "w", zero: true, at: "D"}}}, {mask: 1 << 31, ops: []a64Operand{{class: "x", wide: true, zero: true, at: "D"}}}},
	"prfop_Rt":                  a64Linear("o", 0, 31, "Prefetch"),
	"option_DMB_BO_system_CRm":  a64Linear("o", 8, 15, "Barrier"),
	"option_DSB_BO_system_CRm":  a64Linear("o", 8, 15, "Barrier"),
	"option_ISB_BI_system_CRm":  {{mask: 15 << 8, value: 15 << 8}, {ops: []a64Operand{{class: "o", field: "linear | 8*lo | 15*most", goTyp: "Barrier"}}}},
	"sysreg_o0_op1_CRn_CRm_op2": a64One(a64Operand{class: "g", field: "sysReg"}),
	"sysop_SYS_CR_system":       {{mask: 31, value: 31, ops: []a64Operand{{class: "i", field: "linear | 5*lo | 7*most"}}}, {ops: []a64Operand{{class: "i", field: "linear | 5*lo | 7*most"}, {class: "x", wide: true, zero: true, at: "D"}}}},
	"sysop_DC_SYS_CR_system":    a64SysOp("DCOp", 7, false),
	"sysop_IC_SYS_CR_system":    a64SysOp("ICOp", 7, true),
	"sysop_AT_SYS_CR_system":    a64SysOp("ATOp", 7, false),
	"sysop_TLBI_SYS_CR_system":  a64SysOp("TLBIOp", 8, true),
	"pstatefield_op1_op2__SPSel_05__DAIFSet_36__DAIFClr_37": a64One(a64Operand{class: "o", field: "pstate", goTyp: "PStateField"}),
}

// a64SysOp is the operation of a system instruction with its register, and without if there are some that have none.
func a64SysOp(typ string, crn int, alone bool) []a64Choice {
	with := a64Operand{class: "o", field: fmt.Sprintf("sysWith | %d*least", crn), goTyp: typ}
	out := []a64Choice{{ops: []a64Operand{with, {class: "x", wide: true, zero: true, at: "D"}}}}
	if alone {
		without := a64Operand{class: "o", field: fmt.Sprintf("sysAlone | %d*least", crn), goTyp: typ}
		out = append(out, a64Choice{mask: 31, value: 31, ops: []a64Operand{without}})
	}
	return out
}

// The fields of a bit field: where it begins, and how wide it is, which depends on that.
func init() {
	for _, size := range []int{32, 64} {
		for _, op := range []string{"UBFX_UBFM", "SBFX_SBFM", "BFXIL_BFM", "UBFIZ_UBFM", "SBFIZ_SBFM", "BFI_BFM"} {
			kind := "Extract"
			if strings.Contains(op, "FIZ_") || op == "BFI_BFM" {
				kind = "Insert"
			}
			name := fmt.Sprintf("immediate_%s_%dM_bitfield_", op, size)
			a64Special[fmt.Sprintf("%slsb_%d_immr", name, size)] = a64One(a64Operand{class: "i", field: fmt.Sprintf("lsb%s | %d*most", kind, size-1)})
			a64Special[fmt.Sprintf("%swidth_%d_imms", name, size)] = a64One(a64Operand{class: "i", field: fmt.Sprintf("width%s | %d*most", kind, size-1)})
		}
	}
}
