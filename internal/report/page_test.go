package report

import (
	"bytes"
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"unroll/internal/answer"
	"unroll/internal/markup"
)

func page(t testing.TB, r Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// elements parses a page and returns its elements.
func elements(t testing.TB, page string) (all []*html.Node) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode {
			all = append(all, n)
		}
	}
	return all
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func child(n *html.Node, name string) *html.Node {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.Data == name {
			return c
		}
	}
	return nil
}

// textOf is what is read.
func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func TestStructure(t *testing.T) {
	for name, report := range reports {
		t.Run(name, func(t *testing.T) {
			text := page(t, report())
			if again := page(t, report()); again != text {
				t.Error("the same report gives another page")
			}
			if len(text) > 500_000 {
				t.Errorf("the page has %d bytes", len(text))
			}
			check(t, elements(t, text))
		})
	}
}

// check holds elements to what a page promises.
func check(t testing.TB, all []*html.Node) {
	t.Helper()
	ids := map[string]bool{}
	for _, n := range all {
		if id := attribute(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("two elements are called %q", id)
			}
			ids[id] = true
		}
	}
	scripts := 0
	for _, n := range all {
		for _, a := range n.Attr {
			switch {
			case strings.HasPrefix(a.Key, "on"):
				t.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
			case a.Key == "href" && !(strings.HasPrefix(a.Val, "#") && ids[a.Val[1:]]),
				a.Key == "src" && !strings.HasPrefix(a.Val, "data:image/svg+xml;base64,"):
				t.Errorf("<%s> refers to %s=%q", n.Data, a.Key, a.Val)
			case a.Key == "aria-labelledby" && !ids[a.Val]:
				t.Errorf("<%s> is labelled by %q, which is not there", n.Data, a.Val)
			}
		}
		switch n.Data {
		case "table":
			if child(n, "caption") == nil {
				t.Errorf("a table has no caption: %.80q", textOf(n))
			}
		case "th":
			if attribute(n, "scope") == "" {
				t.Errorf("a heading has no scope: %q", textOf(n))
			}
		case "script":
			scripts++
		case "img":
			if attribute(n, "alt") == "" {
				t.Error("a picture has no text")
			}
		case "link", "iframe", "object", "embed", "base", "form":
			t.Errorf("there is <%s>", n.Data)
		}
	}
	if scripts != 2 {
		t.Errorf("there are %d scripts", scripts)
	}
}

// TestHostile: what a text holds is shown, but for what no page can hold.
func TestHostile(t *testing.T) {
	all := elements(t, page(t, hostile()))
	for _, n := range all {
		switch n.Data {
		case "h1":
			if got := textOf(n); got != clean(nasty) {
				t.Errorf("the title is %q, want %q", got, clean(nasty))
			}
		case "blockquote":
			// Bytes that are no UTF-8 are cut one by one here, together there.
			squeeze := regexp.MustCompile("\ufffd+")
			want := clean(markup.Read(nasty).Shown)
			if got := textOf(n); got != "" && squeeze.ReplaceAllString(got, "?") != squeeze.ReplaceAllString(want, "?") {
				t.Errorf("the text is %q, want %q", got, want)
			}
		}
	}
}

func FuzzWrite(f *testing.F) {
	f.Add(nasty, 0, 3, 0.5)
	f.Add("한국어 텍스트", 1, 5, -2.)
	f.Add("", 0, 0, 0.)
	f.Fuzz(func(t *testing.T, s string, start, end int, push float64) {
		e := Experiment{Name: s, Wrong: []Example{{Text: s, True: s, Predicted: "p", Words: []answer.Word{{Start: start, End: end, Push: push}}}}}
		var b bytes.Buffer
		err := Write(&b, Report{Title: s, Score: accuracy, Runs: []Run{{Name: s, Command: s, Experiments: []Experiment{e}}}})
		if (err != nil) != (e.Wrong[0].check() != nil) {
			t.Fatal(err)
		}
		if err == nil {
			check(t, elements(t, b.String()))
		}
	})
}

func TestRoundTrip(t *testing.T) {
	for name, report := range reports {
		if name == "hostile" {
			continue // JSON holds no bytes that are no UTF-8
		}
		b, err := json.Marshal(report())
		if err != nil {
			t.Fatal(name, err)
		}
		var back Report
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(name, err)
		}
		if name == "diverged" { // infinity comes back as NaN
			back.Runs[0].Experiments[0].Curves.Loss[3] = math.Inf(1)
		}
		if page(t, back) != page(t, report()) {
			t.Errorf("%s: the page of what JSON kept is another", name)
		}
	}
}

// TestContrast: WCAG 2.2 wants 4.5 of text and 3 of lines.
//
//	L = 0.2126 R + 0.7152 G + 0.0722 B, linear
//	contrast = (L₁ + 0.05) / (L₂ + 0.05)
func TestContrast(t *testing.T) {
	blocks := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(pageCSS, -1)
	if len(blocks) != 2 {
		t.Fatalf("there are %d palettes", len(blocks))
	}
	for _, block := range blocks {
		of := map[string]float64{}
		for _, m := range regexp.MustCompile(`--(\w+): #(\w{6})`).FindAllStringSubmatch(block[1], -1) {
			rgb, err := strconv.ParseUint(m[2], 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
				v := float64(rgb>>(16-8*i)&255) / 255
				if v <= 0.04045 {
					v /= 12.92
				} else {
					v = math.Pow((v+0.055)/1.055, 2.4)
				}
				of[m[1]] += weight * v
			}
		}
		for name, want := range map[string]float64{
			"ink": 4.5, "soft": 4.5, "focus": 3, "hit": 3, "miss": 3,
			"c0": 3, "c1": 3, "c2": 3, "c3": 3, "c4": 3, "c5": 3, "c6": 3,
		} {
			for _, ground := range []string{"paper", "card"} {
				a, b := max(of[name], of[ground]), min(of[name], of[ground])
				if got := (a + 0.05) / (b + 0.05); got < want {
					t.Errorf("%s on %s has a contrast of %.2f, want %v", name, ground, got, want)
				}
			}
		}
	}
}
