package text

import (
	"html"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// tokensOf returns the tokens of text and, of each, the original text.
func tokensOf(c Config, text string) (tokens, sources []string) {
	var s scratch
	s.tokenize(c, text)
	for gram, t := range s.grams(c) {
		t = s.original(t)
		tokens, sources = append(tokens, string(gram)), append(sources, text[t.lo:t.hi])
	}
	return tokens, sources
}

func TestTokenizers(t *testing.T) {
	words, chars := Config{Tokenizer: "words"}, Config{Tokenizer: "chars"}
	for _, c := range []struct {
		name    string
		config  Config
		text    string
		want    []string
		sources []string // want if nil
	}{
		{"words", words, "The quick (“brown”) fox can’t jump 32.3 feet, right?",
			[]string{"the", "quick", "brown", "fox", "can’t", "jump", "32.3", "feet", "right"},
			[]string{"The", "quick", "brown", "fox", "can’t", "jump", "32.3", "feet", "right"}},
		{"apostrophes", words, "don't 'quote' rock'n'roll", []string{"don't", "quote", "rock'n'roll"}, nil},
		{"numbers", words, "1,000 3.5kg 10/10 x_y", []string{"1,000", "3.5kg", "10", "10", "x_y"}, nil},
		{"Korean", words, "영화가 정말 재미있다!", []string{"영화가", "정말", "재미있다"}, nil},
		{"Japanese", words, "映画はスゴイ。", []string{"映", "画", "は", "スゴイ"}, nil},
		{"Thai", words, "ที่ดี", []string{"ที่", "ดี"}, nil},
		{"emoji", words, "good 👍🏽👨‍👩‍👧🇰🇷 :-) ☃!", []string{"good", "👍🏽", "👨‍👩‍👧", "🇰🇷", "☃"}, nil},
		{"nothing", words, " \t\n—…!", nil, nil},
		{"chars", chars, "Ab e\u0301\r\n 각👨‍👩‍👧", []string{"a", "b", " ", "e\u0301", "\r\n", " ", "각", "👨‍👩‍👧"},
			[]string{"A", "b", " ", "e\u0301", "\r\n", " ", "각", "👨‍👩‍👧"}},
		{"n-grams", Config{NGrams: 3}, "A b,c", []string{"a", "a b", "a b c", "b", "b c", "c"}, []string{"A", "A b", "A b,c", "b", "b,c", "c"}},
		{"n-grams of few", Config{NGrams: 3}, "one", []string{"one"}, nil},
		{"html", Config{HTML: true}, `fine.<br /><B class="x">Bad</b> 1 < 2 &amp; caf&eacute; &#39;s <!-- no -->&lt;i&gt;`,
			[]string{"fine", "bad", "1", "2", "café", "'s", "i"}, []string{"fine", "Bad", "1", "2", "caf&eacute;", "&#39;s", "i"}},
		{"no html", Config{}, "a&amp;b<br>", []string{"a", "amp", "b", "br"}, nil},
		{"case", Config{Case: "lower"}, "ÉTÉ İI ȺA", []string{"été", "ii", "ⱥa"}, []string{"ÉTÉ", "İI", "ȺA"}},
		{"kept case", Config{Case: "keep"}, "ÉTÉ Xx", []string{"ÉTÉ", "Xx"}, nil},
		{"NFC", Config{Normalize: "NFC"}, "e\u0301te x \u1100\u1161\u11a8", []string{"éte", "x", "각"}, []string{"e\u0301te", "x", "\u1100\u1161\u11a8"}},
		{"NFKC", Config{Normalize: "NFKC"}, "ｆｕｌｌ，ﬁne ㎞ ﬃ", []string{"full", "fine", "km", "ffi"}, []string{"ｆｕｌｌ", "ﬁne", "㎞", "ﬃ"}},
		{"NFD", Config{Normalize: "NFD"}, "Été 각", []string{"e\u0301te\u0301", "\u1100\u1161\u11a8"}, []string{"Été", "각"}},
		{"all", Config{HTML: true, Normalize: "NFKC", Case: "lower", Tokenizer: "words"}, "<p>ＣＡＦ&Eacute;<br>É\xff\xfe!",
			[]string{"café", "é"}, []string{"ＣＡＦ&Eacute;", "É"}},
		{"damaged", Config{Tokenizer: "chars"}, "a\xff\xfeé\xc3", []string{"a", "\uFFFD", "é", "\uFFFD"}, []string{"a", "\xff\xfe", "é", "\xc3"}},
	} {
		if c.sources == nil {
			c.sources = c.want
		}
		tokens, sources := tokensOf(c.config, c.text)
		if diff := cmp.Diff(c.want, tokens); diff != "" {
			t.Errorf("%s: tokens of %q (-want +got):\n%s", c.name, c.text, diff)
		}
		if diff := cmp.Diff(c.sources, sources); diff != "" {
			t.Errorf("%s: sources in %q (-want +got):\n%s", c.name, c.text, diff)
		}
	}
}

// cleaned returns text as clean leaves it.
func cleaned(c Config, text string) string {
	var s scratch
	return s.clean(c, text)
}

func TestHTML(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "",
		"a<br>b<br/>c</p>d":              "a b c d",
		"<a href='x'>link</a>":           " link ",
		"1 < 2 > 0, a <b, <3, </ >, <>":  "1 < 2 > 0, a <b, <3, </ >, <>",
		"if a<b and c<d>e":               "if a<b and c e",
		"x<!-- a > b <i> -->y<!-- z":     "x y<!-- z",
		"<!DOCTYPE html><?xml?>t":        "  t",
		"<!--<!--a-->b":                  "<!-- b",
		"&lt;br&gt; &amp;lt; &quot;":     "<br> &lt; \"",
		"&eacute&#233;&#xe9;&#XE9 &nbsp": "éééé \u00a0",
		"AT&T &unknown; & &# &#; &;":     "AT&T &unknown; & &# &#; &;",
		"&notit; &#0; &#x110000;":        "¬it; \uFFFD \uFFFD",
		"&&amp;&":                        "&&&",
		"<":                              "<",
		"a&":                             "a&",
	} {
		if got := cleaned(Config{HTML: true}, text); got != want {
			t.Errorf("%q is cleaned to %q, want %q", text, got, want)
		}
	}
}

