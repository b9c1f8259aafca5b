package onnx

import (
	"reflect"
	"slices"

	"unroll/nn"
)

// mapping is how layers of one type are written.
type mapping struct {
	typ   reflect.Type
	write func(w *writer, l nn.Layer, in []value) []value
}

// layers makes the mapping of layers of type T.
func layers[T nn.Layer](write func(w *writer, l T, in []value) []value) mapping {
	return mapping{reflect.TypeFor[T](), func(w *writer, l nn.Layer, in []value) []value { return write(w, l.(T), in) }}
}

// each makes the mapping of layers that take one value and give one, with the same mask.
func each[T nn.Layer](write func(w *writer, l T, x value) string) mapping {
	return layers(func(w *writer, l T, in []value) []value {
		x := in[0]
		return []value{{name: write(w, l, x), mask: x.mask}}
	})
}

// ends makes the mapping of layers that take one value and give one, at which a mask ends.
func ends[T nn.Layer](write func(w *writer, l T, x value) string) mapping {
	return layers(func(w *writer, l T, in []value) []value { return []value{{name: write(w, l, in[0])}} })
}

// same makes the mapping of layers that change nothing in inference.
func same[T nn.Layer]() mapping {
	return layers(func(_ *writer, _ T, in []value) []value { return in })
}

// table is all layers but models.
var table []mapping

// init fills the table, which the mappings of wrappers read.
func init() {
	table = slices.Concat(simple, convolutions, shaping, recurrents, merges, attentions, small)
}

// Has reports whether layers of the type of l can be written, but for some settings.
func Has(l nn.Layer) bool { return written(l) != nil }

// written returns how layers of the type of l are written, nil if they are not.
func written(l nn.Layer) *mapping {
	i := slices.IndexFunc(table, func(m mapping) bool { return m.typ == reflect.TypeOf(l) })
	if i < 0 {
		return nil
	}
	return &table[i]
}

// layer writes a layer.
func (w *writer) layer(l nn.Layer, in []value) []value {
	switch x := l.(type) {
	case nn.Named:
		return w.layer(x.Layer, in)
	case nn.Frozen:
		return w.layer(x.Layer, in)
	}
	shapes := make([]nn.Shape, len(in))
	for i, x := range in {
		shapes[i] = x.shape
	}
	if n, is, err := w.m.Block(l, w.path, shapes...); err != nil {
		w.fail("%v", err)
		return nil
	} else if is {
		return w.network(n, in)
	}
	if m := written(l); m != nil {
		return m.write(w, l, in)
	}
	w.fail("%s has no operators in ONNX that are known here", reflect.TypeOf(l).Name())
	return nil
}

