package inspect

import (
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	pretty "github.com/jedib0t/go-pretty/v6/text"
	"pgregory.net/rapid"
)

// plainWords splits at white space.
func plainWords(text string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for w := range strings.FieldsSeq(text) {
			if !yield([]byte(w)) {
				return
			}
		}
	}
}

type inspected struct{ ID, Part, Label, Text string }

func inspect(t testing.TB, list []inspected) *Report {
	t.Helper()
	in := New(plainWords)
	for _, r := range list {
		if err := in.Add(r.ID, r.Part, r.Label, r.Text); err != nil {
			t.Fatal(err)
		}
	}
	return in.Report()
}

// nasty holds a case of everything that a report tells.
var nasty = []inspected{
	{"a.csv:1", "train", "pos", "a good film"},
	{"a.csv:2", "train", "neg", "a bad film"},
	{"a.csv:3", "train", "pos", "a good film"},     // exact
	{"a.csv:4", "train", "pos", " A  good\nfilm "}, // folded
	{"a.csv:5", "train", "neg", "A good FILM"},     // folded, and another label
	{"a.csv:6", "train", "", "영화 가 좋다 좋다 좋다"},
	{"b.csv:1", "test", "pos", "a good film"}, // in both, exact
	{"b.csv:2", "test", "pos", "a good film"}, // in both still, and a duplicate
	{"b.csv:3", "test", "neg", "A bad film"},  // in both, folded
	{"b.csv:4", "test", "neg", " \n"},         // empty
	{"b.csv:5", "test", "neg", ""},            // empty, but no copy
	{"b.csv:6", "test", "a\x1b[31mred", strings.Repeat("long ", 40)},
}

