package text

import (
	"cmp"
	"iter"
	"math"
	"sort"
	"sync"

	"github.com/pkg/errors"
)

// EncoderConfig says what an Encoder's tokens are, which of them it keeps and how
// long its sequences are. The names are those of keras.datasets.imdb.load_data
// and pad_sequences; with the zero value of all that they do not have, an encoder
// does the same as they.
type EncoderConfig struct {
	// Text says how texts become tokens.
	Text Config `json:"text,omitzero"`
	// NumWords is one more than the largest id that is kept, and so, without
	// buckets, the depth of a one-hot input or an embedding's number of rows. 0
	// keeps every word. For "bpe" it bounds what is learned.
	NumWords int `json:"num_words"`
	// SkipTop is the smallest id that is kept: 20 drops the 16 most frequent words,
	// for the first word has id 4. 0 drops none, the only way of "bpe".
	SkipTop int `json:"skip_top"`
	// MinCount is how often a word must occur in the counted texts to be kept; for
	// "bpe", and at least 2 there, how often a pair must occur to be merged.
	MinCount int `json:"min_count,omitempty"`
	// OOVBuckets is the number of ids, from NumWords on, for words that are unknown
	// or too rare; a word's bytes decide for one of them (FNV-1a). 0 drops such
	// words. Those below SkipTop are dropped always.
	OOVBuckets int `json:"oov_buckets,omitempty"`
	// FirstID is the id of the vocabulary's first word, 0 for 4. Keras's Tokenizer
	// and TextVectorization have 1, for words of which the first stands for unknown
	// ones.
	FirstID int `json:"first_id,omitempty"`
	// Unknown is the id of words that are unknown or not kept, 0 to drop them, and
	// Start the id before each sequence, 0 for none. keras.datasets.imdb has 2 and 1.
	Unknown int32 `json:"unknown,omitempty"`
	Start   int32 `json:"start,omitempty"`
	// MaxLen is the length of every sequence, in steps. At least 1.
	MaxLen int `json:"max_len"`
	// Padding is the side on which short sequences are filled with Value, and
	// Truncating the side on which long ones lose ids.
	Padding    Side  `json:"padding,omitzero"`
	Truncating Side  `json:"truncating,omitzero"`
	Value      int32 `json:"value,omitempty"`
}

// maxSteps bounds MaxLen, so that a mistaken number is an error and does not eat
// the memory.
const maxSteps = 1 << 20

// maxFirstID leaves room for more words than fit into the memory.
const maxFirstID = 1 << 30

// Encoder turns raw text into a model's input. It holds all that takes, so the
// same value, saved with the model, serves training and predicting. It does not
// change once made and is safe for concurrent use.
type Encoder struct {
	config  EncoderConfig
	vocab   Vocabulary // no more words than NumWords can reach
	bpe     *bytePairs // nil without; vocab has its pieces then
	scratch *sync.Pool // of *scratch

	first, least int32 // ids: that of the first word, and of the first that is kept
}

// LearnEncoder makes an encoder from a stream of texts: it counts their tokens, as
// Count does, and takes the words or learns the byte pairs, as NewEncoder does.
// Pass the training texts only. The same texts give the same encoder on any number
// of processors.
func LearnEncoder(texts iter.Seq2[string, error], c EncoderConfig) (*Encoder, error) {
	if _, err := c.check(); err != nil {
		return nil, err // before the work, not after
	}
	v, err := Count(texts, c.Text)
	if err != nil {
		return nil, err
	}
	return NewEncoder(v, c)
}

