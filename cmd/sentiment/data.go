package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/cmd/sentiment/internal/run"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/datasets/inspect"
)

func (a *app) dataCommand() *cobra.Command {
	var data corpus.Settings
	var text corpus.TextSettings
	var named int
	var suspects, asJSON bool
	c := &cobra.Command{
		Use:   "data [flags] PATH...",
		Short: "Show what to know about texts before training on them",
		Long: `Counts classes, lengths and words, and how much of the texts the most frequent words
cover. Names duplicates, texts with two labels, and texts that occur in both training
and test data. Counts bad rows by what is wrong with them. With --suspects it also
names labels that are likely wrong. PATH can be whatever --data of train takes.`,
		Example: `  sentiment data imdb
  sentiment data imdb --examples 1000 --json
  sentiment data --text-column body tickets.jsonl
  sentiment data --suspects tickets.csv`,
		Args: arguments(1, -1),
		RunE: func(c *cobra.Command, args []string) error {
			data.Data = args
			if err := data.Check(); err != nil {
				return err
			}
			if err := text.Check(); err != nil {
				return err
			}
			if named < 0 {
				return usage.Errorf("--examples is %d, want at least 0", named)
			}
			return a.inspect(c.Context(), data, text, inspection{named, suspects, asJSON})
		},
	}
	c.Flags().SortFlags = false
	readFlags(&data, c.Flags())
	partFlags(&data, c.Flags())
	wordFlags(&text, c.Flags())
	c.Flags().BoolVar(&suspects, "suspects", false, "also train models on parts of the texts, and name those of the others whose labels are likely wrong")
	c.Flags().IntVar(&named, "examples", 5, "number of `cases` of each kind to name")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// inspection says what data is to tell.
type inspection struct {
	named            int
	suspects, asJSON bool
}

func (a *app) inspect(ctx context.Context, data corpus.Settings, text corpus.TextSettings, want inspection) error {
	data, remove, err := data.Spool(ctx, a.console())
	if err != nil {
		return err
	}
	defer remove()
	d, err := corpus.Open(ctx, data, a.console())
	if err != nil {
		return err
	}
	if data.SkipBad != 0 {
		a.warn("data counts all bad rows, so --skip-bad has no effect")
	}
	tokens, err := text.Config(d.Defaults).Tokens()
	if err != nil {
		return err
	}
	in := inspect.New(tokens)
	in.Examples = want.named
	var ended error
	for r, err := range d.Records(ctx, a.console(), in.Bad) {
		if err != nil {
			ended = err
			break
		}
		if r.Labels != nil {
			err = in.AddLabels(r.ID, r.Part, r.Labels, r.Text)
		} else {
			err = in.Add(r.ID, r.Part, r.Label, r.Text)
		}
		if err != nil {
			return err
		}
	}
	report := in.Report()
	if ended != nil && (ctx.Err() != nil || report.Texts == 0 && len(report.Bad) == 0) {
		return ended
	}
	d.TellLabels(report.Parts, report.Several, a.warn)
	var suspects *run.Suspects
	if want.suspects && ended == nil {
		if suspects, err = run.FindSuspects(ctx, data, text, want.named, run.Console{Console: a.console()}); err != nil {
			return err
		}
	}
	if want.asJSON {
		doc, err := json.MarshalIndent(struct {
			*inspect.Report
			Suspects *run.Suspects `json:"suspects,omitempty"`
		}{report, suspects}, "", "  ")
		if err != nil {
			return errors.Wrap(err, "data")
		}
		fmt.Fprintf(a.out, "%s\n", doc)
		return ended
	}
	fmt.Fprint(a.out, report)
	if suspects != nil {
		fmt.Fprint(a.out, suspects)
	}
	return ended
}
