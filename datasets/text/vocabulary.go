package text

import (
	"encoding/json"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// The ids below the words', as in keras.datasets.imdb.
const (
	padID     = 0 // fills short sequences
	startID   = 1 // begins each of Vocabulary.Encode's sequences
	unknownID = 2 // stands for a word that is not in the vocabulary

	// rankOffset is what Keras calls index_from: id = rank + rankOffset.
	rankOffset = 3
	// firstID is the most frequent word's.
	firstID = 1 + rankOffset
)

// Vocabulary ranks words by frequency: rank 1 is the most frequent word. It does
// not change once made, so it is safe for concurrent use.
type Vocabulary struct {
	table         // words[i] has rank i+1
	counts []int  // how often words[i] occurs; none if they were not counted
	text   Config // what the words are tokens of
}

// ReadWordIndex reads a word index as Keras publishes it: one JSON object, word to
// rank. The ranks must be 1 to n, each once; anything else is an error, for a
// shifted index would silently change every sequence.
func ReadWordIndex(r io.Reader) (*Vocabulary, error) {
	dec := json.NewDecoder(r)
	var ranks map[string]int
	if err := dec.Decode(&ranks); err != nil {
		if err == io.EOF {
			err = errors.New("it is empty")
		}
		return nil, errors.Wrap(err, "reading word index")
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("reading word index: something follows the JSON object")
	}
	if len(ranks) == 0 {
		return nil, errors.New("reading word index: it holds no words")
	}
	words := make([]string, len(ranks))
	for w, rank := range ranks {
		switch {
		case w == "":
			return nil, errors.Errorf("reading word index: the word of rank %d is empty", rank)
		case rank < 1 || rank > len(words):
			return nil, errors.Errorf("reading word index: %q has rank %d, want 1 to %d", w, rank, len(words))
		case words[rank-1] != "":
			first, second := min(w, words[rank-1]), max(w, words[rank-1])
			return nil, errors.Errorf("reading word index: %q and %q both have rank %d", first, second, rank)
		}
		words[rank-1] = w
	}
	return newVocabulary(words), nil
}

// NewVocabulary makes a vocabulary of words by their rank, the first having rank 1,
// as texts cut as c says have them. A rank without a word has "". It errs if a word
// is there twice, is not UTF-8, or there is none.
func NewVocabulary(words []string, c Config) (*Vocabulary, error) {
	c, err := c.check()
	if err != nil {
		return nil, errors.WithMessage(err, "vocabulary")
	}
	if err := distinct(words); err != nil {
		return nil, errors.WithMessage(err, "vocabulary")
	}
	if !slices.ContainsFunc(words, notEmpty) {
		return nil, errors.New("vocabulary: it holds no words")
	}
	v := newVocabulary(slices.Clone(words))
	v.text = c
	return v, nil
}

func notEmpty(word string) bool { return word != "" }

// distinct errs if one of words, "" excepted, is there twice or cannot be saved.
func distinct(words []string) error {
	seen := make(map[string]bool, len(words))
	for _, w := range words {
		switch {
		case seen[w]:
			return errors.Errorf("it holds the word %q twice", w)
		case !utf8.ValidString(w):
			return errors.Errorf("it holds the word %q, which is not UTF-8", w)
		}
		seen[w] = w != ""
	}
	return nil
}

// newVocabulary takes ownership of words, which must differ from each other.
func newVocabulary(words []string) *Vocabulary { return &Vocabulary{table: newTable(words)} }

// Len returns the number of words.
func (v *Vocabulary) Len() int { return len(v.words) }

// Rank returns the rank of word, from 1 to Len, and whether it is known. Words are
// as Tokenize gives them, so in lower case.
func (v *Vocabulary) Rank(word string) (int, bool) {
	rank := v.find([]byte(word)) + 1
	return rank, rank > 0
}

// Count returns how often the word of that rank was counted, 0 if rank is not in 1
// to Len or the vocabulary was read, not counted.
func (v *Vocabulary) Count(rank int) int {
	if rank < 1 || rank > len(v.counts) {
		return 0
	}
	return v.counts[rank-1]
}

// Word returns the word of that rank, "" if rank is not in 1 to Len.
func (v *Vocabulary) Word(rank int) string {
	if rank < 1 || rank > len(v.words) {
		return ""
	}
	return v.words[rank-1]
}

// Encode returns text as Keras's raw ids, shape [1 + words]: 1 for the start, then
// rank + 3 for each word, 2 where the word is unknown.
func (v *Vocabulary) Encode(text string) []int32 {
	ids := []int32{startID}
	for _, w := range Tokenize(text) {
		if rank, ok := v.Rank(w); ok {
			ids = append(ids, int32(rank)+rankOffset)
		} else {
			ids = append(ids, unknownID)
		}
	}
	return ids
}
