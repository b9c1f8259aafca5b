package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/cmd/sentiment/internal/drift"
	"unroll/cmd/sentiment/internal/run"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/internal/answer"
	"unroll/internal/show"
	"unroll/nn"
)

func (a *app) evaluateCommand() *cobra.Command {
	var data corpus.Settings
	var e evaluator
	c := &cobra.Command{
		Use:   "evaluate DIR",
		Short: "Measure the loss and accuracy of saved models",
		Long: `Evaluates a model, or all models of a run, given the folder. In brackets is the 95 %
interval of an accuracy, by the number of texts that it is measured on. The loss is that
of the network, before its probabilities are calibrated.

With --abstain, which withholds answers, the accuracy is that on the texts that are
answered. A table says which share of the texts is answered at which confidence, and
how accurate those answers are.`,
		Example: `  sentiment evaluate runs/latest --split test
  sentiment evaluate runs/latest/bow --data more.csv --report
  sentiment evaluate runs/latest --split test --abstain 0.8
  sentiment evaluate --drift runs/latest --data new.csv`,
		Args: arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			dirs, err := run.ModelDirs(args[0])
			if err != nil {
				return err
			}
			data, remove, err := data.Spool(c.Context(), a.console()) // for more than one model to read
			if err != nil {
				return err
			}
			defer remove()
			if e.part == "" {
				e.part = corpus.Validation.String()
				if c.Flags().Changed("data") {
					e.part = corpus.All
				}
			}
			e.app = a
			if err := checkRule(e.rule, c.Flags()); err != nil {
				return err
			}
			for _, dir := range dirs {
				s, err := run.Load(dir)
				if err != nil {
					return err
				}
				data, err := other(c, s, data)
				if err != nil {
					return err
				}
				if e.drift {
					err = e.compare(c.Context(), dir, s, data)
				} else {
					err = e.evaluate(c.Context(), s, data)
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().StringArrayVar((*[]string)(&data.Data), "data", nil, dataHelp+" (default: those of the training run)")
	choose(c.Flags(), &e.part, "split", "", "`part` of the texts: %s (default: validation; all with other --data)", corpus.Measured())
	c.Flags().BoolVar(&e.report, "report", false, "show precision, recall and F1 of each class, the confusion matrix, and how far the probabilities can be trusted")
	ruleFlags(&e.rule, c.Flags())
	c.Flags().BoolVar(&e.drift, "drift", false, "compare the texts of --data, with labels or without, with those of the training, and tell whether to train anew")
	c.Flags().BoolVar(&e.json, "json", false, "print one JSON object per model")
	signatureFlag(c.Flags())
	readFlags(&data, c.Flags())
	return c
}

// other returns the settings under which texts are read for a model: the
// training's, as far as no flag says otherwise.
func other(c *cobra.Command, s *run.Saved, flags corpus.Settings) (corpus.Settings, error) {
	data := s.Settings
	changed := c.Flags().Changed
	if s.Imported != "" && !changed("data") {
		return data, usage.Errorf("the model was imported from %s and has no texts of its own: give some with --data", s.Imported)
	}
	if changed("data") {
		data.Data, data.ValidationData, data.TestData = flags.Data, nil, nil
		data.GroupColumn, data.Split = "", "" // which tell how training texts are divided
	}
	for _, f := range []struct {
		flag     string
		to, from *string
	}{
		{"format", &data.Format, &flags.Format}, {"label-column", &data.LabelColumn, &flags.LabelColumn}, {"delimiter", &data.Delimiter, &flags.Delimiter}, {"header", &data.Header, &flags.Header},
		{"encoding", &data.Encoding, &flags.Encoding}, {"label-delimiter", &data.LabelDelimiter, &flags.LabelDelimiter},
	} {
		if changed(f.flag) {
			*f.to = *f.from
		}
	}
	if changed("text-column") {
		data.TextColumns = flags.TextColumns
	}
	if changed("skip-bad") {
		data.SkipBad = flags.SkipBad
	}
	return data, data.Check()
}

// evaluation is a line of JSON.
type evaluation struct {
	Model   string         `json:"model"`
	Data    string         `json:"data"`
	Split   string         `json:"split"` // all, or a part
	Texts   int            `json:"texts"`
	Unknown map[string]int `json:"unknown_labels,omitempty"` // with the number of their texts
	Scores  run.Scores     `json:"scores"`
	// Interval is the 95 % interval of the accuracy.
	Interval  *run.Interval `json:"accuracy_interval,omitempty"`
	Threshold float64       `json:"threshold,omitempty"`
	Abstain   float64       `json:"abstain,omitempty"`
	Answered  *int          `json:"answered,omitempty"` // texts, with Abstain
	*run.Detail
}

// evaluator measures models one after the other.
type evaluator struct {
	app          *app
	part         string
	rule         answer.Rule
	report, json bool
	drift        bool
	texts        *corpus.Source // which the models of a run share
}

func (e *evaluator) evaluate(ctx context.Context, s *run.Saved, data corpus.Settings) (err error) {
	if e.texts == nil {
		if e.texts, err = corpus.Open(ctx, data, e.app.console()); err != nil {
			return err
		}
	}
	set, err := e.texts.ReadFor(ctx, data, s.Model, e.part == corpus.All)
	if err != nil {
		return err
	}
	rows, unknown, err := set.Part(e.part, data, s.Seed)
	if err != nil {
		return err
	}
	if len(unknown) > 0 || s.Task().Multi && e.part != corpus.Validation.String() {
		set.WarnUnknown(e.app.warn)
	}
	defer s.Close()
	if err := run.CheckRule(e.rule, s.Name(), s.Task()); err != nil {
		return err
	}
	beside, gaps, err := set.Features(s.Columns(), rows)
	if err != nil {
		return err
	}
	gaps.Tell(s.Columns(), e.app.warn)
	samples := set.Data(s.Name(), s.Task(), rows, beside)
	t, err := run.Compile(s.Task(), s.Net(), nil, nn.Auto, 0)
	if err != nil {
		return err
	}
	defer t.Close()
	r, err := run.Evaluate(ctx, t, samples, s.Batch)
	if err != nil {
		return err
	}
	r.WithUnknown(len(rows), len(unknown))
	line := evaluation{Model: s.Name(), Data: e.texts.Name, Split: e.part, Texts: len(rows) + len(unknown), Unknown: set.Unknown, Scores: r, Threshold: e.rule.Threshold, Abstain: e.rule.Abstain}
	measured, more := line.Texts, ""
	if e.report || e.rule != (answer.Rule{}) {
		besideUnknown, _, err := set.Features(s.Columns(), unknown)
		if err != nil {
			return err
		}
		j, err := run.Judge(ctx, t, s.Task(), samples, set.Data(s.Name(), s.Task(), unknown, besideUnknown), s.Batch, e.rule)
		if err != nil {
			return err
		}
		if e.rule != (answer.Rule{}) {
			answered := j.Score(r)
			if e.rule.Abstain > 0 {
				measured, line.Answered = answered, &answered
				more = j.CoverageText()
			}
		}
		if e.report {
			line.Detail = j.Details()
			more = line.Detail.String()
		}
	}
	line.Interval = r.Interval(measured)
	out := e.app.out
	if e.json {
		return json.NewEncoder(out).Encode(line)
	}
	kind := e.part + " "
	if e.part == corpus.All {
		kind = ""
	}
	answers := ""
	switch {
	case line.Answered == nil:
	case measured == 0:
		delete(r, "accuracy") // of nothing
		delete(r, "known_label_accuracy")
		answers = "; it answers none of them"
	default:
		answers = fmt.Sprintf(" on the %s that it answers, %.1f %%", show.Thousands(measured), 100*float64(measured)/float64(line.Texts))
	}
	fmt.Fprintf(out, "%s on %s %s%s (%s): %s%s\n%s", s.Name(), show.Thousands(line.Texts), kind, e.texts.Unit, e.texts.Name, r.Measured(measured), answers, more)
	return nil
}

// compare tells how far texts are from those that a model was trained on.
func (e *evaluator) compare(ctx context.Context, dir string, s *run.Saved, data corpus.Settings) error {
	defer s.Close()
	c, err := run.Drift(ctx, dir, s, data, run.Console{Console: e.app.console()})
	if err != nil {
		return err
	}
	if e.json {
		return json.NewEncoder(e.app.out).Encode(struct {
			Model string `json:"model"`
			drift.Comparison
		}{s.Name(), c})
	}
	fmt.Fprintf(e.app.out, "%s: %s, compared with %s of the training\n%s", s.Name(), show.Plural(c.Texts, "new text"), show.Thousands(c.Before), c)
	return nil
}
