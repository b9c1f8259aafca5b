package onnx

import (
	"slices"

	"github.com/pkg/errors"

	"unroll/nn"
)

// columns returns some of an axis that is a part of the features. It must be the part that
// changes last, so that these are side by side.
func (c *call) columns(v *symbol, at, from, to int) (*symbol, error) {
	a := v.axes[at][0]
	if from < 0 {
		from, to = from+a.size, to+a.size
	}
	if from < 0 || to > a.size || from >= to {
		return nil, errors.Errorf("%d to %d of %d features", from, to, a.size)
	}
	if a.size*a.stride != v.width() {
		return nil, errors.Errorf("a part of axis %d of %v cannot be represented", at, v.axes)
	}
	v.used()
	n := (to - from) * a.stride
	y := &symbol{axes: slices.Clone(v.axes), shape: append(slices.Clone(v.shape[:len(v.shape)-1]), n)}
	y.axes[at] = axis{{kind: featureAxis, size: to - from, stride: a.stride}}
	y.part = &columns{v, from * a.stride, to * a.stride, c, nil}
	return y, nil
}

// columns are features side by side of a value, of which a layer is made when they are used
// as such.
type columns struct {
	whole    *symbol
	from, to int
	c        *call
	made     *nn.Symbol
}

// resolve returns the value of nn that a symbol is.
func (r *reader) resolve(s *symbol) nn.Symbol {
	p := s.part
	if p == nil {
		return s.of
	}
	if p.made == nil {
		of := p.c.apply(Columns{From: p.from, To: p.to}, "", "columns", nil, p.whole)
		p.made = &of
	}
	return *p.made
}

// together returns the value that all are columns of, if they are all of it in its order.
func together(all []*symbol) (*symbol, bool) {
	end := 0
	for _, s := range all {
		p := s.part
		if p == nil || p.whole != all[0].part.whole || p.from != end || p.made != nil {
			return nil, false
		}
		end = p.to
	}
	whole := all[0].part.whole
	return whole, end == whole.width()
}

func readSlice(c *call) error {
	v, err := c.value(0)
	if err != nil {
		return err
	}
	starts, err := c.ints(1, "starts")
	if err != nil {
		return err
	}
	ends, err := c.ints(2, "ends")
	if err != nil {
		return err
	}
	axes, err := c.ints(3, "axes")
	if err != nil {
		return err
	}
	steps, err := c.ints(4, "")
	if err != nil {
		return err
	}
	if axes == nil {
		for i := range starts {
			axes = append(axes, i)
		}
	}
	if steps == nil {
		steps = slices.Repeat([]int{1}, len(starts))
	}
	if len(starts) != len(ends) || len(starts) != len(axes) || len(starts) != len(steps) || slices.Contains(steps, 0) {
		return errors.New("its starts, ends, axes and steps cannot be represented: want as many of each, and no step of 0")
	}
	for k, at := range axes {
		if v, err = c.sliced(v, at, int64(starts[k]), int64(ends[k]), int64(steps[k])); err != nil {
			return err
		}
	}
	return c.give(v)
}

// strided returns the first index and the number of those from one to another, each step-th,
// of n. The ends may be counted from the end.
func strided(from, to, step int64, n int) (first, count int) {
	if step > 0 {
		a, b := span(from, to, n)
		return a, (b - a + int(min(step, mostElements)) - 1) / int(min(step, mostElements))
	}
	clamp := func(i int64) int {
		if i < 0 {
			i += int64(n)
		}
		return int(min(max(i, -1), int64(n)-1))
	}
	back := int(min(-max(step, -mostElements), mostElements))
	first = clamp(from)
	return first, max(first-clamp(to)+back-1, 0) / back
}

// sliced returns what is from one index to another along an axis, each step-th of it.
func (c *call) sliced(v any, at int, from, to, step int64) (any, error) {
	switch v := v.(type) {
	case nums:
		var out nums
		first, count := strided(from, to, step, len(v.list))
		for i := range count {
			out.list = append(out.list, v.list[first+i*int(step)])
		}
		return out, nil
	case *array:
		if at < 0 {
			at += len(v.shape)
		}
		if at < 0 || at >= len(v.shape) {
			return nil, errors.Errorf("axis %d of %d", at, len(v.shape))
		}
		first, count := strided(from, to, step, v.shape[at])
		shape, inner := slices.Clone(v.shape), elements(v.shape[at+1:])
		shape[at] = count
		var list []int
		for o := range elements(v.shape[:at]) {
			for row := range count {
				for i := range inner {
					list = append(list, (o*v.shape[at]+first+row*int(step))*inner+i)
				}
			}
		}
		return v.at(shape, list), nil
	case filled:
		if at < 0 {
			at += len(v.shape)
		}
		if at < 0 || at >= len(v.shape) || !v.shape[at].known() || v.shape[at].k > mostElements {
			return nil, errors.Errorf("axis %d cannot be cut", at)
		}
		_, count := strided(from, to, step, int(v.shape[at].k))
		shape := slices.Clone(v.shape)
		shape[at] = num{k: int64(count)}
		return filled{v.value, shape}, nil
	case *symbol:
		if at = v.along(at); at < 0 || at >= len(v.axes) {
			return nil, errors.Errorf("axis %d of %d", at, len(v.axes))
		}
		if step != 1 {
			return nil, errors.Errorf("with a step of %d, along axis %d of %v, it cannot be represented", step, at, v.axes)
		}
		x := v.axes[at]
		switch {
		case from == 0 && to >= mostElements:
			return v, nil
		case len(x) == 0:
			if a, b := span(from, to, 1); a < b {
				return v, nil
			}
		case x.is(featureAxis):
			a, b := span(from, to, x[0].size)
			if a == 0 && b == x[0].size {
				return v, nil
			}
			return c.columns(v, at, a, b)
		case x.is(timeAxis) && from == -1 && to >= mostElements:
			return c.pick(v, at, -1, false)
		case x.is(timeAxis) && to == from+1 && to != 0 && x[0].size != 1:
			return c.pick(v, at, int(from), false)
		case x.is(timeAxis):
			return c.cut(v, at, from, to)
		}
		return nil, errors.Errorf("%d to %d of axis %d of %v cannot be represented", from, to, at, v.axes)
	}
	return nil, errors.New("of what is no tensor of the model it cannot be represented")
}

// readSplit reads parts of the features, side by side.
func readSplit(c *call) error {
	s, err := c.symbol(0)
	if err != nil {
		return err
	}
	sizes, err := c.ints(1, "split")
	if err != nil {
		return err
	}
	attr(c.node, "num_outputs", int64(0))
	at := s.along(int(attr(c.node, "axis", int64(0))))
	if at < 0 || at >= len(s.axes) || !s.axes[at].is(featureAxis) || s.ids {
		return errors.Errorf("along axis %d of %v it cannot be represented", at, s.axes)
	}
	n := len(c.node.outputs)
	if size := s.axes[at][0].size; sizes == nil && size%n == 0 {
		sizes = slices.Repeat([]int{size / n}, n)
	}
	if len(sizes) != n {
		return errors.Errorf("%d features into %d parts cannot be represented", s.axes[at][0].size, n)
	}
	from := 0
	for i, size := range sizes {
		part, err := c.columns(s, at, from, from+size)
		if err != nil {
			return err
		}
		if err := c.giveAt(i, part); err != nil {
			return err
		}
		from += size
	}
	return nil
}
