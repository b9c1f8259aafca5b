package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/pkg/errors"

	"unroll/datasets/text"
	"unroll/internal/safefile"
	"unroll/nn/diagram"
	"unroll/train"
)

// The batch of a profile, that of a training by default, and its runs.
const (
	profiledBatch = 32
	profiledRuns  = 20
)

// profile measures the training step, prints a table, and writes the picture, and the
// trace if a file is named.
func (a *app) profile(t *train.Trainer, c text.EncoderConfig, trace string, write func(diagram.Graph) error) error {
	p, err := t.Profile(madeUp(profiledBatch, c), profiledBatch, profiledRuns)
	if err != nil {
		return err
	}
	if err := write(p.Diagram); err != nil {
		return err
	}
	if trace != "" {
		if err := safefile.Write(trace, p.WriteTrace); err != nil {
			return errors.WithMessage(err, "--trace")
		}
	}
	fmt.Fprint(a.out, p)
	return nil
}

// madeUp returns texts of the encoder's length whose words are as frequent as Zipf's law
// has it, half of them of either class.
func madeUp(n int, c text.EncoderConfig) train.Data {
	zipf := rand.NewZipf(rand.New(rand.NewPCG(1, 2)), 1.1, 1, uint64(c.NumWords+c.OOVBuckets-1))
	d := train.Data{}
	for i := range n {
		ids := make([]int32, c.MaxLen)
		for j := range ids {
			ids[j] = int32(zipf.Uint64())
		}
		d.Tokens, d.Targets = append(d.Tokens, ids), append(d.Targets, float32(i%2))
	}
	return d
}
