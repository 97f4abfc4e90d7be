package testenv

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Mapping is one line of /proc/self/maps, as proc_pid_maps(5) describes it.
type Mapping struct {
	Start, End uintptr // [Start, End)
	Prot       string  // "rw-p", "r-xs"
	Offset     uint64  // into the file, in bytes
	Dev        string  // "fe:01"
	Inode      uint64  // 0 if there is no file
	Path       string  // may be empty
}

// Writable tells whether the process may write there.
func (m Mapping) Writable() bool { return strings.Contains(m.Prot, "w") }

// Executable tells whether the process may run what is there.
func (m Mapping) Executable() bool { return strings.Contains(m.Prot, "x") }

// Shared tells whether what is written there reaches other mappings of the same file.
func (m Mapping) Shared() bool { return strings.HasSuffix(m.Prot, "s") }

// String gives the line again.
func (m Mapping) String() string {
	s := fmt.Sprintf("%x-%x %s %08x %s %d %s", m.Start, m.End, m.Prot, m.Offset, m.Dev, m.Inode, m.Path)
	return strings.TrimRight(s, " ")
}

// Maps reads /proc/self/maps. Under qemu-user it is the guest's memory, which is what we want.
func Maps() ([]Mapping, error) {
	var r reader
	return r.read()
}

// ParseMaps reads text in the format of /proc/self/maps.
func ParseMaps(text []byte) ([]Mapping, error) {
	var r reader
	return r.parse(text)
}

// reader reads the maps again and again without allocating much, so that it costs little and disturbs no test that
// counts allocations. What it returns is good until the next read.
type reader struct {
	suspects bool // leave out what can be no part of a violation; one violation is enough
	text     bytes.Buffer
	maps     []Mapping
	names    map[string]string
}

func (r *reader) read() ([]Mapping, error) {
	f, err := os.Open("/proc/self/maps") // anew each time: qemu-user writes the text at open
	if err != nil {
		return nil, err
	}
	maps, err := r.readFrom(f)
	return maps, errors.Join(err, f.Close())
}

func (r *reader) readFrom(f *os.File) ([]Mapping, error) {
	if r.suspects { // a question takes microseconds, the text of thousands of mappings milliseconds
		both, found, known := find(f, queryWritable|queryExecutable)
		if found {
			r.maps = append(r.maps[:0], both)
			return r.maps, nil
		}
		if _, found, _ = find(f, queryWritable|queryShared); known && !found {
			return nil, nil
		}
	}
	r.text.Reset()
	if _, err := r.text.ReadFrom(f); err != nil {
		return nil, err
	}
	return r.parse(r.text.Bytes())
}

func (r *reader) parse(text []byte) ([]Mapping, error) {
	r.maps = r.maps[:0]
	for line := range bytes.Lines(text) {
		if r.suspects && !suspect(line) {
			continue
		}
		m, err := r.line(bytes.TrimRight(line, "\n"))
		if err != nil {
			return nil, fmt.Errorf("maps: %q: %w", line, err)
		}
		r.maps = append(r.maps, m)
	}
	return r.maps, nil
}

// suspect tells whether a line is of a mapping that is executable, or writable and shared. A line that it does not
// understand is one.
func suspect(line []byte) bool {
	_, rest, _ := bytes.Cut(line, []byte(" "))
	prot, _, ok := bytes.Cut(rest, []byte(" "))
	return !ok || len(prot) != len("rwxp") || prot[2] != '-' || prot[1] != '-' && prot[3] != 'p'
}

// line reads "start-end prot offset dev inode path"; the path may hold blanks.
func (r *reader) line(s []byte) (Mapping, error) {
	var fields [5][]byte
	for i := range fields {
		fields[i], s, _ = bytes.Cut(bytes.TrimLeft(s, " "), []byte(" "))
	}
	lo, hi, _ := bytes.Cut(fields[0], []byte("-"))
	start, err0 := strconv.ParseUint(string(lo), 16, 64)
	end, err1 := strconv.ParseUint(string(hi), 16, 64)
	offset, err2 := strconv.ParseUint(string(fields[2]), 16, 64)
	inode, err3 := strconv.ParseUint(string(fields[4]), 10, 64)
	if err := errors.Join(err0, err1, err2, err3); err != nil {
		return Mapping{}, err
	}
	if len(fields[1]) != len("rwxp") || start >= end {
		return Mapping{}, errors.New("not a mapping")
	}
	return Mapping{
		Start: uintptr(start), End: uintptr(end), Prot: r.intern(fields[1]), Offset: offset,
		Dev: r.intern(fields[3]), Inode: inode, Path: r.intern(bytes.TrimLeft(s, " ")),
	}, nil
}

