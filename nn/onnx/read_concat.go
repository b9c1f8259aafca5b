package onnx

import (
	"slices"

	"github.com/pkg/errors"

	"unroll/nn"
)

func readExpand(c *call) error {
	v, err := c.value(0)
	if err != nil {
		return err
	}
	to, err := c.value(1)
	if err != nil {
		return err
	}
	shape, ok := numsOf(to)
	if !ok {
		return errors.New("its shape cannot be represented")
	}
	switch v := v.(type) {
	case filled:
		return c.give(filled{v.value, shape.list})
	case *array:
		for _, f := range v.floats {
			if f != v.floats[0] {
				return errors.New("of a constant of several values it cannot be represented")
			}
		}
		if k, ok := floatOf(&array{shape: []int{}, floats: v.floats[:min(1, len(v.floats))]}); ok {
			return c.give(filled{k, shape.list})
		}
	}
	return errors.New("of a value of the model it cannot be represented")
}

func readConcat(c *call) error {
	along := int(attr(c.node, "axis", int64(0)))
	var in []any
	for i := range c.node.inputs {
		v, err := c.value(i)
		if err != nil {
			return err
		}
		in = append(in, v)
	}
	if len(in) == 0 {
		return errors.New("it has no inputs")
	}
	switch first := in[0].(type) {
	case *symbol:
		return c.concatenate(in, first.along(along))
	case filled:
		shape := slices.Clone(first.shape)
		if along < 0 {
			along += len(shape)
		}
		for _, v := range in[1:] {
			f, ok := v.(filled)
			if !ok || f.value != first.value || along < 0 || along >= len(shape) || len(f.shape) != len(shape) || !shape[along].known() || !f.shape[along].known() {
				return errors.New("of these constants it cannot be represented")
			}
			shape[along].k += f.shape[along].k
		}
		return c.give(filled{first.value, shape})
	}
	var out nums
	whole := true
	for _, v := range in {
		n, ok := numsOf(v)
		whole = whole && ok && !n.scalar
		out.list = append(out.list, n.list...)
	}
	if whole {
		return c.give(out)
	}
	var arrays []*array
	for _, v := range in {
		a, ok := v.(*array)
		if !ok || a.floats == nil {
			return errors.New("of these values it cannot be represented")
		}
		arrays = append(arrays, a)
	}
	return c.joined(arrays, along)
}

// joined joins constants along an axis.
func (c *call) joined(arrays []*array, along int) error {
	shape := slices.Clone(arrays[0].shape)
	if along < 0 {
		along += len(shape)
	}
	if along < 0 || along >= len(shape) {
		return errors.Errorf("axis %d of %d", along, len(shape))
	}
	shape[along] = 0
	for _, a := range arrays {
		if len(a.shape) != len(shape) {
			return errors.New("its inputs do not fit")
		}
		for i, d := range a.shape {
			if i != along && d != shape[i] {
				return errors.New("its inputs do not fit")
			}
		}
		shape[along] += a.shape[along]
	}
	if n := elements(shape); n > c.room || n < 0 {
		return errors.New("the constants that the graph computes are many times as large as the file")
	}
	out := &array{typ: arrays[0].typ, shape: shape, floats: []float64{}}
	for o := range elements(shape[:along]) {
		for _, a := range arrays {
			n := elements(a.shape[along:])
			out.floats = append(out.floats, a.floats[o*n:(o+1)*n]...)
		}
	}
	return c.give(out)
}

// concatenate joins values of the model: their steps, their features, or, side by side,
// values that have features elsewhere, such as states.
func (c *call) concatenate(in []any, along int) error {
	var all []*symbol
	steps, parts := 0, 0
	for _, v := range in {
		s, ok := v.(*symbol)
		if !ok || s.ids || len(s.axes) != len(in[0].(*symbol).axes) || along < 0 || along >= len(s.axes) {
			return errors.New("of these values it cannot be represented")
		}
		s.used()
		all = append(all, s)
		if size := s.axes[along].num(); size.known() {
			parts += int(size.k)
		}
	}
	first := all[0]
	y := &symbol{axes: slices.Clone(first.axes), shape: slices.Clone(first.shape)}
	for i, s := range all {
		for k, x := range s.axes {
			if k != along && !slices.Equal(x, first.axes[k]) {
				return errors.Errorf("of values with the axes %v and %v it cannot be represented", first.axes, s.axes)
			}
		}
		if s.axes[along].is(timeAxis) {
			if steps >= 0 && s.shape[0] >= 0 {
				steps += s.shape[0]
			} else {
				steps = nn.Any
			}
		} else if y.shape[len(y.shape)-1] += s.width(); i == 0 {
			y.shape[len(y.shape)-1] = s.width()
		}
	}
	one := func(is func(s *symbol) bool) bool {
		return !slices.ContainsFunc(all, func(s *symbol) bool { return !is(s) })
	}
	switch {
	case one(func(s *symbol) bool { return s.axes[along].is(timeAxis) }):
		c.time++
		y.shape[0] = steps
		y.axes[along] = axis{{kind: timeAxis, size: steps, id: c.time}}
		y.of = c.apply(nn.Concatenate{Time: true}, "", "concatenate", nil, all...)
		return c.give(y)
	case one(func(s *symbol) bool { return s.whole(along) }):
		if whole, ok := together(all); ok {
			y.of, y.part = whole.of, whole.part
			y.axes[along] = axis{{kind: featureAxis, size: y.width(), stride: 1}}
			return c.give(y)
		}
		y.axes[along] = axis{{kind: featureAxis, size: y.width(), stride: 1}}
	case parts > 0 && one(func(s *symbol) bool {
		x := s.axes[along]
		n := 1
		if len(x) == 1 && x[0].kind == featureAxis {
			n = x[0].size
		}
		return len(x) <= 1 && s.width() == n*(y.width()/parts)
	}):
		y.axes[along] = axis{{kind: featureAxis, size: parts, stride: y.width() / parts}}
	default:
		return errors.Errorf("along axis %d of %v it cannot be represented", along, first.axes)
	}
	y.of = c.apply(nn.Concatenate{}, "", "concatenate", nil, all...)
	return c.give(y)
}
