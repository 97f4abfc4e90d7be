package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// execute runs the command in this process.
func execute(stdin string, args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	code = run(args, strings.NewReader(stdin), &out, &errs)
	return out.String(), errs.String(), code
}

func TestSingle(t *testing.T) {
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"sqrt(x*x + y*y)", "x=3", "y=4"}, "5"},
		{[]string{"sqrt(x*x + y*y) / (1 + abs(x - y))", "x=3", "y=4"}, "2.5"},
		{[]string{"1 + 2*3"}, "7"},
		{[]string{"--", "-x^2", "x=3"}, "-9"},
		{[]string{"x", "x=-3"}, "-3"},
		{[]string{"x/y", "x=1", "y=-0"}, "-Inf"},
		{[]string{"x", "x=NaN"}, "NaN"},
		{[]string{"größe*2", "größe=1e3"}, "2000"},
		{[]string{"x", "x=1e20"}, "100000000000000000000"},
		{[]string{"x", "x=1e21"}, "1e+21"},
		{[]string{"x", "x=0.000001"}, "0.000001"},
		{[]string{"x", "x=0.0000001"}, "1e-07"},
		{[]string{"0.1 + 0.2"}, "0.30000000000000004"},
		{[]string{"x > 1 ? floor(x) : ceil(x)", "x=1.5"}, "1"},
		{[]string{"max(min(x, 10), 0)", "x=-0"}, "0"},
		{[]string{"pow(x, y) + x^y", "x=2", "y=0.5"}, "2.8284271247461903"},
		{[]string{"exp(log(x)) - cos(0) + sin(0) + mod(-7, x)", "x=4"}, "0"},
		{[]string{"-timeout", "1m", "x + tan(x)", "x=0"}, "0"},
	}
	for _, tt := range tests {
		stdout, stderr, code := execute("", tt.args...)
		require.Zero(t, code, stderr)
		require.Empty(t, stderr)
		require.Equal(t, tt.want+"\n", stdout, tt.args)
	}
}

func TestHelp(t *testing.T) {
	stdout, stderr, code := execute("", "-help")
	require.Equal(t, usage, stdout)
	require.Empty(t, stderr)
	require.Zero(t, code)
}

