package codebuf

import (
	"fmt"

	"github.com/wxjit/wxjit/internal/procmaps"
)

// Report is what an Audit found.
type Report struct {
	// Violations says what should not be, in words that name the address; none is how it ought to be.
	Violations []string
	// Mappings is the number of mappings looked at.
	Mappings int
}

// Audit compares what the kernel says about the memory of this process with what it should be: no page is writable and
// executable, nothing of the arena has a second mapping, and every page of it allows what the arena has on record. It
// takes some microseconds where the kernel can be asked about single mappings (Linux 6.11), else what reading
// /proc/self/maps takes. Publishing waits for it; calls don't. The errors are ErrClosed, and those of reading.
func (a *Arena) Audit() (Report, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var r Report
	p := a.segments.Load()
	if p == nil {
		return r, fmt.Errorf("codebuf: audit: arena: %w", ErrClosed)
	}
	view, err := procmaps.Open()
	if err != nil {
		return r, fmt.Errorf("codebuf: audit: %w", err)
	}
	defer view.Close()
	for _, s := range *p {
		for _, want := range s.text.Ranges() {
			if err := r.compare(view, want.Addr, want.Addr+uintptr(want.Len), want.Protection.String()); err != nil {
				return r, fmt.Errorf("codebuf: audit: %w", err)
			}
		}
	}
	if err := r.all(view, a); err != nil {
		return r, fmt.Errorf("codebuf: audit: %w", err)
	}
	return r, nil
}

// compare looks at the mappings from lo to hi, all of which should allow what prot says.
func (r *Report) compare(view *procmaps.View, lo, hi uintptr, prot string) error {
	list, err := view.Between(lo, hi)
	if err != nil {
		return err
	}
	r.Mappings += len(list)
	next := lo
	for _, m := range list {
		if m.Start > next {
			r.add("not mapped: [%#x,%#x), should be %s", next, m.Start, prot)
		}
		if m.Prot[:3] != prot {
			r.add("not as recorded: [%#x,%#x) is %s, should be %s", max(m.Start, lo), min(m.End, hi), m.Prot[:3], prot)
		}
		next = m.End
	}
	if next < hi {
		r.add("not mapped: [%#x,%#x), should be %s", next, hi, prot)
	}
	return nil
}

// all looks at all mappings of the process for such that are writable and executable, and for second ones of files
// that are executed in the arena.
func (r *Report) all(view *procmaps.View, a *Arena) error {
	err := view.Each(procmaps.Writable|procmaps.Executable, func(m procmaps.Mapping) {
		r.Mappings++
		r.add("writable and executable: %v", m)
	})
	if err != nil {
		return err
	}
	type file struct {
		dev   string
		inode uint64
	}
	ours := map[file]bool{}
	var others []procmaps.Mapping
	err = view.Each(procmaps.FileBacked, func(m procmaps.Mapping) {
		r.Mappings++
		if a.segment(m.Start) != nil {
			ours[file{m.Dev, m.Inode}] = true
		} else {
			others = append(others, m)
		}
	})
	for _, m := range others {
		if ours[file{m.Dev, m.Inode}] {
			r.add("a second mapping of code: %v", m)
		}
	}
	return err
}

func (r *Report) add(format string, args ...any) {
	r.Violations = append(r.Violations, fmt.Sprintf(format, args...))
}
