package nn

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/tensor"
)

// described is the case as a description of a graph.
func (c layerCase) described() *Functional {
	if c.describe != nil {
		return c.describe().plain()
	}
	f := &Functional{}
	x := f.Input("input", c.input)
	for _, l := range c.layers {
		x = f.Call(l, x)
	}
	f.Output("output", x)
	return f
}

// TestBlocksHandOnEverything: every model of the table computes the same as a
// block of another one, and as the layer that AsLayer makes of it: values, masks,
// logits, states and losses.
func TestBlocksHandOnEverything(t *testing.T) {
	for _, c := range layerCases() {
		t.Run(c.name, func(t *testing.T) {
			plain := c.model(t)
			around := func(block Layer) *Model {
				f := &Functional{Dtype: tensor.Float64, Batch: c.batch, Seed: 7}
				var in []Symbol
				for _, x := range plain.Inputs() {
					in = append(in, f.Input(x.Name, x))
				}
				y := f.Call(block, in...)
				for i, port := range plain.Outputs() {
					f.Output(port.Name, y.Output(i))
				}
				m, err := f.Build()
				if err != nil {
					t.Fatal(err)
				}
				return m
			}
			blocks := map[string]Layer{"functional": c.described(), "as_layer": plain.AsLayer()}
			if c.describe == nil {
				blocks["sequential"] = Sequential{Layers: c.layers}
			}
			for name, block := range blocks {
				m := around(Named{"block", block})
				if len(m.weights.list) != len(plain.weights.list) {
					t.Fatalf("%s: %d weights, want %d", name, len(m.weights.list), len(plain.weights.list))
				}
				for i, w := range m.weights.list {
					if want := "block/" + plain.weights.list[i].path; w.path != want {
						t.Errorf("%s: weight %s, want %s", name, w.path, want)
					}
					if name != "as_layer" { // of other paths, and so of other first values
						copy(w.value.Float64s(), plain.weights.list[i].value.Float64s())
					}
				}
				for _, phase := range []Phase{Train, Infer} {
					if phase == Train && c.random {
						continue // another path draws another mask
					}
					if a, b := handedOn(t, c, plain, phase), handedOn(t, c, m, phase); !reflect.DeepEqual(a, b) {
						t.Errorf("%s, phase %v: in a block it is %v, want %v", name, phase, b, a)
					}
				}
				if frozen := around(Frozen{block}); len(frozen.Weights()) != 0 {
					t.Errorf("%s: frozen, %d weights are trained", name, len(frozen.Weights()))
				}
			}
		})
	}
}

// TestNamedHandsOnEverything: a layer under the name that it has anyway is the
// layer.
func TestNamedHandsOnEverything(t *testing.T) {
	for _, c := range layerCases() {
		t.Run(c.name, func(t *testing.T) {
			plain := c.wrapped(t, func(l Layer) Layer { return l })
			i := 0
			named := c.wrapped(t, func(l Layer) Layer {
				i++
				return Named{plain.rows[i-1].name, l}
			})
			for _, phase := range []Phase{Train, Infer} {
				if a, b := handedOn(t, c, plain, phase), handedOn(t, c, named, phase); !reflect.DeepEqual(a, b) {
					t.Errorf("phase %v: named it is %v, want %v", phase, b, a)
				}
			}
		})
	}
}

// TestSharedBlocksDropAnew: each call of a shared block draws masks of its own, as
// each call of a shared layer does, and so does each call within it.
func TestSharedBlocksDropAnew(t *testing.T) {
	inner := &Functional{}
	drop := inner.Share(Dropout{Rate: 0.5})
	x := inner.Input("x", Features(40))
	inner.Output("a", drop.Call(x))
	inner.Output("b", drop.Call(x))
	f := &Functional{Dtype: tensor.Float64}
	block, in := f.Share(inner), f.Input("x", Features(40))
	for i := range 2 {
		y := block.Call(f.Call(Dense{Units: 40}, in))
		f.Output(fmt.Sprint("a", i), y)
		f.Output(fmt.Sprint("b", i), y.Output(1))
	}
	m, err := f.Build()
	if err != nil {
		t.Fatal(err)
	}
	c := layerCase{fill: randomFloats, batch: 1}
	seen := map[string]bool{}
	for _, y := range slices.Collect(slices.Chunk(c.outputs(t, m, Train, 1), 40)) {
		var zeros strings.Builder
		for _, v := range y {
			fmt.Fprint(&zeros, v == 0, " ")
		}
		seen[zeros.String()] = true
	}
	if len(seen) != 4 {
		t.Errorf("%d different masks, want 4", len(seen))
	}
}

