package datasets_test

import (
	"fmt"
	"log"

	"unroll/datasets"
)

// From raw texts to a model's input, and back.
func Example() {
	train := []datasets.Review{
		{Text: "A good film, a good film!", Label: 1},
		{Text: "A bad film.<br />Bad.", Label: 0},
	}
	vocabulary := datasets.BuildVocabulary(train)
	encoder, err := datasets.NewEncoder(vocabulary, datasets.EncoderConfig{NumWords: 8, MaxLen: 6})
	if err != nil {
		log.Fatal(err)
	}
	for i, row := range encoder.EncodeAll(train) {
		fmt.Println(row, train[i].Label)
	}
	for _, id := range encoder.Encode("Good? Not a good one, a bad one") {
		fmt.Printf("%d%s,", id, encoder.WordOf(id))
	}
	fmt.Println()
	fmt.Println(encoder.KnownWords("Splendid!"), "known words")
	// Output:
	// [4 7 5 4 7 5] 1
	// [0 0 4 6 5 6] 0
	// 0,7good,4a,7good,4a,6bad,
	// 0 known words
}

func ExampleTokenize() {
	fmt.Printf("%q\n", datasets.Tokenize("It wasn't bad.<br /><br />8/10, ÉTÉ"))
	// Output: ["it" "wasn't" "bad" "br" "br" "8" "10" "ÉtÉ"]
}

func ExamplePadSequences() {
	seqs := [][]int32{{1, 2}, {3, 4, 5, 6}}
	fmt.Println(datasets.PadSequences(seqs, 3, datasets.Pre, datasets.Pre, 0))
	fmt.Println(datasets.PadSequences(seqs, 3, datasets.Post, datasets.Post, 0))
	// Output:
	// [[0 1 2] [4 5 6]]
	// [[1 2 0] [3 4 5]]
}

func ExampleSplit() {
	reviews := []datasets.Review{{Text: "one"}, {Text: "two"}, {Text: "three"}, {Text: "four"}}
	trainIdx, valIdx, err := datasets.Split(len(reviews), 3, 1)
	if err != nil {
		log.Fatal(err)
	}
	train, err := datasets.Select(reviews, trainIdx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(train), "for training,", len(valIdx), "for validation")
	// Output: 3 for training, 1 for validation
}
