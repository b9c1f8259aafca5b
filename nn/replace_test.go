package nn_test

import (
	"slices"
	"strings"
	"testing"

	"unroll/nn"
)

// TestReplace: the other layers keep their weights, and the model that was there too.
func TestReplace(t *testing.T) {
	m, err := nn.Sequential{Input: nn.Tokens(3), Seed: 7, Layers: []nn.Layer{
		nn.Embedding{InputDim: 5, OutputDim: 2}, nn.GRU{Units: 3}, nn.Dense{Units: 1, Activation: nn.Sigmoid},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	next, err := m.Replace("dense", nn.Dense{Units: 4, Activation: nn.Softmax})
	if err != nil {
		t.Fatal(err)
	}
	if got := next.Outputs()[0].Shape; !slices.Equal(got, nn.Shape{4}) {
		t.Errorf("the output is %v", got)
	}
	for i, l := range m.Layers()[:2] {
		for k, w := range l.Weights() {
			of := next.Layers()[i].Weights()[k]
			if of.Name() != w.Name() || !slices.Equal(of.Float64s(), w.Float64s()) {
				t.Errorf("%s is another", w.Name())
			}
			if err := of.Set(make([]float64, len(of.Float64s()))); err != nil {
				t.Fatal(err)
			}
			if slices.Equal(of.Float64s(), w.Float64s()) && i == 0 {
				t.Errorf("%s is shared", w.Name())
			}
		}
	}
	for name, c := range map[string]struct {
		layer nn.Layer
		want  string
	}{
		"head":  {nn.Dense{Units: 1}, `no layer "head"`},
		"dense": {nn.Dense{}, "replace dense: dense: units"},
	} {
		if _, err := m.Replace(name, c.layer); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}
