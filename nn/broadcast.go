package nn

import "slices"

// alike returns the shape that inputs have together; want is their number, any
// above 1 if it is 0.
func alike(in []Shape, want int) ([]Shape, error) {
	if len(in) < 2 || want != 0 && len(in) != want {
		return nil, errorf("%d inputs, want %d", len(in), max(want, 2))
	}
	out := in[0]
	for i, s := range in {
		together, ok := broadcast(out, s)
		if !ok {
			return nil, errorf("input %d is %v, input 0 is %v", i, s, in[0])
		}
		out = together
	}
	for _, s := range slices.Concat(in, []Shape{out}) {
		if _, err := s.last(); err != nil {
			return nil, err
		}
	}
	return []Shape{out}, nil
}

// broadcast returns the shape of what two samples make together, element by
// element: a size of 1 goes with any other, and [features] is [1, features] beside
// a sequence.
func broadcast(x, y Shape) (Shape, bool) {
	if len(x) < len(y) {
		x, y = y, x
	}
	if len(x) == len(y)+1 {
		y = append(Shape{1}, y...)
	}
	if len(x) != len(y) {
		return nil, false
	}
	out := slices.Clone(x)
	for i, n := range y {
		switch {
		case n == out[i] || n == 1:
		case out[i] == 1:
			out[i] = n
		default:
			return nil, false
		}
	}
	return out, true
}

// alike returns values of one shape, that which they have together.
func (c *Context) alike(in []Value) []Value {
	if c.Err() != nil {
		return in
	}
	shapes := make([]Shape, len(in))
	for i, x := range in {
		shapes[i] = x.shape()
	}
	out, err := alike(shapes, 0)
	if err != nil {
		c.Fail(err)
		return in
	}
	values := slices.Clone(in)
	for i, x := range in {
		if !shapes[i].Eq(out[0]) {
			values[i] = c.spread(x, out[0])
		}
	}
	return values
}

// spread returns x with its sizes of 1 repeated to those of a shape.
func (c *Context) spread(x Value, to Shape) Value {
	n := c.Dense(x)
	if c.Err() != nil {
		return x
	}
	width := to[len(to)-1]
	if n.Shape()[1] != width {
		n = c.BroadcastTo(n, n.Shape()[0], width)
	}
	mask := x.Mask
	if len(to) == 2 && x.Steps < 2 && to[0] > 1 {
		n = c.RepeatSteps(n, to[0])
		if mask != nil {
			mask = c.RepeatSteps(mask, to[0])
		}
	}
	y := Value{Node: n, Mask: mask}
	if len(to) == 2 {
		y.Steps = to[0]
	}
	return y
}
