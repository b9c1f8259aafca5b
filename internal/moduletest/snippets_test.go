package moduletest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/printer"
	"go/token"
	"go/types"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// snippet is a block of Go in a guide.
type snippet struct {
	file  string
	line  int    // of its first line
	given string // parameters, such as "ctx context.Context, model *nn.Model"
	text  string
}

var givenComment = regexp.MustCompile(`^<!-- given: (.*) -->$`)

// snippets returns the Go blocks of a guide. A comment in the line before a
// block declares what the block uses and does not define:
//
//	<!-- given: ctx context.Context, model *nn.Model -->
func snippets(t *testing.T, file string) []snippet {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []snippet
	var current *snippet
	given := ""
	for i, line := range strings.Split(string(text), "\n") {
		switch {
		case current == nil && strings.TrimSpace(line) == "```go":
			current = &snippet{file: file, line: i + 2, given: given}
		case current != nil && strings.TrimSpace(line) == "```":
			all, current = append(all, *current), nil
		case current != nil:
			current.text += line + "\n"
		}
		given = ""
		if m := givenComment.FindStringSubmatch(line); m != nil {
			given = m[1]
		}
	}
	if current != nil {
		t.Fatalf("%s:%d: the block has no end", file, current.line)
	}
	return all
}

// standard are the packages of the standard library that a snippet may use
// without an import.
var standard = []string{"context", "embed", "errors", "fmt", "io", "iter", "log", "net/http", "os", "slices", "strings"}

// source makes a file of a snippet: of declarations as they are, of statements
// as the body of a function.
func (s snippet) source(packages map[string]string) string {
	var b strings.Builder
	b.WriteString("package snippet\n")
	for name, importPath := range packages {
		if !strings.Contains(s.text, `"`+importPath+`"`) && strings.Contains(s.text+s.given, name+".") {
			fmt.Fprintf(&b, "import %q\n", importPath)
		}
	}
	text := strings.Replace(s.text, "package main\n", "\n", 1) // of a whole program
	body := fmt.Sprintf("//line %s:%d\n%s", s.file, s.line, text)
	if _, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+text, 0); err == nil {
		return b.String() + body
	}
	return fmt.Sprintf("%s\nfunc _(%s) error {\n%s\npanic(0)\n}\n", &b, s.given, body)
}

// TestSnippets type-checks every block of Go in the guides. Its variables need
// not be used.
func TestSnippets(t *testing.T) {
	args := append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}",
		"./graph/...", "./nn/...", "./train/...", "./datasets/..."}, standard...)
	module := goCmd(t, root(t), "list", "-m")
	exports, packages := map[string]string{}, map[string]string{}
	for line := range strings.Lines(goCmd(t, root(t), args...)) {
		importPath, export, _ := strings.Cut(strings.TrimSpace(line), "=")
		exports[importPath] = export
		if strings.HasPrefix(importPath, module+"/") && !strings.Contains(importPath, "/internal/") {
			packages[path.Base(importPath)] = importPath
		}
	}
	for _, p := range standard {
		packages[path.Base(p)] = p
	}
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc", func(importPath string) (io.ReadCloser, error) {
		return os.Open(exports[importPath])
	})
	for _, guide := range guides(t) {
		for _, s := range snippets(t, guide) {
			file, err := parser.ParseFile(fset, "", s.source(packages), parser.SkipObjectResolution)
			if err != nil {
				t.Error(err)
				continue
			}
			config := types.Config{Importer: imports, Error: func(err error) {
				if e, ok := err.(types.Error); !ok || !e.Soft { // soft: declared and not used
					t.Error(err)
				}
			}}
			config.Check("snippet", fset, []*ast.File{file}, nil) // tells its errors to Error
		}
	}
}

// TestFirstSnippet: the README's first snippet is the example of package nn of
// that name, which looks at errors in addition.
func TestFirstSnippet(t *testing.T) {
	fset := token.NewFileSet()
	example, err := parser.ParseFile(fset, filepath.Join(root(t), "nn", "example_readme_test.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	ast.Inspect(example, func(n ast.Node) bool {
		if s, ok := n.(ast.Stmt); ok {
			have[printed(t, fset, s)] = true
		}
		return true
	})
	first := snippets(t, filepath.Join(root(t), "README.md"))[0]
	file, err := parser.ParseFile(fset, "", first.source(nil), 0)
	if err != nil {
		t.Fatal(err)
	}
	body := file.Decls[len(file.Decls)-1].(*ast.FuncDecl).Body.List
	for _, s := range body[:len(body)-1] { // without panic(0)
		if text := printed(t, fset, s); !have[text] {
			t.Errorf("nn/example_readme_test.go has no\n%s", text)
		}
	}
}

// printed formats a statement without regard to where its lines break.
func printed(t *testing.T, fset *token.FileSet, n ast.Node) string {
	t.Helper()
	var b bytes.Buffer
	if err := printer.Fprint(&b, fset, n); err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
