package codebuf

import "github.com/wxjit/wxjit/internal/procmaps"

// Stats is where an arena's address space is, in bytes, and what was done. Free, Writable, Live, Padding, Quarantined
// and Poisoned add up to Reserved.
type Stats struct {
	Reserved    int // all of it
	Free        int // to be had by NewBuffer and Publish
	Writable    int // in buffers, and in publications under way
	Live        int // in code that can be called
	Padding     int // behind code, up to whole granules, and in guard pages
	Quarantined int // released, but somebody may be inside, or it waits to be reclaimed
	Poisoned    int // out of use: a refused change could not be undone

	Committed int // on pages that have memory
	Spare     int // of memory that was given back and kept, for what is published there next; not in Committed
	Codes     int // that can be called

	Mappings     int // of the kernel's, for the arena
	MappingLimit int // how many the kernel lets the process have in all (vm.max_map_count); 0 if that can't be read

	Publishes   int // calls of Publish that were good
	SystemCalls int // all, for the arena
}

// counts is what is counted as it happens; all but lost, publishes and codes in bytes.
type counts struct {
	writable, live, padding, quarantined int
	lost                                 int // granules
	publishes, codes                     int
}

// Stats counts. After Close all is zero.
func (a *Arena) Stats() Stats {
	a.mu.Lock()
	defer a.mu.Unlock()
	p := a.segments.Load()
	if p == nil {
		return Stats{}
	}
	s := Stats{
		Free:     a.heap.free * granule,
		Writable: a.counts.writable, Live: a.counts.live, Padding: a.counts.padding,
		Quarantined: a.counts.quarantined, Poisoned: a.counts.lost * granule,
		Codes: a.counts.codes, Publishes: a.counts.publishes, SystemCalls: a.kernel.Calls(),
		MappingLimit: procmaps.Limit(),
	}
	view, err := procmaps.Open()
	if err == nil {
		defer view.Close()
	}
	for _, seg := range *p {
		s.Reserved += seg.size
		s.Committed += seg.text.Committed()
		s.Spare += seg.text.Spare()
		for _, r := range seg.text.Ranges() {
			if view == nil {
				break
			}
			maps, err := view.Between(r.Addr, r.Addr+uintptr(r.Len))
			if err == nil {
				s.Mappings += len(maps)
			}
		}
		for _, c := range seg.chunks {
			if !c.open {
				s.Free += c.limit * granule
			}
			if !c.whole {
				s.Padding += c.size() - c.limit*granule
			}
		}
	}
	return s
}

// sizeOf gives the bytes of a block.
func (a *Arena) sizeOf(b block) (n int) {
	if b.chunks == 0 {
		return int(b.granules) * granule
	}
	for _, c := range a.chunksOf(b) {
		n += c.size()
	}
	return n
}
