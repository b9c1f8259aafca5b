package archtest

import (
	"go/ast"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// opens lists the files that open or write files without internal/safefile, with the reason.
var opens = map[string]string{
	"internal/input/waiting.go":               "a path that a person names may be a pipe; what is found in folders is opened by the folder's os.Root",
	"datasets/imdb/download.go":               "opens for writing",
	"train/callbacks/log_file.go":             "opens for writing, also a pipe",
	"internal/filelock/filelock.go":           "opens the files and folders that are locked",
	"internal/signature/keyfile/keyfile.go":   "opens for writing a file that was not there",
	"datasets/imdb/mirror.go":                 "makes a module of its own in a new folder, and removes it",
	"cmd/sentiment/internal/corpus/keep.go":   "makes the folder of what comes from standard input, and removes it",
	"internal/server/handlers.go":             "the page is of the program itself",
	"cmd/sentiment/internal/run/processor.go": "reads what the system says of the processor",
}

// opening are the functions that open or read a file whatever it is, and those that write
// without a test being able to make them fail.
var opening = map[string][]string{
	"os": {
		"Open", "OpenFile", "ReadFile", "OpenInRoot", "Create", "CreateTemp", "WriteFile", "Rename", "Mkdir", "MkdirAll", "MkdirTemp", "Symlink", "Link", "Truncate",
	}, "fs": {"ReadFile"}, "ioutil": {"ReadFile"},
}

// TestFilesAreOpenedSafely: what reads a file that it was not given by a person refuses
// pipes, devices and files without an end, by internal/safefile, and what writes does so by
// its calls, each of which a test can let fail.
func TestFilesAreOpenedSafely(t *testing.T) {
	used := map[string]bool{}
	for _, p := range list(t) {
		if below(p.path, "bench") || below(p.path, "internal/safefile") || strings.HasSuffix(p.path, "test") {
			continue
		}
		set, parsed := files(t, p.dir)
		for _, f := range parsed {
			name := p.path + "/" + filepath.Base(set.Position(f.Pos()).Filename)
			ast.Inspect(f, func(n ast.Node) bool {
				s, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				x, ok := s.X.(*ast.Ident)
				if !ok || !slices.Contains(opening[x.Name], s.Sel.Name) {
					return true
				}
				if used[name] = true; opens[name] == "" {
					t.Errorf("%v: %s.%s, want it by internal/safefile, or a reason in opens", set.Position(n.Pos()), x.Name, s.Sel.Name)
				}
				return true
			})
		}
	}
	for name := range opens {
		if !used[name] {
			t.Errorf("%s is listed and opens nothing", name)
		}
	}
}