// NewEncoder makes an encoder from a vocabulary, which must have been counted with
// the same text configuration. It refuses a configuration that keeps no word at
// all.
func NewEncoder(v *Vocabulary, c EncoderConfig) (*Encoder, error) {
	if v == nil {
		return nil, errors.New("encoder: there is no vocabulary")
	}
	c, err := c.check()
	switch {
	case err != nil:
		return nil, err
	case c.Text != v.text:
		return nil, errors.Errorf("encoder: the vocabulary was counted with the text configuration %+v, want %+v", v.text, c.Text)
	case c.MinCount > 1 && v.counts == nil:
		return nil, errors.Errorf("encoder: MinCount is %d, but the vocabulary was not counted", c.MinCount)
	case v.counts != nil && c.takes(v.Len()) > 0:
		return nil, errors.Errorf("encoder: the word %q has the id %d of Unknown or Start: want a FirstID above it", v.Word(c.takes(v.Len())), c.first()+c.takes(v.Len())-1)
	case c.Text.Tokenizer == bpe:
		size := math.MaxInt32 - firstID
		if c.NumWords > 0 {
			size = c.NumWords - firstID
		}
		return makeEncoder(nil, learnBytePairs(v, size, max(2, c.MinCount)), c)
	}
	// Words are by falling frequency.
	n := v.Len()
	if c.MinCount > 1 {
		n = sort.Search(n, func(i int) bool { return v.counts[i] < c.MinCount })
	}
	return makeEncoder(v.words[:n], nil, c)
}

// makeEncoder makes an encoder of words or of byte pairs. c is checked.
func makeEncoder(words []string, bpe *bytePairs, c EncoderConfig) (*Encoder, error) {
	if bpe != nil {
		words = bpe.pieces
	}
	first := c.first()
	if c.NumWords == 0 {
		c.NumWords = first + len(words)
	}
	switch {
	case c.NumWords <= max(first, c.SkipTop):
		return nil, errors.Errorf("encoder: NumWords %d keeps no word, want more than %d", c.NumWords, max(first, c.SkipTop))
	case first+len(words) <= max(first, c.SkipTop):
		return nil, errors.Errorf("encoder: SkipTop %d keeps none of the vocabulary's %d words", c.SkipTop, len(words))
	case c.OOVBuckets > math.MaxInt32-c.NumWords:
		return nil, errors.Errorf("encoder: OOVBuckets is %d, want 0 to %d with NumWords %d", c.OOVBuckets, math.MaxInt32-c.NumWords, c.NumWords)
	case c.Value < 0 || int(c.Value) >= c.depth():
		return nil, errors.Errorf("encoder: Value is %d, want an id, 0 to %d", c.Value, c.depth()-1)
	}
	n := min(len(words), c.NumWords-first)
	return &Encoder{
		config:  c,
		vocab:   *newVocabulary(words[:n:n]),
		bpe:     bpe,
		scratch: newScratchPool(),
		first:   int32(first),
		least:   int32(max(first, min(c.SkipTop, math.MaxInt32))),
	}, nil
}

