// Command expr compiles a formula to machine code and runs it.
//
//	expr 'sqrt(x*x + y*y) / (1 + abs(x - y))' x=3 y=4    the result
//	expr -maps 'x*x + 1' x=2                             and the code's pages in /proc/self/maps, before and after sealing
//	expr -csv readings.csv 'price*qty*(1+tax)'           a result per row; a column per variable; - is standard input
//	expr -timeout 5s -csv - 'sin(x)'                     the same, but not for longer than 5 seconds
//	expr -S 'x*x + 1'                                    the code: offset, bytes, instruction, part of the formula
//	expr -S -arch arm64 'x*x + 1'                        for the other machine
//
// A formula that begins with a minus sign goes behind --. Package formula describes the language.
//
// The exit code is 0; 2 when it was used wrongly, which one line on standard error explains; and 1 when something
// else failed, such as writing the output.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/codebuf"
	"github.com/wxjit/wxjit/examples/expr/compile"
	"github.com/wxjit/wxjit/examples/expr/formula"
)

const usage = `usage: expr [flags] [--] 'formula' [name=value ...]
  -S          list the machine code instead of running it
  -arch A     with -S: for amd64 or arm64, instead of this machine
  -maps       show the code's pages in /proc/self/maps before and after sealing
  -csv FILE   a result per row of FILE, which has a column per variable; - is standard input
  -timeout D  give up after D, such as 500ms or 2s
`

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the command; it gives the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	err := command(args, stdin, stdout)
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "expr: %s\n", oneLine(err.Error()))
	if errors.As(err, new(*misuse)) || errors.Is(err, compile.ErrTooLarge) {
		return 2
	}
	return 1
}

// misuse is an error of whoever typed the command.
type misuse struct{ where, what string }

func (m *misuse) Error() string {
	if m.where == "" {
		return m.what
	}
	return m.where + ": " + m.what
}

func wrong(where, format string, args ...any) error {
	return &misuse{where, fmt.Sprintf(format, args...)}
}

// oneLine escapes what would end the line or drive a terminal.
func oneLine(s string) string {
	var b strings.Builder
	for _, c := range s {
		if unicode.IsPrint(c) {
			b.WriteRune(c)
		} else {
			q := strconv.QuoteRuneToASCII(c)
			b.WriteString(q[1 : len(q)-1])
		}
	}
	return b.String()
}

func command(args []string, stdin io.Reader, stdout io.Writer) error {
	opts, err := parseArgs(args)
	if err != nil {
		return err
	}
	if opts.help {
		_, err := io.WriteString(stdout, usage)
		return err
	}
	f, err := formula.Parse(opts.formula)
	if bad := (*formula.Error)(nil); errors.As(err, &bad) {
		return wrong(inFormula(bad.Column), "%s", bad.Detail)
	}
	switch {
	case opts.list:
		return list(f, opts.arch, stdout)
	case opts.timeout == 0:
		return evaluate(context.Background(), f, opts, stdin, stdout)
	}
	ctx, cancel := context.WithTimeout(context.Background(), opts.timeout)
	defer cancel()
	err = evaluate(ctx, f, opts, stdin, stdout)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("not done within the %v of -timeout", opts.timeout)
	}
	return err
}

func evaluate(ctx context.Context, f *formula.Formula, opts *options, stdin io.Reader, stdout io.Writer) error {
	if opts.csv != "" {
		return csvFile(ctx, f, opts.csv, stdin, stdout)
	}
	return single(ctx, f, opts, stdout)
}

func inFormula(column int) string { return fmt.Sprintf("formula, column %d", column) }

// list prints the code.
func list(f *formula.Formula, arch asm.Arch, stdout io.Writer) error {
	obj, err := compile.Assemble(f, arch)
	if err != nil {
		return err
	}
	return obj.List(stdout)
}

// single evaluates the formula once.
func single(ctx context.Context, f *formula.Formula, opts *options, stdout io.Writer) error {
	vars, err := values(f, opts.values)
	if err != nil {
		return err
	}
	seal := (*codebuf.Buffer).Seal
	if opts.maps {
		seal = func(buf *codebuf.Buffer) (*codebuf.Code, error) { return sealWatched(buf, stdout) }
	}
	return withProgram(f, seal, func(rows evaluator) error {
		out := make([]float64, 1)
		if err := rows(ctx, vars, out); err != nil {
			return err
		}
		_, err := stdout.Write(append(appendNumber(nil, out[0]), '\n'))
		return err
	})
}

// evaluator is compile.Program.RowsContext with its fiber.
type evaluator func(ctx context.Context, vars, out []float64) error

// withProgram compiles f, calls use, and gives everything back.
func withProgram(f *formula.Formula, seal func(*codebuf.Buffer) (*codebuf.Code, error), use func(evaluator) error) (err error) {
	arena, err := codebuf.New(codebuf.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, arena.Close()) }()
	p, err := compile.NewCompiler(arena).CompileSealedBy(f, seal)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Release()) }()
	fiber, err := codebuf.NewFiber(codebuf.FiberConfig{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, fiber.Close()) }()
	return use(func(ctx context.Context, vars, out []float64) error { return p.RowsContext(ctx, fiber, vars, out) })
}

// values gives the variables of f their values, from name=value arguments.
func values(f *formula.Formula, args []string) ([]float64, error) {
	vars, given := make([]float64, len(f.Vars)), make([]bool, len(f.Vars))
	index := map[string]int{}
	for i, name := range f.Vars {
		index[name] = i
	}
	for _, arg := range args {
		where := fmt.Sprintf("argument %q", arg)
		name, text, ok := strings.Cut(arg, "=")
		if !ok {
			if strings.HasPrefix(arg, "-") {
				return nil, wrong(where, "flags go before the formula")
			}
			return nil, wrong(where, "expected name=value")
		}
		i, ok := index[name]
		if !ok {
			return nil, wrong(where, "the formula has no variable %q", name)
		}
		if given[i] {
			return nil, wrong(where, "%s has a value already", name)
		}
		v, err := parseNumber(text)
		if err != nil {
			return nil, wrong(where, "%v", err)
		}
		vars[i], given[i] = v, true
	}
	for i, ok := range given {
		if !ok {
			return nil, wrong(inFormula(f.VarColumn(i)), "unknown variable %s: add %s=value", f.Vars[i], f.Vars[i])
		}
	}
	return vars, nil
}

// parseNumber reads a number from outside of the formula.
func parseNumber(s string) (float64, error) {
	v, err := strconv.ParseFloat(s, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("number %q is too large for a float64", s)
	case err != nil:
		return 0, fmt.Errorf("malformed number %q", s)
	}
	return v, nil
}

// appendNumber writes a result as people do: the shortest digits that give the same float64, with an exponent only
// where there would be many zeros.
func appendNumber(b []byte, v float64) []byte {
	format := byte('f')
	if a := max(v, -v); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(b, v, format, -1, 64)
}
