package formula

import (
	"math"
	"strings"
	"unicode/utf8"
)

// constants are the names that are numbers.
var constants = map[string]float64{"pi": math.Pi, "e": math.E}

// functions are the names that are called.
var functions = map[string]struct {
	op   Op
	args int // how many it takes; 0 for two or more
}{
	"sqrt": {Sqrt, 1}, "abs": {Abs, 1}, "floor": {Floor, 1}, "ceil": {Ceil, 1}, "round": {Round, 1},
	"sin": {Sin, 1}, "cos": {Cos, 1}, "tan": {Tan, 1}, "exp": {Exp, 1}, "log": {Log, 1},
	"pow": {Pow, 2}, "mod": {Mod, 2}, "min": {Min, 0}, "max": {Max, 0},
}

// parser reads a formula by recursive descent, a token ahead. After the first error the rest of the formula is
// empty: every method returns some node, and Parse returns the error.
type parser struct {
	src     string
	tok     token // the one that comes next
	lastEnd int   // where the one before it ended
	depth   int
	vars    map[string]int
	f       *Formula
	err     *Error
}

// Parse reads a formula. Its error is an [*Error].
func Parse(src string) (*Formula, error) {
	p := &parser{src: src, vars: map[string]int{}, f: &Formula{Source: src}}
	switch bad := invalid(src); {
	case len(src) > MaxLen:
		return nil, &Error{1, "the formula is longer than 65536 bytes"}
	case bad >= 0:
		p.fail(bad, "not valid UTF-8: byte %#02x", src[bad])
		return nil, p.err
	case strings.TrimSpace(src) == "":
		return nil, &Error{1, "the formula is empty"}
	}
	p.tok = p.next(0)
	p.f.Root = p.conditional()
	if p.tok.kind != end {
		p.fail(p.tok.start, "expected an operator, found %s", p.text(p.tok))
	}
	if p.err != nil {
		return nil, p.err
	}
	return p.f, nil
}

// invalid is the offset of the first byte of s that is not UTF-8, or -1.
func invalid(s string) int {
	for i, c := range s {
		if c != utf8.RuneError {
			continue
		}
		if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
			return i
		}
	}
	return -1
}

// advance takes the next token.
func (p *parser) advance() token {
	t := p.tok
	p.lastEnd = t.end
	if t.kind != end {
		p.tok = p.next(t.end)
	}
	return t
}

// accept takes the next token if it is of kind k.
func (p *parser) accept(k kind) bool {
	if p.tok.kind != k {
		return false
	}
	p.advance()
	return true
}

// expect takes a token of kind k, which was opened at offset open.
func (p *parser) expect(k kind, open int) {
	if !p.accept(k) && p.err == nil {
		p.fail(p.tok.start, "expected %c for the %c of column %d, found %s", k, p.src[open], column(p.src, open), p.text(p.tok))
	}
}

// deeper calls parse one level further down.
func (p *parser) deeper(parse func() *Node) *Node {
	if p.depth++; p.depth > MaxDepth {
		p.fail(p.tok.start, "nested more than %d deep", MaxDepth)
		return &Node{}
	}
	n := parse()
	p.depth--
	return n
}

// node makes a node that begins at offset start and ends with the last token.
func (p *parser) node(op Op, start int, args ...*Node) *Node {
	return &Node{Op: op, Args: args, Start: start, End: p.lastEnd}
}

// conditional = comparison [ "?" conditional ":" conditional ] .
func (p *parser) conditional() *Node {
	n := p.comparison()
	if p.tok.kind != '?' {
		return n
	}
	question := p.advance().start
	yes := p.deeper(p.conditional)
	p.expect(':', question)
	no := p.deeper(p.conditional)
	return p.node(Cond, n.Start, n, yes, no)
}

// Binary operators by precedence.
var (
	comparisons = map[kind]Op{
		'<': Less, lessEqual: LessEqual, '>': Greater, greaterEqual: GreaterEqual, equal: Equal, notEqual: NotEqual,
	}
	sums     = map[kind]Op{'+': Add, '-': Sub}
	products = map[kind]Op{'*': Mul, '/': Div}
)

