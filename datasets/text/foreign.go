package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// What the tokenizers and the case of other programs do, see allTokenizers.

// single reports whether a text is cut at single characters.
func (p Split) single() bool { return utf8.RuneCountInString(p.At) <= 1 }

// translated reports whether clean has done the lower case of ASCII's letters too.
func (c Config) translated() bool { return c.Tokenizer == split && !c.Split.single() }

// split takes what is between Split.At and, if it is one character, Split.Filters.
func (s *scratch) split(c Config, _ string) {
	text := string(s.folded)
	lo, i := 0, 0
	cut := func(n int) {
		if i > lo {
			s.tokens = append(s.tokens, token{lo, i})
		}
		i += n
		lo = i
	}
	if !c.Split.single() { // the filters are gone, see translate
		for {
			n := strings.Index(text[i:], c.Split.At)
			if n < 0 {
				break
			}
			i += n
			cut(len(c.Split.At))
		}
	} else {
		at, _ := utf8.DecodeRuneInString(c.Split.At)
		for i < len(text) {
			r, n := utf8.DecodeRuneInString(text[i:])
			if r == at || strings.ContainsRune(c.Split.Filters, r) {
				cut(n)
			} else {
				i += n
			}
		}
	}
	i = len(text)
	cut(0)
}

// translate writes Split.At for each of Split.Filters, and ASCII's letters in lower
// case where they are to be: Python's filters see the text that is lowered, and what
// At spells may run together with what stands beside it.
func (w *rewriter) translate(c Config, text string) {
	lower := valueOf(allCases, c.Case).ascii
	for i, r := range text {
		if lower && 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		if strings.ContainsRune(c.Split.Filters, r) {
			w.put(c.Split.At, i)
		} else {
			w.copy(string(r), i)
		}
	}
}

// asciiSpace is what isspace of C takes for white space, and so tf.strings.split: less
// than Python's str.split.
const asciiSpace = " \t\n\v\f\r"

// whitespace takes what is between ASCII's white space.
func (s *scratch) whitespace(Config, string) {
	lo := 0
	for i, c := range s.folded {
		if strings.IndexByte(asciiSpace, c) < 0 {
			continue
		}
		if i > lo {
			s.tokens = append(s.tokens, token{lo, i})
		}
		lo = i + 1
	}
	if lo < len(s.folded) {
		s.tokens = append(s.tokens, token{lo, len(s.folded)})
	}
}

// codepoints takes each code point.
func (s *scratch) codepoints(_ Config, text string) {
	for i, r := range text {
		s.tokens = append(s.tokens, token{i, i + utf8.RuneLen(r)})
	}
}

// whole takes the text.
func (s *scratch) whole(Config, string) {
	if len(s.folded) > 0 {
		s.tokens = append(s.tokens, token{0, len(s.folded)})
	}
}

// punctuation is what Keras's TextVectorization strips.
const punctuation = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'"

// strip drops punctuation.
func (w *rewriter) strip(text string) {
	for i := 0; i < len(text); {
		n := strings.IndexAny(text[i:], punctuation)
		if n < 0 {
			n = len(text) - i
		}
		if n > 0 {
			w.copy(text[i:i+n], i)
		}
		w.gap = true
		i += n + 1
	}
}

// lowerFull is lower as Unicode's SpecialCasing has it, and Python's str.lower: İ is
// an i and a dot above, and a Σ that ends a word is ς.
func (w *rewriter) lowerFull(text string) {
	for i, r := range text {
		n := utf8.RuneLen(r)
		lower := string(unicode.ToLower(r))
		switch {
		case r == 'İ':
			lower = "i\u0307"
		case r == 'Σ' && endsWord(text, i, i+n):
			lower = "ς"
		case !lowers(r):
			lower = text[i : i+n]
		}
		if len(lower) == n {
			w.copy(lower, i)
		} else {
			w.put(lower, i)
		}
	}
}

// endsWord is Unicode's Final_Sigma of the character text[lo:hi]: before it stands a
// letter that has a case, behind it none, whatever case-ignorable ones are between.
func endsWord(text string, lo, hi int) bool {
	for lo > 0 {
		r, n := utf8.DecodeLastRuneInString(text[:lo])
		if lo -= n; caseIgnorable(r) {
			continue
		}
		if !cased(r) {
			return false
		}
		for _, r := range text[hi:] {
			if !caseIgnorable(r) {
				return !cased(r)
			}
		}
		return true
	}
	return false
}

func cased(r rune) bool {
	return unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Uppercase, unicode.Other_Lowercase)
}

func caseIgnorable(r rune) bool {
	return strings.ContainsRune("'.:·\u0387\u055f\u05f4‘’․‧\ufe13\ufe52\ufe55＇．：", r) ||
		unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk)
}
