package corpus

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/pkg/errors"

	"unroll/datasets/text"
	"unroll/internal/show"
	"unroll/train"
	"unroll/train/classifier"
)

// scan is what the first pass over a source finds: all but the texts.
type scan struct {
	Task    classifier.Task `json:"task"` // of numbers without their scaling
	Targets []float64       `json:"-"`    // [texts, Task.Width]: classes, 0 or 1 for each of several labels, or numbers as they are
	Parts   Parts           `json:"parts"`
	Groups  []string        `json:"groups,omitempty"`  // of a split by group or file
	Columns [][]string      `json:"columns,omitempty"` // beside each text, see Set.Learn
	// Unknown has the labels that are none of the classes, with the number of their texts,
	// of texts to measure on. The targets of these are unknownLabel.
	Unknown map[string]int `json:"unknown,omitempty"`

	vocabulary *text.Vocabulary
}

// Encoded are the samples of a model.
type Encoded struct {
	Encoder *text.Encoder
	Grams   *text.Grams // in place of Encoder
	IDs     [][]int32   // of each text, cut but not padded
	stats   text.Stats
}

// Set is a source that has been read. The models of a run share it.
type Set struct {
	*Source
	scan
	Encoded map[string]Encoded // by model

	unpadded map[string]bool // models that padding does not change
}

// Read reads a source: in one pass the labels and the vocabulary, in one more for each
// model its ids. Files that were encoded before, in the folder dir if that is not
// empty, are not read again. sizes are by the names of the models.
func (d *Source) Read(ctx context.Context, s Settings, words TextSettings, names []string, sizes func(name string) Sizes, dir string) (*Set, error) {
	set := &Set{Source: d, Encoded: map[string]Encoded{}, unpadded: map[string]bool{}}
	for _, name := range names {
		set.unpadded[name] = sizes(name).Unpadded
	}
	keys := map[string]string{}
	ordered := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return sizes(name).Grams })
	if len(d.files) > 0 && dir != "" && len(ordered) == len(names) {
		for _, name := range names {
			key, err := d.key(ctx, cachedVersion, s, words, words.Encoder(sizes(name), d.Defaults))
			if err != nil {
				return nil, err
			}
			keys[name] = key
			set.load(filepath.Join(dir, name+cacheExtension), key, name)
		}
		if len(set.Encoded) == len(names) {
			return set, nil
		}
	}
	var err error
	var grams *text.Grams
	if len(ordered) < len(names) {
		if set.scan, grams, err = d.scanGrams(ctx, s, words); err != nil {
			return nil, err
		}
	}
	if len(ordered) > 0 {
		if set.scan, err = d.scan(ctx, s, words.Config(d.Defaults)); err != nil {
			return nil, err
		}
	}
	var shared Encoded
	for _, name := range names {
		if _, ok := set.Encoded[name]; ok {
			continue
		}
		if sizes(name).Grams {
			if shared.Grams != nil { // another model has read them
				set.Encoded[name] = shared
				continue
			}
			t := Encoded{Grams: grams}
			if t.IDs, err = grams.EncodeTexts(d.Texts(ctx)); err != nil {
				return nil, err
			}
			if err := set.sameTexts(t); err != nil {
				return nil, err
			}
			shared, set.Encoded[name] = t, t
			continue
		}
		var t Encoded
		if t.Encoder, err = text.NewEncoder(set.vocabulary, words.Encoder(sizes(name), d.Defaults)); err != nil {
			return nil, errors.WithMessage(err, name)
		}
		if t.IDs, t.stats, err = t.Encoder.EncodeTexts(d.Texts(ctx)); err != nil {
			return nil, err
		}
		if err := set.sameTexts(t); err != nil {
			return nil, err
		}
		set.Encoded[name] = t
		if keys[name] != "" {
			if err := set.save(filepath.Join(dir, name+cacheExtension), keys[name], t); err != nil {
				return nil, err
			}
		}
	}
	return set, nil
}

// Add gives a model samples that were read later.
func (set *Set) Add(name string, samples Encoded) error {
	set.Encoded[name] = samples
	return set.sameTexts(samples)
}

// sameTexts refuses texts that are others than they were when the labels were read.
func (set *Set) sameTexts(t Encoded) error {
	if len(t.IDs) != set.Len() {
		return errors.Errorf("%s has changed: it has %d texts, a moment ago it had %d", set.Line, len(t.IDs), set.Len())
	}
	return nil
}

// Len is the number of texts.
func (set *Set) Len() int { return len(set.Parts) }

// target is that of a text, [Task.Width].
func (set *Set) target(i int) []float64 {
	width := set.Task.Width()
	return set.Targets[i*width : (i+1)*width]
}

// Labels are the places of a text's classes among those of the task: one, or any number
// where a text may have several.
func (set *Set) Labels(i int) []int32 {
	y := set.target(i)
	if !set.Task.Multi {
		return []int32{int32(y[0])}
	}
	var of []int32
	for c, v := range y {
		if v > 0 {
			of = append(of, int32(c))
		}
	}
	return of
}

