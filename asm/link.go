package asm

import (
	"fmt"
	"slices"
)

// Link makes one object of several, one behind the other, each as its alignment demands: what one refers to by a label of
// another is found by its name. A name that nobody refers to may be there more than once. A name that none of the objects
// has stays open, for a later Link. The gaps trap. The objects are not changed and share no memory with the result.
//
// Errors: ErrOperands for no object, a nil one, or objects of different targets; ErrLabel for a label that is referred to
// and defined twice.
func Link(objects ...*Object) (*Object, error) {
	if len(objects) == 0 || slices.Contains(objects, nil) {
		return nil, fmt.Errorf("asm: link: no object: %w", ErrOperands)
	}
	all := &Object{Arch: objects[0].Arch, Alignment: 1}
	for i, o := range objects {
		if o.Arch != all.Arch {
			return nil, fmt.Errorf("asm: link: object %d is for %v, the first for %v: %w", i, o.Arch, all.Arch, ErrOperands)
		}
		all.add(o)
	}
	if err := all.resolve(); err != nil {
		return nil, err
	}
	return all, nil
}

// add puts a copy of p behind o.
func (o *Object) add(p *Object) {
	gap := byte(0) // A64: zeros are UDF
	if o.Arch == AMD64 {
		gap = 0xcc // INT3
	}
	for len(o.Code)%p.Align() != 0 {
		o.Code = append(o.Code, gap)
	}
	at := len(o.Code)
	o.Code = append(o.Code, p.Code...)
	o.Alignment = max(o.Alignment, p.Align())
	for _, r := range p.Relocs {
		r.Offset += at
		if r.Local {
			r.Target += uint64(at)
		}
		o.Relocs = append(o.Relocs, r)
	}
	for _, s := range p.Symbols {
		s.Offset += at
		o.Symbols = append(o.Symbols, s)
	}
	for _, n := range p.Notes {
		n.Offset += at
		o.Notes = append(o.Notes, n)
	}
	for _, d := range p.Data {
		d.Offset += at
		o.Data = append(o.Data, d)
	}
}

// resolve turns relocations to symbols that the object has into local ones.
func (o *Object) resolve() error {
	for i := range o.Relocs {
		r := &o.Relocs[i]
		if r.Symbol == "" {
			continue
		}
		for _, s := range o.Symbols {
			if s.Name != r.Symbol {
				continue
			}
			if r.Local {
				return fmt.Errorf("asm: link: two labels %q: %w", s.Name, ErrLabel)
			}
			r.Local, r.Target = true, uint64(s.Offset)
		}
		if r.Local {
			r.Symbol = ""
		}
	}
	return nil
}