var (
	anyConfig = rapid.Custom(func(t *rapid.T) Config {
		return Config{
			HTML:      rapid.Bool().Draw(t, "html"),
			Normalize: rapid.SampledFrom([]string{"", "NFC", "NFD", "NFKC", "NFKD"}).Draw(t, "normalize"),
			Case:      rapid.SampledFrom([]string{"", "lower", "keep"}).Draw(t, "case"),
			Tokenizer: rapid.SampledFrom([]string{"", "words", "chars", "bpe"}).Draw(t, "tokenizer"),
		}
	})
	// anyText is often such that the steps have something to do.
	anyText = rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOf(rapid.OneOf(
			rapid.SampledFrom([]string{" ", "a", "B", "the", "É", "e\u0301", "각", "\u1100\u1161", "\u11a8", "ﬁ", "İ", "Ⱥ", "<br />", "<", ">", "&amp;", "&eacute", "&#", ";", "👍🏽", "\xff", "\xe2\x82", "，", "Ω"}),
			rapid.String(),
		)).Draw(t, "text"), "")
	})
)

// Each step alone is what a library makes of the whole text.
func TestCleanProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := anyText.Draw(t, "text")
		text := strings.ToValidUTF8(raw, "\uFFFD")
		if got := cleaned(Config{}, raw); got != text {
			t.Fatalf("%q becomes %q, want %q", raw, got, text)
		}
		for _, form := range normalForms {
			want := text
			if form.Value != nil {
				want = form.Value.String(text)
			}
			if got := cleaned(Config{Normalize: form.Name}, raw); got != want {
				t.Fatalf("%s of %q is %q, want %q", form.Name, text, got, want)
			}
		}
		lower := strings.Map(func(r rune) rune {
			if r < utf8.RuneSelf {
				return r
			}
			return []rune(strings.ToLower(string(r)))[0]
		}, text)
		if got := cleaned(Config{Case: "lower"}, raw); got != lower {
			t.Fatalf("lower case of %q is %q, want %q", text, got, lower)
		}
		untagged := strings.ReplaceAll(text, "<", "")
		if got, want := cleaned(Config{HTML: true}, untagged), html.UnescapeString(untagged); got != want {
			t.Fatalf("%q is decoded to %q, want %q", untagged, got, want)
		}
	})
}

// Sources are in the order of their tokens, in the text, and of the bytes they
// came from where nothing was changed.
func TestSourcesProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkSources(t, anyConfig.Draw(t, "config"), anyText.Draw(t, "text"))
	})
}

func checkSources(t interface{ Fatalf(string, ...any) }, c Config, text string) {
	var s scratch
	s.tokenize(c, text)
	last := token{}
	for _, tok := range s.tokens {
		if tok.lo >= tok.hi || tok.hi > len(s.folded) {
			t.Fatalf("%+v: token %v in %q", c, tok, s.folded)
		}
		o := s.original(tok)
		if o.lo >= o.hi || o.hi > len(text) || o.lo < last.lo || o.hi < last.hi {
			t.Fatalf("%+v: token %v of %q comes from %v, after %v", c, tok, text, o, last)
		}
		if word := string(s.folded[tok.lo:tok.hi]); len(s.steps) == 0 && !strings.EqualFold(text[o.lo:o.hi], word) {
			t.Fatalf("%+v: token %q comes from %q", c, word, text[o.lo:o.hi])
		}
		last = o
	}
}

func TestCharsProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		var want []string
		for g := graphemes.FromString(text); g.Next(); {
			want = append(want, g.Value())
		}
		if got, _ := tokensOf(Config{Tokenizer: "chars", Case: "keep"}, text); !cmp.Equal(want, got) {
			t.Fatalf("characters (-want +got):\n%s", cmp.Diff(want, got))
		}
	})
}

func TestTextConfigRefuses(t *testing.T) {
	for want, c := range map[string]Config{
		`Normalize: unknown "nfc", want none, NFC`:         {Normalize: "nfc"},
		`Case: unknown "upper", want ascii, lower or keep`: {Case: "upper"},
		`Tokenizer: unknown "wordpiece", want`:             {Tokenizer: "wordpiece"},
		"NGrams is -1, want 0 to 10":                       {NGrams: -1},
		"NGrams is 11":                                     {NGrams: 11},
		"NGrams is 2, the tokenizer bpe allows only 1":     {NGrams: 2, Tokenizer: "bpe"},
	} {
		if _, err := Count(Of("a"), c); err == nil || !strings.HasPrefix(err.Error(), "counting words: "+want) {
			t.Errorf("%+v: error %v, want %q", c, err, want)
		}
		if _, err := LearnEncoder(Of("a"), EncoderConfig{Text: c, MaxLen: 1}); err == nil || !strings.HasPrefix(err.Error(), "encoder: "+want) {
			t.Errorf("%+v: error %v, want %q", c, err, want)
		}
	}
}
