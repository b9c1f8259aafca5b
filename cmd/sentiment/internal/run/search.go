package run

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/internal/jsonfile"
	"unroll/internal/safefile"
	"unroll/internal/show"
	"unroll/train/ngrams"
)

// trialsFile holds, among a run's checkpoints, the trials of a search that is under way.
const trialsFile = "trials.json"

const (
	// enoughValidation is the number of texts that settings are chosen by without folds:
	// fewer would choose by chance.
	enoughValidation = 2000
	// gramFolds is the number of parts of the training texts, else.
	gramFolds = 5
	// factorFolds is the number of parts by which probabilities are calibrated: a model of
	// nine tenths of the texts is nearly as sure as one of all.
	factorFolds = 10
	// stepsPerText and leastBudget are what --budget 1 is: the steps that a search may
	// take for each training text, and the number of texts for which it takes as many at
	// least. On two cores of 2020 it is a minute for 25,000 texts.
	stepsPerText = 160_000
	leastBudget  = 5000
)

// Trial is a setting that was tried.
type Trial struct {
	Setting string  `json:"setting"`
	Texts   int     `json:"texts"` // that it was trained on
	Score   float64 `json:"score"` // on texts that were held out: the accuracy, R² of numbers, or micro F1 of several labels
	Steps   int64   `json:"steps"`
	Chosen  bool    `json:"chosen,omitempty"`
}

// trials is the content of trialsFile.
type trials struct {
	Version int            `json:"version"`
	Made    []ngrams.Trial `json:"made"`
}

const trialsVersion = 1

// search finds the best setting within the budget. What it finds is kept, so that a run
// that is gone on with does not look for it again.
func (r *Run) search(ctx context.Context, t *trained, d ngrams.Data, e Model, l lesson, fold string) (ngrams.Trial, error) {
	path := filepath.Join(r.Dir, checkpointsDir, fold, e.Name, trialsFile)
	known, err := readTrials(path)
	if err != nil {
		return ngrams.Trial{}, err
	}
	splits, err := r.gramSplits(l)
	if err != nil {
		return ngrams.Trial{}, err
	}
	if n := len(known.Made); n > 0 {
		fmt.Fprintf(r.Say, "Continuing after %d trials.\n", n)
	}
	s := ngrams.Search{
		Splits: splits, Settings: d.Settings(), Steps: r.steps(len(l.Train)), Known: known.Made,
		Each: func(trial ngrams.Trial) error {
			known.Made = append(known.Made, trial)
			r.sayTrial(l, trial)
			if err := safefile.MkdirAll(filepath.Dir(path)); err != nil {
				return errors.Wrap(err, "trials")
			}
			if err := jsonfile.Write(path, known); err != nil {
				return err
			}
			return r.event(trialEvent{"trial", e.Name, fold, trialOf(trial)})
		},
	}
	best, err := d.Search(ctx, s)
	if err != nil {
		return best, err
	}
	for _, trial := range known.Made {
		of := trialOf(trial)
		of.Chosen = trial == best
		t.result.Trials = append(t.result.Trials, of)
	}
	fmt.Fprintf(r.Say, "Chosen: %v.\n", best.Setting)
	return best, nil
}

// steps is how many a search on so many texts may take.
func (r *Run) steps(texts int) int64 {
	return int64(r.budget() * stepsPerText * float64(max(texts, leastBudget)))
}

// budget is that of --budget, 1 if it was not given.
func (p *Plan) budget() float64 {
	if p.Budget == 0 {
		return 1
	}
	return p.Budget
}

func (p *Plan) checkBudget() error {
	if !(p.Budget >= 0 && p.Budget <= 1000) {
		return usage.Errorf("--budget is %v, want more than 0, and at most 1000", p.Budget)
	}
	return nil
}

func (r *Run) sayTrial(l lesson, t ngrams.Trial) {
	name := "accuracy"
	if l.task.Number() {
		name = "R²"
	}
	if l.task.Multi {
		name = "micro F1"
	}
	fmt.Fprintf(r.Say, "  %-42v %s %.4f, trained on %s texts\n", t.Setting, name, t.Score, show.Thousands(t.Texts))
}

func trialOf(t ngrams.Trial) Trial {
	return Trial{Setting: t.String(), Texts: t.Texts, Score: t.Score, Steps: t.Steps}
}

// readTrials reads those of a search that was broken off, if there are any.
func readTrials(path string) (*trials, error) {
	t := &trials{Version: trialsVersion}
	err := jsonfile.Read(safefile.Disk, path, trialsVersion, t)
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	return t, errors.WithMessage(err, "trials")
}

// calibrated returns a trial with the factor for a model of all texts that are given, where
// these are so few that the settings were chosen by folds: a model of a part of them would
// be less sure than it should be.
func (r *Run) calibrated(ctx context.Context, d ngrams.Data, all []int, t ngrams.Trial, l lesson) (ngrams.Trial, error) {
	if len(l.Validation) >= enoughValidation || l.task.Number() || l.task.Multi {
		return t, nil
	}
	splits, err := folds(l.Set, all, r.Settings, r.Seed, factorFolds)
	if err != nil {
		return t, err
	}
	return d.Calibrated(ctx, splits, t)
}

// folds divides texts into parts, each held out once.
func folds(set *corpus.Set, of []int, s corpus.Settings, seed uint64, n int) (splits []ngrams.Split, err error) {
	parts, err := set.Inner(of, s, seed, n)
	if err != nil {
		return nil, err
	}
	for _, f := range parts {
		splits = append(splits, ngrams.Split{Train: f.Train, Held: f.Validation})
	}
	return splits, nil
}

// gramSplits are the texts to choose settings by.
func (r *Run) gramSplits(l lesson) ([]ngrams.Split, error) {
	if len(l.Validation) >= enoughValidation {
		return []ngrams.Split{{Train: l.Train, Held: l.Validation}}, nil
	}
	return folds(l.Set, l.Train, r.Settings, r.Seed, gramFolds)
}
