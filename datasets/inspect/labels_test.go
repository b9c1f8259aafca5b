package inspect

import (
	"slices"
	"strings"
	"testing"
)

// TestAddLabels: labels are counted by the texts that have them, a text without one is
// told of, and the same labels in another order are no conflict.
func TestAddLabels(t *testing.T) {
	in := New(plainWords)
	for _, r := range []struct {
		id     string
		labels []string
		text   string
	}{
		{"a:1", []string{"x", "y"}, "one"}, {"a:2", []string{"y", "x"}, "One"}, {"a:3", nil, "two"}, {"a:4", []string{"x"}, "two"}, {"a:5", []string{"x"}, "three"},
	} {
		if err := in.AddLabels(r.id, "train", r.labels, r.text); err != nil {
			t.Fatal(err)
		}
	}
	r := in.Report()
	if !slices.Equal(r.Labels, []Labelled{{0, 1}, {1, 2}, {2, 2}}) || r.Parts[0].Classes["x"] != 4 || r.Parts[0].Classes["y"] != 2 || r.Parts[0].Texts != 5 {
		t.Errorf("%+v", r)
	}
	if c := r.Conflicts; c.Texts != 1 || c.First[0].Labels != [2]string{"", "x"} {
		t.Errorf("conflicts %+v", c)
	}
	for _, want := range []string{"│ label ", "│ texts ", "Labels per text: mean 1.20; texts with no label 1, 1 label 2, 2 labels 2\n"} {
		if s := r.String(); !strings.Contains(s, want) {
			t.Errorf("no %q in\n%s", want, s)
		}
	}
}
