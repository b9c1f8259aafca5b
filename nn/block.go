package nn

import (
	"maps"
	"slices"

	"gorgonia.org/tensor"
)

// block is a Sequential or a Functional as a layer of another model. Its layers
// have the paths of their weights below its own, and its settings beside the
// network must be unset: they are the outer model's.
type block interface {
	Layer
	block() (network, error)
}

// deepest is how far blocks may nest: one that contains itself has no end.
const deepest = 32

// AsLayer returns the model as a layer of another one, whose weights there begin
// as copies of those that the model has now; with Frozen around it they stay
// these. It is saved with the other model, as any layer. In Keras, where a model
// is a layer, the weights are not copied but shared.
func (m *Model) AsLayer() Layer {
	values := map[string]*tensor.Dense{}
	_ = m.Read(func() error {
		for _, w := range m.weights.list {
			if w.kind != memory {
				values[w.path] = w.clone()
			}
		}
		return nil
	})
	if m.kind == kindSequential {
		return Sequential{Input: m.inputs[0], Layers: slices.Clone(m.layers), values: values}
	}
	return &Functional{network: m.network, values: values}
}

// Init implements Layer. The shape of Input is optional here: it is that of what
// the block is called with.
func (s Sequential) Init(scope *Scope, in ...Shape) ([]Shape, error) {
	n, err := s.block()
	if err != nil {
		return nil, err
	}
	return n.init(scope, in, s.values)
}

// Apply implements Layer.
func (s Sequential) Apply(c *Context, in ...Value) []Value { return s.network().inside(c, in) }

func (s Sequential) block() (network, error) {
	return s.network(), settings{s.Seed, s.Dtype, s.Batch}.ofBlock()
}

// Init implements Layer: the inputs are those of the model, in the order in which
// they were declared, as the outputs are.
func (f *Functional) Init(scope *Scope, in ...Shape) ([]Shape, error) {
	n, err := f.block()
	if err != nil {
		return nil, err
	}
	return n.init(scope, in, f.values)
}

// Apply implements Layer.
func (f *Functional) Apply(c *Context, in ...Value) []Value { return f.described().inside(c, in) }

func (f *Functional) block() (network, error) {
	if f == nil {
		return network{}, errorf("no layers")
	}
	if f.err != nil {
		return network{}, f.err
	}
	return f.described(), settings{f.Seed, f.Dtype, f.Batch}.ofBlock()
}

// ofBlock returns an error if one of the settings is set.
func (s settings) ofBlock() error {
	if s != (settings{}) {
		return errorf("Seed, Dtype and Batch are not a block's: set them in the model around it")
	}
	return nil
}

// init declares the weights of a block, with first values by path if there are
// any, and returns the shapes of its outputs.
func (n network) init(s *Scope, in []Shape, values map[string]*tensor.Dense) ([]Shape, error) {
	inner := *s
	if inner.depth++; inner.depth > deepest {
		return nil, errorf("more than %d models in one another: does one contain itself?", deepest)
	}
	if len(in) != len(n.inputs) {
		return nil, errorf("%d inputs, want %d", len(in), len(n.inputs))
	}
	for i, x := range n.inputs {
		if x.unset() {
			continue
		}
		if err := x.check(); err != nil {
			return nil, err
		}
		if !x.Shape.fits(in[i]) {
			return nil, errorf("%s is %v, want %v", x.Name, in[i], x.Shape)
		}
	}
	w, err := n.declare(&inner, in)
	if err != nil {
		return nil, err
	}
	for _, path := range slices.Sorted(maps.Keys(values)) {
		if err := s.begin(path, values[path]); err != nil {
			return nil, err
		}
	}
	out := make([]Shape, len(n.outputs))
	for i, o := range n.outputs {
		out[i], _ = w.shape(o.from) // declare checked it
	}
	return out, nil
}

// inside emits a block.
func (n network) inside(c *Context, in []Value) []Value {
	shapes := make([]Shape, len(in))
	for i, x := range in {
		if shapes[i] = x.shape(); c.Err() == nil && !n.inputs[i].unset() && n.inputs[i].Kind != x.kind() {
			c.Fail(errorf("%s is no %s", n.inputs[i].Name, n.inputs[i].Kind))
		}
	}
	if c.Err() != nil {
		return make([]Value, len(n.outputs))
	}
	w, err := n.declare(&Scope{path: c.path, weights: c.weights, again: true}, shapes)
	if err != nil {
		c.Fail(err)
		return make([]Value, len(n.outputs))
	}
	return w.apply(c, in)
}

// MarshalJSON writes the layers with their types, so that they can be read back.
func (s Sequential) MarshalJSON() ([]byte, error) {
	n, err := s.block()
	return marshalBlock(n, err)
}

// UnmarshalJSON reads what MarshalJSON wrote; the layers' types must be
// registered.
func (s *Sequential) UnmarshalJSON(data []byte) error {
	n, err := unmarshalBlock(data, kindSequential)
	if err != nil {
		return err
	}
	*s = Sequential{Input: n.inputs[0], Layers: n.layers}
	if s.Input.Name == theInput {
		s.Input.Name = ""
	}
	return nil
}

// MarshalJSON writes the layers with their types and the calls of them, so that
// they can be read back.
func (f *Functional) MarshalJSON() ([]byte, error) {
	n, err := f.block()
	return marshalBlock(n, err)
}

// UnmarshalJSON reads what MarshalJSON wrote; the layers' types must be
// registered.
func (f *Functional) UnmarshalJSON(data []byte) error {
	n, err := unmarshalBlock(data, kindFunctional)
	if err != nil {
		return err
	}
	*f = Functional{network: n}
	return nil
}
