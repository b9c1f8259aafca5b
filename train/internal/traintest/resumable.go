package traintest

import (
	"context"
	"testing"

	"unroll/nn"
	"unroll/train"
	"unroll/train/metrics"
)

// Dropper is a model with dropout, batch statistics and a mask.
func Dropper(t testing.TB, seed uint64) *nn.Model {
	t.Helper()
	m, err := nn.Sequential{Input: nn.Tokens(5), Seed: seed, Layers: []nn.Layer{
		nn.Embedding{InputDim: 20, OutputDim: 6, MaskZero: true},
		nn.Dropout{Rate: 0.2},
		nn.BatchNormalization{Momentum: 0.8},
		nn.LSTM{Units: 4, RecurrentDropout: 0.1},
		nn.Dense{Units: 1, Activation: nn.Sigmoid},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Counting returns samples for Dropper.
func Counting(n int) train.Data {
	d := train.Data{}
	for i := range n {
		ids := make([]int32, 5)
		for j := range ids {
			ids[j] = int32((i*(j+3) + j*j) % 20)
		}
		d.Tokens = append(d.Tokens, ids)
		d.Targets = append(d.Targets, float32(i%2))
	}
	return d
}

// Resumable runs a fit that a callback may stop with an error, and returns the bits
// of all weights and states and the history.
func Resumable(t testing.TB, dir string, o train.Optimizer, epochs int, from *train.Checkpoint, callbacks ...train.Callback) ([][]float64, *train.History, error) {
	t.Helper()
	m := Dropper(t, 3)
	tr, err := train.Compile(m, train.Config{Optimizer: o, Loss: nn.BinaryCrossentropy{}, Metrics: []train.Metric{&metrics.BinaryAccuracy{}}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	c := train.FitConfig{Epochs: epochs, BatchSize: 16, Seed: 5, Callbacks: callbacks, Resume: from}
	if dir != "" {
		c.Checkpoint = &train.Checkpointing{Dir: dir, Every: 2}
	}
	d, v := Counting(100), Counting(30)
	c.Validation = &v
	h, err := tr.Fit(context.Background(), d, c)
	weights := Weights(m)
	for _, w := range m.States() {
		weights = append(weights, w.Float64s())
	}
	return weights, h, err
}
