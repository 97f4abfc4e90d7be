package codebuf

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/wxjit/wxjit/internal/icache"
	"github.com/wxjit/wxjit/internal/tramp"
	"github.com/wxjit/wxjit/internal/vmem"
)

// Publish makes code of blobs: all of them or, with an error, none. They are packed side by side, among code that is
// executed meanwhile and not disturbed. Everything that has to be done with the kernel and the other cores is done
// once for all of them: many in one call cost a small part of what they cost one by one.
//
// The addresses are chosen first; then each blob's Place is called, with no lock held, for memory that can't be
// executed. The errors are ErrNoSpace, ErrClosed, a *VMError; ErrArgument for a blob that is nil, empty, or whose
// alignment is no power of two up to a page; what a Place returns; and ErrReleased for a [Referrer] whose target is in
// released code. After a *VMError that says Poisoned some address space is out of use, see Stats.
func (a *Arena) Publish(blobs ...Blob) ([]*Code, error) {
	p, err := newPublication(a, blobs)
	if err != nil {
		return nil, fmt.Errorf("codebuf: publish: %w", err)
	}
	if len(blobs) == 0 {
		return nil, nil
	}
	if err := p.allocate(); err != nil {
		return nil, fmt.Errorf("codebuf: publish: %w", err)
	}
	defer p.end()
	if err := p.place(blobs); err != nil {
		return nil, fmt.Errorf("codebuf: publish: %w", err)
	}
	codes, err := p.insert()
	if err != nil {
		return nil, fmt.Errorf("codebuf: publish: %w", err)
	}
	return codes, nil
}

// publication is blobs on their way to being code.
type publication struct {
	arena *Arena
	parts []part
	more  []*more // of each part, or nil if there is none
	bytes []byte  // of all parts, each in whole granules
	state state
}

// publications that have ended lend their memory to others. To allocate that much each time would cost a page fault for
// each page.
var publications = sync.Pool{New: func() any { return new(publication) }}

// end gives back what is not code by then.
func (p *publication) end() {
	p.abandon()
	*p = publication{parts: p.parts[:0], bytes: p.bytes[:0]}
	publications.Put(p)
}

// state says what there is to give back.
type state int

const (
	pending   state = iota // addresses, which hold traps
	touched                // addresses, which may hold anything
	published              // nothing
)

// newPublication asks the blobs what they need.
func newPublication(a *Arena, blobs []Blob) (*publication, error) {
	p := publications.Get().(*publication)
	p.arena = a
	for i, b := range blobs {
		if b == nil {
			return nil, fmt.Errorf("blob %d is nil: %w", i, ErrArgument)
		}
		n, align := b.Len(), b.Align()
		if n < 1 || align < 1 || align&(align-1) != 0 || align > vmem.PageSize {
			return nil, fmt.Errorf("blob %d: %d bytes, aligned to %d: %w", i, n, align, ErrArgument)
		}
		if n > a.config.Limit {
			return nil, fmt.Errorf("blob %d: %d bytes in an arena of %d: %w", i, n, a.config.Limit, ErrNoSpace)
		}
		p.parts = append(p.parts, part{n: n, align: align})
	}
	return p, nil
}

// allocate finds addresses.
func (p *publication) allocate() error {
	a := p.arena
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.usable(); err != nil {
		return err
	}
	if err := a.allocate(p.parts); err != nil {
		return err
	}
	for i := range p.parts {
		p.parts[i].addr = a.addr(p.parts[i].place)
		a.counts.writable += a.sizeOf(p.parts[i].block)
	}
	return nil
}

// place has the blobs write their bytes.
func (p *publication) place(blobs []Blob) error {
	total := 0
	for i := range p.parts {
		total += int(p.parts[i].granules) * granule
	}
	p.bytes = slices.Grow(p.bytes[:0], total)[:total]
	rest := p.bytes
	for i, b := range blobs {
		part := &p.parts[i]
		var dst []byte
		size := int(part.granules) * granule
		dst, rest = rest[:size:size], rest[size:]
		fillTraps(dst[part.n&^3:])
		clear(dst[:part.n])
		if err := b.Place(dst[:part.n:part.n], part.addr); err != nil {
			return fmt.Errorf("blob %d at %#x: %w", i, part.addr, err)
		}
		if names := appendName(nil, b, 0); names != nil {
			p.moreOf(i).names = names
		}
		if r, ok := b.(Referrer); ok {
			if err := p.refer(i, r.Targets()); err != nil {
				return fmt.Errorf("blob %d at %#x: %w", i, part.addr, err)
			}
		}
	}
	return nil
}

// refer keeps in memory what part i refers to. Targets in the publication itself are not found, and needn't be.
func (p *publication) refer(i int, targets []uintptr) error {
	a := p.arena
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, t := range targets {
		c := a.lookup(t)
		if c == nil {
			continue
		}
		if !c.live() {
			return fmt.Errorf("target %#x: %w", t, c.ended())
		}
		c.users++
		m := p.moreOf(i)
		m.uses = append(m.uses, c)
	}
	return nil
}