// scan reads the labels of all texts, and counts the words of those that are not
// to test on: those to validate on too, as keras.datasets.imdb does.
func (d *Source) scan(ctx context.Context, s Settings, words text.Config) (scan, error) {
	var l labelled
	vocabulary, err := text.Count(l.texts(d.each(ctx, d.tell), s, func(part string) bool { return part != Test.String() }), words)
	if err != nil {
		return scan{}, err
	}
	found, err := d.found(l, s)
	found.vocabulary = vocabulary
	return found, err
}

// found are the labels that were read.
func (d *Source) found(l labelled, s Settings) (scan, error) {
	found := l.scan()
	if len(l.labels) == 0 {
		return found, errors.Errorf("%s: no texts", d.Line)
	}
	var err error
	if found.Task, err = l.task(s.Regression); err == nil {
		err = found.setTargets(l, toTestOn)
	}
	return found, errors.WithMessage(err, d.Line)
}

func toTestOn(p Part) bool { return p == Test }

// ReadFor reads texts for a model that is trained: those of which only it knows the
// classes and the words. Texts to test on may have other labels, and all may if the model
// is only to be measured on them.
func (d *Source) ReadFor(ctx context.Context, s Settings, m *classifier.Model, measured bool) (*Set, error) {
	set, l, err := d.readFor(ctx, s, m)
	if err != nil {
		return nil, err
	}
	return set, errors.WithMessage(set.setTargets(*l, func(p Part) bool { return measured || toTestOn(p) }), d.Line)
}

// ReadOn is ReadFor for a model that goes on with the texts. Labels that it does not have
// are an error, or are classes of the set's task, after its own.
func (d *Source) ReadOn(ctx context.Context, s Settings, m *classifier.Model, newLabels bool) (*Set, error) {
	set, l, err := d.readFor(ctx, s, m)
	if err != nil {
		return nil, err
	}
	added, err := l.added(set.Task, newLabels)
	if err != nil {
		return nil, errors.WithMessage(err, d.Line)
	}
	set.Task.Classes = slices.Concat(set.Task.Classes, added)
	return set, errors.WithMessage(set.setTargets(*l, toTestOn), d.Line)
}

// readFor is ReadFor without the targets.
func (d *Source) readFor(ctx context.Context, s Settings, m *classifier.Model) (*Set, *labelled, error) {
	var l labelled
	texts := l.texts(d.each(ctx, d.tell), s, func(string) bool { return true })
	t := Encoded{Encoder: m.Encoder(), Grams: m.Grams()}
	if c := m.Columns(); c != nil && !slices.Equal(c.Names(), s.beside()) {
		return nil, nil, errors.Errorf("the model takes %s beside a text, its settings name %s", show.List(c.Names()), show.List(s.beside()))
	}
	var err error
	if t.Grams != nil {
		t.IDs, err = t.Grams.EncodeTexts(texts)
	} else {
		t.IDs, t.stats, err = t.Encoder.EncodeTexts(texts)
	}
	if err != nil {
		return nil, nil, err
	}
	if len(t.IDs) == 0 {
		return nil, nil, errors.Errorf("%s: no texts", d.Line)
	}
	set := &Set{Source: d, scan: l.scan(), Encoded: map[string]Encoded{m.Name(): t}}
	set.Task = m.Task()
	return set, &l, nil
}

// Encode returns the ids of a text.
func (t Encoded) Encode(text string) []int32 {
	if t.Grams != nil {
		return t.Grams.Encode(nil, text)
	}
	ids, _ := t.Encoder.EncodeSpans(text)
	return ids
}

// Coverage says in one line how much of the texts a model sees.
func (t Encoded) Coverage() string {
	if g := t.Grams; g != nil {
		return fmt.Sprintf("%s n-grams of words and %s of characters", show.Thousands(g.Split()), show.Thousands(g.Len()-g.Split()))
	}
	s := t.stats
	return fmt.Sprintf("%s ids; lengths %d to %d, median %d; %.1f %% of the words are unknown, %.1f %% of the texts are cut",
		show.Thousands(t.Encoder.Depth()), s.Shortest, s.Longest, s.Median, 100*s.UnknownShare(), 100*s.TruncatedShare())
}

// Data returns the samples of a model for the given texts, with targets of the task, and
// what they have beside them if that is not nil.
func (set *Set) Data(name string, t classifier.Task, rows []int, beside [][]float32) train.Data {
	from := set.Encoded[name]
	d := train.Data{Tokens: make([][]int32, len(rows)), Targets: make([]float32, 0, len(rows)*t.Width())}
	if from.Grams == nil {
		c := from.Encoder.Config()
		d.Padding = &train.Padding{MaxLen: c.MaxLen, Post: c.Padding == text.Post, Value: float32(c.Value), ByLength: set.unpadded[name]}
	}
	for k, i := range rows {
		d.Tokens[k] = from.IDs[i]
		for _, y := range set.target(i) {
			d.Targets = append(d.Targets, t.Target(y))
		}
	}
	if beside != nil {
		return classifier.Join(d, beside)
	}
	return d
}
