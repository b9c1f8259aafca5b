package nn

import "testing"

// TestFollows: an output has the steps of an input if its layers keep them, and not
// because the numbers are equal.
func TestFollows(t *testing.T) {
	sequences := func(units int) Layer { return LSTM{Units: units, ReturnSequences: true} }
	embedding := Embedding{InputDim: 5, OutputDim: 2}
	for name, c := range map[string]struct {
		layers []Layer
		want   bool
	}{
		"dense":        {[]Layer{embedding, Dense{Units: 3}}, true},
		"recurrent":    {[]Layer{embedding, sequences(3), TimeDistributed{Layer: Dense{Units: 1}}}, true},
		"both ways":    {[]Layer{embedding, Bidirectional{Layer: sequences(3)}}, true},
		"last":         {[]Layer{embedding, LSTM{Units: 3}}, false},
		"decoder":      {[]Layer{embedding, GRU{Units: 3}, RepeatVector{N: 4}, sequences(2)}, false},
		"same":         {[]Layer{embedding, Conv1D{Filters: 2, KernelSize: 3, Padding: "same"}}, true},
		"valid":        {[]Layer{embedding, Conv1D{Filters: 2, KernelSize: 3}}, false},
		"strided":      {[]Layer{embedding, Conv1D{Filters: 2, KernelSize: 1, Strides: 2}}, false},
		"pool":         {[]Layer{embedding, MaxPooling1D{}}, false},
		"block":        {[]Layer{embedding, Sequential{Layers: []Layer{sequences(3), Dense{Units: 1}}}}, true},
		"frozen block": {[]Layer{Frozen{Layer: embedding}, Frozen{Layer: Sequential{Layers: []Layer{sequences(3)}}}}, true},
	} {
		for _, steps := range []int{Any, 4} {
			m, err := Sequential{Input: Tokens(steps), Layers: c.layers}.Build()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			params := m.Params()
			if got := m.Follows(0, 0); got != c.want || m.Params() != params {
				t.Errorf("%s of %d steps: %v, want %v; %d parameters, were %d", name, steps, got, c.want, m.Params(), params)
			}
		}
	}
}

// TestFollowsOfSeveral: of an encoder and a decoder, and of inputs that are added.
func TestFollowsOfSeveral(t *testing.T) {
	f := &Functional{}
	a, b := f.Input("a", Features(Any, 2)), f.Input("b", Features(Any, 2))
	state := f.Call(LSTM{Units: 3, ReturnState: true}, a)
	f.Output("decoded", f.Call(LSTM{Units: 3, ReturnSequences: true}, b, state.Output(1), state.Output(2)))
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	if m.Follows(0, 0) || !m.Follows(0, 1) {
		t.Errorf("the decoder follows the encoder's input: %v, its own: %v", m.Follows(0, 0), m.Follows(0, 1))
	}
	f = &Functional{}
	x, y, z := f.Input("x", Features(6, 2)), f.Input("y", Features(6, 2)), f.Input("z", Features(2))
	f.Output("sum", f.Call(Add{}, x, y))
	f.Output("features", f.Call(Dense{Units: 1}, z))
	if m, err = f.Build(); err != nil {
		t.Fatal(err)
	}
	for o, want := range [][]bool{{true, true, false}, {false, false, false}} {
		for i := range want {
			if m.Follows(o, i) != want[i] {
				t.Errorf("output %d follows input %d: %v", o, i, m.Follows(o, i))
			}
		}
	}
}