// insert makes the bytes executable, and code of them.
func (p *publication) insert() ([]*Code, error) {
	a := p.arena
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.usable(); err != nil {
		return nil, err
	}
	p.state = touched
	if err := a.write(p.parts, p.bytes); err != nil {
		return nil, err
	}
	p.state = published
	a.counts.publishes++
	codes := make([]*Code, len(p.parts))
	var memory []Code
	for i := range p.parts {
		part := &p.parts[i]
		if len(memory) == 0 {
			memory = make([]Code, min(codesAtOnce, len(p.parts)-i))
		}
		a.counts.writable -= a.sizeOf(part.block)
		var m *more
		if p.more != nil {
			m = p.more[i]
		}
		codes[i], memory = &memory[0], memory[1:]
		a.begin(codes[i], part.addr, part.block, part.n, m)
	}
	return codes, nil
}

// moreOf gives what there is of part i, to be written to.
func (p *publication) moreOf(i int) *more {
	if p.more == nil {
		p.more = make([]*more, len(p.parts))
	}
	if p.more[i] == nil {
		p.more[i] = new(more)
	}
	return p.more[i]
}

// codesAtOnce is how many Codes are one piece of memory. Each by itself would cost more than all the rest that is done for
// it; and who keeps one in memory keeps the others of its piece and their names, but no more than that.
const codesAtOnce = 8

// begin makes c the code that a block holds, which is at addr.
func (a *Arena) begin(c *Code, addr uintptr, b block, n int, m *more) {
	*c = Code{
		arena: a, n: n, block: b, more: m,
		target: tramp.Target{Entry: addr, State: tramp.Returned},
	}
	a.enter(c)
	a.counts.codes++
	a.counts.live += n
	a.counts.padding += a.sizeOf(b) - n
}

// write puts the bytes of parts, which lie one behind the other in whole granules, where they are to be executed, and
// makes every core execute them.
func (a *Arena) write(parts []part, bytes []byte) error {
	// Parts that lie side by side are one patch.
	patches := make([]located, 0, 1)
	var end place
	for i := range parts {
		b, n := parts[i].block, int(parts[i].granules)*granule
		if last := len(patches) - 1; i > 0 && b.place == end && b.place.index() > 0 {
			// The bytes lie side by side too: what follows in memory is this part's.
			whole := patches[last].Bytes
			patches[last].Bytes = whole[:len(whole)+n]
		} else {
			seg, off := a.locate(b.place)
			patches = append(patches, located{seg, vmem.Patch{Off: off, Bytes: bytes[:n]}})
		}
		bytes = bytes[n:]
		end = b.place + place(b.granules)
	}
	if err := a.writeLocated(patches); err != nil {
		return err
	}
	if err := icache.Sync(a.kernel); err != nil {
		return err
	}
	return a.freeze(patches)
}

// located is a patch for a segment.
type located struct {
	seg *segment
	vmem.Patch
}

// writeLocated sorts patches and has them written.
func (a *Arena) writeLocated(patches []located) error {
	slices.SortFunc(patches, func(x, y located) int {
		if x.seg != y.seg {
			return cmp.Compare(x.seg.base, y.seg.base)
		}
		return cmp.Compare(x.Off, y.Off)
	})
	list := make([]vmem.Patch, 0, len(patches))
	for i, p := range patches {
		list = append(list, p.Patch)
		if i+1 == len(patches) || patches[i+1].seg != p.seg {
			if err := p.seg.text.Write(list); err != nil {
				return a.withhold(err)
			}
			list = list[:0]
		}
	}
	return nil
}

// sealShare is which part of a chunk may be free when it is full enough to be sealed, and which must have been
// published there since it was made or made anew: to change a sealed one costs as much as writing all of it.
const sealShare = 64

// freeze seals the files that patches went to, if they are to be.
func (a *Arena) freeze(patches []located) error {
	for _, p := range patches {
		first, last := p.Off/chunkSize, (p.Off+len(p.Bytes)-1)/chunkSize
		for _, c := range p.seg.chunks[first : last+1] {
			c.written += min(p.Off+len(p.Bytes), c.off+c.size()) - max(p.Off, c.off)
			full := c.free < c.limit/sealShare && c.written >= c.size()/sealShare
			if !a.config.SealEach && !full {
				continue
			}
			if err := p.seg.text.Freeze(c.off, c.size()); err != nil {
				return err
			}
			c.written = 0
		}
	}
	return nil
}

// abandon gives back what a publication holds that has not become code.
func (p *publication) abandon() {
	if p.state == published {
		return
	}
	a := p.arena
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.segments.Load() == nil {
		return
	}
	for i := range p.parts {
		b := p.parts[i].block
		a.counts.writable -= a.sizeOf(b)
		if p.state == pending {
			a.release(b)
		} else {
			a.spoil(b)
		}
	}
	for _, m := range p.more {
		if m != nil {
			a.drop(m.uses)
		}
	}
}
