package nn

import "slices"

// Network is what a model, or a block within one, is made of, in its place in the
// model: for those who write it in another format.
type Network struct {
	Chain   bool    // a Sequential
	Inputs  []Input // as they were declared: of a block, Kind and Shape may be unset
	Shapes  []Shape // of the values that come in by them
	Layers  []ModelLayer
	Calls   []NetworkCall // each after those whose values it takes
	Outputs []NetworkOutput
}

// NetworkCall is a use of the layer with an index.
type NetworkCall struct {
	Layer  int
	In     []Ref
	Shapes []Shape // of its outputs
}

// NetworkOutput is a value that a network returns.
type NetworkOutput struct {
	Name string
	From Ref
}

// Ref is a value of a network: an output of the call with an index, or, if Call is
// negative, the input with the index ^Call.
type Ref struct{ Call, Output int }

// Network returns what the model is made of.
func (m *Model) Network() Network { return m.view("") }

// Block returns what a layer is made of that is a Sequential or a Functional, as it
// stands at a path of the model and is called with values of the given shapes;
// false if it is neither.
func (m *Model) Block(l Layer, path string, in ...Shape) (Network, bool, error) {
	l, _ = bare(l)
	b, ok := l.(block)
	if !ok {
		return Network{}, false, nil
	}
	w, err := m.inside(b, path, in)
	if err != nil {
		return Network{}, true, err
	}
	return w.view(path + "/"), true, nil
}

// inside returns the wiring of a block that stands at a path of the model.
func (m *Model) inside(b block, path string, in []Shape) (*wiring, error) {
	n, err := b.block()
	if err != nil {
		return nil, err
	}
	if len(in) != len(n.inputs) {
		return nil, errorf("%s: %d inputs, want %d", path, len(in), len(n.inputs))
	}
	return n.declare(&Scope{path: path, weights: m.weights, again: true}, in)
}

// view returns the network whose layers have the path before their names.
func (w *wiring) view(path string) Network {
	n := Network{Chain: w.kind == kindSequential, Inputs: slices.Clone(w.inputs), Shapes: slices.Clone(w.in)}
	for _, r := range w.rows {
		n.Layers = append(n.Layers, w.placed(path, r))
	}
	for i, c := range w.calls {
		next := NetworkCall{Layer: c.layer, Shapes: slices.Clone(w.shapes[i])}
		for _, r := range c.in {
			next.In = append(next.In, Ref{r.call, r.out})
		}
		n.Calls = append(n.Calls, next)
	}
	for _, o := range w.outputs {
		n.Outputs = append(n.Outputs, NetworkOutput{o.name, Ref{o.from.call, o.from.out}})
	}
	return n
}
