package onnx

import (
	"github.com/pkg/errors"

	"unroll/nn"
)

// The layers of this file are what graphs of ONNX have between the layers that nn has.

// Step takes one step of a sequence: [time, features] to [features]. The index counts from
// the end if it is negative: −1 is the last step. PyTorch: x[:, index].
type Step struct {
	Index int `json:"index"`
}

// Columns takes features side by side: [..., features] to [..., to − from]. PyTorch:
// x[..., from:to].
type Columns struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Affine computes scale∘x + offset. Input and output [..., features]; weights: scale
// [features], 1 at first, and offset [features], 0 at first.
type Affine struct {
	NoScale  bool `json:"no_scale,omitempty"`
	NoOffset bool `json:"no_offset,omitempty"`
}

var (
	_ nn.Layer = Step{}
	_ nn.Layer = Columns{}
	_ nn.Layer = Affine{}
)

func init() { nn.Register(Step{}); nn.Register(Columns{}); nn.Register(Affine{}) }

// at returns the index from the front, of a sequence of so many steps.
func (l Step) at(steps int) (int, error) {
	i := l.Index
	if i < 0 {
		i += steps
	}
	if i < 0 || i >= steps {
		return 0, errors.Errorf("step %d of %d", l.Index, steps)
	}
	return i, nil
}

// Init implements nn.Layer.
func (l Step) Init(_ *nn.Scope, in ...nn.Shape) ([]nn.Shape, error) {
	if len(in) != 1 || len(in[0]) != 2 {
		return nil, errors.Errorf("inputs are %v, want one of (None, time, features)", in)
	}
	if in[0][0] != nn.Any {
		if _, err := l.at(in[0][0]); err != nil {
			return nil, err
		}
	}
	return []nn.Shape{in[0][1:]}, nil
}

// Apply implements nn.Layer.
func (l Step) Apply(c *nn.Context, in ...nn.Value) []nn.Value {
	i, err := l.at(in[0].Steps)
	if err != nil {
		c.Fail(err)
		return []nn.Value{{}}
	}
	return []nn.Value{{Node: c.Step(c.Dense(in[0]), i, in[0].Steps)}}
}

// Init implements nn.Layer.
func (l Columns) Init(_ *nn.Scope, in ...nn.Shape) ([]nn.Shape, error) {
	width, err := lastOf(in)
	if err != nil {
		return nil, err
	}
	if l.From < 0 || l.To > width || l.From >= l.To {
		return nil, errors.Errorf("columns %d to %d of %d", l.From, l.To, width)
	}
	out := append(nn.Shape{}, in[0]...)
	out[len(out)-1] = l.To - l.From
	return []nn.Shape{out}, nil
}

// Apply implements nn.Layer.
func (l Columns) Apply(c *nn.Context, in ...nn.Value) []nn.Value {
	return []nn.Value{{Node: c.Columns(c.Dense(in[0]), l.From, l.To), Steps: in[0].Steps, Mask: in[0].Mask}}
}

// Init implements nn.Layer.
func (l Affine) Init(s *nn.Scope, in ...nn.Shape) ([]nn.Shape, error) {
	width, err := lastOf(in)
	if err != nil {
		return nil, err
	}
	if !l.NoScale {
		s.Weight("scale", nn.Ones(), width)
	}
	if !l.NoOffset {
		s.Weight("offset", nn.Zeros(), width)
	}
	return in, nil
}

// Apply implements nn.Layer.
func (l Affine) Apply(c *nn.Context, in ...nn.Value) []nn.Value {
	n := c.Dense(in[0])
	if !l.NoScale {
		n = c.Mul(n, c.Weight("scale"))
	}
	if !l.NoOffset {
		n = c.Add(n, c.Weight("offset"))
	}
	return []nn.Value{{Node: n, Steps: in[0].Steps, Mask: in[0].Mask}}
}

// lastOf returns the number of features of the only input.
func lastOf(in []nn.Shape) (int, error) {
	if len(in) != 1 || len(in[0]) == 0 || in[0][len(in[0])-1] < 1 {
		return 0, errors.Errorf("inputs are %v, want one of (None, ..., features)", in)
	}
	return in[0][len(in[0])-1], nil
}
