package moduletest

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"unroll/internal/parallel"
)

// TestPlatforms checks all packages and their tests as the compiler does before it writes
// code, for systems that none of them may have been run on. Compiling everything anew, as
// vet does, takes minutes; here what others wrote is read without its functions' bodies.
func TestPlatforms(t *testing.T) {
	for _, platform := range []string{"windows/amd64", "darwin/arm64"} {
		t.Run(platform, func(t *testing.T) {
			t.Parallel()
			own, withTests := 0, 0
			check := &checker{system: platform, set: token.NewFileSet(), done: map[string]*types.Package{"unsafe": types.Unsafe}}
			for _, p := range check.list(t) {
				errs := check.check(p)
				if !strings.HasPrefix(p.ImportPath, "unroll") {
					continue // an error in it that matters is one of ours, too
				}
				own++
				if p.ForTest != "" {
					withTests++
				}
				for _, err := range errs {
					t.Errorf("%s: %v", p.ImportPath, err)
				}
			}
			if own < 60 || withTests < 30 {
				t.Errorf("%d packages were checked, %d of them with tests", own, withTests)
			}
		})
	}
}

// checkedPackage is what "go list -json" tells of a package.
type checkedPackage struct {
	ImportPath, Dir, ForTest string
	GoFiles                  []string
	ImportMap                map[string]string
}

// checker checks packages for a system, each after those that it imports.
type checker struct {
	system string
	set    *token.FileSet
	done   map[string]*types.Package // by path
}

func (c *checker) list(t *testing.T) (all []checkedPackage) {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-test", "-json=ImportPath,Dir,ForTest,GoFiles,ImportMap", "./...")
	system, processor, _ := strings.Cut(c.system, "/")
	cmd.Dir, cmd.Stderr = root(t), os.Stderr
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+processor)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(out))
	for {
		var p checkedPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		if p.ImportPath != "unsafe" && !strings.HasSuffix(p.ImportPath, ".test") { // of which the go command writes the main function
			all = append(all, p)
		}
	}
}

// check checks a package and returns what is wrong with it.
func (c *checker) check(p checkedPackage) (errs []error) {
	files, failed := make([]*ast.File, len(p.GoFiles)), make([]error, len(p.GoFiles))
	parallel.Do(len(files), func(i int) {
		path := p.GoFiles[i]
		if !filepath.IsAbs(path) {
			path = filepath.Join(p.Dir, path)
		}
		files[i], failed[i] = parser.ParseFile(c.set, path, nil, parser.SkipObjectResolution)
	})
	if err := errors.Join(failed...); err != nil {
		return []error{err}
	}
	_, processor, _ := strings.Cut(c.system, "/")
	path, _, _ := strings.Cut(p.ImportPath, " ")
	config := types.Config{
		Importer:         importFunc(func(name string) (*types.Package, error) { return c.imported(p, name) }),
		Sizes:            types.SizesFor("gc", processor),
		IgnoreFuncBodies: !strings.HasPrefix(p.ImportPath, "unroll"),
		Error:            func(err error) { errs = append(errs, err) },
	}
	c.done[p.ImportPath], _ = config.Check(path, c.set, files, nil)
	return errs
}

func (c *checker) imported(by checkedPackage, name string) (*types.Package, error) {
	if to := by.ImportMap[name]; to != "" {
		name = to
	}
	if p := c.done[name]; p != nil {
		return p, nil
	}
	return nil, errors.New(name + " is not there")
}

// importFunc is a function as a types.Importer.
type importFunc func(path string) (*types.Package, error)

func (f importFunc) Import(path string) (*types.Package, error) { return f(path) }
