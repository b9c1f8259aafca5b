package main

import (
	"fmt"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"
)

func (a *app) summaryCommand() *cobra.Command {
	f := &trainFlags{}
	c := &cobra.Command{
		Use:   "summary",
		Short: "Print the models' layers, shapes and parameters",
		Args:  arguments(0, 0),
		RunE:  func(*cobra.Command, []string) error { return a.summary(f) },
	}
	c.Flags().StringVar(&f.Models, "model", "onehot,embedding", "`names` of the models to show, comma-separated")
	f.sizeFlags(c.Flags())
	return c
}

func (a *app) summary(f *trainFlags) error {
	chosen, err := choose(f.Models)
	if err != nil {
		return err
	}
	if err := f.textSettings.check(); err != nil {
		return err
	}
	for _, e := range chosen {
		c := f.textSettings.encoder(e, true)
		o := embeddingOptions{words: c.NumWords + c.OOVBuckets, dim: embeddingDim}
		m, err := e.model(movieTask, o, c.MaxLen, 0)
		if err != nil {
			return errors.WithMessage(err, e.name)
		}
		fmt.Fprintf(a.out, "Experiment %s\n%s\n", e.name, m.Summary())
	}
	return nil
}
