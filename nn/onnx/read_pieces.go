package onnx

import (
	"slices"

	"github.com/pkg/errors"

	"unroll/nn"
)

func readSqueeze(c *call, un bool) error {
	v, err := c.value(0)
	if err != nil {
		return err
	}
	at, err := c.ints(1, "axes")
	if err != nil {
		return err
	}
	rank := 0
	switch v := v.(type) {
	case *symbol:
		rank = len(v.axes)
	case *array:
		rank = len(v.shape)
	case filled:
		rank = len(v.shape)
	case nums:
		rank = boolInt(!v.scalar)
	}
	if un {
		rank += len(at)
	} else if at == nil {
		return errors.New("without axes it cannot be represented")
	}
	for i, a := range at {
		if a < 0 {
			at[i] = a + rank
		}
		if at[i] < 0 || at[i] >= rank {
			return errors.Errorf("axes are %v, of %d", at, rank)
		}
	}
	slices.Sort(at)
	switch v := v.(type) {
	case *symbol:
		axes, ok := pieces(v.axes, at, un, nil, func(x axis) bool {
			return len(x) == 0 || len(x) == 1 && x[0].size == 1 && x[0].kind != batchAxis
		})
		if !ok {
			return errors.Errorf("axes %v of %v are not of size 1", at, v.axes)
		}
		for _, a := range at {
			if !un && v.axes[a].is(timeAxis) { // the only step
				s, err := c.step(v, a, 0)
				if err != nil {
					return err
				}
				return c.give(s)
			}
		}
		return c.give(v.moved(axes))
	case *array:
		shape, ok := pieces(v.shape, at, un, 1, func(d int) bool { return d == 1 })
		if !ok {
			return errors.Errorf("axes %v of %v are not of size 1", at, v.shape)
		}
		return c.give(&array{typ: v.typ, shape: shape, floats: v.floats, ints: v.ints})
	case filled:
		shape, ok := pieces(v.shape, at, un, num{k: 1}, func(n num) bool { return n == num{k: 1} })
		if !ok {
			return errors.Errorf("axes %v are not of size 1", at)
		}
		return c.give(filled{v.value, shape})
	case nums:
		if len(at) == 1 && v.scalar == un && len(v.list) == 1 {
			return c.give(nums{v.list, !un})
		}
	}
	return errors.New("of what is no tensor of the model it cannot be represented")
}

// pieces inserts ones at the places, which rise, or takes them away.
func pieces[T any](list []T, at []int, insert bool, one T, is func(T) bool) ([]T, bool) {
	out := slices.Clone(list)
	if insert {
		for _, a := range at {
			out = slices.Insert(out, min(a, len(out)), one)
		}
		return out, true
	}
	for i := len(at) - 1; i >= 0; i-- {
		if !is(out[at[i]]) {
			return nil, false
		}
		out = slices.Delete(out, at[i], at[i]+1)
	}
	return out, true
}

func readGather(c *call) error {
	along := int(attr(c.node, "axis", int64(0)))
	from, err := c.value(0)
	if err != nil {
		return err
	}
	by, err := c.value(1)
	if err != nil {
		return err
	}
	if ids, ok := by.(*symbol); ok {
		table, err := c.array(0)
		if err != nil {
			return err
		}
		ids.used()
		if !ids.ids || len(table.shape) != 2 || along != 0 || table.floats == nil {
			return errors.New("rows of a table by word ids can be represented, and nothing else that is gathered by a value of the model")
		}
		width := table.shape[1]
		l := nn.Embedding{InputDim: table.shape[0], OutputDim: width}
		y := &symbol{shape: nn.Shape{ids.shape[0], width}}
		y.axes = append(slices.Clone(ids.axes), axis{{kind: featureAxis, size: width, stride: 1}})
		y.of = c.apply(l, c.node.input(0), "embedding", map[string][]float64{"embeddings": table.floats}, ids)
		return c.give(y)
	}
	index, err := c.array(1)
	if err != nil {
		return err
	}
	if index == nil || index.floats != nil || len(index.shape) > 1 {
		return errors.New("its indices cannot be represented")
	}
	scalar := len(index.shape) == 0
	switch v := from.(type) {
	case nums:
		var out nums
		out.scalar = scalar
		for _, i := range index.ints {
			if i < 0 {
				i += int64(len(v.list))
			}
			if i < 0 || i >= int64(len(v.list)) {
				return errors.Errorf("index %d of %d", i, len(v.list))
			}
			out.list = append(out.list, v.list[i])
		}
		return c.give(out)
	case *array:
		if n, ok := numsOf(v); ok && len(v.shape) == 1 {
			var out nums
			out.scalar = scalar
			for _, i := range index.ints {
				if i < 0 {
					i += int64(len(n.list))
				}
				if i < 0 || i >= int64(len(n.list)) {
					return errors.Errorf("index %d of %d", i, len(n.list))
				}
				out.list = append(out.list, n.list[i])
			}
			return c.give(out)
		}
	case filled:
		if along < 0 {
			along += len(v.shape)
		}
		if along < 0 || along >= len(v.shape) {
			return errors.Errorf("axis %d of %d", along, len(v.shape))
		}
		shape := slices.Clone(v.shape)
		if shape[along] = (num{k: int64(len(index.ints))}); scalar {
			shape = slices.Delete(shape, along, along+1)
		}
		return c.give(filled{v.value, shape})
	case *symbol:
		if len(index.ints) != 1 {
			return errors.New("several indices cannot be represented")
		}
		s, err := c.pick(v, v.along(along), int(index.ints[0]), scalar)
		if err != nil {
			return err
		}
		return c.give(s)
	}
	return errors.New("of what is no tensor of the model it cannot be represented")
}

// pick returns one index of an axis; the axis is gone, or of size 1.
func (c *call) pick(v *symbol, at, i int, gone bool) (*symbol, error) {
	if at < 0 || at >= len(v.axes) {
		return nil, errors.Errorf("it is taken along axis %d of %d", at, len(v.axes))
	}
	var s *symbol
	var err error
	switch x := v.axes[at]; {
	case len(x) == 0 && (i == 0 || i == -1):
		s = v.moved(slices.Delete(slices.Clone(v.axes), at, at+1))
	case x.is(timeAxis):
		s, err = c.step(v, at, i)
	case x.is(featureAxis):
		s, err = c.columns(v, at, i, i+1)
		if err == nil {
			s = s.moved(slices.Delete(slices.Clone(s.axes), at, at+1))
		}
	default:
		return nil, errors.Errorf("an index of axis %d of %v cannot be represented", at, v.axes)
	}
	if err == nil && !gone {
		s = s.moved(slices.Insert(slices.Clone(s.axes), at, axis{}))
	}
	return s, err
}

// step returns one step of a sequence, without the axis.
func (c *call) step(v *symbol, at, i int) (*symbol, error) {
	axes := slices.Delete(slices.Clone(v.axes), at, at+1)
	if v.ids {
		return nil, errors.New("one of the word ids cannot be represented")
	}
	size := v.axes[at][0].size
	if v.last != nil && (i == -1 || size > 0 && i == size-1) {
		if s, ok := v.last(); ok {
			return s.moved(axes), nil
		}
	}
	v.used()
	y := &symbol{shape: v.shape[1:], axes: axes}
	y.of = c.apply(Step{Index: i}, "", "step", nil, v)
	return y, nil
}
