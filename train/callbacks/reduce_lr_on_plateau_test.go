package callbacks_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/train/callbacks"
)

// TestReduceLROnPlateau holds the rates to those of Keras's source.
func TestReduceLROnPlateau(t *testing.T) {
	for name, c := range map[string]struct {
		hook   *callbacks.ReduceLROnPlateau
		values []float64
		want   []float64
	}{
		"patience": {&callbacks.ReduceLROnPlateau{Patience: 2, Factor: 0.5}, []float64{5, 4, 4, 4, 4, 4, 3}, []float64{1, 1, 1, 0.5, 0.5, 0.25, 0.25}},
		"cooldown": {&callbacks.ReduceLROnPlateau{Patience: 1, Factor: 0.5, Cooldown: 2}, []float64{5, 5, 5, 5, 5, 5}, []float64{1, 0.5, 0.5, 0.25, 0.25, 0.125}},
		"least":    {&callbacks.ReduceLROnPlateau{Patience: 1, Factor: 0.1, MinLR: 0.05}, []float64{5, 5, 5, 5}, []float64{1, 0.1, 0.05, 0.05}},
		"delta":    {&callbacks.ReduceLROnPlateau{Patience: 2, MinDelta: 1, Factor: 0.5}, []float64{5, 4.5, 4.1, 3}, []float64{1, 1, 0.5, 0.5}},
	} {
		if _, got := play(t, c.hook, oneWeight(t), c.values...); !cmp.Equal(got, c.want) {
			t.Errorf("%s: rates %v, want %v", name, got, c.want)
		}
	}
}
