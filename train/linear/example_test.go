package linear_test

import (
	"context"
	"fmt"
	"strings"

	"unroll/train/calibrate"
	"unroll/train/linear"
)

func Example() {
	texts := []string{"a wonderful film", "wonderful acting", "a fine story", "a dull film", "dull acting", "a weak story"}
	class := []int32{1, 1, 1, 0, 0, 0}
	ids := map[string]int32{}
	var bags [][]int32
	for _, text := range texts {
		var bag []int32
		for _, word := range strings.Fields(text) {
			if _, known := ids[word]; !known {
				ids[word] = int32(len(ids))
			}
			bag = append(bag, ids[word])
		}
		bags = append(bags, bag)
	}

	counts, err := linear.Frequencies(bags, len(ids))
	if err != nil {
		fmt.Println(err)
		return
	}
	idf := linear.IDF(counts, len(bags))
	x, err := linear.Weigh(bags, idf, len(ids))
	if err != nil {
		fmt.Println(err)
		return
	}
	h := func(k int) ([]float32, error) { return linear.Ratios(x, class, k, 0.5) }
	m, err := linear.SVM{C: 1}.FitClasses(context.Background(), x, class, 2, h, nil)
	if err != nil {
		fmt.Println(err)
		return
	}

	held, err := linear.Weigh([][]int32{{ids["wonderful"], ids["story"]}, {ids["dull"], ids["story"]}}, idf, len(ids))
	if err != nil {
		fmt.Println(err)
		return
	}
	margins, err := m.Margins(held)
	if err != nil {
		fmt.Println(err)
		return
	}
	p := calibrate.Probabilities(margins, 1, 3) // by calibrate.Temperature of more texts
	fmt.Printf("wonderful story %.2f, dull story %.2f\n", p[0], p[1])
	// Output: wonderful story 0.93, dull story 0.07
}
