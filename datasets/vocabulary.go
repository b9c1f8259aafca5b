package datasets

import (
	"cmp"
	"encoding/json"
	"io"
	"slices"

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
	words []string         // words[i] has rank i+1
	ranks map[string]int32 // the inverse
}

// BuildVocabulary ranks every word of texts, by falling frequency; words of equal
// frequency are in byte order. Pass the training half only: a vocabulary that has
// seen the test half flatters the model.
func BuildVocabulary(texts []Review) *Vocabulary {
	type counted struct {
		word string
		n    int
	}
	var all []counted
	index := make(map[string]int)
	for _, r := range texts {
		for w := range tokens(r.Text) {
			i, ok := index[string(w)]
			if !ok {
				i = len(all)
				all = append(all, counted{word: string(w)})
				index[all[i].word] = i
			}
			all[i].n++
		}
	}
	slices.SortFunc(all, func(a, b counted) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.word, b.word))
	})
	words := make([]string, len(all))
	for i, c := range all {
		words[i] = c.word
	}
	return newVocabulary(words)
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

// newVocabulary takes ownership of words, which must differ from each other.
func newVocabulary(words []string) *Vocabulary {
	v := &Vocabulary{words: words, ranks: make(map[string]int32, len(words))}
	for i, w := range words {
		v.ranks[w] = int32(i + 1)
	}
	return v
}

// Len returns the number of words.
func (v *Vocabulary) Len() int { return len(v.words) }

// Rank returns the rank of word, from 1 to Len, and whether it is known. Words are
// as Tokenize gives them, so in lower case.
func (v *Vocabulary) Rank(word string) (int, bool) {
	r, ok := v.ranks[word]
	return int(r), ok
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
	for w := range tokens(text) {
		if r, ok := v.ranks[string(w)]; ok {
			ids = append(ids, r+rankOffset)
		} else {
			ids = append(ids, unknownID)
		}
	}
	return ids
}
