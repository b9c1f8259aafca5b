package onnx

import (
	"bytes"

	"github.com/pkg/errors"

	"unroll/nn"
)

// restore returns the model that Write wrote into a file, by the description in the file's
// metadata. A description is believed only if writing the model that it describes, with the
// weights of the file, gives the same file again, to the byte; else the graph is what
// counts, and restore returns nil.
func restore(data []byte, m *modelProto, constants map[string]*array) (*nn.Model, error) {
	var doc string
	for _, e := range m.MetadataProps {
		if e.Key == architectureKey {
			doc = e.Value
		}
	}
	if doc == "" {
		return nil, nil
	}
	room := 0 // as many parameters as the file has values
	for _, a := range constants {
		room += len(a.floats)
	}
	model, err := nn.FromArchitecture([]byte(doc), room)
	if err != nil {
		return nil, nil
	}
	w, err := write(model)
	if err != nil {
		return nil, nil
	}
	values := map[*nn.Weight][]float64{}
	for name, i := range w.initial {
		if i.ints != nil {
			continue
		}
		a := constants[name]
		if a == nil || len(a.floats) != elements(i.shape) {
			return nil, nil
		}
		rest := a.floats
		for _, p := range i.parts {
			rest = p.into(values, rest)
		}
	}
	for weight, x := range values {
		if err := weight.Set(x); err != nil {
			return nil, errors.WithMessage(err, "restore")
		}
	}
	if again, err := document(model); err != nil || !bytes.Equal(again, data) {
		return nil, nil
	}
	return model, nil
}

// into takes the part's values from the front of x to where they stand in their weight, and
// returns the others.
func (p part) into(values map[*nn.Weight][]float64, x []float64) []float64 {
	if p.weight == nil {
		return x[p.n:]
	}
	all := values[p.weight]
	if all == nil {
		all = make([]float64, elements(p.weight.Shape()))
		values[p.weight] = all
	}
	if p.at == nil {
		copy(all, x)
		return x[len(all):]
	}
	for i, at := range p.at {
		all[at] = x[i]
	}
	return x[len(p.at):]
}
