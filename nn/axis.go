package nn

import "unroll/graph"

// axis returns an axis of a batch of samples of so many dimensions, which Keras
// counts from the batch, 0, or from the end, −1, as 1 or more.
func axis(a, rank int) (int, error) {
	at := a
	if a < 0 {
		at += rank + 1
	}
	if at < 1 || at > rank {
		return 0, errorf("axis %d of samples of %d dimensions", a, rank)
	}
	return at, nil
}

// vectors returns the only input's shape, [features] or [time, features].
func vectors(in []Shape) (Shape, error) {
	x, err := oneInput(in)
	if err != nil {
		return nil, err
	}
	if len(x) != 1 && len(x) != 2 {
		return nil, errorf("input is %v, want (None, features) or (None, time, features)", x)
	}
	_, err = x.last()
	return x, err
}

// bySample emits f of x, [batch, features] or a sequence of so many steps, and w,
// [features] or [time, features], where a size of 1 stands for all.
func (c *Context) bySample(x, w *graph.Node, steps int, f func(x, w *graph.Node) *graph.Node) *graph.Node {
	if c.Err() != nil {
		return nil
	}
	s, of := x.Shape(), w.Shape()
	if of.Dims() < 2 {
		return f(x, w)
	}
	if of[0] == 1 { // the same at every step
		return f(x, c.Reshape(w, of[1]))
	}
	y := f(c.Reshape(x, steps, c.Batch, s[1]), c.Reshape(w, of[0], 1, of[1]))
	return c.Reshape(y, s...)
}
