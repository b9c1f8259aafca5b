package train_test

import (
	"math"
	"slices"
	"testing"

	"unroll/nn"
	"unroll/train"
)

// TestPieces: a batch that processors share has the bits of one that a single processor
// computes, whatever its size, for rows of one length, of many, and of layers that look at
// all of a batch.
func TestPieces(t *testing.T) {
	for name, layers := range map[string][]nn.Layer{
		"lstm":  {nn.Embedding{InputDim: 50, OutputDim: 32, MaskZero: true}, nn.LSTM{Units: 32}},
		"bigru": {nn.Embedding{InputDim: 50, OutputDim: 32}, nn.Bidirectional{Layer: nn.GRU{Units: 24}}},
		"conv":  {nn.Embedding{InputDim: 50, OutputDim: 32}, nn.Conv1D{Filters: 32, KernelSize: 5}, nn.GlobalMaxPooling1D{}},
		"norm":  {nn.Embedding{InputDim: 50, OutputDim: 32}, nn.BatchNormalization{}, nn.SimpleRNN{Units: 48}},
	} {
		m, err := nn.Sequential{Input: nn.Tokens(nn.Any), Layers: append(layers, nn.Dense{Units: 3, Activation: nn.Softmax}), Seed: 3}.Build()
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{1, 15, 16, 33, 150} {
			d := train.Data{Padding: &train.Padding{MaxLen: 60}}
			for i := range n {
				ids := make([]int32, 20+i*7%41)
				for j := range ids {
					ids[j] = int32(1 + (i*13+j*5)%49)
				}
				d.Tokens = append(d.Tokens, ids)
				d.Targets = append(d.Targets, float32(i%3))
			}
			var want []float32
			for _, shards := range []int{1, 0, 3} {
				c := train.Config{Loss: nn.SparseCategoricalCrossentropy{}, Shards: shards}
				tr, err := train.Compile(m, c)
				if err != nil {
					t.Fatal(err)
				}
				got, err := tr.Predict(t.Context(), d, n)
				if err != nil {
					t.Fatal(err)
				}
				logs, err := tr.Evaluate(t.Context(), d, n)
				if err != nil || math.IsNaN(logs["loss"]) {
					t.Errorf("%s, %d rows, %d shards: %v, error %v", name, n, shards, logs, err)
				}
				if err := tr.Close(); err != nil {
					t.Fatal(err)
				}
				if want == nil {
					want = got
				} else if !slices.Equal(got, want) {
					t.Errorf("%s, %d rows, %d shards: other bits than in one piece", name, n, shards)
				}
			}
		}
	}
}
