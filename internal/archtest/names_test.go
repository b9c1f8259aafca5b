package archtest

import (
	"go/ast"
	"go/token"
	"path"
	"strconv"
	"strings"
	"testing"
)

// TestCallersCanNameWhatTheyGet: no exported function or method of a public
// package returns, or takes, a type that its caller cannot name: one that is not
// exported, or one of an internal package.
func TestCallersCanNameWhatTheyGet(t *testing.T) {
	seen := map[string]bool{}
	functions := 0
	for _, p := range list(t) {
		top, _, _ := strings.Cut(p.path, "/")
		switch top {
		case "graph", "nn", "train", "datasets":
		default:
			continue
		}
		if strings.Contains("/"+p.path+"/", "/internal/") {
			continue
		}
		seen[top] = true
		set, parsed := files(t, p.dir)
		own := map[string]bool{} // types that are not exported
		for _, f := range parsed {
			ast.Inspect(f, func(n ast.Node) bool {
				if s, ok := n.(*ast.TypeSpec); ok && !s.Name.IsExported() {
					own[s.Name.Name] = true
				}
				return true
			})
		}
		for _, f := range parsed {
			hidden := internals(t, f)
			eachExported(f, func(name string, typ *ast.FuncType) {
				functions++
				for _, list := range []*ast.FieldList{typ.Params, typ.Results} {
					for _, bad := range unnameable(list, own, hidden) {
						t.Errorf("%v: %s.%s has a %s, which its caller cannot name", set.Position(typ.Pos()), p.path, name, bad)
					}
				}
			})
		}
	}
	if len(seen) != 4 || functions < 300 {
		t.Errorf("only %d functions were found, in %v", functions, seen)
	}
}

// internals returns the names by which a file imports internal packages.
func internals(t *testing.T, f *ast.File) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, s := range f.Imports {
		from, err := strconv.Unquote(s.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains("/"+from+"/", "/internal/") {
			continue
		}
		name := path.Base(from)
		if s.Name != nil {
			name = s.Name.Name
		}
		names[name] = true
	}
	return names
}

// eachExported calls f for each exported function, method of an exported type, and
// method of an exported interface.
func eachExported(file *ast.File, f func(name string, typ *ast.FuncType)) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && (d.Recv == nil || receiver(d).IsExported()) {
				f(d.Name.Name, d.Type)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				spec, ok := s.(*ast.TypeSpec)
				if !ok || !spec.Name.IsExported() {
					continue
				}
				of, ok := spec.Type.(*ast.InterfaceType)
				if !ok {
					continue
				}
				for _, m := range of.Methods.List {
					if typ, ok := m.Type.(*ast.FuncType); ok && m.Names[0].IsExported() {
						f(spec.Name.Name+"."+m.Names[0].Name, typ)
					}
				}
			}
		}
	}
}

// receiver returns the name of the type of which d is a method.
func receiver(d *ast.FuncDecl) *ast.Ident {
	var name *ast.Ident
	ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && name == nil {
			name = id
		}
		return name == nil
	})
	return name
}

// unnameable lists the types in a list of parameters or results that are among
// the package's own that are not exported, or of hidden packages.
func unnameable(list *ast.FieldList, own, hidden map[string]bool) (bad []string) {
	if list == nil {
		return nil
	}
	for _, field := range list.List {
		ast.Inspect(field.Type, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && hidden[x.Name] {
					bad = append(bad, x.Name+"."+n.Sel.Name)
				}
				return false
			case *ast.Ident:
				if own[n.Name] && !token.IsExported(n.Name) {
					bad = append(bad, n.Name)
				}
			}
			return true
		})
	}
	return bad
}
