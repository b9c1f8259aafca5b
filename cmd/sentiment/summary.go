package main

import (
	"fmt"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"
)

func (a *app) summaryCommand() *cobra.Command {
	var models string
	var maxlen int
	c := &cobra.Command{
		Use:   "summary",
		Short: "Print the models' layers, shapes and parameters",
		Args:  arguments(0, 0),
		RunE:  func(*cobra.Command, []string) error { return a.summary(models, maxlen) },
	}
	c.Flags().StringVar(&models, "model", "onehot,embedding", "`names` of the models to show, comma-separated")
	c.Flags().IntVar(&maxlen, "maxlen", 100, "words of a review that the models see")
	return c
}

func (a *app) summary(models string, maxlen int) error {
	chosen, err := choose(models)
	if err != nil {
		return err
	}
	if err := checkMaxlen(maxlen); err != nil {
		return err
	}
	for _, e := range chosen {
		m, err := e.model(maxlen, 0)
		if err != nil {
			return errors.WithMessage(err, e.name)
		}
		fmt.Fprintf(a.out, "Experiment %s\n%s\n", e.name, m.Summary())
	}
	return nil
}
