package train_test

import (
	"context"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/tensor"

	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

// TestEvaluateInAHook leaves the scores of the training alone.
func TestEvaluateInAHook(t *testing.T) {
	val := traintest.WordOrder(50, 2)
	var want *train.History
	for _, evaluate := range []bool{false, true} {
		tr := traintest.Trainer(t, 3)
		hook := func(e *train.Event) error {
			if !evaluate || e.Kind != train.BatchEnd {
				return nil
			}
			_, err := tr.Evaluate(context.Background(), val, 0)
			return err
		}
		h, err := tr.Fit(context.Background(), traintest.WordOrder(100, 1), train.FitConfig{Epochs: 2, Callbacks: []train.Callback{train.CallbackFunc(hook)}})
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = h
			continue
		}
		for _, name := range []string{"loss", "accuracy"} {
			if diff := cmp.Diff(want.Values(name), h.Values(name)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
}

// TestFloat64Loss: a float64 model's loss is not rounded to float32 on its way.
func TestFloat64Loss(t *testing.T) {
	m, err := nn.Sequential{Input: nn.Features(1), Layers: []nn.Layer{nn.Dense{Units: 1, KernelInitializer: nn.Zeros()}}, Dtype: tensor.Float64}.Build()
	if err != nil {
		t.Fatal(err)
	}
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.BinaryCrossentropy{FromLogits: true}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	d := train.Data{Targets: make([]float32, 7)}
	for range d.Targets {
		d.Features = append(d.Features, []float32{1})
	}
	for _, batch := range []int{7, 3} {
		logs, err := tr.Evaluate(context.Background(), d, batch)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(logs["loss"]-math.Ln2) > 1e-12 {
			t.Errorf("batch of %d: the loss is %.17g, want %.17g", batch, logs["loss"], math.Ln2)
		}
	}
}
