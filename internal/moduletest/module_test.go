package moduletest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// goCmd runs the go command in dir without a network: all that a user's module
// needs is what this one was built from.
func goCmd(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=-mod=mod", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

const userProgram = `package main

import (
	"fmt"

	"MODULE/nn"
)

func main() {
	m, err := nn.Sequential{
		Input:  nn.Tokens(10),
		Layers: []nn.Layer{nn.OneHot{Depth: 100}, nn.SimpleRNN{Units: 32}},
	}.Build()
	if err != nil {
		panic(err)
	}
	fmt.Println(m.Params())
}
`

// use builds and runs a module that gets the library at path by a replace, as
// the README shows.
func use(t *testing.T, library, module string) {
	t.Helper()
	dir := t.TempDir()
	program := strings.ReplaceAll(userProgram, "MODULE", module)
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o644); err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(library, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o644); err != nil {
		t.Fatal(err)
	}
	goCmd(t, dir, "mod", "init", "example.com/user")
	goCmd(t, dir, "mod", "edit", "-require", module+"@v0.0.0", "-replace", module+"="+library)
	if got := goCmd(t, dir, "run", "."); got != "4256" {
		t.Errorf("the user's program printed %q, want 4256", got)
	}
}

func TestUseFromAnotherModule(t *testing.T) {
	use(t, root(t), goCmd(t, root(t), "list", "-m"))
}

// TestRename gives a copy of the module another path, and builds and uses it; the
// guides have the old path nowhere left.
func TestRename(t *testing.T) {
	for _, tool := range []string{"make", "sed", "find"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("SKIPPED, RENAMING IS NOT TESTED: no %s on this machine", tool)
		}
	}
	const module = "example.com/you/unroll"
	copied := t.TempDir()
	copySources(t, root(t), copied)
	cmd := exec.Command("make", "rename", "MODULE="+module)
	cmd.Dir = copied
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make rename: %v\n%s", err, out)
	}
	for _, dir := range []string{"", "/tools", "/internal/kernel/gen"} {
		if got := goCmd(t, copied+dir, "list", "-m"); got != module+dir {
			t.Errorf("the module is %q, want %q", got, module+dir)
		}
	}
	readme, err := os.ReadFile(filepath.Join(copied, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"-require " + module + "@v0.0.0", "-replace " + module + "=", `"` + module + `/nn"`} {
		if !strings.Contains(string(readme), want) {
			t.Errorf("the README has no %s", want)
		}
	}
	old := regexp.MustCompile("[`\" ]" + regexp.QuoteMeta(goCmd(t, root(t), "list", "-m")) + "/[a-z]+")
	for _, guide := range guides(t) {
		rel, err := filepath.Rel(root(t), guide)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(copied, rel))
		if err != nil {
			t.Fatal(err)
		}
		for _, left := range old.FindAllString(string(text), -1) {
			t.Errorf("%s still has %s", rel, left)
		}
	}
	goCmd(t, copied, "build", "./...")
	goCmd(t, copied, "vet", "./internal/...")
	use(t, copied, module)
}

// copySources copies what the module is built from: not the history, not runs.
func copySources(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if rel == ".git" || rel == "runs" {
				return filepath.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}
