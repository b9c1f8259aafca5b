package text

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestTokenize(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", []string{}},
		{" \t\n!?", []string{}},
		{"The cat, the CAT.", []string{"the", "cat", "the", "cat"}},
		{"don't 'quote'", []string{"don't", "'quote'"}},
		{"fine.<br /><br />Bad", []string{"fine", "br", "br", "bad"}},
		{"a\tb\nc_d-e", []string{"a", "b", "c", "d", "e"}},
		{"10/10 :-)", []string{"10", "10"}},
		{"ÉTÉ ÄR", []string{"ÉtÉ", "Är"}},                            // only ASCII letters change
		{"a\rb c\u00a0d e\vf", []string{"a\rb", "c\u00a0d", "e\vf"}}, // only the space splits
		{"emotion\u0085 \u0091very", []string{"emotion\u0085", "\u0091very"}},
		{"bad\xff\xfebytes", []string{"bad\uFFFDbytes"}},
		{strings.Repeat("x", 100) + " y", []string{strings.Repeat("x", 100), "y"}},
		{"a\x00b", []string{"a\x00b"}},
	} {
		if diff := cmp.Diff(c.want, Tokenize(c.text)); diff != "" {
			t.Errorf("Tokenize(%q) (-want +got):\n%s", c.text, diff)
		}
	}
}

// plainTokenize is the rule written down once more, slowly.
func plainTokenize(text string) []string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= 'A' && r <= 'Z':
			b.WriteRune(r + 32)
		case strings.ContainsRune("!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n", r):
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	words := []string{}
	for _, w := range strings.Split(b.String(), " ") {
		if w != "" {
			words = append(words, w)
		}
	}
	return words
}

func TestTokenizeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		words := Tokenize(text)
		if diff := cmp.Diff(plainTokenize(text), words); diff != "" {
			t.Fatalf("differs from the plain rule (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(words, Tokenize(strings.Join(words, " "))); diff != "" {
			t.Fatalf("tokenising twice changes words:\n%s", diff)
		}
	})
}

func FuzzTokenize(f *testing.F) {
	f.Add("The cat, the CAT.<br />")
	f.Add("a\xff\xc3 \u0085")
	f.Fuzz(func(t *testing.T, text string) {
		for _, w := range Tokenize(text) {
			if again := Tokenize(w); len(again) != 1 || again[0] != w {
				t.Errorf("%q of %q tokenises to %q", w, text, again)
			}
			if !utf8.ValidString(w) {
				t.Errorf("%q is not UTF-8", w)
			}
		}
	})
}
