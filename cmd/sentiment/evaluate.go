package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"unroll/nn"
	"unroll/train"
)

func (a *app) evaluateCommand() *cobra.Command {
	var data, half string
	c := &cobra.Command{
		Use:     "evaluate DIR",
		Short:   "Measure a saved model's loss and accuracy",
		Example: "  sentiment evaluate runs/latest/embedding --split test",
		Args:    arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if half != "validation" && half != "test" {
				return usagef("--split: unknown split %q, want validation or test", half)
			}
			s, err := load(args[0])
			if err != nil {
				return err
			}
			if !c.Flags().Changed("data") {
				data = s.Data
			}
			return a.evaluate(c.Context(), s, data, half)
		},
	}
	c.Flags().StringVar(&data, "data", "", "`reviews`, as for train (default those of the training)")
	c.Flags().StringVar(&half, "split", "validation", "`half`: validation, held back in training, or test")
	return c
}

func (a *app) evaluate(ctx context.Context, s *saved, data, half string) error {
	corpus, _, err := a.corpus(ctx, data)
	if err != nil {
		return err
	}
	reviews, rows := corpus.Test, []int(nil)
	if half == "validation" {
		reviews = corpus.Train
		if _, rows, err = split(corpus, s.Seed); err != nil {
			return err
		}
	}
	d, err := samples(s.encoder, reviews, rows)
	if err != nil {
		return err
	}
	t, err := newTrainer(s.model, nil, nn.Auto)
	if err != nil {
		return err
	}
	defer t.Close()
	r, err := evaluate(ctx, t, d, s.Batch)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s on %s %s reviews (%s): loss %.4f, accuracy %.4f\n",
		s.Model, nn.Thousands(d.Len()), half, corpus.Name, r.Loss, r.Accuracy)
	return nil
}

func evaluate(ctx context.Context, t *train.Trainer, d train.Data, batch int) (score, error) {
	logs, err := t.Evaluate(ctx, d, batch)
	return score{logs["loss"], logs["accuracy"]}, err
}
