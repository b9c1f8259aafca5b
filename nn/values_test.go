package nn

import (
	"math"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"unroll/graph"
)

// scale multiplies its input by a number. keep says what it keeps of the input's
// value beside the node.
type scale struct {
	by   float64
	keep bool
}

func (scale) Init(_ *Scope, in ...Shape) ([]Shape, error) { return in, nil }
func (l scale) Apply(c *Context, in ...Value) []Value {
	x := in[0]
	x.Node = c.Affine(l.by, c.Dense(x), 0)
	if !l.keep {
		x.IDs, x.Table, x.Depth = nil, nil, 0
	}
	return []Value{x}
}

// rowSums emits a vector.
type rowSums struct{}

func (rowSums) Init(_ *Scope, in ...Shape) ([]Shape, error) { return in, nil }
func (rowSums) Apply(c *Context, in ...Value) []Value {
	sum := func(x *graph.Node) (*graph.Node, error) { return gorgonia.Sum(x, 1) }
	return []Value{{Node: c.Unary(sum, in[0].Node)}}
}

// nothing emits an empty value.
type nothing struct{}

func (nothing) Init(_ *Scope, in ...Shape) ([]Shape, error) { return in, nil }
func (nothing) Apply(*Context, ...Value) []Value            { return []Value{{}} }

// lastStep keeps the mask of all steps.
type lastStep struct{}

func (lastStep) Init(_ *Scope, in ...Shape) ([]Shape, error) { return []Shape{in[0][1:]}, nil }
func (lastStep) Apply(c *Context, in ...Value) []Value {
	return []Value{{Node: c.Last(c.Dense(in[0]), in[0].Steps), Mask: in[0].Mask}}
}

// TestWrongValues: what a layer emits is held to what later layers read of it.
func TestWrongValues(t *testing.T) {
	const both = "scale: emitted a value with both Node and IDs: clear IDs, Depth and Table"
	for _, c := range []struct {
		name   string
		input  Input
		layers []Layer
		want   string
	}{
		{"a new node beside a table", Tokens(3), []Layer{Embedding{InputDim: 4, OutputDim: 2}, scale{100, true}, SimpleRNN{Units: 1}}, both},
		{"a new node beside one-hot ids", Tokens(3), []Layer{OneHot{Depth: 4}, scale{100, true}, SimpleRNN{Units: 1}}, both},
		{"a vector", Features(2), []Layer{rowSums{}}, "row_sums: emitted a node of shape (2), want a matrix"},
		{"a mask of more steps", Tokens(3), []Layer{Embedding{InputDim: 4, OutputDim: 2, MaskZero: true}, lastStep{}},
			"last_step: emitted a mask of shape (6, 1) for a batch of 2 and 0 steps"},
		{"no value", Features(2), []Layer{nothing{}}, "nothing: emitted no value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := buildAndForward(Sequential{Input: c.input, Layers: c.layers})
			if err == nil || err.Error() != c.want {
				t.Errorf("the error is\n%v, want\n%s", err, c.want)
			}
		})
	}
}

// TestValueReplaced: a layer after an embedding counts, whether the batch has
// more words than the table or fewer (the product with the next kernel is taken
// of the smaller).
func TestValueReplaced(t *testing.T) {
	outputs := func(by float64, batch int) []float64 {
		m, err := Sequential{
			Input:  Tokens(3),
			Layers: []Layer{Embedding{InputDim: 4, OutputDim: 2}, scale{by, false}, SimpleRNN{Units: 1, Activation: Linear}},
			Dtype:  tensor.Float64, Seed: 3,
		}.Build()
		if err != nil {
			t.Fatal(err)
		}
		pass, err := m.Forward(Infer, Auto, batch, 3)
		if err != nil {
			t.Fatal(err)
		}
		for i := range pass.Inputs[0].X.Int32s() {
			pass.Inputs[0].X.Int32s()[i] = int32(1 + i/batch)
		}
		return forward(t, pass)
	}
	want := 100 * outputs(1, 1)[0]
	for _, batch := range []int{1, 2} {
		for i, y := range outputs(100, batch) {
			if math.Abs(y-want) > 1e-12 {
				t.Errorf("batch of %d, row %d: %g, want %g", batch, i, y, want)
			}
		}
	}
}

// forward runs a pass and returns its output.
func forward(t *testing.T, p *Pass) []float64 {
	t.Helper()
	prog, err := p.Compile(p.Outputs[0].Node)
	if err != nil {
		t.Fatal(err)
	}
	defer prog.Close()
	if err := prog.Run(); err != nil {
		t.Fatal(err)
	}
	return floatsOf(t, prog, p.Outputs[0].Node)
}

// TestLogitsOfTheValueAlone: the logits belong to the function's own value, not
// to what another layer made of it nor to another function.
func TestLogitsOfTheValueAlone(t *testing.T) {
	const want = "binary_crossentropy: the model does not end in a sigmoid; if it ends in logits, set FromLogits"
	for _, c := range []struct {
		name   string
		layers []Layer
		ok     bool
	}{
		{"sigmoid", []Layer{Dense{Units: 2, Activation: Sigmoid}}, true},
		{"sigmoid as a layer", []Layer{Dense{Units: 2}, Activation{Func: Sigmoid}}, true},
		{"scaled sigmoid", []Layer{Dense{Units: 2, Activation: Sigmoid}, scale{0.5, true}}, false},
		{"softmax", []Layer{Dense{Units: 2, Activation: Softmax}}, false},
		{"softmax of a sigmoid", []Layer{Dense{Units: 2, Activation: Sigmoid}, Activation{Func: Softmax}}, false},
	} {
		m, err := Sequential{Input: Features(2), Layers: c.layers}.Build()
		if err != nil {
			t.Fatal(err)
		}
		p, err := m.Forward(Train, Auto, 3, 0)
		if err != nil {
			t.Fatal(err)
		}
		BinaryCrossentropy{}.Apply(p.Context, p.Outputs[0], p.Zeros(3, 2))
		if err := p.Err(); c.ok != (err == nil) || err != nil && err.Error() != want {
			t.Errorf("%s: the error is %v", c.name, err)
		}
	}
}
