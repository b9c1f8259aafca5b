package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"unroll/bench"
	"unroll/bench/internal/report"
	"unroll/internal/kernel"
	"unroll/nn"
)

// arithmetic compares a step's forward and backward pass with the time that
// our own GEMM takes for as many operations at the step's size.
func arithmetic(ctx context.Context, c *config) error {
	table := &report.Table{Text: 1, Head: []string{"model", "MFLOP", "GEMM, GFLOP/s", "ideal", "measured", "measured/ideal", "min", "max", "bar"}}
	for _, w := range bench.Workloads {
		progress("arithmetic: %s", w.Name)
		m, err := w.Model(words)
		if err != nil {
			return err
		}
		prog, err := w.Compile(m, nn.Train, nn.Fused, bench.Batch, words)
		if err != nil {
			return err
		}
		flops := w.FLOPs * bench.Batch * words
		perFLOP := gemm(w.Gemm, c.seconds())
		ideal := func(ctx context.Context) (float64, error) {
			s, err := perFLOP(ctx)
			return s * flops, err
		}
		// The ratio is the second over the first.
		p, err := alternate(ctx, c.pairs, ideal, repeat(prog.Run, c.seconds()))
		if err := cmp.Or(err, prog.Close()); err != nil {
			return err
		}
		cells := p.cells(report.Duration)
		table.Add(append(append([]string{
			w.Name,
			fmt.Sprintf("%.2f", flops/1e6),
			report.Number(flops / report.Median(p.ours) / 1e9),
		}, cells...), atMost(p.ratio(), 3))...)
	}
	c.print("Arithmetic", fmt.Sprintf("Forward and backward of %d sequences of %d ids on one program, without feeding and optimizer, against its operations at the rate of our own GEMM at the step's size, mean of the products A·B, Aᵀ·B and A·Bᵀ (%v and %v). Gathers and scatters are not counted as operations.", bench.Batch, words, bench.OneHot.Gemm, bench.Embedding.Gemm), table)
	return nil
}

// gemm measures the seconds of one operation over the three products of a
// step: h·U, hᵀ·dz and dz·Uᵀ.
func gemm(size [3]int, seconds float64) measure {
	m, n, k := size[0], size[1], size[2]
	h, u, z := bench.Normal(m*k), bench.Normal(k*n), bench.Normal(m*n)
	dh, du := make([]float32, m*k), make([]float32, k*n)
	const calls = 100 // between looks at the clock
	once := repeat(func() error {
		for range calls {
			kernel.Gemm(false, false, m, n, k, h, u, z, false)
			kernel.Gemm(true, false, k, n, m, h, z, du, false)
			kernel.Gemm(false, true, m, k, n, z, u, dh, false)
		}
		return nil
	}, seconds)
	return func(ctx context.Context) (float64, error) {
		s, err := once(ctx)
		return s / float64(calls*3*2*m*n*k), err
	}
}

// graphs compares the unrolled graph with the naive one, and the looped graph
// for short sequences with that for long ones.
func graphs(ctx context.Context, c *config) error {
	steps := words
	if c.quick {
		steps = 10
	}
	table := &report.Table{Text: 1, Head: append([]string{"model", "unrolled", "naive"}, append(pairHead, "bar")...)}
	for _, w := range bench.Workloads {
		progress("graphs: %s, unrolled and naive", w.Name)
		p, err := c.unrolled(ctx, w, steps)
		if err != nil {
			return err
		}
		table.Add(append(append([]string{w.Name}, p.cells(report.Duration)...), atLeast(p.ratio(), 8))...)
	}
	c.print("Unrolled", fmt.Sprintf("Forward and backward of %d sequences of %d ids in the unrolled graph, and in the naive one of Gorgonia's own operations.", bench.Batch, steps), table)
	return c.looped(ctx)
}

func (c *config) unrolled(ctx context.Context, w bench.Workload, steps int) (p pairs, err error) {
	m, err := w.Model(steps)
	if err != nil {
		return p, err
	}
	prog, err := w.Compile(m, nn.Train, nn.Unrolled, bench.Batch, steps)
	if err != nil {
		return p, err
	}
	defer prog.Close()
	naive, err := bench.NewNaive(w, m, nn.Train, bench.Batch, steps)
	if err != nil {
		return p, err
	}
	if err := cmp.Or(naive.Fill(), naive.Compile()); err != nil {
		return p, err
	}
	defer naive.Close()
	return alternate(ctx, c.pairs, repeat(prog.Run, c.seconds()), repeat(naive.Run, c.seconds()))
}

// looped compiles the looped graph 9 times for 10 and for 1000 steps, in turns.
// No sequences are drawn or fed.
func (c *config) looped(ctx context.Context) error {
	table := &report.Table{Text: 1, Head: []string{"model", "nodes, T=10", "nodes, T=1000", "compile, T=10", "compile, T=1000", "ratio", "bar"}}
	for _, w := range bench.Workloads {
		progress("graphs: %s, looped", w.Name)
		var nodes [2]int
		var side [2]measure
		for i, steps := range []int{10, 1000} {
			m, err := w.Model(steps)
			if err != nil {
				return err
			}
			side[i] = func(context.Context) (float64, error) {
				start := time.Now()
				g, err := w.Emit(m, nn.Train, nn.Looped, bench.Batch, steps)
				if err != nil {
					return 0, err
				}
				prog, err := g.Compile()
				if err != nil {
					return 0, err
				}
				spent := time.Since(start).Seconds()
				nodes[i] = prog.Nodes()
				return spent, prog.Close()
			}
		}
		p, err := alternate(ctx, 9, side[0], side[1])
		if err != nil {
			return err
		}
		ratio := report.Median(p.theirs) / report.Median(p.ours)
		bar := atMost(ratio, 1.5)
		if nodes[0] != nodes[1] {
			bar += ", nodes **differ**"
		}
		table.Add(w.Name, fmt.Sprint(nodes[0]), fmt.Sprint(nodes[1]),
			report.Duration(report.Median(p.ours)), report.Duration(report.Median(p.theirs)), report.Number(ratio), bar)
	}
	c.print("Looped", "Emitting, differentiating and compiling a training step's looped graph, medians of 9.", table)
	return nil
}
