package nn

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/tensor"
)

func weightsOf(t *testing.T, s Sequential) map[string][]float64 {
	t.Helper()
	m, err := s.Build()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]float64{}
	for _, w := range m.Weights() {
		all[w.Name()] = w.Float64s()
	}
	return all
}

func TestSeeds(t *testing.T) {
	s := embeddingModel(10, 4, 3, 2)
	s.Seed = 1
	one, again := weightsOf(t, s), weightsOf(t, s)
	if diff := cmp.Diff(one, again); diff != "" {
		t.Errorf("the same seed gives other values: %s", diff)
	}
	s.Seed = 2
	two := weightsOf(t, s)
	for path, x := range one {
		constant := path == "simple_rnn/bias" || path == "dense/bias"
		if cmp.Equal(x, two[path]) != constant {
			t.Errorf("%s: seeds 1 and 2 give %v and %v", path, x, two[path])
		}
	}
}

// TestWeightsOfOneShapeDiffer: a stream that were seeded by the seed alone
// would give both layers the same kernel.
func TestWeightsOfOneShapeDiffer(t *testing.T) {
	all := weightsOf(t, Sequential{Input: Features(3), Layers: []Layer{Dense{Units: 3}, Dense{Units: 3}}})
	if cmp.Equal(all["dense/kernel"], all["dense_1/kernel"]) {
		t.Error("two layers begin with the same kernel")
	}
}

// TestAddingALayerLeavesTheOthersValues also holds for the element type: a
// model in float64 begins where its float32 twin does, up to rounding.
func TestAddingALayerLeavesTheOthersValues(t *testing.T) {
	small := Sequential{Input: Features(4, 3), Layers: []Layer{SimpleRNN{Units: 3, ReturnSequences: true}, Dense{Units: 2}}}
	before := weightsOf(t, small)

	large := small
	large.Layers = []Layer{Activation{Func: Tanh}, small.Layers[0], SimpleRNN{Units: 3, ReturnSequences: true}, small.Layers[1], Dense{Units: 1}}
	after := weightsOf(t, large)
	for path, x := range before {
		if diff := cmp.Diff(x, after[path]); diff != "" {
			t.Errorf("%s changed: %s", path, diff)
		}
	}

	double := small
	double.Dtype = tensor.Float64
	for path, x := range weightsOf(t, double) {
		closeTo(t, path, before[path], x, 1e-7)
	}
}
