// Package procmaps reads what the kernel says about the memory of this process: /proc/self/maps, as text or, where the
// kernel can do that (Linux 6.11), by asking for one mapping after another.
package procmaps

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
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

// Read reads /proc/self/maps. Under qemu-user it is the guest's memory, which is what we want.
func Read() ([]Mapping, error) {
	var r Reader
	return r.Read()
}

// Parse reads text in the format of /proc/self/maps.
func Parse(text []byte) ([]Mapping, error) {
	var r Reader
	return r.parse(text)
}

// View is /proc/self/maps, open. Where the kernel can be asked, each answer is of its own instant; else all are of the
// one when the first was given.
type View struct {
	file *os.File
	text bool // the kernel can't be asked
	all  []Mapping
}

// Open opens the maps. They are to be closed.
func Open() (*View, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return &View{file: f}, nil
}

// Close ends the view.
func (v *View) Close() error { return v.file.Close() }

// Between gives the mappings that have a byte from lo to below hi in them.
func (v *View) Between(lo, hi uintptr) (list []Mapping, err error) {
	err = v.each(Any, lo, hi, func(m Mapping) { list = append(list, m) })
	return list, err
}

// Each calls f for every mapping of the process that has all of the properties.
func (v *View) Each(properties Properties, f func(Mapping)) error {
	return v.each(properties, 0, ^uintptr(0), f)
}

func (v *View) each(properties Properties, lo, hi uintptr, f func(Mapping)) (err error) {
	for addr := lo; !v.text; {
		m, found, known := Find(v.file, addr, properties)
		switch {
		case !known:
			v.text = true
			v.all, err = new(Reader).readFrom(v.file)
		case !found || m.Start >= hi:
			return nil
		default:
			f(m)
			addr = m.End
		}
	}
	for _, m := range v.all {
		if m.End > lo && m.Start < hi && m.has(properties) {
			f(m)
		}
	}
	return err
}

func (m Mapping) has(p Properties) bool {
	return (p&Writable == 0 || m.Writable()) && (p&Executable == 0 || m.Executable()) && (p&Shared == 0 || m.Shared()) &&
		(p&FileBacked == 0 || m.Inode != 0)
}

const path = "/proc/self/maps"

// Limit is how many mappings the process may have, or 0 if that can't be read: vm.max_map_count of sysctl(8).
var Limit = sync.OnceValue(func() int {
	text, err := os.ReadFile("/proc/sys/vm/max_map_count")
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return n
})

// Reader reads the maps again and again without allocating much, so that it costs little and disturbs no test that
// counts allocations. What it returns is good until the next read.
type Reader struct {
	Suspects bool // leave out what can be no part of a violation of W^X; one violation is enough

	asked *os.File // the maps, where the kernel can be asked about them
	text  bytes.Buffer
	maps  []Mapping
	names map[string]string
}

// Read gives the mappings by rising address.
func (r *Reader) Read() ([]Mapping, error) {
	if r.asked != nil {
		if maps, ok := r.ask(r.asked); ok {
			return maps, nil
		}
	}
	f, err := os.Open(path) // anew each time: qemu-user writes the text at open
	if err != nil {
		return nil, err
	}
	if r.Suspects && r.asked == nil {
		if _, _, known := Find(f, 0, Any); known {
			r.asked = f
			return r.Read()
		}
	}
	maps, err := r.readFrom(f)
	return maps, errors.Join(err, f.Close())
}

// ask asks the kernel for suspects: that takes microseconds, the text of thousands of mappings milliseconds. It is not
// ok if that does not tell.
func (r *Reader) ask(f *os.File) (maps []Mapping, ok bool) {
	both, found, known := Find(f, 0, Writable|Executable)
	if found {
		r.maps = append(r.maps[:0], both)
		return r.maps, true
	}
	_, found, _ = Find(f, 0, Writable|Shared)
	return nil, known && !found
}

func (r *Reader) readFrom(f *os.File) ([]Mapping, error) {
	r.text.Reset()
	if _, err := r.text.ReadFrom(f); err != nil {
		return nil, err
	}
	return r.parse(r.text.Bytes())
}

func (r *Reader) parse(text []byte) ([]Mapping, error) {
	r.maps = r.maps[:0]
	for line := range bytes.Lines(text) {
		if r.Suspects && !suspect(line) {
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
func (r *Reader) line(s []byte) (Mapping, error) {
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

func (r *Reader) intern(b []byte) string {
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
