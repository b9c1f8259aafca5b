package train_test

import (
	"context"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/train"
	"unroll/train/internal/traintest"
)

// TestFitOptions: the share that is validated on, the epochs that are, the steps
// of an epoch, the first epoch, and weights of classes.
func TestFitOptions(t *testing.T) {
	d := traintest.WordOrder(100, 1)
	tr := traintest.Trainer(t, 1)
	h, err := tr.Fit(context.Background(), d, train.FitConfig{Epochs: 5, InitialEpoch: 1, ValidationSplit: 0.3, ValidationEvery: 2, StepsPerEpoch: 2, BatchSize: 10,
		Callbacks: []train.Callback{train.CallbackFunc(func(e *train.Event) error {
			if e.Batches != 2 || e.Epochs != 5 {
				t.Errorf("event %+v", e)
			}
			return nil
		})}})
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Epochs) != 4 {
		t.Fatalf("%d epochs, want 2 to 5", len(h.Epochs))
	}
	for i, e := range h.Epochs {
		if _, ok := e.Logs["val_loss"]; ok != ((i+2)%2 == 0) {
			t.Errorf("epoch %d: logs %v", i+2, e.Logs)
		}
	}
	want, err := tr.Evaluate(context.Background(), d.Slice(tr.Model(), 70, 100), 10)
	if err != nil {
		t.Fatal(err)
	}
	if got := h.Epochs[2].Logs["val_loss"]; math.IsNaN(got) {
		t.Errorf("val_loss %g", got)
	}
	h, err = tr.Fit(context.Background(), d, train.FitConfig{Epochs: 2, InitialEpoch: 2, ValidationSplit: 0.3})
	if err != nil || len(h.Epochs) != 0 {
		t.Errorf("%d epochs, error %v, want none", len(h.Epochs), err)
	}
	again, err := tr.Evaluate(context.Background(), d.Slice(tr.Model(), 70, 100), 10)
	if err != nil || !cmp.Equal(want, again) {
		t.Errorf("%v became %v, error %v", want, again, err)
	}

	// Weights by class are weights by sample.
	weighted := d
	for _, y := range d.Targets {
		weighted.Weights = append(weighted.Weights, 1+2*y)
	}
	fit := func(d train.Data, classes map[int]float64) [][]float64 {
		tr := traintest.Trainer(t, 7)
		if _, err := tr.Fit(context.Background(), d, train.FitConfig{ClassWeights: classes}); err != nil {
			t.Fatal(err)
		}
		return traintest.Weights(tr.Model())
	}
	if diff := cmp.Diff(fit(weighted, nil), fit(d, map[int]float64{1: 3})); diff != "" {
		t.Error(diff)
	}
}
