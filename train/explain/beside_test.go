package explain

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"

	"unroll/nn"
	"unroll/train"
)

// TestExplainBeside: features beside a text push by what they weigh, and with the words'
// pushes they sum up to the logit; of a bag and of a sequence, of two classes and of more.
func TestExplainBeside(t *testing.T) {
	for name, c := range map[string]struct {
		in    nn.Input
		layer nn.Layer
		head  nn.Dense
	}{
		"bag":      {nn.Bag(), nn.EmbeddingBag{InputDim: 9, OutputDim: 3}, nn.Dense{Units: 1, Activation: nn.Sigmoid}},
		"sequence": {nn.Tokens(5), nn.CategoryEncoding{NumTokens: 9, OutputMode: "count", MaskZero: true}, nn.Dense{Units: 3, Activation: nn.Softmax}},
	} {
		t.Run(name, func(t *testing.T) {
			f := &nn.Functional{Seed: 1}
			words, beside := f.Input("text", c.in), f.Input("columns", nn.Features(2))
			f.Output("y", f.Call(c.head, f.Call(nn.Concatenate{}, f.Call(c.layer, words), beside)))
			m, err := f.Build()
			if err != nil {
				t.Fatal(err)
			}
			x, err := New(m, Config{})
			if err != nil {
				t.Fatal(err)
			}
			defer x.Close()
			features := [][]float32{{0.5, -2}, {0, 3}}
			all, err := x.Explain(t.Context(), train.Data{Inputs: map[string]train.Samples{
				"text":    {Tokens: [][]int32{{1, 2, 3}, {4}}, Padding: &train.Padding{MaxLen: 5}},
				"columns": {Features: features},
			}}, Predicted)
			if name == "bag" {
				all, err = x.Explain(t.Context(), train.Data{Inputs: map[string]train.Samples{
					"text": {Tokens: [][]int32{{1, 2, 3}, {4}}}, "columns": {Features: features},
				}}, Predicted)
			}
			if err != nil {
				t.Fatal(err)
			}
			w, err := m.Weight("dense/kernel")
			if err != nil {
				t.Fatal(err)
			}
			kernel, units := w.Float64s(), c.head.Units
			for i, a := range all {
				if len(a.Beside) != 1 || len(a.Beside[0]) != 2 || a.Gap > 1e-5 {
					t.Fatalf("%+v", a)
				}
				unit, sign := a.Class, 1.0
				if units == 1 {
					unit, sign = 0, float64(2*a.Class-1)
				}
				for k, push := range a.Beside[0] {
					want := sign * float64(features[i][k]) * kernel[(len(kernel)/units-2+k)*units+unit]
					if math.Abs(push-want) > 1e-5 {
						t.Errorf("text %d: feature %d pushes %v, want %v", i, k, push, want)
					}
				}
				if rest := a.Value - a.Baseline - floats.Sum(a.Beside[0]) - floats.Sum(a.Steps); math.Abs(rest) > 1e-5 {
					t.Errorf("text %d: %v is left of %+v", i, rest, a)
				}
			}
		})
	}
}

// TestExplainBesideRefuses an input after the first that is a sequence.
func TestExplainBesideRefuses(t *testing.T) {
	f := &nn.Functional{}
	a, b := f.Input("a", nn.Features(2)), f.Input("b", nn.Features(3, 2))
	f.Output("y", f.Call(nn.Dense{Units: 1}, f.Call(nn.Concatenate{}, a, f.Call(nn.Flatten{}, b))))
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(m, Config{}); err == nil || err.Error() != "explain: of several inputs all but the first must be features of no sequence" {
		t.Errorf("error %v", err)
	}
}