// comparison = sum [ ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum ] .
func (p *parser) comparison() *Node {
	n := p.sum()
	op, ok := comparisons[p.tok.kind]
	if !ok {
		return n
	}
	p.advance()
	right := p.sum()
	n = p.node(op, n.Start, n, right)
	if _, again := comparisons[p.tok.kind]; again {
		p.fail(p.tok.start, "comparisons don't chain: put one of them in parentheses")
	}
	return n
}

// sum = product { ( "+" | "-" ) product } .
func (p *parser) sum() *Node {
	return p.left(sums, p.product)
}

// product = unary { ( "*" | "/" ) unary } .
func (p *parser) product() *Node {
	return p.left(products, p.unary)
}

// left reads operands with operators between them that group to the left.
func (p *parser) left(ops map[kind]Op, operand func() *Node) *Node {
	n := operand()
	for {
		op, ok := ops[p.tok.kind]
		if !ok {
			return n
		}
		p.advance()
		right := operand()
		n = p.node(op, n.Start, n, right)
	}
}

// unary = "-" unary | power .
func (p *parser) unary() *Node {
	if p.tok.kind != '-' {
		return p.deeper(p.power)
	}
	start := p.advance().start
	arg := p.deeper(p.unary)
	return p.node(Neg, start, arg)
}

// power = primary [ "^" unary ] . A constant integer is an exponent of its own kind.
func (p *parser) power() *Node {
	n := p.primary()
	if !p.accept('^') {
		return n
	}
	exponent := p.unary()
	if p.err != nil {
		return n
	}
	if exponent.constant() {
		if v := exponent.Eval(nil); v == math.Trunc(v) && math.Abs(v) <= MaxPower {
			n = p.node(IntPow, n.Start, n)
			n.Exponent = int64(v)
			return n
		}
	}
	return p.node(Pow, n.Start, n, exponent)
}

// primary = number | name | call | "(" conditional ")" .
func (p *parser) primary() *Node {
	t := p.tok
	switch t.kind {
	case number:
		p.advance()
		n := p.node(Number, t.start)
		n.Value = t.value
		return n
	case name:
		return p.name()
	case '(':
		p.advance()
		n := p.conditional()
		p.expect(')', t.start)
		n.Start, n.End = t.start, p.lastEnd
		return n
	}
	p.fail(t.start, "expected a value, found %s", p.text(t))
	return &Node{}
}

// name reads a constant, a variable or a call.
func (p *parser) name() *Node {
	t := p.advance()
	id := p.src[t.start:t.end]
	if p.tok.kind == '(' {
		return p.call(t.start, id)
	}
	if v, ok := constants[id]; ok {
		n := p.node(Number, t.start)
		n.Value = v
		return n
	}
	if _, ok := functions[id]; ok {
		p.fail(t.start, "%s is a function: its arguments go in parentheses", id)
		return &Node{}
	}
	i, ok := p.vars[id]
	if !ok {
		if i = len(p.vars); i == MaxVars {
			p.fail(t.start, "more than %d variables", MaxVars)
			return &Node{}
		}
		p.vars[id] = i
		p.f.Vars = append(p.f.Vars, id)
		p.f.varOffsets = append(p.f.varOffsets, t.start)
	}
	n := p.node(Variable, t.start)
	n.Index = i
	return n
}

// call = name "(" conditional { "," conditional } ")" . The next token is the parenthesis.
func (p *parser) call(start int, id string) *Node {
	fn, ok := functions[id]
	if !ok {
		p.fail(start, "unknown function %s", clip(id))
		return &Node{}
	}
	open := p.advance().start
	var args []*Node
	if p.tok.kind != ')' {
		args = append(args, p.conditional())
		for p.accept(',') {
			args = append(args, p.conditional())
		}
	}
	p.expect(')', open)
	switch {
	case p.err != nil:
		return &Node{}
	case fn.args == 0 && len(args) < 2:
		p.fail(start, "%s takes two or more arguments, not %d", id, len(args))
		return &Node{}
	case fn.args == 1 && len(args) != 1:
		p.fail(start, "%s takes one argument, not %d", id, len(args))
		return &Node{}
	case fn.args == 2 && len(args) != 2:
		p.fail(start, "%s takes two arguments, not %d", id, len(args))
		return &Node{}
	case fn.args > 0:
		return p.node(fn.op, start, args...)
	}
	n := args[0]
	for _, arg := range args[1:] {
		n = p.node(fn.op, start, n, arg)
	}
	return n
}
