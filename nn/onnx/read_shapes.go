package onnx

import (
	"maps"
	"slices"

	"github.com/pkg/errors"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func knownNums(list []num) bool {
	return !slices.ContainsFunc(list, func(n num) bool { return !n.known() })
}

// array returns numbers that are all known.
func (n nums) array() (*array, bool) {
	a := &array{typ: typeInt64, shape: []int{len(n.list)}, ints: []int64{}}
	if n.scalar {
		a.shape = []int{}
	}
	for _, x := range n.list {
		a.ints = append(a.ints, x.k)
	}
	return a, knownNums(n.list)
}

// numsOf returns a value as numbers of shape arithmetic.
func numsOf(v any) (nums, bool) {
	switch v := v.(type) {
	case nums:
		return v, true
	case *array:
		if v.ints == nil && v.len() > 0 || len(v.shape) > 1 || v.len() > 64 {
			return nums{}, false
		}
		n := nums{scalar: len(v.shape) == 0}
		for _, x := range v.ints {
			n.list = append(n.list, num{k: x})
		}
		return n, true
	case filled:
		if len(v.shape) <= 1 && knownNums(v.shape) && v.value == float64(int64(v.value)) {
			count := int64(1)
			if len(v.shape) == 1 {
				count = v.shape[0].k
			}
			if count >= 0 && count <= 64 {
				return nums{slices.Repeat([]num{{k: int64(v.value)}}, int(count)), len(v.shape) == 0}, true
			}
		}
	}
	return nums{}, false
}

// passing are operators that change nothing of a value in inference.
var passing = map[string]func(c *call) error{
	"Identity": func(c *call) error {
		v, err := c.value(0)
		if err != nil {
			return err
		}
		return c.give(v)
	},
	"Cast": readCast,
	"Constant": func(c *call) error {
		n := c.node
		if a := attr[*array](n, "value", nil); a != nil {
			return c.give(a)
		}
		for name := range n.attrs {
			switch v := n.attrs[name].(type) {
			case int64:
				delete(n.attrs, name)
				return c.give(&array{typ: typeInt64, shape: []int{}, ints: []int64{v}})
			case float64:
				delete(n.attrs, name)
				return c.give(&array{typ: typeFloat, shape: []int{}, floats: []float64{v}})
			case []int64:
				delete(n.attrs, name)
				return c.give(&array{typ: typeInt64, shape: []int{len(v)}, ints: append([]int64{}, v...)})
			case []float64:
				delete(n.attrs, name)
				return c.give(&array{typ: typeFloat, shape: []int{len(v)}, floats: v})
			}
		}
		return errors.New("it has no value that can be represented")
	},
	"ConstantOfShape": func(c *call) error {
		v, err := c.value(0)
		if err != nil {
			return err
		}
		shape, ok := numsOf(v)
		if !ok {
			return errors.New("its shape cannot be represented")
		}
		f := filled{shape: shape.list}
		if a := attr[*array](c.node, "value", nil); a != nil {
			f.value, _ = floatOf(a)
		}
		return c.give(f)
	},
}

// readCast reads a change of the element type, of which the model's own is all that there
// is.
func readCast(c *call) error {
	to := attr(c.node, "to", int64(0))
	attr(c.node, "saturate", int64(1))
	v, err := c.value(0)
	if err != nil {
		return err
	}
	switch v := v.(type) {
	case *symbol:
		v.used()
		if isFloat(to) == v.ids || to == typeBool {
			return errors.Errorf("a change to elements of type %d cannot be represented", to)
		}
	case *array:
		a := &array{typ: to, shape: v.shape, floats: v.floats, ints: v.ints}
		if a.floats == nil && isFloat(to) {
			a.ints, a.floats = nil, make([]float64, v.len())
			for i, x := range v.ints {
				a.floats[i] = float64(x)
			}
		} else if a.ints == nil && !isFloat(to) {
			a.floats, a.ints = nil, make([]int64, v.len())
			for i, x := range v.floats {
				a.ints[i] = int64(x)
			}
		}
		return c.give(a)
	}
	return c.give(v)
}

var shapeOperators = map[string]func(c *call) error{
	"Shape": func(c *call) error {
		v, err := c.value(0)
		if err != nil {
			return err
		}
		var out nums
		switch v := v.(type) {
		case *symbol:
			for _, x := range v.axes {
				out.list = append(out.list, x.num())
			}
		case *array:
			for _, d := range v.shape {
				out.list = append(out.list, num{k: int64(d)})
			}
		case filled:
			out.list = v.shape
		case nums:
			out.list = []num{{k: int64(len(v.list))}}
		}
		from, to := span(attr(c.node, "start", int64(0)), attr(c.node, "end", int64(mostElements)), len(out.list))
		out.list = out.list[from:to]
		return c.give(out)
	},
	"Gather": readGather, "Slice": readSlice, "Concat": readConcat, "Transpose": readTranspose, "Expand": readExpand, "Split": readSplit,
	"Reshape":   func(c *call) error { return readReshape(c) },
	"Squeeze":   func(c *call) error { return readSqueeze(c, false) },
	"Unsqueeze": func(c *call) error { return readSqueeze(c, true) },
	"Flatten": func(c *call) error {
		s, err := c.symbol(0)
		if err != nil {
			return err
		}
		at := s.along(int(attr(c.node, "axis", int64(1))))
		if at != 1 {
			return errors.Errorf("axis %d of %v cannot be represented", at, s.axes)
		}
		axes, ok := reshaped(s.axes, []num{s.axes[0].num(), {k: -1}}, true)
		if !ok {
			return errors.Errorf("the axes are %v, which cannot be represented", s.axes)
		}
		return c.give(s.moved(axes))
	},
}

// span returns the indices from one to another, which may be counted from the end, of n.
func span(from, to int64, n int) (int, int) {
	clamp := func(i int64) int {
		if i < 0 {
			i += int64(n)
		}
		return int(min(max(i, 0), int64(n)))
	}
	a, b := clamp(from), clamp(to)
	return a, max(a, b)
}

// moved returns the symbol with its axes in another way.
func (s *symbol) moved(axes []axis) *symbol {
	m := *s
	m.axes = axes
	return &m
}
