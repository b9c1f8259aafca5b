package corpus

import (
	"unroll/datasets/text"
	"unroll/train/classifier"
)

// Defaults are what settings that are left out mean for a source.
type Defaults struct {
	Text    text.Config // the tokenizer, the normal form and the case
	SkipTop int         // of words; letters and byte pairs are all kept
	Split   string      // a division without --split: random, or "" for by group or class
	Unit    string      // what a text is called
	Known   bool        // to all readers: what the texts are is not told
}

var (
	// Reviews are the tutorial's settings for its movie reviews: those of
	// keras.datasets.imdb, and load_data(skip_top=20), for the most frequent
	// words say little.
	Reviews = Defaults{SkipTop: 20, Split: "random", Unit: "reviews", Known: true}
	// Others are for all other texts: words as Unicode finds them, in lower
	// case, all of them.
	Others = Defaults{Text: text.Config{Tokenizer: "words", Normalize: "NFC", Case: "lower"}, Unit: "texts"}
)

// ReviewTask is that of the movie reviews.
var ReviewTask = classifier.Task{Classes: []string{"negative", "positive"}}
