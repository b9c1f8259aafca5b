package nn

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"unroll/graph"
)

// TestPaddingChangesNothing: of models whose layers leave masked steps out, padding on
// either side changes neither an output nor a gradient, whatever vector the padding has.
func TestPaddingChangesNothing(t *testing.T) {
	for name, layers := range map[string][]Layer{
		"convolutions": {ConvMaxPooling1D{Filters: 3, KernelSizes: []int{1, 2, 4}, Activation: Relu}},
		"of words":     {TokenConvMaxPooling1D{InputDim: 9, Filters: 3, KernelSizes: []int{1, 2, 4}, EmbeddingsInitializer: Uniform(1)}},
		"gru":          {Bidirectional{Layer: GRU{Units: 2, ReturnSequences: true}}, GlobalMaxPooling1D{Masked: true}},
		"stacked": {Bidirectional{Layer: LSTM{Units: 2, ReturnSequences: true}}, Bidirectional{Layer: SimpleRNN{Units: 2, ReturnSequences: true}},
			GlobalMaxPooling1D{Masked: true}},
	} {
		if _, words := layers[0].(TokenConvMaxPooling1D); !words {
			layers = append([]Layer{Embedding{InputDim: 9, OutputDim: 3, MaskZero: true, EmbeddingsInitializer: Uniform(1)}}, layers...)
		}
		layers = append(layers, Dense{Units: 1})
		m, err := Sequential{Input: Tokens(Any), Layers: layers, Dtype: tensor.Float64, Seed: 3}.Build()
		if err != nil {
			t.Fatal(name, err)
		}
		r := rand.New(rand.NewPCG(1, 2))
		for range 20 {
			text := make([]int32, r.IntN(6))
			for i := range text {
				text[i] = 1 + r.Int32N(8)
			}
			before, behind := r.IntN(5), r.IntN(20)
			want := lossAndGradients(t, m, slices.Concat(text, make([]int32, max(0, 1-len(text)))))
			got := lossAndGradients(t, m, slices.Concat(make([]int32, before), text, make([]int32, max(behind, 1-len(text)-before))))
			for i, v := range want {
				if d := got[i] - v; !(d < 1e-12 && d > -1e-12) {
					t.Errorf("%s: %v, and %d steps of padding before and %d behind: value %d is %v, want %v", name, text, before, behind, i, got[i], v)
					break
				}
			}
		}
	}
}

// lossAndGradients are the output of one text and its gradient by all weights.
func lossAndGradients(t *testing.T, m *Model, ids []int32) []float64 {
	t.Helper()
	p, err := m.Forward(Train, Auto, 1, len(ids))
	if err != nil {
		t.Fatal(err)
	}
	copy(p.Inputs[0].X.Int32s(), ids)
	y := p.Sum(p.Outputs[0].Node)
	nodes := []*graph.Node{y}
	var weights []*graph.Node
	for _, w := range m.Weights() {
		weights = append(weights, p.WeightNode(w))
	}
	nodes = append(nodes, p.Grad(y, weights...)...)
	prog, err := p.Compile(nodes...)
	if err != nil {
		t.Fatal(err)
	}
	defer prog.Close()
	if err := prog.Run(); err != nil {
		t.Fatal(err)
	}
	var all []float64
	for _, n := range nodes {
		all = append(all, floatsOf(t, prog, n)...)
	}
	return all
}
