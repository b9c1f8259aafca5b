package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/pkg/errors"
	"github.com/spf13/cobra"

	"unroll/nn"
	"unroll/train"
)

func (a *app) probeCommand() *cobra.Command {
	f := &trainFlags{}
	var steps int
	c := &cobra.Command{
		Use:   "probe",
		Short: "Find a learning rate, and see that the models can learn",
		Long: `Trains each model twice, and keeps neither:

on one batch, over and over, which a model that is wired rightly learns by
heart, and

on the training reviews while the learning rate grows from step to step. A good
rate lies where the loss falls most, below where it begins to grow; the curve is
drawn in NAME-rates.png and .svg.`,
		Example: "  sentiment probe --model embedding --optimizer rmsprop",
		Args:    arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if steps < 2 {
				return usagef("--steps is %d, want at least 2", steps)
			}
			if err := f.checkOut(c.Flags()); err != nil {
				return err
			}
			return a.probe(c.Context(), f, steps)
		},
	}
	f.modelFlags(c.Flags())
	c.Flags().IntVar(&steps, "steps", 1000, "batches of each of the two trainings")
	c.Flags().StringVar(&f.out, "out", filepath.Join("runs", "probe"), "`folder` for the curves")
	return c
}

// The rates of the range.
const leastRate, mostRate = 1e-5, 10

func (a *app) probe(ctx context.Context, f *trainFlags, steps int) error {
	if f.Schedule != "" {
		return usagef("--schedule %s: it would set the learning rate that probe looks for, leave it out", f.Schedule)
	}
	f.Epochs = 1
	if err := f.check(); err != nil {
		return err
	}
	exec, err := execution(f.RNN)
	if err != nil {
		return err
	}
	chosen, err := choose(f.Models)
	if err != nil {
		return err
	}
	if _, err := makeFolder(f.out); err != nil {
		return errors.WithMessagef(err, "--out %s", f.out)
	}
	if exists(filepath.Join(f.out, runFile)) {
		return errors.Errorf("--out %s: it holds a run: give another folder", f.out)
	}
	if err := a.keepInput(&f.dataSettings, f.out); err != nil {
		return err
	}
	set, err := a.trainingSet(ctx, f, chosen)
	if err != nil {
		return err
	}
	if err := set.divide(f.dataSettings, f.Seed); err != nil {
		return err
	}
	if err := set.scale(); err != nil {
		return err
	}
	set.describe(a.out, chosen)
	fmt.Fprintf(a.out, "%s to train on.\n\n", set.count(len(set.trainOn)))
	f.Batch = min(f.Batch, len(set.trainOn))
	for _, e := range chosen {
		if err := a.probeOne(ctx, f, e, exec, set, steps); err != nil {
			return errors.WithMessage(err, e.name)
		}
	}
	fmt.Fprintf(a.out, "The curves are in %s.\n", f.out)
	return nil
}

// byHeart is the share of the first loss below which a batch is known by heart.
const byHeart = 0.1

// probeVerdict says what to make of the two trainings.
func probeVerdict(losses []float64, steepest float64) string {
	first, last := losses[0], losses[len(losses)-1]
	rate := fmt.Sprintf("take --lr %.2g", steepest)
	if !(steepest > 0) {
		rate = "no rate makes the loss fall"
	}
	switch {
	case last <= byHeart*first:
		return "it learns a batch by heart; " + rate
	case last < first:
		return fmt.Sprintf("it has not learnt a batch by heart, %.0f %% of the loss are left: give more --steps or another --lr; %s", 100*last/first, rate)
	}
	return "it does not learn a batch at all: look at --lr, the labels and the model; " + rate
}

func (a *app) probeOne(ctx context.Context, f *trainFlags, e experiment, exec nn.Execution, set *trainingSet, steps int) error {
	model, err := a.model(ctx, f, e, set)
	if err != nil {
		return err
	}
	data := set.data(e, set.trainOn)
	trainer, err := compile(set.Task, model, f.optimizer(e, data.Len()), exec)
	if err != nil {
		return err
	}
	defer trainer.Close()
	losses, err := trainer.OverfitBatch(ctx, data, f.Batch, steps)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s: a batch of %d, %d times over: loss %.4f to %.4f\n", e.name, f.Batch, steps, losses[0], losses[len(losses)-1])
	points, err := trainer.RateRange(ctx, data, leastRate, mostRate, steps, f.Batch)
	if err != nil {
		return err
	}
	steepest := train.SteepestRate(points)
	fmt.Fprintf(a.out, "%s: learning rates from %g to %.2g: the loss falls most at %.2g\n", e.name, points[0].Rate, points[len(points)-1].Rate, steepest)
	fmt.Fprintf(a.out, "%s: verdict: %s\n", e.name, probeVerdict(losses, steepest))
	p, err := rates(e.name, points, steepest)
	if err == nil {
		err = savePlot(p, f.out, e.name+"-rates")
	}
	return errors.Wrap(err, "plot the rates")
}
