package onnx

import (
	"maps"
	"slices"

	"unroll/nn"
)

// node writes a Recurrent, which is an operator of ONNX as it is.
func (w *writer) node(l Recurrent, in []value) []value {
	x, rest := in[0], in[1:]
	next := func(there bool) string {
		if !there {
			return ""
		}
		name := rest[0].name
		rest = rest[1:]
		return name
	}
	lens, h, memory := next(l.SequenceLens), next(l.InitialH), next(l.InitialC)
	lengths, seq := "", x.name
	if lens != "" {
		lengths = w.op("Cast", []attributeProto{attrInt64("to", typeInt32)}, w.op("Squeeze", nil, lens, w.ints(1)))
	}
	counts := value{mask: x.mask} // the steps that do
	if x.mask != "" && lens != "" {
		steps := w.op("Gather", nil, w.op("Shape", nil, seq), w.int(1))
		at := w.op("Range", nil, w.int(0), steps, w.int(1))
		before := w.op("Less", nil, at, w.op("Cast", []attributeProto{attrInt64("to", typeInt64)}, lens))
		counts.mask = w.op("And", nil, x.mask, before)
	}
	if counts.mask != "" {
		p := w.packed(counts.mask)
		seq, lengths = w.steps(seq, p.order), p.lengths
	}
	width := l.directions() * l.HiddenSize
	sides := func(first string) string { // [batch, directions·hidden] as [directions, batch, hidden]
		if first == "" {
			return ""
		}
		y := w.op("Reshape", nil, first, w.ints(0, l.directions(), l.HiddenSize))
		return w.op("Transpose", []attributeProto{attrInts64("perm", 1, 0, 2)}, y)
	}
	inputs := []string{w.op("Transpose", []attributeProto{attrInts64("perm", 1, 0, 2)}, seq)}
	inputs = append(inputs, w.nodeWeights(l, x.shape[1])...)
	p := inputs[4]
	inputs = append(inputs[:4:4], lengths, sides(h))
	if l.Op == "LSTM" {
		inputs = append(inputs, sides(memory), p)
	}
	out := w.ops(l.Op, 1+l.states(), attributesOf(l.attrs()), inputs...)
	y := w.op("Reshape", nil, w.op("Transpose", []attributeProto{attrInts64("perm", 2, 0, 1, 3)}, out[0]), w.ints(0, 0, width))
	if counts.mask != "" {
		y = w.spread(counts, y, false, true)
	}
	values := []value{{name: y, mask: x.mask}}
	for i, s := range out[1:] {
		s = w.op("Reshape", nil, w.op("Transpose", []attributeProto{attrInts64("perm", 1, 0, 2)}, s), w.ints(0, width))
		if first := []string{h, memory}[i]; first != "" && lengths != "" { // operators return zeros where there is no step
			some := w.op("Greater", nil, w.op("Cast", []attributeProto{attrInt64("to", typeInt64)}, lengths), w.int(0))
			s = w.op("Where", nil, w.op("Unsqueeze", nil, some, w.ints(1)), s, first)
		}
		values = append(values, value{name: s})
	}
	return values
}

// attributesOf returns attributes in the order of their names.
func attributesOf(attrs map[string]any) (list []attributeProto) {
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		switch v := attrs[name].(type) {
		case int64:
			list = append(list, attrInt64(name, int(v)))
		case float64:
			list = append(list, attrFloat32(name, v))
		case string:
			list = append(list, attrText(name, v))
		case []string:
			list = append(list, attributeProto{Name: name, Type: attrStrings, Strings: v})
		case []float64:
			a := attributeProto{Name: name, Type: attrFloats}
			for _, f := range v {
				a.Floats = append(a.Floats, float32(f))
			}
			list = append(list, a)
		}
	}
	return list
}

// nodeWeights returns W, R, B and P of a node; "" where there is none.
func (w *writer) nodeWeights(l Recurrent, features int) []string {
	// toNode says where a value goes: it is given the places of all values, from 1.
	var of []*nn.Weight
	var ends []int
	places := l.toNode(features, func(path string) []float64 {
		weight := w.weightOf(path)
		if weight == nil {
			return make([]float64, elements(l.shapes(features)["W"])) // after a failure; the largest
		}
		first := 1
		if len(ends) > 0 {
			first = ends[len(ends)-1]
		}
		list := make([]float64, elements(weight.Shape()))
		for i := range list {
			list[i] = float64(first + i)
		}
		of, ends = append(of, weight), append(ends, first+len(list))
		return list
	})
	if w.err != nil {
		return make([]string, 4)
	}
	shapes := l.shapes(features)
	initializer := func(name string, places []float64) string {
		if len(places) == 0 {
			return ""
		}
		var parts []part
		for _, v := range places {
			at, i := int(v), -1
			next := part{n: 1}
			if at > 0 {
				i, _ = slices.BinarySearch(ends, at+1)
				first := 1
				if i > 0 {
					first = ends[i-1]
				}
				next = part{weight: of[i], at: []int{at - first}}
			}
			if n := len(parts); n > 0 && parts[n-1].weight == next.weight {
				parts[n-1].at, parts[n-1].n = append(parts[n-1].at, next.at...), parts[n-1].n+next.n
			} else {
				parts = append(parts, next)
			}
		}
		return w.once("node "+w.path+" "+name, func() string {
			return w.initializer(w.unique(w.path+"/"+name), shapes[name], parts...)
		})
	}
	return []string{initializer("W", places.w), initializer("R", places.r), initializer("B", places.b), initializer("P", places.p)}
}