// check refuses what is wrong whatever the vocabulary.
func (c EncoderConfig) check() (EncoderConfig, error) {
	text, err := c.Text.check()
	if err != nil {
		return c, errors.WithMessage(err, "encoder")
	}
	c.Text = text
	switch {
	case c.NumWords < 0 || c.NumWords > math.MaxInt32:
		return c, errors.Errorf("encoder: NumWords is %d, want 0 to %d", c.NumWords, math.MaxInt32)
	case c.SkipTop < 0:
		return c, errors.Errorf("encoder: SkipTop is %d, want 0 or more", c.SkipTop)
	case c.MinCount < 0:
		return c, errors.Errorf("encoder: MinCount is %d, want 0 or more", c.MinCount)
	case c.OOVBuckets < 0:
		return c, errors.Errorf("encoder: OOVBuckets is %d, want 0 or more", c.OOVBuckets)
	case c.FirstID < 0 || c.FirstID > maxFirstID:
		return c, errors.Errorf("encoder: FirstID is %d, want 0 to %d", c.FirstID, maxFirstID)
	case c.Unknown < 0 || c.Unknown == math.MaxInt32 || c.Start < 0 || c.Start == math.MaxInt32:
		return c, errors.Errorf("encoder: Unknown is %d and Start %d, want ids, 0 to %d", c.Unknown, c.Start, math.MaxInt32-1)
	case c.Unknown > 0 && c.OOVBuckets > 0:
		return c, errors.Errorf("encoder: Unknown is %d and OOVBuckets %d, want one of them at most", c.Unknown, c.OOVBuckets)
	case c.MaxLen < 1 || c.MaxLen > maxSteps:
		return c, errors.Errorf("encoder: MaxLen is %d, want 1 to %d", c.MaxLen, maxSteps)
	case c.Padding != Pre && c.Padding != Post || c.Truncating != Pre && c.Truncating != Post:
		return c, errors.Errorf("encoder: Padding is %d and Truncating %d, want Pre or Post", c.Padding, c.Truncating)
	case c.Text.Tokenizer != bpe:
		return c, nil
	case c.NumWords > 0 && c.NumWords < firstID+256:
		return c, errors.Errorf("encoder: NumWords is %d, the tokenizer bpe wants 0 or at least %d", c.NumWords, firstID+256)
	case c.SkipTop > 0 || c.OOVBuckets > 0:
		return c, errors.Errorf("encoder: SkipTop is %d and OOVBuckets %d, the tokenizer bpe wants 0", c.SkipTop, c.OOVBuckets)
	case c.FirstID > 0 || c.Unknown > 0:
		return c, errors.Errorf("encoder: FirstID is %d and Unknown %d, the tokenizer bpe wants 0", c.FirstID, c.Unknown)
	}
	return c, nil
}

// takes returns the rank of the first of n words that has the id of Unknown or Start, 0
// if there is none. Words that were counted are words of texts.
func (c EncoderConfig) takes(n int) int {
	for _, id := range []int32{c.Unknown, c.Start} {
		if rank := int(id) - c.first() + 1; id > 0 && rank > 0 && rank <= n {
			return rank
		}
	}
	return 0
}

// first is the first word's id.
func (c EncoderConfig) first() int { return cmp.Or(c.FirstID, firstID) }

// depth is the number of ids.
func (c EncoderConfig) depth() int {
	return max(c.NumWords+c.OOVBuckets, int(c.Unknown)+1, int(c.Start)+1)
}

// Config returns the configuration, NumWords always being the true number.
func (e *Encoder) Config() EncoderConfig { return e.config }

// Depth returns the number of ids, those of padding and buckets included: the
// depth of a one-hot input or an embedding's number of rows.
func (e *Encoder) Depth() int { return e.config.depth() }

// LargestID returns the largest id that the encoder gives. It is less than Depth-1 if
// NumWords allows for more words than there are.
func (e *Encoder) LargestID() int32 {
	c := &e.config
	last := c.first() + len(e.vocab.words) - 1
	if c.OOVBuckets > 0 {
		last = c.depth() - 1
	}
	return max(int32(last), c.Unknown, c.Start, c.Value)
}

// WordOf returns the word of an id, "" for an id that this encoder does not keep.
// Of "bpe" it is the bytes of the token, which need not be UTF-8.
func (e *Encoder) WordOf(id int32) string {
	if !e.keeps(id) {
		return ""
	}
	return e.vocab.Word(int(id) - e.config.first() + 1)
}

// IDOf returns the id of a word as Tokens gives it, and false if this encoder
// does not keep the word.
func (e *Encoder) IDOf(word string) (int32, bool) {
	rank, ok := e.vocab.Rank(word)
	if id := int32(rank-1) + e.first; ok && e.keeps(id) {
		return id, true
	}
	return 0, false
}

// Known returns how many of ids are those of words.
func (e *Encoder) Known(ids []int32) (n int) {
	for _, id := range ids {
		if e.keeps(id) {
			n++
		}
	}
	return n
}

func (e *Encoder) keeps(id int32) bool {
	c := &e.config
	return id >= e.least && int(id) < c.NumWords && id != c.Unknown && id != c.Start
}
