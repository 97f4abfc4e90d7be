package main

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

func TestThisModule(t *testing.T) {
	complaints, err := check(os.DirFS("../../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range complaints {
		t.Error(c)
	}
}

func TestImports(t *testing.T) {
	const sys, here = "golang.org/x/sys/", module + "/"
	for _, c := range []struct {
		file, imported string
		want           string // part of the complaint; "" if it is fine
	}{
		{"asm/asm.go", "fmt", ""},
		{"asm/amd64/a.go", here + "asm/internal/core", ""},
		{"asm/amd64/a.go", here + "codebuf", "asm/... may import only"},
		{"asm/amd64/a_test.go", here + "codebuf", "asm/... may import only"},
		{"asm/amd64/a_test.go", here + "internal/testenv", ""},
		{"asm/amd64/a.go", here + "internal/testenv", "may import only"},
		{"asm/amd64/a.go", sys + "cpu", ""},
		{"asm/amd64/a.go", sys + "unix", "may import only"},
		{"asm/amd64/a.go", "golang.org/x/arch/x86/x86asm", ""},
		{"codebuf/a.go", here + "internal/vmem", ""},
		{"codebuf/a.go", here + "asm", "codebuf/... may import only"},
		{"codebuf/a_test.go", here + "asm", "codebuf/... may import only"},
		{"codebuf/a.go", sys + "unix", "may import only"},
		{"codebuf/a_test.go", sys + "unix", ""},
		{"codebuf/a.go", "unsafe", "unsafe only in"},
		{"codebuf/a_unsafe.go", "unsafe", ""},
		{"codebuf/a_test.go", "unsafe", ""},
		{"codebuf/a.go", "github.com/stretchr/testify/require", "may import only"},
		{"codebuf/a_test.go", "github.com/stretchr/testify/require", ""},
		{"codebuf/a_test.go", "github.com/stretchr/objx", "may import only"},
		{"examples/one/main.go", here + "codebuf", ""},
		{"examples/one/main.go", here + "asm/arm64", ""},
		{"examples/one/main.go", here + "asm/internal/core", "may import only"},
		{"examples/one/main.go", here + "internal/vmem", "may import only"},
		{"internal/vmem/a.go", sys + "unix", ""},
		{"internal/vmem/a.go", here + "codebuf", "may import only"},
		{"internal/vmem/a.go", "C", "no cgo"},
		{"internal/vmem/a.go", "unsafe", "unsafe only in"},
	} {
		why := forbidden(c.file, c.imported)
		if (why == "") != (c.want == "") || !strings.Contains(why, c.want) {
			t.Errorf("%s imports %s: %q, want %q", c.file, c.imported, why, c.want)
		}
	}
}

func TestTree(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	const good = "module " + module + "\n\ngo 1.26.0\n\nrequire golang.org/x/sys v0.1.0\n"
	const hidden = "package p\n\nimport \"C\"\n"
	for _, c := range []struct {
		name string
		tree fstest.MapFS
		want []string
	}{
		{"clean", fstest.MapFS{
			"go.mod": file(good), "asm/a.go": file("package asm\n"), "internal/bench/go.mod": file("module b\n"),
			"internal/bench/a.go": file(hidden), "asm/testdata/a.go": file(hidden), ".x/a.go": file(hidden),
		}, nil},
		{"other platform, linkname", fstest.MapFS{
			"go.mod":                file(good),
			"asm/a_plan9.go":        file("package asm\n\nimport \"golang.org/x/sys/unix\"\n"),
			"internal/tramp/a_s.go": file("package tramp\n\n//go:linkname f runtime.f\nfunc f()\n"),
		}, []string{"asm/a_plan9.go:3:8: imports golang.org/x/sys/unix", "internal/tramp/a_s.go:3:1: no go:linkname"}},
		{"newcomers", fstest.MapFS{
			"go.mod": file(good), "newcomer/a.go": file("package n\n"), "asmx/a.go": file("package n\n\nimport \"fmt\"\n"),
			"asm/new/a.go": file("package n\n"),
		}, []string{"asmx/a.go:1:1: no rule for the folder asmx", "newcomer/a.go:1:1: no rule for the folder newcomer"}},
		{"go.mod", fstest.MapFS{
			"go.mod": file(good + "require example.com/m v1.0.0\nrequire example.com/i v1.0.0 // indirect\n" +
				"replace example.com/m => ../m\ntool example.com/m\n"),
			"asm/a.go": file("package asm\n"),
		}, []string{"go.mod:6: requires example.com/m", "go.mod:8: replaces example.com/m", "go.mod:9: tool example.com/m"}},
	} {
		complaints, err := check(c.tree)
		if err != nil || len(complaints) != len(c.want) {
			t.Errorf("%s: %q, %v", c.name, complaints, err)
			continue
		}
		for i, want := range c.want {
			if !strings.HasPrefix(complaints[i], want) {
				t.Errorf("%s: %q, want %q", c.name, complaints[i], want)
			}
		}
	}
	for name, tree := range map[string]fstest.MapFS{
		"empty":     {"go.mod": file(good)},
		"elsewhere": {"go.mod": file("module example.com/m\n"), "asm/a.go": file("package asm\n")},
		"syntax":    {"go.mod": file(good), "asm/a.go": file("package\n")},
	} {
		if _, err := check(tree); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
