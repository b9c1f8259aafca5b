package text

import (
	"sync"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// Keras's filters: each of these separates words. The apostrophe is not among
// them, nor is any white space other than tab, newline and the space itself.
const filters = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n"

// folding maps each byte to what tokenising makes of it.
type folding [256]byte

// folds says which folding it is.
type folds struct{ lower, split bool }

var foldings = map[folds]*folding{
	{true, true}:   newFolding(true, filters),
	{false, true}:  newFolding(false, filters),
	{true, false}:  newFolding(true, ""),
	{false, false}: newFolding(false, ""),
}

func newFolding(lower bool, spaces string) *folding {
	t := new(folding)
	for i := range t {
		t[i] = byte(i)
		if lower && 'A' <= i && i <= 'Z' {
			t[i] += 'a' - 'A'
		}
	}
	for i := range len(spaces) {
		t[spaces[i]] = ' '
	}
	return t
}

// token is the bytes lo to hi of a text. All steps after clean leave bytes where
// they are, so it is the same in the cleaned text and in scratch.folded.
type token struct{ lo, hi int }

// scratch is what working on one text after another needs. It must not be used
// concurrently.
type scratch struct {
	out    []byte    // what a rewriter writes
	steps  []offsets // from the cleaned text back to the original
	folded []byte    // the cleaned text as tokens spell it
	tokens []token
	ends   []int  // how many tokens there are up to the end of each part, see Boundary
	gram   []byte // see grams

	counts counter // see Count
	pairs  pairs   // see bytePairs.encode

	ids   []int32 // see Encoder.encode
	flat  []int32 // see Encoder.EncodeTexts
	spans []token // of the ids, in the cleaned text
	stats tally

	units   [kinds]units // see takeUnits
	hashes  []uint64
	counted [kinds]gramCounter // see LearnGrams
	texts   int32              // number of texts counted there
	found   gramRuns           // see Grams.encode
}

// newScratchPool lends a scratch to each of those who work at one time.
func newScratchPool() *sync.Pool { return &sync.Pool{New: func() any { return new(scratch) }} }

// Tokenize splits text into words as keras.datasets.imdb was made: ASCII letters
// become lower case (others stay), each of !"#$%&()*+,-./:;<=>?@[\]^_`{|}~, tab
// and newline becomes a space, and what stands between spaces is a word.
//
// A run of bytes that are not UTF-8 becomes U+FFFD, so every word can be saved.
func Tokenize(text string) []string {
	var s scratch
	s.tokenize(Config{}, text)
	words := make([]string, len(s.tokens))
	for i, t := range s.tokens {
		words[i] = string(s.folded[t.lo:t.hi])
	}
	return words
}

// tokenize cleans text and finds its tokens. For "bpe" they are the chunks that no
// pair reaches across.
func (s *scratch) tokenize(c Config, text string) {
	s.cut(c, s.clean(c, text))
}

// cut finds the tokens of a cleaned text.
func (s *scratch) cut(c Config, text string) {
	t := valueOf(allTokenizers, c.Tokenizer)
	s.fold(text, c.folding(t.split))
	s.tokens, s.ends = s.tokens[:0], s.ends[:0]
	folded := s.folded
	for lo, part := range parts(text) {
		first := len(s.tokens)
		s.folded = folded[lo : lo+len(part)]
		t.cut(s, c, part)
		for i := range s.tokens[first:] {
			s.tokens[first+i].lo += lo
			s.tokens[first+i].hi += lo
		}
		s.ends = append(s.ends, len(s.tokens))
	}
	s.folded = folded
}

// folding is that of cleaned texts.
func (c Config) folding(split bool) *folding {
	return foldings[folds{valueOf(allCases, c.Case).ascii && !c.translated(), split}]
}

// characters takes grapheme clusters.
func (s *scratch) characters(_ Config, text string) {
	for g := graphemes.FromString(text); g.Next(); {
		s.tokens = append(s.tokens, token{g.Start(), g.End()})
	}
}

func (s *scratch) fold(text string, f *folding) {
	s.folded = append(s.folded[:0], text...)
	for i, c := range s.folded {
		s.folded[i] = f[c]
	}
}

// between takes what is between the spaces of the folded text.
func (s *scratch) between(Config, string) {
	lo := 0
	for i, c := range s.folded {
		if c != ' ' {
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
