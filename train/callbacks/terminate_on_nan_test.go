package callbacks_test

import (
	"context"
	"testing"

	"unroll/nn"
	"unroll/train"
	"unroll/train/callbacks"
	"unroll/train/optimizers"
)

// TestTerminateOnNaN names the node that was the first to lose its value.
func TestTerminateOnNaN(t *testing.T) {
	m, err := nn.Sequential{Input: nn.Features(2), Layers: []nn.Layer{nn.Dense{Units: 2}, nn.Dense{Units: 1, Activation: nn.Exponential}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.MeanSquaredError{}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	w, err := m.Weight("dense_1/kernel")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Set([]float64{1e4, 1e4}); err != nil { // e^(1e4·x) overflows
		t.Fatal(err)
	}
	w, err = m.Weight("dense/kernel")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Set([]float64{1, 1, 1, 1}); err != nil {
		t.Fatal(err)
	}
	d := train.Data{Features: [][]float32{{1, 1}, {-1, -1}}, Targets: []float32{0, 1}}
	_, err = tr.Fit(context.Background(), d, train.FitConfig{NoShuffle: true, Callbacks: []train.Callback{callbacks.TerminateOnNaN{}}})
	if want := "fit: terminate_on_nan: the loss is +Inf: dense_1: exponential (2, 1): element 0 is +Inf"; err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
}
