package nn

import "gorgonia.org/tensor"

// Functional describes a model as a graph of layers: with several inputs and
// outputs, with branches that meet again, and with layers that are shared. Its
// methods describe, Build makes the model and reports what is wrong.
//
//	f := &nn.Functional{}
//	text, tags := f.Input("text", nn.Tokens(100)), f.Input("tags", nn.Features(12))
//	x := f.Call(nn.LSTM{Units: 32}, f.Call(nn.Embedding{InputDim: 1000, OutputDim: 32}, text))
//	x = f.Call(nn.Concatenate{}, x, tags)
//	f.Output("priority", f.Call(nn.Dense{Units: 1, Activation: nn.Sigmoid}, x))
//	model, err := f.Build()
//
// It is a layer too, by which models nest: a block, which is called with as many
// values as it has inputs, and whose other settings are the model's around it.
//
// Keras: the functional API, Model(inputs, outputs).
type Functional struct {
	Seed  uint64       // of the weights' first values
	Dtype tensor.Dtype // tensor.Float32 if zero
	Batch int          // the size of every batch, for layers that are stateful; any if 0

	network network
	values  map[string]*tensor.Dense // first values of weights by path, see Model.AsLayer
	err     error
}

var _ Layer = &Functional{}

func init() { Register(&Functional{}) }

// described returns the network.
func (f *Functional) described() network {
	n := f.network
	n.kind = kindFunctional
	return n
}

// Symbol is a value that the model will compute: an input, or an output of a
// call.
type Symbol struct {
	f  *Functional
	at ref
}

// Input declares an input under a name of its own.
func (f *Functional) Input(name string, in Input) Symbol {
	in.Name = name
	f.network.inputs = append(f.network.inputs, in)
	return Symbol{f, ref{call: ^(len(f.network.inputs) - 1)}}
}

// Call adds a layer, calls it and returns its first output.
func (f *Functional) Call(l Layer, in ...Symbol) Symbol { return f.Share(l).Call(in...) }

// Shared is a layer of a model that may be called more than once: each call
// uses the same weights.
type Shared struct {
	f  *Functional
	at int
}

// Share adds a layer that is yet to be called.
func (f *Functional) Share(l Layer) Shared {
	f.network.layers = append(f.network.layers, l)
	return Shared{f, len(f.network.layers) - 1}
}

// Call calls the layer and returns its first output.
func (l Shared) Call(in ...Symbol) Symbol {
	c := call{layer: l.at}
	for i, s := range in {
		if s.f != l.f {
			l.f.fail("layer %d: input %d is of another model", l.at, i)
		}
		c.in = append(c.in, s.at)
	}
	n := &l.f.network
	n.calls = append(n.calls, c)
	return Symbol{l.f, ref{call: len(n.calls) - 1}}
}

// Output returns another output of the call that returned s, such as a state of
// a layer with ReturnState: the first one has the index 0.
func (s Symbol) Output(i int) Symbol {
	if s.at.call < 0 || i < 0 {
		s.f.fail("output %d of what has none", i)
	}
	s.at.out = i
	return s
}

// Output makes s an output of the model under a name of its own.
func (f *Functional) Output(name string, s Symbol) {
	if s.f != f {
		f.fail("output %q is of another model", name)
		return
	}
	f.network.outputs = append(f.network.outputs, output{name, s.at})
}

// fail keeps the first error for Build.
func (f *Functional) fail(format string, args ...any) {
	if f != nil && f.err == nil {
		f.err = errorf("functional: "+format, args...)
	}
}

// Build checks the layers against one another, declares their weights and
// draws their first values. Errors name the layer by its path.
func (f *Functional) Build() (*Model, error) {
	if f.err != nil {
		return nil, f.err
	}
	return f.described().build(settings{f.Seed, f.Dtype, f.Batch})
}

// BuildZeros is Build for readers of files; see Sequential.BuildZeros.
func (f *Functional) BuildZeros(room int) (*Model, error) {
	if f.err != nil {
		return nil, f.err
	}
	return f.described().model(settings{f.Seed, f.Dtype, f.Batch}, room)
}
