package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"

	"unroll/nn"
	"unroll/train"
)

func (a *app) evaluateCommand() *cobra.Command {
	var data dataSettings
	var part string
	var report bool
	c := &cobra.Command{
		Use:   "evaluate DIR",
		Short: "Measure a saved model's loss and accuracy",
		Example: `  sentiment evaluate runs/latest/embedding --split test
  sentiment evaluate runs/latest/bow --data more.csv --report`,
		Args: arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if !slices.Contains([]string{"", validationPart, testPart, allParts}, part) {
				return usagef("--split: unknown split %q, want validation, test or all", part)
			}
			s, err := load(args[0])
			if err != nil {
				return err
			}
			if data, err = s.other(c, data); err != nil {
				return err
			}
			if part == "" {
				part = validationPart
				if c.Flags().Changed("data") {
					part = allParts
				}
			}
			return a.evaluate(c.Context(), s, data, part, report)
		},
	}
	c.Flags().StringArrayVar((*[]string)(&data.Data), "data", nil, dataHelp+" (default: those of the training)")
	c.Flags().StringVar(&part, "split", "", "`part` of the texts: validation, held back in training, test or all (default: validation, of other --data all)")
	c.Flags().BoolVar(&report, "report", false, "show precision, recall and F1 of each class, and which is taken for which")
	data.readFlags(c.Flags())
	return c
}

// allParts are all texts, whatever part they are of.
const allParts = "all"

// other returns the settings under which texts are read for a model: the
// training's, as far as no flag says otherwise.
func (s *saved) other(c *cobra.Command, flags dataSettings) (dataSettings, error) {
	data := s.dataSettings
	changed := c.Flags().Changed
	if changed("data") {
		data.Data, data.ValidationData, data.TestData = flags.Data, nil, nil
		data.GroupColumn, data.Split = "", "" // which tell how training texts are divided
	}
	for _, f := range []struct {
		flag     string
		to, from *string
	}{
		{"format", &data.Format, &flags.Format}, {"text-column", &data.TextColumn, &flags.TextColumn},
		{"label-column", &data.LabelColumn, &flags.LabelColumn}, {"delimiter", &data.Delimiter, &flags.Delimiter}, {"header", &data.Header, &flags.Header},
		{"encoding", &data.Encoding, &flags.Encoding},
	} {
		if changed(f.flag) {
			*f.to = *f.from
		}
	}
	if changed("skip-bad") {
		data.SkipBad = flags.SkipBad
	}
	return data, data.check()
}

func (a *app) evaluate(ctx context.Context, s *saved, data dataSettings, part string, report bool) error {
	data, remove, err := a.spool(data)
	if err != nil {
		return err
	}
	defer remove()
	d, err := a.dataset(ctx, data)
	if err != nil {
		return err
	}
	set, err := d.encode(ctx, data, s.Task, s.encoder, s.Model)
	if err != nil {
		return err
	}
	rows, err := set.part(part, data, s.Seed)
	if err != nil {
		return err
	}
	e := experiment{name: s.Model}
	samples := set.data(e, rows)
	t, err := s.Task.compile(s.model, nil, nn.Auto)
	if err != nil {
		return err
	}
	defer t.Close()
	r, err := evaluate(ctx, t, samples, s.Batch)
	if err != nil {
		return err
	}
	kind := part + " "
	if part == allParts {
		kind = ""
	}
	what := "texts"
	if d.movies {
		what = "reviews"
	}
	fmt.Fprintf(a.out, "%s on %s %s%s (%s): %s\n", s.Model, nn.Thousands(samples.Len()), kind, what, d.name, r.line())
	if !report {
		return nil
	}
	return a.report(ctx, t, s.Task, samples, s.Batch)
}

// part returns the texts of a part.
func (set *trainingSet) part(name string, s dataSettings, seed uint64) ([]int, error) {
	var rows []int
	switch name {
	case allParts:
		for i := range set.Targets {
			rows = append(rows, i)
		}
	case testPart:
		if _, err := set.known(); err != nil {
			return nil, err
		}
		rows = set.testOn
	default:
		if err := set.divide(s, seed); err != nil {
			return nil, err
		}
		rows = set.validateOn
	}
	if len(rows) == 0 {
		return nil, errors.Errorf("%s: no %s texts", set.source, name)
	}
	return rows, nil
}

func evaluate(ctx context.Context, t *train.Trainer, d train.Data, batch int) (scores, error) {
	logs, err := t.Evaluate(ctx, d, batch)
	return scores(logs), err
}

// report prints the scores of the classes, and a matrix of them; for numbers
// the errors.
func (a *app) report(ctx context.Context, t *train.Trainer, of task, d train.Data, batch int) error {
	y, err := t.Predict(ctx, d, batch)
	if err != nil {
		return err
	}
	weights := slices.Repeat([]float32{1}, d.Len())
	if of.number() {
		for _, m := range of.errors()[1:] {
			m.Update(y, d.Targets, weights)
			fmt.Fprintf(a.out, "%s: %s\n", m.Name(), figure(m.Value()))
		}
		return nil
	}
	matrix := &train.ConfusionMatrix{}
	matrix.Update(y, d.Targets, weights)
	fmt.Fprintf(a.out, "\n%s\n%s", matrix.Report(of.Classes...), matrixTable(of.Classes, matrix.Matrix()))
	if of.binary() {
		auc := &train.AUC{}
		auc.Update(y, d.Targets, weights)
		fmt.Fprintf(a.out, "\nArea under the ROC curve: %.4f\n", auc.Value())
	}
	return nil
}

// spool copies standard input into a file that can be read more than once, and
// returns a function that removes it.
func (a *app) spool(s dataSettings) (dataSettings, func(), error) {
	if !slices.Contains(slices.Concat(s.Data, s.ValidationData, s.TestData), "-") {
		return s, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "sentiment.")
	if err != nil {
		return s, nil, errors.Wrap(err, "standard input")
	}
	remove := func() { _ = os.RemoveAll(dir) }
	s.Data, s.ValidationData, s.TestData = slices.Clone(s.Data), slices.Clone(s.ValidationData), slices.Clone(s.TestData)
	if err := a.keepInput(&s, dir); err != nil {
		remove()
		return s, nil, err
	}
	return s, remove, nil
}
