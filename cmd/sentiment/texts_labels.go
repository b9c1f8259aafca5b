package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/datasets"
	"unroll/internal/show"
)

func (a *app) warn(format string, args ...any) {
	fmt.Fprintf(a.err, "warning: %s\n", oneLine(fmt.Sprintf(format, args...)))
}

// classCounts counts the texts of each class in the given places.
func (set *trainingSet) classCounts(places []int) []int {
	counts := make([]int, len(set.Task.Classes))
	for _, i := range places {
		counts[int(set.Targets[i])]++
	}
	return counts
}

// listed writes the classes that fit, with the number of their texts.
func (set *trainingSet) listed(counts []int, fits func(class int) bool) string {
	const most = 5
	var list []string
	for class, name := range set.Task.Classes {
		if fits(class) {
			of := "1 text"
			if counts[class] != 1 {
				of = show.Thousands(counts[class]) + " texts"
			}
			list = append(list, fmt.Sprintf("%q (%s)", name, of))
		}
	}
	if len(list) > most {
		list = append(list[:most], fmt.Sprintf("%d more", len(list)-most))
	}
	return strings.Join(list, ", ")
}

// checkLabels refuses labels that no text to train on has, and warns of classes
// with one text and of labels that may be meant to be one.
func (set *trainingSet) checkLabels(warn func(string, ...any)) error {
	if set.Task.Number() {
		return nil
	}
	places := map[string][]int{}
	for i := range set.Parts {
		letter := set.Parts[i : i+1]
		places[letter] = append(places[letter], i)
	}
	known := set.classCounts(places[letterOf(trainPart)])
	for _, part := range []string{validationPart, testPart} {
		if len(places[letterOf(trainPart)]) == 0 {
			break // which is told of elsewhere
		}
		counts := set.classCounts(places[letterOf(part)])
		if list := set.listed(counts, func(c int) bool { return counts[c] > 0 && known[c] == 0 }); list != "" {
			return errors.Errorf("%s: the %s data have labels that no text to train on has: %s; those have %s",
				set.source, part, list, set.listed(known, func(c int) bool { return known[c] > 0 }))
		}
	}
	if len(places[letterOf(trainPart)]) < leastTexts {
		return nil // too few, which is told of elsewhere
	}
	if list := set.listed(known, func(c int) bool { return known[c] == 1 }); list != "" {
		warn("%s: classes of a single text cannot be both learned and validated: %s", set.source, list)
	}
	spelled := map[string]string{}
	for _, name := range set.Task.Classes {
		key := strings.ToLower(strings.Join(strings.Fields(name), " "))
		if other, ok := spelled[key]; ok {
			warn("%s: the labels %q and %q are two classes, though they differ in case or space alone", set.source, other, name)
		}
		spelled[key] = name
	}
	for i, name := range set.Task.Classes {
		if j := slices.IndexFunc(set.Task.Classes[:i], func(other string) bool { return datasets.SameNumber(other, name) }); j >= 0 {
			warn("%s: the labels %q and %q are two classes, as not all labels are numbers", set.source, set.Task.Classes[j], name)
		}
	}
	return nil
}

// checkParts refuses a split with texts of one class alone to train on, and warns
// of one with classes that are only validated on.
func (set *trainingSet) checkParts(warn func(string, ...any)) error {
	if set.Task.Number() {
		return nil
	}
	learned, validated := set.classCounts(set.trainOn), set.classCounts(set.validateOn)
	isLearned := func(c int) bool { return learned[c] > 0 }
	if len(set.trainOn) == slices.Max(learned) {
		return errors.Errorf("%s: all texts to train on have one label, %s; is it the --split?", set.source, set.listed(learned, isLearned))
	}
	if list := set.listed(validated, func(c int) bool { return validated[c] > 0 && !isLearned(c) }); list != "" {
		warn("%s: the split left no text to train on of classes that are validated on: %s", set.source, list)
	}
	return nil
}
