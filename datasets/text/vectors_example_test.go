package text_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"unroll/datasets/text"
)

// The vectors of an encoder's words. Into a model they go row by row:
//
//	weight, err := model.Weight("embedding/embeddings")
//	…
//	for id, row := range vectors.Rows {
//		if row != nil {
//			err = weight.SetRow(id, row)
//
// The layer is nn.Embedding{InputDim: len(words), OutputDim: vectors.Dim}, in
// nn.Frozen{Layer: …} if training is to leave the vectors alone.
func ExampleReadVectors() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "glove.3d.txt")
	if err := os.WriteFile(path, []byte("good 1 2 3\nfilm 0.5 0 1\n"), 0o644); err != nil {
		log.Fatal(err)
	}
	vocabulary, err := text.Count(text.Of("a good film, a good day"), text.Config{})
	if err != nil {
		log.Fatal(err)
	}
	encoder, err := text.NewEncoder(vocabulary, text.EncoderConfig{MaxLen: 10})
	if err != nil {
		log.Fatal(err)
	}
	words := make([]string, encoder.Config().NumWords)
	for id := range words {
		words[id] = encoder.WordOf(int32(id)) // "" for padding and the like
	}
	vectors, err := text.ReadVectors(context.Background(), path, words, text.VectorOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(vectors)
	for id, row := range vectors.Rows {
		fmt.Println(id, words[id], row)
	}
	// Output:
	// 2 of 4 words (50.0 %) have a vector of width 3
	// 0  []
	// 1  []
	// 2  []
	// 3  []
	// 4 a []
	// 5 good [1 2 3]
	// 6 day []
	// 7 film [0.5 0 1]
}
