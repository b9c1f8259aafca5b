package onnx

import (
	"cmp"
	"slices"

	"unroll/nn"
)

// filled returns a weight of the layer, or, if it has none, a constant vector in its place.
func (w *writer) filled(none bool, name string, value float64, shape ...int) string {
	if !none {
		return w.weight(name)
	}
	return w.initializer(w.unique(w.path+"/"+name), shape, part{value: value, n: elements(shape)})
}

// layerNormalization writes the operator of that name, over the axes from one to the last.
func (w *writer) layerNormalization(l nn.LayerNormalization, x value) string {
	rank := len(x.shape)
	axes := slices.Clone(l.Axis)
	if len(axes) == 0 {
		axes = []int{-1}
	}
	for i, a := range axes {
		if a < 0 {
			axes[i] = a + rank + 1
		}
	}
	steps := len(axes) == 1 && axes[0] < rank
	var shape []int
	for _, a := range axes {
		shape = append(shape, x.shape[a-1])
	}
	y := x.name
	if steps {
		y = w.turned(y)
	}
	bias := ""
	if !l.NoCenter {
		bias = w.weight("beta")
	}
	attrs := []attributeProto{attrInt64("axis", -len(axes)), attrFloat32("epsilon", cmp.Or(l.Epsilon, 1e-3))}
	y = w.op("LayerNormalization", attrs, y, w.filled(l.NoScale, "gamma", 1, shape...), bias)
	if steps {
		y = w.turned(y)
	}
	return y
}

// batchNormalization writes the operator of that name, whose channels are the second axis.
func (w *writer) batchNormalization(l nn.BatchNormalization, x value) string {
	steps := len(x.shape) == 2 && (l.Axis == 1 || l.Axis == -2)
	n := x.shape[len(x.shape)-1]
	if steps {
		n = x.shape[0]
	}
	turn := len(x.shape) == 2 && !steps
	y := x.name
	if turn {
		y = w.turned(y)
	}
	y = w.op("BatchNormalization", []attributeProto{attrFloat32("epsilon", cmp.Or(l.Epsilon, 1e-3))}, y,
		w.filled(l.NoScale, "gamma", 1, n), w.filled(l.NoCenter, "beta", 0, n), w.weight("moving_mean"), w.weight("moving_variance"))
	if turn {
		y = w.turned(y)
	}
	return y
}

// normalization writes shifts and scales that are known.
func (w *writer) normalization(l nn.Normalization, x value) string {
	rank := len(x.shape)
	shape := slices.Repeat([]int{1}, rank)
	axes := l.Axis
	if len(axes) == 0 && !l.Scalar {
		axes = []int{-1}
	}
	for _, a := range axes {
		if a < 0 {
			a += rank + 1
		}
		shape[a-1] = x.shape[a-1]
	}
	moment := func(name string, given []float64) string {
		if len(given) == 0 {
			return w.weight(name, shape...)
		}
		if len(given) == 1 {
			shape = []int{1}
		}
		var parts []part
		for _, v := range given {
			parts = append(parts, part{value: v, n: 1})
		}
		return w.initializer(w.unique(w.path+"/"+name), shape, parts...)
	}
	mean := moment("mean", l.Mean)
	deviation := w.op("Max", nil, w.op("Sqrt", nil, moment("variance", l.Variance)), w.float(1e-7))
	if l.Invert {
		return w.op("Add", nil, w.op("Mul", nil, x.name, deviation), mean)
	}
	return w.op("Div", nil, w.op("Sub", nil, x.name, mean), deviation)
}
