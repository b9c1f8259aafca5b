package torch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"unroll/nn"
)

// without are the layers with weights that PyTorch has no module for, with the reason.
var without = map[string]string{
	"Attention":             "its scale is Keras's; PyTorch's scaled_dot_product_attention has no parameters",
	"AdditiveAttention":     "PyTorch has no module for it",
	"ConvMaxPooling1D":      "it is one Conv1d for each size of its kernels: describe it by Conv1D and GlobalMaxPooling1D",
	"SeparableConv1D":       "it is two Conv1d: describe it by DepthwiseConv1D and Conv1D",
	"Normalization":         "PyTorch has no module for it",
	"TokenConvMaxPooling1D": "it is Conv1d of one-hot words, and their maximum",
}

// TestEachLayer: a layer that declares weights is loaded in a test here, or there is a reason.
func TestEachLayer(t *testing.T) {
	tested := map[string]bool{}
	var see func(l nn.Layer)
	see = func(l nn.Layer) {
		l = bare(l)
		switch l := l.(type) {
		case nn.Sequential:
			for _, inner := range l.Layers {
				see(inner)
			}
		case *nn.Functional:
			m, err := l.Build()
			if err != nil {
				t.Fatal(err)
			}
			for _, inner := range m.Layers() {
				see(inner.Layer)
			}
		}
		tested[strings.TrimPrefix(reflect.TypeOf(l).String(), "nn.")] = true
	}
	for _, c := range sameCases() {
		for _, l := range c.layers {
			see(l)
		}
	}
	for _, l := range []nn.Layer{nn.Embedding{}, nn.EmbeddingBag{}} { // in TestTypes
		see(l)
	}
	found := 0
	for _, name := range declaring(t) {
		found++
		if tested[name] == (without[name] != "") {
			t.Errorf("%s: want a case in a test, or else a reason", name)
		}
	}
	if found < 15 {
		t.Errorf("%d layers with weights were found", found)
	}
}

// declaring returns nn's layers whose methods declare weights or states.
func declaring(t *testing.T) (names []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	applies := map[string]bool{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv == nil {
				continue
			}
			typ, ok := fn.Recv.List[0].Type.(*ast.Ident)
			if !ok {
				continue
			}
			if fn.Name.Name == "Apply" {
				applies[typ.Name] = true
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					if s, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains([]string{"weight", "Weight", "State", "declare"}, s.Sel.Name) {
						if x, ok := s.X.(*ast.Ident); ok && (x.Name == "s" || x.Name == "l") {
							names = append(names, typ.Name)
						}
					}
				}
				return true
			})
		}
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return !applies[name] })
}
