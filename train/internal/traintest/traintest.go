// Package traintest holds a small model and its task for tests of training.
package traintest

import (
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"

	"unroll/nn"
	"unroll/train"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

// WordOrder returns a task that only the order of words solves: is the last
// word but one before the last in the alphabet?
func WordOrder(n int, seed uint64) train.Data {
	r := rand.New(rand.NewPCG(seed, 1))
	d := train.Data{}
	for range n {
		x := make([]int32, 6)
		for i := range x {
			x[i] = int32(1 + r.IntN(9))
		}
		d.Tokens = append(d.Tokens, x)
		y := float32(0)
		if x[4] < x[5] {
			y = 1
		}
		d.Targets = append(d.Targets, y)
	}
	return d
}

// Model returns a model for WordOrder.
func Model(t testing.TB, seed uint64) *nn.Model {
	t.Helper()
	m, err := nn.Sequential{Input: nn.Tokens(6), Seed: seed, Layers: []nn.Layer{
		nn.Embedding{InputDim: 10, OutputDim: 4},
		nn.SimpleRNN{Units: 5},
		nn.Dense{Units: 1, Activation: nn.Sigmoid},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Trainer returns a trainer of Model by Adam, which counts what is right.
func Trainer(t testing.TB, seed uint64) *train.Trainer {
	t.Helper()
	tr, err := train.Compile(Model(t, seed), train.Config{
		Optimizer: &optimizers.Adam{LearningRate: 0.01},
		Loss:      nn.BinaryCrossentropy{},
		Metrics:   []train.Metric{&metrics.BinaryAccuracy{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.Close() })
	return tr
}

// TwoHeads returns a model that reads a text and features, and has a head for
// each.
func TwoHeads(t testing.TB, dtype tensor.Dtype) *nn.Model {
	t.Helper()
	f := &nn.Functional{Seed: 1, Dtype: dtype}
	text, tags := f.Input("text", nn.Tokens(3)), f.Input("tags", nn.Features(2))
	x := f.Call(nn.LSTM{Units: 4}, f.Call(nn.Embedding{InputDim: 8, OutputDim: 4}, text))
	x = f.Call(nn.Concatenate{}, x, tags)
	f.Output("urgent", f.Call(nn.Dense{Units: 1, Activation: nn.Sigmoid}, x))
	f.Output("hours", f.Call(nn.Dense{Units: 2}, x))
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Weights returns the values of the model's weights.
func Weights(m *nn.Model) [][]float64 {
	var all [][]float64
	for _, w := range m.Weights() {
		all = append(all, w.Float64s())
	}
	return all
}
