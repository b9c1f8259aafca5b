package inspect

import (
	"iter"
	"os"
	"slices"
	"strings"
	"testing"

	"unroll/datasets/imdb"
	"unroll/datasets/text"
)

func kerasWords(review string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for _, w := range text.Tokenize(review) {
			if !yield([]byte(w)) {
				return
			}
		}
	}
}

func realCorpus(t testing.TB) *imdb.Reviews {
	t.Helper()
	path := os.Getenv("UNROLL_IMDB")
	if path == "" {
		t.Skip("SKIPPED: the real dataset is NOT tested; set UNROLL_IMDB to the path of aclImdb or its .tar.gz")
	}
	c, err := imdb.Read(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func inspectReal(t testing.TB) *Inspector {
	c := realCorpus(t)
	in := New(kerasWords)
	in.Examples = 1000
	for r := range c.Part("") {
		if err := in.Add(r.ID, r.Part, r.Label, r.Text); err != nil {
			t.Fatal(err)
		}
	}
	return in
}

// IMDB has 123 texts in both halves.
func TestRealInspect(t *testing.T) {
	r := inspectReal(t).Report()
	t.Logf("\n%.2000s", r)
	if len(r.Leaks) != 1 || r.Leaks[0].Exact != 123 || len(r.Leaks[0].First) != 123 {
		t.Errorf("the leaks are %+v, want one of 123 texts", r.Leaks)
	}
	for _, p := range r.Parts {
		if p.Texts != 25000 || p.Classes[imdb.Negative] != 12500 || p.Classes[imdb.Positive] != 12500 {
			t.Errorf("%s has %d texts of classes %v", p.Name, p.Texts, p.Classes)
		}
	}
	if first := r.Frequent[:5]; !slices.EqualFunc(first, strings.Fields("the and a of to"), func(w WordCount, s string) bool { return w.Word == s }) {
		t.Errorf("the most frequent words are %v", first)
	}
}

func BenchmarkInspect(b *testing.B) {
	c, size := realCorpus(b), 0
	for r := range c.Part("") {
		size += len(r.Text)
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		inspectReal(b).Report()
	}
}
