package corpus

import (
	"cmp"
	"iter"

	"unroll/cmd/sentiment/internal/usage"
	"unroll/datasets/text"
)

// TextSettings say how texts become ids. Empty fields and a SkipTop of −1 are
// the tutorial's for its reviews, and for other texts Unicode's words in lower
// case, all of them.
type TextSettings struct {
	Tokenizer  string `json:"tokenizer,omitempty"`
	NGrams     int    `json:"ngrams,omitempty"`
	Normalize  string `json:"normalize,omitempty"`
	Case       string `json:"case,omitempty"`
	HTML       bool   `json:"html,omitempty"`
	NumWords   int    `json:"num_words,omitempty"` // the experiment's own if 0
	SkipTop    int    `json:"skip_top"`            // the data's own if −1
	MinCount   int    `json:"min_count,omitempty"`
	OOVBuckets int    `json:"oov_buckets,omitempty"`
	MaxLen     int    `json:"maxlen,omitempty"` // the experiment's own if 0
	Padding    string `json:"padding,omitempty"`
	Truncating string `json:"truncating,omitempty"`
}

// BPE names the tokenizer that learns pairs of bytes.
const BPE = "bpe"

// leastOfBPE is its least number of ids: one for each byte, and those before the
// first word.
const leastOfBPE = 260

// longest is several times the words of the longest review. A model's memory
// grows with its sequences.
const longest = 10_000

// Check refuses what no texts can be read by.
func (s *TextSettings) Check() error {
	for _, f := range []struct {
		flag, value string
		want        iter.Seq2[string, string]
	}{
		{"tokenizer", s.Tokenizer, text.Tokenizers()}, {"normalize", s.Normalize, text.NormalForms()}, {"case", s.Case, text.Cases()},
		{"padding", s.Padding, text.Sides()}, {"truncating", s.Truncating, text.Sides()},
	} {
		if err := usage.Choice(f.flag, f.value, f.want); err != nil {
			return err
		}
	}
	for _, f := range []struct {
		flag  string
		value int
	}{{"num-words", s.NumWords}, {"min-count", s.MinCount}, {"oov-buckets", s.OOVBuckets}, {"ngrams", s.NGrams}} {
		if f.value < 0 {
			return usage.Errorf("--%s is %d, want at least 0", f.flag, f.value)
		}
	}
	if s.SkipTop < -1 {
		return usage.Errorf("--skip-top is %d, want at least 0", s.SkipTop)
	}
	switch {
	case s.MaxLen < 0 || s.MaxLen > longest:
		return usage.Errorf("--maxlen is %d, want 1 to %d", s.MaxLen, longest)
	case s.Tokenizer == BPE && s.NumWords > 0 && s.NumWords < leastOfBPE:
		return usage.Errorf("--num-words is %d, with --tokenizer bpe want at least %d", s.NumWords, leastOfBPE)
	case s.Tokenizer == BPE && (s.SkipTop > 0 || s.OOVBuckets > 0 || s.NGrams > 1):
		return usage.Errorf("--skip-top is %d, --oov-buckets %d and --ngrams %d: none of them can be used with --tokenizer bpe", max(s.SkipTop, 0), s.OOVBuckets, s.NGrams)
	}
	return nil
}

// Config returns how texts of a source with the given defaults become words.
func (s *TextSettings) Config(d Defaults) text.Config {
	return text.Config{
		HTML: s.HTML, NGrams: s.NGrams,
		Tokenizer: cmp.Or(s.Tokenizer, d.Text.Tokenizer), Normalize: cmp.Or(s.Normalize, d.Text.Normalize), Case: cmp.Or(s.Case, d.Text.Case),
	}
}

// Sizes are what a model wants of its encoder, unless the settings say otherwise.
type Sizes struct {
	NumWords, MaxLen int
	Grams            bool // it takes n-grams, all of them
	Unpadded         bool // padding changes nothing in it: texts of about one length are batched
}

// Encoder returns the configuration of the encoder of a model.
func (s *TextSettings) Encoder(of Sizes, d Defaults) text.EncoderConfig {
	c := text.EncoderConfig{
		Text: s.Config(d), NumWords: of.NumWords, MinCount: s.MinCount, OOVBuckets: s.OOVBuckets, MaxLen: cmp.Or(s.MaxLen, of.MaxLen),
	}
	switch {
	case s.NumWords > 0:
		c.NumWords = s.NumWords
	case s.Tokenizer == BPE:
		c.NumWords += leastOfBPE // of bytes, which are there before the first pair
	}
	switch {
	case s.SkipTop >= 0:
		c.SkipTop = s.SkipTop
	case c.Text.Tokenizer != BPE && c.Text.Tokenizer != "chars": // the most frequent letters say much
		c.SkipTop = d.SkipTop
	}
	if s.Padding == "post" {
		c.Padding = text.Post
	}
	if s.Truncating == "post" {
		c.Truncating = text.Post
	}
	return c
}
