package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"

	"unroll/internal/server"
	"unroll/internal/show"
	"unroll/nn"
	"unroll/train"
)

func (a *app) evaluateCommand() *cobra.Command {
	var data dataSettings
	var e evaluator
	c := &cobra.Command{
		Use:   "evaluate DIR",
		Short: "Measure the loss and accuracy of saved models",
		Long:  "Measures a model, or all models of a run's folder.",
		Example: `  sentiment evaluate runs/latest --split test
  sentiment evaluate runs/latest/bow --data more.csv --report`,
		Args: arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if !slices.Contains([]string{"", validationPart, testPart, allParts}, e.part) {
				return usagef("--split: unknown split %q, want validation, test or all", e.part)
			}
			dirs, err := modelDirs(args[0])
			if err != nil {
				return err
			}
			data, remove, err := a.spool(data) // for more than one model to read
			if err != nil {
				return err
			}
			defer remove()
			if e.part == "" {
				e.part = validationPart
				if c.Flags().Changed("data") {
					e.part = allParts
				}
			}
			e.app = a
			for _, dir := range dirs {
				s, err := load(dir)
				if err != nil {
					return err
				}
				data, err := s.other(c, data)
				if err != nil {
					return err
				}
				if err := e.evaluate(c.Context(), s, data); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().StringArrayVar((*[]string)(&data.Data), "data", nil, dataHelp+" (default: those of the training)")
	c.Flags().StringVar(&e.part, "split", "", "`part` of the texts: validation, held back in training, test or all (default: validation, of other --data all)")
	c.Flags().BoolVar(&e.report, "report", false, "show precision, recall and F1 of each class, and which is taken for which")
	c.Flags().BoolVar(&e.json, "json", false, "print a JSON object a line, one for each model")
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

// evaluator measures models one after the other.
type evaluator struct {
	app          *app
	part         string
	report, json bool
	texts        *dataset // which the models of a run share
}

func (e *evaluator) evaluate(ctx context.Context, s *saved, data dataSettings) (err error) {
	if e.texts == nil {
		if e.texts, err = e.app.dataset(ctx, data); err != nil {
			return err
		}
	}
	set, err := e.texts.encode(ctx, data, s.Task(), s.Encoder(), s.Name())
	if err != nil {
		return err
	}
	rows, err := set.part(e.part, data, s.Seed)
	if err != nil {
		return err
	}
	samples := set.data(experiment{name: s.Name()}, rows)
	defer s.Close()
	t, err := compile(s.Task(), s.Net(), nil, nn.Auto)
	if err != nil {
		return err
	}
	defer t.Close()
	r, err := evaluate(ctx, t, samples, s.Batch)
	if err != nil {
		return err
	}
	var more *detail
	if e.report {
		if more, err = details(ctx, t, s.Task(), samples, s.Batch); err != nil {
			return err
		}
	}
	out := e.app.out
	if e.json {
		return json.NewEncoder(out).Encode(evaluation{s.Name(), e.texts.name, e.part, samples.Len(), server.Metrics(r), more})
	}
	kind := e.part + " "
	if e.part == allParts {
		kind = ""
	}
	what := "texts"
	if e.texts.movies {
		what = "reviews"
	}
	fmt.Fprintf(out, "%s on %s %s%s (%s): %s\n", s.Name(), show.Thousands(samples.Len()), kind, what, e.texts.name, r.line())
	if more != nil {
		more.print(out, s.Task())
	}
	return nil
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
