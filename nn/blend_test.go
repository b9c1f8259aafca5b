package nn

import (
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
)

// TestBlendsOfTheInputChangeNothing: with weights of 1 a pass gives Forward's bits.
func TestBlendsOfTheInputChangeNothing(t *testing.T) {
	embedding := Embedding{InputDim: 6, OutputDim: 3}
	masked := embedding
	masked.MaskZero = true
	for name, layers := range map[string][]Layer{
		"embedding":             {embedding, LSTM{Units: 2}},
		"embedding masked":      {masked, SimpleRNN{Units: 2}},
		"embedding of more ids": {Embedding{InputDim: 90, OutputDim: 3}, GRU{Units: 2}}, // rows times kernel, not table
		"one-hot":               {OneHot{Depth: 6}, SimpleRNN{Units: 2}},
		"one-hot, dense":        {OneHot{Depth: 6}, Conv1D{Filters: 2, KernelSize: 2}, Flatten{}},
		"multi-hot":             {CategoryEncoding{NumTokens: 6}, Dense{Units: 2}},
		"counts":                {CategoryEncoding{NumTokens: 6, OutputMode: "count", MaskZero: true}, Dense{Units: 2}},
	} {
		for _, dt := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
			m, err := Sequential{Input: Tokens(5), Layers: layers, Dtype: dt}.Build()
			if err != nil {
				t.Fatal(err)
			}
			ids := []int32{0, 3, 0, 2, 5, 2, 1, 4, 2, 2} // of samples 0, 1, 0, 1, ...
			p, err := m.Blended(Auto, 2, 5)
			if err != nil {
				t.Fatal(err)
			}
			weights := p.Inputs[0].Blend
			for i := range graph.Floats[float32](weights) {
				graph.Floats[float32](weights)[i] = 1
			}
			for i := range graph.Floats[float64](weights) {
				graph.Floats[float64](weights)[i] = 1
			}
			if want, got := predictIDs(t, m, ids...), outputFor(t, p, ids...); !slices.Equal(want, got) {
				t.Errorf("%s %v: the output is %v, Forward's is %v", name, dt, got, want)
			}
		}
	}
}

// TestBlendsOfTheBaselinePad: with weights of 0 every word is padding.
func TestBlendsOfTheBaselinePad(t *testing.T) {
	m, err := Sequential{Input: Tokens(3), Layers: []Layer{Embedding{InputDim: 6, OutputDim: 3}, LSTM{Units: 2}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.Blended(Auto, 1, 3)
	if err != nil {
		t.Fatal(err)
	}
	if want, got := predictIDs(t, m, 0, 0, 0), outputFor(t, p, 3, 5, 1); !slices.Equal(want, got) {
		t.Errorf("the output is %v, of padding %v", got, want)
	}
}
