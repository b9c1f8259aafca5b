package text_test

import (
	"fmt"
	"log"

	"unroll/datasets/text"
)

// From raw texts to a model's input, and back.
func Example() {
	train := []string{"A good film, a good film!", "A bad film.<br />Bad."}
	encoder, err := text.LearnEncoder(text.Of(train...), text.EncoderConfig{NumWords: 8, MaxLen: 6})
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range train {
		fmt.Println(encoder.Encode(t))
	}
	for _, id := range encoder.Encode("Good? Not a good one, a bad one") {
		fmt.Printf("%d%s,", id, encoder.WordOf(id))
	}
	fmt.Println()
	fmt.Println(encoder.KnownWords("Splendid!"), "known words")
	// Output:
	// [4 7 5 4 7 5]
	// [0 0 4 6 5 6]
	// 0,7good,4a,7good,4a,6bad,
	// 0 known words
}

func ExampleTokenize() {
	fmt.Printf("%q\n", text.Tokenize("It wasn't bad.<br /><br />8/10, ÉTÉ"))
	// Output: ["it" "wasn't" "bad" "br" "br" "8" "10" "ÉtÉ"]
}

func ExamplePadSequences() {
	seqs := [][]int32{{1, 2}, {3, 4, 5, 6}}
	fmt.Println(text.PadSequences(seqs, 3, text.Pre, text.Pre, 0))
	fmt.Println(text.PadSequences(seqs, 3, text.Post, text.Post, 0))
	// Output:
	// [[0 1 2] [4 5 6]]
	// [[1 2 0] [3 4 5]]
}
