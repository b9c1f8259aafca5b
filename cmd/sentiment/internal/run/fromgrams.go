package run

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/bundle"
	"unroll/internal/show"
	"unroll/train"
	"unroll/train/classifier"
	"unroll/train/ngrams"
)

// FromGrams reports whether what --from names, a model's folder or a run's, is a model of
// n-grams.
func FromGrams(dir string) bool {
	dirs, err := BestFirst(dir)
	if err != nil {
		return false
	}
	_, err = bundle.Files.Stat(filepath.Join(dirs[0], classifier.GramsFile))
	return err == nil
}

// readTrial reads how the model of n-grams in a folder was trained.
func readTrial(dir string) (*ngrams.Trial, error) {
	t, err := readTraining(bundle.Files, filepath.Join(dir, settingsFile))
	if err == nil && t.Trial == nil {
		err = errors.Errorf("%s was trained by an earlier version of the program, which did not save how: train it anew, on the old texts and the new", dir)
	}
	return t.Trial, err
}

// leastCalibration is the number of texts from which a model's probabilities are fitted
// anew when it goes on with them.
const leastCalibration = 50

// goOnGrams prepares a model of n-grams to go on with the texts of d: its settings stay,
// and the factor that makes probabilities of its margins is found anew on texts held out,
// if there are enough.
func (r *Run) goOnGrams(ctx context.Context, g *given, d *ngrams.Data, l lesson) (trial ngrams.Trial, err error) {
	trial = *g.trial
	if d.From, err = ngrams.Weights(g.Net(), trial.Factor); err != nil {
		return trial, err
	}
	fmt.Fprintf(r.Say, "Its settings are kept: %v.\n", trial.Setting)
	if l.task.Number() {
		return trial, nil
	}
	if len(l.Train) < leastCalibration {
		fmt.Fprintf(r.Say, "Its probabilities are scaled as before: for others %d texts are wanted, there are %s.\n", leastCalibration, show.Thousands(len(l.Train)))
		return trial, nil
	}
	splits, err := r.gramSplits(l)
	if err != nil {
		return trial, err
	}
	return d.Search(ctx, ngrams.Search{Splits: splits, Settings: []ngrams.Setting{trial.Setting}})
}

// before measures the model on the new validation texts as it was, nil if there is none.
func (g *given) before(ctx context.Context, l lesson, validation train.Data, batch int) (Scores, error) {
	if g == nil {
		return nil, nil
	}
	net, err := g.network()
	if err != nil {
		return nil, err
	}
	trainer, err := train.Compile(net, l.task.Config())
	if err != nil {
		return nil, err
	}
	defer trainer.Close()
	return Evaluate(ctx, trainer, validation, batch)
}

// sayBefore tells what the new texts have changed.
func (r *Run) sayBefore(result Result, t classifier.Task) {
	if result.Before == nil {
		return
	}
	name := t.Score()
	fmt.Fprintf(r.Say, " The model before the new texts, on the same: %s %s.", name, show.Score(result.Before[name]))
}
