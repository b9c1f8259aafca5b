package main

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"unroll/datasets"
	"unroll/datasets/cache"
	"unroll/datasets/text"
	"unroll/internal/show"
	"unroll/train/classifier"
)

// scan is what the first pass over a dataset finds: all but the texts.
type scan struct {
	Task    classifier.Task `json:"task"`
	Targets []float64       `json:"-"` // classes, or numbers as they are
	// Parts holds a letter for each text, see letterOf.
	Parts  string   `json:"parts"`
	Groups []string `json:"groups,omitempty"` // of a split by group or file

	vocabulary *text.Vocabulary
}

// encodedTexts are the samples of an experiment.
type encodedTexts struct {
	encoder *text.Encoder
	ids     [][]int32 // of each text, cut but not padded
	stats   text.Stats
}

// trainingSet is what the experiments of a run share.
type trainingSet struct {
	*dataset
	scan
	encoded map[string]encodedTexts // by experiment

	trainOn, validateOn, testOn []int
}

// read reads a dataset: in one pass the labels and the vocabulary, in one more
// for each experiment its ids. Files that were encoded before, in the folder
// cache, are not read again.
func (d *dataset) read(ctx context.Context, s dataSettings, words textSettings, chosen []experiment, dir string) (*trainingSet, error) {
	set := &trainingSet{dataset: d, encoded: map[string]encodedTexts{}}
	keys := map[string]string{}
	if len(d.files) > 0 && dir != "" {
		for _, e := range chosen {
			key, err := cache.Key(ctx, d.files, []any{cachedVersion, s, words, words.encoder(e, d.movies)})
			if err != nil {
				return nil, err
			}
			keys[e.name] = key
			set.load(filepath.Join(dir, e.name+cacheExtension), key, e.name)
		}
		if len(set.encoded) == len(chosen) {
			return set, nil
		}
	}
	var err error
	if set.scan, err = d.scan(ctx, s, words.text(d.movies)); err != nil {
		return nil, err
	}
	for _, e := range chosen {
		if _, ok := set.encoded[e.name]; ok {
			continue
		}
		var t encodedTexts
		if t.encoder, err = text.NewEncoder(set.vocabulary, words.encoder(e, d.movies)); err != nil {
			return nil, errors.WithMessage(err, e.name)
		}
		if t.ids, t.stats, err = t.encoder.EncodeTexts(d.texts(ctx)); err != nil {
			return nil, err
		}
		if len(t.ids) != len(set.Targets) {
			return nil, errors.Errorf("%s: %d texts, a moment ago it had %d: it has changed", d.source, len(t.ids), len(set.Targets))
		}
		set.encoded[e.name] = t
		if keys[e.name] != "" {
			if err := set.save(filepath.Join(dir, e.name+cacheExtension), keys[e.name], t); err != nil {
				return nil, err
			}
		}
	}
	return set, nil
}

// texts yields the texts alone.
func (d *dataset) texts(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for r, err := range d.each(ctx, nil) {
			if !yield(r.Text, err) || err != nil {
				return
			}
		}
	}
}

// scan reads the labels of all texts, and counts the words of those that are not
// to test on: those to validate on too, as keras.datasets.imdb does.
func (d *dataset) scan(ctx context.Context, s dataSettings, words text.Config) (scan, error) {
	var l labelled
	vocabulary, err := text.Count(l.texts(d.each(ctx, d.tell), s, func(part string) bool { return part != testPart }), words)
	if err != nil {
		return scan{}, err
	}
	found := l.scan()
	found.vocabulary = vocabulary
	if len(l.labels) == 0 {
		return found, errors.Errorf("%s: no texts", d.source)
	}
	found.Task, found.Targets, err = targets(l.labels, s.Regression)
	return found, errors.WithMessage(err, d.source)
}

// encode reads texts for a model that is trained: those of which only it
// knows the classes and the words.
func (d *dataset) encode(ctx context.Context, s dataSettings, t classifier.Task, encoder *text.Encoder, name string) (*trainingSet, error) {
	var l labelled
	ids, stats, err := encoder.EncodeTexts(l.texts(d.each(ctx, d.tell), s, func(string) bool { return true }))
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, errors.Errorf("%s: no texts", d.source)
	}
	set := &trainingSet{dataset: d, scan: l.scan(), encoded: map[string]encodedTexts{name: {encoder, ids, stats}}}
	set.Task, set.Targets = t, make([]float64, len(ids))
	return set, errors.WithMessage(setTargets(t, l.labels, set.Targets), d.source)
}

