package onnx

import (
	"cmp"
	"math"

	"unroll/nn"
)

var attentions = []mapping{
	layers(func(w *writer, l nn.Attention, in []value) []value {
		q, k := in[0].name, in[len(in)-1].name
		if l.ScoreMode != "concat" {
			if l.UseScale {
				q = w.op("Mul", nil, q, w.weight("scale", 1))
			}
			return w.attend(w.op("MatMul", nil, q, w.turned(k)), in, l.Causal)
		}
		sum := w.pairs(q, k)
		if l.UseScale {
			sum = w.op("Mul", nil, sum, w.weight("scale", 1))
		}
		scores := w.summed(w.op("Tanh", nil, sum))
		return w.attend(w.op("Mul", nil, scores, w.weight("concat_score_weight", 1)), in, l.Causal)
	}),
	layers(func(w *writer, l nn.AdditiveAttention, in []value) []value {
		y := w.op("Tanh", nil, w.pairs(in[0].name, in[len(in)-1].name))
		if !l.NoScale {
			y = w.op("Mul", nil, y, w.weight("scale"))
		}
		return w.attend(w.summed(y), in, l.Causal)
	}),
	layers((*writer).multiHead),
	layers(func(w *writer, l nn.Dot, in []value) []value { return []value{{name: w.dot(l, in[0], in[1])}} }),
}

// pairs writes the sums of each query and each key, [batch, queries, keys, features].
func (w *writer) pairs(q, k string) string {
	return w.op("Add", nil, w.op("Unsqueeze", nil, q, w.ints(2)), w.op("Unsqueeze", nil, k, w.ints(1)))
}

func (w *writer) summed(x string) string {
	return w.op("ReduceSum", []attributeProto{attrInt64("keepdims", 0)}, x, w.ints(-1))
}

// attend writes the means of the values by scores [batch, queries, keys].
func (w *writer) attend(scores string, in []value, causal bool) []value {
	query, v := in[0], in[1]
	hidden := ""
	if v.mask != "" {
		hidden = w.op("Unsqueeze", nil, w.op("Not", nil, v.mask), w.ints(1))
	}
	y := w.op("MatMul", nil, w.weighed(scores, hidden, causal, query, v), v.name)
	if query.mask != "" {
		y = w.op("Mul", nil, y, w.column(w.floats(query.mask)))
	}
	return []value{{name: y, mask: query.mask}}
}

// weighed writes the softmax of scores over the last axis, those of the keys, without the
// hidden ones, and if causal without those of keys after the query.
func (w *writer) weighed(scores, hidden string, causal bool, query, key value) string {
	if causal {
		at := func(x value) string {
			steps := w.op("Gather", nil, w.op("Shape", nil, x.name), w.int(1))
			return w.op("Range", nil, w.int(0), steps, w.int(1))
		}
		later := w.op("Greater", nil, w.op("Unsqueeze", nil, at(key), w.ints(0)), w.op("Unsqueeze", nil, at(query), w.ints(1)))
		if hidden == "" {
			hidden = later
		} else {
			hidden = w.op("Or", nil, hidden, later)
		}
	}
	if hidden != "" {
		scores = w.op("Where", nil, hidden, w.op("Add", nil, scores, w.float(-1e9)), scores)
	}
	return w.op("Softmax", []attributeProto{attrInt64("axis", -1)}, scores)
}

// multiHead writes attention of several heads, [batch, heads, steps, width] each.
func (w *writer) multiHead(l nn.MultiHeadAttention, in []value) []value {
	query, v, key := in[0], in[1], in[len(in)-1]
	width := cmp.Or(l.ValueDim, l.KeyDim)
	split := func(name string, x value, size int) string {
		y := w.op("Reshape", nil, w.project(l, name, x.name, l.NumHeads*size), w.ints(0, 0, l.NumHeads, size))
		return w.op("Transpose", []attributeProto{attrInts64("perm", 0, 2, 1, 3)}, y)
	}
	q, k := split("query", query, l.KeyDim), split("key", key, l.KeyDim)
	values := split("value", v, width)
	mask := v.mask
	switch {
	case mask == "":
		mask = key.mask
	case key.mask != "" && key.mask != mask:
		mask = w.op("And", nil, mask, key.mask)
	}
	hidden := ""
	if mask != "" {
		hidden = w.op("Unsqueeze", nil, w.op("Not", nil, mask), w.ints(1, 2))
	}
	q = w.op("Mul", nil, q, w.float(1/math.Sqrt(float64(l.KeyDim))))
	scores := w.op("MatMul", nil, q, w.op("Transpose", []attributeProto{attrInts64("perm", 0, 1, 3, 2)}, k))
	y := w.op("MatMul", nil, w.weighed(scores, hidden, l.Causal, query, v), values)
	y = w.op("Transpose", []attributeProto{attrInts64("perm", 0, 2, 1, 3)}, y)
	y = w.op("Reshape", nil, y, w.ints(0, 0, l.NumHeads*width))
	return []value{{name: w.project(l, "attention_output", y, cmp.Or(l.OutputShape, query.shape[1])), mask: query.mask}}
}

// project writes x·kernel + bias of the weights under a name, with as many columns.
func (w *writer) project(l nn.MultiHeadAttention, name, x string, columns int) (y string) {
	w.under(name, func() {
		k := w.weightOf("kernel")
		if k == nil {
			return
		}
		y = w.op("MatMul", nil, x, w.weight("kernel", elements(k.Shape())/columns, columns))
		if !l.NoBias {
			y = w.op("Add", nil, y, w.weight("bias", columns))
		}
	})
	return y
}

// dot writes the product of two inputs over an axis of each: as [batch, i, k] and
// [batch, k, j], where what has no steps has one.
func (w *writer) dot(l nn.Dot, x, y value) string {
	factor := func(v value, axis, want int) string { // the axis that is summed over is to be that one
		if axis < 0 {
			axis += len(v.shape) + 1
		}
		n := v.name
		if l.Normalize {
			squares := w.op("ReduceSum", nil, w.op("Mul", nil, n, n), w.ints(axis))
			n = w.op("Div", nil, n, w.op("Sqrt", nil, w.op("Max", nil, squares, w.float(1e-24))))
		}
		switch {
		case len(v.shape) == 1:
			return w.op("Unsqueeze", nil, n, w.ints(3-want))
		case axis != want:
			return w.turned(n)
		}
		return n
	}
	z := w.op("MatMul", nil, factor(x, l.Axes[0], 2), factor(y, l.Axes[len(l.Axes)-1], 1))
	switch {
	case len(x.shape) == 1:
		return w.op("Squeeze", nil, z, w.ints(1))
	case len(y.shape) == 1:
		return w.op("Squeeze", nil, z, w.ints(2))
	}
	return z
}
