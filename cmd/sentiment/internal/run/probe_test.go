package run

import "testing"

func TestProbeVerdict(t *testing.T) {
	for want, c := range map[string]struct {
		losses []float64
		rate   float64
	}{
		"it learns a batch by heart; take --lr 0.01": {[]float64{0.7, 0.3, 0.01}, 0.01},
		"it has not learned a batch by heart, 50 % of the loss is left: try more --steps or another --lr; take --lr 0.01": {[]float64{0.7, 0.35}, 0.01},
		"it does not learn a batch at all: check --lr, the labels and the model; no rate makes the loss fall":             {[]float64{0.7, 0.7}, 0},
	} {
		if got := probeVerdict(c.losses, c.rate); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
