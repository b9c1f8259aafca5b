package archtest

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// reader is the name of what makes something of bytes from outside.
var reader = regexp.MustCompile(`^(Read|Load|Open|Parse|Decode|Unmarshal)`)

// unfuzzed lists the packages with readers that have no fuzz target, with the reason.
var unfuzzed = map[string]string{
	"internal/safefile": "reads files without looking at their bytes",
	"internal/input":    "hands bytes on without looking at them",
	"internal/exact":    "is read within checkpoints, by FuzzCheckpoint of train",
	"train/metrics":     "is read within checkpoints, by FuzzCheckpoint of train",
}

// TestReadersAreFuzzed: a package with a reader has a fuzz target, which make fuzz runs.
func TestReadersAreFuzzed(t *testing.T) {
	seen := map[string]bool{}
	fuzzed := 0
	for _, p := range list(t) {
		if below(p.path, "bench") || strings.HasSuffix(p.path, "test") {
			continue
		}
		name := readerOf(t, p.dir)
		if name == "" {
			continue
		}
		has := hasTarget(t, p.dir)
		seen[p.path] = true
		switch reason := unfuzzed[p.path]; {
		case has && reason != "":
			t.Errorf("%s has a fuzz target and is listed as having none", p.path)
		case has:
			fuzzed++
		case reason == "":
			t.Errorf("%s has %s and no fuzz target: write one, or a reason in unfuzzed", p.path, name)
		}
	}
	for path := range unfuzzed {
		if !seen[path] {
			t.Errorf("%s is listed and has no reader", path)
		}
	}
	if fuzzed < 10 {
		t.Errorf("only %d packages with readers and fuzz targets were found", fuzzed)
	}
}

// readerOf returns a reader of the package in dir, "" if it has none.
func readerOf(t *testing.T, dir string) string {
	t.Helper()
	_, parsed := files(t, dir)
	for _, f := range parsed {
		for _, d := range f.Decls {
			// Of methods, Read is that of an io.Reader, and ReadFile that of an fs.FS.
			if fn, ok := d.(*ast.FuncDecl); ok && reader.MatchString(fn.Name.Name) && (fn.Recv == nil || strings.HasPrefix(fn.Name.Name, "Unmarshal")) {
				return fn.Name.Name
			}
		}
	}
	return ""
}

// hasTarget reports whether the tests in dir have a fuzz target.
func hasTarget(t *testing.T, dir string) bool {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paths {
		text, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "\nfunc Fuzz") {
			return true
		}
	}
	return false
}
