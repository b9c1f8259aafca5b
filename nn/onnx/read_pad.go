package onnx

import (
	"fmt"

	"github.com/pkg/errors"

	"unroll/nn"
)

// readPad reads steps of zeros at the ends of a sequence; fewer than none are taken away.
func readPad(c *call) error {
	if mode := attr(c.node, "mode", "constant"); mode != "constant" {
		return errors.Errorf("with mode = %q it cannot be represented", mode)
	}
	value := attr(c.node, "value", 0.0)
	v, err := c.value(2)
	if err != nil {
		return err
	}
	if v != nil {
		k, ok := floatOf(v)
		if !ok {
			return errors.New("its value is not constant, which cannot be represented")
		}
		value = k
	}
	s, err := c.symbol(0)
	if err != nil {
		return err
	}
	pads, err := c.ints(1, "pads")
	if err != nil {
		return err
	}
	axes, err := c.ints(3, "")
	if err != nil {
		return err
	}
	if axes == nil {
		for i := range s.axes {
			axes = append(axes, i)
		}
	}
	if len(pads) != 2*len(axes) {
		return errors.Errorf("%d pads, want two for each of %d axes", len(pads), len(axes))
	}
	for i, at := range axes {
		left, right := pads[i], pads[i+len(axes)]
		if left == 0 && right == 0 {
			continue
		}
		if (left > 0 || right > 0) && value != 0 {
			return errors.Errorf("with steps of %v, which are not zeros, it cannot be represented", value)
		}
		if s, err = c.resized(s, s.along(at), left, right); err != nil {
			return err
		}
	}
	return c.give(s)
}

// resized returns a sequence with so many steps of zeros at its ends, or fewer steps where
// the numbers are negative.
func (c *call) resized(s *symbol, at, left, right int) (*symbol, error) {
	if at < 0 || at >= len(s.axes) {
		return nil, errors.Errorf("axis %d of %d", at, len(s.axes))
	}
	if !s.axes[at].is(timeAxis) || s.ids {
		return nil, errors.Errorf("steps more or fewer of axis %d of %v cannot be represented: want the steps of a sequence of features", at, s.axes)
	}
	if most := 1 << 24; max(left, right) > most || min(left, right) < -most {
		return nil, errors.Errorf("pads of %d and %d", left, right)
	}
	if less := -min(left, 0) - min(right, 0); less > 0 {
		if s.shape[0] >= 0 && less >= s.shape[0] {
			return nil, errors.Errorf("of %d steps, %d cannot be taken away", s.shape[0], less)
		}
		s = c.lengthened(s, at, -less, nn.Cropping1D{Cropping: []int{-min(left, 0), -min(right, 0)}}, "cropping1d")
	}
	if more := max(left, 0) + max(right, 0); more > 0 {
		s = c.lengthened(s, at, more, nn.ZeroPadding1D{Padding: []int{max(left, 0), max(right, 0)}}, "zero_padding1d")
	}
	return s, nil
}

// lengthened returns what a layer makes of a sequence, with so many steps more.
func (c *call) lengthened(s *symbol, at, more int, l nn.Layer, def string) *symbol {
	s.used()
	y := &symbol{of: c.apply(l, "", def, nil, s), shape: append(nn.Shape{}, s.shape...), axes: append([]axis{}, s.axes...)}
	if y.shape[0] >= 0 {
		y.shape[0] += more
	}
	c.time++
	y.axes[at] = axis{{kind: timeAxis, size: y.shape[0], id: c.time}}
	return y
}

// cut returns the steps from one to another of a sequence, which are counted from its end if
// they are negative. Of an open length it must be all but some at the ends.
func (c *call) cut(s *symbol, at int, from, to int64) (*symbol, error) {
	if n := s.shape[0]; n >= 0 {
		a, b := span(from, to, n)
		return c.resized(s, at, -a, b-n)
	}
	rear, end := to, fmt.Sprint(to)
	if to >= mostElements {
		rear, end = 0, "the end"
	}
	// How many steps are left behind the first ones is not known, nor in front of the last.
	if from < 0 || from > mostElements || rear < -mostElements || rear > 0 || to == 0 {
		return nil, errors.Errorf("from %d to %s of axis %d of %v: of an open length all steps can be taken, one, or all but some at the ends", from, end, at, s.axes)
	}
	return c.resized(s, at, int(-from), int(rear))
}

// sequence gives what has no steps those that an operator takes: one step of the features
// where the axis is of size 1, or a step for each feature where the features are.
func (c *call) sequence(s *symbol, time, features int) *symbol {
	if s.ids || len(s.shape) != 1 {
		return s
	}
	y := &symbol{axes: append([]axis{}, s.axes...)}
	switch {
	case len(s.axes[time]) == 0:
		y.shape = nn.Shape{1, s.width()}
		y.of = c.apply(nn.RepeatVector{N: 1}, "", "repeat_vector", nil, s)
	case s.whole(time) && len(s.axes[features]) == 0:
		y.shape = nn.Shape{s.width(), 1}
		y.of = c.apply(nn.Reshape{TargetShape: y.shape}, "", "reshape", nil, s)
	default:
		return s
	}
	c.time++
	y.axes[time] = axis{{kind: timeAxis, size: y.shape[0], id: c.time}}
	return y
}
