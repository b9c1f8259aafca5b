package nn

import "gorgonia.org/tensor"

// Sequential describes a model that is a chain of layers. Build makes the
// model. It is a layer too, by which models nest: a block, whose Input may be left
// out and whose other settings are the model's around it. Keras: Sequential.
type Sequential struct {
	Input  Input
	Layers []Layer

	Seed  uint64       // of the weights' first values
	Dtype tensor.Dtype // tensor.Float32 if zero; tensor.Float64 for gradient checks
	Batch int          // the size of every batch, for layers that are stateful; any if 0

	values map[string]*tensor.Dense // first values of weights by path, see Model.AsLayer
}

var _ Layer = Sequential{}

func init() { Register(Sequential{}) }

// Build checks the layers against one another, declares their weights and
// draws their first values. Errors name the layer by its path, such as
// "simple_rnn_1".
func (s Sequential) Build() (*Model, error) {
	return s.network().build(settings{s.Seed, s.Dtype, s.Batch})
}

// BuildZeros is Build for readers of files, which set the weights themselves: all of
// them are zeros. They have at most room parameters in all, so that no file makes us
// allocate more than it holds.
func (s Sequential) BuildZeros(room int) (*Model, error) {
	return s.network().model(settings{s.Seed, s.Dtype, s.Batch}, room)
}

// theInput is the name of the input of a chain that gives it none.
const theInput = "input"

// network returns the chain as calls of one layer after the other.
func (s Sequential) network() network {
	in := s.Input
	if in.Name == "" {
		in.Name = theInput
	}
	n := network{kind: kindSequential, inputs: []Input{in}, layers: s.Layers}
	at := ref{call: ^0}
	for i := range s.Layers {
		n.calls = append(n.calls, call{i, []ref{at}})
		at = ref{call: i}
	}
	n.outputs = []output{{"output", at}}
	return n
}
