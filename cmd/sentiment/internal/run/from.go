package run

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/bundle"
	"unroll/cmd/sentiment/internal/corpus"
	"unroll/internal/show"
	"unroll/nn"
	"unroll/train"
	"unroll/train/classifier"
	"unroll/train/ngrams"
	"unroll/train/optimizers"
)

// given is a model that was trained before, here or elsewhere, and goes on with new texts.
// It keeps its words and its classes.
type given struct {
	*classifier.Model
	dir   string
	trial *ngrams.Trial // of a model of n-grams, how it was trained
	added []string      // classes, by --new-labels
}

// Close frees the model, which may have been made anew since.
func (g *given) Close() error { return g.Model.Close() }

// modelFrom returns the model of a folder, or the best one of a run's, as one of the
// program's.
func modelFrom(dir string) (Model, error) {
	dirs, err := BestFirst(dir)
	if err != nil {
		return Model{}, errors.WithMessage(err, "--from")
	}
	m, err := classifier.LoadFS(bundle.Files, dirs[0])
	if err != nil {
		return Model{}, errors.WithMessage(err, "--from")
	}
	if t, err := readTraining(bundle.Files, filepath.Join(dirs[0], settingsFile)); err == nil && t.Shrunk {
		_ = m.Close()
		return Model{}, errors.Errorf("--from %s: the model was shrunk, go on from the one that it was made of", dir)
	}
	if m.Grams() != nil && m.Task().Multi {
		_ = m.Close()
		return Model{}, errors.Errorf("--from %s: a model of n-grams for several labels a text does not go on; train it anew with --data for the old texts and the new", dir)
	}
	g := &given{Model: m, dir: dirs[0]}
	e := Model{
		Name: m.Name(), About: "the model of " + dirs[0] + ", with new texts",
		Grams:     m.Grams() != nil,
		given:     g,
		optimizer: func() train.Rated { return &optimizers.Adam{} },
	}
	if e.Grams {
		if g.trial, err = readTrial(dirs[0]); err != nil {
			_ = m.Close()
			return Model{}, errors.WithMessage(err, "--from")
		}
	}
	for _, known := range Models {
		if known.Name == e.Name && known.optimizer != nil { // auto may have found a network
			e.optimizer = known.optimizer
		}
	}
	return e, nil
}

// recurrent reports whether the model has a recurrent layer, also one within another.
func (g *given) recurrent() bool {
	return slices.ContainsFunc(g.Net().Layers(), func(l nn.ModelLayer) bool {
		return slices.ContainsFunc(l.Weights(), func(w *nn.Weight) bool { return strings.HasSuffix(w.Name(), "/recurrent_kernel") })
	})
}

// models returns those that a run trains.
func (p *Plan) models() ([]Model, error) {
	if p.From == "" {
		return Choose(cmp.Or(p.Models, Default(p.Data)))
	}
	e, err := modelFrom(p.From)
	return []Model{e}, err
}

// given returns what the run goes on from, nil if it trains models from nothing.
func (r *Run) given(chosen []Model) *given {
	if r.From == "" {
		return nil
	}
	g := chosen[0].given
	r.Regression = g.Task().Number()
	r.NumberColumns, r.CategoryColumns = nil, nil
	if c := g.Columns(); c != nil {
		names := c.Names()
		r.NumberColumns, r.CategoryColumns = names[:len(c.Numbers)], names[len(c.Numbers):]
	}
	return g
}

// task is what a model learns of the texts that a set is divided into.
func (g *given) task(set *corpus.Set, d corpus.Division) (classifier.Task, error) {
	if g != nil {
		return g.Task(), nil
	}
	return set.Scaled(d)
}

// tell says what is gone on with.
func (g *given) tell(r *Run) {
	switch {
	case g == nil:
	case g.trial != nil:
		fmt.Fprintf(r.Say, "Going on from %s: its n-grams and classes are kept.\n", g.dir)
	default:
		fmt.Fprintf(r.Say, "Going on from %s: its words and classes are kept, its optimizer starts anew.\n", g.dir)
	}
	if g != nil && r.NewLabels && len(g.added) == 0 {
		fmt.Fprintln(r.Say, "There are no new labels.")
	} else if g != nil && r.NewLabels {
		fmt.Fprintf(r.Say, "New labels: %s.\n", show.List(g.added))
	}
}
