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
	constants []constant
	labels    map[constantKey]asm.Label
}

// constantKey is what a constant is: bits, and what they are for.
type constantKey struct {
	bits uint64
	kind constantKind
}

type constantKind uint8

const (
	number constantKind = iota // a float64
	pair                       // the same float64 twice
	mask                       // the same bits twice
)

type constant struct {
	constantKey
	label asm.Label
}

// label gives the label of a constant, a new one unless it is in the pool.
func (p *pool) label(key constantKey, newLabel func(name string) asm.Label) asm.Label {
	if l, ok := p.labels[key]; ok {
		return l
	}
	if p.labels == nil {
		p.labels = map[constantKey]asm.Label{}
	}
	c := constant{key, newLabel("")}
	p.labels[key] = c.label
	p.constants = append(p.constants, c)
	return c.label
}

// comment is what the constant is.
func (c constant) comment() string {
	text := strconv.FormatFloat(math.Float64frombits(c.bits), 'g', -1, 64)
	switch c.kind {
	case pair:
		return text + ", twice"
	case mask:
		return "mask, twice"
	}
	return text
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
