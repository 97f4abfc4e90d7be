package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
)

// readOps gives the names of the constants of type Op in x86asm.
func readOps(dir string) (map[string]bool, error) {
	ops := map[string]bool{}
	for _, name := range []string{"tables.go", "avx_tables.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, "x86", "x86asm", name), nil, 0)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			isOp := false
			for _, s := range g.Specs {
				v := s.(*ast.ValueSpec)
				if t, ok := v.Type.(*ast.Ident); ok {
					isOp = t.Name == "Op"
				}
				if isOp {
					for _, n := range v.Names {
						ops[n.Name] = true
					}
				}
			}
		}
	}
	delete(ops, "_")
	return ops, nil
}
