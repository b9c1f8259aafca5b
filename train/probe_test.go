package train_test

import (
	"context"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

// TestProbesLeaveNothing: weights and optimizer are as before, and training goes
// on in the same bits.
func TestProbesLeaveNothing(t *testing.T) {
	fit := func(probe bool) [][]float64 {
		tr, err := train.Compile(traintest.Dropper(t, 3), train.Config{Optimizer: &optimizers.Adam{LearningRate: 0.01}, Loss: nn.BinaryCrossentropy{}})
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		d := traintest.Counting(80)
		for range 2 {
			if _, err := tr.Fit(context.Background(), d, train.FitConfig{}); err != nil {
				t.Fatal(err)
			}
			if !probe {
				continue
			}
			points, err := tr.RateRange(context.Background(), d, 1e-5, 10, 60, 8)
			if err != nil {
				t.Fatal(err)
			}
			if n := len(points); n < 10 || points[0].Rate != 1e-5 || math.Abs(points[1].Rate/points[0].Rate-math.Pow(1e6, 1.0/59)) > 1e-9 {
				t.Errorf("%d points, %v", n, points[:2])
			}
			losses, err := tr.OverfitBatch(context.Background(), d, 8, 200)
			if err != nil {
				t.Fatal(err)
			}
			if len(losses) != 200 || !(losses[199] < losses[0]/2) {
				t.Errorf("losses from %g to %g", losses[0], losses[199])
			}
		}
		return traintest.Weights(tr.Model())
	}
	if diff := cmp.Diff(fit(false), fit(true)); diff != "" {
		t.Error(diff)
	}
}

// TestRateRangeFindsTheEdge: on (3·w ∓ 1)² the distance to the minimum is
// multiplied by 1 − 18·lr in a step, which diverges from a rate of 1/9 on.
func TestRateRangeFindsTheEdge(t *testing.T) {
	m, err := nn.Sequential{Input: nn.Features(1), Layers: []nn.Layer{nn.Dense{Units: 1, NoBias: true}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.MeanSquaredError{}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	points, err := tr.RateRange(context.Background(), train.Data{Features: [][]float32{{3}, {3}}, Targets: []float32{1, -1}}, 1e-3, 10, 200, 1)
	if err != nil {
		t.Fatal(err)
	}
	last := points[len(points)-1].Rate
	if last < 1.0/9 || last > 1 {
		t.Errorf("it ended at a rate of %g, the loss grows from 1/9 on", last)
	}
	if _, err := tr.RateRange(context.Background(), train.Data{}, 1, 0.1, 10, 1); err == nil {
		t.Error("falling rates")
	}
}
