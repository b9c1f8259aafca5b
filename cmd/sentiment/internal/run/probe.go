package run

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/usage"
	"unroll/nn"
	"unroll/train"
)

// The rates of the range.
const leastRate, mostRate = 1e-5, 10

// Probe trains each model twice, and keeps neither: on one batch, over and over, and on
// all texts while the learning rate grows, of which it draws the curve.
func (r *Run) Probe(ctx context.Context, steps int) error {
	if r.Schedule != "" {
		return usage.Errorf("--schedule %s cannot be used here: probe looks for the learning rate", r.Schedule)
	}
	r.Epochs = 1
	chosen, exec, err := r.Check()
	if err != nil {
		return err
	}
	for _, e := range chosen {
		if e.Grams {
			return usage.Errorf("--model %s cannot be probed: it has no learning rate", e.Name)
		}
	}
	remove, err := MakeFolder(r.Dir)
	if err != nil {
		return errors.WithMessagef(err, "--out %s", r.Dir)
	}
	if exists(filepath.Join(r.Dir, StateFile)) {
		return errors.Errorf("--out %s holds a run: choose another folder", r.Dir)
	}
	if r.Settings, err = r.Keep(ctx, r.Console.Console, r.Dir); err != nil {
		remove()
		return err
	}
	set, err := r.read(ctx, chosen)
	if err != nil {
		return err
	}
	l, err := r.divide(set, nil)
	if err != nil {
		return err
	}
	r.describe(set, chosen)
	fmt.Fprintf(r.Out, "%s to train on.\n\n", set.Count(len(l.Train)))
	r.Batch = min(r.Batch, len(l.Train))
	for _, e := range chosen {
		if err := r.probeOne(ctx, e, exec, l, steps); err != nil {
			return errors.WithMessage(err, e.Name)
		}
	}
	fmt.Fprintf(r.Out, "The curves are in %s.\n", r.Dir)
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
		return fmt.Sprintf("it has not learned a batch by heart, %.0f %% of the loss is left: try more --steps or another --lr; %s", 100*last/first, rate)
	}
	return "it does not learn a batch at all: check --lr, the labels and the model; " + rate
}

func (r *Run) probeOne(ctx context.Context, e Model, exec nn.Execution, l lesson, steps int) error {
	model, err := r.network(ctx, e, l)
	if err != nil {
		return err
	}
	data, err := l.Data(e.Name, l.Train)
	if err != nil {
		return err
	}
	trainer, err := Compile(l.task, model, r.optimizer(e, data.Len()), exec, r.Memory)
	if err != nil {
		return err
	}
	defer trainer.Close()
	losses, err := trainer.OverfitBatch(ctx, data, r.Batch, steps)
	if err != nil {
		return err
	}
	fmt.Fprintf(r.Out, "%s: one batch of %d, %d times: loss from %.4f to %.4f\n", e.Name, r.Batch, steps, losses[0], losses[len(losses)-1])
	points, err := trainer.RateRange(ctx, data, leastRate, mostRate, steps, r.Batch)
	if err != nil {
		return err
	}
	steepest := train.SteepestRate(points)
	fmt.Fprintf(r.Out, "%s: learning rates from %g to %.2g: the loss falls fastest at %.2g\n", e.Name, points[0].Rate, points[len(points)-1].Rate, steepest)
	fmt.Fprintf(r.Out, "%s: verdict: %s\n", e.Name, probeVerdict(losses, steepest))
	p, err := rates(e.Name, points, steepest)
	if err == nil {
		err = savePlot(p, r.Dir, e.Name+"-rates")
	}
	return errors.Wrap(err, "plot the rates")
}
