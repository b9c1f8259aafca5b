package train_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"unroll/nn"
	"unroll/train"
	"unroll/train/optimizers"
)

// TestIgnoredClassesAreMasked: rows of the class that is ignored have no part in
// loss, denominator, gradients and metrics, as if they were masked, whatever the
// class and with a mask beside it. Keras: ignore_class.
func TestIgnoredClassesAreMasked(t *testing.T) {
	for _, ignored := range []int{-1, 0, 2, 255} {
		for _, shards := range []int{1, 3} {
			d := classSteps()
			masked := classSteps()
			for i := range d.Targets {
				out := i%4 == 1 || i/4 == 2
				if ignored >= 0 && ignored < 3 {
					out = int(d.Targets[i]) == ignored
				} else if out {
					d.Targets[i] = float32(ignored)
				}
				if out { // the mask says the same, and so the target may be anything
					masked.Tokens[i/4][i%4], masked.Targets[i] = 0, float32(math.NaN())
				}
			}
			got, weights := trainOn(t, stepsClassifier(t, false), nn.SparseCategoricalCrossentropy{IgnoreClass: new(ignored)}, d, shards, train.FitConfig{NoShuffle: true})
			want, maskedWeights := trainOn(t, stepsClassifier(t, true), nn.SparseCategoricalCrossentropy{}, masked, shards, train.FitConfig{NoShuffle: true})
			// The embedding of word 0 differs from those of the words that were ignored, but neither is trained.
			close6(t, "ignored", got, want, weights[1:], maskedWeights[1:])
		}
	}
}

// TestTargetsThatDoNotCount may be anything: at weight 0, for samples and for
// steps, and where the mask is 0. Where they count they are an error.
func TestTargetsThatDoNotCount(t *testing.T) {
	for _, odd := range []float32{-1, 3, 255, 0.5, float32(math.NaN()), float32(math.Inf(1))} {
		for _, how := range []string{"steps", "samples", "mask"} {
			make2 := func(target float32) train.Data {
				d := classSteps()
				for i := range d.Targets {
					out := i%5 == 1
					switch how {
					case "steps":
						d.Weights = append(d.Weights, 2)
						if out {
							d.Weights[i] = 0
						}
					case "samples":
						out = i/4 == 1
						if d.Weights == nil {
							d.Weights = []float32{1, 0, 2, 3, 1, 1}
						}
					case "mask":
						if out {
							d.Tokens[i/4][i%4] = 0
						}
					}
					if out {
						d.Targets[i] = target
					}
				}
				return d
			}
			got, weights := trainOn(t, stepsClassifier(t, how == "mask"), nn.SparseCategoricalCrossentropy{}, make2(odd), 2, train.FitConfig{ClassWeights: map[int]float64{1: 3}})
			want, wantWeights := trainOn(t, stepsClassifier(t, how == "mask"), nn.SparseCategoricalCrossentropy{}, make2(1), 2, train.FitConfig{ClassWeights: map[int]float64{1: 3}})
			delete(want, "accuracy") // a target that cannot be computed with has no accuracy
			close6(t, how, got, want, weights, wantWeights)

			d := make2(odd)
			d.Targets[8] = odd
			tr, err := train.Compile(stepsClassifier(t, how == "mask"), train.Config{Optimizer: &optimizers.SGD{}, Loss: nn.SparseCategoricalCrossentropy{}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tr.Fit(context.Background(), d, train.FitConfig{}); err == nil || !strings.Contains(err.Error(), "data: sample 2: target") {
				t.Errorf("%s: target %v that counts: error %v", how, odd, err)
			}
			if _, err := tr.Evaluate(context.Background(), d, 2); err == nil || !strings.Contains(err.Error(), "data: sample 2: target") {
				t.Errorf("%s: target %v that counts: error %v", how, odd, err)
			}
			tr.Close()
		}
	}
}
