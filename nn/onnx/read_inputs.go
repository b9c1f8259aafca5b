package onnx

import (
	"github.com/pkg/errors"

	"unroll/nn"
)

// readings returns what axes an input may have, the likeliest first.
func (p port) readings(id int) (all [][]axis, err error) {
	ids := p.typ == typeInt64 || p.typ == typeInt32
	if !ids && !isFloat(p.typ) {
		return nil, errors.Errorf("elements of type %d, want floats or word ids", p.typ)
	}
	if p.dims == nil {
		return nil, errors.New("the file does not say its shape")
	}
	axes := func(kinds string) {
		var list []axis
		stride := 1
		for i := len(kinds) - 1; i >= 0; i-- {
			a := atom{kind: kinds[i], size: p.dims[i].size}
			if a.kind == timeAxis {
				a.id = id
			}
			if a.kind == featureAxis {
				if a.stride = stride; a.size < 1 {
					return // a number of features must be known
				}
				stride *= a.size
			}
			list = append([]axis{{a}}, list...)
		}
		all = append(all, list)
	}
	switch {
	case ids && len(p.dims) == 2:
		axes("bt")
		axes("tb")
	case !ids && len(p.dims) == 2:
		axes("bf")
	case !ids && len(p.dims) == 3:
		axes("btf")
		axes("bft")
		axes("tbf")
		axes("fbf")
	}
	if len(all) == 0 {
		return nil, errors.Errorf("its shape of %d dimensions cannot be represented: want [batch, steps] of ids, [batch, features] or [batch, steps, features]", len(p.dims))
	}
	return all, nil
}

// input declares an input.
func (r *reader) input(p port, axes []axis) {
	s := &symbol{axes: axes, ids: p.typ == typeInt64 || p.typ == typeInt32}
	width, steps, sequence := 1, 0, false
	for _, x := range axes {
		switch a := x[0]; a.kind {
		case timeAxis:
			steps, sequence = a.size, true
		case featureAxis:
			width *= a.size
		}
	}
	if steps < 0 {
		steps = nn.Any
	}
	in := nn.Features(width)
	switch {
	case s.ids:
		in = nn.Tokens(steps)
	case sequence:
		in = nn.Features(steps, width)
	}
	s.shape = in.Shape
	r.names[p.name]++
	s.of = r.f.Input(p.name, in)
	r.values[p.name] = s
}
