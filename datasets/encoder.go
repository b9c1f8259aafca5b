package datasets

import (
	"math"
	"runtime"
	"sync"

	"github.com/pkg/errors"
)

// EncoderConfig says which words an Encoder keeps and how long its sequences are.
// The names are those of keras.datasets.imdb.load_data and pad_sequences.
type EncoderConfig struct {
	// NumWords is one more than the largest id that is kept, and so the depth of a
	// one-hot input or an embedding's number of rows. 0 keeps every word.
	NumWords int
	// SkipTop is the smallest id that is kept: 20 drops the 16 most frequent words,
	// for the first word has id 4. 0 drops none.
	SkipTop int
	// MaxLen is the length of every sequence, in steps. At least 1.
	MaxLen int
}

// maxSteps bounds MaxLen, so that a mistaken number is an error and does not eat
// the memory.
const maxSteps = 1 << 20

// Encoder turns raw text into a model's input. It holds all that takes, so the
// same value, saved with the model, serves training and predicting. It does not
// change once made and is safe for concurrent use.
type Encoder struct {
	config EncoderConfig
	vocab  Vocabulary // no more words than NumWords can reach
}

// NewEncoder makes an encoder from a vocabulary. It refuses a configuration that
// keeps no word at all.
func NewEncoder(v *Vocabulary, c EncoderConfig) (*Encoder, error) {
	if v == nil {
		return nil, errors.New("encoder: there is no vocabulary")
	}
	if c.NumWords == 0 {
		c.NumWords = firstID + v.Len()
	}
	switch {
	case c.NumWords < 0 || c.NumWords > math.MaxInt32:
		return nil, errors.Errorf("encoder: NumWords is %d, want 0 to %d", c.NumWords, math.MaxInt32)
	case c.SkipTop < 0:
		return nil, errors.Errorf("encoder: SkipTop is %d, want 0 or more", c.SkipTop)
	case c.MaxLen < 1 || c.MaxLen > maxSteps:
		return nil, errors.Errorf("encoder: MaxLen is %d, want 1 to %d", c.MaxLen, maxSteps)
	case c.NumWords <= max(firstID, c.SkipTop):
		return nil, errors.Errorf("encoder: NumWords %d keeps no word, want more than %d", c.NumWords, max(firstID, c.SkipTop))
	case firstID+v.Len() <= max(firstID, c.SkipTop):
		return nil, errors.Errorf("encoder: SkipTop %d keeps none of the vocabulary's %d words", c.SkipTop, v.Len())
	}
	n := min(v.Len(), c.NumWords-firstID)
	return &Encoder{config: c, vocab: *newVocabulary(v.words[:n:n])}, nil
}

// Config returns the configuration, NumWords always being the true depth.
func (e *Encoder) Config() EncoderConfig { return e.config }

// Encode returns text as ids, shape [MaxLen]: those of the words this encoder
// keeps, in order, the last MaxLen of them if there are more, zeros on the left
// if there are fewer.
//
// It equals Keras's raw ids, every id >= NumWords or < SkipTop made 2, then every
// id <= 2 removed, then pad_sequences(maxlen=MaxLen).
func (e *Encoder) Encode(text string) []int32 {
	row := make([]int32, e.config.MaxLen)
	padPre(row, e.appendIDs(nil, text))
	return row
}

// EncodeAll encodes each review on all processors, shape [samples, MaxLen]. The
// rows are slices of one flat array, in the order of the reviews.
func (e *Encoder) EncodeAll(reviews []Review) [][]int32 {
	rows := matrix(len(reviews), e.config.MaxLen)
	workers := min(runtime.GOMAXPROCS(0), len(reviews))
	var wg sync.WaitGroup
	for w := range workers {
		lo, hi := len(rows)*w/workers, len(rows)*(w+1)/workers
		wg.Go(func() {
			var ids []int32
			for i := lo; i < hi; i++ {
				ids = e.appendIDs(ids[:0], reviews[i].Text)
				padPre(rows[i], ids)
			}
		})
	}
	wg.Wait()
	return rows
}

// KnownWords counts the words of text that this encoder keeps. 0 means that the
// model sees nothing but padding: better to say so than to predict.
func (e *Encoder) KnownWords(text string) int {
	return len(e.appendIDs(nil, text))
}

// WordOf returns the word of an id, "" for an id that this encoder does not keep.
func (e *Encoder) WordOf(id int32) string {
	if !e.keeps(id) {
		return ""
	}
	return e.vocab.Word(int(id) - rankOffset)
}

// IDOf returns the id of a word as Tokenize gives it, and false if this encoder
// does not keep the word.
func (e *Encoder) IDOf(word string) (int32, bool) {
	rank, ok := e.vocab.ranks[word]
	if id := rank + rankOffset; ok && e.keeps(id) {
		return id, true
	}
	return 0, false
}

func (e *Encoder) appendIDs(ids []int32, text string) []int32 {
	for w := range tokens(text) {
		if rank, ok := e.vocab.ranks[string(w)]; ok && e.keeps(rank+rankOffset) {
			ids = append(ids, rank+rankOffset)
		}
	}
	return ids
}

func (e *Encoder) keeps(id int32) bool {
	return int(id) >= max(firstID, e.config.SkipTop) && int(id) < e.config.NumWords
}
