package onnx

import (
	"cmp"

	"unroll/nn"
)

// embeddingBag writes sums of vectors. A bag is a row of ids, −1 behind the last; a bag
// whose ids come with weights has these in an input of its own. With t what an id that
// occurs n times weighs in all, each of its occurrences weighs t/n.
func (w *writer) embeddingBag(l nn.EmbeddingBag, x value) string {
	there := w.op("Not", nil, w.op("Less", nil, x.name, w.int(0)))
	ids := w.op("Max", nil, x.name, w.int(0)) // padding reads some row, which weighs nothing
	scale := ""
	if l.Scaled {
		scale = w.op("Gather", nil, w.weight("scale", l.InputDim), ids)
	}
	times := func(a, b string) string {
		switch {
		case a == "":
			return b
		case b == "":
			return a
		}
		return w.op("Mul", nil, a, b)
	}
	weights := x.weights
	frequency := cmp.Or(l.Frequency, "count")
	switch {
	case weights != "" && (frequency != "count" || l.Norm != ""):
		return w.fail("the weights come with the ids: no frequency and no norm are taken of them")
	case weights != "":
		weights = times(weights, scale)
	case frequency == "count" && l.Norm == "":
		weights = scale
	default:
		// How often the id at each place occurs in its bag, by way of a table of all ids.
		batch := w.op("Slice", nil, w.op("Shape", nil, x.name), w.ints(0), w.ints(1))
		shape := w.op("Concat", []attributeProto{attrInt64("axis", 0)}, batch, w.ints(l.InputDim))
		counts := w.op("ScatterElements", []attributeProto{attrInt64("axis", 1), attrText("reduction", "add")},
			w.op("Expand", nil, w.float(0), shape), ids, w.floats(there))
		n := w.op("Max", nil, w.op("GatherElements", []attributeProto{attrInt64("axis", 1)}, counts, ids), w.float(1))
		t := map[string]func() string{
			"count":  func() string { return n },
			"binary": func() string { return "" },
			"log":    func() string { return w.op("Add", nil, w.op("Log", nil, n), w.float(1)) },
		}[frequency]()
		t = times(t, scale)
		if t == "" {
			t = w.op("Div", nil, n, n)
		}
		weights = w.op("Div", nil, t, n)
		if l.Norm != "" {
			of := w.op("Abs", nil, weights)
			if l.Norm == "l2" {
				of = w.op("Div", nil, w.op("Mul", nil, t, t), n)
			}
			weights = w.op("Mul", nil, weights, w.inverse(l, x.name, there, of))
		}
	}
	valid := w.floats(there)
	y := w.op("Mul", nil, w.op("Gather", nil, w.weight("embeddings"), ids), w.column(times(weights, valid)))
	y = w.op("ReduceSum", []attributeProto{attrInt64("keepdims", 0)}, y, w.ints(1))
	if l.UseBias {
		y = w.op("Add", nil, y, w.weight("bias"))
	}
	return w.activate(l.Activation, y)
}

// inverse writes what norms multiply weights by, [batch, ids]: 1 divided by the sum of what
// each id adds, or its root, over the ids before the split or those from it on; 1 where the
// sum is 0.
func (w *writer) inverse(l nn.EmbeddingBag, ids, there, of string) string {
	block := func(of string) string {
		sum := w.op("ReduceSum", nil, of, w.ints(1))
		if l.Norm == "l2" {
			sum = w.op("Sqrt", nil, sum)
		}
		return w.op("Div", nil, w.float(1), w.op("Where", nil, w.op("Greater", nil, sum, w.float(0)), sum, w.float(1)))
	}
	of = w.op("Mul", nil, of, w.floats(there))
	if l.Split == 0 {
		return block(of)
	}
	before := w.op("Less", nil, ids, w.int(l.Split))
	first := w.floats(before)
	second := w.op("Sub", nil, w.float(1), first)
	return w.op("Where", nil, before, block(w.op("Mul", nil, of, first)), block(w.op("Mul", nil, of, second)))
}
