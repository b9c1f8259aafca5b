package ngrams_test

import (
	"context"
	"math"
	"testing"

	"unroll/train/ngrams"
)

// TestCurve: the curve goes from an eighth of the texts to all of them.
func TestCurve(t *testing.T) {
	d := data(t, both, 3, 600)
	splits := folds(t, len(d.Class), 3)
	whole := ngrams.Trial{Setting: ngrams.Setting{Block: ngrams.Both, C: 1}, Texts: 400, Score: 1, Factor: 1}
	curve, err := d.Curve(context.Background(), splits, whole)
	if err != nil {
		t.Fatal(err)
	}
	if len(curve) != 4 || curve[3] != whole {
		t.Fatalf("%+v", curve)
	}
	for i, want := range []int{50, 100, 200} {
		if n := curve[i].Texts; n < want || n > want+3 || curve[i].Setting != whole.Setting {
			t.Errorf("%+v, want about %d texts", curve[i], want)
		}
	}
}

// TestDoubling: errors that fall by a power go on falling, a flat curve stays, and one that
// falls promises nothing.
func TestDoubling(t *testing.T) {
	for name, c := range map[string]struct {
		scores []float64
		want   float64
	}{
		"power":   {[]float64{1 - 0.4, 1 - 0.4*0.8, 1 - 0.4*0.64, 1 - 0.4*0.512}, 0.4 * 0.512 * 0.2},
		"linear":  {[]float64{0.5, 0.6, 0.7, 0.8}, 0.1},
		"flat":    {[]float64{0.9, 0.9, 0.9, 0.9}, 0},
		"falling": {[]float64{0.9, 0.8, 0.7, 0.6}, 0},
		"one":     {[]float64{0.9}, 0},
	} {
		var curve []ngrams.Trial
		for _, s := range c.scores {
			curve = append(curve, ngrams.Trial{Score: s})
		}
		if got := ngrams.Doubling(curve); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
