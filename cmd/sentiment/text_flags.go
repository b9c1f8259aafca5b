package main

import (
	"github.com/spf13/pflag"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/datasets"
	"unroll/datasets/text"
	"unroll/internal/choice"
)

// defaultShare is that of the texts which are validated on.
const defaultShare = 0.2

// readFlags are those that say how files are read.
func readFlags(s *corpus.Settings, flags *pflag.FlagSet) {
	flags.StringVar(&s.Format, "format", "", "`format` of the files: "+choice.List(datasets.Formats())+" (default: what they look like)")
	flags.StringVar(&s.TextColumn, "text-column", "", "`column` of the text: its name, its number from 1, or a path in JSON (default: found by usual names)")
	flags.StringVar(&s.LabelColumn, "label-column", "", "`column` of the label")
	flags.StringVar(&s.Delimiter, "delimiter", "", "`character` between columns (default: found)")
	flags.StringVar(&s.Header, "header", "", "whether the first row names the columns: yes or no (default: found)")
	flags.StringVar(&s.Encoding, "encoding", "", "`name` of the texts' encoding, such as windows-1252, latin1, euc-kr or utf-16 (default: UTF-8, or what the first bytes tell)")
	flags.Var(&s.SkipBad, "skip-bad", "pass over so many bad `rows`, or all")
}

// partFlags are those that name the texts of a part.
func partFlags(s *corpus.Settings, flags *pflag.FlagSet) {
	flags.StringArrayVar((*[]string)(&s.ValidationData), "validation-data", nil, "`file` of texts to validate on")
	flags.StringArrayVar((*[]string)(&s.TestData), "test-data", nil, "`file` of texts to test on")
}

// divideFlags are those that say how texts are divided.
func divideFlags(s *corpus.Settings, flags *pflag.FlagSet) {
	partFlags(s, flags)
	flags.StringVar(&s.GroupColumn, "group-column", "", "`column` whose values are not to be in two parts of a split, such as an author")
	flags.BoolVar(&s.Regression, "regression", false, "labels are numbers to be estimated, not classes")
	flags.Float64Var(&s.Share, "validation", defaultShare, "`share` of the texts to validate on")
	flags.StringVar(&s.Split, "split", "", "`how` texts are divided: "+choice.List(datasets.Splits())+" (default: by group if there are groups, else by class)")
}

const dataHelp = "`texts`: auto, imdb, sample, a file, a folder or - for standard input; may be given again"

func textFlags(s *corpus.TextSettings, flags *pflag.FlagSet) {
	sizeFlags(s, flags)
	flags.IntVar(&s.SkipTop, "skip-top", -1, "least id of a word, to leave out frequent ones (default: 20 for words of the movie reviews, else 0)")
	flags.Lookup("skip-top").DefValue = "0" // the help tells the default in words
	flags.IntVar(&s.MinCount, "min-count", 0, "least `occurrences` of a word")
	wordFlags(s, flags)
	flags.StringVar(&s.Padding, "padding", "pre", "`end` at which short texts are filled: "+choice.List(text.Sides()))
	flags.StringVar(&s.Truncating, "truncating", "pre", "`end` at which long texts are cut: "+choice.List(text.Sides()))
}

// sizeFlags are those that decide the sizes of a model.
func sizeFlags(s *corpus.TextSettings, flags *pflag.FlagSet) {
	flags.IntVar(&s.MaxLen, "maxlen", 0, "words of a text that the models see (default: 400 for bow, else 100)")
	flags.IntVar(&s.NumWords, "num-words", 0, "ids of words, the most frequent ones (default: 100 for onehot, else 1,000; bpe's 260 bytes on top)")
	flags.IntVar(&s.OOVBuckets, "oov-buckets", 0, "`ids` that unknown words share; 0 drops them")
}

// wordFlags are those that say what a word is.
func wordFlags(s *corpus.TextSettings, flags *pflag.FlagSet) {
	flags.StringVar(&s.Tokenizer, "tokenizer", "", "what a word is: "+choice.List(text.Tokenizers())+" (default: keras for the movie reviews, else words)")
	flags.IntVar(&s.NGrams, "ngrams", 0, "most `words` that are counted as one")
	flags.StringVar(&s.Normalize, "normalize", "", "Unicode's normal `form`: "+choice.List(text.NormalForms())+" (default: none for the movie reviews, else NFC)")
	flags.StringVar(&s.Case, "case", "", "`letters` to lower case: "+choice.List(text.Cases())+" (default: ascii for the movie reviews, else lower)")
	flags.BoolVar(&s.HTML, "html", false, "take off HTML's tags, and read its entities")
}
