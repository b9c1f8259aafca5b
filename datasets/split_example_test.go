package datasets_test

import (
	"fmt"
	"log"

	"unroll/datasets"
)

// One text in four is positive, and so it is in both parts.
func ExampleHoldout() {
	classes := []int{0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1}
	fold, err := datasets.Holdout(len(classes), datasets.SplitOptions{Share: 1. / 3, Seed: 1, Classes: classes})
	if err != nil {
		log.Fatal(err)
	}
	positive := func(part []int) (n int) {
		for _, i := range part {
			n += classes[i]
		}
		return n
	}
	fmt.Println(positive(fold.Train), "of", len(fold.Train), "for training,",
		positive(fold.Validation), "of", len(fold.Validation), "for validation")
	// Output: 2 of 8 for training, 1 of 4 for validation
}

// No author's texts are in both parts of a fold.
func ExampleKFold() {
	authors := []string{"Ann", "Bo", "Ann", "Cy", "Bo", "Cy"}
	folds, err := datasets.KFold(len(authors), datasets.SplitOptions{Folds: 3, Seed: 1, Groups: authors})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range folds {
		var part []string
		for _, i := range f.Validation {
			part = append(part, authors[i])
		}
		fmt.Println(part)
	}
	// Output:
	// [Ann Ann]
	// [Cy Cy]
	// [Bo Bo]
}
