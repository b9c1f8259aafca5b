package text

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJoin(t *testing.T) {
	if got, want := Join("a", " ", "", "b c"), "a"+Boundary+"b c"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := Join("", "only"); got != "only" {
		t.Errorf("of one part %q", got)
	}
}

// TestBoundary: by no tokenizer is there a token or an n-gram of two parts, nor one of the
// boundary, and all others are those of the parts.
func TestBoundary(t *testing.T) {
	first, second := "A good film", "is not, a dull one"
	for name := range Tokenizers() {
		for _, c := range []Config{{}, {NGrams: 3}, {NGrams: 3, NGramsByLength: true}, {HTML: true, Normalize: "NFKC", Case: "lower", StripPunctuation: true}} {
			c.Tokenizer = name
			if name == bpe {
				c.NGrams, c.NGramsByLength = 0, false
			}
			of := func(text string) (all []string) {
				tokens, err := c.Tokens()
				if err != nil {
					t.Fatal(err)
				}
				for token := range tokens(text) {
					all = append(all, string(token))
				}
				return all
			}
			got, want := of(Join(first, second)), slices.Concat(of(first), of(second))
			if c.NGramsByLength { // all alone first, then all pairs
				slices.Sort(got)
				slices.Sort(want)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%+v: %s", c, diff)
			}
		}
	}
}

// TestBoundaryOfGrams: the grams of a text are those of its parts, those of a part's
// bounds too, and each is at its place in the text.
func TestBoundaryOfGrams(t *testing.T) {
	first, second := "A good  film", "Is not &amp; a dull one"
	whole := Join(first, second)
	c := GramConfig{Text: Config{HTML: true, Tokenizer: "marks", Case: "lower"}, Words: 3, Bounds: true, MinChars: 1, MaxChars: 5}
	g, err := LearnGrams(func(yield func(string, error) bool) { yield(whole, nil) }, c)
	if err != nil {
		t.Fatal(err)
	}
	sorted := func(ids []int32) []int32 { slices.Sort(ids); return ids }
	parts := slices.Concat(g.Encode(nil, first), g.Encode(nil, second))
	if diff := cmp.Diff(sorted(parts), sorted(g.Encode(nil, whole))); diff != "" {
		t.Error(diff)
	}
	ids, spans := g.EncodeSpans(whole)
	if len(ids) != len(parts) {
		t.Errorf("%d ids, want %d", len(ids), len(parts))
	}
	at := strings.Index(whole, Boundary)
	for i, s := range spans {
		if s[0] < 0 || s[1] > len(whole) || s[0] > s[1] || s[0] < at && s[1] > at+1 || s[0] < at+len(Boundary)-1 && s[0] > at {
			t.Errorf("id %d is of %q", ids[i], whole[s[0]:s[1]])
		}
	}
}

// TestBoundaryOfSpans: each n-gram is at its place, in one part or the other.
func TestBoundaryOfSpans(t *testing.T) {
	whole := Join("A good  film", "is not a dull one")
	c := Config{Tokenizer: "words", NGrams: 2}
	v, err := Count(func(yield func(string, error) bool) { yield(whole, nil) }, c)
	if err != nil {
		t.Fatal(err)
	}
	e, err := NewEncoder(v, EncoderConfig{Text: c, NumWords: 100, MaxLen: 50})
	if err != nil {
		t.Fatal(err)
	}
	tokens := e.Tokens(whole)
	_, spans := e.EncodeSpans(whole)
	if len(tokens) != 5+9 || len(spans) != len(tokens) {
		t.Fatalf("%d tokens, %d spans", len(tokens), len(spans))
	}
	for i, s := range spans {
		if of := whole[s[0]:s[1]]; strings.Join(strings.Fields(strings.ToLower(of)), " ") != tokens[i] {
			t.Errorf("%q is of %q", tokens[i], of)
		}
	}
}
