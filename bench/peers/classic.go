package main

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"

	"unroll/bench"
	"unroll/bench/internal/report"
	"unroll/nn"
	"unroll/train"
	"unroll/train/optimizers"
)

// classic compares whole training steps of the larger setting that Keras's own
// examples use: 10,000 words, sequences of 500, an embedding of 32 and 32 units,
// batches of 128, Adam.
func classic(ctx context.Context, c *config) error {
	const words, width, units = 10_000, 32, 32
	steps, batch := 500, 128
	if c.quick {
		steps, batch = 20, 8
	}
	table := &report.Table{Text: 2, Head: append([]string{"recurrent layer", "PyTorch's fastest", "ours", "PyTorch"}, pairHead...)}
	for _, m := range []struct {
		name  string
		cell  string
		both  bool
		layer nn.Layer
	}{
		{"LSTM(32)", "LSTM", false, nn.LSTM{Units: units}},
		{"GRU(32)", "GRU", false, nn.GRU{Units: units}},
		{"Bidirectional(LSTM(32))", "LSTM", true, nn.Bidirectional{Layer: nn.LSTM{Units: units}}},
	} {
		progress("classic: %s", m.name)
		w := bench.OnWords(words, nn.Embedding{InputDim: words, OutputDim: width}, m.layer)
		r := request{Do: "step", Words: words, Width: width, Units: units, Batch: batch, Steps: steps,
			Optimizer: "adam", Seconds: c.seconds(), Least: 1, Cell: m.cell, Both: m.both}
		best, p, err := c.words(ctx, r, w)
		if err != nil {
			return err
		}
		table.Add(append([]string{m.name, best.String()}, p.cells(report.Duration)...)...)
	}
	c.print("Classic", fmt.Sprintf("Training steps of %d sequences of %d of %d words: Embedding(%d) → the layer → Dense(1, sigmoid), by Adam.", batch, steps, words, width), table)
	return nil
}

// words measures a model on word ids. Every measurement takes at least 3 steps.
func (c *config) words(ctx context.Context, r request, w bench.Workload) (best request, p pairs, err error) {
	defer debug.FreeOSMemory()
	if best, err = c.peer.fastest(ctx, r, 1, "embedding"); err != nil {
		return best, p, err
	}
	best.Least = 3
	t, err := trainer(w, r.Steps, train.Config{Optimizer: &optimizers.Adam{}})
	if err != nil {
		return best, p, err
	}
	d := train.Data{Tokens: w.Sequences(64*r.Batch, r.Steps), Targets: bench.Targets(64 * r.Batch)}
	if _, err := steps(t, d, r.Batch, 0, 1)(ctx); err != nil { // compiles
		return best, p, err
	}
	p, err = alternate(ctx, c.pairs, steps(t, d, r.Batch, c.seconds(), 3),
		func(ctx context.Context) (float64, error) { return c.peer.run(ctx, best) })
	return best, p, cmp.Or(err, t.Close())
}
