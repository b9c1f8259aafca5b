package run

import (
	"context"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/internal/jsonfile"
	"unroll/internal/report"
	"unroll/internal/show"
	"unroll/nn"
	"unroll/train"
)

// FoldResults is the content of results.json of a cross-validation.
type FoldResults struct {
	Version     int          `json:"version"`
	Data        string       `json:"data"`
	Seed        uint64       `json:"seed"`
	Folds       int          `json:"folds"`
	Experiments []FoldResult `json:"experiments"`
}

// FoldResult is the Scores of an experiment in each fold, validated on the
// texts that it was not trained on.
type FoldResult struct {
	Name  string        `json:"name"`
	Score string        `json:"score"` // that is measured
	Final report.Floats `json:"final"` // by fold, with the weights of the last epoch, or of the best if those are put back
	Best  report.Floats `json:"best"`  // and after the best
	Mean  report.Number `json:"mean"`  // of the final ones
	// Deviation is the standard deviation of the final ones, √(Σ(x − mean)²/(n−1)).
	Deviation report.Number `json:"deviation"`
}

// crossValidate trains each model on all folds but one, for each of them in turn.
func (r *Run) crossValidate(ctx context.Context, chosen []Model, exec nn.Execution, set *corpus.Set) error {
	folds, err := set.Folds(r.Settings, r.Seed, r.Folds)
	if err != nil {
		return err
	}
	g := r.given(chosen)
	if _, err := r.classWeights(lesson{Set: set, Division: folds[0], task: set.Task}); err != nil {
		return err
	}
	g.tell(r)
	r.describe(set, chosen)
	fmt.Fprintf(r.Say, "%s in %d folds.\n\n", set.Count(len(folds[0].Train)+len(folds[0].Validation)), r.Folds)
	res := &FoldResults{Version: resultsVersion, Data: set.Name, Seed: r.Seed, Folds: r.Folds}
	batch := r.Batch
	for _, e := range chosen {
		f := FoldResult{Name: e.Name, Score: set.Task.Score()}
		for i, fold := range folds {
			l := lesson{Set: set, Division: fold}
			if err = r.prepare(&l, g); err != nil {
				return errors.WithMessagef(err, "fold %d", i+1)
			}
			r.Batch = min(batch, len(fold.Train))
			fmt.Fprintf(r.Say, "Fold %d of %d. ", i+1, r.Folds)
			t, err := r.fit(ctx, e, exec, l, foldDir(i))
			if err != nil {
				return errors.WithMessagef(err, "%s, fold %d", e.Name, i+1)
			}
			if err := t.Close(); err != nil {
				return err
			}
			best, _ := t.result.Best(l.task)
			f.Final, f.Best = append(f.Final, t.result.Evaluate[f.Score]), append(f.Best, best)
		}
		r.Batch = batch
		f.Mean, f.Deviation = meanAndDeviation(f.Final)
		res.Experiments = append(res.Experiments, f)
	}
	if err := publish(r.Dir, func(dir string) error { return jsonfile.Write(filepath.Join(dir, ResultsFile), res) }); err != nil {
		return err
	}
	if err := r.finish(); err != nil {
		return err
	}
	if r.Event == nil {
		res.print(r.Out)
	}
	if err := r.event(doneEvent{"done", r.Dir}); err != nil {
		return err
	}
	fmt.Fprintf(r.Say, "%s is in %s.\n", ResultsFile, r.Dir)
	return nil
}

// foldDir is the folder of a fold, counted from 0, among the checkpoints.
func foldDir(i int) string { return fmt.Sprintf("fold-%d", i+1) }

func meanAndDeviation(x []float64) (report.Number, report.Number) {
	var mean, deviation float64
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		deviation += (v - mean) * (v - mean) / float64(len(x)-1)
	}
	return report.Number(mean), report.Number(math.Sqrt(deviation))
}

func (r *FoldResults) print(w io.Writer) {
	head := []any{"experiment", "val " + strings.ReplaceAll(r.Experiments[0].Score, "_", " "), "deviation", "worst", "best fold"}
	var rows [][]any
	for _, e := range r.Experiments {
		low, high := slices.Min(e.Final), slices.Max(e.Final)
		if train.AutoMode.Of(e.Score) == train.MinMode {
			low, high = high, low
		}
		rows = append(rows, []any{e.Name, show.Score(float64(e.Mean)), show.Score(float64(e.Deviation)), show.Score(low), show.Score(high)})
	}
	fmt.Fprintln(w, show.Table(head, rows, 1))
}
