package arm64

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/arm64/arm64asm"

	"github.com/wxjit/wxjit/asm"
	"github.com/wxjit/wxjit/internal/testenv"
)

// sample is an instruction with operands: what we encode, and what it means, in the assembler's syntax and as operands of
// Emit.
type sample struct {
	line *formLine
	text string
	args []Arg
	code []byte
}

func (s *sample) String() string { return s.line.name() + ": " + s.text }

func (s *sample) word() uint32 { return binary.LittleEndian.Uint32(s.code) }

// formLine is a line of testdata/forms.tsv.
type formLine struct {
	method   string // "-" if only Emit has it
	op       arm64asm.Op
	feature  string // "-" for Armv8.0
	operands []string
	typed    reflect.Value // the method, with its receiver as the first parameter; invalid if there is none
}

// name is how the form is called in messages.
func (l *formLine) name() string {
	if l.method == "-" {
		return fmt.Sprintf("Emit(%s %s)", opName(l.op), strings.Join(l.operands, " "))
	}
	return l.method
}

// formLines reads the file once.
func formLines(t testing.TB) []*formLine {
	if allLines == nil {
		ops := map[string]arm64asm.Op{}
		for op := arm64asm.Op(1); op < endOfOps; op++ {
			ops[opName(op)] = op
		}
		data, err := os.ReadFile("testdata/forms.tsv")
		require.NoError(t, err)
		for line := range strings.Lines(string(data)) {
			if strings.HasPrefix(line, "#") {
				continue
			}
			f := strings.Split(strings.TrimSpace(line), "\t")
			op, ok := ops[f[1]]
			require.True(t, ok, f[1])
			line := &formLine{method: f[0], op: op, feature: f[2], operands: f[3:]}
			if m, ok := reflect.TypeFor[*Assembler]().MethodByName(line.method); ok {
				line.typed = m.Func
			}
			allLines = append(allLines, line)
		}
	}
	return allLines
}

var allLines []*formLine

// samples emits every form with many operands, once for all tests.
func samples(t testing.TB) []*sample {
	if allSamples == nil {
		allSamples = makeSamples(t)
	}
	return allSamples
}

var allSamples []*sample

func makeSamples(t testing.TB) (all []*sample) {
	var a Assembler
	a.AllowReserved(true)
	for _, line := range formLines(t) {
		seen := map[string]bool{}
		n, possible := line.turns(t)
		add := func(s *sample) {
			if !seen[s.text] {
				seen[s.text] = true
				all = append(all, s)
			}
		}
		for k := 0; k < n || len(seen) < min(12, possible) && k < 4*n; k++ {
			s, err := line.sample(t, &a, k, 0, 0)
			if err == nil {
				add(s)
				continue
			}
			if !impossible.MatchString(err.Error()) {
				t.Errorf("%s: %v", s, err)
			}
			for p := range line.operands { // with each of the others instead
				for ahead := 1; ahead < 4; ahead++ {
					if s, err := line.sample(t, &a, k, p, ahead); err == nil {
						add(s)
						break
					}
				}
			}
		}
	}
	return all
}

// impossible are the errors that some operands deserve which are each legal.
var impossible = regexp.MustCompile(`both registers of a pair are the same|the status goes to|must be different|the base that changes`)

// turns gives how many samples have each choice of each operand, and how many different ones there could be.
func (l *formLine) turns(t testing.TB) (n, possible int) {
	n, possible = 1, 1
	for _, spec := range l.operands {
		count := len(l.choices(t, spec))
		n = max(n, count)
		possible *= count
	}
	if n > 1 {
		n = max(n, 12)
	}
	return n, possible
}

// sample emits the form with the operands of turn k: by Emit, and by the typed method if there is one. Each operand goes
// through its choices, in another order than those beside it; operand p is some turns ahead.
func (l *formLine) sample(t testing.TB, a *Assembler, k, p, ahead int) (*sample, error) {
	s := &sample{line: l}
	var values []any
	var texts []string
	for i, spec := range l.operands {
		all := l.choices(t, spec)
		turn := k
		if i == p {
			turn += ahead
		}
		c := all[l.turn(i, turn, len(all))]
		if c.after != nil {
			c = c.after(s.args[i-1])
		}
		if c.value != nil {
			values = append(values, c.value)
		}
		s.args = append(s.args, c.arg)
		texts = append(texts, c.text)
	}
	s.text = l.assembly(texts)
	code, err := l.emitted(a, s.args)
	if err == nil && len(code) != 4 {
		t.Errorf("%s: %x", s, code)
	}
	if l.typed.IsValid() && callable(values) {
		byMethod, errOfMethod := called(t, a, l.typed, values)
		if (err == nil) != (errOfMethod == nil) || !bytes.Equal(code, byMethod) {
			t.Errorf("%s: Emit %x %v, method %x %v", s, code, err, byMethod, errOfMethod)
		}
	}
	s.code = code
	return s, err
}

