// Command deps checks that the module's imports go where ARCHITECTURE.md says: down. It reads every Go file, whatever
// its build constraints, so that one run speaks for all platforms, and needs no type checking. It also holds what
// the module as a whole promises: no cgo, no go:linkname, three requirements.
//
//	go -C internal/tools run ./deps ../..
package main

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: deps ROOT")
		os.Exit(2)
	}
	complaints, err := check(os.DirFS(os.Args[1]))
	if err != nil {
		fmt.Fprintln(os.Stderr, "deps:", err)
		os.Exit(2)
	}
	for _, c := range complaints {
		fmt.Println(c)
	}
	if complaints != nil {
		os.Exit(1)
	}
}

// check reads the module at the root of tree, and leaves out modules within it.
func check(tree fs.FS) (complaints []string, err error) {
	text, err := fs.ReadFile(tree, "go.mod")
	if err != nil {
		return nil, err
	}
	if complaints, err = checkRequirements(text); err != nil {
		return nil, err
	}
	files := 0
	err = fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return skip(tree, name)
		case path.Ext(name) != ".go":
			return nil
		}
		files++
		found, err := checkFile(tree, name)
		complaints = append(complaints, found...)
		return err
	})
	if err == nil && files == 0 {
		err = errors.New("no Go files: is this the module's root?")
	}
	return complaints, err
}

// skip gives fs.SkipDir for folders that are not part of the module's packages.
func skip(tree fs.FS, dir string) error {
	if dir == "." {
		return nil
	}
	if base := path.Base(dir); base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return fs.SkipDir
	}
	if _, err := fs.Stat(tree, path.Join(dir, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

func checkFile(tree fs.FS, name string) (complaints []string, err error) {
	text, err := fs.ReadFile(tree, name)
	if err != nil {
		return nil, err
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	complain := func(pos token.Pos, format string, args ...any) {
		complaints = append(complaints, fmt.Sprintf("%v: %s", set.Position(pos), fmt.Sprintf(format, args...)))
	}
	if ruleFor(name) == nil {
		complain(file.Package, "no rule for the folder %s in internal/tools/deps/rules.go", path.Dir(name))
	}
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		if why := forbidden(name, imported); why != "" {
			complain(spec.Pos(), "imports %s: %s", imported, why)
		}
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "//go:linkname ") {
				complain(c.Pos(), "no go:linkname in this module")
			}
		}
	}
	return complaints, nil
}

// checkRequirements holds the root go.mod to what users should have to download.
func checkRequirements(text []byte) (complaints []string, err error) {
	mod, err := modfile.Parse("go.mod", text, nil)
	if err != nil {
		return nil, err
	}
	if mod.Module == nil || mod.Module.Mod.Path != module {
		return nil, fmt.Errorf("go.mod is not that of %s", module)
	}
	for _, r := range mod.Require {
		if !r.Indirect && !slices.Contains(requirements, r.Mod.Path) {
			complaints = append(complaints, fmt.Sprintf("go.mod:%d: requires %s: only %s may be required", r.Syntax.Start.Line, r.Mod.Path, strings.Join(requirements, ", ")))
		}
	}
	for _, r := range mod.Replace {
		complaints = append(complaints, fmt.Sprintf("go.mod:%d: replaces %s: users of the module would not see that", r.Syntax.Start.Line, r.Old.Path))
	}
	for _, t := range mod.Tool {
		complaints = append(complaints, fmt.Sprintf("go.mod:%d: tool %s belongs in internal/tools/go.mod", t.Syntax.Start.Line, t.Path))
	}
	return complaints, nil
}
