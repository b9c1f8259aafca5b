package corpus

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/pkg/errors"

	"unroll/datasets/cache"
	"unroll/datasets/text"
	"unroll/internal/show"
	"unroll/train"
	"unroll/train/classifier"
)

// scan is what the first pass over a source finds: all but the texts.
type scan struct {
	Task    classifier.Task `json:"task"` // of numbers without their scaling
	Targets []float64       `json:"-"`    // classes, or numbers as they are
	Parts   Parts           `json:"parts"`
	Groups  []string        `json:"groups,omitempty"` // of a split by group or file

	vocabulary *text.Vocabulary
}

// Encoded are the samples of a model.
type Encoded struct {
	Encoder *text.Encoder
	IDs     [][]int32 // of each text, cut but not padded
	stats   text.Stats
}

// Set is a source that has been read. The models of a run share it.
type Set struct {
	*Source
	scan
	Encoded map[string]Encoded // by model
}

// Read reads a source: in one pass the labels and the vocabulary, in one more for each
// model its ids. Files that were encoded before, in the folder dir if that is not
// empty, are not read again. sizes are by the names of the models.
func (d *Source) Read(ctx context.Context, s Settings, words TextSettings, names []string, sizes func(name string) Sizes, dir string) (*Set, error) {
	set := &Set{Source: d, Encoded: map[string]Encoded{}}
	keys := map[string]string{}
	if len(d.files) > 0 && dir != "" {
		for _, name := range names {
			key, err := cache.Key(ctx, d.files, []any{cachedVersion, s, words, words.Encoder(sizes(name), d.Defaults)})
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
	if set.scan, err = d.scan(ctx, s, words.Config(d.Defaults)); err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, ok := set.Encoded[name]; ok {
			continue
		}
		var t Encoded
		if t.Encoder, err = text.NewEncoder(set.vocabulary, words.Encoder(sizes(name), d.Defaults)); err != nil {
			return nil, errors.WithMessage(err, name)
		}
		if t.IDs, t.stats, err = t.Encoder.EncodeTexts(d.Texts(ctx)); err != nil {
			return nil, err
		}
		if len(t.IDs) != len(set.Targets) {
			return nil, errors.Errorf("%s has changed: it has %d texts, a moment ago it had %d", d.Line, len(t.IDs), len(set.Targets))
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

// scan reads the labels of all texts, and counts the words of those that are not
// to test on: those to validate on too, as keras.datasets.imdb does.
func (d *Source) scan(ctx context.Context, s Settings, words text.Config) (scan, error) {
	var l labelled
	vocabulary, err := text.Count(l.texts(d.each(ctx, d.tell), s, func(part string) bool { return part != Test.String() }), words)
	if err != nil {
		return scan{}, err
	}
	found := l.scan()
	found.vocabulary = vocabulary
	if len(l.labels) == 0 {
		return found, errors.Errorf("%s: no texts", d.Line)
	}
	found.Task, found.Targets, err = targets(l.labels, s.Regression)
	return found, errors.WithMessage(err, d.Line)
}

// ReadFor reads texts for a model that is trained: those of which only it knows the
// classes and the words.
func (d *Source) ReadFor(ctx context.Context, s Settings, m *classifier.Model) (*Set, error) {
	var l labelled
	ids, stats, err := m.Encoder().EncodeTexts(l.texts(d.each(ctx, d.tell), s, func(string) bool { return true }))
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, errors.Errorf("%s: no texts", d.Line)
	}
	set := &Set{Source: d, scan: l.scan(), Encoded: map[string]Encoded{m.Name(): {m.Encoder(), ids, stats}}}
	set.Task, set.Targets = m.Task(), make([]float64, len(ids))
	return set, errors.WithMessage(setTargets(m.Task(), l.labels, set.Targets), d.Line)
}

// Coverage says in one line how much of the texts a model sees.
func (t Encoded) Coverage() string {
	s := t.stats
	return fmt.Sprintf("%s ids; lengths %d to %d, median %d; %.1f %% of the words are unknown, %.1f %% of the texts are cut",
		show.Thousands(t.Encoder.Depth()), s.Shortest, s.Longest, s.Median, 100*s.UnknownShare(), 100*s.TruncatedShare())
}

// Data returns the samples of a model for the given texts, with targets of the task.
func (set *Set) Data(name string, t classifier.Task, rows []int) train.Data {
	from := set.Encoded[name]
	c := from.Encoder.Config()
	d := train.Data{
		Tokens: make([][]int32, len(rows)), Targets: make([]float32, len(rows)),
		Padding: &train.Padding{MaxLen: c.MaxLen, Post: c.Padding == text.Post, Value: float32(c.Value)},
	}
	for k, i := range rows {
		d.Tokens[k], d.Targets[k] = from.IDs[i], t.Target(set.Targets[i])
	}
	return d
}
