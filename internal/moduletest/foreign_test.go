package moduletest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// foreign are Gorgonia's readers and writers of formats by modules that nobody maintains any
// more, see docs/security.md; and the packages themselves.
var (
	foreign = []string{"GobDecode", "GobEncode", "PBDecode", "PBEncode", "FBDecode", "FBEncode", "ReadNpy", "WriteNpy", "ReadCSV",
		"FromArrowArray", "FromArrowTensor"}
	foreignPackages = []string{"encoding/gob", "github.com/apache/arrow", "github.com/gogo/protobuf", "github.com/golang/protobuf", "github.com/google/flatbuffers"}
)

// TestForeignFormats: none of our packages reads or writes by them.
func TestForeignFormats(t *testing.T) {
	files := 0
	err := filepath.WalkDir(root(t), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files++
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			for _, p := range foreignPackages {
				if strings.HasPrefix(strings.Trim(i.Path.Value, `"`), p) {
					t.Errorf("%v: imports %s", set.Position(i.Pos()), i.Path.Value)
				}
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && slices.Contains(foreign, s.Sel.Name) {
				t.Errorf("%v: uses %s", set.Position(s.Pos()), s.Sel.Name)
			}
			return true
		})
		return nil
	})
	if err != nil || files < 300 {
		t.Errorf("%d files, error %v", files, err)
	}
}
