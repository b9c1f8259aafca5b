package onnx

import (
	"slices"

	"github.com/pkg/errors"

	"unroll/nn"
)

// call is a node that is read.
type call struct {
	*reader
	node   *node
	demand *demand
}

// operators are those that are read.
var operators map[string]func(c *call) error

func init() {
	operators = map[string]func(c *call) error{}
	for _, list := range []map[string]func(c *call) error{passing, shapeOperators, arithmetic, layerOperators, pools, functions} {
		for op, f := range list {
			operators[op] = f
		}
	}
}

// value returns an input, nil if it is left out.
func (c *call) value(i int) (any, error) {
	name := c.node.input(i)
	if name == "" {
		return nil, nil
	}
	v, ok := c.values[name]
	if !ok {
		return nil, errors.Errorf("its input %q is no value of the graph", name)
	}
	return v, nil
}

// symbol returns an input that comes of the model's.
func (c *call) symbol(i int) (*symbol, error) {
	v, err := c.value(i)
	if err != nil {
		return nil, err
	}
	s, ok := v.(*symbol)
	if !ok {
		return nil, errors.Errorf("its input %d does not come of the model's inputs, which cannot be represented", i)
	}
	s.used()
	return s, nil
}

// array returns an input that is constant, nil if it is left out.
func (c *call) array(i int) (*array, error) {
	v, err := c.value(i)
	if v == nil || err != nil {
		return nil, err
	}
	if n, ok := v.(nums); ok {
		if a, ok := n.array(); ok {
			return a, nil
		}
	}
	if f, ok := v.(filled); ok && knownNums(f.shape) {
		a := &array{typ: typeFloat}
		for _, n := range f.shape {
			a.shape = append(a.shape, int(n.k))
		}
		if a.len() > 1<<16 {
			return nil, errors.Errorf("its input %d is %d values, too many that are one", i, a.len())
		}
		a.floats = slices.Repeat([]float64{f.value}, a.len())
		return a, nil
	}
	a, ok := v.(*array)
	if !ok {
		return nil, errors.Errorf("its input %d is not constant, which cannot be represented", i)
	}
	return a, nil
}

// ints returns an input of whole numbers that are known, or the attribute of a name that it
// was in older opsets; nil if there is neither.
func (c *call) ints(i int, attribute string) ([]int, error) {
	if v := attr[[]int64](c.node, attribute, nil); v != nil {
		return narrow(v)
	}
	if v := c.node.attrs[attribute]; v != nil && attribute != "" {
		return narrow([]int64{attr(c.node, attribute, int64(0))})
	}
	a, err := c.array(i)
	if a == nil || err != nil {
		return nil, err
	}
	if a.floats != nil {
		return nil, errors.Errorf("its input %d is of floats", i)
	}
	return narrow(a.ints)
}

func narrow(v []int64) ([]int, error) {
	out := make([]int, len(v))
	for i, x := range v {
		out[i] = int(x)
	}
	return out, nil
}

// give sets the node's first output.
func (c *call) give(v any) error {
	if len(c.node.outputs) == 0 {
		return errors.New("it has no output")
	}
	return c.giveAt(0, v)
}

func (c *call) giveAt(i int, v any) error {
	if i < len(c.node.outputs) && c.node.outputs[i] != "" {
		if _, taken := c.values[c.node.outputs[i]]; taken {
			return errors.Errorf("its output %q is there already", c.node.outputs[i])
		}
		if err := c.fits(v); err != nil {
			return err
		}
		c.values[c.node.outputs[i]] = v
	}
	return nil
}

// fits returns an error if a value is larger than there is room for.
func (c *call) fits(v any) error {
	rank := 0
	switch v := v.(type) {
	case *symbol:
		rank = len(v.axes)
	case *array:
		rank = len(v.shape)
		if c.room -= v.len(); c.room < 0 {
			return errors.New("the constants that the graph computes are many times as large as the file")
		}
	case filled:
		rank = len(v.shape)
	case nums:
		if len(v.list) > mostNums {
			return errors.Errorf("%d numbers of shapes cannot be represented", len(v.list))
		}
	}
	if rank > mostDims {
		return errors.Errorf("%d dimensions, more than %d", rank, mostDims)
	}
	return nil
}