func (r *reader) intern(b []byte) string {
	if s, ok := r.names[string(b)]; ok {
		return s
	}
	if r.names == nil {
		r.names = map[string]string{}
	}
	s := string(b)
	r.names[s] = s
	return s
}

// Violation of W^X: memory that can be written through one mapping and executed through another, or through the
// same if both are equal.
type Violation struct {
	Writable, Executable Mapping
}

// String says what was seen, in the kernel's words.
func (v Violation) String() string {
	if v.Writable == v.Executable {
		return "writable and executable: " + v.Writable.String()
	}
	return fmt.Sprintf("the same pages writable and executable:\n\t%v\n\t%v", v.Writable, v.Executable)
}

// WritableExecutable gives the mappings that are both.
func WritableExecutable(maps []Mapping) []Mapping {
	var both []Mapping
	for _, m := range maps {
		if m.Writable() && m.Executable() {
			both = append(both, m)
		}
	}
	return both
}

// Aliases gives the pairs of different mappings that show the same bytes of the same file, one writable and shared,
// one executable. A private writable mapping, such as a loader's data segment, is no alias: the kernel copies its
// pages when they are written.
func Aliases(maps []Mapping) []Violation {
	var found []Violation
	for i, w := range maps {
		if w.Inode == 0 || !w.Writable() || !w.Shared() {
			continue
		}
		for j, x := range maps {
			if i != j && x.Executable() && x.Dev == w.Dev && x.Inode == w.Inode &&
				w.Offset < x.Offset+uint64(x.End-x.Start) && x.Offset < w.Offset+uint64(w.End-w.Start) {
				found = append(found, Violation{w, x})
			}
		}
	}
	return found
}

// Violations gives both kinds.
func Violations(maps []Mapping) []Violation {
	var found []Violation
	for _, m := range WritableExecutable(maps) {
		found = append(found, Violation{m, m})
	}
	return append(found, Aliases(maps)...)
}

// suspects are readers for CheckWX.
var suspects = sync.Pool{New: func() any { return &reader{suspects: true} }}

// CheckWX reads the maps now. The error, if there is one, names what violates W^X.
func CheckWX() error {
	r := suspects.Get().(*reader)
	defer suspects.Put(r)
	maps, err := r.read()
	if err != nil {
		return err
	}
	var all []error
	for _, v := range Violations(maps) {
		all = append(all, errors.New(v.String()))
	}
	return errors.Join(all...)
}

// Watcher looks at the process's mappings until it is stopped.
type Watcher struct {
	reader  reader
	stop    chan struct{}
	done    chan struct{}
	once    sync.Once
	samples atomic.Int64
	seen    []Violation // owned by the goroutine until done is closed
}

// Watch begins to look, at once and then at the given interval. Stop it to learn what it saw.
func Watch(interval time.Duration) *Watcher {
	w := &Watcher{reader: reader{suspects: true}, stop: make(chan struct{}), done: make(chan struct{})}
	w.sample()
	go w.run(interval)
	return w
}

func (w *Watcher) run(interval time.Duration) {
	defer close(w.done)
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-w.stop:
			w.sample()
			return
		case <-tick.C:
			w.sample()
		}
	}
}

// sample adds what is wrong now. A watcher that can't see must not stay silent: it panics.
func (w *Watcher) sample() {
	maps, err := w.reader.read()
	if err != nil {
		panic(fmt.Sprintf("testenv: watch: %v", err))
	}
	w.samples.Add(1)
	for _, v := range Violations(maps) {
		if v.Writable != v.Executable && !w.still(v) {
			continue
		}
		if !slices.Contains(w.seen, v) {
			w.seen = append(w.seen, v)
		}
	}
}

// still looks for a pair of mappings again. The kernel gives the maps in pieces of a page of text each, so that two
// lines may never have been true at the same time; one line always was.
func (w *Watcher) still(v Violation) bool {
	maps, err := Maps()
	return err != nil || slices.Contains(Aliases(maps), v)
}

// Samples is how often the Watcher has looked.
func (w *Watcher) Samples() int { return int(w.samples.Load()) }

// Stop looks a last time, ends the watch and gives every different violation seen.
func (w *Watcher) Stop() []Violation {
	w.once.Do(func() { close(w.stop) })
	<-w.done
	return w.seen
}
