package text_test

import (
	"fmt"

	"unroll/datasets/text"
)

func ExampleLearnGrams() {
	g, err := text.LearnGrams(text.Of("a good film", "not a good film", "a film"), text.GramConfig{
		Words: 2, Bounds: true, MinCount: 2,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	const unseen = "a very good film"
	ids, spans := g.EncodeSpans(unseen)
	counts := g.Counts()
	for i, id := range ids {
		fmt.Printf("%q is in %d of %d texts\n", unseen[spans[i][0]:spans[i][1]], counts[id], g.Texts())
	}
	// Output:
	// "" is in 3 of 3 texts
	// "a" is in 2 of 3 texts
	// "a" is in 3 of 3 texts
	// "good" is in 2 of 3 texts
	// "good film" is in 2 of 3 texts
	// "film" is in 3 of 3 texts
	// "film" is in 3 of 3 texts
	// "" is in 3 of 3 texts
}
