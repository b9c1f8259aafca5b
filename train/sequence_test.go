package train_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/nn"
	"unroll/train"
	"unroll/train/optimizers"
)

// TestSequenceOutputsAreBatchMajor: a model that ends in a sequence computes
// time-major; Predict returns a sample's values side by side, whatever the
// batch, and Fit reads the targets in the same order.
func TestSequenceOutputsAreBatchMajor(t *testing.T) {
	m, err := nn.Sequential{Input: nn.Features(3, 1), Layers: []nn.Layer{nn.Dense{Units: 1, KernelInitializer: nn.Ones()}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{FromLogits: true}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	d := train.Data{Features: [][]float32{{1, 2, 3}, {10, 20, 30}}}
	for _, batch := range []int{1, 2, 4} {
		got, err := tr.Predict(context.Background(), d, batch)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]float32{1, 2, 3, 10, 20, 30}, got); diff != "" {
			t.Errorf("batch of %d: %s", batch, diff)
		}
	}
	// Targets that fit give a loss of nearly 0 only in the right order.
	d = train.Data{Features: [][]float32{{50, 50, -50}, {-50, 50, -50}}, Targets: []float32{1, 1, 0, 0, 1, 0}}
	for _, batch := range []int{1, 2, 4} {
		logs, err := tr.Evaluate(context.Background(), d, batch)
		if err != nil {
			t.Fatal(err)
		}
		if logs["loss"] > 1e-6 {
			t.Errorf("batch of %d: the loss is %g, want 0", batch, logs["loss"])
		}
	}
}

// TestOpenLength trains a model whose outputs are as many as its input's steps.
func TestOpenLength(t *testing.T) {
	m, err := nn.Sequential{Input: nn.Features(nn.Any, 1), Layers: []nn.Layer{nn.Dense{Units: 2, KernelInitializer: nn.Ones()}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{FromLogits: true}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	long := []float32{1, 2, 3, 4, 5, 6}
	for steps := 1; steps <= 3; steps++ {
		d := train.Data{Features: [][]float32{long[:steps], long[3 : 3+steps]}}
		y, err := tr.Predict(context.Background(), d, 0)
		if err != nil {
			t.Fatal(err)
		}
		var want []float32
		for _, x := range d.Features {
			for _, v := range x {
				want = append(want, v, v)
			}
		}
		if diff := cmp.Diff(want, y); diff != "" {
			t.Errorf("%d steps: %s", steps, diff)
		}
	}
	for steps := 1; steps <= 3; steps++ {
		d := train.Data{Features: [][]float32{long[:steps], long[3 : 3+steps]}, Targets: make([]float32, 4*steps)}
		if _, err := tr.Fit(context.Background(), d, train.FitConfig{}); err != nil {
			t.Errorf("%d steps: %v", steps, err)
		}
		d.Targets = d.Targets[1:]
		if _, err := tr.Fit(context.Background(), d, train.FitConfig{}); err == nil {
			t.Errorf("%d steps: no error for a target too few", steps)
		}
	}
}
