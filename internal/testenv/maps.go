package testenv

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/wxjit/wxjit/internal/procmaps"
)

// Mapping is one line of /proc/self/maps.
type Mapping = procmaps.Mapping

// Maps reads /proc/self/maps.
func Maps() ([]Mapping, error) { return procmaps.Read() }

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
var suspects = sync.Pool{New: func() any { return &procmaps.Reader{Suspects: true} }}

// CheckWX reads the maps now. The error, if there is one, names what violates W^X.
func CheckWX() error {
	r := suspects.Get().(*procmaps.Reader)
	defer suspects.Put(r)
	maps, err := r.Read()
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
	reader  procmaps.Reader
	stop    chan struct{}
	done    chan struct{}
	once    sync.Once
	samples atomic.Int64
	seen    []Violation // owned by the goroutine until done is closed
}

// Watch begins to look, at once and then at the given interval. Stop it to learn what it saw.
func Watch(interval time.Duration) *Watcher {
	w := &Watcher{reader: procmaps.Reader{Suspects: true}, stop: make(chan struct{}), done: make(chan struct{})}
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

// sample adds what is wrong now. A watcher that can't see must not stay silent: it panics, but where a test has used
// up all descriptors.
func (w *Watcher) sample() {
	maps, err := w.reader.Read()
	if errors.Is(err, syscall.EMFILE) {
		return
	}
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
