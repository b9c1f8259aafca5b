package onnx

var small = []mapping{
	ends(func(w *writer, l Step, x value) string {
		return w.op("Gather", []attributeProto{attrInt64("axis", 1)}, x.name, w.int(l.Index))
	}),
	each(func(w *writer, l Columns, x value) string {
		return w.op("Slice", nil, x.name, w.ints(l.From), w.ints(l.To), w.ints(-1))
	}),
	each(func(w *writer, l Affine, x value) string {
		y := x.name
		if !l.NoScale {
			y = w.op("Mul", nil, y, w.weight("scale"))
		}
		if !l.NoOffset {
			y = w.op("Add", nil, y, w.weight("offset"))
		}
		return y
	}),
}