// TestMisuse is every wrong use: one line, and exit code 2.
func TestMisuse(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	good := file("good.csv", "x,y\n1,2\n")
	empty := file("empty.csv", "")
	twice := file("twice.csv", "x,y,x\n1,2,3\n")
	number := file("number.csv", "name,x\na,1\n\"b\nc\",2\nd, 3x \n")
	huge := file("huge.csv", "x\n1\n1e999\n")
	blank := file("blank.csv", "x,y\n1,2\n3,\n")
	ragged := file("ragged.csv", "x,y\n1,2\n3\n")
	quote := file("quote.csv", "x,y\n1,2\n3,\"4\n")
	bare := file("bare.csv", "x,y\n1,2\n3,4\"5\n")
	long := file("long.csv", "x,y\n1,2\n3,\""+strings.Repeat("z\n", maxRecord)+"\"\n")
	missing := filepath.Join(dir, "missing.csv")
	terms := func(sep string) string {
		var b strings.Builder
		for i := range 4200 {
			fmt.Fprintf(&b, "%sx*%d", sep, i+2)
		}
		return b.String()[1:]
	}
	const notRun = "does not go with -S, which runs nothing"
	tests := []struct {
		args []string
		want string // what stderr says after "expr: "
	}{
		{nil, "no formula; -help shows how"},
		{[]string{"-maps"}, "no formula; -help shows how"},
		{[]string{"--"}, "no formula; -help shows how"},
		{[]string{""}, "formula, column 1: the formula is empty"},
		{[]string{"  "}, "formula, column 1: the formula is empty"},
		{[]string{"-"}, "formula, column 2: expected a value, found the end of the formula"},
		{[]string{"x +* y", "x=1"}, "formula, column 4: expected a value, found *"},
		{[]string{"x\xff", "x=1"}, "formula, column 2: not valid UTF-8: byte 0xff"},
		{[]string{"mod(x)", "x=1"}, "formula, column 1: mod takes two arguments, not 1"},
		{[]string{"x^\n(y\n+\x1b1)", "x=1", "y=2"}, `formula, column 8: unexpected character '\x1b'`},
		{[]string{"(" + terms("+") + ")*(1-" + terms("-") + ")", "x=1"}, "the formula is too large: more than 4096 values are needed at the same time"},
		// flags
		{[]string{"-q", "x"}, `argument "-q": unknown flag; a formula that begins with - goes behind --`},
		{[]string{"-x + 1", "x=1"}, `argument "-x + 1": unknown flag; a formula that begins with - goes behind --`},
		{[]string{"-s", "x"}, `argument "-s": unknown flag; a formula that begins with - goes behind --`},
		{[]string{"-csv"}, "flag -csv: needs a value"},
		{[]string{"-csv="}, "flag -csv: the value is empty"},
		{[]string{"-maps=1", "x", "x=1"}, "flag -maps: takes no value"},
		{[]string{"-timeout", "soon", "x"}, `flag -timeout: "soon" is not a time such as 500ms or 2s`},
		{[]string{"-timeout=-1s", "x"}, `flag -timeout: "-1s" is not a time such as 500ms or 2s`},
		{[]string{"-timeout", "0", "x"}, `flag -timeout: "0" is not a time such as 500ms or 2s`},
		{[]string{"-timeout"}, "flag -timeout: needs a value"},
		{[]string{"-S", "-timeout", "1s", "x"}, "flag -timeout: " + notRun},
		{[]string{"-S", "-S", "x"}, "flag -S: given twice"},
		{[]string{"-csv", good, "--csv", good, "x"}, "flag -csv: given twice"},
		{[]string{"-S", "-maps", "x"}, "flag -maps: " + notRun},
		{[]string{"-S", "-csv", good, "x"}, "flag -csv: " + notRun},
		{[]string{"-maps", "-csv", good, "x"}, "flag -maps: does not go with -csv"},
		{[]string{"-S", "x", "x=1"}, `argument "x=1": ` + notRun},
		{[]string{"-csv", good, "x", "x=1"}, `argument "x=1": does not go with -csv, where the variables are columns`},
		{[]string{"-arch", "arm64", "x", "x=1"}, "flag -arch: goes with -S only"},
		{[]string{"-S", "-arch", "vax", "x"}, `flag -arch: "vax" is neither amd64 nor arm64`},
		// values
		{[]string{"x + z", "x=1"}, "formula, column 5: unknown variable z: add z=value"},
		{[]string{"x", "x=1", "y=2"}, `argument "y=2": the formula has no variable "y"`},
		{[]string{"x", "x=1", "pi=3"}, `argument "pi=3": the formula has no variable "pi"`},
		{[]string{"x", "x=1", "x=1"}, `argument "x=1": x has a value already`},
		{[]string{"x", "x"}, `argument "x": expected name=value`},
		{[]string{"x", "-maps", "x=1"}, `argument "-maps": flags go before the formula`},
		{[]string{"x", "x=12a"}, `argument "x=12a": malformed number "12a"`},
		{[]string{"x", "x="}, `argument "x=": malformed number ""`},
		{[]string{"x", "x=1\n2"}, `argument "x=1\n2": malformed number "1\n2"`},
		{[]string{"x", "x=1e999"}, `argument "x=1e999": number "1e999" is too large for a float64`},
		// files
		{[]string{"-csv", missing, "x"}, "open " + missing + ": no such file or directory"},
		{[]string{"-csv", dir, "x"}, dir + ": read " + dir + ": is a directory"},
		{[]string{"-csv", empty, "x"}, empty + ", line 1: no header: the file is empty"},
		{[]string{"-csv", "-", "x"}, "standard input, line 1: no header: the file is empty"},
		{[]string{"-csv", good, "1 + price"}, good + `, line 1: no column "price", which the formula has in column 5`},
		{[]string{"-csv", twice, "x"}, twice + `, line 1: two columns "x"`},
		{[]string{"-csv", number, "x"}, number + `, line 5, column "x": malformed number "3x"`},
		{[]string{"-csv", huge, "x"}, huge + `, line 3, column "x": number "1e999" is too large for a float64`},
		{[]string{"-csv", blank, "x + y"}, blank + `, line 3, column "y": malformed number ""`},
		{[]string{"-csv", ragged, "x"}, ragged + ", line 3: 1 fields, and the header has 2"},
		{[]string{"-csv", quote, "x"}, quote + `, line 3: extraneous or missing " in quoted-field`},
		{[]string{"-csv", bare, "x"}, bare + `, line 3: bare " in non-quoted-field`},
		{[]string{"-csv", long, "x"}, long + ", line 3: a record of more than 1048576 bytes"},
	}
	for _, tt := range tests {
		_, stderr, code := execute("", tt.args...)
		require.Equal(t, "expr: "+tt.want+"\n", stderr)
		require.Equal(t, 2, code, stderr)
		require.Equal(t, 1, strings.Count(stderr, "\n"))
	}
}

// brokenPipe refuses all writes after the first few.
type brokenPipe struct{ writes int }

func (p *brokenPipe) Write(b []byte) (int, error) {
	if p.writes--; p.writes < 0 {
		return 0, errors.New("broken\npipe")
	}
	return len(b), nil
}

// TestOutputFails is not the user's mistake: exit code 1, whichever write it is.
func TestOutputFails(t *testing.T) {
	for _, args := range [][]string{{"1"}, {"-help"}, {"-S", "1"}, {"-maps", "1"}, {"-csv", "-", "1"}} {
		for writes := 0; ; writes++ {
			var stderr bytes.Buffer
			code := run(args, strings.NewReader("x\n1\n"), &brokenPipe{writes}, &stderr)
			if code == 0 {
				require.Positive(t, writes, args)
				break
			}
			require.Equal(t, 1, code, args)
			require.Equal(t, "expr: broken\\npipe\n", stderr.String(), args)
		}
	}
}

