package ngrams_test

import (
	"context"
	"math"
	"testing"

	"unroll/train/ngrams"
)

// TestGrow: with more classes the probabilities of the old ones are nearly what they were,
// and the new one is learned from texts of its own and of the others.
func TestGrow(t *testing.T) {
	for _, classes := range []int{2, 3} {
		d := data(t, both, classes+1, 240)
		var old, all []int
		for i, c := range d.Class {
			if int(c) < classes {
				old = append(old, i)
			}
			all = append(all, i)
		}
		before := d
		before.Classes = classes
		trial := ngrams.Trial{Setting: ngrams.Setting{Block: ngrams.Both, C: 1}, Factor: 3}
		net, err := before.Train(context.Background(), old, trial)
		if err != nil {
			t.Fatal(err)
		}
		grown, factor, err := ngrams.Grow(net, trial.Factor, classes+1)
		if err != nil {
			t.Fatal(err)
		}
		was, is := predict(t, net, d.Bags), predict(t, grown, d.Bags)
		for i := range d.Bags {
			p := is[i*(classes+1) : (i+1)*(classes+1)]
			for k := range classes {
				want := float64(was[i*len(was)/len(d.Bags)+min(k, len(was)/len(d.Bags)-1)])
				if classes == 2 && k == 0 {
					want = 1 - want
				}
				if math.Abs(float64(p[k])-want) > 0.001 {
					t.Fatalf("%d classes: text %d is %v, was %v of class %d", classes, i, p, want, k)
				}
			}
			if p[classes] > 0.001 {
				t.Fatalf("%d classes: text %d has %v of the new one", classes, i, p[classes])
			}
		}
		if d.From, err = ngrams.Weights(grown, factor); err != nil {
			t.Fatal(err)
		}
		trial.Factor = factor
		after, err := d.Train(context.Background(), all[:60], trial)
		if err != nil {
			t.Fatal(err)
		}
		right, y := 0, predict(t, after, d.Bags)
		for i, c := range d.Class[60:] {
			p := y[(60+i)*(classes+1):]
			best := true
			for k := range classes + 1 {
				best = best && p[k] <= p[c]
			}
			if best {
				right++
			}
		}
		if right < 170 {
			t.Errorf("%d classes: of 180 texts %d are right", classes, right)
		}
	}
}

// TestGrowErrors: numbers have no classes, and fewer are none more.
func TestGrowErrors(t *testing.T) {
	for name, c := range map[string][2]int{"numbers": {0, 3}, "as many": {3, 3}, "two": {2, 2}} {
		net, err := ngrams.Network(4, 2, c[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := ngrams.Grow(net, 1, c[1]); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
