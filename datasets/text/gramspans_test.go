package text

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Spans are of the original text, whatever cleaning made of it.
func TestGramsEncodeSpans(t *testing.T) {
	for _, c := range []struct {
		name   string
		config GramConfig
		text   string
		want   []string // of each gram, in order
	}{
		{"words", GramConfig{Words: 2}, "A  film, a FILM", []string{"A", "A  film", "film", "film, a", "a", "a FILM", "FILM"}},
		{"bounds", GramConfig{Words: 2, Bounds: true}, " ok. ", []string{"", "ok", "ok", "ok", ""}},
		{"marks", GramConfig{Text: Config{Tokenizer: "marks"}, Words: 1}, "ok!! 👍🏽", []string{"ok", "!", "!", "👍🏽"}},
		{"references", GramConfig{Text: Config{HTML: true, Tokenizer: "words"}, Words: 2}, "caf&eacute;<br>Ol&eacute;", []string{"caf&eacute;", "caf&eacute;<br>Ol&eacute;", "Ol&eacute;"}},
		{"characters", GramConfig{MinChars: 1, MaxChars: 2}, "a \t é", []string{"", "a", "a", "a \t ", " \t ", " \t é", "é", "é", ""}},
		{"tags", GramConfig{Text: Config{HTML: true}, MinChars: 2, MaxChars: 2}, "<b>a</b>&amp;", []string{"<b>a", "a</b>", "</b>&amp;", "&amp;"}},
		{"Korean", GramConfig{Text: Config{Normalize: "NFC"}, MinChars: 3, MaxChars: 3}, "\u1112\u1161\u11ab 글", []string{"\u1112\u1161\u11ab ", "\u1112\u1161\u11ab 글", " 글"}},
		{"emoji", GramConfig{MinChars: 2, MaxChars: 2}, "👍🏽", []string{"👍", "👍🏽", "🏽"}},
		{"dropped", GramConfig{Text: Config{StripPunctuation: true}, Words: 2, Bounds: true, MinChars: 1, MaxChars: 1}, ".a.", []string{"", "a", "a", "a", "", "", "a", ""}},
	} {
		g := learnGrams(t, c.config, c.text)
		_, spans := g.EncodeSpans(c.text)
		var got []string
		for _, s := range spans {
			got = append(got, c.text[s[0]:s[1]])
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s of %q (-want +got):\n%s", c.name, c.text, diff)
		}
	}
	// A text without words has no bounds either.
	g := learnGrams(t, GramConfig{Words: 1, Bounds: true, MinChars: 1, MaxChars: 1}, "?? a ??")
	for _, nothing := range []string{"", " ", "\n\t"} {
		if ids := g.Encode(nil, nothing); len(ids) > 0 {
			t.Errorf("%q has the grams %v", nothing, ids)
		}
	}
	g = learnGrams(t, GramConfig{Words: 1, Bounds: true}, "?? a ??")
	if _, spans := g.EncodeSpans("?? a ??"); !cmp.Equal(spans, [][2]int{{0, 0}, {3, 4}, {7, 7}}) {
		t.Errorf("spans %v", spans)
	}
}
