package main

import (
	"cmp"
	"iter"

	"github.com/spf13/pflag"

	"unroll/datasets/text"
	"unroll/internal/choice"
)

// textSettings say how texts become ids. Empty fields and a SkipTop of −1 are
// the tutorial's for its reviews, and for other texts Unicode's words in lower
// case, all of them.
type textSettings struct {
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

// bpe names the tokenizer that learns pairs of bytes.
const bpe = "bpe"

// leastOfBPE is its least number of ids: one for each byte, and those before the
// first word.
const leastOfBPE = 260

func (s *textSettings) flags(flags *pflag.FlagSet) {
	s.sizeFlags(flags)
	flags.IntVar(&s.SkipTop, "skip-top", -1, "least id of a word, to leave out frequent ones (default: 20 for words of the movie reviews, else 0)")
	flags.Lookup("skip-top").DefValue = "0" // the help tells the default in words
	flags.IntVar(&s.MinCount, "min-count", 0, "least `occurrences` of a word")
	s.wordFlags(flags)
	flags.StringVar(&s.Padding, "padding", "pre", "`end` at which short texts are filled: "+choice.List(text.Sides()))
	flags.StringVar(&s.Truncating, "truncating", "pre", "`end` at which long texts are cut: "+choice.List(text.Sides()))
}

// sizeFlags are those that decide the sizes of a model.
func (s *textSettings) sizeFlags(flags *pflag.FlagSet) {
	flags.IntVar(&s.MaxLen, "maxlen", 0, "words of a text that the models see (default: 400 for bow, else 100)")
	flags.IntVar(&s.NumWords, "num-words", 0, "ids of words, the most frequent ones (default: 100 for onehot, else 1,000; bpe's 260 bytes on top)")
	flags.IntVar(&s.OOVBuckets, "oov-buckets", 0, "`ids` that unknown words share; 0 drops them")
}

// wordFlags are those that say what a word is.
func (s *textSettings) wordFlags(flags *pflag.FlagSet) {
	flags.StringVar(&s.Tokenizer, "tokenizer", "", "what a word is: "+choice.List(text.Tokenizers())+" (default: keras for the movie reviews, else words)")
	flags.IntVar(&s.NGrams, "ngrams", 0, "most `words` that are counted as one")
	flags.StringVar(&s.Normalize, "normalize", "", "Unicode's normal `form`: "+choice.List(text.NormalForms())+" (default: none for the movie reviews, else NFC)")
	flags.StringVar(&s.Case, "case", "", "`letters` to lower case: "+choice.List(text.Cases())+" (default: ascii for the movie reviews, else lower)")
	flags.BoolVar(&s.HTML, "html", false, "take off HTML's tags, and read its entities")
}

// longest is several times the words of the longest review. A model's memory
// grows with its sequences.
const longest = 10_000

func (s *textSettings) check() error {
	for _, f := range []struct {
		flag, value string
		want        iter.Seq2[string, string]
	}{
		{"tokenizer", s.Tokenizer, text.Tokenizers()}, {"normalize", s.Normalize, text.NormalForms()}, {"case", s.Case, text.Cases()},
		{"padding", s.Padding, text.Sides()}, {"truncating", s.Truncating, text.Sides()},
	} {
		if err := choice.Check("--"+f.flag, f.value, f.want); err != nil {
			return usagef("%v", err)
		}
	}
	for _, f := range []struct {
		flag  string
		value int
	}{{"num-words", s.NumWords}, {"min-count", s.MinCount}, {"oov-buckets", s.OOVBuckets}, {"ngrams", s.NGrams}} {
		if f.value < 0 {
			return usagef("--%s is %d, want at least 0", f.flag, f.value)
		}
	}
	if s.SkipTop < -1 {
		return usagef("--skip-top is %d, want at least 0", s.SkipTop)
	}
	switch {
	case s.MaxLen < 0 || s.MaxLen > longest:
		return usagef("--maxlen is %d, want 1 to %d", s.MaxLen, longest)
	case s.Tokenizer == bpe && s.NumWords > 0 && s.NumWords < leastOfBPE:
		return usagef("--num-words is %d, with --tokenizer bpe want at least %d", s.NumWords, leastOfBPE)
	case s.Tokenizer == bpe && (s.SkipTop > 0 || s.OOVBuckets > 0 || s.NGrams > 1):
		return usagef("--skip-top is %d, --oov-buckets %d and --ngrams %d, with --tokenizer bpe want none", max(s.SkipTop, 0), s.OOVBuckets, s.NGrams)
	}
	return nil
}

// text returns how texts become words.
func (s *textSettings) text(movies bool) text.Config {
	c := text.Config{HTML: s.HTML, Normalize: s.Normalize, Case: s.Case, Tokenizer: s.Tokenizer, NGrams: s.NGrams}
	if !movies {
		c.Tokenizer, c.Normalize, c.Case = cmp.Or(c.Tokenizer, "words"), cmp.Or(c.Normalize, "NFC"), cmp.Or(c.Case, "lower")
	}
	return c
}

// skipTopOfMovies is load_data(skip_top=…): the most frequent words say little.
const skipTopOfMovies = 20

// encoder returns the configuration of an experiment's encoder.
func (s *textSettings) encoder(e experiment, movies bool) text.EncoderConfig {
	c := text.EncoderConfig{
		Text: s.text(movies), NumWords: e.numWords, MinCount: s.MinCount, OOVBuckets: s.OOVBuckets, MaxLen: cmp.Or(s.MaxLen, e.maxLen),
	}
	switch {
	case s.NumWords > 0:
		c.NumWords = s.NumWords
	case s.Tokenizer == bpe:
		c.NumWords += leastOfBPE // of bytes, which are there before the first pair
	}
	switch {
	case s.SkipTop >= 0:
		c.SkipTop = s.SkipTop
	case movies && c.Text.Tokenizer != bpe && c.Text.Tokenizer != "chars": // the most frequent letters say much
		c.SkipTop = skipTopOfMovies
	}
	if s.Padding == "post" {
		c.Padding = text.Post
	}
	if s.Truncating == "post" {
		c.Truncating = text.Post
	}
	return c
}
