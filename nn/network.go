package nn

import (
	"gorgonia.org/tensor"
)

// network is what a model, or a block within one, is made of: layers, and the
// calls that pass values through them. A layer that is called more than once is
// shared.
type network struct {
	kind    string // of the description
	inputs  []Input
	layers  []Layer
	calls   []call
	outputs []output
}

// call is one use of a layer.
type call struct {
	layer int
	in    []ref
}

// ref is a value of a network: an output of a call, or, if call is negative,
// the input with the index ^call.
type ref struct{ call, out int }

// output is a value that the network returns.
type output struct {
	name string
	from ref
}

// The kinds of descriptions.
const (
	kindSequential = "sequential"
	kindFunctional = "functional"
)

// settings are those of a model beside its network.
type settings struct {
	seed  uint64
	dtype tensor.Dtype
	batch int
}
