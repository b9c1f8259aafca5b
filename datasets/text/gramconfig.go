package text

import (
	"math"

	"github.com/pkg/errors"
)

// GramConfig says which n-grams a text is made of, and which of them are kept.
//
// Words are the tokens of Text. Characters are the code points of the cleaned text,
// punctuation included; white space is one space, however long it is, and one
// stands at both ends of a text, so that " a" begins a word anywhere.
type GramConfig struct {
	// Text says how texts are cleaned and what a word is. NGrams is 0 here, and the
	// tokenizer is not bpe.
	Text Config `json:"text,omitzero"`
	// Words is the longest run of words, 0 to 10. 0 is none.
	Words int `json:"words,omitempty"`
	// Bounds makes words of a text's beginning and of its end, <s> and </s>, where it has
	// words: what opens a text is another gram than the same word inside of it.
	Bounds bool `json:"bounds,omitempty"`
	// MinChars and MaxChars are the least and the greatest length of a run of
	// characters, 1 to 16. Runs go across words. 0 and 0 is none.
	MinChars int `json:"min_chars,omitempty"`
	MaxChars int `json:"max_chars,omitempty"`
	// MinCount is in how many texts a gram must occur to be kept. 0 keeps all.
	MinCount int `json:"min_count,omitempty"`
	// MaxGrams is the most grams of words, and of characters, that are kept: those
	// that occur in the most texts. 0 keeps all.
	MaxGrams int `json:"max_grams,omitempty"`
}

// maxGramChars bounds MaxChars, so that a mistaken number is an error.
const maxGramChars = 16

// check returns the configuration with its defaults in place.
func (c GramConfig) check() (GramConfig, error) {
	text, err := c.Text.check()
	if err != nil {
		return c, errors.WithMessage(err, "grams")
	}
	c.Text = text
	switch {
	case c.Text.NGrams > 0:
		return c, errors.Errorf("grams: NGrams is %d, want 0: Words says how many are taken as one", c.Text.NGrams)
	case c.Text.Tokenizer == bpe:
		return c, errors.New("grams: the tokenizer bpe has no words, want another")
	case c.Words < 0 || c.Words > maxNGrams:
		return c, errors.Errorf("grams: Words is %d, want 0 to %d", c.Words, maxNGrams)
	case c.Bounds && c.Words == 0:
		return c, errors.New("grams: Bounds is set and Words is 0, want 1 or more")
	case (c.MinChars != 0 || c.MaxChars != 0) && (c.MinChars < 1 || c.MaxChars < c.MinChars || c.MaxChars > maxGramChars):
		return c, errors.Errorf("grams: MinChars is %d and MaxChars %d, want 1 to %d, or 0 and 0 for none", c.MinChars, c.MaxChars, maxGramChars)
	case c.Words == 0 && c.MaxChars == 0:
		return c, errors.New("grams: Words and MaxChars are 0, want one of them at least")
	case c.MinCount < 0 || c.MinCount > math.MaxInt32:
		return c, errors.Errorf("grams: MinCount is %d, want 0 to %d", c.MinCount, math.MaxInt32)
	case c.MaxGrams < 0 || c.MaxGrams > math.MaxInt32:
		return c, errors.Errorf("grams: MaxGrams is %d, want 0 to %d", c.MaxGrams, math.MaxInt32)
	case c.MinCount == 1:
		c.MinCount = 0
	}
	return c, nil
}

// The two kinds of grams.
const (
	ofWords = iota
	ofChars
	kinds
)

// kind is which runs of units are grams.
type kind struct {
	seed     uint64 // of their hashes
	min, max int    // lengths
}

func (c GramConfig) kinds() [kinds]kind {
	return [kinds]kind{{wordSeed, 1, c.Words}, {charSeed, c.MinChars, c.MaxChars}}
}
