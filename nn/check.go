package nn

import "gorgonia.org/tensor"

// oneInput returns the only input's shape.
func oneInput(in []Shape) (Shape, error) {
	if len(in) != 1 {
		return nil, errorf("%d inputs, want 1", len(in))
	}
	return in[0], nil
}

func positive(field string, n int) error {
	if n < 1 {
		return errorf("%s is %d, want at least 1", field, n)
	}
	return nil
}

// rate holds a share of what is dropped to [0, 1).
func rate(field string, r float64) error {
	if !(r >= 0 && r < 1) {
		return errorf("%s is %v, want at least 0 and less than 1", field, r)
	}
	return nil
}

// last returns the number of features.
func (s Shape) last() (int, error) {
	if len(s) == 0 || s[len(s)-1] < 1 {
		return 0, errorf("input is %v, want a known number of features", s)
	}
	return s[len(s)-1], nil
}

// wordIDs returns the number of steps of an input of word ids.
func wordIDs(in []Shape) (int, error) {
	x, err := oneInput(in)
	if err != nil {
		return 0, err
	}
	if len(x) != 1 {
		return 0, errorf("input is %v, want word ids (None, time)", x)
	}
	return x[0], nil
}

// sequence returns the steps and features of an input sequence.
func sequence(in []Shape) (Shape, error) {
	x, err := oneInput(in)
	if err != nil {
		return nil, err
	}
	if len(x) != 2 {
		return nil, errorf("input has %d dimensions %v, want (None, time, features)", len(x)+1, x)
	}
	return x, nil
}

// checkValues holds a layer to the shapes that it declared.
func (c *Context) checkValues(values []Value, want []Shape) {
	if c.Err() != nil {
		return
	}
	if len(values) != len(want) {
		c.Fail(errorf("emitted %d values, declared %d", len(values), len(want)))
		return
	}
	for i, v := range values {
		c.checkShape(v, want[i])
	}
}

// checkShape holds a layer to the shape that it declared.
func (c *Context) checkShape(x Value, want Shape) {
	switch {
	case x.Node != nil && x.IDs != nil:
		c.Fail(errorf("emitted a value with both Node and IDs: clear IDs, Depth and Table"))
		return
	case x.Mask != nil && !x.Mask.Shape().Eq(tensor.Shape{c.Batch * max(x.Steps, 1), 1}):
		c.Fail(errorf("emitted a mask of shape %v for a batch of %d and %d steps", x.Mask.Shape(), c.Batch, x.Steps))
		return
	case x.Node != nil && x.Node.Dims() != 2:
		c.Fail(errorf("emitted a node of shape %v, want a matrix", x.Node.Shape()))
		return
	case x.Node == nil && x.IDs == nil:
		c.Fail(errorf("emitted no value"))
		return
	case x.Node != nil:
		if rows := x.Node.Shape()[0]; rows != c.Batch*max(x.Steps, 1) {
			c.Fail(errorf("emitted %d rows for a batch of %d and %d steps", rows, c.Batch, x.Steps))
		}
	}
	if got := x.shape(); len(got) != len(want) || !want.fits(got) {
		c.Fail(errorf("emitted shape %v, declared %v", got, want))
	}
}
