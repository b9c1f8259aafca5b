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

// cell is one size of the grid.
type cell struct{ width, batch, steps int }

// memory estimates the bytes that a training step holds: up to twelve matrices
// [steps·batch, width], as measured of PyTorch; ours are eight.
func (s cell) memory() float64 { return 12 * 4 * float64(s.width*s.batch*s.steps) }

const (
	maxMemory = 4 << 30
	lost      = 0.95 // a cell is lost below this ratio
)

func (c *config) cells() (all []cell) {
	widths, batches, lengths := []int{8, 32, 128, 512}, []int{1, 32, 256}, []int{10, 100, 500}
	if c.quick {
		widths, batches, lengths = []int{8, 32}, []int{1, 32}, []int{10}
	}
	for _, h := range widths {
		for _, b := range batches {
			for _, t := range lengths {
				all = append(all, cell{h, b, t})
			}
		}
	}
	return all
}

// grid compares training steps of SimpleRNN over its sizes.
func grid(ctx context.Context, c *config) error {
	table := &report.Table{Text: 1, Head: append([]string{"PyTorch's fastest", "H", "B", "T", "ours", "PyTorch"}, append(pairHead, "")...)}
	all, run, losses := c.cells(), 0, 0
	for i, s := range all {
		sizes := []string{fmt.Sprint(s.width), fmt.Sprint(s.batch), fmt.Sprint(s.steps)}
		if s.memory() > maxMemory {
			table.Add(append(append([]string{""}, sizes...), "", "", "", "", "", "not run: "+report.Size(s.memory()))...)
			continue
		}
		progress("grid: cell %d of %d, H=%d B=%d T=%d", i+1, len(all), s.width, s.batch, s.steps)
		best, p, err := c.cell(ctx, s, "RNN", nn.SimpleRNN{Units: s.width})
		if err != nil {
			return err
		}
		run++
		note := ""
		if p.ratio() < lost {
			losses++
			note = "**lost**"
		}
		table.Add(append(append(append([]string{best.String()}, sizes...), p.cells(report.Duration)...), note)...)
	}
	fed := "ours are fed, PyTorch repeats the batch that it has"
	if c.feed {
		fed = "both are fed"
	}
	c.print("Grid", fmt.Sprintf("Training steps of SimpleRNN(H) on features of width H with one logit, by SGD; %s. A cell is lost if its ratio is below %g: **%d of %d cells lost**. Cells that need more than %s are not run.", fed, lost, losses, run, report.Size(maxMemory)), table)
	return nil
}

// gates compares training steps of LSTM and GRU.
func gates(ctx context.Context, c *config) error {
	table := &report.Table{Text: 2, Head: append([]string{"layer", "PyTorch's fastest", "H", "ours", "PyTorch"}, append(pairHead, "bar")...)}
	widths, size := []int{8, 32, 128, 512}, cell{batch: 32, steps: 100}
	if c.quick {
		widths, size.steps = widths[:1], 10
	}
	for _, name := range []string{"LSTM", "GRU"} {
		for _, h := range widths {
			progress("gates: %s, H=%d", name, h)
			size.width = h
			var layer nn.Layer = nn.LSTM{Units: h}
			if name == "GRU" {
				layer = nn.GRU{Units: h}
			}
			best, p, err := c.cell(ctx, size, name, layer)
			if err != nil {
				return err
			}
			bar := 5.0
			if h > 32 {
				bar = 1
			}
			table.Add(append(append([]string{name, best.String(), fmt.Sprint(h)}, p.cells(report.Duration)...), atLeast(p.ratio(), bar))...)
		}
	}
	c.print("Gates", fmt.Sprintf("Training steps of %d sequences of %d steps of H features with one logit, by SGD.", size.batch, size.steps), table)
	return nil
}

// cell measures one size of a recurrent layer. Every measurement takes at least
// 3 steps.
func (c *config) cell(ctx context.Context, s cell, name string, layer nn.Layer) (best request, p pairs, err error) {
	defer debug.FreeOSMemory()
	// One run of each number of threads, of a single step where that is long.
	r := request{Do: "step", Width: s.width, Units: s.width, Batch: s.batch, Steps: s.steps, Seconds: c.seconds(), Least: 1, Feed: c.feed, Cell: name}
	if best, err = c.peer.fastest(ctx, r, 1, "features"); err != nil {
		return best, p, err
	}
	best.Least = 3
	w := bench.OnFeatures(s.width, layer)
	t, err := trainer(w, s.steps, train.Config{Optimizer: &optimizers.SGD{}})
	if err != nil {
		return best, p, err
	}
	d := s.data()
	if _, err := steps(t, d, s.batch, 0, 1)(ctx); err != nil { // compiles
		return best, p, err
	}
	p, err = alternate(ctx, c.pairs, steps(t, d, s.batch, c.seconds(), 3),
		func(ctx context.Context) (float64, error) { return c.peer.run(ctx, best) })
	return best, p, cmp.Or(err, t.Close())
}

// data returns many batches whose samples are those of a single one, so that
// the start of an epoch is rare and the memory small.
func (s cell) data() train.Data {
	const batches = 256
	values := bench.Normal(s.batch * s.steps * s.width)
	size := s.steps * s.width
	d := train.Data{Targets: bench.Targets(batches * s.batch)}
	for i := range batches * s.batch {
		at := i % s.batch * size
		d.Features = append(d.Features, values[at:at+size])
	}
	return d
}
