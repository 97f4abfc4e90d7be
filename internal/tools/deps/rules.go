package main

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

const (
	module  = "github.com/wxjit/wxjit"
	cpu     = "golang.org/x/sys/cpu"
	unix    = "golang.org/x/sys/unix"
	xarch   = "golang.org/x/arch/..."
	testify = "github.com/stretchr/testify/..."
)

// requirements is what the root module may require directly.
var requirements = []string{"github.com/stretchr/testify", "golang.org/x/arch", "golang.org/x/sys"}

// rule says what the files of some folders may import beside the standard library. Folders are relative to the
// module, packages of this module too; "a/..." is a and all below it.
type rule struct {
	folders string
	imports []string
}

// rules hold the dependency direction of ARCHITECTURE.md: examples -> codebuf, asm; codebuf ->
// internal/{vmem,icache,tramp,procmaps}; asm and codebuf never meet. The first rule that matches a folder is its rule.
// A folder without one is an error, so that a new package begins with a decision.
var rules = []rule{
	{"asm/...", []string{"asm/...", "internal/disasm", xarch, cpu}},
	{"codebuf/disasm", []string{"codebuf", "codebuf/internal/listing", "internal/disasm"}},
	{"codebuf/...", []string{"codebuf/internal/listing", "internal/vmem", "internal/icache", "internal/tramp", "internal/procmaps"}},
	{"examples/...", []string{"examples/...", "asm", "asm/amd64", "asm/arm64", "codebuf", cpu}},
	{"internal/vmem", []string{cpu, unix}},
	{"internal/procmaps", nil},
	{"internal/icache", []string{"internal/vmem", cpu, unix}},
	{"internal/tramp", []string{"internal/vmem", "internal/icache", cpu, unix}},
	{"internal/disasm", []string{"asm", xarch}},
	{"internal/asmgen/...", []string{"asm/...", "internal/asmgen/...", "internal/disasm", xarch}},
	{"internal/semantics/...", []string{"asm/...", "codebuf"}},
	{"internal/testenv", []string{"internal/vmem", "internal/procmaps", cpu, unix, testify}},
}

// inTests is what any test file may import as well. asm and codebuf are not among it: their tests keep apart too.
var inTests = []string{"internal/...", testify, unix, cpu, xarch}

// forbidden says why the file must not import what it does, or "".
func forbidden(file, imported string) string {
	name := path.Base(file)
	test := strings.HasSuffix(name, "_test.go")
	switch imported {
	case "C":
		return "no cgo in this module"
	case "unsafe":
		if test || strings.HasSuffix(name, "_unsafe.go") {
			return ""
		}
		return "unsafe only in *_unsafe.go, assembly and tests"
	}
	r := ruleFor(file)
	if r == nil {
		return "" // the file has its own complaint
	}
	local, ours := strings.CutPrefix(imported, module+"/")
	if !ours {
		local = imported
		if root, _, _ := strings.Cut(imported, "/"); !strings.Contains(root, ".") {
			return "" // standard library
		}
	}
	may := func(pattern string) bool { return matches(pattern, local) }
	if slices.ContainsFunc(r.imports, may) || test && slices.ContainsFunc(inTests, may) {
		return ""
	}
	return fmt.Sprintf("%s may import only %s", r.folders, strings.Join(r.imports, ", "))
}

// ruleFor gives the rule of the file's folder, or nil.
func ruleFor(file string) *rule {
	for i := range rules {
		if matches(rules[i].folders, path.Dir(file)) {
			return &rules[i]
		}
	}
	return nil
}

// matches tells whether name is what pattern stands for.
func matches(pattern, name string) bool {
	dir, below := strings.CutSuffix(pattern, "/...")
	return name == dir || below && strings.HasPrefix(name, dir+"/")
}
