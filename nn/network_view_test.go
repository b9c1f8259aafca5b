package nn

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNetwork: what a model is made of is seen, and of a block within it too.
func TestNetwork(t *testing.T) {
	f := &Functional{}
	x := f.Input("text", Tokens(4))
	embed := f.Share(Embedding{InputDim: 12, OutputDim: 3})
	h := f.Call(LSTM{Units: 2, ReturnState: true}, embed.Call(x))
	y := f.Call(Frozen{Sequential{Layers: []Layer{Dense{Units: 5}, Dense{Units: 1}}}}, h.Output(1))
	f.Output("y", y)
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	n := m.Network()
	want := []NetworkCall{
		{Layer: 0, In: []Ref{{Call: ^0}}, Shapes: []Shape{{4, 3}}},
		{Layer: 1, In: []Ref{{Call: 0}}, Shapes: []Shape{{2}, {2}, {2}}},
		{Layer: 2, In: []Ref{{Call: 1, Output: 1}}, Shapes: []Shape{{1}}},
	}
	if diff := cmp.Diff(want, n.Calls); diff != "" || n.Chain || n.Outputs[0] != (NetworkOutput{"y", Ref{Call: 2}}) {
		t.Errorf("%+v: %s", n, diff)
	}
	inner, is, err := m.Block(n.Layers[2].Layer, n.Layers[2].Name, Shape{2})
	if err != nil || !is || !inner.Chain || len(inner.Layers) != 2 || inner.Layers[1].Name != "sequential/dense_1" || inner.Layers[1].Weights()[0].Name() != "sequential/dense_1/kernel" {
		t.Errorf("%+v, %t, %v", inner, is, err)
	}
	if _, is, err := m.Block(n.Layers[1].Layer, "lstm", Shape{4, 3}); is || err != nil {
		t.Errorf("an LSTM is a block: %t, %v", is, err)
	}
	if _, _, err := m.Block(n.Layers[2].Layer, "sequential", Shape{2}, Shape{2}); err == nil {
		t.Error("a chain of two inputs")
	}
}

// TestBuildZeros: a model to be set has zeros, and no more parameters than it may.
func TestBuildZeros(t *testing.T) {
	s := Sequential{Input: Features(3, 2), Layers: []Layer{LSTM{Units: 1}}}
	m, err := s.BuildZeros(4 * (2 + 1 + 1))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range m.Weights() {
		for _, v := range w.Float64s() {
			if v != 0 {
				t.Errorf("%s has a %v", w.Name(), v)
			}
		}
	}
	if _, err := s.BuildZeros(15); err == nil || !strings.Contains(err.Error(), "has more values than the 3 that are left") {
		t.Error(err)
	}
	if _, err := textAndFeatures().BuildZeros(35); err == nil {
		t.Error("a graph was built without room")
	}
}
