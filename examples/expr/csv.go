package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/wxjit/wxjit/codebuf"
	"github.com/wxjit/wxjit/examples/expr/formula"
)

// batchRows is how many rows are evaluated by one call. What is held in memory is a batch and a record, whatever the
// size of the file.
const batchRows = 1024

// maxRecord is how long a record may be, in bytes: a quote that nobody closes makes a record of the whole rest.
const maxRecord = 1 << 20

// csvFile evaluates f for each row of a file, or of standard input if the name is "-".
func csvFile(ctx context.Context, f *formula.Formula, name string, stdin io.Reader, stdout io.Writer) error {
	in := stdin
	if name == "-" {
		name = "standard input"
	} else {
		file, err := os.Open(name)
		if err != nil {
			return wrong("", "%v", err)
		}
		defer file.Close()
		in = file
	}
	t, err := newTable(f, name, cancellable(ctx, in))
	if err != nil {
		return err
	}
	return withProgram(f, (*codebuf.Buffer).Seal, func(rows evaluator) error {
		return t.evaluate(ctx, rows, bufio.NewWriter(stdout))
	})
}

// table reads the columns of a CSV file that a formula needs.
type table struct {
	name    string
	names   []string // of the variables
	columns []int    // the column of each
	reader  *csv.Reader
	limit   *recordLimit
	last    int // line of the last record
}

// newTable reads the header.
func newTable(f *formula.Formula, name string, in io.Reader) (*table, error) {
	t := &table{name: name, names: f.Vars, limit: &recordLimit{in: in}}
	t.reader = csv.NewReader(t.limit)
	t.reader.ReuseRecord = true
	header, err := t.record()
	if err == io.EOF {
		return nil, wrong(t.line(1), "no header: the file is empty")
	}
	if err != nil {
		return nil, err
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff") // the byte order mark that some programs write
	for i, v := range f.Vars {
		column := -1
		for k, title := range header {
			if strings.TrimSpace(title) != v {
				continue
			}
			if column >= 0 {
				return nil, wrong(t.line(1), "two columns %q", v)
			}
			column = k
		}
		if column < 0 {
			return nil, wrong(t.line(1), "no column %q, which the formula has in column %d", v, f.VarColumn(i))
		}
		t.columns = append(t.columns, column)
	}
	return t, nil
}

// evaluate writes a result for each row that is left. When a row is wrong, the results of those before are written.
func (t *table) evaluate(ctx context.Context, rows evaluator, w *bufio.Writer) error {
	vars, out := make([]float64, 0, batchRows*len(t.columns)), make([]float64, batchRows)
	var text []byte
	for {
		var err error
		n := 0
		for vars = vars[:0]; n < batchRows; n++ {
			if vars, err = t.row(vars); err != nil {
				break
			}
		}
		if err := rows(ctx, vars, out[:n]); err != nil {
			return err
		}
		for _, v := range out[:n] {
			text = append(appendNumber(text[:0], v), '\n')
			if _, err := w.Write(text); err != nil {
				return err
			}
		}
		if err := w.Flush(); err != nil {
			return err
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// row appends the variables of the next row to vars, which is unchanged after an error. The end is io.EOF.
func (t *table) row(vars []float64) ([]float64, error) {
	fields, err := t.record()
	if err != nil {
		return vars, err
	}
	n := len(vars)
	for i, column := range t.columns {
		v, err := parseNumber(strings.TrimSpace(fields[column]))
		if err != nil {
			line, _ := t.reader.FieldPos(column)
			return vars[:n], wrong(fmt.Sprintf("%s, column %q", t.line(line), t.names[i]), "%v", err)
		}
		vars = append(vars, v)
	}
	return vars, nil
}

// record reads a record. What is wrong with it is the user's mistake; the end is io.EOF.
func (t *table) record() ([]string, error) {
	t.limit.used = 0
	fields, err := t.reader.Read()
	if bad := (*csv.ParseError)(nil); errors.As(err, &bad) {
		if errors.Is(err, csv.ErrFieldCount) {
			return nil, wrong(t.line(bad.Line), "%d fields, and the header has %d", len(fields), t.reader.FieldsPerRecord)
		}
		return nil, wrong(t.line(bad.Line), "%v", bad.Err)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, err
	case errors.Is(err, errRecord):
		return nil, wrong(t.line(t.last+1), "%v", err)
	case err != nil && err != io.EOF:
		return nil, wrong("", "%s: %v", t.name, err)
	}
	if err == nil {
		t.last, _ = t.reader.FieldPos(0)
	}
	return fields, err
}

func (t *table) line(n int) string { return fmt.Sprintf("%s, line %d", t.name, n) }

var errRecord = fmt.Errorf("a record of more than %d bytes", maxRecord)

// recordLimit refuses to read on when a single record has taken too much.
type recordLimit struct {
	in   io.Reader
	used int // since the record began, but for what was read ahead
}

func (r *recordLimit) Read(b []byte) (int, error) {
	if r.used > maxRecord {
		return 0, errRecord
	}
	n, err := r.in.Read(b)
	r.used += n
	return n, err
}

// cancellable is in as long as ctx lasts, and then gives ctx.Err(), whether or not in has more, or ever will.
func cancellable(ctx context.Context, in io.Reader) io.Reader {
	if ctx.Done() == nil {
		return in
	}
	r := &pump{ctx: ctx, chunks: make(chan []byte), free: make(chan []byte, 1)}
	r.free <- make([]byte, 64<<10)
	go r.run(in)
	return r
}

// pump reads in a goroutine of its own, which a read that never returns keeps. One buffer goes back and forth.
type pump struct {
	ctx    context.Context
	chunks chan []byte // what was read; closed after that
	free   chan []byte // the buffer, when it has been used up
	err    error       // why chunks is closed
	buf    []byte      // the buffer
	rest   []byte      // what is left of it
}

func (p *pump) run(in io.Reader) {
	defer close(p.chunks)
	for p.err == nil {
		var buf []byte
		select {
		case buf = <-p.free:
		case <-p.ctx.Done():
			return
		}
		var n int
		n, p.err = in.Read(buf)
		select {
		case p.chunks <- buf[:n]:
		case <-p.ctx.Done():
			return
		}
	}
}

func (p *pump) Read(b []byte) (int, error) {
	for len(p.rest) == 0 {
		if p.buf != nil {
			p.free <- p.buf[:cap(p.buf)]
			p.buf = nil
		}
		select {
		case chunk, ok := <-p.chunks:
			if !ok {
				return 0, cmp.Or(p.ctx.Err(), p.err)
			}
			p.buf, p.rest = chunk, chunk
		case <-p.ctx.Done():
			return 0, p.ctx.Err()
		}
	}
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}