var simple = []mapping{
	layers(func(w *writer, l nn.OneHot, in []value) []value {
		return []value{{name: w.oneHot(in[0], l.Depth), mask: in[0].mask}}
	}),
	layers(func(w *writer, l nn.Embedding, in []value) []value {
		ids := in[0].name
		y := value{name: w.op("Gather", nil, w.weight("embeddings"), ids), mask: in[0].mask}
		if l.MaskZero {
			y.mask = w.padding(ids)
		}
		return []value{y}
	}),
	layers(func(w *writer, _ nn.WordDropout, in []value) []value {
		x := in[0]
		x.mask = w.padding(x.name)
		return []value{x}
	}),
	ends(func(w *writer, l nn.CategoryEncoding, x value) string {
		hot := w.oneHot(x, l.NumTokens)
		if l.MaskZero {
			counts := w.op("Not", nil, w.op("Equal", nil, x.name, w.int(0)))
			hot = w.op("Mul", nil, hot, w.column(w.floats(counts)))
		}
		y := w.op("ReduceSum", []attributeProto{attrInt64("keepdims", 0)}, hot, w.ints(1))
		if l.OutputMode != "count" {
			y = w.op("Min", nil, y, w.float(1))
		}
		return y
	}),
	ends((*writer).embeddingBag),
	layers(func(w *writer, l nn.Masking, in []value) []value {
		x := in[0].name
		differs := w.op("Cast", []attributeProto{attrInt64("to", typeInt32)}, w.op("Not", nil, w.op("Equal", nil, x, w.float(l.MaskValue))))
		mask := w.op("Cast", []attributeProto{attrInt64("to", typeBool)},
			w.op("ReduceMax", []attributeProto{attrInts64("axes", 2), attrInt64("keepdims", 0)}, differs))
		return []value{{name: w.op("Mul", nil, x, w.column(w.floats(mask))), mask: mask}}
	}),
	each(func(w *writer, l nn.Dense, x value) string {
		y := w.op("MatMul", nil, x.name, w.weight("kernel"))
		if !l.NoBias {
			y = w.op("Add", nil, y, w.weight("bias"))
		}
		return w.activate(l.Activation, y)
	}),
	each(func(w *writer, l nn.Activation, x value) string { return w.activate(l.Func, x.name) }),
	each(func(w *writer, l nn.ReLU, x value) string { return w.activate(l.Func(), x.name) }),
	each(func(w *writer, l nn.LeakyReLU, x value) string { return w.activate(l.Func(), x.name) }),
	each(func(w *writer, l nn.ELU, x value) string { return w.activate(l.Func(), x.name) }),
	each(func(w *writer, l nn.PReLU, x value) string { return w.op("PRelu", nil, x.name, w.weight("alpha")) }),
	each(func(w *writer, l nn.SoftmaxLayer, x value) string {
		axis := l.Axis
		if axis == 0 {
			axis = -1
		}
		if axis > 0 { // from the batch
			axis -= len(x.shape) + 1
		}
		y := x.name
		if axis == -2 && x.mask != "" {
			y = w.op("Where", nil, w.column(x.mask), y, w.float(-1e9))
		}
		return w.op("Softmax", []attributeProto{attrInt64("axis", axis)}, y)
	}),
	each((*writer).layerNormalization),
	each((*writer).batchNormalization),
	each((*writer).normalization),
	each(func(w *writer, l nn.UnitNormalization, x value) string {
		return w.op("Div", nil, x.name, w.op("Sqrt", nil, w.op("Max", nil, w.squares(x.name), w.float(1e-12))))
	}),
	each(func(w *writer, l nn.RMSNormalization, x value) string {
		epsilon := l.Epsilon
		if epsilon == 0 {
			epsilon = 1e-6
		}
		mean := w.op("ReduceMean", []attributeProto{attrInts64("axes", -1)}, w.op("Mul", nil, x.name, x.name))
		y := w.op("Div", nil, x.name, w.op("Sqrt", nil, w.op("Add", nil, mean, w.float(epsilon))))
		return w.op("Mul", nil, y, w.weight("scale"))
	}),
	each(func(w *writer, l nn.Rescaling, x value) string {
		return w.op("Add", nil, w.op("Mul", nil, x.name, w.float(l.Scale)), w.float(l.Offset))
	}),
	same[nn.Dropout](), same[nn.SpatialDropout1D](), same[nn.GaussianNoise](), same[nn.GaussianDropout](),
	same[nn.AlphaDropout](), same[nn.ActivityRegularization](),
	layers((*writer).timeDistributed),
}

// oneHot writes vectors with a 1 at the ids.
func (w *writer) oneHot(x value, depth int) string {
	ends := w.once("zero and one", func() string {
		return w.initializer(w.unique("zero_and_one"), []int{2}, part{value: 0, n: 1}, part{value: 1, n: 1})
	})
	return w.op("OneHot", nil, x.name, w.int(depth), ends)
}

// padding writes the mask of word ids, which are 0 where they are padding.
func (w *writer) padding(ids string) string {
	return w.once("mask of "+ids, func() string { return w.op("Not", nil, w.op("Equal", nil, ids, w.int(0))) })
}

// floats writes truth values as 0 and 1.
func (w *writer) floats(mask string) string {
	return w.once("floats of "+mask, func() string {
		return w.op("Cast", []attributeProto{attrInt64("to", typeFloat)}, mask)
	})
}

// column gives what is [batch, time] an axis for the features.
func (w *writer) column(x string) string {
	return w.once("column of "+x, func() string { return w.op("Unsqueeze", nil, x, w.ints(2)) })
}

// squares writes the sums of squares over the features.
func (w *writer) squares(x string) string {
	return w.op("ReduceSum", nil, w.op("Mul", nil, x, x), w.ints(-1))
}

// timeDistributed writes a layer for samples, at each step.
func (w *writer) timeDistributed(l nn.TimeDistributed, in []value) []value {
	x := in[0]
	width := x.shape[1]
	step := value{name: w.op("Reshape", nil, x.name, w.ints(-1, width)), shape: x.shape[1:]}
	out := w.layer(l.Layer, []value{step})
	if w.err != nil {
		return nil
	}
	sizes := w.op("Slice", nil, w.op("Shape", nil, x.name), w.ints(0), w.ints(2))
	y := w.op("Reshape", nil, out[0].name, w.op("Concat", []attributeProto{attrInt64("axis", 0)}, sizes, w.ints(-1)))
	return []value{{name: y, mask: x.mask}}
}
