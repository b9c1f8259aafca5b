package moduletest

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/third-party-licenses.txt anew")

const licensesFile = "docs/third-party-licenses.txt"

// platforms are those whose programs link what the file lists.
var platforms = []string{"linux/amd64", "linux/arm64", "darwin/arm64", "windows/amd64"}

// dependency is a module that a program of ours links.
type dependency struct{ path, version, dir string }

// linked returns the modules that cmd/sentiment links on a platform, such as
// "linux/amd64"; on this one if it is empty.
func linked(t *testing.T, platform string) []dependency {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", "./cmd/sentiment")
	cmd.Dir, cmd.Env = root(t), os.Environ()
	if system, processor, ok := strings.Cut(platform, "/"); ok {
		cmd.Env = append(cmd.Env, "GOOS="+system, "GOARCH="+processor)
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []dependency
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		if f := strings.Split(line, "\t"); len(f) == 3 {
			all = append(all, dependency{f[0], f[1], f[2]})
		}
	}
	// The standard library and the runtime are linked, too.
	all = append(all, dependency{standardLibrary, "1", goRoot(t)})
	return unique(all)
}

const standardLibrary = "Go's standard library"

func goRoot(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func unique(all []dependency) []dependency {
	slices.SortFunc(all, func(a, b dependency) int { return cmp.Compare(a.path, b.path) })
	return slices.Compact(all)
}

// licenseName matches the names of files that a copy of a module must carry.
var licenseName = regexp.MustCompile(`(?i)^(licen[sc]e|copying|notice|patents|ftl|unlicense)([-.].*)?$`)

// licenses returns the texts of a module's license files, those in its first
// folder and in one called licenses.
func licenses(t *testing.T, d dependency) []string {
	t.Helper()
	var texts []string
	for _, pattern := range []string{"*", "licen[sc]es/*"} {
		paths, err := filepath.Glob(filepath.Join(d.dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range paths {
			if info, err := os.Stat(p); err != nil || !info.Mode().IsRegular() || !licenseName.MatchString(filepath.Base(p)) {
				continue
			}
			text, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")))
		}
	}
	return texts
}

// TestLicenses holds docs/third-party-licenses.txt to the modules that the
// program links: the license of each must be handed on with a copy of it.
// Run it with -update after a change of go.mod.
func TestLicenses(t *testing.T) {
	path := filepath.Join(root(t), licensesFile)
	if *update {
		var all []dependency
		for _, p := range platforms {
			all = append(all, linked(t, p)...)
		}
		if err := os.WriteFile(path, writeLicenses(t, unique(all)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	here := linked(t, "")
	if len(here) < 10 {
		t.Fatalf("only %d modules were found", len(here))
	}
	for _, d := range here {
		if !bytes.Contains(file, []byte("\n"+d.path+" "+d.version+"\n")) {
			t.Errorf("%s does not list %s %s: go test ./internal/moduletest -run TestLicenses -update", licensesFile, d.path, d.version)
			continue
		}
		if d.path == standardLibrary {
			continue // another release of Go may word its files otherwise, or keep them elsewhere
		}
		texts := licenses(t, d)
		if len(texts) == 0 {
			t.Errorf("%s %s has no license file: it may not be linked", d.path, d.version)
		}
		for _, text := range texts {
			if !bytes.Contains(file, []byte(text)) {
				t.Errorf("%s does not hold the license of %s %s", licensesFile, d.path, d.version)
			}
		}
	}
}

// writeLicenses writes each text once, below the modules that it is of.
func writeLicenses(t *testing.T, all []dependency) []byte {
	var order []string
	of := map[string][]dependency{}
	for _, d := range all {
		text := strings.Join(licenses(t, d), "\n\n"+strings.Repeat("-", 40)+"\n\n")
		if of[text] == nil {
			order = append(order, text)
		}
		of[text] = append(of[text], d)
	}
	var b bytes.Buffer
	fmt.Fprintln(&b, "The modules that the program links, and their licenses.")
	for _, text := range order {
		fmt.Fprintf(&b, "\n%s\n\n", strings.Repeat("=", 80))
		for _, d := range of[text] {
			fmt.Fprintf(&b, "%s %s\n", d.path, d.version)
		}
		fmt.Fprintf(&b, "\n%s\n", text)
	}
	return b.Bytes()
}
