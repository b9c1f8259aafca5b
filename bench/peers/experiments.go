package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"unroll/bench"
	"unroll/bench/internal/report"
	"unroll/train"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

// experiment is a workload as the program trains it, and as PyTorch does.
type experiment struct {
	bench.Workload
	optimizer func() train.Optimizer
	request   request
	kinds     []string
}

var experiments = []experiment{
	{bench.OneHot, func() train.Optimizer { return &optimizers.SGD{} },
		request{Words: 100, Width: 100, Units: 32, Optimizer: "sgd"}, []string{"dense", "gather"}},
	{bench.Embedding, func() train.Optimizer { return &optimizers.Adam{} },
		request{Words: 1000, Width: 32, Units: 8, Optimizer: "adam"}, []string{"embedding"}},
}

const words = 100 // of a sequence

// data returns n sequences of random ids with labels.
func (e experiment) data(n int) train.Data {
	return train.Data{Tokens: e.Sequences(n, words), Targets: bench.Targets(n)}
}

// epochs compares the time of an epoch of the experiments.
func epochs(ctx context.Context, c *config) error {
	n, trial := 20000, 3200
	if c.quick {
		n, trial = 640, 64
	}
	table := &report.Table{Text: 2, Head: append([]string{"model", "PyTorch's fastest", "shards", "ours", "PyTorch"}, append(pairHead, "bar")...)}
	for _, e := range experiments {
		r := e.request
		r.Do, r.Steps, r.Batch, r.N = "epoch", words, bench.Batch, trial
		best, err := c.peer.fastest(ctx, r, 2, e.kinds...)
		if err != nil {
			return err
		}
		best.N = n
		theirs := func(ctx context.Context) (float64, error) { return c.peer.run(ctx, best) }
		d := e.data(n)
		for _, shards := range []int{0, 1} {
			progress("epoch: %s, %s", e.Name, shardsName(shards))
			t, err := trainer(e.Workload, words, train.Config{
				Optimizer: e.optimizer(),
				Metrics:   []train.Metric{&metrics.BinaryAccuracy{}},
				Shards:    shards,
			})
			if err != nil {
				return err
			}
			p, err := alternate(ctx, c.pairs, epoch(t, d), theirs)
			if err := cmp.Or(err, t.Close()); err != nil {
				return err
			}
			bar := ""
			if shards == 0 {
				bar = atLeast(p.ratio(), 20)
			}
			table.Add(append(append([]string{e.Name, best.String(), shardsName(shards)}, p.cells(report.Duration)...), bar)...)
		}
	}
	c.print("Epoch", fmt.Sprintf("One epoch of %d sequences of %d ids in batches of %d: feeding, forward, backward and optimizer (SGD for one-hot, Adam for embedding), here with the accuracy too. Median of %d pairs; ratio is PyTorch's time over ours.", n, words, bench.Batch, c.pairs), table)
	return nil
}

func shardsName(n int) string {
	if n == 0 {
		return "default"
	}
	return fmt.Sprint(n)
}

// inference compares the throughput of the embedding model.
func inference(ctx context.Context, c *config) error {
	const batch = 256
	n := 25600
	if c.quick {
		n = 2560
	}
	e := experiments[1]
	progress("inference: %s", e.Name)
	r := e.request
	r.Do, r.Steps, r.Batch, r.N = "infer", words, batch, n
	best, err := c.peer.fastest(ctx, r, 2, e.kinds...)
	if err != nil {
		return err
	}
	t, err := trainer(e.Workload, words, train.Config{})
	if err != nil {
		return err
	}
	d := e.data(n)
	ours := func(ctx context.Context) (float64, error) {
		// One pass is short: the mean of as many as fill a fifth of a second.
		start := time.Now()
		for passes := 1; ; passes++ {
			if _, err := t.Predict(ctx, d, batch); err != nil {
				return 0, err
			}
			if s := time.Since(start).Seconds(); s > 0.2 {
				return s / float64(passes), nil
			}
		}
	}
	if _, err := ours(ctx); err != nil { // compiles
		return err
	}
	p, err := alternate(ctx, c.pairs, ours, func(ctx context.Context) (float64, error) { return c.peer.run(ctx, best) })
	if err := cmp.Or(err, t.Close()); err != nil {
		return err
	}
	table := &report.Table{Text: 2, Head: append([]string{"model", "PyTorch's fastest", "ours, sequences/s", "PyTorch, sequences/s"}, append(pairHead, "bar")...)}
	perSecond := func(s float64) string { return fmt.Sprintf("%.0f", float64(n)/s) }
	table.Add(append(append([]string{e.Name, best.String()}, p.cells(perSecond)...), atLeast(p.ratio(), 10))...)
	c.print("Inference", fmt.Sprintf("Probabilities of %d sequences of %d ids in batches of %d.", n, words, batch), table)
	return nil
}
