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

// readFlags are those that say how files with labels are read.
func readFlags(s *corpus.Settings, flags *pflag.FlagSet) {
	fileFlags(s, flags)
	flags.StringVar(&s.LabelDelimiter, "label-delimiter", "", "`text` between several labels of a text, such as \";\" (default: each has one label; JSON lists and fastText's several labels are found without)")
}

// fileFlags are those that say how files are read.
func fileFlags(s *corpus.Settings, flags *pflag.FlagSet) {
	choose(flags, &s.Format, "format", "", "`format` of the files: %s (default: detected)", datasets.Formats())
	flags.StringArrayVar((*[]string)(&s.TextColumns), "text-column", nil, "`column` with the text: a name, a number from 1, or a path in JSON; repeat it to join several, in this order (default: detected by common names)")
	flags.StringVar(&s.LabelColumn, "label-column", "", "`column` with the label")
	flags.StringVar(&s.Delimiter, "delimiter", "", "`character` between columns (default: detected)")
	choose(flags, &s.Header, "header", "", "whether the first row names the columns: %s (default: detected)", datasets.Headers())
	encoding := choice.NewFlag(&s.Encoding, "", datasets.Encodings())
	encoding.Known = func(name string) bool { return datasets.CheckEncoding(name) == nil }
	addChoice(flags, encoding, "encoding", "`name` of the texts' encoding, such as windows-1252, latin1, euc-kr or utf-16 (default: UTF-8, or detected from the first bytes)")
	flags.Var(&s.SkipBad, "skip-bad", "number of bad `rows` to skip, or all")
}

// besideFlags are those of what stands beside a text.
func besideFlags(s *corpus.Settings, flags *pflag.FlagSet) {
	flags.StringArrayVar((*[]string)(&s.NumberColumns), "number-column", nil, "`column` of numbers that models take beside the text, such as a price; can be repeated")
	flags.StringArrayVar((*[]string)(&s.CategoryColumns), "category-column", nil, "`column` of categories that models take beside the text, such as a region; can be repeated")
}

// partFlags are those that name the texts of a part.
func partFlags(s *corpus.Settings, flags *pflag.FlagSet) {
	flags.StringArrayVar((*[]string)(&s.ValidationData), "validation-data", nil, "`file` with the validation texts")
	flags.StringArrayVar((*[]string)(&s.TestData), "test-data", nil, "`file` with the test texts")
}

// divideFlags are those that say how texts are divided.
func divideFlags(s *corpus.Settings, flags *pflag.FlagSet) {
	partFlags(s, flags)
	flags.StringVar(&s.GroupColumn, "group-column", "", "`column`, such as the author, whose texts stay together when the data are split")
	flags.BoolVar(&s.Regression, "regression", false, "take labels as numbers to estimate, not as classes")
	flags.Float64Var(&s.Share, "validation", defaultShare, "`share` of the texts used for validation")
	choose(flags, &s.Split, "split", "", "`method` of dividing the texts: %s (default: group with --group-column, else stratified; random for the movie reviews and with --regression)", datasets.Splits())
}

const dataHelp = "`source` of the texts: auto, imdb, sample, a file, a folder, or - for standard input; can be repeated"

func textFlags(s *corpus.TextSettings, flags *pflag.FlagSet) {
	sizeFlags(s, flags)
	flags.IntVar(&s.SkipTop, "skip-top", -1, "smallest id that is kept, to leave out the most frequent words (default: 20 for words of the movie reviews, else 0)")
	flags.Lookup("skip-top").DefValue = "0" // the help tells the default in words
	flags.IntVar(&s.MinCount, "min-count", 0, "`occurrences` that a word needs to be kept")
	wordFlags(s, flags)
	choose(flags, &s.Padding, "padding", "pre", "`end` at which short texts are filled: %s", text.Sides())
	choose(flags, &s.Truncating, "truncating", "pre", "`end` at which long texts are cut: %s", text.Sides())
}

// sizeFlags are those that decide the sizes of a model.
func sizeFlags(s *corpus.TextSettings, flags *pflag.FlagSet) {
	flags.IntVar(&s.MaxLen, "maxlen", 0, "most words of a text that a model reads (default: 400 for bow, else 100)")
	flags.IntVar(&s.NumWords, "num-words", 0, "size of the vocabulary, the most frequent words (default: 100 for onehot, else 1,000; with bpe 260 more for bytes)")
	flags.IntVar(&s.OOVBuckets, "oov-buckets", 0, "`ids` shared by unknown words; 0 drops those words")
}

// wordFlags are those that say what a word is.
func wordFlags(s *corpus.TextSettings, flags *pflag.FlagSet) {
	choose(flags, &s.Tokenizer, "tokenizer", "", "what a word is: %s (default: keras for the movie reviews, else words)", text.Tokenizers())
	flags.IntVar(&s.NGrams, "ngrams", 0, "also take sequences of up to this many `words` as words")
	choose(flags, &s.Normalize, "normalize", "", "Unicode's normal `form`: %s (default: none for the movie reviews, else NFC)", text.NormalForms())
	choose(flags, &s.Case, "case", "", "`letters` to lower case: %s (default: ascii for the movie reviews, else lower)", text.Cases())
	flags.BoolVar(&s.HTML, "html", false, "remove HTML tags and decode entities")
}
