package nn

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLayersByName: each layer is found by its name, with its weights in the
// order of Keras's get_weights.
func TestLayersByName(t *testing.T) {
	m, err := Sequential{Input: Tokens(4), Batch: 2, Layers: []Layer{
		Embedding{InputDim: 12, OutputDim: 3},
		Named{"encoder", Sequential{Layers: []Layer{Bidirectional{Layer: GRU{Units: 2, Stateful: true}}, BatchNormalization{}}}},
		Frozen{Dense{Units: 2}}, Dense{Units: 1},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, typ, shape string
		weights          []string
	}{
		{"embedding", "Embedding", "(None, 4, 3)", []string{"embedding/embeddings"}},
		{"encoder", "Sequential", "(None, 4)", []string{
			"encoder/bidirectional/forward/kernel", "encoder/bidirectional/forward/recurrent_kernel", "encoder/bidirectional/forward/bias",
			"encoder/bidirectional/backward/kernel", "encoder/bidirectional/backward/recurrent_kernel", "encoder/bidirectional/backward/bias",
			"encoder/batch_normalization/gamma", "encoder/batch_normalization/beta",
			"encoder/batch_normalization/moving_mean", "encoder/batch_normalization/moving_variance"}},
		{"encoder/batch_normalization", "BatchNormalization", "(None, 4)", []string{
			"encoder/batch_normalization/gamma", "encoder/batch_normalization/beta",
			"encoder/batch_normalization/moving_mean", "encoder/batch_normalization/moving_variance"}},
		{"dense", "Dense", "(None, 2)", []string{"dense/kernel", "dense/bias"}},
		{"dense_1", "Dense", "(None, 1)", []string{"dense_1/kernel", "dense_1/bias"}},
	} {
		l, err := m.Layer(c.name)
		if err != nil {
			t.Error(err)
			continue
		}
		var names []string
		for _, w := range l.Weights() {
			names = append(names, w.Name())
			if of, err := m.Weight(w.Name()); err != nil || of != w {
				t.Errorf("%s is not the model's own (error %v)", w.Name(), err)
			}
		}
		if l.Name != c.name || l.Type != c.typ || l.Outputs[0].String() != c.shape || !slices.Equal(names, c.weights) {
			t.Errorf("%s is %s %s %v with %v, want %s %s with %v", c.name, l.Name, l.Type, l.Outputs, names, c.typ, c.shape, c.weights)
		}
		for _, err := range []error{l.SetWeights(nil), l.SetWeights(make([][]float64, len(c.weights)))} {
			if err == nil {
				t.Errorf("%s: weights of other sizes were set", c.name)
			}
		}
	}
	for want, name := range map[string]string{
		`the model has no layer "gru", but embedding, encoder, dense, dense_1`:                                     "gru",
		`the model has no layer "encoder/gru", but encoder/bidirectional, encoder/batch_normalization`:             "encoder/gru",
		`the model has no layer "dense/kernel": dense is no block, but a Dense`:                                    "dense/kernel",
		`the model has no layer "encoder/bidirectional/x": encoder/bidirectional is no block, but a Bidirectional`: "encoder/bidirectional/x",
		`the model has no layer "", but embedding, encoder, dense, dense_1`:                                        "",
	} {
		if _, err := m.Layer(name); err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
}

// TestSetWeights: all are set, or, if one does not fit, none.
func TestSetWeights(t *testing.T) {
	m, err := Sequential{Input: Features(2), Layers: []Layer{Dense{Units: 1}}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	l, err := m.Layer("dense")
	if err != nil {
		t.Fatal(err)
	}
	before := weightBits(m)
	for want, values := range map[string][][]float64{
		"dense: 1 weights, the layer has 2":        {{1, 2}},
		"dense/bias: 2 values for a weight of 1":   {{1, 2}, {3, 4}},
		"dense/kernel: 3 values for a weight of 2": {{1, 2, 3}, {4}},
	} {
		if err := l.SetWeights(values); err == nil || err.Error() != want || !cmp.Equal(before, weightBits(m)) {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
	if err := l.SetWeights([][]float64{{1, -2}, {3}}); err != nil {
		t.Fatal(err)
	}
	if a, b := m.Weights()[0].Float64s(), m.Weights()[1].Float64s(); !slices.Equal(a, []float64{1, -2}) || !slices.Equal(b, []float64{3}) {
		t.Errorf("the weights are %v and %v", a, b)
	}
}

// TestSubModels: every layer of every model in the table can be the end of a
// sub-model with the same weights under the same names, which is saved and loaded
// like any model; up to its own end it computes what the model does.
func TestSubModels(t *testing.T) {
	for _, c := range layerCases() {
		t.Run(c.name, func(t *testing.T) {
			m := c.model(t)
			for i, call := range m.calls {
				if _, ids := m.rows[call.layer].layer.(WordDropout); ids {
					continue // it gives ids, which are no output of a model
				}
				for k := range m.shapes[i] {
					name := m.nameOf(ref{i, k})
					sub, err := m.SubModel(name)
					if err != nil {
						t.Fatal(err)
					}
					if got := sub.Outputs(); len(got) != 1 || !got[0].Shape.Eq(m.shapes[i][k]) {
						t.Fatalf("%s: the outputs are %v, want %v", name, got, m.shapes[i][k])
					}
					for _, w := range sub.weights.list {
						if of, err := m.Weight(w.Name()); err != nil || of != w {
							t.Errorf("%s: %s is not the model's own (error %v)", name, w.Name(), err)
						}
					}
					if _, err := sub.Layer(m.rows[call.layer].name); err != nil {
						t.Errorf("%s: %v", name, err)
					}
					dir := t.TempDir()
					if err := sub.Save(dir); err != nil {
						t.Fatal(err)
					}
					loaded, err := Load(dir)
					if err != nil {
						t.Fatal(err)
					}
					if a, b := c.outputs(t, sub, Infer, 1), c.outputs(t, loaded, Infer, 1); !slices.Equal(a, b) {
						t.Errorf("%s: loaded it gives %v, want %v", name, b, a)
					}
				}
			}
			var all []string
			for _, o := range m.outputs {
				all = append(all, m.nameOf(o.from))
			}
			whole, err := m.SubModel(slices.Compact(all)...)
			if err != nil {
				t.Fatal(err)
			}
			if a, b := c.outputs(t, m, Infer, 1), c.outputs(t, whole, Infer, 1); !slices.Equal(a, b) {
				t.Errorf("up to its end it gives %v, want %v", b, a)
			}
		})
	}
}

// TestSubModelNames: a layer keeps its name where those before it that have the
// same type are gone, and inputs that are not needed go.
func TestSubModelNames(t *testing.T) {
	f := &Functional{}
	left, right := f.Input("left", Features(2)), f.Input("right", Features(2))
	x := f.Call(Dense{Units: 2}, left)
	y := f.Call(Dense{Units: 3}, right)
	z := f.Call(Frozen{Dense{Units: 4}}, y)
	f.Output("a", x)
	f.Output("b", z)
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	sub, err := m.SubModel("dense_2", "dense_1")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, in := range sub.Inputs() {
		got = append(got, in.Name)
	}
	for _, w := range sub.weights.list {
		got = append(got, w.Name())
	}
	for _, o := range sub.Outputs() {
		got = append(got, o.Name)
	}
	want := "right dense_1/kernel dense_1/bias dense_2/kernel dense_2/bias dense_2 dense_1"
	if strings.Join(got, " ") != want {
		t.Errorf("it has %v, want %s", got, want)
	}
	for want, names := range map[string][]string{
		"sub-model: no outputs": nil,
		`sub-model: the model has no layer "gru", but dense, dense_1, dense_2`: {"dense", "gru"},
		`sub-model: functional: output name "dense" is empty or taken`:         {"dense", "dense"},
	} {
		if _, err := m.SubModel(names...); err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
}
