package callbacks_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/train"
	"unroll/train/callbacks"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

// TestEarlyStopping holds decisions to those that Keras's source makes.
func TestEarlyStopping(t *testing.T) {
	baseline := 0.5
	falling := []float64{5, 4, 3, 3.5, 3.2, 3.1, 3.05, 1}
	for name, c := range map[string]struct {
		hook    *callbacks.EarlyStopping
		values  []float64
		stopped int
		weight  float64 // at the end, the epoch that it is of
	}{
		"patience of none":  {&callbacks.EarlyStopping{}, falling, 4, 4},
		"patience":          {&callbacks.EarlyStopping{Patience: 3}, falling, 6, 6},
		"restore":           {&callbacks.EarlyStopping{Patience: 3, RestoreBest: true}, falling, 6, 3},
		"long patience":     {&callbacks.EarlyStopping{Patience: 5, RestoreBest: true}, falling, 0, 8},
		"delta":             {&callbacks.EarlyStopping{Patience: 2, MinDelta: 1.5}, []float64{5, 4, 3.9, 3}, 3, 3},
		"greater is better": {&callbacks.EarlyStopping{Patience: 2, Monitor: "val_accuracy"}, falling, 5, 5},
		"mode":              {&callbacks.EarlyStopping{Patience: 2, Mode: train.MaxMode, RestoreBest: true}, falling, 3, 1},
		"baseline":          {&callbacks.EarlyStopping{Patience: 2, Baseline: &baseline}, falling, 4, 4},
		"later":             {&callbacks.EarlyStopping{Patience: 1, StartFromEpoch: 4}, []float64{1, 2, 3, 4, 5, 6}, 6, 6},
		"NaN":               {&callbacks.EarlyStopping{Patience: 2}, []float64{math.NaN(), math.NaN(), math.NaN()}, 2, 2},
	} {
		m := oneWeight(t)
		stopped, _ := play(t, c.hook, m, c.values...)
		if w := m.Weights()[0].Float64s()[0]; stopped != c.stopped || w != c.weight {
			t.Errorf("%s: stopped after %d with the weights of %g, want %d and %g", name, stopped, w, c.stopped, c.weight)
		}
	}
}

// TestStoppedRunsStayStopped: what a hook ended goes no further when it is
// resumed, and ends with the weights of the best epoch again.
func TestStoppedRunsStayStopped(t *testing.T) {
	hook := func() train.Callback {
		return &callbacks.EarlyStopping{Monitor: "loss", MinDelta: 10, RestoreBest: true}
	}
	dir := t.TempDir()
	want, h, err := traintest.Resumable(t, dir, &optimizers.Adam{}, 9, nil, hook())
	if err != nil || len(h.Epochs) != 2 {
		t.Fatalf("%d epochs, error %v, want 2", len(h.Epochs), err)
	}
	from, err := train.LatestCheckpoint(dir)
	if err != nil || !from.Finished() {
		t.Fatalf("checkpoint %+v, error %v", from, err)
	}
	got, h, err := traintest.Resumable(t, dir, &optimizers.Adam{}, 9, from, hook())
	if err != nil || len(h.Epochs) != 2 {
		t.Errorf("%d epochs, error %v, want 2", len(h.Epochs), err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
