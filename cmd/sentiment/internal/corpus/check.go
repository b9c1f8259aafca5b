package corpus

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/datasets"
	"unroll/datasets/inspect"
	"unroll/internal/show"
)

// classCounts counts the texts of each class in the given places.
func (set *Set) classCounts(places []int) []int {
	counts := make([]int, len(set.Task.Classes))
	for _, i := range places {
		if set.unknown(i) {
			continue
		}
		for _, class := range set.Labels(i) {
			counts[class]++
		}
	}
	return counts
}

// listed writes the classes that fit, with the number of their texts.
func listed(classes []string, counts []int, fits func(class int) bool) string {
	const most = 5
	var list []string
	for class, name := range classes {
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

// CheckLabels refuses labels that no text to train on has, but of texts to test on, and
// warns of classes with one text and of labels that may be meant to be one.
func (set *Set) CheckLabels(warn func(string, ...any)) error {
	if set.Task.Number() {
		return nil
	}
	places := map[Part][]int{}
	for i, part := range set.Parts {
		places[part] = append(places[part], i)
	}
	known := set.classCounts(places[Train])
	isKnown := func(c int) bool { return known[c] > 0 }
	if counts := set.classCounts(places[Validation]); len(places[Train]) > 0 { // which else is told of elsewhere
		if list := listed(set.Task.Classes, counts, func(c int) bool { return counts[c] > 0 && !isKnown(c) }); list != "" {
			return errors.Errorf("%s: the validation data have labels that do not occur in the training data: %s; the training data have %s",
				set.Line, list, listed(set.Task.Classes, known, isKnown))
		}
	}
	if n := len(places[Test]); n > 0 && !slices.ContainsFunc(places[Test], func(i int) bool { return !set.unknown(i) }) {
		return errors.Errorf("%s: none of the %s has a label that occurs in the training data: they have %s; the training data have %s",
			set.Line, show.Plural(n, "test text"), listCounts(set.Unknown), listed(set.Task.Classes, known, isKnown))
	}
	for _, part := range []Part{Validation, Test} {
		counts := set.classCounts(places[part])
		if n := len(places[part]); n > 1 && slices.Max(counts) == n && !set.Task.Multi {
			warn("%s: all %s texts have one label, %s: their scores say little", set.Line, part, listed(set.Task.Classes, counts, func(c int) bool { return counts[c] > 0 }))
		}
	}
	if len(places[Train]) < leastTexts {
		return nil // too few, which is told of elsewhere
	}
	set.warnOfClasses(set.Task.Classes, known, warn)
	return nil
}

// TellLabels warns of labels, counted by the parts of what was inspected, as training
// does: of what it would refuse too, for there is nothing to train here.
func (d *Source) TellLabels(parts []inspect.Part, several bool, warn func(string, ...any)) {
	all, tested, texts, known := map[string]int{}, map[string]int{}, 0, 0
	for _, p := range parts {
		switch partOf(p.Name) {
		case Test:
		case Train:
			texts += p.Texts
			fallthrough
		default:
			known += p.Texts
		}
		for label, n := range p.Classes {
			switch {
			case partOf(p.Name) == Test:
				tested[label] += n
			case label != "" || !several:
				all[label] += n
			}
		}
	}
	if texts < leastTexts {
		return // training would say no more than that
	}
	task, err := taskOf(all, known, several)
	if err != nil {
		warn("%s: %v", d.Line, err)
		return
	}
	class, learned := datasets.ClassIndex(task.Classes), make([]int, len(task.Classes))
	for _, p := range parts {
		for label, n := range p.Classes {
			if c, ok := class(label); ok && partOf(p.Name) == Train {
				learned[c] += n
			}
		}
	}
	d.warnOfClasses(task.Classes, learned, warn)
	maps.DeleteFunc(tested, func(label string, _ int) bool { _, ok := class(label); return ok })
	if len(tested) > 0 {
		d.warnUnknown(tested, "not in the training data", several, warn)
	}
}

// warnOfClasses warns of classes with one text to train on, and of those that may be
// meant to be one.
func (d *Source) warnOfClasses(classes []string, learned []int, warn func(string, ...any)) {
	if list := listed(classes, learned, func(c int) bool { return learned[c] == 1 }); list != "" {
		warn("%s: a class with a single text cannot be both trained and validated on: %s", d.Line, list)
	}
	spelled := map[string]string{}
	for _, name := range classes {
		key := strings.ToLower(strings.Join(strings.Fields(name), " "))
		if other, ok := spelled[key]; ok {
			warn("%s: the labels %q and %q are two classes, although they differ only in case or spaces", d.Line, other, name)
		}
		spelled[key] = name
	}
	for i, name := range classes {
		if j := slices.IndexFunc(classes[:i], func(other string) bool { return datasets.SameNumber(other, name) }); j >= 0 {
			warn("%s: the labels %q and %q are two classes, because not all labels are numbers", d.Line, classes[j], name)
		}
	}
}

// CheckDivision refuses a split with texts of one class alone to train on, and warns
// of one with classes that are only validated on.
func (set *Set) CheckDivision(d Division, warn func(string, ...any)) error {
	if set.Task.Number() {
		return nil
	}
	learned, validated := set.classCounts(d.Train), set.classCounts(d.Validation)
	isLearned := func(c int) bool { return learned[c] > 0 }
	if set.Task.Multi {
		if err := set.checkAlike(d, learned, warn); err != nil {
			return err
		}
	} else if len(d.Train) == slices.Max(learned) {
		return errors.Errorf("%s: all training texts have one label, %s; check --split", set.Line, listed(set.Task.Classes, learned, isLearned))
	}
	if list := listed(set.Task.Classes, validated, func(c int) bool { return validated[c] > 0 && !isLearned(c) }); list != "" {
		warn("%s: the split left no training text for these validation classes: %s", set.Line, list)
	}
	return nil
}

// checkAlike refuses training texts that all have the same labels, and warns of labels
// that all of them have.
func (set *Set) checkAlike(d Division, learned []int, warn func(string, ...any)) error {
	all := func(c int) bool { return learned[c] == len(d.Train) }
	list := listed(set.Task.Classes, learned, all)
	for c, n := range learned {
		if n > 0 && !all(c) {
			if list != "" {
				warn("%s: all training texts have these labels, of which nothing can be learned: %s", set.Line, list)
			}
			return nil
		}
	}
	return errors.Errorf("%s: all training texts have the same labels: %s; check --split", set.Line, list)
}
