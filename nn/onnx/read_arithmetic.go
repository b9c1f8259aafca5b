package onnx

import (
	"math"
	"slices"
	"strconv"

	"github.com/pkg/errors"

	"unroll/nn"
)

var arithmetic = map[string]func(c *call) error{
	"Add": func(c *call) error {
		return c.binary(func(x, y float64) float64 { return x + y }, nn.Add{})
	},
	"Sub": func(c *call) error {
		return c.binary(func(x, y float64) float64 { return x - y }, nn.Subtract{})
	},
	"Mul": func(c *call) error {
		return c.binary(func(x, y float64) float64 { return x * y }, nn.Multiply{})
	},
	"Div": func(c *call) error {
		if y, ok := c.gelu(); ok {
			return y
		}
		return c.binary(func(x, y float64) float64 { return x / y }, nil)
	},
	"Max": func(c *call) error { return c.binary(math.Max, nn.Maximum{}) },
	"Min": func(c *call) error { return c.binary(math.Min, nn.Minimum{}) },
	"Equal": func(c *call) error {
		return c.binary(func(x, y float64) float64 { return float64(boolInt(x == y)) }, nil)
	},
	"Where": func(c *call) error {
		var in [3]nums
		for i := range in {
			v, err := c.value(i)
			if err != nil {
				return err
			}
			var ok bool
			if in[i], ok = numsOf(v); !ok {
				return errors.New("of what is no shape it cannot be represented")
			}
		}
		n := max(len(in[0].list), len(in[1].list), len(in[2].list))
		out := nums{scalar: in[0].scalar && in[1].scalar && in[2].scalar}
		for i := range n {
			at := func(v nums) num { return v.list[min(i, len(v.list)-1)] }
			for _, v := range in {
				if len(v.list) != n && len(v.list) != 1 || !in[0].list[min(i, len(in[0].list)-1)].known() {
					return errors.New("of these shapes it cannot be represented")
				}
			}
			if at(in[0]).k != 0 {
				out.list = append(out.list, at(in[1]))
			} else {
				out.list = append(out.list, at(in[2]))
			}
		}
		return c.give(out)
	},
}

// nice returns a float of 32 bits as the number with the fewest digits that it stands for.
func nice(v float64) float64 {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', -1, 32), 64)
	return v
}

// binary reads an operator of two values, whose layer is l; nil if there is none.
func (c *call) binary(f func(x, y float64) float64, l nn.Layer) error {
	x, err := c.value(0)
	if err != nil {
		return err
	}
	y, err := c.value(1)
	if err != nil {
		return err
	}
	if len(c.node.inputs) > 2 {
		return errors.Errorf("%d inputs cannot be represented", len(c.node.inputs))
	}
	a, left := x.(*symbol)
	b, right := y.(*symbol)
	switch {
	case left && right:
		return c.merge(l, a, b)
	case left || right:
		if l == nil && (c.node.op != "Div" || !left) {
			return errors.New("of a value of the model it cannot be represented")
		}
		if left {
			return c.by(a, y, false)
		}
		return c.by(b, x, true)
	}
	if m, ok := numsOf(x); ok {
		if n, ok := numsOf(y); ok {
			return c.numbers(f, m, n)
		}
	}
	p, err := c.array(0)
	if err != nil {
		return err
	}
	q, err := c.array(1)
	if err != nil {
		return err
	}
	if p == nil || q == nil || p.floats == nil || q.floats == nil || p.len() != q.len() && p.len() != 1 && q.len() != 1 {
		return errors.New("of these constants it cannot be represented")
	}
	out := &array{typ: p.typ, shape: p.shape}
	if p.len() < q.len() {
		out.shape = q.shape
	}
	for i := range max(p.len(), q.len()) {
		out.floats = append(out.floats, f(p.floats[min(i, p.len()-1)], q.floats[min(i, q.len()-1)]))
	}
	return c.give(out)
}

