package onnx

import "unroll/nn"

// bidirectional writes two layers that go through a sequence from its two ends: as one
// operator where they are of one kind, else as two.
func (w *writer) bidirectional(l nn.Bidirectional, in []value) []value {
	second := l.Backward
	if second == nil {
		second = l.Layer
	}
	forward, _ := w.recurrentOf(l.Layer, w.path+"/forward")
	backward, _ := w.recurrentOf(second, w.path+"/backward")
	if w.err != nil {
		return nil
	}
	backward.backwards = !forward.backwards
	forward.zeros, backward.zeros = true, true // repeated outputs of two directions are of different steps
	x, n := in[0], len(in)/2                   // first states of each
	var f, b []value
	if forward.op == backward.op && forward.units == backward.units && forward.after == backward.after &&
		!forward.backwards && !forward.stepwise && !backward.stepwise {
		f, b = w.directions(x, in[1:1+n], in[1+n:], forward, backward)
	} else {
		f, b = w.direction(x, in[1:1+n], forward), w.direction(x, in[1+n:], backward)
	}
	out := []value{f[0]}
	switch x, y := f[0].name, b[0].name; l.Merge {
	case nn.MergeConcat:
		out[0].name = w.op("Concat", []attributeProto{attrInt64("axis", -1)}, x, y)
	case nn.MergeSum:
		out[0].name = w.op("Add", nil, x, y)
	case nn.MergeMul:
		out[0].name = w.op("Mul", nil, x, y)
	case nn.MergeAve:
		out[0].name = w.op("Mul", nil, w.op("Add", nil, x, y), w.float(0.5))
	case nn.MergeNone:
		out = append(out, b[0])
	}
	return append(append(out, f[1:]...), b[1:]...)
}

// directions writes two ways through a sequence as one operator.
func (w *writer) directions(x value, first, second []value, forward, backward recurrent) (f, b []value) {
	join := []attributeProto{attrInt64("axis", 0)}
	var states []string
	for i := range first {
		states = append(states, w.op("Concat", join, w.op("Unsqueeze", nil, first[i].name, w.ints(0)), w.op("Unsqueeze", nil, second[i].name, w.ints(0))))
	}
	all, last := w.operator(x, states, forward, backward)
	halves := func(y string, axis int) [2]string {
		parts := w.ops("Split", 2, []attributeProto{attrInt64("axis", axis)}, y)
		return [2]string{w.op("Squeeze", nil, parts[0], w.ints(axis)), w.op("Squeeze", nil, parts[1], w.ints(axis))}
	}
	var ys [2]value
	var final [2][]string
	if forward.sequences {
		for i, y := range halves(all, 1) {
			y = w.op("Transpose", []attributeProto{attrInts64("perm", 1, 0, 2)}, y)
			ys[i] = value{name: w.spread(x, y, i == 1, true), mask: x.mask}
		}
	}
	if !forward.sequences || forward.state {
		for _, s := range last {
			h := halves(s, 0)
			final[0], final[1] = append(final[0], h[0]), append(final[1], h[1])
		}
	}
	for i, given := range [][]value{first, second} {
		if !forward.sequences {
			ys[i].name = final[i][0]
		}
		w.kept(x, given, &ys[i], final[i], forward)
	}
	f, b = ys[:1], ys[1:]
	f, b = append([]value{}, f...), append([]value{}, b...)
	if forward.state {
		for i := range final[0] {
			f, b = append(f, value{name: final[0][i]}), append(b, value{name: final[1][i]})
		}
	}
	return f, b
}
