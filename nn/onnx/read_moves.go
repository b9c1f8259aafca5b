package onnx

import (
	"slices"

	"github.com/pkg/errors"
)

func readTranspose(c *call) error {
	v, err := c.value(0)
	if err != nil {
		return err
	}
	perm, _ := narrow(attr[[]int64](c.node, "perm", nil))
	check := func(rank int) error {
		if len(perm) == 0 {
			for i := range rank {
				perm = append(perm, rank-1-i)
			}
		}
		sorted := slices.Sorted(slices.Values(perm))
		for i, p := range sorted {
			if p != i || len(sorted) != rank {
				return errors.Errorf("perm is %v, of %d axes", perm, rank)
			}
		}
		return nil
	}
	switch v := v.(type) {
	case *symbol:
		if err := check(len(v.axes)); err != nil {
			return err
		}
		axes := make([]axis, len(perm))
		for i, p := range perm {
			axes[i] = v.axes[p]
		}
		return c.give(v.moved(axes))
	case *array:
		if err := check(len(v.shape)); err != nil {
			return err
		}
		shape, at := transposition(v.shape, perm)
		return c.give(v.at(shape, at))
	}
	return errors.New("of what is no tensor of the model it cannot be represented")
}

// at returns an array of elements of another.
func (a *array) at(shape, at []int) *array {
	out := &array{typ: a.typ, shape: shape}
	if a.floats != nil {
		out.floats = make([]float64, len(at))
	} else {
		out.ints = make([]int64, len(at))
	}
	for i, k := range at {
		if a.floats != nil {
			out.floats[i] = a.floats[k]
		} else {
			out.ints[i] = a.ints[k]
		}
	}
	return out
}

func readReshape(c *call) error {
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
	zero := attr(c.node, "allowzero", int64(0)) != 0
	if n, ok := v.(nums); ok && len(shape.list) > 1 {
		if a, known := n.array(); known {
			v = a
		}
	}
	switch v := v.(type) {
	case *symbol:
		axes, ok := reshaped(v.axes, shape.list, zero)
		if !ok {
			return errors.Errorf("the axes %v cannot be given the shape that is wanted", v.axes)
		}
		return c.give(v.moved(axes))
	case *array:
		if !knownNums(shape.list) {
			return errors.New("a constant of open shape cannot be represented")
		}
		out, left, n := []int{}, -1, 1
		for i, d := range shape.list {
			k := int(d.k)
			if k == 0 && !zero && i < len(v.shape) {
				k = v.shape[i]
			}
			if k == -1 && left < 0 {
				left, k = i, 1
			}
			if k < 0 || k > mostElements || n*max(k, 1) > mostElements {
				return errors.Errorf("a shape of %d", k)
			}
			out, n = append(out, k), n*k
		}
		if left >= 0 && n > 0 {
			out[left] = v.len() / n
			n *= out[left]
		}
		if n != v.len() {
			return errors.Errorf("%d values cannot have the shape %v", v.len(), out)
		}
		return c.give(&array{typ: v.typ, shape: out, floats: v.floats, ints: v.ints})
	case filled:
		return c.give(filled{v.value, shape.list})
	case nums:
		if len(shape.list) <= 1 {
			return c.give(nums{v.list, len(shape.list) == 0})
		}
	}
	return errors.New("of what is no tensor of the model it cannot be represented")
}
