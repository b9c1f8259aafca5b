package train

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unroll/nn"
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
				tr, err := Compile(m, Config{Optimizer: &Adam{}, Loss: nn.BinaryCrossentropy{}, Execution: exec})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := tr.Fit(context.Background(), wordOrder(100, 1), FitConfig{Epochs: 3}); err != nil {
					t.Fatal(err)
				}
				got := weightsOf(m)
				if want == nil {
					want = got
				} else if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: the weights differ from those of the unrolled training:\n%s", exec, diff)
				}
			}
		})
	}
}
