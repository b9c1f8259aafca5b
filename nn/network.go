package nn

import (
	"math"

	"github.com/pkg/errors"
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

// build makes a model of the network, with its first weights.
func (n network) build(s settings) (*Model, error) {
	m, err := n.model(s, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	initialize(s.seed, m.weights.list)
	return m, nil
}

// model makes the model with weights that are yet to be set, of at most room
// parameters.
func (n network) model(s settings, room int) (*Model, error) {
	if s.dtype == (tensor.Dtype{}) {
		s.dtype = tensor.Float32
	}
	if s.dtype != tensor.Float32 && s.dtype != tensor.Float64 {
		return nil, errorf("%s: element type %v, want float32 or float64", n.kind, s.dtype)
	}
	if s.batch < 0 {
		return nil, errorf("%s: batch is %d, want at least 0", n.kind, s.batch)
	}
	shapes := make([]Shape, len(n.inputs))
	for i, in := range n.inputs {
		if err := in.check(); err != nil {
			return nil, errors.WithMessage(err, n.kind)
		}
		shapes[i] = in.Shape
	}
	ws := newWeights(s.dtype, s.batch, room)
	w, err := n.declare(&Scope{weights: ws}, shapes)
	if err != nil {
		return nil, err
	}
	return &Model{wiring: w, settings: s, weights: ws}, nil
}
