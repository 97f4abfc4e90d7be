package formula

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is a token's first character, for operators and parentheses, or one of these.
type kind rune

const (
	end kind = -iota - 1
	number
	name
	lessEqual
	greaterEqual
	equal
	notEqual
)

var pairs = map[string]kind{"<=": lessEqual, ">=": greaterEqual, "==": equal, "!=": notEqual}

type token struct {
	kind       kind
	start, end int // in bytes
	value      float64
}

// next reads the token that begins at or after offset off. A token that is none is a failure of p.
func (p *parser) next(off int) token {
	src := p.src
	off += len(src[off:]) - len(strings.TrimLeftFunc(src[off:], unicode.IsSpace))
	if off == len(src) {
		return token{kind: end, start: off, end: off}
	}
	c, size := utf8.DecodeRuneInString(src[off:])
	switch {
	case isDigit(c) || c == '.':
		return p.number(off)
	case isLetter(c):
		n := strings.IndexFunc(src[off:], func(c rune) bool { return !isLetter(c) && !unicode.IsDigit(c) })
		if n < 0 {
			n = len(src) - off
		}
		return token{kind: name, start: off, end: off + n}
	}
	if off+2 <= len(src) {
		if k, ok := pairs[src[off:off+2]]; ok {
			return token{kind: k, start: off, end: off + 2}
		}
	}
	if strings.ContainsRune("+-*/^()?:,<>", c) {
		return token{kind: kind(c), start: off, end: off + size}
	}
	switch c {
	case '=':
		return p.fail(off, "unexpected =; a comparison is written ==")
	case '!':
		return p.fail(off, "unexpected !; not equal is written !=")
	}
	return p.fail(off, "unexpected character %q", c)
}

// number reads digits, a point and more digits, and a power of ten.
func (p *parser) number(off int) token {
	rest := p.src[off:]
	n := digits(rest)
	if n < len(rest) && rest[n] == '.' {
		n++
		n += digits(rest[n:])
	}
	if n < len(rest) && (rest[n] == 'e' || rest[n] == 'E') {
		n++
		if n < len(rest) && (rest[n] == '+' || rest[n] == '-') {
			n++
		}
		n += digits(rest[n:])
	}
	// What can't follow a number was meant to be part of it: 1.2.3, 0x10, 2x.
	if m := strings.IndexFunc(rest[n:], func(c rune) bool { return c != '.' && !isLetter(c) && !unicode.IsDigit(c) }); m >= 0 {
		n += m
	} else {
		n = len(rest)
	}
	v, err := strconv.ParseFloat(rest[:n], 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return p.fail(off, "number %s is too large for a float64", clip(rest[:n]))
	case err != nil || strings.ContainsAny(rest[:n], "xX_pP"):
		return p.fail(off, "malformed number %s", clip(rest[:n]))
	}
	return token{kind: number, start: off, end: off + n, value: v}
}

func digits(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }

func isDigit(c rune) bool  { return '0' <= c && c <= '9' }
func isLetter(c rune) bool { return c == '_' || unicode.IsLetter(c) }

// clip keeps a part of the formula short enough for an error, and on one line.
func clip(s string) string {
	const most = 40
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "..."
}

// text is how an error names the token.
func (p *parser) text(t token) string {
	if t.kind == end {
		return "the end of the formula"
	}
	return clip(p.src[t.start:t.end])
}

// fail notes what is wrong at an offset, unless something was wrong before, and ends the formula there.
func (p *parser) fail(off int, format string, args ...any) token {
	if p.err == nil {
		p.err = &Error{Column: column(p.src, off), Detail: fmt.Sprintf(format, args...)}
	}
	p.tok = token{kind: end, start: len(p.src), end: len(p.src)}
	return p.tok
}