// numbers computes with numbers of shape arithmetic.
func (c *call) numbers(f func(x, y float64) float64, m, n nums) error {
	out := nums{scalar: m.scalar && n.scalar}
	for i := range max(len(m.list), len(n.list)) {
		if len(m.list) == 0 || len(n.list) == 0 {
			break
		}
		x, y := m.list[min(i, len(m.list)-1)], n.list[min(i, len(n.list)-1)]
		switch {
		case c.node.op == "Mul":
			out.list = append(out.list, x.times(y))
		case c.node.op == "Div" && x.known() && y.known() && y.k > 0:
			out.list = append(out.list, num{k: x.k / y.k})
		case c.node.op == "Equal" && x.known() != y.known():
			if k := max(x.k*int64(boolInt(x.known())), y.k*int64(boolInt(y.known()))); k > 0 {
				return errors.Errorf("whether a size that is open is %d cannot be represented", k)
			}
			out.list = append(out.list, num{}) // a size is none of the numbers that stand for another
		case x.known() && y.known() && c.node.op != "Div":
			out.list = append(out.list, num{k: int64(f(float64(x.k), float64(y.k)))})
		case c.node.op == "Div" && y == num{k: 1}:
			out.list = append(out.list, x)
		default:
			return errors.New("of sizes that are open it cannot be represented")
		}
	}
	return c.give(out)
}

// merge reads an operator of two values of the model, of the same axes.
func (c *call) merge(l nn.Layer, a, b *symbol) error {
	if l == nil {
		return errors.New("of two values of the model it cannot be represented")
	}
	a.used()
	b.used()
	if !slices.EqualFunc(a.axes, b.axes, func(x, y axis) bool { return slices.Equal(x, y) }) || a.ids || b.ids || !a.shape.Eq(b.shape) {
		return errors.Errorf("of values with the axes %v and %v it cannot be represented", a.axes, b.axes)
	}
	return c.give(a.with(c.apply(l, "", "merge", nil, a, b)))
}

// by reads an operator of a value of the model and a constant, which is the first of the
// two if first is set.
func (c *call) by(s *symbol, v any, first bool) error {
	s.used()
	if s.ids {
		return errors.New("of word ids it cannot be represented")
	}
	if k, ok := floatOf(v); ok {
		k = nice(k)
		var l nn.Layer
		switch op := c.node.op; {
		case op == "Add":
			l = nn.Rescaling{Scale: 1, Offset: k}
		case op == "Mul":
			l = nn.Rescaling{Scale: k}
		case op == "Sub" && first:
			l = nn.Rescaling{Scale: -1, Offset: k}
		case op == "Sub":
			l = nn.Rescaling{Scale: 1, Offset: -k}
		case op == "Div" && !first && k != 0:
			l = nn.Rescaling{Scale: 1 / k}
		case op == "Max" && k == 0:
			l = nn.Activation{Func: nn.Relu}
		default:
			return errors.Errorf("with %v it cannot be represented", k)
		}
		return c.give(s.with(c.apply(l, "", "rescaling", nil, s)))
	}
	a, ok := v.(*array)
	if !ok || a.floats == nil {
		return errors.New("with what is no constant of floats it cannot be represented")
	}
	at, err := c.vector(s, a)
	if err != nil {
		return err
	}
	values := slices.Clone(a.floats)
	l := Affine{NoScale: true}
	switch op := c.node.op; {
	case op == "Add":
	case op == "Sub" && !first:
		for i := range values {
			values[i] = -values[i]
		}
	case op == "Mul" || op == "Div" && !first:
		l = Affine{NoOffset: true}
		for i := range values {
			if op == "Div" {
				values[i] = 1 / values[i]
			}
		}
	default:
		return errors.New("with a vector it cannot be represented")
	}
	if s, err = c.features(s, at); err != nil {
		return err
	}
	weights := map[string][]float64{"offset": values}
	if l.NoOffset {
		weights = map[string][]float64{"scale": values}
	}
	return c.give(s.with(c.apply(l, c.node.input(boolInt(!first)), "affine", weights, s)))
}

// vector returns the axis of a value that a constant, which is of size 1 elsewhere, runs
// along.
func (c *call) vector(s *symbol, a *array) (int, error) {
	at := -1
	for i, d := range a.shape {
		if d == 1 {
			continue
		}
		if at >= 0 || len(a.shape) > len(s.axes) {
			return 0, errors.Errorf("with a constant of shape %v it cannot be represented", a.shape)
		}
		at = i + len(s.axes) - len(a.shape)
	}
	if at < 0 || s.axes[at].num() != (num{k: int64(a.len())}) {
		return 0, errors.Errorf("with a constant of shape %v, and a value with the axes %v, it cannot be represented", a.shape, s.axes)
	}
	return at, nil
}
