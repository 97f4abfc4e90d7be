package formula

// Op is what a [Node] does.
type Op uint8

// The operations. Those from Neg on take the values of their arguments and nothing else.
const (
	Number   Op = iota // Node.Value
	Variable           // Node.Index
	Cond               // Args[0] ? Args[1] : Args[2]
	IntPow             // Args[0] ^ Node.Exponent
	Neg
	Sqrt
	Abs
	Floor
	Ceil
	Round
	Sin
	Cos
	Tan
	Exp
	Log
	Add
	Sub
	Mul
	Div
	Pow // any exponent
	Mod
	Less
	LessEqual
	Greater
	GreaterEqual
	Equal
	NotEqual
	Min
	Max
)

// Node is a formula's tree. It does not change once it is part of a [Formula].
type Node struct {
	Op       Op
	Args     []*Node // one, two, or for Cond three; min and max of more are nested to the left
	Value    float64 // of a Number
	Index    int     // of a Variable, in Formula.Vars
	Exponent int64   // of an IntPow

	// Where it stands in the source, in bytes, with the parentheses around it.
	Start, End int
}

// constant tells whether n has no variables.
func (n *Node) constant() bool {
	if n.Op == Variable {
		return false
	}
	for _, a := range n.Args {
		if !a.constant() {
			return false
		}
	}
	return true
}
