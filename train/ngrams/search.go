package ngrams

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/pkg/errors"

	"unroll/internal/parallel"
	"unroll/train/calibrate"
	"unroll/train/linear"
)

// Split is texts to train on and texts to measure on, by their numbers.
type Split struct{ Train, Held []int }

// Trial is a setting and how it did on texts that were held out.
type Trial struct {
	Setting
	Texts int `json:"texts"` // it was trained on, on average over the splits
	// Score is the accuracy, by the weights of the classes; of numbers R², 1 less the mean
	// square of the errors over the variance; of Labels the F1 of all together, each with
	// the threshold that suits it best.
	Score float64 `json:"score"`
	// Factor is by what margins are multiplied, so that the probabilities of texts that
	// were held out are true, see calibrate.Temperature; 1 of numbers.
	Factor float64 `json:"factor"`
	Steps  int64   `json:"steps"` // that it took: n-grams that were looked at, pass by pass
}

// Search finds the setting that tells texts best that were held out, by successive
// halving: each setting is tried on a share of the training texts, and those in the
// better third again on three times as many, until there are all of them. Where the steps
// allow it, all settings are tried on all texts at once. Jamieson and Talwalkar,
// Non-stochastic Best Arm Identification and Hyperparameter Optimization, 2016.
type Search struct {
	Splits   []Split
	Settings []Setting // the first of equals is taken
	// Steps is how many all trials together may take; 0 is no limit. It is a number of
	// operations, not of seconds, so that the same data and seed give the same model on
	// any machine. A search of three rounds is made in any case.
	Steps int64
	// Known are the trials of the same search that was broken off: they are not made
	// again.
	Known []Trial
	// Each is told of every trial that is made. An error ends the search. It may be nil.
	Each func(Trial) error
}

const (
	fewer      = 3   // times fewer settings in the next round
	mostRounds = 3   // of a search
	leastTexts = 500 // that settings are compared by: fewer say little
)

// Search makes the trials and returns the best one.
func (d Data) Search(ctx context.Context, s Search) (best Trial, err error) {
	if err := d.checkLabels(); err != nil {
		return best, errors.WithMessage(err, "n-grams")
	}
	if len(s.Settings) == 0 || len(s.Splits) == 0 {
		return best, errors.New("n-grams: there is nothing to choose from")
	}
	left := s.Settings
	for _, share := range d.rounds(s) {
		trials, err := d.round(ctx, s, left, share)
		if err != nil {
			return best, errors.WithMessage(err, "n-grams")
		}
		slices.SortStableFunc(trials, func(a, b Trial) int {
			switch {
			case a.Score > b.Score:
				return -1
			case a.Score < b.Score:
				return 1
			}
			return slices.Index(s.Settings, a.Setting) - slices.Index(s.Settings, b.Setting)
		})
		best, left = trials[0], nil
		for _, t := range trials[:survivors(len(trials))] {
			left = append(left, t.Setting)
		}
	}
	return best, nil
}

// survivors of n settings go into the next round.
func survivors(n int) int { return min(n, max(2, (n+fewer-1)/fewer)) }

// rounds returns the shares of the texts that settings are tried on, round by round: as
// few rounds as the steps allow.
func (d Data) rounds(s Search) []float64 {
	cost := make([]float64, len(s.Settings))
	texts := math.MaxInt
	for _, split := range s.Splits {
		for i, setting := range s.Settings {
			cost[i] += float64(d.steps(setting, split.Train))
		}
		texts = min(texts, len(split.Train))
	}
	slices.SortFunc(cost, func(a, b float64) int { return int(math.Copysign(1, b-a)) }) // the dearest may survive
	shares := []float64{1}
	for s.Steps > 0 && len(shares) < mostRounds {
		total, n := 0.0, len(cost)
		for _, share := range shares {
			for _, c := range cost[:n] {
				total += share * c
			}
			n = survivors(n)
		}
		least := shares[0] / fewer
		if total <= float64(s.Steps) || least*float64(texts) < leastTexts {
			break
		}
		shares = append([]float64{least}, shares...)
	}
	return shares
}

