package onnx

// packing is the true steps of sequences brought to the front.
type packing struct {
	order   string // the steps, those that count before those that do not, [batch, time, 1]
	counts  string // how many count, [batch]
	lengths string // the same as int32
	through string // how many count up to each step, itself included, [batch, time]
	upTo    string // the same before the step
}

// packed writes the packing by a mask.
func (w *writer) packed(mask string) packing {
	p := packing{}
	whole := w.once("whole "+mask, func() string { return w.op("Cast", []attributeProto{attrInt64("to", typeInt64)}, mask) })
	p.counts = w.once("counts "+mask, func() string {
		return w.op("ReduceSum", []attributeProto{attrInt64("keepdims", 0)}, whole, w.ints(1))
	})
	p.lengths = w.once("lengths "+mask, func() string {
		return w.op("Cast", []attributeProto{attrInt64("to", typeInt32)}, p.counts)
	})
	p.order = w.once("order "+mask, func() string {
		steps := w.op("Gather", nil, w.op("Shape", nil, mask), w.int(1))
		at := w.op("Range", nil, w.int(0), steps, w.int(1))
		key := w.op("Where", nil, mask, at, w.op("Add", nil, at, steps))
		most := w.op("Unsqueeze", nil, steps, w.ints(0))
		top := w.ops("TopK", 2, []attributeProto{attrInt64("axis", 1), attrInt64("largest", 0), attrInt64("sorted", 1)}, key, most)
		return w.op("Unsqueeze", nil, top[1], w.ints(2))
	})
	p.through = w.once("through "+mask, func() string { return w.op("CumSum", nil, whole, w.int(1)) })
	p.upTo = w.once("up to "+mask, func() string { return w.op("Sub", nil, p.through, whole) })
	return p
}

// steps gathers steps of x, [batch, time, features], by indices [batch, time, 1].
func (w *writer) steps(x, at string) string {
	return w.op("GatherND", []attributeProto{attrInt64("batch_dims", 1)}, x, at)
}

// reversed writes a sequence with the last step first.
func (w *writer) reversed(x string) string {
	const first = -1 << 63
	return w.op("Slice", nil, x, w.ints(-1), w.ints(first), w.ints(1), w.ints(-1))
}

// spread takes outputs [batch, time, units] of the steps that count back to where these
// stand. A step that is passed over has the output before it, of a layer that goes
// backwards that of the step after it, zeros where there is none; or zeros if zeros is set.
func (w *writer) spread(x value, y string, backwards, zeros bool) string {
	if x.mask == "" {
		return y
	}
	p := w.packed(x.mask)
	at, some := "", ""
	if backwards {
		at = p.upTo
		some = w.op("Less", nil, at, w.op("Unsqueeze", nil, p.counts, w.ints(1)))
	} else {
		at = w.op("Max", nil, w.op("Sub", nil, p.through, w.int(1)), w.int(0))
		some = w.op("Greater", nil, p.through, w.int(0))
	}
	if zeros {
		some = x.mask
	}
	y = w.steps(y, w.op("Unsqueeze", nil, at, w.ints(2)))
	return w.op("Where", nil, w.column(some), y, w.float(0))
}
