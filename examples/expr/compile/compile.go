// Package compile turns a formula of package formula into machine code.
//
//	formula.Formula   the tree that was read
//	graph             its values, each once; constants folded           graph.go
//	program           an order to compute them in                       program.go
//	allocation        registers, and what has to wait in memory         alloc.go
//	asm.Object        instructions                                      amd64.go, arm64.go
//	Program           code in an arena, to be called                    rows_unsafe.go
//
// The code is one C function for both machines:
//
//	int64_t f(const double *vars, double *out, int64_t rows)
//
// computes a result per row. Row i has its variables at vars[i*n], ..., vars[i*n+n-1] in the order of
// Formula.Vars, its result goes to out[i], and the return value is rows. A single evaluation is one row. The code
// agrees with Formula.Eval in every bit, but for which NaN a result is; it reads and writes nothing else than
// vars, out and its stack frame, and has no branch but the loop's. What the machine has no instruction for, from sin to
// mod, are calls of the Go functions that Formula.Eval calls.
package compile

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/asm/amd64"
	"github.com/wxjit/wxjit/codebuf"
	"github.com/wxjit/wxjit/examples/expr/formula"
)

// hasSSE41 tells whether this machine, if it is an amd64, has the ROUNDSD instruction.
var hasSSE41 = amd64.Detect().Has(amd64.SSE41)

// ErrTooLarge is a formula that is beyond a limit of its code, for errors.Is.
var ErrTooLarge = errors.New("the formula is too large")

// machines are what code can be made for.
var machines = map[asm.Arch]struct {
	target *target
	emit   func(a *allocation, vars int) (*asm.Object, error)
}{
	asm.AMD64: {&amd64Target, emitAMD64},
	asm.ARM64: {&arm64Target, emitARM64},
}

// Host is the architecture of this process, or an error that wraps errors.ErrUnsupported.
func Host() (asm.Arch, error) {
	for arch := range machines {
		if arch.String() == runtime.GOARCH {
			return arch, nil
		}
	}
	return 0, fmt.Errorf("code for %s: %w", runtime.GOARCH, errors.ErrUnsupported)
}

// Assemble makes code of a formula, for any of the two architectures on any machine. Each group of instructions has
// the part of the formula that it computes as its comment; Go functions that it calls are labels of another object. The
// error is ErrTooLarge and says which limit the formula is beyond.
func Assemble(f *formula.Formula, arch asm.Arch) (*asm.Object, error) {
	obj, _, err := assemble(f, arch)
	return obj, err
}

func assemble(f *formula.Formula, arch asm.Arch) (*asm.Object, *program, error) {
	m, ok := machines[arch]
	if !ok {
		return nil, nil, fmt.Errorf("code for %v: %w", arch, errors.ErrUnsupported)
	}
	p := newProgram(newGraph(f))
	a, err := allocate(p, m.target)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrTooLarge, err)
	}
	obj, err := m.emit(a, len(f.Vars))
	if errors.Is(err, asm.ErrRange) {
		err = fmt.Errorf("%w: %w", ErrTooLarge, err)
	}
	return obj, p, err
}

// Compiler makes programs in an arena, for this machine. Any number of goroutines may use it. The Go functions that its
// programs call are imports of the arena, and stay in it.
type Compiler struct {
	arena   *codebuf.Arena
	mu      sync.Mutex
	imports map[string]*codebuf.Import // by name; made when they are needed
}

// NewCompiler gives a compiler for an arena.
func NewCompiler(arena *codebuf.Arena) *Compiler {
	return &Compiler{arena: arena, imports: map[string]*codebuf.Import{}}
}

// Compile compiles a formula. The Program holds pages of the arena until its Release. If the processor has no
// instruction for a function of the formula, or there is no code for this platform, the error wraps
// errors.ErrUnsupported; other errors are those of Assemble and of package codebuf. After an error nothing is left in the
// arena, but for imports.
func (c *Compiler) Compile(f *formula.Formula) (*Program, error) {
	return c.CompileSealedBy(f, (*codebuf.Buffer).Seal)
}

// CompileSealedBy is Compile for who wants to look at the pages before and after they become executable: seal is called
// with the complete code, seals it, and gives the result. If it gives an error it must have released what it made.
func (c *Compiler) CompileSealedBy(f *formula.Formula, seal func(*codebuf.Buffer) (*codebuf.Code, error)) (*Program, error) {
	arch, err := Host()
	if err != nil {
		return nil, err
	}
	obj, p, err := assemble(f, arch)
	if err != nil {
		return nil, err
	}
	if arch == asm.AMD64 && !hasSSE41 && p.rounds() {
		return nil, fmt.Errorf("floor, ceil and round need a processor with SSE4.1: %w", errors.ErrUnsupported)
	}
	if err := c.resolve(obj); err != nil {
		return nil, err
	}
	buf, err := c.arena.NewBuffer(obj.Len())
	if err != nil {
		return nil, err
	}
	if _, err := buf.Place(obj); err != nil {
		return nil, errors.Join(err, buf.Discard())
	}
	code, err := seal(buf)
	if err != nil {
		// A buffer that was sealed, or lost its pages in the attempt, has ended already.
		if derr := buf.Discard(); !errors.Is(derr, codebuf.ErrSealed) && !errors.Is(derr, codebuf.ErrReleased) {
			err = errors.Join(err, derr)
		}
		return nil, err
	}
	return bind(code, len(f.Vars)), nil
}

// resolve puts the addresses of imports where the code calls functions.
func (c *Compiler) resolve(obj *asm.Object) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range obj.Relocs {
		r := &obj.Relocs[i]
		if r.Symbol == "" {
			continue
		}
		imp := c.imports[r.Symbol]
		if imp == nil {
			var err error
			if imp, err = c.arena.NewImport(callbacks[r.Symbol]); err != nil {
				return err
			}
			c.imports[r.Symbol] = imp
		}
		r.Target, r.Symbol = uint64(imp.Addr()), ""
	}
	return nil
}

// callbacks are the functions as generated code calls them: double f(double, double). Those of one argument ignore what
// is in the place of the second.
var callbacks = map[string]func(*codebuf.Callback) error{}

func init() {
	for o, name := range functions {
		f := applied[o]
		callbacks[name] = func(c *codebuf.Callback) error {
			c.SetFloat(f.Apply(c.Float(0), c.Float(1)))
			return nil
		}
	}
}

// rounds tells whether a program needs SSE4.1 on amd64.
func (p *program) rounds() bool {
	for _, in := range p.insts {
		if in.op.isRounding() {
			return true
		}
	}
	return false
}
