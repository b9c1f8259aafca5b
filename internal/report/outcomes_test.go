package report

import (
	"strings"
	"testing"
)

// TestOutcomes by hand: of ten samples two only the first has right, and one the second.
func TestOutcomes(t *testing.T) {
	a := NewOutcomes([]bool{true, true, false, true, false, true, true, true, true, false})
	b := NewOutcomes([]bool{true, false, false, true, true, true, true, true, false, false})
	if _, _, ok := a.Against(b); ok {
		t.Error("texts without a name are taken for the same")
	}
	a.Texts, b.Texts = "x", "x"
	if only, others, ok := a.Against(b); !ok || only != 2 || others != 1 {
		t.Errorf("%d and %d, %v", only, others, ok)
	}
	b.Texts = "y"
	if _, _, ok := a.Against(b); ok {
		t.Error("other texts are taken for the same")
	}
	if _, _, ok := a.Against(nil); ok {
		t.Error("nothing is taken for the same texts")
	}
	for want, c := range map[string]Comparison{
		"A is right on 31 texts where B is wrong, B on 12: p = 0.005, the difference is unlikely to be chance.":   {First: "A", Second: "B", OnlyFirst: 31, OnlySecond: 12, P: 0.0054},
		"A is right on 1 text where B is wrong, B on 0: p = 1.000, the difference may be chance.":                 {First: "A", Second: "B", OnlyFirst: 1, P: 1},
		"A is right on 1,000 texts where B is wrong, B on 3: p < 0.001, the difference is unlikely to be chance.": {First: "A", Second: "B", OnlyFirst: 1000, OnlySecond: 3, P: 1e-9},
	} {
		if c.String() != want {
			t.Errorf("%s, want %s", c, want)
		}
		r := compared()
		r.Comparisons = []Comparison{c}
		if text := page(t, r); !strings.Contains(text, strings.NewReplacer("<", "&lt;").Replace(want)) || strings.Contains(text, "so few samples") {
			t.Errorf("the page lacks %q", want)
		}
	}
}
