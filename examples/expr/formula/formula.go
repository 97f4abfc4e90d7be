// Package formula is the language of the expr example: it reads a formula and evaluates it by walking its tree.
// The tree walker is what the language means; compiled code must agree with it in every bit.
//
// # The language
//
//	condition ? a : b              lowest; groups to the right; NaN is a true condition, as it is not 0
//	<  <=  >  >=  ==  !=           1 or 0; don't chain
//	+  -
//	*  /
//	-x
//	x ^ y                          highest; groups to the right
//
// Operands are numbers (12, .5, 1e-3), the constants pi and e, names of variables (letters, digits and
// underscores), formulas in parentheses, and the functions sqrt, abs, floor, ceil, round, sin, cos, tan, exp and log of
// one argument, pow and mod of two, and min and max of two or more.
//
// All values are float64, and every operation rounds once, as IEEE 754 says; nothing is contracted or
// reordered. The functions are math.Sqrt, math.Abs and so on: round goes half away from zero, min(-0, 0) is -0,
// min(-Inf, NaN) is -Inf, log is the natural one, and mod has the sign of its first argument. Which NaN an operation
// gives is not fixed.
//
// x^n is a fixed sequence of multiplications if n is a constant integer up to MaxPower: see [Power]. Any other exponent
// is that of pow, which is math.Pow.
package formula

import (
	"fmt"
	"unicode/utf8"
)

// Limits of a formula. They bound what a formula can cost: time and memory are linear in its length.
const (
	MaxLen   = 64 << 10 // bytes
	MaxDepth = 10_000   // parentheses, calls, signs, exponents and conditions within each other
	MaxVars  = 4_096    // different variables
	MaxPower = 1 << 53  // magnitude of an exponent that is a number of multiplications: up to here every integer is a float64
)

// Formula is a formula that was understood. It does not change: any number of goroutines may use it.
type Formula struct {
	Source string
	Root   *Node
	Vars   []string // names of the variables, by their index, which is the order in which they first occur

	varOffsets []int // where in Source each occurs first
}

// VarColumn is where variable i occurs first, in characters, from 1.
func (f *Formula) VarColumn(i int) int { return column(f.Source, f.varOffsets[i]) }

// Text is the part of the source that n was read from.
func (f *Formula) Text(n *Node) string { return f.Source[n.Start:n.End] }

// Error is a formula that was not understood.
type Error struct {
	Column int    // where in the formula, in characters, from 1
	Detail string // what is wrong there
}

// Error gives both on one line.
func (e *Error) Error() string { return fmt.Sprintf("column %d: %s", e.Column, e.Detail) }

// column turns an offset in bytes into a position in characters, from 1.
func column(src string, off int) int { return utf8.RuneCountInString(src[:off]) + 1 }
