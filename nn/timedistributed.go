package nn

import "unroll/internal/show"

// TimeDistributed applies a layer for samples [features] to each step of a
// sequence, with the same weights and the step's mask. Input [time, features],
// output [time, ...] as the layer's for one step. The weights are the layer's. A
// Dense needs no TimeDistributed: it works on sequences as it is. Keras:
// TimeDistributed.
type TimeDistributed struct {
	Layer Layer `json:"-"`
}

var _ Layer = TimeDistributed{}

func init() { Register(TimeDistributed{}) }

// Init implements Layer.
func (l TimeDistributed) Init(s *Scope, in ...Shape) ([]Shape, error) {
	if l.Layer == nil {
		return nil, errorf("no layer")
	}
	x, err := sequence(in)
	if err != nil {
		return nil, err
	}
	out, err := l.Layer.Init(s, x[1:])
	if err != nil {
		return nil, err
	}
	if len(out) != 1 || len(out[0]) != 1 {
		return nil, errorf("layer %s returns %v for a step, want (None, features)", show.Type(l.Layer), out)
	}
	return []Shape{{x[0], out[0][0]}}, nil
}

// Apply implements Layer.
func (l TimeDistributed) Apply(c *Context, in ...Value) []Value {
	x := in[0]
	steps := *c // every step is a sample of a larger batch
	steps.Batch *= x.Steps
	out := l.Layer.Apply(&steps, Value{Node: c.Dense(x), Mask: x.Mask})
	if c.Err() != nil || len(out) != 1 {
		c.Fail(errorf("layer %s emitted %d values, want 1", show.Type(l.Layer), len(out)))
		return []Value{{}}
	}
	y := out[0]
	y.Steps, y.Mask = x.Steps, x.Mask
	return []Value{y}
}

// MarshalJSON writes the layer with its type, so that it can be read back.
func (l TimeDistributed) MarshalJSON() ([]byte, error) {
	return marshalWith(struct{}{}, "layer", l.Layer)
}

// UnmarshalJSON reads what MarshalJSON wrote; the layer's type must be
// registered.
func (l *TimeDistributed) UnmarshalJSON(data []byte) error {
	return unmarshalWith(data, &struct{}{}, "layer", &l.Layer)
}