// mostNums is how many numbers of shape arithmetic there may be.
const mostNums = 64

// only returns an error if outputs from the index on are used.
func (c *call) only(outputs int) error {
	for i, name := range c.node.outputs {
		if i >= outputs && name != "" && (len(c.users[name]) > 0 || slices.ContainsFunc(c.n.outputs, func(p port) bool { return p.name == name })) {
			return errors.Errorf("its output %d is used, which cannot be represented", i)
		}
	}
	return nil
}

// apply calls a layer, which is named after the node, or after a weight; values are those
// of its weights by their paths below it.
func (c *call) apply(l nn.Layer, weight, def string, values map[string][]float64, in ...*symbol) nn.Symbol {
	name := c.name(c.node, weight, def)
	for _, path := range sortedKeys(values) {
		c.set = append(c.set, assignment{name + "/" + path, values[path]})
	}
	var symbols []nn.Symbol
	for _, s := range in {
		symbols = append(symbols, c.resolve(s))
	}
	c.reader.layers++
	return c.f.Call(nn.Named{Name: name, Layer: l}, symbols...)
}

// with returns the symbol of a layer that changes neither shape nor axes.
func (s *symbol) with(of nn.Symbol) *symbol { return &symbol{of: of, shape: s.shape, axes: s.axes} }

// width is the number of features.
func (s *symbol) width() int { return s.shape[len(s.shape)-1] }

// whole reports whether an axis is all of the features, in their order.
func (s *symbol) whole(i int) bool {
	x := s.axes[i]
	return !s.ids && x.is(featureAxis) && x[0].size == s.width() && x[0].stride == 1
}

// plain returns an error unless each axis is the batch, the steps, or the features.
func (s *symbol) plain() (features int, err error) {
	features = -1
	for i, x := range s.axes {
		switch {
		case !s.ids && s.whole(i):
			features = i
		case len(x) > 1, len(x) == 1 && x[0].kind == featureAxis && x[0].size > 1:
			// Parts of the features side by side, in their order, are still the features.
			if !s.inOrder() {
				return -1, errors.Errorf("the axes are %v, whose order cannot be represented", s.axes)
			}
		}
	}
	return features, nil
}

// inOrder reports whether the parts of the features are in their order, and nothing else is
// out of its own.
func (s *symbol) inOrder() bool {
	var parts axis
	for _, x := range s.axes {
		for k, a := range x {
			if a.kind != featureAxis {
				if len(x) > 1 || k > 0 {
					return false
				}
				continue
			}
			parts = append(parts, a)
		}
	}
	parts = parts.joined()
	return len(parts) == 1 && parts[0].size == s.width() && parts[0].stride == 1
}

// features makes an axis the features, if it is not: steps and features side by side are
// flattened.
func (c *call) features(s *symbol, i int) (*symbol, error) {
	if i < 0 || i >= len(s.axes) {
		return nil, errors.Errorf("it is taken along axis %d of %d", i, len(s.axes))
	}
	if s.whole(i) || s.width() == 1 && len(s.axes[i]) == 0 && !s.ids {
		return s, nil
	}
	x := s.axes[i]
	if len(s.shape) == 2 && len(x) == 2 && !s.ids && x[0].kind != x[1].kind && s.shape[0] > 0 {
		for _, a := range x {
			if a.kind == featureAxis && (a.size != s.width() || a.stride != 1) || a.kind == batchAxis {
				return nil, s.mismatch(i)
			}
		}
		of := s.of
		if x[0].kind == featureAxis {
			of = c.apply(nn.Permute{Dims: []int{2, 1}}, "", "permute", nil, s)
		}
		n := s.shape[0] * s.shape[1]
		flat := &symbol{of: of, shape: nn.Shape{n}, axes: slices.Clone(s.axes)}
		flat.axes[i] = axis{{kind: featureAxis, size: n, stride: 1}}
		flat.of = c.apply(nn.Flatten{}, "", "flatten", nil, flat)
		return flat, nil
	}
	return nil, s.mismatch(i)
}

func (s *symbol) mismatch(i int) error {
	return errors.Errorf("axis %d of %v is not the features", i, s.axes)
}

// along returns the index of an axis that may be counted from the end.
func (s *symbol) along(a int) int {
	if a < 0 {
		a += len(s.axes)
	}
	return a
}
