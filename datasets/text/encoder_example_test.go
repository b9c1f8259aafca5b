package text_test

import (
	"fmt"
	"log"

	"unroll/datasets/text"
)

// texts stands for a file that is read text by text.
func texts(yield func(string, error) bool) {
	for _, text := range []string{"<b>Good</b> film, good caf&eacute;", "A bad film!", "정말 좋은 영화"} {
		if !yield(text, nil) {
			return
		}
	}
}

func ExampleLearnEncoder() {
	encoder, err := text.LearnEncoder(texts, text.EncoderConfig{
		Text:       text.Config{HTML: true, Normalize: "NFC", Case: "lower", Tokenizer: "words"},
		OOVBuckets: 1,
		MaxLen:     5,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(encoder.Encode("정말 good film, nothing bad"), "of", encoder.Depth())
	stats, err := encoder.Stats(texts)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d texts, %d tokens, %.0f %% unknown, longest %d\n", stats.Texts, stats.Tokens, 100*stats.UnknownShare(), stats.Longest)
	// Output:
	// [10 5 4 12 7] of 13
	// 3 texts, 10 tokens, 0 % unknown, longest 4
}

// Byte pairs lose nothing.
func ExampleEncoder_Decode() {
	encoder, err := text.LearnEncoder(texts, text.EncoderConfig{
		Text:   text.Config{Case: "keep", Tokenizer: "bpe"},
		MaxLen: 50,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q\n", encoder.Tokens("a film, films"))
	fmt.Println(encoder.Decode(encoder.Encode("An unseen wörd, 영화!")))
	// Output:
	// ["a" " film" "," " film" "s"]
	// An unseen wörd, 영화!
}

func ExampleEncoder_EncodeSpans() {
	encoder, err := text.LearnEncoder(texts, text.EncoderConfig{Text: text.Config{HTML: true, Case: "lower"}, MaxLen: 3})
	if err != nil {
		log.Fatal(err)
	}
	review := "A <i>GOOD</i> caf&eacute;?"
	ids, spans := encoder.EncodeSpans(review)
	for i, s := range spans {
		fmt.Printf("%d %s: %q\n", ids[i], encoder.WordOf(ids[i]), review[s[0]:s[1]])
	}
	// Output:
	// 6 a: "A"
	// 5 good: "GOOD"
	// 8 café: "caf&eacute;"
}
