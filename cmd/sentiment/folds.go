package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/pkg/errors"

	"unroll/datasets"
	"unroll/internal/jsonfile"
	"unroll/internal/report"
	"unroll/nn"
)

// foldResults is the content of results.json of a cross-validation.
type foldResults struct {
	Data        string       `json:"data"`
	Seed        uint64       `json:"seed"`
	Folds       int          `json:"folds"`
	Experiments []foldResult `json:"experiments"`
}

// foldResult is the scores of an experiment in each fold, validated on the
// texts that it was not trained on.
type foldResult struct {
	Name  string        `json:"name"`
	Score string        `json:"score"` // that is measured
	Final report.Floats `json:"final"` // by fold, with the weights of the last epoch, or of the best if those are put back
	Best  report.Floats `json:"best"`  // and after the best
	Mean  report.Number `json:"mean"`  // of the final ones
	// Deviation is the standard deviation of the final ones, √(Σ(x − mean)²/(n−1)).
	Deviation report.Number `json:"deviation"`
}

// crossValidate trains each experiment on all folds but one, for each of them
// in turn.
func (a *app) crossValidate(ctx context.Context, f *trainFlags, chosen []experiment, exec nn.Execution, set *trainingSet) error {
	rest, err := set.known()
	if err != nil {
		return err
	}
	rest = append(rest, set.validateOn...)
	o := set.splitOptions(f.dataSettings, f.Seed, rest)
	o.Folds = f.Folds
	folds, err := datasets.KFold(len(rest), o)
	if err != nil {
		return errors.WithMessage(err, set.source)
	}
	set.describe(a.say, chosen)
	fmt.Fprintf(a.say, "%s in %d folds.\n\n", set.count(len(rest)), f.Folds)
	res := &foldResults{Data: set.name, Seed: f.Seed, Folds: f.Folds}
	set.testOn = nil
	batch := f.Batch
	for _, e := range chosen {
		r := foldResult{Name: e.name, Score: set.Task.Score()}
		for i, fold := range folds {
			set.trainOn, set.validateOn = pick(rest, fold.Train), pick(rest, fold.Validation)
			if err := set.scale(); err != nil {
				return errors.WithMessagef(err, "fold %d", i+1)
			}
			f.Batch = min(batch, len(set.trainOn))
			fmt.Fprintf(a.say, "Fold %d of %d. ", i+1, f.Folds)
			t, err := a.fit(ctx, f, e, exec, set, fmt.Sprintf("fold-%d", i+1))
			if err != nil {
				return errors.WithMessagef(err, "%s, fold %d", e.name, i+1)
			}
			best, _ := t.result.best(set.Task)
			r.Final, r.Best = append(r.Final, t.result.Evaluate[r.Score]), append(r.Best, best)
		}
		f.Batch = batch
		r.Mean, r.Deviation = meanAndDeviation(r.Final)
		res.Experiments = append(res.Experiments, r)
	}
	if err := publish(f.out, func(dir string) error { return jsonfile.Write(filepath.Join(dir, resultsFile), res) }); err != nil {
		return err
	}
	if err := f.finish(); err != nil {
		return err
	}
	if a.events == nil {
		res.print(a.out)
	}
	if err := a.event(doneEvent{"done", f.out}); err != nil {
		return err
	}
	fmt.Fprintf(a.say, "%s is in %s.\n", resultsFile, f.out)
	return nil
}

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

func (r *foldResults) print(w io.Writer) {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(table.Row{"experiment", "val " + strings.ReplaceAll(r.Experiments[0].Score, "_", " "), "deviation", "worst", "best fold"})
	for _, e := range r.Experiments {
		low, high := math.Inf(1), math.Inf(-1)
		for _, v := range e.Final {
			low, high = min(low, v), max(high, v)
		}
		if e.Score != "accuracy" {
			low, high = high, low
		}
		t.AppendRow(table.Row{e.Name, figure(float64(e.Mean)), figure(float64(e.Deviation)), figure(low), figure(high)})
	}
	var right []table.ColumnConfig
	for column := 2; column <= 5; column++ {
		right = append(right, table.ColumnConfig{Number: column, Align: text.AlignRight})
	}
	t.SetColumnConfigs(right)
	fmt.Fprintln(w, t.Render())
}
