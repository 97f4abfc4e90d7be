// Package profile puts the names of generated functions into CPU profiles.
//
// A profile by [runtime/pprof] has generated code in it, below the Go functions that call it, but not its names: those
// are known to codebuf while the process runs. So a profile is rewritten in the process that it is of:
//
//	var raw bytes.Buffer
//	err := pprof.StartCPUProfile(&raw)
//	...
//	pprof.StopCPUProfile()
//	err = profile.Rewrite(file, &raw)
//
// Then `go tool pprof -top file` names each function as its [codebuf.Namer] did, and -traces shows it under its caller.
// With -addresses there is a line for every 16 bytes of code. [codebuf.ProfileSymbols] says what can be missing.
//
// It is a module of its own, so that codebuf does not depend on github.com/google/pprof.
package profile

import (
	"fmt"
	"io"

	"github.com/google/pprof/profile"

	"github.com/wxjit/wxjit/codebuf"
)

// Rewrite reads a CPU profile of this process from src, in the format that runtime/pprof writes, and writes it to dst with
// names, compressed. Rewrite each profile once, when it has ended, and in their order: see [codebuf.ProfileSymbols]. The
// error is that of reading, of the format, or of writing. A profile without generated code comes out as it was.
func Rewrite(dst io.Writer, src io.Reader) error {
	p, err := profile.Parse(src)
	if err != nil {
		return fmt.Errorf("profile: rewrite: %w", err)
	}
	Name(p)
	if err := p.Write(dst); err != nil {
		return fmt.Errorf("profile: rewrite: %w", err)
	}
	return nil
}

// Name does what Rewrite does to a profile that has been parsed, in place. A location in generated code gets its own
// address, the mapping "[generated]", and a line that has a function with the name that was published, as Name and as
// SystemName; the number of the line is the offset in the function, in bytes, rounded down to a multiple of 16 from the
// first byte of the code.
func Name(p *profile.Profile) {
	n := namer{profile: p, functions: map[function]*profile.Function{}}
	for _, f := range p.Function {
		n.lastFunction = max(n.lastFunction, f.ID)
	}
	symbols := codebuf.ProfileSymbols()
	for _, l := range p.Location {
		if s, ok := symbols[uintptr(l.Address)]; ok {
			n.name(l, s)
		}
	}
}

// namer is what is added to a profile.
type namer struct {
	profile      *profile.Profile
	functions    map[function]*profile.Function
	lastFunction uint64
	mapping      *profile.Mapping
}

// function tells functions apart: there may be several with one name.
type function struct {
	name string
	addr uintptr
}

func (n *namer) name(l *profile.Location, s codebuf.ProfileSymbol) {
	f := function{s.Name, s.Addr - uintptr(s.Offset)}
	if n.functions[f] == nil {
		n.lastFunction++
		n.functions[f] = &profile.Function{ID: n.lastFunction, Name: f.name, SystemName: f.name}
		n.profile.Function = append(n.profile.Function, n.functions[f])
	}
	l.Line = []profile.Line{{Function: n.functions[f], Line: int64(s.Offset)}}
	if s.Addr != 0 {
		l.Address = uint64(s.Addr)
		l.Mapping = n.cover(l.Address)
	}
}

// cover gives the mapping of generated code, made to include addr.
func (n *namer) cover(addr uint64) *profile.Mapping {
	if n.mapping == nil {
		n.mapping = &profile.Mapping{Start: addr, File: "[generated]", HasFunctions: true}
		for _, m := range n.profile.Mapping {
			n.mapping.ID = max(n.mapping.ID, m.ID)
		}
		n.mapping.ID++
		n.profile.Mapping = append(n.profile.Mapping, n.mapping)
	}
	n.mapping.Start = min(n.mapping.Start, addr)
	n.mapping.Limit = max(n.mapping.Limit, addr+16)
	return n.mapping
}
