package inspect_test

import (
	"fmt"
	"iter"
	"log"

	"unroll/datasets/inspect"
	"unroll/datasets/text"
)

// What a person should know before training: here, that a text to test with is
// one of those to train with, and has another label there.
func ExampleInspector() {
	words := func(review string) iter.Seq[[]byte] {
		return func(yield func([]byte) bool) {
			for _, w := range text.Tokenize(review) {
				if !yield([]byte(w)) {
					return
				}
			}
		}
	}
	inspector := inspect.New(words)
	for _, r := range [][4]string{
		{"train.csv:1", "train", "positive", "A good film."},
		{"train.csv:2", "train", "negative", "A bad film."},
		{"test.csv:1", "test", "negative", "a  good film."},
	} {
		if err := inspector.Add(r[0], r[1], r[2], r[3]); err != nil {
			log.Fatal(err)
		}
	}
	report := inspector.Report()
	for _, l := range report.Leaks {
		fmt.Println(l.Parts, l.Exact, l.Folded, l.First)
	}
	for _, c := range report.Conflicts.First {
		fmt.Println(c.First, c.Again, c.Labels)
	}
	fmt.Println(report.Lengths.Median, "words in half of the texts,", report.Vocabulary, "different ones")
	// Output:
	// [train test] 0 1 [{train.csv:1 test.csv:1 false}]
	// train.csv:1 test.csv:1 [positive negative]
	// 3 words in half of the texts, 4 different ones
}