// turn is which of n choices operand i has in turn k.
func (l *formLine) turn(i, k, n int) int {
	stride := 2*i + 1
	for gcd(stride, n) > 1 {
		stride++
	}
	return (k*stride + i*(3*i+2)) % n
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// emitted is what Emit makes of the operands.
func (l *formLine) emitted(a *Assembler, args []Arg) ([]byte, error) {
	a.Reset()
	a.Emit(l.op, args...)
	return finished(a)
}

func finished(a *Assembler) ([]byte, error) {
	o, err := a.Finish()
	if err != nil {
		return nil, err
	}
	return o.Code, nil
}

// called is what a typed method makes of the values. Integers become what the parameter is, all else must be of its
// type.
func called(t testing.TB, a *Assembler, method reflect.Value, values []any) ([]byte, error) {
	a.Reset()
	in := []reflect.Value{reflect.ValueOf(a)}
	if n := method.Type().NumIn() - 1; n != len(values) {
		t.Fatalf("%d parameters, %d values", n, len(values))
	}
	at, behind := 0, -1
	for i, v := range values {
		param, arg := method.Type().In(i+1), reflect.ValueOf(v)
		switch v := v.(type) {
		case int64:
			arg = arg.Convert(param)
		case distance:
			l := a.NewLabel("")
			if arg = reflect.ValueOf(l); v > 0 {
				behind = int(v) - 4
			} else {
				a.Bind(l)
				at = int(-v)
				a.Bytes(make([]byte, at))
			}
		}
		if param != arg.Type() {
			t.Fatalf("a parameter of type %v gets a value of type %v", param, arg.Type())
		}
		in = append(in, arg)
	}
	method.Call(in)
	if behind >= 0 {
		a.Bytes(make([]byte, behind))
		a.Bind(in[len(in)-1].Interface().(asm.Label))
	}
	code, err := finished(a)
	if err != nil {
		return nil, err
	}
	return code[at : at+4], nil
}

// callable tells whether a typed method can be called with the values: a label can't be bound inside of the instruction, and
// only ADRP counts in pages; those that are far are a matter of TestBranchRanges.
func callable(values []any) bool {
	return !slices.ContainsFunc(values, func(v any) bool {
		d, ok := v.(distance)
		return ok && (d < -400 || d > 400 || d > 0 && d < 4)
	})
}

// assembly is the line for an assembler.
func (l *formLine) assembly(operands []string) string {
	op := strings.ToLower(opName(l.op))
	switch {
	case (op == "b" || op == "bc") && len(operands) == 2:
		op, operands = op+"."+operands[0], operands[1:]
	case op == "isb" && len(operands) == 1: // has no names but sy
		operands = []string{fmt.Sprintf("#%d", barrierOf[operands[0]])}
	case op == "sys":
		operands[1], operands[2] = "c"+operands[1][1:], "c"+operands[2][1:]
	case op == "sysl":
		operands[2], operands[3] = "c"+operands[2][1:], "c"+operands[3][1:]
	}
	return strings.TrimSpace(op + " " + strings.Join(operands, ", "))
}

var barrierOf = func() map[string]Barrier {
	all := map[string]Barrier{}
	for b := range Barrier(16) {
		all[b.String()] = b
	}
	return all
}()

// TestSamples counts them, and has every register in each place of each form that takes it.
func TestSamples(t *testing.T) {
	if testenv.Race() {
		return // what emits all of them is one goroutine
	}
	count, perForm := 0, map[*formLine]int{}
	operands := map[*formLine][]map[Arg]bool{}
	for _, s := range samples(t) {
		count++
		perForm[s.line]++
		if operands[s.line] == nil {
			operands[s.line] = make([]map[Arg]bool, len(s.args))
		}
		for i, arg := range s.args {
			if operands[s.line][i] == nil {
				operands[s.line][i] = map[Arg]bool{}
			}
			operands[s.line][i][arg] = true
		}
	}
	fewest := 1 << 30
	methods := 0
	for _, line := range formLines(t) {
		_, possible := line.turns(t)
		require.GreaterOrEqual(t, perForm[line], min(12, possible), "%s", line.name())
		if possible >= 12 {
			fewest = min(fewest, perForm[line])
		}
		for i, spec := range line.operands {
			for _, c := range line.choices(t, spec) {
				if c.after == nil {
					require.True(t, operands[line][i][c.arg], "%s: operand %d is never %s", line.name(), i, c.text)
				}
			}
		}
		if line.typed.IsValid() {
			methods++
		}
	}
	t.Logf("%d samples of %d forms, %d of them with a method; at least %d where there can be 12", count, len(formLines(t)), methods, fewest)
	require.GreaterOrEqual(t, len(formLines(t)), 3171)
	require.GreaterOrEqual(t, count, 100_000)
}

// TestClasses: what each operand says of itself is what Emit finds in it, so that a row has these classes.
func TestClasses(t *testing.T) {
	var a Assembler
	a.AllowReserved(true)
	for _, line := range formLines(t) {
		s, _ := line.sample(t, &a, 1, 0, 0)
		sig := uint64(0)
		for i, arg := range s.args {
			sig |= uint64(arg.arg()) << (8 * i)
		}
		all := rows[rowsOf[line.op].first:][:rowsOf[line.op].n]
		require.True(t, slices.ContainsFunc(all, func(w row) bool { return w.sig == sig }), "%s", line.name())
	}
	require.Equal(t, cLabel, Target(1).arg())
}

// choice is a value of an operand: the argument of the typed method, nil if it has none, that of Emit, and its text.
type choice struct {
	value any
	arg   Arg
	text  string
	after func(before Arg) choice // if the operand before decides what there is
}

// choices are the values of an operand of the form.
func (l *formLine) choices(t testing.TB, spec string) []choice {
	all, ok := choicesOf[spec]
	if !ok {
		all = makeChoices(spec)
		require.NotEmpty(t, all, spec)
		choicesOf[spec] = all
	}
	if alone := len(l.operands) == 1; spec == "o:ICOp" || spec == "o:TLBIOp" { // with and without a register there are others
		var some []choice
		for _, c := range all {
			if takes := c.arg.(interface{ TakesRegister() bool }).TakesRegister(); takes != alone {
				some = append(some, c)
			}
		}
		return some
	}
	return all
}

var choicesOf = map[string][]choice{}