// TestTransfer: a trained model becomes the frozen base of another, which is saved
// and loaded as a whole; the base is not changed by it.
func TestTransfer(t *testing.T) {
	base, _ := savedModel(t, tensor.Float64)
	encoder, err := base.SubModel("simple_rnn")
	if err != nil {
		t.Fatal(err)
	}
	m, err := Sequential{Input: Tokens(3), Seed: 9, Layers: []Layer{
		Named{"encoder", Frozen{encoder.AsLayer()}}, Dense{Units: 4, Activation: Softmax},
	}}.Build() // of float32
	if err != nil {
		t.Fatal(err)
	}
	layer, err := m.Layer("encoder/simple_rnn")
	if err != nil {
		t.Fatal(err)
	}
	from, err := base.Layer("simple_rnn")
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range layer.Weights() {
		want := from.Weights()[i].Float64s()
		for k := range want {
			want[k] = float64(float32(want[k]))
		}
		if diff := cmp.Diff(want, w.Float64s()); diff != "" {
			t.Errorf("%s: %s", w.Name(), diff)
		}
		if w.Trainable() {
			t.Errorf("%s is trained", w.Name())
		}
		if err := w.Set(make([]float64, len(want))); err != nil {
			t.Fatal(err)
		}
		if cmp.Equal(w.Float64s(), from.Weights()[i].Float64s()) {
			t.Errorf("%s is the base's own", w.Name())
		}
	}
	dir := t.TempDir()
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(weightBits(m), weightBits(loaded)); diff != "" || loaded.Summary() != m.Summary() {
		t.Errorf("loaded, the weights differ %s, the summary is\n%s", diff, loaded.Summary())
	}
}

// TestWrongBlocks: what is said of blocks that make no sense.
func TestWrongBlocks(t *testing.T) {
	dense := []Layer{Dense{Units: 2}}
	self := &Functional{}
	self.Output("y", self.Call(self, self.Input("x", Features(3))))
	two := &Functional{}
	two.Output("y", two.Call(Add{}, two.Input("a", Features(3)), two.Input("b", Features(3))))
	wide, err := Sequential{Input: Features(5), Layers: dense}.Build()
	if err != nil {
		t.Fatal(err)
	}
	other := wide.AsLayer().(Sequential)
	other.Input = Input{}
	for _, c := range []struct {
		layer Layer
		want  string
	}{
		{Sequential{}, "sequential: sequential: no layers"},
		{Sequential{Layers: dense, Seed: 1}, "sequential: Seed, Dtype and Batch are not a block's: set them in the model around it"},
		{&Functional{Batch: 1}, "functional: Seed, Dtype and Batch are not a block's: set them in the model around it"},
		{Sequential{Layers: []Layer{nil}}, "sequential: sequential: layer 0 is nil"},
		{Sequential{Layers: []Layer{Dense{}}}, "sequential: dense: units is 0, want at least 1"},
		{Sequential{Input: Features(4), Layers: dense}, "sequential: input is (None, 3), want (None, 4)"},
		{Sequential{Input: Input{Kind: "sounds"}, Layers: dense}, `sequential: input: kind "sounds", want "tokens", "bag", "weighted_bag" or "features"`},
		{Sequential{Input: Tokens(3), Layers: []Layer{Embedding{InputDim: 2, OutputDim: 2}, Flatten{}}}, "sequential: input is no tokens"},
		{two, "functional: 1 inputs, want 2"},
		{self, ": more than 32 models in one another: does one contain itself?"},
		{Frozen{(*Functional)(nil)}, "functional: no layers"},
		{other, "sequential: sequential/dense/kernel: shape is [3 2], the values given are [5 2]"},
		{Named{"", Dense{Units: 1}}, `dense: the name "" has no effect here: name the layer around it`},
		{Named{"a/b", Dense{Units: 1}}, `sequential: layer name "a/b": a name has no /, [ nor ]`},
		{Named{"input", Dense{Units: 1}}, `sequential: layer name "input" is taken`},
		{Frozen{Named{"", nil}}, "frozen: no layer"},
	} {
		err := buildAndForward(Sequential{Input: Features(3), Layers: []Layer{c.layer}})
		if err == nil || !strings.HasSuffix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("the error is %v, want %s", err, c.want)
		}
	}
	for want, l := range map[string]Layer{
		`time_distributed: the name "x" has no effect here: name the layer around it`:                 TimeDistributed{Layer: Named{"x", Dense{Units: 1}}},
		"bidirectional: layers nn.Named and nn.Named, want recurrent ones":                            Bidirectional{Layer: Named{"x", GRU{Units: 1}}},
		"bidirectional: layers nn.Sequential and nn.Sequential, want recurrent ones":                  Bidirectional{Layer: Sequential{Layers: []Layer{GRU{Units: 1}}}},
		"time_distributed: layer Sequential returns [(None, 3, 2)] for a step, want (None, features)": TimeDistributed{Layer: Sequential{Layers: []Layer{RepeatVector{N: 3}}}},
	} {
		if err := buildError(l); err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
}

// TestNestedSummary: a block is a row with all of its parameters, as in Keras.
func TestNestedSummary(t *testing.T) {
	m, err := Sequential{Input: Tokens(4), Layers: []Layer{
		Named{"encoder", Frozen{Sequential{Layers: []Layer{Embedding{InputDim: 12, OutputDim: 3}, LSTM{Units: 2}}}}}, Dense{Units: 1},
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	want := lines(
		`Model: "sequential"`,
		thinRule,
		" Layer (type)                Output Shape              Param #   ",
		thickRule,
		" encoder (Sequential)        (None, 2)                 84        ",
		blank,
		" dense (Dense)               (None, 1)                 3         ",
		blank,
		thickRule,
		"Total params: 87",
		"Trainable params: 3",
		"Non-trainable params: 84",
		thinRule,
	)
	if diff := cmp.Diff(want, m.Summary()); diff != "" {
		t.Error(diff)
	}
}