// TestInspectGolden compares with testdata/inspect.txt, which was checked by hand;
// UPDATE_GOLDEN=1 writes it anew.
func TestInspectGolden(t *testing.T) {
	r := inspect(t, nasty)
	doc, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got := r.String() + "\n" + string(doc) + "\n"
	path := filepath.Join("testdata", "inspect.txt")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestInspectNothing(t *testing.T) {
	r := inspect(t, nil)
	if s := r.String(); !strings.Contains(s, "0 texts") || r.Coverage[0].Share != 0 {
		t.Errorf("of no texts the report is\n%s", s)
	}
	r = inspect(t, []inspected{{"1", "", "", "one text"}})
	if s := r.String(); !strings.Contains(s, "No text is empty, and none occurs twice.") {
		t.Errorf("of one text the report is\n%s", s)
	}
}

func TestInspectManyParts(t *testing.T) {
	in := New(plainWords)
	for i := range maxParts {
		if err := in.Add("x", fmt.Sprint(i), "", "text"); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(in.Report().Leaks); n != maxParts*(maxParts-1)/2 {
		t.Errorf("%d leaks between %d parts", n, maxParts)
	}
	if err := in.Add("a.csv:9", "more", "", "text"); err == nil || err.Error() != `inspecting a.csv:9: "more" is one part more than 64` {
		t.Errorf("error %v", err)
	}
}

// TestInspectExamples: as many cases are named as asked for, and all are counted.
func TestInspectExamples(t *testing.T) {
	for _, n := range []int{0, 1, 3, 100} {
		in := New(plainWords)
		in.Examples = n
		for i := range 8 {
			for _, r := range []inspected{{"a", "train", "x", fmt.Sprint(i)}, {"b", "train", "y", fmt.Sprint(i)}, {"c", "test", "x", fmt.Sprint(i)}, {"d", "test", "x", ""}} {
				if err := in.Add(fmt.Sprint(r.ID, i), r.Part, r.Label, r.Text); err != nil {
					t.Fatal(err)
				}
			}
		}
		r, want := in.Report(), min(n, 8)
		if d, l := r.Parts[0].Duplicates, r.Leaks[0]; d.Exact != 8 || len(d.First) != want || l.Exact != 8 || len(l.First) != want {
			t.Errorf("%d: duplicates %+v, leak %+v", n, d, l)
		}
		if c, e := r.Conflicts, r.Empty; c.Texts != 8 || len(c.First) != want || e.Texts != 8 || len(e.First) != want {
			t.Errorf("%d: conflicts %+v, empty %+v", n, c, e)
		}
	}
}

// TestInspectProperties compares with the plain definitions, and holds the lines
// of what is printed to 80 columns.
func TestInspectProperties(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		list := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) inspected {
			return inspected{
				ID:    rapid.String().Draw(r, "id"),
				Part:  rapid.SampledFrom([]string{"train", "validation", "test"}).Draw(r, "part"),
				Label: rapid.OneOf(rapid.SampledFrom([]string{"0", "1"}), rapid.String()).Draw(r, "label"),
				Text:  rapid.StringMatching(`[abAÄä \n]{0,4}`).Draw(r, "text"),
			}
		}), 0, 40).Draw(r, "texts")
		got := inspect(t, list)
		for _, p := range got.Parts {
			exact, folded := map[string]int{}, map[string]int{}
			for _, x := range list {
				if x.Part == p.Name && strings.TrimSpace(x.Text) != "" {
					exact[x.Text]++
					folded[plainFold(x.Text)]++
				}
			}
			if e, f := repeats(exact), repeats(folded); p.Duplicates.Exact != e || p.Duplicates.Folded != f {
				r.Fatalf("%s: %+v, want %d and %d", p.Name, p.Duplicates, e, f)
			}
		}
		for _, l := range got.Leaks {
			a, b := textsOf(list, l.Parts[0]), textsOf(list, l.Parts[1])
			if e, f := shared(a, b, strings.Clone), shared(a, b, plainFold); l.Exact != e || l.Folded != f || f == 0 {
				r.Fatalf("%v: %+v, want %d and %d", l.Parts, l.Copies, e, f)
			}
		}
		labels := map[string]map[string]bool{}
		for _, x := range list {
			if key := plainFold(x.Text); key != "" {
				if labels[key] == nil {
					labels[key] = map[string]bool{}
				}
				labels[key][x.Label] = true
			}
		}
		conflicts := 0
		for _, l := range labels {
			if len(l) > 1 {
				conflicts++
			}
		}
		if got.Conflicts.Texts != conflicts {
			r.Fatalf("%d conflicts, want %d", got.Conflicts.Texts, conflicts)
		}
		sum := 0
		for _, b := range got.Lengths.Histogram {
			sum += b.Texts
		}
		if sum != len(list) || got.Texts != len(list) {
			r.Fatalf("%d texts in bins, %d in all, want %d", sum, got.Texts, len(list))
		}
		for line := range strings.Lines(got.String()) {
			line = strings.TrimSuffix(line, "\n")
			if w := pretty.StringWidthWithoutEscSequences(line); w > lineWidth {
				r.Fatalf("%d columns: %q", w, line)
			}
			if strings.ContainsAny(line, "\x1b\r\t\x00") {
				r.Fatalf("a control character in %q", line)
			}
		}
	})
}

func plainFold(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }

func repeats(count map[string]int) (n int) {
	for _, c := range count {
		n += c - 1
	}
	return n
}

func textsOf(list []inspected, part string) (texts []string) {
	for _, x := range list {
		if x.Part == part && strings.TrimSpace(x.Text) != "" {
			texts = append(texts, x.Text)
		}
	}
	return texts
}

// shared counts the different texts that are in both lists.
func shared(a, b []string, key func(string) string) int {
	in := map[string]bool{}
	for _, s := range a {
		in[key(s)] = true
	}
	both := map[string]bool{}
	for _, s := range b {
		if in[key(s)] {
			both[key(s)] = true
		}
	}
	return len(both)
}

// The quantiles are those of the definition.
func TestLengths(t *testing.T) {
	count, tokens := map[int]int{}, 0
	for n := 1; n <= 200; n++ {
		count[n]++
		tokens += n
	}
	got := lengthsOf(count, 200, tokens)
	got.Histogram = nil
	want := Lengths{Mean: 100.5, Min: 1, Q1: 50, Median: 100, Q3: 150, P95: 190, P99: 198, Max: 200}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
