package page

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"
)

// files returns the page's files by name.
func files(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := fs.WalkDir(FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(FS, name)
		all[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSize(t *testing.T) {
	size := 0
	for _, text := range files(t) {
		size += len(text)
	}
	if size > 60_000 {
		t.Errorf("the page is %d bytes, want at most 60000", size)
	}
}

// What a file refers to, in HTML, in a module and in a style sheet.
var refers = regexp.MustCompile(`(?:href|src)="([^"#]+)"|from "([^"]+)"|url\(([^)]+)\)`)

func TestReferences(t *testing.T) {
	all := files(t)
	used := map[string]bool{"index.html": true}
	for name, text := range all {
		for _, m := range refers.FindAllStringSubmatch(text, -1) {
			ref := m[1] + m[2] + m[3]
			if _, ok := all[path.Clean(ref)]; !ok {
				t.Errorf("%s refers to %q, which is not embedded", name, ref)
			}
			used[path.Clean(ref)] = true
		}
		// The names of SVG's and HTML's elements are not addresses of anything.
		text = strings.ReplaceAll(text, "http://www.w3.org/2000/svg", "")
		if i := strings.Index(text, "//www."); i >= 0 || strings.Contains(text, "http:") || strings.Contains(text, "https:") {
			t.Errorf("%s names an address elsewhere", name)
		}
	}
	for name := range all {
		if !used[name] {
			t.Errorf("%s is embedded and nothing refers to it", name)
		}
	}
}

// The policy in the head forbids styles and scripts inside the HTML; a browser would
// drop them with no more than a line in its console.
func TestNothingInline(t *testing.T) {
	html := files(t)["index.html"]
	if !strings.Contains(html, `content="default-src 'self';`) {
		t.Error("index.html has no content security policy")
	}
	for _, inline := range []string{"<style", " style=", " onclick=", " oninput="} {
		if strings.Contains(html, inline) {
			t.Errorf("index.html has %q", inline)
		}
	}
	if regexp.MustCompile(`<script[^>]*>[^<]`).MatchString(html) {
		t.Error("index.html has a script inside")
	}
}
