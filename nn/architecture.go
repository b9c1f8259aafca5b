package nn

import (
	"encoding/json"

	"github.com/pkg/errors"
)

// version of the files; a file with a greater one is refused. Version 2 added
// models that are no chain; a chain is still written as version 1.
const version = 2

// architecture is the content of ArchitectureFile.
type architecture struct {
	Version int    `json:"version"`
	Dtype   string `json:"dtype"`
	Batch   int    `json:"batch,omitempty"`
	savedNetwork
}

// savedNetwork is a network in a file: of a chain the layers, of a graph the calls
// of them too.
type savedNetwork struct {
	Input  *Input  `json:"input,omitempty"` // of a chain
	Layers []typed `json:"layers"`

	Inputs  []Input       `json:"inputs,omitempty"`
	Calls   []savedCall   `json:"calls,omitempty"`
	Outputs []savedOutput `json:"outputs,omitempty"`
}

// savedCall is a call of the layer with an index, savedRef what it takes: an
// output of an earlier call or one of the inputs.
type savedCall struct {
	Layer int        `json:"layer"`
	In    []savedRef `json:"in"`
}

type savedRef struct {
	Input *int `json:"input,omitempty"`
	Call  *int `json:"call,omitempty"`
	Out   int  `json:"out,omitempty"`
}

type savedOutput struct {
	Name string   `json:"name"`
	From savedRef `json:"from"`
}

func saveRef(r ref) savedRef {
	if r.call < 0 {
		input := ^r.call
		return savedRef{Input: &input}
	}
	return savedRef{Call: &r.call, Out: r.out}
}

// loadRef reads a reference to one of so many inputs or earlier calls.
func loadRef(s savedRef, inputs, calls int) (ref, error) {
	switch {
	case s.Input != nil && s.Call == nil && s.Out == 0 && *s.Input >= 0 && *s.Input < inputs:
		return ref{call: ^*s.Input}, nil
	case s.Input == nil && s.Call != nil && s.Out >= 0 && *s.Call >= 0 && *s.Call < calls:
		return ref{*s.Call, s.Out}, nil
	}
	return ref{}, errorf("a value comes from nowhere")
}

// saved describes the network for a file.
func (n network) saved() (s savedNetwork, err error) {
	names := numbered{}
	for _, in := range n.inputs {
		names.of(in.Name)
	}
	for _, l := range n.layers {
		name, _ := names.layer(l) // for the error
		t, err := marshalTyped(l)
		if err != nil {
			return s, errors.WithMessage(err, name)
		}
		s.Layers = append(s.Layers, t)
	}
	if n.kind == kindSequential {
		if in := n.inputs[0]; !in.unset() {
			if in.Name == theInput {
				in.Name = ""
			}
			s.Input = &in
		}
		return s, nil
	}
	s.Inputs = n.inputs
	for _, c := range n.calls {
		saved := savedCall{Layer: c.layer}
		for _, r := range c.in {
			saved.In = append(saved.In, saveRef(r))
		}
		s.Calls = append(s.Calls, saved)
	}
	for _, o := range n.outputs {
		s.Outputs = append(s.Outputs, savedOutput{o.name, saveRef(o.from)})
	}
	return s, nil
}

// network makes the network of the given kind that a file describes.
func (s savedNetwork) network(kind string) (n network, err error) {
	n = network{kind: kind, inputs: s.Inputs}
	for i, t := range s.Layers {
		l, err := unmarshalTyped[Layer](t)
		if err != nil {
			return n, errors.WithMessagef(err, "layer %d", i)
		}
		n.layers = append(n.layers, l)
	}
	if kind == kindSequential {
		if len(s.Inputs)+len(s.Calls)+len(s.Outputs) > 0 {
			return n, errorf("both a chain and a graph")
		}
		chain := Sequential{Layers: n.layers}
		if s.Input != nil {
			chain.Input = *s.Input
		}
		return chain.network(), nil
	}
	for i, c := range s.Calls {
		if c.Layer < 0 || c.Layer >= len(n.layers) {
			return n, errorf("call %d is of layer %d of %d", i, c.Layer, len(n.layers))
		}
		next := call{layer: c.Layer}
		for _, s := range c.In {
			r, err := loadRef(s, len(n.inputs), i)
			if err != nil {
				return n, errors.WithMessagef(err, "call %d", i)
			}
			next.in = append(next.in, r)
		}
		n.calls = append(n.calls, next)
	}
	for _, o := range s.Outputs {
		r, err := loadRef(o.From, len(n.inputs), len(n.calls))
		if err != nil {
			return n, errors.WithMessagef(err, "output %q", o.Name)
		}
		n.outputs = append(n.outputs, output{o.Name, r})
	}
	return n, nil
}

// architecture describes the model for a file.
func (m *Model) architecture() (a architecture, err error) {
	a = architecture{Version: 2, Dtype: m.dtype.String(), Batch: m.batch}
	if m.kind == kindSequential {
		a.Version = 1
	}
	a.savedNetwork, err = m.saved()
	return a, err
}

// network makes the network that a file describes.
func (a architecture) network() (network, error) {
	if a.Input != nil {
		return a.savedNetwork.network(kindSequential)
	}
	return a.savedNetwork.network(kindFunctional)
}

// marshalBlock writes a block's network, unless it has an error.
func marshalBlock(n network, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	s, err := n.saved()
	if err != nil {
		return nil, err
	}
	return json.Marshal(s)
}

// unmarshalBlock reads what marshalBlock wrote.
func unmarshalBlock(data []byte, kind string) (network, error) {
	var s savedNetwork
	if err := strict(data, &s); err != nil {
		return network{}, err
	}
	if kind == kindFunctional && s.Input != nil {
		return network{}, errorf("both a chain and a graph")
	}
	return s.network(kind)
}
