package explain

import (
	"context"
	"math"
	"testing"

	"unroll/nn"
	"unroll/train"
)

// TestBags: of a linear model an id's push is its weight times its embedding, all together
// they are the logit less the bias, and each sample has pushes of its own ids alone.
func TestBags(t *testing.T) {
	for name, c := range map[string]struct {
		in      nn.Input
		layers  []nn.Layer
		weights [][]float32
		linear  bool
	}{
		"linear":   {nn.Bag(), []nn.Layer{nn.EmbeddingBag{InputDim: 9, OutputDim: 1, UseBias: true, Activation: nn.Sigmoid}}, nil, true},
		"weighted": {nn.WeightedBag(), []nn.Layer{nn.EmbeddingBag{InputDim: 9, OutputDim: 1, Activation: nn.Sigmoid}}, [][]float32{{1, 2, 3, 0.5, -1}, nil, {4}}, true},
		"deep":     {nn.Bag(), []nn.Layer{nn.EmbeddingBag{InputDim: 9, OutputDim: 4, Frequency: "log", Norm: "l2", Activation: nn.Tanh}, nn.Dense{Units: 3, Activation: nn.Softmax}}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			m := built(t, c.in, c.layers...)
			d := train.Data{Tokens: [][]int32{{3, 5, 5, 8, 1}, nil, {7}}, TokenWeights: c.weights}
			e, err := New(m, Config{})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			all, err := e.Explain(context.Background(), d, 0)
			if err != nil {
				t.Fatal(err)
			}
			for i, a := range all {
				if len(a.Steps) != len(d.Tokens[i]) {
					t.Fatalf("bag %d has %d pushes, want %d", i, len(a.Steps), len(d.Tokens[i]))
				}
				if a.Gap > 1e-6 {
					t.Errorf("bag %d has a gap of %v", i, a.Gap)
				}
				if !c.linear {
					continue
				}
				w, err := m.Weight("embedding_bag/embeddings")
				if err != nil {
					t.Fatal(err)
				}
				for j, id := range d.Tokens[i] {
					want := -w.Float64s()[id] // of class 0
					if c.weights != nil {
						want *= float64(c.weights[i][j])
					}
					if math.Abs(a.Steps[j]-want) > 1e-9 {
						t.Errorf("bag %d: id %d pushes %v, want %v", i, id, a.Steps[j], want)
					}
				}
			}
			if all[1].Value != all[1].Baseline {
				t.Errorf("no ids give %v, not the baseline %v", all[1].Value, all[1].Baseline)
			}
		})
	}
}
