package text

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestForeignTokenizers: the tokens are Keras's. testdata/tokenizers.py printed them.
func TestForeignTokenizers(t *testing.T) {
	data, err := os.ReadFile("testdata/tokenizers.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Texts []string
		Cases []struct {
			Config Config
			Tokens [][]string
		}
	}
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	for _, c := range golden.Cases {
		config, err := c.Config.check()
		if err != nil {
			t.Fatal(err)
		}
		for i, text := range golden.Texts {
			got, _ := tokensOf(config, text)
			if !slices.Equal(got, c.Tokens[i]) {
				t.Errorf("%+v: %q gives %q, Keras %q", config, text, got, c.Tokens[i])
			}
		}
	}
	if len(golden.Cases) < 50 {
		t.Errorf("only %d cases", len(golden.Cases))
	}
}

// TestForeignSpans: each token is made of the bytes it names.
func TestForeignSpans(t *testing.T) {
	for _, c := range []struct {
		config       Config
		text         string
		tokens, from []string
	}{
		{Config{Case: "python", Tokenizer: split}, "ΟΔΟΣ İs", []string{"οδος", "i\u0307s"}, []string{"ΟΔΟΣ", "İs"}},
		{Config{Case: "python", Tokenizer: "codepoints"}, "aİ", []string{"a", "i", "\u0307"}, []string{"a", "İ", "İ"}},
		{Config{StripPunctuation: true, Tokenizer: "whitespace"}, `"Don't" (go)!`, []string{"dont", "go"}, []string{"Don't", "go"}},
		{Config{Case: "python", Tokenizer: split, Split: Split{"x", "aba"}}, "Abx Y", []string{"ba y"}, []string{"x Y"}},
		{Config{HTML: true, StripPunctuation: true, Tokenizer: "whitespace"}, "caf&eacute;s' x", []string{"cafés", "x"}, []string{"caf&eacute;s", "x"}},
		{Config{Tokenizer: "whole"}, "a b", []string{"a b"}, []string{"a b"}},
		{Config{Tokenizer: "whitespace", NGrams: 2, NGramsByLength: true}, "a  b", []string{"a", "b", "a b"}, []string{"a", "b", "a  b"}},
	} {
		config, err := c.config.check()
		if err != nil {
			t.Fatal(err)
		}
		tokens, from := tokensOf(config, c.text)
		if diff := cmp.Diff([][]string{c.tokens, c.from}, [][]string{tokens, from}); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, diff)
		}
	}
}

