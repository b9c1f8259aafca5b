package ngrams_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"unroll/train/ngrams"
)

// every returns 0 to n − 1.
func every(n int) (rows []int) {
	for i := range n {
		rows = append(rows, i)
	}
	return rows
}

// TestWeights: the weights of a network make the same network again, and no new texts leave
// it as it is.
func TestWeights(t *testing.T) {
	for _, classes := range []int{2, 3} {
		d := data(t, both, classes, 120)
		trial := ngrams.Trial{Setting: ngrams.Setting{Block: ngrams.Both, C: 1}, Factor: 2.5}
		net, err := d.Train(context.Background(), every(60), trial)
		if err != nil {
			t.Fatal(err)
		}
		if d.From, err = ngrams.Weights(net, trial.Factor); err != nil {
			t.Fatal(err)
		}
		same, err := d.Train(context.Background(), nil, trial)
		if err != nil {
			t.Fatal(err)
		}
		was, is := predict(t, net, d.Bags), predict(t, same, d.Bags)
		for i := range was {
			if math.Abs(float64(was[i]-is[i])) > 1e-6 {
				t.Fatalf("output %d was %v, is %v", i, was[i], is[i])
			}
		}
	}
}

// TestGoOn: a model goes on with texts in which another word tells the class. It learns
// that one, and has not forgotten the old one, nor the class that the new texts lack.
func TestGoOn(t *testing.T) {
	for _, classes := range []int{2, 3} {
		for _, plain := range []bool{false, true} {
			d := data(t, both, classes, 180)
			trial := ngrams.Trial{Setting: ngrams.Setting{Block: ngrams.Both, C: 1, Plain: plain}, Factor: 3}
			net, err := d.Train(context.Background(), every(180), trial)
			if err != nil {
				t.Fatal(err)
			}
			next := d
			next.Bags, next.Class = nil, nil
			for i := range 40 {
				next.Bags = append(next.Bags, d.Grams.Encode(nil, []string{"the w1 film", "the w2 film"}[i%2]))
				next.Class = append(next.Class, int32(i%2))
			}
			if next.From, err = ngrams.Weights(net, trial.Factor); err != nil {
				t.Fatal(err)
			}
			after, err := next.Train(context.Background(), every(40), trial)
			if err != nil {
				t.Fatal(err)
			}
			given := func(y []float32) (class []int32) {
				if classes == 2 {
					for _, p := range y {
						class = append(class, int32(math.Round(float64(p))))
					}
					return class
				}
				for i := 0; i < len(y); i += classes {
					best := 0
					for k, p := range y[i : i+classes] {
						if p > y[i+best] {
							best = k
						}
					}
					class = append(class, int32(best))
				}
				return class
			}
			if got := given(predict(t, after, next.Bags)); !slices.Equal(got, next.Class) {
				t.Errorf("%d classes, plain %t: the new texts are given %v", classes, plain, got)
			}
			right := 0
			for i, class := range given(predict(t, after, d.Bags)) {
				if class == d.Class[i] {
					right++
				}
			}
			if right < 160 {
				t.Errorf("%d classes, plain %t: of 180 old texts %d are right", classes, plain, right)
			}
		}
	}
}

// TestGoOnErrors: weights of other classes, and a factor that is none.
func TestGoOnErrors(t *testing.T) {
	d := data(t, both, 3, 60)
	trial := ngrams.Trial{Setting: ngrams.Setting{Block: ngrams.Both, C: 1}, Factor: 1}
	net, err := d.Train(context.Background(), every(60), trial)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ngrams.Weights(net, 0); err == nil || !strings.Contains(err.Error(), "factor is 0") {
		t.Errorf("%v", err)
	}
	if d.From, err = ngrams.Weights(net, 1); err != nil {
		t.Fatal(err)
	}
	d.Classes = 4
	if _, err := d.Train(context.Background(), every(60), trial); err == nil || !strings.Contains(err.Error(), "3 outputs to go on from, want 4") {
		t.Errorf("%v", err)
	}
}
