package nn

import (
	"slices"

	"unroll/graph"
)

// The layers of this file merge several inputs, element by element, or join them.
// They are for Functional models. Inputs that are merged have one shape; a size of 1
// stands for any, and [features] for the same at every step, as in Keras. What the
// layers make of masks is in the package's table of them.

// Add sums its inputs. Keras: Add.
type Add struct{}

// Subtract takes the second of two inputs from the first. Keras: Subtract.
type Subtract struct{}

// Multiply multiplies its inputs; at a step that is masked an input counts as 1.
// Keras: Multiply.
type Multiply struct{}

// Average is the mean of its inputs. Keras: Average.
type Average struct{}

// Maximum is the largest of its inputs, element by element; at a step that is
// masked an input does not take part. Keras: Maximum.
type Maximum struct{}

// Minimum is the smallest of its inputs in the manner of Maximum. Keras:
// Minimum.
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
func (Multiply) Apply(c *Context, in ...Value) []Value {
	in = slices.Clone(c.alike(in))
	for i, x := range in {
		in[i] = Value{Node: c.fillMasked(x, c.Ones), Steps: x.Steps, Mask: x.Mask}
	}
	out := merged(c, in, c.Mul)
	out[0].Node = c.fillMasked(out[0], c.Zeros)
	return out
}

// Apply implements Layer.
func (Average) Apply(c *Context, in ...Value) []Value {
	out := merged(c, in, c.Add)
	out[0].Node = c.Affine(1/float64(len(in)), out[0].Node, 0)
	return out
}

// Apply implements Layer.
func (Maximum) Apply(c *Context, in ...Value) []Value { return c.extreme(in, c.Maximum) }

// Apply implements Layer.
func (Minimum) Apply(c *Context, in ...Value) []Value { return c.extreme(in, c.Minimum) }

// extreme folds the inputs by f. Where one of two is masked the other takes its
// place; where all are, the first one stays.
func (c *Context) extreme(in []Value, f func(x, y *graph.Node) *graph.Node) []Value {
	in = c.alike(in)
	out := Value{Node: c.Dense(in[0]), Steps: in[0].Steps, Mask: in[0].Mask}
	for _, x := range in[1:] {
		n := c.Dense(x)
		if x.Mask != nil {
			n = c.Where(x.Mask, n, out.Node)
		}
		if out.Mask != nil {
			out.Node = c.Where(out.Mask, out.Node, n)
		}
		out.Node, out.Mask = f(out.Node, n), c.either(out, x)
	}
	return []Value{out}
}

// merged folds the inputs by f.
func merged(c *Context, in []Value, f func(x, y *graph.Node) *graph.Node) []Value {
	in = c.alike(in)
	out := Value{Node: c.Dense(in[0]), Steps: in[0].Steps, Mask: c.either(in...)}
	for _, x := range in[1:] {
		out.Node = f(out.Node, c.Dense(x))
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
	if l.Time {
		return []Value{c.oneAfterTheOther(in)}
	}
	nodes := make([]*graph.Node, len(in))
	for i, x := range in {
		nodes[i] = c.Dense(x)
	}
	return []Value{{Node: c.Concat(1, nodes...), Steps: in[0].Steps, Mask: c.either(in...)}}
}

func (c *Context) oneAfterTheOther(in []Value) (out Value) {
	nodes, masks, masked := make([]*graph.Node, len(in)), make([]*graph.Node, len(in)), false
	for i, x := range in {
		out.Steps += x.Steps
		masked = masked || x.Mask != nil
		nodes[i], masks[i] = c.Dense(x), x.Mask
		if x.Mask == nil {
			masks[i] = c.Ones(c.Batch*x.Steps, 1)
		}
	}
	out.Node = c.Concat(0, nodes...)
	if masked {
		out.Mask = c.Concat(0, masks...)
	}
	return out
}
