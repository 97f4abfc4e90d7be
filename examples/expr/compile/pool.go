package compile

import (
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/wxjit/wxjit/asm"
)

// pool gathers the constants that the code reads, each once.
type pool struct {
	narrow, wide []constant // of 8 bytes, and of 16 with the same 8 twice
	labels       map[constantKey]asm.Label
}

type constant struct {
	bits  uint64
	label asm.Label
}

type constantKey struct {
	bits uint64
	wide bool
}

// comment is the constant as a number, unless it is a mask.
func (c constant) comment() string {
	if v := math.Float64frombits(c.bits); v == v && c.bits != signBit {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return "bits"
}

// label gives the label of a constant, a new one unless it is in the pool.
func (p *pool) label(bits uint64, wide bool, newLabel func(name string) asm.Label) asm.Label {
	key := constantKey{bits, wide}
	if l, ok := p.labels[key]; ok {
		return l
	}
	if p.labels == nil {
		p.labels = map[constantKey]asm.Label{}
	}
	c := constant{bits, newLabel("")}
	p.labels[key] = c.label
	if wide {
		p.wide = append(p.wide, c)
	} else {
		p.narrow = append(p.narrow, c)
	}
	return c.label
}

// comment is how a listing shows a part of the formula: short, and on one line.
func comment(s string) string {
	const most = 60
	n := 0
	for i := range s {
		if n++; n > most {
			s = s[:i] + "..."
			break
		}
	}
	return strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) {
			return ' '
		}
		return c
	}, s)
}
