package main

import (
	"fmt"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"

	"unroll/cmd/sentiment/internal/corpus"
	"unroll/cmd/sentiment/internal/run"
)

func (a *app) summaryCommand() *cobra.Command {
	f := &trainFlags{}
	c := &cobra.Command{
		Use:   "summary",
		Short: "Print the models' layers, shapes and parameters",
		Args:  arguments(0, 0),
		RunE:  func(*cobra.Command, []string) error { return a.summary(f) },
	}
	chooseModels(c.Flags(), &f.Models, "`names` of the models to show, comma-separated: %s")
	sizeFlags(&f.TextSettings, c.Flags())
	return c
}

func (a *app) summary(f *trainFlags) error {
	chosen, err := run.Choose(f.Models)
	if err != nil {
		return err
	}
	if err := f.TextSettings.Check(); err != nil {
		return err
	}
	for _, e := range chosen {
		m, err := e.Build(corpus.ReviewTask, f.TextSettings.Encoder(e.Sizes, corpus.Reviews), 0)
		if err != nil {
			return errors.WithMessage(err, e.Name)
		}
		fmt.Fprintf(a.out, "Experiment %s\n%s\n", e.Name, m.Summary())
	}
	return nil
}
