package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"unroll/cmd/sentiment/internal/usage"
)

func (a *app) probeCommand() *cobra.Command {
	f := &trainFlags{}
	var steps int
	c := &cobra.Command{
		Use:   "probe",
		Short: "Find a learning rate, and check that the models can learn",
		Long: `Trains each model twice, and keeps neither result:

on one batch again and again, which a correctly built model learns by heart, and

on the training texts while the learning rate grows from step to step. A good rate
lies where the loss falls fastest, below the rate at which it starts to rise. The
curve is drawn in NAME-rates.png and NAME-rates.svg.`,
		Example: "  sentiment probe --model embedding --optimizer rmsprop",
		Args:    arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if steps < 2 {
				return usage.Errorf("--steps is %d, want at least 2", steps)
			}
			if err := f.checkOut(c.Flags()); err != nil {
				return err
			}
			return a.run(f).Probe(c.Context(), steps)
		},
	}
	f.modelFlags(c.Flags(), "onehot,embedding", "`names` of the models, comma-separated: %s")
	c.Flags().IntVar(&steps, "steps", 1000, "batches in each of the two trainings")
	c.Flags().StringVar(&f.out, "out", filepath.Join("runs", "probe"), "`folder` for the curves")
	return c
}
