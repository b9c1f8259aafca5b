package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "unroll/"

// mayImport lists, for the packages below a path, the paths of the project
// below which they may import.
var mayImport = map[string][]string{
	"internal": {"internal"},
	"graph":    {"internal"},
	"nn":       {"internal", "graph", "nn"},
	"train":    {"internal", "graph", "nn"}, // none of those below it
	"datasets": {"internal", "datasets"},
	"cmd":      {"internal", "graph", "nn", "train", "datasets", "cmd"},

	"train/calibrate":  {"internal"},
	"train/callbacks":  {"internal", "graph", "nn", "train"},
	"train/explain":    {"internal", "graph", "nn", "train"},
	"train/linear":     {"internal"},
	"train/metrics":    {"internal", "graph", "nn", "train"},
	"train/optimizers": {"internal", "graph", "nn", "train"},
	"train/internal":   {"internal", "graph", "nn", "train"},

	"nn/torch": {"internal", "nn"},

	// A model together with its encoder.
	"train/ngrams":     {"internal", "nn", "train", "datasets"},
	"train/classifier": {"internal", "nn", "train", "datasets"},
}

// gorgonia lists the paths below which packages import Gorgonia themselves. The
// others, first of all the program, see models and numbers.
var gorgonia = []string{"graph", "nn", "train", "internal/tensorfile", "bench"}

// rule returns the longest path of mayImport that a package is below, "" if none.
func rule(path string) (longest string) {
	for top := range mayImport {
		if below(path, top) && len(top) > len(longest) {
			longest = top
		}
	}
	return longest
}

// pkg is a package of the project.
type pkg struct {
	path, dir string   // path without the module's name
	imports   []string // of the project
	gorgonia  []string // what it imports of Gorgonia
}

// list returns the project's packages with their imports outside of tests.
func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-f", "{{.ImportPath}}\t{{.Dir}}\t{{join .Imports \" \"}}", module+"...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		p := pkg{path: strings.TrimPrefix(f[0], module), dir: f[1]}
		for _, i := range strings.Fields(f[2]) {
			if rest, ok := strings.CutPrefix(i, module); ok {
				p.imports = append(p.imports, rest)
			} else if below(i, "gorgonia.org") {
				p.gorgonia = append(p.gorgonia, i)
			}
		}
		files(t, p.dir) // so that a cached result is dropped when a file changes
		all = append(all, p)
	}
	return all
}

func below(path, top string) bool { return path == top || strings.HasPrefix(path, top+"/") }

func TestImportDirection(t *testing.T) {
	seen := map[string]bool{}
	imports := 0
	for _, p := range list(t) {
		top := rule(p.path)
		seen[top] = true
		imports += len(p.imports)
		allowed, ruled := mayImport[top]
		if !ruled {
			continue // benchmarks and examples, which nobody may import
		}
		for _, i := range p.imports {
			if !slices.ContainsFunc(allowed, func(a string) bool { return below(i, a) }) {
				t.Errorf("%s imports %s; it may import what is below %v", p.path, i, allowed)
			}
		}
	}
	for top := range mayImport {
		if !seen[top] {
			t.Errorf("there is no package %s: is the rule out of date?", top)
		}
	}
	if imports < 5 {
		t.Errorf("only %d imports were found", imports)
	}
}

// TestWhoImportsGorgonia: what computes, and nobody else.
func TestWhoImportsGorgonia(t *testing.T) {
	seen := map[string]bool{}
	program := false
	for _, p := range list(t) {
		program = program || p.path == "cmd/sentiment"
		top := slices.IndexFunc(gorgonia, func(top string) bool { return below(p.path, top) })
		switch {
		case len(p.gorgonia) == 0:
		case top < 0:
			t.Errorf("%s imports %v; only what is below %v may", p.path, p.gorgonia, gorgonia)
		default:
			seen[gorgonia[top]] = true
		}
	}
	for _, top := range gorgonia {
		if !seen[top] {
			t.Errorf("nothing below %s imports Gorgonia: is the rule out of date?", top)
		}
	}
	if !program {
		t.Error("there is no package cmd/sentiment")
	}
}

// TestTrainNamesNoLayer: a new layer must not need a change of the trainer.
func TestTrainNamesNoLayer(t *testing.T) {
	var layers []string
	uses := map[string]token.Position{}
	for _, p := range list(t) {
		switch p.path {
		case "nn":
			layers = layerTypes(t, p.dir)
		case "train":
			uses = selectors(t, p.dir, "nn")
		}
	}
	if !slices.Contains(layers, "Dense") || !slices.Contains(layers, "SimpleRNNCell") || slices.Contains(layers, "BinaryCrossentropy") {
		t.Errorf("the layers and cells found are %v", layers)
	}
	if _, ok := uses["Model"]; !ok {
		t.Errorf("train does not use nn.Model; what was found is %v", uses)
	}
	for name, at := range uses {
		if slices.Contains(layers, name) {
			t.Errorf("%v: train names nn.%s", at, name)
		}
	}
}

// files parses the package in dir without its tests.
func files(t *testing.T, dir string) (*token.FileSet, []*ast.File) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	var all []*ast.File
	for _, p := range paths {
		if strings.HasSuffix(p, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, p, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	return set, all
}

// layerTypes returns the types that have the methods of a layer or a cell.
func layerTypes(t *testing.T, dir string) (names []string) {
	t.Helper()
	methods := map[string]map[string]bool{}
	_, parsed := files(t, dir)
	for _, f := range parsed {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv == nil {
				continue
			}
			recv := fn.Recv.List[0].Type
			if star, ok := recv.(*ast.StarExpr); ok {
				recv = star.X
			}
			if id, ok := recv.(*ast.Ident); ok {
				if methods[id.Name] == nil {
					methods[id.Name] = map[string]bool{}
				}
				methods[id.Name][fn.Name.Name] = true
			}
		}
	}
	for name, m := range methods {
		if m["Init"] && (m["Apply"] || m["Step"]) {
			names = append(names, name)
		}
	}
	return names
}

// selectors returns the names that the package in dir uses of another one.
func selectors(t *testing.T, dir, pkg string) map[string]token.Position {
	t.Helper()
	used := map[string]token.Position{}
	set, parsed := files(t, dir)
	for _, f := range parsed {
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == pkg {
					used[s.Sel.Name] = set.Position(s.Pos())
				}
			}
			return true
		})
	}
	return used
}
