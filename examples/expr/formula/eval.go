package formula

import (
	"math"
	"math/bits"
)

// Eval walks the tree. vars holds a value for each of Formula.Vars.
func (f *Formula) Eval(vars []float64) float64 { return f.Root.Eval(vars) }

// Eval is the value of the formula under n; vars[i] is that of the variable with index i.
func (n *Node) Eval(vars []float64) float64 {
	switch n.Op {
	case Number:
		return n.Value
	case Variable:
		return vars[n.Index]
	case Cond:
		if n.Args[0].Eval(vars) != 0 {
			return n.Args[1].Eval(vars)
		}
		return n.Args[2].Eval(vars)
	case IntPow:
		return Power(n.Args[0].Eval(vars), n.Exponent)
	}
	x := n.Args[0].Eval(vars)
	if len(n.Args) == 1 {
		return n.Op.Apply(x, 0)
	}
	return n.Op.Apply(x, n.Args[1].Eval(vars))
}

// Apply is the operation on x and y, or on x alone, for the operations from Neg on. The conversions keep the
// compiler from making a fused multiply-add of two operations, which would round once and not twice: Go
// Programming Language Specification, "Floating-point operators".
func (op Op) Apply(x, y float64) float64 {
	switch op {
	case Neg:
		return -x
	case Sqrt:
		return math.Sqrt(x)
	case Abs:
		return math.Abs(x)
	case Floor:
		return math.Floor(x)
	case Ceil:
		return math.Ceil(x)
	case Round:
		return math.Round(x)
	case Sin:
		return math.Sin(x)
	case Cos:
		return math.Cos(x)
	case Tan:
		return math.Tan(x)
	case Exp:
		return math.Exp(x)
	case Log:
		return math.Log(x)
	case Add:
		return float64(x + y)
	case Sub:
		return float64(x - y)
	case Mul:
		return float64(x * y)
	case Div:
		return float64(x / y)
	case Pow:
		return math.Pow(x, y)
	case Mod:
		return math.Mod(x, y)
	case Less:
		return truth(x < y)
	case LessEqual:
		return truth(x <= y)
	case Greater:
		return truth(x > y)
	case GreaterEqual:
		return truth(x >= y)
	case Equal:
		return truth(x == y)
	case NotEqual:
		return truth(x != y)
	case Min:
		return math.Min(x, y)
	case Max:
		return math.Max(x, y)
	}
	return math.NaN()
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Power is x^n. The binary digits of |n| are read from the highest: each but the first squares what there is, and
// each 1 among them then multiplies it by x, so that x^5 is (x*x)*(x*x)*x. A negative n gives 1 divided by that, and
// 0 gives 1 for every x, NaN included.
func Power(x float64, n int64) float64 {
	if n == 0 {
		return 1
	}
	u, r := uint64(max(n, -n)), x
	for i := bits.Len64(u) - 2; i >= 0; i-- {
		r = float64(r * r)
		if u>>i&1 != 0 {
			r = float64(r * x)
		}
	}
	if n < 0 {
		return float64(1 / r)
	}
	return r
}
