package text

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pkg/errors"
	"golang.org/x/text/unicode/norm"

	"unroll/internal/choice"
)

// Config says how a text is cleaned and cut into tokens. The zero value is
// the rule of keras.datasets.imdb, see Tokenize.
//
// A text is cleaned in the order of the fields: markup, then normal form, then
// case, then punctuation. Before all of it a run of bytes that are not UTF-8 becomes
// U+FFFD.
type Config struct {
	// HTML decodes character references (&eacute;, &#233;) and makes a space of each
	// tag and comment.
	HTML bool `json:"html,omitempty"`
	// Normalize is one of NormalForms; "" is none.
	Normalize string `json:"normalize,omitempty"`
	// Case is one of Cases; "" is ascii, as keras.datasets.imdb has it. Also "python",
	// which is Python's str.lower.
	Case string `json:"case,omitempty"`
	// StripPunctuation drops ASCII's punctuation, the apostrophe too, so that
	// "don't" is "dont". Keras: TextVectorization's strip_punctuation.
	StripPunctuation bool `json:"strip_punctuation,omitempty"`
	// Tokenizer is one of Tokenizers; "" is keras. A word of Unicode (UAX #29) has a
	// letter, a number or a symbol such as an emoji (category So); "marks" takes each
	// other character too, with its accents, but no white space. Encoders that were
	// made elsewhere also have "split", "whitespace" (ASCII's, as tf.strings.split),
	// "codepoints", and "whole" for a text as one token.
	Tokenizer string `json:"tokenizer,omitempty"`
	// Split is how the tokenizer "split" cuts, and no other.
	Split Split `json:"split,omitzero"`
	// NGrams is the most tokens that are taken as one, joined by a space. At each
	// token come first it alone, then it and the next, and so on; each is counted
	// and ranked as a word is. 0 and 1 are tokens alone, the only way of "bpe".
	NGrams int `json:"ngrams,omitempty"`
	// NGramsByLength yields all tokens alone first, then all pairs, and so on, as
	// Keras's TextVectorization does.
	NGramsByLength bool `json:"ngrams_by_length,omitempty"`
}

// Split cuts as Keras's text_to_word_sequence(filters, split): each character of
// Filters becomes At, and what stands between two At and is not empty is a token.
type Split struct {
	Filters string `json:"filters,omitempty"`
	At      string `json:"at,omitempty"` // "" is a space
}

// maxNGrams bounds NGrams, so that a mistaken number is an error.
const maxNGrams = 10

// check returns the configuration with its defaults in place.
func (c Config) check() (Config, error) {
	for _, s := range []struct {
		field      string
		value      *string
		known, all iter.Seq2[string, string]
	}{
		{"Normalize", &c.Normalize, NormalForms(), NormalForms()},
		{"Case", &c.Case, Cases(), allCases.All()},
		{"Tokenizer", &c.Tokenizer, Tokenizers(), allTokenizers.All()},
	} {
		if err := choice.Check(s.field, *s.value, s.known); err != nil && choice.Want(*s.value, s.all) != nil {
			return c, err
		}
		if *s.value == choice.Names(s.known)[0] {
			*s.value = "" // one spelling, in files too
		}
	}
	switch {
	case c.Tokenizer != split && c.Split != Split{}:
		return c, errors.Errorf("Split is %q, only the tokenizer %s has it", c.Split, split)
	case !utf8.ValidString(c.Split.Filters + c.Split.At):
		return c, errors.Errorf("Split is %q, which is not UTF-8", c.Split)
	case c.NGrams < 0 || c.NGrams > maxNGrams:
		return c, errors.Errorf("NGrams is %d, want 0 to %d", c.NGrams, maxNGrams)
	case c.NGrams > 1 && c.Tokenizer == bpe:
		return c, errors.Errorf("NGrams is %d, the tokenizer bpe allows only 1", c.NGrams)
	case c.NGrams == 1:
		c.NGrams = 0
	}
	if c.Tokenizer == split && c.Split.At == "" {
		c.Split.At = " "
	}
	c.NGramsByLength = c.NGramsByLength && c.NGrams > 0
	return c, nil
}

// clean does all that comes before tokenising, except for the case of ASCII
// letters. Texts that need none of it are not copied.
func (s *scratch) clean(c Config, text string) string {
	s.steps = s.steps[:0]
	if !utf8.ValidString(text) {
		text = s.rewrite(text, (*rewriter).valid)
	}
	if c.HTML && strings.ContainsAny(text, "<&") {
		text = s.rewrite(text, (*rewriter).html)
	}
	if form := valueOf(normalForms, c.Normalize); form != nil && !form.IsNormalString(text) {
		text = s.rewrite(text, func(w *rewriter, text string) { w.normalize(*form, text) })
	}
	if to := valueOf(allCases, c.Case); to.lower && strings.ContainsFunc(text, lowers) {
		text = s.rewrite(text, to.rewrite())
	}
	if c.StripPunctuation && strings.ContainsAny(text, punctuation) {
		text = s.rewrite(text, (*rewriter).strip)
	}
	if c.Tokenizer == split && !c.Split.single() {
		text = s.rewrite(text, func(w *rewriter, text string) { w.translate(c, text) })
	}
	return text
}

// valid is strings.ToValidUTF8 with U+FFFD.
func (w *rewriter) valid(text string) {
	bad := false
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch was := bad; {
		case r != utf8.RuneError || n > 1:
			bad = false
			w.copy(text[i:i+n], i)
		case !was:
			bad = true
			w.put("\uFFFD", i)
		}
		i += n
	}
}

// normalize goes from one boundary of the normal form to another: what is
// between them can be normalised by itself.
func (w *rewriter) normalize(form norm.Form, text string) {
	for i := 0; i < len(text); {
		n := form.QuickSpanString(text[i:])
		w.copy(text[i:i+n], i)
		i += n
		if n = form.NextBoundaryInString(text[i:], true); n > 0 {
			w.put(form.String(text[i:i+n]), i)
			i += n
		}
	}
}

// lowers tells whether r has another lower case that is not left to the table of
// bytes, see foldings.
func lowers(r rune) bool { return r >= utf8.RuneSelf && unicode.ToLower(r) != r }

func (w *rewriter) lower(text string) {
	for i, r := range text {
		n := utf8.RuneLen(r)
		switch lower := string(unicode.ToLower(r)); {
		case !lowers(r):
			w.copy(text[i:i+n], i)
		case len(lower) == n:
			w.copy(lower, i)
		default:
			w.put(lower, i)
		}
	}
}