// round tries settings on a share of the texts of each split.
func (d Data) round(ctx context.Context, s Search, settings []Setting, share float64) ([]Trial, error) {
	splits := make([]Split, len(s.Splits))
	texts := 0
	for i, split := range s.Splits {
		splits[i] = Split{d.sample(split.Train, share), split.Held}
		texts += len(splits[i].Train)
	}
	texts /= len(splits)
	var trials []Trial
	for len(settings) > 0 {
		block := settings[0].Block
		of := slices.IndexFunc(settings, func(s Setting) bool { return s.Block != block })
		if of < 0 {
			of = len(settings)
		}
		known := make([]Trial, 0, of)
		for _, setting := range settings[:of] {
			at := slices.IndexFunc(s.Known, func(t Trial) bool { return t.Setting == setting && t.Texts == texts })
			if at >= 0 {
				known = append(known, s.Known[at])
			}
		}
		made := known
		if len(known) < of {
			var err error
			if made, err = d.try(ctx, splits, settings[:of], texts); err != nil {
				return nil, err
			}
			for _, t := range made {
				if s.Each == nil || slices.Contains(known, t) {
					continue
				}
				if err := s.Each(t); err != nil {
					return nil, err
				}
			}
		}
		trials, settings = append(trials, made...), settings[of:]
	}
	return trials, nil
}

// sample returns a share of rows, the same of the same rows, and some of each class
// that has as many.
func (d Data) sample(rows []int, share float64) []int {
	if share >= 1 {
		return rows
	}
	classes := d.Classes
	if d.Labels != nil {
		classes = 0
	}
	of := make([][]int, max(1, classes))
	for _, k := range rand.New(rand.NewPCG(d.Seed, 1)).Perm(len(rows)) {
		c := 0
		if classes > 0 {
			c = int(d.Class[rows[k]])
		}
		of[c] = append(of[c], rows[k])
	}
	var some []int
	for _, rows := range of {
		some = append(some, rows[:int(math.Ceil(share*float64(len(rows))))]...)
	}
	return some
}

// try makes trials of settings of one block. Where a model has one output, several are
// trained side by side: of more outputs each is.
func (d Data) try(ctx context.Context, splits []Split, settings []Setting, texts int) ([]Trial, error) {
	margins := make([][]float32, len(settings))
	var held []int
	for _, split := range splits {
		x, err := d.weigh(split.Train, settings[0].Block)
		if err != nil {
			return nil, err
		}
		measured, err := d.weigh(split.Held, settings[0].Block)
		if err != nil {
			return nil, err
		}
		failed := make([]error, len(settings))
		one := func(i int) {
			var m *linear.Model
			if m, failed[i] = d.fit(ctx, x, split.Train, settings[i]); failed[i] != nil {
				return
			}
			var of []float32
			of, failed[i] = m.Margins(measured)
			margins[i] = append(margins[i], of...)
		}
		if d.outputs() > 1 {
			for i := range settings {
				one(i)
			}
		} else {
			parallel.Do(len(settings), one)
		}
		for _, err := range failed {
			if err != nil {
				return nil, err
			}
		}
		held = append(held, split.Held...)
	}
	trials := make([]Trial, len(settings))
	for i, s := range settings {
		t := Trial{Setting: s, Texts: texts}
		for _, split := range splits {
			t.Steps += d.steps(s, split.Train)
		}
		var err error
		if t.Score, t.Factor, err = d.score(margins[i], held); err != nil {
			return nil, err
		}
		trials[i] = t
	}
	return trials, nil
}

// score returns the score of texts by their margins, and the factor that makes
// probabilities of these.
func (d Data) score(margins []float32, rows []int) (score, factor float64, err error) {
	if d.Classes == 0 {
		return r2(margins, pick(d.Numbers, rows)), 1, nil
	}
	if d.Labels != nil {
		score, factor, _, err := d.scoreLabels(margins, rows)
		return score, factor, err
	}
	class := pick(d.Class, rows)
	factor, err = calibrate.Temperature(margins, class)
	return accuracy(margins, class, d.Weights), factor, err
}

// r2 is the coefficient of determination, 0 where all numbers are the same.
func r2(given, numbers []float32) float64 {
	mean, errors, variance := 0.0, 0.0, 0.0
	for _, y := range numbers {
		mean += float64(y) / float64(len(numbers))
	}
	for i, y := range numbers {
		errors += (float64(y) - float64(given[i])) * (float64(y) - float64(given[i]))
		variance += (float64(y) - mean) * (float64(y) - mean)
	}
	if variance == 0 {
		return 0
	}
	return 1 - errors/variance
}
