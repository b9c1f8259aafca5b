package nn

import "unroll/graph"

// The layers of this file merge several inputs of one shape, element by
// element, or join them. They are for Functional models. A step of a merged
// sequence is valid where one of the inputs' is, of joined features where all
// are; if an input has no mask, the merged value has none.

// Add sums its inputs. Keras: Add.
type Add struct{}

// Subtract takes the second of two inputs from the first. Keras: Subtract.
type Subtract struct{}

// Multiply multiplies its inputs. Keras: Multiply.
type Multiply struct{}

// Average is the mean of its inputs. Keras: Average.
type Average struct{}

// Maximum is the largest of its inputs, element by element. Keras: Maximum.
type Maximum struct{}

// Minimum is the smallest of its inputs, element by element. Keras: Minimum.
type Minimum struct{}

var (
	_ Layer = Add{}
	_ Layer = Subtract{}
	_ Layer = Multiply{}
	_ Layer = Average{}
	_ Layer = Maximum{}
	_ Layer = Minimum{}
	_ Layer = Concatenate{}
)

func init() {
	for _, l := range []Layer{Add{}, Subtract{}, Multiply{}, Average{}, Maximum{}, Minimum{}, Concatenate{}} {
		Register(l)
	}
}

// Init implements Layer.
func (Add) Init(_ *Scope, in ...Shape) ([]Shape, error) { return alike(in, 0) }

// Init implements Layer.
func (Subtract) Init(_ *Scope, in ...Shape) ([]Shape, error) { return alike(in, 2) }

// Init implements Layer.
func (Multiply) Init(_ *Scope, in ...Shape) ([]Shape, error) { return alike(in, 0) }

// Init implements Layer.
func (Average) Init(_ *Scope, in ...Shape) ([]Shape, error) { return alike(in, 0) }

// Init implements Layer.
func (Maximum) Init(_ *Scope, in ...Shape) ([]Shape, error) { return alike(in, 0) }

// Init implements Layer.
func (Minimum) Init(_ *Scope, in ...Shape) ([]Shape, error) { return alike(in, 0) }

// Apply implements Layer.
func (Add) Apply(c *Context, in ...Value) []Value { return merged(c, in, c.Add) }

// Apply implements Layer.
func (Subtract) Apply(c *Context, in ...Value) []Value { return merged(c, in, c.Sub) }

// Apply implements Layer.
func (Multiply) Apply(c *Context, in ...Value) []Value { return merged(c, in, c.Mul) }

// Apply implements Layer.
func (Average) Apply(c *Context, in ...Value) []Value {
	out := merged(c, in, c.Add)
	out[0].Node = c.Affine(1/float64(len(in)), out[0].Node, 0)
	return out
}

// Apply implements Layer.
func (Maximum) Apply(c *Context, in ...Value) []Value {
	return merged(c, in, func(x, y *graph.Node) *graph.Node { return c.Add(x, c.Relu(c.Sub(y, x))) })
}

// Apply implements Layer.
func (Minimum) Apply(c *Context, in ...Value) []Value {
	return merged(c, in, func(x, y *graph.Node) *graph.Node { return c.Sub(x, c.Relu(c.Sub(x, y))) })
}

// alike returns the shape that all inputs have; want is their number, any
// above 1 if it is 0.
func alike(in []Shape, want int) ([]Shape, error) {
	if len(in) < 2 || want != 0 && len(in) != want {
		return nil, errorf("%d inputs, want %d", len(in), max(want, 2))
	}
	for i, s := range in {
		if !s.Eq(in[0]) {
			return nil, errorf("input %d is %v, input 0 is %v", i, s, in[0])
		}
	}
	if _, err := in[0].last(); err != nil {
		return nil, err
	}
	return in[:1], nil
}

// merged folds the inputs by f.
func merged(c *Context, in []Value, f func(x, y *graph.Node) *graph.Node) []Value {
	out := Value{Node: c.Dense(in[0]), Steps: in[0].Steps, Mask: in[0].Mask}
	for _, x := range in[1:] {
		out.Node = f(out.Node, c.Dense(x))
		if out.Mask == nil || x.Mask == nil {
			out.Mask = nil
			continue
		}
		// a ∨ b = a + b − a∘b
		out.Mask = c.Sub(c.Add(out.Mask, x.Mask), c.Mul(out.Mask, x.Mask))
	}
	return []Value{out}
}

// Concatenate joins its inputs side by side: [..., a] and [..., b] to
// [..., a+b]; or, if Time is set, one sequence after the other: [s, features]
// and [t, features] to [s+t, features]. Keras: Concatenate, whose axis is −1,
// or 1 for Time.
type Concatenate struct {
	Time bool `json:"time,omitempty"`
}

// Init implements Layer.
func (l Concatenate) Init(_ *Scope, in ...Shape) ([]Shape, error) {
	if len(in) < 2 {
		return nil, errorf("%d inputs, want 2", len(in))
	}
	out := append(Shape{}, in[0]...)
	axis := len(out) - 1
	if l.Time {
		axis = 0
	}
	for i, s := range in {
		if l.Time {
			if _, err := sequence(in[i : i+1]); err != nil {
				return nil, err
			}
		}
		if _, err := s.last(); err != nil {
			return nil, err
		}
		if i == 0 {
			continue
		}
		same := len(s) == len(out)
		for d := 0; same && d < len(s); d++ {
			same = d == axis || s[d] == out[d]
		}
		if !same {
			return nil, errorf("input %d is %v, input 0 is %v", i, s, in[0])
		}
		if out[axis] == Any || s[axis] == Any {
			out[axis] = Any
		} else {
			out[axis] += s[axis]
		}
	}
	return []Shape{out}, nil
}

// Apply implements Layer.
func (l Concatenate) Apply(c *Context, in ...Value) []Value {
	nodes, masks := make([]*graph.Node, len(in)), make([]*graph.Node, len(in))
	steps, masked := 0, false
	for i, x := range in {
		nodes[i], masks[i] = c.Dense(x), x.Mask
		steps += x.Steps
		masked = masked || x.Mask != nil
	}
	if !l.Time {
		return []Value{{Node: c.Concat(nodes...), Steps: in[0].Steps, Mask: all(c, masks)}}
	}
	out := Value{Node: c.Stack(nodes...), Steps: steps}
	if masked {
		for i, m := range masks {
			if m == nil {
				masks[i] = c.Affine(0, c.Columns(nodes[i], 0, 1), 1)
			}
		}
		out.Mask = c.Stack(masks...)
	}
	return []Value{out}
}

// all is 1 where all masks are.
func all(c *Context, masks []*graph.Node) (out *graph.Node) {
	for _, m := range masks {
		switch {
		case m == nil:
		case out == nil:
			out = m
		default:
			out = c.Mul(out, m)
		}
	}
	return out
}
