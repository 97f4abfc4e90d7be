package asm

import "fmt"

// Object is finished code: bytes that run correctly at any address, but for the fields named in Relocs. It is
// plain data, owned by whoever holds it; reading it from several goroutines is safe as long as none writes.
type Object struct {
	Arch    Arch
	Code    []byte   // relocated fields hold zero
	Relocs  []Reloc  // by rising Offset
	Symbols []Symbol // bound labels that have a name, by rising Offset
	Notes   []Note   // comments for the listing, by rising Offset
	Data    []Span   // where Code is not instructions, by rising Offset

	// Alignment is what the address must be a multiple of, in bytes, a power of two.
	Alignment int
}

// Symbol is a named place in the code.
type Symbol struct {
	Offset int
	Name   string
}

// Note is a comment that the listing prints beside the instruction at Offset.
type Note struct {
	Offset int
	Text   string
}

// Span is a range of bytes.
type Span struct {
	Offset, Len int
}

// Len is the number of bytes that [Object.Place] writes.
func (o *Object) Len() int { return len(o.Code) }

// Align is the alignment that Place demands of the address, in bytes.
func (o *Object) Align() int { return max(o.Alignment, 1) }

// Targets gives the absolute addresses that o refers to, one for each relocation that is neither local nor open.
func (o *Object) Targets() (addrs []uintptr) {
	for _, r := range o.Relocs {
		if !r.Local && r.Symbol == "" {
			addrs = append(addrs, uintptr(r.Target))
		}
	}
	return addrs
}

// Name is that of the first symbol at offset 0, or "": what profiles and listings call the code.
func (o *Object) Name() string {
	if len(o.Symbols) > 0 && o.Symbols[0].Offset == 0 {
		return o.Symbols[0].Name
	}
	return ""
}

// Place writes the bytes of o as they must stand at address addr into dst, which must be at least Len bytes
// long. dst may lie anywhere: it need not be the memory at addr. A field that can't express its target from
// addr gives an error that wraps [ErrRange], as does an address that is not aligned; dst then holds nothing
// that may be run.
func (o *Object) Place(dst []byte, addr uintptr) error {
	if len(dst) < len(o.Code) {
		return fmt.Errorf("asm: place: %d bytes of code in %d bytes of room: %w", len(o.Code), len(dst), ErrRange)
	}
	if a := o.Align(); addr&uintptr(a-1) != 0 {
		return fmt.Errorf("asm: place: address %#x is not a multiple of %d: %w", addr, a, ErrRange)
	}
	copy(dst, o.Code)
	for _, r := range o.Relocs {
		if r.Offset < 0 || r.Offset > len(o.Code)-r.Kind.Size() {
			return fmt.Errorf("asm: place: relocation at %#x outside of %#x bytes of code: %w", r.Offset, len(o.Code), ErrRange)
		}
		if r.Symbol != "" {
			return fmt.Errorf("asm: place: nothing is known of %q: %w", r.Symbol, ErrLabel)
		}
		if err := r.place(dst[:len(o.Code)], uint64(addr)); err != nil {
			return fmt.Errorf("asm: place: relocation at %#x for address %#x: %w", r.Offset, addr, err)
		}
	}
	return nil
}
