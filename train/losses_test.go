package train_test

import (
	"context"
	"math"
	"testing"

	"gorgonia.org/tensor"

	"unroll/nn"
	"unroll/train"
	"unroll/train/metrics"
	"unroll/train/optimizers"
)

// TestCategoricalCrossentropy holds the loss and the accuracy of a softmax model
// to their definitions on its own outputs, weights included.
func TestCategoricalCrossentropy(t *testing.T) {
	m, err := nn.Sequential{Input: nn.Features(2), Dtype: tensor.Float64, Seed: 4,
		Layers: []nn.Layer{nn.Dense{Units: 3, Activation: nn.Softmax}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.CategoricalCrossentropy{}, Metrics: []train.Metric{&metrics.CategoricalAccuracy{}}, WeightedMetrics: []train.Metric{&metrics.CategoricalAccuracy{}}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	d := train.Data{
		Features: [][]float32{{1, 2}, {-3, 0.5}, {0.1, -1}},
		Targets:  []float32{1, 0, 0, 0, 0, 1, 0, 1, 0},
		Weights:  []float32{1, 2, 0.5},
	}
	y, err := tr.Predict(context.Background(), d, 0)
	if err != nil {
		t.Fatal(err)
	}
	var loss, hits, right float64
	for i, w := range d.Weights {
		row, want := y[3*i:3*i+3], d.Targets[3*i:3*i+3]
		at := largest(want)
		loss -= float64(w) * math.Log(float64(row[at])) / 3
		if largest(row) == at {
			hits, right = hits+1, right+float64(w)
		}
	}
	logs, err := tr.Evaluate(context.Background(), d, 2)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(logs["loss"]-loss) > 1e-6 || math.Abs(logs["accuracy"]-hits/3) > 1e-12 || math.Abs(logs["weighted_accuracy"]-right/3.5) > 1e-12 {
		t.Errorf("got %v, want loss %g, accuracy %g, weighted %g", logs, loss, hits/3, right/3.5)
	}
}

// TestFitWithOtherLosses fits a line by squares and three classes by
// cross-entropy.
func TestFitWithOtherLosses(t *testing.T) {
	line, classes := train.Data{}, train.Data{}
	for i := range 60 {
		x := float32(i)/30 - 1
		line.Features = append(line.Features, []float32{x})
		line.Targets = append(line.Targets, 3*x-1)
		classes.Features = append(classes.Features, []float32{x})
		row := []float32{0, 0, 0}
		row[i/20] = 1
		classes.Targets = append(classes.Targets, row...)
	}
	for _, c := range []struct {
		name   string
		loss   nn.Loss
		layers []nn.Layer
		data   train.Data
		least  float64 // the loss to get below
	}{
		{"squares", nn.MeanSquaredError{}, []nn.Layer{nn.Dense{Units: 1}}, line, 1e-3},
		{"classes", nn.CategoricalCrossentropy{}, []nn.Layer{nn.Dense{Units: 12, Activation: nn.Tanh}, nn.Dense{Units: 3, Activation: nn.Softmax}}, classes, 0.2},
		{"logits", nn.CategoricalCrossentropy{FromLogits: true}, []nn.Layer{nn.Dense{Units: 12, Activation: nn.Tanh}, nn.Dense{Units: 3}}, classes, 0.2},
	} {
		m, err := nn.Sequential{Input: nn.Features(1), Layers: c.layers}.Build()
		if err != nil {
			t.Fatal(err)
		}
		tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.Adam{LearningRate: 0.05}, Loss: c.loss})
		if err != nil {
			t.Fatal(err)
		}
		h, err := tr.Fit(context.Background(), c.data, train.FitConfig{Epochs: 60, BatchSize: 10})
		if err != nil {
			t.Fatal(err)
		}
		if got := h.Epochs[59].Logs["loss"]; !(got < c.least) {
			t.Errorf("%s: loss %g after 60 epochs, want below %g", c.name, got, c.least)
		}
		tr.Close()
	}
}