func TestForeignConfigRefuses(t *testing.T) {
	for want, c := range map[string]EncoderConfig{
		"only the tokenizer split has it":            {Text: Config{Split: Split{Filters: "."}}},
		"which is not UTF-8":                         {Text: Config{Tokenizer: split, Split: Split{Filters: "\xff"}}},
		"FirstID is -1":                              {FirstID: -1},
		"FirstID is 1099511627776":                   {FirstID: 1 << 40},
		"Unknown is -1 and Start 0":                  {Unknown: -1},
		"Unknown is 0 and Start 2147483647":          {Start: 1<<31 - 1},
		"Unknown is 1 and OOVBuckets 2, want one":    {Unknown: 1, OOVBuckets: 2},
		"FirstID is 1 and Unknown 0, the tokenizer ": {FirstID: 1, Text: Config{Tokenizer: "bpe"}},
		"NumWords 1 keeps no word":                   {FirstID: 1, NumWords: 1},
		"Value is 27, want an id, 0 to 26":           {FirstID: 1, Value: 27},
	} {
		c.MaxLen = 3
		v := letters()
		v.text = c.Text
		if _, err := NewEncoder(v, c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	for _, c := range []EncoderConfig{{FirstID: 1, Unknown: 1, MaxLen: 3}, {Start: 4, MaxLen: 3}} {
		if _, err := LearnEncoder(Of("a b"), c); err == nil || !strings.Contains(err.Error(), `the word "a" has the id`) {
			t.Errorf("%+v: error %v", c, err)
		}
	}
	learn(t, EncoderConfig{FirstID: 2, Unknown: 1, MaxLen: 3}, "a b")
	for want, words := range map[string][]string{
		`"a" twice`: {"a", "b", "a"}, "not UTF-8": {"\xff"}, "holds no words": {"", ""},
	} {
		if _, err := NewVocabulary(words, Config{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", words, err, want)
		}
	}
}

// TestForeignIDs: the first id, the one of unknown words, the one before each sequence,
// and ids without a word; and the same from a file.
func TestForeignIDs(t *testing.T) {
	v, err := NewVocabulary([]string{"<oov>", "the", "", "cat", "sat"}, Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		config EncoderConfig
		want   []int32
		depth  int
		known  int
	}{
		{EncoderConfig{FirstID: 1}, []int32{0, 0, 2, 4, 5}, 6, 3},
		{EncoderConfig{FirstID: 1, Unknown: 1}, []int32{0, 2, 4, 1, 5}, 6, 3},
		{EncoderConfig{FirstID: 1, Unknown: 1, NumWords: 5}, []int32{0, 2, 4, 1, 1}, 5, 2},
		{EncoderConfig{FirstID: 1, Unknown: 1, NumWords: 9, SkipTop: 3}, []int32{0, 1, 4, 1, 5}, 9, 2},
		{EncoderConfig{FirstID: 1, Unknown: 12, NumWords: 5}, []int32{0, 2, 4, 12, 12}, 13, 2},
		{EncoderConfig{Start: 1, Unknown: 2}, []int32{1, 5, 7, 2, 8}, 9, 3},
		{EncoderConfig{Start: 20, Padding: Post}, []int32{20, 5, 7, 8, 0}, 21, 3},
	} {
		c.config.MaxLen = 5
		e, err := NewEncoder(v, c.config)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "encoder.json")
		if err := e.Save(path); err != nil {
			t.Fatal(err)
		}
		read, err := LoadEncoder(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range []*Encoder{e, read} {
			const text = "The cat never sat"
			if got := e.Encode(text); !slices.Equal(got, c.want) {
				t.Errorf("%+v: %v, want %v", c.config, got, c.want)
			}
			if got := e.KnownWords(text); got != c.known || e.Depth() != c.depth {
				t.Errorf("%+v: %d words of %d ids, want %d of %d", c.config, got, e.Depth(), c.known, c.depth)
			}
			for id := range int32(e.Depth() + 3) {
				if w := e.WordOf(id); w != "" {
					if back, ok := e.IDOf(w); !ok || back != id {
						t.Errorf("%+v: %q has id %d, back %d", c.config, w, id, back)
					}
				}
			}
			ids, spans := e.EncodeSpans("Ça: the 'cat'")
			for i, s := range spans {
				if w := "Ça: the 'cat'"[s[0]:s[1]]; ids[i] == c.config.Start && w != "" || e.WordOf(ids[i]) != "" && !strings.EqualFold(strings.Trim(w, "'"), e.WordOf(ids[i])) {
					t.Errorf("%+v: id %d is of %q", c.config, ids[i], w)
				}
			}
			if _, s, err := e.EncodeTexts(Of("", "the", text)); err != nil || s.Empty != 1 {
				t.Errorf("%+v: %d empty texts, want 1; error %v", c.config, s.Empty, err)
			}
		}
	}
}

// TestForeignProperties: any text is cut in the bounds of its letters, and a single
// character as Split.At does what the definition says.
func TestForeignProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, err := Config{
			Case: rapid.SampledFrom([]string{"python", "keep", ""}).Draw(t, "case"), StripPunctuation: rapid.Bool().Draw(t, "strip"),
			Tokenizer: rapid.SampledFrom([]string{split, "whitespace", "codepoints", "whole"}).Draw(t, "tokenizer"),
			NGrams:    rapid.IntRange(0, 3).Draw(t, "ngrams"), NGramsByLength: rapid.Bool().Draw(t, "by length"),
		}.check()
		if err != nil {
			t.Fatal(err)
		}
		if c.Tokenizer == split {
			c.Split = Split{rapid.StringN(0, 3, -1).Draw(t, "filters"), rapid.StringN(1, 3, -1).Draw(t, "at")}
		}
		text := rapid.String().Draw(t, "text")
		tokens, from := tokensOf(c, text)
		for i, token := range tokens {
			if token == "" || !utf8.ValidString(token) || from[i] == "" || !utf8.ValidString(from[i]) {
				t.Fatalf("%+v: token %q of %q", c, token, from[i])
			}
		}
		if c.Tokenizer == split && c.Split.single() && c.NGrams < 2 && !c.StripPunctuation && c.Case == "keep" {
			want := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(c.Split.Filters+c.Split.At, r) })
			if !slices.Equal(tokens, want) {
				t.Fatalf("%+v: %q gives %q, want %q", c.Split, text, tokens, want)
			}
		}
	})
}
