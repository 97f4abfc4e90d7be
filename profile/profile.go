// Package profile puts the names of generated code into CPU profiles of the process. It is a module of its own, so that
// codebuf needs nothing of pprof's.
//
// A profile as runtime/pprof writes it shows code that has a name ([codebuf.Code.SetName]) as tramp.generated, below the
// Go functions that called it. [Rename] gives each the name that it has:
//
//	var buf bytes.Buffer
//	pprof.StartCPUProfile(&buf)
//	...
//	pprof.StopCPUProfile()
//	err := profile.Rename(&buf, file)
//
// Then look at it as at any other:
//
//	go tool pprof -top program file
//	go tool pprof -traces program file
package profile

import (
	"fmt"
	"io"

	"github.com/google/pprof/profile"

	"github.com/wxjit/wxjit/codebuf"
)

// Rename reads a CPU profile of this process and writes it with the names of generated code. It is for profiles that ended a
// short while ago: the names of released code are kept until about a thousand others have been given.
func Rename(r io.Reader, w io.Writer) error {
	p, err := profile.Parse(r)
	if err != nil {
		return fmt.Errorf("profile: rename: %w", err)
	}
	functions := map[string]*profile.Function{}
	for _, l := range p.Location {
		name, ok := codebuf.NameOf(l.Address)
		if !ok {
			continue
		}
		f := functions[name]
		if f == nil {
			f = &profile.Function{ID: uint64(len(p.Function) + 1), Name: name, SystemName: name, Filename: "generated code"}
			functions[name] = f
			p.Function = append(p.Function, f)
		}
		l.Line = []profile.Line{{Function: f}}
	}
	if err := p.CheckValid(); err != nil {
		return fmt.Errorf("profile: rename: %w", err)
	}
	if err := p.Write(w); err != nil {
		return fmt.Errorf("profile: rename: %w", err)
	}
	return nil
}
