package kerastext_test

import (
	"fmt"
	"log"
	"os"

	"unroll/datasets/text"
	"unroll/datasets/text/kerastext"
)

// A model was trained with a Tokenizer and pad_sequences(maxlen=6, padding="post").
func ExampleRead() {
	t, err := kerastext.Read("testdata/tokenizer.pickle")
	if err != nil {
		log.Fatal(err)
	}
	c := t.Config
	c.MaxLen, c.Padding = 6, text.Post
	encoder, err := t.Encoder(c)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(t.Source)
	fmt.Println(encoder.Encode("A wonderful, wonderful comedy!"), "of", encoder.Depth())
	// Output:
	// pickled Keras Tokenizer (keras.src.legacy.preprocessing.text)
	// [2 4 4 1 0 0] of 8
}

func ExampleWriteTokenizer() {
	encoder, err := text.LearnEncoder(text.Of("the film", "the end"), text.EncoderConfig{
		Text: text.Config{Case: "lower"}, MaxLen: 5,
	})
	if err != nil {
		log.Fatal(err)
	}
	notes, err := kerastext.WriteTokenizer(os.Stdout, encoder)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(notes)
	// Output:
	// {"class_name":"Tokenizer","config":{"char_level":false,"document_count":0,"filters":"!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n","index_docs":"{}","index_word":"{\"4\":\"the\",\"5\":\"end\",\"6\":\"film\"}","lower":true,"num_words":7,"oov_token":null,"split":" ","word_counts":"{}","word_docs":"{}","word_index":"{\"end\":5,\"film\":6,\"the\":4}"}}
	// [lower makes İ and a Σ at a word's end something else there]
}
