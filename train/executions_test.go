package train_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/nn"
	"unroll/train"
	"unroll/train/internal/traintest"
	"unroll/train/optimizers"
)

// TestExecutionsTrainAlike trains float32 models unrolled, looped and fused: a
// simple recurrence does the same operations in the same order in all three, so
// the weights have the same bits. (Training is chaotic: a difference of one
// rounding grows until the curves of two runs differ.)
func TestExecutionsTrainAlike(t *testing.T) {
	models := map[string][]nn.Layer{
		"onehot":    {nn.OneHot{Depth: 10}, nn.SimpleRNN{Units: 33}, nn.Dense{Units: 1, Activation: nn.Sigmoid}},
		"embedding": {nn.Embedding{InputDim: 10, OutputDim: 5}, nn.SimpleRNN{Units: 8}, nn.Dense{Units: 1, Activation: nn.Sigmoid}},
		"stacked": {nn.Embedding{InputDim: 10, OutputDim: 5}, nn.SimpleRNN{Units: 4, ReturnSequences: true},
			nn.SimpleRNN{Units: 9, Activation: nn.Sigmoid}, nn.Dense{Units: 1, Activation: nn.Sigmoid}},
	}
	for name, layers := range models {
		t.Run(name, func(t *testing.T) {
			var want [][]float64
			for _, exec := range []nn.Execution{nn.Unrolled, nn.Looped, nn.Fused} {
				m, err := nn.Sequential{Input: nn.Tokens(6), Layers: layers, Seed: 3}.Build()
				if err != nil {
					t.Fatal(err)
				}
				tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.Adam{}, Loss: nn.BinaryCrossentropy{}, Execution: exec})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := tr.Fit(context.Background(), traintest.WordOrder(100, 1), train.FitConfig{Epochs: 3}); err != nil {
					t.Fatal(err)
				}
				got := traintest.Weights(m)
				if want == nil {
					want = got
				} else if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: the weights differ from those of the unrolled training:\n%s", exec, diff)
				}
			}
		})
	}
}

// TestGatedExecutionsTrainAlike trains LSTM and GRU in all executions, whose
// bits differ where a fused operation rounds otherwise: the losses agree.
func TestGatedExecutionsTrainAlike(t *testing.T) {
	layers := map[string]nn.Layer{
		"lstm":             nn.LSTM{Units: 8},
		"lstm backwards":   nn.LSTM{Units: 5, GoBackwards: true},
		"gru":              nn.GRU{Units: 8},
		"gru reset before": nn.GRU{Units: 8, ResetBefore: true},
	}
	for name, layer := range layers {
		for _, masked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/masked=%t", name, masked), func(t *testing.T) {
				d := traintest.WordOrder(100, 1)
				for i, x := range d.Tokens {
					clear(x[:i%len(x)]) // padding in front
				}
				var want []float64
				for _, exec := range []nn.Execution{nn.Unrolled, nn.Looped, nn.Auto} {
					m, err := nn.Sequential{Input: nn.Tokens(6), Seed: 3, Layers: []nn.Layer{
						nn.Embedding{InputDim: 10, OutputDim: 5, MaskZero: masked}, layer, nn.Dense{Units: 1, Activation: nn.Sigmoid},
					}}.Build()
					if err != nil {
						t.Fatal(err)
					}
					tr, err := train.Compile(m, train.Config{Optimizer: &optimizers.Adam{LearningRate: 0.01}, Loss: nn.BinaryCrossentropy{}, Execution: exec})
					if err != nil {
						t.Fatal(err)
					}
					defer tr.Close()
					h, err := tr.Fit(context.Background(), d, train.FitConfig{Epochs: 3})
					if err != nil {
						t.Fatal(err)
					}
					got := h.Values("loss")
					if want == nil {
						want = got
						if !(want[2] < want[0]) {
							t.Errorf("nothing was learned: the losses are %v", want)
						}
					}
					for i := range want {
						if !(math.Abs(got[i]-want[i]) <= 1e-3) {
							t.Errorf("%q: the losses are %v, unrolled %v", exec, got, want)
							break
						}
					}
				}
			})
		}
	}
}