func TestCSV(t *testing.T) {
	const readings = "\ufeffname, price ,qty,tax\r\n" +
		"a, 10 ,2,0.5\r\n" +
		"\"b, c\",1e2,.5,0\r\n" +
		"\r\n" +
		"d,\"3\",1,-1"
	stdout, stderr, code := execute(readings, "-csv", "-", "price*qty*(1+tax)")
	require.Empty(t, stderr)
	require.Zero(t, code)
	require.Equal(t, "30\n50\n0\n", stdout)

	stdout, _, code = execute("x\n1\n2\n", "-csv=-", "1 + 1")
	require.Zero(t, code)
	require.Equal(t, "2\n2\n", stdout)

	stdout, _, code = execute("x\n", "-csv=-", "x")
	require.Zero(t, code)
	require.Empty(t, stdout)
}

// TestCSVBatches crosses the batches' borders, and sees the results of the rows before a wrong one.
func TestCSVBatches(t *testing.T) {
	for _, rows := range []int{1, batchRows - 1, batchRows, batchRows + 1, 3*batchRows + 7} {
		var in, want strings.Builder
		in.WriteString("x,y\n")
		for i := range rows {
			fmt.Fprintf(&in, "%d,%d\n", i, i%7)
			fmt.Fprintf(&want, "%d\n", i*10+i%7)
		}
		stdout, stderr, code := execute(in.String(), "-csv", "-", "x*10 + y")
		require.Zero(t, code, stderr)
		require.Equal(t, want.String(), stdout)

		in.WriteString("1,oops\n")
		stdout, stderr, code = execute(in.String(), "-csv", "-", "x*10 + y")
		require.Equal(t, 2, code)
		require.Equal(t, want.String(), stdout)
		require.Equal(t, fmt.Sprintf("expr: standard input, line %d, column \"y\": malformed number \"oops\"\n", rows+2), stderr)
	}
}

// endless is a CSV file that exists only while it is read. It notes how much memory is in use on the way.
type endless struct {
	rows int
	most uint64 // bytes
}

func (e *endless) Read(b []byte) (n int, err error) {
	for len(b)-n >= 4 && e.rows > 0 {
		if e.rows--; e.rows%100_000 == 0 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			e.most = max(e.most, m.HeapAlloc)
		}
		n += copy(b[n:], "1,2\n")
	}
	if e.rows == 0 {
		err = io.EOF
	}
	return n, err
}

// TestCSVMemory holds the command to an amount of memory that does not grow with the file.
func TestCSVMemory(t *testing.T) {
	used := func(rows int) int {
		e := &endless{rows: rows}
		require.Zero(t, run([]string{"-csv", "-", "x+y"}, io.MultiReader(strings.NewReader("x,y\n"), e), io.Discard, io.Discard))
		return int(e.most)
	}
	require.InDelta(t, used(200_000), used(1_500_000), 1<<20)
}

// TestTimeout has a file without an end, one that sends nothing any more, and one that is done in time.
func TestTimeout(t *testing.T) {
	const flag = "-timeout=100ms"
	silent, w := io.Pipe()
	defer w.Close()
	for name, in := range map[string]io.Reader{
		"no end":           io.MultiReader(strings.NewReader("x\n"), lines{}),
		"no end of a line": io.MultiReader(strings.NewReader("x\n"), spaces{}),
		"silent":           io.MultiReader(strings.NewReader("x\n1\n"), silent),
		"silent at once":   silent,
	} {
		var stderr bytes.Buffer
		code := run([]string{flag, "-csv=-", "sin(x)"}, in, io.Discard, &stderr)
		require.Equal(t, "expr: not done within the 100ms of -timeout\n", stderr.String(), name)
		require.Equal(t, 1, code, name)
	}
	in := "x\n" + strings.Repeat("0\n", 100_000)
	stdout, stderr, code := execute(in, "-timeout=1m", "-csv=-", "sin(x)")
	require.Zero(t, code, stderr)
	require.Equal(t, in[2:], stdout)
	_, stderr, code = execute("x\n1\n2..5\n", "-timeout=1m", "-csv=-", "x")
	require.Equal(t, 2, code)
	require.Equal(t, "expr: standard input, line 3, column \"x\": malformed number \"2..5\"\n", stderr)
}

// lines is 1 in each line, without an end.
type lines struct{}

func (lines) Read(b []byte) (int, error) { return copy(b, "1\n"), nil }

// spaces is a line of spaces, slowly.
type spaces struct{}

func (spaces) Read(b []byte) (int, error) { time.Sleep(time.Millisecond); return copy(b, " "), nil }

// TestMaps sees the pages become executable, without having been writable, in the kernel's own words.
func TestMaps(t *testing.T) {
	stdout, stderr, code := execute("", "-maps", "x*x + 1", "x=2")
	require.Zero(t, code, stderr)
	require.Regexp(t, regexp.MustCompile(`^before sealing, code at 0x[0-9a-f]+:
[0-9a-f]+-[0-9a-f]+ ---p .*
after sealing, code at 0x[0-9a-f]+:
[0-9a-f]+-[0-9a-f]+ r-xp .*
5
$`), stdout)
}
