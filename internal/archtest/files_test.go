package archtest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file has one idea, and no more lines than this.
const mostLines = 300

// tables lists the files of test values that are longer, with the reason.
var tables = map[string]string{
	"nn/golden_models_values_test.go": "testdata/golden.py prints the values of all layers at once",
}

// TestFilesAreShort: every Go file below the module's folder that is not generated
// keeps to the limit.
func TestFilesAreShort(t *testing.T) {
	root := filepath.Join("..", "..")
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	long, seen := map[string]bool{}, 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if d.IsDir() && name != "." && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(name) != ".go" {
			return nil
		}
		seen++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		lines := bytes.Count(text, []byte("\n"))
		if lines <= mostLines {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ParseComments)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		switch _, listed := tables[name]; {
		case listed && !onlyValues(file):
			t.Errorf("%s is listed as a table and has more than values", name)
		case !listed && !ast.IsGenerated(file):
			t.Errorf("%s has %d lines, want at most %d", name, lines, mostLines)
		}
		long[name] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range tables {
		if !long[name] {
			t.Errorf("%s is listed as a long table: it has at most %d lines, or is gone", name, mostLines)
		}
	}
	if seen < 300 {
		t.Errorf("only %d files were found", seen)
	}
}

// onlyValues reports whether a file declares variables alone.
func onlyValues(file *ast.File) bool {
	for _, d := range file.Decls {
		if g, ok := d.(*ast.GenDecl); !ok || g.Tok != token.VAR {
			return false
		}
	}
	return true
}
