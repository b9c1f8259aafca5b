package page

import (
	"fmt"
	"io/fs"
	"math"
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

var colour = regexp.MustCompile(`--([a-z0-9]+): #([0-9a-f]{6});`)

// luminance is WCAG 2's.
func luminance(hex string) float64 {
	var r, g, b uint8
	_, _ = fmt.Sscanf(hex, "%02x%02x%02x", &r, &g, &b)
	linear := func(c uint8) float64 {
		v := float64(c) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

// Text has at least the contrast 4.5 : 1 of WCAG's AA in both schemes, lines and bars
// have 3 : 1.
func TestContrast(t *testing.T) {
	light, dark, found := strings.Cut(files(t)["page.css"], "prefers-color-scheme: dark")
	if !found {
		t.Fatal("page.css has no dark scheme")
	}
	for scheme, css := range map[string]string{"light": light, "dark": dark} {
		colours := map[string]string{}
		for _, m := range colour.FindAllStringSubmatch(css, -1) {
			colours[m[1]] = m[2]
		}
		for least, names := range map[float64][]string{
			4.5: {"ink", "soft"},
			3:   {"towards", "against", "c0", "c1", "c2", "c3", "c4", "c5"},
		} {
			for _, name := range names {
				for _, behind := range []string{"ground", "paper"} {
					a, b := luminance(colours[name]), luminance(colours[behind])
					if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < least {
						t.Errorf("%s: %s on %s has a contrast of %.2f : 1, want %v", scheme, name, behind, ratio, least)
					}
				}
			}
		}
	}
}