// labelled is what stands beside the texts of a pass.
type labelled struct {
	labels []string
	parts  strings.Builder
	groups []string
}

func (l *labelled) scan() scan { return scan{Parts: l.parts.String(), Groups: l.groups} }

// texts yields the texts of the wanted parts.
func (l *labelled) texts(records iter.Seq2[datasets.Record, error], s dataSettings, wanted func(part string) bool) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for r, err := range records {
			if _, ok := number(r.Label); err == nil && s.Regression && !ok {
				err = errors.Errorf("%s: the label %q is not a number", r.ID, r.Label)
			}
			if err != nil {
				yield("", err)
				return
			}
			l.labels = append(l.labels, r.Label)
			l.parts.WriteString(letterOf(r.Part))
			switch {
			case s.Split == "file":
				l.groups = append(l.groups, r.File)
			case s.GroupColumn != "":
				l.groups = append(l.groups, r.Group)
			}
			if wanted(r.Part) && !yield(r.Text, nil) {
				return
			}
		}
	}
}

// letterOf stands for a part. What a source says is to train on may still be
// validated on.
func letterOf(part string) string {
	switch part {
	case validationPart:
		return "v"
	case testPart:
		return "t"
	}
	return "."
}

// targets finds the task, and turns labels into targets.
func targets(labels []string, regression bool) (classifier.Task, []float64, error) {
	y := make([]float64, len(labels))
	if regression {
		for i, l := range labels {
			y[i], _ = number(l)
		}
		return classifier.Task{}, y, nil
	}
	counts := map[string]int{}
	for _, l := range labels {
		counts[l]++
	}
	t := classifier.Task{Classes: datasets.ClassNames(datasets.MergeNumbers(counts))}
	switch n := len(t.Classes); {
	case n < 2:
		return t, nil, errors.Errorf("all %s texts have the label %q, want two classes at least", show.Thousands(len(labels)), labels[0])
	case n > mostClasses || 2*n > len(labels) && n > 2:
		return t, nil, errors.Errorf("%s different labels of %s texts, such as %q: are they numbers (--regression), or is it another column (--label-column)?",
			show.Thousands(n), show.Thousands(len(labels)), t.Classes[0])
	}
	err := setTargets(t, labels, y)
	return t, y, err
}

const mostClasses = 1000

// targets writes the targets of labels.
func setTargets(t classifier.Task, labels []string, y []float64) error {
	index := datasets.ClassIndex(t.Classes)
	for i, l := range labels {
		class, ok := index(l)
		switch {
		case t.Number():
			if y[i], ok = number(l); !ok {
				return errors.Errorf("the label %q is not a number", l)
			}
		case !ok:
			return errors.Errorf("the label %q is none of the model's classes, %s", l, listOf(t.Classes))
		default:
			y[i] = float64(class)
		}
	}
	return nil
}

// listOf writes a list for people, a long one in part.
func listOf(names []string) string {
	names = quotedAll(names)
	const most = 10
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// quoted puts a name into quotes where it would not be read as one in a list: with a
// comma, quotes, space around it or control characters in it, or of nothing.
func quoted(name string) string {
	if name == "" || name != strings.TrimSpace(name) || strings.ContainsAny(name, ",;\"") || name != oneLine(name) {
		return strconv.Quote(name)
	}
	return name
}

func quotedAll(names []string) []string {
	var all []string
	for _, n := range names {
		all = append(all, quoted(n))
	}
	return all
}

// count writes a number of texts for people.
func (d *dataset) count(n int) string {
	if d.movies {
		return show.Thousands(n) + " reviews"
	}
	return show.Thousands(n) + " texts"
}

// coverage says in one line how much of the texts the models see.
func (t encodedTexts) coverage() string {
	s := t.stats
	return fmt.Sprintf("%s ids; lengths %d to %d, median %d; %.1f %% of the words are unknown, %.1f %% of the texts are cut",
		show.Thousands(t.encoder.Depth()), s.Shortest, s.Longest, s.Median, 100*s.UnknownShare(), 100*s.TruncatedShare())
}
