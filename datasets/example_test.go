package datasets_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"unroll/datasets"
)

func ExampleRecords() {
	reviews := strings.NewReader(`stars,review
5,"A good film, really"
1,Bad
`)
	counts := make(map[string]int)
	for r, err := range datasets.Records(context.Background(), []string{"-"}, datasets.RecordOptions{Stdin: reviews}) {
		if err != nil {
			log.Fatal(err)
		}
		counts[r.Label]++
		fmt.Printf("%s %q %s\n", r.ID, r.Text, r.Label)
	}
	fmt.Println(datasets.ClassNames(counts))
	// Output:
	// stdin:2 "A good film, really" 5
	// stdin:3 "Bad" 1
	// [1 5]
}
